"""Response: what the server owns reads in the answer as it does in a reading."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.judging.evidence import Write, differences_of, one_difference, single_or_none
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
