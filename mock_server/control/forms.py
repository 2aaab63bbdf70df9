"""What a page needs to know of the members of a record, to show each as a field that fits: by API and collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint

from mock_server.control.current import worlds
from mock_server.resource.reading.schemas import Schemas
from mock_server.worlds.editing import CUSTOMERS
from specs import Api, Schema
from specs.model import Field, json_types

routes = Blueprint("forms", __name__)

DEPTH = 3
KEYWORDS = ("format", "minLength", "maxLength", "pattern", "minimum", "maximum", "multipleOf")


@routes.get("/forms")
def forms() -> Any:
    """The members of the records of every collection, by their names."""
    found: dict[str, dict[str, Any]] = {}
    for resource in worlds().resources:
        schemas = resource.recognition.schemas
        collections = resource.recognition.collections
        found[resource.name] = {name: _members(schemas, each.schema, DEPTH) for name, each in collections.items()}
    for definition in worlds().definitions:
        found.setdefault(definition.name, {})[CUSTOMERS] = _fields(definition.api)
    return found


def _members(schemas: Schemas, schema: Schema, depth: int) -> dict[str, Any]:
    if depth == 0:
        return {}
    required = schemas.required(schema)
    return {
        name: _member(schemas, member, depth) | {"required": name in required}
        for name, member in schemas.properties(schema).items()
    }


def _member(schemas: Schemas, schema: Schema, depth: int) -> dict[str, Any]:
    types = schemas.types(schema)
    said = {keyword: schemas.says(schema, keyword) for keyword in (*KEYWORDS, "enum", "readOnly", "nullable")}
    return _described(types, said) | ({"members": _members(schemas, schema, depth - 1)} if "object" in types else {})


def _described(types: frozenset[str], said: Mapping[str, Any]) -> dict[str, Any]:
    """A member in the words of JSON Schema; of several types, none is told."""
    plain = types - {"null"}
    listed = said.get("enum")
    return {
        "type": next(iter(plain)) if len(plain) == 1 else None,
        "nullable": "null" in types or said.get("nullable") is True or (isinstance(listed, list) and None in listed),
        "readOnly": said.get("readOnly") is True,
        **({"enum": [each for each in listed if each is not None]} if isinstance(listed, list) else {}),
        **{keyword: said[keyword] for keyword in KEYWORDS if said.get(keyword) is not None},
    }


def _fields(api: Api) -> dict[str, Any]:
    """The fields that a record shows, by the names that it shows them under."""
    shown = {each.response: _field(each) for each in api.fields if each.response is not None}
    return {name: each for name, each in shown.items() if "." not in name and "[" not in name}


def _field(field: Field) -> dict[str, Any]:
    said = {**field.schema, "readOnly": field.read_only}
    below = {each.name: _field(each) for each in field.children} if field.kind == "object" else {}
    return {**_described(json_types(field.schema), said), "required": field.required, **({"members": below} if below else {})}
