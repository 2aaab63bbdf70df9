"""The same gate again and again: whether the verdicts are the same each time.

python -m benchmarks.repeats --runs 10
"""

from __future__ import annotations

import sys

import click

import specs
from contracts.reports.report import RunReport
from contracts.running.plan import Plan, embedded_apis
from contracts.running.whole import judge_all


def verdicts(report: RunReport) -> list[tuple[str, str, str, str]]:
    """Rule, field, level and verdict of every item, in order."""
    return [(each.rule, each.field, each.level, each.verdict) for each in report.results]


@click.command()
@click.option("--runs", default=10, show_default=True, help="How many times each API is judged.")
@click.option("--api", "apis", multiple=True, help="These APIs only.")
def main(runs: int, apis: tuple[str, ...]) -> None:
    """Judge the embedded mock several times; exit 1 where a verdict differs."""
    differing = 0
    for api in apis or specs.names():
        lists = [verdicts(judge_all(Plan(target=None, apis=embedded_apis(api)))[0]) for _ in range(runs)]
        different = sum(each != lists[0] for each in lists)
        differing += different
        click.echo(f"{api}: {runs} runs of {len(lists[0])} items, {different} with other verdicts than the first")
    sys.exit(bool(differing))


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.repeats")
