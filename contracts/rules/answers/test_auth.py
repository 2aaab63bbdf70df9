"""Auth: only the right credential, in its place and form, is let in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contracts.judging.envelopes import expected_status, right_status, situation
from contracts.judging.faults import faulty, plain_fault
from contracts.judging.refusals import Attempt, attempt, no_credential, other_letters, wrong_credentials
from contracts.record.party import Party
from contracts.target.presenting import present
from contracts.terms.exchange import Exchange
from contracts.terms.rule import Case, once, rule
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api, SecurityScheme

HIDING = (401, 403, 404)
"""Statuses by which servers tell, or hide, that a credential is missing."""
LONG = 8192
"""Characters of an over-long credential."""


def _secured(api: Api) -> Iterable[Case]:
    """An API without any security in its document has no case."""
    return once(api) if api.security else ()


def _judge(party: Party, kind: str, each: Attempt) -> None:
    """The attempt must be refused, with a documented status: one of those for credentials is a lesser fault."""
    exchange, found = each.exchange, situation(party.api, kind)
    _judge_refusal(each)
    if found is not None and not right_status(party.api, found, exchange):
        raise Violation(
            expected=f"{expected_status(party.api, found)} for {each.what}",
            actual=each.actual,
            exchange=exchange,
            level=Level.SHOULD if exchange.status in HIDING else None,
        )


def _judge_refusal(each: Attempt) -> None:
    if each.exchange.answer is None:
        raise NotJudged(f"there was no usable answer to {each.what}: {each.exchange.failure}")
    if not each.exchange.refused:
        raise Violation(
            expected=f"{each.what} to be refused (4xx)",
            actual=each.actual,
            exchange=each.exchange,
            difference=each.changed,
        )


@rule("missing-credential-refused", family="auth", cases=_secured, wfc="F205", harmless=True)
def test_missing_credential_is_refused(party: Party, case: None) -> None:
    """A patch without a credential is refused."""
    each = no_credential(party)
    _judge(party, "unauthenticated", each)
    for what, body in (("an empty patch", b"{}"), ("a patch without a body", b"")):
        exchange = party.send("PATCH", body, auth={})
        if exchange.ok:
            raise Violation(expected=f"{what} without a credential to be refused", actual=exchange.said, exchange=exchange)
    if each.exchange.status not in (401, 403, 404, 407):
        raise Violation(
            expected="401 for a patch without a credential",
            actual=each.actual,
            exchange=each.exchange,
            level=Level.SHOULD,
        )


def _spellings(template: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Other ways to write the same request, that a router may know and a check of credentials may not."""
    other = template.removesuffix("/") if template.endswith("/") else f"{template}/"
    yield f"at {other}", {"template": other}
    yield f"at /{template}", {"template": f"/{template}"}
    yield "as POST with X-HTTP-Method-Override: PATCH", {"method": "POST", "headers": {"X-HTTP-Method-Override": "PATCH"}}
    yield "as PUT", {"method": "PUT"}


@rule("other-spelling-protected", family="auth", cases=_secured, advice="OWASP API2:2023")
def test_no_other_spelling_goes_without_credential(party: Party, case: None) -> None:
    """Without a credential nothing changes at another spelling of the path, or by another method, either."""
    _require(no_credential(party))
    for how, spelling in _spellings(party.api.path):
        each = attempt(party, f"a patch without a credential, {how},", auth={}, look=True, **spelling)
        if each.changed:
            if attempt(party, "a patch without a credential", auth={}, look=True).changed:
                raise NotJudged("so does one at the documented path: judged by refusal-changes-nothing")
            raise Violation(
                expected=f"{each.what} to change nothing", actual=each.actual, exchange=each.exchange, difference=each.changed
            )


@rule("wrong-credential-refused", family="auth", cases=_secured, harmless=True)
def test_wrong_credential_is_refused(party: Party, case: None) -> None:
    """A patch with a credential that nobody was given is refused."""
    plain = no_credential(party)
    _require(plain)
    for each in wrong_credentials(party):
        if not each.exchange.refused or each.exchange.status != plain.exchange.status:
            _judge(party, "wrong_credential", each)


def _require(*attempts: Attempt) -> None:
    """Finer faults of credentials can be told only where the plain ones are refused."""
    for each in attempts:
        if not each.exchange.refused:
            raise NotJudged(f"{each.what} is not refused: judged by missing-credential-refused or wrong-credential-refused")


# --- malformed and misplaced credentials ----------------------------------------------------------------------------

Placement = Mapping[str, Any]
"""The ``headers`` or the ``query`` of a request."""


def _presented(party: Party) -> Iterator[tuple[SecurityScheme, str]]:
    """The schemes under which the record holds a credential, and the credential."""
    for scheme in party.api.security:
        if scheme.name in party.identity.auth:
            yield scheme, party.identity.auth[scheme.name].reveal()


def _place(scheme: SecurityScheme, text: str) -> Placement:
    """A text in the place where the scheme has its credential, without any prefix."""
    if scheme.location == "query":
        return {"query": {scheme.parameter: text}}
    if scheme.location == "cookie":
        return {"headers": {"Cookie": f"{scheme.parameter}={text}"}}
    return {"headers": {scheme.parameter: text}}


def _malformed(scheme: SecurityScheme, made_up: str) -> Iterator[tuple[str, Placement]]:
    """Texts that are no credential at all."""
    word = {"bearer": "Bearer ", "basic": "Basic "}.get(scheme.kind, "")
    yield "an empty credential", _place(scheme, "")
    yield "letters beyond ASCII for a credential", _place(scheme, f"{word}\xe9\xff\xf1")
    if word:
        yield "an unknown scheme", _place(scheme, f"Sample {made_up}")
        yield "the scheme alone", _place(scheme, word.strip())
        yield "another scheme", _place(scheme, "Basic c2FtcGxlOnNhbXBsZQ==" if word != "Basic " else f"Bearer {made_up}")
    yield "two values for one credential", _place(scheme, f"{word}{made_up} {made_up}")
    yield f"a credential of {LONG} letters", _place(scheme, word + "a" * LONG)


@rule("malformed-credential-refused", family="auth", cases=_secured, harmless=True)
def test_malformed_credential_is_refused(party: Party, case: None) -> None:
    """A patch whose credential is malformed is refused, and breaks nothing in the server."""
    _require(no_credential(party), *wrong_credentials(party))
    unanswered = []
    for scheme, credential in _presented(party):
        for what, placement in party.few(_malformed(scheme, other_letters(credential)), 4):
            each = attempt(party, f"a patch with {what}", auth={}, **placement)
            if each.exchange.answer is None:
                unanswered.append(each)
                continue
            _judge_refusal(each)
    for each in unanswered:
        raise NotJudged(f"there was no usable answer to {each.what}: {each.exchange.failure}")


def _with_scheme(api: Api) -> Iterable[Case]:
    """An API whose credential stands behind the name of its scheme."""
    return once(api) if any(each.kind in ("bearer", "basic") for each in api.security) else ()


@rule("scheme-in-any-case", family="auth", cases=_with_scheme, standard="RFC 9110 11.1")
def test_scheme_is_read_in_any_case(party: Party, case: None) -> None:
    """The name of the scheme ahead of a credential is read in any case of letters: bearer is Bearer."""
    presented = present(party.api.security, party.identity.auth).headers
    scheme, _, credential = presented.get("Authorization", "").partition(" ")
    if not credential:
        raise NotJudged("no credential of the record goes behind a scheme")
    headers = {**presented, "Authorization": f"{scheme.lower()} {credential}"}
    each = attempt(party, f"a patch with the scheme written as {scheme.lower()}", auth={}, headers=headers)
    if each.exchange.answer is None:
        raise NotJudged(f"there was no usable answer to {each.what}: {each.exchange.failure}")
    if not party.accepted(each.exchange) and attempt(party, "a patch as before", auth=party.identity.auth).exchange.ok:
        raise Violation(
            expected=f"{each.what} to be accepted as with {scheme}, since the names of schemes have no case",
            actual=each.actual,
            exchange=each.exchange,
        )


def _misplaced(scheme: SecurityScheme, credential: str) -> Iterator[tuple[str, Placement]]:
    """The right credential in places and forms that are not the documented ones."""
    names = [*dict.fromkeys((_parameter(scheme), "api_key", "token"))] if scheme.location != "query" else []
    yield from ((f"in the query, as {name}", {"query": {name: credential}}) for name in names[:1])
    yield from _misplaced_elsewhere(scheme, credential)
    yield from ((f"in the query, as {name}", {"query": {name: credential}}) for name in names[1:])


def _misplaced_elsewhere(scheme: SecurityScheme, credential: str) -> Iterator[tuple[str, Placement]]:
    if scheme.location != "cookie":
        yield "in a cookie", {"headers": {"Cookie": f"{_parameter(scheme)}={credential}"}}
    if scheme.kind == "apiKey" and scheme.location == "header" and scheme.parameter.lower() == "authorization":
        return  # the bare key in that header is the documented form, and a framework may take a scheme before it
    if scheme.parameter != "Authorization":
        yield "as a bearer token", {"headers": {"Authorization": f"Bearer {credential}"}}
    else:
        yield "in another header", {"headers": {"X-Auth-Token": credential}}
        yield "in the header of a key", {"headers": {"X-API-Key": credential}}
        yield "without its scheme", {"headers": {"Authorization": credential}}
        yield "under another scheme", {"headers": {"Authorization": f"Token {credential}"}}


def _parameter(scheme: SecurityScheme) -> str:
    return "access_token" if scheme.parameter == "Authorization" else scheme.parameter


@rule("misplaced-credential-refused", family="auth", cases=_secured, advice="RFC 6750 2.3")
def test_misplaced_credential_is_refused(party: Party, case: None) -> None:
    """The right credential lets nobody in from another place, or in another form, than the documented one."""
    _require(no_credential(party), *wrong_credentials(party))
    for scheme, credential in _presented(party):
        for what, placement in party.few(_misplaced(scheme, credential), 5):
            each = attempt(party, f"a patch with its credential {what}", auth={}, **placement)
            if each.exchange.ok:
                _judge_refusal(each)


# --- what a refusal tells ---------------------------------------------------------------------------------------------


@rule("challenge-sent", family="auth", cases=_secured, advice="RFC 9110 11.6.1", wfc="F109", harmless=True)
def test_challenge_is_sent(party: Party, case: None) -> None:
    """A 401 says with WWW-Authenticate which credential is asked for."""
    answers = [each.exchange for each in (no_credential(party), *wrong_credentials(party)) if each.exchange.status == 401]
    for exchange in answers:
        if exchange.answer is not None and not exchange.answer.headers.get("WWW-Authenticate", "").strip():
            raise Violation(expected="WWW-Authenticate with a 401", actual="there is none", exchange=exchange)
    if not answers:
        raise NotJudged("no request is answered 401")


@rule("authentication-precedes-validation", family="auth", cases=_secured, advice="OWASP API2:2023", harmless=True)
def test_authentication_precedes_validation(party: Party, case: None) -> None:
    """Without a credential nobody learns whether a value is valid or a record exists."""
    plain = no_credential(party)
    _require(plain)
    judged = 0
    for what, exchange in _questions(party):
        if exchange.answer is None or exchange.ok or exchange.answer.status >= 500:
            continue
        judged += 1
        if exchange.status not in (401, 403, plain.exchange.status):
            if attempt(party, plain.what, auth={}, look=True).changed:
                raise NotJudged("a patch without a credential is applied: judged by refusal-changes-nothing")
            raise Violation(
                expected=f"{what} to be answered {plain.exchange.status} without a credential, as any patch is",
                actual=exchange.said,
                exchange=exchange,
            )
    if not judged:
        raise NotJudged("no such request is refused")


def _questions(party: Party) -> Iterator[tuple[str, Exchange]]:
    """Requests without a credential whose answer may tell something."""
    bad = next((each for each in faulty(party.api) if each.path == each.top), None)
    fault = plain_fault(party.api, bad) if bad is not None else None
    if bad is not None and fault is not None:
        yield f"a patch in which {bad.path} is {fault.why}", party.patch({bad.name: fault.value}, auth={})
    if party.api.identity == "path":
        each = attempt(party, "a patch of a record that does not exist", auth={}, path=party.unknown_path())
        yield each.what, each.exchange
