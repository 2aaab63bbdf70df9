"""The rules that there are, and the items that a plan makes of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from contracts import rules
from contracts.reports.known import Item, Stale
from contracts.reports.result import Result
from contracts.running.plan import Plan
from contracts.terms.rule import Rule, rule_of

MANY_ITEMS, SHARE = 100, 30
"""Items of a file from which on they are shared out, and how many of a rule are then judged together."""


def items(plan: Plan) -> set[Item]:
    """Everything there is to judge at the plan's depth, whatever else is selected."""
    deep_enough = [rule for rule, _function in load_rules() if plan.reaches(rule)]
    return {(api.name, rule.id, case.field) for api in plan.apis for rule in deep_enough for case in rule.items(api)}


def scopes(plan: Plan) -> dict[Item, str]:
    """Which items are best judged on one record, since they share what was seen there: a name for each, by API, rule and field.

    Those of a file are; of a file with very many items some of each rule, so that the work can be shared out.
    """
    chosen = [(rule, function.__module__) for rule, function in load_rules() if plan.includes(rule)]
    sizes = Counter(module for rule, module in chosen for api in plan.apis for _case in rule.items(api))
    return {
        (api.name, rule.id, case.field): f"{rule.id}-{number // SHARE}"
        if sizes[module] > MANY_ITEMS
        else module.rpartition(".")[2]
        for rule, module in chosen
        for api in plan.apis
        for number, case in enumerate(rule.items(api))
    }


@dataclass(frozen=True, slots=True)
class Shares:
    """How items are shared out to the records of a run.

    ``seat``: the one record that a worker has to itself, on which it judges whatever it is given; None where the items of a
    record are for one worker. ``together``: the items that are best judged on one record, as ``scopes`` names them.
    """

    seat: int | None = None
    together: Mapping[Item, str] = field(default_factory=dict)

    def records(self, numbers: Sequence[int]) -> Sequence[int]:
        """The records, in turn, for the items of a rule."""
        return numbers if self.seat is None else numbers[self.seat : self.seat + 1]

    def group(self, item: Item, number: int, records: int) -> str:
        """A name for the items that one worker is to judge; ``records``: of how many records ``number`` is one."""
        return self.together.get(item) or (item[0] if records == 1 else f"{item[0]}-{number}")


def load_rules() -> list[tuple[Rule, Callable[..., object]]]:
    """Every rule with its function, in the order of folders, files and lines."""
    found = []
    for module in sorted(
        each.name for each in pkgutil.walk_packages(rules.__path__, f"{rules.__name__}.") if ".test_" in each.name
    ):
        for member in vars(importlib.import_module(module)).values():
            rule = rule_of(member)
            if rule is not None:
                found.append((rule, member))
    return found


def stale(plan: Plan, results: Sequence[Result]) -> list[Stale]:
    """The known deviations of a plan that its results no longer show."""
    return plan.known.stale(results, items(plan)) if plan.known is not None else []
