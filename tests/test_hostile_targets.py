"""Targets that misbehave on the wire: a verdict or one line for each, in bounded time, and never an internal error."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import pytest

import specs
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.client import Limits
from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target, TargetError

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
Behaviour = Callable[[socket.socket], None]


def _hang(_connection: socket.socket) -> None:
    time.sleep(5)


def _drip(connection: socket.socket) -> None:
    for byte in OK:
        connection.sendall(bytes([byte]))
        time.sleep(0.2)


def _garbage(connection: socket.socket) -> None:
    connection.sendall(b"\x00\xff not HTTP at all\r\n\r\n")


def _huge(connection: socket.socket) -> None:
    connection.sendall(OK + b"Content-Length: 9000000\r\n\r\n" + b" " * 9_000_000)


def _truncated(connection: socket.socket) -> None:
    connection.sendall(OK + b"Content-Length: 500\r\n\r\n{")


def _closed(connection: socket.socket) -> None:
    connection.close()


def _redirect(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")


def _no_json(connection: socket.socket) -> None:
    connection.sendall(OK + b"Content-Length: 3\r\n\r\n\xff{]")


def _deep(connection: socket.socket) -> None:
    body = b"[" * 200_000
    connection.sendall(OK + b"Content-Length: %d\r\n\r\n" % len(body) + body)


BEHAVIOURS: Mapping[str, tuple[Behaviour, str]] = {
    "hangs": (_hang, "no complete answer within 1 s"),
    "drips": (_drip, "no complete answer within 1 s"),
    "talks garbage": (_garbage, "cannot be reached or used"),
    "sends megabytes": (_huge, "longer than"),
    "stops in the middle": (_truncated, "cannot be reached or used"),
    "closes at once": (_closed, "cannot be reached or used"),
    "redirects for ever": (_redirect, "a redirect to /"),
    "sends no JSON": (_no_json, "no record"),
    "nests without end": (_deep, "no record"),
}


@contextmanager
def listening(behave: Behaviour) -> Iterator[str]:
    """A server that reads a request and behaves; its URL."""
    server = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection:
            try:
                connection.recv(65536)
                behave(connection)
            except OSError:
                return  # the suite has given up, as it should

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return  # the test is over
            threading.Thread(target=answer, args=(connection,), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    finally:
        server.close()


@pytest.mark.parametrize("name", BEHAVIOURS)
def test_a_hostile_target_ends_the_preflight_with_one_line(name: str) -> None:
    """Whatever the target does on the wire, the preflight says in one line what is wrong, within the deadline."""
    behave, words = BEHAVIOURS[name]
    api = specs.load(specs.names()[0])
    party = Identity(path={"id": "57"}, auth={scheme.name: Secret("canary-credential") for scheme in api.security})
    with listening(behave) as url:
        target = Target(api=api, url=url, identity=party, read=api.path, limits=Limits(timeout=1))
        begun = time.monotonic()

        with pytest.raises(TargetError) as caught:
            judge_all(Plan(target=target, apis=(api,)))

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "canary-credential" not in str(caught.value)
    assert time.monotonic() - begun < 10
