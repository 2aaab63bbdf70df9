"""What a run leaves behind when it ends: reports, the part of a shard, the list of known deviations, observed choices."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from contracts import reports
from contracts.reports import known, observe, shards
from contracts.reports.findings import findings
from contracts.reports.report import RunReport
from contracts.reports.shards import Part
from contracts.reports.traffic import Traffic
from contracts.running.plan import Plan
from contracts.running.selection import items
from contracts.target.target import Target
from contracts.terms.verdict import Level


class Outputs:
    """Writes what the plan asks for, from the reports of a run by API."""

    def __init__(self, plan: Plan, found: Mapping[str, RunReport]) -> None:
        self._plan = plan
        self._reports = found

    def write(self, targets: Mapping[str, Target], traffic: Traffic | None, expected: int) -> int:
        """All of it; ``expected``: the items of the whole run. The number of entries added to the list of known deviations."""
        listed = self._list_violations()
        self._write_observed(targets)
        if self._plan.report_dir is not None and traffic is not None and self._reports:
            reports.write(self._plan.report_dir, list(self._reports.values()), strict=self._plan.strict)
            traffic.merge()
            self._write_part(self._plan.report_dir, expected)
        return listed

    def _write_part(self, folder: Path, expected: int) -> None:
        """With --shard, leave what ``merge`` needs; without, nothing that it could take for that."""
        if self._plan.shard is None:
            (folder / shards.FILE).unlink(missing_ok=True)
            return
        Part(
            shard=self._plan.shard,
            strict=self._plan.strict,
            expected=expected,
            runs=tuple(self._reports.values()),
            known=self._plan.known,
            covered=shards.covered(self._plan.known, sorted(items(self._plan)) if self._plan.known is not None else ()),
        ).write(folder)

    def _list_violations(self) -> int:
        """With --known-update, append what fails to the list: an entry for each rule of a root cause."""
        if self._plan.known is None or not self._plan.known_update:
            return 0
        found = [each for report in self._reports.values() for each in findings(report)]
        failing = [each for each in found if self._plan.strict or each.first.level == Level.MUST]
        groups = [[part for part in each.results if part.rule == rule] for each in failing for rule in each.rules]
        return known.extend(self._plan.known, groups)

    def _write_observed(self, targets: Mapping[str, Target]) -> None:
        """With --observe, write what the target does at the open points."""
        for name, target in targets.items():
            if self._plan.observe is not None and name in self._reports:
                observe.write(self._plan.observe, target, self._reports[name].results, self._reports[name].moves)
