"""A value at a JSON Pointer of a body, with what stands around it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

ABSENT: Any = object()
"""Stands for a place that a body does not have."""


def placed(around: Any, pointer: str, value: Any, names: Mapping[str, Any] | None = None) -> Any:
    """``value`` at a pointer, ``0`` for the only item of a list, beside the members of ``around``.

    ``names``: what ``{name}`` stands for in the texts of ``around``.
    """
    if not pointer:
        return value
    part, _, rest = pointer.removeprefix("/").partition("/")
    inner = around.get(part) if isinstance(around, Mapping) else None
    below = placed(inner or {}, f"/{rest}" if rest else "", value, names)
    if part == "0":
        return [below]
    beside = around if isinstance(around, Mapping) else {}
    return {**{name: filled(each, names or {}) for name, each in beside.items() if name != part}, part: below}


def filled(value: Any, names: Mapping[str, Any]) -> Any:
    """A value with its texts of the form ``{name}`` filled in."""
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return names.get(value[1:-1], value)
    if isinstance(value, Mapping):
        return {name: filled(each, names) for name, each in value.items()}
    return copy.deepcopy(value)


def value_at(body: Any, pointer: str) -> Any:
    """What a body has at a pointer, ABSENT for nothing."""
    found = body
    for part in pointer.split("/")[1:]:
        if part == "0" and isinstance(found, list) and found:
            found = found[0]
        elif isinstance(found, Mapping) and part in found:
            found = found[part]
        else:
            return ABSENT
    return found


def pointed(value: Any, fragment: str) -> Any:
    """What the fragment of a reference, a JSON Pointer (RFC 6901, 6), leads to inside a value; ABSENT for nothing."""
    for part in fragment.split("/")[1:]:
        key = unescaped(unquote(part))
        if isinstance(value, list) and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        elif isinstance(value, Mapping) and key in value:
            value = value[key]
        else:
            return ABSENT
    return value


def escaped(name: str) -> str:
    """A member's name as a part of a JSON Pointer (RFC 6901, 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def unescaped(part: str) -> str:
    """The member's name that a part of a JSON Pointer stands for."""
    return part.replace("~1", "/").replace("~0", "~")
