"""The same gate again and again: whether the verdicts are the same each time.

python -m benchmarks.repeats --runs 10
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

import specs
from contracts.reports.report import RunReport
from contracts.running.plan import Plan, embedded_apis
from contracts.running.whole import judge_all


def verdicts(report: RunReport) -> list[tuple[str, str, str, str]]:
    """Rule, field, level and verdict of every item, in order."""
    return [(each.rule, each.field, each.level, each.verdict) for each in report.results]


def differing(first: Sequence[tuple[str, str, str, str]], other: Sequence[tuple[str, str, str, str]]) -> list[str]:
    """What two runs say differently: rule and field, and the verdicts of both; items that one of them lacks too."""
    one, two = ({(rule, field): f"{verdict} ({level})" for rule, field, level, verdict in run} for run in (first, other))
    return [
        f"{rule} on {field}: {one.get((rule, field), 'none')}, then {two.get((rule, field), 'none')}"
        for rule, field in dict.fromkeys([*one, *two])
        if one.get((rule, field)) != two.get((rule, field))
    ]


@click.command()
@click.option("--runs", default=10, show_default=True, help="How many times each API is judged.")
@click.option("--api", "apis", multiple=True, help="These APIs only.")
def main(runs: int, apis: tuple[str, ...]) -> None:
    """Judge the embedded mock several times; exit 1 where a verdict differs."""
    unequal = 0
    for api in apis or specs.names():
        reports = [judge_all(Plan(target=None, apis=embedded_apis(api)))[0] for _ in range(runs)]
        first = verdicts(reports[0])
        others = {line: None for each in reports[1:] for line in differing(first, verdicts(each))}
        different = sum(verdicts(each) != first for each in reports)
        unequal += different
        requests = sorted({each.requests for each in reports})
        sent = f"{requests[0]}" if len(requests) == 1 else f"{requests[0]} to {requests[-1]}"
        restored = sum(each.restored.ok for each in reports)
        told = f"{different} with other verdicts than the first"
        click.echo(f"{api}: {runs} runs of {len(first)} items, {sent} requests, {restored} restored, {told}")
        for line in others:
            click.echo(f"   {line}")
    sys.exit(bool(unequal))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.repeats")
