"""Results and runs made by hand, for the tests of reports."""

from __future__ import annotations

from typing import Any

from contracts.reports.report import RunReport
from contracts.reports.result import Result

HOSTILE = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'>`|&amp;<u>"
"""A text from outside that attacks a page."""


def answered(*, status: int = 200, body: str = '{"a": 1}', curl: str = "curl one", started: str = "1") -> dict[str, Any]:
    """A request and its answer, as a result holds them."""
    return {
        "method": "PATCH",
        "url": "http://localhost/customers/1",
        "headers": {"Authorization": "Bearer $TOKEN"},
        "body": '{"city":"x"}',
        "status": status,
        "answer_headers": {"Content-Type": "application/json"},
        "answer_body": body,
        "curl": curl,
        "started": started,
        "milliseconds": 1.5,
    }


def result(**changes: Any) -> Result:
    """A result that conforms, with changes."""
    plain = {
        "rule": "kept",
        "family": "partial_update",
        "level": "must",
        "field": "city",
        "verdict": "conforms",
        "title": "What is sent is kept.",
        "claim": {"document": "page.txt", "at": "Parameters: city", "says": "The city is kept."},
        "api": "shop",
    }
    return Result(**{**plain, **changes})


def violation(**changes: Any) -> Result:
    """A violation, with changes; ``status`` is that of its only exchange."""
    status = changes.pop("status", 200)
    curl = changes.get("curl", f"curl {changes.get('rule')} {changes.get('field')}")
    plain = {
        "verdict": "violates",
        "expected": "the city to read 'x'",
        "actual": "it reads 'y'",
        "difference": ({"path": "city", "before": "x", "after": "y"},),
        "curl": curl,
        "exchanges": (answered(status=status, curl=curl),),
    }
    return result(**{**plain, **changes})


def report(*results: Result, **changes: Any) -> RunReport:
    """A run with these results."""
    plain = {"api": "shop", "url": "http://localhost", "started": "2026-01-02T03:04:05+00:00", "seconds": 2.0, "requests": 3}
    return RunReport(**{**plain, **changes}, results=list(results))
