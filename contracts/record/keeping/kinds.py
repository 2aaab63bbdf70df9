"""Values of another kind than the document's, such as a list for an object: what reads a record may fail on one for ever.

Null for the key of another record is one as well: a service that shows records below their owner shows this one nowhere then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from contracts.record.keeping.removal import Keeper, unlike
from contracts.record.patches import settable
from contracts.record.records import Record, look_up
from contracts.terms.spelling import underscored
from contracts.terms.verdict import NotJudged
from specs import Field

HARDLY_A_KEY = 1_000_003
"""A number that hardly any record has as its key: what is stored of it is no reference."""

_CALLED_ID = re.compile(r"\bIDs?\b|\b[Ii]dentifiers?\b|\b(?:primary|foreign) key\b")
_NAMED_ID = re.compile(r"(?:^|_)(?:id|parent|owner|author)$")

MOMENTS = ("date-time", "date", "time")
"""Formats of which the empty text is none: checks for what is unset let it through, and what reads the record may fail on it."""


class Kinds:
    """Lets a value of another kind through only where one of the right kind was refused, or stored and put back, before.

    Null that no document allows goes to a number or UUID only where that takes what is the key of no record.

    ``checked``: raises NotJudged where a field is not to be written.
    """

    def __init__(self, party: Keeper, checked: Callable[[Field], None]) -> None:
        self._party = party
        self._checked = checked
        self._known: dict[str, str] = {}
        self._plain: dict[str, bool] = {}

    def check(self, top: Field, value: Any) -> None:
        """Raise NotJudged for a value that might make the record unreadable."""
        for place, sent in _places(top, value):
            if _is_free(place) and not isinstance(sent, Mapping) and not (sent is None and place.nullable):
                raise NotJudged(
                    f"{place.path} is an object of which the document says no more: whatever reads the record might fail on "
                    "another value for it, and nothing would put it back"
                )
            if sent == "" and place.schema.get("format") in MOMENTS:
                raise NotJudged(
                    f"{place.path} is a {place.schema['format']}: some services store an empty text for one, as if unset, "
                    "and cannot read the record any more"
                )
        if value is None and may_be_a_key(top) and not top.nullable and not self._takes_any(top):
            raise NotJudged(
                f"{top.name} may name another record, since it does not take any {'/'.join(sorted(top.types))}: without one, "
                "this record might be shown nowhere"
            )
        if not any(sent is not None and _kind(sent) != place.kind for place, sent in _places(top, value)):
            return
        if top.name not in self._known:
            self._known[top.name] = f"whether {top.name} can be put back is not known"
            self._known[top.name] = self._left_by_its_own_kind(top)
        if self._known[top.name]:
            raise NotJudged(self._known[top.name])

    def _takes_any(self, top: Field) -> bool:
        """Whether a made-up value is stored, and put back after that; worked out once."""
        if top.name not in self._plain:
            self._plain[top.name] = False
            before = self._party.read()
            made_up = HARDLY_A_KEY if self._party.values.safe(top, HARDLY_A_KEY) else None
            body = self._fresh(top, before) if made_up is None else {top.name: made_up}
            if body is not None and self._party.accepted(self._party.patch(body)):
                changed = unlike(self._party, before, self._party.read())
                self._party.patch({top.name: self._party.composer.exact(top, look_up(before, top.response))})
                self._plain[top.name] = changed and not unlike(self._party, before, self._party.read())
        return self._plain[top.name]

    def _left_by_its_own_kind(self, top: Field) -> str:
        """Give the property another value of its kind and put it back; why the record is not what it was, "" where it is."""
        before = self._party.read()
        body = self._fresh(top, before)
        if body is None or not self._party.accepted(self._party.patch(body)):
            return ""
        self._party.patch({top.name: self._party.composer.exact(top, look_up(before, top.response))})
        if unlike(self._party, before, self._party.read()):
            return f"{top.name} could not be put back after another valid value, and nothing else is sent for it"
        return ""

    def _fresh(self, top: Field, record: Record) -> Mapping[str, Any] | None:
        """A patch of the first leaf that has another value; None where there is none."""
        for leaf in settable(self._party.api):
            if leaf.top == top.name:
                try:
                    self._checked(leaf)
                    return self._party.composer.fresh(record, leaf).body
                except NotJudged:
                    continue
        return None


def _places(field: Field, value: Any) -> Iterator[tuple[Field, Any]]:
    """The documented fields in a value that is sent for one, each with what is sent for it."""
    yield field, value
    items = value if isinstance(value, list) and field.kind == "array" else [value]
    for item in items:
        for child in field.children if isinstance(item, Mapping) else ():
            if child.name in item:
                yield from _places(child, item[child.name])


def may_be_a_key(field: Field) -> bool:
    """A whole number without two limits, or a UUID: the key of another record looks like that, whatever the document calls it."""
    limited = {"minimum", "maximum"} <= field.schema.keys() or "enum" in field.schema
    return not limited and ("integer" in field.types or field.schema.get("format") == "uuid")


def names_a_record(field: Field) -> bool:
    """What may be a key, and is called one by its name or description: a made-up value names no record, refused or not."""
    told = _CALLED_ID.search(field.description) or _NAMED_ID.search(underscored(field.name))
    return may_be_a_key(field) and told is not None


def _kind(value: Any) -> str:
    return "object" if isinstance(value, Mapping) else "array" if isinstance(value, list) else "scalar"


def _is_free(field: Field) -> bool:
    """An object of which the document says neither the members nor what values they have."""
    inner = field.schema.get("additionalProperties")
    return field.kind == "object" and not field.children and not (isinstance(inner, Mapping) and inner)
