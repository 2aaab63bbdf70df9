"""summary.md: the run in a page of Markdown, for a pull request or the summary of a CI job."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from contracts.reports.advice import advice
from contracts.reports.findings import Finding, choices, findings, label, listed, outcome, place
from contracts.reports.report import RunReport
from contracts.reports.result import Result
from contracts.terms.rule import FAMILIES
from contracts.terms.verdict import Level, Verdict

SHOWN_FINDINGS = 25
SHOWN_FIELDS = 12
SHOWN_TEXT = 400
SHOWN_CURL = 2000
ACTIVE = re.compile(r"[\\`*|<>&$]|~(?=~)|(?<!\w)_|_(?!\w)|\](?=[(\[:])|!(?=\[)|#(?=\d)|@(?=\w)")
"""Characters that mean something where they stand: to Markdown, to HTML, or to what GitHub adds."""


def render(runs: Sequence[RunReport], *, strict: bool = False) -> str:
    """The page; ``strict``: what is only a should counts as well."""
    result = outcome(runs, strict=strict)
    lines = [f"## {'❌' if result.failed else '✅'} Partial updates: {_plain(result.sentence)}", "", *_overview(runs)]
    left = SHOWN_FINDINGS
    for run in runs:
        found = findings(run)
        lines += ["", f"### {_plain(run.api)}", "", *_families(run)]
        lines += ["", _plain(told)] if (told := advice(run)) else []
        for number, each in enumerate(found[:left], 1):
            lines += ["", *_finding(number, each)]
        left = max(0, left - len(found))
        lines += [*_restoration(run), *_known(run), *_observed(run), *_moves(run)]
    hidden = sum(len(findings(run)) for run in runs) - SHOWN_FINDINGS
    if hidden > 0:
        lines += ["", f"… and {hidden} more: see report.html."]
    return "\n".join(lines) + "\n"


def _overview(runs: Sequence[RunReport]) -> Iterator[str]:
    yield from _table(
        ("API", "Target", "Conforms", "Violates", "Observed", "Known", "Not judged", "Requests", "Time", "Restored"),
        [
            (
                _plain(run.api),
                _code(run.url),
                *(str(run.summary()[each]) for each in _COLUMNS),
                str(run.requests),
                f"{run.seconds:.1f} s",
                "yes" if run.restored.ok else "**no**",
            )
            for run in runs
        ],
    )


_COLUMNS = (Verdict.CONFORMS, Verdict.VIOLATES, Verdict.OBSERVED, Verdict.KNOWN, Verdict.NOT_JUDGED)


def _families(run: RunReport) -> Iterator[str]:
    rows = []
    for family in FAMILIES:
        own = [each for each in run.results if each.family == family]
        if own:
            rows.append((_plain(family), *_counts(own)))
    yield from _table(("Family", "Conforms", "Violates must", "Violates should", "Observed", "Known", "Not judged"), rows)


def _counts(results: Iterable[Result]) -> tuple[str, ...]:
    results = tuple(results)
    must = sum(each.failed for each in results)
    counts = {verdict: sum(each.verdict == verdict for each in results) for verdict in Verdict}
    numbers = [counts[Verdict.CONFORMS], must, counts[Verdict.VIOLATES] - must]
    numbers += [counts[each] for each in (Verdict.OBSERVED, Verdict.KNOWN, Verdict.NOT_JUDGED)]
    return tuple(str(number or "") for number in numbers)


def _finding(number: int, finding: Finding) -> Iterator[str]:
    first = finding.first
    mark = "❌" if first.level == Level.MUST else "⚠️"
    yield f"#### {mark} {number}. {_plain(', '.join(finding.rules))} ({_plain(first.level)}, {_plain(first.family)})"
    yield ""
    yield _plain(first.title)
    yield ""
    if first.claim:
        yield f"- **Says** {_plain(place(first.claim))}"
    yield f"- **On** {_shown_fields(finding.fields)}"
    yield f"- **Expected** {_code(first.expected)}"
    yield f"- **Actual** {_code(first.actual)}"
    for each in first.difference[:3]:
        yield f"- {_code(each['path'])}: {_code(each['before'])} → {_code(each['after'])}"
    yield from _curl(first.curl)


def _curl(line: str | None) -> Iterator[str]:
    if line is None:
        return
    if len(line) > SHOWN_CURL:
        yield f"- the request is long: {_code('curl')} in report.html"
        return
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", line)), default=0))
    yield from ("", f"{fence}sh", line, fence)


def _restoration(run: RunReport) -> Iterator[str]:
    if run.restored.ok:
        return
    yield from ("", "**The record could not be restored.**", "")
    rows = [(_code(each.path), _code(each.before), _code(each.after)) for each in run.restored.differences]
    yield from _table(("Field", "Should be", "Is"), rows)


def _known(run: RunReport) -> Iterator[str]:
    if run.stale:
        yield from ("", "**Stale entries in the list of known deviations**", "")
        yield from (f"- {_code(each.place)}: {_plain(f'{each.about} {each.why}: delete {each.delete}')}" for each in run.stale)
    found = listed(run)
    if found:
        yield from ("", "**Known deviations**", "")
        rows = [
            (
                _plain(", ".join(each.rules)),
                _shown_fields(each.fields),
                _plain(each.entry.get("reason", "")),
                _plain(each.answers),
                _code(each.entry.get("listed", "")),
            )
            for each in found
        ]
        yield from _table(("Rule", "Fields", "Reason", "Who answers for it", "Listed"), rows)


def _shown_fields(fields: Sequence[str]) -> str:
    more = len(fields) - SHOWN_FIELDS
    return ", ".join(_code(label(each)) for each in fields[:SHOWN_FIELDS]) + (f" and {more} more" if more > 0 else "")


def _observed(run: RunReport) -> Iterator[str]:
    found = choices(run)
    if not found:
        return
    yield from ("", f"<details><summary>Observed at points that the document leaves open ({len(found)})</summary>", "")
    rows = [
        (_plain(f"{each.point}: {each.about}" if each.about else each.point), _plain(each.behaviour), _shown_fields(each.fields))
        for each in found
    ]
    yield from _table(("Point", "The target's choice", "Fields"), rows)
    yield from ("", "</details>")


def _moves(run: RunReport) -> Iterator[str]:
    if not run.moves:
        return
    yield from ("", f"<details><summary>Properties that move by themselves ({len(run.moves)})</summary>", "")
    yield from _table(("Property", "How"), [(_code(path), _plain(how)) for path, how in run.moves.items()])
    yield from ("", "</details>")


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + " --- |" * len(head)
    for row in rows:
        yield f"| {' | '.join(row)} |"


def _plain(value: object) -> str:
    """A text on one line that is shown as it stands, wherever it comes from."""
    text = " ".join(str(value).split())
    cut = text if len(text) <= SHOWN_TEXT else f"{text[:SHOWN_TEXT]}…"
    return ACTIVE.sub(lambda found: f"&#{ord(found[0])};", cut)


def _code(value: object) -> str:
    return f"<code>{_plain(value)}</code>"
