"""The state of the default world in a file: a line for each change, on the disk before the client is answered.

Chosen by measurement (benchmarks/state_file.py): to append a line and to wait for the disk costs a write about half of what it
costs to replace a whole file, and without the wait next to nothing, but then only the end of the process is survived, and not
that of the machine.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any, Protocol

from mock_server.state.store import Contents, Row, State, Store

if sys.platform != "win32":
    import fcntl

FORMAT = "patch-contracts state"
VERSION = 1
LINES = 2_000
"""After so many changes the file is written anew, with one line for each API."""

Rows = Mapping[str, tuple[Row, ...]]
_EMPTY: Mapping[str, Any] = {"customers": {}, "rows": {}}


class NotKept(OSError):
    """A change is not on the disk, and so was not made; the message says why."""


class Whole(Protocol):
    """The store of a whole document: records by collection, each by a text that tells it from the others.

    keep: is told of every change ahead of it, and of the last number given in each collection.
    """

    keep: Callable[[Mapping[str, Mapping[str, Any]], Mapping[str, int]], None]

    def take(self, changes: Mapping[str, Mapping[str, Any]], numbers: Mapping[str, int]) -> None:
        """Changes that the file has."""

    def has(self, collection: str) -> bool:
        """Whether the document has a collection of this name."""

    def is_seeded(self, collection: str, record: str) -> bool:
        """Whether a record is there at start, so that its deletion has to be kept."""


class StateFileError(Exception):
    """The file cannot be used; one line: where, what is wrong, what would be right. It is left as it is."""


@dataclass(slots=True)
class Known:
    """What the file says of one API: customers by name, None for a deleted one; rows by collection; records likewise.

    numbers: the last one given in each collection of records.
    """

    customers: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Any] = field(default_factory=dict)
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def add(self, change: Mapping[str, Any], whole: Whole | None = None, seeds: Collection[str] | None = None) -> None:
        """With one line more; of what was not there at start, a deletion leaves nothing.

        seeds: the names of the customers at start.
        """
        self.customers |= change.get("customers", {})
        for name in [name for name, kept in self.customers.items() if kept is None and seeds is not None and name not in seeds]:
            del self.customers[name]
        self.rows |= change.get("rows", {})
        self.numbers |= change.get("numbers", {})
        for collection, records in change.get("records", {}).items():
            kept = self.records.setdefault(collection, {})
            for name, value in records.items():
                if value is None and whole is not None and not whole.is_seeded(collection, name):
                    kept.pop(name, None)
                else:
                    kept[name] = value

    def as_line(self) -> dict[str, Any]:
        """As it is written."""
        line: dict[str, Any] = {"customers": self.customers, "rows": self.rows}
        return {**line, "records": self.records, "numbers": self.numbers} if self.records or self.numbers else line


class StateFile:
    """A file that one mock keeps, from ``open`` to the end of the process.

    Raises StateFileError for a file that is no such file, is of another API, is damaged, or is used by another mock. The
    last line may be cut off: nobody was told of that change.
    """

    def __init__(self, path: Path, stores: Mapping[str, Store], wholes: Mapping[str, Whole] | None = None) -> None:
        self._path = path.resolve()
        self._lock = Lock()
        self._lines = 0
        self._wholes = wholes or {}
        self._known = {name: Known() for name in (*stores, *self._wholes)}
        self._seeds = {name: frozenset(store.seeded.states) for name, store in stores.items()}
        try:
            self._file = _locked(self._path)
            self._take_over(stores)
        except OSError as error:
            raise StateFileError(f"{path}: {error.strerror}") from None
        self.attach(stores, self._wholes)

    def close(self) -> None:
        """Lets another mock use it; changes are not kept any more."""
        os.close(self._file)

    def attach(self, stores: Mapping[str, Store], wholes: Mapping[str, Whole] | None = None) -> None:
        """What is in the file is in these stores from now on, and what changes there is in the file."""
        self._seeds = {name: frozenset(store.seeded.states) for name, store in stores.items()}
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

        self._wholes = wholes or {}
        for name, whole in self._wholes.items():
            known = self._known.setdefault(name, Known())
            whole.take(known.records, known.numbers)
            whole.keep = lambda records, numbers, name=name: self._add(name, {"records": records, "numbers": numbers})  # type: ignore[misc]  # a default

    def _append(self, api: str, customers: Mapping[str, State | None], rows: Rows) -> None:
        self._add(api, {"customers": {name: _plain(state) for name, state in customers.items()}, "rows": rows})

    def _add(self, api: str, change: Mapping[str, Any]) -> None:
        """Returns when the disk has it; NotKept when it cannot have it."""
        with self._lock:
            try:
                if self._lines >= LINES:
                    self._rewrite()
                _write(self._file, [{"api": api, **_EMPTY, **change}])
            except OSError as error:
                raise NotKept(
                    error.errno, f"{self._path.name} cannot be written ({error.strerror}); nothing was changed"
                ) from None
            self._lines += 1
            self._known[api].add(change, self._wholes.get(api), self._seeds.get(api))

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
            fault = _fault(change, stores, self._wholes)
            if fault:
                raise StateFileError(f"{self._path}: line {number}: {fault}; repair the file, or name a new one")
            self._known[change["api"]].add(change, self._wholes.get(change["api"]), self._seeds.get(change["api"]))

    def _check_header(self, header: Any, stores: Mapping[str, Store]) -> None:
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise StateFileError(f"{self._path}: is no state file of this mock; name one that is, or a new one")
        if header.get("version") != VERSION:
            raise StateFileError(f"{self._path}: has version {header.get('version')}; this mock reads version {VERSION}")
        served = (*stores, *(name for name in self._wholes if name not in stores))
        foreign = [str(name) for name in header.get("apis", ()) if name not in served]
        if foreign:
            raise StateFileError(f"{self._path}: has the state of {', '.join(foreign)}; this mock serves {', '.join(served)}")

    # --- writing --------------------------------------------------------------------------------------------------

    def _rewrite(self) -> None:
        """In place of the old file at once, so that there is a whole one at every moment."""
        draft = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        header = {"format": FORMAT, "version": VERSION, "apis": list(self._known)}
        changes = [{"api": name, **known.as_line()} for name, known in self._known.items()]
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


def _record_fault(change: Mapping[str, Any], whole: Whole | None) -> str | None:
    """What is wrong with the records of a line."""
    records, numbers = change.get("records", {}), change.get("numbers", {})
    if not isinstance(records, dict) or not isinstance(numbers, dict):
        return "is damaged"
    unknown = [name for name in (*records, *numbers) if whole is None or not whole.has(name)]
    if unknown:
        return f"has a collection {unknown[0]!r} that the document does not have"
    values = [value for each in records.values() for value in (each.values() if isinstance(each, dict) else [0])]
    is_whole = all(value is None or isinstance(value, dict) for value in values)
    is_whole = is_whole and all(type(each) is int for each in numbers.values())
    return None if is_whole else "is damaged"


def _fault(change: Any, stores: Mapping[str, Store], wholes: Mapping[str, Whole]) -> str | None:
    """What is wrong with a line, None for nothing."""
    if not isinstance(change, dict) or not all(isinstance(change.get(part), dict) for part in ("customers", "rows")):
        return "is damaged"
    api = str(change.get("api"))
    if api not in stores and api not in wholes:
        return f"is of the API {change.get('api')!r}"
    if fault := _record_fault(change, wholes.get(api)):
        return fault
    known = {entry.name for entry in stores[api].entries} if api in stores else set()
    is_open = api in stores and stores[api].bears
    unknown = [name for name in change["customers"] if name not in known and not is_open]
    if unknown:
        return f"has a customer {unknown[0]!r} that the document does not have"
    records = [kept for kept in change["customers"].values() if kept is not None]
    is_whole = all(
        isinstance(kept, dict) and all(isinstance(kept.get(each), dict) for each in ("record", "hidden")) for kept in records
    )
    rows = [row for kept in change["rows"].values() for row in (kept if isinstance(kept, list) else [None])]
    return None if is_whole and all(isinstance(row, dict) for row in rows) else "is damaged"
