"""admin.yaml as tests hold the control interface against it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker
from werkzeug.test import TestResponse

from mock_server.control.document import FILE

PREFIX = "/__admin"
DOCUMENT: Mapping[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
OPERATIONS: Mapping[str, tuple[str, str]] = {
    operation["operationId"]: (method.upper(), path)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
"""Method and path template of every documented operation."""


def deviation(operation: str, answer: TestResponse) -> str | None:
    """What an answer has that the document does not, None for a documented one; its status may be documented as 4XX."""
    method, path = OPERATIONS[operation]
    responses = DOCUMENT["paths"][path][method.lower()]["responses"]
    status = str(answer.status_code)
    found = resolved(responses.get(status) or responses.get(f"{status[0]}XX") or {})
    if not found:
        return f"{operation}: {status} is not documented"
    if "content" not in found:
        return f"{operation}: a body where none is documented" if answer.data else None
    if answer.mimetype not in found["content"]:
        return f"{operation}: {status} is {answer.mimetype}"
    if not answer.mimetype.endswith("json"):
        return None
    error = next(_validator(yaml.safe_dump(found["content"][answer.mimetype]["schema"])).iter_errors(answer.json), None)
    return None if error is None else f"{operation}: {status}: {error.json_path}: {error.message}"


def resolved(value: Any) -> Any:
    """What a reference stands for."""
    if "$ref" not in value:
        return value
    found: Any = DOCUMENT
    for name in value["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(
        {**yaml.safe_load(schema), "components": DOCUMENT["components"]}, format_checker=FormatChecker(["date-time"])
    )


def operation_at(method: str, path: str) -> str:
    """The operation that a call is for; a template without parameters goes ahead of one with them."""
    fitting = [
        (template.count("{"), operation)
        for operation, (verb, template) in OPERATIONS.items()
        if verb == method and re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(template)), path)
    ]
    return min(fitting)[1]
