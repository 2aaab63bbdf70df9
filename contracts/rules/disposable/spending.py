"""Sending what cannot be taken back to a record that nobody needs, and what is true whatever the service makes of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from contracts.judging.evidence import check_not_redirected, differences_of, fresh_patches, joined
from contracts.judging.faults import faulty, plain_fault
from contracts.judging.trials import broken, valid_part_applied
from contracts.record.guard import DISPOSABLE
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import Located, Record
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import NotJudged, Violation


def check_disposable(party: Party, reason: str) -> None:
    """Raise NotJudged, with the reason, on a record that somebody needs."""
    if not party.target.disposable:
        raise NotJudged(f"{reason}; {DISPOSABLE}")


def spent(party: Party, body: Mapping[str, Any], before: Record, told: str) -> Exchange:
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
        changed = party.reader.differences(before, party.read())
        if changed and (valid_part_applied(party, None) or _kept_beside_others(party, body, changed[0])):
            raise NotJudged("refused patches change other fields too: judged by invalid-part-changes-nothing")
        judge_rest(exchange, changed, f"nothing to change, since {told} is refused")
    return exchange


def _kept_beside_others(party: Party, body: Mapping[str, Any], changed: Located) -> bool:
    """Whether what a refused body has changed is written as well beside a fault of a property that it does not have."""
    fault = next((plain_fault(party.api, each) for each in faulty(party.api) if each.top not in body), None)
    if fault is None:
        return False
    before = party.read()
    spoiled = party.composer.patch(before, fault.field, fault.value).body
    valid = fresh_patches(party, before, [each for each in settable(party.api) if each.response == changed.where][:1])
    exchange = party.patch({**joined(valid), **spoiled})
    return exchange.refused and bool(party.reader.differences(before, party.read()))


def judge_rest(exchange: Exchange, changed: Sequence[Located], expected: str) -> None:
    """Raise Violation where anything has changed that was to stay."""
    if changed:
        raise Violation(
            expected=expected,
            actual=f"{changed[0].told}; {exchange.said}",
            exchange=exchange,
            difference=differences_of(changed),
        )
