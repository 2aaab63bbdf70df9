"""Credentials that never show: a wrapper for values, and one place that strikes them out of any text."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

STRUCK = "[redacted]"
MIN_LENGTH = 4  # a shorter credential would strike out half of every text
CHUNK = 6
"""Letters by which a piece of a secret is looked for."""
FRAGMENT = 12
"""Letters in a row that give a secret away: a text may have been cut in the middle of one. Holds at least one whole chunk."""
SHORT = 200
"""Letters of a text that may well come again: a URL, the value of a header."""
GAPS = ("\\r", "\\n", "\\", "\r", "\n", "\t", " ")
"""What may stand between two letters of a secret that was broken into lines, or escaped more than once."""


class Secret:
    """A credential; only ``reveal`` gives it away, so that no repr, log or traceback can."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The credential itself, for the one place that sends it."""
        return self._value

    @property
    def identity(self) -> str:
        """What tells this credential from others, the same in every process; as secret as the credential."""
        return self._value

    def __repr__(self) -> str:
        return f"Secret({STRUCK})"

    __str__ = __repr__


class Redactor:
    """Strikes every known secret out of a text, in each spelling in which it travels, and long pieces of it."""

    def __init__(self) -> None:
        self._known: set[str] = set()
        self._again = lru_cache(maxsize=256)(self._strike)
        self._spellings: list[str] = []
        self._chunks: dict[str, list[tuple[str, int]]] = {}

    def add(self, secret: Secret) -> None:
        """Know one more secret: as it is, escaped, percent-encoded, and inside base64 or hexadecimal."""
        value = secret.reveal()
        if len(value) < MIN_LENGTH or value in self._known:
            return
        self._known.add(value)
        self._again.cache_clear()
        forms = [form for form in dict.fromkeys(_forms(value)) if len(form) >= MIN_LENGTH]
        spellings = {*self._spellings, *(spelling for form in forms for spelling in _spellings(form))}
        self._spellings = sorted(spellings, key=len, reverse=True)
        for form in forms:
            for start in range(0, len(form) - CHUNK + 1, CHUNK):
                self._chunks.setdefault(form[start : start + CHUNK], []).append((form, start))

    def strike(self, text: str) -> str:
        """``text`` without any known secret."""
        return self._again(text) if len(text) <= SHORT else self._strike(text)

    def beginning(self, text: str, size: int) -> str:
        """At most the first ``size`` letters of a text without any known secret, not even one that is cut there."""
        longest = len(self._spellings[0]) if self._spellings else 0
        found = self.strike(text[: size + 2 * longest])
        return found[: min(size, len(found) - longest)]

    def _strike(self, text: str) -> str:
        """Longest spellings first, so that no part of one remains."""
        for spelling in self._spellings:
            text = text.replace(spelling, STRUCK)
        return self._without_pieces(text)

    def _without_pieces(self, text: str) -> str:
        chunks = self._chunks
        kept, done = [], 0
        for at in [at for at in range(len(text) - CHUNK + 1) if text[at : at + CHUNK] in chunks]:
            piece = self._piece(text, at, done) if at >= done else None
            if piece is not None:
                kept += [text[done : piece[0]], STRUCK]
                done = piece[1]
        return "".join([*kept, text[done:]])

    def _piece(self, text: str, at: int, floor: int) -> tuple[int, int] | None:
        """Where the piece of a secret that has a chunk at ``at`` begins and ends, or None for too short a one."""
        for form, start in self._chunks.get(text[at : at + CHUNK], ()):
            before, left = _grown_left(text, at, form[:start], floor)
            after, right = _grown_right(text, at + CHUNK, form[start + CHUNK :])
            if before + CHUNK + after >= min(len(form), FRAGMENT):
                return left, right
        return None


def _forms(value: str) -> Iterator[str]:
    """The value, and what every base64 or hexadecimal text has in common that was made of something around it."""
    raw = value.encode("utf-8", "surrogatepass")
    yield value
    yield raw.hex()
    yield raw.hex().upper()
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + raw).decode()
        core = whole[(0, 2, 3)[shift] : len(whole) - (0, 3, 2)[(shift + len(raw)) % 3]]
        yield core
        yield core.translate(str.maketrans("+/", "-_"))


def _spellings(form: str) -> set[str]:
    """The ways in which URLs, JSON, HTML and Python write a text."""
    escaped = json.dumps(form)[1:-1]
    percent = quote(form, safe="")
    return {
        form,
        percent,
        percent.lower(),
        quote_plus(form),
        escaped,
        escaped.replace("/", "\\/"),
        json.dumps(form, ensure_ascii=False)[1:-1],
        html.escape(form),
        html.escape(form, quote=False),
        repr(form)[1:-1],
        "".join(f"%{byte:02X}" for byte in form.encode("utf-8", "surrogatepass")),
        "".join(f"\\u{ord(letter):04x}" for letter in form),
        "".join(f"&#{ord(letter)};" for letter in form),
    }


@lru_cache(maxsize=256)
def _letter_spellings(letter: str) -> tuple[str, ...]:
    number = ord(letter)
    numbers = (f"%{number:02X}", f"%{number:02x}", f"\\u{number:04x}", f"\\u{number:04X}", f"\\x{number:02x}", f"&#{number};")
    named = (html.escape(letter), f"&#x{number:x};", f"&#x{number:X};", f"\\{letter}")
    return (letter, *numbers, *named)


def _grown_right(text: str, at: int, rest: str) -> tuple[int, int]:
    """How many letters of ``rest`` follow in ``text`` from ``at`` on, and where they end."""
    for count, letter in enumerate(rest):
        start = at
        while (found := _starting(text, start, _letter_spellings(letter))) is None:
            gap = _starting(text, start, GAPS)
            if gap is None:
                return count, at
            start += len(gap)
        at = start + len(found)
    return len(rest), at


def _grown_left(text: str, at: int, rest: str, floor: int) -> tuple[int, int]:
    """How many letters at the end of ``rest`` stand in ``text`` before ``at``, and where they begin."""
    for count, letter in enumerate(reversed(rest)):
        end = at
        while (found := _ending(text, end, floor, _letter_spellings(letter))) is None:
            gap = _ending(text, end, floor, GAPS)
            if gap is None:
                return count, at
            end -= len(gap)
        at = end - len(found)
    return len(rest), at


def _starting(text: str, at: int, candidates: tuple[str, ...]) -> str | None:
    return next((each for each in candidates if text.startswith(each, at)), None)


def _ending(text: str, at: int, floor: int, candidates: tuple[str, ...]) -> str | None:
    """The longest of the candidates that ends there: a letter may be the end of its own escaped spelling."""
    return max((each for each in candidates if text.endswith(each, floor, at)), key=len, default=None)
