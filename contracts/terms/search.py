"""What a thorough run is to search with."""

from __future__ import annotations

from dataclasses import dataclass

SEARCHING = "sequence-follows-model"
"""The rule that searches."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """``seed``: of all that is drawn. ``times``: how many times the requests sent before the search are to be sent at least.

    ``whole``: search on until the budget of requests or seconds is spent. ``without``: paths of fields that are left out, since
    a rule on single patches is violated for them.
    """

    seed: int
    times: int
    whole: bool
    without: frozenset[str] = frozenset()
