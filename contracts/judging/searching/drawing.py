"""What steps are drawn from: every kind of value of every field, in an order that the seed makes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from random import Random
from typing import Any

from contracts.judging.faults import Fault
from contracts.judging.searching.stage import Stage
from contracts.judging.searching.steps import REFUSED, Change, Kind, Step
from contracts.judging.searching.ways import Way, Ways
from contracts.record.records import ABSENT, Record, look_up
from contracts.terms.verdict import NotJudged
from specs import Field

TOGETHER = 4
"""Fields of one patch."""
PLACES = 6
"""The numbers by which items of lists are meant, counted round."""
UNREAD = 0.25
"""The part of the valid steps behind which the record is not read."""
WEIGHTS: Mapping[Kind, int] = {
    Kind.VALID: 16,
    Kind.REPEAT: 4,
    Kind.NO_OP: 3,
    Kind.FAULT: 6,
    Kind.MALFORMED: 1,
    Kind.DENIED: 1,
    Kind.OTHER: 2,
}


class Deck:
    """Deals steps; each way to make a value of a field comes once before any comes again.

    Values that not every service takes are tried: what is not stored, or not refused, from the saved record either is a matter
    of the rules on single patches, and not drawn again.
    """

    def __init__(self, stage: Stage, random: Random, ways: Ways, bad: Sequence[Fault]) -> None:
        self._stage = stage
        self._random = random
        self._ways = ways.listed
        self._fields = ways.fields
        self._bad = [*bad]
        self._tops = [each for each in stage.party.api.fields if any(field.top == each.name for field in ways.fields)]
        self._cards = self._shuffled()
        self._faults: list[Fault] = []
        self._last: Step | None = None
        self._proven: set[tuple[Any, ...]] = {(way.field.path, way.name) for way in ways.listed if way.sure}
        self._barred: set[tuple[Any, ...]] = set()
        self._kinds = [kind for kind in WEIGHTS if self._has(kind)]

    def _has(self, kind: Kind) -> bool:
        if kind is Kind.FAULT:
            return bool(self._bad)
        if kind is Kind.DENIED:
            return bool(self._stage.party.api.security)
        return kind is not Kind.OTHER or self._stage.theirs is not None

    def step(self) -> Step:
        """The next step of a sequence; one without changes where none can be made now."""
        kind = self._random.choices(self._kinds, [WEIGHTS[each] for each in self._kinds])[0]
        if kind is Kind.REPEAT and self._last is not None:
            return Step(kind, self._last.changes)
        if kind is Kind.FAULT:
            return self._with_a_fault()
        if kind in REFUSED:
            return Step(kind, self._changes(self._random.choice((1, 2))), f"that is {kind}")
        if kind is Kind.NO_OP:
            return Step(kind, self._as_they_are(kind, self._stage.now(), self._random.choice((1, 1, 2, len(self._tops)))))
        if kind is Kind.OTHER and self._stage.theirs is not None:
            return Step(kind, self._as_they_are(kind, self._stage.theirs, self._random.choice((1, 2, 3))))
        changes = self._changes(self._random.choice((1, 1, 1, 2, 3, TOGETHER)))
        self._last = Step(Kind.VALID, changes)
        unread = self._random.random() < UNREAD and not self.doubts(self._last)  # what is doubtful is looked at
        self._last = replace(self._last, unread=unread)
        return self._last

    # --- what is tried ---

    def doubts(self, step: Step) -> list[tuple[Any, ...]]:
        """What of a step is not known to be taken, or refused, as it should be; beside a fault, nothing else is found out."""
        asked = [each for each in step.changes if step.kind is not Kind.FAULT or each.way == Kind.FAULT]
        keys = [(step.kind,)] if step.kind in (Kind.MALFORMED, Kind.DENIED) else map(_key, asked)
        return [each for each in keys if each not in self._proven]

    def doubtful(self, step: Step) -> Step:
        """The step with nothing but what is doubtful in it."""
        doubts = self.doubts(step)
        changes = tuple(each for each in step.changes if _key(each) in doubts)
        return replace(step, changes=changes or step.changes, unread=False)

    def proves(self, step: Step) -> None:
        """The step went as it should."""
        self._proven.update(self.doubts(step))

    def bars(self, step: Step) -> None:
        """What is doubtful in the step is not drawn again."""
        self._barred.update(self.doubts(step))
        self._bad = [each for each in self._bad if (each.field.path, Kind.FAULT, repr(each.value)) not in self._barred]
        self._kinds = [each for each in self._kinds if (each,) not in self._barred and (each is not Kind.FAULT or self._bad)]

    # --- values ---

    def _changes(self, count: int, without: str = "") -> tuple[Change, ...]:
        """So many changes; of one property several, where they are of plain fields in it."""
        found: list[Change] = []
        for _ in range(3 * count):
            way = next(self._cards)
            if len(found) < count and way.field.top != without and _go_together(found, way.field):
                change = self._change(way)
                tried = any(_key(each) not in self._proven for each in found)
                if change is not None and not (tried and _key(change) not in self._proven):
                    found.append(change)
        return tuple(found)

    def _shuffled(self) -> Iterator[Way]:
        while True:
            cards = [each for each in self._ways if (each.field.path, each.name) not in self._barred]
            self._random.shuffle(cards)
            yield from cards

    def _change(self, way: Way) -> Change | None:
        at = self._random.randrange(PLACES)
        with suppress(NotJudged):
            record = self._stage.now()
            if way.field.reference is not None:
                patch = self._stage.party.composer.fresh(record, way.field)
                return Change(way.field, patch.value, at, way.name)
            now = self._shown(record, way.field, at)
            value = way.make(now)
            if value is not ABSENT:
                change = Change(way.field, value, at, way.name, way.level)
                return change if _key(change) not in self._barred else None
        return None

    def _shown(self, record: Record, field: Field, at: int) -> Any:
        if "[]" not in field.path:
            return look_up(record, field.response)
        return self._stage.composed_one(record, Change(field, ABSENT, at)).shown_in(record)

    def _with_a_fault(self) -> Step:
        """A fault, alone or beside valid values, ahead of them or behind."""
        if not self._faults:
            self._faults = self._random.sample(self._bad, len(self._bad))
        fault = self._faults.pop()
        bad = Change(fault.field, fault.value, self._random.randrange(PLACES), Kind.FAULT)
        tried = _key(bad) not in self._proven
        valid = tuple(each for each in self._changes(self._random.choice((0, 1, 2))) if not tried or _key(each) in self._proven)
        shared = [each for each in valid if each.field.top == fault.field.top]
        beside = valid if _go_together(shared, fault.field) else tuple(each for each in valid if each not in shared)
        ahead = self._random.random() < 0.5 and not any(each.field.top == fault.field.top for each in beside)
        changes = (bad, *beside) if ahead else (*beside, bad)
        return Step(Kind.FAULT, changes, f"in which {fault.field.path} is {fault.why}")

    def _as_they_are(self, kind: Kind, record: Record, count: int) -> tuple[Change, ...]:
        """Some properties with the value that a record has; while some were never sent so, one of these alone."""
        party, found = self._stage.party, list[Change]()
        for top in self._random.sample(self._tops, min(count, len(self._tops))):
            shown = look_up(record, top.response)
            if shown is not ABSENT and (top.children or party.values.safe(top, shown)):
                found.append(Change(top, party.composer.exact(top, shown), way=kind))
        found = [each for each in found if _key(each) not in self._barred]
        doubtful = [each for each in found if _key(each) not in self._proven]
        return tuple(doubtful[:1] or found)


def _key(change: Change) -> tuple[Any, ...]:
    """What is known of a change, once it was tried: that the field takes null, or this very number; that it is refused."""
    if change.way == Kind.FAULT:
        return change.field.path, Kind.FAULT, repr(change.value)
    return change.field.path, change.way


def _go_together(found: Sequence[Change], field: Field) -> bool:
    """Whether a field can be changed beside the others: of one property only fields inside it, none of which holds another."""
    for each in found:
        if each.field.top == field.top and (field.children or each.field.children or each.field.path == field.path):
            return False
        if each.field.top == field.top and (field.path == field.top or each.field.path == each.field.top):
            return False
    return True
