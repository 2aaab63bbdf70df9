"""summary.md: the run in a page of Markdown, for a pull request or a CI job's summary."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.report import RunReport


def render(runs: Sequence[RunReport], *, strict: bool = False) -> str:
    """The page."""
    return f"{len(runs)} {strict}\n"
