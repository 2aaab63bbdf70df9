"""Response: the answer to a patch shows what a reading shows right after, of what was sent and of the rest."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.judging.evidence import (
    Write,
    control,
    differences_of,
    one_difference,
    single_or_none,
)
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import ABSENT, Located
from contracts.target.target import top_of
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import SHOWN_ABSENT, spelled
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Field


@rule("response-shows-stored", family="partial_update", cases=field_cases(settable))
def test_response_shows_what_is_stored(party: Party, case: Field) -> None:
    """The answer to a patch shows the record as it is afterwards, not as it was before."""
    own = control(party, case)
    others = (done for other in settable(party.api) if other is not case and (done := single_or_none(party, other)) is not None)
    shown = [_shown(party, case, own, done) for done in (own, *others)]
    if not any(shown):
        raise NotJudged(f"no answer shows {case.path}")
    _judge_rest_of_answer(party, own)


def _judge_rest_of_answer(party: Party, done: Write) -> None:
    """What the answer shows of unsent properties is what a reading shows; that it shows less is no fault."""
    answered = party.record_in(done.exchange) if party.accepted(done.exchange) else None
    if answered is None:
        return
    found = party.reader.differences(answered, done.after)
    changed = [each for each in found if top_of(each.where) in answered]  # a list that it lacks is no empty one
    changed = [each for each in changed if type(each.difference.before) is type(each.difference.after) and not _lacks(each)]
    if changed:
        raise Violation(
            expected="the answer to show unsent properties as a reading shows them right after",
            actual=changed[0].told,
            exchange=done.exchange,
            difference=differences_of(changed),
            level=Level.SHOULD,
        )


def _lacks(found: Located) -> bool:
    """A difference in what one of the two does not show."""
    return SHOWN_ABSENT in (found.difference.before, found.difference.after)


def _shown(party: Party, field: Field, own: Write, done: Write) -> bool:
    """Whether the answer to a write shows the field; Violation if a reading right after shows it otherwise."""
    answered = party.record_in(done.exchange) if party.accepted(done.exchange) else None
    in_answer, now = (own.patch.shown_in(record) for record in (answered or {}, done.after))
    if in_answer is ABSENT:
        return False
    expanded = isinstance(in_answer, Mapping) and not isinstance(now, Mapping)  # another record in place of its key
    if (isinstance(in_answer, str) != isinstance(now, str) or expanded) and now is not ABSENT:
        raise NotJudged(f"{field.path} is shown in another type: judged by documented-types")
    if not party.reader.same(field, in_answer, now):
        raise Violation(
            expected=f"the answer to show {field.path} as {spelled(now)}, which a reading shows right after",
            actual=f"it shows {spelled(in_answer)}",
            exchange=done.exchange,
            difference=one_difference(field.path, now, in_answer),
        )
    return True
