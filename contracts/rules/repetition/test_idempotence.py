"""Idempotence: the same patch again leaves what it left the first time.

The document promises it in words for some APIs; for the others it follows from partial update itself: a repeat names
the same fields with the same values, and nothing else may change.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any

from contracts.judging.acceptance import switched
from contracts.judging.evidence import (
    Write,
    collateral,
    companion,
    control,
    differences_of,
    disturbed,
    fresh_patch,
    one_difference,
    put_back,
    stored,
    write,
)
from contracts.judging.faults import plain_fault
from contracts.record.comparing.sets import is_reordered
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, Located, Record, look_up, shown
from contracts.rules.repetition.repeats import Repetition, answered_alike, holding_its_value, repeat, repeated
from contracts.target.target import top_of
from contracts.terms.exchange import Exchange
from contracts.terms.moving import followers
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled, told
from contracts.terms.verdict import Difference, Level, NotJudged, Violation
from specs import Api, Field


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
        along = [] if changed else _moved_along(party, done.first.after, record)
        if changed or along:
            raise Violation(
                expected=f"the same record after patch number {number} as after the first",
                actual=[*changed, *along][0].told,
                exchange=exchange,
                difference=differences_of([*changed, *along]),
                level=Level.SHOULD if along or _is_only_reordered(patch, changed) else None,
            )


def _is_only_reordered(patch: Patch, changed: Sequence[Located]) -> bool:
    """Lists that were not sent are in another order: of a set, which few documents call so, it may be another with each write."""
    own = top_of(patch.field.response or "")
    values = ((each.difference.before, each.difference.after) for each in changed if top_of(each.where) != own)
    return sum(is_reordered(*pair) for pair in values) == len(changed)


def _moved_along(party: Party, before: Record, after: Record) -> list[Located]:
    """What follows fields, and has changed where none of them has; a should, for a document seldom says how it follows."""
    readings = ((path, look_up(before, path), look_up(after, path)) for path in followers(party.movement.found))
    return [
        Located(path, Difference(path=path, before=shown(old), after=shown(new)))
        for path, old, new in readings
        if not party.reader.equal(old, new)
    ]


@rule("repeat-same-state", family="idempotence", cases=field_cases(settable), wfc="F118")
def test_repeat_leaves_the_same_state(party: Party, case: Field) -> None:
    """The same patch sent two and three times leaves the record as the first one did."""
    _judge_states(party, repeated(party, case))
    for other in _other_values(party, case):
        _judge_states(party, repeat(party, other))


def _other_values(party: Party, field: Field) -> Iterator[Write]:
    """The write of a flag's other value, where it may be written: some faults are in one of the two."""
    if field.types == {"boolean"}:
        before = party.read(without=field.top)
        with suppress(NotJudged):
            yield write(party, fresh_patch(party, before, field), before)


@rule("repeat-same-answer", family="idempotence", cases=field_cases(settable), wfc="F118")
def test_repeat_is_answered_alike(party: Party, case: Field) -> None:
    """The same patch sent again is answered with the same status and record, volatile fields aside."""
    done = repeated(party, case)
    for number, (exchange, record) in enumerate(done.repeats, start=2):
        if not answered_alike(party, done.first.exchange, exchange):
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
        if (shown is None) != (again is None) and first.status == exchange.status:
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
        holding_its_value(party, case)
    before = party.read(without=case.top)
    first = write(party, party.composer.patch(before, case, None), before)
    if not party.accepted(first.exchange) or first.patch.shown_in(first.after) is not ABSENT:
        raise NotJudged("null is not stored: judged by null-stored")
    done = repeat(party, first)
    _judge_states(party, done)
    for exchange, _record in done.repeats:
        if not answered_alike(party, first.exchange, exchange):
            _check_plain_repeat(party)
            raise Violation(expected=f"status {first.exchange.status} again", actual=exchange.said, exchange=exchange)


def _check_plain_repeat(party: Party) -> None:
    """Where any repeat is answered otherwise, it is no matter of null."""
    for field in settable(party.api):
        try:
            done = repeated(party, field)
        except NotJudged:
            continue
        if any(not answered_alike(party, done.first.exchange, exchange) for exchange, _record in done.repeats):
            raise NotJudged("a plain repeat is answered otherwise: judged by repeat-same-answer")
        return


@rule("return-to-value", family="idempotence", cases=field_cases(settable))
def test_return_to_a_value_restores_the_state(party: Party, case: Field) -> None:
    """A value set, replaced and set again leaves the record as the first time: history does not matter."""
    try:
        first = holding_its_value(party, case)
    except NotJudged:
        _judge_stuck(party, case)
        raise
    record = party.read(without=case.top)
    again = party.composer.patch(record, case, first.patch.value)
    other = _value_of_the_start(party, first, record) or write(party, fresh_patch(party, record, case), record)
    if not party.accepted(other.exchange) or not stored(party, other):
        _judge_stuck(party, case)
        raise NotJudged(f"a second value for {case.path} is not stored")
    back = write(party, again, other.after)
    if back.exchange.refused and "enum" in case.schema:
        raise NotJudged(
            f"{spelled(other.patch.value)} does not lead back to {spelled(again.value)}: they may be states in an order"
        )
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


def _value_of_the_start(party: Party, first: Write, record: Record) -> Write | None:
    """The write of the value that the field had before anything was written, None where that is no plain one or does not work.

    Raises Violation where it is accepted and ignored, as by what compares with the record that it has once loaded, and another
    value is stored.
    """
    field = first.field
    value = first.patch.shown_in(party.at_first) if party.at_first is not None else ABSENT
    plain = isinstance(value, str | int | float) and not isinstance(value, bool) and "enum" not in field.schema
    if not plain or field.reference is not None or field.response in party.reader.derived or not party.values.safe(field, value):
        return None
    done = write(party, party.composer.patch(record, field, value), record)
    now = done.patch.shown_in(done.after)
    if not party.accepted(done.exchange) or stored(party, done) or not party.reader.equal(done.patch.shown_in(record), now):
        return done if stored(party, done) else None
    if stored(party, write(party, fresh_patch(party, done.after, field), done.after)):
        raise Violation(
            expected=f"{field.path} to take the value that it had when the run began",
            actual=f"it still reads {told(now, value)}",
            exchange=done.exchange,
            difference=one_difference(field.path, value, now),
        )
    return None


def _judge_stuck(party: Party, field: Field) -> None:
    """A field that has taken one value, and keeps it whatever is sent and accepted afterwards.

    Raises Violation where two other values fare so; nothing else is told of it, as the plain write was stored. Members of an
    enum are for member-stored.
    """
    own = control(party, field)
    follows = field.types == {"boolean"} or field.response in party.reader.derived  # flags may exclude each other
    if "enum" in field.schema or follows or field.reference is not None:
        return
    for _ in range(2):
        before = party.read(without=field.top)
        done = write(party, fresh_patch(party, before, field), before)
        kept, now = done.patch.shown_in(before), done.patch.shown_in(done.after)
        if not party.accepted(done.exchange) or kept is ABSENT or stored(party, done) or not party.reader.equal(kept, now):
            return
    if party.movement.moves(field.response or ""):
        return
    raise Violation(
        expected=f"{field.path} to take a second value, as it took {spelled(own.patch.value)} before",
        actual=f"it still reads {told(now, done.patch.value)}",
        exchange=done.exchange,
        difference=one_difference(field.path, done.patch.value, now),
    )


def _with_fault(api: Api) -> Iterable[Field]:
    return [each for each in settable(api) if plain_fault(api, each) is not None]


@rule("repeat-after-refusal", family="idempotence", cases=field_cases(_with_fault))
def test_patch_after_a_refusal_works_as_before(party: Party, case: Field) -> None:
    """A patch after a refused one is answered and stored as it would have been before the refusal."""
    first = holding_its_value(party, case)
    # Of the refused patch: nor may the next one bring its valid part. Ahead of the reading, since it may have to be tried first.
    company = companion(party, party.read(without=case.top), case)
    settled = party.read(without=case.top)
    patch = fresh_patch(party, settled, case)
    fault = plain_fault(party.api, case)
    bad = party.composer.patch(settled, case, fault.value if fault else None).body
    refused = party.patch({**(company.body if company is not None else {}), **bad})
    if not refused.refused:
        put_back(party, settled, patch.body)
        raise NotJudged("the bad value is not refused: judged by types, enum or length")
    if party.reader.differences(settled, party.read(without=case.top)):
        raise NotJudged("the refused patch changed something: judged by types, enum, length or atomicity")
    again = write(party, patch, settled, settled=False)
    blamed = disturbed(party) | patch.filled
    changed = [each for each in collateral(party, again) if each.where not in blamed]
    changed = [each for each in changed if not switched([case], patch.body, each)]
    if not changed and not stored(party, again):
        changed = [Located(case.path, Difference(path=case.path, before=patch.value, after=shown(patch.shown_in(again.after))))]
    if (again.exchange.refused or not stored(party, again)) and not _works_alone(party, first, patch):
        raise NotJudged(f"{spelled(patch.value)} is not stored without a refusal either: judged by partial_update")
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
            actual=f"it reads {spelled(now)}",
            exchange=done.exchange,
            difference=[Difference(path=company.field.path, before=company.value, after=now)],
        )


def _works_alone(party: Party, first: Write, patch: Patch) -> bool:
    """Whether a patch is accepted and stored right after one that is known to be."""
    party.patch(first.patch.body)
    done = write(party, patch)
    return party.accepted(done.exchange) and stored(party, done)
