"""A property that reads another value than the one that was sent for it."""

from __future__ import annotations

from typing import Any

from contracts.judging.evidence import one_difference
from contracts.terms.exchange import Exchange
from contracts.terms.spelling import told
from contracts.terms.verdict import Level, Violation


def misread(
    path: str, sent: Any, now: Any, about: str, exchange: Exchange, *, said: str = "", level: Level | None = None
) -> Violation:
    """The violation, both values told so that look-alikes differ.

    about: what follows the value that was sent, such as " after the patch".
    said: what follows the one that is read. ``level``: where this fault is of another level than the rule.
    """
    return Violation(
        expected=f"{path} to read {told(sent, now)}{about}",
        actual=f"it reads {told(now, sent)}{said}",
        exchange=exchange,
        difference=one_difference(path, sent, now),
        level=level,
    )
