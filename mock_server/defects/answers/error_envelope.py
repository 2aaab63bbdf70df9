"""Error envelopes: a refusal has the wrong status or form, names the wrong field, or tells too much."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mock_server.defects.choosing import fields, first, is_in_object, is_text, is_top, must_refuse
from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import is_foreign
from mock_server.exchange.exchange import Answer, Exchange, Fault, Refusal
from mock_server.exchange.steps import Step
from specs import Api, Field

defect = Family("error_envelope")
PAGE = b"<!doctype html><title>Bad Request</title><h1>Bad Request</h1>"


def refused(exchange: Exchange, *situations: str) -> bool:
    """Whether the request is refused for one of these reasons."""
    return exchange.refusal is not None and exchange.refusal.situation in situations


def _blame(exchange: Exchange, change: Callable[[Fault], Fault]) -> None:
    assert exchange.refusal is not None
    exchange.refusal.faults = tuple(change(fault) for fault in exchange.refusal.faults)


def each_text(body: Any, change: Callable[[str], Any]) -> Any:
    """A JSON value with every text in it changed."""
    if isinstance(body, dict):
        return {key: each_text(value, change) for key, value in body.items()}
    if isinstance(body, list):
        return [each_text(value, change) for value in body]
    return change(body) if isinstance(body, str) else body


def _names_fields(api: Api) -> bool:
    """The document itself says where an error names the field."""
    situation = api.situations["invalid_field"]
    return situation.shape.named == "required" or "names-the-field" in api.claims


def documents_unknown(api: Api) -> bool:
    """The document says how an unknown id is answered."""
    return api.identity == "path" and api.documents(api.situations["unknown_record"].status)


# --- the form -----------------------------------------------------------------------------------------------------


@defect.step("refuse", "EE01")
def private_form_of_errors(exchange: Exchange, right: Step) -> None:
    """Answers invalid data in a form of its own."""
    right(exchange)
    if refused(exchange, "invalid_field"):
        exchange.answer.body = {"problems": [{"what": "invalid"}]}


@defect.step("refuse", "EE01", only=lambda api: api.situations["invalid_field"].shape.template == "$tree")
def fields_wrapped_in_errors(exchange: Exchange, right: Step) -> None:
    """Answers invalid data with a message, and with the map of fields beside it as another framework does."""
    right(exchange)
    if refused(exchange, "invalid_field"):
        exchange.answer.body = {"message": "The given data was invalid.", "errors": exchange.answer.body}


@defect.step("refuse", "EE02")
def page_for_invalid_data(exchange: Exchange, right: Step) -> None:
    """Leaves invalid data to the framework's error page."""
    right(exchange)
    if refused(exchange, "invalid_field"):
        exchange.answer = Answer(exchange.answer.status, PAGE, "text/html; charset=utf-8")


@defect.step("refuse", "EE02")
def page_for_malformed_json(exchange: Exchange, right: Step) -> None:
    """Leaves a body that is not JSON to the framework's error page."""
    right(exchange)
    if refused(exchange, "malformed_json"):
        exchange.answer = Answer(exchange.answer.status, PAGE, "text/html; charset=utf-8")


@defect.step("refuse", "EE05")
def page_for_missing_credential(exchange: Exchange, right: Step) -> None:
    """Leaves a missing credential to the framework's error page."""
    right(exchange)
    if refused(exchange, "unauthenticated", "wrong_credential"):
        exchange.answer = replace(exchange.answer, body=PAGE, media_type="text/html; charset=utf-8")


@defect.step("refuse", "EE04", only=documents_unknown)
def private_form_of_not_found(exchange: Exchange, right: Step) -> None:
    """Answers an unknown id in a form of its own."""
    right(exchange)
    if refused(exchange, "unknown_record"):
        exchange.answer.body = "Not found"


@defect.step("refuse", "EE19", only=documents_unknown)
def not_found_without_body(exchange: Exchange, right: Step) -> None:
    """Answers an unknown id with a status alone."""
    right(exchange)
    if refused(exchange, "unknown_record"):
        exchange.answer.body = b""


def _documents_empty(api: Api) -> bool:
    """The document says how a body without any change is answered."""
    return "empty-body-envelope" in api.claims or (
        must_refuse("empty_body")(api) and api.documents(api.situations["empty_body"].status)
    )


@defect.step("refuse", "EE01", only=_documents_empty)
def private_form_of_empty_body(exchange: Exchange, right: Step) -> None:
    """Answers a body without any change in a form of its own."""
    right(exchange)
    if refused(exchange, "empty_body"):
        exchange.answer.body = ["nothing to do"]


@defect.step("refuse", "EE24", only=lambda api: api.documents(405))
def private_form_of_wrong_method(exchange: Exchange, right: Step) -> None:
    """Leaves a wrong method to the framework's router, which has a form of its own."""
    right(exchange)
    if refused(exchange, "method_not_allowed"):
        exchange.answer.body = "Method Not Allowed"


@defect.steps("EE23", only=lambda api: "throttled-envelope" in api.claims)
def throttled_without_envelope() -> Turns:
    """Has a proxy that throttles every fiftieth write, and says so with a page of its own, where the document has a form."""
    count = itertools.count(1)

    def accept(exchange: Exchange, right: Step) -> None:
        if exchange.writes and next(count) % 50 == 0:
            raise Refusal("throttled", headers={"Retry-After": "0"})
        right(exchange)

    def refuse(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if refused(exchange, "throttled"):
            exchange.answer = Answer(429, PAGE, "text/html; charset=utf-8", {"Retry-After": "0"})

    return {"accept": accept, "refuse": refuse}


def _boxed(text: str) -> Any:
    """Messages have spaces in them, codes and names of fields have none."""
    return {"text": text} if " " in text else text


@defect.step("refuse", "EE13")
def message_is_no_text(exchange: Exchange, right: Step) -> None:
    """Puts the messages into the error as the validator's own objects."""
    right(exchange)
    if refused(exchange, "invalid_field"):
        exchange.answer.body = each_text(exchange.answer.body, _boxed)


@defect.step("refuse", "EE16")
def messages_are_blank(exchange: Exchange, right: Step) -> None:
    """Has no text for what is wrong, and sends an empty one."""
    right(exchange)
    if refused(exchange, "invalid_field"):
        exchange.answer.body = each_text(exchange.answer.body, lambda text: "" if " " in text else text)


@defect.step("refuse", "AU11")
def private_form_of_missing_credential(exchange: Exchange, right: Step) -> None:
    """Answers a missing credential from a gateway, in a form of its own."""
    right(exchange)
    if refused(exchange, "unauthenticated", "wrong_credential"):
        exchange.answer.body = "Unauthorized"


@defect.step("refuse", "EE27")
def error_sent_as_plain_text(exchange: Exchange, right: Step) -> None:
    """Sends the JSON of an error as plain text."""
    right(exchange)
    if refused(exchange, "invalid_field", "malformed_json", "not_an_object"):
        exchange.answer.media_type = "text/plain; charset=utf-8"


@defect.step("refuse", "EE27", only=lambda api: api.situations["invalid_field"].shape.media_type.endswith("+json"))
def error_sent_as_plain_json(exchange: Exchange, right: Step) -> None:
    """Sends invalid data's answer as it does every JSON, and not by the name that its form has."""
    right(exchange)
    if refused(exchange, "invalid_field"):
        exchange.answer.media_type = "application/json"


@defect.steps("EE28")
def other_form_on_repeat() -> Turns:
    """Answers the same bad body a second time out of a cache, in a shorter form."""
    bodies: dict[str, Any] = {}

    def refuse(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if refused(exchange, "invalid_field"):
            if bodies.get(exchange.entry.name) == exchange.body:
                exchange.answer.body = ["invalid"]
            bodies[exchange.entry.name] = exchange.body

    return {"refuse": refuse}


@defect.step("refuse", "EE25")
def form_follows_the_language(exchange: Exchange, right: Step) -> None:
    """Has a template of its own for the errors in other languages than English."""
    right(exchange)
    if is_foreign(exchange) and refused(exchange, "invalid_field"):
        exchange.answer.body = {"fehler": True}


# --- the field ----------------------------------------------------------------------------------------------------


@defect.step("refuse", "EE03", only=lambda api: _names_fields(api) and len(fields(api, is_top)) > 1)
def other_field_named(exchange: Exchange, right: Step) -> None:
    """Names the property that stands next in the schema."""
    names = [field.name for field in exchange.api.fields]
    following = dict(zip(names, [*names[1:], names[0]], strict=True))
    _blame(exchange, lambda fault: replace(fault, path=(following.get(str(fault.path[0]), names[0]), *fault.path[1:])))
    right(exchange)


@defect.step("refuse", "EE03", first(is_top, is_text), only=_names_fields)
def column_named_instead(exchange: Exchange, right: Step, field: Field) -> None:
    """Names the database column of one property instead of the property."""
    _blame(exchange, lambda fault: replace(fault, path=(f"{field.name}_col",)) if fault.path[:1] == (field.name,) else fault)
    right(exchange)


@defect.step("refuse", "EE03", only=_names_fields)
def all_sent_fields_named(exchange: Exchange, right: Step) -> None:
    """Blames every property that was sent along with the bad one."""
    if refused(exchange, "invalid_field") and exchange.refusal:
        blamed = {fault.path[0] for fault in exchange.refusal.faults if fault.path}
        rest = tuple(Fault((name,), "default") for name in exchange.body if name not in blamed)
        exchange.refusal.faults += rest
    right(exchange)


@defect.step("refuse", "EE03", only=lambda api: _names_fields(api) and api.situations["invalid_field"].shape.fields != "keys")
def all_errors_name_the_first_field(exchange: Exchange, right: Step) -> None:
    """Has a variable for the name that is set once for a body, and an error for each fault in it."""
    if exchange.refusal and exchange.refusal.faults:
        path = exchange.refusal.faults[0].path
        _blame(exchange, lambda fault: replace(fault, path=path))
    right(exchange)


@defect.step("refuse", "EE03", first(lambda field: "_" in field.name or field.name != field.name.lower()), only=_names_fields)
def field_named_as_in_code(exchange: Exchange, right: Step, _field: Field) -> None:
    """Names fields as the code calls them, and not the document: in the other of the two usual spellings of words."""
    _blame(exchange, lambda fault: replace(fault, path=tuple(_in_code(each) for each in fault.path)))
    right(exchange)


def _in_code(part: Any) -> Any:
    """A name in camel case, or one that has it in words with a line below."""
    if not isinstance(part, str):
        return part
    first_word, *others = part.split("_")
    joined = "".join((first_word, *(each.capitalize() for each in others)))
    return joined if others else re.sub("(?=[A-Z])", "_", part).lower()


def _names_leaves(api: Api) -> bool:
    return _names_fields(api) and api.situations["invalid_field"].shape.nested == "leaf"


@defect.step("refuse", "EE21", only=lambda api: _names_leaves(api) and any(field.children for field in api.fields))
def nested_field_not_named(exchange: Exchange, right: Step) -> None:
    """Names the top-level property only, whatever is wrong below it."""
    _blame(exchange, lambda fault: replace(fault, path=fault.path[:1]))
    right(exchange)


@defect.step("refuse", "EE21", first(is_in_object), only=_names_fields)
def nested_field_named_without_its_parent(exchange: Exchange, right: Step, _field: Field) -> None:
    """Names a nested property by its last name alone."""
    _blame(exchange, lambda fault: replace(fault, path=fault.path[-1:]))
    right(exchange)


@defect.step("refuse", "EE06", only=lambda api: api.situations["invalid_field"].shape.named == "required")
def errors_without_items(exchange: Exchange, right: Step) -> None:
    """Collects the errors in one list, and sends another."""
    if exchange.refusal:
        exchange.refusal.faults = ()
    right(exchange)


@defect.step("refuse", "EE17", only=lambda api: "all-faults-reported" in api.claims)
def first_fault_only(exchange: Exchange, right: Step) -> None:
    """Stops at the first fault, where the document lists all of them."""
    if exchange.refusal:
        exchange.refusal.faults = exchange.refusal.faults[:1]
    right(exchange)
