"""No text that a client or a file brings takes more than linear time to read, up to the limit of its kind.

Measured as the processor time of this thread, in ratios: sixteen times the text may take eighty times as long at most (it
would be 256 if it were quadratic), and the longest at most as long as two hundred readings of as many bytes of sound JSON.
"""

from __future__ import annotations

import gc
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from typing import Any

import pytest
from waitress.adjustments import Adjustments
from werkzeug.http import parse_etags
from werkzeug.test import EnvironBuilder
from werkzeug.wrappers import Request

import specs
from mock_server.access.admission import Admission
from mock_server.disturbance.prefer import preferences
from mock_server.exchange import json_patch
from mock_server.exchange.exchange import Refusal
from mock_server.exchange.steps import BODY_LIMIT
from mock_server.journal.redaction import Redaction
from mock_server.state.state_file import _parsed
from mock_server.syntax import formats, negotiation
from mock_server.syntax.cookies import cookie
from mock_server.syntax.negotiation import accepts, media_type
from mock_server.syntax.strict_json import DEPTH_LIMIT, NotJson, reader
from mock_server.syntax.wildcards import fits_path
from mock_server.web import strict_http
from specs.reading import ALIASED_LIMIT, parsed
from tests.mock import mock_client

HEAD_LIMIT = 65_536
STEPS = (256, 16, 1)
"""The text is tried at these parts of its limit, so that what is not linear is told before it takes hours."""

GROWTH, COST = 80, 200
Text = tuple[str, str, str]
"""What it begins with, what is repeated, what it ends with."""

JSON_TEXTS: tuple[Text, ...] = tuple(
    (before, atom, after)
    for before in ("", "[" * (DEPTH_LIMIT + 1), '["', "[" * (DEPTH_LIMIT + 1) + '"', "[]" * DEPTH_LIMIT)
    for atom in (
        "[",
        "{",
        '"',
        "\\",
        '\\"',
        '["',
        '{"a":',
        "[]",
        "{}",
        "9",
        " ",
        '"a":1,',
        "\\u",
        '["\\ud800"],',
        "[1,",
        "-",
        "1e",
    )
    for after in ("", '"', "]")
)
HEADER_TEXTS: tuple[Text, ...] = tuple(
    (before, atom, after)
    for before in ("", "x://", '"', "a=", 'a="', "a/b; a=", 'a/b;a="', 'W/"', "localhost", "http://", "Basic ")
    for atom in (
        " ",
        "\t",
        '"',
        "\\",
        '\\"',
        ",",
        ";",
        "=",
        "a=",
        "a,",
        ";a=a",
        'a;a="',
        ":",
        ".",
        "*",
        "[",
        "W/",
        "%41",
        "\xe9",
        "9",
    )
    for after in ("", "!", '"', " \x01", " x")
)
FORM_TEXTS: tuple[Text, ...] = tuple(("", atom, "") for atom in ("a=1&", "&", "=", "%", "%41", "+", "a[]=1&", ";", "%ff", "a"))
YAML_TEXTS: tuple[Text, ...] = tuple(
    (before, atom, after)
    for before in ("", "a: ")
    for atom in (
        "- a\n",
        "[",
        "{a: ",
        "'",
        '"',
        "\\",
        "# a\n",
        "&a ",
        "*a ",
        "!a ",
        "a: 1\n",
        "? ",
        "---\n",
        "1:",
        "9",
        "|\n ",
        "<<: {}\n",
    )
    for after in ("", "\n")
)
PATHS: tuple[Text, ...] = tuple(
    ("/babyland/api/customer/", atom, "/") for atom in ("a", "/", "%2F", "..", "./", "%00", "\xff", "//", ";a")
)
WILDCARDS: tuple[Text, ...] = (("", "*a", "b"), ("", "*", "b"), ("a", "*aa", "*b"), ("", "a*", "b"), ("", "a", "*b"))
FORMATTED: tuple[Text, ...] = tuple(
    (before, atom, after)
    for before in ("", "a@", "a:", "2020-01-01T00:00:00.")
    for atom in ("a", ".", "a.", "a@", "@", "1", "-", "+", ":", "%", "0")
    for after in ("", "!", "Z")
)
SECRETS: tuple[Text, ...] = tuple(
    ("", atom, after)
    for atom in ("password", "password ", 'password="', 'password"\\', "password=", '"', " ")
    for after in ("", '"')
)


@dataclass(frozen=True)
class Parser:
    """Something that reads a text; the limit is in characters."""

    read: Callable[[str], object]
    texts: tuple[Text, ...]
    limit: int


@cache
def _client() -> mock_client.Client:
    return mock_client.Client(specs.load("babyland"))


def _header(name: str) -> Callable[[str], object]:
    """A whole request with this header."""

    def send(text: str) -> object:
        # Werkzeug's client refuses what no HTTP library sends; the environ has what the socket would bring.
        environ = EnvironBuilder("/api/customer/57/", method="PATCH", data=b"{}", content_type="application/json").get_environ()
        environ[name] = text
        return _client().app(environ, lambda *_: None)

    return send


def _form(media_type: str) -> Callable[[str], object]:
    def read(text: str) -> object:
        environ = EnvironBuilder("/", method="POST", data=text.encode(), content_type=media_type).get_environ()
        sent = Request(environ)
        sent.max_form_memory_size = BODY_LIMIT
        return sent.form, sent.files

    return read


def _received(head: str) -> object:
    parser = strict_http.Parser(Adjustments(max_request_header_size=HEAD_LIMIT))
    return parser.received(f"{head}\r\n\r\n".encode("latin-1"))


def _get(path: str) -> object:
    return _client().app.test_client().get(path)


def _patch(text: str) -> object:
    operations = json.loads(text)
    return json_patch.changes_of(operations, {"a": [1, {"b": "c"}], "text": "x"}) if json_patch.is_patch(operations) else None


def _operation(**members: Any) -> Text:
    return "[", json.dumps(members) + ",", json.dumps({"op": "remove", "path": "/text"}) + "]"


PARSERS: Mapping[str, Parser] = {
    "JSON": Parser(lambda text: reader(duplicate_keys=False)(text.encode("utf-8", "surrogatepass")), JSON_TEXTS, BODY_LIMIT),
    "JSON Pointer and JSON Patch": Parser(
        _patch,
        (
            _operation(op="copy", **{"from": "/a", "path": "/a/-"}),
            _operation(op="copy", **{"from": "/a", "path": "/b"}),
            _operation(op="move", **{"from": "/a", "path": "/a"}),
            _operation(op="add", path="/a/0", value=1),
            _operation(op="add", path="/a/-", value={}),
            _operation(op="test", path="/text", value="x"),
            _operation(op="replace", path="/a/1/b", value="~0~1"),
            ('[{"op":"add","value":1,"path":"', "/a", '"}]'),
            ('[{"op":"add","value":1,"path":"', "~0", '"}]'),
            ('[{"op":"add","value":1,"path":"/a/', "9", '"}]'),
        ),
        BODY_LIMIT,
    ),
    "Accept": Parser(lambda text: negotiation._accepts.__wrapped__(text, "application/json"), HEADER_TEXTS, HEAD_LIMIT),
    "Content-Type": Parser(media_type, HEADER_TEXTS, HEAD_LIMIT),
    "Cookie": Parser(lambda text: cookie(text, "session"), HEADER_TEXTS, HEAD_LIMIT),
    "Prefer": Parser(preferences, HEADER_TEXTS, HEAD_LIMIT),
    "ETag": Parser(parse_etags, HEADER_TEXTS, HEAD_LIMIT),
    "Host": Parser(Admission().check_host, HEADER_TEXTS, HEAD_LIMIT),
    "Origin": Parser(Admission().admits, HEADER_TEXTS, HEAD_LIMIT),
    **{
        f"a request with {name}": Parser(_header(name), HEADER_TEXTS[::7], HEAD_LIMIT)
        for name in ("HTTP_ACCEPT", "CONTENT_TYPE", "HTTP_PREFER", "HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_X_MOCK_SESSION")
    },
    "head of a request": Parser(lambda text: _received(f"GET / HTTP/1.1\r\n{text}"), HEADER_TEXTS, HEAD_LIMIT - 100),
    "value of a header": Parser(lambda text: _received(f"GET / HTTP/1.1\r\nX:{text}"), HEADER_TEXTS, HEAD_LIMIT - 100),
    "request line": Parser(lambda text: _received(f"GET {text}"), HEADER_TEXTS, HEAD_LIMIT - 100),
    "path": Parser(_get, PATHS, HEAD_LIMIT),
    "query": Parser(lambda text: _get(f"/api/customer/57/?{text}"), FORM_TEXTS, HEAD_LIMIT),
    "form": Parser(_form("application/x-www-form-urlencoded"), FORM_TEXTS, BODY_LIMIT),
    "multipart form": Parser(
        _form("multipart/form-data; boundary=b"),
        tuple(
            ("--b\r\n", atom, after)
            for atom in (
                "\r\n",
                "\r",
                "--b\r\n",
                "--b",
                "a",
                "a:\r\n",
                "Content-Disposition: form-data; name=a\r\n\r\n\r\n--b\r\n",
            )
            for after in ("", "--b--")
        ),
        BODY_LIMIT,
    ),
    "pattern of a path": Parser(lambda text: fits_path(text, "a" * len(text)), WILDCARDS, BODY_LIMIT),
    "what the journal hides": Parser(Redaction([], members=["password"]).text, SECRETS, BODY_LIMIT),
    **{
        f"format {name}": Parser(check, FORMATTED, BODY_LIMIT)  # type: ignore[arg-type]  # any result
        for name, check in formats.FORMATS.items()
    },
    "YAML": Parser(parsed, YAML_TEXTS, HEAD_LIMIT),
    "line of a state file": Parser(lambda text: _parsed(text.encode()), JSON_TEXTS[::7], BODY_LIMIT),
}


def _seconds(read: Callable[[str], object], text: str) -> float:
    """What is refused is read as well. Without the collector, whose time depends on all that lives in the process."""
    gc.disable()
    try:
        begun = time.thread_time()
        with suppress(Exception):
            read(text)
        return time.thread_time() - begun
    finally:
        gc.enable()


@cache
def _yardstick() -> float:
    """The seconds for a million bytes of sound JSON."""
    content = json.dumps([{"name": "a text of some length", "number": 1.5, "list": [1, 2, 3], "none": None}] * 12_000)
    return min(_seconds(json.loads, content) for _ in range(5))


def _faults(parser: Parser, text: Text) -> Iterator[str]:
    least = _yardstick() / 10  # shorter times are noise
    last = 0.0
    for part in STEPS:
        if part != STEPS[0] and last * (16 * part) ** 2 < _yardstick():
            return  # even if it were quadratic it would take no time to speak of
        growth = _times(parser, text, part) / max(last, least)
        if part != STEPS[0] and growth > GROWTH:
            growth = min(_times(parser, text, part) / max(last, least) for _ in range(3))  # something else came in between
        if part != STEPS[0] and growth > GROWTH:
            yield f"{text!r}: {growth:.1f} times the time for sixteen times the text"
            return
        last = growth * max(last, least)
    if last > COST * _yardstick():
        yield f"{text!r}: {last / _yardstick():.0f} times the time for JSON"


def _times(parser: Parser, text: Text, part: int) -> float:
    before, atom, after = text
    return _seconds(parser.read, before + atom * (parser.limit // part // len(atom)) + after)


@pytest.mark.parametrize("name", PARSERS)
def test_reading_takes_linear_time(name: str) -> None:
    """Every parser of what a client or a file brings, with what is worst for such parsers, up to its limit."""
    assert [fault for text in PARSERS[name].texts for fault in _faults(PARSERS[name], text)] == []


def test_what_is_not_linear_is_told() -> None:
    """The measurement finds a parser that looks at everything again for every character."""
    quadratic = Parser(lambda text: [text.count("b", place) for place in range(len(text))], (("", "a", ""),), 40_000)

    assert [*_faults(quadratic, ("", "a", ""))]


@pytest.mark.parametrize("levels", [DEPTH_LIMIT, DEPTH_LIMIT + 1])
def test_brackets_are_counted_outside_of_texts(levels: int) -> None:
    """The limit of the depth is where it was, whatever stands in texts."""
    content = "[" * levels + json.dumps('[[[[\\"{{{{' * DEPTH_LIMIT) + "]" * levels
    read = reader(duplicate_keys=False)
    if levels <= DEPTH_LIMIT:
        assert read(content.encode()) is not None
        return
    with pytest.raises(NotJson, match="nested deeper"):
        read(content.encode())


# --- amplification ------------------------------------------------------------------------------------------------


def test_copies_of_copies_are_refused() -> None:
    """A list that is copied into itself again and again is no patch."""
    operations = [{"op": "copy", "from": "/a", "path": "/a/-"}] * 40
    with pytest.raises(Refusal) as refused:
        json_patch.changes_of(operations, {"a": [1]})

    assert refused.value.situation == "too_large"


@pytest.mark.parametrize("doubled", [True, False])
def test_pointers_and_copies_do_not_nest_without_end(doubled: bool) -> None:
    """A place that is too deep is a fault of the operation, and no fault of the mock."""
    deeper = [{"op": "add", "path": "/a" * depth, "value": {}} for depth in range(2, DEPTH_LIMIT + 2 - doubled)]
    copied = [{"op": "copy", "from": "/a", "path": "/a" * DEPTH_LIMIT}] if doubled else []
    with pytest.raises(Refusal) as refused:
        json_patch.changes_of([*deeper, *copied], {"a": {}})

    assert refused.value.situation == "invalid_field"


def test_what_moves_is_not_copied() -> None:
    """The value is the same one behind any number of moves."""
    operations = [{"op": "move", "from": "/a", "path": "/b"}, {"op": "move", "from": "/b", "path": "/a"}] * 5_000

    assert json_patch.changes_of(operations, {"a": ["x" * 1_000] * 1_000}) == {"b": None, "a": ["x" * 1_000] * 1_000}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "\n".join(["a0: &a0 [x]", *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30))]),
            str(ALIASED_LIMIT),
        ),
        (
            "\n".join(
                ["a0: &a0 {x: 1}", *(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 30))],
            ),
            str(ALIASED_LIMIT),
        ),
        ("a: &a [*a]", "that it is in"),
        ("&a {<<: *a}", "that it is in"),
        ("[" * 100_000, "depth"),
    ],
    ids=["lists", "merge keys", "a list in itself", "a mapping in itself", "depth"],
)
def test_yaml_that_stands_for_too_much_is_told(text: str, said: str) -> None:
    """One line, ahead of the construction."""
    with pytest.raises(ValueError, match=said) as told:
        parsed(text)

    assert "\n" not in str(told.value)


def test_aliases_are_read() -> None:
    """Those of an ordinary document."""
    assert parsed("a: &a {b: 2020-01-01}\nc: *a\nd: {<<: *a, e: '*'}\n") == {
        "a": {"b": "2020-01-01"},
        "c": {"b": "2020-01-01"},
        "d": {"b": "2020-01-01", "e": "*"},
    }


def test_not_all_faults_of_a_huge_body_are_told() -> None:
    """The answer to a million bytes is not forty times as long."""
    api = specs.load("customers_me")
    answer = mock_client.Client(api).send("PATCH", {"primary_address": [{}] * 200_000})

    assert answer.status_code == api.situations["invalid_field"].status
    assert len(answer.data) < BODY_LIMIT


@pytest.mark.parametrize(
    ("header", "media", "wanted"),
    [
        ("", "application/json", True),
        ("text/html", "application/json", False),
        ("application/*;q=0, */*", "application/json", False),
        ("application/json;q=0, */*", "application/json", False),
        ("APPLICATION/JSON; charset=utf-8", "application/json", True),
        ('text/html;a="application/json, */*"', "application/json", False),
        ("application/json;q=0, application/json;q=0.1", "application/json", True),
        ("application/json;q=2", "application/json", True),
        ("application/json;q=0.000", "application/json", False),
    ],
)
def test_accept_is_read_as_before(header: str, media: str, wanted: bool) -> None:
    """A range whose quality is none is passed over; without any range, everything is accepted."""
    assert accepts(header, media) is wanted


@pytest.mark.parametrize(
    ("header", "wanted"),
    [
        ("a=1; b=2", "2"),
        ("b = 2 ", "2"),
        ('a=1;b="2=3"', "2=3"),
        ("ab=1", None),
        ("", None),
        ("b", ""),
        ("b=1; b=2", "1"),
        ('b="', '"'),
    ],
)
def test_cookies_are_read(header: str, wanted: str | None) -> None:
    """The first value of the name, without quotation marks."""
    assert cookie(header, "b") == wanted


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [
        ("/a", "/a", True),
        ("/a", "/ab", False),
        ("*", "", True),
        ("/a*", "/ab/c\n", True),
        ("*b", "/ab", True),
        ("*b", "/ba", False),
        ("/a*a", "/a", False),
        ("/a*a", "/aa", True),
        ("a*b*c", "abbcbc", True),
        ("a*bc*c", "abc", False),
        ("**", "x", True),
        ("/[a]*", "/[a]b", True),
    ],
)
def test_patterns_of_paths(pattern: str, path: str, wanted: bool) -> None:
    """A star stands for any text, and everything else for itself."""
    assert fits_path(pattern, path) is wanted
