"""Whatever is sent to the mock: a refusal as documented or a closed connection, no server error, and nothing is changed."""

from __future__ import annotations

import gc
import json
import re
import socket
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

import specs
from mock_server import MockServer
from mock_server.web.in_process import Access
from specs import Api
from tests.services import hostile_requests
from tests.services.hostile_requests import REFUSED, Place, Sent

NAMES = specs.names()
SECONDS = 5
PAUSE = 0.02


@pytest.fixture(scope="module")
def mock() -> Iterator[MockServer]:
    """All APIs, each under its name."""
    with MockServer() as running:
        yield running


def place(mock: MockServer, name: str) -> Place:
    """The first customer's record."""
    api, access = specs.load(name), mock.apis[name]
    path, headers = _address(api, access)
    written = [each for each in api.fields if "string" in each.types and not each.read_only]
    texts = (each.name for each in written if not {"enum", "format", "pattern"} & each.schema.keys())
    return Place(path, headers, api.media_types[0], next(texts))


def _address(api: Api, access: Access) -> tuple[str, dict[str, str]]:
    customer = access.customers[0]
    headers = {}
    for scheme in api.security:
        value = customer.auth.get(scheme.name, "")
        headers |= {"Authorization": f"Bearer {value}"} if scheme.kind == "bearer" else {scheme.parameter: value}
    return f"/{api.name}{api.path.format(**customer.path)}", headers


def exchange(mock: MockServer, sent: Sent, *, is_ended: bool = True) -> bytes:
    """Everything that comes back until the mock closes the connection; TimeoutError where it does not.

    is_ended: whether the client says that nothing more comes: what is not answered by then is dropped.
    """
    host, port = mock.url.removeprefix("http://").rsplit(":", 1)
    answer = b""
    with socket.create_connection((host, int(port)), timeout=SECONDS) as connection:
        with suppress(ConnectionError):
            for number, piece in enumerate(sent.content):
                time.sleep(PAUSE if number else 0)
                connection.sendall(piece)
            if is_ended:
                _end(connection)
        with suppress(ConnectionError):
            while data := connection.recv(65_536):
                answer += data
    return answer


def _end(connection: socket.socket) -> None:
    with suppress(OSError):  # the mock was faster
        connection.shutdown(socket.SHUT_WR)


def state(mock: MockServer) -> Any:
    """Everything that is stored."""
    return {name: store.contents() for name, store in mock._worlds.default.stores.items()}


def faults(api: Api, sent: Sent, answer: bytes) -> Iterator[str]:
    """What is wrong with the answer."""
    if not answer:
        return
    head, _, body = answer.partition(b"\r\n\r\n")
    status = int(head.split()[1])
    if status not in REFUSED or status >= 500:
        yield f"status {status}"
    try:
        content = json.loads(body)
    except ValueError:
        yield f"no JSON: {body[:80]!r}"
        return
    shapes = [frozenset(each.shape.template) for each in api.situations.values() if isinstance(each.shape.template, dict)]
    is_documented = isinstance(content, dict) and frozenset(content) in shapes
    is_problem = isinstance(content, dict) and {"title", "status", "detail"} <= content.keys()
    if not is_documented and (sent.has_envelope or not is_problem):
        yield f"not the documented envelope: {body[:120]!r}"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_hostile_is_refused_and_changes_nothing(mock: MockServer, name: str) -> None:
    """Each request of the corpus alone on its connection; the whole state is compared behind each."""
    api, before = specs.load(name), state(mock)
    found = {}
    requests = list(hostile_requests.all_of(place(mock, name)))
    for sent in requests:
        told = list(faults(api, sent, exchange(mock, sent)))
        if state(mock) != before:
            mock.reset()
            before = state(mock)
            told.append("changed the state")
        if told:
            found[sent.name] = told

    assert len(requests) >= 300
    assert found == {}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_unusual_but_right_is_done(mock: MockServer, name: str) -> None:
    """The same oracle finds that these change the record: it would find it of the others as well."""
    found = {}
    for sent in hostile_requests.sound(place(mock, name)):
        mock.reset()
        before = state(mock)
        answer = exchange(mock, sent)
        last = answer[answer.rindex(b"HTTP/1.") :] if b"HTTP/1." in answer else answer
        if state(mock) == before or last.split()[1:2] not in ([b"200"], [b"201"]):
            found[sent.name] = last[:200]
    mock.reset()

    assert found == {}


def test_answers_of_a_connection_keep_their_order(mock: MockServer) -> None:
    """Pipelined requests are answered one behind the other, good ones and bad ones (RFC 9112, 9.3.2)."""
    of = place(mock, NAMES[0])
    kept = {"Connection": "keep-alive"}
    requests = [of.request(b"{", **kept), of.request(**kept), of.request(line=f"DELETE {of.path} HTTP/1.1", **kept)] * 5
    answer = exchange(mock, Sent("", (b"".join(requests) + of.request(b"{"),)), is_ended=False)
    mock.reset()

    statuses = re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)
    assert statuses == [b"400", b"200", b"405"] * 5 + [b"400"]


def test_hostile_requests_fill_no_memory(mock: MockServer) -> None:
    """The corpus again and again leaves no more than a journal holds."""
    of = place(mock, NAMES[0])
    corpus = [each for each in hostile_requests.all_of(of) if len(each.content) == 1]
    sizes = []
    tracemalloc.start()
    try:
        for _ in range(4):
            for sent in corpus:
                exchange(mock, sent)
            mock.reset()
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()

    assert sizes[-1] - sizes[1] < 4_000_000, sizes
