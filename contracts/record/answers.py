"""What a success answer shows: the record at its documented place, or something else under a success status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import jsonschema_rs

from contracts.record.records import ABSENT, is_empty, shown
from contracts.terms.exchange import Exchange
from contracts.terms.validity import is_valid
from contracts.terms.verdict import Difference
from specs import Api, RecordField
from specs.model import json_types
from specs.normalise import properties
from specs.placing import value_at


def record_in(api: Api, exchange: Exchange) -> dict[str, Any] | None:
    """The record that a success answer shows, or None."""
    if not exchange.ok or exchange.answer is None:
        return None
    if exchange.method == "PATCH" and not api.shows_record:
        return None
    found = value_at(exchange.answer.json, api.record_at if exchange.method == "PATCH" else api.read_at)
    return dict(found) if isinstance(found, Mapping) and any(shows(each, found) for each in api.record) else None


def beside(api: Api, exchange: Exchange) -> dict[str, Any]:
    """What a GET shows beside the record in the object that holds both (JSON:API's ``meta``, ``relationships``).

    Empty where the record is the whole body, or stands at its top: an envelope is the answer's, and no part of the record.
    """
    parent, _, name = api.read_at.rpartition("/")
    if exchange.method != "GET" or not exchange.ok or exchange.answer is None or not parent:
        return {}
    found = value_at(exchange.answer.json, parent)
    return {each: value for each, value in found.items() if each != name} if isinstance(found, Mapping) else {}


def lost(saved: Any, now: Any, place: str = "") -> Iterator[Difference]:
    """The members that held something and are gone, or empty. Another value may be the service's: a time, a count, a link."""
    if isinstance(saved, Mapping) and isinstance(now, Mapping):
        for name, value in saved.items():
            yield from lost(value, now.get(name, ABSENT), f"{place}.{name}" if place else name)
    elif not is_empty(saved) and is_empty(now):
        yield Difference(path=place, before=saved, after=shown(now))


def identifiers(exchange: Exchange) -> set[str]:
    """What a success answer calls a record: at the top of the body, in an envelope, or at the end of its Location."""
    answer = exchange.answer
    if answer is None or not answer.ok:
        return set()
    bodies = [answer.json, *(answer.json.values() if isinstance(answer.json, Mapping) else ())]
    found = {str(each[name]) for each in bodies if isinstance(each, Mapping) for name in ("id", "_id", "uuid") if name in each}
    end = answer.headers.get("Location", "").rstrip("/").rpartition("/")[2]
    return found | ({end} if end else set())


def disguised(api: Api, exchange: Exchange) -> bool:
    """A success status whose body is an object that shows no record: an error body under a false status."""
    if not exchange.ok or exchange.answer is None or not isinstance(exchange.answer.json, Mapping):
        return False
    if exchange.method == "PATCH" and (not api.shows_record or has_body_of_its_own(api, exchange)):
        return False
    return bool(exchange.answer.json) and record_in(api, exchange) is None


def has_body_of_its_own(api: Api, exchange: Exchange) -> bool:
    """Whether a success has a further documented status, and the body that the document gives to that one: a task, a link.

    It has to keep to the schema and to have a member of it that no record has: an error in disguise is none.
    """
    body = exchange.answer.json if exchange.answer is not None else None
    if exchange.status not in api.also_success or not api.documents(exchange.status) or not isinstance(body, Mapping):
        return False
    schema = api.responses[exchange.status].schema
    own = properties(schema).keys() - {each.path for each in api.record}
    return not own.isdisjoint(body) and is_valid(jsonschema_rs.Draft202012Validator(dict(schema)), body)


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


def undocumented(fields: Sequence[RecordField], record: Any, place: str = "") -> dict[str, Any]:
    """The members of a record that its document does not name, at any depth, by their path; items of arrays by their index."""
    found: dict[str, Any] = {}
    if not isinstance(record, Mapping):
        return found
    known = {each.path.rsplit(".", 1)[-1]: each for each in fields}
    for name, value in record.items():
        path = f"{place}{name}"
        if name not in known:
            found[path] = value
        elif known[name].children:
            holders = value if isinstance(value, list) else [value]
            for index, holder in enumerate(holders):
                mark = f"[{index}]" if isinstance(value, list) else ""
                found |= undocumented(known[name].children, holder, f"{path}{mark}.")
    return found
