"""Answers of any shape: right answers of the mock with one place damaged end in verdicts, and the record is restored."""

from __future__ import annotations

import json
import random
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from contracts.running.plan import Plan
from contracts.running.run import Run
from contracts.running.whole import judge_all
from tests import subjects
from tests.commands.test_gate import state

pytestmark = pytest.mark.slow
DEEP = 400
SHARE = 0.25
"""So many of the answers are damaged."""

Value = Any
DAMAGES: Mapping[str, Callable[[Value], Value]] = {
    # what becomes of the value at one place of the JSON
    "null": lambda _value: None,
    "a text": lambda _value: "text",
    "an empty text": lambda _value: "",
    "a number": lambda _value: 7,
    "a fraction": lambda _value: 0.5,
    "a truth value": lambda _value: True,
    "an empty list": lambda _value: [],
    "an empty object": lambda _value: {},
    "a list of numbers": lambda _value: [1, 2],
    "a list of texts": lambda _value: ["a", "b"],
    "a list of nulls": lambda _value: [None, None],
    "an object of other members": lambda _value: {"unexpected": {"more": [1]}},
    "itself in a list": lambda value: [value],
    "itself twice": lambda value: [value, value],
    "itself in an object": lambda value: {"value": value},
    "a huge text": lambda _value: "x" * 200_000,
    "a huge number": lambda _value: 10**400,
    "a deep list": lambda _value: json.loads("[" * DEEP + "]" * DEEP),
}


def places(value: Value, place: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place of a JSON value, the whole first."""
    yield place
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield from places(member, (*place, key))


def damaged(content: bytes, chance: random.Random) -> tuple[str, bytes]:
    """The content with one place damaged, and the name of the damage."""
    value = json.loads(content)
    place = chance.choice(list(places(value)))
    raw = chance.randrange(len(DAMAGES) + 4)
    if raw == 0:
        return "another charset", content.decode().encode("utf-16")
    if raw == 1:
        return "cut off", content[: len(content) // 2]
    if raw == 2:
        return "each member twice", content.replace(b'{"', b'{"id": 1, "', 1)
    if raw == 3 and place:
        holder = value
        for key in place[:-1]:
            holder = holder[key]
        del holder[place[-1]]
        return "missing", json.dumps(value).encode()
    name = chance.choice(list(DAMAGES))
    if not place:
        return name, json.dumps(DAMAGES[name](value)).encode()
    holder = value
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = DAMAGES[name](holder[place[-1]])
    return name, json.dumps(value).encode()


class Damaging:
    """A proxy that damages some of the answers while it is switched on; ``done``: how often, by damage."""

    def __init__(self, url: str, seed: int) -> None:
        self.url = url
        self.on = False
        self.done: dict[str, int] = {}
        self._chance = random.Random(seed)
        self._lock = threading.Lock()

    def forward(
        self, method: str, path: str, headers: Mapping[str, str], body: bytes | None
    ) -> tuple[int, dict[str, str], bytes]:
        """The answer of the service, or what is left of it."""
        request = urllib.request.Request(self.url + path, body, dict(headers), method=method)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                status, found, content = answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as refused:
            with refused:
                status, found, content = refused.code, dict(refused.headers), refused.read()
        with self._lock:
            if self.on and content[:1] in (b"{", b"[") and self._chance.random() < SHARE:
                name, content = damaged(content, self._chance)
                self.done[name] = self.done.get(name, 0) + 1
        return status, {"Content-Type": found.get("Content-Type", "application/json")}, content


@contextmanager
def proxy(damaging: Damaging) -> Iterator[str]:
    """The proxy on a free port; its URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)) if "Content-Length" in self.headers else None
            sent = {name: text for name, text in self.headers.items() if name.lower() not in ("host", "content-length")}
            status, headers, content = damaging.forward(self.command, self.path, sent, body)
            self.send_response(status)
            for name, text in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_arguments: Any) -> None:
            """Nothing is printed."""

    for method in ("GET", "PATCH", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND"):
        setattr(Handler, f"do_{method}", Handler._answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(("api", "seed"), [("babyland", 1), ("babyland", 2), ("wizcommerce", 3), ("checkoutpage", 4)])
def test_damaged_answers_end_in_verdicts(api: str, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A quarter of the answers is damaged while rules judge: no internal error, and the record is restored."""
    with subjects.mock([api]) as (target,):
        before = state(target.url)[api]["customers"]
        damaging = Damaging(target.url, seed)
        close, judge = Run.close, Run.judge

        def quietly(run: Run) -> None:
            damaging.on = False
            close(run)

        def loudly(run: Run, *arguments: Any, **options: Any) -> Any:
            damaging.on = True
            return judge(run, *arguments, **options)

        monkeypatch.setattr(Run, "close", quietly)
        monkeypatch.setattr(Run, "judge", loudly)
        with proxy(damaging) as url:
            (report,) = judge_all(Plan(target=replace(target, url=url, disposable=False), apis=(target.api,)))
        after = state(target.url)[api]["customers"]

    assert [each.actual for each in report.results if (each.actual or "").startswith("internal error")] == []
    assert sum(damaging.done.values()) > 100, damaging.done
    assert report.restored.ok, report.restored
    assert after == before
