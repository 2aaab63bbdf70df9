"""Texts that match a pattern, drawn the same way in every run: plain ones, of many lengths.

A regular expression is walked by the standard library's own parser. (Hypothesis draws from patterns too; it builds tables of
Unicode first, which takes seconds, and leaves a folder where it runs.)
"""

from __future__ import annotations

import importlib
import random
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from zlib import crc32

# The parser's own names, which every supported Python has.
codes: Any = importlib.import_module("re._constants")
parser: Any = importlib.import_module("re._parser")

PRINTABLE = "".join(chr(code) for code in range(32, 127))
LIKELY = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
DRAWS = 240
FEW = 12
CLASSES: Mapping[Any, Callable[[str], bool]] = {
    codes.CATEGORY_DIGIT: str.isdigit,
    codes.CATEGORY_NOT_DIGIT: lambda letter: not letter.isdigit(),
    codes.CATEGORY_SPACE: str.isspace,
    codes.CATEGORY_NOT_SPACE: lambda letter: not letter.isspace(),
    codes.CATEGORY_WORD: lambda letter: letter.isalnum() or letter == "_",
    codes.CATEGORY_NOT_WORD: lambda letter: not (letter.isalnum() or letter == "_"),
}


@lru_cache(maxsize=256)
def matching(pattern: str, shortest: int, longest: int) -> tuple[str, ...]:
    """Some texts of printable ASCII without outer space that match, those of middling length first; none where none was found."""
    try:
        tree, compiled = parser.parse(pattern), re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return ()
    chance = random.Random(crc32(pattern.encode("utf-8", "surrogatepass")))  # a draw, no secret
    found: dict[str, None] = {}
    for number in range(DRAWS):
        text = _Drawing(chance, number % FEW).sequence(tree)
        text = _lengthened(text, compiled, shortest)
        if shortest <= len(text) <= longest and text == text.strip() and text.isprintable() and compiled.search(text):
            found[text] = None
        if len(found) >= 4 * FEW:
            break
    middle = sum(map(len, found)) / max(len(found), 1)
    return tuple(sorted(found, key=lambda text: (abs(len(text) - middle), text)))


def decimals(pattern: str, longest: int) -> list[str]:
    """Small numbers above zero as they are mostly written, of two places where that matches, else of others; none where none do.

    A pattern admits more than a service takes, mostly: a sign, no digit before the point, all the digits of a column.
    """
    for places in (2, 1, 3, 4, 0):
        found = [f"{number}." + "123456789123"[number % 9 :][:places] for number in range(1, 91)]
        found = found if places else [each.rstrip(".") for each in found]
        if all(len(each) <= longest and re.search(pattern, each) for each in found):
            return found
    return []


def _lengthened(text: str, compiled: re.Pattern[str], shortest: int) -> str:
    """For a pattern that is not anchored: with more letters, where it still matches."""
    if len(text) >= shortest or not text:
        return text
    longer = text + "a" * (shortest - len(text))
    return longer if compiled.search(longer) else text


class _Drawing:
    """One text; ``generous``: how much more than the least number of repetitions is taken."""

    def __init__(self, chance: random.Random, generous: int) -> None:
        self._chance = chance
        self._generous = generous
        self._groups: dict[int, str] = {}

    def sequence(self, parts: Any) -> str:
        return "".join(self._part(code, value) for code, value in parts)

    def _part(self, code: Any, value: Any) -> str:
        if code is codes.LITERAL:
            return chr(value)
        if code in (codes.ANY, codes.NOT_LITERAL):
            return self._letter(lambda letter: code is codes.ANY or ord(letter) != value)
        if code is codes.IN:
            return self._letter(lambda letter: _is_in(letter, value))
        if code in (codes.MAX_REPEAT, codes.MIN_REPEAT, codes.POSSESSIVE_REPEAT):
            least, most, inner = value
            count = self._chance.randint(least, min(int(most), least + self._generous))
            return "".join(self.sequence(inner) for _ in range(min(count, 400)))
        if code is codes.BRANCH:
            return self.sequence(self._chance.choice(value[1]))
        return self._grouped(code, value)

    def _grouped(self, code: Any, value: Any) -> str:
        if code is codes.SUBPATTERN:
            text = self.sequence(value[3])
            if value[0] is not None:
                self._groups[value[0]] = text
            return text
        if code is codes.ATOMIC_GROUP:
            return self.sequence(value)
        if code is codes.GROUPREF:
            return self._groups.get(value, "")
        return ""  # an anchor, or a look ahead or behind: whether it holds is tried on the whole text

    def _letter(self, fits: Any) -> str:
        for alphabet in (LIKELY, PRINTABLE, "".join(map(chr, range(0xA1, 0x250)))):
            letters = [letter for letter in alphabet if fits(letter)]
            if letters:
                return self._chance.choice(letters)
        return ""


def _is_in(letter: str, members: Any) -> bool:
    negated = bool(members) and members[0][0] is codes.NEGATE
    return any(_is_member(letter, code, value) for code, value in members) is not negated


def _is_member(letter: str, code: Any, value: Any) -> bool:
    if code is codes.LITERAL:
        return ord(letter) == int(value)
    if code is codes.RANGE:
        return bool(value[0] <= ord(letter) <= value[1])
    return code is codes.CATEGORY and bool(CLASSES[value](letter))  # of the table above
