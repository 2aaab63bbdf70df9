"""The mock reads no head otherwise than waitress does: it refuses more, and lets nothing through besides."""

from __future__ import annotations

import random
from typing import Any

import pytest
from waitress.adjustments import Adjustments
from waitress.parser import HTTPRequestParser

from mock_server.web.strict_http import Parser
from mock_server.web.underscores import parser

HEADS = (
    b"PATCH /a/b%2Fc?d=e%20f HTTP/1.1\r\nHost: x.example:80\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n",
    b"GET http://x.example:80/a?b HTTP/1.1\r\nHost: other.example\r\nAccept: */*\r\nAccept:  text/html \r\nX-Empty:\r\n\r\n",
    b"POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n",
    b"PUT //a//b HTTP/1.0\r\nHost: x\r\nContent-Length: 3\r\nConnection: Keep-Alive\r\nX_Y: 1\r\nX-Text: caf\xe9\t!\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
)
PIECES = (
    b" ",
    b"\t",
    b"\r",
    b"\n",
    b"\r\n",
    b"\r\n ",
    b":",
    b",",
    b"_",
    b"%",
    b"#",
    b"?",
    b"/",
    b"//",
    b"\x00",
    b"\xff",
    b"0",
    b"+1",
)
PIECES += (
    b"Content-Length: 5\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Host: y\r\n",
    b"HTTP/1.0",
    b"chunked",
    b"[",
    b"@",
    b"a" * 50,
)
SEED, MUTATIONS = 20_261_128, 20_000
READ = (
    "command",
    "request_uri",
    "version",
    "path",
    "query",
    "headers",
    "chunked",
    "content_length",
    "expect_continue",
    "completed",
)


def _mutated(chance: random.Random) -> bytes:
    head = bytearray(chance.choice(HEADS))
    for _ in range(chance.randint(0, 2)):
        at = chance.randrange(len(head) - 3)
        piece = chance.choice((*PIECES, b"", bytes(head[chance.randrange(len(head)) :][:9])))
        head[at : at + chance.choice((0, 0, 1, 4))] = piece
    return bytes(head)


def _read(kind: type[HTTPRequestParser], head: bytes) -> dict[str, Any] | None:
    """What is understood of a head; None where it is refused, or is none yet."""
    read = kind(Adjustments())
    try:
        consumed = read.received(head)
    except ValueError:  # waitress's own way with an address that has half of its brackets
        return None
    if read.error is not None or read.empty or not read.headers_finished:
        return None
    if kind is HTTPRequestParser and read.proxy_netloc:
        read.headers["HOST"] = read.proxy_netloc
    return {"consumed": consumed, "body": type(read.body_rcv)} | {name: getattr(read, name) for name in READ}


def test_what_is_taken_is_taken_as_waitress_takes_it() -> None:
    """Heads with something put in, left out or moved; enough of them are still good ones."""
    chance, taken = random.Random(SEED), 0
    for _ in range(MUTATIONS):
        head = _mutated(chance)
        ours = _read(Parser, head)
        if ours is not None:
            taken += 1
            assert ours == _read(HTTPRequestParser, head), head

    assert MUTATIONS / 10 < taken < MUTATIONS * 9 / 10


@pytest.mark.parametrize(
    ("sent", "key", "value"),
    [
        (b"api_key: a", "API_KEY", "a"),
        (b"API_Key: a\r\napi_key: b", "API_KEY", "a"),
        (b"api-key: a\r\napi_key: b", "API_KEY", "a"),
        (b"other_key: a", "OTHER_KEY", None),
    ],
)
def test_a_header_with_an_underscore_is_let_through_where_a_document_has_it(sent: bytes, key: str, value: str | None) -> None:
    """Never in the place of the one with a hyphen, which a proxy may have removed or written."""
    read = parser(frozenset({b"api_key"}))(Adjustments())
    read.received(b"GET / HTTP/1.1\r\nHost: x\r\n" + sent + b"\r\n\r\n")

    assert read.error is None
    assert read.headers.get(key) == value
