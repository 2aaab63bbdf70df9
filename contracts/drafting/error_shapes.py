"""The template of an error body, read off its schema: where the message stands, and where the fields are named."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import jsonschema_rs

from contracts.drafting.places import branches
from contracts.drafting.seeding import sample
from contracts.terms.spelling import underscored
from specs.model import Schema, SpecError, json_types
from specs.normalise import properties

CODE = re.compile(r"(?:^|_)(?:(?:err|error|status|result|reason)?code|type|kind)$")
MESSAGE = re.compile(r"(?:^|_)(?:detail|description|reason|title|error)s?(?:_|$)|(?:message|msg)s?(?:_|$)")
FIELD = re.compile(
    r"(?:^|_)(?:(?:field|param|parameter|att(?:r|ribute)?|prop|property)(?:_?(?:name|path|key|id))?|(?:json_?)?pointer|path|name|key"
    r"|loc|location|source|target)s?$"
)
"""Names of members by what they hold, spelt with underscores; what ends like a code is none of the message's words."""
FAULTS: Mapping[str, Mapping[str, str]] = {
    "default": {"message": "is not valid", "code": "invalid"},
    "maxLength": {"message": "has more than {limit} characters", "code": "too_long"},
    "minLength": {"message": "has fewer than {limit} characters", "code": "too_short"},
    "enum": {"message": "is not one of the listed values", "code": "not_listed"},
    "type": {"message": "is of another type", "code": "type"},
    "null": {"message": "may not be null", "code": "null"},
    "unknown_field": {"message": "is not known", "code": "unknown"},
}
"""Texts of the mock by kind of fault."""
PROBLEM: Mapping[bool, Mapping[str, Any]] = {
    False: {
        "media_type": "application/problem+json",
        "template": {"type": "about:blank", "title": "$message", "status": "$status"},
    },
    True: {
        "media_type": "application/problem+json",
        "template": {
            "type": "about:blank",
            "title": "$message",
            "status": "$status",
            "errors": {"$each": {"detail": "$message", "pointer": "$field"}},
        },
        "fields": "/errors/*/pointer",
        "notation": "pointer",
    },
}
"""What the mock answers where the document describes no body: a problem (RFC 9457), which names each field at fault or none."""


def error_shape(schema: Schema, media_type: str, situation: str) -> dict[str, Any]:
    """A shape of x-contract for bodies of this schema; ``situation``: only an invalid field has fields to name."""
    shape: dict[str, Any] = {} if media_type == "application/json" else {"media_type": media_type}
    if situation == "invalid_field" and _maps_fields(schema):
        return {**shape, "template": "$tree", "fields": "keys"}
    each = situation == "invalid_field"
    for template in _templates(schema, each=each):
        if _fits(template, schema):
            place = _field_place(template) if isinstance(template, Mapping) else None
            return {**shape, "template": template, **({"fields": place} if place else {})}
    return {**shape, "template": {"message": "$message"}}


def _templates(schema: Schema, *, each: bool) -> Iterator[Any]:
    """What a body of this schema could be, the most telling first; the last is a value of the schema, whatever it says."""
    for branch in branches(schema):
        if properties(branch):
            template = _object(branch, each=each)
            yield template
            lists = {name: _list(member, each=False, least=1) for name, member in properties(branch).items() if "items" in member}
            yield {**template, **{name: value for name, value in lists.items() if value is not None}}
        if "array" in json_types(branch):
            yield _list(branch, each=each, least=1)
    yield from ("$message", ["$message"], {"message": "$message"})
    with suppress(SpecError):
        yield sample(schema, "error", 1)


def _fits(template: Any, schema: Schema) -> bool:
    """A body that is made of the template is valid, and says something where the schema has members to say it in."""
    body = _filled(template)
    known = properties(schema).keys()
    if known and isinstance(body, Mapping) and not known & body.keys():
        return False
    try:
        return bool(jsonschema_rs.is_valid(dict(schema), body))
    except (ValueError, jsonschema_rs.ValidationError):
        return False


def _filled(template: Any) -> Any:
    """The body of one fault, with words in the places of what is filled in."""
    if isinstance(template, str) and template.startswith("$"):
        return 400 if template == "$status" else "words"
    if isinstance(template, Mapping):
        if "$each" in template:
            return [_filled(template["$each"])]
        return {name: _filled(value) for name, value in template.items()}
    return [_filled(value) for value in template] if isinstance(template, list) else template


def _maps_fields(schema: Schema) -> bool:
    """A map from the names of fields to messages, as Django REST framework answers."""
    return not properties(schema) and schema.get("additionalProperties", False) is not False


def _object(schema: Schema, *, each: bool) -> dict[str, Any]:
    required = set(schema.get("required", ()))
    template = {}
    for name, member in properties(schema).items():
        value = _member(name, member, each=each)
        if value is not None or name in required:
            template[name] = sample(member, name, 1) if value is None else value
    return template


def _member(name: str, member: Schema, *, each: bool) -> Any:
    """What stands for a member, None for nothing that could be said."""
    types = json_types(member)
    if "enum" in member or "const" in member:
        return sample(member, name, 1)
    if "object" in types or properties(member):
        return _object(member, each=each) or None
    if "array" in types:
        return _list(member, each=each, least=int(member.get("minItems", 0)))
    if "integer" in types:
        return "$status" if "status" in name.lower() or "code" in name.lower() else None
    if "string" not in types or set(member) & {"pattern", "format", "maxLength"}:
        return None
    spelt = underscored(name)
    if CODE.search(spelt):
        return "$code"
    return "$message" if MESSAGE.search(spelt) else None


def _list(member: Schema, *, each: bool, least: int = 0) -> Any:
    """One item for each fault, where its items name a field."""
    items = member.get("items", {})
    if not each:
        return [_item(items, {})] if least else None
    if "string" in json_types(items):
        return {"$each": "$message"}
    named = {name: json_types(schema) for name, schema in properties(items).items() if FIELD.search(underscored(name))}
    field = next((name for name, types in named.items() if "string" in types), None)
    steps = next((name for name, types in named.items() if "array" in types), None)  # the way to the field, a step each
    known = {field: "$field"} if field else {steps: ["$field"]} if steps else {}
    return {"$each": _item(items, known)}


def _item(items: Schema, known: Mapping[str, Any]) -> Any:
    if not properties(items):
        return "$message"
    return {**_object(items, each=False), **known}


def _field_place(template: Mapping[str, Any], above: str = "") -> str | None:
    """The JSON Pointer of the names of fields in a template."""
    for name, value in template.items():
        if isinstance(value, Mapping) and "$each" in value:
            inner = value["$each"]
            named = next((key for key, each in inner.items() if each == "$field"), None) if isinstance(inner, Mapping) else None
            if named is not None:
                return f"{above}/{name}/*/{named}"
        elif isinstance(value, Mapping):
            found = _field_place(value, f"{above}/{name}")
            if found is not None:
                return found
    return None
