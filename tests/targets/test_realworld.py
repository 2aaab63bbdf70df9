"""What the runner of the real servers says of records before and after; no server is started."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

import pytest

from contracts.drafting.draft import write
from contracts.target.target import load_api
from tests.realworld import jupyterhub
from tests.realworld.__main__ import SERVERS
from tests.realworld.judge import compared
from tests.realworld.launch import SPECS, Place, ask, free_port, started

TIME = frozenset({"updated"})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b'{"a": 1}', b'{"a": 1}', "equal"),
        (b'{"a": 1}', b'{"a":1}', "equal as JSON"),
        (b'{"a": 1, "updated": 3}', b'{"a": 1, "updated": 4}', "equal but for updated"),
        (b'[{"updated": 3}]', b'[{"updated": 4}]', "equal but for updated"),
        (b'{"a": 1}', b'{"a": 1, "b": null}', "CHANGED: b"),
        (b'{"a": 1}', b'{"a": true}', "CHANGED: a"),
        (b'{"a": 1}', b'{"a": 1.0}', "CHANGED: a"),
        (b'{"a": {"b": [1, 2]}, "updated": 3}', b'{"a": {"b": [1, 3]}, "updated": 4}', "CHANGED: a/b/1"),
        (b"[1]", b"[1, 2]", "CHANGED: /all"),
        (b'{"a": 1}', b"<html>", "CHANGED: /all"),
    ],
)
def test_records_before_and_after(before: bytes, after: bytes, said: str) -> None:
    """Only the members that are named may move; a member that was added as null is a change."""
    assert compared({"/all": before}, {"/all": after}, TIME) == said


@pytest.mark.parametrize(
    ("name", "path"), [("categories", "categories"), ("items", "items"), ("variations", "items/{item}/variations")]
)
def test_the_document_of_a_nested_service_is_drafted(tmp_path: Path, name: str, path: str) -> None:
    """Each operation that the runner judges by a document of our own has a contract, with all its path parameters."""
    output = tmp_path / f"{name}.yaml"
    write(SPECS / "pretix.yaml", f"/organizers/{{organizer}}/events/{{event}}/{path}/{{id}}/", output)

    assert {each.name for each in load_api(str(output)).fields} >= {"description", "position"}


@pytest.mark.parametrize("name", SERVERS)
def test_each_server_says_what_is_installed_and_how_it_is_served(name: str) -> None:
    """A package from PyPI or npm with its version, so that a run can be repeated; one from Debian by its name."""
    module = importlib.import_module(f"tests.realworld.{name}")

    assert re.fullmatch(r"[a-z-]+==[\d.]+|@?[a-z-/]+@[\d.]+|[a-z-]+", module.PACKAGE)
    assert callable(module.serving)


def test_a_hub_with_a_proxy_listens_on_loopback_alone(tmp_path: Path) -> None:
    """It has three addresses, of which two are not the one that is judged."""
    text = jupyterhub._config(Place(cache=tmp_path, data=tmp_path, port=1), "proxy")
    addresses = re.findall(r"http://([^:/']+):\d+", text)

    assert addresses == ["127.0.0.1"] * 3


def test_a_server_that_answers_before_it_serves_is_waited_for(tmp_path: Path) -> None:
    """The front answers 404 as long as what is behind it is not there: the block begins with the first 200."""
    program = (
        "import http.server, itertools, sys\n"
        "count = itertools.count()\n"
        "class Handler(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        self.send_response(200 if next(count) > 2 else 404); self.end_headers()\n"
        "http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler).serve_forever()\n"
    )
    place = Place(cache=tmp_path, data=tmp_path, port=free_port())
    command = [sys.executable, "-c", program, str(place.port)]
    with started(place, command, "/", env={}, statuses=(200,), seconds=60):
        assert ask("GET", place.url).status == 200
