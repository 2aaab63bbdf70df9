"""The customers in memory: every one behind a lock of its own, every state immutable once it is stored."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterable, Mapping
from copy import deepcopy
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
    """One customer: the seed it starts from, and its state. ``lock`` is held from before validation to after the write."""

    name: str
    seed: SeedCustomer
    state: State
    lock: RLock = field(default_factory=RLock)


class Store:
    """All customers of one API, and the rows of other collections that they may refer to.

    ``uniqueness`` is held from the look at the other customers to the write, so that two of them cannot take the
    same value at the same time.
    """

    def __init__(self, api: Api) -> None:
        self._api = api
        self.uniqueness = Lock()
        self._versions = itertools.count(1)
        self._epoch = secrets.token_hex(4)
        self.entries = tuple(self._entry(number, seed) for number, seed in enumerate(api.customers, 1))
        self.references: Mapping[str, tuple[Row, ...]] = deepcopy(dict(api.references))
        self._by_key = {_key(entry.seed.path): entry for entry in self.entries}
        self._by_credential = self._credentials()

    def find(self, arguments: Mapping[str, str]) -> Entry | None:
        """The customer with these path parameters: compared as text, so ``057``, ``+57`` and other digits are not ``57``."""
        return self._by_key.get(_key(arguments))

    def holders(self, scheme: str, credential: str) -> tuple[Entry, ...]:
        """The customers that a credential speaks for: one, or all of a shop that share its key."""
        return self._by_credential.get((scheme, credential), ())

    def others(self, entry: Entry) -> Iterable[Entry]:
        """Every customer but this one."""
        return (other for other in self.entries if other is not entry)

    def write(self, entry: Entry, state: State) -> State:
        """The state as stored: the customer's from now on, for everyone and at once."""
        changed = state.record != entry.state.record
        entry.state = replace(state, version=next(self._versions) if changed else entry.state.version)
        return entry.state

    def etag(self, state: State) -> str:
        """A strong validator of the state's representation, without its quotation marks."""
        return f"{self._epoch}-{state.version}"

    def reset(self) -> None:
        """Everything as at start."""
        for entry in self.entries:
            with entry.lock:
                entry.state = self._seed_state(entry.seed)
        self.references = deepcopy(dict(self._api.references))

    def _entry(self, number: int, seed: SeedCustomer) -> Entry:
        name = "/".join(_key(seed.path)) or f"customer {number}"
        return Entry(name, seed, self._seed_state(seed))

    def _seed_state(self, seed: SeedCustomer) -> State:
        return State(deepcopy(dict(seed.record)), deepcopy(dict(seed.hidden)), next(self._versions))

    def _credentials(self) -> dict[tuple[str, str], tuple[Entry, ...]]:
        held: dict[tuple[str, str], tuple[Entry, ...]] = {}
        for entry in self.entries:
            for scheme, credential in entry.seed.auth.items():
                held[scheme, credential] = (*held.get((scheme, credential), ()), entry)
        return held


def _key(path: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(path[name]) for name in sorted(path))
