"""The canary of a run: after each item the record must still be readable, or nothing more is sent to it."""

from __future__ import annotations

from contracts.record.party import Party
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import Level, NotJudged, Violation

SHOWN = 200
"""Characters of a body that a reason shows."""


class Watch:
    """Knows the parties whose record was lost on the way, and by which request."""

    def __init__(self) -> None:
        self._lost: dict[int, str] = {}

    def check(self, party: Party) -> None:
        """Raise NotJudged where the record of a party was lost by an earlier item."""
        if id(party) in self._lost:
            raise NotJudged(self._lost[id(party)])

    def look(self, party: Party, item: str) -> Violation | None:
        """After an item that has written: is the record still there? Costs a reading only where the item ended with a write.

        A violation where it is not: the item has lost it.
        """
        last = party.last_write
        stopped = bool(party.client.stopped)
        if last is None or party.target.disposable or stopped or id(party) in self._lost:
            return None
        try:
            party.read()
        except NotJudged as reason:
            if str(reason) == party.client.stopped:
                return None
            self._lost[id(party)] = f"since {item} the record cannot be read ({reason}); the last write was {_told(last)}"
            return Violation(
                expected="the record to be one afterwards", actual=f"it is lost: {reason}", exchange=last, level=Level.MUST
            )
        return None


def _told(exchange: Exchange) -> str:
    body = (exchange.body or b"").decode("utf-8", "replace")
    return f"{exchange.method} {exchange.url} {body[:SHOWN]}".rstrip()
