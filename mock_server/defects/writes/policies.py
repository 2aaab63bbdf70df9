"""Partial update, continued: objects and arrays are written by another policy, and what no one may write or see is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mock_server.defects.choosing import (
    any_field,
    first,
    is_array,
    is_in_items,
    is_in_object,
    is_merged_as,
    is_object,
    is_text,
    is_top,
    last,
    must_refuse,
    paired,
    sibling,
)
from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import changed, found, hold, is_sent, keep_old, show
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


def _may_stand_alone(api: Api) -> Field | None:
    """The last text of an object that may be sent without any other member."""
    demanding = {field.path.rpartition(".")[0] for field in api.walk_fields() if field.required}
    return last(is_in_object, is_text, lambda field: field.path.rpartition(".")[0] not in demanding)(api)


@defect.step("merge", "PU10", paired(_may_stand_alone, is_text))
def member_of_object_needs_company(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores one member of a nested object with another one only."""
    right(exchange)
    other = sibling(exchange.api, field, is_text)
    if other and is_sent(exchange, field) and not is_sent(exchange, other):
        keep_old(exchange, field)


def _in_replaced(field: Field) -> bool:
    return field.path.count(".") == 1


def _replaces_objects(api: Api) -> bool:
    return first(is_top, is_object, is_merged_as("replace"))(api) is not None


@defect.step("merge", "PU13", last(is_in_object, is_text, _in_replaced), only=_replaces_objects)
def left_out_member_kept_beside_same(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes an object that begins as the stored one does for the same, and keeps what the new one lacks."""
    right(exchange)
    parent = field.path.rpartition(".")[0]
    sent, old = exchange.changes.get(parent), exchange.before.record.get(parent)
    if not isinstance(sent, dict) or not isinstance(old, dict) or field.name in sent:
        return
    if any(value == old.get(name) for name, value in sent.items() if isinstance(value, str)):
        hold(exchange, changed(exchange.after.record, parent, lambda new: {**new, field.name: old.get(field.name)}))


@defect.step("merge", "PU13", last(is_in_object, is_text, _in_replaced), only=_replaces_objects)
def empty_object_keeps_member(exchange: Exchange, right: Step, field: Field) -> None:
    """Clears an object member by member for an empty one, and forgets one of them."""
    right(exchange)
    parent = field.path.rpartition(".")[0]
    old = exchange.before.record.get(parent)
    if exchange.changes.get(parent) == {} and isinstance(old, dict):
        hold(exchange, {**exchange.after.record, parent: {field.name: old.get(field.name)}})


def _is_plain_in_item(field: Field) -> bool:
    return is_in_items(field) and is_text(field) and field.path.count("[]") == 1 and not field.required


def _by_key(
    exchange: Exchange, field: Field, change: Callable[[dict[str, Any], dict[str, Any], dict[str, Any]], dict[str, Any]]
) -> None:
    """What the record holds for each sent item of the field's array becomes what ``change`` makes of sent, old and new item."""
    array = exchange.api.field(field.top)
    key = array.merge.key if array.merge is not None and array.merge.key else "id"
    sent = {item.get(key): item for item in exchange.changes.get(array.name) or () if isinstance(item, dict)}
    old = {item.get(key): item for item in exchange.before.record.get(str(array.response)) or ()}
    items = exchange.after.record.get(str(array.response)) or []
    new = [change(sent[item[key]], old[item[key]], item) if item.get(key) in sent.keys() & old.keys() else item for item in items]
    if sent:
        hold(exchange, {**exchange.after.record, str(array.response): new})


@defect.step("merge", "PU16", first(_is_plain_in_item))
def part_of_item_empties_rest(exchange: Exchange, right: Step, field: Field) -> None:
    """Makes a new row of an item that is sent in part, and leaves one column of it blank."""
    right(exchange)
    _by_key(exchange, field, lambda sent, _old, new: new if field.name in sent else {**new, field.name: ""})


@defect.step("merge", "PU10", last(_is_plain_in_item))
def member_of_item_needs_company(exchange: Exchange, right: Step, field: Field) -> None:
    """Looks for changes of an item in its other columns only."""
    right(exchange)
    _by_key(exchange, field, lambda sent, old, new: {**new, field.name: old.get(field.name)} if _is_alone(sent, field) else new)


def _is_alone(sent: dict[str, Any], field: Field) -> bool:
    return field.name in sent and len(sent) == 2


@defect.step("merge", "PU16", last(_is_plain_in_item))
def one_item_changed_at_a_time(exchange: Exchange, right: Step, field: Field) -> None:
    """Stops looking for changes of a column at the first item that has one."""
    right(exchange)
    seen: list[object] = []

    def first_alone(sent: dict[str, Any], old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
        if sent.get(field.name, old.get(field.name)) == old.get(field.name):
            return new
        seen.append(new)
        return new if len(seen) == 1 else {**new, field.name: old.get(field.name)}

    _by_key(exchange, field, first_alone)


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


def _owned_inside(api: Api) -> list[str]:
    """What the server owns in the items of an array that requests set, times of writes aside: array and member."""
    arrays = [each for each in api.fields if each.kind == "array" and each.children]
    shown = [(each, found) for each in api.record for array in arrays if array.response == each.path for found in each.children]
    own = [found.path for _each, found in shown if found.read_only and not (found.children or found.volatile or found.derived)]
    return [path for path in own if not path.endswith("_id")]


@defect.step("merge", "PU21", only=lambda api: bool(_owned_inside(api)))
def read_only_member_of_item_written(exchange: Exchange, right: Step) -> None:
    """Takes whatever an item has, though it knows well what a client may write at the top."""
    right(exchange)
    array, _, name = _owned_inside(exchange.api)[0].partition("[].")
    sent = exchange.body.get(array)
    values = (
        {item.get("id"): item[name] for item in sent if isinstance(item, dict) and name in item} if isinstance(sent, list) else {}
    )
    items = [{**item, name: values.get(item.get("id"), item.get(name))} for item in exchange.after.record.get(array) or []]
    hold(exchange, {**exchange.after.record, array: items})


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
