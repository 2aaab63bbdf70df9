"""The canary of a run: after each item the record must still be readable, or nothing more is sent to it; and lack no item."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from contracts.record.comparing.purpose import is_now
from contracts.record.keeping.items import gone
from contracts.record.party import Party
from contracts.record.records import Record, look_up
from contracts.record.restoring import Restorer
from contracts.target.target import plain_path
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
        self._gone: set[tuple[int, str, str]] = set()

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

    def missed(self, party: Party, exchanges: Sequence[Exchange], outcome: BaseException | None) -> BaseException | None:
        """What an item ended in; a violation where no other one tells that a list has lost an item for good meanwhile.

        No request of a run leaves out an item that could not come back, so that the target has taken it. Nothing is sent as long
        as none is missing; then all is put back that can be.
        """
        if isinstance(outcome, Violation) or party.target.disposable or party.client.stopped or self.spoilt(party):
            return outcome
        with suppress(NotJudged):
            missing = self._missing(party, party.state.last)
            if missing and party.guard is not None and self._missing(party, party.read()):
                with party.guard.learning():
                    Restorer(party).restore(party.at_first or {})
                if missing := self._missing(party, party.read()):
                    self._gone |= {(id(party), *each) for each in missing}
                    return _taken(party, missing[0], exchanges)
        return outcome

    def _missing(self, party: Party, record: Record | None) -> list[tuple[str, str]]:
        """Path and key of each item that the record showed at first and shows no more, once for each."""
        first = party.at_first if record else None
        shown = ((each, look_up(first or {}, each.response), look_up(record or {}, each.response)) for each in party.api.fields)
        return [found for each in shown if first for found in gone(*each) if (id(party), *found) not in self._gone]


def _taken(party: Party, item: tuple[str, str], exchanges: Sequence[Exchange]) -> Violation:
    """The violation by the request after which an item was shown no more, or else by the last one that was answered."""
    path, key = item
    top = next(each for each in party.api.fields if each.name == plain_path(path).split(".")[0])
    culprit = None
    for each in exchanges:
        culprit = each if each.method != "GET" and each.ok else culprit
        shown = party.record_in(each)
        first, now = (look_up(record or {}, top.response) for record in (party.at_first, shown))
        if shown and culprit is not None and item in gone(top, first, now):
            break
    said = culprit.said if culprit is not None else "nothing was answered"
    return Violation(
        expected=f"every item of {path} to stay, since no request has left one out",
        actual=f"{said}, and the item {key} of {path} is gone for good",
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
