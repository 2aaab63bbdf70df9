"""Changes of the records of a whole document that no client of the API made: created, replaced, merged, deleted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mock_server.exchange.merge import merge_patch
from mock_server.resource.reading.model import Collection as Described
from mock_server.resource.service import ResourceService
from mock_server.resource.stored.records import Address, Record
from mock_server.resource.stored.upkeep import held_by
from mock_server.syntax.pointers import pointer
from mock_server.worlds.editing import Item, Misfit


class RecordItems:
    """The records of one collection as items: id, the records that it stands in by path parameter (``in``), and ``record``.

    An id is the keys of the path with slashes between them. unchecked: whether a record may break its schema.
    """

    def __init__(self, service: ResourceService, name: str, *, unchecked: bool = False) -> None:
        self._service = service
        self._store = service.store
        self._described: Described = service.resource.recognition.collections[name]
        self._schemas = service.resource.recognition.schemas
        self._unchecked = unchecked

    def items(self) -> list[Item]:
        """The oldest first."""
        return [self._shown(each) for each in self._store.of(self._described).values()]

    def item(self, identity: str) -> Item:
        """One of them."""
        return self._shown(self._there(identity))

    def replace_all(self, items: Sequence[Item]) -> None:
        """These and no others."""
        with self._store.lock:
            placed = [(self._address(str(item.get("id", ""))), item, f"/{number}") for number, item in enumerate(items)]
            records = [self._record(item, place, at) for place, item, at in placed]
            wanted = {each.identity: each for each in records}
            if len(wanted) < len(records):
                raise Misfit([("", "two items have the same id")])
            gone: dict[Address, Record | None] = dict.fromkeys(self._store.of(self._described))
            self._store.write({self._described.name: {**gone, **wanted}})

    def create(self, item: Item) -> Item:
        """One more, with a key of its own unless its record has one."""
        with self._store.lock:
            scope = self._scope_in(item)
            number = self._store.next_number(self._described)
            value = self._value(item, "")
            key = None if self._described.key is None else value.get(self._described.key)
            if key is None:
                found, value = self._service.resource.seeding.fresh_key(
                    self._described, value, number, lambda each: self._store.find(self._described, scope, each) is not None
                )
                key = found
            if self._store.find(self._described, scope, str(key)) is not None:
                raise Misfit([("/record", f"there is a record {key!r} already")])
            record = self._checked(self._store.new(str(key), scope, value), "")
            self._store.write({self._described.name: {record.identity: record}}, {self._described.name: number})
        return self._shown(record)

    def put(self, identity: str, item: Item) -> None:
        """In place of what is there, or a new one."""
        with self._store.lock:
            record = self._record(item, self._address(identity), "")
            self._store.write({self._described.name: {record.identity: record}})

    def patch(self, identity: str, changes: Item) -> None:
        """Merges into the record."""
        with self._store.lock:
            record = self._there(identity)
            self.put(identity, merge_patch(self._shown(record), changes))

    def delete(self, identity: str) -> None:
        """Gone, with what stands in it, and from the lists that refer to it."""
        self._service.writing.delete(self._described, self._there(identity))

    def reset(self) -> None:
        """As at start."""
        self._store.reset(self._described.name)

    # --- one record -----------------------------------------------------------------------------------------------

    def completed(self, item: Item) -> Item:
        """An item that a person wrote: the record alone, where nothing holds it and a member of it is its key."""
        key = self._described.key
        if "record" in item or key is None or self._described.parents or key not in item:
            return item
        return {"id": str(item[key]), "record": item}

    def _shown(self, record: Record) -> dict[str, Any]:
        within = dict(zip(self._described.parents, record.scope, strict=True))
        return {"id": "/".join((*record.scope, record.key)), **({"in": within} if within else {}), "record": record.value}

    def _address(self, identity: str) -> Address:
        *scope, key = identity.split("/")
        if len(scope) != len(self._described.parents) or not (key or self._described.singular):
            expected = "/".join(f"{{{name}}}" for name in (*self._described.parents, self._described.key or "id"))
            raise Misfit([("/id", f"expected {expected}")])
        return tuple(scope), key

    def _there(self, identity: str) -> Record:
        try:
            scope, key = self._address(identity)
        except Misfit:
            raise KeyError(identity) from None
        found = self._store.find(self._described, scope, key)
        if found is None:
            raise KeyError(identity)
        return found

    def _scope_in(self, item: Item) -> tuple[str, ...]:
        within = item.get("in", {})
        names = list(self._described.parents)
        if not isinstance(within, dict) or sorted(within) != sorted(names):
            raise Misfit([("/in", f"expected the keys of {', '.join(names) or 'nothing'}")])
        return tuple(str(within[name]) for name in names)

    def _value(self, item: Item, at: str) -> dict[str, Any]:
        known = ("id", "in", "record")
        errors = [(f"{at}/{name}", f"known members are {', '.join(known)}") for name in item if name not in known]
        value = item.get("record")
        if not isinstance(value, dict):
            errors.append((f"{at}/record", "expected an object"))
        if errors:
            raise Misfit(errors)
        return dict(item["record"])

    def _record(self, item: Item, place: Address, at: str) -> Record:
        scope, key = place
        value = self._value(item, at)
        name = self._described.key
        if name is not None and name in value and str(value[name]) != key and not self._described.singular:
            raise Misfit([(f"{at}/record/{name}", f"expected {key}, as in the id")])
        members = self._schemas.properties(self._described.schema)
        within = dict(zip(self._described.parents, scope, strict=True))
        return self._checked(
            self._store.new(key, scope, {**held_by(self._described, members, within, self._schemas), **value}), at
        )

    def _checked(self, record: Record, at: str) -> Record:
        check = self._schemas.validator(self._described.schema, "response")
        if not self._unchecked and not check.is_valid(record.value):
            raise Misfit(
                [(f"{at}/record{pointer(error.instance_path)}", error.message) for error in check.iter_errors(record.value)]
            )
        return record
