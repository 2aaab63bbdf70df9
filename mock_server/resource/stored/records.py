"""The records of a document in memory: one store for all of its operations, every record immutable once it is stored."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from threading import RLock
from typing import Any

from mock_server.resource.reading.model import Collection

Scope = tuple[str, ...]
"""The keys of the records that hold a record, as its path has them, the outermost first; empty at the top."""

Address = tuple[Scope, str]


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``value`` is never changed in place.

    value: all that is known of it, also what no answer shows.
    version: another one for every value, never used twice by one process.
    shown: the record as answers have it, kept by the schema of the answer.
    """

    key: str
    scope: Scope
    value: Mapping[str, Any]
    version: int = 0
    shown: dict[int, bytes] = field(default_factory=dict, compare=False, repr=False)

    @property
    def identity(self) -> Address:
        """What tells it from all others of its collection."""
        return self.scope, self.key


Contents = Mapping[str, tuple[Record, ...]]
"""The records by collection at one moment."""

Changes = Mapping[str, Mapping[str, Any]]
"""By collection and the address as a text: the new value, None for a deleted record."""

Seeder = Callable[[Collection, "Records"], Iterable[Record]]
Keep = Callable[[Changes, Mapping[str, int]], None]


class Records:
    """All collections of one document; one that nobody has asked for is not made yet.

    Attributes:
        lock: held from the look at a record to its write.
        keep: is told of every change ahead of it, and of the last number given in each collection; if it raises, nothing is
            changed.
    """

    def __init__(self, collections: Mapping[str, Collection], seeder: Seeder) -> None:
        self.lock = RLock()
        self.keep: Keep = lambda _changes, _numbers: None
        self._collections = collections
        self._seeder = seeder
        self._versions = itertools.count(1)
        self._made: dict[str, dict[Address, Record]] = {}
        self._seeded: dict[str, tuple[Record, ...]] = {}
        self._numbers: dict[str, int] = {}
        self._making: list[str] = []

    def of(self, collection: Collection) -> Mapping[Address, Record]:
        """All records of a collection, the oldest first. The caller holds the lock, or only looks."""
        found = self._made.get(collection.name)
        if found is not None:
            return found
        with self.lock:
            if collection.name not in self._made:
                self._seeded[collection.name] = self._seeds(collection)
                self._made[collection.name] = {each.identity: each for each in self._seeded[collection.name]}
            return self._made[collection.name]

    def _seeds(self, collection: Collection) -> tuple[Record, ...]:
        if collection.name in self._seeded:
            return self._seeded[collection.name]
        self._making.append(collection.name)
        try:
            return tuple(self.new(each.key, each.scope, each.value) for each in self._seeder(collection, self))
        finally:
            self._making.pop()

    def is_making(self, collection: Collection) -> bool:
        """Whether its seeds are being made: who makes them cannot ask for them."""
        return collection.name in self._making

    def listed(self, collection: Collection, scope: Scope) -> list[Record]:
        """The records in these parents, the oldest first."""
        with self.lock:
            found = list(self.of(collection).values())
        return found if not scope else [each for each in found if each.scope == scope]

    def find(self, collection: Collection, scope: Scope, key: str) -> Record | None:
        """The record with this key, compared as text."""
        return self.of(collection).get((scope, key))

    def new(self, key: str, scope: Scope, value: Mapping[str, Any]) -> Record:
        """A record that is not stored yet."""
        return Record(key, scope, value, next(self._versions))

    def next_number(self, collection: Collection) -> int:
        """One that no record of the collection has, or had."""
        with self.lock:
            keys = [int(key) for _, key in self.of(collection) if key.isascii() and key.isdigit() and len(key) < 16]
            return max([self._numbers.get(collection.name, 0), len(self._seeded[collection.name]), *keys]) + 1

    def write(self, changes: Mapping[str, Mapping[Address, Record | None]], number: Mapping[str, int] | None = None) -> None:
        """These records from now on, and None for those that are there no more: for everyone and at once."""
        with self.lock:
            for name in changes:
                self.of(self._collections[name])
            numbers = dict(number or {})
            for name, records in changes.items():
                ends = [
                    int(key)
                    for (_, key), each in records.items()
                    if each is None and key.isascii() and key.isdigit() and len(key) < 16
                ]
                if ends:  # the number of a deleted record is not given again
                    numbers[name] = max([numbers.get(name, 0), self._numbers.get(name, 0), *ends])
            self.keep({name: _plain(records) for name, records in changes.items()}, numbers)
            self._numbers.update(numbers)
            for name, records in changes.items():
                made = self._made[name]
                for identity, record in records.items():
                    if record is None:
                        made.pop(identity, None)
                    else:
                        made[identity] = record

    # --- all of it ------------------------------------------------------------------------------------------------

    def contents(self) -> Contents:
        """Everything at this moment."""
        with self.lock:
            return {name: tuple(self.of(each).values()) for name, each in self._collections.items()}

    def restore(self, contents: Contents) -> None:
        """Everything as it was at another moment, for everyone and at once."""
        with self.lock:
            changes: dict[str, dict[Address, Record | None]] = {}
            for name, wanted in contents.items():
                if name in self._collections:
                    now = self.of(self._collections[name])
                    kept = {each.identity: each for each in wanted}
                    changes[name] = {identity: None for identity in now if identity not in kept}
                    changes[name] |= {identity: each for identity, each in kept.items() if now.get(identity) != each}
            self.write({name: each for name, each in changes.items() if each})
            for name, wanted in contents.items():
                if name in self._made:  # in the order of then
                    self._made[name] = {each.identity: each for each in wanted}

    def reset(self, *names: str) -> None:
        """As at start: these collections, or all."""
        with self.lock:
            made = names or tuple(self._made)
            for name in made:
                self.of(self._collections[name])
            self.restore({name: self._seeded[name] for name in made})

    def has(self, collection: str) -> bool:
        """Whether the document has a collection of this name."""
        return collection in self._collections

    def is_seeded(self, collection: str, record: str) -> bool:
        """Whether a record is there at start; ``record``: its address as a text."""
        self.of(self._collections[collection])
        *above, key = json.loads(record)
        return any(each.identity == (tuple(above), key) for each in self._seeded[collection])

    def adopt(self, older: Records) -> None:
        """The records of another store, as far as there is a place for them."""
        with self.lock, older.lock:
            for name in older._made.keys() & self._collections.keys():
                if tuple(older._made[name].values()) != older._seeded[name]:
                    self.of(self._collections[name])
                    self._made[name] = {
                        each.identity: self.new(each.key, each.scope, each.value) for each in older._made[name].values()
                    }
            self._numbers = dict(older._numbers)

    def take(self, changes: Changes, numbers: Mapping[str, int]) -> None:
        """Changes that a file tells of; they are not told of again."""
        with self.lock:
            for name, records in changes.items():
                if name in self._collections:
                    self.of(self._collections[name])
                    for text, value in records.items():
                        *above, key = json.loads(text)
                        scope = tuple(above)
                        if value is None:
                            self._made[name].pop((scope, key), None)
                        else:
                            self._made[name][scope, key] = self.new(key, scope, value)
            self._numbers.update(numbers)


def _plain(records: Mapping[Address, Record | None]) -> dict[str, Any]:
    return {_text(identity): None if each is None else each.value for identity, each in records.items()}


def _text(identity: Address) -> str:
    scope, key = identity
    return json.dumps([*scope, key])
