"""Credentials that never show: a wrapper for values, and one place that strikes them out of any text."""

from __future__ import annotations

import base64
from urllib.parse import quote, quote_plus

STRUCK = "[redacted]"
MIN_LENGTH = 4  # a shorter credential would strike out half of every text


class Secret:
    """A credential; only ``reveal`` gives it away, so that no repr, log or traceback can."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The credential itself, for the one place that sends it."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({STRUCK})"

    __str__ = __repr__


class Redactor:
    """Strikes every known secret out of a text, in each spelling in which it travels."""

    def __init__(self) -> None:
        self._spellings: set[str] = set()

    def add(self, secret: Secret) -> None:
        """Know one more secret: as it is, URL-encoded, and as base64 of Basic credentials."""
        value = secret.reveal()
        if len(value) < MIN_LENGTH:
            return
        encoded = base64.b64encode(value.encode()).decode()
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        self._spellings.update({value, quote(value, safe=""), quote_plus(value), encoded, escaped})

    def strike(self, text: str) -> str:
        """``text`` without any known secret; longest first, so that no part of one remains."""
        for spelling in sorted(self._spellings, key=len, reverse=True):
            text = text.replace(spelling, STRUCK)
        return text
