"""How a property moves that no request is to blame for, in the words of reports; and the moments that texts tell."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from specs import Api, RecordField

WITH_REQUESTS, WITH_WRITES, WITH_CHANGES, WITH_REFUSALS, WITH_TIME, COUNTS, IN_ANY_ORDER = (
    "moves with every request",
    "moves with every write",
    "moves with every change",
    "moves with refused requests",
    "moves with time",
    "counts writes",
    "is shown in any order",
)
FOLLOWS = "follows "
"""Ahead of the paths of the fields of the request that a property follows, without brackets, with commas between them."""
BY_ITSELF = (WITH_REQUESTS, WITH_WRITES, WITH_CHANGES, WITH_REFUSALS)
"""How what the service itself sets moves, whether or not requests may name it too."""
WORDS = (WITH_REQUESTS, WITH_WRITES, WITH_CHANGES, WITH_REFUSALS, WITH_TIME, COUNTS, IN_ANY_ORDER)


def followed(how: str) -> tuple[str, ...]:
    """The names that ``how`` says a property follows; none where it moves otherwise."""
    return tuple(name.strip() for name in how.removeprefix(FOLLOWS).split(",")) if how.startswith(FOLLOWS) else ()


def followers(found: Mapping[str, str], source: str | None = None) -> list[str]:
    """Of properties and how each moves, those that follow others; ``source``: those that follow this path, or what holds it."""
    names = {path: followed(how) for path, how in found.items()}
    if source is None:
        return [path for path, sources in names.items() if sources]
    return [path for path, sources in names.items() if any(f"{source}.".startswith(f"{each}.") for each in sources)]


def times_of_change(api: Api) -> list[RecordField]:
    """The times that each write moves, outside lists."""
    return [each for each in api.walk_record() if each.touched and "[]" not in each.path]


CLOCKS = timedelta(seconds=2)
"""What the clocks of a target's several machines may differ by, and what a time in whole seconds lacks."""


def moment(value: Any) -> datetime | None:
    """The moment that a text gives with its zone, or None."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None
