"""Requests that no honest client sends, as the bytes of a connection: each would change a record if it were let through."""

from __future__ import annotations

import gzip
import json
import random
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

SEED = 20_261_128
LIMIT = 1_000_000
"""Bytes of a body that the mock reads."""

REFUSED = frozenset({400, 401, 403, 404, 405, 406, 412, 413, 414, 415, 428, 431, 501, 505})


@dataclass(frozen=True, slots=True)
class Sent:
    """One connection.

    Attributes:
        content: what is sent, piece by piece; between two pieces some time passes.
        is_refused: whether the first answer has to be a refusal; a connection that is closed without an answer is one, too.
        has_envelope: whether the refusal is the documented one: the request was understood as one to the API.
    """

    name: str
    content: tuple[bytes, ...]
    is_refused: bool = True
    has_envelope: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """A record of an API, and a body that changes it.

    path: of the record. headers: the credential. member: the name of a text that may be written.
    """

    path: str
    headers: Mapping[str, str]
    media_type: str
    member: str

    @property
    def body(self) -> bytes:
        """A change that is valid."""
        return json.dumps({self.member: "Changed"}).encode()

    def request(self, body: bytes | None = None, *, line: str = "", length: bool = True, **headers: str) -> bytes:
        """A PATCH; a header of the value ``-`` is left out."""
        content = self.body if body is None else body
        own = {"Host": "localhost", "Connection": "close", "Content-Type": self.media_type, **self.headers}
        own |= {"Content-Length": str(len(content))} if length else {}
        own |= {name.replace("_", "-"): value for name, value in headers.items()}
        head = "".join(f"{name}: {value}\r\n" for name, value in own.items() if value != "-")
        return f"{line or f'PATCH {self.path} HTTP/1.1'}\r\n{head}\r\n".encode("latin-1", "surrogateescape") + content

    def chunked(self, content: bytes, *, line: str = "", **headers: str) -> bytes:
        """A PATCH whose body is written in chunks already."""
        return self.request(content, line=line, length=False, **{"Transfer_Encoding": "chunked", **headers})


def all_of(place: Place) -> Iterator[Sent]:
    """Every request to this record."""
    for family in (framing, heads, targets, json_bodies, codings, media_types, mutations):
        for each in family(place):
            yield Sent(f"{family.__name__}: {each.name}", each.content, each.is_refused, each.has_envelope)


def framing(place: Place) -> Iterator[Sent]:
    """Where a message ends: RFC 9112, 6 and 7."""
    body = place.body
    size = f"{len(body):x}\r\n".encode()
    chunked = {
        "no size": b"\r\n" + body + b"\r\n0\r\n\r\n",
        "a size that is no number": b"zz\r\n" + body + b"\r\n0\r\n\r\n",
        "a negative size": b"-5\r\n" + body + b"\r\n0\r\n\r\n",
        "a size with a sign": b"+" + size + body + b"\r\n0\r\n\r\n",
        "a size with 0x": b"0x" + size + body + b"\r\n0\r\n\r\n",
        "a size with an underscore": b"1_0\r\n" + body + b"\r\n0\r\n\r\n",
        "a size that is too small": b"5\r\n" + body + b"\r\n0\r\n\r\n",
        "a size that is too large": b"ff\r\n" + body + b"\r\n0\r\n\r\n",
        "a size of 17 digits": b"1" * 17 + b"\r\n" + body + b"\r\n0\r\n\r\n",
        "a size of 70,000 digits": b"1" * 70_000 + b"\r\n" + body + b"\r\n0\r\n\r\n",
        "no last chunk": size + body + b"\r\n",
        "no end of the line": size + body + b"0\r\n\r\n",
        "a line that ends with LF alone": size.replace(b"\r", b"") + body + b"\n0\n\n",
        "a blank ahead of the size": b" " + size + body + b"\r\n0\r\n\r\n",
        "a NUL in the size": b"\x00" + size + body + b"\r\n0\r\n\r\n",
        "a null byte behind": size + body + b"\x00\r\n0\r\n\r\n",
    }
    for name, content in chunked.items():
        yield Sent(f"chunked, {name}", (place.chunked(content),))
    codings = (
        "xchunked",
        "gzip, chunked",
        "chunked, chunked",
        "chunked, identity",
        "identity",
        "gzip",
        "",
        "chun ked",
        "\x0bchunked",
    )
    for coding in codings:
        yield Sent(
            f"Transfer-Encoding {coding!r}",
            (place.request(size + body + b"\r\n0\r\n\r\n", length=False, Transfer_Encoding=coding),),
        )
    for number, length in enumerate(
        ("-1", "+5", "0x10", "1e3", "5 5", "5,5", "", "abc", "\xb2", "1_0", "9" * 30, "9" * 5_000, "5;5")
    ):
        yield Sent(f"Content-Length {number}: {length[:10]!r}", (place.request(Content_Length=length),))
    two = place.request(Content_Length="5\r\nContent-Length: 7")
    yield Sent("two lengths", (two,))
    same = f"{len(body)}\r\nContent-Length: {len(body)}"
    yield Sent("the same length twice", (place.request(Content_Length=same),))
    both = place.request(size + body + b"\r\n0\r\n\r\n", Transfer_Encoding="chunked")
    yield Sent("length and chunks", (both,))
    yield Sent(
        "chunks and length",
        (place.request(size + body + b"\r\n0\r\n\r\n", length=False, Transfer_Encoding="chunked", Content_Length="3"),),
    )
    yield Sent("a body that is cut off", (place.request()[:-4],))
    yield Sent("a body in pieces that never ends", (place.request()[:-4], b'"', b"x"))
    yield Sent(
        "chunks in HTTP/1.0",
        (
            place.request(
                size + body + b"\r\n0\r\n\r\n", length=False, line=f"PATCH {place.path} HTTP/1.0", Transfer_Encoding="chunked"
            ),
        ),
    )
    yield Sent("a body of more than the limit", (place.request(b'{"a":"' + b"x" * LIMIT + b'"}'),))
    yield Sent("a length of more than any limit", (place.request(Content_Length="20000000"),))
    yield Sent(
        "chunks of more than the limit",
        (place.request(b"f4250\r\n" + b"1" * 0xF4250 + b"\r\n0\r\n\r\n", length=False, Transfer_Encoding="chunked"),),
    )
    smuggled = place.request(b"0\r\n\r\n" + place.request(), Transfer_Encoding="chunked", Content_Length="5")
    yield Sent("a request that is smuggled in a body", (smuggled,))
    yield Sent(
        "a refused request, and another behind it",
        (place.request(Content_Length="x", Connection="keep-alive") + place.request(),),
    )


def heads(place: Place) -> Iterator[Sent]:
    """The head of a request: RFC 9112, 3 and 5."""
    path = place.path
    lines = {
        "no version": f"PATCH {path}",
        "HTTP/0.9": f"PATCH {path} HTTP/0.9",
        "HTTP/2.0": f"PATCH {path} HTTP/2.0",
        "HTTP/1.2.3": f"PATCH {path} HTTP/1.2.3",
        "HTTP/1": f"PATCH {path} HTTP/1",
        "HTTPS/1.1": f"PATCH {path} HTTPS/1.1",
        "a small http": f"PATCH {path} http/1.1",
        "two blanks": f"PATCH  {path}  HTTP/1.1",
        "tabs": f"PATCH\t{path}\tHTTP/1.1",
        "a blank in the path": f"PATCH {path} x HTTP/1.1",
        "no method": f" {path} HTTP/1.1",
        "no path": "PATCH HTTP/1.1",
        "a small method": f"patch {path} HTTP/1.1",
        "another method": f"PATCHED {path} HTTP/1.1",
        "a method with a slash": f"PA/TCH {path} HTTP/1.1",
        "a method with a NUL": f"PATCH\x00 {path} HTTP/1.1",
        "a method of 60,000 letters": f"{'P' * 60_000} {path} HTTP/1.1",
        "nothing": "",
        "garbage": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "the preface of HTTP/2": "PRI * HTTP/2.0",
        "a NUL in the path": f"PATCH {path}\x00 HTTP/1.1",
        "a bell in the path": f"PATCH {path}\x07 HTTP/1.1",
        "a raw letter in the path": f"PATCH {path}\xe9 HTTP/1.1",
    }
    for name, line in lines.items():
        content = place.request(line=line or "\r\n")
        yield Sent(f"line: {name}", (content,), has_envelope=any(word.startswith(path) for word in line.split()[1:]))
    for method in ("TRACE", "CONNECT", "DELETE", "PUT", "POST", "PROPFIND", "LINK", "QUERY"):
        yield Sent(f"method {method}", (place.request(line=f"{method} {path} HTTP/1.1"),))
    headers = {
        "a blank ahead of the colon": "X-A : 1",
        "no colon": "X-A",
        "no name": ": 1",
        "a folded line": "X-A: 1\r\n 2",
        "a NUL in a value": "X-A: a\x00b",
        "a CR in a value": "X-A: a\rb",
        "a name with a blank": "X A: 1",
        "a name with a bracket": "X(A): 1",
        "a length with a blank ahead of the colon": "Content-Length : 3",
        "a coding with a blank ahead of the colon": "Transfer-Encoding : chunked",
        "a head of 70,000 letters": f"X-A: {'a' * 70_000}",
        "7,000 headers": "\r\n".join(f"X-{number}: 1" for number in range(7_000)),
    }
    for name, header in headers.items():
        yield Sent(f"header: {name}", (place.request(X="1\r\n" + header),))
    yield Sent("lines that end with LF alone", (place.request().replace(b"\r\n", b"\n"),))
    yield Sent("lines that end with CR alone", (place.request().replace(b"\r\n", b"\r"),))
    for host in (
        "",
        "evil.example",
        "localhost\r\nHost: evil.example",
        "evil.example:80",
        "[::1",
        "127.0.0.1.nip.io",
        "a b",
        "localhost:99999999",
    ):
        yield Sent(f"Host {host[:30]!r}", (place.request(Host=host),), has_envelope=False)
    yield Sent("two credentials", (place.request(Authorization="Bearer nobody", X_API_Key="nobody", Cookie="session=nobody"),))
    for credential in ("Bearer", "Bearer ", "Basic \xff", "Basic YQ", "Basic " + "A" * 50_000, "Bearer \x7f", "Digest a", ",,,,"):
        yield Sent(f"Authorization {credential[:12]!r}", (place.request(Authorization=credential, X_API_Key="x", Cookie="-"),))
    for name, value in (
        ("X-Mock-Session", "a/b"),
        ("X-Mock-Session", "x" * 65),
        ("X-Mock-Session", "../x"),
        ("Origin", "http://evil.example"),
    ):
        yield Sent(f"{name} {value[:20]!r}", (place.request(**{name: value}),), has_envelope=False)
    yield Sent("a head that comes slowly and never ends", (b"PATCH /", b"x HTTP/1.1\r\nHost:", b" localhost\r\n", b"X-A: "))


def targets(place: Place) -> Iterator[Sent]:
    """What is asked for: RFC 9112, 3.2, and what frameworks make of a path."""
    path, folder = place.path, place.path.rstrip("/").rpartition("/")[0]
    last = path[len(folder) + 1 :]
    for target in (
        f"{folder}/./{last}",
        f"{folder}/x/../{last}",
        f"{folder}/%2e/{last}",
        f"{folder}/x/%2e%2e/{last}",
        f"{folder}//{last}",
        f"{folder}/{last}%00",
        f"{folder}/{last}%0d%0aX-A:1",
        f"{folder}/%c0%af{last}",
        f"{folder}/%ff{last}",
        f"{folder}/{last};a=b",
        f"{folder}/{last}%20",
        f"{folder}/{last}.json",
        f"{folder}/{last}/..;/x",
        f"{folder}/{last}%",
        f"{folder}/{last}%zz",
        f"{folder}/{last}\\",
        f"{folder}/{'9' * 5_000}",
        f"{folder}/{'../' * 1_000}etc/passwd",
        f"{folder}/{'a/' * 20_000}",
        f"{folder}/\u0660".encode().decode("latin-1"),
        f"{folder}/-1",
        f"{folder}/*",
    ):
        yield Sent(f"path {target[:60]!r} {len(target)}", (place.request(line=f"PATCH {target} HTTP/1.1"),))
    elsewhere = (
        *("*", "localhost:80", "//evil.example/", "/", "", "?", "#", "../..", "http://", "http:///", "javascript:1"),
        *(f"http://evil.example{path}", f"http://user@localhost{path}", f"http://[::1{path}", f"ftp://localhost{path}"),
        *(f"{path}#a", f"http://localhost{path}#a", f"http://local host{path}", f"http://x\\@localhost{path}"),
    )
    for target in elsewhere:
        yield Sent(f"target {target!r}", (place.request(line=f"PATCH {target} HTTP/1.1"),), has_envelope=False)


def json_bodies(place: Place) -> Iterator[Sent]:
    """RFC 8259 and RFC 7493: what readers of the same bytes take differently."""
    name, good = place.member.encode(), place.body
    bodies = {
        "blanks": b"   ",
        "a BOM": b"\xef\xbb\xbf" + good,
        "UTF-16": good.decode().encode("utf-16"),
        "UTF-16LE": good.decode().encode("utf-16-le"),
        "UTF-32": good.decode().encode("utf-32"),
        "Latin-1": b'{"' + name + b'":"\xe9"}',
        "overlong UTF-8": b'{"' + name + b'":"\xc0\xaf"}',
        "a surrogate in UTF-8": b'{"' + name + b'":"\xed\xa0\x80"}',
        "half of a pair": b'{"' + name + b'":"\\ud800"}',
        "the other half": b'{"' + name + b'":"\\udc00\\ud800"}',
        "NaN": b'{"' + name + b'":NaN}',
        "Infinity": b'{"' + name + b'":-Infinity}',
        "a number beyond a double": b'{"' + name + b'":1e999}',
        "5,000 digits": b'{"' + name + b'":' + b"9" * 5_000 + b"}",
        "a million digits": b'{"' + name + b'":' + b"9" * 990_000 + b"}",
        "a zero ahead": b'{"' + name + b'":01}',
        "a number with a dot at its end": b'{"' + name + b'":1.}',
        "a comma at the end": good[:-1] + b",}",
        "two commas": b'{"' + name + b'":"Changed",,"b":1}',
        "no end": good[:-1],
        "something behind": good + b"x",
        "a value behind": good + good,
        "a NUL behind": good + b"\x00",
        "a comment": b"/* */" + good,
        "single quotes": good.replace(b'"', b"'"),
        "no quotes": good.replace(b'"' + name + b'"', name),
        "a raw tab": b'{"' + name + b'":"a\tb"}',
        "a raw NUL": b'{"' + name + b'":"a\x00b"}',
        "a bad escape": b'{"' + name + b'":"\\x41"}',
        "a short escape": b'{"' + name + b'":"\\u12"}',
        "a list": b"[" + good + b"]",
        "a text": b'"' + name + b'"',
        "a number": b"1",
        "null": b"null",
        "true": b"true",
        "a list of nothing": b"[]",
        "depth": b'{"a":' * 5_000 + b"1" + b"}" * 5_000,
        "depth without an end": b"[" * 500_000,
        "depth and quotation marks": b"[" * 150 + b'"' * 400_000,
        "XML": b"<a/>",
        "a form": name + b"=Changed",
        "YAML": name + b": Changed",
        "escapes without an end": b'{"' + name + b'":"' + b"\\" * 99_999,
        "Python": b"{'" + name + b"': None}",
        "a record separator": b"\x1e" + good,
        "a prefix against scripts": b")]}',\n" + good,
    }
    for what, body in bodies.items():
        yield Sent(what, (place.request(body),))


def codings(place: Place) -> Iterator[Sent]:
    """Bodies that are packed: nothing says that the mock unpacks any."""
    body = place.body
    packed = {
        "gzip": gzip.compress(body),
        "deflate": zlib.compress(body),
        "br": body,
        "zstd": body,
        "gzip, gzip": gzip.compress(body),
    }
    for coding, content in packed.items():
        if content != body:
            yield Sent(f"packed as {coding}", (place.request(content, Content_Encoding=coding),))
    bomb = gzip.compress(b'{"a":"' + b"x" * 10_000_000 + b'"}')
    yield Sent("a bomb", (place.request(bomb, Content_Encoding="gzip"),))


def media_types(place: Place) -> Iterator[Sent]:
    """What the body says it is; nothing of it makes a body of garbage good."""
    kinds = (
        *("text/plain", "text/html", "application/xml", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"),
        *("application/json; charset=utf-16", "application/json, text/html", "application", "/", "", "json", "*/*"),
        *("application/*", "application/json-patch+json", "application/octet-stream", 'application/json; a="'),
        *("a" * 30_000, "\xff/\xfe", ";", "application/json\x7f"),
    )
    for kind in kinds:
        yield Sent(f"Content-Type {kind[:40]!r}", (place.request(b"\xff\xfe{", Content_Type=kind),))
    for accept in (",", "q=1", ";;;", '"', "a/b;q=abc", "*" * 10_000, "\xff", "application/json;q=2"):
        yield Sent(f"Accept {accept[:20]!r}", (place.request(b"{", Accept=accept),))
    for prefer in (
        "code=999",
        "code=abc",
        "delay=-1",
        "delay=1e9",
        "fault=nothing",
        "code=" + "9" * 5_000,
        '"',
        ",,,",
        "=",
        "example=\xff",
        "phase=x",
    ):
        yield Sent(f"Prefer {prefer[:20]!r}", (place.request(b"{", Prefer=prefer),))
    for match in ('"', "W/", "*" * 5_000, '"a', "\xff", ",", '""'):
        yield Sent(f"If-Match {match[:20]!r}", (place.request(b"{", If_Match=match),))


def sound(place: Place) -> Iterator[Sent]:
    """Unusual, and right: each of them changes the record."""
    body, path = place.body, place.path
    size = f"{len(body):x}\r\n".encode()
    pieces = b"".join(b"1;a=b\r\n" + body[at : at + 1] + b"\r\n" for at in range(len(body)))
    good = place.request()
    for name, content in {
        "in chunks": (place.chunked(size + body + b"\r\n0\r\n\r\n"),),
        "in many chunks with extensions": (place.chunked(pieces + b"0\r\n\r\n"),),
        "in chunks with a trailer": (place.chunked(size + body + b"\r\n0\r\nX-A: 1\r\n\r\n"),),
        "in chunks in capitals": (place.chunked(size.upper() + body + b"\r\n0\r\n\r\n", Transfer_Encoding="CHUNKED"),),
        "in chunks that come slowly": (place.chunked(b"")[:-2], b"\r\n", size, body, b"\r\n0\r\n\r", b"\n"),
        "in absolute form": (place.request(line=f"PATCH http://localhost{path} HTTP/1.1"),),
        "in absolute form with a port": (place.request(line=f"PATCH http://127.0.0.1:4010{path} HTTP/1.1"),),
        "in absolute form, with another Host": (place.request(line=f"PATCH HTTP://localhost{path} HTTP/1.1", Host="x.example"),),
        "as HTTP/1.0": (place.request(line=f"PATCH {path} HTTP/1.0"),),
        "behind an empty line": (b"\r\n" + good,),
        "in pieces": tuple(good[at : at + 40] for at in range(0, len(good), 40)),
        "with a length that begins with zeros": (place.request(Content_Length=f"00{len(body)}"),),
        "with small names of headers": (good.replace(b"Content-", b"content-"),),
        "with a query": (place.request(line=f"PATCH {path}{'&' if '?' in path else '?'}_=1 HTTP/1.1"),),
        "with an encoded letter": (place.request(line=f"PATCH {path.replace('c', '%63', 1)} HTTP/1.1"),),
        "behind another one": (place.request(b"[1]", Connection="keep-alive") + good,),
        "with an unknown preference": (place.request(Prefer="respond-async, wait=5"),),
    }.items():
        yield Sent(name, content, is_refused=False)


def mutations(place: Place) -> Iterator[Sent]:
    """A good request with some bytes of its head changed; the body is no JSON, so that none of them may change anything."""
    chance = random.Random(SEED)
    good = place.request(b"{" + place.body)
    head = good.index(b"\r\n\r\n")
    for number in range(80):
        content = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            where = chance.randrange(head)
            if chance.random() < 0.5:
                content[where] = chance.randrange(256)
            else:
                content[where:where] = bytes([chance.choice(b'\r\n\x00: ,;/%"\xff')]) * chance.choice((1, 2, 50))
        yield Sent(f"number {number}", (bytes(content),), has_envelope=False)
