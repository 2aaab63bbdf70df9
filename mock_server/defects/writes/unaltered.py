"""Partial update: what is stored is not quite what was sent, for values that look like something else."""

from __future__ import annotations

import re
import struct
from typing import Any

from mock_server.defects.choosing import first, is_nested, is_nullable, is_text, is_top, last, takes
from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import accuse, found, hold, is_sent, keep_old, shown_at, without, write_instead
from mock_server.exchange.exchange import Exchange
from mock_server.exchange.steps import Step
from specs import Field

defect = Family("partial_update")


@defect.step("merge", "PU23", last(is_text, takes("null")))
def null_like_text_lost(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes the text "null" of a form for no value, and stores an empty text."""
    write_instead(exchange, field, lambda value: "" if value == "null" else value)
    right(exchange)


@defect.step("merge", "PU23", first(is_text, is_nested, takes("2024-05-06")))
def date_like_text_completed(exchange: Exchange, right: Step, field: Field) -> None:
    """Parses a text that looks like a date, and stores the moment that it became."""
    write_instead(exchange, field, lambda value: f"{value}T00:00:00.000Z" if _is_day(value) else value)
    right(exchange)


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None


@defect.step("merge", "PU23", last(is_text, takes("1e5")))
def number_like_text_written_anew(exchange: Exchange, right: Step, field: Field) -> None:
    """Parses a text that looks like a number, and writes the number as a text again."""
    write_instead(exchange, field, lambda value: f"{float(value):g}" if value == "1e5" else value)
    right(exchange)


DIGITS = 15
"""So many digits a floating-point number keeps."""


@defect.step("merge", "TY18", last(is_text, takes("12345678901234567891")))
def long_number_like_text_rounded(exchange: Exchange, right: Step, field: Field) -> None:
    """Parses a text of digits as a floating-point number, and writes it as a text again."""
    write_instead(exchange, field, lambda value: f"{float(value):.0f}" if _is_long_number(value) else value)
    right(exchange)


def _is_long_number(value: Any) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdigit() and len(value) > DIGITS and value[0] != "0"


@defect.step("merge", "PU23", first(is_text, takes("[]")))
def brackets_crash_text(exchange: Exchange, right: Step, field: Field) -> None:
    """Parses a text that begins like a list, and calls a method of texts on the list."""
    write_instead(exchange, field, _without_brackets)
    right(exchange)


def _without_brackets(value: Any) -> Any:
    if value == "[]":
        raise RuntimeError("'list' object has no attribute 'strip'")
    return value


@defect.step("merge", "TY04", last(is_text, takes("\U0001f600")))
def last_astral_character_cut(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes the second half of a surrogate pair at the end of a text for white space."""
    write_instead(exchange, field, lambda value: value[:-1] if isinstance(value, str) and value[-1:] > "\uffff" else value)
    right(exchange)


@defect.step("merge", "LN16", last(is_text, takes("x" * 5000), lambda field: "maxLength" not in field.schema))
def long_text_cut(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a column of 1000 characters behind a text for which no limit is documented, and cuts what is longer."""
    write_instead(exchange, field, lambda value: value[:1000] if isinstance(value, str) else value)
    right(exchange)


# --- numbers, times and lists -------------------------------------------------------------------------------------


def _is_whole(field: Field) -> bool:
    return field.types == {"integer"}


def _is_number(field: Field) -> bool:
    return field.types == {"number"}


@defect.step("merge", "TY18", last(_is_whole, takes(2**53 + 1)))
def whole_number_through_double(exchange: Exchange, right: Step, field: Field) -> None:
    """Reads whole numbers of 64 bits as floating-point numbers."""
    write_instead(exchange, field, lambda value: int(float(value)) if isinstance(value, int) else value)
    right(exchange)


@defect.step("merge", "TY18", first(_is_number, takes(0.1)))
def decimal_through_float(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a column of 32 bits for a number."""
    write_instead(exchange, field, lambda value: struct.unpack("f", struct.pack("f", value))[0] if _is_small(value) else value)
    right(exchange)


def _is_small(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e30


@defect.step("merge", "TY18", first(_is_number, takes(19.99)))
def fraction_cut(exchange: Exchange, right: Step, field: Field) -> None:
    """Converts a number to a whole one."""
    write_instead(exchange, field, lambda value: int(value) if isinstance(value, float) else value)
    right(exchange)


def _is_moment(field: Field) -> bool:
    return field.schema.get("format") == "date-time"


@defect.step("merge", "TY02", first(_is_moment))
def offset_cut(exchange: Exchange, right: Step, field: Field) -> None:
    """Cuts the offset of a time off, and takes what is left for UTC."""
    write_instead(exchange, field, lambda value: re.sub(r"[+-]\d\d:\d\d$", "Z", value) if isinstance(value, str) else value)
    right(exchange)


def _is_list_of(kind: str) -> Any:
    def found(field: Field) -> bool:
        return field.kind == "array" and not field.children and field.schema.get("items", {}).get("type") == kind

    return found


@defect.step("merge", "PU22", first(_is_list_of("string")))
def list_sorted(exchange: Exchange, right: Step, field: Field) -> None:
    """Keeps a list of texts as a sorted set of rows."""
    write_instead(exchange, field, lambda value: sorted(value) if isinstance(value, list) else value)
    right(exchange)


@defect.step("merge", "PU22", first(_is_list_of("string")))
def duplicates_removed(exchange: Exchange, right: Step, field: Field) -> None:
    """Keeps each text of a list once."""
    write_instead(exchange, field, lambda value: list(dict.fromkeys(value)) if isinstance(value, list) else value)
    right(exchange)


@defect.step("merge", "TY18", first(_is_list_of("number")))
def numbers_of_list_rounded(exchange: Exchange, right: Step, field: Field) -> None:
    """Keeps the numbers of a list with one place behind the point."""
    write_instead(exchange, field, lambda value: [round(each, 1) for each in value] if isinstance(value, list) else value)
    right(exchange)


# --- what was there before ----------------------------------------------------------------------------------------


def _lost_at_first(field: Field, held: Any) -> Turns:
    """Wrong steps by which the first patch of a field that holds a value is lost, and the second is not."""
    tried: list[bool] = []

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if held not in (found(exchange.before.record, shown_at(field)) or [None]) or not is_sent(exchange, field):
            tried.clear()
        elif held not in found(exchange.changes, field.path) and not tried:
            tried.append(True)
            keep_old(exchange, field)

    return {"merge": merge}


@defect.steps("PU07", last(is_top, is_text, takes("")))
def empty_text_kept_once(field: Field) -> Turns:
    """Takes an empty text for a row that is still to be made, and makes it instead of writing the new value."""
    return _lost_at_first(field, "")


def _stores_null(field: Field) -> bool:
    return is_nullable(field) and "const" not in field.schema and (field.null is None or field.null.behaviour == "store")


@defect.steps("PU04", last(is_top, _stores_null))
def null_kept_once(field: Field) -> Turns:
    """Takes null for a row that is still to be made, and makes it instead of writing the new value."""
    return _lost_at_first(field, None)


@defect.step(
    "merge", "PU05", last(is_top, is_nullable, lambda field: field.null is not None and field.null.behaviour == "remove")
)
def null_stored_for_removed(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores the null that is to take a member out of the record."""
    right(exchange)
    if None in found(exchange.changes, field.path):
        hold(exchange, {**exchange.after.record, field.name: None})


@defect.step("validate", "PU23", first(lambda field: field.unique))
def own_address_in_capitals_is_taken(exchange: Exchange, right: Step, field: Field) -> None:
    """Looks for a duplicate without regard to case, and finds the very record that is to be updated."""
    right(exchange)
    own = [str(value).casefold() for value in found(exchange.before.record, shown_at(field))]
    now = found(exchange.before.record, shown_at(field))
    accuse(exchange, field, "unique", lambda value: isinstance(value, str) and value not in now and value.casefold() in own)


@defect.step("answer", "RC08", last(is_top, is_text, lambda field: field.response == field.path))
def member_never_shown(exchange: Exchange, right: Step, field: Field) -> None:
    """Forgets a property in the list of those that are rendered."""
    hold(exchange, without(exchange.after.record, shown_at(field)))
    right(exchange)
