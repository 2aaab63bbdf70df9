"""--observe: what a target does at the points that its document leaves open, as the ``[expect]`` section of its file."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from contracts.reports.result import Result
from contracts.target.expect import EVERYWHERE, POINTS, shown
from contracts.target.target import Target, plain_path
from contracts.terms.verdict import Observed, Verdict


def write(path: Path, target: Target, results: Iterable[Result], moves: Mapping[str, str] | None = None) -> None:
    """Write the sections into a file of their own; nothing where no open point was seen, and nothing moves by itself."""
    found = choices(results)
    learnt = {where: how for where, how in (moves or {}).items() if where != EVERYWHERE}
    if found or learnt:
        text = (section(target, found) if found else "") + ("\n" if found and learnt else "")
        path.write_text(text + (moving(learnt) if learnt else ""), encoding="utf-8")


def moving(moves: Mapping[str, str]) -> str:
    """The section ``[moves]``: what changes by itself, so that comparisons leave it out without asking."""
    lines = ["# What changes by itself. Delete what should stand still.", "[moves]"]
    return (
        "\n".join([*lines, *(f"{json.dumps(path, ensure_ascii=False)} = {json.dumps(how)}" for path, how in moves.items())])
        + "\n"
    )


def choices(results: Iterable[Result]) -> dict[str, dict[str, str]]:
    """What was seen at each open point, by field (``EVERYWHERE`` where the point is none of single fields)."""
    found: dict[str, dict[str, str]] = {point: {} for point in POINTS}
    for each in results:
        for point, behaviour in _shown(each).items():
            if each.rule in POINTS[point].rules:
                found[point][each.field if POINTS[point].by_field else EVERYWHERE] = behaviour
    return {point: fields for point, fields in found.items() if fields}


def _shown(result: Result) -> Mapping[str, str]:
    """The behaviours that a result tells; one that violates tells the changed choice alone."""
    if result.verdict in (Verdict.OBSERVED, Verdict.CONFORMS):
        return shown(result.rule, Observed(result.point, result.behaviour) if result.point in POINTS else None)
    return {result.point: result.behaviour} if result.point in POINTS else {}


def section(target: Target, found: Mapping[str, Mapping[str, str]]) -> str:
    """The section as TOML: a line for a point that is the same on all fields, else a table with its exceptions."""
    today = datetime.now(UTC).date()
    lines = [
        f"# What {target.url} did on {today} where the document of {target.api.name} leaves it open.",
        "# Each line is judged from now on: another behaviour is a violation. Delete what may change.",
        "[expect]",
    ]
    mixed = {point: fields for point, fields in found.items() if len(set(fields.values())) > 1}
    for point, fields in found.items():
        if point not in mixed:
            lines.append(f"{point} = {json.dumps(next(iter(fields.values())))}  # {POINTS[point].about}")
    for point, fields in mixed.items():
        lines += ["", f"[expect.{point}]  # {POINTS[point].about}", *_exceptions(fields)]
    if target.expect.normalise:
        lines += ["", "[expect.normalise]"]
        lines += [f"{_key(field)} = {json.dumps(list(names))}" for field, names in target.expect.normalise.items()]
    return "\n".join(lines) + "\n"


def _exceptions(fields: Mapping[str, str]) -> Iterator[str]:
    """The commonest behaviour for every field, and the fields that differ from it."""
    ((common, _number),) = Counter(fields.values()).most_common(1)
    yield f"{_key(EVERYWHERE)} = {json.dumps(common)}"
    for field, behaviour in fields.items():
        if behaviour != common:
            yield f"{_key(field)} = {json.dumps(behaviour)}"


def _key(field: str) -> str:
    """A field as a key of TOML."""
    return json.dumps(plain_path(field), ensure_ascii=False)
