"""The figures of the depths: requests and seconds for each API, and what a quick and a thorough run find of the mock's defects.

``python -m tests.depths --sample 50 --seed 1 --write`` writes docs/reference/depths.md anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from zlib import crc32

import click

import specs
from contracts.reports.report import RunReport
from contracts.running.plan import DEPTHS, Plan
from contracts.running.whole import judge_all
from mock_server.defects.writes import sequences
from tests import subjects
from tests.proof import Subject, admin, defects, drawn, mock, stop_mocks

DOCUMENT = subjects.ROOT / "docs" / "reference" / "depths.md"
SEARCH = frozenset({"sequence-follows-model"})
SEARCHED = 12_000
"""Requests of a search for one of the defects that the gate passes by."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a quick run makes of a defect; ``at_gate``: whether the gate finds it, None where it was not asked."""

    subject: Subject
    quick: bool
    requests: int
    at_gate: bool | None


def judged(api: str, depth: str, *names: str, rules: Iterable[str] = (), most: int = 0) -> RunReport:
    """A run against a fresh mock with some defects; ``most``: requests, 0 for those of the depth."""
    target, url = mock(api)
    admin("PUT", f"{url}/__admin/defects", {"defects": [*names]})
    admin("POST", f"{url}/__admin/reset", None)
    limits = {"max_requests": most} if most else {}
    plan = Plan(target=target, apis=(target.api,), depth=depth, seed=1, rules=frozenset(rules), limits=limits)
    (report,) = judge_all(plan)
    return report


def is_found(report: RunReport) -> bool:
    """Whether a rule is violated, must or should."""
    return any(each.verdict == "violates" for each in report.results)


def costs(apis: Sequence[str], depths: Sequence[str]) -> list[str]:
    """A row for each API and depth, without any defect."""
    rows = ["| API | depth | requests | seconds | items judged | of |", "|---|---|---|---|---|---|"]
    for api in apis:
        for depth in depths:
            report = judged(api, depth)
            known = sum(each.verdict != "not_judged" for each in report.results)
            rows.append(f"| {api} | {depth} | {report.requests} | {report.seconds:.1f} | {known} | {len(report.results)} |")
    return rows


def sampled(count: int, seed: int) -> list[Found]:
    """A sample of the defects of the four APIs, each in one of them, at quick; and at the gate what quick does not find.

    Drawn from the half of the defects that the order of a quick run was not chosen by.
    """
    found = []
    for subject in sorted(drawn(count, seed, is_held_out), key=lambda each: each.api):
        report = judged(subject.api, "quick", subject.name)
        at_gate = None if is_found(report) else is_found(judged(subject.api, "gate", subject.name))
        found.append(Found(subject, is_found(report), report.requests, at_gate))
    return found


def is_held_out(name: str) -> bool:
    """Whether a defect is of the half, by its name, at which nobody looks to choose what a quick run asks in which order."""
    return crc32(b"half of " + name.encode()) % 2 == 1


def share(found: Sequence[Found], seed: int) -> list[str]:
    """How many of the sample quick finds, and what it misses."""
    quick = sum(each.quick for each in found)
    gate = quick + sum(bool(each.at_gate) for each in found)
    missed = [f"{each.subject.name} ({each.subject.api})" for each in found if each.at_gate]
    by_api = []
    for api in sorted({each.subject.api for each in found}):
        own = [each for each in found if each.subject.api == api]
        by_api.append(f"{api} {sum(each.quick for each in own)} of {sum(each.quick or bool(each.at_gate) for each in own)}")
    return [
        f"Of {len(found)} defects drawn with seed {seed} from the half that the order was not chosen by,",
        f"the gate finds {gate}, and `--depth quick` {quick} of these",
        f"({100 * quick / max(gate, 1):.0f} %), with at most {max(each.requests for each in found)} requests:",
        f"{', '.join(by_api)}.",
        f"Missed: {', '.join(missed) or 'none'}.",
    ]


def searched(api: str) -> list[str]:
    """What the gate and a search say of the defects that only some sequences or values show."""
    rows = ["| defect | gate | thorough | requests of the search | the story |", "|---|---|---|---|---|"]
    names = [each for each in vars(sequences) if each.replace("_", "-") in {found.name for found in defects((api,))}]
    for name in (each.replace("_", "-") for each in names):
        gate = is_found(judged(api, "gate", name))
        report = judged(api, "thorough", name, rules=SEARCH, most=SEARCHED)
        story = (report.results[0].actual or "").replace("|", "\\|") if is_found(report) else ""
        words = ["found" if each else "-" for each in (gate, is_found(report))]
        rows.append(f"| {name} | {words[0]} | {words[1]} | {report.requests} | {story[:300]} |")
    return rows


@click.command()
@click.option("--api", "apis", multiple=True, help="These APIs only.")
@click.option("--depth", "depths", multiple=True, type=click.Choice(DEPTHS), default=DEPTHS, help="These depths only.")
@click.option("--search/--no-search", default=True, help="Look for what only a search finds.")
@click.option("--sample", default=50, show_default=True, help="Defects that are judged at quick.")
@click.option("--seed", default=1, show_default=True, help="Of the sample.")
@click.option("--write", is_flag=True, help="Write docs/reference/depths.md anew.")
def main(apis: Sequence[str], depths: Sequence[str], search: bool, sample: int, seed: int, write: bool) -> None:
    """Measure the depths, and print the tables."""
    wanted = apis or specs.names()
    lines = [
        "# Depths, measured\n",
        "For whoever chooses a depth: what each costs, and what it finds. Written by `python -m tests.depths --write`;",
        "seconds are those of a mock on the same machine, whatever else it does.\n",
        "## Requests and seconds\n",
        *costs(wanted, depths),
        "\n## What quick finds of what the gate finds\n",
        *share(sampled(sample, seed), seed),
    ]
    if search:
        about = f"Defects that only some sequences or values show, in {wanted[0]}, searched with seed 1:"
        lines += ["\n## What only a search finds\n", f"{about}\n", *searched(wanted[0])]
    stop_mocks()
    text = "\n".join(lines) + "\n"
    click.echo(text)
    if write:
        DOCUMENT.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(prog_name="python -m tests.depths")
