"""Partial update: what is sent is lost or altered, or what is not sent changes."""

from __future__ import annotations

import html
import re
import unicodedata
from datetime import date, timedelta

from mock_server.defects.choosing import (
    any_field,
    fields,
    first,
    is_boolean,
    is_date,
    is_in_object,
    is_nested,
    is_nullable,
    is_object,
    is_text,
    is_top,
    last,
    paired,
    sibling,
    takes,
)
from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import changed, found, hold, is_sent, keep_old, show, shown_at, without, write_instead
from mock_server.exchange.exchange import Exchange
from mock_server.exchange.steps import Step
from specs import Api, Field
from specs.model import json_types

defect = Family("partial_update")


# --- fields that are not sent -------------------------------------------------------------------------------------


@defect.step("merge", "PU01", first(is_top, is_nullable, lambda field: "const" not in field.schema))
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


@defect.step("merge", "PU12", any_field(is_top, lambda field: field.response is None and field.reference is not None))
def choice_copied_into_neighbour(exchange: Exchange, right: Step, field: Field) -> None:
    """Copies something of the record that is chosen into a property beside it."""
    right(exchange)
    neighbour = first(is_top, is_text)(exchange.api)
    if neighbour and is_sent(exchange, field) and not is_sent(exchange, neighbour):
        show(exchange, neighbour, lambda _: "Chosen")


@defect.step("merge", "PU12", last(is_object))
def write_upsets_other_object(exchange: Exchange, right: Step, field: Field) -> None:
    """Writes a nested object anew whenever anything is written, and loses its first text on the way."""
    right(exchange)
    inner = next((child for child in field.children if is_text(child)), None)
    if inner and exchange.changes and not is_sent(exchange, field):
        show(exchange, inner, lambda _: "")


# --- fields that are sent -----------------------------------------------------------------------------------------


def _owned_texts(api: Api) -> list[str]:
    """Members that the server owns and that hold any text, outside arrays."""
    plain = [
        each for each in api.walk_record() if each.read_only and "[]" not in each.path and "string" in json_types(each.schema)
    ]
    free = [each for each in plain if not (each.volatile or each.schema.keys() & {"enum", "format", "pattern"})]
    return [each.path for each in free if all(isinstance(text, str) for text in found(api.customers[0].record, each.path))]


@defect.step("merge", "PU12", only=lambda api: bool(_owned_texts(api)))
def first_write_mends_what_the_server_owns(exchange: Exchange, right: Step) -> None:
    """Writes a text that the server owns anew, another one at the first time."""
    right(exchange)
    if exchange.writes:
        hold(exchange, changed(exchange.after.record, _owned_texts(exchange.api)[-1], lambda text: f"{text[:-1]}."))


@defect.step("merge", "PU04", last(is_nullable))
def null_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Cannot tell null from a property that is not sent, for one property."""
    right(exchange)
    if None in found(exchange.changes, field.path):
        keep_old(exchange, field)


@defect.step("merge", "PU10", first(is_top, is_nullable))
def null_ends_the_loop(exchange: Exchange, right: Step, field: Field) -> None:
    """Stops at a null on its way through the properties of the body."""
    names = list(exchange.changes)
    if field.name in names and exchange.changes[field.name] is None:
        ended = names[names.index(field.name) + 1 :]
        exchange.changes = {name: value for name, value in exchange.changes.items() if name not in ended}
    right(exchange)


@defect.step("merge", "PU05", first(is_nullable, is_text))
def null_stored_as_empty_text(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a column that cannot be null, and stores an empty text for it."""
    right(exchange)
    if None in found(exchange.changes, field.path):
        show(exchange, field, lambda _: "")


@defect.step("merge", "PU07", last(is_text, takes("")))
def empty_text_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Asks `if value:` before it stores a text."""
    right(exchange)
    if "" in found(exchange.changes, field.path):
        keep_old(exchange, field)


@defect.step("merge", "PU07", first(is_boolean, is_top))
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


@defect.step("merge", "PU11", paired(first(is_top, is_text), is_text))
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


@defect.step("merge", "PU24", last(is_text))
def other_case_is_no_change(exchange: Exchange, right: Step, field: Field) -> None:
    """Compares case-insensitively to find out whether there is anything to update."""
    right(exchange)
    old, new = (found(each.record, shown_at(field)) for each in (exchange.before, exchange.after))
    if is_sent(exchange, field) and [str(value).lower() for value in old] == [str(value).lower() for value in new]:
        keep_old(exchange, field)


@defect.step("merge", "PU23", last(is_text, takes("\u2019")))
def typewriter_signs_stored(exchange: Exchange, right: Step, field: Field) -> None:
    """Replaces printer's quotation marks, dashes and spaces by those of a typewriter."""
    plain = str.maketrans("\u2019\u201c\u201d\u2013\xa0", '\'""- ')
    write_instead(exchange, field, lambda value: value.translate(plain) if isinstance(value, str) else value)
    right(exchange)


@defect.step("merge", "TY02", first(is_date))
def early_dates_shifted(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes a date for midnight, and rounds moments before 1970 towards the day before."""
    write_instead(exchange, field, lambda value: _day_before(value) if isinstance(value, str) and value < "1970" else value)
    right(exchange)


def _day_before(value: str) -> str:
    return (date.fromisoformat(value) - timedelta(days=1)).isoformat()


@defect.step("merge", "LN14", last(is_text, takes("e\u0301")))
def text_normalised(exchange: Exchange, right: Step, field: Field) -> None:
    """Composes characters ahead of storing them: what comes back is not what was sent."""
    write_instead(exchange, field, lambda value: unicodedata.normalize("NFC", value) if isinstance(value, str) else value)
    right(exchange)


@defect.step("merge", "LN15", last(is_text, takes("a & b")))
def escaped_text_stored(exchange: Exchange, right: Step, field: Field) -> None:
    """Escapes a text for HTML ahead of storing it."""
    write_instead(exchange, field, lambda value: html.escape(value) if isinstance(value, str) else value)
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


@defect.step("merge", "PU23", last(is_text, takes("a  b")))
def inner_spaces_collapsed(exchange: Exchange, right: Step, field: Field) -> None:
    """Makes one space of several, as a page would show them."""
    write_instead(exchange, field, lambda value: re.sub(" {2,}", " ", value) if isinstance(value, str) else value)
    right(exchange)


@defect.step("merge", "TY01", first(is_text, takes("007")))
def number_shown_for_text(exchange: Exchange, right: Step, field: Field) -> None:
    """Turns a text of digits that begins with 0 into a number on its way through a spreadsheet."""
    right(exchange)
    show(exchange, field, lambda value: int(value) if isinstance(value, str) and re.fullmatch("0[0-9]{1,8}", value) else value)


# --- what fields have in common ---------------------------------------------------------------------------------------


@defect.step("merge", "PU01", paired(last(is_text, is_top), is_text))
def equal_texts_share_a_row(exchange: Exchange, right: Step, field: Field) -> None:
    """Keeps each text once in a table of texts, and updates the row there: for all that have it."""
    other = sibling(exchange.api, field, is_text)
    right(exchange)
    if other is None or not is_sent(exchange, other):
        return
    old, shared = found(exchange.before.record, shown_at(other)), found(exchange.before.record, shown_at(field))
    new = found(exchange.after.record, shown_at(other))
    if old and old == shared and found(exchange.after.record, shown_at(field)) == shared:
        hold(exchange, changed(exchange.after.record, shown_at(field), lambda _: new[0]))


def _twin(api: Api, field: Field) -> Field | None:
    """An object with the same members, ahead of this one."""
    objects = [each for each in fields(api, is_object) if "[]" not in each.path and each.top != field.top]
    return next((each for each in objects if [it.name for it in each.children] == [it.name for it in field.children]), None)


@defect.steps("PU13", last(is_object, is_in_object))
def equal_objects_share_a_row(field: Field) -> Turns:
    """Finds the row of a nested object by what is in it, and updates it for the other object that has the same row."""

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        twin = _twin(exchange.api, field)
        if twin is None or not is_sent(exchange, twin) or field.top in exchange.changes:
            return
        if found(exchange.before.record, shown_at(field)) == found(exchange.before.record, shown_at(twin)):
            new = found(exchange.after.record, shown_at(twin))[0]
            hold(exchange, changed(exchange.after.record, shown_at(field), lambda _: new))

    return {"merge": merge}


@defect.step("merge", "PU10", last(is_text, is_in_object))
def member_lost_beside_other_object(exchange: Exchange, right: Step, field: Field) -> None:
    """Writes one member of an object only where that object alone is sent."""
    right(exchange)
    if is_sent(exchange, field) and len(exchange.changes) > 1:
        keep_old(exchange, field)
