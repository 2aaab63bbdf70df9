"""Values of JSON as a report writes them, whatever language the service and the reader speak."""

from __future__ import annotations

import json
import re
from typing import Any

from contracts.terms.looks import looks_like

SHOWN_ABSENT = "(absent)"
"""What stands for a member that is not there."""
UNWRITABLE = "(a number of thousands of digits)"
LONGEST = 400
"""Characters of one value: what is longer is shown by its two ends, for a text that was cut has lost the last one."""
BRIEF = 60
"""Characters of a value beside others in one sentence."""


_BORDERS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
"""Where one word of a name ends and the next one begins."""


def underscored(name: str) -> str:
    """A member's name or path, its words in lower case with underscores between them: ``orderStatus``, ``Order-Status``."""
    return _BORDERS.sub("_", name).strip("_").lower()


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
