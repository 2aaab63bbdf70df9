"""Values of JSON as a report writes them, whatever language the service and the reader speak; and two spellings of one value."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from contracts.terms.looks import looks_like

SHOWN_ABSENT = "(absent)"
"""What stands for a member that is not there."""
UNWRITABLE = "(a number of thousands of digits)"
LONGEST = 400
"""Characters of one value: what is longer is shown by its two ends, for a text that was cut has lost the last one."""
BRIEF = 60
"""Characters of a value beside others in one sentence."""


def spelled(value: Any) -> str:
    """A value as JSON, not more than ``LONGEST`` characters of it."""
    return _cut(value, written(value), LONGEST)


def brief(value: Any) -> str:
    """A value in few characters, ASCII only, so that look-alikes can be told apart."""
    return _cut(value, written(value, ascii_only=True), BRIEF)


def told(value: Any, other: Any) -> str:
    """A value as a report writes it beside another: by code points where the eye would see no difference."""
    return _cut(value, written(value, ascii_only=looks_like(value, other)), LONGEST)


def written(value: Any, *, ascii_only: bool = False) -> str:
    """A value as JSON, the whole of it."""
    try:
        text = json.dumps(value, ensure_ascii=ascii_only, default=str)
    except ValueError:  # Python writes no number of more than 4,300 digits
        return UNWRITABLE
    return SHOWN_ABSENT if text == f'"{SHOWN_ABSENT}"' else text


def _cut(value: Any, text: str, most: int) -> str:
    if len(text) <= most:
        return text
    size = len(value) if isinstance(value, str) else len(text)
    end = most // 4
    return f"{text[: most // 2]}...{text[-end:]} ({size} characters)"


def same_instant(schema: Mapping[str, Any], left: Any, right: Any) -> bool:
    """Two spellings of one moment, where the document says date-time: ``Z`` and ``+00:00``."""
    if schema.get("format") != "date-time" or not isinstance(left, str) or not isinstance(right, str):
        return False
    try:
        return datetime.fromisoformat(left) == datetime.fromisoformat(right)
    except (ValueError, TypeError):
        return False


def same_amount(types: Collection[str], left: Any, right: Any) -> bool:
    """Two spellings of one number, where the document lets a value be a number or its text: 42.5, ``"42.5"``, ``"042.50"``."""
    if "string" not in types or not {"number", "integer"} & {*types}:
        return False
    try:
        return Decimal(str(left)) == Decimal(str(right))
    except InvalidOperation:
        return False
