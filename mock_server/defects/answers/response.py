"""Responses: a success has the wrong status, type, members or headers."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from mock_server.defects.choosing import first, is_text, last, takes
from mock_server.defects.defect import Family
from mock_server.defects.places import changed, found, hold, is_sent, show, without
from mock_server.exchange.exchange import Answer, Exchange
from mock_server.exchange.steps import Step
from specs import Api, Field, RecordField
from specs.model import json_types

defect = Family("response")


def _members(api: Api, *, nested: bool) -> list[RecordField]:
    """Members of the record that the document requires, outside arrays."""
    return [each for each in api.walk_record() if each.required and "[]" not in each.path and ("." in each.path) == nested]


def _server_owned(api: Api) -> RecordField | None:
    """The last plain member of the record that the server owns and that holds a value."""
    plain = [each for each in api.record if each.read_only and not (each.children or each.volatile or each.derived)]
    return next((each for each in reversed(plain) if isinstance(api.customers[0].record.get(each.path), str | int)), None)


# --- status and headers -------------------------------------------------------------------------------------------


@defect.step("answer", "RC06")
def accepted_for_success(exchange: Exchange, right: Step) -> None:
    """Answers a write with 202, as if it were still to come."""
    right(exchange)
    if exchange.writes:
        exchange.answer.status = 202


@defect.step("answer", "RC07")
def success_without_body(exchange: Exchange, right: Step) -> None:
    """Answers a write with the documented status, and no body."""
    right(exchange)
    if exchange.writes:
        exchange.answer.body = b""


@defect.step("answer", "RC08")
def success_sent_as_page(exchange: Exchange, right: Step) -> None:
    """Sends the JSON of a success as text/html."""
    right(exchange)
    if exchange.writes:
        exchange.answer.media_type = "text/html; charset=utf-8"


@defect.step("answer", "RC12")
def success_is_no_json(exchange: Exchange, right: Step) -> None:
    """Prints the record as the language shows it, instead of as JSON."""
    right(exchange)
    if exchange.writes:
        exchange.answer = Answer(exchange.answer.status, repr(exchange.answer.body).encode(), exchange.answer.media_type)


@defect.step("answer", "RC12")
def byte_order_mark_sent(exchange: Exchange, right: Step) -> None:
    """Writes JSON with an encoder that begins each text with a byte order mark."""
    right(exchange)
    if not isinstance(exchange.answer.body, bytes):
        text = json.dumps(exchange.answer.body, ensure_ascii=False).encode("utf-8-sig")
        exchange.answer = replace(exchange.answer, body=text)


@defect.step("answer", "RC11", only=lambda api: api.read is not None and bool(_touched(api)))
def reading_shows_first_time(exchange: Exchange, right: Step) -> None:
    """Shows in a GET the time of the last change that a cache has kept since the start."""
    if not exchange.writes:
        first_times = {name: exchange.entry.seed.record[name] for name in _touched(exchange.api)}
        hold(exchange, {**exchange.after.record, **first_times})
    right(exchange)


# --- members ------------------------------------------------------------------------------------------------------


@defect.step("answer", "RC01", only=lambda api: _server_owned(api) is not None)
def server_owned_member_has_other_type(exchange: Exchange, right: Step) -> None:
    """Shows a number where the document has a text, or a text where it has a number."""
    shown = _server_owned(exchange.api)
    is_text_there = shown is not None and "string" in json_types(shown.schema)
    path = shown.path if shown else ""
    hold(exchange, changed(exchange.after.record, path, lambda value: len(value) if is_text_there else str(value)))
    right(exchange)


@defect.step("answer", "IS02", only=lambda api: _server_owned(api) is not None)
def server_owned_member_of_another_shown(exchange: Exchange, right: Step) -> None:
    """Shows a member that the server owns as another record has it, in the answer to a write."""
    shown = _server_owned(exchange.api)
    if exchange.writes and shown is not None:
        hold(
            exchange,
            changed(exchange.after.record, shown.path, lambda value: f"{value}0" if isinstance(value, str) else value + 1),
        )
    right(exchange)


@defect.step("answer", "RC01", last(is_text))
def text_shown_as_list(exchange: Exchange, right: Step, field: Field) -> None:
    """Shows a text that was not sent as a list of one, in the answer to a write."""
    if exchange.writes and not is_sent(exchange, field):
        show(exchange, field, lambda value: [value])
    right(exchange)


@defect.step("answer", "RC01", first(is_text, takes("")))
def empty_text_shown_as_object(exchange: Exchange, right: Step, field: Field) -> None:
    """Shows an empty text as an object without members."""
    show(exchange, field, lambda value: {} if value == "" else value)
    right(exchange)


@defect.step("answer", "RC02", only=lambda api: bool(_members(api, nested=False)))
def required_member_missing(exchange: Exchange, right: Step) -> None:
    """Leaves a member that the document requires out of the answer."""
    hold(exchange, without(exchange.after.record, _members(exchange.api, nested=False)[-1].path))
    right(exchange)


@defect.step("answer", "RC02", only=lambda api: bool(_members(api, nested=True)))
def nested_required_member_missing(exchange: Exchange, right: Step) -> None:
    """Leaves a member that the document requires out of a nested object."""
    hold(exchange, without(exchange.after.record, _members(exchange.api, nested=True)[-1].path))
    right(exchange)


def _optional(api: Api) -> list[RecordField]:
    """Members that the document lists, does not require, and lets nobody write or be null."""
    written = {str(each.response).split(".")[0].removesuffix("[]") for each in api.walk_fields() if not each.read_only}
    listed = [each for each in api.record if not each.required and each.path not in written]
    return [each for each in listed if "null" not in json_types(each.schema)]


@defect.step("answer", "RC02", only=lambda api: bool(_optional(api)))
def listed_member_never_shown(exchange: Exchange, right: Step) -> None:
    """Renders a list of properties from which one is missing."""
    hold(exchange, without(exchange.after.record, _optional(exchange.api)[-1].path))
    right(exchange)


@defect.step("answer", "RC02", only=lambda api: api.record_at != "")
def record_at_other_place(exchange: Exchange, right: Step) -> None:
    """Answers with the record itself, without the object that the document puts around it."""
    right(exchange)
    if exchange.writes:
        exchange.answer.body = dict(exchange.after.record)


def _formatted(api: Api) -> RecordField | None:
    """A shown member with a documented format that only the server writes."""
    formats = {"date", "date-time", "uri"}
    plain = [each for each in api.walk_record() if "[]" not in each.path and each.schema.get("format") in formats]
    return next((each for each in plain if "format" not in each.inferred), None)


@defect.step("answer", "RC03", only=lambda api: _formatted(api) is not None)
def format_not_kept(exchange: Exchange, right: Step) -> None:
    """Shows a formatted value as the language prints it."""
    shown = _formatted(exchange.api)
    hold(exchange, changed(exchange.after.record, shown.path if shown else "", lambda value: f"<{value}>"))
    right(exchange)


@defect.step("answer", "RC04")
def secret_shown(exchange: Exchange, right: Step) -> None:
    """Shows a column that no document has, with a secret in it."""
    hold(exchange, {**exchange.after.record, "password_hash": "pbkdf2_sha256$600000$c2FsdA$aGFzaA"})
    right(exchange)


@defect.step("answer", "RC04")
def credential_shown(exchange: Exchange, right: Step) -> None:
    """Shows the credential of the caller in the record."""
    held: Any = next(iter(exchange.entry.seed.auth.values()), "")
    hold(exchange, {**exchange.after.record, "session": held})
    right(exchange)


@defect.step("answer", "RC05")
def part_of_the_record_shown(exchange: Exchange, right: Step) -> None:
    """Answers a write with what was sent and some other members, instead of the record."""
    if exchange.writes:
        fields = exchange.api.fields
        names = {field.response for field in fields if field.name in exchange.changes or field in fields[: len(fields) // 2]}
        hold(exchange, {name: value for name, value in exchange.after.record.items() if name in names})
    right(exchange)


def _text_members(api: Api) -> list[RecordField]:
    plain = [each for each in api.walk_record() if "[]" not in each.path and "null" not in json_types(each.schema)]
    return [each for each in plain if "string" in json_types(each.schema)]


@defect.step("answer", "RC11", only=lambda api: bool(_text_members(api)))
def null_in_place_of_text(exchange: Exchange, right: Step) -> None:
    """Shows null for a text that the document never shows as null."""
    hold(exchange, changed(exchange.after.record, _text_members(exchange.api)[-1].path, lambda _: None))
    right(exchange)


@defect.step("answer", "RC01", last(is_text))
def just_written_text_shown_as_number(exchange: Exchange, right: Step, field: Field) -> None:
    """Shows the length of a text in place of the text, in the answer to the write alone."""
    if exchange.writes and is_sent(exchange, field):
        show(exchange, field, lambda value: len(value) if isinstance(value, str) else value)
    right(exchange)


# --- json ---------------------------------------------------------------------------------------------------------


@defect.step("answer", "RC12", last(is_text, takes('a "b" c'), lambda field: "[]" not in field.path))
def quotation_mark_not_escaped(exchange: Exchange, right: Step, field: Field) -> None:
    """Builds the JSON of the answer by hand, and forgets what a quotation mark in a text needs."""
    right(exchange)
    if any(isinstance(value, str) and '"' in value for value in found(exchange.after.record, str(field.response))):
        exchange.answer.body = json.dumps(exchange.answer.body).replace('\\"', '"').encode()


def _takes_lines(api: Api) -> bool:
    return last(is_text, takes("two\nlines"))(api) is not None


@defect.step("answer", "RC12", only=_takes_lines)
def control_character_not_escaped(exchange: Exchange, right: Step) -> None:
    """Builds the JSON of the answer by hand, and knows of no tab in a text."""
    right(exchange)
    exchange.answer.body = json.dumps(exchange.answer.body).replace("\\t", "\t").encode()


# --- what follows from others -------------------------------------------------------------------------------------


def _followers(api: Api) -> list[str]:
    return [each.path for each in api.record if each.derived]


@defect.step("answer", "PU09", only=lambda api: bool(_followers(api)))
def follower_of_before_shown(exchange: Exchange, right: Step) -> None:
    """Works out what follows from other members ahead of the write, and shows it in the answer."""
    if exchange.writes:
        before = {name: exchange.before.record[name] for name in _followers(exchange.api)}
        hold(exchange, {**exchange.after.record, **before})
    right(exchange)


# --- times --------------------------------------------------------------------------------------------------------


def _touched(api: Api) -> list[str]:
    return [each.path for each in api.record if each.touched]


@defect.step("merge", "RC10", only=lambda api: bool(_touched(api)))
def time_of_write_goes_back(exchange: Exchange, right: Step) -> None:
    """Counts the time of a write from the last one in the wrong direction."""
    right(exchange)
    before = exchange.before.record
    back = {name: _an_hour_earlier(str(before[name])) for name in _touched(exchange.api) if before.get(name)}
    hold(exchange, {**exchange.after.record, **back})


def _an_hour_earlier(moment: str) -> str:
    return (datetime.fromisoformat(moment) - timedelta(hours=1)).isoformat().replace("+00:00", "Z")


def _keeps_tables(api: Api) -> bool:
    """It has a time of the last change, and members that a service may keep in tables of their own."""
    return bool(_touched(api)) and any(each.children for each in api.fields) and any(not each.children for each in api.fields)


@defect.step("merge", "RC10", only=_keeps_tables)
def time_stays_for_nested_changes(exchange: Exchange, right: Step) -> None:
    """Keeps objects and items in tables of their own, and sets the time for the first table's changes only."""
    right(exchange)
    tables = {each.name for each in exchange.api.fields if each.children}
    if exchange.changes.keys() <= tables:
        kept = {name: exchange.before.record[name] for name in _touched(exchange.api) if name in exchange.before.record}
        hold(exchange, {**exchange.after.record, **kept})
