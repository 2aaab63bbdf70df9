"""Values in reports are spelled as JSON, so that a reader of any language knows them."""

from __future__ import annotations

from typing import Any

import pytest

from contracts.record.records import ABSENT
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
