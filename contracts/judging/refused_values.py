"""What the answer to a refused request has to be: its status, the form of its body, and the field that it names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from contracts.judging.envelopes import Problem, body_problem, documented, expected_status, right_status, situation, skeleton
from contracts.judging.faults import faulty
from contracts.judging.naming import Name, Naming, name_of, named, naming, path_name
from contracts.judging.refusals import BadWrite, bad_writes, redirected
from contracts.record.party import Party
from contracts.terms.exchange import NOT_JSON, Exchange
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api, Field, Shape

IMPRECISE = {Naming.ENDING, Naming.HOLDER}
"""What leads to a nested field without naming it whole: no document says how much of its path an error has to give."""
REDIRECTED = "every patch is redirected: judged by no-redirect"


def shape_of(api: Api) -> Shape:
    """The documented shape of the error body for a bad value."""
    return api.situations["invalid_field"].shape


def described(case: Field, each: BadWrite) -> str:
    """The fault of a bad write as part of a sentence."""
    return f"{case.path} is {each.fault.why}"


def excuse_of(party: Party, exchange: Exchange) -> str | None:
    """Why the answer to a bad value is another rule's matter, or None."""
    if exchange.answer is None:
        return f"there was no usable answer: {exchange.failure}"
    if party.accepted(exchange):
        return "the bad value is accepted: judged by types, enum or length"
    if exchange.answer.status >= 500:
        return f"the server failed with {exchange.status}: judged by invalid-field-status, types, enum or length"
    return REDIRECTED if redirected(party, exchange) else None


def at_least_one(excuses: list[str], all_of_them: Iterable[object]) -> None:
    """Raise NotJudged, with the first excuse, where each of the requests has one."""
    if len(excuses) == len(list(all_of_them)):
        raise NotJudged(excuses[0] if excuses else "there is nothing to judge")


def rightly_refused(party: Party, case: Field) -> Iterator[tuple[BadWrite, Problem | None]]:
    """The bad writes of a field that are refused with a right status and have a documented body, and what is wrong with it.

    Raises NotJudged at the end where there is none.
    """
    api, excuses = party.api, []
    found = api.situations["invalid_field"]
    for each in bad_writes(party, case):
        answer, excuse = each.exchange.answer, excuse_of(party, each.exchange)
        response = documented(api, "invalid-field-envelope", found, each.exchange.status)
        if excuse is not None or answer is None:
            excuses.append(str(excuse))
        elif not right_status(api, found, each.exchange):
            excuses.append(f"the status is {answer.status}: judged by invalid-field-status")
        elif response is None:
            excuses.append(f"the document gives no body for status {answer.status}")
        else:
            yield each, body_problem(response, found.shape, answer)
    at_least_one(excuses, bad_writes(party, case))


def judge_names(api: Api, case: Field, each: BadWrite) -> bool:
    """Whether the error body names the field; False where it rightly names none at all.

    Raises Violation where it names another field, or does not name this one whole.
    """
    if each.exchange.answer is None or each.exchange.answer.json is NOT_JSON:
        return False  # a text may say it in any words
    shape, status = shape_of(api), each.exchange.answer.status
    own = api.responses.get(api.situations["invalid_field"].status)
    if api.documents(status) and own is not None and api.responses[status].schema != own.schema:
        return False  # a status with a body of its own, in which nobody says where a field would be named
    names = named(shape, each.exchange.answer.json)
    if not names and (shape.named == "if_present" or shape.fields is None):
        return False
    said = ", ".join(names.values()) or "nothing"
    meanings = {naming(api, case, name) for name in names}
    found = bool(meanings & namings(shape))
    if Naming.OTHER in meanings or not (found or meanings & IMPRECISE):
        raise Violation(
            expected=f"the error to name {case.path} and no field that is right, since {described(case, each)}",
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
    _judge_index(case, each, names)
    _judge_spelling(api, case, each, names)
    return True


def _judge_spelling(api: Api, case: Field, each: BadWrite, names: Mapping[Name, str]) -> None:
    """The name is one that the document has, letter by letter: a client looks for its own field by it."""
    for name, said in names.items():
        last = next((part for part in reversed(re.split(r"[^\w-]+", said)) if part and not part.isdigit()), "")
        if naming(api, case, name) is Naming.ITSELF and last != case.name and name_of([last]) == name_of([case.name]):
            raise Violation(
                expected=f"the error to name {case.path} as the document spells it, since {described(case, each)}",
                actual=f"it names {said}",
                exchange=each.exchange,
                level=Level.SHOULD,
            )


def _judge_index(case: Field, each: BadWrite, names: Mapping[Name, str]) -> None:
    """Where the error tells which item of an array is at fault, it is the one that is."""
    right = list(_indices(each.patch.body, case.path.split("."), each.fault.value))
    for name, said in names.items():
        told = [int(part) for part in re.findall(r"(?<![^\W_])\d{1,18}(?![^\W_])", said)]
        if len(right) == 1 and name == path_name(case) and len(told) == len(right[0]) and told != right[0]:
            raise Violation(
                expected=f"the error to name item {right[0][-1]} of {case.path}, since {described(case, each)} there",
                actual=f"it names {said}",
                exchange=each.exchange,
                level=Level.SHOULD,
            )


def _indices(body: Any, steps: list[str], value: Any) -> Iterator[list[int]]:
    """The indices of the items on the way to each place where a body has a value."""
    if not steps:
        if body == value and type(body) is type(value):
            yield []
        return
    name, inner = steps[0].removesuffix("[]"), body.get(steps[0].removesuffix("[]")) if isinstance(body, Mapping) else None
    if name == steps[0]:
        yield from _indices(inner, steps[1:], value)
        return
    for index, item in enumerate(inner if isinstance(inner, list) else []):
        yield from ([index, *rest] for rest in _indices(item, steps[1:], value))


def namings(shape: Shape) -> set[Naming]:
    """What names a field well enough, by the documented shape."""
    return {Naming.ITSELF, Naming.HOLDER} if shape.nested == "ancestor" else {Naming.ITSELF}


def _names_well(api: Api, case: Field, each: BadWrite) -> bool:
    try:
        judge_names(api, case, each)
    except Violation:
        return False
    return True


def _differs_everywhere(party: Party) -> bool:
    """The most common error, a bad value, has a wrong body already: one cause is reported once."""
    for field in faulty(party.api):
        try:
            for each, problem in rightly_refused(party, field):
                return problem is not None or not _names_well(party.api, field, each)
        except NotJudged:
            continue
    return False


def judge_status(party: Party, kind: str, exchange: Exchange, what: str) -> None:
    """The status must be one that the document has for this kind of refusal; a 5xx is none for any client's mistake.

    ``what``: the mistake, for the report. Raises Violation, or NotJudged for a redirect or no answer.
    """
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


def judge_body(party: Party, rule_id: str, kind: str, exchange: Exchange, what: str) -> None:
    """The body must be the documented one for this kind of refusal.

    Raises Violation; NotJudged where the document gives no body, or bad values, the most common errors, have another one too.
    """
    found = situation(party.api, kind)
    response = documented(party.api, rule_id, found, exchange.status) if found is not None else None
    if found is None or response is None or exchange.answer is None:
        raise NotJudged(f"the document gives no body for status {exchange.status}")
    problem = body_problem(response, found.shape, exchange.answer)
    if problem is not None and _differs_everywhere(party):
        raise NotJudged("error bodies differ from the document for bad values already: judged by invalid-field-envelope")
    if problem is not None:
        raise Violation(expected=f"{problem.expected}, for {what}", actual=problem.actual, exchange=exchange)


def form_of(exchange: Exchange) -> Any:
    """Status, media type and structure of an answer, to be compared with another; None where there was none."""
    answer = exchange.answer
    if answer is None:
        return None
    return answer.status, answer.media_type, "no JSON" if answer.json is NOT_JSON else skeleton(answer.json)


def check_steady(party: Party, body: Mapping[str, Any], exchange: Exchange) -> None:
    """Send a patch again; NotJudged where the answer has another form than the first one."""
    if form_of(party.patch(body)) != form_of(exchange):
        raise NotJudged("the same request is answered in another form: judged by same-shape-on-repeat")
