"""What one rule leaves to another is told by that one, or the report says that nobody told it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from contracts.reports.findings import outcome, unjudged
from contracts.reports.promises import looked_after, promise, untold
from contracts.reports.report import RunReport
from contracts.reports.result import Result
from contracts.running.plan import Plan
from contracts.running.selection import load_rules
from contracts.running.terminal import ending
from contracts.running.whole import judge_all
from contracts.terms.rule import FAMILIES, RULES
from tests import subjects

FOLDER = subjects.ROOT / "contracts"


def item(rule: str, field: str, verdict: str, actual: str = "") -> Result:
    """How an item of a rule ended."""
    return Result(
        rule=rule, family=RULES[rule].family, level="must", field=field, verdict=verdict, title="", actual=actual, api="x"
    )


load_rules()
LEFT = item("names-the-field", "name", "not_judged", "it is accepted: judged by over-limit-refused")


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ([item("over-limit-refused", "name", "violates")], ""),
        ([item("over-limit-refused", "name", "known")], ""),
        ([item("over-limit-refused", "name.first", "violates")], ""),
        ([item("over-limit-refused", "other", "violates"), item("sent-field-stored", "other", "conforms")], "had no such item"),
        ([item("over-limit-refused", "name", "conforms")], "judged it and found nothing"),
        ([item("over-limit-refused", "name", "not_judged", "no room")], "did not judge it, because no room"),
        ([item("over-limit-refused", "name", "not_judged", "seen: judged by names-the-field")], "did not judge it, because seen"),
        ([], "had no such item in this run"),
        (
            [
                item("over-limit-refused", "name", "not_judged", "seen: judged by types"),
                item("wrong-type-refused", "name", "violates"),
            ],
            "",
        ),
    ],
)
def test_what_nobody_tells_says_so(others: list[Result], told: str) -> None:
    """A rule that has judged otherwise, or left it back, keeps no promise; one that has left it to a third one may."""
    found = looked_after([LEFT, *others])[0]

    assert (found == LEFT) if not told else (found.actual or "").startswith(f"left to over-limit-refused, which {told}")
    assert (found in untold([found])) is bool(told)


def test_a_field_and_families_can_be_named() -> None:
    """The field is the item's own unless one is named."""
    left = item("negotiation-envelope", "406", "not_judged", "accepted: judged by types, enum or length for a.b[].c")

    found = promise(left.actual)
    assert found is not None
    assert (found.rules, found.field) == (("types", "enum", "length"), "a.b[].c")
    assert looked_after([left, item("wrong-type-refused", "a.b[].c", "violates")])[0] == left
    assert untold(looked_after([left, item("sent-field-stored", "a.b[].c", "violates")])) != []


def test_a_report_tells_it_first_and_strict_lists_it() -> None:
    """It is no violation, and stands ahead of all else that was not judged."""
    results = looked_after([item("member-stored", "y", "not_judged", "no room"), LEFT, item("member-stored", "z", "conforms")])
    run = RunReport(api="x", url="http://x", started="", results=results)

    assert next(iter(unjudged(run))).startswith("left to over-limit-refused")
    assert not outcome([run], strict=True).failed
    assert "1 point left to a rule that did not tell" in outcome([run]).sentence
    assert any(
        line.startswith("  names-the-field on name: left to") for line in ending([run], hidden=0, folder=None, strict=True)
    )
    assert not any("left to over-limit" in line for line in ending([run], hidden=0, folder=None, strict=False))


SERVICES = [
    *((each, "mock") for each in ("babyland", "checkoutpage", "customers_me")),
    pytest.param("wizcommerce", "mock", marks=pytest.mark.slow),
    *((each, "implementation") for each in ("babyland", "customers_me")),
    *(pytest.param(each, "implementation", marks=pytest.mark.slow) for each in ("checkoutpage", "wizcommerce")),
]


@pytest.mark.parametrize(("api", "service"), SERVICES)
def test_a_conforming_service_leaves_nothing_untold(api: str, service: str) -> None:
    """Whatever one rule leaves to another on it is told: a choice that the document leaves open, for the most part."""
    with ExitStack() as stack:
        if service == "mock":
            (target,) = stack.enter_context(subjects.mock([api]))
        else:
            target = stack.enter_context(subjects.implementation(api))
        (report,) = judge_all(Plan(target=target, apis=(target.api,)))

    assert [f"{each.rule} on {each.field}: {each.actual}" for each in untold(report.results)] == []


def texts() -> Iterator[tuple[str, str]]:
    """Every text of the suite that leaves something to another rule, by its place; what is put in is ``x``."""
    for path in sorted(FOLDER.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inner = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        notes = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            if id(node) in inner | notes:
                continue
            parts = node.values if isinstance(node, ast.JoinedStr) else [node]
            text = "".join(
                str(each.value) if isinstance(each, ast.Constant) else "x" for each in parts if isinstance(each, ast.expr)
            )
            if isinstance(node, ast.JoinedStr | ast.Constant) and "judged by " in text and not text.startswith(": judged by (?P"):
                yield f"{path.relative_to(FOLDER)}:{node.lineno}", text


def test_every_promise_names_a_rule() -> None:
    """A rule or a family that there is, in the form that a run can check."""
    found = dict(texts())
    named = {place: promise(text) for place, text in found.items()}

    assert len(found) > 50
    assert {place: found[place] for place, left in named.items() if left is None} == {}
    assert {rule for left in named.values() if left for rule in left.rules} <= {*RULES, *FAMILIES}
