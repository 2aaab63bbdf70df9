"""What the bytes of a target say: headers, JSON and times to come again. Nothing is raised, and the work grows with the size.

A target may send anything: each reader here is linear in what it is given, and bounded in what it makes of it.
"""

from __future__ import annotations

import json
import math
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from contracts.terms.exchange import NOT_JSON

MAX_DEPTH = 400
"""Levels of JSON that are read (RFC 8259 section 9 lets a reader set a limit): comparing values calls itself for each."""
MAX_VALUES = 200_000
"""Values in one JSON text: the memory that they take is many times that of the text."""
MAX_DIGITS = 12
"""Digits of a number of seconds: some thirty thousand years."""
USUAL, SOONEST = 1.0, 0.05
"""Seconds that are waited where an answer does not say how many, and at the least."""


class Headers(Mapping[str, str]):
    """The fields of an answer by name, in any case of letters; the values of one name joined (RFC 9110 section 5.3)."""

    def __init__(self, fields: Iterable[tuple[str, str]] = ()) -> None:
        found: dict[str, tuple[str, list[str]]] = {}
        for name, value in fields:
            found.setdefault(name.lower(), (name, []))[1].append(value)
        self._fields = {key: (name, ", ".join(values)) for key, (name, values) in found.items()}

    def __getitem__(self, name: str) -> str:
        return self._fields[name.lower()][1]

    def __iter__(self) -> Iterator[str]:
        return (name for name, _value in self._fields.values())

    def __len__(self) -> int:
        return len(self._fields)


def json_of(body: bytes) -> Any:
    """A body as JSON (RFC 8259), NOT_JSON where it is none, or no program could work with its numbers or its depth.

    A byte order mark ahead of it is passed over, as section 8.1 allows: that it is there is a fault of its own.
    """
    try:
        found = json.loads(body.removeprefix(BOM_UTF8).decode("utf-8"), parse_constant=_refused, parse_float=_number)
    except (ValueError, RecursionError):
        return NOT_JSON
    brackets = body.count(b"[") + body.count(b"{")
    is_small = brackets <= MAX_DEPTH and brackets + body.count(b",") <= MAX_VALUES
    return found if is_small or _is_bounded(found) else NOT_JSON


def _refused(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _number(text: str) -> float:
    """A fraction; 1e400 is no number for the double that nearly every reader makes of it, and could not be sent back."""
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("the number is too large")
    return value


def _is_bounded(value: Any) -> bool:
    """A value is not nested too deeply, and has not too many parts."""
    count, level = 0, [value]
    for _ in range(MAX_DEPTH + 1):
        inner = [each for each in level if isinstance(each, dict | list)]
        if not inner:
            return count <= MAX_VALUES
        level = [member for each in inner for member in (each.values() if isinstance(each, dict) else each)]
        count += len(level)
    return False


def retry_after(value: str) -> float:
    """Seconds that a header Retry-After asks to wait, as a number or a date (RFC 9110 10.2.3); one where it says neither."""
    plain = value.strip()
    if plain.isascii() and plain.isdigit():
        return max(SOONEST, float(plain)) if len(plain) <= MAX_DIGITS else math.inf
    try:
        return max(SOONEST, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return USUAL
