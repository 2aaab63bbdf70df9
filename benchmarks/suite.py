"""What a gate run costs: ``python -m benchmarks.suite [NAME ...]`` prints JSON, to be put beside the figures of other tools.

A mock of each API is judged by ``patch-contracts test`` as a whole process. Of each round: the seconds of the run and of its
processor, the seconds from its start to its first request, and its requests. ``--latency`` holds every request up, as a distant
service does; ``--connections`` judges several records at the same time in one process, ``--workers`` in one each.
``--beside DIR`` measures the suite of another checkout in turns with this one, so that a busy machine slows both.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Any

import click

import specs
from tests import subjects
from tests.services.several import serving

FIGURES = ("seconds", "cpu_seconds", "seconds_to_first_request", "requests")


@click.command()
@click.argument("names", nargs=-1)
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Runs of each API.")
@click.option("--latency", default=0.0, show_default=True, help="Seconds by which every request is held up.")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1), help="Workers, each with a record of its own.")
@click.option("--connections", default=1, show_default=True, type=click.IntRange(1), help="The same by threads of one process.")
@click.option("--beside", type=click.Path(exists=True, path_type=Path), help="Another checkout, measured in turns.")
def main(names: tuple[str, ...], rounds: int, latency: float, workers: int, connections: int, beside: Path | None) -> None:
    """Print the figures of each API, and of the other checkout the ratio to them."""
    shared = ["-n", str(workers)] if workers > 1 else ["--connections", str(connections)] if connections > 1 else []
    checkouts = [subjects.ROOT, *([beside] if beside is not None else [])]
    for name in names or specs.names():
        with serving(name, max(workers, connections), latency) as target:
            turns = [[run(each, target, shared) for each in checkouts] for _ in range(rounds)]
        found: dict[str, Any] = {
            "api": name,
            "latency": latency,
            "workers": workers,
            "connections": connections,
            "rounds": rounds,
        }
        found |= {figure: _spread([each[0][figure] for each in turns]) for figure in FIGURES}
        if beside is not None:
            found["ratio"] = {figure: _spread([each[0][figure] / each[1][figure] for each in turns]) for figure in FIGURES}
        click.echo(json.dumps(found))


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(median(values), 3), "least": round(min(values), 3), "most": round(max(values), 3)}


def run(checkout: Path, target: str, shared: Sequence[str]) -> dict[str, float]:
    """The figures of one run of a checkout's suite; SystemExit for one that does not conform."""
    with tempfile.TemporaryDirectory() as folder:
        file, reports = Path(folder, "target.toml"), Path(folder, "out")
        file.write_text(target, encoding="utf-8")
        command = [sys.executable, str(checkout / "patch_contracts.py"), "test", "-q", "--target", str(file)]
        command += ["--report-dir", str(reports), "-p", "no:cacheprovider", *shared]
        environment = {**os.environ, "PYTHONPATH": str(checkout)}
        used, begun, clock = _processor(), time.time(), time.perf_counter()
        done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=3600, check=False)
        seconds = time.perf_counter() - clock
        if done.returncode:
            raise SystemExit(f"{' '.join(command)}: exit code {done.returncode}: {done.stdout[-800:]}{done.stderr[-500:]}")
        (report,) = json.loads((reports / "report.json").read_text(encoding="utf-8"))["runs"]
        entries = json.loads((reports / "traffic.har").read_text(encoding="utf-8"))["log"]["entries"]
    first = min(datetime.fromisoformat(each["startedDateTime"]).timestamp() for each in entries)
    return {
        "seconds": seconds,
        "cpu_seconds": _processor() - used,
        "seconds_to_first_request": first - begun,
        "requests": report["requests"],
    }


def _processor() -> float:
    """Seconds of processor that ended children have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.suite")
