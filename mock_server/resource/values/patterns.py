"""Texts that match a regular expression: enough of the language for the patterns that documents have."""

from __future__ import annotations

import re
import string
from importlib import import_module
from random import Random
from typing import Any

_parser: Any = import_module("re._parser")  # typeshed has no stubs of these two
_constants: Any = import_module("re._constants")
_PRINTABLE = string.ascii_letters + string.digits + "-_ .,:/+@#"
_CLASSES = {
    "CATEGORY_DIGIT": string.digits,
    "CATEGORY_SPACE": " ",
    "CATEGORY_WORD": string.ascii_letters + string.digits + "_",
    "CATEGORY_NOT_DIGIT": string.ascii_letters,
    "CATEGORY_NOT_SPACE": string.ascii_letters + string.digits,
    "CATEGORY_NOT_WORD": " -.",
}
_MOST = 8
"""So many repetitions at most, beyond the least."""


def matching(pattern: str, random: Random, length: int = 0) -> str | None:
    """A text that matches; None for a pattern that cannot be read. ``length``: repetitions are as many as this needs."""
    try:
        tree = _parser.parse(pattern)
        return "".join(_texts(tree, random, length))
    except (re.error, RecursionError, OverflowError, LookupError, TypeError, ValueError):
        return None


def _texts(tree: Any, random: Random, length: int) -> list[str]:
    return [_text(str(kind), argument, random, length) for kind, argument in tree]


def _text(kind: str, argument: Any, random: Random, length: int) -> str:
    if kind == "LITERAL":
        return chr(argument)
    if kind == "NOT_LITERAL":
        return random.choice([letter for letter in _PRINTABLE if ord(letter) != argument])
    if kind == "ANY":
        return random.choice(string.ascii_lowercase)
    if kind == "IN":
        return random.choice(_members(argument))
    if kind in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, inner = argument
        most = least + _MOST if most is _constants.MAXREPEAT else most
        times = min(most, max(least, length)) if length else random.randint(least, min(most, least + _MOST))
        return "".join("".join(_texts(inner, random, 0)) for _ in range(times))
    if kind == "SUBPATTERN":
        return "".join(_texts(argument[-1], random, length))
    if kind == "BRANCH":
        return "".join(_texts(random.choice(argument[1]), random, length))
    return ""  # anchors, and looks ahead or behind, which the check behind this decides on


def _members(argument: Any) -> list[str]:
    kept: list[str] = []
    is_negated = False
    for kind, value in argument:
        name = str(kind)
        is_negated = is_negated or name == "NEGATE"
        if name == "LITERAL":
            kept.append(chr(value))
        elif name == "RANGE":
            kept += [chr(code) for code in range(value[0], min(value[1], value[0] + 200) + 1)]
        elif name == "CATEGORY":
            kept += list(_CLASSES[str(value)])
    if is_negated:
        return [letter for letter in _PRINTABLE if letter not in kept]
    plain = [letter for letter in kept if letter in string.ascii_letters + string.digits]
    return plain or kept
