"""Response: what the server owns reads in the answer as it does in a reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.judging.evidence import Write, differences_of, known_patch, one_difference, single_or_none, stored, write
from contracts.record.movement import MOMENT
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import ABSENT, look_up
from contracts.terms.moving import CLOCKS, moment, times_of_change
from contracts.terms.rule import field_cases, rule
from contracts.terms.verdict import NotJudged, Violation
from specs import Api, RecordField


def _owned(api: Api) -> Iterable[RecordField]:
    """The members that no request sets and that do not change by themselves, outside lists; what follows from others, too."""
    sent = {each.response for each in api.walk_fields() if not each.read_only}
    plain = [each for each in api.walk_record() if not (each.children or each.volatile or "[]" in each.path)]
    return [each for each in plain if each.path not in sent]


def _writes(party: Party, case: RecordField) -> Iterator[Write]:
    """The plain writes; for what follows from other members also those which emptied one of them, where they were made."""
    for field in settable(party.api):
        done = single_or_none(party, field)
        if done is not None:
            yield done
        kept = [party.memory.get(("falsy", field.path)), party.memory.get(("emptied", field.path))] if case.derived else []
        yield from (each for each in kept if isinstance(each, Write))


@rule("answer-shows-owned-value", family="response", cases=field_cases(_owned), advice="one representation for GET and PATCH")
def test_answer_shows_what_the_server_owns(party: Party, case: RecordField) -> None:
    """What the server owns reads in the answer to a patch as it does in a reading right after it."""
    if not party.reads_by_get:
        raise NotJudged("the target gives no GET")
    seen = 0
    for done in _writes(party, case):
        answered = party.record_in(done.exchange)
        if answered is None or look_up(answered, case.path) is ABSENT:
            continue
        seen += 1
        changed = [each for each in party.reader.differences(done.after, answered, derived=True) if each.where == case.path]
        if changed:
            raise Violation(
                expected=f"{case.path} as a reading right after it shows it",
                actual=changed[0].told,
                exchange=done.exchange,
                difference=differences_of(changed),
            )
    if not seen:
        raise NotJudged(f"no answer to a patch shows {case.path}")


@rule(
    "reading-shows-own-time",
    family="response",
    cases=field_cases(times_of_change),
    advice="one representation for GET and PATCH",
)
def test_reading_shows_the_time_of_the_patch(party: Party, case: RecordField) -> None:
    """A reading right after a patch shows no earlier time of the last change than the answer to the patch."""
    if not party.reads_by_get:
        raise NotJudged("the target gives no GET")
    seen = 0
    for field in settable(party.api):
        done = single_or_none(party, field)
        answered = party.record_in(done.exchange) if done is not None else None
        told = moment(look_up(answered or {}, case.path))
        read = moment(look_up(done.after, case.path)) if done is not None else None
        if done is None or told is None or read is None:
            continue
        seen += 1
        if read < told - CLOCKS:
            raise Violation(
                expected=f"{case.path} not before {told}, which the answer to the patch shows",
                actual=f"a reading right after it shows {read}",
                exchange=done.exchange,
                difference=one_difference(case.path, look_up(answered or {}, case.path), look_up(done.after, case.path)),
            )
    if not seen:
        raise NotJudged(f"no answer to a patch shows {case.path} as a time with its zone")


STEADY = 2
"""So many properties have to move a time of the last change, before one that does not stands out."""
SUSPECTS = 3
"""So many of those that do not are changed once more, lists and objects first."""


def _has_moved(party: Party, case: RecordField, done: Write) -> bool | None:
    """Whether a plain write has moved the time; None where nothing has changed, or no time is shown."""
    old, new = moment(look_up(done.before, case.path)), moment(look_up(done.after, case.path))
    if old is None or new is None or not party.accepted(done.exchange) or not stored(party, done):
        return None
    return None if party.reader.equal(done.patch.shown_in(done.before), done.patch.value) else new != old


@rule(
    "change-moves-time",
    family="response",
    cases=field_cases(times_of_change),
    advice="by its time a client tells whether what it has read is still the record",
)
def test_every_change_moves_the_time(party: Party, case: RecordField) -> None:
    """A time of the last change that plain patches move is moved by a change of any field, inside objects and lists too."""
    written = [done for field in settable(party.api) if (done := single_or_none(party, field)) is not None]
    outcomes = [(done, moved) for done in written if (moved := _has_moved(party, case, done)) is not None]
    moving = {done.field.top for done, moved in outcomes if moved}
    if len(moving) < STEADY:
        raise NotJudged(f"no more than {len(moving)} of the properties are seen to move {case.path}")
    staying = {done.field.top: done for done, _moved in reversed(outcomes) if done.field.top not in moving}
    in_seconds = all(_is_whole(look_up(done.after, case.path)) for done, _moved in outcomes)
    if not in_seconds and len(staying) > len(moving):
        raise NotJudged(f"{case.path} is moved by the change of few properties")
    for done in sorted(staying.values(), key=lambda each: each.field.path == each.field.top)[: 1 if party.thrifty else SUSPECTS]:
        again = _once_more(party, done, MOMENT if in_seconds else 0)
        if again is not None and _has_moved(party, case, again) is False:
            raise Violation(
                expected=f"{case.path} to move with a change of {done.field.path}, as with one of {', '.join(sorted(moving))}",
                actual=f"it stays {look_up(again.after, case.path)}",
                exchange=again.exchange,
            )


def _is_whole(shown: object) -> bool:
    """It is given in whole seconds, of which two writes may share one."""
    found = moment(shown)
    return found is None or not found.microsecond


def _once_more(party: Party, done: Write, pause: float) -> Write | None:
    """Another change of the same field, when the second of the last one is over; None where there is none to be made."""
    party.client.clock.sleep(pause)
    try:
        before = party.read(without=done.field.top)
        return write(party, known_patch(party, before, done.field), before)
    except NotJudged:
        return None
