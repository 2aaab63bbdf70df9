"""What the mock decides about every request property, worked out once from the spec instead of at every request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from specs import Api, Field, RecordField

UNTRIMMED_FORMATS = frozenset({"binary", "date", "date-time", "time", "uuid"})
"""Formats of values that are read as a whole; the frameworks that trim text do not trim these (domain_facts.md 3.1)."""


_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}.*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """A member of a shown object that only the server writes.

    Attributes:
        given: what a new item gets for it, read off the seeds: the time, an id that no other item has, or the
            ``sample``, since all seeded items have the same.
    """

    name: str
    given: Literal["time", "id", "sample"]
    sample: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One request property.

    Attributes:
        shown: its name in the shown parent, None where nothing shows it.
        row_key: set where the record shows whole rows for keys that are sent: the member of a row that holds the key.
        null: what a null does here.
        ignored: what becomes of a value that the client may not write; None where it may.
        trimmed: outer white space is cut off before the value is validated.
        coerced: the JSON type that a value is brought to before it is validated, None where it is not.
        related: whether it, or a member at any depth, refers to other records, is unique, or is told apart by a key.
        members: properties of the object, or of the array's items.
        owned: members of the shown object or item that only the server writes.
        touched: those of them that every write sets to its time.
    """

    field: Field
    shown: str | None
    row_key: str | None
    null: Literal["refuse", "ignore", "store", "remove"]
    ignored: Literal["ignore", "refuse"] | None
    trimmed: bool
    coerced: str | None
    related: bool
    members: Members
    owned: tuple[Owned, ...]
    touched: tuple[str, ...]

    @property
    def policy(self) -> Literal["replace", "merge", "keyed"]:
        """What a write does to the stored value."""
        return self.field.merge.policy if self.field.merge else "replace"


Members = Mapping[str, Member]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All request properties of an API by name, and the top-level properties of the record that follow from a write.

    Attributes:
        touched: set to the time of a write.
        derived: these say whether certain others hold a value.
        related: names of the top-level properties that cannot be judged without a look at other data.
        unique: names of those whose value no two customers may share.
        success_type, read_type: the media types of a success and of the GET's.
    """

    members: Members
    touched: tuple[str, ...]
    derived: tuple[RecordField, ...]
    related: frozenset[str]
    unique: frozenset[str]
    refuses_unknown: bool
    success_type: str
    read_type: str


def plan_of(api: Api) -> Plan:
    """The plan for one API."""
    members = _members(api, api.fields, api.record, "")
    return Plan(
        members=members,
        touched=_touched(members, api.record),
        derived=tuple(each for each in api.record if each.all_set),
        related=frozenset(name for name, member in members.items() if member.related),
        unique=frozenset(name for name, member in members.items() if member.field.unique),
        success_type=(*api.responses[api.success].media_types, "application/json")[0],
        read_type=api.read.media_type if api.read is not None else "application/json",
        refuses_unknown=api.choices["unknown_field"].behaviour == "refuse",
    )


def _members(api: Api, fields: tuple[Field, ...], shown_by: tuple[RecordField, ...], parent: str) -> dict[str, Member]:
    return {each.name: _member(api, each, shown_by, parent) for each in fields}


def _member(api: Api, field: Field, shown_by: tuple[RecordField, ...], parent: str) -> Member:
    shown, row_key = _place(field, parent)
    children = next((each.children for each in shown_by if each.path.removeprefix(parent) == shown), ())
    mark = "[]." if field.kind == "array" else "."
    members = _members(api, field.children, children, f"{field.response}{mark}")
    return Member(
        field=field,
        shown=shown,
        row_key=row_key,
        null=_null(api, field),
        ignored=_ignored(api, field),
        trimmed=_is_trimmed(api, field),
        coerced=_coerced(api, field),
        related=_is_related(field) or any(each.related for each in members.values()),
        members=members,
        owned=_owned(api, members, children),
        touched=_touched(members, children),
    )


def _place(field: Field, parent: str) -> tuple[str | None, str | None]:
    """Where the shown parent holds the value: ``x[].id`` and ``x.id`` show rows under ``x``, found by their ``id``."""
    if field.response is None:
        return None, None
    shown, _, row_key = field.response.removeprefix(parent).partition(".")
    return shown.removesuffix("[]"), row_key or None


def _null(api: Api, field: Field) -> Any:
    if field.null is not None:
        return field.null.behaviour
    if field.nullable or not field.types:
        return "store"
    return api.choices["null"].behaviour


def _ignored(api: Api, field: Field) -> Any:
    return api.choices["read_only"].behaviour if field.read_only or field.write == "open" else None


def _is_trimmed(api: Api, field: Field) -> bool:
    chosen = api.choices["whitespace"].behaviour == "trim" or "trim" in field.normalise
    is_text = "string" in field.types and "enum" not in field.schema
    return chosen and is_text and field.schema.get("format") not in UNTRIMMED_FORMATS


def _coerced(api: Api, field: Field) -> str | None:
    chosen = api.choices["coercion"].behaviour == "coerce" and "enum" not in field.schema and len(field.types) == 1
    return next(iter(field.types)) if chosen else None


def _is_related(field: Field) -> bool:
    return field.reference is not None or field.unique or (field.merge is not None and field.merge.policy == "keyed")


def _owned(api: Api, members: Members, shown_by: tuple[RecordField, ...]) -> tuple[Owned, ...]:
    """The properties of a shown object that no request property writes."""
    written = written_names(members)
    return tuple(_owned_member(api, each) for each in shown_by if name_of(each) not in written)


def _touched(members: Members, shown_by: tuple[RecordField, ...]) -> tuple[str, ...]:
    written = written_names(members)
    return tuple(name_of(each) for each in shown_by if each.touched and name_of(each) not in written)


def written_names(members: Members) -> frozenset[str | None]:
    """The shown names that a client can write."""
    return frozenset(member.shown for member in members.values() if member.ignored is None)


def _owned_member(api: Api, shown: RecordField) -> Owned:
    names = shown.path.replace("[]", "").split(".")
    seen = [value for customer in api.customers for value in _values_at([customer.record], names)]
    given: Literal["time", "id", "sample"] = "sample"
    if shown.touched or any(isinstance(value, str) and _TIME.fullmatch(value) for value in seen):
        given = "time"
    elif _is_id(shown, seen):
        given = "id"
    return Owned(name=names[-1], given=given, sample=seen[0] if seen else None)


def _is_id(shown: RecordField, seen: list[Any]) -> bool:
    """All seeded items have another text, and the document does not say which ones there are."""
    if shown.schema.keys() & {"enum", "const", "pattern", "maxLength"} or shown.schema.get("format") not in (None, "uuid"):
        return False
    return len(seen) > 1 and all(isinstance(value, str) for value in seen) and len(set(seen)) == len(seen)


def _values_at(holders: Iterable[Any], names: list[str]) -> list[Any]:
    """Every value at a path of the record, in all items of the arrays on the way."""
    found = [holder[names[0]] for holder in holders if isinstance(holder, Mapping) and names[0] in holder]
    if len(names) == 1:
        return found
    items = [item for value in found for item in (value if isinstance(value, list) else [value])]
    return _values_at(items, names[1:])


def name_of(shown: RecordField) -> str:
    """The property's own name, the last segment of its path."""
    return shown.path.rsplit(".", 1)[-1].removesuffix("[]")
