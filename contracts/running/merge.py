"""``patch-contracts merge``: the reports of shards, or of runs against several APIs, as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from contracts import reports
from contracts.record.restoring import joined
from contracts.reports import shards, traffic
from contracts.reports.report import RunReport, exit_code, read_json, settled
from contracts.reports.result import Result
from contracts.reports.shards import Part
from contracts.running.selection import load_rules
from contracts.target.target import TargetError

INTERRUPTED = 2


@dataclass(frozen=True, slots=True)
class Merged:
    """The joined runs; ``stopped`` says which shards have not run all of their items."""

    runs: tuple[RunReport, ...]
    strict: bool
    stopped: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """What the single run would have exited with."""
        code = exit_code(self.runs, strict=self.strict)
        return INTERRUPTED if self.stopped and code == 0 else code


def merge(folders: Sequence[Path], output: Path, *, strict: bool = False) -> Merged:
    """Join the reports of some folders into another folder.

    Raises TargetError, one line, and writes nothing, where a folder has no report, or a shard is missing or given twice.
    """
    if output.resolve() in {folder.resolve() for folder in folders}:
        raise TargetError(f"--report-dir: {output} is one of the folders to merge; give another")
    load_rules()
    read = [_read(folder) for folder in folders]
    parts = [each for each in read if isinstance(each, Part)]
    others = [run for each in read if not isinstance(each, Part) for run in each]
    merged = Merged(
        runs=(*_joined_parts(parts), *others),
        strict=strict or any(part.strict for part in parts),
        stopped=tuple(
            f"shard {part.shard}: {part.missing} of its {part.expected} items were not run" for part in parts if part.missing
        ),
    )
    reports.write(output, merged.runs, strict=merged.strict)
    traffic.join(output, [folder / traffic.FILE for folder in folders])
    return merged


def _read(folder: Path) -> Part | list[RunReport]:
    """What a folder holds: the part of a shard, or the report of a whole run."""
    part, report = folder / shards.FILE, folder / "report.json"
    path = part if part.exists() else report
    try:
        return shards.read(part) if part.exists() else read_json(report)
    except OSError as error:
        raise TargetError(f"{path}: cannot be read: {error.strerror}") from None
    except (KeyError, TypeError, ValueError):
        raise TargetError(f"{path}: not a report of this version of patch-contracts") from None


def _joined_parts(parts: Sequence[Part]) -> Iterator[RunReport]:
    """One run for each API of the shards."""
    _check_complete(parts)
    ordered = sorted(parts, key=lambda part: part.shard.number)
    runs: dict[str, list[RunReport]] = {}
    for part in ordered:
        for run in part.runs:
            runs.setdefault(run.api, []).append(run)
    for own in runs.values():
        whole = _joined(own)
        known = next((part.known for part in ordered if part.known is not None), None)
        if known is not None:
            whole.stale = known.stale(whole.results, ordered[0].covered)
        yield whole


def _check_complete(parts: Sequence[Part]) -> None:
    counts = {part.shard.count for part in parts}
    if len(counts) > 1:
        raise TargetError(f"shards of different runs: {', '.join(str(part.shard) for part in parts)}")
    numbers = [part.shard.number for part in parts]
    for count in counts:
        for number in range(1, count + 1):
            if numbers.count(number) != 1:
                raise TargetError(f"shard {number}/{count} is {'missing' if number not in numbers else 'given twice'}")


def _joined(runs: Sequence[RunReport]) -> RunReport:
    """The runs of one API as the single run would have told them; they ran side by side, so the longest counts."""
    return replace(
        runs[0],
        started=min(run.started for run in runs),
        seconds=max(run.seconds for run in runs),
        requests=sum(run.requests for run in runs),
        restored=joined(run.restored for run in runs),
        results=settled(_results(runs)),
    )


def _results(runs: Iterable[RunReport]) -> list[Result]:
    return [result for run in runs for result in run.results]
