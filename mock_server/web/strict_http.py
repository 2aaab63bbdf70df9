"""What of HTTP/1 the mock takes: waitress's parser, and ahead of it the checks that it leaves out (RFC 9112, 3 and 6).

Where two readers of the same bytes could see two different requests, none is read.
"""

from __future__ import annotations

import re
from contextlib import suppress

from waitress.parser import HTTPRequestParser, ParsingError, split_uri

VERSIONS = frozenset({b"HTTP/1.1", b"HTTP/1.0"})
_TARGET = re.compile(rb"(?:https?://[!-\"$-.0-~]+)?(?:/[!-\"$-~]*+)?|\*", re.IGNORECASE)
"""Origin form, absolute form, asterisk form: visible ASCII without a fragment."""

_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class Parser(HTTPRequestParser):
    """One request as it comes in."""

    headers: dict[str, str]
    proxy_netloc: str
    _beginning = b""

    def received(self, data: bytes) -> int:
        """Takes bytes, and says of how many it has made use."""
        if not self._beginning:
            self._beginning = data
        consumed: int = super().received(data)
        return consumed

    def parse_header(self, header_plus: bytes) -> None:
        """Reads the head. Raises ParsingError for one that could be taken differently, which is answered with 400."""
        words = header_plus.partition(b"\r\n")[0].split(b" ")
        if len(words) != 3 or words[2] not in VERSIONS:
            raise ParsingError("expected a method, a target and HTTP/1.1, with one blank between them")
        if not words[1] or _TARGET.fullmatch(words[1]) is None:
            raise ParsingError("the target is neither a path nor an absolute URL")
        if _CONTROLS.search(header_plus):  # also since waitress needs a minute to find one behind 64,000 blanks
            raise ParsingError("a control character in the head")
        if b"\r\n " in header_plus or b"\r\n\t" in header_plus:
            raise ParsingError("a header goes over several lines")
        lines = header_plus.lower()
        if b"\ntransfer-encoding" in lines:
            _check_coding(lines, words[2])
        first, *fields = header_plus.split(b"\r\n")
        try:
            super().parse_header(b"\r\n".join([first, *map(_trimmed, fields)]))
        except ValueError:  # a number of thousands of digits, an address with half of its brackets
            raise ParsingError("the target or the Content-Length cannot be read") from None
        if self.proxy_netloc:
            self.headers["HOST"] = self.proxy_netloc  # RFC 9112, 3.2.2: what the Host header says does not count

    @property
    def asked_path(self) -> str:
        """The path of the request, also of one that could not be read; ``/`` where none can be made out."""
        words = (bytes(self.header_plus) or self._beginning).lstrip().split(maxsplit=2)
        with suppress(ValueError, IndexError):
            return str(split_uri(words[1].decode("ascii", "ignore").encode())[2])
        return "/"


def _trimmed(field: bytes) -> bytes:
    """A header without the blanks around its value, for which waitress would take quadratic time."""
    name, colon, value = field.partition(b":")
    return name + colon + value.strip(b" \t")


def _check_coding(lines: bytes, version: bytes) -> None:
    """ParsingError for anything but one ``chunked``, and for a second word on where the body ends (RFC 9112, 6.1)."""
    headers = [line.partition(b":") for line in lines.split(b"\r\n")[1:]]
    codings = [value.strip(b" \t") for name, _, value in headers if name == b"transfer-encoding"]
    if codings != [b"chunked"] or version != b"HTTP/1.1":
        raise ParsingError("Transfer-Encoding: only chunked is read, and only of HTTP/1.1")
    if any(name == b"content-length" for name, _, _ in headers):
        raise ParsingError("both Content-Length and Transfer-Encoding say where the body ends")
