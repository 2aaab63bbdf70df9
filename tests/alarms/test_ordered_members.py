"""Two members of which one may not come before the other: told in words, and kept though only one of them is sent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from contracts.judging.telling.ordered import beyond, orders
from tests.alarms.test_finer_values import Finer, _both
from tests.alarms.test_unseen_services import drafted, judged, violated
from tests.services.people import serving
from tests.targets.test_no_harm import target_of

RULE = "order-of-members-kept"
DAY = {"type": "string", "format": "date"}


def _document(later: str = "", operation: str = "", shape: dict[str, Any] | None = None) -> Any:
    def change(content: dict[str, Any]) -> None:
        _both(content, "starts", dict(shape or DAY))
        _both(content, "ends", {**(shape or DAY), "description": later})
        ((_path, item),) = content["paths"].items()
        item["patch"]["description"] = operation

    return change


@pytest.mark.parametrize(
    ("later", "operation", "found"),
    [
        ("Later than `starts`; null for one without an end.", "", [("starts", "ends")]),
        ("After `starts`, by 90 days at most.", "", [("starts", "ends")]),
        ("Not before starts.", "", [("starts", "ends")]),
        ("The last day. Must not be earlier than `starts`.", "", [("starts", "ends")]),
        ("It cannot be after `starts`.", "", [("ends", "starts")]),
        ("The last day. Must be after `starts`.", "", [("starts", "ends")]),
        ("Before `starts`.", "", [("ends", "starts")]),
        ("Sent some days after starts of the season.", "", []),
        ("After `city`.", "", []),
        ("After `nothing`.", "", []),
        ("", "The record. `ends` must not lie before `starts`. More.", [("starts", "ends")]),
        ("", "`starts` must be before `ends`.", [("starts", "ends")]),
        ("", "Send `ends` after `starts`.", []),
    ],
)
def test_what_a_document_says_of_two_members(tmp_path: Path, later: str, operation: str, found: list[tuple[str, str]]) -> None:
    """In the description of one of them, or of the operation, and about members that can be compared."""
    api = drafted(tmp_path, _document(later, operation))

    assert [(each.earlier.path, each.later.path) for each in orders(api)] == found


@pytest.mark.parametrize(
    ("value", "step", "past"),
    [
        ("2026-12-31", 1, "2027-01-01"),
        ("2026-01-01T10:00:00+02:00", -1, "2025-12-31T10:00:00+02:00"),
        (5, 1, 6),
        (0.5, -1, -0.5),
        (True, 1, None),
        (None, 1, None),
        ("soon", 1, None),
        ("9999-12-31", 1, None),
    ],
)
def test_what_lies_past_a_value(value: Any, step: int, past: Any) -> None:
    """A day later or earlier, or one more or less."""
    assert beyond(value, step) == past


class Spans(Finer):
    """``checks``: when the order is looked at: "always", "both" are sent, or "never"."""

    def __init__(self, checks: str, first: Any, last: Any) -> None:
        super().__init__("stores anything")
        self.checks = checks
        for record in self.records.values():
            record |= {"starts": first, "ends": last}

    def _wrong(self, sent: dict[str, Any]) -> str:
        record = next(iter(self.records.values()))
        both = {"starts", "ends"} <= sent.keys()
        for name in ("starts", "ends"):
            if name in sent and not isinstance(sent[name], type(record[name])):
                return name
        start, end = sent.get("starts", record["starts"]), sent.get("ends", record["ends"])
        looked_at = self.checks == "always" or (self.checks == "both" and both)
        return "ends" if looked_at and {"starts", "ends"} & sent.keys() and start > end else super()._wrong(sent)


@pytest.mark.parametrize(
    ("first", "last", "shape"), [("2026-03-01", "2026-04-01", DAY), (5, 9, {"type": "integer", "maximum": 500})]
)
@pytest.mark.parametrize(("checks", "wrong"), [("always", False), ("both", True), ("never", True)])
def test_the_order_is_kept_though_one_is_sent(
    tmp_path: Path, checks: str, wrong: bool, first: Any, last: Any, shape: dict[str, Any]
) -> None:
    """The other one stands in the record."""
    with serving(Spans(checks, first, last)) as url:
        report = judged(target_of(drafted(tmp_path, _document("Not before `starts`.", "", shape)), url), RULE)

    assert violated(report) == ({("should", RULE, "starts"), ("should", RULE, "ends")} if wrong else set())
    assert not [each for each in report.results if each.verdict == "not_judged"]
