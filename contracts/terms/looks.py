"""Texts that look alike and are not the same, and texts that are the same and do not look alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

UNSEEN = ("Cc", "Cf")
SPACES = ("Zs", "Zl", "Zp")
"""Categories of characters that the eye does not see, or does not tell apart."""
SECONDS = re.compile(r"-?\d+(?:\.\d+)?s")
"""A length of time in seconds, as JSON has it for Protocol Buffers: shown with as many digits as are needed, by threes."""


def looks_like(left: Any, right: Any) -> bool:
    """Two texts that differ in what the eye hardly sees: normal forms, kinds of spaces, characters without a width."""
    if not isinstance(left, str) or not isinstance(right, str) or left == right:
        return False
    return _seen(left) == _seen(right)


def _seen(text: str) -> str:
    kinds = ((each, unicodedata.category(each)) for each in unicodedata.normalize("NFKC", text))
    return "".join(" " if kind in SPACES else each for each, kind in kinds if kind not in UNSEEN)


def is_canonical(sent: Any, shown: Any) -> bool:
    """What is shown is the composed form of a text, which Unicode takes for the same text (Unicode Standard, 3.2, C6)."""
    return isinstance(sent, str) and isinstance(shown, str) and unicodedata.normalize("NFC", sent) == shown


def same_number(left: Any, right: Any) -> bool:
    """Both texts are spellings of one number: an amount of money that is shown with its cents."""
    try:
        return isinstance(left, str) and isinstance(right, str) and Decimal(left) == Decimal(right)
    except InvalidOperation:
        return False


def same_amount(types: Collection[str], left: Any, right: Any) -> bool:
    """Two spellings of one number, where the document lets a value be a number or its text: 42.5, ``"42.5"``, ``"042.50"``."""
    return "string" in types and bool({"number", "integer"} & {*types}) and same_number(str(left), str(right))


def is_spelling(schema: Mapping[str, Any], types: Collection[str], left: Any, right: Any) -> bool:
    """Two spellings of one moment, duration, amount or decimal number, where the document has such; ``types``: of the schema."""
    same = same_time(schema, left, right) or same_amount(types, left, right)
    return same or (is_decimal(schema) and same_number(left, right))


DURATION = re.compile(
    r"P(?=\d|T\d)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?"
)
"""An ISO 8601 duration (RFC 3339, appendix A), and weeks beside the rest, as many libraries take them."""


def same_time(schema: Mapping[str, Any], left: Any, right: Any) -> bool:
    """Two spellings of one moment or duration, where the document says it is one.

    ``Z`` is ``+00:00``, and no zone at all for the same hour in UTC; ``P1D`` is ``PT24H``, and ``1.5s`` is ``1.500s``.
    """
    if not isinstance(left, str) or not isinstance(right, str):
        return False
    if "duration" in str(schema.get("format", "")):
        length = _length(left)
        return length is not None and length == _length(right)
    return schema.get("format") == "date-time" and _same_instant(left, right)


def _same_instant(left: str, right: str) -> bool:
    try:
        moments = [datetime.fromisoformat(each) for each in (left, right)]
    except ValueError:
        return False
    if (moments[0].tzinfo is None) != (moments[1].tzinfo is None):
        moments = [each if each.tzinfo else each.replace(tzinfo=UTC) for each in moments]
    return moments[0] == moments[1]


def _length(text: str) -> tuple[int, Decimal] | None:
    """A duration in months and seconds, which no calendar brings together."""
    if SECONDS.fullmatch(text):
        return 0, Decimal(text[:-1])
    found = DURATION.fullmatch(text)
    if found is None:
        return None
    years, months, weeks, days, hours, minutes, seconds = (Decimal(each or 0) for each in found.groups())
    return int(years * 12 + months), (((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds


def is_decimal(schema: Mapping[str, Any]) -> bool:
    """A text that is a number with places, by its format or a pattern with a decimal point and no letters."""
    pattern = str(schema.get("pattern") or "")
    return schema.get("format") == "decimal" or (r"\." in pattern and not re.search(r"[A-Za-z]", pattern.replace(r"\d", "")))
