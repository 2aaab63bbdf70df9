"""Partial update: what is sent is lost or altered, or what is not sent changes."""

from __future__ import annotations

from typing import Any

from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import (
    any_field,
    changed,
    fields,
    first,
    found,
    hold,
    is_array,
    is_boolean,
    is_in_object,
    is_merged_as,
    is_nested,
    is_nullable,
    is_object,
    is_sent,
    is_text,
    is_top,
    keep_old,
    last,
    must_refuse,
    paired,
    show,
    sibling,
    without,
    write_instead,
)
from mock_server.exchange import Exchange, Refusal
from mock_server.merge import merge_patch
from mock_server.steps import Step
from mock_server.store import Entry, State
from specs import Api, Field

defect = Family("partial_update")


# --- fields that are not sent -------------------------------------------------------------------------------------


@defect.step("merge", "PU01", first(is_top, is_nullable))
def omitted_nullable_nulled(exchange: Exchange, right: Step, field: Field) -> None:
    """Reads the body into an object whose optional properties start as null, and stores all of it."""
    right(exchange)
    if exchange.changes and not is_sent(exchange, field):
        show(exchange, field, lambda _: None)


@defect.step("merge", "PU02", first(is_top, lambda field: "enum" in field.schema))
def omitted_reset_to_default(exchange: Exchange, right: Step, field: Field) -> None:
    """Applies the default of a new record to a property that is not sent."""
    right(exchange)
    if exchange.changes and not is_sent(exchange, field):
        show(exchange, field, lambda _: field.schema["enum"][0])


@defect.step("merge", "PU03", paired(last(is_top, is_text), is_text))
def omitted_neighbour_emptied(exchange: Exchange, right: Step, field: Field) -> None:
    """Saves two properties of one form together, and takes a missing first one of the pair as empty."""
    right(exchange)
    other = sibling(exchange.api, field, is_text)
    if other and is_sent(exchange, field) and not is_sent(exchange, other):
        show(exchange, other, lambda _: "")


@defect.step("merge", "PU12", paired(first(is_top, is_text), is_text))
def neighbour_follows(exchange: Exchange, right: Step, field: Field) -> None:
    """Keeps a copy of one property in another, to have a name to display."""
    right(exchange)
    other = sibling(exchange.api, field, is_text)
    if other and is_sent(exchange, field) and not is_sent(exchange, other):
        show(exchange, other, lambda _: found(exchange.changes, field.path)[0])


@defect.step("merge", "PU12", last(is_object))
def write_upsets_other_object(exchange: Exchange, right: Step, field: Field) -> None:
    """Writes a nested object anew whenever anything is written, and loses its first text on the way."""
    right(exchange)
    inner = next((child for child in field.children if is_text(child)), None)
    if inner and exchange.changes and not is_sent(exchange, field):
        show(exchange, inner, lambda _: "")


# --- fields that are sent -----------------------------------------------------------------------------------------


@defect.step("merge", "PU04", last(is_nullable))
def null_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Cannot tell null from a property that is not sent, for one property."""
    right(exchange)
    if None in found(exchange.changes, field.path):
        keep_old(exchange, field)


@defect.step("merge", "PU05", first(is_top, is_nullable))
def null_stored_as_empty_text(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a column that cannot be null, and stores an empty text for it."""
    right(exchange)
    if None in found(exchange.changes, field.path):
        show(exchange, field, lambda _: "")


@defect.step("merge", "PU07", last(is_text, lambda field: not field.schema.get("minLength")))
def empty_text_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Asks `if value:` before it stores a text."""
    right(exchange)
    if "" in found(exchange.changes, field.path):
        keep_old(exchange, field)


@defect.step("merge", "PU07", first(is_boolean))
def false_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Asks `if value:` before it stores a boolean."""
    right(exchange)
    if False in found(exchange.changes, field.path):
        keep_old(exchange, field)


@defect.step("commit", "PU08", last(is_text))
def echoed_not_stored(exchange: Exchange, right: Step, field: Field) -> None:
    """Answers with the new value of one property, and forgets the column in its UPDATE."""
    answered = exchange.after
    keep_old(exchange, field)
    right(exchange)
    exchange.after = answered


@defect.step("answer", "PU09")
def answer_is_stale(exchange: Exchange, right: Step) -> None:
    """Renders the answer from the record as it was loaded."""
    exchange.after = exchange.before
    right(exchange)


@defect.step("merge", "PU10", last(is_top, is_text))
def one_field_dropped(exchange: Exchange, right: Step, field: Field) -> None:
    """Forgets one property in the list of those that are copied."""
    exchange.changes = without(exchange.changes, field.path)
    right(exchange)


@defect.step("merge", "PU10", last(is_nested, is_text))
def nested_leaf_dropped(exchange: Exchange, right: Step, field: Field) -> None:
    """Copies a nested object member by member, and forgets one of them."""
    right(exchange)
    if is_sent(exchange, field):
        keep_old(exchange, field)


@defect.step("merge", "PU11", paired(first(is_text), is_text))
def values_swapped(exchange: Exchange, right: Step, field: Field) -> None:
    """Has two columns the wrong way round when both properties are sent."""
    other = sibling(exchange.api, field, is_text)
    if other and is_sent(exchange, field) and is_sent(exchange, other):
        one, two = found(exchange.changes, field.path)[0], found(exchange.changes, other.path)[0]
        write_instead(exchange, field, lambda _: two)
        write_instead(exchange, other, lambda _: one)
    right(exchange)


@defect.step("merge", "PU24", last(is_text))
def text_recased(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores a text in lower case, which no document says."""
    write_instead(exchange, field, lambda value: value.lower() if isinstance(value, str) else value)
    right(exchange)


@defect.step("merge", "PU25", only=lambda api: len(fields(api, is_top)) > 2)
def last_of_several_lost(exchange: Exchange, right: Step) -> None:
    """Handles a body of one or two properties by other code than a longer one, where the last one gets lost."""
    if len(exchange.changes) > 2:
        exchange.changes = dict(list(exchange.changes.items())[:-1])
    right(exchange)


@defect.step("merge", "PU26", only=lambda api: len(fields(api, is_top)) > 1)
def order_of_keys_matters(exchange: Exchange, right: Step) -> None:
    """Walks the schema and the body side by side, and misses what is sent ahead of an earlier property."""
    documented = [field.name for field in exchange.api.fields]
    places = [documented.index(name) for name in exchange.changes]
    kept = [name for name, place in zip(exchange.changes, places, strict=True) if place == max(places[: places.index(place) + 1])]
    exchange.changes = {name: exchange.changes[name] for name in kept}
    right(exchange)


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


def _server_owned(api: Api) -> list[str]:
    return [each.path for each in api.record if each.read_only and not (each.volatile or each.derived or each.children)]


@defect.step("merge", "PU21", only=lambda api: bool(_server_owned(api)))
def read_only_written(exchange: Exchange, right: Step) -> None:
    """Forgets one property in the list of those that a client may not write."""
    right(exchange)
    name = _server_owned(exchange.api)[0]
    if name in exchange.body:
        hold(exchange, {**exchange.after.record, name: exchange.body[name]})


@defect.step("answer", "PU22", any_field(is_top, lambda field: field.write_only))
def write_only_shown(exchange: Exchange, right: Step, field: Field) -> None:
    """Shows a property that is only to be written."""
    hold(exchange, {**exchange.after.record, field.name: exchange.after.hidden.get(field.path, "")})
    right(exchange)


@defect.step("find", "PU27", only=lambda api: api.identity == "path")
def unknown_customer_created(exchange: Exchange, right: Step) -> None:
    """Makes a new record for an id that nobody has."""
    try:
        right(exchange)
    except Refusal:
        if not (exchange.writes and exchange.reachable):
            raise
        model = exchange.reachable[0]
        exchange.entry = Entry(tuple(exchange.arguments.values()), model.seed, State({**model.state.record}, {}))
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
