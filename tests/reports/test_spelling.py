"""Values in reports are spelled as JSON, so that a reader of any language knows them."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.judging.telling.misread import misread
from contracts.record.records import ABSENT
from contracts.terms.exchange import Exchange
from contracts.terms.spelling import LONGEST, SHOWN_ABSENT, UNWRITABLE, brief, spelled, told


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null"),
        (True, "true"),
        ("it's", '"it\'s"'),
        ("Zoë", '"Zoë"'),
        ({"a": [None, False]}, '{"a": [null, false]}'),
        (ABSENT, "(absent)"),
        (SHOWN_ABSENT, "(absent)"),
    ],
)
def test_a_value_is_spelled_as_json(value: Any, text: str) -> None:
    """Not as Python writes it."""
    assert spelled(value) == text


def test_a_long_text_shows_its_two_ends_and_its_size() -> None:
    """A text whose end was cut by the service looks otherwise than the whole one."""
    long, shorter = spelled("a" * 5000 + "z"), spelled("a" * 5000)
    assert long != shorter
    assert long.endswith('az" (5001 characters)')
    assert len(long) < LONGEST
    assert spelled([10**5000]) == UNWRITABLE
    assert brief("Zoë" * 50).startswith('"Zo\\u00ebZo')


def test_look_alikes_are_told_apart_by_their_code_points() -> None:
    """Others are written as their language has them."""
    assert told("a\u200bb", "ab") == '"a\\u200bb"'
    assert told("Zoë", "Zoé") == '"Zoë"'


@pytest.mark.parametrize(
    ("sent", "now", "expected", "actual"),
    [
        ("Ada", "Eve", 'name to read "Ada" after the patch', 'it reads "Eve"'),
        ("a\u200bb", "ab", 'name to read "a\\u200bb" after the patch', 'it reads "ab"'),
        (["x"], ABSENT, 'name to read ["x"] after the patch', "it reads (absent)"),
    ],
)
def test_a_property_that_reads_another_value_is_told_with_both(sent: Any, now: Any, expected: str, actual: str) -> None:
    """In the sentences and as a difference."""
    exchange = Exchange(
        method="PATCH",
        url="http://127.0.0.1",
        headers={},
        body=b"{}",
        answer=None,
        failure="none",
        curl="curl",
        started="",
        seconds=0,
    )
    found = misread("name", sent, now, " after the patch", exchange)

    assert (found.expected, found.actual, found.level, found.exchange) == (expected, actual, None, exchange)
    assert [(each.path, each.before) for each in found.difference] == [("name", sent)]
