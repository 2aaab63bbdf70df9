"""The rules that there are, and the items that a plan makes of them."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable

from contracts import rules
from contracts.reports.known import Item
from contracts.running.plan import Plan
from contracts.terms.rule import Rule, rule_of


def items(plan: Plan) -> set[Item]:
    """Everything there is to judge at the plan's depth, whatever else is selected."""
    deep_enough = [rule for rule, _function in load_rules() if plan.reaches(rule)]
    return {(api.name, rule.id, case.field) for api in plan.apis for rule in deep_enough for case in rule.cases(api)}


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
