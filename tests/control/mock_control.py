"""A mock in this process whose every control answer is held against the document of the control interface."""

from __future__ import annotations

import json
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

import specs
from mock_server import create_app
from mock_server.access.admission import Admission
from specs import Api
from tests.control.control_document import PREFIX, deviation, operation_at
from tests.mock.mock_client import plain, presented, texts

API: Api = next(api for api in map(specs.load, specs.names()) if api.references and api.identity == "path")
COLLECTION, ROWS = next(iter(API.references.items()))


class Mock:
    """A mock of one API and its control interface; every answer of the latter is as its document has it."""

    def __init__(self, api: Api = API, admission: Admission | None = None) -> None:
        self.api = api
        self.app: Flask = create_app([api], admission=admission)
        self.customer = api.customers[0]
        self.operations: set[str] = set()

    def control(self, method: str, path: str, body: Any = None, **options: Any) -> TestResponse:
        """A control call."""
        sent = {} if body is None else {"json": body}
        answer = self.app.test_client().open(f"{PREFIX}/{path}", method=method, **sent, **options)
        operation = operation_at(method, "/" + path.partition("?")[0])
        assert deviation(operation, answer) is None
        self.operations.add(operation)
        return answer

    def ok(self, method: str, path: str, body: Any = None, **options: Any) -> Any:
        """The body of a control call that succeeds."""
        answer = self.control(method, path, body, **options)
        assert answer.status_code < 300, answer.text
        return answer.json if answer.data else None

    def send(self, method: str, body: Any = None, *, headers: dict[str, str] | None = None, path: str = "") -> TestResponse:
        """A request to the API, with the first customer's credential."""
        template = self.api.read.path if method == "GET" and self.api.read else self.api.path
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Content-Type": self.api.media_types[0], **presented(self.api, self.customer.auth), **(headers or {})}
        return self.app.test_client(use_cookies=False).open(
            path or template.format(**self.customer.path), method=method, data=content, headers=sent
        )

    def record(self) -> Any:
        """What a GET shows."""
        value = self.send("GET").json
        for name in self.api.record_at.split("/")[1:]:
            value = value[name]
        return value


def text_field(api: Api = API) -> Any:
    """A property that takes any short text and is shown under its own name."""
    return next(each for each in texts(plain(api)) if each.response == each.name)
