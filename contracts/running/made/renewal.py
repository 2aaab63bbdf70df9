"""Records that are spoilt on the way, and what was sent to them before others were made in their place."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.record.party import Party
from contracts.terms.exchange import Exchange

Key = tuple[str, int]
"""A record of a run: the API, and the number of the record."""


class Renewal:
    """What one process knows of its spoilt records."""

    def __init__(self) -> None:
        self._spoilt: set[Key] = set()
        self._retired: list[tuple[Key, Party]] = []

    def note(self, key: Key, exchanges: Sequence[Exchange], *, spoils: bool, lost: bool) -> None:
        """An item has ended: its record is spoilt if it was lost, or if the rule spoils a record and has sent something to it."""
        if lost or (spoils and any(each.method == "PATCH" for each in exchanges)):
            self._spoilt.add(key)

    def is_due(self, key: Key) -> bool:
        """Whether the next item needs another record."""
        return key in self._spoilt

    def done(self, key: Key, spoilt: Party | None) -> None:
        """Another record stands in the place of a spoilt one, whose party is kept: it has sent requests, and has seen things."""
        self._spoilt.discard(key)
        self._retired += [(key, spoilt)] if spoilt is not None else []

    def retired(self, api: str, number: int | None = None) -> list[Party]:
        """The parties of an API whose records were spoilt, or those that had one of its numbers."""
        return [party for key, party in self._retired if key[0] == api and number in (None, key[1])]
