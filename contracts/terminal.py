"""What a person reads in the terminal: a matrix of families by APIs, each violation, and the restoration."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest

from contracts.report import RunReport
from contracts.result import Result
from contracts.rule import FAMILIES, Rule
from contracts.run import Run
from contracts.verdict import Verdict

WIDTH = 80


def summary(reporter: pytest.TerminalReporter, run: Run) -> None:
    """Write the summary of a run."""
    reports = list(run.reports.values())
    reporter.section("contract")
    for line in matrix(reports):
        reporter.line(line)
    for report in reports:
        for group in grouped([each for each in report.results if each.verdict == Verdict.VIOLATES]):
            reporter.line("")
            for line in violation(group):
                reporter.line(line)
    reporter.line("")
    for report in reports:
        for line in closing(report):
            reporter.line(line)


def matrix(reports: Sequence[RunReport]) -> list[str]:
    """Families down, APIs across: judged items, and how many of them are violated."""
    column = max((len(report.api) for report in reports), default=0) + 2
    lines = [" " * 16 + "".join(report.api.rjust(column) for report in reports)]
    for family in FAMILIES:
        cells = [_cell([each for each in report.results if each.family == family]) for report in reports]
        if any(cells):
            lines.append(family.ljust(16) + "".join(cell.rjust(column) for cell in cells))
    lines.append("(items judged; !n: n violated, ~n: n violated that are only a should)")
    return lines


def _cell(results: Sequence[Result]) -> str:
    judged = [each for each in results if each.verdict != Verdict.NOT_JUDGED]
    if not results:
        return ""
    failed = sum(each.failed for each in results)
    weak = sum(each.verdict == Verdict.VIOLATES for each in results) - failed
    return f"{len(judged)}{f' !{failed}' if failed else ''}{f' ~{weak}' if weak else ''}"


def grouped(violations: Sequence[Result]) -> list[list[Result]]:
    """Violations of one rule together: one cause, one finding, with its fields under it."""
    groups: dict[tuple[str, str], list[Result]] = {}
    for each in violations:
        groups.setdefault((each.rule, each.level), []).append(each)
    return list(groups.values())


def violation(group: Sequence[Result]) -> list[str]:
    """At most ten lines: sentence, document, fields, expected, actual, difference, curl."""
    first = group[0]
    lines = [f"{'VIOLATED' if first.failed else 'should'} {first.api} {first.rule}: {first.title}"]
    if first.claim:
        lines.append(f"  says {first.claim['document']}, {first.claim['at']}")
    fields = ", ".join(each.field for each in group)
    lines.append(f"  {'fields' if len(group) > 1 else 'field'}: {textwrap.shorten(fields, WIDTH * 2)}")
    lines.append(f"  expected: {_line(first.expected)}")
    lines.append(f"  actual:   {_line(first.actual)}")
    for each in first.difference[:3]:
        lines.append(f"  {each['path']}: {_line(each['before'])} -> {_line(each['after'])}")
    if first.curl:
        lines.append(f"  {textwrap.shorten(first.curl, 500, placeholder=' ...')}")
    return lines


def _line(value: Any) -> str:
    return textwrap.shorten(" ".join(str(value).split()), 240, placeholder=" ...")


def closing(report: RunReport) -> list[str]:
    """One line on the run against one API, and what could not be restored."""
    counts = Counter(report.summary())
    told = ", ".join(f"{counts[str(verdict)]} {str(verdict).replace('_', ' ')}" for verdict in Verdict if counts[str(verdict)])
    lines = [f"{report.api}: {told or 'nothing judged'}; {report.requests} requests; " + ("restored" if report.restored.ok else "NOT RESTORED")]
    for each in report.restored.differences:
        lines.append(f"  {each.path} should be {_line(each.before)}, but is {_line(each.after)}")
    lines.extend(f"  repair: {line}" for line in report.restored.repairs)
    return lines


def list_items(config: pytest.Config, items: Sequence[tuple[Rule, tuple[str, str]]]) -> None:
    """The items of a dry run, by rule."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    by_rule: dict[str, list[str]] = {}
    titles = {}
    for rule, (api, field) in items:
        by_rule.setdefault(f"{rule.family}/{rule.id}", []).append(f"{api}:{field}")
        titles[f"{rule.family}/{rule.id}"] = rule.requirement
    if reporter is None:
        return
    reporter.line("")
    for name, fields in by_rule.items():
        reporter.line(f"{name}: {titles[name]}")
        reporter.line(textwrap.fill(", ".join(fields), WIDTH, initial_indent="  ", subsequent_indent="  "))
    reporter.line(f"{len(items)} items would be judged; nothing was sent")
