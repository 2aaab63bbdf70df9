"""Partial update: several fields in one patch are all stored, in any order of keys."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.judging.evidence import Write, differences_of, one_difference, write
from contracts.judging.groups import combinable, failing_alone, group_writes, limit_each_other, without
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, rule
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api, Field


def _tops(api: Api) -> list[Field]:
    found: dict[str, Field] = {}
    for field in settable(api):
        found.setdefault(field.top, field)
    return list(found.values()) if len(found) > 1 else []


@rule("fields-stored-together", family="partial_update", cases=field_cases(_tops))
def test_fields_sent_together_are_all_stored(party: Party, case: Field) -> None:
    """Of several fields in one patch, each is stored: the first, the last, and those between."""
    usable = [field for field, _write in combinable(party)]
    if case not in usable or len(usable) < 2:
        raise NotJudged(f"a plain write of {case.path}, or of any other field, does not work here")
    forward, _backward, *pairs = group_writes(party, usable)
    for patches, done in (forward, *pairs):
        own = next((patch for patch in patches if patch.field is case), None)
        if own is not None:
            _judge(party, own, *_taken_apart(party, own, patches, done))


def _taken_apart(party: Party, own: Patch, patches: list[Patch], done: Write) -> tuple[list[Patch], Write]:
    """Where the patch is not accepted and some values are not so alone either: the patch of the others, and its write."""
    failing = failing_alone(party, patches) if not party.accepted(done.exchange) else {}
    if not failing:
        return patches, done
    _judge_alone(own, failing)
    return [each for each in patches if each.field not in failing], without(party, patches, failing)


def _judge(party: Party, own: Patch, patches: list[Patch], done: Write) -> None:
    now = own.shown_in(done.after)
    if not party.accepted(done.exchange):
        if done.exchange.refused and limit_each_other(party, patches):
            raise NotJudged("these values do not go together: others, near the ones that the record held, are accepted")
        raise Violation(
            expected=f"valid values for {', '.join(patch.field.path for patch in patches)} in one patch to be accepted",
            actual=done.exchange.said,
            exchange=done.exchange,
        )
    if not party.reader.same(own.field, own.value, now):
        raise Violation(
            expected=f"{own.field.path} to read {own.value!r} after a patch of {len(patches)} fields",
            actual=f"it reads {now!r}",
            exchange=done.exchange,
            difference=one_difference(own.field.path, own.value, now),
            level=Level.SHOULD if _exclude_each_other(own, now, patches) else None,
        )


def _judge_alone(own: Patch, failing: Mapping[Field, Exchange]) -> None:
    """Raise Violation where the server fails on the field's value alone, NotJudged where it refuses that."""
    exchange = failing.get(own.field)
    if exchange is None:
        return
    if exchange.status is not None and not exchange.refused:
        expected = f"{own.value!r} for {own.field.path} to be accepted or refused"
        raise Violation(expected=expected, actual=exchange.said, exchange=exchange)
    raise NotJudged(f"what was sent for {own.field.path} is not accepted alone either: {exchange.said}")


def _exclude_each_other(own: Patch, now: object, patches: list[Patch]) -> bool:
    """A flag that was sent as true beside another one, and is off: what is published is no draft."""
    on = [patch for patch in patches if patch is not own and patch.value is True]
    return own.value is True and now is False and bool(on)


@rule("key-order-irrelevant", family="partial_update")
def test_key_order_is_irrelevant(party: Party, case: None) -> None:
    """The order of the members of a body makes no difference to what is stored."""
    usable = [field for field, _write in combinable(party)]
    if len(usable) < 2:
        raise NotJudged("fewer than two fields can be written")
    (_, forward), (_, backward) = group_writes(party, usable)[:2]
    if not party.accepted(forward.exchange):
        raise NotJudged("all fields in one patch are not accepted: judged by fields-stored-together")
    if _lost(party, group_writes(party, usable)[0]):
        raise NotJudged("the document's order loses fields too: judged by fields-stored-together")
    again = write(party, Patch(usable[0], None, backward.patch.body), settled=False)
    steady = write(party, Patch(usable[0], None, backward.patch.body), again.after, settled=False)
    if not party.accepted(steady.exchange):
        raise NotJudged("a repeat in the same order is not accepted: judged by repeat-same-answer")
    if party.reader.differences(again.after, steady.after):
        raise NotJudged("a repeat in the same order changes something too: judged by the repeats")
    repeated = write(party, Patch(usable[0], None, dict(reversed(list(backward.patch.body.items())))), steady.after)
    changed = party.reader.differences(steady.after, repeated.after)
    if not party.accepted(backward.exchange) or not party.accepted(repeated.exchange):
        raise Violation(
            expected="the same body in another order to be accepted", actual=repeated.exchange.said, exchange=backward.exchange
        )
    if changed:
        raise Violation(
            expected="the same record after the same body in another order of keys",
            actual=f"{changed[0].difference.path} differs",
            exchange=repeated.exchange,
            difference=differences_of(changed),
        )


def _lost(party: Party, group: tuple[list[Patch], Write]) -> bool:
    patches, done = group
    return not all(party.reader.same(patch.field, patch.value, patch.shown_in(done.after)) for patch in patches)
