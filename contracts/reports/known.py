"""Known deviations: violations that a file lists, each with a reason and somebody who answers for it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from contracts.reports.result import Result
from contracts.target.settings import read_toml
from contracts.target.target import TargetError, check_keys
from contracts.terms.verdict import Verdict

TEXTS = ("api", "rule", "reason", "owner", "ticket")
KEYS = ("api", "rule", "field", "reason", "owner", "ticket", "expires")
SHOWN_FIELDS = 3
HEADER = re.compile(r"\s*\[\[\s*known\s*\]\]")

Item = tuple[str, str, str]
"""API, rule and field of an item."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """One entry: which results it is about, as globs, and why they may violate.

    ``lines``: the first and the last line of the entry in the file; (0, 0) where they are not known.
    """

    api: str
    rule: str
    fields: tuple[str, ...]
    reason: str = ""
    owner: str = ""
    ticket: str = ""
    expires: date | None = None
    lines: tuple[int, int] = (0, 0)

    @property
    def complete(self) -> bool:
        """Whether it has a reason, and an owner or a ticket."""
        return bool(self.reason and (self.owner or self.ticket))

    def expired(self, today: date) -> bool:
        """Whether its last day is over."""
        return self.expires is not None and self.expires < today

    def covers(self, item: Item, fields: Sequence[str] | None = None) -> bool:
        """Whether an item is meant by this entry, or by some of its ``fields``."""
        api, rule, field = item
        patterns = self.fields if fields is None else fields
        return _means(self.api, api) and _means(self.rule, rule) and any(_means(each, field) for each in patterns)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stale:
    """Something in the file that has to go: where, what it is about, why, and what to delete."""

    place: str
    about: str
    why: str
    delete: str

    @property
    def told(self) -> str:
        """All of it on one line."""
        return f"{self.place}: {self.about} {self.why}: delete {self.delete}"


def _means(pattern: str, name: str) -> bool:
    """``*`` and ``?`` are wildcards; brackets are not, since they are part of the names of fields."""
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def item_of(result: Result) -> Item:
    """The item that a result is of."""
    return result.api, result.rule, result.field


@dataclass(frozen=True, slots=True)
class KnownList:
    """The entries of a file."""

    file: str
    entries: tuple[Deviation, ...]
    today: date

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values, for the way between machines."""
        return {"file": self.file, "entries": [asdict(each) | {"expires": str(each.expires or "")} for each in self.entries]}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> KnownList:
        """The inverse of ``to_dict``, as of today."""
        entries = [
            Deviation(
                **{**each, "fields": tuple(each["fields"]), "lines": tuple(each["lines"])}
                | {"expires": _expires(each["expires"] or None)}
            )
            for each in plain["entries"]
        ]
        return cls(plain["file"], tuple(entries), _today())

    def applied(self, result: Result) -> dict[str, str] | None:
        """What is known of a violation: reason, owner, ticket, expires and the place in the file; None for an unlisted one."""
        for each in self.entries:
            if each.complete and not each.expired(self.today) and each.covers(item_of(result)):
                facts = {"reason": each.reason, "owner": each.owner, "ticket": each.ticket}
                return {**facts, "expires": str(each.expires or ""), "listed": self._place(each)}
        return None

    def lists(self, result: Result) -> bool:
        """Whether the file has an entry for it, finished or not."""
        return any(each.covers(item_of(result)) for each in self.entries)

    def stale(self, results: Iterable[Result], items: Collection[Item]) -> list[Stale]:
        """What has to go after these results: entries that are expired or do not violate any more.

        ``items``: everything there is to judge. An entry about items that were left out of the run, or could not be
        judged, is not stale.
        """
        known = list(results)
        return [found for each in self.entries if each.complete for found in self._stale(each, known, items)]

    def _stale(self, each: Deviation, results: Sequence[Result], items: Collection[Item]) -> Iterator[Stale]:
        if each.expired(self.today):
            if _judged(each, each.fields, results):
                yield self._told(each, each.fields, f"expired on {each.expires}")
            return
        idle = tuple(field for field in each.fields if _conforms(each, (field,), results, items))
        if idle:
            yield self._told(each, idle, "now conforms")

    def _told(self, each: Deviation, fields: tuple[str, ...], why: str) -> Stale:
        first, last = each.lines
        whole = f"lines {first} to {last}" if first else "the entry"
        part = f"{', '.join(map(_quoted, fields))} from its fields"
        return Stale(
            place=self._place(each),
            about=f"{each.api}/{each.rule} [{', '.join(fields[:SHOWN_FIELDS])}{', ...' if len(fields) > SHOWN_FIELDS else ''}]",
            why=why,
            delete=whole if fields == each.fields else part,
        )

    def _place(self, each: Deviation) -> str:
        return f"{self.file}:{each.lines[0]}" if each.lines[0] else f"{self.file}, entry {self.entries.index(each) + 1}"


def _judged(each: Deviation, fields: Sequence[str], results: Iterable[Result]) -> list[Result]:
    """The results that some fields of an entry are about, without those that could not be judged."""
    own = (result for result in results if each.covers(item_of(result), fields))
    return [result for result in own if result.verdict != Verdict.NOT_JUDGED]


def _conforms(each: Deviation, fields: Sequence[str], results: Sequence[Result], items: Collection[Item]) -> bool:
    """Every item was run, some were judged, and none violates."""
    judged = _judged(each, fields, results)
    if not judged or any(result.verdict in (Verdict.VIOLATES, Verdict.KNOWN) for result in judged):
        return False
    run = {item_of(result) for result in results}
    apis = {api for api, _rule, _field in run}
    return all(item in run for item in items if item[0] in apis and each.covers(item, fields))


# --- reading --------------------------------------------------------------------------------------------------------


def load(path: Path, *, draft: bool = False) -> KnownList:
    """The list of a TOML file. ``draft``: entries may lack the reason and the owner, and the file may be missing.

    Raises TargetError, one line, for a file that cannot be read, an unknown key, or a value of the wrong kind.
    """
    if draft and not path.exists():
        return KnownList(str(path), (), _today())
    text, document = read_toml(path)
    try:
        entries = tuple(_entries(document, _spans(text)))
        if not draft:
            _check_complete(entries)
    except TargetError as error:
        raise TargetError(f"{path}: {error}") from None
    return KnownList(str(path), entries, _today())


def _today() -> date:
    return datetime.now(UTC).date()


def _spans(text: str) -> list[tuple[int, int]]:
    """The first and last line of each ``[[known]]``, without blank lines and comments behind it."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines, 1) if HEADER.match(line)]
    ends = [*(start - 1 for start in starts[1:]), len(lines)]
    return [(start, _last(lines, start, end)) for start, end in zip(starts, ends, strict=False)]


def _last(lines: Sequence[str], start: int, end: int) -> int:
    while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end


def _entries(document: Mapping[str, Any], spans: Sequence[tuple[int, int]]) -> Iterator[Deviation]:
    check_keys(document, ("known",), "the file")
    written = document.get("known", [])
    if not isinstance(written, list) or not all(isinstance(each, Mapping) for each in written):
        raise TargetError("known: expected tables [[known]]")
    found = spans if len(spans) == len(written) else [(0, 0)] * len(written)
    for number, (entry, lines) in enumerate(zip(written, found, strict=True), 1):
        where = f"line {lines[0]}" if lines[0] else f"entry {number}"
        try:
            yield _entry(entry, lines)
        except TargetError as error:
            raise TargetError(f"{where}: {error}") from None


def _entry(entry: Mapping[str, Any], lines: tuple[int, int]) -> Deviation:
    check_keys(entry, KEYS, "[[known]]")
    for key in TEXTS:
        if not isinstance(entry.get(key, ""), str):
            raise TargetError(f"{key}: expected a text")
    for key in ("api", "rule", "field"):
        if not entry.get(key):
            raise TargetError(f"{key} is missing: expected a name, or a pattern with *")
    texts = {key: str(entry.get(key, "")).strip() for key in TEXTS}
    return Deviation(**texts, fields=_fields(entry["field"]), expires=_expires(entry.get("expires")), lines=lines)


def _fields(value: Any) -> tuple[str, ...]:
    names = value if isinstance(value, list) else [value]
    if not all(isinstance(each, str) and each for each in names):
        raise TargetError("field: expected a text, or a list of texts")
    return tuple(names)


def _expires(value: Any) -> date | None:
    try:
        found = date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        found = value
    if found is None or (isinstance(found, date) and not isinstance(found, datetime)):
        return found
    raise TargetError(f"expires: expected a date such as 2027-01-31, not {value!r}")


def _check_complete(entries: Sequence[Deviation]) -> None:
    """Refuse a list with entries that nobody has explained yet."""
    for lacking, need in (
        ([each for each in entries if not each.reason], "no reason: say why the deviation may stay"),
        ([each for each in entries if not (each.owner or each.ticket)], "neither owner nor ticket: say who answers for it"),
    ):
        if lacking:
            lines = ", ".join(str(each.lines[0] or f"entry {entries.index(each) + 1}") for each in lacking)
            raise TargetError(f"line {lines}: {need}")


# --- writing --------------------------------------------------------------------------------------------------------


def extend(known: KnownList, violations: Iterable[Sequence[Result]]) -> int:
    """Append an entry for each group of violations of one rule that the file has not yet; the number of entries.

    What stands in the file stays as it is. The new entries lack reason and owner: ``load`` refuses them until a
    person has filled them in.
    """
    groups = [left for group in violations if (left := [each for each in group if not known.lists(each)])]
    if groups:
        path = Path(known.file)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        gap = "" if not before else "\n" if before.endswith("\n") else "\n\n"
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(gap + "\n".join(_written(group) for group in groups))
    return len(groups)


def _written(group: Sequence[Result]) -> str:
    first = group[0]
    fields = [_quoted(each) for each in dict.fromkeys(each.field for each in group)]
    lines = [
        f"# {_comment(first.title)}",
        f"# {_comment(f'Expected {first.expected}; {first.actual}')}",
        "[[known]]",
        f"api = {_quoted(first.api)}",
        f"rule = {_quoted(first.rule)}",
        f"field = {fields[0]}" if len(fields) == 1 else "\n".join(["field = [", *(f"    {each}," for each in fields), "]"]),
        'reason = ""  # why it may stay',
        'owner = ""  # who answers for it; or a ticket, or both',
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _comment(text: str) -> str:
    words = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return words if len(words) <= 110 else f"{words[:107]}..."
