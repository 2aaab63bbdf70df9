"""What fields, records and moments have in common does not make them one: each such fault, by the rule that is for it."""

from __future__ import annotations

import pytest

from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from tests import subjects

MAKES = ("unknown-record-made-ahead",)
"""Faults that make a record which no request of the document removes."""


@pytest.mark.parametrize(
    ("api", "defect", "rule", "level"),
    [
        ("babyland", "equal-texts-share-a-row", "equal-values-kept-apart", "must"),
        ("wizcommerce", "equal-texts-share-a-row", "equal-values-kept-apart", "must"),
        ("checkoutpage", "equal-objects-share-a-row", "equal-values-kept-apart", "must"),
        ("checkoutpage", "member-lost-beside-other-object", "equal-values-kept-apart", "must"),
        ("customers_me", "body-names-the-record", "path-names-the-record", "must"),
        ("wizcommerce", "body-names-the-record", "path-names-the-record", "must"),
        ("checkoutpage", "everyone-touched", "other-times-stay", "must"),
        ("babyland", "unknown-record-changes-first", "unknown-customer-not-created", "must"),
        ("checkoutpage", "unknown-record-made-ahead", "unknown-customer-not-created", "must"),
        ("wizcommerce", "reading-shows-first-time", "reading-shows-own-time", "should"),
        ("babyland", "byte-order-mark-sent", "no-byte-order-mark", "must"),
        ("wizcommerce", "refused-write-moves-time", "refusal-leaves-timestamps", "must"),
    ],
)
def test_the_fault_is_found_by_its_rule(api: str, defect: str, rule: str, level: str) -> None:
    """With the fault the rule is violated, without it nothing is; and what the fault has made for good is told."""
    for defects, expected in (((defect,), {(level, rule)}), ((), set())):
        with subjects.mock([api], defects) as (target,):
            (report,) = judge_all(Plan(target=target, apis=(target.api,), rules=frozenset({rule})))

        violated = {(each.level, each.rule) for each in report.results if each.verdict == "violates"}
        assert violated == expected, defects
        assert report.restored.ok is (not defects or defect not in MAKES)
