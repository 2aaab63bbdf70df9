"""Atomicity: a patch is applied whole or not at all, whatever is wrong with a part of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from itertools import product
from typing import Any

from contracts.judging.atomicity import judge_refusal, other_keys, working, working_references
from contracts.judging.evidence import fresh_patches, joined, put_back
from contracts.judging.faults import Fault, faults, faulty, open_faults, plain_fault
from contracts.judging.trials import tidy
from contracts.record.party import Party
from contracts.record.patches import Patch, leaves, settable
from contracts.record.records import ABSENT, Record, look_up
from contracts.record.state import UNKNOWN_MEMBER
from contracts.terms.exchange import Exchange
from contracts.terms.rule import Case, field_cases, rule
from contracts.terms.verdict import NotJudged, Violation
from specs import Api, Field


@rule("invalid-part-changes-nothing", family="atomicity", cases=field_cases(faulty), standard="RFC 5789 2", wfc="F114")
def test_invalid_part_changes_nothing(party: Party, case: Field) -> None:
    """A patch in which one field is invalid changes no other field either, wherever the invalid one stands."""
    plain = plain_fault(party.api, case)
    tried = [*faults(party.api, case)] if party.thorough else [plain] if plain is not None else []
    for number, (fault, bad_last) in enumerate(product(tried, (True, False))):
        valid = working(party, case.top, 2 * faulty(party.api).index(case) + bad_last + number // 2)
        if not valid:
            raise NotJudged("no other field can be written, to be the valid part")
        references = working_references(party, case.top)
        before = party.read()
        nulls = [] if bad_last else _nulls(party, before, valid)
        good = joined([*fresh_patches(party, before, valid), *nulls, *other_keys(party, before, references)])
        bad = party.composer.patch(before, case, fault.value).body
        exchange = party.patch({**good, **bad} if bad_last else {**bad, **good})
        with suppress(*[NotJudged] if fault is not tried[0] else []):  # the plainest decides whether there is a verdict
            judge_refusal(party, exchange, before, f"{case.path} is {fault.why}", bad=fault)


def _nulls(party: Party, record: Record, fields: Iterable[Field]) -> list[Patch]:
    """A patch of null for each of the fields that may be null, and can take a value again."""
    nullable = (field for field in fields if field.states("nullable") and field.safe.get("type") != "null")
    return [party.composer.patch(record, field, None) for field in nullable]


def _open_cases(api: Api) -> list[Case]:
    """For each kind of value that is left open, the first and the last field that has it; and members that are not written."""
    kinds: dict[str, list[Fault]] = {}
    for field in leaves(api):
        for fault in open_faults(api, field):
            kinds.setdefault(fault.keyword, []).append(fault)
    chosen: dict[str, list[Fault]] = {}
    for found in kinds.values():
        for fault in found[:: max(1, len(found) - 1)]:
            chosen.setdefault(fault.field.path, []).append(fault)
    return [Case("*", []), *(Case(path, found) for path, found in chosen.items())]


@rule("refused-open-value-changes-nothing", family="atomicity", cases=_open_cases, standard="RFC 5789 2", wfc="F114")
def test_refused_open_value_changes_nothing(party: Party, case: list[Fault]) -> None:
    """A patch that is refused for a value or member which the document leaves open changes no other field."""
    refused = 0
    for fault in case or _strange_members(party):
        valid = working(party, fault.field.top, len(fault.field.path))
        if not valid:
            raise NotJudged("no other field can be written, to be the valid part")
        before = party.read()
        good = joined(fresh_patches(party, before, valid))
        exchange = party.patch({**good, **_spoiled(party, before, fault)})
        if exchange.refused:
            refused += 1
            _judge_open(party, exchange, before, fault, valid)
        elif fault.keyword == "unique":
            put_back(party, before, {fault.field.top: None})
        elif fault.keyword not in ("unknown", "present"):
            tidy(party, fault.field, before)
    if not refused:
        raise NotJudged("no such patch is refused here")


def _judge_open(party: Party, exchange: Exchange, before: Record, fault: Fault, valid: list[Field]) -> None:
    """The record must be as before, unless a value that the document rules out lets the same fields change."""
    try:
        judge_refusal(party, exchange, before, f"{fault.field.path} is {fault.why}", bad=fault)
    except Violation:
        if _ruled_out_applies(party, valid):
            raise NotJudged("other refused patches change fields too: judged by invalid-part-changes-nothing") from None
        raise


def _ruled_out_applies(party: Party, valid: list[Field]) -> bool:
    """Whether a patch of these fields beside a documented fault is refused, and changes something."""
    bad = next((found for each in faulty(party.api) if each.path == each.top and (found := plain_fault(party.api, each))), None)
    if bad is None:
        return False
    before = party.read()
    good = joined(fresh_patches(party, before, [each for each in valid if each.top != bad.field.top]))
    exchange = party.patch({**good, bad.field.name: bad.value})
    return exchange.refused and bool(party.reader.differences(before, party.read()))


def _spoiled(party: Party, record: Record, fault: Fault) -> Mapping[str, Any]:
    """The property that holds the fault; a member of no document has no place but the top."""
    if fault.field.path == fault.field.top:
        return {fault.field.name: fault.value}
    return party.composer.patch(record, fault.field, fault.value).body


def _strange_members(party: Party) -> list[Fault]:
    """A member that nobody knows, and one that is the server's own, at the value that it has."""
    own = next((each for each in party.api.fields if each.read_only and each.path == each.response), None)
    shown = look_up(party.read(), own.response) if own is not None else ABSENT
    unknown = Fault(Field(path=UNKNOWN_MEMBER, schema={}), True, "unknown", "not known to the document")
    owned = [] if own is None or shown is ABSENT else [Fault(own, shown, "readOnly", "the server's own")]
    return [unknown, *owned, *_unchangeable(party), *_taken_values(party)]


def _unchangeable(party: Party) -> list[Fault]:
    """Fields that are refused even with the value that they have: nothing is left in them, whatever stands beside them."""
    found = []
    for field in party.api.fields:
        with suppress(NotJudged):
            party.check_writable(field)
        first = party.guard.first_write(field) if party.guard is not None and not field.read_only else None
        if first is not None and first.exchange.refused and first.present is not None:
            found.append(Fault(field, first.present, "present", "refused even as it is"))
    return found


def _taken_values(party: Party) -> list[Fault]:
    """Values of unique fields that another record has."""
    fields = [each for each in settable(party.api) if each.unique] if party.bystander is not None else []
    held = [(each, held_by_other(each, party)) for each in fields]
    return [Fault(field, value, "unique", "the value of another record") for field, value in held if value is not ABSENT]


def held_by_other(field: Field, party: Party) -> Any:
    """The bystander's value of a field outside of arrays, ABSENT where none could be sent."""
    value = look_up(party.bystander.read(), field.response) if party.bystander is not None and "[]" not in field.path else ABSENT
    return value if party.values.safe(field, value) else ABSENT
