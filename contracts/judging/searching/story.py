"""Searching until the budget is spent, and telling what was found: only what happens again from the saved record, cut short."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random

from contracts.judging.faults import Fault
from contracts.judging.searching.drawing import Deck
from contracts.judging.searching.steps import Kind, Step, Taken, plays, take
from contracts.record.party import Party
from contracts.record.records import Record
from contracts.record.restoring import Restorer
from contracts.terms.search import Search
from contracts.terms.verdict import NotJudged, Violation
from specs import Field

LONGEST = 24
"""Steps of one sequence."""
ATTEMPTS = 60
"""Sequences that are tried to make one shorter."""
LEFT = 12
"""Requests that are not worth another sequence."""


def search(party: Party, asked: Search, usable: Sequence[Field], bad: Sequence[Fault]) -> None:
    """Take random steps until the search has had its requests and seconds.

    Raises Violation, with the story, for a sequence that goes wrong each time it is taken from the saved record; NotJudged where
    nothing could be searched.
    """
    sent, saved = party.client.count, party.read()
    random = Random(asked.seed)
    deck = Deck(party, random, usable, bad)
    accepted, unsteady = 0, 0
    try:
        while _goes_on(party, asked, sent):
            steps: list[Step] = []
            for taken in _sequence(party, deck, random):
                steps.append(taken.step)
                accepted += taken.step.kind is not Kind.FAULT and party.accepted(taken.exchange)
                if taken.wrong is not None:
                    _judge(party, saved, steps, asked.seed)
                    unsteady += 1
                    break
    except NotJudged:
        if not party.client.stopped:
            raise
    party.client.stopped = ""  # that the budget was used up is what was asked for
    if not accepted:
        raise NotJudged("no step of any sequence was accepted")


def _goes_on(party: Party, asked: Search, sent: int) -> bool:
    left = party.client.left
    enough = party.client.count >= asked.times * sent
    return left > LEFT and (asked.whole or not enough)


def _sequence(party: Party, deck: Deck, random: Random) -> Iterator[Taken]:
    for _ in range(random.randint(2, LONGEST)):
        step = deck.step()
        if not step.values:
            continue
        try:
            yield take(party, step)
        except NotJudged:
            if party.client.stopped:
                raise


def _judge(party: Party, saved: Record, steps: list[Step], seed: int) -> None:
    """Raise the violation of a sequence that goes wrong again from the saved record, and once more when it has been cut short."""
    found = _again(party, saved, steps)
    if found is None:
        return
    whole = [taken.step for taken in found]
    told = _again(party, saved, _cut(party, saved, whole)) or _again(party, saved, whole)
    wrong = told[-1].wrong if told is not None else None
    if told is None or wrong is None:
        return
    idle = [f"PATCH {each.path} as it is" for each in _first_fields([taken.step for taken in told])]
    lines = [f"{number}. {line}" for number, line in enumerate([*idle, *(taken.told for taken in told)], start=1)]
    raise Violation(
        expected=wrong.expected,
        actual=f"{'; '.join(lines)}; then {wrong.actual} (seed {seed})",
        exchange=wrong.exchange,
        difference=wrong.difference,
    )


def _again(party: Party, saved: Record, steps: list[Step]) -> list[Taken] | None:
    """The steps from the saved record up to the one that goes wrong, None where none does."""
    if not Restorer(party).restore(saved).ok:
        return None
    _settle(party, steps)
    taken = plays(party, steps)
    return taken if taken and taken[-1].wrong is not None else None


def _settle(party: Party, steps: list[Step]) -> None:
    """Send what two fields hold, one after the other: the way back is then the same whatever had to be put back."""
    record = party.read()
    for field in _first_fields(steps):
        with suppress(NotJudged):
            current = party.composer.patch(record, field, None).shown_in(record)
            if party.values.safe(field, current):
                party.patch(party.composer.patch(record, field, current).body)


def _first_fields(steps: list[Step]) -> list[Field]:
    """Two fields of a sequence that are of different properties, by their names."""
    fields = {field.top: field for field, _value in reversed([pair for step in steps for pair in step.values])}
    return sorted(fields.values(), key=lambda each: each.path)[:2]


def _cut(party: Party, saved: Record, steps: list[Step]) -> list[Step]:
    """The sequence without the steps, and the fields of steps, that it goes wrong without as well."""
    attempts, at = 0, 0
    while at < len(steps) and attempts < ATTEMPTS:
        for shorter in _shorter(steps, at):
            attempts += 1
            found = _again(party, saved, shorter)
            if found is not None:
                steps = [taken.step for taken in found]
                break
        else:
            at += 1
    return steps


def _shorter(steps: list[Step], at: int) -> Iterator[list[Step]]:
    """The sequence without one step, or without one field of it."""
    step = steps[at]
    if len(steps) > 1:
        yield [*steps[:at], *steps[at + 1 :]]
    for number in range(len(step.values)) if len(step.values) > 1 and step.kind is not Kind.FAULT else ():
        fewer = replace(step, values=(*step.values[:number], *step.values[number + 1 :]))
        yield [*steps[:at], fewer, *steps[at + 1 :]]
