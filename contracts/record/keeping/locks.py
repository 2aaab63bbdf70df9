"""Values that lock a record, such as ``archived``: while it holds one, nothing else of it can be changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import ABSENT, Reader, Record, look_up
from contracts.terms.spelling import brief
from contracts.terms.verdict import NotJudged
from specs import Field

MOST = 4
"""So many values of one property are asked about."""


class Locks:
    """Asks, after the first write of a flag or a choice alone, whether another property can still be changed."""

    def __init__(self, party: Party, saved: Record) -> None:
        self._party = party
        self._saved = saved
        self._asked: set[tuple[str, str]] = set()
        self._count: Counter[str] = Counter()

    def seen(self, sent: Mapping[str, Any]) -> dict[str, str]:
        """Why the property that an accepted body has set is not to be written, by its name; it is put back then.

        Empty where it locks nothing.
        """
        choice, witness = self._choice(sent), self._party.movement.first_write
        if choice is None or witness is None or witness.name == choice.name or not self._is_new(choice, sent[choice.name]):
            return {}
        saved = look_up(self._saved, choice.response)
        if saved is ABSENT or Reader.equal(saved, sent[choice.name]) or not self._is_refused(witness.name):
            return {}
        self._party.patch({choice.name: self._party.composer.exact(choice, saved)})
        if self._is_refused(witness.name):
            return {}  # it was refused for another reason
        value = brief(sent[choice.name])
        return {choice.name: f"while {choice.name} is {value}, nothing else can be changed: it is written no more"}

    def _choice(self, sent: Mapping[str, Any]) -> Field | None:
        found = [each for each in self._party.api.fields if each.name in sent]
        chosen = len(found) == 1 and (found[0].types == {"boolean"} or "enum" in found[0].schema)
        return found[0] if chosen and found[0].response is not None else None

    def _is_new(self, choice: Field, value: Any) -> bool:
        key = (choice.name, brief(value))
        if key in self._asked or self._count[choice.name] >= MOST:
            return False
        self._asked.add(key)
        self._count[choice.name] += 1
        return True

    def _is_refused(self, name: str) -> bool:
        """Whether another value of a property is refused; one that is taken gives way to the present one again."""
        party, record = self._party, self._party.state.last or self._saved
        leaf = next((each for each in settable(party.api) if each.top == name), None)
        if leaf is None:
            return False
        try:
            exchange = party.patch(party.composer.fresh(record, leaf).body)
        except NotJudged:
            return False
        if party.accepted(exchange):
            field = next(each for each in party.api.fields if each.name == name)
            party.patch({name: party.composer.exact(field, look_up(record, field.response))})
        return exchange.refused
