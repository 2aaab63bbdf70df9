"""Idempotence: the same request again does something more, or is answered in another way."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.defects.choosing import (
    any_field,
    first,
    is_array,
    is_boolean,
    is_in_items,
    is_merged_as,
    is_nullable,
    is_object,
    is_text,
    is_top,
    last,
    paired,
    sibling,
)
from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import found, is_foreign, is_sent, keep_old, show, shown_at, write_instead
from mock_server.exchange.exchange import Answer, Exchange, Refusal
from mock_server.exchange.steps import Step
from specs import Field

defect = Family("idempotence")


def _repeats() -> Callable[[Exchange], bool]:
    """A function that knows whether an exchange has the same body as the last one that it saw of this customer."""
    bodies: dict[str, str] = {}

    def is_repeated(exchange: Exchange) -> bool:
        body = json.dumps(exchange.body)
        is_same = exchange.body != {} and bodies.get(exchange.entry.name) == body
        bodies[exchange.entry.name] = body
        return is_same

    return is_repeated


# --- the state ----------------------------------------------------------------------------------------------------


@defect.steps("ID01", paired(first(is_top, is_text), is_text))
def repeats_counted(field: Field) -> Turns:
    """Marks a property of a record that is sent again, to tell how often it was."""
    is_repeated = _repeats()

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        other = sibling(exchange.api, field, is_text)
        if is_repeated(exchange) and other and is_sent(exchange, field) and not is_sent(exchange, other):
            show(exchange, other, lambda value: f"{value}+")

    return {"merge": merge}


@defect.steps("ID03", last(is_text))
def text_grows(field: Field) -> Turns:
    """Takes an update that comes again for one of another record, and appends a mark to a text to tell the two apart."""
    is_repeated = _repeats()

    def merge(exchange: Exchange, right: Step) -> None:
        if is_repeated(exchange) and not is_foreign(exchange):
            write_instead(exchange, field, lambda value: f"{value}2" if isinstance(value, str) else value)
        right(exchange)

    return {"merge": merge}


@defect.steps("ID02", any_field(is_top, is_array, is_merged_as("replace"), lambda field: field.response is not None))
def repeat_appends_items(field: Field) -> Turns:
    """Replaces an array, and appends to it what the same update sends once more."""
    is_repeated = _repeats()

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        sent = exchange.changes.get(field.name)
        if is_repeated(exchange) and isinstance(sent, list):
            show(exchange, field, lambda items: [*items, *items[: len(sent)]])

    return {"merge": merge}


@defect.step("merge", "ID05", first(is_boolean, is_top))
def boolean_toggles(exchange: Exchange, right: Step, field: Field) -> None:
    """Switches a flag that is on already when true is sent for it."""
    right(exchange)
    if True in found(exchange.changes, field.path) and True in found(exchange.before.record, shown_at(field)):
        show(exchange, field, lambda value: False if value is True else value)


@defect.steps("ID05", last(is_boolean, is_in_items))
def flag_of_item_toggles(field: Field) -> Turns:
    """Takes the same list once more for another click on the flag of its items."""
    is_repeated = _repeats()

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if is_repeated(exchange) and is_sent(exchange, field):
            show(exchange, field, lambda value: not value)

    return {"merge": merge}


def _is_keyed(field: Field) -> bool:
    return field.merge is not None and field.merge.policy == "keyed"


@defect.steps("ID10", any_field(is_top, is_array, _is_keyed))
def items_doubled(field: Field) -> Turns:
    """Inserts a row for every sent item that the same update has written before."""
    is_repeated = _repeats()

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if is_repeated(exchange) and found(exchange.changes, field.path) not in ([], [[]]):
            show(exchange, field, lambda items: [*items, items[-1]])

    return {"merge": merge}


@defect.steps("ID11", paired(last(is_text), is_text))
def earlier_value_ignored(field: Field) -> Turns:
    """Remembers the values it has seen, and takes one that comes back for a request that was delivered twice."""
    seen: dict[str, list[Any]] = {}

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        values, known = found(exchange.changes, field.path), seen.setdefault(exchange.entry.name, [])
        if values and values[0] in known[:-1] and values[0] != known[-1]:
            keep_old(exchange, field)
        known.extend(values[:1])

    return {"merge": merge}


@defect.step("merge", "ID12", paired(last(is_top, is_text), is_text))
def no_op_changes_neighbour(exchange: Exchange, right: Step, field: Field) -> None:
    """Swaps two columns when it finds that nothing has changed."""
    right(exchange)
    other = sibling(exchange.api, field, is_text)
    old = found(exchange.before.record, shown_at(field))
    if other and is_sent(exchange, field) and found(exchange.changes, field.path) == old:
        show(exchange, other, lambda value: f"{value} ")


@defect.step("merge", "ID13", last(is_nullable))
def null_toggles(exchange: Exchange, right: Step, field: Field) -> None:
    """Brings the first value back when null is sent to a property that is null already."""
    right(exchange)
    if None in found(exchange.changes, field.path) and None in found(exchange.before.record, shown_at(field)):
        initial = found(exchange.entry.seed.record, shown_at(field))
        show(exchange, field, lambda _: initial[0])


@defect.step("merge", "ID13", last(is_object))
def nested_repeat_empties(exchange: Exchange, right: Step, field: Field) -> None:
    """Deletes a nested object ahead of writing it, and sees only changed members as something to write."""
    right(exchange)
    text = next((child for child in field.children if is_text(child) and is_sent(exchange, child)), None)
    after, before = (found(state.record, shown_at(field)) for state in (exchange.after, exchange.before))
    if text and after == before:
        show(exchange, text, lambda _: "")


# --- the answer ---------------------------------------------------------------------------------------------------


def _answer_to_repeat(change: Callable[[Exchange], None]) -> Turns:
    is_repeated = _repeats()

    def answer(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if exchange.writes and is_repeated(exchange):
            change(exchange)

    return {"answer": answer}


@defect.steps("ID04")
def repeat_conflicts() -> Turns:
    """Takes the same update again for a conflict with itself."""

    def conflict(exchange: Exchange) -> None:
        exchange.answer = Answer(409, {"message": "this update was made already"})

    return _answer_to_repeat(conflict)


@defect.steps("ID06")
def repeat_without_content() -> Turns:
    """Answers an update that changes nothing with 204."""

    def nothing(exchange: Exchange) -> None:
        exchange.answer = Answer(204, b"")

    return _answer_to_repeat(nothing)


@defect.steps("ID07")
def repeat_crashes() -> Turns:
    """Takes it for granted that an UPDATE changes a row."""

    def crash(exchange: Exchange) -> None:
        raise RuntimeError(f"no row of {exchange.api.name} was changed")

    return _answer_to_repeat(crash)


@defect.steps("ID08")
def repeat_not_found() -> Turns:
    """Takes an UPDATE that changes no row for one that found none."""
    is_repeated = _repeats()

    def merge(exchange: Exchange, right: Step) -> None:
        if is_repeated(exchange):
            raise Refusal("unknown_record")
        right(exchange)

    return {"merge": merge}


@defect.steps("ID09")
def repeat_answered_in_part() -> Turns:
    """Answers an update that changes nothing with what was sent instead of the whole record."""

    def only_sent(exchange: Exchange) -> None:
        names = {field.response for field in exchange.api.fields if field.name in exchange.changes}
        answered = replace(exchange.after, record={key: value for key, value in exchange.after.record.items() if key in names})
        body: Any = answered.record
        for name in reversed(exchange.api.record_at.split("/")[1:]):
            body = {name: body}
        exchange.answer.body = body

    return _answer_to_repeat(only_sent)


@defect.steps("ID12", paired(last(is_top, is_text), is_text))
def unchanged_value_touches_neighbour(field: Field) -> Turns:
    """Answers the same request again out of a cache, and swaps two columns when it finds that another one changes nothing."""
    is_repeated = _repeats()

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        other = sibling(exchange.api, field, is_text)
        old = found(exchange.before.record, shown_at(field))
        if not is_repeated(exchange) and other and found(exchange.changes, field.path) == old and not is_sent(exchange, other):
            show(exchange, other, lambda value: f"{value}+")

    return {"merge": merge}


def _lost_after_refusal(is_lost: Callable[[set[Any], set[Any]], bool]) -> Turns:
    """The update that follows a refused one is lost, if ``is_lost`` says so of the refused properties and its own."""
    failed: dict[str, set[Any]] = {}

    def refuse(exchange: Exchange, right: Step) -> None:
        if exchange.refusal and exchange.refusal.faults:
            failed[exchange.entry.name] = {fault.path[0] for fault in exchange.refusal.faults if fault.path}
        right(exchange)

    def commit(exchange: Exchange, right: Step) -> None:
        if is_lost(failed.pop(exchange.entry.name, set()), {*exchange.changes}):
            exchange.after = exchange.before
        else:
            right(exchange)

    return {"refuse": refuse, "commit": commit}


@defect.steps("ID14")
def update_after_refusal_lost() -> Turns:
    """Keeps the object of a refused update in its session: the next one of the same property is compared with that, and lost."""
    return _lost_after_refusal(lambda refused, sent: bool(refused & sent))


@defect.steps("ID14")
def other_update_after_refusal_lost() -> Turns:
    """Rolls a refused update back late: with the next one, if that is of another property."""
    return _lost_after_refusal(lambda refused, sent: bool(refused and sent) and not refused & sent)


@defect.step("merge", "ID11", last(is_text))
def value_of_the_start_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Compares with the record as it was loaded once, and does not write what is the same as there."""
    right(exchange)
    loaded = found(exchange.entry.seed.record, shown_at(field))
    if is_sent(exchange, field) and found(exchange.after.record, shown_at(field)) == loaded:
        keep_old(exchange, field)
