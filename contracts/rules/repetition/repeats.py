"""A patch sent several times: made once for a record, and looked at by several rules."""

from __future__ import annotations

from dataclasses import dataclass

from contracts.judging.evidence import (
    Write,
    control,
    harmless_patch,
    stored,
    write,
)
from contracts.record.party import Party
from contracts.record.records import Record
from contracts.terms.exchange import PROCESSING, Exchange
from contracts.terms.verdict import NotJudged
from specs import Field

REPEATS = 2
"""Repetitions after the first patch: the third catches what toggles."""


@dataclass(frozen=True, slots=True)
class Repetition:
    """A patch sent several times: the first write, and each repeat with the record after it."""

    first: Write
    repeats: tuple[tuple[Exchange, Record], ...]


def repeated(party: Party, field: Field) -> Repetition:
    """The plain write of a field, sent again and again; made once."""
    key = ("repeated", field.path)
    if key not in party.memory:
        control(party, field)
        before = party.read(without=field.top)
        party.memory[key] = repeat(party, write(party, harmless_patch(party, before, field), before))
    kept: Repetition = party.memory[key]
    return kept


def repeat(party: Party, first: Write) -> Repetition:
    """The repeats of a write. Raises NotJudged where the write itself does not work."""
    if not party.accepted(first.exchange) or not stored(party, first):
        raise NotJudged("the first patch does not work: judged by sent-field-stored, return-to-value or member-stored")
    repeats = []
    for _ in range(REPEATS):
        exchange = party.patch(first.patch.body)
        repeats.append((exchange, party.read(without=first.field.top)))
    return Repetition(first, tuple(repeats))


def answered_alike(party: Party, first: Exchange, again: Exchange) -> bool:
    """Whether a repeat is answered with the same status, or one of two documented ones says that something is still to be done.

    That is what 202 says (RFC 9110, 15.3.3): a service that makes a task of a change has none to make where nothing changes.
    """
    statuses = {first.status, again.status}
    return len(statuses) == 1 or (PROCESSING in statuses and all(each and party.api.documents(each) for each in statuses))


def holding_its_value(party: Party, field: Field) -> Write:
    """Arrange that the field holds the value of its first write, which the target is known to accept again."""
    done = repeated(party, field)
    first = done.first
    if any(not answered_alike(party, first.exchange, exchange) for exchange, _record in done.repeats):
        raise NotJudged("a plain repeat is answered otherwise: judged by repeat-same-answer")
    if any(party.reader.differences(first.after, record) for _exchange, record in done.repeats):
        raise NotJudged("a plain repeat changes the record: judged by repeat-same-state")
    patch = party.composer.patch(party.read(without=field.top), field, first.patch.value)
    if not party.reader.same(field, patch.value, patch.shown_in(party.read(without=field.top))):
        party.patch(patch.body)
    if not party.reader.same(field, patch.value, patch.shown_in(party.read(without=field.top))):
        raise NotJudged(f"{field.path} does not take its earlier value: judged by partial_update")
    return first
