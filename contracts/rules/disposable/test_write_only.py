"""Fields that are only written: what they do to the rest of the record, and whether an answer ever repeats their values."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from contracts.judging.atomicity import judge_refusal, working
from contracts.judging.evidence import fresh_patches, joined
from contracts.judging.faults import faults, faulty, plain_fault
from contracts.record.calls import encoded
from contracts.record.keeping.collection import listing
from contracts.record.party import Party
from contracts.record.patches import leaves
from contracts.record.records import ABSENT, Located, look_up
from contracts.rules.disposable.spending import check_disposable, judge_rest, spent
from contracts.target.target import plain_path
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, rule
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Api, Field

TELLING = 8
"""A text of so many characters stands in an answer because it was sent, and not by chance."""


def _hidden(api: Api) -> list[Field]:
    return [each for each in leaves(api) if each.write_only and "[]" not in each.path]


def _values(party: Party, field: Field) -> Iterator[Any]:
    """Valid values: those of the target file, one that any rule for passwords takes, and a made-up one."""
    known = party.target.values.get(plain_path(field.path))
    strong = [f"Kelp-{party.values.token}-7291", f"Slate-{party.values.token}-4806"] if "string" in field.types else []
    yield from known if known is not None else (each for each in strong if party.values.safe(field, each))
    with suppress(NotJudged):
        yield party.values.fresh(field)


def _accepted(party: Party, case: Field) -> tuple[Any, Exchange, list[Located]]:
    """A value that is taken, its exchange, and what changed along; Observed where each is refused, which may have a reason."""
    check_disposable(party, f"{case.path} is never shown, so that nobody knows how to put it back")
    free, exchange = replace(case, hazard=None), None
    party.patch(joined(fresh_patches(party, party.read(), working(party, case.top))))  # what is empty cannot be seen cleared
    for value in _values(party, free):
        before = party.read(without=case.top)
        exchange = spent(party, party.composer.patch(before, case, value).body, before, f"a valid value for {case.path}")
        if party.accepted(exchange):
            return value, exchange, party.reader.differences(before, party.read(without=case.top))
    if exchange is None:
        raise NotJudged(f"no valid value is known for {case.path}: list some under [values] as {plain_path(case.path)}")
    raise Observed("write", "refuse", f"write of {case.path}: refuse", exchange=exchange)


@rule("write-only-changes-nothing-shown", family="partial_update", cases=field_cases(_hidden), spoils=True)
def test_write_only_value_changes_nothing_shown(party: Party, case: Field) -> None:
    """A valid value for a write-only field changes nothing that is shown, and one that is refused changes nothing at all."""
    reason: Observed | None = None
    try:
        _, exchange, changed = _accepted(party, case)
        judge_rest(exchange, changed, f"a patch of {case.path} alone to change nothing that the record shows")
    except Observed as refused:
        reason = refused
    valid = working(party, case.top)
    for fault in [*faults(party.api, replace(case, hazard=None))][:2]:
        for bad_last in (True, False):
            before = party.read()
            good = joined(fresh_patches(party, before, valid))
            bad = party.composer.patch(before, case, fault.value).body
            exchange = spent(party, {**good, **bad} if bad_last else {**bad, **good}, before, f"{case.path}, {fault.why},")
            if exchange.refused:
                judge_refusal(party, exchange, before, f"{case.path} is {fault.why}")
    if reason is not None:
        raise reason


@rule("write-only-value-not-repeated", family="partial_update", cases=field_cases(_hidden), wfc="F204", spoils=True)
def test_write_only_value_is_not_repeated(party: Party, case: Field) -> None:
    """A value that was sent for a write-only field is in no answer: of a patch, a GET, a list, or an error."""
    value, exchange, _ = _accepted(party, case)
    for answered in (exchange, *_readings(party)):
        if look_up(party.record_in(answered) or {}, case.path) is not ABSENT:
            raise Violation(expected=f"no answer to show {case.path}", actual="an answer shows it", exchange=answered)
        _judge_text(case, value, answered)
    for refused in _refused(party, case, value):
        _judge_text(case, value, refused)


def _readings(party: Party) -> Iterator[Exchange]:
    if party.reads_by_get:
        yield party.read_exchange()
    template = listing(party)
    if template is not None:
        yield party.send("GET", None, template=template)


def _refused(party: Party, case: Field, value: Any) -> Iterator[Exchange]:
    """Patches that are refused for something else than the value in them: another field, and a text that is no JSON."""
    body = dict(party.composer.patch(party.read(), case, value).body)
    other = next((each for each in faulty(party.api) if each.path == each.top and each.top != case.top), None)
    fault = plain_fault(party.api, other) if other is not None else None
    if fault is not None:
        yield party.patch({**body, fault.field.name: fault.value})
    yield party.send("PATCH", encoded(body)[:-1])


def _judge_text(case: Field, value: Any, exchange: Exchange) -> None:
    if not isinstance(value, str) or len(value) < TELLING or exchange.answer is None:
        return
    if value not in exchange.answer.text and not any(value in text for text in exchange.answer.headers.values()):
        return
    raise Violation(
        expected=f"no answer to repeat the value of {case.path}",
        actual=f"the answer {exchange.answer.status} to {exchange.method} has it",
        exchange=exchange,
        level=None if exchange.ok else Level.SHOULD,  # it went back to the client that sent it, and may end in its log
    )
