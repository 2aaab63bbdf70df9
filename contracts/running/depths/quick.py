"""A quick run: few requests, the most telling questions first, and as many as possible of them in one request.

Items of a rule about different properties are judged in company (``contracts.judging.together``): what ends as expected there is
their verdict, and whatever does not is judged again alone, so that a violation is never a matter of company. Rules take turns,
each with one company and one item alone, until the budget of the sender is spent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from contracts.judging.evidence import base
from contracts.judging.together.lanes import Alone
from contracts.judging.together.table import Tables
from contracts.record.guard import Guard
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import related
from contracts.record.restoring import Restorer
from contracts.record.state import State
from contracts.reports.report import field_paths
from contracts.reports.result import Result
from contracts.rules.order import REFUSED, SEVERAL, only_refused, rank
from contracts.running.parties import limited, reserve
from contracts.running.plan import QUICK_REQUESTS, Plan
from contracts.running.run import Run
from contracts.target.client import Budget
from contracts.target.target import Target
from contracts.terms.rule import Rule
from contracts.terms.verdict import NotJudged, Observed, Verdict
from specs import Field

AT_ONCE = 2
"""Items of one company that are judged again alone at once; the others wait for their turn."""
ATTEMPTS = 1
"""To restore the record property by property, where it cannot be done at once."""
SLICE = 8
"""Requests of one turn of a rule whose items are about no property."""
PROOF = 1
"""The last reading, which shows that refusals have changed nothing."""
ENVELOPES = "error_envelope"
"""The family whose rules look at the answers to single faults, which no company has."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """An item that is to be judged: ``value`` is what the rule gets as its case."""

    api: str
    rule: Rule
    field: str
    value: object
    call: Callable[[Party], object]

    @property
    def key(self) -> tuple[str, str, str]:
        """What names the item."""
        return self.api, self.rule.id, self.field

    @property
    def about(self) -> Field | None:
        """The field that the item is about, None where it is about more, or about none."""
        found = self.value[0] if isinstance(self.value, tuple) and self.value else self.value
        return found if isinstance(found, Field) else None


Judged = tuple[Result, BaseException | None]


class QuickRun(Run):
    """A run whose items are judged in an order of its own, and handed out as they are asked for."""

    def __init__(self, plan: Plan) -> None:
        super().__init__(plan)
        self._asked: list[Asked] = []
        self._keys: frozenset[tuple[str, str, str]] = frozenset()
        self._ready: dict[tuple[str, str, str], Judged] = {}
        self._judged: dict[tuple[str, str, str], Judged] = {}
        self._alone: set[tuple[str, str, str]] = set()
        self._schedules: dict[str, Iterator[None]] = {}
        self._met: set[str] = set()
        self._unproven: dict[str, list[Asked]] = {}
        self._properties: dict[str, frozenset[str]] = {}

    def expect(self, asked: Sequence[Asked]) -> None:
        """Know all items that are to be judged."""
        self._asked = list(asked)
        self._keys = frozenset(each.key for each in asked)

    def join(self, *opened: Any, **how: Any) -> None:
        """Know the targets, as ``Run.join``, within the requests of a quick run."""
        super().join(*opened, **how)
        if "max_requests" not in self.plan.limits:
            for name, target in self._targets.items():
                most = min(target.limits.max_requests, max(QUICK_REQUESTS, 2 * reserve(target.api)))
                self._targets[name] = limited(target, {"max_requests": most}, len(self.parties(name)))

    def _new_party(self, target: Target, budget: Budget) -> Party:
        """Saving and restoring keep to the requests that are kept for them."""
        kept = Budget(requests=reserve(target.api, ATTEMPTS))
        party = super()._new_party(target, kept if budget.requests is None else budget)
        party.thrifty = True
        rows = [base(each) for each in settable(target.api) if each.reference is not None]
        party.movement.explained = frozenset(each for each in rows if each is not None)
        return party

    def _budget(self, target: Target, number: int) -> Budget:
        """What saving and restoring leave of the requests."""
        kept = reserve(target.api, ATTEMPTS) + PROOF
        return replace(super()._budget(target, number), requests=target.limits.max_requests - kept, kept=kept)

    def _prepare(self, party: Party, api: str) -> None:
        """What was learnt when the record was saved, a moment ago, holds; where another process did that, it is learnt anew."""
        saved = next((each for each in self._saved.get(api, ()) if each.party.identity == party.identity), None)
        if saved is None or self.plan.only_refused(party.api):
            super()._prepare(party, api)
            return
        party.movement.take_over(saved.party.movement)
        party.at_first = party.state.last = saved.record
        if party.bystander is not None and api in self._bystanders:
            party.bystander.movement.take_over(party.movement)
            party.bystander_at_first = self._bystanders[api].record if party.reads_by_get else None
        if not party.target.disposable:
            party.guard = Guard(party, saved.record)

    def parties(self, name: str) -> tuple[int, ...]:
        """One record is enough for so few requests."""
        return super().parties(name)[:1]

    def judge(
        self, api: str, rule: Rule, field: str, call: Callable[[Party], object], number: int | None = None
    ) -> tuple[Result, BaseException | None]:
        """The result of one item: that of the schedule, which goes on as far as to it."""
        key = api, rule.id, field
        if key not in self._keys:
            return super().judge(api, rule, field, call, number)
        schedule = self._schedules.setdefault(api, self._schedule(api))
        while key not in self._ready:
            next(schedule)
        return self._ready.pop(key)

    def _schedule(self, api: str) -> Iterator[None]:
        own = [each for each in self._asked if each.api == api]
        waiting: dict[str, list[Asked]] = {}
        for each in sorted(own, key=lambda each: rank(each.rule)):
            waiting.setdefault(each.rule.id, []).append(each)
        while any(waiting.values()):
            for items in list(waiting.values()):
                if items and not only_refused(items[0].rule):
                    self._prove(api, waiting)
                done = self._turn(items) if items else []
                items[:] = [each for each in items if each not in done]
                self._unproven.setdefault(api, []).extend(done)
                if self._is_violated(done):
                    self._prove(api, waiting)
                yield
            if not any(waiting.values()):
                self._prove(api, waiting)
        yield

    def _prove(self, api: str, waiting: dict[str, list[Asked]]) -> None:
        """Let what was judged be known, if refusals that were believed have changed nothing; else judge it again, unbelieving."""
        judged = self._unproven.pop(api, [])
        party = next(iter(self._parties_of(api)), None)
        if party is None or not party.state.is_unproven or self._are_proven(party):
            self._ready |= {each.key: self._judged.pop(each.key) for each in judged}
            return
        party.state.believes_refusals = False
        for each in judged:
            del self._judged[each.key]
            waiting[each.rule.id].append(each)
        suspects = dict.fromkeys([*(each.rule.id for each in judged), *REFUSED])
        for items in (waiting.get(each, []) for each in suspects):
            while items:
                done = self._turn(items)
                items[:] = [each for each in items if each not in done]
                found = self._is_violated(done)
                self._ready |= {each.key: self._judged.pop(each.key) for each in done}
                if found:
                    return

    def _is_violated(self, items: Sequence[Asked]) -> bool:
        return any(self._judged[each.key][0].verdict == Verdict.VIOLATES for each in items)

    @staticmethod
    def _are_proven(party: Party) -> bool:
        """Whether a reading, for which a request is kept, shows that refusals changed nothing; what they changed is put back."""
        client, budget = party.client, party.client.budget
        client.budget = replace(budget, requests=None if budget.requests is None else budget.requests + PROOF)
        try:
            believed = party.state.disproved()
        except NotJudged:
            return False
        finally:
            client.budget = budget
        if believed is not None:
            Restorer(party).restore(believed)
        return believed is None

    def _turn(self, items: list[Asked]) -> list[Asked]:
        """One turn of a rule: a company of those that may be in one, or one item alone. Those that are judged now."""
        if any(self._is_spent(each) for each in items):
            for each in items:
                self._judge_alone(each)
            return [*items]
        company = self._company(items)
        if len(company) > 1:
            self._judge_together(company)
        alone = [each for each in items if each.key in self._alone or each not in company]
        if len(company) < 2:
            self._judge_in_turn(alone or items)
        elif not any(each.key in self._judged for each in company) or (alone and alone[0].key in self._alone):
            self._judge_in_turn(alone or company)
        return [each for each in items if each.key in self._judged]

    def _company(self, items: Sequence[Asked]) -> list[Asked]:
        """Items about a field each, none of which holds another: rather about what is held, which is more."""
        found: list[Asked] = []
        taken: list[str] = []
        for each in sorted(items, key=lambda item: item.about is not None and bool(item.about.children)):
            field = each.about if self._sociable(each) else None
            if field is not None and not any(related(field.path, other) for other in taken):
                found.append(each)
                taken.append(field.path)
        return found

    def _sociable(self, item: Asked) -> bool:
        barred = item.rule.generated or item.rule.spoils or item.rule.family == ENVELOPES or item.rule.id in SEVERAL
        return not (barred or self.plan.read_only or item.key in self._alone or self._serves_reading(item))

    def _serves_reading(self, item: Asked) -> bool:
        """Without a GET, one property is left out of every company: what it holds is sent again to read the record."""
        target = self._targets[item.api]
        if target.read is not None or item.about is None:
            return False
        return item.about.top == next((each.name for each in target.api.fields if State.resendable(each)), "")

    def _is_spent(self, item: Asked) -> bool:
        """Whether no more requests may be sent: what is known by then is still judged."""
        client = next((each.client for each in self._parties_of(item.api)), None)
        return client is not None and client.budget.requests is not None and client.count >= client.budget.requests

    # --- judging ---

    def _judge_in_turn(self, items: Sequence[Asked]) -> None:
        """Judge items alone up to the first about a property that takes requests: what is known already costs nothing.

        Items that are about no property are of another kind each, and share what a rule may send in a turn.
        """
        first = self.requests().get(items[0].api, 0) if items else 0
        for each in items:
            self._judge_alone(each)
            if self.requests().get(each.api, 0) >= first + (1 if self._is_about_a_property(each) else SLICE):
                return

    def _is_about_a_property(self, item: Asked) -> bool:
        api = self._targets[item.api].api
        return item.field in self._properties.setdefault(item.api, frozenset(field_paths(api)))

    def _judge_alone(self, item: Asked) -> None:
        if item.key not in self._judged:
            self._judged[item.key] = super().judge(item.api, item.rule, item.field, item.call)

    def _judge_together(self, company: list[Asked]) -> None:
        first, outcomes, spoilt = self._held(company)
        if spoilt:
            for each in company:
                self._judge_alone(each)
            return
        for each, outcome in zip(company, outcomes, strict=True):
            if not _as_expected(outcome):
                self._alone.add(each.key)
            elif each is company[0]:
                self._judged[each.key] = first
            else:
                self._judged[each.key] = super().judge(each.api, each.rule, each.field, _ending(outcome))
        suspicious = [each for each, outcome in zip(company, outcomes, strict=True) if _tells(outcome)]
        self._tell_apart(suspicious)

    def _tell_apart(self, suspicious: list[Asked]) -> None:
        """Find the one that spoils a company: alone, or in companies of half the size; where the first is bad, others wait."""
        for each in suspicious[:AT_ONCE]:
            self._judge_alone(each)
            if self._judged[each.key][0].verdict == Verdict.VIOLATES:
                return
        rest = suspicious[AT_ONCE:]
        self._alone -= {each.key for each in rest}
        for half in (rest[: len(rest) // 2], rest[len(rest) // 2 :]):
            if len(half) > 1:
                self._judge_together(half)
            elif half:
                self._judge_alone(half[0])

    def _held(self, company: list[Asked]) -> tuple[Judged, list[BaseException | None], bool]:
        """The first item's result, how each item has ended, and whether one field was seen to change what another is about.

        The last is looked for in the first company: after that it is known, and judged by a rule of its own.
        """
        outcomes: list[BaseException | None] = []
        api, is_first, mixed = company[0].api, company[0].api not in self._met, False
        self._met.add(api)

        def host(party: Party) -> None:
            nonlocal mixed
            tables = Tables(party)
            outcomes.extend(tables.judge([(each.about, each.call) for each in company if each.about is not None]))
            mixed = tables.mixed and is_first
            if not mixed:
                tables.learnt()
            if is_first:  # from now on an answer counts as a reading, where all were as expected and showed the same
                party.state.believes_refusals = not mixed and not any(map(_tells, outcomes))
                party.state.believes_answers = tables.candid and not mixed and not any(map(_tells, outcomes))
            if not _as_expected(outcomes[0]):
                raise NotJudged("not as expected in company")
            if outcomes[0] is not None:
                raise outcomes[0]

        first = super().judge(api, company[0].rule, company[0].field, host)
        return first, outcomes or [Alone()] * len(company), mixed


def _as_expected(outcome: BaseException | None) -> bool:
    return outcome is None or isinstance(outcome, Observed)


def _tells(outcome: BaseException | None) -> bool:
    """An outcome that may be a violation."""
    return outcome is not None and not isinstance(outcome, Observed | NotJudged | Alone)


def _ending(outcome: BaseException | None) -> Callable[[Party], object]:
    """What ends as an item of a company has ended."""

    def end(_party: Party) -> None:
        if outcome is not None:
            raise outcome

    return end
