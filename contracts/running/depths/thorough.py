"""A thorough run: all that the gate asks, what takes long, and a random search that is told by its seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from contracts.record.party import Party
from contracts.reports.result import Result
from contracts.running.parties import limited
from contracts.running.run import Run
from contracts.target.client import Budget, Limits
from contracts.target.target import Target
from contracts.terms.rule import Rule
from contracts.terms.search import SEARCHING, Search
from contracts.terms.verdict import Verdict

TIMES = 6
"""The requests of everything before the search, so many times, are sent in all, where no budget is given."""
MOST_REQUESTS = 1_000_000
"""Where neither an option nor the target file says how many requests may be sent."""
OF_ANSWERS = ("error_envelope", "negotiation", "response", "auth")
"""The families whose violations say nothing of what a field stores."""


class ThoroughRun(Run):
    """A run whose search goes on until the budget that was asked for is spent.

    It searches whatever the rules on single patches have found: the fields that these name are left out.
    """

    def open(self) -> None:
        """Say the seed, and open the targets."""
        self.say(f"thorough: --seed {self.plan.seed} draws the same again")
        super().open()

    def join(self, *opened: Any, **how: Any) -> None:
        """Know the targets, as ``Run.join``; what the target file says of requests holds."""
        super().join(*opened, **how)
        self._blamed: dict[str, set[str]] = {}
        for name, target in self._targets.items():
            if "max_requests" not in self.plan.limits and target.limits.max_requests == Limits().max_requests:
                self._targets[name] = limited(target, {"max_requests": MOST_REQUESTS}, len(self.parties(name)))

    def judge(
        self, api: str, rule: Rule, field: str, call: Callable[[Party], object], number: int | None = None
    ) -> tuple[Result, BaseException | None]:
        """Judge one item, as ``Run.judge``; the search goes ahead after violations, too."""
        if rule.id == SEARCHING:
            self._violated.discard(api)
            for party in self._parties_of(api):
                if party.search is not None:
                    party.search = replace(party.search, without=frozenset(self._blamed.get(api, ())))
        result, outcome = super().judge(api, rule, field, call, number)
        if result.verdict in (Verdict.VIOLATES, Verdict.KNOWN) and rule.family not in OF_ANSWERS:
            self._blamed.setdefault(api, set()).add(field)
        return result, outcome

    def _new_party(self, target: Target, budget: Budget) -> Party:
        party = super()._new_party(target, budget)
        whole = bool({"max_requests", "max_seconds"} & self.plan.limits.keys())
        party.search = Search(seed=self.plan.seed, times=TIMES, whole=whole)
        party.values.token = f"{Random(self.plan.seed).getrandbits(24):06x}"
        return party
