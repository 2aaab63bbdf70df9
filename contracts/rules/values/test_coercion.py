"""Types: what is of another type, and what many servers read as the documented one, is refused or has that type afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

import jsonschema_rs

from contracts.judging.evidence import one_difference
from contracts.judging.faults import type_stated
from contracts.judging.trials import Failure, conclude, shown_now, survived, tidy, writable
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, Reader, Record
from contracts.record.values import Values
from contracts.terms.exchange import Exchange
from contracts.terms.looks import same_number
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import brief
from contracts.terms.validity import is_valid
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Api, Field

NEITHER = object()
"""What a word means that is neither true nor false."""
LENIENT: Mapping[str, list[tuple[Any, Any]]] = {
    "string": [(1234567, "1234567"), (True, "true"), (2.5, "2.5")],
    "integer": [("12", 12), (True, 1), (2.5, 2.5)],
    "number": [("1.5", 1.5), (True, 1)],
    "boolean": [("true", True), (1, True), ("false", False), ("sample", NEITHER)],
}
"""Values of another type that many servers read as the field's own, and what they mean then."""
NUMERIC = ("int64", "uint64", "int32", "uint32", "decimal", "double", "float")
"""Formats of a text that is a number all the same, written so that no reader rounds it (OpenAPI Format Registry)."""


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
    found = [each for each in found if not any(each[1] is NEITHER or Reader.equal(each[1], hazard) for hazard in hazards)]
    return found if field.write == "documented" else [*found, ({"a": 1}, ABSENT), (["a"], ABSENT)]


@rule("coerced-value-typed", family="types", cases=field_cases(_scalars))
def test_coerced_value_has_its_type(party: Party, case: Field) -> None:
    """A number for a text, or a text for a number or boolean, is refused, or stored as its type; true is no more of a text."""
    writable(party, case)
    behaviour = ""
    exchange: Exchange | None = None
    lesser: Violation | None = None
    taken: Taken | None = None
    for place, (value, meaning) in enumerate(_in_words(party, case)):
        if party.values.spared(case, meaning):
            continue
        if not party.thorough and _is_left_out(case, value, behaviour):
            continue
        before = _switched_off(party, case) if meaning is False else party.read(without=case.top)
        sent = party.composer.patch(before, case, value)
        exchange = party.patch(sent.body)
        now = shown_now(party, sent)
        if meaning is NEITHER and party.accepted(exchange) and Reader.equal(now, sent.shown_in(before)):
            if not party.values.safe(case, not now):
                continue  # it may mean what the flag is, and the other one is not sent
            before, sent, exchange, now = _sent_to_the_other(party, case, value, now)
        coerced = Coerced(value, meaning, exchange, sent.shown_in(before), now)
        lesser = lesser or _judge_coerced(party, case, coerced, before)
        if value is True and "string" in case.types and behaviour == "refuse" and party.accepted(exchange):
            lesser = lesser or _less_refused(case, coerced)
        if party.accepted(exchange):
            behaviour, taken = "coerce", taken or Taken(place, value, exchange)
        behaviour = behaviour or "refuse"
    if lesser is not None:
        raise lesser
    if taken is not None:
        _may_be_taken(party, case, taken)
    raise Observed("coercion", behaviour, exchange=exchange)


def _sent_to_the_other(party: Party, field: Field, word: Any, shown: Any) -> tuple[Record, Patch, Exchange, Any]:
    """The same word for a flag that is the other way round: it was accepted, and may mean what the flag was."""
    party.patch(party.composer.patch(party.read(), field, not shown).body)
    before = party.read(without=field.top)
    sent = party.composer.patch(before, field, word)
    exchange = party.patch(sent.body)
    return before, sent, exchange, shown_now(party, sent)


def _switched_off(party: Party, field: Field) -> Record:
    """The record with a flag off, ahead of the word for that: one that takes any text for true shows it by going on."""
    before = party.read(without=field.top)
    plain = party.composer.patch(before, field, False)
    if party.thrifty or plain.shown_in(before) is not True or field.response in party.reader.derived:
        return before
    party.patch(plain.body)
    return party.read(without=field.top)


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


@dataclass(frozen=True, slots=True)
class Taken:
    """The first value of another type that was accepted. ``place``: in the list of them, where others have their like."""

    place: int
    value: Any
    exchange: Exchange


def _may_be_taken(party: Party, field: Field, taken: Taken) -> None:
    """Raise where the document has other types refused, and for a field that alone of its kind takes one: a forgotten check."""
    choice = party.api.choices["coercion"]
    if choice.documented and choice.behaviour == "refuse":
        expected = f"a value of another type to be refused for {field.path}"
        raise Violation(expected=expected, actual="it was accepted", exchange=taken.exchange)
    if party.thrifty or field.schema.get("format") in NUMERIC or not _others_refuse(party, field, taken):
        return
    raise Violation(
        expected=f"{brief(taken.value)} for {field.path} to be refused, as its like is for the other fields of such types",
        actual="it was accepted",
        exchange=taken.exchange,
        level=Level.SHOULD,
    )


def _in_words(party: Party, field: Field) -> list[tuple[Any, Any]]:
    """The values of another type, the text of a number being one that the field takes: any other may be refused as what it is."""
    found = _lenient_values(field)
    _text, meaning = next(iter(found), (None, None))
    if not isinstance(meaning, int | float) or isinstance(meaning, bool):
        return found
    with suppress(NotJudged):
        fit = party.values.fresh(field)
        return [(str(fit), fit), *found[1:]]
    return found


OTHERS, FEWEST = 3, 2
"""Fields that are asked whether they refuse the like of a value that one takes; and how many have to, before it stands out."""
NUMBERS = frozenset({"integer", "number"})


def _alike(field: Field, taken: Taken) -> list[frozenset[str]]:
    """The types of those that would take the like of a value, if it were the habit of the service; the nearest ones first."""
    if field.types & {"string"}:
        return [field.types]
    if field.types <= NUMBERS:
        return [NUMBERS]
    return [field.types, NUMBERS] if isinstance(taken.value, str) else [field.types]  # a word for a flag is read as a number is


def _others_refuse(party: Party, field: Field, taken: Taken) -> bool:
    """Whether others of such types refuse their like; they are asked only where this one takes it, and no more once one does."""
    place = 0 if "string" in field.types else taken.place
    habit = ("takes other types", field.types & {"string", "boolean"}, place)
    if party.memory.get(habit):
        return False
    refused = 0
    for other in _asked(party.api, field, taken):
        answer = _refuses(party, other, place)
        if answer is False:
            party.memory[habit] = True
            return False
        refused += answer is True
    return refused >= (OTHERS if "string" in field.types else FEWEST)


def _asked(api: Api, field: Field, taken: Taken) -> list[Field]:
    """Some fields of such types: of all of one, from the first to the last of the document."""
    found: list[Field] = []
    for types in _alike(field, taken):
        others = [each for each in _scalars(api) if each is not field and not each.hazard and each.types <= types]
        found += others[:: max(1, len(others) // OTHERS)]
    return found


def _refuses(party: Party, field: Field, place: int) -> bool | None:
    """Whether a field that takes a plain value refuses one of another type; None where that can't be asked."""
    try:
        if "string" not in field.types:
            writable(party, field)
        values = _in_words(party, field)
        if place >= len(values):
            return None
        before = party.read(without=field.top)
        exchange = party.patch(party.composer.patch(before, field, values[place][0]).body)
    except NotJudged:
        return None
    if exchange.refused:
        return True
    tidy(party, field, before)
    return False


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
