"""Types: values of another type are refused or stored as the documented one, and the record keeps its types."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.judging.acceptance import falsy_values
from contracts.judging.evidence import differences_of, one_difference, put_back
from contracts.judging.faults import NOT_A_MEMBER, Fault, faults, may_be_sent, null_refused
from contracts.judging.trials import Bad, Failure, broken, conclude, expect_refused, shown_now, survived, tidy, writable
from contracts.record.keeping.presence import MERGE_PATCH
from contracts.record.party import Party
from contracts.record.patches import is_key, leaves
from contracts.record.records import ABSENT, Record, is_empty, related
from contracts.record.values import Values
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import brief
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
    expected = (
        f"a value that is no {' or '.join(sorted(case.types)) or 'object of a documented kind'} to be refused for {case.path}"
    )
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
    if exchange.ok and not failures and not ignored and not is_empty(now) and not _reads_as_empty(party, case, now):
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
    if exchange.ok and ignored and not case.is_choice and MERGE_PATCH in party.api.media_types and _null_elsewhere(party, case):
        raise Violation(
            expected=f"null for {case.path} to be refused, or to remove it as the listed {MERGE_PATCH} says (RFC 7396, 2)",
            actual=f"null was accepted, and {case.path} reads {brief(now)} as before",
            exchange=exchange,
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


def _reads_as_empty(party: Party, field: Field, now: Any) -> bool:
    """The empty value reads the same: the service fills in what is empty, and null has emptied the field."""
    for value in filter(is_empty, falsy_values(field)):
        before = party.read(without=field.top)
        sent = party.composer.patch(before, field, value)
        accepted = party.accepted(party.patch(sent.body))
        same = accepted and party.reader.equal(shown_now(party, sent), now)
        tidy(party, field, before)
        return same
    return False


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
