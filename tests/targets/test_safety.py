"""What a shared target may be burdened with: budgets, a pace, a check without any write, and a way back in any case."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from werkzeug.wrappers import Request, Response

import specs
from contracts.judging.caution import refused_body
from contracts.reports.report import RunReport
from contracts.running.options import add_options
from contracts.running.parties import reserve
from contracts.running.plan import Plan
from contracts.running.selection import load_rules
from contracts.running.whole import judge_all
from contracts.target.client import RESTORE_SECONDS
from contracts.target.settings import from_settings
from contracts.target.target import Target, TargetError
from contracts.terms.rule import RULES
from contracts.terms.verdict import Verdict
from tests import subjects
from tests.commands.test_gate import steady, suite
from tests.services import layered

API = "babyland"
HARMLESS = frozenset(rule.id for rule, _function in load_rules() if rule.harmless)
SOME = frozenset({"sent-field-stored", "over-limit-refused"})


@dataclass
class Watch:
    """Stands before the mock, counts what it lets through, and may do something else instead."""

    taken: list[tuple[str, int]] = field(default_factory=list)
    dead: bool = False
    instead: Callable[[Request, Any], Response] | None = None

    def __call__(self, request: Request, mock: Any) -> Response:
        """Count the request; a dead service answers 503."""
        if self.instead is not None and request.path != "/__admin/state":
            instead, self.instead = self.instead, None
            try:
                return instead(request, mock)
            finally:
                self.instead = instead
        answer: Response = Response("", 503) if self.dead else mock()
        if not request.path.startswith("/__admin"):
            self.taken.append((request.method, answer.status_code))
        return answer

    @property
    def accepted(self) -> int:
        """Writes that took effect."""
        return sum(method not in ("GET", "HEAD", "OPTIONS") and status < 300 for method, status in self.taken)


def texts(path: Mapping[str, Any]) -> dict[str, str]:
    """Path parameters as a target file has them."""
    return {name: str(value) for name, value in path.items()}


def target(ready: Mapping[str, Any], **limits: float) -> Target:
    """The mock's records as a target."""
    name, facts = next(iter(ready["apis"].items()))
    return from_settings(
        {
            "api": name,
            "url": facts["url"],
            "auth": facts["auth"],
            "record": texts(facts["customer"]),
            "bystander": {**texts(facts["other_customer"]["path"]), "auth": facts["other_customer"]["auth"]},
            "read": {"path": facts["read"]},
            "limits": limits,
        }
    )


@contextmanager
def watched(api: str = API) -> Iterator[tuple[Watch, Mapping[str, Any]]]:
    """A mock that is watched."""
    watch = Watch()
    with layered.served(api, watch) as ready:
        yield watch, ready


def shown(ready: Mapping[str, Any]) -> Any:
    """What the mock stores, without the times of writes."""
    with urllib.request.urlopen(f"{ready['url']}/__admin/state", timeout=10) as answer:
        return steady(next(iter(ready["apis"])), json.load(answer))


@dataclass
class Clock:
    """A clock on which waiting takes no time: it is set forward by that much."""

    ahead: float = 0
    runs: bool = True

    def monotonic(self) -> float:
        """The time of this machine, as far as it is followed, and what was waited for on top."""
        return self.ahead + (time.monotonic() if self.runs else 0)

    def sleep(self, seconds: float, /) -> None:
        """Wait."""
        self.ahead += seconds


def judge(found: Target, **plan: Any) -> RunReport:
    """A run against one target."""
    return judge_all(Plan(**{"target": found, "apis": (found.api,), "rules": SOME, **plan}))[0]


# --- budgets ----------------------------------------------------------------------------------------------------------


def test_a_request_budget_is_kept_with_the_restoration_in_it() -> None:
    """What does not fit is not judged, with the reason; saving, judging and restoring together stay inside."""
    with watched() as (watch, ready):
        before, most = shown(ready), reserve(specs.load(API)) + 15

        report = judge(target(ready, max_requests=most))

        assert len(watch.taken) == report.requests <= most
        assert shown(ready) == before
    reasons = {result.actual for result in report.results if result.verdict == Verdict.NOT_JUDGED}
    assert f"the budget of {most} requests is spent ({reserve(specs.load(API))} are kept for saving and restoring)" in reasons
    assert report.restored.ok
    assert report.summary()[Verdict.CONFORMS] > 0
    assert report.summary()[Verdict.VIOLATES] == 0


def test_a_request_budget_without_room_for_judging_is_refused() -> None:
    """Before anything is sent."""
    with watched() as (watch, ready):
        with pytest.raises(TargetError, match=r"max_requests: \d+ are kept for saving and restoring"):
            judge(target(ready, max_requests=reserve(specs.load(API))))

        assert watch.taken == []


def test_a_time_budget_ends_the_judging_and_not_the_restoration() -> None:
    """The clock runs out in the middle of a run: the rest is not judged, and the record is as it was."""
    with watched() as (watch, ready):
        clock, before, plain = Clock(), shown(ready), Watch.__call__

        def take_two_hours(request: Request, mock: Any) -> Response:
            answer = plain(watch, request, mock)
            clock.ahead = 7200 if watch.accepted >= 4 else 0
            return answer

        watch.instead = take_two_hours
        report = judge(target(ready, max_seconds=3600), clock=clock)

        assert shown(ready) == before
    assert report.restored.ok
    assert {result.actual for result in report.results} >= {"the budget of 3600 seconds is spent"}
    assert report.summary()[Verdict.VIOLATES] == 0


@pytest.mark.parametrize("seconds", [30, 3000])
def test_a_run_that_will_be_cut_asks_something_of_every_rule_first(seconds: int) -> None:
    """What tells most first; a run that has time enough keeps its order, and both are no false alarm."""
    with watched() as (_watch, ready):
        report = judge(target(ready, requests_per_second=10, max_seconds=seconds), rules=frozenset(), clock=Clock(runs=False))

    judged = [each for each in report.results if each.verdict != Verdict.NOT_JUDGED]
    rules = list(dict.fromkeys(each.rule for each in report.results))
    first = [each.rule for each in report.results[: len(rules) - 10]]
    assert report.restored.ok
    assert report.summary()[Verdict.VIOLATES] == 0
    if seconds == 30:
        assert first[:3] == ["sent-field-stored", "response-shows-stored", "repeat-same-state"]
        assert len(set(first)) == len(first)
        assert 30 < len({each.rule for each in judged}) < len(rules)
        assert "the budget of 30 seconds is spent" in {each.actual for each in report.results}
    else:
        assert len(set(first)) < len(first) / 2


@pytest.mark.parametrize("pause", ["30", "3000"])
def test_a_429_is_not_waited_out_beyond_the_budgets(pause: str) -> None:
    """A target that asks to wait for longer than is left is left alone, and that is no violation."""
    with watched() as (watch, ready):
        plain = Watch.__call__

        def throttle(request: Request, mock: Any) -> Response:
            return Response("", 429, {"Retry-After": pause}) if watch.accepted >= 4 else plain(watch, request, mock)

        watch.instead = throttle
        report = judge(target(ready, max_seconds=20, max_wait=60, timeout=5), clock=Clock())

    told = {result.actual for result in report.results if result.verdict == Verdict.NOT_JUDGED}
    assert told & {"the budget of 20 seconds is spent", "the target throttles (429) for longer than 60 s"}
    assert report.summary()[Verdict.VIOLATES] == 0


@dataclass
class Rate:
    """So many requests in a window of so many seconds by a clock, then 429 till it ends; ``since``: accepted writes ahead."""

    watch: Watch
    clock: Clock
    most: int
    seconds: float
    since: int = 0
    begun: float = -1e9
    taken: int = 0

    def __call__(self, request: Request, mock: Any) -> Response:
        """Answer within the rate, or say when to come again."""
        now = self.clock.monotonic()
        if now - self.begun >= self.seconds:
            self.begun, self.taken = now, 0
        self.taken += 1
        if self.taken > self.most and self.watch.accepted >= self.since:
            return Response("", 429, {"Retry-After": str(int(self.begun + self.seconds - now) + 1)})
        return Watch.__call__(self.watch, request, mock)


@pytest.mark.parametrize("seconds", [30, 60])
def test_restoring_waits_for_a_target_that_has_a_rate(seconds: int) -> None:
    """A window is longer than a 429 is waited out while judging: that ends, and the record is put back all the same."""
    with watched() as (watch, ready):
        clock, before = Clock(runs=False), shown(ready)
        watch.instead = Rate(watch, clock, most=60, seconds=seconds)
        report = judge(target(ready, max_wait=10), rules=frozenset(), clock=clock)
        watch.instead = None

        assert shown(ready) == before
    assert report.restored.ok
    told = {result.actual for result in report.results if result.verdict == Verdict.NOT_JUDGED}
    assert "the target throttles (429) for longer than 10 s" in told
    assert report.summary()[Verdict.VIOLATES] == 0


@pytest.mark.parametrize("seconds", [5, 60, 3000])
def test_restoring_ends_against_a_target_that_throttles_for_ever(seconds: int) -> None:
    """Within its own time, and told with what could not be put back."""
    with watched() as (watch, ready):
        clock = Clock(runs=False)
        watch.instead = Rate(watch, clock, most=-1, seconds=seconds, since=4)
        report = judge(target(ready, max_wait=10), rules=frozenset(), clock=clock)

    assert not report.restored.ok
    assert "the target throttles (429) for longer than 90 s" in {each.after for each in report.restored.differences}
    assert clock.ahead < 6 * 10 + 10 + RESTORE_SECONDS + 20


@pytest.mark.parametrize("bound", [{}, {"max_wait": 5}])
def test_a_window_of_a_minute_leaves_no_record_changed(bound: dict[str, float]) -> None:
    """By default it is waited out; with a lower bound nothing more is judged, and restoring waits for it all the same."""
    clock = Clock()
    with watched() as (watch, ready):
        before, plain = shown(ready), Watch.__call__

        def throttle(request: Request, mock: Any) -> Response:
            spent = watch.accepted >= 4 and clock.ahead < 50
            return Response("", 429, {"Retry-After": "55"}) if spent else plain(watch, request, mock)

        watch.instead = throttle
        report = judge(target(ready, **bound), clock=clock)
        after = shown(ready)

    given_up = [each for each in report.results if "throttles" in (each.actual or "")]
    assert bool(given_up) is bool(bound)
    assert report.restored.ok
    assert after == before


def test_requests_keep_their_distance() -> None:
    """So many a second: by a clock that only moves while the suite waits, the waiting adds up to that."""
    clock = Clock(runs=False)
    with watched() as (_watch, ready):
        report = judge(target(ready, requests_per_second=50), rules=frozenset({"over-limit-refused"}), clock=clock)

    assert clock.ahead >= (report.requests - 3) / 50
    assert report.requests > 10


def test_options_set_the_limits_of_a_run() -> None:
    """They count for the embedded mock, too, and come before a file's."""
    limits = ("--max-requests", "60", "--max-seconds", "300", "--requests-per-second", "500")

    run = suite("--api", API, "--rule", "sent-field-stored", *limits)

    assert run.returncode == 0, run.stdout + run.stderr
    assert "not judged" in run.stdout
    assert "; restored" in run.stdout


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        ("--max-requests", "1.5", "a number above 0"),
        ("--max-seconds", "0", "a number above 0"),
        ("--requests-per-second", "nan", "a number above 0, or 0"),
        ("--requests-per-second", "-1", "a number above 0, or 0"),
    ],
)
def test_a_limit_that_is_no_number_above_0_is_refused(option: str, value: str, expected: str) -> None:
    """With the option, what is wrong and what would be right."""
    parser = pytest.Parser(_ispytest=True)
    add_options(parser)

    with pytest.raises(pytest.UsageError, match=re.escape(f"argument {option}: expected {expected}, not {value!r}")):
        parser.parse([f"{option}={value}"])


def test_a_limit_that_is_no_number_exits_4() -> None:
    """In one line, before anything is sent."""
    run = suite("--max-requests=many")

    assert run.returncode == 4
    assert "argument --max-requests: expected a number above 0, not 'many'" in run.stderr


def test_no_pace_is_asked_for_by_0() -> None:
    """As in the target file."""
    run = suite("--requests-per-second=0", "--rule", "success-status", "--api", "customers_me")

    assert (run.returncode, run.stderr) == (0, "")


# --- the read-only check ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("api", specs.names())
def test_a_read_only_check_writes_nothing(api: str) -> None:
    """Many rules are judged, by reads and by requests that are refused."""
    with watched(api) as (watch, ready):
        report = judge(target(ready), rules=frozenset(), read_only=True)

    assert watch.accepted == 0
    assert report.summary()[Verdict.VIOLATES] == 0
    assert {result.rule for result in report.results} <= HARMLESS
    assert report.summary()[Verdict.CONFORMS] > 50


def test_no_rule_at_all_can_write_in_a_read_only_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is sent is judged request by request: a rule that is taken for harmless by mistake does no harm."""
    monkeypatch.setattr("contracts.running.plan.Plan.includes", lambda _plan, rule: not rule.generated)
    with watched() as (watch, ready):
        report = judge(target(ready), rules=frozenset(), read_only=True)

    assert watch.accepted == 0
    assert report.summary()[Verdict.VIOLATES] == 0


def test_an_accepted_request_is_reported_and_undone_at_once() -> None:
    """A target that takes what it has to refuse is a finding of the read-only check, and the record is put back right away."""
    with subjects.mock([API], ["one-too-many-accepted"]) as (found,):
        before = shown({"url": found.url, "apis": {API: None}})
        report = judge(found, rules=frozenset({"over-limit-refused"}), read_only=True)

        assert shown({"url": found.url, "apis": {API: None}}) == before
    assert report.summary()[Verdict.VIOLATES] > 0
    assert report.restored.ok


def test_a_read_only_check_needs_a_way_to_read() -> None:
    """Without a GET the state could be learned by writing only."""
    with watched() as (watch, ready):
        with pytest.raises(TargetError, match="--read-only-check needs a GET"):
            judge(replace(target(ready), read=None), read_only=True)

        assert watch.taken == []


BODIES: list[tuple[bytes | None, bool]] = [
    (b"", False),
    (b"{}", False),
    (b"not json", True),
    (b"[]", True),
    (b'{"first_name": "a"}', False),
    (b'{"first_name": "%s"}' % (b"a" * 31), True),
    (b'{"first_name": "%s"}' % (b"a" * 30 + b" "), False),
    (b'{"first_name": 5}', False),
    (b'{"first_name": {"a": 1}}', True),
    (b'{"gender": "Z", "first_name": "a"}', True),
    (b'{"unknown": {"a": 1}}', False),
    (b'{"id": "x"}', False),
]


@pytest.mark.parametrize(("body", "refused"), BODIES, ids=lambda value: repr(value)[:40])
def test_a_body_is_sent_only_if_the_document_rules_it_out(body: bytes | None, refused: bool) -> None:
    """What some servers convert, trim or pass over may take effect."""
    assert refused_body(specs.load(API), body) is refused


def test_a_harmless_rule_is_marked_in_each_family_that_can_have_one() -> None:
    """The property stands on the rule itself."""
    families = {RULES[name].family for name in HARMLESS}

    assert families == {"auth", "error_envelope", "length", "enum", "negotiation", "response", "types", "partial_update"}


# --- when the way back is barred ----------------------------------------------------------------------------------------


def test_what_could_not_be_restored_is_told_with_a_line_that_repairs_it() -> None:
    """The service dies in the middle of a run; the curl lines bring the record back once it is up again."""
    with watched() as (watch, ready):
        before = shown(ready)

        def die(request: Request, mock: Any) -> Response:
            watch.dead = watch.accepted >= 6
            return Watch.__call__(watch, request, mock)

        watch.instead = die
        report = judge(target(ready), rules=frozenset({"sent-field-stored"}))
        watch.instead, watch.dead = None, False

        assert not report.restored.ok
        assert shown(ready) != before
        credential = target(ready).identity.auth["bearerAuth"].reveal()
        for line in report.restored.repairs:
            assert credential not in line
            assert "$BEARERAUTH" in line
            subprocess.run(
                ["sh", "-c", line], check=True, capture_output=True, env={"BEARERAUTH": credential, "PATH": "/usr/bin:/bin"}
            )
        assert shown(ready) == before
    assert all(shlex.split(line)[0] == "curl" for line in report.restored.repairs)
