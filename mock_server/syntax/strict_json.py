"""Reads a request body as RFC 8259 and RFC 7493 want it: what other readers of the same bytes could take differently is refused.

The standard library accepts NaN, UTF-16, lone surrogates, numbers that become infinite, and ends in a RecursionError for
deep nesting (mock_servers.md 5, measured).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable
from itertools import accumulate
from typing import Any

DEPTH_LIMIT = 100
DIGITS_LIMIT = 300
"""Longer whole numbers do not fit a double, and Python needs quadratic time to read them."""

QUOTED = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?+', re.DOTALL)
"""A text between quotation marks, also one that has no end. Nothing is given back: each character is looked at once."""

_NO_BRACKETS = re.compile(r"[^\[\]{}]++")
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1}


class NotJson(ValueError):
    """The bytes are not JSON; the message says why, in one line."""


def reader(*, duplicate_keys: bool) -> Callable[[bytes], Any]:
    """A function from the bytes of a body to its JSON value; it raises NotJson.

    duplicate_keys: whether an object may name a member twice; then the last one counts.
    """
    decoder = json.JSONDecoder(
        parse_constant=_refuse_constant,
        parse_float=_finite,
        parse_int=_bounded,
        object_pairs_hook=None if duplicate_keys else _unique_members,
    )

    def read(content: bytes) -> Any:
        try:
            text = content.decode("utf-8", "strict")
            _check_depth(text)
            value = decoder.decode(text)
            if "\\u" in text:
                json.dumps(value, ensure_ascii=False).encode("utf-8")
        except UnicodeDecodeError:
            raise NotJson("the body is not UTF-8") from None
        except UnicodeEncodeError:
            raise NotJson("a text holds half of a surrogate pair") from None
        except ValueError as error:
            raise NotJson(str(error)) from None
        return value

    return read


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= DEPTH_LIMIT:
        return
    brackets = _NO_BRACKETS.sub("", QUOTED.sub("", text))
    if max(accumulate(map(_STEPS.__getitem__, brackets)), default=0) > DEPTH_LIMIT:
        raise NotJson(f"nested deeper than {DEPTH_LIMIT} levels")


def _refuse_constant(name: str) -> Any:
    raise NotJson(f"{name} is not a JSON number")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise NotJson("a number is out of range")
    return value


def _bounded(text: str) -> int:
    if len(text) > DIGITS_LIMIT:
        raise NotJson("a number is out of range")
    return int(text)


def _unique_members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("an object names a member twice")
    return members
