"""Named copies of the state of one world. States are never changed in place, so that a copy costs next to nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any, Protocol

from mock_server.state.clock import real_time
from mock_server.state.store import Contents, Store

LIMIT = 100
"""So many are kept in one world."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state of all APIs, by their names; ``saved``: when, RFC 3339."""

    name: str
    saved: str
    contents: Mapping[str, Contents]
    records: Mapping[str, Any]


class Keeping(Protocol):
    """A store of any kind, whose contents are never changed in place."""

    def contents(self) -> Any:
        """Everything at this moment."""

    def restore(self, contents: Any) -> None:
        """Everything as it was at another moment."""


class Snapshots:
    """The snapshots of one world; KeyError stands for one that is not there."""

    def __init__(self, stores: Mapping[str, Store], records: Mapping[str, Keeping] | None = None) -> None:
        self._stores = stores
        self._records = records or {}
        self._kept: dict[str, Snapshot] = {}
        self._lock = Lock()

    def adopt(self, older: Snapshots) -> None:
        """Those of another world."""
        self._kept = dict(older._kept)

    def all(self) -> tuple[Snapshot, ...]:
        """The oldest first."""
        return tuple(self._kept.values())

    def get(self, name: str) -> Snapshot:
        """The one of this name."""
        return self._kept[name]

    def save(self, name: str) -> Snapshot:
        """The state as it is now, in place of an older snapshot of this name; ValueError beyond the limit."""
        taken = {api: store.contents() for api, store in self._stores.items()}
        whole = {document: store.contents() for document, store in self._records.items()}
        snapshot = Snapshot(name, real_time(), taken, whole)
        with self._lock:
            if name not in self._kept and len(self._kept) >= LIMIT:
                raise ValueError(f"there are {LIMIT} snapshots already; delete one first")
            self._kept.pop(name, None)
            self._kept[name] = snapshot
        return snapshot

    def restore(self, name: str) -> Snapshot:
        """The state is what it was."""
        snapshot = self._kept[name]
        for api, store in self._stores.items():
            store.restore(snapshot.contents[api])
        for document, records in self._records.items():
            records.restore(snapshot.records[document])
        return snapshot

    def delete(self, name: str) -> None:
        """One less."""
        del self._kept[name]
