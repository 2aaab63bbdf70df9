"""Values that a document rules out: one fault each, only for a documented limit, enum, type, format or null."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.record.patches import leaves
from contracts.record.values import of_length
from contracts.terms.spelling import spelled
from specs import Api, Choice, Field
from specs.model import Schema, json_types
from specs.normalise import is_null, parts_of_union, properties

NOT_A_MEMBER = "patch-contracts-no-member"


@dataclass(frozen=True, slots=True)
class Fault:
    """A value that must be refused for a field: which keyword of the document rules it out, and how to say so."""

    field: Field
    value: Any
    keyword: str
    why: str


def faults(api: Api, field: Field) -> Iterator[Fault]:
    """The documented faults of one field, the plainest first; none where the document leaves its values open."""
    if not may_be_sent(field):
        return
    yield from _too_long(field)
    yield from _no_member(field)
    yield from _words(field) if api.style == "form" else _wrong_types(field)
    yield from _bad_formats(field)
    if "array" in field.types and int(field.schema.get("minItems", 0)) > 0 and field.states("minItems"):
        yield Fault(field, [], "minItems", f"fewer than {field.schema['minItems']} items")
    if null_refused(api, field) and api.style != "form":
        yield Fault(field, None, "null", "null for a field that is not nullable")


def open_faults(api: Api, field: Field) -> Iterator[Fault]:
    """Values of one field that a server may refuse or accept, since the document rules them neither out nor in."""
    harmless = field.hazard is None and not field.read_only and field.write == "documented"
    if not harmless or "enum" in field.schema or field.safe.get("type") == "null":
        return
    if field.reference is not None:
        yield Fault(field, _of_no_record(field), "reference", "a reference to no record")
        return
    name = str(field.schema.get("format", ""))
    if name in BAD_FORMATS and not field.states("format"):
        yield Fault(field, BAD_FORMATS[name][0], "format", f"not of the format {name}")
    if "maxLength" in field.schema and not field.states("maxLength"):
        size = int(field.schema["maxLength"]) + 1
        yield Fault(field, too_long(field, size), "maxLength", f"{size} characters")
    if not field.nullable and not null_refused(api, field) and not field.children and field.kind == "scalar":
        yield Fault(field, None, "null", "null")


def unknown_keys(field: Field) -> tuple[Any, ...]:
    """For a reference: keys of the right form that hardly any record has; of numbers also one that no column holds, and zero."""
    holder = field.schema.get("items", {}) if field.kind == "array" else field.schema
    return (2_147_000_123, 10**30, 0) if "integer" in json_types(holder) else ("0badc0de-0000-4000-8000-00000badc0de",)


def no_keys(field: Field) -> tuple[Any, ...]:
    """For a reference: values of another type, which careless code reads as the key of some record."""
    holder = field.schema.get("items", {}) if field.kind == "array" else field.schema
    return (True, 2.5) if "integer" in json_types(holder) else (5, True)


def _of_no_record(field: Field) -> Any:
    key = unknown_keys(field)[0]
    return [key] if field.kind == "array" else key


def may_be_sent(field: Field) -> bool:
    """Whether a refusable value may be tried on the field at all, and acceptance of it would be a fault."""
    harmless = field.hazard is None or field.hazard.values is not None
    return harmless and not field.read_only and field.write == "documented"


def plain_fault(api: Api, field: Field) -> Fault | None:
    """The plainest documented fault of a field, or None."""
    return next(faults(api, field), None)


def faulty(api: Api) -> list[Field]:
    """The leaves and nested objects for which the document rules some value out."""
    inner = [each for each in api.walk_fields() if each.children and "[]" not in each.path]
    return [each for each in [*leaves(api), *inner] if plain_fault(api, each) is not None]


def limit(field: Field, keyword: str = "maxLength") -> int | None:
    """The documented limit of a field, None where the document states none."""
    return int(field.schema[keyword]) if keyword in field.schema and field.states(keyword) else None


def too_long(field: Field, size: int) -> str:
    """A string of ``size`` code points that breaks nothing but the limit, as far as the field's form allows."""
    return of_length(field, size) or "a" * size


def null_refused(api: Api, field: Field) -> bool:
    """Whether the document rules null out for this field."""
    choice: Choice = field.null or api.choices["null"]
    return choice.documented and choice.behaviour == "refuse" and not field.nullable


def type_stated(field: Field) -> bool:
    """Whether the document states the type of the field's values."""
    return bool(field.types) and "type" not in field.inferred


def _too_long(field: Field) -> Iterator[Fault]:
    size = limit(field)
    if size is not None:
        yield Fault(field, too_long(field, size + 1), "maxLength", f"{size + 1} characters, one over the limit of {size}")


def _no_member(field: Field) -> Iterator[Fault]:
    if "enum" in field.schema and field.states("enum"):
        yield Fault(field, NOT_A_MEMBER, "enum", f"{spelled(NOT_A_MEMBER)}, not a member of the enum")


def _wrong_types(field: Field) -> Iterator[Fault]:
    """Only values that no server can take for the type: coercion of scalars is left open by the documents."""
    if not type_stated(field):
        yield from _wrong_parts(field)
        return
    if field.kind == "scalar":
        yield Fault(field, {"a": 1}, "type", "an object for a scalar")
        yield Fault(field, ["a"], "type", "a list for a scalar")
    elif field.kind == "object":
        yield Fault(field, ["a"], "type", "a list for an object")
        yield Fault(field, "a", "type", "a string for an object")
        yield Fault(field, True, "type", "true for an object")
    else:
        yield Fault(field, "a", "type", "a string for a list")
        yield Fault(field, {"a": 1}, "type", "an object for a list")
        if field.children:
            yield Fault(field, ["a"], "type", "a list of a text for one of objects")


def _wrong_parts(field: Field) -> Iterator[Fault]:
    """Of a union of objects: no object, and one of a kind that the document does not list."""
    parts = [part for part in _parts(field.schema) if not is_null(part)]
    if not parts or any(json_types(part) != {"object"} for part in parts):
        return
    yield Fault(field, ["a"], "type", "a list for an object")
    yield Fault(field, "a", "type", "a string for an object")
    listed = [{name for name, each in properties(part).items() if each.keys() & {"const", "enum"}} for part in parts]
    for name in sorted(set.intersection(*listed, *(set(part.get("required", ())) for part in parts)))[:1]:
        yield Fault(field, {name: NOT_A_MEMBER}, "type", f"an object whose {name} is {spelled(NOT_A_MEMBER)}")


def _parts(schema: Schema) -> Iterator[Schema]:
    """The parts of a union, and of unions inside it."""
    for part in parts_of_union(schema):
        yield from list(_parts(part)) or [part]


def _words(field: Field) -> Iterator[Fault]:
    """In a form, where every value is a text, only a text is of another type than a number or a flag."""
    if type_stated(field) and field.types <= {"integer", "number", "boolean"}:
        yield Fault(field, NOT_A_MEMBER, "type", f"the text {spelled(NOT_A_MEMBER)} for {' or '.join(sorted(field.types))}")


IMPOSSIBLE = ("1990-02-30", "1990-02-30T00:00:00Z")
"""A day that no calendar has, and a time on it."""
BAD_FORMATS = {
    "date": ("not-a-date", IMPOSSIBLE[0]),
    "date-time": ("not-a-date", IMPOSSIBLE[1]),
    "email": ("not-an-email",),
    "uuid": ("not-a-uuid",),
    "duration": ("not-a-duration",),
    "ipv4": ("not-an-address",),
    "ipv6": ("not-an-address",),
}
"""Values that no reading of a documented format admits; finer points (19900101, a@localhost) are left open."""
RIGHT_FORMATS: Mapping[str, list[str]] = {
    "date": ["1990-02-28"],
    "date-time": ["1990-02-28T00:00:00Z"],
    "email": ["sample@example.com"],
    "uuid": ["00000000-0000-4000-8000-000000000001"],
}
"""What stands ahead of such a value in a list: the first item is seldom the one that is not looked at."""


def _bad_formats(field: Field) -> Iterator[Fault]:
    name = str(field.schema.get("format", ""))
    if name in BAD_FORMATS and field.states("format"):
        for value in BAD_FORMATS[name]:
            yield Fault(field, value, "format", f"{spelled(value)}, not of the format {name}")
    items = field.schema.get("items", {}) if field.kind == "array" and not field.children else {}
    name = str(items.get("format", ""))
    if name in BAD_FORMATS and "items" not in field.inferred:
        right = RIGHT_FORMATS[name] if int(field.schema.get("maxItems", 2)) > 1 else []
        yield Fault(field, [*right, BAD_FORMATS[name][0]], "format", f"an item {spelled(BAD_FORMATS[name][0])}, no {name}")
