"""The time of the last change: one that most changes move is moved by all of them, however seldom it shows."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.alarms.test_unseen_services import drafted, judged, told, violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import target_of

RULE = "change-moves-time"
SHAPE = {"type": "string", "format": "date-time", "readOnly": True}


class Timed(People):
    """``updated_at`` is when one of the members was changed that ``counts`` admits, in seconds or finer."""

    def __init__(self, counts: Callable[[str], bool], *, finely: bool = True) -> None:
        super().__init__()
        self.counts = counts
        self.finely = finely
        self.last = "2026-01-01T00:00:00Z"

    def shown(self, key: str) -> dict[str, Any]:
        """With the time."""
        return {**super().shown(key), "updated_at": self.last}

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        before = dict(record)
        super()._store(key, record, sent)
        if any(record[name] != before.get(name) and self.counts(name) for name in record):
            now = datetime.fromtimestamp(time.time(), UTC)
            self.last = now.isoformat(timespec="microseconds" if self.finely else "seconds")


def _with_time(listed: bool) -> Callable[[dict[str, Any]], None]:
    """``listed``: the request has the member too, read-only as in the record."""

    def change(content: dict[str, Any]) -> None:
        content["components"]["schemas"]["Person"]["properties"]["updated_at"] = dict(SHAPE)
        if listed:
            ((_path, item),) = content["paths"].items()
            item["patch"]["requestBody"]["content"]["application/json"]["schema"]["properties"]["updated_at"] = dict(SHAPE)

    return change


@pytest.mark.parametrize("listed", [True, False])
@pytest.mark.parametrize(
    ("counts", "finely", "found"),
    [
        (bool, True, set()),
        (lambda name: name != "settings", True, {("should", RULE, "updated_at")}),
        (lambda name: name != "tags", True, {("should", RULE, "updated_at")}),
        (lambda name: name in ("city", "username"), True, set()),  # a time of some changes alone
    ],
)
def test_each_change_moves_the_time(
    tmp_path: Path, counts: Callable[[str], bool], finely: bool, found: set[tuple[str, str, str]], listed: bool
) -> None:
    """One that stays for a list or a map misleads whoever compares it; one that few changes move is of something else."""
    with serving(Timed(counts, finely=finely)) as url:
        report = judged(target_of(drafted(tmp_path, _with_time(listed)), url), RULE)

    assert violated(report) == found


def test_whole_seconds_are_waited_for(tmp_path: Path) -> None:
    """Changes of the same second leave the time as it is: nothing is said of a field before a second is over."""
    with serving(Timed(bool, finely=False)) as url:
        report = judged(target_of(drafted(tmp_path, _with_time(listed=False)), url), RULE)

    assert violated(report) == set()
    assert told(report, RULE).startswith(("conforms", "not_judged no more than"))
