"""Valid values that careless code alters: texts that look like something else, long ones, numbers of many digits, lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from zlib import crc32

from contracts.judging.evidence import Write
from contracts.judging.groups import Question, answered, workable
from contracts.record.comparing.sets import is_set
from contracts.record.party import Party
from contracts.record.patches import may_show
from contracts.record.records import Record
from contracts.record.restoring import Restorer
from contracts.record.values import Values, validator
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import Level, NotJudged
from specs import Field
from specs.model import json_types

LONG_NUMBER = "12345678901234567891"
"""More digits than a number keeps that is made of the text on its way."""
LOOK_ALIKES = (
    *("null", "0", "2024-05-06", "None", "1e5", "true", "undefined", "007", "12:30", "NaN", "1.0", "[]", "False", "+15"),
    *("{}", "-", "NO", "0x1F", "=1+1", "1,234.50", "2024-05-06T07:08:09Z", "Infinity", "nil", "a.b", "$1"),
    LONG_NUMBER,
)
"""Texts that careless code reads as null, a number, a date, a truth value, a list or a formula."""
ASTRAL = "\U0001f600 inside, and at the end \U0001f600"
SIZES = (40, 65, 101, 256, 1001, 5001)
"""Lengths just over what columns are often made for; sent where the document has no limit."""
SHAPED = (
    *("0000000", "00800000001", "99999999", "999999999999999", "123456789012", "+14155550000", "+4915112345678"),
    *("007", "0042", "00501", "012345", "+6591234567", "+123456789012345", "NO", "NA", "ZW", "DE", "GB000000000", "DE001234500"),
    LONG_NUMBER,
)
"""Texts of digits and codes, for fields that take nothing else: zeros ahead, the longest numbers, Norway and Namibia."""
FORMATS: Mapping[str, tuple[str, ...]] = {
    "date": ("1984-02-29", "1969-12-31", "1929-07-15", "1985-03-31", "1985-10-27", "2000-02-29", "2038-01-20", "2090-12-31"),
    "date-time": (
        *("2024-02-29T23:59:59Z", "2023-12-31T23:30:00-08:00", "2024-06-15T00:15:00+05:45", "2024-03-10T02:30:00.250Z"),
        *("1969-07-20T20:17:40Z", "2038-01-19T03:14:08Z", "2024-05-06T07:08:09.007Z"),
    ),
    "uri": (
        "https://example.com/a%20b?x=1&y=%26#z",
        "http://example.org:8080/~u/;p?q=a+b",
        "https://example.com/?u=https://b.example",
    ),
    "time": ("23:59:59Z", "00:00:00Z", "12:30:00+05:45"),
    "int64": ("9007199254740993", "1234567890123456789"),
    "google-duration": ("1.500s", "12.250s"),
    "uuid": ("00000000-0000-4000-8000-000000000000",),
}
"""Texts of a format that are shifted by a zone, by the end of an epoch, or cut; some may be refused."""
EMAILS = (
    *("{0}.b+c@mail.example.com", "{0}-d_e@example.co.uk", "{0}@a.b.example.museum", "9{0}@example.technology"),
    *("{0}'o@example.com", "x{0}@example-one.io", "{0}%t@example.org", "null{0}@example.com"),
)
LONG_EMAILS = (51, 65, 76, 101, 129, 201, 254)
"""Lengths of addresses that are within the limits of RFC 5321 (64 ahead of the @, 63 for a label, 254 in all), and over what
columns are often made for."""
INTEGERS = (0, -1, 128, 32_768, 65_536, 2**24 + 1, 2**31 - 1, 2**31, 2**32 + 5, 10**12 + 1, 2**53 - 1, 2**53 + 1, 2**63 - 1)
NUMBERS = (0.1, 19.99, 0.5, 1234.5678, -2.25, 16_777_217, 2_147_483_648.5, 123456789.123456, 1e-7, 0.30000000000000004, 1e21)
DOUBTFUL: tuple[Any, ...] = (
    *(1e-7, 0.30000000000000004, 123456789.123456, 1234.5678, 1e21),
    *("2024-05-06T07:08:09.007Z", "2024-03-10T02:30:00.250Z"),
)
"""Values of so many digits that a store may round them; most readers would expect them back all the same. A time has milliseconds
and no more: what comes after these no keyword promises, and many languages have no room for it."""
DOUBLE = 2**53
WORDS = ("pear", "Apple", "fig")
UNREADABLE = "unreadable"
"""The key of what is known of patches of such values after which the record could not be read: request and reason, by field."""
FEW = 3
"""Values of each field that are sent where requests are few."""


@dataclass(frozen=True, slots=True)
class Unusual:
    """A valid value of a field; ``level``: of a fault in it, where the document does not promise as much."""

    value: Any
    level: Level | None = None


_OWN_ORDER = re.compile(
    r"\b(?:an?|the|this|as|unique) sets?\b|^sets? of\b|\b(?:sorted|duplicates|(?:alphabetical|ascending|descending) order)\b",
    re.IGNORECASE,
)
"""Words of a description by which a list may have an order of the service's."""


def unusual_values(field: Field, token: str) -> list[Unusual]:
    """Values of a field that its schema admits, in an order of its own for each field.

    ``token``: letters that make an address of e-mail one of this run.
    """
    if field.reference is not None or (field.unique and field.schema.get("format") != "email"):
        return []
    found = [each for each in _candidates(field, token) if Values.valid(field, each.value)]
    start = crc32(field.path.encode()) % 3 if found else 0
    return [*found[start:], *found[:start]]


def _candidates(field: Field, token: str) -> Iterator[Unusual]:
    merged = {**field.schema, **field.safe}
    if field.kind == "array":
        yield from _lists(field)
    elif merged.keys() & {"enum", "const"} or field.safe.get("type") == "null":
        return
    elif "string" in field.types:
        yield from _texts(field, merged, token)
    elif field.types & {"integer", "number"}:
        yield from _numbers(field.schema)


def _texts(field: Field, merged: Mapping[str, Any], token: str) -> Iterator[Unusual]:
    name = str(merged.get("format", ""))
    if name == "email":
        yield from (Unusual(each.format(token)) for each in EMAILS)
        yield from (Unusual(_long_email(token, size)) for size in LONG_EMAILS)
    elif name:
        yield from _judged(FORMATS.get(name, ()))
    elif "pattern" in field.schema or not validator(field).is_valid("null"):
        # a number in another form than the plain ones may be brought into one form
        yield from (Unusual(each, None if validator(field).is_valid(each) else Level.SHOULD) for each in SHAPED)
    else:
        yield from (Unusual(each) for each in (*LOOK_ALIKES, ASTRAL))
        if "maxLength" not in field.schema:
            yield from (Unusual(("Sample text 0123 " * size)[: size - 1] + "z") for size in SIZES)


def _long_email(token: str, size: int) -> str:
    """An address of exactly so many characters, the local part as long as may be, and labels of up to 60 ahead of the domain."""
    end = "example.com"
    local = (token + "sample" * 11)[: min(64, size - len(end) - 1)]
    labels = "d" * (size - len(local) - len(end) - 1)
    cut = [labels[start : start + 60] for start in range(0, len(labels), 60)]
    return f"{local}@{''.join(each[:-1] + '.' for each in cut)}{end}"


def _judged(values: Iterable[Any]) -> Iterator[Unusual]:
    yield from (Unusual(each, Level.SHOULD if any(each == other for other in DOUBTFUL) else None) for each in values)


def _numbers(schema: Mapping[str, Any]) -> Iterator[Unusual]:
    wide = schema.get("format") == "int64"
    ends = [schema[name] for name in ("minimum", "maximum") if name in schema]
    listed = INTEGERS if "number" not in json_types(schema) else (*NUMBERS, *INTEGERS)
    for each in (*ends, *listed):
        if schema.get("format") == "int32" and abs(each) >= 2**31:
            continue
        if "integer" not in json_types(schema) and isinstance(each, int) and abs(each) > DOUBLE:
            continue  # a number with a fraction is a double to most readers (RFC 8259, 6)
        doubtful = (isinstance(each, int) and abs(each) > DOUBLE and not wide) or each in DOUBTFUL
        yield Unusual(each, Level.SHOULD if doubtful else None)


def _lists(field: Field) -> Iterator[Unusual]:
    """Lists of plain values: unsorted, the other way round, with the same twice, with signs that code escapes."""
    items = field.schema.get("items", {})
    if field.children or not isinstance(items, Mapping):
        return
    if "enum" in items:
        members: list[Any] = [each for each in items["enum"] if each is not None][:3]
        lists: list[list[Any]] = [members, members[::-1]]
    elif "string" in json_types(items) and not items.keys() & {"format", "pattern"}:
        lists = [[*WORDS], [*WORDS[::-1]], ["<b>&amp;", "na\u00efve", "x\U0001f600"], ["null", "007", "true"], ["a,b", "c;d"]]
        yield from () if is_set(field.schema) else (Unusual(["fig", "fig"], Level.SHOULD),)
    elif json_types(items) & {"integer", "number"}:
        lists = [[3, 1, 2], [2, 3, 1], [2**31, 5], *([[0.1, 19.99]] if "number" in json_types(items) else [])]
        yield from () if is_set(field.schema) else (Unusual([2, 2], Level.SHOULD),)
    else:
        return
    most = int(field.schema.get("maxItems", 3))
    level = Level.SHOULD if _OWN_ORDER.search(field.description) else None  # it may be sorted
    yield from (Unusual(each[:most], level) for each in lists)


def unusual_writes(party: Party) -> Mapping[str, list[tuple[Unusual, Write]]]:
    """What came of the unusual values of all fields, by path: one value of each field in a patch; made once."""
    if "unusual" not in party.memory:
        party.memory["unusual"] = _unusual_writes(party)
    found: Mapping[str, list[tuple[Unusual, Write]]] = party.memory["unusual"]
    return found


def _of(party: Party, field: Field) -> list[Unusual]:
    return [each for each in unusual_values(field, party.values.token) if may_show(party.api, field, each.value)]


def own_unusual_writes(party: Party, field: Field) -> list[tuple[Unusual, Write]]:
    """What came of a few unusual values of one field, each in a patch of its own."""
    few = _of(party, field)[:FEW]
    return [(each, done) for each in few for done in answered(party, [Question(field, each.value)])]


def _unusual_writes(party: Party) -> Mapping[str, list[tuple[Unusual, Write]]]:
    values = {each: _of(party, each) for each in workable(party)}
    found: dict[str, list[tuple[Unusual, Write]]] = {each.path: [] for each in values}
    for number in range(max(map(len, values.values()), default=0)):
        asked = {each: listed[number] for each, listed in values.items() if number < len(listed)}
        # what is sure to be accepted goes together; what may be refused would only take the others along
        sure = [each for each, unusual in asked.items() if party.values.safe(each, unusual.value)]
        for group in (sure, [each for each in asked if each not in sure]):
            for done in _kept(party, [Question(each, asked[each].value) for each in group]):
                found[done.field.path].append((asked[done.field], done))
    _leave(party, [each for each, listed in values.items() if listed])
    return found


def _kept(party: Party, questions: list[Question]) -> list[Write]:
    """The answers; none where the record cannot be read with such values in it: then it is put back, and told."""
    heard: list[Exchange] = []
    party.client.listeners.append(heard.append)
    try:
        return answered(party, questions)
    except NotJudged as reason:
        accepted = [each for each in heard if each.method == "PATCH" and each.ok]
        if accepted and party.at_first is not None and not party.client.stopped:
            Restorer(party).restore(party.at_first)
            alone = {each.field.path: found for each in questions if (found := _unreadable_alone(party, each, party.at_first))}
            together = {questions[0].field.path: (accepted[-1], str(reason))}
            party.memory.setdefault(UNREADABLE, {}).update(alone or together)
        _leave(party, [each.field for each in questions])
        return []
    finally:
        party.client.listeners.remove(heard.append)


def _unreadable_alone(party: Party, question: Question, saved: Record) -> tuple[Exchange, str] | None:
    """The request and the reason where a value makes the record unreadable by itself; what stood beside it is not to blame."""
    try:
        exchange = party.patch(party.composer.patch(party.read(), question.field, question.value).body)
    except NotJudged:
        return None
    try:
        party.read()
    except NotJudged as reason:
        Restorer(party).restore(saved)
        return (exchange, str(reason)) if exchange.ok else None
    return None


def _leave(party: Party, fields: list[Field]) -> None:
    """Give every field a plain value again."""
    plain = []
    for each in fields:
        try:
            plain.append(Question(each, party.values.fresh(each)))
        except NotJudged:
            continue
    try:
        answered(party, plain)
    except NotJudged:
        return
