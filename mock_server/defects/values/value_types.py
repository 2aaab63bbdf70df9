"""Types: a value of another type, format or encoding gets in, is stored as it came, or is too much for the server."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from mock_server.defects.choosing import (
    any_field,
    first,
    is_array,
    is_boolean,
    is_date,
    is_enum,
    is_object,
    is_text,
    is_top,
    last,
    must_refuse,
    takes,
)
from mock_server.defects.defect import Family
from mock_server.defects.places import accuse, forgive, found, write_instead
from mock_server.exchange.exchange import Exchange, Refusal
from mock_server.exchange.steps import Step, body_of
from specs import Field

defect = Family("types")


# --- values of another type ---------------------------------------------------------------------------------------


@defect.step("validate", "TY15", last(is_text))
def list_stored_for_text(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores a list where the document has a text."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, list))


@defect.step("validate", "TY15", first(is_text))
def list_joined_to_text(exchange: Exchange, right: Step, field: Field) -> None:
    """Joins the items of a list into a text."""
    write_instead(exchange, field, lambda value: ", ".join(map(str, value)) if isinstance(value, list) else value)
    right(exchange)


@defect.step("validate", "TY15", last(is_text))
def object_crashes_text(exchange: Exchange, right: Step, field: Field) -> None:
    """Calls a method of texts on whatever was sent."""
    if any(isinstance(value, dict) for value in found(exchange.body, field.path)):
        raise RuntimeError("'dict' object has no attribute 'strip'")
    right(exchange)


@defect.step("validate", "TY15", any_field(is_object, is_top))
def text_stored_for_object(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores a text where the document has an object."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, str) and value == exchange.body.get(field.name))


@defect.step("validate", "TY15", any_field(is_object, is_top))
def list_for_object_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Finds no members in a list, and updates none of the object."""
    if isinstance(exchange.changes.get(field.name), list):
        del exchange.changes[field.name]
    right(exchange)


@defect.step("validate", "TY15", any_field(is_array, is_top))
def object_for_array_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Finds no items in an object, and updates none of the array."""
    if isinstance(exchange.changes.get(field.name), dict | str):
        del exchange.changes[field.name]
    right(exchange)


@defect.step("validate", "PU06", last(is_text), only=must_refuse("null"))
def null_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores null where the document has none, for one property."""
    right(exchange)
    forgive(exchange, field, lambda value: value is None)


@defect.step("validate", "PU06", first(is_text), only=must_refuse("null"))
def null_taken_for_omitted(exchange: Exchange, right: Step, field: Field) -> None:
    """Cannot tell a null that is to be refused from a property that is not sent."""
    if exchange.changes.get(field.path, "") is None:
        del exchange.changes[field.path]
    right(exchange)


def _is_format(name: str) -> Callable[[Field], bool]:
    return lambda field: field.schema.get("format") == name and field.states("format")


@defect.step("validate", "TY13", first(_is_format("date")))
def impossible_date_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Checks the form of a date, and not whether there is such a day."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value) is not None)


@defect.step("validate", "TY02", first(_is_format("date")))
def any_text_accepted_for_date(exchange: Exchange, right: Step, field: Field) -> None:
    """Has no check for the form of a date."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, str) and value != "")


@defect.step("validate", "TY14", first(_is_format("email")))
def any_text_accepted_for_email(exchange: Exchange, right: Step, field: Field) -> None:
    """Has no check for the form of an e-mail address."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, str) and len(value) < 100)


def _refers(field: Field) -> bool:
    """It names a row of another collection."""
    return field.write == "documented" and field.reference is not None and field.reference.collection is not None


@defect.step("validate", "TY20", any_field(_refers))
def unknown_reference_crashes(exchange: Exchange, right: Step, field: Field) -> None:
    """Leaves a reference to the database, whose error nobody catches."""
    right(exchange)
    if any(fault.kind == "reference" and fault.path[0] == field.top for fault in exchange.faults):
        raise RuntimeError("FOREIGN KEY constraint failed")


# --- bodies -------------------------------------------------------------------------------------------------------


@defect.step("clean", "TY16")
def first_item_of_list_applied(exchange: Exchange, right: Step) -> None:
    """Unwraps a list of one patch."""
    body = exchange.body
    if isinstance(body, list) and len(body) == 1 and isinstance(body[0], dict):
        exchange.body = body[0]
    right(exchange)


@defect.step("clean", "TY16")
def list_of_patches_crashes(exchange: Exchange, right: Step) -> None:
    """Calls a method of objects on whatever was sent."""
    if not isinstance(exchange.body, dict):
        raise RuntimeError("no attribute 'items'")
    right(exchange)


def _on_malformed(exchange: Exchange, right: Step, is_meant: Callable[[bytes], bool]) -> None:
    try:
        right(exchange)
    except Refusal as refusal:
        if refusal.situation == "malformed_json" and is_meant(body_of(exchange)):
            raise RuntimeError("the parser failed") from None
        raise


@defect.step("parse", "TY17")
def deep_nesting_crashes(exchange: Exchange, right: Step) -> None:
    """Parses by recursion, without a limit."""
    _on_malformed(exchange, right, lambda content: content.count(b"[") > 100 or content.count(b"{") > 100)


@defect.step("parse", "TY17")
def rest_of_the_body_not_read(exchange: Exchange, right: Step) -> None:
    """Reads one JSON value from the body, and not to its end."""
    try:
        right(exchange)
    except Refusal as refusal:
        if refusal.situation != "malformed_json":
            raise
        exchange.body = _first_value(body_of(exchange))
        if not isinstance(exchange.body, dict):
            raise


def _first_value(content: bytes) -> object:
    try:
        return json.JSONDecoder().raw_decode(content.decode("utf-8"))[0]
    except ValueError:
        return None


@defect.step("parse", "TY11")
def lone_surrogate_crashes(exchange: Exchange, right: Step) -> None:
    """Takes half of a surrogate pair for a character, until it is written."""
    _on_malformed(exchange, right, lambda content: b"\\ud8" in content.lower())


@defect.step("parse", "TY12")
def invalid_utf8_crashes(exchange: Exchange, right: Step) -> None:
    """Decodes the body without catching the error."""
    _on_malformed(exchange, right, lambda content: content.decode("utf-8", "ignore").encode() != content)


@defect.step("parse", "TY08")
def not_a_number_crashes(exchange: Exchange, right: Step) -> None:
    """Reads NaN as a number, until it is written."""
    _on_malformed(exchange, right, lambda content: b"NaN" in content)


@defect.step("merge", "TY05", last(is_text, takes("a\0b")))
def nul_character_crashes(exchange: Exchange, right: Step, field: Field) -> None:
    """Hands a text with a NUL character to the database."""
    if any(isinstance(value, str) and "\0" in value for value in found(exchange.changes, field.path)):
        raise RuntimeError("invalid byte sequence: 0x00")
    right(exchange)


@defect.step("validate", "TY13", first(is_date))
def leap_days_refused(exchange: Exchange, right: Step, field: Field) -> None:
    """Lets February have 28 days."""
    right(exchange)
    accuse(exchange, field, "format", lambda value: isinstance(value, str) and value.endswith("-02-29"))


@defect.step("validate", "TY13", first(is_date))
def months_of_31_days(exchange: Exchange, right: Step, field: Field) -> None:
    """Knows how long February is, and makes the 31st of another short month the first of the next."""
    write_instead(exchange, field, _counted_on)
    right(exchange)


def _counted_on(value: object) -> object:
    match = re.fullmatch(r"(\d{4})-(04|06|09|11)-31", value) if isinstance(value, str) else None
    return f"{match[1]}-{int(match[2]) + 1:02d}-01" if match is not None else value


@defect.step("merge", "TY11", first(is_top, is_text))
def escapes_stored_as_written(exchange: Exchange, right: Step, field: Field) -> None:
    """Cuts a value out of the body by hand, with its escapes."""
    if b"\\u00" in exchange.request.get_data():
        write_instead(exchange, field, lambda value: _escaped(value) if isinstance(value, str) else value)
    right(exchange)


def _escaped(text: str) -> str:
    return "".join(f"\\u{ord(letter):04x}" for letter in text)


@defect.step("merge", "LN12", last(is_text, takes("x" * 300), lambda field: "maxLength" not in field.schema))
def long_text_crashes(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a column of 255 characters behind a text for which no limit is documented."""
    if any(isinstance(value, str) and len(value) > 255 for value in found(exchange.changes, field.path)):
        raise RuntimeError("value too long for type character varying(255)")
    right(exchange)


@defect.step("merge", "TY05", last(is_text, takes("5% of it")))
def percent_sign_crashes(exchange: Exchange, right: Step, field: Field) -> None:
    """Puts a text into a format string ahead of the other values."""
    if any(isinstance(value, str) and "% " in value for value in found(exchange.changes, field.path)):
        raise RuntimeError("not enough arguments for format string")
    right(exchange)


@defect.step("merge", "TY04", first(is_text, takes("\U0001f600")))
def astral_character_crashes(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a column of three bytes for a character, into which no emoji goes."""
    if any(isinstance(value, str) and any(ord(each) > 0xFFFF for each in value) for value in found(exchange.changes, field.path)):
        raise RuntimeError("incorrect string value")
    right(exchange)


@defect.step("clean", "TY10", any_field(lambda field: "integer" in field.types and not field.read_only))
def large_number_crashes(exchange: Exchange, right: Step, field: Field) -> None:
    """Hands a whole number of more than 64 bits to the database."""
    if any(isinstance(value, int) and abs(value) >= 2**63 for value in found(exchange.body, field.path)):
        raise RuntimeError("integer out of range")
    right(exchange)


@defect.step("validate", "TY07", first(is_boolean, is_top))
def text_stored_for_boolean(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes the text "true" for a boolean, and stores the text."""
    right(exchange)
    forgive(exchange, field, lambda value: value == "true")


@defect.step("validate", "TY06", first(is_text))
def number_stored_for_text(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes a number for a text, and stores the number."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, int) and not isinstance(value, bool))


@defect.step("validate", "EN06", first(is_enum, lambda field: not field.nullable), only=must_refuse("null"))
def null_accepted_for_enum(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes null for no choice, where the document has none."""
    right(exchange)
    forgive(exchange, field, lambda value: value is None)


def _in_items(field: Field) -> bool:
    """A required member of the items of a top-level array, and not their key."""
    return field.required and field.path == f"{field.top}[].{field.name}"


@defect.step("validate", "TY15", last(_in_items))
def required_member_not_asked(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes an item without one of the members that it must have."""
    right(exchange)
    exchange.faults[:] = [fault for fault in exchange.faults if not (fault.kind == "required" and fault.path[0] == field.top)]


@defect.step("validate", "TY14", first(_is_format("email")))
def long_endings_refused(exchange: Exchange, right: Step, field: Field) -> None:
    """Checks an address by an old pattern, in which a domain ends in two to four letters."""
    right(exchange)
    accuse(exchange, field, "format", lambda value: isinstance(value, str) and len(value.rpartition(".")[2]) > 4)
