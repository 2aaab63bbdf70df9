"""Atomicity: a refused request leaves something behind, or a write is half done or lost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mock_server.defects.choosing import (
    any_field,
    fields,
    first,
    is_array,
    is_in_object,
    is_nullable,
    is_object,
    is_text,
    is_top,
    last,
    paired,
    sibling,
)
from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import changed, found, is_about, is_sent, pattern_of, shown_at
from mock_server.exchange.exchange import Exchange, Refusal
from mock_server.exchange.merge import Write, patched
from mock_server.exchange.steps import Step
from mock_server.exchange.upkeep import later
from mock_server.state.store import State
from specs import Api, Field

defect = Family("atomicity")


def _written(exchange: Exchange, changes: Mapping[str, Any]) -> State:
    """The state as if these were all the changes."""
    write = Write(now=exchange.clock.now(), rows=exchange.store.references, owner=exchange.api.name)
    return patched(exchange.before, changes, exchange.plan, write)


def _store(exchange: Exchange, changes: Mapping[str, Any]) -> None:
    """Writes changes, whatever becomes of the request."""
    exchange.store.write(exchange.entry, _written(exchange, changes))


def _is_referring(field: Field) -> bool:
    """Its values are keys of other records, and one of them can be refused."""
    return field.reference is not None and not field.read_only and not field.children


def _good(exchange: Exchange) -> dict[str, Any]:
    """The changes to top-level properties without a fault."""
    bad = {fault.path[0] for fault in exchange.faults if fault.path}
    return {name: value for name, value in exchange.changes.items() if name not in bad}


# --- invalid data -------------------------------------------------------------------------------------------------


@defect.step("validate", "AT01")
def valid_part_applied(exchange: Exchange, right: Step) -> None:
    """Stores every good property, and reports the bad ones afterwards."""
    right(exchange)
    if exchange.faults:
        _store(exchange, _good(exchange))


@defect.step("validate", "AT01")
def properties_ahead_of_bad_one_applied(exchange: Exchange, right: Step) -> None:
    """Checks and stores one property after another, until a bad one comes."""
    right(exchange)
    good, ahead = _good(exchange), {}
    for name in exchange.changes:
        if name not in good:
            break
        ahead[name] = good[name]
    if exchange.faults and ahead:
        _store(exchange, ahead)


@defect.step("validate", "AT01", only=lambda api: last(is_text)(api) is not None)
def one_field_saved_early(exchange: Exchange, right: Step) -> None:
    """Saves one property in a setter, ahead of the validation of the rest."""
    right(exchange)
    field = last(is_text)(exchange.api)
    if field and exchange.faults and field.top in _good(exchange) and is_sent(exchange, field):
        _store(exchange, {field.top: exchange.changes[field.top]})


@defect.step("validate", "AT01", only=lambda api: any_field(is_top, is_nullable)(api) is not None)
def nulls_applied_early(exchange: Exchange, right: Step) -> None:
    """Clears a property as soon as it reads a null for it, whatever becomes of the rest."""
    right(exchange)
    nulls = {name: value for name, value in _good(exchange).items() if value is None}
    if exchange.faults and nulls:
        _store(exchange, nulls)


@defect.step("validate", "AT01", any_field(_is_referring))
def references_checked_too_late(exchange: Exchange, right: Step, field: Field) -> None:
    """Leaves it to the database to find that a reference leads nowhere, when the other columns are written already."""
    right(exchange)
    if exchange.faults and all(fault.kind in ("reference", "format") and is_about(fault, field) for fault in exchange.faults):
        _store(exchange, _good(exchange))


@defect.step("validate", "AT01", any_field(is_top, lambda field: _is_referring(field) and field.response is not None))
def reference_set_when_refused(exchange: Exchange, right: Step, field: Field) -> None:
    """Sets a reference by a statement of its own, ahead of the rest."""
    right(exchange)
    if exchange.faults and field.name in _good(exchange):
        _store(exchange, {field.name: exchange.changes[field.name]})


@defect.step("validate", "AT01", any_field(lambda field: field.unique))
def duplicate_found_too_late(exchange: Exchange, right: Step, field: Field) -> None:
    """Leaves it to the database to find a duplicate, when the other columns are written already."""
    right(exchange)
    if exchange.faults and all(fault.kind == "unique" and is_about(fault, field) for fault in exchange.faults):
        _store(exchange, _good(exchange))


@defect.step("validate", "AT03", paired(last(is_in_object, is_text), is_text))
def last_member_written_when_refused(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores one member of a nested object by a setter, though another member of it is refused."""
    right(exchange)
    bad = {pattern_of(fault.path) for fault in exchange.faults}
    parent, values = field.path.rpartition(".")[0], found(exchange.changes, field.path)
    if values and field.path not in bad and any(path.startswith(f"{parent}.") for path in bad):
        half = changed(exchange.before.record, shown_at(field), lambda _: values[0])
        exchange.store.write(exchange.entry, replace(exchange.before, record=half))


def _has_items(field: Field) -> bool:
    return is_array(field) and is_top(field) and bool(field.children)


@defect.step("validate", "AT04", any_field(_has_items))
def items_behind_bad_one_stored(exchange: Exchange, right: Step, field: Field) -> None:
    """Passes over the bad items of an array, and stores those behind the first of them."""
    right(exchange)
    places = [fault.path[1] for fault in exchange.faults if len(fault.path) > 2 and fault.path[0] == field.name]
    bad = [place for place in places if isinstance(place, int)]
    behind = exchange.changes[field.name][min(bad) + 1 :] if bad else []
    if behind:
        _store(exchange, {field.name: behind})


@defect.step("validate", "AT04", last(lambda field: field.required and field.path.count("[]") == 1))
def lacking_item_found_too_late(exchange: Exchange, right: Step, field: Field) -> None:
    """Finds that a member of an item is missing when the other properties are stored."""
    right(exchange)
    if exchange.faults and all(fault.kind == "required" and is_about(fault, field) for fault in exchange.faults):
        _store(exchange, _good(exchange))


@defect.step("validate", "AT03", any_field(is_object, is_top, lambda field: field.response is not None))
def nested_object_half_written(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores the good members of a nested object when another member of it is bad."""
    right(exchange)
    bad = {fault.path[1] for fault in exchange.faults if len(fault.path) == 2 and fault.path[0] == field.name}
    sent = exchange.changes.get(field.name)
    good = {name: value for name, value in sent.items() if name not in bad} if bad and isinstance(sent, dict) else {}
    if good:
        half = changed(exchange.before.record, shown_at(field), lambda old: {**(old or {}), **good})
        exchange.store.write(exchange.entry, replace(exchange.before, record=half))


@defect.step("validate", "AT04", any_field(is_array, is_top, lambda field: bool(field.children)))
def array_half_written(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores the items of an array up to the bad one."""
    right(exchange)
    bad = [fault.path[1] for fault in exchange.faults if len(fault.path) > 1 and fault.path[0] == field.name]
    places = [place for place in bad if isinstance(place, int)]
    if places and min(places) > 0:
        _store(exchange, {field.name: exchange.changes[field.name][: min(places)]})


@defect.step("validate", "AT01", last(is_in_object, is_text))
def bad_value_stored_and_refused(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores a value, and validates the record afterwards without a way back."""
    right(exchange)
    bad = {pattern_of(fault.path) for fault in exchange.faults}
    values = found(exchange.changes, field.path)
    if values and field.path in bad and _changes_something(exchange, bad):
        spoilt = changed(exchange.before.record, shown_at(field), lambda _: str(values[0])[:20])
        exchange.store.write(exchange.entry, State(spoilt, exchange.before.hidden))


def _changes_something(exchange: Exchange, bad: set[str]) -> bool:
    """A good value is sent that is not the stored one."""
    good = [field for field in fields(exchange.api) if field.path not in bad and not field.children and is_sent(exchange, field)]
    return any(found(exchange.changes, each.path) != found(exchange.before.record, shown_at(each)) for each in good)


def _touched_names(api: Api) -> list[str]:
    return [each.path for each in api.record if each.touched]


@defect.step("validate", "AT02", only=lambda api: bool(_touched_names(api)))
def refused_write_moves_time(exchange: Exchange, right: Step) -> None:
    """Sets the time of the last write ahead of the validation."""
    right(exchange)
    if exchange.faults:
        names = _touched_names(exchange.api)
        times = {name: later(exchange.before.record.get(name), exchange.clock.now()) for name in names}
        exchange.store.write(exchange.entry, replace(exchange.before, record={**exchange.before.record, **times}))


def _touched_inside(api: Api) -> list[str]:
    return [each.path for each in api.walk_record() if each.touched and each.path.count("[].") == 1]


@defect.step("validate", "AT02", only=lambda api: bool(_touched_inside(api)))
def refused_write_moves_time_of_item(exchange: Exchange, right: Step) -> None:
    """Sets the time of the last write of each item that comes, ahead of the validation."""
    right(exchange)
    path = _touched_inside(exchange.api)[0]
    if exchange.faults and path.partition("[]")[0] in exchange.body:
        moved = changed(exchange.before.record, path, lambda _: exchange.clock.now())
        exchange.store.write(exchange.entry, replace(exchange.before, record=moved))


@defect.step("validate", "AT02", paired(first(is_text), is_text))
def refused_write_changes_neighbour(exchange: Exchange, right: Step, field: Field) -> None:
    """Tidies up one property in a hook that runs ahead of the validation."""
    right(exchange)
    other = sibling(exchange.api, field, is_text)
    if other and exchange.faults and is_sent(exchange, field):
        tidied = changed(exchange.before.record, shown_at(other), lambda value: f"{value}." if isinstance(value, str) else value)
        exchange.store.write(exchange.entry, replace(exchange.before, record=tidied))


@defect.steps("AT09", only=lambda api: api.read is not None)
def refused_values_read_from_cache() -> Turns:
    """Puts what was sent into a cache ahead of the validation, where the next read finds it."""
    cached: dict[str, State] = {}

    def validate(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if exchange.faults:
            cached[exchange.entry.name] = _written(exchange, _good(exchange))

    def commit(exchange: Exchange, right: Step) -> None:
        right(exchange)
        cached.pop(exchange.entry.name, None)

    def answer(exchange: Exchange, right: Step) -> None:
        if not exchange.writes:
            exchange.after = cached.pop(exchange.entry.name, exchange.after)
        right(exchange)

    return {"validate": validate, "commit": commit, "answer": answer}


# --- other refusals -----------------------------------------------------------------------------------------------


def _applied_although(step: str, situation: str, *, header: str = "", holds: str = "") -> Turns:
    """The refusal of one step comes after the write instead of ahead of it, where a header holds a certain text."""

    def check(exchange: Exchange, right: Step) -> None:
        try:
            right(exchange)
        except Refusal as refusal:
            is_meant = refusal.situation == situation and exchange.writes
            if not is_meant or holds not in exchange.request.headers.get(header, ""):
                raise
            exchange.refusal = refusal

    def answer(exchange: Exchange, right: Step) -> None:
        if exchange.refusal is not None:
            raise exchange.refusal
        right(exchange)

    return {step: check, "answer": answer, "parse": _late_refusal_first, "clean": _late_refusal_first, "validate": _validate_late}


def _late_refusal_first(exchange: Exchange, right: Step) -> None:
    try:
        right(exchange)
    except Refusal as refusal:
        raise exchange.refusal or refusal from None


def _validate_late(exchange: Exchange, right: Step) -> None:
    right(exchange)
    if exchange.faults and exchange.refusal is not None:
        raise exchange.refusal


def _refuses(point: str) -> Any:
    return lambda api: api.choices[point].behaviour == "refuse"


@defect.steps("CN09", only=_refuses("wrong_content_type"))
def unsupported_type_applied() -> Turns:
    """Reads plain text as JSON, stores it, and answers 415 all the same."""
    return _applied_although("content_type", "unsupported_media_type", header="Content-Type", holds="text/plain")


@defect.steps("AT05", only=_refuses("wrong_accept"))
def unacceptable_answer_applied() -> Turns:
    """Has a renderer for XML, which fails when everything is stored."""
    return _applied_although("accept", "not_acceptable", header="Accept", holds="xml")


@defect.steps("AU03", only=lambda api: api.identity == "path")
def unauthenticated_write_applied() -> Turns:
    """Answers 401 after the write."""

    def own(exchange: Exchange, right: Step) -> None:
        if exchange.refusal is None:
            right(exchange)

    return {**_applied_although("authenticate", "unauthenticated"), "own": own}


@defect.step("answer", "AT05", last(is_text))
def crash_after_write(exchange: Exchange, right: Step, field: Field) -> None:
    """Fails in a hook after the write of one property: 500, and stored."""
    right(exchange)
    if exchange.writes and is_sent(exchange, field):
        raise RuntimeError(f"no listener for {field.path}")
