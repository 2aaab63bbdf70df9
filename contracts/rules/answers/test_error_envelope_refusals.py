"""Error envelope: what is refused for other reasons than a value has the documented status and body too."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from contracts.judging.refusals import (
    broken_json,
    empty_body,
    no_credential,
    refused_empty,
    unknown_record,
    wrong_accept,
    wrong_credentials,
    wrong_media_type,
    wrong_method,
)
from contracts.judging.refused_values import at_least_one, judge_body, judge_status
from contracts.record.party import Party
from contracts.terms.rule import Case, labelled_cases, once, once_by_path, rule
from contracts.terms.verdict import NotJudged
from specs import Api
from specs.model import json_types

MALFORMED = (400, 422)
"""Statuses by which an id that has no valid form may be refused."""


def _form_is_known(api: Api) -> bool:
    """Whether the document says of each path parameter what it looks like, so that a made-up one has the right form."""
    schemas = [each.schema for each in api.parameters if each.location == "path"]
    return all(json_types(schema) & {"integer"} or schema.keys() & {"pattern", "format", "enum"} for schema in schemas)


@rule("unknown-customer-envelope", family="error_envelope", cases=once_by_path, harmless=True)
def test_unknown_record_has_its_envelope(party: Party, case: None) -> None:
    """A patch of a record that does not exist is answered with the documented status and error body."""
    exchange = unknown_record(party).exchange
    if party.accepted(exchange):
        raise NotJudged("it is accepted: judged by unknown-customer-not-created")
    if exchange.status in MALFORMED and party.api.documents(exchange.status) and not _form_is_known(party.api):
        raise NotJudged("the id that was made up may have no valid form here: the document does not tell it")
    judge_status(party, "unknown_record", exchange, "a record that does not exist")
    judge_body(party, "unknown-customer-envelope", "unknown_record", exchange, "a record that does not exist")


def _secured(api: Api) -> Iterable[Case]:
    return once(api) if api.security else ()


@rule("unauthenticated-envelope", family="error_envelope", cases=_secured, harmless=True)
def test_missing_credential_has_the_envelope(party: Party, case: None) -> None:
    """A patch without a credential, or with a wrong one, is answered with the documented error body."""
    attempts = [
        ("unauthenticated", no_credential(party)),
        *(("wrong_credential", each) for each in wrong_credentials(party)),
    ]
    reasons = []
    for kind, each in attempts:
        if not each.exchange.refused:
            reasons.append(f"{each.what} is not refused: judged by missing-credential-refused or wrong-credential-refused")
            continue
        try:
            judge_body(party, "unauthenticated-envelope", kind, each.exchange, each.what)
        except NotJudged as reason:
            reasons.append(str(reason))
    at_least_one(reasons, attempts)


@rule("malformed-json-envelope", family="error_envelope", harmless=True)
def test_malformed_json_has_its_envelope(party: Party, case: None) -> None:
    """A body that is no JSON is refused with the documented status and error body."""
    exchanges = broken_json(party)
    for exchange in exchanges:
        judge_status(party, "malformed_json", exchange, "a body that is no JSON")
    for exchange in exchanges:
        judge_body(party, "malformed-json-envelope", "malformed_json", exchange, "a body that is no JSON")


@rule(
    "empty-body-envelope",
    family="error_envelope",
    cases=labelled_cases(lambda api: {point: point for point in refused_empty(api)}),
    harmless=True,
)
def test_empty_body_has_its_envelope(party: Party, case: str) -> None:
    """Where a body without any change is documented to be refused, it is so with the documented status and error body."""
    exchange = empty_body(party, case)
    if party.accepted(exchange):
        raise NotJudged("it is accepted: judged by empty-object-handled or no-body-handled")
    if exchange.answer is not None and exchange.answer.status >= 500:
        raise NotJudged("the server failed: judged by empty-object-handled or no-body-handled")
    what = "an empty object" if refused_empty(party.api)[case] else "no body"
    judge_status(party, "empty_body", exchange, what)
    judge_body(party, "empty-body-envelope", "empty_body", exchange, what)


NEGOTIATED = {
    405: ("method_not_allowed", wrong_method),
    406: ("not_acceptable", wrong_accept),
    415: ("unsupported_media_type", wrong_media_type),
}


def _negotiated(api: Api) -> Mapping[str, int]:
    return {str(status): status for status in NEGOTIATED if api.documents(status)}


@rule("negotiation-envelope", family="error_envelope", cases=labelled_cases(_negotiated), harmless=True)
def test_negotiation_error_has_its_envelope(party: Party, case: int) -> None:
    """A refused method, Accept header or media type is answered with the documented error body."""
    kind, provoke = NEGOTIATED[case]
    attempted = provoke(party)
    if attempted.exchange.status != case:
        raise NotJudged(f"{attempted.what} is not answered {case}: judged by negotiation")
    judge_body(party, "negotiation-envelope", kind, attempted.exchange, attempted.what)
