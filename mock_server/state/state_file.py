"""The state of the default world in a file: a line for each change, on the disk before the client is answered.

Chosen by measurement (benchmarks/state_file.py): to append a line and to wait for the disk costs a write about half of what it
costs to replace a whole file, and without the wait next to nothing, but then only the end of the process is survived, and not
that of the machine.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

from mock_server.state.store import Contents, Row, State, Store

if sys.platform != "win32":
    import fcntl

FORMAT = "patch-contracts state"
VERSION = 1
LINES = 2_000
"""After so many changes the file is written anew, with one line for each API."""

Rows = Mapping[str, tuple[Row, ...]]


class StateFileError(Exception):
    """The file cannot be used; one line: where, what is wrong, what would be right. It is left as it is."""


@dataclass(slots=True)
class Known:
    """What the file says of one API: customers by name, None for a deleted one; and rows by collection."""

    customers: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)

    def add(self, change: Mapping[str, Any]) -> None:
        """With one line more."""
        self.customers |= change.get("customers", {})
        self.rows |= change.get("rows", {})


class StateFile:
    """A file that one mock keeps, from ``open`` to the end of the process.

    Raises StateFileError for a file that is no such file, is of another API, is damaged, or is used by another mock. The
    last line may be cut off: nobody was told of that change.
    """

    def __init__(self, path: Path, stores: Mapping[str, Store]) -> None:
        self._path = path.resolve()
        self._lock = Lock()
        self._lines = 0
        self._known = {name: Known() for name in stores}
        try:
            self._file = _locked(self._path)
            self._take_over(stores)
        except OSError as error:
            raise StateFileError(f"{path}: {error.strerror}") from None
        self.attach(stores)

    def close(self) -> None:
        """Lets another mock use it; changes are not kept any more."""
        os.close(self._file)

    def attach(self, stores: Mapping[str, Store]) -> None:
        """What is in the file is in these stores from now on, and what changes there is in the file."""
        for name, store in stores.items():
            known = self._known.setdefault(name, Known())
            seeded = store.contents()
            states = dict(seeded.states)
            for customer, kept in known.customers.items():
                states.pop(customer, None)
                if kept is not None:
                    states[customer] = store.state(kept["record"], kept["hidden"])
            rows = {each: tuple(kept) for each, kept in known.rows.items() if each in seeded.references}
            store.restore(Contents(states, {**seeded.references, **rows}))
            store.keep = lambda customers, rows, name=name: self._append(name, customers, rows)  # type: ignore[misc]  # a default

    def _append(self, api: str, customers: Mapping[str, State | None], rows: Rows) -> None:
        """Returns when the disk has it; OSError when it cannot have it."""
        change: dict[str, Any] = {"customers": {name: _plain(state) for name, state in customers.items()}, "rows": rows}
        with self._lock:
            if self._lines >= LINES:
                self._rewrite()
            _write(self._file, [{"api": api, **change}])
            self._lines += 1
            self._known[api].add(change)

    # --- reading --------------------------------------------------------------------------------------------------

    def _take_over(self, stores: Mapping[str, Store]) -> None:
        try:
            self._read(stores)
            self._rewrite()
        except (StateFileError, OSError):
            self.close()
            raise

    def _read(self, stores: Mapping[str, Store]) -> None:
        *whole, _cut_off = self._path.read_bytes().split(b"\n")
        if not whole:
            if _cut_off:
                raise StateFileError(f"{self._path}: is no state file of this mock; name one that is, or a new one")
            return
        self._check_header(_parsed(whole[0]), stores)
        for number, line in enumerate(whole[1:], 2):
            change = _parsed(line)
            fault = _fault(change, stores)
            if fault:
                raise StateFileError(f"{self._path}: line {number}: {fault}; repair the file, or name a new one")
            self._known[change["api"]].add(change)

    def _check_header(self, header: Any, stores: Mapping[str, Store]) -> None:
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise StateFileError(f"{self._path}: is no state file of this mock; name one that is, or a new one")
        if header.get("version") != VERSION:
            raise StateFileError(f"{self._path}: has version {header.get('version')}; this mock reads version {VERSION}")
        foreign = [str(name) for name in header.get("apis", ()) if name not in stores]
        if foreign:
            raise StateFileError(f"{self._path}: has the state of {', '.join(foreign)}; this mock serves {', '.join(stores)}")

    # --- writing --------------------------------------------------------------------------------------------------

    def _rewrite(self) -> None:
        """In place of the old file at once, so that there is a whole one at every moment."""
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        header = {"format": FORMAT, "version": VERSION, "apis": list(self._known)}
        changes = [{"api": name, "customers": known.customers, "rows": known.rows} for name, known in self._known.items()]
        draft.unlink(missing_ok=True)
        new = _locked(draft)
        try:
            _write(new, [header, *changes])
            draft.replace(self._path)
            _sync_folder(self._path.parent)
        except OSError:
            os.close(new)
            draft.unlink(missing_ok=True)
            raise
        os.close(self._file)
        self._file, self._lines = new, 0


def _locked(path: Path) -> int:
    """The open file, which no other mock has open."""
    opened = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    if sys.platform != "win32":
        try:
            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_there = os.fstat(opened).st_ino == path.stat().st_ino
        except BlockingIOError:
            is_there = False
        if not is_there:
            os.close(opened)
            raise StateFileError(f"{path}: another mock uses it; stop that one, or name another file")
    return opened


def _write(opened: int, lines: list[Mapping[str, Any]]) -> None:
    """All or, after an error, nothing."""
    content = b"".join(json.dumps(line, separators=(",", ":")).encode() + b"\n" for line in lines)
    before = os.fstat(opened).st_size
    try:
        while content:
            content = content[os.write(opened, content) :]
        os.fsync(opened)
    except OSError:
        with suppress(OSError):
            os.ftruncate(opened, before)
        raise


def _sync_folder(folder: Path) -> None:
    """The new name of a file is on the disk, where the system can be asked for that."""
    if sys.platform != "win32":
        opened = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _plain(state: State | None) -> Mapping[str, Any] | None:
    return None if state is None else {"record": state.record, "hidden": state.hidden}


def _parsed(line: bytes) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _fault(change: Any, stores: Mapping[str, Store]) -> str | None:
    """What is wrong with a line, None for nothing."""
    if not isinstance(change, dict) or not all(isinstance(change.get(part), dict) for part in ("customers", "rows")):
        return "is damaged"
    if change.get("api") not in stores:
        return f"is of the API {change.get('api')!r}"
    known = {entry.name for entry in stores[change["api"]].entries}
    unknown = [name for name in change["customers"] if name not in known]
    if unknown:
        return f"has a customer {unknown[0]!r} that the document does not have"
    records = [kept for kept in change["customers"].values() if kept is not None]
    is_whole = all(
        isinstance(kept, dict) and all(isinstance(kept.get(each), dict) for each in ("record", "hidden")) for kept in records
    )
    rows = [row for kept in change["rows"].values() for row in (kept if isinstance(kept, list) else [None])]
    return None if is_whole and all(isinstance(row, dict) for row in rows) else "is damaged"
