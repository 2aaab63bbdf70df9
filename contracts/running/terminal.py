"""What a person reads in the terminal: a matrix of families by APIs, each root cause, and the restoration."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from contracts.reports.advice import advice
from contracts.reports.findings import Finding, Listed, findings, label, listed, outcome, place
from contracts.reports.promises import untold
from contracts.reports.report import RunReport
from contracts.reports.result import Result
from contracts.running.run import Run
from contracts.terms.rule import FAMILIES, Rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import Level, Verdict

WIDTH = 80
SHOWN_FINDINGS = 25
SHOWN_LINES = 10
SHOWN_CURL = 2000
SHOWN_STALE = 20


def summary(reporter: pytest.TerminalReporter, run: Run) -> None:
    """Write the summary of a run."""
    reporter.section("contract")
    for line, style in told(list(run.reports.values()), folder=run.plan.report_dir, strict=run.plan.strict):
        reporter.line(line, **style)
    if run.listed:
        entries = "1 known deviation" if run.listed == 1 else f"{run.listed} known deviations"
        reporter.line(f"added to the list: {entries}; give each a reason, and an owner or a ticket")


def told(reports: Sequence[RunReport], *, folder: Path | None, strict: bool) -> Iterator[tuple[str, dict[str, bool]]]:
    """The lines about some runs, each with its colours: the matrix, the findings, known deviations, the ending."""
    found = [(report, each) for report in reports for each in findings(report)]
    yield from ((line, {}) for line in matrix(reports))
    for number, (report, each) in enumerate(found[:SHOWN_FINDINGS], 1):
        first, *rest = violation(number, report, each)
        yield "", {}
        yield first, {"red": each.first.failed, "yellow": not each.first.failed, "bold": True}
        yield from ((line, {}) for line in rest)
    yield "", {}
    yield from ((line, {}) for report in reports for line in deviations(report))
    yield from ((line, {}) for line in ending(reports, hidden=len(found) - SHOWN_FINDINGS, folder=folder, strict=strict))


def matrix(reports: Sequence[RunReport]) -> list[str]:
    """Families down, APIs across: judged items, and how many of them are violated; as many APIs side by side as fit."""
    column = max((len(report.api) for report in reports), default=0) + 2
    beside = max(1, (WIDTH - 16) // column)
    lines = [line for start in range(0, len(reports), beside) for line in _block(reports[start : start + beside], column)]
    results = [each for report in reports for each in report.results]
    return lines + ([_legend(results)] if any(each.verdict == Verdict.VIOLATES for each in results) else [])


def _block(reports: Sequence[RunReport], column: int) -> Iterator[str]:
    yield " " * 16 + "".join(report.api.rjust(column) for report in reports)
    for family in FAMILIES:
        cells = [_cell([each for each in report.results if each.family == family]) for report in reports]
        if any(cells):
            yield family.ljust(16) + "".join(cell.rjust(column) for cell in cells)


def _cell(results: Sequence[Result]) -> str:
    if not results:
        return ""
    judged = sum(each.verdict != Verdict.NOT_JUDGED for each in results)
    must, should = _violated(results)
    return f"{judged or '-'}{f' !{must}' if must else ''}{f' ~{should}' if should else ''}"


def _legend(results: Sequence[Result]) -> str:
    must, should = _violated(results)
    told = ["items judged", *(["!n: n of them violate a must"] if must else []), *(["~n: a should only"] if should else [])]
    return f"({', '.join(told)})"


def _violated(results: Sequence[Result]) -> tuple[int, int]:
    must = sum(each.failed for each in results)
    return must, sum(each.verdict == Verdict.VIOLATES for each in results) - must


def violation(number: int, report: RunReport, finding: Finding) -> list[str]:
    """A root cause in at most ten lines: rule, sentence, document, fields, expected, actual, difference, curl.

    Each part takes two lines at most; where that is too much, the less telling ones take one.
    """
    first = finding.first
    word = "VIOLATED" if first.level == Level.MUST else "should"
    head = _wrapped("", f"{number}. {word} {report.api} {first.family}/{', '.join(finding.rules)}", 1)[0].strip()
    tail = [_curl(line) for line in (first.curl or "").splitlines()]  # of a story, one for each step
    parts = {label: _wrapped(label, text, 2) for label, text in _parts(finding, 2).items() if text}
    narrow = _parts(finding, 1)
    for part in ("says", "on", "differs", "expected", "", "actual"):
        if 1 + sum(map(len, parts.values())) + len(tail) > SHOWN_LINES and part in parts:
            parts[part] = _wrapped(part, narrow[part], 1)
    return [head, *(line for lines in parts.values() for line in lines), *tail]


def _parts(finding: Finding, lines: int) -> dict[str, str]:
    """What is told of a root cause, by label; the fields in so many lines."""
    first = finding.first
    return {
        "": first.title,
        "says": place(first.claim) if first.claim else "",
        "on": _fields(finding.fields, lines),
        "expected": first.expected or "",
        "actual": first.actual or "",
        "differs": "; ".join(
            f"{each['path']}: {spelled(each['before'])} -> {spelled(each['after'])}" for each in first.difference[:3]
        ),
    }


def _fields(fields: Sequence[str], lines: int) -> str:
    """As many names as surely fit into so many lines, and the number of the others."""
    names = [label(each) for each in fields]
    shown: list[str] = []
    for name in names:
        if shown and len(", ".join([*shown, name])) > lines * 50:
            return f"{', '.join(shown)} and {len(names) - len(shown)} more"
        shown.append(name)
    return ", ".join(shown)


def _wrapped(label: str, text: str, lines: int) -> list[str]:
    """``text`` behind its label on so many lines at most, cut where it is longer."""
    start = f"  {label:9}" if label else "  "
    flat = " ".join(text.split())
    found = textwrap.wrap(flat, WIDTH, initial_indent=start, subsequent_indent=" " * len(start), break_on_hyphens=False) or [
        start
    ]
    if len(found) <= lines:
        return found
    head, rest = found[lines - 1], found[lines].strip()
    gap = " " if f"{head.split()[-1]} {rest.split()[0]}" in flat else ""  # a long word is broken anywhere
    return [*found[: lines - 1], f"{f'{head}{gap}{rest}'[: WIDTH - 4].rstrip()} ..."]


def _curl(line: str) -> str:
    """A line of its own, whole, so that it can be copied; a very long one is cut, and marked as cut."""
    flat = " ".join(line.splitlines())
    return f"  {flat}" if len(flat) <= SHOWN_CURL else f"  {flat[:SHOWN_CURL]} ... (cut; the whole line is in report.html)"


def deviations(report: RunReport) -> list[str]:
    """The known deviations of a run, one for each entry of the list, and what has to go from it."""
    lines = [line for each in listed(report) for line in _wrapped("", f"known {report.api} {_entry(each)}", 2)]
    lines += [line for each in report.stale for line in _wrapped("", f"STALE {each.told}", SHOWN_STALE)]
    return [*lines, ""] if lines else []


def _entry(each: Listed) -> str:
    at = each.entry.get("listed", "")
    told = f"{', '.join(each.rules)} on {_fields(each.fields, 1)}: {each.entry.get('reason', '')} ({each.answers})"
    return f"{told} [{at}]" if at else told


def ending(reports: Sequence[RunReport], *, hidden: int, folder: Path | None, strict: bool) -> list[str]:
    """What is not shown, how each run ended, the verdict, and where there is more to read."""
    violated = any(each.verdict == Verdict.VIOLATES for report in reports for each in report.results)
    lines = [f"and {hidden} more: see report.html", ""] if hidden > 0 else []
    lines += [line for report in reports for line in closing(report)]
    lines += [line for report in reports if strict for line in _left(report)]
    lines += ["", outcome(reports, strict=strict).sentence]
    if folder is not None:
        lines.append(f"report: {folder / 'report.html'}")
    elif violated:
        lines.append("for the requests and answers, add: --report-dir DIR")
    return lines


def _left(report: RunReport) -> list[str]:
    """What was seen, and left to a rule that did not tell it: no violation, and no clean bill either."""
    return [line for each in untold(report.results) for line in _wrapped("", f"{each.rule} on {each.field}: {each.actual}", 3)]


def closing(report: RunReport) -> list[str]:
    """How the run against one API ended, and what could not be restored."""
    counts = Counter(report.summary())
    told = ", ".join(f"{counts[str(verdict)]} {str(verdict).replace('_', ' ')}" for verdict in Verdict if counts[str(verdict)])
    restored = "restored" if report.restored.ok else "NOT RESTORED"
    line = f"{report.api}: {told or 'nothing judged'}; {report.requests} requests; {restored}"
    lines = textwrap.wrap(line, WIDTH, subsequent_indent="  ")
    if told := advice(report):
        lines += _wrapped("", told, 5)
    if report.moves:
        lines += _wrapped("", f"by itself: {', '.join(f'{path} {how}' for path, how in report.moves.items())}", 2)
    for each in report.restored.differences:
        lines += _wrapped("", f"{each.path} should be {spelled(each.before)}, but is {spelled(each.after)}", 2)
    return [*lines, *(f"  repair: {repair}" for repair in report.restored.repairs)]


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
