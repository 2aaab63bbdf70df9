"""Schemas that were written out in the dialect of today, as OpenAPI 3.0 spells them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BY_NAME = ("properties", "patternProperties")
IN_LISTS = ("allOf", "anyOf", "oneOf")
ALONE = ("items", "additionalProperties", "not")


def older(schema: Any) -> Any:
    """The same schema with one type, ``nullable``, and flags for exclusive limits."""
    if not isinstance(schema, Mapping):
        return schema
    copy = {name: _inner(name, value) for name, value in schema.items()}
    types = copy.get("type")
    if isinstance(types, list):
        plain = [each for each in types if each != "null"]
        if len(plain) < len(types):
            copy["nullable"] = True
        if len(plain) == 1:
            copy["type"] = plain[0]
        else:
            del copy["type"]
            if plain:
                copy.setdefault("anyOf", [{"type": each, **({"items": {}} if each == "array" else {})} for each in plain])
    for bound, exclusive in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        value = copy.get(exclusive)
        if value is not None and not isinstance(value, bool):
            copy[bound], copy[exclusive] = value, True
    if "const" in copy:
        copy["enum"] = [copy.pop("const")]
    if copy.get("type") == "array":
        copy.setdefault("items", {})
    return copy


def _inner(name: str, value: Any) -> Any:
    if name in BY_NAME and isinstance(value, Mapping):
        return {member: older(each) for member, each in value.items()}
    if name in IN_LISTS and isinstance(value, list):
        return [older(each) for each in value]
    return older(value) if name in ALONE else value
