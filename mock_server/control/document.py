"""admin.yaml, and what it says of the call at hand: bodies and query parameters are checked against it, and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml
from flask import request

from mock_server.exchange.steps import BODY_LIMIT
from mock_server.syntax.formats import FORMATS
from mock_server.syntax.pointers import pointer
from mock_server.syntax.problem import Problem
from mock_server.syntax.strict_json import NotJson, reader

FILE = Path(__file__).parent / "admin.yaml"
ERRORS_LIMIT = 100
"""So many errors of one body are told, ..."""

MESSAGE_LIMIT = 1_000
"""... each with so many characters: the message repeats the value that is wrong."""

_READ = reader(duplicate_keys=False)
_TRUE_OR_FALSE = {"true": True, "false": False}


@lru_cache(maxsize=1)
def document() -> Mapping[str, Any]:
    """The content of admin.yaml; read when it is first needed, since that takes longer than the start of the mock."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  # a safe loader
    return loaded


def check_media_type() -> None:
    """Problem 415 for a call that could come from a form: whatever changes something is JSON, or has no body and no type."""
    if request.method in ("GET", "HEAD", "OPTIONS"):
        return
    if request.mimetype != "application/json" and (request.mimetype or request.content_length or request.get_data()):
        raise Problem(415, "send a body as application/json")


def body() -> Any:
    """The body of this call, valid under its schema; None where it may be left out and is. Raises Problem 400, 413 or 422."""
    content = request.get_data()
    if len(content) > BODY_LIMIT:
        raise Problem(413, f"the body has {len(content)} bytes; at most {BODY_LIMIT} are read")
    described = _operation()["requestBody"]
    described = _resolved(described)
    if not content and not described.get("required"):
        return None
    try:
        sent = _READ(content)
    except NotJson as reason:
        raise Problem(400, f"not JSON: {reason}") from None
    found = islice(_validator(*_place()).iter_errors(sent), ERRORS_LIMIT)
    errors = [(pointer(error.instance_path), error.message[:MESSAGE_LIMIT]) for error in found]
    if errors:
        where, what = errors[0]
        raise Problem(422, f"{where or 'the body'}: {what}", errors=errors)
    return sent


def query() -> dict[str, Any]:
    """The query parameters of this call as JSON values, with their defaults; Problem 400 for one that it does not have."""
    listed = [_resolved(each) for each in _operation().get("parameters", ())]
    known = {each["name"]: each["schema"] for each in listed if each["in"] == "query"}
    unknown = sorted(request.args.keys() - known.keys())
    if unknown:
        raise Problem(400, f"no query parameter is called {unknown[0]!r}; known ones are {', '.join(known) or 'none'}")
    given = {name: _read(name, request.args[name], schema) for name, schema in known.items() if name in request.args}
    return {**{name: schema["default"] for name, schema in known.items() if "default" in schema}, **given}


def _read(name: str, text: str, schema: dict[str, Any]) -> Any:
    value: Any = text
    if schema["type"] == "integer" and text.isascii() and text.isdigit() and len(text) < 16:
        value = int(text)
    elif schema["type"] == "boolean":
        value = _TRUE_OR_FALSE.get(text, text)
    try:
        jsonschema_rs.validate(schema, value)
    except jsonschema_rs.ValidationError as error:
        raise Problem(400, f"query parameter {name}: {error.message}") from None
    return value


def _place() -> tuple[str, str]:
    """The path template and the method of this call, as the document spells them."""
    rule = str(request.url_rule).removeprefix("/__admin")
    return rule.replace("<", "{").replace(">", "}").replace("path:", ""), request.method.lower()


def _operation() -> Mapping[str, Any]:
    path, method = _place()
    operation: Mapping[str, Any] = document()["paths"][path][method]
    return operation


def _resolved(value: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = value
    if "$ref" in value:
        found = document()
        for name in value["$ref"].removeprefix("#/").split("/"):
            found = found[name]
    return found  # type: ignore[no-any-return]


@lru_cache(maxsize=64)
def _validator(path: str, method: str) -> jsonschema_rs.Draft202012Validator:
    described = _resolved(document()["paths"][path][method]["requestBody"])
    schema = {**described["content"]["application/json"]["schema"], "components": document()["components"]}
    return jsonschema_rs.Draft202012Validator(schema, validate_formats=True, formats=dict(FORMATS))
