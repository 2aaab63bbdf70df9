"""A record that went to another key because a body named one: it is given its own key back there, and never removed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Protocol

from contracts.record.calls import parsed
from contracts.target.target import Identity, Target
from contracts.terms.exchange import Exchange
from specs import Api


class Renamed(Protocol):
    """The party whose record it is."""

    api: Api
    target: Target
    identity: Identity

    def patch(self, body: Any, *, path: Mapping[str, str]) -> Exchange:
        """PATCH a JSON body at another path."""


def is_moved(party: Renamed, body: bytes | None, shows: Callable[[Mapping[str, str]], bool]) -> bool:
    """Whether the record is not under its own key any more, but under one that a body named; moved back where that works.

    ``shows``: whether there is a record of other path parameters.
    """
    own = party.identity.path
    if not own or shows(own):
        return False
    last = [*own][-1]
    for name, value in _named(party, body):
        path = {**own, last: str(value)}
        if shows(path):
            party.patch({name: int(own[last]) if isinstance(value, int) else own[last]}, path=path)
            return True
    return False


def _named(party: Renamed, body: bytes | None) -> Iterator[tuple[str, str | int]]:
    """The members of a body that no request has and that may be keys, but for those of the records that the target names."""
    sent = parsed(body or b"")
    known = {each.path[name] for each in (*party.target.identities, party.target.bystander) if each for name in [*each.path][-1:]}
    fields = {each.name for each in party.api.fields if not each.read_only}
    for name, value in sent.items() if isinstance(sent, Mapping) else ():
        if name not in fields and isinstance(value, str | int) and not isinstance(value, bool) and str(value) not in known:
            yield name, value
