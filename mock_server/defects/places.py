"""Where defects strike: fields chosen by what the document says of them, and their values in bodies and records."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import jsonschema_rs

from mock_server.exchange import Exchange, Fault, Path
from specs import Api, Field

Test = Callable[[Field], bool]


# --- choosing a field ---------------------------------------------------------------------------------------------


def fields(api: Api, *tests: Test) -> list[Field]:
    """The usable fields that pass all tests, in document order: written without harm, and shown by the record."""
    return [field for field in api.walk_fields() if is_usable(field) and all(test(field) for test in tests)]


def first(*tests: Test) -> Callable[[Api], Field | None]:
    """Chooses the first usable field that passes all tests."""
    return lambda api: next(iter(fields(api, *tests)), None)


def last(*tests: Test) -> Callable[[Api], Field | None]:
    """Chooses the last usable field that passes all tests: only a look at every field finds what is wrong with it."""
    return lambda api: next(reversed(fields(api, *tests)), None)


def any_field(*tests: Test) -> Callable[[Api], Field | None]:
    """Chooses the first field of the document that passes all tests, usable or not."""
    return lambda api: next((field for field in api.walk_fields() if all(test(field) for test in tests)), None)


def is_usable(field: Field) -> bool:
    """A value can be sent to it, and read back under the same name."""
    is_writable = not field.read_only and field.write == "documented" and field.hazard is None
    return is_writable and field.reference is None and field.response is not None


def takes(value: Any) -> Test:
    """The value is a valid one, and one that may be sent to any conforming server."""
    return lambda field: all(jsonschema_rs.is_valid(dict(schema), value) for schema in (field.schema, field.safe))


def is_text(field: Field) -> bool:
    """It takes ordinary words."""
    return field.types == {"string"} and takes("Sample Text")(field)


def is_limited(field: Field) -> bool:
    """Text with a documented limit."""
    return field.types == {"string"} and field.states("maxLength")


def is_enum(field: Field) -> bool:
    """One of a documented list of texts."""
    return "string" in field.types and field.states("enum")


def is_nullable(field: Field) -> bool:
    """Null is documented."""
    return field.nullable and field.states("nullable")


def is_required(field: Field) -> bool:
    """Its parent is nothing without it."""
    return field.required


def is_top(field: Field) -> bool:
    """A property of the body itself."""
    return "." not in field.path


def is_nested(field: Field) -> bool:
    """A property of an object or of an item."""
    return "." in field.path


def is_in_object(field: Field) -> bool:
    """A property of an object that stands in no array."""
    return "." in field.path and "[]" not in field.path


def is_boolean(field: Field) -> bool:
    """True or false."""
    return field.types == {"boolean"}


def is_object(field: Field) -> bool:
    """It has documented members."""
    return field.kind == "object" and bool(field.children)


def is_array(field: Field) -> bool:
    """A list of values or objects."""
    return field.kind == "array"


def is_merged_as(policy: str) -> Test:
    """An object or array for which the document itself has this policy."""
    return lambda field: field.merge is not None and field.merge.documented and field.merge.policy == policy


def sibling(api: Api, field: Field, *tests: Test) -> Field | None:
    """Another usable field with the same parent that passes all tests."""
    parent = field.path.rpartition(".")[0]
    found = fields(api, lambda each: each.path.rpartition(".")[0] == parent, *tests)
    return next((each for each in found if each.path != field.path), None)


def paired(choose: Callable[[Api], Field | None], *tests: Test) -> Callable[[Api], Field | None]:
    """As ``choose``, for APIs where the field has a sibling that passes the tests."""

    def chosen(api: Api) -> Field | None:
        field = choose(api)
        return field if field is not None and sibling(api, field, *tests) is not None else None

    return chosen


def must_refuse(point: str) -> Callable[[Api], bool]:
    """Whether the document itself says that this is refused."""
    return lambda api: api.choices[point].documented and api.choices[point].behaviour == "refuse"


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
