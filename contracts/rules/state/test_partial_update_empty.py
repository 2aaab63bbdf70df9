"""Partial update: null and other empty values are values, and are stored like any other."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from contracts.judging.acceptance import SecondOpinion, falsy_values, keeps_its_own
from contracts.judging.evidence import (
    Write,
    check_accepted,
    companion,
    control,
    falsy_write,
    fresh_patch,
    one_difference,
    single_or_none,
    stored,
    works_at_first,
    write,
)
from contracts.judging.faults import may_be_sent
from contracts.judging.telling.misread import misread
from contracts.judging.trials import elsewhere
from contracts.record.party import Party
from contracts.record.patches import Patch, leaves, settable
from contracts.record.records import ABSENT, look_up
from contracts.terms.rule import field_cases, labelled_cases, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Api, Field
from specs.model import json_types

EMPTY: tuple[Any, ...] = ("", [], {})
ALIKE = 3
"""So many fields of the same kind are tried for one that has to be null where another one is."""


def _nullable(api: Api) -> list[Field]:
    return [each for each in settable(api) if each.states("nullable")]


def _nullable_objects(api: Api) -> list[Field]:
    """The objects at the top of a body that may be null, sent and shown, and all of whose members a patch may set.

    What null does to one that the record never shows as null is open.
    """
    empty = {each.path for each in api.walk_record() if "null" in json_types(each.schema)}
    objects = [each for each in api.walk_fields() if each.kind == "object" and each.children and each.path == each.top]
    nullable = [each for each in objects if each.states("nullable") and each.response in empty]
    return [each for each in nullable if may_be_sent(each) and not each.hazard and _is_whole(api, each)]


def _is_whole(api: Api, holder: Field) -> bool:
    """What is put back of an object is all that it held."""
    sent = {each.response for each in settable(api) if each.path.startswith(f"{holder.path}.")}
    inside = [each for each in leaves(api) if each.path.startswith(f"{holder.path}.")]
    shown = [each for each in api.walk_record() if each.path.startswith(f"{holder.response}.") and not each.children]
    return all(each.response in sent for each in inside) and all(each.path in sent for each in shown)


def _may_be_null(api: Api) -> list[Field]:
    return [*_nullable(api), *_nullable_objects(api)]


def _judge_object(party: Party, case: Field) -> None:
    """Null for a whole object, which is written back as it is first, and put back at the end."""
    before = party.read(without=case.top)
    held = look_up(before, case.response)
    if not isinstance(held, Mapping) or not held:
        raise NotJudged(f"{case.path} holds nothing that null would empty")
    whole = {case.name: party.composer.exact(case, held)}
    same = write(party, Patch(case, held, whole), before)
    if not party.accepted(same.exchange) or party.reader.differences(before, same.after):
        raise NotJudged(f"{case.path} is not taken as it is, and could not be put back")
    done = write(party, Patch(case, None, {case.name: None}), same.after)
    party.patch(whole)
    check_accepted(party, done)
    now = look_up(done.after, case.response)
    if isinstance(now, Mapping) and any(each is not None and each not in EMPTY for each in now.values()):
        raise Violation(
            expected=f"{case.path} to be null after null was sent",
            actual=f"it reads {spelled(now)}",
            exchange=done.exchange,
            difference=one_difference(case.path, None, now),
        )


@rule("null-stored", family="partial_update", cases=field_cases(_may_be_null))
def test_null_is_stored(party: Party, case: Field) -> None:
    """Null sent for a nullable field is accepted and empties it, which leaving the field out does not."""
    if case.children:
        _judge_object(party, case)
        return
    if case.types != {"null"} and case.safe.get("type") != "null":
        _hold_something(party, case)
    before = party.read(without=case.top)
    done = write(party, party.composer.patch(before, case, None), before)
    done = party.memory["emptied", case.path] = (_beside_another(party, done) if done.exchange.refused else None) or done
    if done.exchange.refused and works_at_first(party, done):
        raise NotJudged(f"whether {case.path} may be null depends on other fields: on the record as it was found null is stored")
    if done.exchange.refused and (other := _empty_together(party, done)) is not None:
        raise NotJudged(f"{case.path} may be null beside {other} alone: the one may need the other")
    check_accepted(party, done)
    now = done.patch.shown_in(done.after)
    if now in EMPTY and _shows_none_as_empty(party):
        raise NotJudged(f"{case.path} reads {spelled(now)}: so does this service show what has no value")
    if now is not ABSENT and now is not None:
        raise Violation(
            expected=f"{case.path} to be null after null was sent",
            actual=f"it reads {spelled(now)}",
            exchange=done.exchange,
            difference=one_difference(case.path, None, now),
        )
    answered = party.record_in(done.exchange)
    shown = done.patch.shown_in(answered or {})
    if shown is not ABSENT and shown is not None:
        raise Violation(
            expected=f"the answer to show {case.path} as null, which a reading shows right after",
            actual=f"it shows {spelled(shown)}",
            exchange=done.exchange,
            difference=one_difference(case.path, None, shown),
        )
    choice = case.null or party.api.choices["null"]
    shown_null = any("null" in json_types(each.schema) for each in party.api.walk_record() if each.path == case.response)
    removes = choice.documented and choice.behaviour == "remove" and not shown_null
    if removes and _is_there(done.after, case.response or ""):
        raise Violation(
            expected=f"{case.path} to be no member of the record any more after null was sent",
            actual="the member is there, with null",
            exchange=done.exchange,
        )
    _judge_cleared(party, case)
    if not party.thrifty or case.path == _nullable(party.api)[-1].path:  # where requests are few, once
        _judge_null_in_company(party, case)


def _judge_cleared(party: Party, case: Field) -> None:
    """What a field mask names, and the body lacks, is emptied as by null (AIP-134); a should, judged with the first member."""
    mask = next((each.name for each in party.api.field_masks), None)
    tops = [each.path for each in _nullable(party.api) if each.path == each.top and each.kind == "scalar"]
    if mask is None or case.path not in tops[:1]:
        return
    _hold_something(party, case)
    before = party.read()
    exchange = party.send("PATCH", b"{}", query={mask: case.name})
    now = look_up(party.read(), case.response)
    if party.accepted(exchange) and not party.reader.same(case, None, now) and now != "":
        raise Violation(
            expected=f"{case.path} to be null after a patch without it whose {mask} names it",
            actual=f"it reads {spelled(now)}",
            exchange=exchange,
            difference=one_difference(case.path, look_up(before, case.response), now),
            level=Level.SHOULD,
        )


def _shows_none_as_empty(party: Party) -> bool:
    """The records as they were found show something empty, and lack nothing that may be so: that is how no value is shown."""
    shown: list[Any] = []
    may_be_empty = [each for each in _nullable(party.api) if "[]" not in each.path and _admits_empty(party, each)]
    for record in (each for each in (party.at_first, party.bystander_at_first) if each is not None):
        for field in may_be_empty:
            holder = (field.response or "").rpartition(".")[0]
            shown += [look_up(record, field.response)] if not holder or look_up(record, holder) is not ABSENT else []
    return any(each in EMPTY for each in shown) and ABSENT not in shown


def _admits_empty(party: Party, field: Field) -> bool:
    return any(party.values.valid(field, each) for each in EMPTY)


def _is_there(record: Any, path: str) -> bool:
    """The record has the member, be it null; not looked for in the items of arrays."""
    *above, name = path.split(".")
    for step in above:
        record = record.get(step) if isinstance(record, Mapping) else None
    return isinstance(record, Mapping) and name in record


def _judge_null_in_company(party: Party, field: Field) -> None:
    """Null and what follows it in the body are both stored."""
    if field.types != {"null"} and field.safe.get("type") != "null":
        with suppress(NotJudged):
            _judge_set_again(party, field, None)
    before = party.read()
    company = companion(party, before, field)
    if company is None:
        return
    null = party.composer.patch(before, field, None)
    done = write(party, Patch(field, None, {**null.body, **company.body}, null.selectors), before)
    if not party.accepted(done.exchange):
        return
    for patch in (null, company):
        now = patch.shown_in(done.after)
        if not party.reader.same(patch.field, patch.value, now):
            raise misread(
                patch.field.path, patch.value, now, f" after null for {field.path} beside {company.field.path}", done.exchange
            )


def _beside_another(party: Party, done: Write) -> Write | None:
    """Null once a flag or a choice has another value, under which the field may be empty: few documents say so by keywords."""
    with suppress(NotJudged):
        return SecondOpinion(party, done.patch, done.before).beside_another(
            lambda patch, record: write(party, patch, record), lambda each: party.accepted(each.exchange) and stored(party, each)
        )
    return None


def _empty_together(party: Party, done: Write) -> str | None:
    """A nullable field beside which null is taken where it is null as well, such as the end of a time that has no begin."""
    field = done.patch.field
    if field.path != field.top:
        return None
    others = [each for each in _nullable(party.api) if each.path == each.top != field.top and each.hazard is None]
    alike = [each for each in others if each.schema.get("format") == field.schema.get("format") and each.types == field.types]
    for other in [each for each in alike if look_up(done.before, each.response) not in (ABSENT, None)][:ALIKE]:
        record = party.read()
        own, beside = (party.composer.patch(record, each, None) for each in (field, other))
        both = write(party, Patch(field, None, {**own.body, **beside.body}, own.selectors), record)
        if party.accepted(both.exchange) and stored(party, both):
            held = {each.name: party.composer.exact(each, look_up(done.before, each.response)) for each in (field, other)}
            party.patch(held)  # in one patch: the one may need the other
            return other.path
    return None


def _hold_something(party: Party, field: Field) -> None:
    """Arrange that the field holds a value, so that null makes a difference."""
    if single_or_none(party, field) is not None:
        control(party, field)
    record = party.read(without=field.top)
    if party.composer.patch(record, field, None).shown_in(record) is ABSENT:
        party.patch(fresh_patch(party, record, field).body)


def _falsy(api: Api) -> Mapping[str, Any]:
    return {f"{each.path}": (each, value) for each in settable(api) for value in falsy_values(each)}


@rule("falsy-value-stored", family="partial_update", cases=labelled_cases(_falsy))
def test_falsy_value_is_stored(party: Party, case: tuple[Field, Any]) -> None:
    """An accepted empty string, zero, false or empty list is stored: it is a value, not the absence of one."""
    field, value = case
    control(party, field)
    done = falsy_write(party, field, value)
    documented = (
        field.kind == "scalar" and value is False and field.write == "documented" and field.response not in party.reader.derived
    )
    if not party.accepted(done.exchange):
        if done.exchange.refused and not documented:
            raise Observed("falsy", "refuse", f"{spelled(value)} for {field.path}: refuse", exchange=done.exchange)
        if not documented and (party.disguised(done.exchange) or elsewhere(party, field, "").broken):
            raise NotJudged("what is refused is answered like this elsewhere too: judged by invalid-field-status")
        raise Violation(
            expected=f"{spelled(value)} for {field.path} to be accepted", actual=done.exchange.said, exchange=done.exchange
        )
    now = done.patch.shown_in(done.after)
    if field.response in party.reader.derived and party.reader.equal(now, not value):
        raise Observed("falsy", "ignore", f"{spelled(value)} for {field.path}: ignore", exchange=done.exchange)
    if now is not ABSENT and not party.reader.same(field, value, now):
        if value == "" and isinstance(now, dict | list):
            raise NotJudged("the empty text is shown as another type: judged by documented-types")
        if keeps_its_own(party, done.patch, now):
            raise NotJudged(f"{field.path} reads {spelled(now)} also beside other items: the service has its own in it")
        # where it is false, another flag may hold it
        level = Level.SHOULD if value is False and works_at_first(party, done) else None
        raise misread(field.path, value, now, " after it was accepted", done.exchange, level=level)
    with suppress(NotJudged):
        _judge_set_again(party, field, value)


def _judge_set_again(party: Party, field: Field, held: Any) -> None:
    """A field that holds nothing, or an empty value, takes a value that it was seen to take."""
    known = control(party, field).patch.value
    before = party.read(without=field.top)
    empty = party.composer.patch(before, field, held)
    if not party.reader.same(field, held, empty.shown_in(before)):
        party.patch(empty.body)
        before = party.read(without=field.top)
    other = party.reader.same(field, known, held)
    again = write(party, fresh_patch(party, before, field) if other else party.composer.patch(before, field, known), before)
    now = again.patch.shown_in(again.after)
    if not party.accepted(again.exchange) or not party.reader.same(field, again.patch.value, now):
        if works_at_first(party, again):
            raise NotJudged(f"{spelled(again.patch.value)} for {field.path} depends on what other fields hold")
        raise misread(
            field.path,
            again.patch.value,
            now,
            f", also where it held {spelled(held)} before",
            again.exchange,
            said=f"; {again.exchange.said}",
        )
