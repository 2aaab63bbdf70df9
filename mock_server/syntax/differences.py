"""What differs between two JSON values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from mock_server.syntax.pointers import pointer

_NOTHING: Any = object()


def difference(before: Any, after: Any) -> list[dict[str, Any]]:
    """Each place that differs, with its JSON Pointer and its values where there are any; items are compared by index."""
    return [_described(path, old, new) for path, old, new in _differences(before, after, ())]


def _differences(before: Any, after: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any, Any]]:
    if before is after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in (*before, *(name for name in after if name not in before)):
            yield from _differences(before.get(name, _NOTHING), after.get(name, _NOTHING), (*path, name))
    elif isinstance(before, list) and isinstance(after, list):
        for index, (old, new) in enumerate(zip_longest(before, after, fillvalue=_NOTHING)):
            yield from _differences(old, new, (*path, index))
    elif before != after or type(before) is not type(after):
        yield path, before, after


def _described(path: tuple[str | int, ...], before: Any, after: Any) -> dict[str, Any]:
    values = {"before": before, "after": after}
    return {"pointer": pointer(path), **{name: value for name, value in values.items() if value is not _NOTHING}}
