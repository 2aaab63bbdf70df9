"""The valid part of a mixed patch, and what a refused patch may not have changed."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from contracts.judging.evidence import check_not_redirected, control, differences_of, fresh_patch, put_back
from contracts.judging.faults import Fault
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, Record, look_up
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import NotJudged, Violation
from specs import Field


def working(party: Party, without: str, turn: int = 0) -> list[Field]:
    """One field of each other top-level property, whose plain write works: the valid part of a mixed body.

    turn: which of the fields of one property, counted round: so that each of them gets its turn.
    """
    found: dict[str, list[Field]] = {}
    for field in settable(party.api):
        plain = field.reference is None and field.response not in party.reader.derived
        if field.top != without and plain and is_writable(party, field):
            found.setdefault(field.top, []).append(field)
    return [fields[turn % len(fields)] for fields in found.values()]


def is_writable(party: Party, field: Field) -> bool:
    """Whether a plain write of the field works here."""
    try:
        return bool(control(party, field))
    except NotJudged:
        return False


def judge_refusal(party: Party, exchange: Exchange, before: Record, reason: str, bad: Fault | None = None) -> None:
    """The record must be as before a refused patch; what a bad value does to its field alone is for the rules on bad values.

    ``reason``: why the patch is refused; ``bad``: the fault in it, if any. Raises Violation for what changed, and for a
    fault that is accepted only beside valid fields; NotJudged for another patch that is accepted, or redirected.
    """
    if party.accepted(exchange):
        if bad is not None:
            put_back(party, before, {bad.field.top: None})
        if bad is not None and _refused_alone(party, bad):
            raise Violation(
                expected=f"a patch in which {reason} to be refused beside valid fields, as it is alone",
                actual=exchange.said,
                exchange=exchange,
            )
        where = bad.field.path if bad is not None else "*"
        raise NotJudged(f"the patch is accepted: judged by types, enum or length for {where}")
    check_not_redirected(exchange)
    after = party.read()
    changed = party.reader.differences(before, after)
    if not changed:
        note_times(party, exchange, before, after)
    if bad is not None and changed and all(_within(each.where, bad.field) for each in changed):
        put_back(party, before, {bad.field.top: None})
        changed = [] if _changes_alone(party, bad) else changed
    elif bad is not None:
        changed = [each for each in changed if not _within(each.where, bad.field)]
    if changed:
        party.state.read_again(before)
        raise Violation(
            expected=f"nothing to change, since {reason}",
            actual=f"{changed[0].told}; {exchange.said}",
            exchange=exchange,
            difference=differences_of(changed),
        )


def note_times(party: Party, exchange: Exchange, before: Record, after: Record) -> None:
    """Remember the first refusal at which a documented time of change moved, with its values: for refusal-leaves-timestamps."""
    if not party.reads_by_get or not exchange.refused:
        return
    moved: dict[str, tuple[Exchange, Any, Any]] = party.memory.setdefault("times moved by refusals", {})
    for each in party.api.walk_record():
        old, new = look_up(before, each.path), look_up(after, each.path)
        if each.volatile and not each.children and old is not ABSENT and new is not ABSENT and not party.reader.equal(old, new):
            moved.setdefault(each.path, (exchange, old, new))


def working_references(party: Party, without: str) -> list[Field]:
    """The references at the top, outside one property, whose plain write works and shows."""
    own = [each for each in settable(party.api) if each.reference is not None and each.path == each.top]
    return [each for each in own if each.top != without and is_writable(party, each)]


def other_keys(party: Party, record: Record, references: list[Field]) -> list[Patch]:
    """Patches of references to keys that the record does not hold: in a body that is to be refused these need not work."""
    patches = []
    for field in references:
        with suppress(NotJudged):
            patches.append(fresh_patch(party, record, field))
    return patches


def _refused_alone(party: Party, bad: Fault) -> bool:
    """Whether the bad value is refused without any valid part beside it, now as before."""
    before = party.read()
    exchange = party.patch(party.composer.patch(before, bad.field, bad.value).body)
    if not exchange.refused:
        put_back(party, before, {bad.field.top: None})
    return exchange.refused


def _changes_alone(party: Party, bad: Fault) -> bool:
    """Whether the bad value changes its field without any valid part beside it."""
    before = party.read()
    party.patch(party.composer.patch(before, bad.field, bad.value).body)
    changed = bool(party.reader.differences(before, party.read()))
    if changed:
        put_back(party, before, {bad.field.top: None})
    return changed


def _within(changed: str, own: Field) -> bool:
    response = (own.response or "").replace("[]", "")
    return bool(response) and f"{changed.replace('[]', '')}.".startswith(f"{response}.")
