"""Changes that servers make on purpose, told from faults by the names and the values of what has changed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from contracts.record.comparing.sets import equal
from contracts.terms.spelling import underscored

NEAR = 36 * 3600.0
"""Seconds from now within which a time counts as one of this run, whatever its zone."""
_DIGITS = 17
"""Digits of a number that may be a time: of the year 5000 in microseconds."""
FIRST_TIME = re.compile(
    r"(?:^|_)(?:date_?|time_?)?(?:created|creation|joined|registered|registration|inserted|issued|birth)(?:_|$|(?:at|on|date|day|time)$)"
    r"|(?:^|_)(?:create|join|register|insert|issue)_?(?:at|on|date|day|time|date_?time|time_?stamp)$"
)
"""Names of times that are set once, spelt with underscores: one that moves with a write is a fault."""
_TIME = "at|on|date|time|stamp|date_?time|time_?stamp"
CHANGES = re.compile(
    r"(?:^|_)(?:last|date|time)?(?:updat(?:e|ed|es|ing)|modif(?:y|ied|ication|ications)|chang(?:e|ed|es|ing)|edit(?:ed|s|ing)?"
    rf"|seen|sync(?:ed|hed|hroni[sz]ed)?|touch(?:ed)?)(?:_|$|(?:{_TIME})(?:_|$))"
)
"""Words of a name that tell of a change, spelt with underscores."""
MOMENT = re.compile(rf"(?:(?:^|_)(?:{_TIME})(?:_|$))|(?:ed|update|modify|change|sync|seen)(?:{_TIME})?$")
"""Names of what may be a time, likewise."""
_TOKEN = re.compile(
    r"(?:^|_)(?:e_?tag|rev|revision|(?:row|resource)?version|sign|signed|signature|uri)s?(?:_|$)"
    r"|(?:hash|digest|checksum|url|link|token|cursor)s?(?:_|$)"
)
"""Names of opaque texts that servers make anew at each write, likewise."""


def members_of(path: str, *values: Any) -> Iterator[str]:
    """The paths of the members of free-form objects at a path, at any depth of objects."""
    holders = [each for each in values if isinstance(each, Mapping)]
    for name in sorted({str(name) for each in holders for name in each}):
        inner = [each.get(name) for each in holders]
        yield f"{path}.{name}"
        yield from members_of(f"{path}.{name}", *inner)


def plausible(path: str, old: Any, new: Any) -> bool:
    """Whether a change at a write that changed nothing is one that servers make on purpose: a time, a count, an opaque token."""
    if isinstance(old, list) and isinstance(new, list):  # what the items of an array hold
        pairs = list(zip(old, new, strict=False))
        return len(old) == len(new) and all(equal(*pair) or plausible(path, *pair) for pair in pairs)
    if is_now(new):
        return True
    if isinstance(old, int) and isinstance(new, int) and not isinstance(old, bool):
        return 0 < new - old <= 3
    return bool(_TOKEN.search(underscored(path))) and isinstance(old, str) and isinstance(new, str)


def is_set_anew(path: str, value: Any) -> bool:
    """Whether a property is by its name a time of the last change, and by its value one of this run."""
    name = underscored(path.rsplit(".", 1)[-1])
    return CHANGES.search(name) is not None and MOMENT.search(name) is not None and is_now(value)


def is_now(value: Any) -> bool:
    """A moment close to now: RFC 3339 text or a number of seconds or milliseconds since 1970."""
    now = datetime.now(UTC).timestamp()
    if isinstance(value, bool):
        return False
    if isinstance(value, int | float):
        return abs(value) < 10**_DIGITS and any(abs(value / scale - now) < NEAR for scale in (1, 1_000, 1_000_000))
    if not isinstance(value, str):
        return False
    if value.isascii() and value.isdigit() and len(value) >= 10:
        return len(value) <= _DIGITS and is_now(int(value))
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return False
    return abs((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now) < NEAR
