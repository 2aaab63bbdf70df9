"""How a member that a record lacks is taken out again: learnt from members that it shows, then tried on the member itself."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from contracts.record.answers import undocumented
from contracts.record.keeping.presence import MERGE_PATCH, emptied
from contracts.record.patches import Composer
from contracts.record.records import Reader, Record, is_empty, lacks, look_up
from contracts.record.values import Values
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import NotJudged
from specs import Api, Field

ZEROS: Mapping[str, Any] = {"array": [], "object": {}, "string": "", "integer": 0, "number": 0, "boolean": False}
WITNESSES = 3
"""So many members that the record shows are asked whether a way takes them out; the first that is accepted decides."""


class LeftOut:
    """Stands for leaving a member out of its object or items, where those are replaced as a whole."""

    def __repr__(self) -> str:
        return "left out"


LEFT_OUT = LeftOut()


class Keeper(Protocol):
    """The party whose record is kept."""

    api: Api
    composer: Composer
    reader: Reader
    values: Values

    def patch(self, body: Any) -> Exchange:
        """PATCH a JSON body."""

    def read(self, without: str | None = None) -> Record:
        """The record now."""

    def accepted(self, exchange: Exchange) -> bool:
        """The request took effect by its answer."""


def unlike(party: Keeper, before: Record, after: Record) -> bool:
    """Whether two records differ in anything that does not move by itself: values, members that nobody documents, and absence."""
    own, other = (undocumented(party.api.record, each) for each in (before, after))
    strange = [each for each in own.keys() | other.keys() if not Reader.equal(own.get(each), other.get(each))]
    return (
        bool(party.reader.differences(before, after))
        or any(not party.reader.moves(each) for each in strange)
        or any(not party.reader.moves(each.path) for each in emptied(before, after))
    )


class Removal:
    """Decides whether members that a record lacks may be written.

    ``usable``: whether a field may be written for learning. ``unseen``: why it is there all the same, and not shown; "" else.
    """

    def __init__(
        self, party: Keeper, saved: Record, usable: Callable[[Field], bool], unseen: Callable[[Field], str] = lambda _field: ""
    ) -> None:
        self._unseen = unseen
        self._party = party
        self._saved = saved
        self._usable = usable
        self._seen: dict[tuple[str, str], bool] = {}
        self._works: dict[str, bool] = {}

    def check(self, field: Field) -> None:
        """Raise NotJudged unless a way was seen to take the field out again, so that the record is what it was."""
        if reason := self._unseen(field):
            raise NotJudged(reason)
        if field.path not in self._works:
            self._works[field.path] = False  # whatever ends the attempt
            self._works[field.path] = any(self._takes_out(field, way) and self._works_on(field, way) for way in self._ways(field))
        if not self._works[field.path]:
            raise NotJudged(f"the record has no {field.path}, and no way is known to take it out again")

    def null_removes(self) -> bool:
        """Whether null takes a member at the top out, by a member that the record shows."""
        return self._is_seen(None, None, "")

    def _ways(self, field: Field) -> Iterator[Any]:
        if self._holder(field) is not None:
            yield LEFT_OUT
        if "[]" not in field.path:
            yield None
            yield from (ZEROS[kind] for kind in ZEROS if kind in field.types)

    def _holder(self, field: Field) -> Field | None:
        way = self._party.composer.way(field)
        return way[-2] if len(way) > 1 else None

    # --- what a member that is there tells ---

    def _takes_out(self, field: Field, way: Any) -> bool:
        kind = next((each for each in ZEROS if each in field.types), "") if way not in (None, LEFT_OUT) else ""
        return self._is_seen(self._holder(field), way, kind)

    def _is_seen(self, holder: Field | None, way: Any, kind: str) -> bool:
        key = holder.path if holder is not None else "", f"{way!r} {kind}"
        if key not in self._seen:
            self._seen[key] = False
            witnesses = self._witnesses(holder, kind)
            told = (self._asked(each, way) for each in witnesses[:WITNESSES])
            by_standard = not witnesses and way is None and MERGE_PATCH in self._party.api.media_types
            self._seen[key] = next((each for each in told if each is not None), by_standard)
        return self._seen[key]

    def _witnesses(self, holder: Field | None, kind: str) -> list[Field]:
        """Members beside the field that the record shows with a value, and that may be written; those that may be null first."""
        needed = {each.path for each in self._party.api.walk_record() if each.required}
        around = self._party.api.fields if holder is None else holder.children
        found = [
            each
            for each in around
            if _plain(each)
            and each.response not in needed
            and (not kind or kind in each.types)
            and _has_value(look_up(self._saved, each.response))
            and self._usable(each)
        ]
        return sorted(found, key=lambda each: not each.nullable)

    def _asked(self, witness: Field, way: Any) -> bool | None:
        """Whether a way takes out a member that is there, which is put back; None where the service refuses it."""
        before = self._party.read()
        exchange = self._party.patch(self._body(witness, before, way))
        after = self._party.read()
        removed = _gone(after, witness)
        if unlike(self._party, before, after):
            top = self._party.composer.way(witness)[0]
            self._party.patch({top.name: self._party.composer.exact(top, look_up(before, top.response))})
            if unlike(self._party, before, self._party.read()):
                return False
        return removed if self._party.accepted(exchange) else None

    # --- the member itself ---

    def _works_on(self, field: Field, way: Any) -> bool:
        """Whether the way leaves the record as it is without the member, and takes a value of it out again."""
        before = self._party.read()
        if way is LEFT_OUT:
            return "[]" in field.path or self._comes_and_goes(field, before, way)
        exchange = self._party.patch(self._body(field, before, way))
        if not self._party.accepted(exchange) or unlike(self._party, before, self._party.read()):
            return False
        return self._comes_and_goes(field, before, way)

    def _comes_and_goes(self, field: Field, before: Record, way: Any) -> bool:
        try:
            value = self._party.values.fresh(field)
        except NotJudged:
            return True  # no valid value is known: what is sent will be refused, or is taken out as was seen
        self._party.patch(self._body(field, before, way, value))
        if not unlike(self._party, before, self._party.read()):
            return True
        self._party.patch(self._body(field, before, way))
        return not unlike(self._party, before, self._party.read())

    def _body(self, field: Field, record: Record, way: Any, value: Any = LEFT_OUT) -> dict[str, Any]:
        """The patch that takes a field out by a way, or gives it a value; everything beside it as the record shows it."""
        fields = self._party.composer.way(field)
        sent = way if value is LEFT_OUT else value
        if len(fields) == 1:
            return {field.name: sent}
        top = copy.deepcopy(self._party.composer.exact(fields[0], look_up(record, fields[0].response)))
        _put(top, [each.name for each in fields[1:]], sent)
        return {fields[0].name: top}


def _put(value: Any, names: list[str], sent: Any) -> None:
    """Set a member in an object, or in each item of a list; what is to be left out is taken out."""
    if isinstance(value, list):
        for each in value:
            _put(each, names, sent)
    elif isinstance(value, dict) and len(names) > 1:
        _put(value.setdefault(names[0], {}), names[1:], sent)
    elif isinstance(value, dict) and sent is LEFT_OUT:
        value.pop(names[0], None)
    elif isinstance(value, dict):
        value[names[0]] = sent


def _plain(each: Field) -> bool:
    """A member that can be taken out and put back without any effect beside it."""
    free = each.hazard is None and each.reference is None and not each.unique and not each.required
    return free and not each.read_only and not each.write_only and each.write != "open" and each.response is not None


def _has_value(value: Any) -> bool:
    """Something is shown, in the items of lists too."""
    return any(map(_has_value, value)) if isinstance(value, list) else not is_empty(value)


def _gone(record: Record, witness: Field) -> bool:
    """The record lacks the member; in the items of lists, each of them does."""
    if "[]" not in (witness.response or ""):
        return lacks(record, witness.response)
    return not _has_value(look_up(record, witness.response))
