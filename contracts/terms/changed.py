"""Another value than the one that a record shows, of the same type: for what nobody may write."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from specs.model import Schema, json_types

FAR = 1009
"""Further than a counter of writes gets from one patch to the next."""
MOMENT = "2001-02-03T04:05:06Z"
FAR = 1009
"""A number that a count of writes does not reach by itself."""
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?P<time>[T ]\d\d:\d\d.*)?")


def other_value(schema: Schema, current: Any) -> Any:
    """A value that the schema admits, as far as it says, and that is not the current one."""
    members = [each for each in schema.get("enum", ()) if each is not None and each != current]
    if members:
        return members[0]
    if isinstance(current, bool):
        return not current
    if isinstance(current, int | float):
        return current + FAR
    if isinstance(current, Mapping) and current:
        inner = schema.get("properties", {})
        return {name: other_value(inner.get(name, {}), value) for name, value in current.items()}
    if isinstance(current, list) and current:
        return [other_value(schema.get("items", {}), each) for each in current]
    return _other_text(schema, current) if isinstance(current, str) and current else _first_value(schema)


def _other_text(schema: Schema, current: str) -> str:
    form = _ISO.fullmatch(current)
    if form is not None or str(schema.get("format", "")) in ("date", "date-time"):
        return MOMENT if form is None or form["time"] else MOMENT[:10]
    return current[:-1] + ("1" if current[-1] != "1" else "2")


def _first_value(schema: Schema) -> Any:
    """A value for what holds none."""
    formats = {"date-time": MOMENT, "date": MOMENT[:10], "email": "first@example.com", "uri": "https://example.com/first"}
    kinds: Mapping[str, Any] = {"boolean": True, "integer": 1, "number": 1, "array": [], "object": {}}
    types = json_types(schema) - {"null"}
    return next((kinds[kind] for kind in kinds if kind in types), formats.get(str(schema.get("format", "")), "1"))
