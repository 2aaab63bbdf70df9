"""Isolation: a request changes or shows another customer than the one it is about."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.defects.choosing import any_field, first, is_boolean, is_in_items, is_object, is_text, is_top, last
from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import changed, found, is_sent, keep_old, shown_at, taken_over
from mock_server.exchange.exchange import Exchange, Refusal
from mock_server.exchange.steps import Step
from mock_server.state.store import Entry
from specs import Api, Field

defect = Family("isolation")


def _change_others(exchange: Exchange, change: Callable[[Any], Any], *, all_of_them: bool) -> None:
    others = list(exchange.store.others(exchange.entry))
    for other in others if all_of_them else others[:1]:
        exchange.store.write(other, replace(other.state, record=change(other.state.record)))


def _neighbour(exchange: Exchange) -> Entry:
    return next(iter(exchange.store.others(exchange.entry)))


@defect.step("commit", "IS01", first(is_text))
def everyone_updated(exchange: Exchange, right: Step, field: Field) -> None:
    """Forgets the WHERE clause of an UPDATE of one property."""
    right(exchange)
    if is_sent(exchange, field):
        record = exchange.after.record
        _change_others(exchange, lambda other: taken_over(other, record, shown_at(field)), all_of_them=True)


@defect.step("commit", "IS02", last(is_text))
def neighbour_updated(exchange: Exchange, right: Step, field: Field) -> None:
    """Updates the next row as well, for one property."""
    right(exchange)
    if is_sent(exchange, field):
        record = exchange.after.record
        _change_others(exchange, lambda other: taken_over(other, record, shown_at(field)), all_of_them=False)


@defect.step("commit", "IS05", last(is_top, is_object))
def nested_object_shared(exchange: Exchange, right: Step, field: Field) -> None:
    """Keeps one nested object for all customers, the default of a class."""
    right(exchange)
    if is_sent(exchange, field):
        record = exchange.after.record
        _change_others(exchange, lambda other: taken_over(other, record, shown_at(field)), all_of_them=True)


@defect.step("commit", "IS02", last(is_boolean, is_in_items))
def flag_taken_from_everyone(exchange: Exchange, right: Step, field: Field) -> None:
    """Lets one item of the table have a flag, and not one item of each customer."""
    right(exchange)
    if True in found(exchange.changes, field.path):
        _change_others(exchange, lambda other: changed(other, shown_at(field), lambda _: False), all_of_them=True)


@defect.steps("IS06")
def answer_replayed_for_other() -> Turns:
    """Remembers answers by the body alone, and gives another customer the one that somebody had before."""
    remembered: dict[str, tuple[str, Any]] = {}

    def is_known(exchange: Exchange) -> bool:
        name, _body = remembered.get(json.dumps(exchange.body), (exchange.entry.name, None))
        return exchange.writes and bool(exchange.body) and name != exchange.entry.name

    def merge(exchange: Exchange, right: Step) -> None:
        if is_known(exchange):
            exchange.changes = {}
        right(exchange)

    def answer(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if is_known(exchange):
            exchange.answer.body = remembered[json.dumps(exchange.body)][1]
        elif exchange.writes:
            remembered[json.dumps(exchange.body)] = exchange.entry.name, exchange.answer.body

    return {"merge": merge, "answer": answer}


@defect.step("commit", "IS02", last(is_text))
def rows_found_by_value(exchange: Exchange, right: Step, field: Field) -> None:
    """Finds the row of a value by what stood in it, and so those of others with the same text."""
    old = found(exchange.before.record, shown_at(field))
    right(exchange)
    new = found(exchange.after.record, shown_at(field))
    renamed = {before: after for before, after in zip(old, new, strict=False) if isinstance(before, str) and before != after}
    if renamed and is_sent(exchange, field):
        _change_others(
            exchange, lambda other: changed(other, shown_at(field), lambda value: renamed.get(value, value)), all_of_them=True
        )


@defect.step("merge", "IS07", last(is_text))
def taken_value_left_out(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes a text that another customer has for a duplicate, and leaves it out without a word."""
    right(exchange)
    taken = [value for other in exchange.store.others(exchange.entry) for value in found(other.state.record, shown_at(field))]
    if any(value in taken for value in found(exchange.changes, field.path)):
        keep_old(exchange, field)


@defect.step("validate", "IS07", any_field(lambda field: field.unique and field.response is not None))
def taken_unique_value_crashes(exchange: Exchange, right: Step, field: Field) -> None:
    """Leaves it to an index of the database to find a duplicate, and catches no error of it."""
    taken = [value for other in exchange.store.others(exchange.entry) for value in found(other.state.record, shown_at(field))]
    if any(value in taken for value in found(exchange.changes, field.path)):
        raise RuntimeError("UNIQUE constraint failed")
    right(exchange)


@defect.step("validate", "IS02", first(is_text))
def refused_write_reaches_neighbour(exchange: Exchange, right: Step, field: Field) -> None:
    """Rolls a refused update back into the wrong row."""
    right(exchange)
    if exchange.faults:
        old = found(exchange.before.record, shown_at(field))
        _change_others(exchange, lambda other: changed(other, shown_at(field), lambda _: old[0]), all_of_them=False)


@defect.step("own", "AU04", only=lambda api: api.identity == "path" and len({_credential(each) for each in api.customers}) > 1)
def foreign_record_writable(_exchange: Exchange, _right: Step) -> None:
    """Asks whether a credential is known, and not whose it is."""


def _credential(customer: Any) -> str:
    return str(sorted(customer.auth.items()))


@defect.step("find", "IS03", only=lambda api: api.identity == "credential")
def other_customer_meant(exchange: Exchange, right: Step) -> None:
    """Takes the first customer of the table for the one that the credential belongs to."""
    right(exchange)
    if exchange.writes:
        exchange.entry = exchange.store.entries[0]
        exchange.reachable = (exchange.entry,)


@defect.steps("IS06")
def answer_from_previous_request() -> Turns:
    """Renders into one buffer for everyone, and answers with what the last writer left there."""
    rendered: list[Any] = []

    def answer(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if exchange.writes:
            rendered.append((exchange.entry.name, exchange.answer.body))
        elif rendered and rendered[-1][0] != exchange.entry.name:
            exchange.answer.body = rendered[-1][1]

    return {"answer": answer}


def _identities(api: Api) -> list[str]:
    """Members by which the answer tells whose record it is: plain ones of the server's, in which all customers differ."""
    plain = [each.path for each in api.record if each.read_only and not (each.children or each.volatile or each.derived)]
    return [name for name in plain if len({str(customer.record.get(name)) for customer in api.customers}) == len(api.customers)]


@defect.step("answer", "RC09", only=lambda api: bool(_identities(api)))
def neighbours_identity_shown(exchange: Exchange, right: Step) -> None:
    """Answers a write with the id of the row next to it."""
    if exchange.writes:
        name = _identities(exchange.api)[0]
        other = _neighbour(exchange).state.record
        exchange.after = replace(exchange.after, record={**exchange.after.record, name: other[name]})
    right(exchange)


# --- which record is meant ------------------------------------------------------------------------------------------


@defect.steps("IS02", only=lambda api: api.identity == "path")
def unknown_record_changes_first() -> Turns:
    """Leaves the condition out of an UPDATE for a record that is not there, and answers 404 afterwards."""

    def find(exchange: Exchange, right: Step) -> None:
        try:
            right(exchange)
        except Refusal as refusal:
            if not exchange.writes or not exchange.reachable:
                raise
            exchange.refusal = refusal
            exchange.entry = exchange.reachable[0]

    def answer(exchange: Exchange, right: Step) -> None:
        if exchange.refusal is not None:
            raise exchange.refusal
        right(exchange)

    return {"find": find, "answer": answer}


@defect.step("find", "IS08", only=lambda api: api.identity == "path")
def letters_behind_id_passed_over(exchange: Exchange, right: Step) -> None:
    """Reads an id as far as it is one of a record, and passes over what stands behind it."""
    name, written = [*exchange.arguments.items()][-1]
    read = ({**exchange.arguments, name: written[:end]} for end in range(len(written), 0, -1))
    exchange.arguments = next((each for each in read if exchange.store.find(each)), exchange.arguments)
    right(exchange)


@defect.step("find", "IS08", only=lambda api: api.identity == "path")
def unknown_record_made_ahead(exchange: Exchange, right: Step) -> None:
    """Makes the row of an id that is not there, and looks afterwards whether that id may be written."""
    try:
        right(exchange)
    except Refusal:
        if exchange.writes and exchange.reachable:
            exchange.store.bear(exchange.arguments, exchange.reachable[0].state.record)
        raise


@defect.step("commit", "IS08", only=lambda api: "id" in [each.path for each in api.record if each.read_only])
def body_names_the_record(exchange: Exchange, right: Step) -> None:
    """Saves a row under the id that the body has, where there is one of that id, and not under that of the request."""
    meant = next((each for each in exchange.store.others(exchange.entry) if _is_named(exchange, each)), None)
    if meant is None:
        right(exchange)
        return
    record = meant.state.record
    for each in exchange.api.fields:
        if each.name in exchange.changes and each.response is not None:
            record = taken_over(record, exchange.after.record, each.response)
    exchange.after = exchange.store.write(meant, replace(meant.state, record=record))


def _is_named(exchange: Exchange, other: Entry) -> bool:
    return isinstance(exchange.body, dict) and exchange.body.get("id") == other.state.record.get("id")


@defect.step("commit", "IS01", only=lambda api: any(each.touched for each in api.record))
def everyone_touched(exchange: Exchange, right: Step) -> None:
    """Forgets the WHERE clause of the UPDATE that sets the time of the last change."""
    right(exchange)
    times = {each.path: exchange.clock.now() for each in exchange.api.record if each.touched}
    _change_others(exchange, lambda other: {**other, **times}, all_of_them=True)
