"""What shows only on a record that nobody needs: hazards, what is never shown, what no patch could put back, others' items."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mock_server.defects.choosing import any_field, fields, is_boolean, is_in_items, is_text, is_top
from mock_server.defects.defect import Family
from mock_server.defects.places import changed, found, is_about, is_sent, keep_old, show, shown_at
from mock_server.exchange.exchange import Exchange
from mock_server.exchange.steps import Step
from specs import Api, Field

defect = Family("partial_update")
isolation = Family("isolation")


def _is_hazardous_in_part(field: Field) -> bool:
    return field.hazard is not None and bool(field.hazard.values) and field.response is not None


@defect.step("merge", "PU05", any_field(_is_hazardous_in_part))
def hazardous_value_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Leaves a value out that has consequences, and answers as if it had been taken."""
    right(exchange)
    if field.hazard is not None and any(value in (field.hazard.values or ()) for value in found(exchange.changes, field.path)):
        keep_old(exchange, field)


def _shows_what_null_removes(api: Api) -> bool:
    lasting = [each for each in api.walk_fields() if _takes_null_only(each)]
    return any(found(customer.record, shown_at(each)) not in ([], [None]) for each in lasting for customer in api.customers[:1])


def _takes_null_only(field: Field) -> bool:
    return field.safe.get("type") == "null" and field.response is not None


@defect.step("merge", "PU08", any_field(_takes_null_only), only=_shows_what_null_removes)
def lasting_null_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes null for a file that was not uploaded, and keeps the one that is there."""
    right(exchange)
    if is_sent(exchange, field):
        keep_old(exchange, field)


@defect.step("merge", "PU03", any_field(is_top, lambda field: field.write_only))
def write_only_empties_neighbour(exchange: Exchange, right: Step, field: Field) -> None:
    """Saves a form of its own for a property that is only written, and with it an empty text that stands beside it there."""
    right(exchange)
    if is_sent(exchange, field):
        show(exchange, fields(exchange.api, is_top, is_text)[0], lambda _: "")


@defect.step("refuse", "PU22", any_field(is_top, lambda field: field.write_only))
def write_only_value_repeated(exchange: Exchange, right: Step, field: Field) -> None:
    """Shows in a refusal what was sent, to make debugging easier."""
    right(exchange)
    if exchange.refusal is not None and is_sent(exchange, field) and isinstance(exchange.answer.body, dict):
        exchange.answer.body = {**exchange.answer.body, "received": found(exchange.body, field.path)[0]}


@isolation.steps("IS02", any_field(lambda field: field.reference is not None and field.reference.own is not None))
def others_item_marked(field: Field) -> dict[str, Any]:
    """Looks a key up among the items of all customers, and marks the one that has it, whose-ever it is."""

    def validate(exchange: Exchange, right: Step) -> None:
        right(exchange)
        keys = _keys_of_others(exchange, field)
        exchange.faults[:] = [each for each in exchange.faults if not (is_about(each, field) and each.value in keys)]

    def commit(exchange: Exchange, right: Step) -> None:
        right(exchange)
        for other in exchange.store.others(exchange.entry):
            if field.reference is not None and set(found(exchange.changes, field.path)) & set(_keys(other.state.record, field)):
                exchange.store.write(other, replace(other.state, record=_turned(exchange, field, other.state.record)))

    return {"validate": validate, "commit": commit}


def _turned(exchange: Exchange, field: Field, record: Any) -> Any:
    """The record with each flag of the items that a field refers to turned."""
    assert field.reference is not None
    flags = [each for each in fields(exchange.api, is_boolean, is_in_items) if each.top == field.reference.own]
    for each in flags:
        record = changed(record, shown_at(each), lambda on: not on)
    return record


def _keys(record: Any, field: Field) -> list[Any]:
    return found(record, f"{field.reference.own}[].{field.reference.key}") if field.reference is not None else []


def _keys_of_others(exchange: Exchange, field: Field) -> list[Any]:
    return [key for other in exchange.store.others(exchange.entry) for key in _keys(other.state.record, field)]
