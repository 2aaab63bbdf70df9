"""What a success answer shows: the record at its documented place, or something else under a success status."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.terms.exchange import Exchange
from specs import Api, RecordField
from specs.model import json_types


def record_in(api: Api, exchange: Exchange) -> dict[str, Any] | None:
    """The record that a success answer shows, or None."""
    if not exchange.ok or exchange.answer is None:
        return None
    found = exchange.answer.json
    for part in api.record_at.split("/")[1:]:
        found = found.get(part) if isinstance(found, Mapping) else None
    return dict(found) if isinstance(found, Mapping) and any(shows(each, found) for each in api.record) else None


def disguised(api: Api, exchange: Exchange) -> bool:
    """A success status whose body is an object that shows no record: an error body under a false status."""
    if not exchange.ok or exchange.answer is None or not isinstance(exchange.answer.json, Mapping):
        return False
    return bool(exchange.answer.json) and record_in(api, exchange) is None


def shows(each: RecordField, holder: Mapping[str, Any]) -> bool:
    """Whether an object has the property with a value of its kind: an error body may name it too, for a list of messages."""
    name = each.path.rsplit(".", 1)[-1]
    if name not in holder:
        return False
    value, types = holder[name], json_types(each.schema)
    if isinstance(value, Mapping) and each.children:
        return not value or any(shows(child, value) for child in each.children)
    if isinstance(value, list | Mapping):
        return not types or ("array" if isinstance(value, list) else "object") in types
    return value is None or not types or bool(types - {"array", "object", "null"})
