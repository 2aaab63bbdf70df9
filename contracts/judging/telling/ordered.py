"""Two members of which one may not come before the other, as a document says in words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.terms.nearby import days_on
from specs import Api, Field

_AFTER = (
    r"(?:later|greater|larger|higher|more) than|after"
    r"|not (?:before|earlier than|below|less than|smaller than)|no (?:earlier|less) than"
)
_BEFORE = (
    r"(?:earlier|less|smaller|lower) than|before"
    r"|not (?:after|later than|above|greater than|more than)|no (?:later|more) than"
)
_MUST = r"(?:(?:must|may|can|should|has to)(?: not)?|cannot) (?:be|lie|come)"
_BE = rf"(?:(?:it )?{_MUST} |is |lies )?"
OF_ITSELF = {
    True: re.compile(rf"(?:^|[.;]\s+){_BE}(?:{_AFTER}) [`'\"]?(\w+)[`'\"]?(?=[\s.,;]|$)", re.IGNORECASE),
    False: re.compile(rf"(?:^|[.;]\s+){_BE}(?:{_BEFORE}) [`'\"]?(\w+)[`'\"]?(?=[\s.,;]|$)", re.IGNORECASE),
}
"""What the description of a member says of itself, by whether the member is the later one; the group is the other's name."""
OF_BOTH = {
    True: re.compile(rf"`(\w+)` {_MUST} (?:{_AFTER}) `(\w+)`", re.IGNORECASE),
    False: re.compile(rf"`(\w+)` {_MUST} (?:{_BEFORE}) `(\w+)`", re.IGNORECASE),
}
"""What the description of an operation says of two members."""
DENIED = re.compile(r"(?:\bnot|\bcannot) (?:be|lie|come)\b", re.IGNORECASE)
"""What turns it round."""
TIMES = ("date", "date-time")
NUMBERS = frozenset({"integer", "number"})


@dataclass(frozen=True, slots=True)
class Order:
    """Two members of one object: the value of ``earlier`` may not lie behind that of ``later``."""

    earlier: Field
    later: Field


def orders(api: Api) -> list[Order]:
    """What the document says of the order of two members, in the description of one of them, or in that of the operation."""
    found = {(each.earlier.path, each.later.path): each for each in [*_of_members(api), *_of_operation(api)]}
    return list(found.values())


def _of_members(api: Api) -> Iterator[Order]:
    for field in api.walk_fields():
        for is_later, words in OF_ITSELF.items():
            for match in words.finditer(field.description):
                yield from _order(field, _beside(api, field, match[1]), is_later is (DENIED.search(match[0]) is None))


def _of_operation(api: Api) -> Iterator[Order]:
    operation: Mapping[str, Any] = api.document.get("paths", {}).get(api.path, {}).get("patch", {})
    for is_later, words in OF_BOTH.items():
        for match in words.finditer(" ".join(str(operation.get("description") or "").split())):
            first = next((each for each in api.fields if each.name == match[1]), None)
            if first is not None:
                yield from _order(first, _beside(api, first, match[2]), is_later is (DENIED.search(match[0]) is None))


def _beside(api: Api, field: Field, name: str) -> Field | None:
    """The member of this name in the same object, where its values can be told to be before or after those of the field."""
    path = f"{field.path.removesuffix(field.name)}{name}"
    other = next((each for each in api.walk_fields() if each.path == path and each is not field), None)
    return other if other is not None and _comparable(field, other) else None


def _comparable(left: Field, right: Field) -> bool:
    formats = {str(each.schema.get("format", "")) for each in (left, right)}
    if left.types == right.types == {"string"}:
        return formats <= set(TIMES) and len(formats) == 1
    return bool(left.types) and left.types | right.types <= NUMBERS


def _order(field: Field, other: Field | None, is_later: bool) -> Iterator[Order]:
    if other is not None:
        yield Order(other, field) if is_later else Order(field, other)


def beyond(limit: Any, step: int) -> Any:
    """A value a day, or one, past another: after it for 1, before it for -1. None where there is no such value."""
    if isinstance(limit, bool) or limit is None:
        return None
    if isinstance(limit, int | float):
        return limit + step
    return days_on(limit, step) if isinstance(limit, str) else None
