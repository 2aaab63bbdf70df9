"""Types: whatever JSON arrives is accepted or refused, and survived: odd values, odd encodings, bodies that are no objects."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from contracts.judging.evidence import differences_of, fresh_patch, one_difference, single_or_none, stored, write
from contracts.judging.faults import may_be_sent, no_keys, unknown_keys
from contracts.judging.refusals import broken_json, text_probe
from contracts.judging.telling.misread import misread
from contracts.judging.trials import Failure, broken, conclude, shown_now, survived, tidy, writable
from contracts.record.answers import undocumented
from contracts.record.party import Party
from contracts.record.patches import Patch, leaves, settable
from contracts.record.records import ABSENT, Record, is_empty
from contracts.record.state import UNKNOWN_MEMBER
from contracts.target.transport import TOO_LONG
from contracts.terms.exchange import Exchange
from contracts.terms.rule import Case, field_cases, rule
from contracts.terms.spelling import brief, spelled
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Api, Field
from specs.model import json_types

ROBUST = "RFC 9110 15.6"
"""A 5xx says that the server is at fault; for what a client sent there is 4xx."""


# --- values and encodings -------------------------------------------------------------------------------------------


EMOJI = "smile \U0001f600 here"
FORMATTING = "5% {0} %s $1 \\1 ${a} ';--"
LONG_TEXT = {"600 letters": "x" * 600}
"""Where no limit is documented, the column behind a field has one all the same."""
HOSTILE_TEXTS = {"U+0000 inside": "nul\0inside", "an emoji": EMOJI, "signs of formatting": FORMATTING}
HOSTILE_NUMBERS = {"10**30": 10**30, "-2**63 - 1": -(2**63) - 1, "2**31": 2**31, "2**63": 2**63}

NULL_ITEM = {"null in a list": [None]}


def _hostile_values(field: Field) -> Mapping[str, Any]:
    """None for enums and references, whose own rules try such values, and where nothing but null is safe."""
    if field.reference is not None or "enum" in field.schema or field.safe.get("type") == "null":
        return {}
    if field.kind == "array":
        return {} if field.children or not _typed_items(field) else NULL_ITEM
    if "string" in field.types:
        return HOSTILE_TEXTS if "maxLength" in field.schema else HOSTILE_TEXTS | LONG_TEXT
    return HOSTILE_NUMBERS if field.types & {"integer", "number"} else {}


BODIES: Mapping[str, str] = {
    "NaN": "NaN",
    "Infinity": "-Infinity",
    "1e400": "1e400",
    "5000 digits": "1" * 5000,
    "duplicate key": '"Twice", "%(name)s": "Again"',
    "trailing garbage": '"Before"} {"a": 1',
    "200 levels": '"Deep", "' + UNKNOWN_MEMBER + '": ' + "[" * 200 + "]" * 200,
    "key __proto__": '"Proto", "__proto__": {"admin": true}, "constructor": {"prototype": {"admin": true}}',
    "long key": '"Key", "' + "k" * 10_000 + '": 1',
}
"""What stands for the value in a body of one member; the rest of the body follows."""
ENCODINGS: Mapping[str, tuple[bytes, str]] = {
    "byte order mark": (b"\xef\xbb\xbf", "utf-8"),
    "UTF-16": (b"", "utf-16"),
    "invalid UTF-8": (b"", "latin-1"),
}
NO_JSON = ("NaN", "Infinity", "1e400", "5000 digits", "trailing garbage", "invalid UTF-8", "UTF-16", "byte order mark")
"""What a parser may refuse as malformed: judged only where plainly malformed JSON is refused."""


def _body(name: str, vector: str) -> bytes:
    if vector in ENCODINGS:
        mark, encoding = ENCODINGS[vector]
        return mark + f'{{"{name}": "Zoë"}}'.encode(encoding)
    return f'{{"{name}": {BODIES[vector].replace("%(name)s", name)}}}'.encode()


def _hostile(api: Api) -> list[Case]:
    values = [Case(each.path, each) for each in settable(api) if _hostile_values(each)]
    return values + [Case(f"*:{vector}", vector) for vector in (*BODIES, *ENCODINGS)]


@rule("hostile-json-survived", family="types", cases=_hostile, advice=ROBUST)
def test_hostile_json_is_survived(party: Party, case: Field | str) -> None:
    """Unusual JSON (U+0000, huge numbers, NaN, doubled keys) is accepted or refused: no server error, no half-done change."""
    if isinstance(case, str):
        _judge_body(party, case)
        return
    writable(party, case)
    failures: list[Failure] = []
    altered: Failure | None = None
    first = party.read(without=case.top)
    for name, value in _hostile_values(case).items():
        before = party.read(without=case.top)
        sent = party.composer.patch(before, case, value)
        exchange = party.patch(sent.body)
        failures += survived(party, name, exchange, before, case)
        altered = altered or _altered_emoji(party, sent, exchange, before)
        if value == [None] and party.accepted(exchange) and shown_now(party, sent) == [None] and _typed_items(case):
            altered = Failure("it reads [None]", exchange, one_difference(case.path, sent.shown_in(before), [None]))
    tidy(party, case, first)
    conclude(party, case, failures, expected=f"unusual values for {case.path} to be accepted or refused")
    if altered is not None:
        raise Violation(
            expected=f"a value that {case.path} cannot hold to be refused, and an accepted one to come back as it was sent",
            actual=altered.actual,
            exchange=altered.exchange,
            difference=altered.difference,
            level=Level.SHOULD,
        )


def _typed_items(array: Field) -> bool:
    """The document gives the items of a list a type that is not null."""
    types = json_types(array.schema.get("items", {}))
    return bool(types) and "null" not in types


def _altered_emoji(party: Party, sent: Patch, exchange: Exchange, before: Record) -> Failure | None:
    """An accepted emoji that is neither stored nor ignored: the store cannot hold it, and nobody was told."""
    if sent.value != EMOJI or not party.accepted(exchange):
        return None
    now = shown_now(party, sent)
    if party.reader.same(sent.field, EMOJI, now) or party.reader.equal(now, sent.shown_in(before)):
        return None
    return Failure(f"it reads {brief(now)}", exchange, one_difference(sent.field.path, EMOJI, now))


def _judge_body(party: Party, vector: str) -> None:
    field = text_probe(party)
    if vector in NO_JSON and any(broken(each) for each in broken_json(party)):
        raise NotJudged("malformed JSON is not refused cleanly: judged by malformed-json-envelope")
    before = party.read(without=field.top)
    exchange = party.send("PATCH", _body(field.top, vector))
    now = shown_now(party, party.composer.patch(before, field, None))
    failures = survived(party, f"a body with {vector}", exchange, before, field)
    tidy(party, field, before)
    conclude(party, None, failures, expected=f"a body with {vector} to be accepted or refused")
    if vector == "trailing garbage" and party.accepted(exchange) and now == "Before":
        raise Violation(
            expected="a JSON value with something behind it, which is no JSON, to be refused",
            actual="what stands ahead of it was applied",
            exchange=exchange,
            level=Level.SHOULD,
        )
    if vector == "duplicate key":
        told = {"Twice": "first", "Again": "last"}.get(now, "ignore") if isinstance(now, str) else "ignore"
        stored = told if exchange.ok else "refuse"
        raise Observed("duplicate_keys", stored, exchange=exchange)


@rule("escaped-json-read", family="types", standard="RFC 8259 7")
def test_escaped_json_is_read(party: Party, case: None) -> None:
    """A text that is written with escapes in JSON is stored as the characters that they stand for."""
    field = text_probe(party)
    if field.path != field.top:
        raise NotJudged("no text at the top of the body can be written")
    for tail in ("/\U0001f600é",) if party.thrifty else ("", "/\U0001f600é"):
        before = party.read(without=field.top)
        patch = fresh_patch(party, before, field)
        text = f"{patch.value}{tail}"
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in str(patch.value)) + json.dumps(tail)[1:-1].replace("/", "\\/")
        exchange = party.send("PATCH", f'{{"{field.name}": "{escaped}"}}'.encode())
        if tail and not party.accepted(exchange):
            continue
        now = party.composer.patch(before, field, None).shown_in(party.read(without=field.top))
        if party.thrifty and party.accepted(exchange) and party.reader.same(field, text, now):
            return
        plain = write(party, party.composer.patch(before, field, text))
        if not party.accepted(plain.exchange) or not stored(party, plain):
            continue  # without escapes it is no better: judged by other rules
        if not party.accepted(exchange) or not party.reader.same(field, text, now):
            raise misread(field.path, text, now, ", sent with escapes", exchange, said=f"; {exchange.said}")


EXTREME: Mapping[str, bytes] = {
    "lone surrogate": b'"\\ud800"',
    "2000 levels": b"[" * 2000 + b"]" * 2000,
    "100000 open brackets": b"[" * 100_000,
    "3 MB": b'"' + b"m" * 3_000_000 + b'"',
}


def _extreme(_api: Api) -> Iterable[Case]:
    return [Case(f"*:{vector}", vector) for vector in EXTREME]


@rule("extreme-json-survived", family="types", cases=_extreme, depth="thorough", advice=ROBUST)
def test_extreme_json_is_survived(party: Party, case: str) -> None:
    """JSON that widely used frameworks fail on (lone surrogates, thousands of levels) is accepted or refused all the same."""
    field = text_probe(party)
    before = party.read(without=field.top)
    exchange = party.send("PATCH", b'{"%s": %s}' % (field.top.encode(), EXTREME[case]))
    failures = survived(party, f"a body with {case}", exchange, before, field)
    tidy(party, field, before)
    if exchange.failure == TOO_LONG:  # it may well repeat what was sent
        raise NotJudged(f"{TOO_LONG}, so that nobody knows what it says")
    conclude(party, None, failures, expected=f"a body with {case} to be accepted or refused", level=Level.SHOULD)


# --- references and bodies that are no objects ----------------------------------------------------------------------


def _referring(api: Api) -> list[Field]:
    return [each for each in leaves(api) if each.reference is not None and may_be_sent(each)]


@rule("unknown-reference-survived", family="types", cases=field_cases(_referring), advice=ROBUST)
def test_unknown_reference_is_survived(party: Party, case: Field) -> None:
    """A reference to a record that does not exist is refused or accepted: no server error, and not taken for null."""
    writable(party, case)
    failures: list[Failure] = []
    exchanges: list[Exchange] = []
    emptied: Violation | None = None
    for value in unknown_keys(case):
        before = _referring_to_something(party, case)
        sent = party.composer.patch(before, case, [value] if case.kind == "array" else value)
        exchanges.append(party.patch(sent.body))
        emptied = emptied or _taken_for_null(party, sent, exchanges[-1], before)
        failures += survived(party, f"the unknown record {spelled(value)}", exchanges[-1], before, case)
        if not exchanges[-1].refused:
            tidy(party, case, before)
    expected = f"an unknown record for {case.path} to be refused or accepted"
    conclude(party, case, failures, expected=expected, keyword="reference")
    if emptied is not None:
        raise emptied
    _judge_no_keys(party, case)
    behaviour = "accept" if party.accepted(exchanges[0]) else "refuse"
    raise Observed("unknown_record", behaviour, f"unknown record for {case.path}: {behaviour}", exchanges[0])


def _referring_to_something(party: Party, field: Field) -> Record:
    """The record with another record in the field, where one is known: what takes a reference away then shows."""
    record = party.read(without=field.top)
    if field.kind != "array" and is_empty(party.composer.patch(record, field, 0).shown_in(record)):
        with suppress(NotJudged):
            party.patch(fresh_patch(party, record, field).body)
    return party.read(without=field.top)


def _taken_for_null(party: Party, sent: Patch, exchange: Exchange, before: Record) -> Violation | None:
    """A key of no record was accepted, and took the reference away, as null does."""
    field, old, now = sent.field, sent.shown_in(before), shown_now(party, sent)
    if field.kind == "array" or not party.accepted(exchange) or is_empty(old) or not is_empty(now):
        return None
    return Violation(
        expected=f"{spelled(sent.value)} for {field.path} to be refused, or stored: it is not null",
        actual=f"it was accepted, and {field.path} reads {brief(now)}",
        exchange=exchange,
        difference=one_difference(field.path, old, now),
        level=Level.SHOULD,
    )


def _judge_no_keys(party: Party, field: Field) -> None:
    """A value of another type is no key: it is refused, and not taken for the key of some record."""
    for value in _no_keys(party, field):
        before = party.read(without=field.top)
        sent = party.composer.patch(before, field, [value] if field.kind == "array" else value)
        if value is True and sent.shown_in(before) in (1, [1]):  # which it would be taken for, and nothing would show
            party.patch(fresh_patch(party, before, field).body)
            before = party.read(without=field.top)
        exchange = party.patch(sent.body)
        failures = survived(party, f"{spelled(value)} for a key", exchange, before, field)
        old, now = sent.shown_in(before), shown_now(party, sent)
        if not exchange.refused:
            tidy(party, field, before)
        conclude(
            party, field, failures, expected=f"{spelled(value)} for {field.path} to be refused or accepted", keyword="reference"
        )
        if party.accepted(exchange) and not is_empty(now) and not party.reader.equal(old, now):
            raise Violation(
                expected=f"{spelled(value)} for {field.path}, which is no key, to be refused",
                actual=f"it was accepted, and {field.path} reads {brief(now)}",
                exchange=exchange,
                difference=one_difference(field.path, old, now),
                level=Level.SHOULD,
            )


def _no_keys(party: Party, field: Field) -> Iterator[Any]:
    """Values that are no keys; a fraction is near the key of a record that exists, as far as one is known."""
    for value in no_keys(field):
        near = _another_key(party, field) if isinstance(value, float) else ABSENT
        yield near + 0.5 if isinstance(near, int) else value


def _another_key(party: Party, field: Field) -> Any:
    """A key that the record does not hold, ABSENT where none is known."""
    record = party.read(without=field.top)
    try:
        value = party.composer.fresh(record, field).value
    except NotJudged:
        return ABSENT
    return value[0] if isinstance(value, list) and value else value


NO_OBJECTS: Mapping[str, Any] = {"[{}]": [{}], '"abc"': "abc", "null": None, "[]": [], "123": 123, "true": True}


def _list_of_one_patch(party: Party) -> Iterator[tuple[str, Any]]:
    """A valid patch in a list: applied, it would show."""
    for field in settable(party.api):
        if single_or_none(party, field) is not None and field.reference is None:
            yield "[a patch]", [fresh_patch(party, party.read(without=field.top), field).body]
            return


@rule("non-object-body-changes-nothing", family="types", advice=ROBUST)
def test_body_that_is_no_object_changes_nothing(party: Party, case: None) -> None:
    """A body that is a list, a text, a number, true or null is refused or ignored: no server error, and no change."""
    failures: list[Failure] = []
    for name, value in party.few([*_list_of_one_patch(party), *NO_OBJECTS.items()], 4):
        before = party.read()
        exchange = party.send("PATCH", json.dumps(value).encode())
        failures += survived(party, f"the body {name}", exchange, before)
        changed = party.reader.differences(before, party.read()) if exchange.ok else []
        if changed:
            told = f"after the body {name} {changed[0].difference.path} differs"
            failures.append(Failure(told, exchange, differences_of(changed)))
        failures += _new_members(party, name, exchange, before)
    conclude(party, None, failures, expected="a body that is no object to change nothing")


def _new_members(party: Party, name: str, exchange: Exchange, before: Record) -> list[Failure]:
    """Members that no document knows, such as ``0`` for the first of a list, and that the record did not show before."""
    now = undocumented(party.api.record, party.read()).items() if exchange.ok else ()
    added = {path: value for path, value in now if path not in undocumented(party.api.record, before)}
    return [
        Failure(f"after the body {name} the record shows {path}", exchange, one_difference(path, ABSENT, value))
        for path, value in list(added.items())[:1]
    ]
