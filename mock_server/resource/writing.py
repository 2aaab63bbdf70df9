"""What operations do to the store: records are created, changed, replaced and deleted, and what refers to them follows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mock_server.exchange.exchange import Refusal
from mock_server.resource.incoming import Incoming
from mock_server.resource.patching import Unpatchable, merged, patched
from mock_server.resource.reading.model import Collection, Operation
from mock_server.resource.reading.names import singular, spelled
from mock_server.resource.reading.recognition import Recognition
from mock_server.resource.stored.records import Address, Record, Records, Scope
from mock_server.resource.stored.seeding import Seeding
from mock_server.resource.stored.upkeep import Upkeep, held_by
from mock_server.resource.values.samples import Samples
from specs import Schema

MERGE_PATCH = "application/merge-patch+json"


class Writing:
    """Writes into the store of one document. ``seeding`` knows what keys look like."""

    def __init__(self, recognition: Recognition, store: Records, seeding: Seeding) -> None:
        self._recognition = recognition
        self._schemas = recognition.schemas
        self._incoming = Incoming(recognition.bodies, recognition.schemas)
        self._samples = Samples(recognition.schemas)
        self._store = store
        self._seeding = seeding
        self._upkeep = {name: Upkeep(self._schemas, each) for name, each in recognition.collections.items()}
        self._referrers = {name: tuple(self._lists_of(each)) for name, each in recognition.collections.items()}

    def sent(self, operation: Operation, body: Any, schema: Schema) -> dict[str, Any]:
        """The record in a body: its documented members, without those that only the server writes."""
        for name in operation.sent_at:
            body, schema = (body or {}).get(name), self._schemas.properties(schema)[name]
        if body is None:
            return {}
        if not isinstance(body, dict):
            raise Refusal("invalid_field", value="Expected an object.")
        return self._incoming.known(self._incoming.without_read_only(body, schema), schema)

    # --- create ---------------------------------------------------------------------------------------------------

    def create(self, operation: Operation, scope: Mapping[str, str], body: Any, schema: Schema, moment: str) -> Record:
        """A new record; Refusal for a key that another one has."""
        collection = _collection(operation)
        for name in operation.sent_at:
            schema = self._schemas.properties(schema).get(name, {})
        sent = self.sent(operation, body, self._incoming_schema(operation, schema))
        with self._store.lock:
            number = self._store.next_number(collection)
            value = {**self._made(collection, number), **self._incoming.defaults(schema), **sent}
            value |= self._upkeep[collection.name].at_creation(moment)
            value |= held_by(collection, self._schemas.properties(collection.schema), scope, self._schemas)
            key, value = self._new_key(collection, value, sent, number, scope_of(collection, scope))
            record = self._store.new(key, scope_of(collection, scope), value)
            self._store.write({collection.name: {record.identity: record}}, {collection.name: number})
        return record

    def _incoming_schema(self, operation: Operation, inner: Schema) -> Schema:
        return self._recognition.bodies.sent_json(operation) or inner

    def _made(self, collection: Collection, number: int) -> dict[str, Any]:
        """The members that the server gives a new record: nothing counted, nothing listed, and what has to be there."""
        found: dict[str, Any] = {}
        required = self._schemas.required(collection.schema)
        for name, schema in self._schemas.properties(collection.schema).items():
            is_own = name not in collection.written
            if name == collection.key or not (is_own or name in required):
                continue
            default = self._schemas.says(schema, "default")
            empty = default if default is not None else self._empty(schema)
            if empty is not None:
                found[name] = empty
            elif name in required or (is_own and not self._schemas.types(schema) & {"object", "array"}):
                found[name] = self._samples.make(schema, name, number, collection.name)
        return found

    def _empty(self, schema: Schema) -> Any:
        types = self._schemas.types(schema)
        candidates: list[Any] = [
            value for kind, value in (("integer", 0), ("number", 0), ("boolean", False), ("array", [])) if kind in types
        ]
        check = self._schemas.validator(schema, "response")
        return next((each for each in candidates if check.is_valid(each)), None)

    def _new_key(
        self, collection: Collection, value: dict[str, Any], sent: Mapping[str, Any], number: int, scope: Scope
    ) -> tuple[str, dict[str, Any]]:
        if collection.key is not None and collection.key in sent:
            key, keyed = self._seeding.keyed(collection, value, number)
            if self._store.find(collection, scope, key) is not None:
                raise Refusal("conflict", value=f"{collection.key} {key[:60]!r}.")
            return key, keyed
        return self._seeding.fresh_key(
            collection, value, number, lambda key: self._store.find(collection, scope, key) is not None
        )

    # --- change ---------------------------------------------------------------------------------------------------

    def update(
        self, operation: Operation, record: Record, body: Any, media_type: str, schema: Schema, moment: str
    ) -> tuple[Record, bool]:
        """The record with the changes of a body, and whether the body wanted another key, which stays."""
        collection = _collection(operation)
        if isinstance(body, list):
            try:
                value = patched(dict(record.value), body)
            except Unpatchable as reason:
                raise Refusal("invalid_field", value=f"{reason}.") from None
            if not isinstance(value, dict):
                raise Refusal("invalid_field", value="A record stays an object.")
            self._incoming.check_body(value, collection.schema)
        else:
            sent = self.sent(operation, body, schema)
            value = merged(record.value, sent, null_removes=media_type == MERGE_PATCH)
        return self._changed(collection, record, value, moment)

    def replace(self, operation: Operation, record: Record, body: Any, schema: Schema, moment: str) -> tuple[Record, bool]:
        """The record with what was sent in place of all that a client can write."""
        collection = _collection(operation)
        sent = self.sent(operation, body, schema)
        required = self._schemas.required(collection.schema)
        kept = {
            name: each
            for name, each in record.value.items()
            if name not in collection.written or (name in required and name not in sent)
        }
        inner = schema
        for name in operation.sent_at:
            inner = self._schemas.properties(inner).get(name, {})
        return self._changed(collection, record, {**kept, **self._incoming.defaults(inner), **sent}, moment)

    def _changed(self, collection: Collection, record: Record, value: dict[str, Any], moment: str) -> tuple[Record, bool]:
        wanted_key = False
        if collection.key is not None and not collection.singular:
            held = record.value.get(collection.key)
            wanted_key = collection.key in value and str(value[collection.key]) != record.key
            value = {**value, collection.key: held} if held is not None else value
        if value == record.value:
            return record, wanted_key
        value |= self._upkeep[collection.name].at_write(record.value, moment)
        changed = self._store.new(record.key, record.scope, value)
        self._store.write({collection.name: {record.identity: changed}})
        return changed, wanted_key

    # --- delete ---------------------------------------------------------------------------------------------------

    def delete(self, collection: Collection, record: Record) -> None:
        """No record any more, nor those that it held, nor its place in the lists of others."""
        with self._store.lock:
            changes: dict[str, dict[Address, Record | None]] = {collection.name: {record.identity: None}}
            for other in self._recognition.collections.values():
                held = self._held(collection, record, other)
                if held:
                    changes.setdefault(other.name, {}).update(dict.fromkeys(held))
            for other, member, is_object in self._referrers[collection.name]:
                for identity, each in self._store.of(other).items():
                    left = self._without(each.value.get(member), record, collection, is_object)
                    if left is not None and identity not in changes.get(other.name, {}):
                        changes.setdefault(other.name, {})[identity] = self._store.new(
                            each.key, each.scope, {**each.value, member: left}
                        )
            self._store.write(changes)

    def _held(self, collection: Collection, record: Record, other: Collection) -> list[Address]:
        """The addresses of the records of another collection that stand in this record."""
        if collection.parameter is None or other.parents.get(collection.parameter) is not collection:
            return []
        place = list(other.parents).index(collection.parameter)
        wanted = (*record.scope, record.key)
        return [(scope, key) for scope, key in self._store.of(other) if scope[: place + 1] == wanted]

    def _lists_of(self, collection: Collection) -> Iterator[tuple[Collection, str, bool]]:
        """Members of other records that list records of this collection, whole ones or their keys."""
        origin, one = self._schemas.origin(collection.schema), spelled(singular(collection.name.rpartition(".")[2]))
        for other in self._recognition.collections.values():
            for name, schema in self._schemas.properties(other.schema).items():
                if "array" not in self._schemas.types(schema) or collection.key is None or other is collection:
                    continue
                items = self._schemas.items(schema)
                if items and self._schemas.origin(items) == origin:
                    yield other, name, True
                elif spelled(name) in (f"{one}_ids", f"{one}ids", f"{one}_keys"):
                    yield other, name, False

    def _without(self, listed: Any, record: Record, collection: Collection, is_object: bool) -> list[Any] | None:
        if not isinstance(listed, list) or collection.key is None:
            return None
        key = collection.key
        left = [each for each in listed if str(each.get(key) if is_object and isinstance(each, dict) else each) != record.key]
        return left if len(left) < len(listed) else None


def _collection(operation: Operation) -> Collection:
    assert operation.collection is not None, "a derived operation has one"
    return operation.collection


def scope_of(collection: Collection, arguments: Mapping[str, str]) -> Scope:
    """The keys of the records that hold a record, from the path parameters."""
    return tuple(arguments[name] for name in collection.parents if name in arguments)
