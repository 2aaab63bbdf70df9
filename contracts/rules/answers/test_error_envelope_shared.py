"""Error envelope: what holds for every error, whatever was refused: nothing secret, and one form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.judging.envelopes import PROBLEM_JSON, at, is_json, places, stated_problem
from contracts.judging.faults import faulty
from contracts.judging.leaks import shows, trace_in, words_in
from contracts.judging.naming import named
from contracts.judging.refusals import BadWrite, bad_writes, broken_json, error_answers, first_refused
from contracts.judging.refused_values import check_steady, described, form_of, judge_body, shape_of
from contracts.record.party import Party
from contracts.terms.exchange import NOT_JSON, Exchange
from contracts.terms.rule import once, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api

HTTP_TOO_MANY = 429
PREFERENCES = ("ar-EG, ar;q=0.9", "fr-CA", "*;q=x,,")
"""Values of Accept-Language: two languages, and no language at all."""
NOT_ACCEPTABLE = 406
"""A documented 406 may also be the answer to a language that the service does not speak (RFC 9110 15.5.7)."""


@rule("no-leak", family="error_envelope", wfc="F309", harmless=True)
def test_errors_leak_nothing(party: Party, case: None) -> None:
    """No error body shows a stack trace, SQL, a path of the server's files, a password or a credential."""
    answers = error_answers(party)
    for exchange in answers:
        found = trace_in(exchange)
        if any(shows(exchange, secret.reveal()) for secret in party.identity.auth.values()):
            found = "the credential"
        if found is not None:
            expected = "an error body without anything of the server's inside"
            raise Violation(expected=expected, actual=f"it shows {found}", exchange=exchange)
    for each in _secret_writes(party):
        if isinstance(each.fault.value, str) and shows(each.exchange, each.fault.value):
            expected = f"no answer to repeat {each.fault.field.path}"
            raise Violation(expected=expected, actual="the error body shows it", exchange=each.exchange)
    for exchange in answers:
        words = words_in(exchange)
        if words is not None:
            raise Violation(
                expected="an error body that is about the request",
                actual=f"it shows {words}: {exchange.said}",
                exchange=exchange,
                level=Level.SHOULD,
            )
    if not answers:
        raise NotJudged("no request was refused")


def _secret_writes(party: Party) -> Iterator[BadWrite]:
    for field in faulty(party.api):
        if field.write_only:
            yield from bad_writes(party, field)


def _bad_requests(party: Party, headers: Mapping[str, str] | None = None) -> Mapping[str, Any]:
    """Some bad requests of different kinds: what they are, and how to send them again and again."""
    ways: dict[str, Any] = {"a body that is no JSON": lambda: broken_json_again(party, headers)}
    try:
        each = first_refused(party, faulty(party.api))
        ways[described(each.fault.field, each)] = lambda: party.patch(each.patch.body, headers=headers)
    except NotJudged:
        pass
    if party.api.security:
        ways["a patch without a credential"] = lambda: party.patch({}, auth={}, headers=headers)
    if party.api.identity == "path":
        ways["a record that does not exist"] = lambda: party.patch({}, path=party.unknown_path(), headers=headers)
    return ways


def broken_json_again(party: Party, headers: Mapping[str, str] | None = None) -> Exchange:
    """One more patch whose body is no JSON."""
    return party.send("PATCH", broken_json(party)[0].body, headers=headers)


@rule("same-shape-on-repeat", family="error_envelope", harmless=True)
def test_same_error_has_the_same_shape(party: Party, case: None) -> None:
    """The same bad request sent again is answered with the same status and the same structure."""
    judged = 0
    for what, send in party.few(_bad_requests(party).items(), 2):
        first = send()
        for again in [send() for _ in party.few(range(2), 1)]:
            if not first.refused or again.answer is None:
                continue
            judged += 1
            if form_of(first) != form_of(again):
                raise Violation(
                    expected=f"the answer to {what} to have the same status and structure every time",
                    actual=f"first {first.said}; then {again.said}",
                    exchange=again,
                )
    if not judged:
        raise NotJudged("no bad request is refused")


@rule("error-status-listed", family="error_envelope", advice="a client is prepared for what is documented", harmless=True)
def test_error_status_is_listed(party: Party, case: None) -> None:
    """A refusal has a status that the document lists, where it lists any."""
    listed = [status for status in party.api.responses if 400 <= status < 500 and party.api.documents(status)]
    if not listed:
        raise NotJudged("the document lists no status of a refusal")
    answers = [each for each in error_answers(party) if each.refused and each.method == "PATCH"]  # the list is this operation's
    for exchange in answers:
        if exchange.status not in party.api.responses and exchange.status != HTTP_TOO_MANY:
            raise Violation(
                expected=f"a status that the document lists ({', '.join(map(str, sorted(listed)))})",
                actual=exchange.said,
                exchange=exchange,
            )
    if not answers:
        raise NotJudged("no request was refused")


def _finer_types(api: Api) -> Mapping[int, frozenset[str]]:
    """By the status of a refusal, the media types that the document gives to it, where they are JSON and more than JSON."""
    refusals = {status: each for status, each in api.responses.items() if 400 <= status < 500 and api.documents(status)}
    listed = {status: frozenset(name.lower() for name in each.media_types) for status, each in refusals.items()}
    return {status: names for status, names in listed.items() if names and all(name.endswith("+json") for name in names)}


@rule(
    "error-media-type",
    family="error_envelope",
    cases=lambda api: once(api) if _finer_types(api) else (),
    advice="RFC 9457 3: a client tells the form of an error by its media type",
    harmless=True,
)
def test_error_has_the_listed_media_type(party: Party, case: None) -> None:
    """A refusal has the media type that the document lists for its status, where that says more than that it is JSON."""
    finer = _finer_types(party.api)
    accepted = sorted(
        {*party.api.responses[party.api.success].media_types, *(name for names in finer.values() for name in names)}
    )
    judged = 0
    for what, send in party.few(_bad_requests(party, {"Accept": ", ".join(accepted)}).items(), 2):
        exchange = send()
        names = finer.get(exchange.status or 0)
        if not exchange.refused or names is None or exchange.answer is None or not is_json(exchange.answer.media_type):
            continue
        judged += 1
        if exchange.answer.media_type not in names:
            raise Violation(
                expected=f"the media type {' or '.join(sorted(names))}, for {what}",
                actual=f"Content-Type is {spelled(exchange.answer.headers.get('Content-Type'))}",
                exchange=exchange,
            )
    if not judged:
        raise NotJudged("no bad request is refused with a status for which such a media type is listed")


@rule("status-member-agrees", family="error_envelope", advice="RFC 9457 3.1", harmless=True)
def test_stated_status_agrees(party: Party, case: None) -> None:
    """An error body that states a status states the answer's own, and no success."""
    answers = [each for each in error_answers(party) if each.refused]
    for exchange in answers:
        response = party.api.responses.get(exchange.status or 0)
        problem = stated_problem(exchange.answer, response) if exchange.answer else None
        if problem is not None and exchange.answer is not None:
            raise Violation(
                expected=problem.expected,
                actual=problem.actual,
                exchange=exchange,
                level=Level.MUST if exchange.answer.media_type == PROBLEM_JSON else None,
            )
    if not answers:
        raise NotJudged("no request was refused")


@rule("language-independent-shape", family="error_envelope")
def test_error_form_is_independent_of_language(party: Party, case: None) -> None:
    """Accept-Language changes neither the status of an error, nor its structure, its codes and the fields that it names."""
    each = first_refused(party, faulty(party.api))
    if party.thrifty:
        plain = each.exchange
    else:
        plain = party.patch(each.patch.body)
        check_steady(party, each.patch.body, each.exchange)
        check_steady(party, each.patch.body, plain)
    for preference in party.few(PREFERENCES, 2):
        other = party.patch(each.patch.body, headers={"Accept-Language": preference})
        if plain.answer is None or other.answer is None:
            raise NotJudged(f"there was no usable answer: {plain.failure or other.failure}")
        if other.status == NOT_ACCEPTABLE and party.api.documents(NOT_ACCEPTABLE):
            continue
        if (form_of(plain), _constants(party.api, plain)) != (form_of(other), _constants(party.api, other)):
            check_steady(party, each.patch.body, plain)
            raise Violation(
                expected=f"the same error in another language with Accept-Language: {preference}",
                actual=f"without it {plain.said}; with it {other.said}",
                exchange=other,
            )


def _constants(api: Api, exchange: Exchange) -> Any:
    """What of an error body is no text for people: its codes, and the names of fields."""
    shape, answer = shape_of(api), exchange.answer
    if answer is None or answer.json is NOT_JSON:
        return None
    codes = [value for place in places(shape.template, "$code") for value in at(answer.json, place)]
    return codes, list(named(shape, answer.json))


@rule("throttled-envelope", family="error_envelope")
def test_throttled_request_has_its_envelope(party: Party, case: None) -> None:
    """A 429 has the documented error body, and says when to come again."""
    if not party.client.throttled:
        raise NotJudged("the target throttled no request")
    for exchange in party.client.throttled:
        answer = exchange.answer
        if answer is not None and party.api.documents(429):
            judge_body(party, "throttled-envelope", "throttled", exchange, "a throttled request")
        if answer is not None and not answer.headers.get("Retry-After", "").strip():
            raise Violation(expected="Retry-After with a 429", actual="there is none", exchange=exchange, level=Level.SHOULD)
