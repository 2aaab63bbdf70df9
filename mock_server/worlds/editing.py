"""Changes of what is stored that no client of the API made: customers and rows are replaced, merged, deleted and brought back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from mock_server.exchange.merge import merge_patch
from mock_server.state.store import Contents, Entry, Row, State, Store
from mock_server.worlds.definition import Definition
from mock_server.worlds.service import Service

CUSTOMERS = "customers"

Item = Mapping[str, Any]


class Misfit(Exception):
    """Something that cannot be stored. ``errors``: pairs of a JSON Pointer into what was sent and what is wrong there."""

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        super().__init__(": ".join(errors[0]))
        self.errors = tuple(errors)


class Collection(Protocol):
    """The items of one kind that a world has. KeyError stands for an item that is not there, Misfit for one that may not be."""

    def items(self) -> list[Item]:
        """All of them."""

    def item(self, identity: str) -> Item:
        """One of them."""

    def replace_all(self, items: Sequence[Item]) -> None:
        """These and no others."""

    def put(self, identity: str, item: Item) -> None:
        """In place of what is there."""

    def patch(self, identity: str, changes: Item) -> None:
        """Merges as RFC 7396 has it."""

    def delete(self, identity: str) -> None:
        """One less."""

    def reset(self) -> None:
        """As at start."""


def collection(service: Service, name: str, *, unchecked: bool = False) -> Collection:
    """A collection of one API; KeyError where it has none of this name. ``unchecked``: a record may break its schema."""
    if name == CUSTOMERS:
        return Customers(service.definition, service.store, unchecked=unchecked)
    if name not in service.api.references:
        raise KeyError(name)
    return Rows(service.definition, service.store, name)


def collection_names(definition: Definition) -> tuple[str, ...]:
    """Customers, and whatever rows they refer to."""
    return (CUSTOMERS, *(name for name in definition.api.references if name != CUSTOMERS))


def shown(store: Store, contents: Contents) -> dict[str, Any]:
    """All collections as they are, or were, by name."""
    there = [entry for entry in store.entries if entry.name in contents.states]
    customers = [_customer(entry, contents.states[entry.name]) for entry in there]
    return {**{name: list(rows) for name, rows in contents.references.items()}, CUSTOMERS: customers}


def _customer(entry: Entry, state: State) -> dict[str, Any]:
    return {"id": entry.name, "path": entry.seed.path, "record": state.record, "hidden": state.hidden}


class Customers:
    """The customers; there are never more than those that the document seeds, since a new one would have no credential."""

    def __init__(self, definition: Definition, store: Store, *, unchecked: bool = False) -> None:
        self._definition = definition
        self._store = store
        self._unchecked = unchecked
        self._entries = {entry.name: entry for entry in store.entries}

    def items(self) -> list[Item]:
        """Those that are not deleted."""
        return [_customer(entry, entry.state) for entry in self._store.entries if not entry.is_deleted]

    def item(self, identity: str) -> Item:
        """One that is not deleted."""
        return _customer(entry := self._there(identity), entry.state)

    def replace_all(self, items: Sequence[Item]) -> None:
        """Those that are not among them are deleted."""
        with self._locked():
            sent = self._by_identity(items)
            states = {name: self._state(self._entries[name], item, f"/{number}") for name, (number, item) in sent.items()}
            self._check_unique({name: (f"/{number}", states[name]) for name, (number, _) in sent.items()}, states)
            for entry in self._store.entries:
                if entry.name in states:
                    self._store.write(entry, states[entry.name])
                else:
                    self._store.delete(entry)

    def put(self, identity: str, item: Item) -> None:
        """Also brings a deleted one back; what is hidden stays unless it is sent."""
        with self._locked():
            self._write(self._entries[identity], item)

    def patch(self, identity: str, changes: Item) -> None:
        """Merges into the record and what is hidden."""
        with self._locked():
            entry = self._there(identity)
            self._write(entry, merge_patch(_customer(entry, entry.state), changes))

    def delete(self, identity: str) -> None:
        """Its requests are answered as those for a record that is not there."""
        with self._locked():
            self._store.delete(self._there(identity))

    def reset(self) -> None:
        """All seeded customers with their seeded records."""
        self._store.reset_customers()

    def _there(self, identity: str) -> Entry:
        entry = self._entries[identity]
        if entry.is_deleted:
            raise KeyError(identity)
        return entry

    def _write(self, entry: Entry, item: Item) -> None:
        state = self._state(entry, item, "")
        others = {each.name: each.state for each in self._store.others(entry)}
        self._check_unique({entry.name: ("", state)}, {**others, entry.name: state})
        self._store.write(entry, state)

    def _state(self, entry: Entry, item: Item, at: str) -> State:
        """What is sent as a state; Misfit for anything that the document does not have."""
        known = {"id": entry.name, "path": entry.seed.path, "record": None, "hidden": None}
        errors = [(f"{at}/{name}", f"known members are {', '.join(known)}") for name in item if name not in known]
        fixed = {name: known[name] for name in ("id", "path") if name in item and item[name] != known[name]}
        errors += [(f"{at}/{name}", f"is {value!r} and stays so") for name, value in fixed.items()]
        record, hidden = item.get("record"), item.get("hidden", entry.state.hidden)
        if not isinstance(record, dict) or not isinstance(hidden, dict):
            raise Misfit([*errors, (at, "expected an object with the members record and, if anything is hidden, hidden")])
        if not self._unchecked:
            errors += [(f"{at}/record{where}", what) for where, what in self._definition.record_faults(record)]
        if errors:
            raise Misfit(errors)
        return State(record, hidden, entry.state.version)

    def _by_identity(self, items: Sequence[Item]) -> dict[str, tuple[int, Item]]:
        found: dict[str, tuple[int, Item]] = {}
        for number, item in enumerate(items):
            identity = item.get("id")
            if identity not in self._entries:
                raise Misfit([(f"/{number}/id", f"expected one of {', '.join(self._entries)}")])
            if identity in found:
                raise Misfit([(f"/{number}/id", f"{identity} is there twice")])
            found[str(identity)] = (number, item)
        return found

    def _check_unique(self, sent: Mapping[str, tuple[str, State]], all_states: Mapping[str, State]) -> None:
        """Misfit for a value that two customers would share although the document wants it unique."""
        for shown_name in self._definition.unique_members:
            for name, (at, state) in sent.items():
                value = state.record.get(shown_name)
                others = [other.record.get(shown_name) for other_name, other in all_states.items() if other_name != name]
                if value is not None and value in others:
                    raise Misfit([(f"{at}/record/{shown_name}", "another customer has this value, which has to be unique")])

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with self._store.all_locked(), self._store.uniqueness:
            yield


class Rows:
    """Rows that customers refer to, by the member that they are referred to with."""

    def __init__(self, definition: Definition, store: Store, name: str) -> None:
        self._store = store
        self._name = name
        self._seeded = definition.api.references[name]
        references = [each.reference for each in definition.api.walk_fields() if each.reference is not None]
        keys = [each.key for each in references if each.collection == name]
        self._key = (*keys, "id")[0]

    def items(self) -> list[Item]:
        """All rows."""
        return list(self._rows())

    def item(self, identity: str) -> Item:
        """The row with this key, compared as text."""
        return self._by_key()[identity]

    def replace_all(self, items: Sequence[Item]) -> None:
        """Each needs a key of its own."""
        with self._store.uniqueness:
            self._store_rows(items)

    def put(self, identity: str, item: Item) -> None:
        """A new row goes to the end."""
        if str(item.get(self._key)) != identity:
            raise Misfit([(f"/{self._key}", f"expected {identity}, as in the path")])
        with self._store.uniqueness:
            self._store_rows({**self._by_key(), identity: item}.values())

    def patch(self, identity: str, changes: Item) -> None:
        """Merges into the row; its key stays."""
        with self._store.uniqueness:
            rows = self._by_key()
            merged = merge_patch(rows[identity], changes)
            if merged.get(self._key) != rows[identity].get(self._key):
                raise Misfit([(f"/{self._key}", f"is {identity} and stays so")])
            self._store_rows({**rows, identity: merged}.values())

    def delete(self, identity: str) -> None:
        """What customers hold of it stays."""
        with self._store.uniqueness:
            rows = self._by_key()
            del rows[identity]
            self._store_rows(rows.values())

    def reset(self) -> None:
        """The seeded rows."""
        with self._store.uniqueness:
            self._store_rows(self._seeded)

    def _rows(self) -> tuple[Row, ...]:
        return self._store.references[self._name]

    def _by_key(self) -> dict[str, Item]:
        return {str(row.get(self._key)): row for row in self._rows()}

    def _store_rows(self, rows: Iterable[Row]) -> None:
        kept = tuple(rows)
        keys = [row.get(self._key) for row in kept]
        for number, key in enumerate(keys):
            if not isinstance(key, str | int) or key in keys[:number]:
                raise Misfit([(f"/{number}/{self._key}", "expected a text or a whole number that no other row has")])
        self._store.write_rows(self._name, kept)
