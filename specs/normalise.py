"""Schemas of OpenAPI 3.0 and 3.1 brought to one dialect: JSON Schema 2020-12, references inlined."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from specs.model import Schema, SpecError, json_types
from specs.placing import ABSENT, pointed

UNION_KEYWORDS = ("anyOf", "oneOf")


CUT: Any = object()
MOST_LEVELS = 24
SUBSCHEMAS = ("items", "additionalProperties", "not", "propertyNames")
LEVELS = 2
"""How often a schema that holds itself is written out; below that, only its type is left."""
OBJECT_KEYWORDS = frozenset(
    {"properties", "required", "additionalProperties", "patternProperties", "minProperties", "maxProperties"}
)
NUMBERS = frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"})
EXACT = 2**53
"""Up to here a double has no neighbour that another integer could have been."""
DESCRIBING = frozenset({"description", "title", "example", "examples", "externalDocs", "deprecated"})


def inline(schema: Any, document: Mapping[str, Any], depth: int = MOST_LEVELS) -> dict[str, Any]:
    """``schema`` without references, ``nullable`` and object-only ``allOf``; one that holds itself is cut off at a depth.

    ``depth``: how many levels of members and items are written out. Raises SpecError for a reference outside the document or
    to nothing.
    """
    return _Inliner(document).inlined(schema, (), depth)


class _Inliner:
    """Writes out schemas of one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self._document = document

    def inlined(self, schema: Any, seen: tuple[str, ...], depth: int) -> dict[str, Any]:
        if isinstance(schema, bool):
            return {} if schema else {"not": {}}
        if not isinstance(schema, Mapping):
            raise SpecError(f"schema {schema!r}: expected an object, or true or false")
        if "$ref" in schema:
            target = str(schema["$ref"])
            siblings = {key: value for key, value in schema.items() if key != "$ref"}
            found = {**lookup(self._document, target), **siblings}
            if seen.count(target) >= LEVELS:
                return {key: value for key, value in found.items() if key in ("type", "description", "x-field")}
            return self.inlined(found, (*seen, target), depth)
        plain = {key: value for key, value in self._members(schema, seen, depth) if value is not CUT}
        return _without_nullable(_without_null_union(_with_bounds(_without_lone_union(_merged(_without_member_union(plain))))))

    def _members(self, schema: Mapping[str, Any], seen: tuple[str, ...], depth: int) -> Iterator[tuple[str, Any]]:
        for key, value in schema.items():
            if key in ("properties", "patternProperties") and isinstance(value, Mapping):
                yield key, {name: self.inlined(each, seen, depth - 1) for name, each in value.items()} if depth else CUT
            elif key in SUBSCHEMAS and (isinstance(value, Mapping) or (key == "items" and isinstance(value, bool))):
                yield key, self.inlined(value, seen, depth - 1) if depth else CUT
            elif key == "required" and not depth:
                continue  # of members that are not written out
            elif key in ("allOf", "prefixItems", *UNION_KEYWORDS) and isinstance(value, list):
                yield key, [self.inlined(each, seen, depth) for each in value]
            else:
                yield key, value


def lookup(document: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    """The object that a local reference (``#/...``) points to; SpecError where it points elsewhere."""
    if not reference.startswith("#/"):
        raise SpecError(f"$ref {reference!r}: only references inside the file (#/...) are supported")
    found = pointed(document, reference[1:])
    if found is ABSENT:
        raise SpecError(f"$ref {reference!r} points to nothing")
    if not isinstance(found, Mapping):
        raise SpecError(f"$ref {reference!r} does not point to an object")
    return found


def resolve(value: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """``value``, or what it refers to when it is a reference object (parameters, responses, headers)."""
    return lookup(document, str(value["$ref"])) if "$ref" in value else value


def _without_nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 ``nullable`` as a type of its own, which is what 3.1 writes."""
    if not schema.pop("nullable", False) or "type" not in schema:
        return schema
    return _or_null(schema)


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A schema with a type or an enum, and null beside what it admits."""
    found = dict(schema)
    if "type" in found:
        found["type"] = [*sorted(json_types(schema) - {"null"}), "null"]
    if "const" in found:
        found["enum"] = [found.pop("const")]
    if "enum" in found and None not in found["enum"]:
        found["enum"] = [*found["enum"], None]
    return found


def _with_bounds(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 ``exclusiveMinimum: true`` as the number that it speaks of, and ``5.0`` of an integer as the integer it is.

    The latter is how some code generators write it; many services take no ``5.0`` for an integer.
    """
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        if isinstance(schema.get(exclusive), bool) and schema.pop(exclusive) and bound in schema:
            schema[exclusive] = schema.pop(bound)
    if json_types(schema) - {"null"} == {"integer"}:
        for name in NUMBERS & schema.keys():
            value = schema[name]
            if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT:
                schema[name] = int(value)
    return schema


def _merged(schema: dict[str, Any]) -> dict[str, Any]:
    """``allOf`` of objects as one object, and of a single part as that part; other uses stay as they are."""
    parts = schema.get("allOf")
    if not parts:
        return schema
    rest = {key: value for key, value in schema.items() if key != "allOf"}
    if len(parts) == 1 and not parts[0].keys() & rest.keys() & {"properties", "required"}:
        return {**parts[0], **rest}
    if _are_apart([rest, *parts]):
        return {name: value for part in (*parts, rest) for name, value in part.items()}
    if not any("properties" in part for part in (rest, *parts)) or not all(map(_is_objectlike, parts)):
        return schema
    merged = rest
    for part in parts:
        merged = {
            **part,
            **merged,
            "properties": _both(merged.get("properties", {}), part.get("properties", {})),
            "required": list(dict.fromkeys([*merged.get("required", ()), *part.get("required", ())])),
        }
    if not merged["required"]:
        del merged["required"]
    return merged


def _are_apart(parts: Iterable[Mapping[str, Any]]) -> bool:
    """No two parts say anything of the same kind, descriptions aside: together they are one schema."""
    seen: set[str] = set()
    for part in parts:
        keywords = {"type" if key in OBJECT_KEYWORDS else key for key in part} - DESCRIBING
        if keywords & seen:
            return False
        seen |= keywords
    return True


def _is_objectlike(part: Mapping[str, Any]) -> bool:
    """Nothing in it speaks of anything but the members of an object."""
    plain = {key for key in part if not key.startswith("x-")} - OBJECT_KEYWORDS
    return plain <= {
        "type",
        "description",
        "title",
        "example",
        "examples",
        "default",
        "nullable",
        "discriminator",
        "xml",
        "externalDocs",
    }


def _both(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of two parts of an allOf; one that stands in both has the keywords of both."""
    return {name: {**first.get(name, {}), **second.get(name, {})} for name in {**first, **second}}


def parts_of_union(schema: Mapping[str, Any]) -> list[Any]:
    """The parts of which a value is one, or one of several; none where the schema is no union."""
    return [part for keyword in UNION_KEYWORDS for part in schema.get(keyword, ())]


def _without_lone_union(schema: dict[str, Any]) -> dict[str, Any]:
    """``oneOf: [X]`` as X, as generators write an optional member: a choice of one leaves none.

    A part that says otherwise than what stands beside it stays where it is.
    """
    for keyword in UNION_KEYWORDS:
        parts = schema.get(keyword, ())
        rest = {key: value for key, value in schema.items() if key != keyword}
        if len(parts) == 1 and not schema.get("nullable") and not _clash(parts[0], rest):
            schema = {**parts[0], **rest}
    return schema


def _clash(part: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Both have a keyword that is no description, with another value."""
    return any(part[key] != other[key] for key in part.keys() & other.keys() - DESCRIBING)


def _without_null_union(schema: dict[str, Any]) -> dict[str, Any]:
    """``anyOf: [X, {type: null}]`` as a nullable X, as code generators write it; beside several others, null stays a part."""
    for keyword in UNION_KEYWORDS:
        parts = [each for part in schema.get(keyword, ()) for each in _flat(part, keyword)]
        others = [part for part in parts if not is_null(part)]
        rest = {key: value for key, value in schema.items() if key != keyword}
        nullable = len(others) < len(parts) or (bool(others) and rest.pop("nullable", False) is True)
        if len(others) != 1 or not nullable:
            if nullable and len(others) == len(parts):  # of OpenAPI 3.0, where null is no type
                parts.append({"type": "null"})
            schema = {**rest, keyword: parts} if parts else schema
        elif others[0].keys() & {"type", "enum", "const"}:
            return _or_null({**others[0], **rest})
        elif others[0].keys() <= DESCRIBING | {"default"}:
            return {**others[0], **rest}  # anything at all, null included
    return schema


def _flat(part: Mapping[str, Any], keyword: str) -> list[Mapping[str, Any]]:
    """The parts of a union inside a union, where it is nothing but that."""
    inner = part.get(keyword)
    plain = isinstance(inner, list) and part.keys() <= DESCRIBING | {keyword, "default"}
    return [each for member in inner for each in _flat(member, keyword)] if isinstance(inner, list) and plain else [part]


def is_null(schema: Mapping[str, Any]) -> bool:
    """Whether null is all that a schema admits, in one of the ways to write that."""
    return schema.get("type") in ("null", ["null"]) or schema.get("enum") == [None] or schema.get("const", ...) is None


ANNOTATIONS = DESCRIBING | {"type", "const", "enum", "default"}
"""Keywords of a member that a union spells out; with any other one it is more than a member."""


def _without_member_union(schema: dict[str, Any]) -> dict[str, Any]:
    """``anyOf: [{const: a}, {const: b}]`` as the enum that it is, as libraries of types write it; null may be among them."""
    for keyword in UNION_KEYWORDS:
        parts = schema.get(keyword, ())
        members = [each for part in parts for each in _members(part)]
        if len(members) < 2 or not all(_members(part) for part in parts) or "enum" in schema:
            continue
        rest = {key: value for key, value in schema.items() if key != keyword}
        types = sorted({name for part in parts for name in json_types(part) or map(_type_name, _members(part))})
        return {**rest, "type": types[0] if len(types) == 1 else types, "enum": members}
    return schema


def _members(part: Mapping[str, Any]) -> list[Any]:
    """The values that one part of a union lists; none where it says more."""
    if is_null(part) and part.keys() <= ANNOTATIONS:
        return [None]
    if not part.keys() <= ANNOTATIONS:
        return []
    return [part["const"]] if "const" in part else list(part.get("enum", ()))


def _type_name(value: Any) -> str:
    names = {bool: "boolean", int: "integer", float: "number", str: "string", type(None): "null", list: "array", dict: "object"}
    return names[type(value)]


def properties(schema: Schema) -> Mapping[str, Schema]:
    """The documented members of an object schema."""
    found: Mapping[str, Schema] = schema.get("properties", {})
    return found
