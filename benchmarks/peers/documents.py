"""One OpenAPI document and one request, and what each server needs to know of them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

PATH = "/contacts/1"
PATCH = {"first_name": "Zoe", "city": "Lima", "newsletter": True}
WRONG = {"newsletter": "perhaps"}

CONTACT: dict[str, Any] = {
    "id": 1,
    "first_name": "Asha",
    "last_name": "Sample",
    "email": "asha@example.com",
    "city": "Pokhara",
    "country": "NP",
    "newsletter": False,
    "kind": "customer",
    "address": {"street": "Lake Road", "zip": "33700"},
    "created_at": "2024-01-02T03:04:05Z",
}
"""The record that is patched."""

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["id", "first_name", "last_name", "email", "city", "newsletter"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "first_name": {"type": "string", "maxLength": 30},
        "last_name": {"type": "string", "maxLength": 30},
        "email": {"type": "string", "format": "email", "maxLength": 80},
        "city": {"type": "string", "maxLength": 40},
        "country": {"type": "string", "enum": ["NP", "PE", "SE"]},
        "newsletter": {"type": "boolean"},
        "kind": {"type": "string", "enum": ["customer", "supplier"]},
        "address": {
            "type": "object",
            "properties": {"street": {"type": "string", "maxLength": 60}, "zip": {"type": "string", "maxLength": 10}},
        },
        "created_at": {"type": "string", "format": "date-time", "readOnly": True},
    },
}
CHANGE: dict[str, Any] = {
    "type": "object",
    "properties": {name: each for name, each in _SCHEMA["properties"].items() if not each.get("readOnly")},
}
"""The schema of the PATCH's body."""


def _named(value: Any) -> dict[str, Any]:
    """An example under the name by which tools put a request and its answer together."""
    return {"known": {"value": value}}


def openapi() -> dict[str, Any]:
    """The document."""
    refused = {
        "description": "Why.",
        "content": {
            "application/json": {
                "schema": {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}},
                "example": {"message": "not valid"},
            }
        },
    }
    contact = {"application/json": {"schema": {"$ref": "#/components/schemas/Contact"}, "examples": _named(CONTACT)}}
    shown = {"description": "The contact.", "content": contact}
    body = {"required": True, "content": {"application/json": {"schema": CHANGE, "examples": _named(PATCH)}}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Contacts", "version": "1"},
        "servers": [{"url": "/"}],
        "paths": {
            "/contacts/{id}": {
                "parameters": [
                    {
                        "name": "id",
                        "in": "path",
                        "required": True,
                        "schema": {"type": "integer", "example": 1},
                        "examples": _named(1),
                    }
                ],
                "get": {"operationId": "showContact", "responses": {"200": shown, "404": refused}},
                "patch": {
                    "operationId": "changeContact",
                    "requestBody": body,
                    "responses": {"200": shown, "400": refused, "404": refused},
                },
            }
        },
        "components": {"schemas": {"Contact": _SCHEMA}},
    }


def write_all(folder: Path) -> None:
    """The document, and what servers that cannot read it are configured with."""
    (folder / "contacts.json").write_text(json.dumps(openapi(), indent=1), encoding="utf-8")
    (folder / "seeds.json").write_text(json.dumps({"contacts": {"contacts": [CONTACT]}}), encoding="utf-8")
    (folder / "db.json").write_text(json.dumps({"contacts": [CONTACT]}), encoding="utf-8")
    mappings = folder / "wiremock" / "mappings"
    mappings.mkdir(parents=True, exist_ok=True)
    (mappings / "patch.json").write_text(json.dumps(_mapping()), encoding="utf-8")


def _mapping() -> dict[str, Any]:
    """WireMock reads no OpenAPI document; it is given the schema to hold bodies against, and the answer."""
    request = {
        "method": "PATCH",
        "urlPathPattern": "/contacts/[0-9]+",
        "bodyPatterns": [{"matchesJsonSchema": json.dumps(CHANGE), "schemaVersion": "V202012"}],
    }
    return {"request": request, "response": {"status": 200, "jsonBody": CONTACT, "headers": {"Content-Type": "application/json"}}}
