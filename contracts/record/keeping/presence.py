"""Absent is a state of its own: what a record lacks is neither null nor empty there, though comparisons take them for one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from contracts.record.records import ABSENT, Reader, Record, lacks, raw, shown
from contracts.record.values import Values
from contracts.terms.verdict import Difference
from specs import Field

MERGE_PATCH = "application/merge-patch+json"
EMPTY: tuple[Any, ...] = (None, [], {})
"""What comparisons of values take for no value at all."""


def new_members(field: Field, value: Any, record: Record, key: str = "id") -> Iterator[Field]:
    """The fields that a value for a top-level field sets and the record lacks, the outermost of each branch.

    ``key``: the member by which the items of lists are told apart.
    """
    if field.response is None:
        return
    if lacks(record, field.response):
        yield field
    else:
        yield from _new_inside(field, value, raw(record, field.response), key)


def shown_name(field: Field) -> str:
    """The member of a record that shows a field, by its own name in what holds it."""
    return (field.response or field.name).rsplit(".", 1)[-1]


def adds_items(field: Field, value: Any, present: Any) -> bool:
    """Whether a value adds items under valid keys for good: to lists that keep what is not sent, and take what is new.

    ``present``: what the record shows for the field. Such a key may come from an answer that was wrong.
    """
    if isinstance(value, Mapping):
        inside = present if isinstance(present, Mapping) else {}
        sent = ((each, shown_name(each)) for each in field.children if each.name in value)
        return any(adds_items(each, value[each.name], inside.get(name)) for each, name in sent)
    merge = field.merge
    if not isinstance(value, list) or merge is None or merge.policy != "keyed" or merge.key is None:
        return False
    known = {str(each.get(merge.key)): each for each in present or () if isinstance(each, Mapping)}
    named = next((each for each in field.children if each.name == merge.key), None)
    keyed = [each for each in value if isinstance(each, Mapping) and merge.key in each]
    new = [each[merge.key] for each in keyed if str(each[merge.key]) not in known]
    if merge.new == "append" and named is not None and any(Values.valid(named, each) for each in new):
        return True
    return any(adds_items(field, each, known[str(each[merge.key])]) for each in keyed if str(each[merge.key]) in known)


def adds_keys(field: Field, value: Any, present: Any, media_types: Sequence[str]) -> bool:
    """Whether a value for a free-form map has keys that the map has not, and no documented way takes them out again."""
    if field.kind != "object" or field.children or not isinstance(value, Mapping):
        return False
    added = value.keys() - (present.keys() if isinstance(present, Mapping) else set())
    replaced = field.merge is not None and field.merge.documented and field.merge.policy == "replace"
    return bool(added) and not replaced and MERGE_PATCH not in media_types


def _new_inside(field: Field, value: Any, present: Any, key: str) -> Iterator[Field]:
    if isinstance(value, list) and isinstance(present, list):
        known = {str(each[key]): each for each in present if isinstance(each, Mapping) and key in each}
        for number, item in enumerate(value):
            marked = isinstance(item, Mapping) and key in item
            own = known.get(str(item[key])) if marked else present[number] if number < len(present) else None
            yield from _new_inside(field, item, own, key)
        return
    if not isinstance(value, Mapping) or not isinstance(present, Mapping):
        return
    for child in field.children:
        name = (child.response or "").rsplit(".", 1)[-1]
        if child.name not in value or not child.response:
            continue
        if name.removesuffix("[]") not in present:
            yield child
        else:
            yield from _new_inside(child, value[child.name], present[name.removesuffix("[]")], key)


def added(saved: Any, now: Any, place: str = "") -> Iterator[str]:
    """The paths of the members that a record has now and had not, the outermost of each branch; lists are not looked into."""
    if not isinstance(saved, Mapping) or not isinstance(now, Mapping):
        return
    for name, value in now.items():
        if name not in saved:
            yield f"{place}{name}"
        else:
            yield from added(saved[name], value, f"{place}{name}.")


def emptied(saved: Any, now: Any, place: str = "") -> Iterator[Difference]:
    """Where two records differ in how they have no value: not at all, as null, or as an empty list or object."""
    if isinstance(saved, Mapping) and isinstance(now, Mapping):
        for name in saved.keys() | now.keys():
            yield from emptied(saved.get(name, ABSENT), now.get(name, ABSENT), f"{place}.{name}" if place else str(name))
    elif isinstance(saved, list) and isinstance(now, list):
        for number, (old, new) in enumerate(zip(saved, now, strict=False) if len(saved) == len(now) else ()):
            yield from emptied(old, new, f"{place}[{number}]")
    elif _no_value(saved) and _no_value(now) and not (saved is now or Reader.equal(saved, now)):
        yield Difference(path=place, before=shown(saved), after=shown(now))


def _no_value(value: Any) -> bool:
    return value is ABSENT or any(Reader.equal(value, each) for each in EMPTY)
