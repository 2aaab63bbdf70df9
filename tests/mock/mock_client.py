"""Requests to a mock of one API in this process, and bodies made from its document."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from flask import Flask
from openapi_core import OpenAPI
from werkzeug.test import TestResponse

import specs
from mock_server import create_app
from specs import Api, Field
from specs.model import SeedCustomer

FALLBACK = {"forbidden": "unknown_record", "wrong_credential": "unauthenticated", "empty_body": "malformed_json"}
UNKNOWN = "no_such_member"


@cache
def served(api: Api) -> Flask:
    """The mock of one API; made once, since making it is slow."""
    return create_app([api])


class Client:
    """Sends requests to a mock of one API as it starts, with the first customer's credential unless told otherwise."""

    def __init__(self, api: Api) -> None:
        self.api, (self.customer, self.other, *_) = api, api.customers
        self.app = served(api)
        self.admin("POST", "reset")

    def send(self, method: str, body: Any = None, *, headers: Mapping[str, str] | None = None, **changes: Any) -> TestResponse:
        """One request; ``path``: path parameters, ``auth``: credentials by scheme, a body of bytes is sent as it is."""
        template = self.api.read.path if method == "GET" and self.api.read else self.api.path
        path = template.format(**(dict(self.customer.path) | changes.get("path", {})))
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Content-Type": self.api.media_types[0], **presented(self.api, changes.get("auth", self.customer.auth))}
        return self.app.test_client().open(path, method=method, data=content, headers=sent | dict(headers or {}))

    def record(self) -> Any:
        """What a GET shows."""
        return self.shown(self.send("GET"))

    def shown(self, response: TestResponse) -> Any:
        """The record in a success body, at its documented place."""
        value = response.json
        for name in self.api.record_at.split("/")[1:]:
            assert list(value) == [name]
            value = value[name]
        return value

    def status(self, situation: str) -> int:
        """The documented status of a refusal."""
        return self.api.situations[situation if situation in self.api.situations else FALLBACK[situation]].status

    def choice(self, point: str) -> str:
        """How the API behaves at this point."""
        return self.api.choices[point].behaviour

    def admin(self, method: str, what: str, **options: Any) -> TestResponse:
        """A request to the control interface."""
        return self.app.test_client().open(f"/__admin/{what}", method=method, **options)


def presented(api: Api, auth: Mapping[str, str]) -> dict[str, str]:
    """The header that presents each credential."""
    kinds = {"bearer": "Bearer {}", "apiKey": "{}", "basic": "Basic {}"}
    plain = {
        each.name: base64.b64encode(auth[each.name].encode()).decode() for each in api.security if each.kind == "basic" and auth
    }
    schemes = [each for each in api.security if each.name in auth]
    return {each.parameter: kinds[each.kind].format(plain.get(each.name, auth[each.name])) for each in schemes}


def plain(api: Api) -> list[Field]:
    """Properties that are written and shown under a name each, and refer to nothing."""
    return [
        each
        for each in api.fields
        if not (each.read_only or each.write_only or each.unique or each.hazard or "const" in each.schema)
        and each.kind != "array"
        and each.response is not None
        and "." not in each.response
    ]


def texts(fields: list[Field]) -> list[Field]:
    """Those that take any short text."""
    return [each for each in fields if each.types == {"string"} and not {"enum", "format", "pattern", "const"} & set(each.schema)]


def change(api: Api, customer: SeedCustomer) -> dict[str, Any]:
    """A body with the values that another customer's record has."""
    found = {each.name: customer.record[str(each.response)] for each in plain(api)}
    assert len(found) > 2
    return found


def steady(api: Api, record: Mapping[str, Any]) -> dict[str, Any]:
    """The record without what changes by itself."""
    moving = {each.path for each in api.record if each.volatile or each.derived}
    return {name: value for name, value in record.items() if name not in moving}


def wrong(field: Field) -> Any:
    """A value of another JSON type, which nothing reads as the right one."""
    return {"not": "this"} if field.kind == "scalar" else "neither"


@cache
def document(name: str) -> OpenAPI:
    """openapi-core's reading of a document."""
    return OpenAPI.from_dict({**specs.load(name).document, "servers": [{"url": "/"}]})
