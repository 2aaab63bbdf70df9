"""Idempotence: the same patch again leaves what it left the first time.

The document promises it in words for some APIs; for the others it follows from partial update itself: a repeat names
the same fields with the same values, and nothing else may change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from contracts.judging.acceptance import switched_off
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
from contracts.record.party import Party
from contracts.record.patches import Patch, leaves, settable
from contracts.record.records import ABSENT, Located, Record, is_empty, look_up, shown
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, rule
from contracts.terms.verdict import Difference, Level, NotJudged, Violation
from specs import Api, Field

REPEATS = 2
"""Repetitions after the first patch: the third catches what toggles."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """A patch sent several times: the first write, and each repeat with the record after it."""

    first: Write
    repeats: tuple[tuple[Exchange, Record], ...]


def _repeated(party: Party, field: Field) -> Repetition:
    """The plain write of a field, sent again and again; made once."""
    key = ("repeated", field.path)
    if key not in party.memory:
        control(party, field)
        before = party.read(without=field.top)
        party.memory[key] = _repeat(party, write(party, harmless_patch(party, before, field), before))
    kept: Repetition = party.memory[key]
    return kept


def _repeat(party: Party, first: Write) -> Repetition:
    if not party.accepted(first.exchange) or not stored(party, first):
        raise NotJudged("the first patch does not work: judged by sent-field-stored")
    repeats = []
    for _ in range(REPEATS):
        exchange = party.patch(first.patch.body)
        repeats.append((exchange, party.read(without=first.field.top)))
    return Repetition(first, tuple(repeats))


def _with_null(api: Api) -> list[Field]:
    return [each for each in settable(api) if each.states("nullable")]


def _judge_states(party: Party, done: Repetition) -> None:
    """Nothing may differ after a repeat that the first patch had not wrongly changed already."""
    blamed, patch = disturbed(party) | done.first.patch.filled, done.first.patch
    for number, (exchange, record) in enumerate(done.repeats, start=2):
        changed = [each for each in party.reader.differences(done.first.after, record) if each.where not in blamed]
        now = patch.shown_in(record)
        if not changed and not party.reader.same(patch.field, patch.value, now):  # a derived one, which is not compared
            changed = [Located(patch.field.path, Difference(path=patch.field.path, before=patch.value, after=shown(now)))]
        if changed:
            raise Violation(
                expected=f"the same record after patch number {number} as after the first",
                actual=changed[0].told,
                exchange=exchange,
                difference=differences_of(changed),
            )


@rule("repeat-same-state", family="idempotence", cases=field_cases(settable), wfc="F118")
def test_repeat_leaves_the_same_state(party: Party, case: Field) -> None:
    """The same patch sent two and three times leaves the record as the first one did."""
    _judge_states(party, _repeated(party, case))
    for other in _other_values(party, case):
        _judge_states(party, _repeat(party, other))


def _other_values(party: Party, field: Field) -> Iterator[Write]:
    """The write of a flag's other value, where it may be written: some faults are in one of the two."""
    if field.types == {"boolean"}:
        before = party.read(without=field.top)
        with suppress(NotJudged):
            yield write(party, fresh_patch(party, before, field), before)


@rule("repeat-same-answer", family="idempotence", cases=field_cases(settable), wfc="F118")
def test_repeat_is_answered_alike(party: Party, case: Field) -> None:
    """The same patch sent again is answered with the same status and record, volatile fields aside."""
    done = _repeated(party, case)
    for number, (exchange, record) in enumerate(done.repeats, start=2):
        if exchange.status != done.first.exchange.status:
            raise Violation(
                expected=f"status {done.first.exchange.status} for patch number {number}, as for the first",
                actual=exchange.said,
                exchange=exchange,
            )
        if party.reader.differences(done.first.after, record):
            raise NotJudged("the record differs: judged by repeat-same-state")
        if party.reader.differences(party.record_in(done.first.exchange) or done.first.after, done.first.after):
            raise NotJudged("the first answer does not show what is stored: judged by response-shows-stored")
        _judge_answers(party, done.first.exchange, exchange, number)


def _judge_answers(party: Party, first: Exchange, exchange: Exchange, number: int) -> None:
    shown, again = party.record_in(first), party.record_in(exchange)
    if shown is None or again is None:
        if (shown is None) != (again is None):
            raise Violation(
                expected=f"the record in answer number {number}, as in the first", actual=exchange.said, exchange=exchange
            )
        return
    changed = party.reader.differences(shown, again)
    if changed:
        raise Violation(
            expected=f"the same record in answer number {number} as in the first",
            actual=f"{changed[0].difference.path} differs",
            exchange=exchange,
            difference=differences_of(changed),
        )


@rule("repeat-null-same-state", family="idempotence", cases=field_cases(_with_null))
def test_repeated_null_leaves_the_same_state(party: Party, case: Field) -> None:
    """Null sent twice for a nullable field leaves the record as it did once, with the same status."""
    if case.safe.get("type") != "null":
        _holding_its_value(party, case)
    before = party.read(without=case.top)
    first = write(party, party.composer.patch(before, case, None), before)
    if not party.accepted(first.exchange) or first.patch.shown_in(first.after) is not ABSENT:
        raise NotJudged("null is not stored: judged by null-stored")
    done = _repeat(party, first)
    _judge_states(party, done)
    for exchange, _record in done.repeats:
        if exchange.status != first.exchange.status:
            _check_plain_repeat(party)
            raise Violation(expected=f"status {first.exchange.status} again", actual=exchange.said, exchange=exchange)


def _check_plain_repeat(party: Party) -> None:
    """Where any repeat is answered otherwise, it is no matter of null."""
    for field in settable(party.api):
        try:
            done = _repeated(party, field)
        except NotJudged:
            continue
        if any(exchange.status != done.first.exchange.status for exchange, _record in done.repeats):
            raise NotJudged("a plain repeat is answered otherwise: judged by repeat-same-answer")
        return


@rule("return-to-value", family="idempotence", cases=field_cases(settable))
def test_return_to_a_value_restores_the_state(party: Party, case: Field) -> None:
    """A value set, replaced and set again leaves the record as the first time: history does not matter."""
    first = _holding_its_value(party, case)
    record = party.read(without=case.top)
    again = party.composer.patch(record, case, first.patch.value)
    other = write(party, fresh_patch(party, record, case), record)
    if not party.accepted(other.exchange) or not stored(party, other):
        raise NotJudged(f"a second value for {case.path} is not stored")
    back = write(party, again, other.after)
    if not party.accepted(back.exchange):
        raise Violation(
            expected=f"{case.path} to take a value that it held before", actual=back.exchange.said, exchange=back.exchange
        )
    blamed = disturbed(party) | again.filled | other.patch.filled
    changed = [each for each in party.reader.differences(record, back.after) if each.where not in blamed]
    now = again.shown_in(back.after)
    if not changed and not party.reader.same(case, again.value, now):  # a derived one, which is not compared
        changed = [Located(case.path, Difference(path=case.path, before=again.value, after=shown(now)))]
    if changed:
        raise Violation(
            expected=f"the same record as when {case.path} held this value before",
            actual=f"{changed[0].difference.path} differs",
            exchange=back.exchange,
            difference=differences_of(changed),
        )


def _holding_its_value(party: Party, field: Field) -> Write:
    """Arrange that the field holds the value of its first write, which the target is known to accept again."""
    done = _repeated(party, field)
    first = done.first
    if any(exchange.status != first.exchange.status for exchange, _record in done.repeats):
        raise NotJudged("a plain repeat is answered otherwise: judged by repeat-same-answer")
    if any(party.reader.differences(first.after, record) for _exchange, record in done.repeats):
        raise NotJudged("a plain repeat changes the record: judged by repeat-same-state")
    patch = party.composer.patch(party.read(without=field.top), field, first.patch.value)
    if not party.reader.same(field, patch.value, patch.shown_in(party.read(without=field.top))):
        party.patch(patch.body)
    if not party.reader.same(field, patch.value, patch.shown_in(party.read(without=field.top))):
        raise NotJudged(f"{field.path} does not take its earlier value: judged by the other rules")
    return first


def _judge_first_write(party: Party, case: Field) -> None:
    """The present value was sent back before anything else was written: that was a no-op, and nothing had to be arranged."""
    try:
        party.check_writable(case)
    except NotJudged as reason:
        found = party.guard.first_write(case) if party.guard is not None else None
        if found is None or next(each for each in settable(party.api) if each.top == case.top) is not case:
            raise
        own = (case.response or "").split(".")[0]
        top = next(each for each in party.api.fields if each.name == case.top)
        if not party.reader.equal(party.composer.exact(top, look_up(found.before, top.response)), found.present):
            raise  # an earlier fault had changed it: that was no no-op
        changed = [each for each in party.reader.differences(found.before, found.after) if each.where.split(".")[0] == own]
        if changed:
            raise Violation(
                expected="nothing to change",
                actual=changed[0].told,
                exchange=found.exchange,
                difference=differences_of(changed),
            ) from None
        required = case.write == "documented"  # others may be refused, whatever the value
        if required and found.exchange.refused and not is_empty(found.present) and _must_be_taken(party, case, found.before):
            raise Violation(
                expected=f"the current value of {case.top} to be accepted",
                actual=found.exchange.said,
                exchange=found.exchange,
                level=None if "no-op-changes-nothing" in party.api.claims else Level.SHOULD,
            ) from reason
        raise


def _must_be_taken(party: Party, case: Field, record: Record) -> bool:
    """Whether the document lets a field be written, and all that is shown for its property keeps to it."""
    if case.write != "documented":
        return False
    inside = [each for each in leaves(party.api) if each.top == case.top and "[]" not in each.path]
    shown = ((each, look_up(record, each.response)) for each in inside)
    return all(value is ABSENT or party.values.safe(each, value) for each, value in shown)


@rule("no-op-changes-nothing", family="idempotence", cases=field_cases(settable))
def test_patch_with_current_value_changes_nothing(party: Party, case: Field) -> None:
    """A patch that sends the value which a field already holds is accepted and changes nothing."""
    _judge_first_write(party, case)
    _holding_its_value(party, case)
    before = party.read(without=case.top)
    current = party.composer.patch(before, case, None).shown_in(before)
    again = write(party, party.composer.patch(before, case, None if current is ABSENT else current), before)
    if not party.accepted(again.exchange):
        raise Violation(
            expected=f"the current value of {case.path} to be accepted", actual=again.exchange.said, exchange=again.exchange
        )
    blamed = disturbed(party) | again.patch.filled
    changed = [each for each in party.reader.differences(before, again.after) if each.where not in blamed]
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
def test_patch_after_a_refusal_works_as_before(party: Party, case: Field) -> None:
    """A patch after a refused one is answered and stored as it would have been before the refusal."""
    first = _holding_its_value(party, case)
    # Of the refused patch: nor may the next one bring its valid part. Ahead of the reading, since it may have to be tried first.
    company = companion(party, party.read(without=case.top), case)
    settled = party.read(without=case.top)
    patch = fresh_patch(party, settled, case)
    fault = plain_fault(party.api, case)
    bad = party.composer.patch(settled, case, fault.value if fault else None).body
    refused = party.patch({**(company.body if company is not None else {}), **bad})
    if not refused.refused:
        put_back(party, settled, patch.body)
        raise NotJudged("the bad value is not refused: judged by the rules on bad values")
    if party.reader.differences(settled, party.read(without=case.top)):
        raise NotJudged("the refused patch changed something: judged by the rules on bad values and atomicity")
    again = write(party, patch, settled, settled=False)
    blamed = disturbed(party) | patch.filled
    changed = [each for each in collateral(party, again) if each.where not in blamed]
    changed = [each for each in changed if not switched_off([case], patch.body, each)]
    if not changed and not stored(party, again):
        changed = [Located(case.path, Difference(path=case.path, before=patch.value, after=shown(patch.shown_in(again.after))))]
    if (again.exchange.refused or not stored(party, again)) and not _works_alone(party, first, patch):
        raise NotJudged(f"{patch.value!r} is not stored without a refusal ahead of it either: judged by other rules")
    if again.exchange.status != first.exchange.status or changed:
        raise Violation(
            expected=f"status {first.exchange.status} and {case.path} stored, as before the refused patch",
            actual=again.exchange.said if not changed else f"{changed[0].difference.path} differs",
            exchange=again.exchange,
            difference=differences_of(changed),
        )
    if case is next(each for each in _with_fault(party.api) if each.top == case.top):
        _judge_other_patch(party, case, bad)


def _judge_other_patch(party: Party, field: Field, bad: Mapping[str, Any]) -> None:
    """A refused patch of one property does not take the next one of another property with it."""
    before = party.read()
    company = companion(party, before, field)
    if company is None or not party.patch(bad).refused:
        return
    done = write(party, company, before, settled=False)
    if party.accepted(done.exchange) and not stored(party, done):
        now = shown(company.shown_in(done.after))
        raise Violation(
            expected=f"{company.field.path} to be stored after a refused patch of {field.path}",
            actual=f"it reads {now!r}",
            exchange=done.exchange,
            difference=[Difference(path=company.field.path, before=company.value, after=now)],
        )


def _works_alone(party: Party, first: Write, patch: Patch) -> bool:
    """Whether a patch is accepted and stored right after one that is known to be."""
    party.patch(first.patch.body)
    done = write(party, patch)
    return party.accepted(done.exchange) and stored(party, done)
