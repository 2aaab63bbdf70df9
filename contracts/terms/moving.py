"""How a property moves that no request is to blame for: the words of reports and of ``[moves]`` in a target file."""

from __future__ import annotations

WITH_REQUESTS, WITH_WRITES, WITH_REFUSALS, WITH_TIME, COUNTS = (
    "moves with every request",
    "moves with every write",
    "moves with refused requests",
    "moves with time",
    "counts writes",
)
FOLLOWS = "follows "
"""Ahead of the names of the top-level properties of the request that a property follows, with commas between them."""
WORDS = (WITH_REQUESTS, WITH_WRITES, WITH_REFUSALS, WITH_TIME, COUNTS)


def followed(how: str) -> tuple[str, ...]:
    """The names that ``how`` says a property follows; none where it moves otherwise."""
    return tuple(name.strip() for name in how.removeprefix(FOLLOWS).split(",")) if how.startswith(FOLLOWS) else ()
