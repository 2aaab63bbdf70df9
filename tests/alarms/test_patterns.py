"""Patterns and steps of a schema: a service that keeps to them, and those that look at a part of the value."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.alarms.test_finer_values import Finer, _both, _found

PATTERN = "^[A-Z]{2}-[0-9]{3}$"
DECIMAL = r"^-?\d{0,6}(?:\.\d{0,2})?$"
Check = Callable[[str], object]
NOTHING: set[tuple[str, str]] = set()
CITY, TAGS, AGE = {("must", "city")}, {("must", "tags")}, {("must", "age")}


def _refusing(name: str, is_right: Callable[[Any], object]) -> Callable[[dict[str, Any]], Any]:
    """A service that looks at one member in this way."""
    return lambda sent: None if name in sent and not is_right(sent[name]) else sent


def _people(name: str, held: Any, is_right: Callable[[Any], object]) -> Finer:
    people = Finer("stores anything", read=_refusing(name, is_right))
    for record in people.records.values():
        record[name] = held
    return people


def _halves(number: Any) -> bool:
    return float(number) * 2 % 1 == 0


def _text(pattern: str, **others: Any) -> Callable[[dict[str, Any]], None]:
    return lambda content: _both(content, "city", {"type": "string", "pattern": pattern, **others})


@pytest.mark.parametrize(
    ("pattern", "held", "is_right", "found"),
    [
        pytest.param(PATTERN, "AB-123", re.compile(PATTERN).fullmatch, NOTHING, id="the pattern"),
        pytest.param(PATTERN, "AB-123", lambda text: len(text) == 6, CITY, id="the length alone"),
        pytest.param(PATTERN, "AB-123", re.compile("[A-Z]{2}-[0-9]{3}").match, CITY, id="not up to the end"),
        pytest.param(PATTERN, "AB-123", re.compile("[A-Z]{2}-[0-9]{3}$").search, CITY, id="not from the beginning"),
        pytest.param(PATTERN, "AB-123", lambda _: True, CITY, id="nothing"),
        pytest.param(PATTERN, "unlike it", lambda _: True, NOTHING, id="the record itself does not match"),
        pytest.param("^https://", "https://a.example", re.compile("https://").match, NOTHING, id="a beginning"),
        pytest.param("^https://", "https://a.example", lambda _: True, CITY, id="no beginning"),
        pytest.param(DECIMAL, "12.50", re.compile(r"-?\d{0,6}(\.\d{0,2})?").fullmatch, NOTHING, id="decimal places"),
        pytest.param(DECIMAL, "12.50", re.compile(r"-?\d{0,6}(\.\d*)?").fullmatch, CITY, id="any decimal places"),
    ],
)
def test_a_text_off_the_pattern(tmp_path: Path, pattern: str, held: str, is_right: Check, found: set[Any]) -> None:
    """Off by one character, wherever that is."""
    people = _people("city", held, lambda text: isinstance(text, str) and is_right(text))

    assert _found(tmp_path, people, _text(pattern), "off-pattern-refused") == found


@pytest.mark.parametrize(
    ("is_right", "found"), [(re.compile(PATTERN).fullmatch, NOTHING), (lambda text: len(text) == 6, TAGS)], ids=["each", "none"]
)
def test_a_text_of_a_list_off_the_pattern(tmp_path: Path, is_right: Check, found: set[Any]) -> None:
    """The pattern of its items."""
    people = _people("tags", ["AB-123", "CD-456"], lambda texts: all(isinstance(each, str) and is_right(each) for each in texts))
    schema = {"type": "array", "maxItems": 5, "items": {"type": "string", "pattern": PATTERN}}

    assert _found(tmp_path, people, lambda content: _both(content, "tags", schema), "off-pattern-refused") == found


@pytest.mark.parametrize(
    ("schema", "held", "is_right", "found"),
    [
        pytest.param({"type": "integer", "multipleOf": 5}, 20, lambda number: number % 5 == 0, NOTHING, id="fives"),
        pytest.param({"type": "integer", "multipleOf": 5}, 20, lambda _: True, AGE, id="any number for fives"),
        pytest.param({"type": "integer", "multipleOf": 1}, 20, lambda _: True, NOTHING, id="ones"),
        pytest.param({"type": "number", "multipleOf": 0.5}, 1.5, lambda number: number * 2 % 1 == 0, NOTHING, id="halves"),
        pytest.param({"type": "number", "multipleOf": 0.5}, 1.5, lambda _: True, AGE, id="any number for halves"),
        pytest.param({"type": ["number", "string"], "multipleOf": 0.5}, "1.5", _halves, NOTHING, id="halves as texts"),
        pytest.param({"type": ["number", "string"], "multipleOf": 0.5}, "1.5", lambda _: True, AGE, id="any text for halves"),
        pytest.param(
            {"type": "integer", "multipleOf": 5, "minimum": 0, "maximum": 5}, 5, lambda number: number < 5, AGE, id="at a limit"
        ),
    ],
)
def test_a_number_between_steps(
    tmp_path: Path, schema: dict[str, Any], held: float, is_right: Callable[[Any], object], found: set[Any]
) -> None:
    """On either side of what the record holds, within its limits."""
    people = _people("age", held, lambda number: number == held or (isinstance(number, int | float) and is_right(number)))

    assert _found(tmp_path, people, lambda content: _both(content, "age", schema), "off-step-refused") == found
