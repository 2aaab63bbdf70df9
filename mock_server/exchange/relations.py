"""Faults that only the stored data can show: keys of rows that do not exist, and values that another customer holds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mock_server.exchange.exchange import Fault, Path
from mock_server.exchange.plan import Member, Members
from mock_server.state.store import Row
from specs.model import Reference


class Relations:
    """What stands around one customer's record.

    record: as it is stored. changes: what is to be written.
    rows: the collections that values may refer to.
    others: the records of all other customers.
    """

    def __init__(
        self,
        members: Members,
        record: Mapping[str, Any],
        changes: Mapping[str, Any],
        rows: Mapping[str, tuple[Row, ...]],
        others: Iterable[Mapping[str, Any]],
    ) -> None:
        self._members = members
        self._record = record
        self._changes = changes
        self._rows = rows
        self._others = others
        self._known: dict[Reference, frozenset[tuple[type, Any]]] = {}

    def faults(self) -> Iterator[Fault]:
        """The faults of the changes, top-level properties and nested ones."""
        return self._in_object(self._changes, self._members, self._record, ())

    def _in_object(self, changes: Mapping[str, Any], members: Members, stored: Any, path: Path) -> Iterator[Fault]:
        for name, value in changes.items():
            member = members.get(name)
            if member is None or value is None or not member.related:
                continue
            here = (*path, name)
            kept = stored.get(member.shown) if isinstance(stored, Mapping) else None
            yield from self._of_value(value, member, here)
            if isinstance(value, dict):
                yield from self._in_object(value, member.members, kept, here)
            elif isinstance(value, list) and member.members:
                yield from self._in_items(value, member, kept, here)

    def _in_items(self, items: list[Any], member: Member, stored: Any, path: Path) -> Iterator[Fault]:
        merge = member.field.merge
        known = {} if merge is None or merge.policy != "keyed" else by_key(stored, shown_key(member))
        for index, item in enumerate(items):
            if not isinstance(item, dict):
                continue
            key = item.get(merge.key) if merge and merge.key else None
            if not isinstance(key, str | int):
                key = None
            elif merge and merge.policy == "keyed" and merge.new == "refuse" and key not in known:
                yield Fault((*path, index, str(merge.key)), "reference", key)
            yield from self._in_object(item, member.members, known.get(key), (*path, index))

    def _of_value(self, value: Any, member: Member, path: Path) -> Iterator[Fault]:
        if member.field.reference is not None:
            known = self._known_keys(member.field.reference)
            for place, key in _each_key(value, path):
                if isinstance(key, dict | list) or (type(key), key) not in known:
                    yield Fault(place, "reference", key)
        is_top = len(path) == 1  # nothing says among what a nested value would have to be unique
        if member.field.unique and is_top and any(other.get(str(member.shown)) == value for other in self._others):
            yield Fault(path, "unique", value)

    def _known_keys(self, reference: Reference) -> frozenset[tuple[type, Any]]:
        """Each with its type: 1 is not true. Worked out once: a body may hold thousands of both, keys and references."""
        if reference not in self._known:
            own = reference.own
            rows = self._rows.get(reference.collection or "", ()) if own is None else self._own_items(own)
            keys = [row.get(reference.key) for row in rows if isinstance(row, Mapping)]
            self._known[reference] = frozenset((type(key), key) for key in keys if not isinstance(key, dict | list))
        return self._known[reference]

    def _own_items(self, name: str) -> list[Any]:
        """The items of one of the customer's arrays, as they will be after the write."""
        stored = self._record.get(_shown_name(self._members, name))
        sent = self._changes.get(name)
        kept, added = (items if isinstance(items, list) else [] for items in (stored, sent))
        merge = self._members[name].field.merge if name in self._members else None
        if sent is None or merge is None or merge.new == "refuse":
            return kept
        return [*kept, *added] if merge.policy == "keyed" else added


def shown_key(member: Member) -> str:
    """The member by which the shown items of a keyed array are told apart."""
    key = member.field.merge.key if member.field.merge else None
    return _shown_name(member.members, str(key))


def by_key(items: Any, key: str) -> dict[Any, Mapping[str, Any]]:
    """Stored items by their key; empty for anything but a list of objects."""
    if not isinstance(items, list):
        return {}
    return {item[key]: item for item in items if isinstance(item, Mapping) and isinstance(item.get(key), str | int)}


def _shown_name(members: Members, name: str) -> str:
    member = members.get(name)
    return (member.shown if member else None) or name


def _each_key(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, list):
        yield from (((*path, index), key) for index, key in enumerate(value))
    else:
        yield path, value
