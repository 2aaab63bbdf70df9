"""Partial update at its edges: what a patch must not write, show or create, and patches without content."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts.judging.evidence import (
    check_not_redirected,
    control,
    differences_of,
    fresh_patch,
    one_difference,
    put_back,
    single_or_none,
)
from contracts.judging.telling.misread import misread
from contracts.record.guard import DISPOSABLE
from contracts.record.keeping.keys import is_key, unused_key
from contracts.record.party import Party
from contracts.record.patches import Patch, leaves, settable
from contracts.record.records import ABSENT, Record, look_up
from contracts.record.state import UNKNOWN_MEMBER, left_by_a_run
from contracts.target.target import top_of
from contracts.terms.changed import other_value
from contracts.terms.exchange import Exchange
from contracts.terms.looks import same_time
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import NotJudged, Observed, Violation
from specs import Api, Field, RecordField

KEY = re.compile(r"(?:^|_)(?:id|uuid|key)$|[a-z](?:Id|Uuid|Key)$")
"""Names of members that tell which item or record is meant: one that was taken might not be found again."""


def _protected(api: Api) -> list[Field]:
    """Read-only fields that a body can name, at any depth."""
    shown = [each for each in api.walk_fields() if each.read_only and each.response is not None and each.write != "open"]
    return shown + _record_only(api) + _inside(api)


def _inside(api: Api) -> list[Field]:
    """Read-only members of what requests set at the top, which no request lists: of its items, and of the objects in these."""
    listed = {each.response for each in api.walk_fields()}
    holders = [each for each in api.fields if each.children and not each.read_only and each.response is not None]
    shown = [leaf for each in api.record if any(each.path == holder.response for holder in holders) for leaf in each.walk()]
    own = [each for each in shown if each.read_only and not each.children and each.path not in listed]
    return [Field(path=each.path, schema=each.schema, response=each.path, read_only=True) for each in own]


def _record_only(api: Api) -> list[Field]:
    """Read-only properties of the record that the request does not list: a body may name them all the same."""
    requests = {each.response for each in api.walk_fields()} | {each.path for each in api.walk_fields()}
    return [
        Field(path=each.path, schema=each.schema, response=each.path, read_only=True)
        for each in api.record
        if each.path not in requests and each.read_only
    ]


@rule("read-only-unchanged", family="partial_update", cases=field_cases(_protected))
def test_read_only_field_is_unchanged(party: Party, case: Field) -> None:
    """A read-only field keeps its value when a patch names it, whether the patch is accepted or refused."""
    if case.path in [each.path for each in _inside(party.api)]:
        _judge_inside(party, case)
        return
    before = party.read()
    current = _naming(party, case, before, None).shown_in(before)
    if party.guard is not None and party.guard.renamed is not None and is_key(party, current):
        raise Violation(
            expected=f"{case.path} to stay as it was, whatever a patch names",
            actual="the record was found under the key that the patch named",
            exchange=party.guard.renamed,
        )
    value = unused_key(party, current) if is_key(party, current) else other_value(case.schema, current)
    company = next((each for each in settable(party.api) if _plain_company(party, each) and each.top != case.top), None)
    bodies: list[dict[str, Any]] = [dict(_naming(party, case, before, each).body) for each in (value, None)]
    if company is not None and not party.thrifty:
        bodies.append({**bodies[0], **fresh_patch(party, before, company).body})
    for exchange in _exchanges(party, bodies):
        check_not_redirected(exchange)
        if not exchange.ok and not exchange.refused:
            expected = f"a patch that names {case.path} to be ignored or refused"
            raise Violation(expected=expected, actual=exchange.said, exchange=exchange)
        if exchange.ok and is_key(party, current):
            _judge_key(party, case, value, exchange)
        after = party.read()
        now = _naming(party, case, after, None).shown_in(after)
        if _was_written(party, case, value, current, now):
            party.patch(dict(_naming(party, case, before, None if current is ABSENT else current).body))
            raise Violation(
                expected=f"{case.path} to stay {spelled(current)}",
                actual=f"it reads {spelled(now)} after a patch that named it",
                exchange=exchange,
                difference=one_difference(case.path, current, now),
            )
        if "[]" not in case.path:
            _judge_answer(party, case, exchange, now)


def _exchanges(party: Party, bodies: Sequence[Mapping[str, Any]]) -> Iterator[Exchange]:
    """What each is answered; null, the second, is left out where it is not sent for what may be the key of another record."""
    for body in bodies:
        try:
            yield party.patch(body)
        except NotJudged:
            if body is not bodies[1]:
                raise


def _judge_key(party: Party, case: Field, value: Any, exchange: Exchange) -> None:
    """A patch that names another key makes no second record of it."""
    if party.guard is not None and party.guard.copied(str(value), exchange):
        raise Violation(
            expected=f"a patch that names {case.path} to change nothing but the record of its path",
            actual=f"there is a record {spelled(value)} now",
            exchange=exchange,
        )


@dataclass(frozen=True, slots=True)
class Named:
    """A patch that names all read-only members inside of one property, with other values, and the record around it."""

    exchange: Exchange
    sent: Any
    before: Record
    after: Record


def _judge_inside(party: Party, case: Field) -> None:
    """No item comes to show the value that was sent for the member; a key is only tried where nobody needs the record."""
    key = ("named inside", top_of(case.path))
    if key not in party.memory:
        party.memory[key] = _named_inside(party, case)
    judged = 0
    for each in party.memory[key]:
        olds, news, sents = (_values(holder, case.path.split(".")) for holder in (each.before, each.after, each.sent))
        judged += len(sents)
        for sent in sents:
            if _count(party, news, sent) > _count(party, olds, sent) and not (isinstance(sent, bool) and _moves(party, case)):
                raise Violation(
                    expected=f"{case.path} to stay as it was",
                    actual=f"it reads {spelled(sent)} after a patch that named it",
                    exchange=each.exchange,
                    difference=one_difference(case.path, olds, news),
                )
    if not judged:
        raise NotJudged(f"no record shows {case.path}, or it is a key; {DISPOSABLE}")


def _count(party: Party, values: Sequence[Any], sent: Any) -> int:
    return sum(party.reader.equal(each, sent) or same_time({"format": "date-time"}, each, sent) for each in values)


def _named_inside(party: Party, case: Field) -> list[Named]:
    """Two such patches of one property: alone, and beside a change of one of its other members."""
    top = next(each for each in party.api.fields if each.response == top_of(case.path))
    shown = next(each for each in party.api.record if each.path == top.response)
    found = []
    for company in (None, next((each for each in settable(party.api) if each.top == top.name and _works(party, each)), None)):
        before = party.read(without=top.name)
        current = look_up(before, top.response)
        plain = party.composer.carried(top, current)
        if company is not None:
            plain = fresh_patch(party, before, company).body[top.name]
        sent = _with_others(party, shown, plain, current)
        exchange = party.patch({top.name: sent})
        check_not_redirected(exchange)
        found.append(Named(exchange, {str(top.response): sent}, before, party.read(without=top.name)))
    put_back(party, found[0].before, {top.name: None})
    return found


def _works(party: Party, field: Field) -> bool:
    return "enum" not in field.schema and field.reference is None and single_or_none(party, field) is not None


def _with_others(party: Party, shown: RecordField, sent: Any, current: Any) -> Any:
    """What is sent for a property, with another value for each read-only member that the record shows."""
    if isinstance(sent, list) and isinstance(current, list):
        return [_with_others(party, shown, item, old) for item, old in zip(sent, current, strict=False)]
    if not isinstance(sent, Mapping) or not isinstance(current, Mapping):
        return sent
    named = {each.path.rsplit(".", 1)[-1]: each for each in shown.children}
    own = {name: each for name, each in named.items() if each.read_only and not each.children and name in current}
    tried = {name: each for name, each in own.items() if party.target.disposable or not KEY.search(name)}
    inner = {name: _with_others(party, named[name], value, current.get(name)) for name, value in sent.items() if name in named}
    return {
        **sent,
        **inner,
        **{name: other_value(each.schema, current[name]) for name, each in tried.items() if name not in sent},
    }


def _values(holder: Any, steps: Sequence[str]) -> list[Any]:
    """Every value at a path, in the order of the items."""
    if not steps:
        return [holder]
    value = holder.get(steps[0].removesuffix("[]"), ABSENT) if isinstance(holder, Mapping) else ABSENT
    items = value if steps[0].endswith("[]") and isinstance(value, list) else [] if value is ABSENT else [value]
    return [found for item in items for found in _values(item, steps[1:])]


def _naming(party: Party, field: Field, record: Record, value: Any) -> Patch:
    """A patch that names a read-only field, with the members around it as they are."""
    known = any(each is field for each in party.api.walk_fields())
    return party.composer.patch(record, field, value) if known else Patch(field, value, {field.path: value})


def _was_written(party: Party, field: Field, value: Any, current: Any, now: Any) -> bool:
    """The value differs from the one before; of one that moves by itself, it is the one that was sent."""
    if party.reader.equal(now, current):
        return False
    if _moves(party, field):
        by_chance = isinstance(value, bool)  # a flag that moves has one of two values
        return not by_chance and (party.reader.equal(now, value) or same_time({"format": "date-time"}, now, value))
    return True


def _moves(party: Party, field: Field) -> bool:
    shown = party.api.shown(field)
    return (shown is not None and (shown.volatile or shown.derived)) or party.reader.moves(field.response or field.path)


def _judge_answer(party: Party, case: Field, exchange: Exchange, now: Any) -> None:
    """An answer that shows the field shows what is stored, and not what was sent."""
    shown = look_up(party.record_in(exchange) or {}, case.response)
    if shown is ABSENT or party.reader.equal(shown, now) or party.reader.moves(case.response or case.path):
        return
    plain = next((done for each in settable(party.api) if (done := single_or_none(party, each)) is not None), None)
    answered = look_up(party.record_in(plain.exchange) or {}, case.response) if plain is not None else ABSENT
    if answered is ABSENT or party.reader.equal(answered, now):  # else it is shown so whatever is sent
        raise Violation(
            expected=f"the answer to show {case.path} as {spelled(now)}, which a reading shows right after",
            actual=f"it shows {spelled(shown)}",
            exchange=exchange,
            difference=one_difference(case.path, now, shown),
        )


def _plain_company(party: Party, each: Field) -> bool:
    """A field whose plain write works, as company for one that must not be written."""
    try:
        return each.top == each.path and each.reference is None and bool(control(party, each))
    except NotJudged:
        return False


@rule("unknown-field-not-stored", family="partial_update")
def test_unknown_field_is_not_stored(party: Party, case: None) -> None:
    """A member that the document does not know is ignored or refused, and never becomes part of the record."""
    if party.guard is not None and party.guard.stuck is not None:
        stays = "members that no document knows stay in it"
        raise Violation(expected="the record to have documented members only", actual=stays, exchange=party.guard.stuck)
    before = party.read()
    if left := left_by_a_run(before):
        raise Violation(expected="the record to have documented members only", actual=left, exchange=party.read_exchange())
    company = next((each for each in settable(party.api) if _plain_company(party, each)), None)
    known = fresh_patch(party, before, company) if company is not None else None
    exchange = party.patch({UNKNOWN_MEMBER: "stored", **(known.body if known is not None else {})})
    check_not_redirected(exchange)
    after = party.read()
    if not exchange.ok and not exchange.refused:
        raise Violation(expected="an unknown member to be ignored or refused", actual=exchange.said, exchange=exchange)
    if UNKNOWN_MEMBER in after or UNKNOWN_MEMBER in (party.record_in(exchange) or {}):
        raise Violation(
            expected="the record to have documented members only",
            actual=f"it shows the unknown member {UNKNOWN_MEMBER}",
            exchange=exchange,
            difference=one_difference(UNKNOWN_MEMBER, ABSENT, after.get(UNKNOWN_MEMBER, "stored")),
        )
    if known is not None:
        _judge_company(party, known, exchange, after)
    if not party.api.choices["unknown_field"].documented:
        raise Observed("unknown_field", "ignore" if exchange.ok else "refuse", exchange=exchange)


def _judge_company(party: Party, known: Patch, exchange: Exchange, after: Record) -> None:
    """What the document knows is stored in such company as well, where the answer is a success."""
    now = known.shown_in(after)
    if party.accepted(exchange) and not party.reader.same(known.field, known.value, now):
        raise misread(known.field.path, known.value, now, " after a patch that names an unknown member too", exchange)


def _empty(party: Party, point: str, body: bytes) -> None:
    """Judge a body without any change: a documented answer, or either one, and never a change."""
    before = party.read()
    exchange = party.send("PATCH", body)
    check_not_redirected(exchange)
    changed = party.reader.differences(before, party.read())
    name = "an empty object" if body else "no body"
    if changed:
        raise Violation(
            expected=f"{name} to change nothing",
            actual=f"{changed[0].difference.path} changed",
            exchange=exchange,
            difference=differences_of(changed),
        )
    if not exchange.ok and not exchange.refused:
        raise Violation(expected=f"{name} to be accepted or refused", actual=exchange.said, exchange=exchange)
    choice = party.api.choices[point]
    behaviour = "accept" if party.accepted(exchange) else "refuse"
    if choice.documented and choice.behaviour != behaviour:
        raise Violation(
            expected=f"{name} to be {choice.behaviour}d" if choice.behaviour == "refuse" else f"{name} to be accepted",
            actual=exchange.said,
            exchange=exchange,
        )
    if not choice.documented:
        raise Observed(point, behaviour, exchange=exchange)


@rule("empty-object-handled", family="partial_update")
def test_empty_object_changes_nothing(party: Party, case: None) -> None:
    """An empty object is accepted or refused as documented, and changes nothing either way."""
    _empty(party, "empty_body", b"{}")


@rule("no-body-handled", family="partial_update")
def test_no_body_changes_nothing(party: Party, case: None) -> None:
    """A patch without a body is accepted or refused as documented, and changes nothing either way."""
    _empty(party, "no_body", b"")


def _hidden(api: Api) -> list[Field]:
    return [each for each in leaves(api) if each.write_only]


def _is_there(found: Any, lists: int) -> bool:
    """Whether a value was found at a path: in any item of the ``lists`` on the way."""
    if lists and isinstance(found, list):
        return any(_is_there(each, lists - 1) for each in found)
    return found is not ABSENT


@rule("write-only-not-shown", family="partial_update", cases=field_cases(_hidden), wfc="F204")
def test_write_only_field_is_not_shown(party: Party, case: Field) -> None:
    """A write-only field appears in no answer."""
    showing = [each for each in (single_or_none(party, other) for other in settable(party.api)) if each is not None]
    for done in showing:
        for record in (party.record_in(done.exchange) or {}, done.after):
            if _is_there(look_up(record, case.path), case.path.count("[]")):
                raise Violation(expected=f"no answer to show {case.path}", actual="an answer shows it", exchange=done.exchange)
    if not showing:
        raise NotJudged("no answer with a record was seen")
