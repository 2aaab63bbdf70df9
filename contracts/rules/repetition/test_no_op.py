"""Idempotence: a patch that asks for what is there already, from the very first write on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from contracts.judging.evidence import (
    differences_of,
    disturbed,
    write,
)
from contracts.record.learning import FirstWrite
from contracts.record.party import UNAUTHENTICATED, Party
from contracts.record.patches import leaves, settable
from contracts.record.records import ABSENT, Located, Record, is_empty, look_up
from contracts.rules.repetition.repeats import holding_its_value
from contracts.target.target import top_of
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, rule
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Field


def _judge_nothing_changed(changed: Sequence[Located], exchange: Exchange, level: Level | None = None) -> None:
    if changed:
        raise Violation(
            expected="nothing to change",
            actual=changed[0].told,
            exchange=exchange,
            difference=differences_of(changed),
            level=level,
        )


def _judge_first_write(party: Party, case: Field) -> None:
    """The present value was sent back before anything else was written: that was a no-op, and nothing had to be arranged.

    It is judged with the first field of a property.
    """
    spared: NotJudged | None = None
    try:
        party.check_writable(case)
    except NotJudged as reason:
        spared = reason
    first = next(each for each in settable(party.api) if each.top == case.top) is case
    found = party.guard.first_write(case) if first and party.guard is not None else None
    if found is not None and spared is not None:
        _judge_spared(party, case, found, spared)
    elif found is not None and party.accepted(found.exchange) and _held_already(party, case, found):
        own = top_of(case.response or "")
        around = [each for each in party.reader.differences(found.before, found.after) if top_of(each.where) != own]
        # A should: some servers tidy up what requests have set when they first save.
        _judge_nothing_changed([each for each in around if each.where not in party.reader.unset], found.exchange, Level.SHOULD)
    if spared is not None:
        raise spared


def _held_already(party: Party, case: Field, found: FirstWrite) -> bool:
    """Whether what was sent first was what the property held: the write of another one may have changed it before."""
    top = next(each for each in party.api.fields if each.name == case.top)
    return party.reader.equal(party.composer.exact(top, look_up(found.before, top.response)), found.present)


def _judge_spared(party: Party, case: Field, found: FirstWrite, reason: NotJudged) -> None:
    """The first write of a property that is not written any more."""
    if not _held_already(party, case, found):
        return
    own = top_of(case.response or "")
    changed = [each for each in party.reader.differences(found.before, found.after) if top_of(each.where) == own]
    _judge_nothing_changed(changed, found.exchange)
    if found.exchange.status == UNAUTHENTICATED:
        _judge_credential(party, found.exchange)
    if found.exchange.refused and not is_empty(found.present) and _keeps_to_it(party, case, found.before, party.values.valid):
        plain = _keeps_to_it(party, case, found.before, party.values.safe)
        raise Violation(
            expected=f"the current value of {case.top} to be accepted",
            actual=found.exchange.said,
            exchange=found.exchange,
            # a value that is valid, and yet may be refused to a new record, may be older than what refuses it
            level=None if plain and "no-op-changes-nothing" in party.api.claims else Level.SHOULD,
        ) from reason


def _judge_credential(party: Party, exchange: Exchange) -> None:
    """A credential that only readings take is one finding, and no fault of each field: mostly the target file has it wrong."""
    if party.memory.setdefault("refused credential", exchange) is not exchange:
        raise NotJudged("the credential is refused: told of the first field")
    raise Violation(
        expected="the credential to be accepted for a patch as for a reading (check [auth] in the target file)",
        actual=exchange.said,
        exchange=exchange,
    )


def _keeps_to_it(party: Party, case: Field, record: Record, fits: Callable[[Field, Any], bool]) -> bool:
    """Whether the document lets a field be written, and all that is shown for its property keeps to the document.

    ``fits``: whether one value does: by the schema alone, or as one that any conforming server takes.
    """
    if case.write != "documented":
        return False
    inside = [each for each in leaves(party.api) if each.top == case.top and "[]" not in each.path]
    shown = ((each, look_up(record, each.response)) for each in inside)
    return all(value is ABSENT or fits(each, value) for each, value in shown)


@rule("no-op-changes-nothing", family="idempotence", cases=field_cases(settable))
def test_patch_with_current_value_changes_nothing(party: Party, case: Field) -> None:
    """A patch that sends the value which a field already holds is accepted and changes nothing."""
    _judge_first_write(party, case)
    holding_its_value(party, case)
    before = party.read(without=case.top)
    current = party.composer.patch(before, case, None).shown_in(before)
    again = write(party, party.composer.patch(before, case, None if current is ABSENT else current), before)
    if not party.accepted(again.exchange):
        raise Violation(
            expected=f"the current value of {case.path} to be accepted", actual=again.exchange.said, exchange=again.exchange
        )
    blamed = disturbed(party) | again.patch.filled
    changed = [each for each in party.reader.differences(before, again.after) if each.where not in blamed]
    _judge_nothing_changed(changed, again.exchange)
