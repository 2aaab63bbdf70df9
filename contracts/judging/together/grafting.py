"""One place of a JSON value taken from another value, all else left as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MISFIT: Any = object()
"""Stands for values of different forms, which cannot be put together."""
NOTHING: Any = object()


def steps_of(path: str) -> tuple[str, ...]:
    """The steps of a field's path, each with its mark for the items of an array."""
    return tuple(path.split("."))


def grafted(stock: Any, other: Any, steps: tuple[str, ...]) -> Any:
    """``stock`` with what ``other`` has at the end of the steps; in arrays, in each item.

    MISFIT where the two have not the same form on the way: another kind of value, or another number of items.
    """
    if not steps:
        return other
    if not isinstance(stock, Mapping) or not isinstance(other, Mapping):
        return MISFIT
    name = steps[0].removesuffix("[]")
    if name not in other:
        return {key: value for key, value in stock.items() if key != name}
    below = _below(stock.get(name, NOTHING), other[name], steps)
    return MISFIT if below is MISFIT else {**stock, name: below}


def _below(stock: Any, other: Any, steps: tuple[str, ...]) -> Any:
    if len(steps) == 1:
        return other
    if not steps[0].endswith("[]"):
        return grafted(stock, other, steps[1:])
    if not isinstance(stock, list) or not isinstance(other, list) or len(stock) != len(other):
        return MISFIT
    items = [grafted(one, another, steps[1:]) for one, another in zip(stock, other, strict=True)]
    return MISFIT if any(each is MISFIT for each in items) else items
