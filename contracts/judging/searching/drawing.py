"""What steps are drawn from: every kind of value of every field, in an order that the seed makes."""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from contracts.judging.evidence import stored
from contracts.judging.faults import Fault
from contracts.judging.searching.steps import Kind, Step
from contracts.judging.unusual import ASTRAL, unusual_writes
from contracts.record.party import Party
from contracts.record.records import ABSENT
from contracts.record.values import validator
from contracts.terms.verdict import NotJudged
from specs import Field

SIGNS = "!#%&()*+,-./:;=?@[]_{|}~"
LETTERS = string.ascii_letters + string.digits + SIGNS + "\u00e0\u00e9\u00ef\u00f1\u00f6\u00fc\u00df\u0142\u0159"
FRESH, KNOWN, DRAWN = range(3)
WAYS = (FRESH, KNOWN, DRAWN, DRAWN)
"""Ways to choose a value of a field."""
LONGEST = 60
TOGETHER = 4
"""Fields of one patch."""
WEIGHTS = {Kind.VALID: 6, Kind.REPEAT: 2, Kind.NO_OP: 1, Kind.FAULT: 3}


class Deck:
    """Deals steps; each pair of a field and a way to choose its value comes once before any comes again."""

    def __init__(self, party: Party, random: Random, usable: Sequence[Field], bad: Sequence[Fault]) -> None:
        self._party = party
        self._random = random
        self._usable = list(usable)
        self._bad = list(bad)
        self._known = {each: self._known_values(each) for each in usable}
        self._cards = self._shuffled()
        self._faults: list[Fault] = []
        self._last: Step | None = None

    def step(self) -> Step:
        """The next step of a sequence."""
        kinds = [kind for kind in WEIGHTS if not (kind is Kind.FAULT and not self._bad)]
        kind = self._random.choices(kinds, [WEIGHTS[each] for each in kinds])[0]
        if kind is Kind.REPEAT and self._last is not None:
            return Step(kind, self._last.values)
        if kind is Kind.FAULT:
            return self._with_a_fault()
        if kind is Kind.NO_OP:
            return self._as_it_is()
        self._last = Step(Kind.VALID, self._values(self._random.choice((1, 1, 1, 2, 3, TOGETHER))))
        return self._last

    def _values(self, count: int, without: str = "") -> tuple[tuple[Field, Any], ...]:
        """Fields of so many different properties, each with a value."""
        found: dict[str, tuple[Field, Any]] = {}
        for _ in range(3 * count):
            field, way = next(self._cards)
            if len(found) < count and field.top not in found and field.top != without:
                value = self._value(field, way)
                if value is not ABSENT:
                    found[field.top] = field, value
        return tuple(found.values())

    def _shuffled(self) -> Iterator[tuple[Field, int]]:
        while True:
            cards = [(field, way) for field in self._usable for way in WAYS]
            self._random.shuffle(cards)
            yield from cards

    def _value(self, field: Field, way: int) -> Any:
        if way == KNOWN and self._known[field]:
            return self._random.choice(self._known[field])
        if way == DRAWN and (drawn := self._text(field)) is not None:
            return drawn
        try:
            return self._party.values.fresh(field)
        except NotJudged:
            return ABSENT

    def _known_values(self, field: Field) -> list[Any]:
        """Members, and unusual values that were stored as they were sent."""
        never = (field.hazard.values or ()) if field.hazard is not None else ()
        if "enum" in field.schema:
            return [each for each in field.schema["enum"] if each is not None and each not in never]
        writes = unusual_writes(self._party).get(field.path, ())
        kept = [each.value for each, done in writes if self._party.accepted(done.exchange) and stored(self._party, done)]
        return [each for each in kept if each != ASTRAL and self._party.values.safe(field, each)]

    def _text(self, field: Field) -> str | None:
        """A text of any letters, as long as the field lets it be; None where texts have a form."""
        schema = {**field.schema, **field.safe}
        if "string" not in field.types or schema.keys() & {"format", "pattern", "const", "enum"} or field.unique:
            return None
        least, most = max(1, int(schema.get("minLength", 1))), int(schema.get("maxLength", LONGEST))
        size = self._random.randint(least, max(least, min(most, LONGEST)))
        letters = [self._random.choice(LETTERS) for _ in range(size)]
        for end in (0, -1) if self._random.random() < 0.5 else ():  # what code strips stands at an end
            letters[end] = self._random.choice(SIGNS)
        text = "".join(letters)
        return text if validator(field).is_valid(text) else None

    def _with_a_fault(self) -> Step:
        """A fault, alone or beside valid values, ahead of them or behind."""
        if not self._faults:
            self._faults = self._random.sample(self._bad, len(self._bad))
        fault = self._faults.pop()
        valid = self._values(self._random.choice((0, 1, 2)), without=fault.field.top)
        bad = (fault.field, fault.value)
        values = (bad, *valid) if self._random.random() < 0.5 else (*valid, bad)
        return Step(Kind.FAULT, values, f"in which {fault.field.path} is {fault.why}")

    def _as_it_is(self) -> Step:
        field = self._random.choice(self._usable)
        record = self._party.read()
        current = self._party.composer.patch(record, field, None).shown_in(record)
        if current is ABSENT or not self._party.values.safe(field, current):
            return Step(Kind.VALID, self._values(1))
        return Step(Kind.NO_OP, ((field, current),))
