"""Schemas of OpenAPI 3.0 and 3.1 brought to one dialect: JSON Schema 2020-12, references inlined."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from specs.model import Schema, SpecError, json_types

UNION_KEYWORDS = ("anyOf", "oneOf")


def inline(schema: Mapping[str, Any], document: Mapping[str, Any], seen: tuple[str, ...] = ()) -> dict[str, Any]:
    """``schema`` without references, ``nullable`` and object-only ``allOf``.

    Raises SpecError for a reference outside the document, to nothing, or into itself: a patch of a recursive
    schema has no finite list of fields.
    """
    if not isinstance(schema, Mapping):
        raise SpecError(f"schema {schema!r}: expected an object, true and false cannot be judged field by field")
    if "$ref" in schema:
        target = str(schema["$ref"])
        if target in seen:
            raise SpecError(f"{target} refers to itself: recursive schemas cannot be judged field by field")
        siblings = {key: value for key, value in schema.items() if key != "$ref"}
        return inline({**lookup(document, target), **siblings}, document, (*seen, target))
    plain = {key: _inline_member(key, value, document, seen) for key, value in schema.items()}
    return _without_null_union(_without_member_union(_merged(_without_nullable(plain))))


def lookup(document: Mapping[str, Any], reference: str) -> Mapping[str, Any]:
    """The object that a local reference (``#/...``) points to; SpecError where it points elsewhere."""
    if not reference.startswith("#/"):
        raise SpecError(f"$ref {reference!r}: only references inside the file (#/...) are supported")
    found: Any = document
    for part in reference[2:].split("/"):
        key = part.replace("~1", "/").replace("~0", "~")
        if not isinstance(found, Mapping) or key not in found:
            raise SpecError(f"$ref {reference!r} points to nothing")
        found = found[key]
    if not isinstance(found, Mapping):
        raise SpecError(f"$ref {reference!r} does not point to an object")
    return found


def resolve(value: Mapping[str, Any], document: Mapping[str, Any]) -> Mapping[str, Any]:
    """``value``, or what it refers to when it is a reference object (parameters, responses, headers)."""
    return lookup(document, str(value["$ref"])) if "$ref" in value else value


def _inline_member(key: str, value: Any, document: Mapping[str, Any], seen: tuple[str, ...]) -> Any:
    if key in ("properties", "patternProperties") and isinstance(value, Mapping):
        return {name: inline(schema, document, seen) for name, schema in value.items()}
    if key == "items" or (key in ("additionalProperties", "not", "propertyNames") and isinstance(value, Mapping)):
        return inline(value, document, seen)
    if key in ("allOf", *UNION_KEYWORDS) and isinstance(value, list):
        return [inline(schema, document, seen) for schema in value]
    return value


def _without_nullable(schema: dict[str, Any]) -> dict[str, Any]:
    """OpenAPI 3.0 ``nullable`` as a type of its own, which is what 3.1 writes."""
    if not schema.pop("nullable", False) or "type" not in schema:
        return schema
    nullable = {**schema, "type": [*sorted(json_types(schema) - {"null"}), "null"]}
    if "enum" in nullable and None not in nullable["enum"]:
        nullable["enum"] = [*nullable["enum"], None]
    return nullable


def _merged(schema: dict[str, Any]) -> dict[str, Any]:
    """``allOf`` of plain objects as one object; other uses stay as they are."""
    parts = schema.get("allOf")
    if not parts or not all("properties" in part or part.keys() <= {"type", "description"} for part in parts):
        return schema
    merged = {key: value for key, value in schema.items() if key != "allOf"}
    for part in parts:
        merged = {
            **part,
            **merged,
            "properties": _both(merged.get("properties", {}), part.get("properties", {})),
            "required": [*merged.get("required", ()), *part.get("required", ())],
        }
    if not merged["required"]:
        del merged["required"]
    return merged


def _both(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of two parts of an allOf; one that stands in both has the keywords of both."""
    return {name: {**first.get(name, {}), **second.get(name, {})} for name in {**first, **second}}


def _without_null_union(schema: dict[str, Any]) -> dict[str, Any]:
    """``anyOf: [X, {type: null}]`` as a nullable X, as code generators write it."""
    for keyword in UNION_KEYWORDS:
        members = schema.get(keyword, ())
        others = [member for member in members if member.get("type") != "null"]
        if len(others) == 1 and len(members) == 2 and "type" in others[0]:
            rest = {key: value for key, value in schema.items() if key != keyword}
            return _without_nullable({**others[0], **rest, "nullable": True})
    return schema


ANNOTATIONS = frozenset({"type", "const", "enum", "title", "description", "deprecated"})
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
    if part.get("type") == "null" and part.keys() <= ANNOTATIONS:
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
