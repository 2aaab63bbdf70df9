"""Texts that look alike and are not the same, and texts that are the same and do not look alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
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


def same_number(left: Any, right: Any) -> bool:
    """Both texts are spellings of one number: an amount of money that is shown with its cents."""
    try:
        return isinstance(left, str) and isinstance(right, str) and Decimal(left) == Decimal(right)
    except InvalidOperation:
        return False


def same_time(schema: Mapping[str, Any], left: Any, right: Any) -> bool:
    """Two spellings of one moment, where the document says date-time (``Z`` and ``+00:00``), or of one length of time."""
    if not isinstance(left, str) or not isinstance(right, str):
        return False
    if "duration" in str(schema.get("format", "")) and SECONDS.fullmatch(left) and SECONDS.fullmatch(right):
        return same_number(left[:-1], right[:-1])
    if schema.get("format") != "date-time":
        return False
    try:
        return datetime.fromisoformat(left) == datetime.fromisoformat(right)
    except (ValueError, TypeError):
        return False
