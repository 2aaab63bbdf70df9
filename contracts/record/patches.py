"""Request bodies: a patch of one field that every merge policy treats alike, and the way back to an earlier record.

A nested field is sent inside its whole top-level property, all siblings at their current values: whether the target
replaces or merges, the record must afterwards differ in that one field only. What a policy itself means is judged
by rules of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from zlib import crc32

from contracts.record.records import ABSENT, Keyed, Reader, Record, Selector, lacks, look_up, member
from contracts.record.values import Values, keeps_to
from contracts.terms.verdict import NotJudged
from specs import Api, Field


@dataclass(frozen=True, slots=True)
class Patch:
    """A body, and the one field in it that matters: its value, and the array items on the way to it.

    ``filled``: record properties of siblings that had to be given another value, since they held an invalid one.
    """

    field: Field
    value: Any
    body: Mapping[str, Any]
    selectors: tuple[Selector, ...] = ()
    filled: frozenset[str] = frozenset()

    def shown_in(self, record: Record) -> Any:
        """What a record shows for the field, ABSENT for nothing.

        Where several items have the key that was sent, one that shows the sent value speaks for them.
        """
        return look_up(record, self.field.response, self.selectors, prefer=self.value)


@dataclass(slots=True)
class _Way:
    """The fields from the top-level property down to the leaf, and the items picked so far."""

    fields: tuple[Field, ...]
    value: Any
    prefers: Callable[[Any], bool] | None
    elsewhere: bool = False
    selectors: list[Selector] = field(default_factory=list)


class Composer:
    """Builds patches for one API from what its record shows."""

    def __init__(self, api: Api, values: Values, reader: Reader) -> None:
        self._api = api
        self._values = values
        self._reader = reader
        self._filled: set[str] = set()
        self._chosen: dict[tuple[str, str, bool], Any] = {}

    def patch(
        self,
        record: Record,
        leaf: Field,
        value: Any,
        prefers: Callable[[Any], bool] | None = None,
        *,
        elsewhere: bool = False,
        for_good: bool = False,
    ) -> Patch:
        """The patch that sets ``leaf`` to ``value``; ``prefers`` picks among the items of an array.

        Without it a field has an item of its own, the first or the last one, to which it keeps wherever that stands;
        ``elsewhere``: at the other end. Raises NotJudged where the record has no item that could carry the field, and for a
        null that could not be undone, unless it may be ``for_good``.
        """
        way = _Way(self.way(leaf), value, prefers, elsewhere)
        self._filled = set()
        top = way.fields[0]
        sent = self._along(way, 0, look_up(record, top.response))
        patch = Patch(leaf, value, {top.name: sent}, tuple(way.selectors), frozenset(self._filled))
        if value is None and not for_good and leaf.safe.get("type") == "null" and patch.shown_in(record) is not ABSENT:
            raise NotJudged(f"{leaf.path} holds a value that could not be put back")
        return patch

    def fresh(self, record: Record, leaf: Field) -> Patch:
        """A patch of ``leaf`` to a safe value that the record does not show yet."""
        current = self.patch(record, leaf, None).shown_in(record)
        return self.patch(record, leaf, self._values.fresh(leaf, current, _own_keys(record, leaf)))

    def way(self, leaf: Field) -> tuple[Field, ...]:
        """The fields from the top-level property that holds ``leaf`` down to it."""
        return tuple(
            each
            for each in self._api.walk_fields()
            if leaf.path == each.path or leaf.path.startswith((each.path + ".", each.path + "[]."))
        )

    def _along(self, way: _Way, depth: int, current: Any) -> Any:
        here = way.fields[depth]
        if depth + 1 == len(way.fields):
            return way.value
        if here.kind == "array":
            return self._along_items(way, depth, current)
        return self._with_member(way, depth, here, current)

    def _with_member(self, way: _Way, depth: int, here: Field, current: Any) -> dict[str, Any]:
        target = way.fields[depth + 1]
        body = self.members(here, current, without=target)
        body[target.name] = self._along(way, depth + 1, self._shown_member(here, target, current))
        return body

    def _along_items(self, way: _Way, depth: int, current: Any) -> list[Any]:
        here = way.fields[depth]
        items = self._distinct(here, current) if isinstance(current, list) else []
        if not items and here.merge is not None and here.merge.policy == "keyed":
            raise NotJudged(f"the record has no {here.path} to change")
        items = items or [ABSENT]
        index = self._index(way, here, items)
        way.selectors.append(self._selector(here, items[index], index))
        return [
            self._with_member(way, depth, here, item) if number == index else self.members(here, item)
            for number, item in enumerate(items)
        ]

    def _index(self, way: _Way, array: Field, items: list[Any]) -> int:
        """Which item carries the value."""
        if way.prefers is not None:
            return next((number for number, item in enumerate(items) if way.prefers(item)), 0)
        leaf, key = way.fields[-1], self._reader.item_key(array.response or "")
        keys = [member(item, key) for item in items]
        chosen = self._chosen.get((leaf.path, array.path, way.elsewhere), ABSENT)
        if chosen is not ABSENT and chosen in keys:
            return keys.index(chosen)
        at_the_end = bool(crc32(leaf.path.encode()) % 2) != way.elsewhere
        index = len(items) - 1 if at_the_end else 0
        self._chosen[leaf.path, array.path, way.elsewhere] = keys[index]
        return index

    def _distinct(self, array: Field, items: list[Any]) -> list[Any]:
        """The items of an array, each key once: on a target that appends, duplicates would double with every patch."""
        key = self._reader.item_key(array.response or "")
        keyed = {
            str(member(item, key)) if member(item, key) is not ABSENT else f"#{number}": item for number, item in enumerate(items)
        }
        return list(keyed.values())

    def _selector(self, array: Field, item: Any, index: int) -> Selector:
        key = self._reader.item_key(array.response or "")
        found = member(item, key)
        return index if found is ABSENT else Keyed(key, found)

    @staticmethod
    def _shown_member(holder: Field, child: Field, current: Any) -> Any:
        return look_up(current, _inner(holder, child)) if child.response else ABSENT

    # --- what stays as it is ---

    def members(self, holder: Field, current: Any, without: Field | None = None) -> dict[str, Any]:
        """The object of ``holder`` as it is now, in the request's names; what is unsafe is replaced, what is needed filled in.

        A member that the object lacks is not made null: that would be another state.
        """
        body = {}
        for child in holder.children:
            if child is without or child.read_only or child.write == "open" or child.response in self._reader.derived:
                continue
            if not child.required and isinstance(current, Mapping) and lacks(current, _inner(holder, child)):
                continue
            value = self.carried(child, self._shown_member(holder, child, current))
            if value is not ABSENT:
                body[child.name] = value
        return body

    def carried(self, each: Field, current: Any) -> Any:
        """The current value of a field as a request would send it, or a safe one in its place; ABSENT to leave it out."""
        if each.kind == "object" and each.children:
            return self.members(each, current)
        if each.kind == "array" and each.children:
            return [self.members(each, item) for item in self._distinct(each, current)] if isinstance(current, list) else ABSENT
        if current is ABSENT and each.nullable:
            return None
        if is_key(self._api, each) or self._values.valid(each, current):
            return current
        try:
            filled = self._values.fresh(each, current)
        except NotJudged:
            return ABSENT
        self._filled.add(each.response or "")
        return filled

    # --- the way back ---

    def exact(self, each: Field, shown: Any, over: Any = ABSENT) -> Any:
        """What to send so that the record shows ``shown`` again; values go back as they are, safe or not.

        ``over``: what it shows now, if that is known: members which only that has are sent as null.
        """
        if isinstance(shown, list) and each.children:
            return [self._exact_members(each, item) for item in shown]
        if isinstance(shown, Mapping) and each.children:
            return self._exact_members(each, shown, over)
        return None if shown is ABSENT else shown

    def _exact_members(self, holder: Field, shown: Any, over: Any = ABSENT) -> dict[str, Any]:
        found = {}
        for child in holder.children:
            value, now = self._shown_member(holder, child, shown), self._shown_member(holder, child, over)
            gone = lacks(shown, _inner(holder, child)) and now is ABSENT
            if not child.read_only and (value is not ABSENT or (child.nullable and not gone)):
                found[child.name] = self.exact(child, value, now)
        return found


def _inner(holder: Field, child: Field) -> str:
    """Where the object that shows a holder shows one of its members."""
    mark = "[]" if holder.kind == "array" else ""
    return (child.response or child.name).removeprefix(f"{holder.response}{mark}.")


def _own_keys(record: Record, leaf: Field) -> list[Any]:
    """The keys of the record's own items, where a field refers to them."""
    if leaf.reference is None or leaf.reference.own is None:
        return []
    found = look_up(record, f"{leaf.reference.own}[].{leaf.reference.key}")
    return [key for key in found if key is not ABSENT] if isinstance(found, list) else []


@lru_cache(maxsize=4096)
def is_key(api: Api, leaf: Field) -> bool:
    """Whether the field is the one by which the items of its array are matched."""
    for array in api.walk_fields():
        if array.merge is not None and array.merge.key and leaf.path == f"{array.path}[].{array.merge.key}":
            return True
    return False


@lru_cache(maxsize=4096)
def leaves(api: Api) -> tuple[Field, ...]:
    """The fields without documented members of their own, keys of array items left out."""
    return tuple(each for each in api.walk_fields() if not each.children and not is_key(api, each))


@lru_cache(maxsize=4096)
def settable(api: Api) -> tuple[Field, ...]:
    """The leaves that a patch may set and the record shows: what partial update is about."""
    return tuple(
        each
        for each in leaves(api)
        if not each.read_only
        and not each.write_only
        and each.write != "open"
        and each.response is not None
        and (each.hazard is None or each.hazard.values is not None)
    )


@lru_cache(maxsize=4096)
def unshown(api: Api) -> tuple[Field, ...]:
    """The leaves that a patch may set and no record shows, under any name."""
    plain = (each for each in leaves(api) if each.response is None and each.hazard is None and not each.write_only)
    return tuple(each for each in plain if not each.read_only and each.write == "documented")


def may_show(api: Api, field: Field, value: Any) -> bool:
    """Whether the record can show a text as it was sent: the pattern that it has there may admit fewer spellings."""
    shown = api.shown(field)
    pattern = None if shown is None else shown.schema.get("pattern")
    admitted = pattern is None or keeps_to({"pattern": pattern}, value)
    return admitted or not isinstance(value, str)
