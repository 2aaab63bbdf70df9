"""Types: numbers, booleans, null and lists are taken for one another, and stored as neither what was sent nor what it means."""

from __future__ import annotations

from mock_server.defects.choosing import (
    any_field,
    fields,
    first,
    is_array,
    is_boolean,
    is_nested,
    is_nullable,
    is_text,
    is_top,
    last,
    must_refuse,
    takes,
)
from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import forgive, hold, write_instead
from mock_server.exchange.exchange import Exchange
from mock_server.exchange.steps import Step
from specs import Api, Field

defect = Family("types")


def _refers(field: Field) -> bool:
    """It names a row of another collection by a number."""
    return field.write == "documented" and field.reference is not None and field.reference.collection is not None


def _is_whole(field: Field) -> bool:
    return field.types == {"integer"}


@defect.step("validate", "TY07", last(_is_whole))
def fraction_stored_for_whole_number(exchange: Exchange, right: Step, field: Field) -> None:
    """Has one type for all numbers."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, float))


@defect.step("validate", "TY07", last(_is_whole))
def fraction_cut_to_whole_number(exchange: Exchange, right: Step, field: Field) -> None:
    """Converts whatever number comes to a whole one."""
    write_instead(exchange, field, lambda value: int(value) if isinstance(value, float) else value)
    right(exchange)


@defect.step("validate", "TY07", first(is_boolean, is_top))
def number_stored_for_boolean(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a column of small numbers for a boolean, and shows what is in it."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, int) and not isinstance(value, bool))


@defect.step("validate", "TY07", first(is_boolean, is_top))
def any_text_is_true(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes every text that is not empty for true."""
    write_instead(exchange, field, lambda value: bool(value) if isinstance(value, str) else value)
    right(exchange)


def _marks_others(api: Api) -> bool:
    """Null is nobody's choice, and some fields are marked as nullable."""
    return not api.choices["null"].documented and bool(fields(api, is_nullable))


@defect.step("validate", "PU06", last(is_text, is_nested, lambda field: not field.nullable), only=_marks_others)
def unmarked_null_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores null for a member that the document does not mark as nullable, as it does others."""
    right(exchange)
    forgive(exchange, field, lambda value: value is None)


@defect.step("validate", "PU05", first(_is_whole, takes(0)), only=must_refuse("null"))
def null_becomes_zero(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a type for numbers that knows no null, and stores 0."""
    write_instead(exchange, field, lambda value: 0 if value is None else value)
    right(exchange)


@defect.step("validate", "TY20", any_field(lambda field: _refers(field) and "integer" in field.types))
def true_taken_for_a_key(exchange: Exchange, right: Step, field: Field) -> None:
    """Compares keys in a language in which true is 1."""
    write_instead(exchange, field, _as_a_number)
    right(exchange)


@defect.step("validate", "TY20", any_field(lambda field: _refers(field) and is_nullable(field) and "integer" in field.types))
def zero_of_a_key_is_null(exchange: Exchange, right: Step, field: Field) -> None:
    """Asks whether a key is true, and takes 0 for none."""
    write_instead(exchange, field, lambda value: None if value == 0 and value is not False else value)
    right(exchange)


def _as_a_number(value: object) -> object:
    return [_as_a_number(each) for each in value] if isinstance(value, list) else 1 if value is True else value


@defect.step("validate", "TY20", any_field(lambda field: _refers(field) and "integer" in field.types))
def fraction_of_a_key_cut(exchange: Exchange, right: Step, field: Field) -> None:
    """Makes a whole number of whatever comes for a key."""
    write_instead(exchange, field, lambda value: int(value) if isinstance(value, float) else value)
    right(exchange)


@defect.step("validate", "TY01", last(is_top, is_text), only=lambda api: api.choices["coercion"].behaviour == "refuse")
def one_text_takes_numbers(exchange: Exchange, right: Step, field: Field) -> None:
    """Converts one property to a text ahead of looking at it, and no other."""
    write_instead(exchange, field, lambda value: str(value) if isinstance(value, int) and value is not True else value)
    right(exchange)


@defect.step("validate", "TY01", last(is_top, is_text), only=lambda api: api.choices["coercion"].behaviour == "refuse")
def true_stored_as_text(exchange: Exchange, right: Step, field: Field) -> None:
    """Converts true to a text ahead of looking at it, and no number."""
    write_instead(exchange, field, lambda value: "true" if value is True else value)
    right(exchange)


@defect.steps("TY16", only=lambda api: api.choices["empty_body"].behaviour == "accept")
def list_stored_by_its_places() -> Turns:
    """Spreads whatever was sent over the record: the first of a list becomes the member "0"."""
    spread: dict[str, object] = {}

    def clean(exchange: Exchange, right: Step) -> None:
        spread.clear()
        if isinstance(exchange.body, list):
            spread.update((str(place), each) for place, each in enumerate(exchange.body))
            exchange.body = {}
        right(exchange)

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        hold(exchange, {**exchange.after.record, **spread})

    return {"clean": clean, "merge": merge}


@defect.step("validate", "TY15", first(is_array, is_top, lambda field: not field.children))
def null_item_stored(exchange: Exchange, right: Step, field: Field) -> None:
    """Checks that a list is one, and not what is in it where that is null."""
    right(exchange)
    exchange.faults[:] = [
        fault for fault in exchange.faults if fault.path[:1] != (field.top,) or len(fault.path) < 2 or fault.value is not None
    ]
