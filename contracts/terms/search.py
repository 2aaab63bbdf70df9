"""What a thorough run is to search with."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """``seed``: of all that is drawn. ``times``: how many times the requests sent before the search are to be sent at least.

    ``whole``: search on until the budget of requests or seconds is spent.
    """

    seed: int
    times: int
    whole: bool
