"""Where a defect strikes: the values of a field in bodies, changes, records and faults."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from mock_server.exchange.exchange import Exchange, Fault, Path
from specs import Field

# --- values in trees ----------------------------------------------------------------------------------------------


def changed(tree: Any, path: str, change: Callable[[Any], Any]) -> Any:
    """The tree with every value at the path changed; nothing is added, and the tree itself stays as it is."""
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    if not isinstance(tree, Mapping) or name not in tree:
        return tree
    value = tree[name]
    if head != name:
        value = [changed(item, rest, change) for item in value] if isinstance(value, list) else value
    else:
        value = changed(value, rest, change) if rest else change(value)
    return {**tree, name: value}


def without(tree: Any, path: str) -> Any:
    """The tree without the member at the path."""
    parent, _, name = path.rpartition(".")
    if not parent:
        return {key: value for key, value in tree.items() if key != name}
    if parent.endswith("[]"):
        cut = [without(item, name) for item in found(tree, parent)]
        return changed(tree, parent.removesuffix("[]"), lambda _: cut)
    return changed(tree, parent, lambda value: without(value, name) if isinstance(value, Mapping) else value)


def taken_over(tree: Any, other: Any, path: str) -> Any:
    """The tree with the values that another one has at this path: in the same items, by their place in the array."""
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    if not isinstance(tree, Mapping) or not isinstance(other, Mapping) or name not in other:
        return tree
    if head != name:
        pairs = itertools.zip_longest(tree.get(name) or [], (other[name] or [])[: len(tree.get(name) or [])])
        return {**tree, name: [taken_over(item, old, rest) for item, old in pairs]}
    return {**tree, name: taken_over(tree.get(name), other[name], rest) if rest else other[name]}


def found(tree: Any, path: str) -> list[Any]:
    """Every value at the path."""
    return list(_found(tree, path))


def _found(tree: Any, path: str) -> Iterator[Any]:
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    if not isinstance(tree, Mapping) or name not in tree:
        return
    values = tree[name] if head != name and isinstance(tree[name], list) else [tree[name]]
    for value in values:
        if rest:
            yield from _found(value, rest)
        else:
            yield value


def is_sent(exchange: Exchange, field: Field) -> bool:
    """The body has a value for the field."""
    return bool(found(exchange.body, field.path))


def is_foreign(exchange: Exchange) -> bool:
    """The client asks for another language than English."""
    return not exchange.request.headers.get("Accept-Language", "EN").upper().startswith("EN")


def shown_at(field: Field) -> str:
    """Where the record shows a usable field."""
    assert field.response is not None
    return field.response


# --- what wrong steps do with them --------------------------------------------------------------------------------


def write_instead(exchange: Exchange, field: Field, change: Callable[[Any], Any]) -> None:
    """What is to be written for the field becomes something else."""
    exchange.changes = changed(exchange.changes, field.path, change)


def show(exchange: Exchange, field: Field, change: Callable[[Any], Any]) -> None:
    """What the record holds for the field after the write becomes something else."""
    hold(exchange, changed(exchange.after.record, shown_at(field), change))


def hold(exchange: Exchange, record: Any) -> None:
    """The record after the write becomes another one."""
    exchange.after = replace(exchange.after, record=record)


def keep_old(exchange: Exchange, field: Field) -> None:
    """The record after the write holds for the field what it held before."""
    hold(exchange, taken_over(exchange.after.record, exchange.before.record, shown_at(field)))


def is_about(fault: Fault, field: Field) -> bool:
    """The fault is found in a value of this field, or below it."""
    pattern = pattern_of(fault.path)
    return pattern == field.path or pattern.startswith((f"{field.path}.", f"{field.path}["))


def pattern_of(path: Path) -> str:
    """A place in a body as fields are named: ``addresses[].city``."""
    return "".join("[]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def forgive(exchange: Exchange, field: Field, accepts: Callable[[Any], bool]) -> None:
    """Bad values of the field that pass ``accepts`` count as good ones."""
    exchange.faults[:] = [fault for fault in exchange.faults if not (is_about(fault, field) and accepts(fault.value))]


def accuse(exchange: Exchange, field: Field, kind: str, blames: Callable[[Any], bool]) -> None:
    """Good values of the field that pass ``blames`` count as bad ones."""
    if any(blames(value) for value in found(exchange.changes, field.path)):
        path = tuple(field.path.replace("[]", ".0").split("."))
        place: Path = tuple(int(part) if part.isdigit() else part for part in path)
        exchange.faults.append(Fault(place, kind, limit=field.schema.get(kind)))
