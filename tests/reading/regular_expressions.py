"""Which regular expressions a hostile text can slow down, told from the expression alone.

An expression is read as an automaton whose states are its characters (Glushkov), and two questions are asked of that (Weber and
Seidl, On the degree of ambiguity of finite automata, 1991):

- exponential: can one state come back to itself over the same text in two ways?
- quadratic: can two loops, one behind the other, share a text between them, and something behind the second one fail? Where an
  expression is searched for, the search itself is the first loop.

Possessive quantifiers and atomic groups give nothing back, and are taken for one character that nothing else has.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

UNROLLED = 4
"""So many repetitions are written out; more are a loop, which has no weight of its own where it is bounded."""

_SAMPLES = "aZq_059 \t\n\r.-/:;,=\"'\\<>(){}[]*+?!@#$%^&|~`\x00\x7f\u00e9\u0660\u4e2d\U0001f600"
_CATEGORIES = {
    op.CATEGORY_DIGIT: r"\d",
    op.CATEGORY_NOT_DIGIT: r"\D",
    op.CATEGORY_SPACE: r"\s",
    op.CATEGORY_NOT_SPACE: r"\S",
    op.CATEGORY_WORD: r"\w",
    op.CATEGORY_NOT_WORD: r"\W",
}
_REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT)
_OPAQUE = (op.POSSESSIVE_REPEAT, op.ATOMIC_GROUP, op.GROUPREF, op.GROUPREF_EXISTS)
_ASSERTIONS = (op.ASSERT, op.ASSERT_NOT)

Edge = tuple[int, int]


def weaknesses(pattern: re.Pattern[str], *, is_searched: bool = True, is_whole: bool = False) -> list[str]:
    """``exponential`` and ``quadratic`` as far as they are true of a pattern, its lookarounds included.

    is_searched: whether it may begin anywhere in a text. is_whole: whether it has to end where the text ends.
    """
    tree = parser.parse(pattern.pattern, pattern.flags)
    found = set(_Automaton(tree, pattern.flags, is_searched and not _is_anchored(tree), is_whole or _ends(tree)).weaknesses())
    for inner in _lookarounds(tree):
        found |= set(_Automaton(inner, pattern.flags, False, False).weaknesses())
    return sorted(found)


def _is_anchored(tree: Any) -> bool:
    return bool(len(tree)) and tree[0][0] is op.AT and tree[0][1] in (op.AT_BEGINNING, op.AT_BEGINNING_STRING)


def _ends(tree: Any) -> bool:
    return bool(len(tree)) and tree[-1][0] is op.AT and tree[-1][1] in (op.AT_END, op.AT_END_STRING)


def _lookarounds(tree: Any) -> Iterator[Any]:
    for kind, value in tree:
        if kind in _ASSERTIONS:
            yield value[1]
        for inner in _inside(kind, value):
            yield from _lookarounds(inner)


def _inside(kind: Any, value: Any) -> list[Any]:
    if kind is op.BRANCH:
        return list(value[1])
    if kind is op.SUBPATTERN:
        return [value[3]]
    if kind in _REPEATS or kind is op.POSSESSIVE_REPEAT:
        return [value[2]]
    if kind in _ASSERTIONS:
        return [value[1]]
    return [value] if kind is op.ATOMIC_GROUP else []


@dataclass
class _Part:
    """A part of an expression: where it can begin and end, and whether it can be nothing."""

    first: list[int] = field(default_factory=list)
    last: list[int] = field(default_factory=list)
    is_nullable: bool = True


class _Automaton:
    """States are characters of the expression; state 0 is the search for its beginning."""

    def __init__(self, tree: Any, flags: int, is_searched: bool, is_whole: bool) -> None:
        self._flags = flags & (re.IGNORECASE | re.ASCII | re.DOTALL)
        self._characters = sorted({*_SAMPLES, *_boundaries(tree)})
        self._sets: list[frozenset[int]] = [frozenset(range(len(self._characters)))]
        self._edges: dict[Edge, int] = defaultdict(int)
        self._bounded: set[Edge] = set()
        whole = self._sequence(tree)
        self._accepting = frozenset(() if is_whole else whole.last)
        if is_searched and not whole.is_nullable:
            self._join([0], [0, *whole.first])

    def weaknesses(self) -> Iterator[str]:
        if self._is_exponential():
            yield "exponential"
        if self._is_quadratic():
            yield "quadratic"

    # --- the automaton --------------------------------------------------------------------------------------------

    def _join(self, ends: Iterable[int], beginnings: Iterable[int], *, is_bounded: bool = False) -> None:
        for each in ends:
            for other in beginnings:
                self._edges[each, other] += 1
                if is_bounded:
                    self._bounded.add((each, other))

    def _sequence(self, tree: Any) -> _Part:
        whole = _Part()
        for kind, value in tree:
            whole = self._behind(whole, self._part(kind, value))
        return whole

    def _behind(self, one: _Part, other: _Part) -> _Part:
        self._join(one.last, other.first)
        first = [*one.first, *other.first] if one.is_nullable else one.first
        last = [*one.last, *other.last] if other.is_nullable else other.last
        return _Part(first, last, one.is_nullable and other.is_nullable)

    def _part(self, kind: Any, value: Any) -> _Part:
        if kind is op.AT or kind in _ASSERTIONS:
            return _Part()
        if kind is op.SUBPATTERN:
            return self._sequence(value[3])
        if kind is op.BRANCH:
            parts = [self._sequence(each) for each in value[1]]
            first, last = ([place for part in parts for place in getattr(part, end)] for end in ("first", "last"))
            return _Part(first, last, any(part.is_nullable for part in parts))
        if kind in _REPEATS:
            return self._repeated(*value)
        return self._state(frozenset() if kind in _OPAQUE else self._matched(kind, value))

    def _state(self, matched: frozenset[int]) -> _Part:
        self._sets.append(matched)
        place = len(self._sets) - 1
        return _Part([place], [place], is_nullable=False)

    def _repeated(self, least: int, most: Any, tree: Any) -> _Part:
        is_bounded = most is not op.MAXREPEAT
        if is_bounded and most <= UNROLLED:
            whole = _Part()
            for number in range(most):
                one = self._sequence(tree)
                whole = self._behind(whole, _Part(one.first, one.last, one.is_nullable or number >= least))
            return whole
        body = self._sequence(tree)
        self._join(body.last, body.first, is_bounded=is_bounded)
        return _Part(body.first, body.last, body.is_nullable or least == 0)

    def _matched(self, kind: Any, value: Any) -> frozenset[int]:
        return frozenset(number for number, each in enumerate(self._characters) if self._has(kind, value, each))

    def _has(self, kind: Any, value: Any, character: str) -> bool:
        if kind is op.ANY:
            return character != "\n" or bool(self._flags & re.DOTALL)
        if kind is op.NOT_LITERAL:
            return not self._has(op.LITERAL, value, character)
        if kind is op.LITERAL:
            return any(ord(each) == value for each in self._spellings(character))
        if kind is op.RANGE:
            return any(value[0] <= ord(each) <= value[1] for each in self._spellings(character))
        if kind is op.CATEGORY:
            return re.fullmatch(_CATEGORIES[value], character, self._flags & re.ASCII) is not None
        is_negated = value[0][0] is op.NEGATE
        return any(self._has(*each, character) for each in value[is_negated:]) is not is_negated

    def _spellings(self, character: str) -> tuple[str, ...]:
        other = character.swapcase()
        return (character, other) if self._flags & re.IGNORECASE and len(other) == 1 else (character,)

    # --- the questions --------------------------------------------------------------------------------------------

    @cached_property
    def _next(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for one, other in self._edges:
            found[one].append(other)
        return found

    @cached_property
    def _next_without_bounds(self) -> dict[int, list[int]]:
        return {one: [other for other in others if (one, other) not in self._bounded] for one, others in self._next.items()}

    def _share(self, *states: int) -> bool:
        return bool(frozenset.intersection(*(self._sets[each] for each in states)))

    def _is_exponential(self) -> bool:
        for state in range(1, len(self._sets)):
            ways = _reached([(state, state)], lambda pair: self._both(*pair))
            if (state, state) not in ways:
                continue
            if any(self._edges[one, other] > 1 and other in self._loop(one, self._next) for one, other in list(self._edges)):
                return True
            for one, other in ways:
                if one != other and (state, state) in _reached([(one, other)], lambda pair: self._both(*pair)):
                    return True
        return False

    def _both(self, one: int, other: int) -> list[tuple[int, int]]:
        return [(a, b) for a in self._next.get(one, ()) for b in self._next.get(other, ()) if self._share(a, b)]

    def _loop(self, state: int, edges: dict[int, list[int]]) -> set[int]:
        """The states from which there is a way back to this one, and that it leads to."""
        ahead = _reached([state], lambda each: edges.get(each, ()))
        return {each for each in ahead if state in _reached([each], lambda place: edges.get(place, ()))}

    def _is_quadratic(self) -> bool:
        edges = self._next_without_bounds
        loops = {state: loop for state in range(len(self._sets)) if state in (loop := self._loop(state, edges))}
        for one, first in loops.items():
            for other, second in loops.items():
                if one != other and other not in self._accepting and self._is_shared(one, other, first, second):
                    return True
        return False

    def _is_shared(self, one: int, other: int, first: set[int], second: set[int]) -> bool:
        """Whether a text leads from one to itself, from one to the other, and from the other to itself."""
        edges = self._next_without_bounds

        def steps(places: tuple[int, int, int]) -> list[tuple[int, int, int]]:
            return [
                (a, b, c)
                for a in edges.get(places[0], ())
                if a in first
                for c in edges.get(places[2], ())
                if c in second and self._share(a, c)
                for b in edges.get(places[1], ())
                if self._share(a, b, c)
            ]

        return (one, other, other) in _reached([(one, one, other)], steps)


def _reached(start: Iterable[Any], steps: Any) -> set[Any]:
    """Everything that one step or more leads to."""
    found: set[Any] = set()
    waiting = list(start)
    while waiting:
        for each in steps(waiting.pop()):
            if each not in found:
                found.add(each)
                waiting.append(each)
    return found


def _boundaries(tree: Any) -> Iterator[str]:
    """Characters on both sides of every limit that the expression draws."""
    for kind, value in tree:
        if kind in (op.LITERAL, op.NOT_LITERAL):
            yield from _around(value)
        elif kind is op.RANGE:
            yield from (each for end in value for each in _around(end))
        elif kind is op.IN:
            yield from _boundaries(value)
        else:
            for inner in _inside(kind, value):
                yield from _boundaries(inner)


def _around(code: int) -> Iterator[str]:
    for each in (code - 1, code, code + 1):
        if 0 <= each < 0x110000:
            yield chr(each)
            if len(chr(each).swapcase()) == 1:
                yield chr(each).swapcase()
