"""Targets that misbehave on the wire: a verdict or one line for each, in bounded time, and never an internal error."""

from __future__ import annotations

import resource
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

import specs
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.run import Run
from contracts.running.whole import judge_all
from contracts.target.settings import from_settings
from contracts.target.target import Target, TargetError
from tests.services import hostile
from tests.services.hostile import Behaviour, Hostile, serving

API = specs.names()[0]
RULES = frozenset({"sent-field-stored", "over-limit-refused", "no-leak", "refusal-changes-nothing", "success-status"})
LIMITS = {"timeout": 0.4, "max_wait": 0.3, "max_seconds": 4}
"""Short, so that a silent target does not take long."""
MEMORY = 400 * 1024
"""Kilobytes by which the memory of the tests may grow at most."""

# Whatever the target does from the first request on, and some words of the line that is told: which one it is depends on where it
# is noticed first.
NO_ANSWER, NO_RECORD, UNUSABLE = "no complete answer within", "no record", "cannot be reached or used"
AT_ONCE: Mapping[str, tuple[Behaviour, str]] = {
    "never answers": (hostile.hang, NO_ANSWER),
    "drips": (hostile.drip, NO_ANSWER),
    "drips a body": (hostile.drip_body, NO_ANSWER),
    "sends a body without end": (hostile.endless, "longer than"),
    "sends chunks without end": (hostile.endless_chunks, "longer than"),
    "sends fields without end": (hostile.endless_head, UNUSABLE),
    "sends a field without end": (hostile.endless_line, UNUSABLE),
    "sends interim answers without end": (hostile.endless_interim, "interim answers"),
    "sends a gigabyte": (hostile.gigabyte, "longer than"),
    "announces a gigabyte": (hostile.announced_gigabyte, UNUSABLE),
    "sends less than it announces": (hostile.longer, UNUSABLE),
    "sends more than it announces": (hostile.shorter, "bytes of its Content-Length"),
    "counts characters for bytes": (hostile.characters_counted, "does it count characters?"),
    "announces less than nothing": (hostile.negative, ""),
    "resets": (hostile.reset, UNUSABLE),
    "stops in the middle": (hostile.close_half_way, UNUSABLE),
    "speaks no HTTP": (hostile.binary, UNUSABLE),
    "speaks HTTP/0.9": (hostile.oldest, UNUSABLE),
    "switches protocols": (hostile.upgrade, "the answer was 101"),
    "sends sizes of chunks that are none": (hostile.chunk_garbage, UNUSABLE),
    "announces a chunk without end": (hostile.huge_chunk, UNUSABLE),
    "answers another request": (hostile.of_another, NO_RECORD),
    "has no content": (hostile.no_content, NO_RECORD),
    "says 200 and nothing": (hostile.empty, NO_RECORD),
    "says 200 to everything, with a page": (hostile.html, NO_RECORD),
    "has thousands of fields": (hostile.many_fields, UNUSABLE),
    "has a status that is none": (hostile.no_status, UNUSABLE),
    "has a status beyond all": (hostile.status_999, "the answer was 999"),
    "sends a bomb": (hostile.bomb, "longer than"),
    "sends a bomb in bombs": (hostile.nested_bomb, "longer than"),
    "sends what is not packed": (hostile.broken_gzip, UNUSABLE),
    "redirects for ever": (hostile.redirect("/"), "a redirect to /"),
    "throttles for ever": (hostile.throttle(), "throttles (429)"),
    "throttles for a year": (hostile.throttle("Retry-After: 31536000"), "throttles (429)"),
    "throttles until the year 9999": (hostile.throttle("Retry-After: Fri, 31 Dec 9999 23:59:59 GMT"), "throttles (429)"),
    "throttles for nobody knows how long": (hostile.throttle("Retry-After: \xb2"), "throttles (429)"),
    "throttles for ever and ever": (hostile.throttle("Retry-After: " + "9" * 400), "throttles (429)"),
    "is never available": (hostile.throttle("Retry-After: 0", status="503 Unavailable"), "throttles (503)"),
    "nests without end": (hostile.JSON["nests without end"], NO_RECORD),
    "answers with a number": (hostile.JSON["answers with a number"], NO_RECORD),
}

# What a target may do to some requests while it is judged.
ALL_ALONG: Mapping[str, Hostile] = {
    **{name: Hostile(behave, after=6) for name, behave in hostile.JSON.items()},
    "gives early hints": Hostile(hostile.early_hints),
    "closes each connection": Hostile(hostile.close_each),
    "answers twice": Hostile(hostile.two_answers, after=6),
    "has odd fields": Hostile(hostile.odd_fields, after=6),
    "has huge fields": Hostile(hostile.huge_field, after=6),
    "sets cookies": Hostile(hostile.cookies),
    "never answers a patch": Hostile(hostile.hang, frozenset({"PATCH"}), after=40),
    "resets one of three": Hostile(hostile.one_in(3, hostile.reset), after=6),
    "hangs one of nine": Hostile(hostile.one_in(9, hostile.hang), after=6),
    "answers another request, one of three": Hostile(hostile.one_in(3, hostile.of_another), after=6),
    "throttles from some time on": Hostile(hostile.throttle("Retry-After: 0"), after=12),
    "dies half-way": Hostile(hostile.reset, after=12),
    "sends less than it announces": Hostile(hostile.longer, after=12),
    "sends more than it announces": Hostile(hostile.shorter, after=12),
    "sends megabytes of errors": Hostile(
        hostile.value(lambda _found: b'{"error": "' + b"/a" * 2_000_000 + b'"}'), frozenset({"PATCH"}), after=6
    ),
}
RIGHT = {"gives early hints", "closes each connection", "sets cookies"}
"""What HTTP allows."""


def target(ready: Mapping[str, Any], **changes: Any) -> Target:
    """The served record as a target, with its credential."""
    facts = ready["apis"][API]
    settings = {
        "api": API,
        "url": facts["url"],
        "auth": facts["auth"],
        "record": {name: str(value) for name, value in facts["customer"].items()},
        "read": {"path": facts["read"]},
        "limits": LIMITS,
    }
    return from_settings({**settings, **changes})


def judge(found: Target) -> RunReport:
    """A run of some rules."""
    (report,) = judge_all(Plan(target=found, apis=(found.api,), rules=RULES))
    return report


def peak() -> int:
    """The most memory that this process has had, in kilobytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


@pytest.mark.parametrize("name", AT_ONCE)
def test_a_hostile_target_ends_the_preflight_with_one_line(name: str) -> None:
    """Whatever the target does on the wire, the preflight says in one line what is wrong, within the deadline."""
    behave, words = AT_ONCE[name]
    before = peak()
    with serving(API, Hostile(behave)) as ready, pytest.raises(TargetError) as caught:
        judge(target(ready))

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not [secret for secret in ready["apis"][API]["auth"].values() if secret in str(caught.value)]
    assert len(str(caught.value)) < 600
    assert peak() - before < MEMORY


@pytest.mark.parametrize("name", ALL_ALONG)
def test_a_target_that_turns_hostile_is_judged_and_restored(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verdicts without an internal error; once the target is itself again, the record is put back."""
    turned = replace(ALL_ALONG[name])
    hostile.GROWN.clear()
    close = Run.close

    def healed(run: Run) -> None:
        turned.on = False
        close(run)

    monkeypatch.setattr(Run, "close", healed)
    before = peak()
    with serving(API, turned) as ready:
        report = judge(target(ready))

    assert [each.actual for each in report.results if (each.actual or "").startswith("internal error")] == []
    assert report.restored.ok, report.restored
    assert turned.odd > 0
    assert peak() - before < MEMORY
    if name in RIGHT:
        assert report.summary()["violates"] == 0
        assert report.summary()["conforms"] > 20


STAYING = {
    "dies half-way": Hostile(hostile.reset, after=12),
    "never answers a patch": Hostile(hostile.hang, frozenset({"PATCH"}), after=100),
    "grows at every answer": Hostile(hostile.JSON["grows at every answer"], after=6),
}


@pytest.mark.parametrize("name", STAYING)
def test_what_could_not_be_restored_is_told(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A target that stays hostile ends the run, too, and the report says what it has not seen restored."""
    monkeypatch.setattr("contracts.target.client.RESTORE_SECONDS", 3.0)
    hostile.GROWN.clear()
    with serving(API, replace(STAYING[name])) as ready:
        report = judge(target(ready))

    assert [each.actual for each in report.results if (each.actual or "").startswith("internal error")] == []
    assert not report.restored.ok
    assert report.restored.differences


@pytest.mark.parametrize("methods", [frozenset(), frozenset({"PATCH"})], ids=["every request", "every patch"])
def test_the_credential_is_never_sent_to_another_host(methods: frozenset[str]) -> None:
    """A redirect is not followed, wherever it leads to."""
    with hostile.listening(lambda _heard: b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") as (port, heard):
        away = Hostile(hostile.redirect(f"http://127.0.0.1:{port}/record"), methods)
        with serving(API, away) as ready, suppress(TargetError):
            judge(target(ready))

    assert away.odd > 0
    assert heard == []


def test_a_target_that_throttles_for_ever_is_not_asked_for_ever() -> None:
    """Waiting that never helps is given up, so that a run of many items ends."""
    turned = Hostile(hostile.throttle("Retry-After: 0"), after=30)
    with serving(API, turned) as ready:
        report = judge(target(ready, limits={"timeout": 1, "max_wait": 0.2}))

    judged = [each for each in report.results if each.verdict == "not_judged"]
    assert len(judged) > 10
    assert turned.odd < 4 * len(report.results) + 100


def test_a_silent_method_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patches that are never answered are not sent for ever, though every reading between them is answered."""
    monkeypatch.setattr("contracts.target.client.SILENT_METHOD", 5)
    turned = Hostile(hostile.hang, frozenset({"PATCH"}), after=30)
    with serving(API, turned) as ready:
        (report,) = judge_all(Plan(target=target(ready, limits={"timeout": 0.1}, disposable=True), apis=(specs.load(API),)))

    assert turned.odd < 40
    assert any("PATCH requests in a row without an answer" in (each.actual or "") for each in report.results)


def test_a_connection_is_kept() -> None:
    """One for all requests of a client; a run has one for judging and one for saving and restoring."""
    plain = Hostile(hostile.hang, after=10**9)
    with serving(API, plain) as ready:
        report = judge(target(ready))

    assert report.requests > 100
    assert plain.connections <= 2
