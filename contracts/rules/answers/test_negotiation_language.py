"""Negotiation: what a client prefers, a language or a form of the answer, is a matter of answers, and not of what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from contracts.judging.evidence import control, differences_of, fresh_patch
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import Record
from contracts.terms.rule import Case, once, rule
from contracts.terms.verdict import NotJudged, Violation
from specs import Api

PREFERENCES = ("ar-EG, ar;q=0.9", "en-US, en;q=0.5", "fr-CA", "*;q=x,,")
"""Values of Accept-Language: three languages, and no language at all."""
OTHER_PREFERENCES = (None, "return=minimal", "x-unheard-of=1")
"""Values of Prefer: none, another answer to a patch, and a preference that no server knows and each has to ignore."""
NOT_ACCEPTABLE = 406
"""A documented 406 may also be the answer to a language that the service does not speak (RFC 9110 15.5.7)."""


@rule("language-leaves-data", family="negotiation")
def test_language_leaves_the_data(party: Party, case: None) -> None:
    """Accept-Language changes nothing of what is stored, and keeps nothing from being stored."""
    _judge_leaves_data(party, "Accept-Language", party.few(PREFERENCES, 1))


def _with_preference(api: Api) -> Iterable[Case]:
    return once(api) if api.preference is not None else ()


@rule("preference-leaves-data", family="negotiation", cases=_with_preference, standard="RFC 7240 2")
def test_preference_leaves_the_data(party: Party, case: None) -> None:
    """A patch is stored with another Prefer, an unknown one and none as with the one that asks for the record."""
    _judge_leaves_data(party, "Prefer", OTHER_PREFERENCES)


def _judge_leaves_data(party: Party, header: str, values: Sequence[str | None]) -> None:
    """Raise Violation where a patch with one of these values of a header is refused, or leaves another record behind."""
    bodies = [_varied_body(party), _varied_body(party)]
    plain = [_stored_by(party, each) for each in bodies]
    if party.reader.differences(plain[0], _stored_by(party, bodies[0])):
        raise NotJudged("the same patch again does more: judged by idempotence")
    for number, value in enumerate(values, start=1):
        body, expected = bodies[number % 2], plain[number % 2]
        exchange = party.patch(body, headers={header: value})
        if exchange.answer is None:
            raise NotJudged(f"there was no usable answer: {exchange.failure}")
        now = party.read()
        unspoken = exchange.status == NOT_ACCEPTABLE and party.api.documents(NOT_ACCEPTABLE) and header == "Accept-Language"
        changed = party.reader.differences(plain[1 - number % 2] if unspoken else expected, now)
        if changed or not (party.accepted(exchange) or unspoken):
            raise Violation(
                expected=f"the record as after the same patch, with {f'{header}: {value}' if value else f'no {header}'}",
                actual=f"{changed[0].difference.path} differs" if changed else exchange.said,
                exchange=exchange,
                difference=differences_of(changed),
            )
        if unspoken:
            _stored_by(party, body)


def _stored_by(party: Party, body: Mapping[str, Any]) -> Record:
    """The record after a plain patch; NotJudged where that is not accepted."""
    if not party.accepted(party.patch(body)):
        raise NotJudged("a plain patch of these fields is not accepted")
    return party.read()


def _varied_body(party: Party) -> dict[str, Any]:
    """A patch of one field of each kind whose plain write works: text, enum, format, truth value, number."""
    body: dict[str, Any] = {}
    kinds: set[object] = set()
    for field in settable(party.api):
        kind = ("enum" if "enum" in field.schema else field.schema.get("format", ""), field.types)
        if kind in kinds or field.top in body or field.reference is not None or field.unique or field.safe.get("type") == "null":
            continue
        try:
            body |= fresh_patch(party, control(party, field).after, field).body
        except NotJudged:
            continue
        kinds.add(kind)
    if not body:
        raise NotJudged("no plain write works here")
    return body
