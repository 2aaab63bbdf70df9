"""Schemas that contradict themselves: what no value can satisfy, and values of a document that its own schema refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema_rs

from specs.model import SpecError
from specs.normalise import inline, properties
from specs.placing import escaped

BOUNDS = (
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
    ("minimum", "maximum"),
)
MOST_TOLD = 20
"""A document that was never checked has hundreds: so many show what is meant."""
DEPTH = 3
"""Levels to which a schema is written out for a look at its values."""
MAPS = ("properties", "patternProperties")
VALUES = ("example", "examples", "default", "enum", "const")


def contradictions(document: Mapping[str, Any]) -> list[str]:
    """A line for each: the place as a JSON Pointer, and what contradicts what."""
    found: list[str] = []
    for pointer, schema in _schemas(document, "#", inside=False):
        found += [f"{pointer}: {told}" for told in _of_schema(schema, document)]
        if len(found) >= MOST_TOLD:
            return [*found[:MOST_TOLD], "... and more"]
    return found


def _schemas(value: Any, pointer: str, *, inside: bool) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every schema of a document with its place; ``inside``: the value is one, or a list of them."""
    if isinstance(value, list):
        for index, each in enumerate(value):
            yield from _schemas(each, f"{pointer}/{index}", inside=inside)
    if not isinstance(value, Mapping):
        return
    if inside:
        yield pointer, value
    for name, each in value.items():
        below = f"{pointer}/{escaped(str(name))}"
        if isinstance(each, Mapping) and name in (MAPS if inside else ("schemas",)):
            for member, inner in each.items():
                yield from _schemas(inner, f"{below}/{escaped(str(member))}", inside=True)
        elif not (str(name).startswith("x-") or (inside and name in VALUES)):
            yield from _schemas(each, below, inside=inside or name == "schema")


def _of_schema(schema: Mapping[str, Any], document: Mapping[str, Any]) -> Iterator[str]:
    for low, high in BOUNDS:
        if _is_number(schema.get(low)) and _is_number(schema.get(high)) and schema[low] > schema[high]:
            yield f"{low} {schema[low]} is more than {high} {schema[high]}: no value is valid"
    yield from _of_required(schema)
    values = [("example", schema["example"])] if "example" in schema else []
    values += [("a member of examples", each) for each in _listed(schema.get("examples"))]
    values += [("default", schema["default"])] if "default" in schema else []
    yield from _refused(schema, values, document)
    plain = {name: each for name, each in schema.items() if name != "enum"}
    members = [("the member of the enum", each) for each in _listed(schema.get("enum"))]
    yield from _refused(plain, [each for each in members if each[1] is not None], document)


def _of_required(schema: Mapping[str, Any]) -> Iterator[str]:
    if not isinstance(schema.get("required"), list) or not isinstance(schema.get("properties"), Mapping):
        return
    for name in schema["required"]:
        member = properties(schema).get(name)
        if isinstance(member, Mapping) and member.get("readOnly") is True and member.get("writeOnly") is True:
            yield f"{name} is required, readOnly and writeOnly: nobody can send it, and nobody show it"
        if member is None and schema.get("additionalProperties") is False and not schema.keys() & {"allOf", "anyOf", "oneOf"}:
            yield f"{name} is required, is no property, and no others are allowed: no value is valid"


def _refused(schema: Mapping[str, Any], values: list[tuple[str, Any]], document: Mapping[str, Any]) -> Iterator[str]:
    """Values that the schema beside them refuses; a schema that cannot be used is told by others."""
    if not values or not schema.keys() - {"description", "title", "example", "examples", "default"}:
        return
    try:
        check = jsonschema_rs.Draft202012Validator(inline(schema, document, DEPTH), validate_formats=True)
    except (SpecError, ValueError, TypeError, AttributeError, RecursionError, jsonschema_rs.ValidationError):
        return
    for what, value in values:
        error = next(iter(check.iter_errors(value)), None)
        if error is not None:
            yield f"{what} {str(value)[:60]!r} is not valid by the schema beside it: {' '.join(error.message.split())[:120]}"


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
