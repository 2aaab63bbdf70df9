"""What moves without being asked: properties that change with every request, write or refusal, with time, or along with a field.

Learnt by a handful of probes at the start, and by a few more on suspicion; comparisons leave out what was found, and the report
tells it. A property that stood still while learning and moves later is not left out.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.record.learning import Learning
from contracts.record.records import Reader, Record, look_up, related
from contracts.terms.verdict import NotJudged
from specs import Field

MOMENT = 1.1
"""Seconds after which a time of last use, shown in whole seconds, is another one."""
WITH_REQUESTS, WITH_WRITES, WITH_REFUSALS, WITH_TIME = (
    "moves with every request",
    "moves with every write",
    "moves with refused requests",
    "moves with time",
)
FOLLOWS = "follows "
SUSPECTS = 3
"""So many of the fields that were written last are tried as the ones that a property follows."""
NEAR = 36 * 3600.0
"""Seconds from now within which a time counts as one of this run, whatever its zone."""
_FIRST_TIME = re.compile(r"creat|join|regist|insert|issued|birth", re.IGNORECASE)
"""Names of times that are set once: one that moves with a write is a fault."""
_KEY = re.compile(r"(?:^|[._-])(?:id|ids|uuid|key|code|slug)$|[a-z](?:Id|Key|Uuid)$")
"""Names of what identifies something: it never moves on purpose."""
_TOKEN = re.compile(r"etag|hash|digest|rev|version|sign|checksum|url|uri|link|token|cursor", re.IGNORECASE)
"""Names of opaque texts that servers make anew at each write."""
_MALFORMED = b'{"'


class Movement:
    """What is known of the properties of one record that move by themselves.

    ``found``: how each of them moves, by its path in the record, in the words of the report. ``explained``: what is not asked
    about on suspicion, since a field that a patch sets is known to move it.
    """

    def __init__(self, probes: Learning, declared: Mapping[str, str] | None = None) -> None:
        self._probes = probes
        self.found: dict[str, str] = dict(declared or {})
        self.explained: frozenset[str] = frozenset()
        self._learnt = False
        self._timed = False
        self._busy = False
        self._asked: set[tuple[str, str]] = set()
        self._tried: dict[tuple[int, str], tuple[Record, Record, Record]] = {}

    def take_over(self, earlier: Movement) -> None:
        """Know what another party of the same record has learnt."""
        self.found |= earlier.found
        self._learnt, self._timed = earlier._learnt, earlier._timed

    def learn(self) -> None:
        """Probe once: two readings, a malformed request, and a patch that sends a field's present value again."""
        if self._learnt or self._busy:
            return
        self._learnt, self._busy = True, True
        try:
            first = self._probes.look()
            second = self._probes.look()
            self._note(first, second, WITH_REQUESTS)
            if self._probes.try_malformed(_MALFORMED).refused:
                second = self._compared(second, WITH_REFUSALS)
            top = self._repeatable(second)
            if top is not None and self._probes.try_patch({top.name: self._probes.exact(top, second)}):
                self._compared(second, WITH_WRITES, top)
        except NotJudged:
            return  # what is not learnt is compared like anything else
        finally:
            self._busy = False

    def moves(self, path: str) -> bool:
        """Whether a property that differs, and that no request sets, moves by itself; asked on suspicion."""
        if path in self.found:
            return True
        if self._busy or any(related(path, each) for each in self.explained):
            return False
        self.learn()
        if path not in self.found:
            self._wait()
        if path not in self.found:
            self._follow(path)
        return path in self.found

    # --- probes ---

    def _compared(self, before: Record, how: str, written: Field | None = None) -> Record:
        """A new reading, with what has changed since ``before`` noted as moving so."""
        after = self._probes.look()
        self._note(before, after, how, written)
        return after

    def _note(self, before: Record, after: Record, how: str, written: Field | None = None) -> None:
        if not before or not after:
            return
        for path in self._candidates(before, after):
            old, new = look_up(before, path), look_up(after, path)
            own = written is not None and written.response is not None and path.split(".")[0] == written.response.split(".")[0]
            settable = path not in self._probes.reader.unset
            if path in self.found or Reader.equal(old, new) or (own and settable):
                continue
            steady = _KEY.search(path) or _FIRST_TIME.search(path.rsplit(".", 1)[-1])
            if steady or ((settable or how == WITH_WRITES) and not plausible(path, old, new)):
                continue
            self.found[path] = how

    def _candidates(self, before: Record, after: Record) -> Iterator[str]:
        """The documented properties without members of their own, and top-level members that no document names."""
        documented = [each for each in self._probes.api.walk_record() if not each.children]
        yield from (each.path for each in documented)
        tops = {each.path for each in self._probes.api.record}
        yield from sorted((before.keys() | after.keys()) - tops)

    def _repeatable(self, record: Record) -> Field | None:
        """A plain field whose present value can be sent again."""
        for each in self._probes.api.fields:
            plain = each.kind == "scalar" and not each.unique and each.reference is None and each.response is not None
            writable = plain and not each.read_only and not each.write_only and each.write != "open"
            if writable and self._probes.values.safe(each, look_up(record, each.response)):
                return each
        return None

    def _wait(self) -> None:
        """Two readings a moment apart show what moves with time."""
        if self._timed:
            return
        self._timed, self._busy = True, True
        try:
            before = self._probes.look()
            time.sleep(MOMENT)
            self._compared(before, WITH_TIME)
        except NotJudged:
            return
        finally:
            self._busy = False

    def _follow(self, path: str) -> None:
        """Change one of the fields that were written last, and put it back: what goes and comes with it follows it."""
        for name in list(dict.fromkeys(reversed(self._probes.sent)))[:SUSPECTS]:
            if (path, name) in self._asked:
                continue
            self._asked.add((path, name))
            self._busy = True
            try:
                follows = self._goes_and_comes(path, name)
            except NotJudged:
                follows = False
            finally:
                self._busy = False
            if follows:
                known = self.found.get(path, "")
                self.found[path] = f"{known}, {name}" if known else f"{FOLLOWS}{name}"

    def _goes_and_comes(self, path: str, name: str) -> bool:
        field = next((each for each in self._probes.api.fields if each.name == name), None)
        if _KEY.search(path) or field is None or field.response is None or field.read_only:
            return False
        key = self._probes.writes, name  # several properties may be asked about after one write: the probe is made once
        if key not in self._tried:
            self._tried[key] = self._changed_and_back(field)
        before, changed, back = self._tried[key]
        old, new, again = (look_up(each, path) for each in (before, changed, back))
        return not Reader.equal(old, new) and Reader.equal(old, again)

    def _changed_and_back(self, field: Field) -> tuple[Record, Record, Record]:
        """The record before a field was changed, after that, and after it was put back; three times none if it could not be."""
        before = self._probes.look()
        body = self._probes.fresh(field, before)
        if not before or not self._probes.try_patch(body):
            return {}, {}, {}
        changed = self._probes.look()
        self._probes.try_patch({field.name: self._probes.exact(field, before)})
        return before, changed, self._probes.look()


def plausible(path: str, old: Any, new: Any) -> bool:
    """Whether a change at a write that changed nothing is one that servers make on purpose: a time, a count, an opaque token."""
    if is_now(new):
        return True
    if isinstance(old, int) and isinstance(new, int) and not isinstance(old, bool):
        return 0 < new - old <= 3
    return bool(_TOKEN.search(path)) and isinstance(old, str) and isinstance(new, str)


def is_now(value: Any) -> bool:
    """A moment close to now: RFC 3339 text or a number of seconds or milliseconds since 1970."""
    now = datetime.now(UTC).timestamp()
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return any(abs(value / scale - now) < NEAR for scale in (1, 1_000, 1_000_000))
    if not isinstance(value, str):
        return False
    if value.isdigit() and len(value) >= 10:
        return is_now(int(value))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    return abs((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now) < NEAR
