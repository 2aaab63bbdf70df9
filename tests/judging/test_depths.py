"""The depths of a run: how much is asked within how many requests, and what comes of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from contracts.judging.together.grafting import MISFIT, grafted, steps_of
from contracts.reports.report import RunReport
from contracts.running.plan import QUICK_REQUESTS, Plan
from contracts.running.whole import judge_all
from contracts.target.client import Call, Client
from tests import subjects
from tests.proof import admin, mock, stop_mocks

SEARCH = frozenset({"sequence-follows-model"})


@pytest.fixture(autouse=True, scope="module")
def _mocks() -> Iterator[None]:
    """The mocks that are kept between runs end with the last of them."""
    yield
    stop_mocks()


def judged(api: str, depth: str, *defects: str, **plan: Any) -> RunReport:
    """A run against a fresh mock with some defects."""
    target, url = mock(api)
    admin("PUT", f"{url}/__admin/defects", {"defects": [*defects]})
    admin("POST", f"{url}/__admin/reset", None)
    (report,) = judge_all(Plan(target=target, apis=(target.api,), depth=depth, **plan))
    return report


def violated(report: RunReport) -> set[str]:
    """The rules that are violated, must or should."""
    return {each.rule for each in report.results if each.verdict == "violates"}


# --- quick ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("api", ["babyland", "wizcommerce", "customers_me", "checkoutpage"])
def test_a_quick_run_keeps_to_its_requests(api: str) -> None:
    """No more requests than promised, restoring included; what was not asked for is not judged, and says why."""
    report = judged(api, "quick")
    unasked = [each for each in report.results if each.verdict == "not_judged" and "budget" in (each.actual or "")]

    assert report.requests <= QUICK_REQUESTS
    assert report.restored.ok
    assert violated(report) == set()
    assert unasked


def test_company_without_a_budget_asks_everything() -> None:
    """The same items as at the gate, none of them left out, and none violated."""
    fully = judged("customers_me", "quick", limits={"max_requests": 4000})
    gate = judged("customers_me", "gate")

    assert violated(fully) == set()
    assert not any("budget" in (each.actual or "") for each in fully.results)
    assert {(each.rule, each.field) for each in fully.results} == {(each.rule, each.field) for each in gate.results}


@pytest.mark.parametrize("most", [60, 90, 131])
def test_a_smaller_budget_is_held_too(most: int) -> None:
    """The sender stops: whatever is asked first, the record is put back within the same number."""
    report = judged("babyland", "quick", limits={"max_requests": most})

    assert report.requests <= most
    assert report.restored.ok
    assert report.results


def test_two_quick_runs_give_the_same_verdicts() -> None:
    """Items judged side by side take turns in one order."""
    first, second = (judged("checkoutpage", "quick") for _ in range(2))

    assert [(each.rule, each.field, each.verdict) for each in first.results] == [
        (each.rule, each.field, each.verdict) for each in second.results
    ]


FOUND_QUICKLY = {
    "omitted-nullable-nulled": "omitted-fields-unchanged",
    "echoed-not-stored": "sent-field-stored",
    "repeat-answered-in-part": "repeat-same-answer",
    "case-ignored": "near-miss-refused",
    "limit-itself-refused": "within-limit-stored",
    "one-too-many-accepted": "over-limit-refused",
    "valid-part-applied": "invalid-part-changes-nothing",
    "neighbour-updated": "other-customer-unchanged",
    "list-stored-for-text": "wrong-type-refused",
    "any-credential-works": "wrong-credential-refused",
    "secret-shown": "no-secret-shown",
}


@pytest.mark.parametrize("defect", FOUND_QUICKLY)
def test_a_quick_run_finds_what_stands_in_company(defect: str) -> None:
    """One fault among many fields of one request is told apart, and blamed on its rule."""
    report = judged("babyland", "quick", defect)

    assert FOUND_QUICKLY[defect] in violated(report)
    assert report.requests <= QUICK_REQUESTS


@pytest.mark.parametrize("read", [True, False], ids=["with GET", "without GET"])
@pytest.mark.parametrize("api", ["babyland", "customers_me"])
def test_a_quick_run_fails_no_conforming_service(api: str, read: bool) -> None:
    """Company does not make a violation, in a service that was not written for the suite."""
    with subjects.implementation(api, read=read) as target:
        (report,) = judge_all(Plan(target=target, apis=(target.api,), depth="quick"))

    assert [each for each in report.results if each.failed] == []
    assert report.restored.ok
    assert report.requests <= QUICK_REQUESTS


GRAFTS: dict[str, tuple[Any, Any, str, Any]] = {
    "a member": ({"a": 1, "b": 2}, {"a": 3, "b": 4}, "a", {"a": 3, "b": 2}),
    "a nested member": ({"o": {"a": 1, "b": 2}}, {"o": {"a": 3, "b": 4}}, "o.b", {"o": {"a": 1, "b": 4}}),
    "in each item": ({"i": [{"a": 1}, {"a": 2}]}, {"i": [{"a": 3}, {"a": 4}]}, "i[].a", {"i": [{"a": 3}, {"a": 4}]}),
    "gone": ({"a": 1, "b": 2}, {"b": 2}, "a", {"b": 2}),
    "another number of items": ({"i": [{"a": 1}]}, {"i": []}, "i[].a", MISFIT),
    "no object on the way": ({"o": {"a": 1}}, {"o": "text"}, "o.a", MISFIT),
}


@pytest.mark.parametrize("case", GRAFTS)
def test_one_place_is_taken_from_another_value(case: str) -> None:
    """What several lanes ask is put together, and taken apart, place by place; other forms are no match."""
    stock, other, path, expected = GRAFTS[case]

    assert grafted(stock, other, steps_of(path)) == expected


# --- thorough -------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, bytes | None]]:
    """The requests that are sent, in their order."""
    seen: list[tuple[str, bytes | None]] = []
    right = Client.send

    def send(self: Client, call: Call, **how: Any) -> Any:
        seen.append((call.method, call.body))
        return right(self, call, **how)

    monkeypatch.setattr(Client, "send", send)
    return seen


def test_a_seed_draws_the_same_requests_again(sent: list[tuple[str, bytes | None]]) -> None:
    """Replaying is for looking into what was found; another seed asks for something else."""
    drawn = []
    for seed in (5, 5, 6):
        judged("babyland", "thorough", rules=SEARCH, seed=seed, limits={"max_requests": 500})
        drawn.append([*sent])
        sent.clear()

    assert drawn[0] == drawn[1]
    assert drawn[0] != drawn[2]


@pytest.mark.parametrize("most", [400, 900])
def test_a_search_uses_its_requests_up(most: int) -> None:
    """It goes on until fewer are left than one more sequence and the way back need, and never over."""
    report = judged("babyland", "thorough", rules=SEARCH, seed=1, limits={"max_requests": most})

    assert most - 60 <= report.requests <= most
    assert report.restored.ok
    assert [each.verdict for each in report.results] == ["conforms"]


def test_a_search_without_a_budget_sends_many_times_what_went_before() -> None:
    """By itself it sends at least five times the requests of all other rules."""
    asked = frozenset({"sent-field-stored", "repeat-same-state", "value-unaltered", "near-miss-refused", "wrong-type-refused"})
    few = judged("customers_me", "gate", rules=asked)
    many = judged("customers_me", "thorough", rules=asked | SEARCH, seed=1)

    assert many.requests >= 5 * few.requests


class Ticking:
    """A clock that goes on with each look at it."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        """A little later than before."""
        self._now += 0.01
        return self._now

    def sleep(self, seconds: float, /) -> None:
        """Later by so many seconds."""
        self._now += seconds


def test_a_search_uses_its_seconds_up() -> None:
    """It ends by the clock of the run, and the record is put back after that."""
    clock = Ticking()
    report = judged("babyland", "thorough", rules=SEARCH, seed=1, limits={"max_seconds": 30.0}, clock=clock)

    assert [each.verdict for each in report.results] == ["conforms"]
    assert report.restored.ok
    assert clock.monotonic() > 30
    assert report.requests > 300


ONLY_BY_SEARCH = (
    *("update-between-undone", "refusals-open-a-breaker", "third-of-three-forgotten", "text-that-just-fits-cut"),
    "padding-stripped",
)


@pytest.mark.parametrize("defect", ONLY_BY_SEARCH)
def test_a_search_tells_a_short_story(defect: str) -> None:
    """A fault of a sequence is told by the few steps that show it again from the saved record."""
    report = judged("babyland", "thorough", defect, rules=SEARCH, seed=7, limits={"max_requests": 12_000})
    (result,) = report.results

    assert result.verdict == "violates"
    assert (result.actual or "").startswith("1. PATCH ")
    assert 1 <= (result.actual or "").count(" -> ") <= 8
    assert "(seed 7)" in (result.actual or "")
    assert len((result.curl or "").splitlines()) == len(result.exchanges) >= (result.actual or "").count(" -> ")
    assert report.restored.ok


CONCURRENT = {
    "concurrent-write-lost": "concurrent-patches-survive",
    "concurrent-write-crashes": "concurrent-patches-survive",
    "written-in-two-steps": "reading-beside-a-patch-whole",
}


@pytest.mark.parametrize("defect", [None, *CONCURRENT])
def test_what_happens_at_the_same_time_is_judged(defect: str | None) -> None:
    """Writers lose nothing of each other, and a reader sees no half of a patch."""
    rules = frozenset({"concurrent-patches-survive", "concurrent-values-one-wins", "reading-beside-a-patch-whole"})
    report = judged("babyland", "thorough", *([defect] if defect else []), rules=rules)

    assert (CONCURRENT[defect] in violated(report)) if defect else (violated(report) == set())
    assert report.restored.ok


def test_a_search_goes_on_after_a_violation() -> None:
    """What a rule on single patches has found does not end the search: it leaves out the fields of that."""
    rules = frozenset({"member-stored", "near-miss-refused", "concurrent-patches-survive", *SEARCH})
    report = judged("babyland", "thorough", "case-ignored", rules=rules, seed=1, limits={"max_requests": 900})

    assert violated(report) == {"near-miss-refused"}
    assert [each.verdict for each in report.results if each.rule in SEARCH] == ["conforms"]


@pytest.mark.parametrize("api", ["wizcommerce", "checkoutpage"])
def test_a_search_fails_no_conforming_service(api: str) -> None:
    """Random sequences find nothing where there is nothing."""
    with subjects.implementation(api) as target:
        (report,) = judge_all(
            Plan(target=target, apis=(target.api,), depth="thorough", rules=SEARCH, seed=3, limits={"max_requests": 1500})
        )

    assert [each.verdict for each in report.results] == ["conforms"]
    assert report.restored.ok
