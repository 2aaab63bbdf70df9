"""The customers in memory: every one behind a lock of its own, every state immutable once it is stored."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from threading import Lock, RLock
from typing import Any

from specs import Api
from specs.model import SeedCustomer

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class State:
    """What is stored for one customer. JSON values in a state are never changed in place, a write makes a new state.

    ``record``: as a success body shows it. ``hidden``: values that no answer shows, by the dotted path of the request.
    ``version``: another one for every representation, never used twice by one process.
    """

    record: Mapping[str, Any]
    hidden: Mapping[str, Any]
    version: int = 0


@dataclass(slots=True, eq=False)
class Entry:
    """One customer: the seed it starts from, and its state. ``lock`` is held from before validation to after the write.

    name: its path parameters, or its number where the credential alone tells who is meant.
    is_deleted: its record is not found any more; the state is the last one.
    is_born: it was not there at start, and leaves nothing when it is deleted.
    """

    name: str
    seed: SeedCustomer
    state: State
    is_deleted: bool = False
    is_born: bool = False
    lock: RLock = field(default_factory=RLock)


@dataclass(frozen=True, slots=True)
class Contents:
    """Everything in a store at one moment: states by the customer's name (a deleted one has none), and rows by collection."""

    states: Mapping[str, State]
    references: Mapping[str, tuple[Row, ...]]


class Store:
    """All customers of one API, and the rows of other collections that they may refer to.

    Attributes:
        uniqueness: held from the look at the other customers to the write, so that two of them cannot take the same value at
            the same time.
        seeded: everything as at start.
        bears: whether further customers can be born, by an operation of the document that creates them.
        keep: is told of every change ahead of it: new states by the customer's name (None for a deleted one), and new rows
            by collection; if it raises, nothing is changed.
    """

    def __init__(self, api: Api) -> None:
        self.uniqueness = Lock()
        self._birth = RLock()
        self._versions = itertools.count(1)
        self._epoch = secrets.token_hex(4)
        self.bears = False
        self._is_by_path = api.identity == "path"
        self._names = sorted(api.customers[0].path) if api.customers else []
        self.entries = tuple(self._entry(number, seed) for number, seed in enumerate(api.customers, 1))
        self.references: Mapping[str, tuple[Row, ...]] = api.references
        self.keep: Callable[[Mapping[str, State | None], Mapping[str, tuple[Row, ...]]], None] = lambda _customers, _rows: None
        self.seeded = self.contents()
        self._by_key = {_key(entry.seed.path): entry for entry in self.entries}
        self._by_credential = self._credentials()

    def find(self, arguments: Mapping[str, str]) -> Entry | None:
        """The customer with these path parameters: compared as text, so ``057``, ``+57`` and other digits are not ``57``."""
        entry = self._by_key.get(_key(arguments))
        return None if entry is None or entry.is_deleted else entry

    def holders(self, scheme: str, credential: str) -> tuple[Entry, ...]:
        """The customers that a credential speaks for: one, or all of a shop that share its key.

        Where the path tells who is meant, the credential of a deleted customer is still a good one.
        """
        held = self._by_credential.get((scheme, credential), ())
        return held if self._is_by_path else tuple(entry for entry in held if not entry.is_deleted)

    def others(self, entry: Entry) -> Iterable[Entry]:
        """Every customer but this one."""
        return (other for other in self.entries if other is not entry and not other.is_deleted)

    def write(self, entry: Entry, state: State) -> State:
        """The state as stored: the customer's from now on, for everyone and at once."""
        changed = state.record != entry.state.record
        stored = replace(state, version=next(self._versions) if changed else entry.state.version)
        if changed or entry.is_deleted or state.hidden != entry.state.hidden:
            self.keep({entry.name: stored}, {})
        entry.state, entry.is_deleted = stored, False
        return stored

    def delete(self, entry: Entry) -> None:
        """The customer's record is not found any more."""
        self.keep({entry.name: None}, {})
        entry.is_deleted = True
        if entry.is_born:
            self._forget(entry)

    def bear(self, path: Mapping[str, str], record: Mapping[str, Any]) -> Entry:
        """A further customer, whom every credential may reach; KeyError where one has these path parameters."""
        with self._birth:
            if self.find(path) is not None:
                raise KeyError(path)
            name, state = ",".join(_key(path)), self.state(record, {})
            self.keep({name: state}, {})
            return self._add(name, dict(path), state)

    def _add(self, name: str, path: Mapping[str, Any], state: State) -> Entry:
        known = self._by_key.get(_key(path))
        if known is not None:  # a seeded one that was deleted
            known.state, known.is_deleted = state, False
            return known
        entry = Entry(name, SeedCustomer(path=path, auth=self.entries[0].seed.auth, record=state.record), state, is_born=True)
        self.entries = (*self.entries, entry)
        self._by_key[_key(path)] = entry
        self._by_credential = {held: (*entries, entry) for held, entries in self._by_credential.items()}
        return entry

    def _forget(self, entry: Entry) -> None:
        with self._birth:
            self.entries = tuple(each for each in self.entries if each is not entry)
            self._by_key.pop(_key(entry.seed.path), None)
            kept = {held: tuple(each for each in entries if each is not entry) for held, entries in self._by_credential.items()}
            self._by_credential = kept

    def write_rows(self, collection: str, rows: tuple[Row, ...]) -> None:
        """These rows and no others are in the collection, for everyone and at once."""
        self.keep({}, {collection: rows})
        self.references = {**self.references, collection: rows}

    def state(self, record: Mapping[str, Any], hidden: Mapping[str, Any]) -> State:
        """A new state, which is not stored yet."""
        return State(record, hidden, next(self._versions))

    def etag(self, state: State) -> str:
        """A strong validator of the state's representation, without its quotation marks."""
        return f"{self._epoch}-{state.version}"

    def reset(self) -> None:
        """Everything as at start."""
        self.restore(self.seeded)

    def reset_customers(self) -> None:
        """The customers as at start; the other rows as they are."""
        self.restore(Contents(self.seeded.states, self.references))

    def adopt(self, older: Store) -> None:
        """What has changed in another store since its start, as far as there is a place for it; the rest is as seeded here."""
        before, now = older.seeded, older.contents()
        states = dict(self.seeded.states)
        for name in states.keys() & before.states.keys():
            if name not in now.states:
                del states[name]
            elif now.states[name] is not before.states[name]:
                states[name] = self.state(now.states[name].record, now.states[name].hidden)
        if self.bears:
            born = {name: each for name, each in now.states.items() if name not in before.states}
            states |= {name: self.state(each.record, each.hidden) for name, each in born.items()}
        rows = {name: kept for name, kept in now.references.items() if kept is not before.references.get(name)}
        kept = {name: rows.get(name, own) for name, own in self.references.items()}
        self.restore(Contents(states, kept))

    def contents(self) -> Contents:
        """Everything at this moment: no write is half in it."""
        with self.all_locked():
            return Contents({each.name: each.state for each in self.entries if not each.is_deleted}, self.references)

    def restore(self, contents: Contents) -> None:
        """Everything as it was at another moment, for everyone and at once."""
        with self.all_locked():
            names = {entry.name for entry in self.entries}
            born = {name: state for name, state in contents.states.items() if name not in names}
            self.keep({**born, **{name: contents.states.get(name) for name in names}}, contents.references)
            for name, state in born.items():
                self._add(name, dict(zip(self._names, name.split(","), strict=True)), state)
            for entry in self.entries:
                if entry.is_born and entry.name not in contents.states:
                    self._forget(entry)
                entry.is_deleted = entry.name not in contents.states
                entry.state = contents.states.get(entry.name, entry.state)
            self.references = contents.references

    @contextmanager
    def all_locked(self) -> Iterator[None]:
        """No customer is written meanwhile by anyone else."""
        with ExitStack() as stack:
            for entry in self.entries:
                stack.enter_context(entry.lock)
            yield

    def _entry(self, number: int, seed: SeedCustomer) -> Entry:
        state = self.state(dict(seed.record), dict(seed.hidden))
        return Entry(",".join(_key(seed.path)) or str(number), seed, state)

    def _credentials(self) -> dict[tuple[str, str], tuple[Entry, ...]]:
        held: dict[tuple[str, str], tuple[Entry, ...]] = {}
        for entry in self.entries:
            for scheme, credential in entry.seed.auth.items():
                held[scheme, credential] = (*held.get((scheme, credential), ()), entry)
        return held


def _key(path: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(path[name]) for name in sorted(path))
