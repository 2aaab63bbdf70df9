"""A whole run without pytest, for Python code that judges targets."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from contracts.reports.report import RunReport
from contracts.rules.order import soonest
from contracts.running.depths.choosing import expect, run_of
from contracts.running.depths.quick import Asked
from contracts.running.plan import Plan
from contracts.running.selection import load_rules


def items_of(plan: Plan) -> list[Asked]:
    """What a plan asks, in the usual order: each item of each selected rule, the generated rules last."""
    rules = [found for found in load_rules() if plan.includes(found[0])]
    return [
        Asked(api.name, rule, case.field, case.value, partial(function, case=case.value))
        for rule, function in sorted(rules, key=lambda found: found[0].turn)
        for api in plan.apis
        for case in rule.items(api)
    ]


def judge_all(plan: Plan) -> list[RunReport]:
    """A whole run without pytest: every selected rule, the generated ones last, and the records restored.

    Raises TargetError, one line, when a target cannot be used.
    """
    asked = items_of(plan)
    run = run_of(plan)
    expect(run, asked)
    try:
        run.open()
        if run.will_be_cut(len(asked)):
            asked = soonest(asked, lambda each: each.rule)
        for each in asked:
            result, _outcome = run.judge(each.api, each.rule, each.field, each.call)
            run.add(replace(result, order=len(run.results)))
    finally:
        run.close()
    return list(run.reports.values())
