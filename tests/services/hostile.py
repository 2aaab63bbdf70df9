"""Services that misbehave on the wire: a right answer of the mock is known, and something else is sent."""

from __future__ import annotations

import gzip
import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import specs
from mock_server.web.app import create_app
from mock_server.worlds.banner import ready_content

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@dataclass(frozen=True)
class Asked:
    """A request as it came, the right answer to it, and the connection; ``number`` counts the misbehaviours, from 0 on."""

    connection: socket.socket
    method: str
    headers: Mapping[str, str]
    status: int
    body: bytes
    right: bytes
    number: int

    def send(self, *parts: bytes) -> None:
        """Send bytes as they are."""
        self.connection.sendall(b"".join(parts))

    def answer(self, body: bytes, *fields: str, status: str = "200 OK", length: int | None = None) -> None:
        """Send an answer with a body of JSON, or so it says."""
        head = [
            f"HTTP/1.1 {status}",
            "Content-Type: application/json",
            f"Content-Length: {len(body) if length is None else length}",
        ]
        self.send("\r\n".join([*head, *fields]).encode("latin-1"), b"\r\n\r\n", body)


Behaviour = Callable[[Asked], None]


@dataclass
class Hostile:
    """A service that misbehaves while it is on: every request, or those of some methods, after so many right answers."""

    behave: Behaviour
    methods: frozenset[str] = frozenset()
    after: int = 0
    on: bool = True
    taken: int = 0
    odd: int = 0
    connections: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def is_odd(self, method: str) -> int | None:
        """The number of the misbehaviour that a request meets, None for a right answer."""
        with self.lock:
            self.taken += 1
            if not self.on or self.taken <= self.after or (self.methods and method not in self.methods):
                return None
            self.odd += 1
            return self.odd - 1


def _request(stream: Any) -> tuple[str, str, dict[str, str], bytes] | None:
    line = stream.readline(65536).decode("latin-1").split()
    if len(line) != 3:
        return None
    headers = {}
    while (text := stream.readline(65536).decode("latin-1").strip()) != "":
        name, _, value = text.partition(":")
        headers[name.strip().lower()] = value.strip()
    return line[0], line[1], headers, stream.read(int(headers.get("content-length", 0)))


@contextmanager
def serving(api: str, hostile: Hostile) -> Iterator[Mapping[str, Any]]:
    """The mock of an API behind a hostile wire; what its ready file would say."""
    loaded = specs.load(api)
    mock = create_app([loaded]).test_client()
    server = socket.create_server(("127.0.0.1", 0), backlog=64)
    port = server.getsockname()[1]
    gate = threading.Lock()

    def right(method: str, path: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes, bytes]:
        plain = {name: value for name, value in headers.items() if name not in ("content-length", "connection", "host")}
        with gate:
            answer = mock.open(path, method=method, headers=plain, data=body, base_url=f"http://127.0.0.1:{port}")
        fields = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
        content = answer.get_data()
        return answer.status_code, content, f"HTTP/1.1 {answer.status}\r\n{fields}\r\n".encode("latin-1") + content

    def talk(connection: socket.socket) -> None:
        with connection, suppress(OSError), connection.makefile("rb") as stream:
            while (asked := _request(stream)) is not None:
                method, path, headers, body = asked
                number = hostile.is_odd(method)
                status, content, whole = right(method, path, headers, body)
                if number is None:
                    connection.sendall(whole)
                else:
                    hostile.behave(Asked(connection, method, headers, status, content, whole, number))

    def accept() -> None:
        with suppress(OSError):  # the test is over
            while True:
                connection, _ = server.accept()
                hostile.connections += 1
                threading.Thread(target=talk, args=(connection,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield ready_content([loaded], f"http://127.0.0.1:{port}", 0)
    finally:
        hostile.on = False
        server.close()


# --- behaviours -----------------------------------------------------------------------------------------------------

HANG = 30.0
"""Seconds that a silent service would take, had nobody given it up."""


def hang(_asked: Asked) -> None:
    """Say nothing."""
    time.sleep(HANG)


def drip(asked: Asked) -> None:
    """A byte now and then, each before a time-out between bytes."""
    for byte in asked.right:
        asked.send(bytes([byte]))
        time.sleep(0.2)


def drip_body(asked: Asked) -> None:
    """The head at once, the body a byte now and then."""
    asked.send(OK, b"Content-Length: 10000\r\n\r\n")
    for _ in range(int(HANG / 0.2)):
        asked.send(b" ")
        time.sleep(0.2)


def endless(asked: Asked) -> None:
    """A body without an end."""
    asked.send(OK, b"\r\n")
    while True:
        asked.send(b"[" * 65536)


def endless_chunks(asked: Asked) -> None:
    """Chunks without an end."""
    asked.send(OK, b"Transfer-Encoding: chunked\r\n\r\n")
    while True:
        asked.send(b"10000\r\n", b" " * 65536, b"\r\n")


def endless_head(asked: Asked) -> None:
    """Fields without an end."""
    asked.send(OK)
    while True:
        asked.send(b"X-More: 1\r\n" * 1000)


def endless_line(asked: Asked) -> None:
    """One field without an end."""
    asked.send(OK, b"X-More: ")
    while True:
        asked.send(b"a" * 65536)


def endless_interim(asked: Asked) -> None:
    """Interim answers without an end."""
    while True:
        asked.send(b"HTTP/1.1 100 Continue\r\n\r\n" * 1000)


def gigabyte(asked: Asked) -> None:
    """A gigabyte, as announced."""
    asked.send(OK, b"Content-Length: 1073741824\r\n\r\n")
    for _ in range(16384):
        asked.send(b" " * 65536)


def announced_gigabyte(asked: Asked) -> None:
    """A gigabyte is announced, and the connection closed."""
    asked.send(OK, b"Content-Length: 1073741824\r\n\r\n{")
    asked.connection.close()


def longer(asked: Asked) -> None:
    """More is announced than is sent."""
    asked.answer(asked.body, length=len(asked.body) + 1000)
    asked.connection.shutdown(socket.SHUT_RDWR)


def characters_counted(asked: Asked) -> None:
    """States as the length of a body how many characters it has."""
    body = '{"id": 57, "first_name": "Jos\u00e9", "last_name": "Mu\u00f1oz"}'
    asked.answer(body.encode(), length=len(body))


def shorter(asked: Asked) -> None:
    """Less is announced than is sent: the rest looks like the next answer."""
    asked.answer(asked.body, length=max(0, len(asked.body) - 5))


def negative(asked: Asked) -> None:
    """A length below nothing."""
    asked.answer(asked.body, length=-1)


def reset(asked: Asked) -> None:
    """The connection is reset."""
    asked.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    asked.connection.close()


def close_half_way(asked: Asked) -> None:
    """Closed in the middle of the body."""
    asked.send(asked.right[:-10])
    asked.connection.shutdown(socket.SHUT_RDWR)


def close_each(asked: Asked) -> None:
    """A right answer, and the connection is closed without a word."""
    asked.send(asked.right)
    asked.connection.shutdown(socket.SHUT_RDWR)


def binary(asked: Asked) -> None:
    """No HTTP."""
    asked.send(b"\x16\x03\x01\x00\xff\x00\xff not HTTP at all\r\n\r\n")


def oldest(asked: Asked) -> None:
    """HTTP/0.9: a body without a head."""
    asked.send(asked.body)
    asked.connection.shutdown(socket.SHUT_RDWR)


def upgrade(asked: Asked) -> None:
    """Another protocol, unasked."""
    asked.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n", b"\x00\x00\x12\x04" * 9)


def early_hints(asked: Asked) -> None:
    """A right answer after interim ones, as RFC 9110 15.2 allows."""
    asked.send(b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n", asked.right)


def chunk_garbage(asked: Asked) -> None:
    """Sizes of chunks that are none."""
    asked.send(OK, b"Transfer-Encoding: chunked\r\n\r\n", b"zz\r\n{}\r\n-5\r\n")


def huge_chunk(asked: Asked) -> None:
    """A chunk of more than any memory."""
    asked.send(OK, b"Transfer-Encoding: chunked\r\n\r\n", b"FFFFFFFFFFFFFFFF\r\n{}\r\n")
    asked.connection.shutdown(socket.SHUT_RDWR)


def two_answers(asked: Asked) -> None:
    """The answer twice: the second one looks like that to the next request."""
    asked.send(asked.right, asked.right)


def of_another(asked: Asked) -> None:
    """The answer to another request."""
    asked.answer(b'{"status": "ok", "uptime": 1}')


def no_content(asked: Asked) -> None:
    """204, and a body all the same."""
    asked.answer(asked.body, status="204 No Content")


def empty(asked: Asked) -> None:
    """200, and nothing."""
    asked.answer(b"")


def html(asked: Asked) -> None:
    """A page for everything, as a captive portal has."""
    asked.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 21\r\n\r\n<html>Sign in.</html>")


def huge_field(asked: Asked) -> None:
    """A field of 60 KB."""
    asked.answer(asked.body, "ETag: " + '"/a' * 20_000, f"Set-Cookie: s={'a' * 60_000}", status=f"{asked.status} Huge")


def many_fields(asked: Asked) -> None:
    """Thousands of fields."""
    asked.answer(asked.body, *(f"X-{number}: 1" for number in range(5000)))


def cookies(asked: Asked) -> None:
    """Cookies, those of another site among them."""
    asked.answer(
        asked.body,
        *(f"Set-Cookie: c{number}={'x' * 500}; Domain=other.example" for number in range(80)),
        status=f"{asked.status} Sweet",
    )


def odd_fields(asked: Asked) -> None:
    """Fields that are wrong in many ways."""
    odd = [
        "Retry-After: \xb2",
        "Content-Encoding: nothing-known",
        "Content-Type: /;;charset=none",
        "Link: <<<<<",
        "ETag: \xff",
        "Allow: ,,,,",
    ]
    asked.answer(asked.body, *odd, "Date: 99999999999", "WWW-Authenticate: =,=,=", status=f"{asked.status} Odd")


def no_status(asked: Asked) -> None:
    """A status that is none."""
    asked.send(b"HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n")


def status_999(asked: Asked) -> None:
    """A status beyond all classes."""
    asked.answer(asked.body, status="999 Unknown")


def bomb(asked: Asked) -> None:
    """A megabyte that unpacks to a gigabyte."""
    asked.answer(BOMB, "Content-Encoding: gzip")


def nested_bomb(asked: Asked) -> None:
    """A bomb in a bomb in a bomb."""
    asked.answer(gzip.compress(gzip.compress(BOMB)), "Content-Encoding: gzip, gzip, gzip")


BOMB = gzip.compress(b" " * (64 << 20))


def broken_gzip(asked: Asked) -> None:
    """What is said to be packed and is not."""
    asked.answer(asked.body, "Content-Encoding: gzip")


def value(make: Callable[[Any], Any]) -> Behaviour:
    """A right answer whose JSON is made into something else: bytes as they are, or another value."""

    def behave(asked: Asked) -> None:
        with suppress(ValueError):
            made = make(json.loads(asked.body))
            body = made if isinstance(made, bytes) else json.dumps(made).encode()
            asked.answer(body, status=f"{asked.status} Made")
            return
        asked.send(asked.right)

    return behave


def _with_member(text: bytes) -> Callable[[Any], bytes]:
    """An object with one more member, given as text."""
    return lambda found: json.dumps(found).encode()[:-1] + b', "unheard": ' + text + b"}"


GROWN: list[int] = []


def _grown(found: Any) -> Any:
    """A record that is larger at each answer."""
    GROWN.append(len(GROWN))
    return {**found, **{f"more{number}": "x" * 500 for number in GROWN}} if isinstance(found, dict) else found


JSON: Mapping[str, Behaviour] = {
    "nests without end": value(lambda _found: b"[" * 200_000),
    "nests deeper than calls go": value(_with_member(b'{"a":' * 900 + b"1" + b"}" * 900)),
    "nests deep": value(_with_member(b'{"a":' * 300 + b"1" + b"}" * 300)),
    "sends lists without end": value(_with_member(b"[" + b"[]," * 300_000 + b"[]]")),
    "sends numbers of 400 digits": value(_with_member(b"1" + b"0" * 400)),
    "sends numbers of 5000 digits": value(_with_member(b"1" + b"0" * 5000)),
    "sends 1e400": value(_with_member(b"1e400")),
    "sends NaN": value(_with_member(b"NaN")),
    "sends NULs": value(_with_member(b'"\\u0000\\u0000"')),
    "sends halves of surrogate pairs": value(_with_member(b'"\\ud800"')),
    "sends invalid UTF-8": value(_with_member(b'"\xff\xfe"')),
    "names members twice": value(lambda found: json.dumps(found).encode()[:-1] + b"," + json.dumps(found).encode()[1:]),
    "grows at every answer": value(_grown),
    "answers with a number": value(lambda _found: b"7"),
    "answers with null": value(lambda _found: b"null"),
    "answers with a list": value(lambda found: [found]),
    "sends paths without end": value(lambda _found: {"error": "/a" * 20_000}),
}


def redirect(to: str) -> Behaviour:
    """A redirect."""
    return lambda asked: asked.answer(b"", f"Location: {to}", status="307 Temporary Redirect")


def throttle(*fields: str, status: str = "429 Too Many Requests") -> Behaviour:
    """Always too many requests, or no service at present."""
    return lambda asked: asked.answer(b"{}", *fields, status=status)


def one_in(count: int, behave: Behaviour) -> Behaviour:
    """Misbehave once in so many requests."""
    return lambda asked: behave(asked) if asked.number % count == 0 else asked.send(asked.right)


@contextmanager
def listening(behave: Callable[[bytes], bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    """Another host: its port, and all that is sent to it."""
    server = socket.create_server(("127.0.0.1", 0))
    heard: list[bytes] = []

    def accept() -> None:
        with suppress(OSError):
            while True:
                connection, _ = server.accept()
                with connection, suppress(OSError):
                    heard.append(connection.recv(65536))
                    connection.sendall(behave(heard[-1]))

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield server.getsockname()[1], heard
    finally:
        server.close()
