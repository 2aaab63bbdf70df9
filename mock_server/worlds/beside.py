"""The other operations of a document with x-contract, over the same records as its PATCH."""

from __future__ import annotations

from collections.abc import Mapping

from mock_server.resource.reading.document import Document, operations
from mock_server.resource.reading.model import Collection
from mock_server.resource.service import Resource
from mock_server.resource.stored.records import Address, Record, Records, Seeder
from mock_server.state.store import Entry, State, Store
from specs import Api


def own_operations(api: Api) -> frozenset[tuple[str, str]]:
    """Path and method of what x-contract itself describes."""
    own = {(api.path, "PATCH")}
    return frozenset(own | {(api.read.path, "GET")} if api.read is not None else own)


def beside(api: Api, prefix: str, records: int) -> Resource | None:
    """All other operations of the document; None where it has none."""
    document = Document(name=api.name, file=api.file, content=api.document)
    if {(path, method.upper()) for path, method, *_ in operations(document)} <= own_operations(api):
        return None
    known: dict[str, list[str]] = {}
    for customer in api.customers:
        for scheme, credential in customer.auth.items():
            known.setdefault(scheme, []).append(credential)
    return Resource(document, prefix, records=records, credentials=known)


def shared_collection(api: Api, resource: Resource) -> Collection | None:
    """The collection whose records the PATCH changes; None where it stands alone."""
    if api.identity != "path":
        return None
    found = (each for each in resource.recognition.collections.values() if each.item_path == api.path and not each.parents)
    return next(found, None)


class SharedRecords(Records):
    """Records of which one collection is the customers of an API.

    These are kept, reset and restored by the API's own store.
    """

    def __init__(self, collections: Mapping[str, Collection], seeder: Seeder, store: Store, shared: Collection) -> None:
        super().__init__({name: each for name, each in collections.items() if each is not shared}, seeder)
        self._customers = store
        self._shared = shared
        self._shown: dict[str, tuple[State, Record]] = {}
        store.bears = True

    def of(self, collection: Collection) -> Mapping[Address, Record]:
        """All records of a collection, the oldest first."""
        if collection is not self._shared:
            return super().of(collection)
        there = [entry for entry in self._customers.entries if not entry.is_deleted]
        return {((), self._key(entry)): self._record(entry) for entry in there}

    def _key(self, entry: Entry) -> str:
        return str(entry.seed.path[self._shared.parameter or ""])

    def _record(self, entry: Entry) -> Record:
        known = self._shown.get(entry.name)
        if known is None or known[0] is not entry.state:
            record = Record(self._key(entry), (), entry.state.record, entry.state.version)
            known = self._shown[entry.name] = (entry.state, record)
        return known[1]

    def write(self, changes: Mapping[str, Mapping[Address, Record | None]], number: Mapping[str, int] | None = None) -> None:
        """Those of the shared collection go to the API's own store."""
        name = self._shared.name
        others = {each: records for each, records in changes.items() if each != name}
        numbers = {each: last for each, last in (number or {}).items() if each != name}
        with self.lock:
            for (_, key), record in changes.get(name, {}).items():
                self._write_customer(key, record)
            if name in (number or {}):
                self._numbers[name] = (number or {})[name]
            if others:
                super().write(others, numbers)

    def _write_customer(self, key: str, record: Record | None) -> None:
        path = {self._shared.parameter or "": key}
        entry = self._customers.find(path)
        if entry is None and record is not None:
            self._customers.bear(path, record.value)
        elif entry is not None:
            with entry.lock:
                if record is None:
                    self._shown.pop(entry.name, None)
                    self._customers.delete(entry)
                else:
                    self._customers.write(entry, State(record.value, entry.state.hidden, entry.state.version))

    def next_number(self, collection: Collection) -> int:
        """One that no record of the collection has, or had."""
        if collection is not self._shared:
            return super().next_number(collection)
        keys = [int(key) for _, key in self.of(collection) if key.isascii() and key.isdigit() and len(key) < 16]
        return max([self._numbers.get(collection.name, 0), len(self._customers.seeded.states), *keys]) + 1
