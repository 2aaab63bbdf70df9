"""What of HTTP/1 the mock takes (RFC 9112, 2.2, 3, 5 and 6): waitress's parser, with a reader of heads of its own.

Where two readers of the same bytes could see two different requests, none is read. A head is looked through once: to check it
and then to have waitress read it again takes a tenth of a request's time.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any
from urllib.parse import unquote_to_bytes

from waitress.buffers import OverflowableBuffer
from waitress.parser import HTTPRequestParser, ParsingError, split_uri
from waitress.receiver import ChunkedReceiver, FixedStreamReceiver

VERSIONS = frozenset({b"HTTP/1.1", b"HTTP/1.0"})
_TARGET = re.compile(rb"(?:https?://[!-\"$-.0-~]+)?(?:/[!-\"$-~]*+)?|\*", re.IGNORECASE)
"""Origin form, absolute form, asterisk form: visible ASCII without a fragment."""

_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NUMBER = re.compile(r"[0-9]+")

_KEYS: dict[bytes, str] = {}
"""The names of headers as they were sent, and as CGI has them: the same few come over and over."""

KEYS_KEPT = 1_000
LENGTH_KEPT = 40


class Parser(HTTPRequestParser):
    """One request as it comes in.

    underscored: headers with an underscore in their name that are let through, in lower case; all others are passed over.
    """

    underscored: frozenset[bytes] = frozenset()
    headers: dict[str, str]
    proxy_netloc: str
    command: Any
    path: Any
    body_rcv: Any
    _beginning = b""

    def received(self, data: bytes) -> int:
        """Takes bytes, and says of how many it has made use."""
        if not self._beginning:
            self._beginning = data
        consumed: int = super().received(data)
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Reads the head. Raises ParsingError for one that could be taken differently, which is answered with 400."""
        first, *lines = header_plus.split(b"\r\n")
        try:
            self._read_line(first)
        except ValueError:  # an address with half of its brackets
            raise ParsingError("the target cannot be read") from None
        if _CONTROLS.search(header_plus):
            raise ParsingError("a control character in the head")
        if header_plus.count(b"\r") + header_plus.count(b"\n") != 2 * len(lines):
            raise ParsingError("a line that ends with one of CR and LF only")
        self._read_fields(lines)
        if self.proxy_netloc:
            self.headers["HOST"] = self.proxy_netloc  # RFC 9112, 3.2.2: what the Host header says does not count
        self._read_framing()

    def _read_line(self, line: bytes) -> None:
        words = line.split(b" ")
        if len(words) != 3 or words[2] not in VERSIONS:
            raise ParsingError("expected a method, a target and HTTP/1.1, with one blank between them")
        method, target, version = words
        if not target or _TARGET.fullmatch(target) is None:
            raise ParsingError("the target is neither a path nor an absolute URL")
        if _TOKEN.fullmatch(method) is None or method != method.upper():
            raise ParsingError("the method is no word in capitals")
        self.command, self.request_uri, self.version = method.decode("ascii"), target.decode("ascii"), version[5:].decode("ascii")
        self.url_scheme = self.adj.url_scheme
        self.proxy_netloc = ""
        if target[:1] == b"/":
            path, _, query = target.partition(b"?")
            self.path, self.query = unquote_to_bytes(path).decode("latin-1"), query.decode("ascii")
        else:
            _, self.proxy_netloc, self.path, self.query, _ = split_uri(target)

    def _read_fields(self, lines: list[bytes]) -> None:
        headers = self.headers
        for line in lines:
            if not line:
                continue
            name, colon, content = line.partition(b":")
            key = _KEYS.get(name) or _key(name)
            if not colon or not key:
                raise ParsingError("a header over several lines" if line[:1] in b" \t" else "a line that is no header")
            value = content.strip(b" \t").decode("latin-1")
            if b"_" not in name:
                headers[key] = f"{headers[key]}, {value}" if key in headers else value
            elif name.lower() in self.underscored:
                headers.setdefault(key, value)

    def _read_framing(self) -> None:
        """Where the body ends (RFC 9112, 6)."""
        headers, is_old = self.headers, self.version == "1.0"
        self.expect_continue = not is_old and headers.get("EXPECT", "").lower() == "100-continue"
        coding, length = headers.pop("TRANSFER_ENCODING", None), headers.get("CONTENT_LENGTH")
        if coding is not None:
            if coding.lower() != "chunked" or is_old:
                raise ParsingError("Transfer-Encoding: only chunked is read, and only of HTTP/1.1")
            if length is not None:
                raise ParsingError("both Content-Length and Transfer-Encoding say where the body ends")
            self.chunked = True
            self.body_rcv = ChunkedReceiver(OverflowableBuffer(self.adj.inbuf_overflow))
        elif length is not None:
            self.content_length = _number(length)
            if self.content_length:
                self.body_rcv = FixedStreamReceiver(self.content_length, OverflowableBuffer(self.adj.inbuf_overflow))

    @property
    def asked_path(self) -> str:
        """The path of the request, also of one that could not be read; ``/`` where none can be made out."""
        words = (bytes(self.header_plus) or self._beginning).lstrip().split(maxsplit=2)
        with suppress(ValueError, IndexError):
            return str(split_uri(words[1].decode("ascii", "ignore").encode())[2])
        return "/"


def _key(name: bytes) -> str:
    """The name of a header as CGI has it; empty for what is no name."""
    if _TOKEN.fullmatch(name) is None:
        return ""
    key = name.upper().replace(b"-", b"_").decode("ascii")
    if len(_KEYS) < KEYS_KEPT and len(name) <= LENGTH_KEPT:
        _KEYS[name] = key
    return key


def _number(length: str) -> int:
    if _NUMBER.fullmatch(length) is not None:
        with suppress(ValueError):  # thousands of digits
            return int(length)
    raise ParsingError("the Content-Length is no number that can be read")
