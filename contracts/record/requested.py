"""What a body that was composed elsewhere asks for: the outcomes on which every reading of the document agrees.

The suite's own rules compose bodies whose outcome is certain. A generated body holds values that a conforming server may
trim, coerce or normalise, and parts of objects whose merging is left open: those are told apart here, and not judged.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.record.party import Party
from contracts.record.records import ABSENT, Located, Record, look_up
from specs import Field

PLAIN_TEXT = re.compile("(?:[!-~\u00a1-\u024f](?:[ -~\u00a1-\u024f]*[!-~\u00a1-\u024f])?)?")
"""Texts without outer space, control characters and combining marks: nothing that a server may tidy up."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a body asks for one property of the record.

    ``certain``: the outcome is the same by every reading of the document, and ``value`` is what must be shown afterwards,
    ABSENT where a replaced object no longer holds the property.
    """

    field: Field
    certain: bool
    value: Any = None

    @property
    def path(self) -> str:
        """The record property that may change; of a reference, the whole row that is shown."""
        path = self.field.response or self.field.path
        reference = self.field.reference
        if reference is not None and path != self.field.path:
            path = path.removesuffix(f".{reference.key}")
        return path.replace("[]", "")

    def granted(self, party: Party, before: Record, after: Record) -> bool:
        """Whether the record shows what was asked for; an empty text may have become none."""
        shown = look_up(after, self.field.response)
        if self.value is ABSENT:
            earlier = look_up(before, self.field.response)
            return earlier in (ABSENT, "") or not party.reader.same(self.field, earlier, shown)
        return party.reader.same(self.field, self.value, shown) or (self.value == "" and shown is ABSENT)


def requests(party: Party, body: Any) -> list[Request]:
    """What a JSON body asks for; nothing where it is no object. Unknown and read-only members ask for nothing."""
    return list(_members(party, party.api.fields, body)) if isinstance(body, Mapping) else []


def unrequested(found: list[Located], asked: list[Request]) -> list[Located]:
    """The differences between two readings that no request explains."""
    return [each for each in found if not any(_concerns(each, request.path) for request in asked)]


def _concerns(found: Located, path: str) -> bool:
    where = found.where.replace("[]", "")
    return f"{where}.".startswith(f"{path}.") or f"{path}.".startswith(f"{where}.")


def _members(party: Party, fields: tuple[Field, ...], body: Mapping[str, Any]) -> Iterator[Request]:
    for field in fields:
        if field.name in body and field.response is not None and (field.write == "open" or not field.read_only):
            yield from _member(party, field, body[field.name])


def _member(party: Party, field: Field, value: Any) -> Iterator[Request]:
    if field.kind == "object" and field.children and isinstance(value, Mapping):
        yield from _members(party, field.children, value)
        yield from _left_out(field, value)
    else:
        yield Request(field, _certain(party, field, value), value)


def _left_out(holder: Field, body: Mapping[str, Any]) -> Iterator[Request]:
    """Members of an object that was sent without them: gone where the document replaces it, else kept or open."""
    policy = holder.merge.policy if holder.merge is not None and holder.merge.documented else ""
    if policy == "merge":
        return
    replaced = policy == "replace" and any(child.name in body for child in holder.children)  # what {} does is never said
    for child in holder.children:
        if child.name not in body and child.response is not None:
            settable = not child.read_only and not child.children and child.write == "documented"
            yield Request(child, replaced and settable, ABSENT)


def _certain(party: Party, field: Field, value: Any) -> bool:
    if field.write == "open" or field.reference is not None or field.children or field.response in party.reader.derived:
        return False
    if value is None:
        return field.states("nullable")
    if not party.values.safe(field, value):
        return False
    return not isinstance(value, str) or (
        PLAIN_TEXT.fullmatch(value) is not None and ("format" not in field.schema or value == value.lower())
    )
