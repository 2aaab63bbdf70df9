"""Types: values of another type or format are refused, whatever else arrives is survived, and the record keeps its types."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jsonschema_rs

from contracts.judging.evidence import differences_of, fresh_patch, one_difference, put_back, single_or_none, stored, write
from contracts.judging.faults import NOT_A_MEMBER, Fault, faults, may_be_sent, null_refused, type_stated, unknown_keys
from contracts.judging.refusals import broken_json, probe
from contracts.judging.trials import Bad, Failure, brief, broken, conclude, expect_refused, shown_now, survived, tidy, writable
from contracts.record.party import Party
from contracts.record.patches import Patch, is_key, leaves, settable
from contracts.record.records import ABSENT, Record, is_empty, related
from contracts.record.state import UNKNOWN_MEMBER
from contracts.terms.exchange import Exchange
from contracts.terms.rule import Case, field_cases, rule
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Api, Field

ROBUST = "RFC 9110 15.6"
"""A 5xx says that the server is at fault; for what a client sent there is 4xx."""


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
    if party.caution is not None or "enum" in field.schema:  # a list of a member is a near miss
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
    before = party.read(without=case.top)
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
    raise Observed("null", "refuse" if exchange.refused else "ignore" if ignored else "store", exchange=exchange)


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


LENIENT: Mapping[str, list[Any]] = {"string": [1234567], "integer": ["12", True], "number": ["1.5", True], "boolean": ["true"]}


def _scalars(api: Api) -> list[Field]:
    return [each for each in settable(api) if type_stated(each) and _lenient_values(each) and each.response not in _derived(api)]


def _derived(api: Api) -> set[str]:
    return {each.path for each in api.walk_record() if each.derived}


def _lenient_values(field: Field) -> list[Any]:
    """Values of another type that many servers read as the field's own."""
    if field.reference is not None or field.safe.get("type") == "null" or "enum" in field.schema:
        return []
    found = next((values for kind, values in LENIENT.items() if kind in field.types), [])
    return found if field.write == "documented" else [*found, {"a": 1}, ["a"]]


@rule("coerced-value-typed", family="types", cases=field_cases(_scalars))
def test_coerced_value_has_its_type(party: Party, case: Field) -> None:
    """A number for a text, or a text for a number or boolean, is refused, or stored as the documented type."""
    writable(party, case)
    validator = jsonschema_rs.Draft202012Validator({"type": [*sorted(case.types), "null"]})
    behaviour = ""
    exchange: Exchange | None = None
    for value in _lenient_values(case):
        before = party.read(without=case.top)
        sent = party.composer.patch(before, case, value)
        exchange = party.patch(sent.body)
        now = shown_now(party, sent)
        failures = survived(party, brief(value), exchange, before, case)
        tidy(party, case, before)
        if exchange.ok and not failures and now is not ABSENT and not validator.is_valid(now):
            told = f"{brief(value)} was accepted, and {case.path} reads {brief(now)}"
            failures = [Failure(told, exchange, one_difference(case.path, sent.shown_in(before), now))]
        expected = f"{brief(value)} for {case.path} to be refused, or stored as {' or '.join(sorted(case.types))}"
        conclude(party, case, failures, expected=expected, keyword="type")
        behaviour = behaviour or ("coerce" if party.accepted(exchange) else "refuse")
    choice = party.api.choices["coercion"]
    if choice.documented and choice.behaviour == "refuse" and behaviour == "coerce":
        expected = f"a value of another type to be refused for {case.path}"
        raise Violation(expected=expected, actual="it was accepted", exchange=exchange)
    raise Observed("coercion", behaviour, exchange=exchange)


# --- hostile values and bodies --------------------------------------------------------------------------------------

EMOJI = "smile \U0001f600 here"
FORMATTING = "5% {0} %s $1 \\1 ${a} ';--"
LONG_TEXT = {"600 letters": "x" * 600}
"""Where no limit is documented, the column behind a field has one all the same."""
HOSTILE_TEXTS = {"U+0000 inside": "nul\0inside", "an emoji": EMOJI, "signs of formatting": FORMATTING}
HOSTILE_NUMBERS = {"10**30": 10**30, "-2**63 - 1": -(2**63) - 1}


def _hostile_values(field: Field) -> Mapping[str, Any]:
    """None for enums and references, whose own rules try such values, and where nothing but null is safe."""
    if field.reference is not None or "enum" in field.schema or field.safe.get("type") == "null":
        return {}
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
    tidy(party, case, first)
    conclude(party, case, failures, expected=f"unusual values for {case.path} to be accepted or refused")
    if altered is not None:
        raise Violation(
            expected=f"an accepted text to come back from {case.path} as it was sent",
            actual=altered.actual,
            exchange=altered.exchange,
            difference=altered.difference,
            level=Level.SHOULD,
        )


def _altered_emoji(party: Party, sent: Patch, exchange: Exchange, before: Record) -> Failure | None:
    """An accepted emoji that is neither stored nor ignored: the store cannot hold it, and nobody was told."""
    if sent.value != EMOJI or not party.accepted(exchange):
        return None
    now = shown_now(party, sent)
    if party.reader.same(sent.field, EMOJI, now) or party.reader.equal(now, sent.shown_in(before)):
        return None
    return Failure(f"it reads {brief(now)}", exchange, one_difference(sent.field.path, EMOJI, now))


def _judge_body(party: Party, vector: str) -> None:
    field = probe(party)
    if vector in NO_JSON and any(broken(each) for each in broken_json(party)):
        raise NotJudged("malformed JSON is not refused cleanly: judged by malformed-json-envelope")
    before = party.read(without=field.top)
    exchange = party.send("PATCH", _body(field.top, vector))
    now = shown_now(party, party.composer.patch(before, field, None))
    failures = survived(party, f"a body with {vector}", exchange, before, field)
    tidy(party, field, before)
    conclude(party, None, failures, expected=f"a body with {vector} to be accepted or refused")
    if vector == "duplicate key":
        stored = {"Twice": "first", "Again": "last"}.get(now, "ignore") if exchange.ok else "refuse"
        raise Observed("duplicate_keys", stored, exchange=exchange)


@rule("escaped-json-read", family="types", standard="RFC 8259 7")
def test_escaped_json_is_read(party: Party, case: None) -> None:
    """A text that is written with escapes in JSON is stored as the characters that they stand for."""
    field = probe(party)
    if field.path != field.top:
        raise NotJudged("no text at the top of the body can be written")
    for tail in ("", "/\U0001f600é"):
        before = party.read(without=field.top)
        patch = fresh_patch(party, before, field)
        text = f"{patch.value}{tail}"
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in str(patch.value)) + json.dumps(tail)[1:-1].replace("/", "\\/")
        exchange = party.send("PATCH", f'{{"{field.name}": "{escaped}"}}'.encode())
        if tail and not party.accepted(exchange):
            continue
        now = party.composer.patch(before, field, None).shown_in(party.read(without=field.top))
        plain = write(party, party.composer.patch(before, field, text))
        if not party.accepted(plain.exchange) or not stored(party, plain):
            continue  # without escapes it is no better: judged by other rules
        if not party.accepted(exchange) or not party.reader.same(field, text, now):
            raise Violation(
                expected=f"{field.path} to read {text!r}, sent with escapes",
                actual=f"it reads {now!r}; {exchange.said}",
                exchange=exchange,
                difference=one_difference(field.path, text, now),
            )


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
    field = probe(party)
    before = party.read(without=field.top)
    exchange = party.send("PATCH", b'{"%s": %s}' % (field.top.encode(), EXTREME[case]))
    failures = survived(party, f"a body with {case}", exchange, before, field)
    tidy(party, field, before)
    conclude(party, None, failures, expected=f"a body with {case} to be accepted or refused")


# --- references and bodies that are no objects ----------------------------------------------------------------------


def _referring(api: Api) -> list[Field]:
    return [each for each in leaves(api) if each.reference is not None and may_be_sent(each)]


@rule("unknown-reference-survived", family="types", cases=field_cases(_referring), advice=ROBUST)
def test_unknown_reference_is_survived(party: Party, case: Field) -> None:
    """A reference to a record that does not exist is refused or accepted: no server error."""
    writable(party, case)
    failures: list[Failure] = []
    exchanges: list[Exchange] = []
    for value in unknown_keys(case):
        before = party.read(without=case.top)
        sent = party.composer.patch(before, case, [value] if case.kind == "array" else value)
        exchanges.append(party.patch(sent.body))
        failures += survived(party, f"the unknown record {value!r}", exchanges[-1], before, case)
        if not exchanges[-1].refused:
            tidy(party, case, before)
    expected = f"an unknown record for {case.path} to be refused or accepted"
    conclude(party, case, failures, expected=expected, keyword="reference")
    behaviour = "accept" if party.accepted(exchanges[0]) else "refuse"
    raise Observed("unknown_record", behaviour, f"unknown record for {case.path}: {behaviour}", exchanges[0])


NO_OBJECTS: Mapping[str, Any] = {"[]": [], "[{}]": [{}], '"abc"': "abc", "123": 123, "true": True, "null": None}


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
    for name, value in [*NO_OBJECTS.items(), *_list_of_one_patch(party)]:
        before = party.read()
        exchange = party.send("PATCH", json.dumps(value).encode())
        failures += survived(party, f"the body {name}", exchange, before)
        changed = party.reader.differences(before, party.read()) if exchange.ok else []
        if changed:
            told = f"after the body {name} {changed[0].difference.path} differs"
            failures.append(Failure(told, exchange, differences_of(changed)))
    conclude(party, None, failures, expected="a body that is no object to change nothing")
