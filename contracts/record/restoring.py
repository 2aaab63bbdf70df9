"""Bringing a record back to what it was, and verifying it; what still differs is told and never raised."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from contracts.record.calls import encoded
from contracts.record.party import Party
from contracts.record.records import ABSENT, Record, look_up, undocumented
from contracts.record.records import shown as shown_value
from contracts.target.client import curl_line
from contracts.terms.verdict import Difference, NotJudged
from specs import Field

EMPTY_VALUES: Mapping[str, tuple[Any, ...]] = {"object": ({},), "array": ([],), "scalar": ("",)}


@dataclass(frozen=True, slots=True)
class Restoration:
    """How the record compares with the saved one at the end; ``repairs`` are curl lines for what differs."""

    ok: bool
    differences: tuple[Difference, ...] = ()
    repairs: tuple[str, ...] = ()


def joined(restorations: Iterable[Restoration]) -> Restoration:
    """Several restorations as one."""
    found = tuple(restorations)
    return Restoration(
        ok=all(each.ok for each in found),
        differences=tuple(difference for each in found for difference in each.differences),
        repairs=tuple(repair for each in found for repair in each.repairs),
    )


class Restorer:
    """Restores one party's record."""

    def __init__(self, party: Party) -> None:
        self._party = party

    def restore(self, saved: Record, *, write: bool = True) -> Restoration:
        """Bring the record back to ``saved`` and read it again; what still differs is told, never raised.

        ``write``: False only compares.
        """
        if self._party.state.is_hidden and self._party.target.disposable:
            return Restoration(ok=True)
        self._party.state.forget()  # others may have written since
        try:
            now = self._party.read()
            for together in (True, False, False) if write else ():
                body = self._way_back(saved, now)
                if not body:
                    break
                self._send_back(body, together=together)
                now = self._party.read()
            if write and self._way_back(saved, now):  # what is not sent may have been lost with each of these
                self._party.patch({name: value for name, value in self._way_back(saved, {}).items() if value is not None})
                now = self._party.read()
        except NotJudged as reason:
            if write:
                with suppress(NotJudged):  # it may be what was written that cannot be shown
                    self._send_back(self._way_back(saved, {}), together=False)
                    return self._compared(saved, self._party.read())
            unknown = Difference(path="*", before="the saved record", after=str(reason))
            return Restoration(ok=False, differences=(unknown,), repairs=tuple(self._repairs(saved, {})))
        return self._compared(saved, self._without_strangers(saved, now) if write else now)

    def _compared(self, saved: Record, now: Record) -> Restoration:
        """What still differs, and the lines that would mend it."""
        left = self._party.reader.differences(saved, now)
        strangers = tuple(self._strange_differences(saved, now))
        lost = () if self._party.state.sacrificed is None else (self._lost(self._party.state.sacrificed, saved),)
        return Restoration(
            ok=not left and not lost and not strangers,
            differences=(*(each.difference for each in left), *strangers, *lost),
            repairs=tuple(self._repairs(saved, now)) if left else (),
        )

    @staticmethod
    def _lost(field: Field, saved: Record) -> Difference:
        """What had to be overwritten before the first reading; nobody knows what it was."""
        before = "(not known: overwritten to make an answer show the record; give [read] path, or its value under [values])"
        return Difference(path=field.path, before=before, after=shown_value(look_up(saved, field.response)))

    def _way_back(self, saved: Record, now: Record) -> dict[str, Any]:
        """The patch from ``now`` to ``saved``: only properties that differ, derived members of arrays included."""
        return {
            each.name: self._party.composer.exact(each, look_up(saved, each.response))
            for each in self._party.api.fields
            if each.response is not None
            and not each.read_only
            and each.write != "open"
            and not self._party.reader.equal(self._settable_part(each, saved), self._settable_part(each, now))
        }

    def _settable_part(self, each: Field, record: Record) -> Any:
        return self._party.composer.exact(each, look_up(record, each.response))

    def _send_back(self, body: Mapping[str, Any], *, together: bool) -> None:
        """All at once where that works, else one by one; for a value that was absent, whatever empties the field."""
        if together and not any(value is None for value in body.values()) and self._party.patch(body).ok:
            return
        for name, value in body.items():
            empty: tuple[Any, ...] = EMPTY_VALUES[self._party.api.field(name).kind]
            for candidate in (value,) if value is not None else (None, *empty):
                if self._party.patch({name: candidate}).ok:
                    break

    def _without_strangers(self, saved: Record, now: Record) -> Record:
        """The record after an attempt to take out what no document names and was not there: by null, one by one."""
        strange = undocumented(self._party.api.record, now)
        added = [name for name in now if name not in saved and name in strange]
        maps = [each for each in self._party.api.fields if self._has_added_keys(each, saved, now)]
        if not added and not maps:
            return now
        try:
            for name in added:
                self._party.patch({name: None})
            for each in maps:
                before, after = look_up(saved, each.response), look_up(now, each.response)
                kept = before if isinstance(before, Mapping) else {}
                self._party.patch({each.name: {**kept, **{key: None for key in after if key not in kept}}})
            self._party.state.forget()
            return self._party.read()
        except NotJudged:
            return now

    @staticmethod
    def _has_added_keys(each: Field, saved: Record, now: Record) -> bool:
        """A free-form map shows keys that it did not have."""
        if each.children or each.response is None or each.read_only:
            return False
        before, after = look_up(saved, each.response), look_up(now, each.response)
        return isinstance(after, Mapping) and bool(after.keys() - (before.keys() if isinstance(before, Mapping) else set()))

    def _strange_differences(self, saved: Record, now: Record) -> Iterator[Difference]:
        """Where the two differ in what no document names, and does not move by itself."""
        before, after = undocumented(self._party.api.record, saved), undocumented(self._party.api.record, now)
        for name in sorted((saved.keys() ^ now.keys()) - before.keys() - after.keys()):
            if saved.get(name, now.get(name)) is None:  # to the document one state, and yet not what it was
                told = [shown_value(each.get(name, ABSENT)) for each in (saved, now)]
                yield Difference(path=name, before=told[0], after=told[1])
        for path in sorted(before.keys() | after.keys()):
            old, new = before.get(path, ABSENT), after.get(path, ABSENT)
            if not self._party.reader.equal(old, new) and not self._party.movement.moves(path):
                yield Difference(path=path, before=shown_value(old), after=shown_value(new))

    def _repairs(self, saved: Record, now: Record) -> Iterator[str]:
        for name, value in self._way_back(saved, now).items():
            yield self._party.client.redactor.strike(curl_line(self._party.calls.call("PATCH", encoded({name: value}), {})))
