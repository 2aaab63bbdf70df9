"""What a run that is cut by its time has found by then: ``python -m benchmarks.cut --sample 20 --seed 5``.

A sample of the mock's defects is judged one by one, in the order of a run with time enough and in that of one that will be cut,
up to the first violation. What counts is the number of requests until then: at 200 ms an answer, 300 of them are a minute.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from contracts.rules.order import soonest
from contracts.running.depths.quick import Asked
from contracts.running.plan import Plan
from contracts.running.run import Run
from contracts.running.whole import items_of
from tests.proof import admin, drawn, mock, stop_mocks

WITHIN = (300, 600)
"""Requests: one minute and two at 200 ms an answer."""


@click.command()
@click.option("--sample", default=20, show_default=True, help="Defects.")
@click.option("--seed", default=5, show_default=True, help="Of the sample.")
def main(sample: int, seed: int) -> None:
    """Print a line for each defect, and how many were found within so many requests."""
    found: dict[bool, list[int]] = {False: [], True: []}
    for subject in drawn(sample, seed):
        for is_cut, needed in found.items():
            needed.append(requests_until_found(subject.api, subject.name, is_cut=is_cut))
        click.echo(f"{subject.api} {subject.name}: {', '.join(_shown(needed[-1]) for needed in found.values())}")
    for is_cut, needed in found.items():
        shares = ", ".join(f"{sum(each <= most for each in needed)} within {most}" for most in WITHIN)
        click.echo(
            f"{'the order of a run that will be cut' if is_cut else 'the usual order'}: of {sample} defects {shares} requests"
        )
    stop_mocks()


def requests_until_found(api: str, defect: str, *, is_cut: bool) -> int:
    """The requests up to the first violation, one more than are asked for where there was none."""
    target, url = mock(api)
    admin("PUT", f"{url}/__admin/defects", {"defects": [defect]})
    admin("POST", f"{url}/__admin/reset", None)
    run = Run(Plan(target=target, apis=(target.api,)))
    run.open()
    try:
        asked = items_of(run.plan)
        return _until_found(run, soonest(asked, lambda each: each.rule) if is_cut else asked)
    finally:
        run.close()


def _until_found(run: Run, asked: Sequence[Asked]) -> int:
    for each in asked:
        result, _outcome = run.judge(each.api, each.rule, each.field, each.call)
        requests = run.requests().get(each.api, 0)
        if result.verdict == "violates" or requests > WITHIN[-1]:
            return min(requests, WITHIN[-1] + 1)
    return WITHIN[-1] + 1


def _shown(requests: int) -> str:
    return str(requests) if requests <= WITHIN[-1] else "-"


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.cut")
