"""Several records judged at the same time by one process: a thread for each, with a connection of its own.

A distant service is waited for nearly all of a run, and that costs no processor: threads begin at once, where each process
would have to import everything first. Items are judged ahead of being asked for, those that share what was seen on one record
by one thread. Generated rules, one behind the other on one record, begin while there is as much to do besides: at the end all
others would be waiting for them. A report leaves out what they say where another rule has been violated, as one of several
processes does. Only the search of a thorough run, which has to know what was violated, waits for all others.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, wait
from contextlib import nullcontext
from itertools import accumulate
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread

from contracts.record.party import Party
from contracts.reports.known import Item
from contracts.rules.order import WHOLE
from contracts.running.depths.quick import Asked, Judged
from contracts.running.depths.thorough import ThoroughRun
from contracts.running.plan import Plan
from contracts.running.run import Run
from contracts.running.selection import scopes
from contracts.target.client import Budget
from contracts.target.target import Target
from contracts.terms.rule import Rule
from contracts.terms.threads import Shared
from specs import Field

LONGEST = "value-unaltered"
"""The rule that sends most: on two records, since all others would be waiting for one."""


class ConnectedRun(Run):
    """A run whose items are judged on all of its records at the same time, and handed out as they are asked for."""

    generated_last = False

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._ahead: dict[Item, Asked] = {}
        self._ended: dict[Item, Future[Judged]] = {}
        self._begun: set[tuple[str, bool]] = set()
        self._threads: list[Thread] = []
        self._halted = Event()
        self._generating = Lock()
        self._together: Mapping[Item, str] = {}
        self._disturbances: Shared[Field, frozenset[str]] = Shared()

    def expect(self, asked: Sequence[Asked]) -> None:
        """Know all items that are to be judged."""
        self._ahead = {each.key: each for each in asked if not (each.rule.generated and self.generated_last)}
        self._ended = {key: Future() for key in self._ahead}
        self._together = scopes(self.plan)

    def judge(self, api: str, rule: Rule, field: str, call: Callable[[Party], object], number: int | None = None) -> Judged:
        """The result of one item; what spoils a record is judged after all that does not."""
        key = api, rule.id, field
        self._begin_ahead(api, spoiling=rule.spoils and key in self._ahead)
        if key in self._ahead:
            return self._ended[key].result()
        wait(self._ended[key] for key, each in self._ahead.items() if not each.rule.spoils)
        return super().judge(api, rule, field, call, number)

    def halt(self) -> None:
        """Judge nothing more, and wait until every thread has ended."""
        self._halted.set()
        for judging in [*self._judging.values()]:
            judging.party.client.budget = Budget(requests=0)
        for each in self._threads:
            each.join()

    def close(self) -> None:
        """Close the run once every thread has ended."""
        self.halt()
        super().close()

    def _new_party(self, target: Target, budget: Budget) -> Party:
        party = super()._new_party(target, budget)
        party.disturbances = self._disturbances
        return party

    def _begin_ahead(self, api: str, *, spoiling: bool) -> None:
        """Let every record be judged; a thread takes what is waiting, until nothing is."""
        if (api, spoiling) in self._begun:
            return
        self._begun.add((api, spoiling))
        waiting: SimpleQueue[list[Asked]] = SimpleQueue()
        for group in self._groups(each for each in self._ahead.values() if (each.api, each.rule.spoils) == (api, spoiling)):
            waiting.put(group)
        for number in self.parties(api):
            self._threads.append(Thread(target=self._work, args=(waiting, number), daemon=True))
            self._threads[-1].start()

    def _groups(self, items: Iterable[Asked]) -> list[list[Asked]]:
        """What is judged on one record: requests that do no harm first, and of each kind what takes longest.

        What is generated takes longest of all: it comes in where half of the others are done.
        """
        found: dict[tuple[str, int], list[Asked]] = {}
        for each in items:
            found.setdefault(self._scope(each), []).append(each)
        ordered = sorted(found.values(), key=lambda group: (group[0].rule.turn, group[0].about is not None, -len(group)))
        generated = [group for group in ordered if group[0].rule.generated]
        others = [group for group in ordered if not group[0].rule.generated]
        behind = list(accumulate(map(len, others)))
        middle = bisect(behind, behind[-1] // 2) if behind else 0
        return [*others[:middle], *generated, *others[middle:]]

    def _scope(self, item: Asked) -> tuple[str, int]:
        """Items about one property share its plain write, others what is sent for all of a rule or a file."""
        if item.rule.generated:
            return "generated", item.rule.turn
        if item.about is None:
            return self._together.get(item.key, item.rule.id), item.rule.turn
        part = " of items" if item.rule.id == LONGEST and "[]" in item.about.path else ""
        return f"{item.rule.id}{part}" if item.rule.id in WHOLE else item.about.path, item.rule.turn

    def _work(self, waiting: SimpleQueue[list[Asked]], number: int) -> None:
        try:
            while True:
                for each in waiting.get_nowait():
                    if self._halted.is_set():
                        return
                    self._judge_ahead(each, number)
        except Empty:
            return

    def _judge_ahead(self, item: Asked, number: int) -> None:
        alone = self._generating if item.rule.generated else nullcontext()  # what draws examples does so in one thread at a time
        try:
            with alone:
                self._ended[item.key].set_result(super().judge(item.api, item.rule, item.field, item.call, number))
        except BaseException as error:  # raised where the item is asked for
            self._ended[item.key].set_exception(error)


class ConnectedThoroughRun(ConnectedRun, ThoroughRun):
    """A thorough run on several records at the same time."""

    generated_last = True
