"""Answers that a user wrote: a request that fits is answered so, whatever the document has. In the words of other mocks.

A file is a list of mappings, each with ``request`` (method, path, query, headers, body: what it has to have) and ``response``
(status, headers, body, delay). In texts of a response, ``{{request.body/title}}`` stands for a value of the request by JSON
Pointer; a text that is nothing else becomes that value with its own type.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Request

from mock_server.exchange.exchange import Answer
from mock_server.state.pausing import pause
from mock_server.syntax.encoding import encoded
from mock_server.syntax.strict_json import NotJson, reader
from mock_server.syntax.wildcards import fits_path
from specs.reading import parsed

HEADER = "X-Mock-Answer"
DELAY_LIMIT = 30_000
_READ = reader(duplicate_keys=True)
_KNOWN = {
    "a mapping": ("name", "request", "response"),
    "request": ("method", "path", "query", "headers", "body"),
    "response": ("status", "headers", "body", "delay"),
}
_TEMPLATE = re.compile(r"\{\{\s*request\.(body|query|headers|pathSegments|path|method)((?:/[^{}\s]*)?)\s*\}\}")


@dataclass(frozen=True, slots=True)
class Mapped:
    """One mapping of the file."""

    name: str
    request: Mapping[str, Any]
    response: Mapping[str, Any]

    def fits(self, request: Request, body: Any) -> bool:
        """Whether it is for this request."""
        wanted = self.request
        if str(wanted.get("method", request.method)).upper() not in (request.method, "ANY"):
            return False
        if not fits_path(str(wanted.get("path", "*")), request.path):
            return False
        if any(request.args.get(name) != str(value) for name, value in wanted.get("query", {}).items()):
            return False
        if any(request.headers.get(name) != str(value) for name, value in wanted.get("headers", {}).items()):
            return False
        return "body" not in wanted or _has(body, wanted["body"])

    def answer(self, request: Request, body: Any) -> Answer:
        """What it says; after its delay."""
        response = self.response
        pause(min(response.get("delay", 0), DELAY_LIMIT) / 1_000)
        facts = {
            "body": body,
            "query": dict(request.args.items()),
            "headers": {name.lower(): value for name, value in request.headers.items()},
            "pathSegments": [part for part in request.path.split("/") if part],
            "path": request.path,
            "method": request.method,
        }
        headers = {str(name): str(_rendered(value, facts)) for name, value in response.get("headers", {}).items()}
        media_type = next((headers.pop(name) for name in list(headers) if name.lower() == "content-type"), None)
        content = _rendered(response.get("body", ""), facts)
        is_text = isinstance(content, str)
        answer = Answer(int(response.get("status", 200)), content.encode() if is_text else encoded(content))
        answer.media_type = media_type or ("text/plain; charset=utf-8" if is_text else "application/json")
        answer.headers = {**headers, HEADER: f"mapping {self.name}"}
        return answer


def find(mappings: Sequence[Mapped], request: Request) -> tuple[Mapped, Any] | None:
    """The first mapping that fits, and the JSON of the request's body; None for none."""
    if not mappings:
        return None
    body = _body(request)
    found = next((each for each in mappings if each.fits(request, body)), None)
    return None if found is None else (found, body)


def _body(request: Request) -> Any:
    """The JSON of the body; None where there is none, or none that can be read."""
    try:
        return _READ(request.get_data()) if request.mimetype.endswith("json") else None
    except NotJson:
        return None


def read(file: Path) -> tuple[Mapped, ...]:
    """The mappings of a file; ValueError, one line, for one that is not as described here."""
    try:
        content = parsed(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ValueError(f"{file}: not readable as YAML: {' '.join(str(error).split())}") from None
    listed = content.get("mappings") if isinstance(content, dict) else content
    if not isinstance(listed, list):
        raise ValueError(f"{file}: expected a list of mappings, each with request and response")
    return tuple(_mapped(each, number, file) for number, each in enumerate(listed, 1))


def _mapped(each: Any, number: int, file: Path) -> Mapped:
    where = f"{file}: mapping {number}"
    _check(each, "a mapping", where)
    for part in ("request", "response"):
        _check(each.get(part, {}), part, f"{where}: {part}")
    response = each.get("response", {})
    status, delay = response.get("status", 200), response.get("delay", 0)
    if not isinstance(status, int) or not 100 <= status <= 599:
        raise ValueError(f"{where}: response.status: expected 100 to 599, not {status!r}")
    if not isinstance(delay, int | float) or isinstance(delay, bool) or delay < 0:
        raise ValueError(f"{where}: response.delay: expected milliseconds, not {delay!r}")
    for part, name in (("request", "query"), ("request", "headers"), ("response", "headers")):
        if not isinstance(each.get(part, {}).get(name, {}), dict):
            raise ValueError(f"{where}: {part}.{name}: expected names and values")
    return Mapped(str(each.get("name", number)), each.get("request", {}), response)


def _check(value: Any, kind: str, where: str) -> None:
    if not isinstance(value, dict):
        raise ValueError(f"{where}: expected an object")
    unknown = [str(name) for name in value if name not in _KNOWN[kind]]
    if unknown:
        raise ValueError(f"{where}: {unknown[0]!r} is not known; known are {', '.join(_KNOWN[kind])}")


def _has(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(name in value and _has(value[name], each) for name, each in wanted.items())
    return type(value) is type(wanted) and bool(value == wanted)


def _rendered(value: Any, facts: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return {name: _rendered(each, facts) for name, each in value.items()}
    if isinstance(value, list):
        return [_rendered(each, facts) for each in value]
    if not isinstance(value, str):
        return value
    alone = _TEMPLATE.fullmatch(value.strip())
    if alone:
        return _at(facts[alone[1]], alone[2], is_header=alone[1] == "headers")
    return _TEMPLATE.sub(lambda found: _text(_at(facts[found[1]], found[2], is_header=found[1] == "headers")), value)


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else encoded(value).decode()


def _at(value: Any, pointer: str, *, is_header: bool) -> Any:
    """The value at a JSON Pointer; None where nothing is."""
    for part in pointer.split("/")[1:]:
        name = part.replace("~1", "/").replace("~0", "~")
        if isinstance(value, list):
            value = value[int(name)] if name.isascii() and name.isdigit() and int(name) < len(value) else None
        else:
            value = value.get(name.lower() if is_header else name) if isinstance(value, dict) else None
    return value
