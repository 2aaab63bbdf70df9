"""Coverage-guided fuzzing of everything that reads a client's bytes: ``tox -e fuzz``, or ``python -m tests.fuzz NAME [-runs=N]``.

A reader may refuse in its own way only; whatever else it raises is a fault. Needs atheris, which not every Python has a build of.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

atheris: Any = importlib.import_module("atheris")  # only the environment `fuzz` has it

with atheris.instrument_imports(include=["mock_server", "waitress"]):
    from waitress.adjustments import Adjustments

    from mock_server.disturbance.prefer import preferences
    from mock_server.exchange import json_patch
    from mock_server.exchange.exchange import Refusal
    from mock_server.syntax.cookies import cookie
    from mock_server.syntax.negotiation import accepts, media_type
    from mock_server.syntax.strict_json import NotJson, reader
    from mock_server.syntax.wildcards import fits_path
    from mock_server.web.strict_http import Parser

_READ = reader(duplicate_keys=False)


def _json(content: bytes) -> None:
    try:
        _READ(content)
    except NotJson:
        return


def _patch(content: bytes) -> None:
    try:
        operations = _READ(content)
        if json_patch.is_patch(operations):
            json_patch.changes_of(operations, {"a": [1, {"b": "c"}], "d": {"e": None}})
    except (NotJson, Refusal):
        return


def _headers(content: bytes) -> None:
    text = content.decode("latin-1")
    accepts(text, "application/json")
    media_type(text)
    preferences(text)
    cookie(text, "session")


def _http(content: bytes) -> None:
    parser, place = Parser(Adjustments()), 0
    while place < len(content) and not parser.completed:
        place += max(1, parser.received(content[place:]))
    assert isinstance(parser.asked_path, str)


def _paths(content: bytes) -> None:
    pattern, _, path = content.decode("latin-1").partition("\n")
    assert fits_path("*", path)
    assert fits_path(path, path) or "*" in path
    fits_path(pattern, path)


READERS: Mapping[str, Callable[[bytes], None]] = {
    "json": _json,
    "patch": _patch,
    "headers": _headers,
    "http": _http,
    "paths": _paths,
}


if __name__ == "__main__":
    if len(sys.argv) < 2 or sys.argv[1] not in READERS:
        raise SystemExit(f"name one of {', '.join(READERS)}; options of libFuzzer may follow")
    chosen = READERS[sys.argv.pop(1)]
    atheris.Setup(sys.argv, chosen)
    atheris.Fuzz()
