"""What the bytes of a target say: numbers and depths that no program can work with, waits of any kind, names in any case."""

from __future__ import annotations

import math
from typing import Any

import pytest

from contracts.terms.exchange import NOT_JSON
from contracts.terms.wire import MAX_DEPTH, MAX_VALUES, Headers, json_of, retry_after


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, 2.5, null, true, "x"]}', {"a": [1, 2.5, None, True, "x"]}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        (b'\xef\xbb\xbf\xef\xbb\xbf{"a": 1}', NOT_JSON),
        (b"1" + b"0" * 400, 10**400),
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, None),
        (b'"' + b"[" * 10_000 + b'"', "[" * 10_000),
        (b'"' + b"," * (MAX_VALUES + 1) + b'"', "," * (MAX_VALUES + 1)),
        (b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1), NOT_JSON),
        (b"[" * 200_000, NOT_JSON),
        (b"[" + b"0," * MAX_VALUES + b"0]", NOT_JSON),
        (b"1" + b"0" * 5000, NOT_JSON),
        (b"1e400", NOT_JSON),
        (b"NaN", NOT_JSON),
        (b"-Infinity", NOT_JSON),
        (b"\xff", NOT_JSON),
        (b"", NOT_JSON),
    ],
    ids=lambda each: repr(each)[:30],
)
def test_json_is_read_within_bounds(body: bytes, value: Any) -> None:
    """What cannot be compared, or takes more memory than a record may, counts as no JSON."""
    found = json_of(body)

    assert (found is not NOT_JSON) if value is None else (found == value)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("0", 0.05),
        ("9" * 400, math.inf),
        ("\xb2", 1),
        ("", 1),
        ("soon", 1),
        ("-5", 1),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0.05),
        ("Fri, 31 Dec 1999 23:59:59", 1),
        ("Fri, 31 Dec 99999 23:59:59 GMT", 1),
    ],
)
def test_a_wait_is_read_whatever_it_says(text: str, seconds: float) -> None:
    """Seconds or a date; one second where it is neither."""
    assert retry_after(text) == seconds


def test_fields_are_found_in_any_case() -> None:
    """Those of one name are one, joined."""
    found = Headers([("ETag", '"1"'), ("Allow", "GET"), ("allow", "PATCH")])

    assert found["etag"] == '"1"'
    assert found.get("ALLOW") == "GET, PATCH"
    assert found.get("Location", "nowhere") == "nowhere"
    assert [*found.items()] == [("ETag", '"1"'), ("Allow", "GET, PATCH")]
