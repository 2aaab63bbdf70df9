"""Error envelope: the error body names every field at fault, and no other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.judging.envelopes import body_problem, documented, right_status
from contracts.judging.evidence import joined, known_patch, put_back, single_or_none
from contracts.judging.faults import faulty, plain_fault
from contracts.judging.naming import Naming, named, naming, times
from contracts.judging.refusals import BadWrite
from contracts.judging.refused_values import check_steady, judge_names, namings, rightly_refused, shape_of
from contracts.judging.trials import valid_part_applied
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, once, rule
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Api, Field
from specs.normalise import resolve

BESIDE = 4
"""Right fields that are sent beside a wrong one."""


def _nameable(api: Api) -> list[Field]:
    """The faulty fields, where the documented error body has a place for their names."""
    return faulty(api) if shape_of(api).fields is not None else []


@rule("names-the-field", family="error_envelope", cases=field_cases(_nameable), harmless=True)
def test_error_names_the_field(party: Party, case: Field) -> None:
    """The error body names the field at fault, at its place, and no field that is right."""
    silent: list[Exchange] = []
    judged = 0
    for each, problem in rightly_refused(party, case):
        if problem is None and each.exchange.answer is not None:
            judged += 1
            if not judge_names(party.api, case, each):
                silent.append(each.exchange)
    if not judged:
        raise NotJudged("the error body has another form: judged by invalid-field-envelope")
    if silent:
        raise Observed("named_field", "absent", f"no field is named where {case.path} is wrong", exchange=silent[0])


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
    names = named(shape_of(party.api), exchange.answer.json) if exchange.refused and exchange.answer else {}
    if party.accepted(exchange):
        raise NotJudged(f"the patch is accepted: judged by types, enum, length or atomicity for {bad.path}")
    if not names:
        raise NotJudged("the error names nothing, or says nothing that can be read")
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


@rule("all-faults-reported", family="error_envelope", cases=lambda api: once(api) if _nameable(api) else (), harmless=True)
def test_all_faults_are_reported(party: Party, case: None) -> None:
    """Several bad fields in one patch are refused like one alone, and the error body names each."""
    api = party.api
    for group in _groups(_refused_alone(party), thrifty=party.thrifty):
        body = joined(each.patch for each in group)
        before = party.read()
        exchange = party.patch(body)
        if exchange.ok:
            put_back(party, before, body)
        _judge_together(party, [each.fault.field.path for each in group], body, exchange)
        names = named(shape_of(api), exchange.answer.json) if exchange.answer else {}
        fields = [each.fault.field for each in group if _names_itself(api, each)]
        missing = [field.path for field in fields if not any(_means(api, field, name) for name in names)]
        if not missing or (api.choices["all_faults"].documented and api.choices["all_faults"].behaviour == "first"):
            continue
        check_steady(party, body, exchange)
        if valid_part_applied(party, None):
            raise NotJudged("one field is saved ahead of the next: judged by invalid-part-changes-nothing")
        _judge_errors_of_others(api, group, missing, exchange)
        if len(missing) < len(fields) and not api.choices["all_faults"].documented and not _shows_several(api):
            raise Observed("all_faults", "first", exchange=exchange)
        raise Violation(
            expected=f"the error to name {', '.join(field.path for field in fields)}, which are all bad",
            actual=f"it does not name {', '.join(missing)}",
            exchange=exchange,
        )


def _judge_errors_of_others(api: Api, group: list[BadWrite], missing: list[str], exchange: Exchange) -> None:
    """A field that is named more often than for its own fault alone is named for the faults of others, told or not told."""
    shape = shape_of(api)
    together = times(shape, exchange.answer.json) if exchange.answer else {}
    for each in group:
        alone = times(shape, each.exchange.answer.json) if each.exchange.answer else {}
        more = next((name for name, count in alone.items() if together.get(name, 0) > count), None)
        if more is not None:
            raise Violation(
                expected=f"an error to name the field that it is about: {', '.join(missing)}",
                actual=f"it names {each.fault.field.path} {together[more]} times, and for its own fault {alone[more]}",
                exchange=exchange,
            )


def _shows_several(api: Api) -> bool:
    """A claim says that every fault is told, or an example names several fields in the answer to a bad value."""
    if "all-faults-reported" in api.claims:
        return True
    operation = api.document["paths"][api.path]["patch"]
    found = resolve(operation.get("responses", {}).get(str(api.situations["invalid_field"].status), {}), api.document)
    for content in found.get("content", {}).values():
        examples = [content.get("example"), *(each.get("value") for each in content.get("examples", {}).values())]
        if any(len(named(shape_of(api), each)) > 1 for each in examples if each is not None):
            return True
    return False


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
        check_steady(party, body, exchange)
    raise Violation(
        expected=f"{', '.join(paths)} to be refused together as each is alone",
        actual=f"{problem.actual}; {exchange.said}" if problem is not None else exchange.said,
        exchange=exchange,
        level=Level.MUST if answer.status >= 500 else None,
    )


def _groups(singles: list[BadWrite], *, thrifty: bool) -> list[list[BadWrite]]:
    """The first two bad fields, the first and the last, three, and all; where requests are few, all alone."""
    if len(singles) < 2:
        raise NotJudged("fewer than two fields are rightly refused when they are bad alone")
    if len(singles) == 2 or thrifty:
        return [singles]
    return [singles[:2], [singles[0], singles[-1]], singles[:3], *([singles] if len(singles) > 3 else [])]


def _means(api: Api, field: Field, name: tuple[str, ...]) -> bool:
    return naming(api, field, name) in {*namings(shape_of(api)), Naming.ENDING}


def _names_itself(api: Api, each: BadWrite) -> bool:
    return each.exchange.answer is not None and any(
        _means(api, each.fault.field, name) for name in named(shape_of(api), each.exchange.answer.json)
    )


def _refused_alone(party: Party) -> list[BadWrite]:
    """One bad write for each top-level property that is refused with the right status and in the right form."""
    found: dict[str, BadWrite] = {}
    for field in faulty(party.api):
        if field.top in found or (party.thrifty and len(found) == BESIDE):
            continue
        try:
            for each, problem in rightly_refused(party, field):
                if problem is None:
                    found.setdefault(field.top, each)
        except NotJudged:
            continue
    return list(found.values())
