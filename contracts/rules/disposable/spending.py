"""Sending what cannot be taken back to a record that nobody needs, and what is true whatever the service makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from contracts.judging.evidence import check_not_redirected, differences_of
from contracts.judging.trials import broken
from contracts.record.guard import DISPOSABLE
from contracts.record.party import Party
from contracts.record.records import Located, Record
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import NotJudged, Violation


def check_disposable(party: Party, reason: str) -> None:
    """Raise NotJudged, with the reason, on a record that somebody needs."""
    if not party.target.disposable:
        raise NotJudged(f"{reason}; {DISPOSABLE}")


def spent(party: Party, body: Any, before: Record, told: str) -> Exchange:
    """Send a patch that may cost the record; ``told``: what is in it, in words.

    Raises Violation for a server error, and where the patch is refused and the record changed all the same.
    """
    exchange = party.patch(body)
    check_not_redirected(exchange)
    if exchange.answer is None:
        raise NotJudged(f"there was no usable answer: {exchange.failure}")
    if broken(exchange):
        raise Violation(expected=f"{told} to be accepted or refused", actual=exchange.said, exchange=exchange)
    if not party.accepted(exchange):
        judge_rest(exchange, party.reader.differences(before, party.read()), f"nothing to change, since {told} is refused")
    return exchange


def judge_rest(exchange: Exchange, changed: Sequence[Located], expected: str) -> None:
    """Raise Violation where anything has changed that was to stay."""
    if changed:
        raise Violation(
            expected=expected,
            actual=f"{changed[0].told}; {exchange.said}",
            exchange=exchange,
            difference=differences_of(changed),
        )
