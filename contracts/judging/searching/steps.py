"""One step of a sequence: what is sent, and what the record must read afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.judging.evidence import differences_of, joined
from contracts.judging.trials import brief
from contracts.record.model import predicted
from contracts.record.party import Party
from contracts.record.patches import Patch
from contracts.record.records import Record
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import NotJudged, Violation
from specs import Field


class Kind(StrEnum):
    """What a step is about."""

    VALID = "valid"
    REPEAT = "the same again"
    NO_OP = "as it is"
    FAULT = "with a fault"


@dataclass(frozen=True, slots=True)
class Step:
    """A patch of some fields, composed anew from the record each time: so that a sequence can be cut. ``why``: of a fault."""

    kind: Kind
    values: tuple[tuple[Field, Any], ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken, its exchange, and what went wrong with it, if anything did."""

    step: Step
    exchange: Exchange
    wrong: Violation | None

    @property
    def told(self) -> str:
        """The request as a line of a story: the fields that it is about, without the siblings that go along."""
        sent = ", ".join(f"{field.path} = {brief(value)}" for field, value in self.step.values)
        return f"{self.exchange.method} {sent} -> {self.exchange.status if self.exchange.answer else 'no answer'}"


def take(party: Party, step: Step) -> Taken:
    """Take a step, and compare the record with what the model says. NotJudged where it cannot be composed or read."""
    before = party.read()
    patches = _composed(party, before, step)
    exchange = party.patch(joined(patches))
    if party.accepted(exchange) and step.kind is Kind.FAULT:
        wrong = Violation(expected=f"a patch {step.why} to be refused", actual=exchange.said, exchange=exchange)
        return Taken(step, exchange, wrong)
    if not party.accepted(exchange) and not exchange.refused:
        wrong = Violation(expected="a patch to be accepted or refused", actual=exchange.said, exchange=exchange)
        return Taken(step, exchange, wrong)
    applied = patches if party.accepted(exchange) else []
    return Taken(step, exchange, _compared(party, predicted(party.reader, before, applied), exchange, patches))


def _composed(party: Party, before: Record, step: Step) -> list[Patch]:
    """A patch for each field, on top of one another where they share a property; the last one of a property has all of it."""
    patches: list[Patch] = []
    imagined = before
    for field, value in step.values:
        patch = party.composer.patch(imagined, field, value)
        if step.kind is not Kind.FAULT:
            imagined = predicted(party.reader, imagined, [patch])
        patches.append(patch)
    return patches


def _compared(party: Party, expected: Record, exchange: Exchange, patches: list[Patch]) -> Violation | None:
    filled = {path for patch in patches for path in patch.filled}
    after = party.read()
    changed = [each for each in party.reader.differences(expected, after) if each.where not in filled]
    if not changed:
        return None
    return Violation(
        expected="the record that the patches before it make: what was sent, and nothing else",
        actual=f"a reading shows that {changed[0].told}",
        exchange=exchange,
        difference=differences_of(changed),
    )


def plays(party: Party, steps: list[Step]) -> list[Taken]:
    """Take steps one after another, up to the first that goes wrong."""
    taken: list[Taken] = []
    for step in steps:
        try:
            taken.append(take(party, step))
        except NotJudged:
            if party.client.stopped:
                raise
            continue
        if taken[-1].wrong is not None:
            break
    return taken
