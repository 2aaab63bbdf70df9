"""Isolation where two records have something in common: a value, the very body that was sent for each, or a key in a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.judging.evidence import (
    Write,
    check_not_redirected,
    differences_of,
    fresh_patch,
    one_difference,
    put_back,
    stored,
    write,
)
from contracts.judging.groups import Question, answered, workable
from contracts.judging.telling.misread import misread
from contracts.judging.trials import broken
from contracts.record.keeping.keys import unused_key
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, Record, look_up
from contracts.record.restoring import Restorer
from contracts.terms.exchange import Exchange
from contracts.terms.moving import times_of_change
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import NotJudged, Violation
from specs import Field, RecordField

TIMES, PAUSE = 2, 1.1
"""Patches that have to move a time of another record, and seconds between them: some times are in whole seconds."""


def _other(party: Party) -> Party:
    if party.bystander is None:
        raise NotJudged("the target names no bystander")
    return party.bystander


def held_by_other(party: Party, field: Field, record: Record) -> Any:
    """A value of the bystander's for a field, of the first item that has one; ABSENT where none could be sent."""
    value = look_up(record, field.response)
    while isinstance(value, list) and field.kind != "array":
        value = next((each for each in value if each is not ABSENT), ABSENT)
    return value if value is not ABSENT and party.values.safe(field, value) else ABSENT


def _shared(party: Party, record: Record, other: Record) -> list[Question]:
    """The bystander's values of all plain fields, where this record has others; unique ones and references aside."""
    values = {field: held_by_other(party, field, other) for field in workable(party) if not field.unique}
    asked = {field: value for field, value in values.items() if value is not ABSENT and field.reference is None}
    return [
        Question(field, value)
        for field, value in asked.items()
        if not party.reader.same(field, value, party.composer.patch(record, field, None).shown_in(record))
    ]


@rule("others-value-stored", family="isolation")
def test_value_of_another_record_is_stored(party: Party, case: None) -> None:
    """A value that another record holds is stored here like any other, and a later change here leaves it there."""
    before = _other(party).read()
    questions = _shared(party, party.read(), before)
    writes = answered(party, questions)
    for done in writes:
        if party.accepted(done.exchange) and not stored(party, done):
            _blame(done)
    _judge_other(party, before, writes)
    fresh = [Question(each.field, party.values.fresh(each.field, each.value)) for each in questions]
    _judge_other(party, before, answered(party, fresh))
    for field in settable(party.api):
        if field.unique:
            _judge_taken(party, field, before)
    if not any(party.accepted(each.exchange) for each in writes):
        raise NotJudged("no field takes a value that the bystander holds")


def _blame(done: Write) -> None:
    now, value = done.patch.shown_in(done.after), done.patch.value
    raise misread(done.field.path, value, now, ", which another record holds too", done.exchange)


def _judge_other(party: Party, before: Record, writes: list[Write]) -> None:
    """The bystander's record is as it was, whatever this one has in common with it."""
    changed = party.reader.differences(before, _other(party).read(), derived=True)
    if changed:
        raise Violation(
            expected="the other record to stay as it was, also where this one has the same values",
            actual=f"its {changed[0].told}",
            exchange=writes[-1].exchange if writes else None,
            difference=differences_of(changed),
        )


def _judge_taken(party: Party, field: Field, other: Record) -> None:
    """A unique value that is taken is refused, or accepted: the server does not fail over it, and nobody loses it."""
    value = held_by_other(party, field, other)
    if value is ABSENT:
        return
    before = party.read(without=field.top)
    patch = party.composer.patch(before, field, value)
    exchange = party.patch(patch.body)
    if exchange.ok:
        put_back(party, before, patch.body)
    if broken(exchange) and exchange.answer is not None:
        raise Violation(
            expected=f"a value of {field.path} that another record holds to be accepted or refused",
            actual=exchange.said,
            exchange=exchange,
        )
    changed = party.reader.differences(other, _other(party).read(), derived=True)
    if changed:
        raise Violation(
            expected="the other record to keep a unique value that was sent for this one",
            actual=f"its {changed[0].told}",
            exchange=exchange,
            difference=differences_of(changed),
        )


# --- the same body for each -------------------------------------------------------------------------------------------


@rule("same-body-for-each", family="isolation")
def test_same_body_is_carried_out_for_each_record(party: Party, case: None) -> None:
    """A body that was sent for another record before is carried out, and answered, for this one as well.

    The bystander is sent a value that it holds: a patch that changes nothing.
    """
    other = _other(party)
    theirs = other.read()
    shared = _shared(party, party.read(), theirs)
    record = party.read()
    question = next((each for each in shared if each.field.path == each.field.top), None)
    if question is None:
        raise NotJudged("no plain field at the top has another value in the bystander's record")
    patch = party.composer.patch(record, question.field, question.value)
    _send_first(other, patch.body, theirs)
    done = write(party, patch, record)
    if not party.accepted(done.exchange) or not stored(party, done):
        _judge_lost(party, done)
    answered_with = party.record_in(done.exchange)
    changed = party.reader.differences(answered_with, done.after) if answered_with is not None else []
    if changed and _shows_right(party, question.field):
        raise Violation(
            expected="the answer to show this record, and not the other one, which had the same body before",
            actual=f"its {changed[0].difference.path} is {spelled(changed[0].difference.before)}",
            exchange=done.exchange,
            difference=differences_of(changed),
        )


def _send_first(other: Party, body: Mapping[str, Any], before: Record) -> Exchange:
    """The bystander's own value, sent for the bystander; what that changes is put back, and no matter of this rule."""
    if other.movement.loses:
        raise NotJudged("a patch that changes nothing loses what stands beside a record: the bystander gets none")
    exchange = other.patch(body)
    check_not_redirected(exchange)
    if other.reader.differences(before, other.read(), derived=True):
        Restorer(other).restore(before)
        raise NotJudged("a value that the bystander holds changes its record: judged by no-op-changes-nothing")
    if not other.accepted(exchange):
        raise NotJudged(f"a value that the bystander holds is not accepted there: {exchange.said}")
    return exchange


def _judge_lost(party: Party, done: Write) -> None:
    """The body is not carried out: accepted all the same, it is a fault; refused, the value is perhaps not to be had twice."""
    if broken(done.exchange) and done.exchange.answer is not None:
        raise Violation(
            expected=f"a value of {done.field.path} that another record holds to be accepted or refused",
            actual=done.exchange.said,
            exchange=done.exchange,
        )
    if not party.accepted(done.exchange):
        raise NotJudged(f"a value that the bystander holds is not accepted for {done.field.path}: {done.exchange.said}")
    now = done.patch.shown_in(done.after)
    raise misread(done.field.path, done.patch.value, now, " after a body that the other record was sent as well", done.exchange)


def _shows_right(party: Party, field: Field) -> bool:
    """Whether the answer to another patch shows what a reading shows."""
    record = party.read(without=field.top)
    done = write(party, party.composer.fresh(record, field), record)
    shown = party.record_in(done.exchange)
    return shown is not None and not party.reader.differences(shown, done.after)


# --- another record's key in the body ---------------------------------------------------------------------------------


@rule("path-names-the-record", family="isolation")
def test_body_names_no_other_record(party: Party, case: None) -> None:
    """The path or the credential tells whose record a patch changes, also where the body names another record's key.

    What goes with the key is the other record's own value: were it written there, it would change nothing.
    """
    theirs, own = _other(party).read(), party.read()
    key = _key(party, own)
    question = next((each for each in _shared(party, own, theirs) if each.field.path == each.field.top != key), None)
    if question is None:
        raise NotJudged("no plain field at the top has another value in the bystander's record")
    _check_key_stays(party, question.field, key, theirs)
    before = party.read()
    patch = party.composer.patch(before, question.field, question.value)
    exchange = party.patch({key: look_up(theirs, key), **patch.body})
    changed = party.reader.differences(theirs, _other(party).read(), derived=True)
    if changed:
        Restorer(_other(party)).restore(theirs)
    elif not party.accepted(exchange):
        raise NotJudged(f"a body that names another record's {key} is not accepted: {exchange.said}")
    elif _is_set(party, patch, before, exchange) or not stored(party, write(party, patch, before)):
        return
    raise Violation(
        expected=f"{patch.field.path} to be set in the record that the request is for, whichever {key} the body has",
        actual=f"the other record's {changed[0].told}" if changed else f"it is not set there; {exchange.said}",
        exchange=exchange,
        difference=differences_of(changed),
    )


def _is_set(party: Party, patch: Patch, before: Record, exchange: Exchange) -> bool:
    return stored(party, Write(patch, before, exchange, party.read()))


def _key(party: Party, record: Record) -> str:
    """The member of the record that shows the identifier in the path, or id; NotJudged where it is none, or may be sent."""
    wanted = [*party.identity.path.values()][-1:]
    shown = [each.path for each in party.api.record if [str(look_up(record, each.path))] == wanted]
    key = (shown or [each.path for each in party.api.record if each.path == "id"] or [""])[0]
    sendable = any(each.name == key and not each.read_only for each in party.api.fields)
    if sendable or not isinstance(look_up(record, key), int | str):
        raise NotJudged("no member that the server owns shows the key of the record")
    return key


def _check_key_stays(party: Party, field: Field, key: str, theirs: Record) -> None:
    """Raise NotJudged where a key that no record has is taken over, or makes a record: another's would do harm."""
    before = party.read()
    current = look_up(before, key)
    unused = unused_key(party, current)
    if type(unused) is not type(look_up(theirs, key)) or unused in (current, look_up(theirs, key)):
        raise NotJudged(f"no {key} is known that no record has")
    exchange = party.patch({key: unused, **fresh_patch(party, before, field).body})
    made = exchange.ok and party.guard is not None and party.guard.copied(str(unused), exchange)
    if not party.accepted(exchange) and look_up(party.read(), key) == current:
        raise NotJudged(f"a body that names a {key} is not accepted: {exchange.said}")
    if not party.accepted(exchange) or made or look_up(party.read(), key) != current:
        raise NotJudged(f"a body that names a {key} is not just carried out: judged by read-only-unchanged")


# --- the times of others ----------------------------------------------------------------------------------------------


@rule("other-times-stay", family="isolation", cases=field_cases(times_of_change))
def test_times_of_other_records_stay(party: Party, case: RecordField) -> None:
    """A patch of one record does not move the time of the last change of another."""
    if not party.reads_by_get:
        raise NotJudged("without a GET the reading itself may move it")
    other = _other(party)
    field = next((each for each in workable(party) if each.reference is None), None)
    if field is None:
        raise NotJudged("no plain write works here")
    times = [_time(other, case), _time(other, case)]
    exchange = None
    for _ in range(TIMES):
        if times[-1] != times[-2]:
            raise NotJudged(f"{case.path} moves by itself: two readings differ with nothing written between them")
        before = party.read(without=field.top)
        exchange = write(party, fresh_patch(party, before, field), before).exchange
        if not party.accepted(exchange):
            raise NotJudged(f"a plain write of {field.path} is not accepted")
        times.append(_time(other, case))
        if times[-1] == times[-2]:
            return
        party.client.pause(PAUSE)
        times.append(_time(other, case))
    raise Violation(
        expected=f"{case.path} of the other record to stay as it was",
        actual="it moved with each patch of this one",
        exchange=exchange,
        difference=one_difference(case.path, times[0], times[-1]),
    )


def _time(other: Party, case: RecordField) -> Any:
    """The time of the other record, in a reading made now."""
    found = look_up(other.record_in(other.read_exchange()) or {}, case.path)
    if not isinstance(found, str):
        raise NotJudged(f"the other record does not show {case.path}")
    return found
