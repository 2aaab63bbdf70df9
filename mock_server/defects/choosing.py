"""Which field a defect strikes: chosen by what the document says of it, never by its name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonschema_rs

from specs import Api, Field

Test = Callable[[Field], bool]
Choice = Callable[[Api], Field | None]


def fields(api: Api, *tests: Test) -> list[Field]:
    """The usable fields that pass all tests, in document order: written without harm, shown by the record, and no item's key."""
    keys = keys_of_items(api)
    usable = (field for field in api.walk_fields() if is_usable(field) and field.path not in keys)
    return [field for field in usable if all(test(field) for test in tests)]


def keys_of_items(api: Api) -> frozenset[str]:
    """The fields by which the items of arrays are matched."""
    arrays = [field for field in api.walk_fields() if field.merge is not None and field.merge.key]
    return frozenset(f"{field.path}[].{field.merge.key}" for field in arrays if field.merge is not None)


def limited_key(api: Api) -> Field | None:
    """The first key of a top-level array's items that has a documented limit."""
    keys = keys_of_items(api)
    limited = (field for field in api.walk_fields() if field.path in keys and is_limited(field))
    return next((field for field in limited if field.path == f"{field.top}[].{field.name}"), None)


def first(*tests: Test) -> Choice:
    """Chooses the first usable field that passes all tests."""
    return lambda api: next(iter(fields(api, *tests)), None)


def last(*tests: Test) -> Choice:
    """Chooses the last usable field that passes all tests: only a look at every field finds what is wrong with it."""
    return lambda api: next(reversed(fields(api, *tests)), None)


def any_field(*tests: Test) -> Choice:
    """Chooses the first field of the document that passes all tests, usable or not."""
    return lambda api: next((field for field in api.walk_fields() if all(test(field) for test in tests)), None)


def is_usable(field: Field) -> bool:
    """A value can be sent to it, and read back under the same name."""
    is_writable = not field.read_only and field.write == "documented" and field.hazard is None
    return is_writable and field.reference is None and field.response is not None


def takes(value: Any) -> Test:
    """The value is a valid one, and one that may be sent to any conforming server."""
    return lambda field: all(jsonschema_rs.is_valid(dict(schema), value) for schema in (field.schema, field.safe))


def is_text(field: Field) -> bool:
    """It takes ordinary words."""
    return field.types == {"string"} and takes("Sample Text")(field)


def is_limited(field: Field) -> bool:
    """Text with a documented limit."""
    return field.types == {"string"} and field.states("maxLength")


def is_enum(field: Field) -> bool:
    """One of a documented list of texts."""
    return "string" in field.types and field.states("enum")


def is_nullable(field: Field) -> bool:
    """Null is documented."""
    return field.nullable and field.states("nullable")


def is_required(field: Field) -> bool:
    """Its parent is nothing without it."""
    return field.required


def is_top(field: Field) -> bool:
    """A property of the body itself."""
    return "." not in field.path


def is_nested(field: Field) -> bool:
    """A property of an object or of an item."""
    return "." in field.path


def is_in_object(field: Field) -> bool:
    """A property of an object that stands in no array."""
    return "." in field.path and "[]" not in field.path


def is_in_items(field: Field) -> bool:
    """A property of the items of an array."""
    return "[]." in field.path


def is_boolean(field: Field) -> bool:
    """True or false."""
    return field.types == {"boolean"}


def is_date(field: Field) -> bool:
    """A text with the documented format of a date."""
    return field.schema.get("format") == "date" and field.states("format")


def is_object(field: Field) -> bool:
    """It has documented members."""
    return field.kind == "object" and bool(field.children)


def is_array(field: Field) -> bool:
    """A list of values or objects."""
    return field.kind == "array"


def is_merged_as(policy: str) -> Test:
    """An object or array for which the document itself has this policy."""
    return lambda field: field.merge is not None and field.merge.documented and field.merge.policy == policy


def sibling(api: Api, field: Field, *tests: Test) -> Field | None:
    """Another usable field with the same parent that passes all tests."""
    parent = field.path.rpartition(".")[0]
    found = fields(api, lambda each: each.path.rpartition(".")[0] == parent, *tests)
    return next((each for each in found if each.path != field.path), None)


def paired(choose: Choice, *tests: Test) -> Choice:
    """As ``choose``, for APIs where the field has a sibling that passes the tests."""

    def chosen(api: Api) -> Field | None:
        field = choose(api)
        return field if field is not None and sibling(api, field, *tests) is not None else None

    return chosen


def must_refuse(point: str) -> Callable[[Api], bool]:
    """Whether the document itself says that this is refused."""
    return lambda api: api.choices[point].documented and api.choices[point].behaviour == "refuse"
