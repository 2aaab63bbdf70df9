"""The journal of a run: the records as they were, and every write, on disk from the first one; and the way back from it.

A run that ends by itself closes its journal. After a crash, kill -9 or power loss an open one is left: the next run on the same
record refuses to start, and ``patch-contracts restore JOURNAL`` puts the record back.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from contracts.record.records import Record
from contracts.target.locks import Held, digest, folder
from contracts.target.secrecy import Redactor
from contracts.target.target import Identity, Target, TargetError
from contracts.terms.exchange import Exchange
from contracts.terms.fixture import Fixture

READS = ("GET", "HEAD", "OPTIONS")


class Journal:
    """Written while a run goes on, free of secrets; ``path``: the file, whose name tells the API."""

    def __init__(self, path: Path, redactor: Redactor) -> None:
        self.path = path
        self._redactor = redactor
        self._marks: list[Path] = []
        self._held: Held | None = None

    @classmethod
    def begin(cls, target: Target, report_dir: Path | None, redactor: Redactor) -> Journal:
        """A new journal in the report folder, or in a temporary one; TargetError where there can be none."""
        try:
            place = report_dir if report_dir is not None else folder()
            place.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=f"journal-{target.api.name}-", suffix=".jsonl", dir=place)
            os.close(handle)
            found = cls(Path(name).resolve(), redactor)
            settings = {"api": str(target.api.file.resolve()), "url": target.url, "read": target.read}
            delete = target.fixture.delete if isinstance(target.fixture, Fixture) else None
            made = {} if delete is None or delete.command else {"delete": {"method": delete.method, "path": delete.path}}
            found._write({"version": 1, **settings, **made}, sure=True)
            if target.fixture is not None:
                found._held = Held(target, found.path)
        except OSError as error:
            raise TargetError(
                f"the journal of the writes cannot be kept: {error.strerror}; set TMPDIR to another folder"
            ) from None
        return found

    def save(self, target: Target, identity: Identity, name: str, record: Record, beside: Record) -> None:
        """Keep a record, and what stands beside it, as they are before the first write; mark it as one to be put back."""
        self._write({"saved": {"name": name, "path": dict(identity.path), "record": record, "beside": beside}}, sure=True)
        mark = _mark(target, identity)
        mark.write_text(str(self.path), encoding="utf-8")
        self._marks.append(mark)

    def tell(self, what: str, path: Mapping[str, str]) -> None:
        """Take note of a record that is made for this run, or removed."""
        self._write({what: dict(path)}, sure=True)

    def left(self) -> Left:
        """What it tells so far; nothing where somebody has taken it away."""
        try:
            return read(self.path)
        except TargetError:
            return Left("", "", None)

    def appeared(self, key: str, by: Exchange) -> None:
        """Take note of a record that a request has made though nobody asked for one."""
        self._write({"appeared": {key: f"made by {by.method} {by.url}"}}, sure=True)

    def __call__(self, exchange: Exchange) -> None:
        """Take note of a request that may have changed something."""
        if exchange.method not in READS:
            body = None if exchange.body is None else exchange.body.decode("utf-8", "backslashreplace")
            self._write({"write": {"method": exchange.method, "url": exchange.url, "body": body, "status": exchange.status}})

    def close(self, *, restored: bool) -> None:
        """The run has ended by itself, and has told what could not be put back: nothing is pending.

        A journal among the temporary files is gone with that, where all is as it was.
        """
        self._write({"closed": {"restored": restored}}, sure=True)
        forget(self._marks)
        if restored and self.path.parent == folder().resolve():
            self.path.unlink(missing_ok=True)
        if self._held is not None:
            self._held.end()

    def _write(self, line: Mapping[str, Any], *, sure: bool = False) -> None:
        """Append a line; ``sure``: it outlives a loss of power too. Other processes may append to the same file."""
        with self.path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(self._redactor.strike(json.dumps(line, ensure_ascii=True, default=str)) + "\n")
            file.flush()
            if sure:
                os.fsync(file.fileno())


@dataclass(frozen=True, slots=True)
class Kept:
    """A record of a journal: what it is called in reports, its path parameters, how it was, and what stood beside it."""

    name: str
    path: Mapping[str, str]
    record: Record
    beside: Record = field(default_factory=dict)


@dataclass(slots=True)
class Left:
    """What a journal tells: where the run was sent to, the records as they were, and how many writes followed.

    ``made``: the path parameters of records that were made and not removed; ``lost``: so many may have been made beside them;
    ``delete``: method and path by which they are removed, where that is no command. ``appeared``: the identifiers of records that
    requests have made though nobody asked for them, each with the request.
    """

    api: str
    url: str
    read: str | None
    saved: list[Kept] = field(default_factory=list)
    writes: int = 0
    closed: bool = False
    made: list[Mapping[str, str]] = field(default_factory=list)
    lost: int = 0
    delete: Mapping[str, str] | None = None
    appeared: dict[str, str] = field(default_factory=dict)


def read(path: Path) -> Left:
    """A journal from its file; the last line may be cut. TargetError for what is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        first = json.loads(lines[0])
        left = Left(first["api"], first["url"], first["read"], delete=first.get("delete"))
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
    except (ValueError, LookupError, TypeError):
        raise TargetError(f"{path}: no journal of a run: expected the file journal-API-....jsonl that a run has left") from None
    for text in lines[1:]:
        with suppress(ValueError, KeyError, TypeError):
            line = json.loads(text)
            if "saved" in line:
                left.saved.append(Kept(**line["saved"]))
            left.writes += "write" in line
            left.closed = left.closed or "closed" in line
            left.lost += ("making" in line) - ("made" in line)
            left.appeared |= line.get("appeared", {})
            left.made += [line["made"]] if "made" in line else []
            left.made = [each for each in left.made if each != line.get("removed")]
    return left


def pending(target: Target, identities: Iterable[Identity]) -> None:
    """Raise TargetError where an earlier run on one of the records, or the bystander, has not ended: it says how to go on."""
    for identity in (*identities, *([target.bystander] if target.bystander is not None else [])):
        mark = _mark(target, identity)
        if not mark.exists():
            continue
        path = Path(mark.read_text(encoding="utf-8"))
        if path.exists():
            raise TargetError(
                f"{target.url}: a run on {identity.name} has not ended: put the record back with "
                f"{_command(path, identity)}, or delete that file if it is as it should be"
            )
        mark.unlink(missing_ok=True)


def unfinished(target: Target) -> None:
    """Raise TargetError where a run that made records for itself on this target was ended from outside: they are still there."""
    path = Held.abandoned(target)
    if path is not None:
        raise TargetError(
            f"{target.url}: a run that had made records has not ended: remove them with {_command(path, target.identity)}, "
            "or delete that file if they are gone"
        )


def _command(path: Path, identity: Identity) -> str:
    """The command that puts back; a journal has no credential."""
    return f"`patch-contracts restore {path}`{', which needs the same --target or --auth as the run' if identity.auth else ''}"


def forget(marks: Iterable[Path]) -> None:
    """Nothing is pending any more."""
    for mark in marks:
        mark.unlink(missing_ok=True)


def marks(target: Target, identities: Iterable[Identity]) -> list[Path]:
    """The marks of some records."""
    return [_mark(target, each) for each in identities]


def _mark(target: Target, identity: Identity) -> Path:
    return folder() / f"{digest(target, identity)}.journal"
