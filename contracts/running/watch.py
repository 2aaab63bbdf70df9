"""The canary of a run: after each item the record must still be readable, or nothing more is sent to it."""

from __future__ import annotations

from typing import Any

from contracts.record.comparing.purpose import is_now
from contracts.record.party import Party
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import LOST, Level, NotJudged, Violation

READINGS = 4
"""So many readings in a row must fail: one bad answer does not mean that the record is gone."""
SHOWN = 200
"""Characters of a body that a reason shows."""


class Watch:
    """Knows the parties whose record was lost on the way, and by which request."""

    def __init__(self) -> None:
        self._lost: dict[int, tuple[Party, str]] = {}

    def check(self, party: Party) -> None:
        """Raise NotJudged where the record of a party was lost by an earlier item; what an earlier one has locked is let go."""
        if id(party) in self._lost:
            raise NotJudged(self._lost[id(party)][1])
        if party.guard is not None:
            party.guard.look()

    def spoilt(self, party: Party) -> bool:
        """Whether the record of a party was lost."""
        return id(party) in self._lost

    @staticmethod
    def settled(party: Party, outcome: BaseException | None) -> BaseException | None:
        """What an item ended in; no verdict where not all of its requests were sent, or what differs changes with time alone."""
        return NotJudged(party.client.stopped) if party.client.stopped else _unless_drifting(party, outcome)

    def look(self, party: Party, item: str) -> Violation | None:
        """After an item that has written: is the record still there? Costs a reading only where the item ended with a write.

        A violation where it is not: the item has lost it.
        """
        if not _is_to_be_read(party) or id(party) in self._lost:
            return None
        reason = _unreadable(party)
        if not reason:
            return None
        culprit = next((each for each in party.unread if not each.ok), party.unread[-1])
        since = f"since {item} the record cannot be read ({reason}); it was lost by {_told(culprit)}"
        self._lost[id(party)] = party, since
        return Violation(
            expected="the record to be one afterwards",
            actual=f"{culprit.said}, and {LOST}: {reason}",
            exchange=culprit,
            level=Level.MUST,
        )


def _unless_drifting(party: Party, outcome: BaseException | None) -> BaseException | None:
    """What an item says of numbers and times that a moment later are others again, with nothing sent, is no verdict."""
    found = outcome.difference if isinstance(outcome, Violation) else ()
    counted = [each for each in found if is_now(each.after) or (_is_number(each.before) and _is_number(each.after))]
    if party.caution is not None or not found or len(counted) < len(found):
        return outcome
    if all(party.movement.drifts(each.path) for each in counted):
        return NotJudged(f"{counted[0].path} changes with time by itself: no request is to blame")
    return outcome


def _is_number(value: Any) -> bool:
    """A JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_to_be_read(party: Party) -> bool:
    """Whether something may have lost the record; one that nobody needs is looked at where there could be another one."""
    if not party.unread or party.client.stopped or party.state.is_hidden:
        return False
    if party.target.disposable:
        suspicious = party.state.is_failing or any(not each.ok for each in party.unread)
        return suspicious and party.target.fixture is not None
    return True


def _unreadable(party: Party) -> str:
    """Why the record cannot be read, by several readings in a row; "" where it can, or where no more may be sent."""
    reason = ""
    for _ in range(READINGS):
        try:
            party.read()
        except NotJudged as unread:
            reason = str(unread)
        else:
            return ""
        if reason == party.client.stopped:
            return ""
    return reason


def _told(exchange: Exchange) -> str:
    body = (exchange.body or b"").decode("utf-8", "replace")
    return f"{exchange.method} {exchange.url} {body[:SHOWN]}".rstrip()
