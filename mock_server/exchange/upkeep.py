"""What the server itself keeps up in a record: times of writes, derived members, and the members of new items."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from mock_server.exchange.plan import Owned, name_of
from specs import RecordField


def touched(shown: dict[str, Any], names: Iterable[str], moment: str) -> dict[str, Any]:
    """With the time of this write in these members; never earlier than what stands there."""
    for name in names:
        shown[name] = later(shown.get(name), moment)
    return shown


def later(stored: Any, moment: str) -> str:
    """The later of two times; a stored value that is no time gives way."""
    try:
        is_ahead = datetime.fromisoformat(str(stored)) > datetime.fromisoformat(moment)
    except (ValueError, TypeError):
        is_ahead = False
    return str(stored) if is_ahead else moment


def completed(item: dict[str, Any], owned: Iterable[Owned], moment: str, seed: str) -> dict[str, Any]:
    """A new item, with the members that the server gives it.

    seed: tells this item from all others; the same item gets the same ids again.
    """
    given = {each.name: _given(each, moment, seed) for each in owned if each.name not in item}
    return {**item, **{name: value for name, value in given.items() if value is not None}}


def _given(each: Owned, moment: str, seed: str) -> Any:
    if each.given == "sample":
        return each.sample
    return moment if each.given == "time" else str(uuid5(NAMESPACE_URL, f"{seed}/{each.name}"))


def derived(record: dict[str, Any], shown_by: Iterable[RecordField]) -> dict[str, Any]:
    """With every member that says whether certain others hold a value."""
    for each in shown_by:
        record[name_of(each)] = all(_holds_value(record, path) for path in each.all_set)
    return record


def _holds_value(record: Mapping[str, Any], path: str) -> bool:
    value: Any = record
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value not in (None, "", [], {})
