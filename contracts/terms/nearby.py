"""Values that differ a little from one that a record holds: what takes the one mostly takes these, whatever its form is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from contracts.terms.looks import DURATION
from specs import Api

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_QUANTITY = re.compile(r"\d+(?:\.\d+)? ?[A-Za-z]{1,3}")
"""A number and its unit, as in ``90d`` or ``512 MB``: its neighbours are of the same unit."""
_ORDER = re.compile(
    r"\b(?:before|after|earlier|later|less|lower|smaller|below|greater|larger|higher|above|exceeds?|at (?:least|most))\b",
    re.IGNORECASE,
)
"""Words of a description by which one value has to stand on one side of another."""
DAYS = (1, -1, 2, 3)
STEPS = (1, -1, 2, 3)
LETTERS = "abcdefghijklmnopqrstuvwxyz"
DIGITS = "123456789"


def nearby(value: Any) -> Iterator[Any]:
    """Neighbours of a JSON value, of its type and form, the nearest first; none of null and of what holds nothing."""
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int | float):
        yield from (value + step for step in STEPS)
    elif isinstance(value, str):
        yield from _texts(value)
    elif isinstance(value, list) and value:
        yield from ([*value[:-1], each] for each in nearby(value[-1]))
    elif isinstance(value, Mapping):
        for name, member in value.items():
            yield from ({**value, name: each} for each in nearby(member))


def ordered(api: Api) -> Mapping[str, str]:
    """The paths of numbers that a description puts in an order with a member beside them, with that member's name; both ways.

    As in *Not before `birth_year`*: what one of the two may be depends on what the other is.
    """
    numbers = [each for each in api.walk_fields() if each.types & {"integer", "number"} and not each.read_only]
    found: dict[str, str] = {}
    for field in (each for each in numbers if _ORDER.search(each.description)):
        for other in numbers:
            beside = other is not field and other.path.rpartition(".")[0] == field.path.rpartition(".")[0]
            if beside and re.search(rf"(?<!\w){re.escape(other.name)}(?!\w)", field.description):
                found |= {field.path: other.name, other.path: field.name}
    return found


def _texts(text: str) -> Iterator[str]:
    """Another day near it, a duration of the same unit near it, or else its last letter or digit replaced by others.

    Those are of its case and kind, so that the form is kept; of a number with its unit, it is the last digit.
    """
    if _day(text) is not None:
        yield from (moved for days in DAYS if (moved := days_on(text, days)) is not None)
        return
    number = re.search(r"\d+", text) if DURATION.fullmatch(text) else None
    if number is not None:
        counts = [int(number[0]) + step for step in STEPS]
        yield from (text[: number.start()] + str(each) + text[number.end() :] for each in counts if each > 0)
        return
    kept = str.isdigit if _QUANTITY.fullmatch(text) else str.isalnum
    spot = next((index for index in range(len(text) - 1, -1, -1) if text[index].isascii() and kept(text[index])), None)
    if spot is None:
        return
    old = text[spot]
    pool = DIGITS if old.isdigit() else LETTERS.upper() if old.isupper() else LETTERS
    start = (pool.find(old) + 1) % len(pool)
    yield from (text[:spot] + each + text[spot + 1 :] for each in (pool[start:] + pool[:start])[:8] if each != old)


def _day(text: str) -> date | None:
    """The day that a text is, or begins with; None where there is none."""
    found = _DAY.match(text)
    try:
        return date.fromisoformat(found[0]) if found is not None else None
    except ValueError:
        return None


def days_on(text: str, days: int) -> str | None:
    """A day, or a time, so many days later; None for another text, and where the calendar ends."""
    day = _day(text)
    try:
        return None if day is None else (day + timedelta(days=days)).isoformat() + text[10:]
    except OverflowError:
        return None


def impossible_days(text: Any) -> list[str]:
    """The text of a day or a time with days in its place that no calendar has: the nearest one after it, the nearest before.

    Code that counts them on makes them days of the month after, which stand near the present one: past no limit that is told in
    words. Empty for what begins with no day.
    """
    day = _day(text) if isinstance(text, str) else None
    if day is None or not date.min.year < day.year < date.max.year:
        return []
    months = [(year, month) for year in (day.year - 1, day.year, day.year + 1) for month in _SHORT_MONTHS]
    after = min(each for each in months if each >= (day.year, day.month))
    before = max(each for each in months if each < (day.year, day.month))
    return [f"{year:04d}-{month:02d}-{30 if month == _FEBRUARY else 31}{text[10:]}" for year, month in (after, before)]


_FEBRUARY = 2
_SHORT_MONTHS = (_FEBRUARY, 4, 6, 9, 11)
