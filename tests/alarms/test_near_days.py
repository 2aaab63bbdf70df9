"""Days that no calendar has: those near the present one are sent, since others are refused for how long ago they are."""

from __future__ import annotations

import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from contracts.terms.nearby import impossible_days
from tests.alarms.test_finer_values import Finer, _both, _found


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("2026-11-15", ["2026-11-31", "2026-09-31"]),
        ("2026-12-01", ["2027-02-30", "2026-11-31"]),
        ("2027-01-31T10:00:00+01:00", ["2027-02-30T10:00:00+01:00", "2026-11-31T10:00:00+01:00"]),
        ("2027-02-01", ["2027-02-30", "2026-11-31"]),
        ("15 November 2026", []),
        ("2026-11-31", []),
        ("9999-12-31", []),
        (None, []),
        (20261115, []),
    ],
)
def test_days_that_no_calendar_has(text: Any, days: list[str]) -> None:
    """The nearest after a day and before it; none near what is no day."""
    assert impossible_days(text) == days


def _read(rolls: bool) -> Any:
    """Days before the record was made are refused; ``rolls``: one past the end of its month becomes one of the next."""

    def read(sent: dict[str, Any]) -> dict[str, Any] | None:
        value = sent.get("due_on")
        if value is None:
            return sent
        found = re.fullmatch(r"(\d{4})-(\d\d)-(\d\d)", value) if isinstance(value, str) else None
        if found is None:
            return None
        year, month, day = (int(each) for each in found.groups())
        try:
            meant = date(year, month, 1) + timedelta(days=day - 1) if rolls else date(year, month, day)
        except ValueError:
            return None
        return {**sent, "due_on": meant.isoformat()} if meant.isoformat() >= "2026-01-01" else None

    return read


@pytest.mark.parametrize(("rolls", "found"), [(True, {("should", "due_on")}), (False, set())])
def test_a_day_past_the_end_of_its_month_is_refused(tmp_path: Path, rolls: bool, found: set[tuple[str, str]]) -> None:
    """Where early days are refused for another reason, too."""
    people = Finer("stores anything", read=_read(rolls))
    for record in people.records.values():
        record["due_on"] = "2026-11-15"

    def change(content: dict[str, Any]) -> None:
        _both(content, "due_on", {"type": "string", "format": "date"})

    assert _found(tmp_path, people, change, "bad-format-refused") == found
