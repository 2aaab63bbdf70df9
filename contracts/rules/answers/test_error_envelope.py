"""Error envelope: a refusal has the documented status and body, names the field at fault, and tells no secret."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contracts.judging.envelopes import (
    PROBLEM_JSON,
    Problem,
    at,
    body_problem,
    documented,
    expected_status,
    has_other_meaning,
    places,
    right_status,
    situation,
    skeleton,
    stated_problem,
)
from contracts.judging.evidence import joined, known_patch, put_back, single_or_none
from contracts.judging.faults import faulty, plain_fault
from contracts.judging.leaks import shows, trace_in
from contracts.judging.naming import Naming, named, naming
from contracts.judging.refusals import (
    BadWrite,
    bad_writes,
    broken_json,
    empty_body,
    error_answers,
    first_refused,
    no_credential,
    redirected,
    refused_empty,
    unknown_customer,
    wrong_accept,
    wrong_credentials,
    wrong_media_type,
    wrong_method,
)
from contracts.judging.trials import elsewhere, valid_part_applied
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.terms.exchange import NOT_JSON, Exchange
from contracts.terms.rule import Case, field_cases, labelled_cases, once, rule
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Api, Field, Shape

PREFERENCES = ("ar-EG, ar;q=0.9", "fr-CA", "*;q=x,,")
"""Values of Accept-Language: two languages, and no language at all."""

IMPRECISE = {Naming.ENDING, Naming.HOLDER}
"""What leads to a nested field without naming it whole: no document says how much of its path an error has to give."""

BESIDE = 4
"""Right fields that are sent beside a wrong one."""

REDIRECTED = "every patch is redirected: judged by no-redirect"

# --- bad values -----------------------------------------------------------------------------------------------------


def _shape(api: Api) -> Shape:
    return api.situations["invalid_field"].shape


def _described(case: Field, each: BadWrite) -> str:
    return f"{case.path} is {each.fault.why}"


def _excuse(party: Party, exchange: Exchange) -> str | None:
    """Why the answer to a bad value is another rule's matter, or None."""
    if exchange.answer is None:
        return f"there was no usable answer: {exchange.failure}"
    if party.accepted(exchange):
        return "the bad value is accepted: judged by the rules on values"
    if exchange.answer.status >= 500:
        return f"the server failed with {exchange.status}: judged by the rules on values"
    return REDIRECTED if redirected(party, exchange) else None


@rule("invalid-field-status", family="error_envelope", cases=field_cases(faulty), harmless=True)
def test_invalid_field_has_its_status(party: Party, case: Field) -> None:
    """A value that the document rules out is answered with the documented error status, never with an error under a 2xx."""
    found = party.api.situations["invalid_field"]
    excuses = []
    for each in bad_writes(party, case):
        excuse = _excuse(party, each.exchange)
        if each.exchange.status is not None and each.exchange.status >= 500 and elsewhere(party, case, each.fault.keyword).broken:
            excuse = None  # every kind of fault is answered so: a matter of the status, not of one kind of value
        if excuse is not None:
            excuses.append(excuse)
        elif not right_status(party.api, found, each.exchange) or has_other_meaning(party.api, found, each.exchange):
            raise Violation(
                expected=f"{expected_status(party.api, found)}, since {_described(case, each)}",
                actual=each.exchange.said,
                exchange=each.exchange,
            )
    _at_least_one(excuses, bad_writes(party, case))


def _at_least_one(excuses: list[str], all_of_them: Iterable[object]) -> None:
    if len(excuses) == len(list(all_of_them)):
        raise NotJudged(excuses[0] if excuses else "there is nothing to judge")


def _rightly_refused(party: Party, case: Field) -> Iterator[tuple[BadWrite, Problem | None]]:
    """The bad writes of a field that are refused with a right status and have a documented body, and what is wrong with it."""
    api, excuses = party.api, []
    found = api.situations["invalid_field"]
    for each in bad_writes(party, case):
        answer, excuse = each.exchange.answer, _excuse(party, each.exchange)
        response = documented(api, "invalid-field-envelope", found, each.exchange.status)
        if excuse is not None or answer is None:
            excuses.append(str(excuse))
        elif not right_status(api, found, each.exchange):
            excuses.append(f"the status is {answer.status}: judged by invalid-field-status")
        elif response is None:
            excuses.append(f"the document gives no body for status {answer.status}")
        else:
            yield each, body_problem(response, found.shape, answer)
    _at_least_one(excuses, bad_writes(party, case))


@rule("invalid-field-envelope", family="error_envelope", cases=field_cases(faulty), harmless=True)
def test_invalid_field_has_its_envelope(party: Party, case: Field) -> None:
    """The answer to a value that the document rules out has the documented error body."""
    for each, problem in _rightly_refused(party, case):
        if problem is not None:
            raise Violation(
                expected=f"{problem.expected}, since {_described(case, each)}",
                actual=problem.actual,
                exchange=each.exchange,
            )


def _nameable(api: Api) -> list[Field]:
    """The faulty fields, where the documented error body has a place for their names."""
    return faulty(api) if _shape(api).fields is not None else []


@rule("names-the-field", family="error_envelope", cases=field_cases(_nameable), harmless=True)
def test_error_names_the_field(party: Party, case: Field) -> None:
    """The error body names the field at fault, at its place, and no field that is right."""
    silent: list[Exchange] = []
    judged = 0
    for each, problem in _rightly_refused(party, case):
        if problem is None and each.exchange.answer is not None:
            judged += 1
            if not _judge_names(party.api, case, each):
                silent.append(each.exchange)
    if not judged:
        raise NotJudged("the error body has another form: judged by invalid-field-envelope")
    if silent:
        raise Observed("named_field", "absent", f"no field is named where {case.path} is wrong", exchange=silent[0])


def _judge_names(api: Api, case: Field, each: BadWrite) -> bool:
    """False where the body rightly names no field at all."""
    shape = _shape(api)
    names = named(shape, each.exchange.answer.json) if each.exchange.answer else {}
    if not names and (shape.named == "if_present" or shape.fields is None):
        return False
    said = ", ".join(names.values()) or "nothing"
    meanings = {naming(api, case, name) for name in names}
    found = bool(meanings & _namings(shape))
    if Naming.OTHER in meanings or not (found or meanings & IMPRECISE):
        raise Violation(
            expected=f"the error to name {case.path} and no field that is right, since {_described(case, each)}",
            actual=f"it names {said}",
            exchange=each.exchange,
        )
    if not found:
        raise Violation(
            expected=f"the error to name {case.path} itself, with the object that holds it",
            actual=f"it names {said}",
            exchange=each.exchange,
            level=Level.SHOULD,
        )
    return True


@rule("names-no-right-field", family="error_envelope", advice="the error tells what to mend")
def test_error_names_no_field_that_is_right(party: Party, case: None) -> None:
    """Of a patch with one bad field and several right ones, the error names no right one."""
    plainest_first = sorted(_nameable(party.api), key=lambda each: (each.path != each.top, bool(each.children)))
    bad = next(iter(plainest_first), None)
    fault = plain_fault(party.api, bad) if bad else None
    working = _working_beside(party, bad) if bad else []
    if bad is None or fault is None or not working:
        raise NotJudged("there is no field to be wrong, or none to be right")
    record = party.read()
    body = joined(known_patch(party, record, each) for each in working)
    exchange = party.patch({**body, **party.composer.patch(record, bad, fault.value).body})
    names = named(_shape(party.api), exchange.answer.json) if exchange.refused and exchange.answer else {}
    if not names:
        raise NotJudged("the patch is not refused, or the error names nothing: judged by other rules")
    wrong = [said for name, said in names.items() if naming(party.api, bad, name) is Naming.OTHER]
    if wrong:
        raise Violation(
            expected=f"the error to name {bad.path} alone, since {bad.path} is {fault.why}",
            actual=f"it names {', '.join(wrong)} too",
            exchange=exchange,
        )


def _working_beside(party: Party, bad: Field) -> list[Field]:
    """One field of each of a few other top-level properties, whose plain write is accepted."""
    found: dict[str, Field] = {}
    for each in settable(party.api):
        if each.top in (*found, bad.top) or each.reference is not None or len(found) == BESIDE:
            continue
        done = single_or_none(party, each)
        if done is not None and party.accepted(done.exchange):
            found[each.top] = each
    return list(found.values())


def _namings(shape: Shape) -> set[Naming]:
    """What names a field well enough, by the documented shape."""
    return {Naming.ITSELF, Naming.HOLDER} if shape.nested == "ancestor" else {Naming.ITSELF}


@rule("all-faults-reported", family="error_envelope", cases=lambda api: once(api) if _nameable(api) else (), harmless=True)
def test_all_faults_are_reported(party: Party, case: None) -> None:
    """Several bad fields in one patch are refused like one alone, and the error body names each."""
    api = party.api
    for group in _groups(_refused_alone(party)):
        body = joined(each.patch for each in group)
        before = party.read()
        exchange = party.patch(body)
        if exchange.ok:
            put_back(party, before, body)
        _judge_together(party, [each.fault.field.path for each in group], body, exchange)
        names = named(_shape(api), exchange.answer.json) if exchange.answer else {}
        fields = [each.fault.field for each in group if _names_itself(api, each)]
        missing = [field.path for field in fields if not any(_means(api, field, name) for name in names)]
        if not missing or (api.choices["all_faults"].documented and api.choices["all_faults"].behaviour == "first"):
            continue
        _check_steady(party, body, exchange)
        if valid_part_applied(party, None):
            raise NotJudged("one field is saved ahead of the next: judged by invalid-part-changes-nothing")
        raise Violation(
            expected=f"the error to name {', '.join(field.path for field in fields)}, which are all bad",
            actual=f"it does not name {', '.join(missing)}",
            exchange=exchange,
        )


def _judge_together(party: Party, paths: list[str], body: Mapping[str, Any], exchange: Exchange) -> None:
    """What is refused one by one is refused together, with a right status and in the same form."""
    found, answer = party.api.situations["invalid_field"], exchange.answer
    if answer is None:
        raise NotJudged(f"there was no usable answer: {exchange.failure}")
    response = documented(party.api, "invalid-field-envelope", found, answer.status)
    problem = body_problem(response, found.shape, answer) if response is not None else None
    if right_status(party.api, found, exchange) and problem is None:
        return
    if not exchange.ok:
        _check_steady(party, body, exchange)
    raise Violation(
        expected=f"{', '.join(paths)} to be refused together as each is alone",
        actual=f"{problem.actual}; {exchange.said}" if problem is not None else exchange.said,
        exchange=exchange,
        level=Level.MUST if answer.status >= 500 else None,
    )


def _check_steady(party: Party, body: Mapping[str, Any], exchange: Exchange) -> None:
    if _form(party.patch(body)) != _form(exchange):
        raise NotJudged("the same request is answered in another form: judged by same-shape-on-repeat")


def _groups(singles: list[BadWrite]) -> list[list[BadWrite]]:
    """The first two bad fields, the first and the last, and three."""
    if len(singles) < 2:
        raise NotJudged("fewer than two fields are rightly refused when they are bad alone")
    return [singles[:2]] if len(singles) == 2 else [singles[:2], [singles[0], singles[-1]], singles[:3]]


def _means(api: Api, field: Field, name: tuple[str, ...]) -> bool:
    return naming(api, field, name) in {*_namings(_shape(api)), Naming.ENDING}


def _names_itself(api: Api, each: BadWrite) -> bool:
    return each.exchange.answer is not None and any(
        _means(api, each.fault.field, name) for name in named(_shape(api), each.exchange.answer.json)
    )


def _refused_alone(party: Party) -> list[BadWrite]:
    """One bad write for each top-level property that is refused with the right status and in the right form."""
    found: dict[str, BadWrite] = {}
    for field in faulty(party.api):
        if field.top in found:
            continue
        try:
            for each, problem in _rightly_refused(party, field):
                if problem is None:
                    found.setdefault(field.top, each)
        except NotJudged:
            continue
    return list(found.values())


# --- other refusals ---------------------------------------------------------------------------------------------------


def _judge_status(party: Party, kind: str, exchange: Exchange, what: str) -> None:
    """The status must be one that the document has for this kind of refusal; a 5xx is none for any client's mistake."""
    found = situation(party.api, kind)
    if exchange.answer is None or redirected(party, exchange):
        raise NotJudged(REDIRECTED if exchange.answer else f"there was no usable answer: {exchange.failure}")
    if found is not None and not right_status(party.api, found, exchange):
        raise Violation(
            expected=f"{expected_status(party.api, found)} for {what}",
            actual=exchange.said,
            exchange=exchange,
            level=Level.MUST if exchange.answer.status >= 500 else None,
        )


def _judge_body(party: Party, rule_id: str, kind: str, exchange: Exchange, what: str) -> None:
    """The body must be the documented one; NotJudged where the document gives none."""
    found = situation(party.api, kind)
    response = documented(party.api, rule_id, found, exchange.status) if found is not None else None
    if found is None or response is None or exchange.answer is None:
        raise NotJudged(f"the document gives no body for status {exchange.status}")
    problem = body_problem(response, found.shape, exchange.answer)
    if problem is not None and _differs_everywhere(party):
        raise NotJudged("error bodies differ from the document for bad values already: judged by invalid-field-envelope")
    if problem is not None:
        raise Violation(expected=f"{problem.expected}, for {what}", actual=problem.actual, exchange=exchange)


def _differs_everywhere(party: Party) -> bool:
    """The most common error, a bad value, has a wrong body already: one cause is reported once."""
    for field in faulty(party.api):
        try:
            for each, problem in _rightly_refused(party, field):
                return problem is not None or not _names_well(party.api, field, each)
        except NotJudged:
            continue
    return False


def _names_well(api: Api, case: Field, each: BadWrite) -> bool:
    try:
        _judge_names(api, case, each)
    except Violation:
        return False
    return True


def _by_path(api: Api) -> Iterable[Case]:
    return once(api) if api.identity == "path" else ()


@rule("unknown-customer-envelope", family="error_envelope", cases=_by_path, harmless=True)
def test_unknown_customer_has_its_envelope(party: Party, case: None) -> None:
    """A patch of a record that does not exist is answered with the documented status and error body."""
    exchange = unknown_customer(party).exchange
    if party.accepted(exchange):
        raise NotJudged("it is accepted: judged by unknown-customer-not-created")
    _judge_status(party, "unknown_record", exchange, "a record that does not exist")
    _judge_body(party, "unknown-customer-envelope", "unknown_record", exchange, "a record that does not exist")


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
            reasons.append(f"{each.what} is not refused: judged by the rules on credentials")
            continue
        try:
            _judge_body(party, "unauthenticated-envelope", kind, each.exchange, each.what)
        except NotJudged as reason:
            reasons.append(str(reason))
    _at_least_one(reasons, attempts)


@rule("malformed-json-envelope", family="error_envelope", harmless=True)
def test_malformed_json_has_its_envelope(party: Party, case: None) -> None:
    """A body that is no JSON is refused with the documented status and error body."""
    exchanges = broken_json(party)
    for exchange in exchanges:
        _judge_status(party, "malformed_json", exchange, "a body that is no JSON")
    for exchange in exchanges:
        _judge_body(party, "malformed-json-envelope", "malformed_json", exchange, "a body that is no JSON")


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
        raise NotJudged("it is accepted: judged by the rules on empty bodies")
    if exchange.answer is not None and exchange.answer.status >= 500:
        raise NotJudged("the server failed: judged by the rules on empty bodies")
    what = "an empty object" if refused_empty(party.api)[case] else "no body"
    _judge_status(party, "empty_body", exchange, what)
    _judge_body(party, "empty-body-envelope", "empty_body", exchange, what)


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
        raise NotJudged(f"{attempted.what} is not answered {case}: judged by the rules on negotiation")
    _judge_body(party, "negotiation-envelope", kind, attempted.exchange, attempted.what)


# --- every error --------------------------------------------------------------------------------------------------------


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
    if not answers:
        raise NotJudged("no request was refused")


def _secret_writes(party: Party) -> Iterator[BadWrite]:
    for field in faulty(party.api):
        if field.write_only:
            yield from bad_writes(party, field)


def _bad_requests(party: Party) -> Mapping[str, Any]:
    """Some bad requests of different kinds: what they are, and how to send them again and again."""
    ways: dict[str, Any] = {"a body that is no JSON": lambda: broken_json_again(party)}
    try:
        each = first_refused(party, faulty(party.api))
        ways[_described(each.fault.field, each)] = lambda: party.patch(each.patch.body)
    except NotJudged:
        pass
    if party.api.security:
        ways["a patch without a credential"] = lambda: party.patch({}, auth={})
    if party.api.identity == "path":
        ways["a record that does not exist"] = lambda: party.patch({}, path=party.unknown_path())
    return ways


def broken_json_again(party: Party) -> Exchange:
    """One more patch whose body is no JSON."""
    return party.send("PATCH", broken_json(party)[0].body)


@rule("same-shape-on-repeat", family="error_envelope", harmless=True)
def test_same_error_has_the_same_shape(party: Party, case: None) -> None:
    """The same bad request sent again is answered with the same status and the same structure."""
    judged = 0
    for what, send in _bad_requests(party).items():
        first = send()
        for again in (send(), send()):
            if not first.refused or again.answer is None:
                continue
            judged += 1
            if _form(first) != _form(again):
                raise Violation(
                    expected=f"the answer to {what} to have the same status and structure every time",
                    actual=f"first {first.said}; then {again.said}",
                    exchange=again,
                )
    if not judged:
        raise NotJudged("no bad request is refused")


def _form(exchange: Exchange) -> Any:
    """Status and structure of an answer."""
    answer = exchange.answer
    if answer is None:
        return None
    return answer.status, answer.media_type, "no JSON" if answer.json is NOT_JSON else skeleton(answer.json)


@rule("status-member-agrees", family="error_envelope", advice="RFC 9457 3.1", harmless=True)
def test_stated_status_agrees(party: Party, case: None) -> None:
    """An error body that states a status states the answer's own, and no success."""
    answers = [each for each in error_answers(party) if each.refused]
    for exchange in answers:
        problem = stated_problem(exchange.answer) if exchange.answer else None
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
    plain = party.patch(each.patch.body)
    _check_steady(party, each.patch.body, each.exchange)
    _check_steady(party, each.patch.body, plain)
    for preference in PREFERENCES:
        other = party.patch(each.patch.body, headers={"Accept-Language": preference})
        if plain.answer is None or other.answer is None:
            raise NotJudged(f"there was no usable answer: {plain.failure or other.failure}")
        if (_form(plain), _constants(party.api, plain)) != (_form(other), _constants(party.api, other)):
            raise Violation(
                expected=f"the same error in another language with Accept-Language: {preference}",
                actual=f"without it {plain.said}; with it {other.said}",
                exchange=other,
            )


def _constants(api: Api, exchange: Exchange) -> Any:
    """What of an error body is no text for people: its codes, and the names of fields."""
    shape, answer = _shape(api), exchange.answer
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
            _judge_body(party, "throttled-envelope", "throttled", exchange, "a throttled request")
        if answer is not None and not answer.headers.get("Retry-After", "").strip():
            raise Violation(expected="Retry-After with a 429", actual="there is none", exchange=exchange, level=Level.SHOULD)
