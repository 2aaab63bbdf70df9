"""``python -m benchmarks.peers``: installs the peers from npm, measures them and the mock in turns, and writes what it saw."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from benchmarks.peers import load, report, suites
from benchmarks.peers.documents import write_all
from benchmarks.peers.load import Turn
from benchmarks.peers.servers import Peer, Running, installed, peers, started
from contracts.drafting import draft

ROOT = Path(__file__).parents[2]
WARM = 2.0
"""Seconds of asking ahead of the first turn."""


@click.command()
@click.option("--rounds", default=3, show_default=True, type=click.IntRange(1), help="Turns for each server.")
@click.option("--seconds", default=4.0, show_default=True, type=click.FloatRange(0.2), help="Of one turn.")
@click.option("--only", multiple=True, help="These servers only.")
@click.option("--defects", "sample", default=10, show_default=True, type=click.IntRange(0), help="How many the suites look for.")
@click.option(
    "--peers", "folder", default="out/peers", show_default=True, type=click.Path(path_type=Path), help="Where npm installs them."
)
@click.option("--no-install", is_flag=True, help="Only what is in --peers already.")
@click.option("--write", is_flag=True, help="Write docs/reference/benchmarks.md and .svg, else only print.")
@click.option("--json", "file", type=click.Path(dir_okay=False, path_type=Path), help="Where the figures go, too.")
def main(
    rounds: int, seconds: float, only: Sequence[str], sample: int, folder: Path, no_install: bool, write: bool, file: Path | None
) -> None:
    """Print two tables: the servers, and the suites on the same mock with the same deliberate defects."""
    node = installed(folder.resolve(), try_npm=not no_install)
    chosen = [each for each in peers(node) if not only or each.name in only]
    with tempfile.TemporaryDirectory() as temporary:
        servers = _servers(chosen, Path(temporary), rounds, seconds)
        judged = suites.compared(sample, node, Path(temporary)) if sample else []
    found = {
        "machine": report.machine(),
        "client": f"{load.tool()}, {load.CONNECTIONS} connections",
        "rounds": rounds,
        "seconds": seconds,
        "servers": servers,
        "suites": judged,
    }
    if file is not None:
        file.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
    click.echo(report.tables(found))
    if write:
        report.write(found, ROOT / "docs" / "reference")


def _servers(chosen: Sequence[Peer], folder: Path, rounds: int, seconds: float) -> Sequence[Mapping[str, Any]]:
    write_all(folder)
    draft.write(folder / "contacts.json", None, folder / "drafted.yaml")
    found: list[dict[str, Any]] = [{"name": each.name, "missing": each.why_not} for each in chosen]
    with ExitStack() as stack:
        running: dict[str, Running] = {}
        for peer, row in zip(chosen, found, strict=True):
            if peer.command is None:
                continue
            try:
                running[peer.name] = each = stack.enter_context(started(peer, folder))
                row |= {"start": each.seconds, "idle_megabytes": each.megabytes(), **each.habits()}
                load.turn(each.port, WARM, folder)
            except OSError as error:
                _give_up(row, running, error)
        turns: dict[str, list[tuple[Turn, float]]] = {name: [] for name in running}
        for _ in range(rounds):
            for row in [each for each in found if each["name"] in running]:
                each, before = running[row["name"]], running[row["name"]].cpu_seconds()
                try:
                    turn = load.turn(each.port, seconds, folder)
                except OSError as error:
                    _give_up(row, running, error)
                    continue
                turns[row["name"]].append((turn, each.cpu_seconds() - before))
        for row in found:
            if row["name"] in running:
                row |= {"megabytes": running[row["name"]].megabytes(), **_summed(turns[row["name"]])}
    return found


def _give_up(row: dict[str, Any], running: dict[str, Running], error: OSError) -> None:
    """A server that does not come up, or does not last, is told and left out."""
    running.pop(row["name"], None)
    row["missing"] = " ".join(str(error).split())


def _summed(turns: Sequence[tuple[Turn, float]]) -> dict[str, Any]:
    """The medians of the turns, and the turns themselves."""
    good = [(turn, cpu) for turn, cpu in turns if turn.requests]
    median = statistics.median
    return {
        "per_second": median(turn.requests / turn.seconds for turn, _ in good),
        "cpu_microseconds": median(cpu / turn.requests * 1e6 for turn, cpu in good),
        "p50": median(turn.p50 for turn, _ in good),
        "p99": median(turn.p99 for turn, _ in good),
        "wrong": sum(turn.wrong for turn, _ in good),
        "turns": [{**asdict(turn), "cpu": cpu} for turn, cpu in turns],
    }


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.peers")
