"""Idempotence: the same patch again leaves what it left the first time.

The document promises it in words for some APIs; for the others it follows from partial update itself: a repeat names
the same fields with the same values, and nothing else may change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from contracts.judging.evidence import (
    Write,
    collateral,
    companion,
    control,
    differences_of,
    disturbed,
    fresh_patch,
    harmless_patch,
    put_back,
    stored,
    write,
)
from contracts.judging.faults import plain_fault
from contracts.record.customer import Customer
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, Located, Record, shown
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, rule
from contracts.terms.verdict import Difference, NotJudged, Violation
from specs import Api, Field

REPEATS = 2
"""Repetitions after the first patch: the third catches what toggles."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """A patch sent several times: the first write, and each repeat with the record after it."""

    first: Write
    repeats: tuple[tuple[Exchange, Record], ...]


def _repeated(customer: Customer, field: Field) -> Repetition:
    """The plain write of a field, sent again and again; made once."""
    key = ("repeated", field.path)
    if key not in customer.memory:
        control(customer, field)
        before = customer.read(without=field.top)
        customer.memory[key] = _repeat(customer, write(customer, harmless_patch(customer, before, field), before))
    kept: Repetition = customer.memory[key]
    return kept


def _repeat(customer: Customer, first: Write) -> Repetition:
    if not customer.accepted(first.exchange) or not stored(customer, first):
        raise NotJudged("the first patch does not work: judged by sent-field-stored")
    repeats = []
    for _ in range(REPEATS):
        exchange = customer.patch(first.patch.body)
        repeats.append((exchange, customer.read(without=first.field.top)))
    return Repetition(first, tuple(repeats))


def _with_null(api: Api) -> list[Field]:
    return [each for each in settable(api) if each.states("nullable")]


def _judge_states(customer: Customer, done: Repetition) -> None:
    """Nothing may differ after a repeat that the first patch had not wrongly changed already."""
    blamed, patch = disturbed(customer) | done.first.patch.filled, done.first.patch
    for number, (exchange, record) in enumerate(done.repeats, start=2):
        changed = [each for each in customer.reader.differences(done.first.after, record) if each.where not in blamed]
        now = patch.shown_in(record)
        if not changed and not customer.reader.same(patch.field, patch.value, now):  # a derived one, which is not compared
            changed = [Located(patch.field.path, Difference(path=patch.field.path, before=patch.value, after=shown(now)))]
        if changed:
            raise Violation(
                expected=f"the same record after patch number {number} as after the first",
                actual=changed[0].told,
                exchange=exchange,
                difference=differences_of(changed),
            )


@rule("repeat-same-state", family="idempotence", cases=field_cases(settable), wfc="F118")
def test_repeat_leaves_the_same_state(customer: Customer, case: Field) -> None:
    """The same patch sent two and three times leaves the record as the first one did."""
    _judge_states(customer, _repeated(customer, case))
    for other in _other_values(customer, case):
        _judge_states(customer, _repeat(customer, other))


def _other_values(customer: Customer, field: Field) -> Iterator[Write]:
    """The write of a flag's other value, where it may be written: some faults are in one of the two."""
    if field.types == {"boolean"}:
        before = customer.read(without=field.top)
        with suppress(NotJudged):
            yield write(customer, fresh_patch(customer, before, field), before)


@rule("repeat-same-answer", family="idempotence", cases=field_cases(settable), wfc="F118")
def test_repeat_is_answered_alike(customer: Customer, case: Field) -> None:
    """The same patch sent again is answered with the same status and record, volatile fields aside."""
    done = _repeated(customer, case)
    for number, (exchange, record) in enumerate(done.repeats, start=2):
        if exchange.status != done.first.exchange.status:
            raise Violation(
                expected=f"status {done.first.exchange.status} for patch number {number}, as for the first",
                actual=exchange.said,
                exchange=exchange,
            )
        if customer.reader.differences(done.first.after, record):
            raise NotJudged("the record differs: judged by repeat-same-state")
        if customer.reader.differences(customer.record_in(done.first.exchange) or done.first.after, done.first.after):
            raise NotJudged("the first answer does not show what is stored: judged by response-shows-stored")
        _judge_answers(customer, done.first.exchange, exchange, number)


def _judge_answers(customer: Customer, first: Exchange, exchange: Exchange, number: int) -> None:
    shown, again = customer.record_in(first), customer.record_in(exchange)
    if shown is None or again is None:
        if (shown is None) != (again is None):
            raise Violation(
                expected=f"the record in answer number {number}, as in the first", actual=exchange.said, exchange=exchange
            )
        return
    changed = customer.reader.differences(shown, again)
    if changed:
        raise Violation(
            expected=f"the same record in answer number {number} as in the first",
            actual=f"{changed[0].difference.path} differs",
            exchange=exchange,
            difference=differences_of(changed),
        )


@rule("repeat-null-same-state", family="idempotence", cases=field_cases(_with_null))
def test_repeated_null_leaves_the_same_state(customer: Customer, case: Field) -> None:
    """Null sent twice for a nullable field leaves the record as it did once, with the same status."""
    if case.safe.get("type") != "null":
        _holding_its_value(customer, case)
    before = customer.read(without=case.top)
    first = write(customer, customer.composer.patch(before, case, None), before)
    if not customer.accepted(first.exchange) or first.patch.shown_in(first.after) is not ABSENT:
        raise NotJudged("null is not stored: judged by null-stored")
    done = _repeat(customer, first)
    _judge_states(customer, done)
    for exchange, _record in done.repeats:
        if exchange.status != first.exchange.status:
            _check_plain_repeat(customer)
            raise Violation(expected=f"status {first.exchange.status} again", actual=exchange.said, exchange=exchange)


def _check_plain_repeat(customer: Customer) -> None:
    """Where any repeat is answered otherwise, it is no matter of null."""
    for field in settable(customer.api):
        try:
            done = _repeated(customer, field)
        except NotJudged:
            continue
        if any(exchange.status != done.first.exchange.status for exchange, _record in done.repeats):
            raise NotJudged("a plain repeat is answered otherwise: judged by repeat-same-answer")
        return


@rule("return-to-value", family="idempotence", cases=field_cases(settable))
def test_return_to_a_value_restores_the_state(customer: Customer, case: Field) -> None:
    """A value set, replaced and set again leaves the record as the first time: history does not matter."""
    first = _holding_its_value(customer, case)
    record = customer.read(without=case.top)
    again = customer.composer.patch(record, case, first.patch.value)
    other = write(customer, fresh_patch(customer, record, case), record)
    if not customer.accepted(other.exchange) or not stored(customer, other):
        raise NotJudged(f"a second value for {case.path} is not stored")
    back = write(customer, again, other.after)
    if not customer.accepted(back.exchange):
        raise Violation(
            expected=f"{case.path} to take a value that it held before", actual=back.exchange.said, exchange=back.exchange
        )
    blamed = disturbed(customer) | again.filled | other.patch.filled
    changed = [each for each in customer.reader.differences(record, back.after) if each.where not in blamed]
    if changed:
        raise Violation(
            expected=f"the same record as when {case.path} held this value before",
            actual=f"{changed[0].difference.path} differs",
            exchange=back.exchange,
            difference=differences_of(changed),
        )


def _holding_its_value(customer: Customer, field: Field) -> Write:
    """Arrange that the field holds the value of its first write, which the target is known to accept again."""
    done = _repeated(customer, field)
    first = done.first
    if any(exchange.status != first.exchange.status for exchange, _record in done.repeats):
        raise NotJudged("a plain repeat is answered otherwise: judged by repeat-same-answer")
    if any(customer.reader.differences(first.after, record) for _exchange, record in done.repeats):
        raise NotJudged("a plain repeat changes the record: judged by repeat-same-state")
    patch = customer.composer.patch(customer.read(without=field.top), field, first.patch.value)
    if not customer.reader.same(field, patch.value, patch.shown_in(customer.read(without=field.top))):
        customer.patch(patch.body)
    if not customer.reader.same(field, patch.value, patch.shown_in(customer.read(without=field.top))):
        raise NotJudged(f"{field.path} does not take its earlier value: judged by the other rules")
    return first


@rule("no-op-changes-nothing", family="idempotence", cases=field_cases(settable))
def test_patch_with_current_value_changes_nothing(customer: Customer, case: Field) -> None:
    """A patch that sends the value which a field already holds is accepted and changes nothing."""
    _holding_its_value(customer, case)
    before = customer.read(without=case.top)
    current = customer.composer.patch(before, case, None).shown_in(before)
    again = write(customer, customer.composer.patch(before, case, None if current is ABSENT else current), before)
    if not customer.accepted(again.exchange):
        raise Violation(
            expected=f"the current value of {case.path} to be accepted", actual=again.exchange.said, exchange=again.exchange
        )
    blamed = disturbed(customer) | again.patch.filled
    changed = [each for each in customer.reader.differences(before, again.after) if each.where not in blamed]
    if changed:
        raise Violation(
            expected="nothing to change",
            actual=changed[0].told,
            exchange=again.exchange,
            difference=differences_of(changed),
        )


def _with_fault(api: Api) -> Iterable[Field]:
    return [each for each in settable(api) if plain_fault(api, each) is not None]


@rule("repeat-after-refusal", family="idempotence", cases=field_cases(_with_fault))
def test_patch_after_a_refusal_works_as_before(customer: Customer, case: Field) -> None:
    """A patch after a refused one is answered and stored as it would have been before the refusal."""
    first = _holding_its_value(customer, case)
    settled = customer.read(without=case.top)
    patch = fresh_patch(customer, settled, case)
    fault = plain_fault(customer.api, case)
    company = companion(customer, settled, case)  # of the refused patch: nor may the next one bring its valid part
    bad = customer.composer.patch(settled, case, fault.value if fault else None).body
    refused = customer.patch({**(company.body if company is not None else {}), **bad})
    if not refused.refused:
        put_back(customer, settled, patch.body)
        raise NotJudged("the bad value is not refused: judged by the rules on bad values")
    if customer.reader.differences(settled, customer.read(without=case.top)):
        raise NotJudged("the refused patch changed something: judged by the rules on bad values and atomicity")
    again = write(customer, patch, settled, settled=False)
    blamed = disturbed(customer) | patch.filled
    changed = [each for each in collateral(customer, again) if each.where not in blamed]
    if not changed and not stored(customer, again):
        changed = [Located(case.path, Difference(path=case.path, before=patch.value, after=shown(patch.shown_in(again.after))))]
    if (again.exchange.refused or not stored(customer, again)) and not _works_alone(customer, first, patch):
        raise NotJudged(f"{patch.value!r} is not stored without a refusal ahead of it either: judged by other rules")
    if again.exchange.status != first.exchange.status or changed:
        raise Violation(
            expected=f"status {first.exchange.status} and {case.path} stored, as before the refused patch",
            actual=again.exchange.said if not changed else f"{changed[0].difference.path} differs",
            exchange=again.exchange,
            difference=differences_of(changed),
        )
    if case is next(each for each in _with_fault(customer.api) if each.top == case.top):
        _judge_other_patch(customer, case, bad)


def _judge_other_patch(customer: Customer, field: Field, bad: Mapping[str, Any]) -> None:
    """A refused patch of one property does not take the next one of another property with it."""
    before = customer.read()
    company = companion(customer, before, field)
    if company is None or not customer.patch(bad).refused:
        return
    done = write(customer, company, before, settled=False)
    if customer.accepted(done.exchange) and not stored(customer, done):
        now = shown(company.shown_in(done.after))
        raise Violation(
            expected=f"{company.field.path} to be stored after a refused patch of {field.path}",
            actual=f"it reads {now!r}",
            exchange=done.exchange,
            difference=[Difference(path=company.field.path, before=company.value, after=now)],
        )


def _works_alone(customer: Customer, first: Write, patch: Patch) -> bool:
    """Whether a patch is accepted and stored right after one that is known to be."""
    customer.patch(first.patch.body)
    done = write(customer, patch)
    return customer.accepted(done.exchange) and stored(customer, done)
