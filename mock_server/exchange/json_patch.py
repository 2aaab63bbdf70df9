"""JSON Patch (RFC 6902): a list of operations, all of which are applied or none, as changes of named members."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from mock_server.exchange.exchange import Fault, Refusal
from mock_server.syntax.pointers import parts

APPENDED = "-"
SOURCES = ("move", "copy")
VALUED = ("add", "replace", "test")

COPIED_LIMIT = 1_000_000
"""Weight of all that the operations of one patch may copy: a list that is copied into itself thirty times fills any memory."""

DEPTH_LIMIT = 100
"""Parts of a pointer, and levels of a copied value below it; deeper values are not read either (strict_json)."""


def is_patch(body: Any) -> bool:
    """Every item is an operation with what it needs (RFC 6902, 4)."""
    return isinstance(body, list) and all(map(_is_operation, body))


def _is_operation(value: Any) -> bool:
    if not isinstance(value, dict) or not isinstance(value.get("path"), str):
        return False
    kind = value.get("op")
    needs_value, needs_source = kind in VALUED, kind in SOURCES
    known = needs_value or needs_source or kind == "remove"
    return known and (not needs_value or "value" in value) and (not needs_source or isinstance(value.get("from"), str))


def changes_of(operations: list[dict[str, Any]], record: Mapping[str, Any]) -> dict[str, Any]:
    """The members that the operations change, with their values afterwards; None for one that is removed.

    Raises Refusal, and nothing is applied, where an operation names a place that is not there, a test fails, or more is copied
    than may be.
    """
    document = copy.deepcopy(dict(record))
    names: dict[str, None] = {}
    copied = 0
    for each in operations:
        path = parts(each["path"])
        try:
            copied += _apply(document, each, path)
        except (LookupError, ValueError, TypeError):
            raise Refusal("invalid_field", (Fault(tuple(path), each["op"]),)) from None
        if copied > COPIED_LIMIT:
            raise Refusal("too_large")
        if each["op"] != "test":
            names |= dict.fromkeys([path[0], *(parts(each["from"])[:1] if each["op"] == "move" else ())])
    return {name: document.get(name) for name in names}


def _apply(document: dict[str, Any], operation: Mapping[str, Any], path: list[str]) -> int:
    """Carries one operation out; the weight of what it copied."""
    kind = operation["op"]
    if not path:
        raise ValueError("the whole record is not replaced")
    if len(path) > DEPTH_LIMIT:
        raise ValueError("too deep")
    weight = 0
    if kind == "test":
        if _get(document, path) != operation["value"]:
            raise ValueError("another value")
    elif kind == "remove":
        _remove(document, path)
    elif kind == "replace":
        _get(document, path)
        _remove(document, path)
        _add(document, path, operation["value"])
    elif kind == "add":
        _add(document, path, operation["value"])
    else:
        source = parts(operation["from"])
        value = _get(document, source)
        if kind == "move":
            _remove(document, source)
        elif (weight := _weight(value, DEPTH_LIMIT - len(path))) <= COPIED_LIMIT:
            value = copy.deepcopy(value)
        _add(document, path, value)
    return weight


def _weight(value: Any, levels: int) -> int:
    """Characters of texts, and ten for every value; ValueError for a value with more levels."""
    if levels < 0:
        raise ValueError("too deep")
    if isinstance(value, dict):
        return 10 + sum(len(name) + _weight(member, levels - 1) for name, member in value.items())
    if isinstance(value, list):
        return 10 + sum(_weight(item, levels - 1) for item in value)
    return 10 + (len(value) if isinstance(value, str) else 0)


def _get(holder: Any, path: list[str]) -> Any:
    for part in path:
        holder = holder[_index(part)] if isinstance(holder, list) else holder[part]
    return holder


def _add(document: Any, path: list[str], value: Any) -> None:
    holder = _get(document, path[:-1])
    if not isinstance(holder, list):
        holder[path[-1]] = value
        return
    index = len(holder) if path[-1] == APPENDED else _index(path[-1])
    if index > len(holder):
        raise IndexError(path[-1])
    holder.insert(index, value)


def _remove(document: Any, path: list[str]) -> None:
    holder = _get(document, path[:-1])
    del holder[_index(path[-1]) if isinstance(holder, list) else path[-1]]


def _index(part: str) -> int:
    """An index of an array: digits without zeros ahead (RFC 6901, 4)."""
    if not part.isascii() or not part.isdigit() or (part[0] == "0" and part != "0"):
        raise ValueError(part)
    return int(part)
