"""What moves without being asked: properties that change with every request, write or refusal, with time, or along with a field.

Learnt by a handful of probes at the start, and by a few more on suspicion; comparisons leave out what was found, and the report
tells it. A property that stood still while learning and moves later is not left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from contracts.record.answers import lost
from contracts.record.comparing.purpose import FIRST_TIME, is_now, members_of, plausible
from contracts.record.comparing.sets import is_reordered
from contracts.record.learning import FirstWrite, Learning
from contracts.record.records import Reader, Record, look_up, related
from contracts.target.target import plain_path, top_of
from contracts.terms.moving import (
    COUNTS,
    FOLLOWS,
    IN_ANY_ORDER,
    WITH_CHANGES,
    WITH_REFUSALS,
    WITH_REQUESTS,
    WITH_TIME,
    WITH_WRITES,
    followed,
)
from contracts.terms.spelling import underscored
from contracts.terms.verdict import NotJudged
from specs import Field

MOMENT = 1.1
"""Seconds after which a time of last use, shown in whole seconds, is another one."""
WAITS = 3
"""So many times a run waits for what moves with time; what does not move then is not said to."""
SUSPECTS = 3
"""So many of the fields that were written last are tried as the ones that a property follows."""
INSIDE = 4
"""So many members of a property that holds others are tried one by one, those beside the follower first."""
LOOKS = 3
"""So many further readings show whether a list keeps its order."""
STEADY = 2
"""So many fields have to move a property on, each by itself, before it is said to count the changes."""
_KEY = re.compile(r"(?:^|_)(?:id|ids|uuid|key|code|slug)$")
"""Names of what identifies something: it never moves on purpose."""
_SLUG = "slug"
"""The end of a key's name that is made of a title, and may follow it."""
_MALFORMED = b'{"'


Change = tuple[Record, Record, Record]
"""A record before, after, and after the way back."""


class Movement:
    """What is known of the properties of one record that move by themselves.

    ``found``: how each of them moves, by its path in the record, in the words of the report. ``suspected``: the paths of the
    fields, at any depth, that are tried first as the ones that a property follows. ``explained``: what is not asked
    about on suspicion, since a field that a patch sets is known to move it. ``first_write``: the write ahead of all others.
    """

    def __init__(self, probes: Learning, declared: Mapping[str, str] | None = None) -> None:
        self._probes = probes
        self.found: dict[str, str] = dict(declared or {})
        self._declared = frozenset(self.found)
        self.explained: frozenset[str] = frozenset()
        self.first_write: FirstWrite | None = None
        self._learnt = False
        self._timed = False
        self._in_order: set[str] = set()
        self._waits = 0
        self._busy = False
        self._first: Record = {}
        self._asked: set[tuple[str, str]] = set()
        self._steps: dict[str, int] = {}
        self.suspected: list[str] = []
        self._written: list[str] = []
        self._tried: dict[tuple[int, str], tuple[list[Change], Iterator[Change]]] = {}

    @property
    def loses(self) -> bool:
        """Whether even a patch that changes nothing has lost what stood beside the record."""
        return self.first_write is not None and bool(self.first_write.lost)

    def take_over(self, earlier: Movement) -> None:
        """Know what another party of the same record has learnt."""
        self.found |= earlier.found
        self._learnt, self._timed, self._first = earlier._learnt, earlier._timed, earlier._first
        self.first_write = earlier.first_write

    def learn(self) -> None:
        """Probe once: two readings, a malformed request, and a patch that sends a field's present value again."""
        if self._learnt or self._busy:
            return
        self._learnt, self._busy = True, True
        try:
            first = self._first = self._probes.look()
            second = self._probes.look()
            self._note(first, second, WITH_REQUESTS)
            if self._probes.try_malformed(_MALFORMED).refused:
                second = self._compared(second, WITH_REFUSALS)
            for top in self._repeatable(second)[:SUSPECTS]:
                present = self._probes.exact(top, second)
                done = self._probes.tried({top.name: present})
                if done is not None:
                    beside, after = self._probes.beside, self._compared(second, WITH_WRITES, top)
                    gone = tuple(lost(beside, self._probes.beside))
                    self.first_write = FirstWrite(top.name, present, second, done, after, gone)
                    break
        except NotJudged:
            return  # what is not learnt is compared like anything else
        finally:
            self._busy = False

    def moves(self, path: str) -> bool:
        """Whether a property that differs, and that no request sets, moves by itself; asked on suspicion."""
        if self.found.get(path) == IN_ANY_ORDER:
            return False  # what it holds does not
        if path not in self.found:
            if self._busy or any(related(path, each) for each in self.explained):
                return False
            self.learn()
        if path not in self.found:
            self._wait()
        if path not in self.found:
            self._follow(path, SUSPECTS)
        if path in self.found and not self._busy and not self._is_due(path):
            self._follow(path, len(self._written))
        return path in self.found and (self._busy or self._is_due(path))

    @contextmanager
    def written(self, *fields: Field) -> Iterator[None]:
        """What differs meanwhile differs between two readings with nothing but a write of these fields in between."""
        self._written = self.suspected = [each.path for each in fields]
        try:
            yield
        finally:
            self._written = []

    def _is_due(self, path: str) -> bool:
        """Whether what is known to move was to move now: what follows fields moves with them, and with no others."""
        names = () if path in self._declared else followed(self.found[path])
        written = [plain_path(each) for each in self._written]
        return not names or not written or any(f"{each}.".startswith(f"{name}.") for each in written for name in names)

    # --- probes ---

    def _compared(self, before: Record, how: str, written: Field | None = None) -> Record:
        """A new reading, with what has changed since ``before`` noted as moving so."""
        after = self._probes.look()
        self._note(before, after, how, written)
        return after

    def _note(self, before: Record, after: Record, how: str, written: Field | None = None) -> None:
        if not before or not after:
            return
        if how in (WITH_REQUESTS, WITH_REFUSALS):  # no write is in between
            self._note_order(before, after)
        for path in self._candidates(before, after):
            old, new = look_up(before, path), look_up(after, path)
            if path not in self.found and not Reader.equal(old, new) and self._by_itself(path, old, new, how, written):
                self.found[path] = _word(new) if how == WITH_WRITES else how

    def _note_order(self, before: Record, after: Record) -> None:
        """Note the lists that two readings with no write in between show in another order."""
        holders = (each.path for each in self._probes.api.walk_record() if each.children)
        for path in (*self._candidates(before, after), *holders):
            if path not in self.found and is_reordered(look_up(before, path), look_up(after, path)):
                self.found[path] = IN_ANY_ORDER

    def reorders(self, path: str) -> bool:
        """Whether a list that differs in its order alone is shown in any order, with nothing written in between; asked once."""
        if self._busy or path in self.found or path in self._in_order:
            return self.found.get(path) == IN_ANY_ORDER
        self._in_order.add(path)
        self._busy = True
        try:
            before = self._probes.look()
            for _ in range(LOOKS):
                self._note_order(before, self._probes.look())
        except NotJudged:
            return False
        finally:
            self._busy = False
        return self.found.get(path) == IN_ANY_ORDER

    def _by_itself(self, path: str, old: Any, new: Any, how: str, written: Field | None) -> bool:
        """Whether a property that differs is one that the service moves, and not one that a request has changed."""
        last = path.rsplit(".", 1)[-1]
        if _KEY.search(underscored(path)) or FIRST_TIME.search(underscored(last)):
            return False
        settable = not self._is_unset(path)
        own = written is not None and written.response is not None and top_of(path) == top_of(written.response)
        if own and settable:  # sent as it was, and yet another: only a time inside of it is set by services on purpose
            return "." in path and is_now(new) and is_now(old)
        return plausible(path, old, new) or not (settable or how == WITH_WRITES)

    def _is_unset(self, path: str) -> bool:
        return path in self._probes.reader.unset

    def _candidates(self, before: Record, after: Record) -> Iterator[str]:
        """The documented properties without members of their own, and members that no document names, in maps as well."""
        for each in self._probes.api.walk_record():
            if not each.children:
                shown = [look_up(record, each.path) for record in (before, after)]
                yield from (each.path, *members_of(each.path, *shown))
        tops = {each.path for each in self._probes.api.record}
        for name in sorted((before.keys() | after.keys()) - tops):
            yield from (name, *members_of(name, before.get(name), after.get(name)))

    def _repeatable(self, record: Record) -> list[Field]:
        """The fields whose present value can be sent again, plain ones first, then such as hold others."""
        found = []
        for each in self._probes.api.fields:
            plain = not each.unique and each.reference is None and each.response is not None and each.hazard is None
            if plain and not each.read_only and not each.write_only and each.write != "open":
                shown = look_up(record, each.response)
                if self._probes.values.safe(each, shown) or (each.children and self._probes.safe_inside(each, shown)):
                    found.append(each)
        return sorted(found, key=lambda each: each.kind != "scalar")

    def _wait(self) -> None:
        """Two readings a moment apart show what moves with time."""
        if self._timed:
            return
        self._timed, self._busy = True, True
        try:
            before = self._probes.look()
            self._probes.pause(MOMENT)
            self._compared(before, WITH_TIME)
        except NotJudged:
            return
        finally:
            self._busy = False

    def _follow(self, path: str, most: int) -> None:
        """Change one of the fields that were written last, and put it back: what goes and comes with it follows it.

        What goes on at each such step, of whichever field, counts the changes; one that no change is made by does not move it.
        """
        for field in self._probes.candidates(path, self.suspected, most, INSIDE):
            if (path, field.path) in self._asked:
                continue
            self._asked.add((path, field.path))
            self._busy = True
            try:
                how = self._goes_with(path, field)
            except NotJudged:
                how = ""
            finally:
                self._busy = False
            if how == FOLLOWS:
                names = (*followed(self.found.get(path, "")), plain_path(field.path))
                self.found[path] = f"{FOLLOWS}{', '.join(names)}"
            elif how:
                self._steps[path] = self._steps.get(path, 0) + 1
            if how in (FOLLOWS, WITH_CHANGES) or (how and self._steps[path] >= STEADY):
                self.found.setdefault(path, how)
                return

    def _goes_with(self, path: str, field: Field) -> str:
        """How a property moves when a field is changed and put back: along with it, or on and on; "" where it does not."""
        is_key = _KEY.search(underscored(path)) is not None and not underscored(path).endswith(_SLUG)
        if is_key or field.response is None or field.read_only:
            return ""
        if field.response == path:  # it goes with itself, whatever it is
            return ""
        for before, changed, back in self._changes_of(field):
            old, new, again = (look_up(each, path) for each in (before, changed, back))
            if Reader.equal(old, new):
                continue
            if Reader.equal(old, again):
                return FOLLOWS
            on = self._is_unset(path) and all(
                self._by_itself(path, *pair, WITH_WRITES, None) for pair in ((old, new), (new, again))
            )
            return self._word_for_changes(path, field, again) if on else ""
        return ""

    def _word_for_changes(self, path: str, field: Field, shown: Any) -> str:
        """How a property that each change moves on is said to; "" for a time that moves while nothing is changed."""
        if not is_now(shown):
            return COUNTS if isinstance(shown, int) else WITH_CHANGES
        self._probes.pause(MOMENT)  # a time in whole seconds would not show it
        record = self._probes.look()
        self._probes.try_patch(self._probes.back(field, record))
        return WITH_CHANGES if Reader.equal(look_up(self._probes.look(), path), shown) else ""

    def _changes_of(self, field: Field) -> Iterator[Change]:
        """Changes of a field; several properties may be asked about after one write, so that what was tried is kept."""
        kept, further = self._tried.setdefault((self._probes.writes, field.path), ([], self._changed_and_back(field)))
        yield from [*kept]
        for each in further:
            kept.append(each)
            yield each

    def _changed_and_back(self, field: Field) -> Iterator[Change]:
        """The record before a field was changed, after that, and after it was put back, for each change that is accepted."""
        before = self._probes.look()
        for body in self._probes.changes(field, before, self._first) if before else ():
            if self._probes.try_patch(body):
                changed = self._probes.look()
                self._probes.try_patch(self._probes.back(field, before))
                yield before, changed, self._probes.look()

    def drifts(self, path: str) -> bool:
        """Whether a property that requests may set as well is another one a moment later, with nothing sent in between."""
        if self.found.get(path) == WITH_TIME:
            return True
        if self._busy or self._waits >= WAITS:
            return False
        self._waits, self._busy = self._waits + 1, True
        try:
            before = self._probes.look()
            self._probes.pause(MOMENT)
            after = self._probes.look()
        except NotJudged:
            return False
        finally:
            self._busy = False
        old, new = look_up(before, path), look_up(after, path)
        if before and after and not Reader.equal(old, new):
            self.found[path] = WITH_TIME
        return self.found.get(path) == WITH_TIME  # one that moves with writes stands still without any


def _word(value: Any) -> str:
    """How a property that moves with writes is said to."""
    return COUNTS if isinstance(value, int) and not is_now(value) else WITH_WRITES
