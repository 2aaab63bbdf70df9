"""Bringing a record back to what it was, and verifying it; what still differs is told and never raised."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from contracts.record.answers import undocumented
from contracts.record.calls import encoded
from contracts.record.comparing.sets import is_reordered
from contracts.record.keeping import beside
from contracts.record.keeping.items import gone, without_lost
from contracts.record.keeping.presence import added, emptied
from contracts.record.keeping.removal import unlike
from contracts.record.keeping.replacing import Replacing
from contracts.record.movement import MOMENT
from contracts.record.party import Party
from contracts.record.records import ABSENT, Record, lacks, look_up, raw
from contracts.record.records import shown as shown_value
from contracts.target.client import curl_line
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import Difference, NotJudged
from specs import Field

NO_RECORD = "(no such record)"
"""What was at the place of a record that a run has made, and that is still there."""
MOST_ADDED = 40
"""So many members that were not there are tried to be taken out: each costs a request or two."""
LATE = 8
"""So many readings, a moment apart, a copy of a text that was put back may be behind it."""
MOST_FLAGS = 4
"""So many booleans are sent along with what is not taken alone."""


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


def brought_back(party: Party, saved: Record, around: Record, *, write: bool = True) -> Restoration:
    """Bring a record back, and what stood beside it, by every way that is known.

    saved, around: the record as it was, and what a GET showed beside it. ``write``: False only compares.
    """
    found = Restorer(party, replaces=True).restore(saved, write=write)
    gone = beside.brought_back(party, around, write=write)
    return joined([found, Restoration(ok=not gone, differences=gone)])


class Restorer:
    """Restores one party's record; with ``replaces`` by PUT too, where patches do not do and the service is known to have one."""

    def __init__(self, party: Party, *, replaces: bool = False) -> None:
        self._party = party
        self._left: Record = {}  # as it is without the items that are lost for good, once some are known to be
        self._replacing = Replacing(party) if replaces else None

    def write_back(self, saved: Record, top: Field, present: Any) -> tuple[Record, Exchange]:
        """Send the saved value of a property: the record ahead of it, and the exchange.

        Where it is refused after the write of another property has moved it, all is put back, and it is sent once more.
        """
        before = self._party.read(without=top.name)
        exchange = self._party.patch({top.name: present})
        if exchange.refused and not self._party.reader.equal(look_up(before, top.response), look_up(saved, top.response)):
            self.restore(saved)
            before = self._party.read(without=top.name)
            exchange = self._party.patch({top.name: present})
        return before, exchange

    def restore(self, saved: Record, *, write: bool = True) -> Restoration:
        """Bring the record back to ``saved`` and read it again; what still differs is told, never raised.

        ``write``: False only compares.
        """
        if self._party.state.is_hidden and self._party.target.disposable:
            return Restoration(ok=True)
        self._party.state.forget()  # others may have written since
        try:
            return self._compared(saved, self._brought_back(saved) if write else self._party.read())
        except NotJudged as reason:
            if write:
                with suppress(NotJudged):  # it may be what was written that cannot be shown
                    self._send_back(self._way_back(saved, {}), together=False)
                    return self._compared(saved, self._brought_back(saved))
            unknown = Difference(path="*", before="the saved record", after=str(reason))
            return Restoration(ok=False, differences=(unknown,), repairs=tuple(self._repairs(saved, {})))

    def _brought_back(self, saved: Record) -> Record:
        """The record after all attempts to make it what it was."""
        now = self._party.read()
        for together in (True, False, False):
            body = self._way_back(saved, now)
            if not body:
                break
            self._send_back(body, together=together)
            now = self._party.read()
        now = self._beyond_lost(saved, now)
        if self._way_back(saved, now):  # what is not sent may have been lost with each of these
            self._party.patch({name: value for name, value in self._way_back(saved, {}).items() if value is not None})
            now = self._party.read()
        now = self._without_added(saved, self._beside_flags(saved, self._through_null(saved, now)))
        if self._replacing is not None and unlike(self._party, saved, now):
            now = self._replacing.brought_back(saved, now)
        return now

    def _beyond_lost(self, saved: Record, now: Record) -> Record:
        """The record after all but the items that are gone for good was put back: a list that names one is refused as a whole."""
        shown = [(each, look_up(saved, each.response), look_up(now, each.response)) for each in self._party.api.fields]
        if any(True for each in shown for _item in gone(*each)):
            self._left = now
            if body := self._way_back(saved, now):
                self._send_back(body, together=False)
                return self._party.read()
        return now

    def _beside_flags(self, saved: Record, now: Record) -> Record:
        """The record after an attempt to send what still differs beside each flag that does not: some go only together."""
        flags = [each.name for each in self._party.api.fields if each.types == {"boolean"}]
        whole = self._way_back(saved, {})
        for name in flags[:MOST_FLAGS]:
            differing = self._way_back(saved, now)
            if differing and name not in differing and whole.get(name) is not None:
                self._party.patch({**differing, name: whole[name]})
                now = self._party.read()
        return now

    def _compared(self, saved: Record, now: Record) -> Restoration:
        """What still differs, and the lines that would mend it."""
        spent = self._spent()
        left = [each for each in self._party.reader.differences(saved, now) if each.where not in spent]
        for _ in range(LATE):
            if not left or not all(self._party.reader.is_copy(each, each.difference.before, saved, now) for each in left):
                break
            self._party.client.pause(MOMENT)
            self._party.state.forget()
            now = self._party.read()
            left = [each for each in self._party.reader.differences(saved, now) if each.where not in spent]
        strangers = tuple(self._strange_differences(saved, now))
        lost = () if self._party.state.sacrificed is None else (self._lost(self._party.state.sacrificed, saved),)
        return Restoration(
            ok=not left and not lost and not strangers,
            differences=(*(each.difference for each in left), *strangers, *lost),
            repairs=tuple(self._repairs(saved, now)) if left else (),
        )

    def _spent(self) -> frozenset[str | None]:
        """What no patch can put back, and nobody needs."""
        lasting = (each.response for each in self._party.api.walk_fields() if each.safe.get("type") == "null")
        return frozenset(lasting) if self._party.target.disposable else frozenset()

    @staticmethod
    def _lost(field: Field, saved: Record) -> Difference:
        """What had to be overwritten before the first reading; nobody knows what it was."""
        before = "(not known: overwritten to make an answer show the record; give [read] path, or its value under [values])"
        return Difference(path=field.path, before=before, after=shown_value(look_up(saved, field.response)))

    def _way_back(self, saved: Record, now: Record) -> dict[str, Any]:
        """The patch from ``now`` to ``saved``: only properties that differ, derived members of arrays included."""
        return {
            each.name: self._kept(
                each, self._party.composer.exact(each, look_up(saved, each.response), look_up(now, each.response))
            )
            for each in self._party.api.fields
            if each.response is not None
            and not each.read_only
            and each.write != "open"
            and not lacks(saved, each.response)
            and self._has_changed(each, saved, now)
        }

    def _has_changed(self, each: Field, saved: Record, now: Record) -> bool:
        same = self._party.reader.equal(self._settable_part(each, saved), self._settable_part(each, now))
        return not same or lacks(now, each.response) or self._is_reordered(each, saved, now)

    def _is_reordered(self, each: Field, saved: Record, now: Record) -> bool:
        """A set whose order stands still has another one than it had: it is given that again, though it means nothing."""
        old, new = look_up(saved, each.response), look_up(now, each.response)
        return is_reordered(old, new) and not self._party.reader.reorders(each.response or "")

    def _settable_part(self, each: Field, record: Record) -> Any:
        return self._kept(each, self._party.composer.exact(each, look_up(record, each.response)))

    def _kept(self, each: Field, value: Any) -> Any:
        """A value without the items that are known to be lost."""
        return without_lost(each, value, look_up(self._left, each.response)) if self._left else value

    def _send_back(self, body: Mapping[str, Any], *, together: bool) -> None:
        """All at once where that works, else one by one."""
        if together and not any(value is None for value in body.values()) and self._party.patch(body).ok:
            return
        for name, value in body.items():
            self._party.patch({name: value})

    def _through_null(self, saved: Record, now: Record) -> Record:
        """The record after another kind of value, which does not give way to the right one by itself, was taken out by null.

        A merge that descends into a member cannot put an object where a list stands; where nothing stands, it can.
        """
        left = self._way_back(saved, now)
        for top in self._party.api.fields:
            if left.get(top.name) is not None and _is_of_another_kind(left[top.name], look_up(now, top.response)):
                self._party.patch({top.name: None})
                self._party.patch({top.name: left[top.name]})
                self._party.state.forget()
                now = self._party.read()
        return now

    def _without_added(self, saved: Record, now: Record) -> Record:
        """The record after an attempt to take out what it lacked: by null, else by what is empty, one by one."""
        fixed = {each.path for each in self._party.api.walk_record() if each.read_only or each.volatile}
        paths = (each for each in added(saved, now) if each not in fixed and each not in self._party.movement.found)
        try:
            for path in [*islice(paths, MOST_ADDED)]:
                value = raw(now, path)
                empty: Any = [] if isinstance(value, list) else {} if isinstance(value, Mapping) else ""
                # at the end null once more: where nothing takes it out, that is nearest to what it was
                for candidate in (*([None] if value is not None else []), empty, None):
                    self._party.patch(self._with(path, candidate, saved))
                    self._party.state.forget()
                    now = self._party.read()
                    if lacks(now, path):
                        break
        except NotJudged:
            return now
        return now

    def _with(self, path: str, value: Any, saved: Record) -> dict[str, Any]:
        """The patch that gives a value to a member of the record, everything beside it as it was saved."""
        first, *rest = path.split(".")
        top = next((each for each in self._party.api.fields if each.response == first), None)
        if not rest:
            return {top.name if top is not None else first: value}
        here, fields = raw(saved, first), top.children if top is not None else ()
        body = copy.deepcopy(self._party.composer.exact(top, here) if top is not None else here)
        holder = body
        for step in rest[:-1]:
            child = next((each for each in fields if (each.response or "").endswith(f".{step}")), None)
            holder, fields = holder.setdefault(child.name if child else step, {}), child.children if child else ()
        child = next((each for each in fields if (each.response or "").endswith(f".{rest[-1]}")), None)
        holder[child.name if child else rest[-1]] = value
        return {top.name if top is not None else first: body}

    def _strange_differences(self, saved: Record, now: Record) -> Iterator[Difference]:
        """Where the two differ in what no document names, and does not move by itself."""
        before, after = undocumented(self._party.api.record, saved), undocumented(self._party.api.record, now)
        for each in emptied(saved, now):  # to the document one state, and yet not what it was
            known = before.keys() | after.keys() | self._party.movement.found.keys()
            if each.path not in known:
                yield each
        for path in sorted(before.keys() | after.keys()):
            old, new = before.get(path, ABSENT), after.get(path, ABSENT)
            if not self._party.reader.equal(old, new) and not self._party.movement.moves(path):
                yield Difference(path=path, before=shown_value(old), after=shown_value(new))

    def _repairs(self, saved: Record, now: Record) -> Iterator[str]:
        for name, value in self._way_back(saved, now).items():
            yield self._party.client.redactor.strike(curl_line(self._party.calls.call("PATCH", encoded({name: value}), {})))


def _is_of_another_kind(saved: Any, now: Any) -> bool:
    """One of them is an object or a list, and the other one is none."""
    return any(isinstance(saved, kind) is not isinstance(now, kind) for kind in (Mapping, list)) and now is not ABSENT
