"""Patches of several fields at once: one write each, made once for a record and kept; and many questions put into one patch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from contracts.judging.evidence import Write, control, fresh_patches, joined, stored, write
from contracts.record.model import predicted
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, Record, look_up
from contracts.record.restoring import Restorer
from contracts.terms.exchange import Exchange
from contracts.terms.nearby import nearby
from contracts.terms.verdict import NotJudged
from specs import Field


def combinable(party: Party) -> list[tuple[Field, Write]]:
    """Top-level fields whose plain write works, at most one for each property."""
    found: dict[str, tuple[Field, Write]] = {}
    for field in settable(party.api):
        if field.top in found or field.response in party.reader.derived:
            continue
        try:
            found[field.top] = (field, control(party, field))
        except NotJudged:
            continue
    return list(found.values())


def _together(party: Party, fields: list[Field], *, reverse: bool = False) -> tuple[list[Patch], Write]:
    """One patch of several fields at once, each to a fresh value."""
    before = party.read()
    patches = fresh_patches(party, before, fields)
    if not patches:
        raise NotJudged("no field has another value to take")
    body = joined(reversed(patches) if reverse else patches)
    return patches, write(party, Patch(patches[0].field, patches[0].value, body, patches[0].selectors), before)


def group_writes(party: Party, usable: list[Field]) -> list[tuple[list[Patch], Write]]:
    """All fields at once in both orders, and each with its neighbour (where requests are few, in halves); made once.

    Each patch is given with the patches of single fields that it is made of. Raises NotJudged where no field has another value.
    """
    if "groups" not in party.memory:  # kept when all are made: one that cannot be read would leave a part
        pairs = dict.fromkeys(_halves(usable) if party.thrifty else [*pairwise(usable), (usable[0], usable[-1])])
        whole = [_together(party, usable), _together(party, usable, reverse=True)]
        party.memory["groups"] = [*whole, *(_together(party, list(pair)) for pair in pairs)]
    kept: list[tuple[list[Patch], Write]] = party.memory["groups"]
    return kept


def failing_alone(party: Party, patches: Sequence[Patch]) -> dict[Field, Exchange]:
    """Of a patch of several fields that was not accepted: those whose values are not accepted alone either, with the answers.

    Such as the key of a record that does not exist: the company is not to blame.
    """
    key = ("failing alone", *(f"{each.field.path}={each.value!r}" for each in patches))
    if key not in party.memory:
        alone = {each.field: party.patch(party.composer.patch(party.read(), each.field, each.value).body) for each in patches}
        party.memory[key] = {field: exchange for field, exchange in alone.items() if not party.accepted(exchange)}
    found: dict[Field, Exchange] = party.memory[key]
    return found


def without(party: Party, patches: Sequence[Patch], failing: Mapping[Field, Exchange]) -> Write:
    """The patch of several fields once more without those that fail alone; made once. NotJudged where none is left beside one."""
    rest = [each for each in patches if each.field not in failing]
    if len(rest) < 2:
        raise NotJudged(f"what was sent for {', '.join(each.path for each in failing)} is not accepted alone either")
    key = ("without", *(f"{each.field.path}={each.value!r}" for each in rest))
    if key not in party.memory:
        body = joined(rest)
        party.memory[key] = write(party, Patch(rest[0].field, rest[0].value, body, rest[0].selectors))
    done: Write = party.memory[key]
    return done


TURNS = 2
"""Sides of the values that a record held on which values are looked for that go together."""


def limit_each_other(party: Party, patches: Sequence[Patch]) -> bool:
    """Whether a refused patch of several fields is accepted on the record as it was found, or with values near those there.

    Then the values did not go together, as a start that comes after its end; which do, few documents say. Nor did they go with
    what the record held meanwhile in other fields.
    """
    if party.at_first is None:
        return False
    Restorer(party).restore(party.at_first)
    record = party.read()
    same = write(party, Patch(patches[0].field, patches[0].value, joined(patches), patches[0].selectors), record)
    if party.accepted(same.exchange) and all(stored(party, replace(same, patch=each)) for each in patches):
        return True
    return any(_go_together(party, party.at_first, patches, turn) for turn in range(TURNS))


def _go_together(party: Party, at_first: Record, patches: Sequence[Patch], turn: int) -> bool:
    """Whether the fields take, in one patch, the neighbours of their values on the one side, or on the other (``turn``).

    A start an hour ahead of its end takes the day before, not the day after. What has no neighbours is sent as it is.
    """
    Restorer(party).restore(at_first)
    record = party.read()
    values = {each.field: _near(party, each, record, turn) for each in patches}
    if all(value is ABSENT for value in values.values()):
        return False
    held = {each.field: each.shown_in(record) for each in patches}
    values |= {field: held[field] for field, value in values.items() if value is ABSENT}
    beside = [party.composer.patch(record, field, value) for field, value in values.items() if value is not ABSENT]
    done = write(party, Patch(beside[0].field, beside[0].value, joined(beside), beside[0].selectors), record)
    return party.accepted(done.exchange) and all(stored(party, replace(done, patch=each)) for each in beside)


def _near(party: Party, patch: Patch, record: Record, turn: int) -> Any:
    """A neighbour of what the record holds in the field of a patch; ABSENT where there is none. A flag is left as it is."""
    shown = patch.shown_in(record)
    if patch.field.types == {"boolean"}:
        return shown
    near = [value for value in nearby(shown) if party.values.safe(patch.field, value)]
    return near[min(turn, len(near) - 1)] if near else ABSENT


def _halves(usable: list[Field]) -> list[tuple[Field, ...]]:
    """The fields in two halves: every other one."""
    return [tuple(usable[::2]), tuple(usable[1::2])] if len(usable) > 1 else []


# --- many questions in one patch ------------------------------------------------------------------------------------

PATIENCE = 12
"""Patches into which one that is not accepted is taken apart: what many fields refuse is not looked for in each."""


@dataclass(frozen=True, slots=True)
class Question:
    """A value that one field is to be sent, and told apart by when several go in one patch."""

    field: Field
    value: Any


def workable(party: Party) -> list[Field]:
    """The fields at any depth whose plain write works, those that follow from others left out; worked out once."""
    if "workable" not in party.memory:
        party.memory["workable"] = [each for each in settable(party.api) if _works(party, each)]
    found: list[Field] = party.memory["workable"]
    return found


def _works(party: Party, field: Field) -> bool:
    if field.response in party.reader.derived or field.safe.get("type") == "null":
        return False
    try:
        control(party, field)
    except NotJudged:
        return False
    return True


def combined(party: Party, record: Record, questions: Sequence[Question]) -> tuple[list[Patch], dict[str, Any]]:
    """The patches of the fields, each on top of the ones before it, and the one body that they make together."""
    patches: list[Patch] = []
    imagined = record
    for each in questions:
        if not _has_place(record, each.field):
            continue
        patch = party.composer.patch(imagined, each.field, each.value)
        imagined = predicted(party.reader, imagined, [patch])
        patches.append(patch)
    return patches, joined(patches)


def _has_place(record: Record, field: Field) -> bool:
    """The record has an item in each array on the way to the field."""
    steps = (field.response or "").split(".")
    for size, step in enumerate(steps, start=1):
        above = ".".join(steps[:size]).removesuffix("[]")
        if step.endswith("[]") and size < len(steps) and not look_up(record, above):
            return False
    return True


def answered(party: Party, questions: Sequence[Question]) -> list[Write]:
    """The writes in which each value was sent: one for all where all is accepted and stored, else taken apart.

    A value that is not stored in company was sent alone as well, and it is that write which is given. A group that is refused
    is halved, within ``PATIENCE``; what is left of it then is not answered.
    """
    return list(_answered(party, list(questions), [PATIENCE]))


def _answered(party: Party, questions: list[Question], patience: list[int]) -> Iterator[Write]:
    if len(questions) == 1:
        yield from _alone(party, questions[0])
        return
    before = party.read()
    patches, body = combined(party, before, questions)
    if not patches:
        return
    done = write(party, Patch(patches[0].field, patches[0].value, body, patches[0].selectors), before)
    if party.accepted(done.exchange):
        for patch in patches:
            single = Write(patch, before, done.exchange, done.after)
            yield from (single,) if stored(party, single) else _alone(party, Question(patch.field, patch.value))
        return
    if patience[0] < 2:
        return
    patience[0] -= 2
    middle = len(questions) // 2
    yield from _answered(party, questions[:middle], patience)
    yield from _answered(party, questions[middle:], patience)


def _alone(party: Party, question: Question) -> Iterator[Write]:
    field = question.field
    try:
        before = party.read(without=field.top)
        patch = party.composer.patch(before, field, question.value)
        if patch.shown_in(before) is not ABSENT and party.reader.same(field, question.value, patch.shown_in(before)):
            before = _moved_away(party, field, before)
        yield write(party, party.composer.patch(before, field, question.value), before)
    except NotJudged:
        return


def _moved_away(party: Party, field: Field, record: Record) -> Record:
    """The record with another value in the field, so that a write of the one that it held shows."""
    party.patch(party.composer.fresh(record, field).body)
    return party.read(without=field.top)
