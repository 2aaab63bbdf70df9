"""What a body does to a stored record: merged (RFC 7396, or with null as a value), or patched by operations (RFC 6902)."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from mock_server.syntax import pointers


class Unpatchable(Exception):
    """An operation that cannot be done; the message says which, and why."""


def merged(stored: Mapping[str, Any], sent: Mapping[str, Any], *, null_removes: bool) -> dict[str, Any]:
    """Objects member by member, all else replaced; ``null_removes``: as RFC 7396 has it, else null is a value."""
    found = dict(stored)
    for name, value in sent.items():
        if value is None and null_removes:
            found.pop(name, None)
        elif isinstance(value, dict) and isinstance(found.get(name), dict):
            found[name] = merged(found[name], value, null_removes=null_removes)
        else:
            found[name] = value
    return found


def patched(stored: Any, operations: list[Any]) -> Any:
    """The value after the operations of a JSON Patch, all of them or, with Unpatchable, none."""
    value = copy.deepcopy(stored)
    for number, operation in enumerate(operations):
        if (
            not isinstance(operation, dict)
            or not isinstance(operation.get("path"), str)
            or operation.get("op") not in _OPERATIONS
        ):
            raise Unpatchable(f"/{number}: expected op, one of {', '.join(_OPERATIONS)}, and path, a JSON Pointer")
        try:
            value = _OPERATIONS[operation["op"]](value, operation)
        except (KeyError, IndexError, ValueError, TypeError):
            raise Unpatchable(f"/{number}: {operation['op']} of {operation['path']!r} cannot be done") from None
    return value


def _parts(pointer: str) -> list[str]:
    if pointer and not pointer.startswith("/"):
        raise ValueError(pointer)
    return pointers.parts(pointer)


def _at(value: Any, parts: list[str]) -> Any:
    for part in parts:
        value = value[_index(part)] if isinstance(value, list) else value[part]
    return value


def _index(part: str) -> int:
    if not (part.isascii() and part.isdigit()):
        raise ValueError(part)
    return int(part)


def _added(value: Any, pointer: str, new: Any) -> Any:
    *above, last = _parts(pointer) or [""]
    if not pointer:
        return new
    holder = _at(value, above)
    if isinstance(holder, list):
        holder.insert(len(holder) if last == "-" else min(_index(last), len(holder)), new)
    else:
        holder[last] = new
    return value


def _removed(value: Any, pointer: str) -> Any:
    *above, last = _parts(pointer)
    holder = _at(value, above)
    if isinstance(holder, list):
        del holder[_index(last)]
    else:
        del holder[last]
    return value


def _replace(value: Any, operation: Mapping[str, Any]) -> Any:
    pointer, new = operation["path"], operation["value"]
    if not pointer:
        return new
    *above, last = _parts(pointer)
    holder = _at(value, above)
    if isinstance(holder, list):
        holder[_index(last)] = new
    else:
        _ = holder[last]
        holder[last] = new
    return value


def _move(value: Any, operation: Mapping[str, Any]) -> Any:
    moved = _at(value, _parts(operation["from"]))
    return _added(_removed(value, operation["from"]), operation["path"], moved)


def _test(value: Any, operation: Mapping[str, Any]) -> Any:
    if _at(value, _parts(operation["path"])) != operation["value"]:
        raise ValueError(operation["path"])
    return value


_OPERATIONS = {
    "add": lambda value, operation: _added(value, operation["path"], operation["value"]),
    "remove": lambda value, operation: _removed(value, operation["path"]),
    "replace": _replace,
    "move": _move,
    "copy": lambda value, operation: _added(value, operation["path"], copy.deepcopy(_at(value, _parts(operation["from"])))),
    "test": _test,
}
