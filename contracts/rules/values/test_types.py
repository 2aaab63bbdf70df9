"""Types: values of another type are refused or stored as the documented one, and the record keeps its types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import jsonschema_rs

from contracts.judging.evidence import differences_of, one_difference, put_back
from contracts.judging.faults import NOT_A_MEMBER, Fault, faults, may_be_sent, null_refused, type_stated
from contracts.judging.trials import Bad, Failure, brief, broken, conclude, expect_refused, shown_now, survived, tidy, writable
from contracts.record.party import Party
from contracts.record.patches import is_key, leaves, settable
from contracts.record.records import ABSENT, Reader, Record, is_empty, related
from contracts.record.values import Values
from contracts.terms.exchange import Exchange
from contracts.terms.looks import same_number
from contracts.terms.rule import field_cases, rule
from contracts.terms.validity import is_valid
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Api, Field


def _by_keyword(keyword: str) -> Any:
    """The leaves and inner objects and arrays for which the document has a fault of this keyword."""

    def selects(api: Api) -> list[Field]:
        holders = [each for each in api.walk_fields() if each.children]
        return [each for each in [*leaves(api), *holders] if _bads(api, each, keyword)]

    return selects


def _bads(api: Api, field: Field, keyword: str) -> list[Bad]:
    return [_bad(fault) for fault in faults(api, field) if fault.keyword == keyword]


def _bad(fault: Fault) -> Bad:
    return Bad(fault.why, fault.value)


@rule("wrong-type-refused", family="types", cases=field_cases(_by_keyword("type")), harmless=True)
def test_wrong_type_is_refused(party: Party, case: Field) -> None:
    """A value that cannot be read as the documented type (a list for a text) is refused, and nothing of it is stored."""
    _closed_enum(party, case)
    expected = f"a value that is no {' or '.join(sorted(case.types))} to be refused for {case.path}"
    bads = [*_bads(party.api, case, "type"), *_listed(party, case)]
    expect_refused(party, case, bads, keyword="type", expected=expected)


def _listed(party: Party, field: Field) -> Iterator[Bad]:
    """A valid value in a list of one; of a list, an item by itself."""
    if party.caution is not None or party.api.style == "form" or "enum" in field.schema:  # a list of a member is a near miss
        return
    record = party.read(without=field.top)
    shown = party.composer.patch(record, field, MISSING).shown_in(record)
    value = party.composer.carried(field, shown) if shown is not ABSENT else ABSENT
    if field.kind == "array" and isinstance(value, list) and value:
        yield Bad("an item without its list", value[0])
    elif field.kind != "array" and value is not ABSENT and value is not None:
        yield Bad("a list with a valid value", [value])


def _closed_enum(party: Party, field: Field) -> None:
    """The control for an enum: a text that is no member must be refused before a list can be judged."""
    if "enum" not in field.schema or not field.states("enum"):
        return
    writable(party, field)
    before = party.read(without=field.top)
    body = party.composer.patch(before, field, NOT_A_MEMBER).body
    if not party.patch(body).refused:
        put_back(party, before, body)
        raise NotJudged(f"{field.path} takes texts that are no members: judged by near-miss-refused")


# --- null -----------------------------------------------------------------------------------------------------------


def _not_nullable(api: Api) -> list[Field]:
    """Fields for which the document does not say that null may be stored, and where it can be undone."""
    shown = [each for each in api.walk_fields() if each.response is not None and not is_key(api, each)]
    open_to_null = [each for each in shown if "nullable" not in each.inferred and Values.valid(each, None)]
    shown = [each for each in shown if each not in open_to_null]
    sent = [each for each in shown if not each.states("nullable") and may_be_sent(each) and each.hazard is None]
    return [each for each in sent if null_refused(api, each) or not _keeps_rows(each)]


def _keeps_rows(field: Field) -> bool:
    """An array of rows with keys of their own: once emptied, it could not be filled again."""
    return field.kind == "array" and bool(field.children)


@rule("null-refused", family="types", cases=field_cases(_not_nullable), harmless=True)
def test_null_is_refused(party: Party, case: Field) -> None:
    """Null for a field that is not nullable is refused if the document says so; else it is ignored or empties the field."""
    if null_refused(party.api, case):
        _closed_enum(party, case)
        expect_refused(party, case, [Bad("null", None)], keyword="null", expected=f"null to be refused for {case.path}")
        return
    writable(party, case)
    before = _holding_something(party, case)
    sent = party.composer.patch(before, case, None)
    exchange = party.patch(sent.body)
    now = shown_now(party, sent)
    failures = survived(party, "null", exchange, before, case)
    tidy(party, case, before)
    ignored = party.reader.equal(now, sent.shown_in(before))
    if exchange.ok and not failures and is_empty(now) and not ignored and case.response in _needed(party.api):
        told = f"null was accepted, and the record lacks {case.path}, which it has to have"
        failures = [Failure(told, exchange, one_difference(case.path, sent.shown_in(before), now))]
    if exchange.ok and not failures and not ignored and not is_empty(now):
        told = f"null was accepted, and {case.path} reads {brief(now)}"
        failures = [Failure(told, exchange, one_difference(case.path, sent.shown_in(before), now))]
    conclude(party, case, failures, expected=f"null for {case.path} to be refused or ignored, or to empty it", keyword="null")
    if party.disguised(exchange):
        raise NotJudged(f"null is answered with a success status and no record: {exchange.said}")
    if exchange.ok and not ignored and _null_elsewhere(party, case):
        raise Violation(
            expected=f"null for {case.path} to be refused, since the document marks other fields as nullable and not this one",
            actual=f"null was accepted, and {case.path} reads {brief(now)}",
            exchange=exchange,
            difference=one_difference(case.path, sent.shown_in(before), now),
            level=Level.SHOULD,
        )
    raise Observed("null", "refuse" if exchange.refused else "ignore" if ignored else "store", exchange=exchange)


def _holding_something(party: Party, field: Field) -> Record:
    """The record with a value in the field that is not empty, zero or false: what null does to it then shows."""
    record = party.read(without=field.top)
    current = party.composer.patch(record, field, None).shown_in(record)
    if field.children or current not in (ABSENT, "", 0, False, []):
        return record
    for value in [True] if field.types == {"boolean"} else [party.values.fresh(field, current) for _ in range(2)]:
        if value and party.values.safe(field, value):
            party.patch(party.composer.patch(record, field, value).body)
            return party.read(without=field.top)
    return record


def _null_elsewhere(party: Party, field: Field) -> bool:
    """The document says of other fields that they may be null, of this one it does not, and the owner has declared nothing."""
    choice = field.null or party.api.choices["null"]
    open_here = not choice.documented and not field.nullable and party.target.expect.declared("null", field.path) is None
    return open_here and any(each.states("nullable") for each in party.api.walk_fields())


def _needed(api: Api) -> set[str]:
    return {each.path for each in api.walk_record() if each.required}


# --- required members of items --------------------------------------------------------------------------------------


def _required_members(api: Api) -> list[Field]:
    """Members that the document requires in each item of an array that may be sent."""
    found = []
    for array in api.walk_fields():
        items = array.schema.get("items", {})
        inferred = array.inferred | frozenset(items.get("x-field", {}).get("inferred", ()))
        if array.kind == "array" and may_be_sent(array) and "required" not in inferred:
            found += [child for child in array.children if child.name in items.get("required", ())]
    return found


@rule("required-member-refused", family="types", cases=field_cases(_required_members))
def test_item_without_required_member_is_refused(party: Party, case: Field) -> None:
    """An item of an array that lacks a required member is refused, and nothing of it is stored."""
    array = party.composer.way(case)[-2]
    writable(party, array)
    before = party.read(without=case.top)
    sent = party.composer.patch(before, case, MISSING)
    body = _without_marked(sent.body)
    exchange = party.patch(body)
    located = party.reader.differences(before, party.read(without=case.top))
    changed = [each for each in located if related(each.where, array.response)]
    if changed:
        put_back(party, before, body)
    if party.disguised(exchange):
        raise NotJudged(f"the item is answered with a success status and no record: {exchange.said}")
    if not exchange.refused or changed:
        told = f"for an item without {case.name} {exchange.said}" + ("; the record changed" if changed else "")
        failure = Failure(told, exchange, differences_of(changed), broken=broken(exchange))
        expected = f"an item of {array.path} without {case.name} to be refused"
        conclude(party, case, [failure], expected=expected, keyword="required")


MISSING = object()
"""Marks the member that is taken out of the body again."""


def _without_marked(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _without_marked(each) for name, each in value.items() if each is not MISSING}
    return [_without_marked(each) for each in value] if isinstance(value, list) else value


# --- coercion -------------------------------------------------------------------------------------------------------


LENIENT: Mapping[str, list[tuple[Any, Any]]] = {
    "string": [(1234567, "1234567"), (True, "true"), (2.5, "2.5")],
    "integer": [("12", 12), (True, 1), (2.5, 2.5)],
    "number": [("1.5", 1.5), (True, 1)],
    "boolean": [("true", True), (1, True), ("false", False)],
}
"""Values of another type that many servers read as the field's own, and what they mean then."""


def _scalars(api: Api) -> list[Field]:
    return [each for each in settable(api) if type_stated(each) and _lenient_values(each) and each.response not in _derived(api)]


def _derived(api: Api) -> set[str]:
    return {each.path for each in api.walk_record() if each.derived}


def _lenient_values(field: Field) -> list[tuple[Any, Any]]:
    """Such values for a field; nothing that would be hazardous if it were read."""
    if field.reference is not None or field.safe.get("type") == "null" or "enum" in field.schema:
        return []
    found = next((values for kind, values in LENIENT.items() if kind in field.types), [])
    hazards = (field.hazard.values or ()) if field.hazard is not None else ()
    found = [each for each in found if not any(Reader.equal(each[1], hazard) for hazard in hazards)]
    return found if field.write == "documented" else [*found, ({"a": 1}, ABSENT), (["a"], ABSENT)]


@rule("coerced-value-typed", family="types", cases=field_cases(_scalars))
def test_coerced_value_has_its_type(party: Party, case: Field) -> None:
    """A number for a text, or a text for a number or boolean, is refused, or stored as its type; true is no more of a text."""
    writable(party, case)
    behaviour = ""
    exchange: Exchange | None = None
    lesser: Violation | None = None
    for value, meaning in _lenient_values(case):
        if not party.thorough and _is_left_out(case, value, behaviour):
            continue
        before = party.read(without=case.top)
        sent = party.composer.patch(before, case, value)
        exchange = party.patch(sent.body)
        now = shown_now(party, sent)
        coerced = Coerced(value, meaning, exchange, sent.shown_in(before), now)
        lesser = lesser or _judge_coerced(party, case, coerced, before)
        if value is True and "string" in case.types and behaviour == "refuse" and party.accepted(exchange):
            lesser = lesser or _less_refused(case, coerced)
        behaviour = "coerce" if party.accepted(exchange) else behaviour or "refuse"
    if lesser is not None:
        raise lesser
    choice = party.api.choices["coercion"]
    if choice.documented and choice.behaviour == "refuse" and behaviour == "coerce":
        expected = f"a value of another type to be refused for {case.path}"
        raise Violation(expected=expected, actual="it was accepted", exchange=exchange)
    is_text = "string" in case.types and not party.thrifty
    if behaviour == "coerce" and is_text and exchange is not None and _others_refuse(party, case):
        raise Violation(
            expected=f"a number for {case.path} to be refused, as it is for the other texts",
            actual="it was accepted",
            exchange=exchange,
            level=Level.SHOULD,
        )
    raise Observed("coercion", behaviour, exchange=exchange)


def _is_left_out(field: Field, value: Any, behaviour: str) -> bool:
    """Of true and a fraction a text is sent one: true where it has refused a whole number, else either."""
    if "string" not in field.types or not (value is True or isinstance(value, float)):
        return False
    return (value is True) is not (behaviour == "refuse" or crc32(field.path.encode()) % 2 == 0)


def _less_refused(field: Field, sent: Coerced) -> Violation | None:
    """A text that refuses a number takes true, which is farther from a text."""
    if Reader.equal(sent.old, sent.now):
        return None
    return Violation(
        expected=f"true for {field.path} to be refused, as a number is",
        actual=f"it was accepted, and {field.path} reads {brief(sent.now)}",
        exchange=sent.exchange,
        difference=one_difference(field.path, sent.old, sent.now),
        level=Level.SHOULD,
    )


def _is_filled_up(field: Field, meaning: Any, now: Any) -> bool:
    """A number in the form that the document has for the text, with cents for an amount, which it was not sent in."""
    formed = isinstance(now, str) and not Values.valid(field, meaning) and Values.valid(field, now)
    return formed and same_number(meaning, now)


def _means_the_same(party: Party, field: Field, sent: Coerced) -> bool:
    """What is shown is what the value means as the documented type."""
    if party.reader.same(field, sent.meaning, sent.now):
        return True
    return _is_moment(field, sent.value, sent.now) or _is_filled_up(field, sent.meaning, sent.now)


def _is_moment(field: Field, value: Any, now: Any) -> bool:
    """A number that was read as seconds or milliseconds since 1970, where the document says that the text is a time."""
    if field.schema.get("format") not in ("date-time", "date") or not isinstance(value, int | float) or not isinstance(now, str):
        return False
    moments = [datetime.fromtimestamp(value / scale, UTC).isoformat()[:10] for scale in (1, 1000)]
    return now[:10] in moments


OTHERS = 3
"""Texts that have to refuse a number before one that takes it stands out."""


def _others_refuse(party: Party, field: Field) -> bool:
    """Whether other texts refuse a number; they are asked only where this one takes it, and no more once another one does."""
    if party.memory.get("texts take numbers"):
        return False
    others = [each for each in _scalars(party.api) if each is not field and each.types == field.types and not each.hazard]
    refused = 0
    for other in others[:: max(1, len(others) // OTHERS)]:
        try:
            before = party.read(without=other.top)
            if party.patch(party.composer.patch(before, other, LENIENT["string"][0][0]).body).refused:
                refused += 1
                continue
        except NotJudged:
            continue
        tidy(party, other, before)
        party.memory["texts take numbers"] = True
        return False
    return refused >= OTHERS


@dataclass(frozen=True, slots=True)
class Coerced:
    """A value of another type that was sent, what it means as the documented type, and what came of it."""

    value: Any
    meaning: Any
    exchange: Exchange
    old: Any
    now: Any


def _judge_coerced(party: Party, field: Field, sent: Coerced, before: Record) -> Violation | None:
    """Raise what breaks the rule; what is of the documented type, and yet neither what was sent nor what it means, is given."""
    exchange, now = sent.exchange, sent.now
    failures = survived(party, brief(sent.value), exchange, before, field)
    tidy(party, field, before)
    validator = jsonschema_rs.Draft202012Validator({"type": [*sorted(field.types), "null"]})
    if exchange.ok and not failures and now is not ABSENT and not is_valid(validator, now):
        told = f"{brief(sent.value)} was accepted, and {field.path} reads {brief(now)}"
        failures = [Failure(told, exchange, one_difference(field.path, sent.old, now))]
    expected = f"{brief(sent.value)} for {field.path} to be refused, or stored as {' or '.join(sorted(field.types))}"
    conclude(party, field, failures, expected=expected, keyword="type")
    if not party.accepted(exchange) or Reader.equal(now, sent.old) or now is ABSENT:
        return None
    if sent.meaning is ABSENT or _means_the_same(party, field, sent):
        return None
    return Violation(
        expected=expected,
        actual=f"it was accepted, and {field.path} reads {brief(now)}",
        exchange=exchange,
        difference=one_difference(field.path, sent.old, now),
        level=Level.SHOULD,
    )
