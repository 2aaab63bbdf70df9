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
    """Asks, once a flag or a choice was written and still holds its new value, whether another property can be changed.

    That is done between the items that are judged, where no reading of theirs can be disturbed.
    """

    def __init__(self, party: Party, saved: Record) -> None:
        self._party = party
        self._saved = saved
        self._written: set[str] = set()
        self._asked: set[tuple[str, str]] = set()
        self._count: Counter[str] = Counter()

    def note(self, sent: Mapping[str, Any]) -> None:
        """Take notice of an accepted body."""
        self._written |= sent.keys()

    def found(self) -> dict[str, str]:
        """Why properties are not to be written any more, by their names; what locks the record is put back."""
        witness = self._party.movement.first_write
        choices = [each for each in self._party.api.fields if each.name in self._written and _is_choice(each)]
        self._written.clear()
        if witness is None or not choices:
            return {}
        record = self._party.read()
        changed = [each for each in choices if each.name != witness.name and self._is_new(each, look_up(record, each.response))]
        if not changed or not self._is_refused(witness.name):
            return {}
        return dict(filter(None, (self._locking(each, look_up(record, each.response), witness.name) for each in changed)))

    def _locking(self, choice: Field, value: Any, witness: str) -> tuple[str, str] | None:
        """The name of a property, and why it is not written: without its new value, the other one can be changed again."""
        saved = look_up(self._saved, choice.response)
        self._party.patch({choice.name: self._party.composer.exact(choice, saved)})
        if self._is_refused(witness):
            return None  # it was refused for another reason
        return choice.name, f"while {choice.name} is {brief(value)}, nothing else can be changed"

    def _is_new(self, choice: Field, value: Any) -> bool:
        """Whether a value is not that of the saved record, and was not asked about."""
        key, saved = (choice.name, brief(value)), look_up(self._saved, choice.response)
        if saved is ABSENT or Reader.equal(saved, value) or key in self._asked or self._count[choice.name] >= MOST:
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


def _is_choice(field: Field) -> bool:
    return field.response is not None and (field.types == {"boolean"} or "enum" in field.schema)
