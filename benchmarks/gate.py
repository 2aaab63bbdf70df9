"""How long a gate run takes beside stock Schemathesis on the same API: ``python -m benchmarks.gate [NAME ...]``.

Both are whole processes on a correct mock, started in turns, so that a busy machine slows both: ``pytest contracts``, which
starts the mock itself, and ``st run`` with all its checks on a mock that is up already. What counts is the ratio.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from statistics import median

import click

import specs
from tests import subjects
from tests.judging import hooks


@click.command()
@click.argument("names", nargs=-1)
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Turns for each of the two.")
def main(names: tuple[str, ...], rounds: int) -> None:
    """Print a line for each API: seconds and requests of both, and the ratio turn by turn."""
    for name in names or specs.names():
        turns = [(gate(name), stock(name)) for _ in range(rounds)]
        ours, theirs = ([each[side][0] for each in turns] for side in (0, 1))
        ratios = [each[0][0] / each[1][0] for each in turns]
        click.echo(
            f"{name}: gate {_spread(ours)} s, {turns[-1][0][1]} requests; "
            f"stock {_spread(theirs)} s, {turns[-1][1][1]} test cases; ratio {_spread(ratios)}"
        )


def _spread(values: list[float]) -> str:
    return f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})"


def gate(name: str) -> tuple[float, int]:
    """The seconds of ``pytest contracts`` on the embedded mock, and its requests."""
    begun = time.perf_counter()
    command = [sys.executable, "-m", "pytest", "contracts", "--api", name, "-p", "no:cacheprovider"]
    run = subprocess.run(command, cwd=subjects.ROOT, capture_output=True, text=True, timeout=600, check=False)
    return time.perf_counter() - begun, _number(r"(\d+) requests", run)


def stock(name: str) -> tuple[float, int]:
    """The seconds of ``st run --checks all`` on a mock, and its test cases."""
    with subjects.mock([name]) as (target,):
        begun = time.perf_counter()
        run = hooks.schemathesis(target, hooks=False)
        return time.perf_counter() - begun, _number(r"(\d+) generated", run)


def _number(pattern: str, run: subprocess.CompletedProcess[str]) -> int:
    """A figure that a run prints; a run without any has failed."""
    found = re.search(pattern, run.stdout)
    if run.returncode or found is None:
        raise SystemExit(f"{' '.join(run.args[:6])}: exit code {run.returncode}: {run.stdout[-500:]}{run.stderr[-500:]}")
    return int(found[1])


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.gate")
