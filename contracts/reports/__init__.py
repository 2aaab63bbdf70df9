"""What a run leaves behind for people: report.html, summary.md and traffic.har, beside report.json."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from contracts.reports.report import RunReport, write_json
from contracts.reports.summary import render as markdown


def write(folder: Path, runs: Sequence[RunReport], *, strict: bool = False) -> None:
    """Write report.json, report.html and summary.md into ``folder``; ``strict``: what is only a should counts as well."""
    from contracts.reports.html import render as page  # its templates' library is slow to import, and the page comes last

    write_json(folder, runs)
    (folder / "report.html").write_text(page(runs, strict=strict), encoding="utf-8", errors="backslashreplace")
    (folder / "summary.md").write_text(markdown(runs, strict=strict), encoding="utf-8", errors="backslashreplace")
