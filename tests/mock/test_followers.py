"""The thread that reads a request answers it, and no request holds up another one for longer than the mock has patience."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask, request

from mock_server.state import pausing
from mock_server.web import serving
from mock_server.web.sockets import followers
from mock_server.web.sockets.followers import PATIENCE, REST, Followers

SECONDS = 20
"""For what would otherwise never end."""


def _application() -> tuple[Flask, dict[str, threading.Event]]:
    """Answers at ``/`` with the name of its thread; at ``/<how>`` it does not go on until somebody has asked for ``/free``."""
    app, events = Flask(__name__, static_folder=None), {"begun": threading.Event(), "freed": threading.Event()}

    @app.get("/")
    def thread() -> str:
        return threading.current_thread().name

    @app.get("/free")
    def free() -> str:
        events["freed"].set()
        return "free"

    def wait() -> str:
        events["begun"].set()
        return str(events["freed"].wait(SECONDS))

    @app.get("/silent")
    def silent() -> str:
        return wait()

    @app.get("/says")
    def says() -> str:
        pausing.ahead()
        return wait()

    @app.get("/computes")
    def computes() -> str:
        events["begun"].set()
        end = time.monotonic() + SECONDS
        while not events["freed"].is_set() and time.monotonic() < end:
            sum(range(1_000))
        return str(events["freed"].is_set())

    @app.get("/much")
    def much() -> Iterator[bytes]:
        return app.response_class(b"x" * 1_000_000 for _ in range(60))  # type: ignore[return-value]

    return app, events


@contextmanager
def _served(app: Flask) -> Iterator[Any]:
    server = serving.listen(app, "127.0.0.1", 0)
    stop = serving.run_in_thread(server)
    try:
        yield server
    finally:
        stop()


def _get(server: Any, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", int(server.effective_port), timeout=SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().read().decode()
    finally:
        connection.close()


@contextmanager
def _meanwhile(call: Callable[[], str]) -> Iterator[list[str]]:
    """What it returns is in the list behind the block."""
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(call()), daemon=True)
    thread.start()
    yield found
    thread.join(SECONDS)


@pytest.mark.parametrize(("how", "patience"), [("silent", PATIENCE), ("says", 3_600), ("computes", PATIENCE)])
def test_a_request_that_waits_holds_up_no_other(monkeypatch: pytest.MonkeyPatch, how: str, patience: float) -> None:
    """It waits for another request, which would never be answered if the first one kept the lead."""
    monkeypatch.setattr(followers, "PATIENCE", patience)
    app, events = _application()
    with _served(app) as server:
        with _meanwhile(lambda: _get(server, f"/{how}")) as found:
            assert events["begun"].wait(SECONDS)
            assert _get(server, "/free") == "free"
        assert found == ["True"]


def test_nobody_looks_at_a_mock_at_rest_until_there_is_a_request() -> None:
    """The first request behind a rest is looked at as every other one."""
    app, events = _application()
    with _served(app) as server:
        dispatcher: Followers = server.task_dispatcher
        end = time.monotonic() + SECONDS + PATIENCE * REST
        while not dispatcher._is_nobody_looking and time.monotonic() < end:
            time.sleep(PATIENCE)
        assert dispatcher._is_nobody_looking
        with _meanwhile(lambda: _get(server, "/silent")) as found:
            assert events["begun"].wait(SECONDS)
            assert _get(server, "/free") == "free"
        assert found == ["True"]


def test_short_requests_are_answered_by_the_thread_that_leads() -> None:
    """One thread for requests over several connections, which come one after the other."""
    app, _ = _application()
    with _served(app) as server:
        names = [_get(server, "/") for _ in range(30)]
    assert max(names.count(each) for each in set(names)) > 15  # on a busy machine another one takes over now and then


def test_a_reader_that_does_not_read_holds_up_no_other() -> None:
    """More than waitress keeps in its buffers: the answer waits for its client."""
    app, _ = _application()
    with _served(app) as server, socket.create_connection(("127.0.0.1", int(server.effective_port)), timeout=SECONDS) as slow:
        slow.sendall(b"GET /much HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        slow.recv(1)
        assert _get(server, "/free") == "free"
        received = 1
        while data := slow.recv(1_000_000):
            received += len(data)
    assert received > 60_000_000


def test_as_many_may_wait_as_there_are_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """The last one keeps the lead, and all go on once one of the others is done."""
    monkeypatch.setattr(followers, "THREADS", 3)
    app, freed = Flask(__name__, static_folder=None), threading.Event()

    @app.get("/<number>")
    def wait(number: str) -> str:
        if number == "0":
            freed.wait(0.5)
            freed.set()
        else:
            freed.wait(SECONDS)
        return f"{number} {freed.is_set()} {request.method}"

    with _served(app) as server:
        answers: list[str] = []
        threads = [threading.Thread(target=lambda at=at: answers.append(_get(server, f"/{at}"))) for at in range(6)]  # type: ignore[misc]
        for each in threads:
            each.start()
        for each in threads:
            each.join(SECONDS)
    assert sorted(answers) == [f"{number} True GET" for number in range(6)]


def test_pipelined_requests_behind_one_that_waits_are_answered_in_their_order() -> None:
    """Also by a thread that leads no more."""
    app, events = _application()
    with _served(app) as server, socket.create_connection(("127.0.0.1", int(server.effective_port)), timeout=SECONDS) as client:
        paths = ("silent", "", "free", "silent")
        client.sendall(b"".join(f"GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n".encode() for path in paths))
        assert events["begun"].wait(SECONDS)
        assert _get(server, "/free") == "free"
        client.sendall(b"GET /free HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while data := client.recv(65_536):
            answer += data
    bodies = [each.partition(b"\r\n\r\n")[2] for each in answer.split(b"HTTP/1.1 200 OK")[1:]]
    assert bodies[0] == b"True"
    assert bodies[1].startswith(b"mock_server")
    assert bodies[2:] == [b"free", b"True", b"free"]


def test_a_request_that_is_being_answered_is_answered_at_the_end() -> None:
    """A server that is told to stop lets it finish, and ends then."""
    app, events = _application()
    server = serving.listen(app, "127.0.0.1", 0)
    dispatcher: Followers = server.task_dispatcher
    dispatcher.start(server)
    with _meanwhile(lambda: _get(server, "/silent")) as found:
        assert events["begun"].wait(SECONDS)
        with _meanwhile(lambda: str(dispatcher.shutdown(timeout=SECONDS))) as ended:
            assert dispatcher.ended.wait(SECONDS)
            events["freed"].set()
    for connection in list(server.active_channels.values()):
        connection.handle_close()
    server.close()
    assert (found, ended) == (["True"], ["True"])
