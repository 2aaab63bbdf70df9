"""Values that lock a record, such as ``archived``: while it holds one, nothing else of it can be changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
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

    That is done between items and plain writes, where no reading that is still used can be disturbed.
    """

    def __init__(self, party: Party, saved: Record, usable: Callable[[Field], bool]) -> None:
        self._party = party
        self._saved = saved
        self._usable = usable
        self._written: set[str] = set()
        self._asked: set[tuple[str, str]] = set()
        self._count: Counter[str] = Counter()

    def note(self, sent: Mapping[str, Any]) -> None:
        """Take notice of an accepted body."""
        self._written |= sent.keys()

    def found(self) -> list[tuple[Field, Any, str]]:
        """Properties, values of them that are not to be written any more, and why; what locks the record is put back."""
        choices = [each for each in self._party.api.fields if each.name in self._written and each.is_choice]
        self._written.clear()
        record = self._unlocked(choices, self._party.read()) if choices else {}
        changed = [each for each in choices if self._is_new(each, look_up(record, each.response))]
        witness = self._witness() if changed else None
        body = self._changing(witness, record) if witness is not None else {}
        if witness is None or self._is_taken(body, witness, record):
            self._hold(changed, record)
            return []
        return [*filter(None, (self._locking(each, record, body, witness) for each in changed))]

    def _unlocked(self, choices: Sequence[Field], record: Record) -> Record:
        """The record without what is known to lock it, which a value that was read as that may have brought."""
        held = [each for each in choices if self._party.values.spared(each, look_up(record, each.response))]
        for each in held:
            self._party.patch({each.name: self._party.composer.exact(each, look_up(self._saved, each.response))})
        return self._party.read() if held else record

    def _hold(self, choices: Sequence[Field], record: Record) -> None:
        """Give choices their values again: one that any write changes is for the rules to find."""
        now = self._party.read() if choices else {}
        for each in choices:
            value = look_up(record, each.response)
            if not Reader.equal(look_up(now, each.response), value):
                self._party.patch({each.name: self._party.composer.exact(each, value)})

    def _witness(self) -> Field | None:
        """A field at the top, no choice itself, that can be changed and put back: a free text where there is one."""
        tops = (each for each in settable(self._party.api) if each.path == each.top and not each.is_choice)
        usual = [each for each in tops if not each.unique and each.reference is None and each.types & {"string", "integer"}]
        free = sorted(usual, key=lambda each: each.types != {"string"} or "format" in each.schema)
        return next(filter(self._usable, free), None)

    def _changing(self, witness: Field, record: Record) -> Mapping[str, Any]:
        """A body that gives the witness another value; empty where none is known."""
        with suppress(NotJudged):
            return self._party.composer.fresh(record, witness).body
        return {}

    def _is_taken(self, body: Mapping[str, Any], witness: Field, record: Record) -> bool:
        """Whether a body is not refused; the witness gets its present value again."""
        exchange = self._party.patch(body) if body else None
        if exchange is not None and self._party.accepted(exchange):
            self._party.patch({witness.name: self._party.composer.exact(witness, look_up(record, witness.response))})
        return exchange is None or not exchange.refused

    def _locking(self, choice: Field, record: Record, body: Mapping[str, Any], witness: Field) -> tuple[Field, Any, str] | None:
        """A property, its new value, and why it is not written: without that, the very same body is taken."""
        value, saved = (look_up(each, choice.response) for each in (record, self._saved))
        self._party.patch({choice.name: self._party.composer.exact(choice, saved)})
        if not self._is_taken(body, witness, record):
            return None  # it was refused for another reason
        return choice, value, f"while {choice.name} is {brief(value)}, nothing else can be changed"

    def _is_new(self, choice: Field, value: Any) -> bool:
        """Whether a value is not that of the saved record, and was not asked about."""
        key, saved = (choice.name, brief(value)), look_up(self._saved, choice.response)
        if saved is ABSENT or Reader.equal(saved, value) or key in self._asked or self._count[choice.name] >= MOST:
            return False
        self._asked.add(key)
        self._count[choice.name] += 1
        return True
