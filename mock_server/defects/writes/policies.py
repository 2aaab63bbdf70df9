"""Partial update, continued: objects and arrays are written by another policy, and what no one may write or see is."""

from __future__ import annotations

from typing import Any

from mock_server.defects.choosing import (
    any_field,
    first,
    is_array,
    is_in_object,
    is_merged_as,
    is_object,
    is_text,
    is_top,
    last,
    must_refuse,
)
from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import changed, found, hold, is_sent, show
from mock_server.exchange.exchange import Answer, Exchange, Refusal
from mock_server.exchange.merge import merge_patch
from mock_server.exchange.steps import Step
from mock_server.state.store import Entry, State
from specs import Api, Field

defect = Family("partial_update")


# --- objects and arrays -------------------------------------------------------------------------------------------


@defect.step("merge", "PU13", first(is_object, is_merged_as("replace")))
def replaced_object_merged(exchange: Exchange, right: Step, field: Field) -> None:
    """Merges a nested object that the document says is replaced in full."""
    _unite(exchange, right, field)


@defect.step("merge", "PU13", last(is_in_object, is_object, is_merged_as("replace")))
def replaced_inner_object_merged(exchange: Exchange, right: Step, field: Field) -> None:
    """Replaces a nested object in full, except for the object inside it, which is merged."""
    _unite(exchange, right, field)


def _unite(exchange: Exchange, right: Step, field: Field) -> None:
    right(exchange)
    old = found(exchange.before.record, str(field.response))
    if is_sent(exchange, field) and old and isinstance(old[0], dict):
        show(exchange, field, lambda new: merge_patch(old[0], new) if isinstance(new, dict) else new)


def _losable(api: Api) -> Field | None:
    """The last member that an object must have, and that a body may leave out."""
    required = {each.path for each in api.walk_record() if each.required}
    return last(is_in_object, is_text, lambda field: not field.required and field.response in required)(api)


@defect.step("merge", "PU14", _losable)
def merged_object_loses_member(exchange: Exchange, right: Step, field: Field) -> None:
    """Makes a new row of a nested object, and leaves blank what it must have and was not sent."""
    right(exchange)
    parent = field.path.rpartition(".")[0]
    if found(exchange.changes, parent) and not is_sent(exchange, field):
        show(exchange, field, lambda _: "")


@defect.step("merge", "PU15", any_field(is_array, is_merged_as("replace"), lambda field: field.response is not None))
def array_appended(exchange: Exchange, right: Step, field: Field) -> None:
    """Adds the sent items to an array that is to be replaced."""
    right(exchange)
    name = str(field.response).partition("[]")[0]
    old = (found(exchange.before.record, name) or [[]])[0]
    if is_sent(exchange, field):
        hold(exchange, changed(exchange.after.record, name, lambda new: [*old, *(row for row in new if row not in old)]))


# --- what no one may write, or see --------------------------------------------------------------------------------


@defect.step("merge", "PU20")
def unknown_field_stored(exchange: Exchange, right: Step) -> None:
    """Copies whatever the body has into the record."""
    right(exchange)
    known = {*exchange.before.record, *(field.name for field in exchange.api.fields)}
    unknown = {name: value for name, value in exchange.body.items() if name not in known}
    hold(exchange, {**exchange.after.record, **unknown})


@defect.step("merge", "PU20")
def unknown_member_takes_all_along(exchange: Exchange, right: Step) -> None:
    """Hands a body with a member that it does not know to nobody, and answers with the record."""
    if any(name not in {field.name for field in exchange.api.fields} for name in exchange.body):
        exchange.changes = {}
    right(exchange)


def _server_owned(api: Api) -> list[str]:
    return [each.path for each in api.record if each.read_only and not (each.volatile or each.derived or each.children)]


@defect.step("merge", "PU21", only=lambda api: bool(_server_owned(api)))
def read_only_written(exchange: Exchange, right: Step) -> None:
    """Forgets one property in the list of those that a client may not write."""
    right(exchange)
    name = _server_owned(exchange.api)[0]
    if name in exchange.body:
        hold(exchange, {**exchange.after.record, name: exchange.body[name]})


def _own_times(api: Api) -> list[str]:
    return [each.path for each in api.record if each.read_only and each.touched]


@defect.step("merge", "PU21", only=lambda api: bool(_own_times(api)))
def time_of_change_taken(exchange: Exchange, right: Step) -> None:
    """Sets the time of the last change only where the body has none."""
    right(exchange)
    sent = {name: exchange.body[name] for name in _own_times(exchange.api) if isinstance(exchange.body.get(name), str)}
    hold(exchange, {**exchange.after.record, **sent})


@defect.step("merge", "PU21", any_field(is_in_object, lambda field: field.read_only))
def nested_read_only_written(exchange: Exchange, right: Step, field: Field) -> None:
    """Keeps a list of what a client may not write, by names at the top of the body."""
    right(exchange)
    values = found(exchange.body, field.path)
    if values and isinstance(values[0], bool):
        show(exchange, field, lambda _: values[0])


@defect.step("answer", "PU21", only=lambda api: bool(_server_owned(api)))
def sent_read_only_echoed(exchange: Exchange, right: Step) -> None:
    """Lays the body over the record for the answer."""
    name = _server_owned(exchange.api)[0]
    if isinstance(exchange.body, dict) and name in exchange.body:
        hold(exchange, {**exchange.after.record, name: exchange.body[name]})
    right(exchange)


@defect.step("answer", "PU22", any_field(is_top, lambda field: field.write_only))
def write_only_shown(exchange: Exchange, right: Step, field: Field) -> None:
    """Shows a property that is only to be written."""
    hold(exchange, {**exchange.after.record, field.name: exchange.after.hidden.get(field.path, "")})
    right(exchange)


@defect.step("refuse", "PU27", only=lambda api: api.identity == "path")
def unknown_customer_is_no_content(exchange: Exchange, right: Step) -> None:
    """Updates all rows with an id, and answers that none had to be changed."""
    right(exchange)
    if exchange.refusal is not None and exchange.refusal.situation == "unknown_record" and exchange.writes:
        exchange.answer = Answer(204, b"")


@defect.step("find", "PU27", only=lambda api: api.identity == "path")
def unknown_customer_created(exchange: Exchange, right: Step) -> None:
    """Makes a new record for an id that nobody has."""
    try:
        right(exchange)
    except Refusal:
        if not (exchange.writes and exchange.reachable):
            raise
        model = exchange.reachable[0]
        exchange.entry = Entry("/".join(exchange.arguments.values()), model.seed, State({**model.state.record}, {}))
        exchange.reachable = (exchange.entry,)


@defect.steps("PU17", only=must_refuse("empty_body"))
def empty_object_accepted() -> Turns:
    """Takes an empty object for an update of nothing, where the document refuses it."""

    def clean(exchange: Exchange, right: Step) -> None:
        if exchange.body != {}:
            right(exchange)

    return {"clean": clean, "validate": _unless_nothing}


@defect.steps("PU17", only=must_refuse("no_body"))
def missing_body_accepted() -> Turns:
    """Takes a missing body for an update of nothing, where the document asks for a body."""
    missing: Any = object()

    def parse(exchange: Exchange, right: Step) -> None:
        try:
            right(exchange)
        except Refusal as refusal:
            if refusal.situation != "empty_body":
                raise
            exchange.body = missing

    def clean(exchange: Exchange, right: Step) -> None:
        if exchange.body is not missing:
            right(exchange)

    return {"parse": parse, "clean": clean, "validate": _unless_nothing}


def _unless_nothing(exchange: Exchange, right: Step) -> None:
    if exchange.changes:
        right(exchange)


@defect.step("clean", "PU18", only=lambda api: api.choices["empty_body"].documented and not must_refuse("empty_body")(api))
def empty_object_refused(exchange: Exchange, right: Step) -> None:
    """Asks `if not body:` before it looks for the fields, where the document accepts an empty object."""
    if exchange.body == {}:
        raise Refusal("empty_body")
    right(exchange)
