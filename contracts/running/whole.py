"""A whole run without pytest, for Python code that judges targets."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.run import Run
from contracts.running.selection import load_rules


def judge_all(plan: Plan) -> list[RunReport]:
    """A whole run without pytest: every selected rule, the generated ones last, and the records restored.

    Raises TargetError, one line, when a target cannot be used.
    """
    rules = [found for found in load_rules() if plan.includes(found[0])]
    run = Run(plan)
    try:
        run.open()
        for rule, function in sorted(rules, key=lambda found: found[0].turn):
            for api in plan.apis:
                for case in rule.items(api):
                    result, _outcome = run.judge(api.name, rule, case.field, partial(function, case=case.value))
                    run.add(replace(result, order=len(run.results)))
    finally:
        run.close()
    return list(run.reports.values())
