"""The steps of an exchange, each right as the spec has it: a deliberate defect takes the place of one of them.

A step reads what the exchange knows so far, and adds its part or raises Refusal.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from werkzeug.http import parse_etags

from mock_server.exchange import credentials, envelope, json_patch
from mock_server.exchange.cleaning import Cleaning
from mock_server.exchange.exchange import JSON_TYPES, Answer, Exchange, Fault, Refusal
from mock_server.exchange.merge import Write, patched
from mock_server.exchange.relations import Relations
from mock_server.exchange.validation import FAULTS_LIMIT, Validator, telling
from mock_server.state.store import Entry
from mock_server.syntax.forms import members_of
from mock_server.syntax.negotiation import accepts, media_type
from mock_server.syntax.strict_json import NotJson, reader
from specs import Api
from specs.placing import ABSENT, filled, placed, value_at

Step = Callable[[Exchange], None]
BODY_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """One function for every step, in the order in which they usually run."""

    accept: Step
    authenticate: Step
    method: Step
    find: Step
    own: Step
    content_type: Step
    parse: Step
    precondition: Step
    clean: Step
    validate: Step
    merge: Step
    commit: Step
    answer: Step
    refuse: Step


def right_steps(api: Api, validator: Validator) -> Steps:
    """The steps that do what the spec says."""
    read_json = reader(duplicate_keys=api.choices["duplicate_keys"].behaviour == "last")
    return Steps(
        accept=accept,
        authenticate=authenticate,
        method=method,
        find=find,
        own=own,
        content_type=content_type,
        parse=lambda exchange: parse(exchange, read_json),
        precondition=precondition,
        clean=clean,
        validate=lambda exchange: validate(exchange, validator),
        merge=merge,
        commit=commit,
        answer=answer,
        refuse=refuse,
    )


def behaves(api: Api, point: str, behaviour: str) -> bool:
    """Whether the API (or the mock's choice for it) behaves so at this point."""
    choice = api.choices.get(point)
    return choice is not None and choice.behaviour == behaviour


# --- before the body ----------------------------------------------------------------------------------------------


def accept(exchange: Exchange) -> None:
    """406: the client can read none of the media types that a success has."""
    header = exchange.request.environ.get("HTTP_ACCEPT", "")
    shown = exchange.plan.success_type if exchange.writes else exchange.plan.read_type
    readable = accepts(header, shown) or (shown.endswith("json") and accepts(header, "application/json"))
    if not readable and behaves(exchange.api, "wrong_accept", "refuse"):
        raise Refusal("not_acceptable")


def authenticate(exchange: Exchange) -> None:
    """401: no credential, or one that nobody holds."""
    security = exchange.api.security
    if not security:
        exchange.reachable = exchange.store.entries
        return
    held: dict[str, tuple[Entry, ...]] = {}
    for scheme in security:
        credential = credentials.presented(exchange.request, scheme)
        if credential is not None:
            held[scheme.name] = exchange.store.holders(scheme.name, credential)
    is_given = bool(held)
    for names in exchange.api.security_sets:  # alternatives, of which each may ask for several credentials together
        if names and names <= held.keys():
            first, *others = (held[name] for name in sorted(names))
            exchange.reachable += tuple(entry for entry in first if all(entry in each for each in others))
    if not exchange.reachable:
        headers = {"WWW-Authenticate": credentials.challenge(security[0])}
        raise Refusal("wrong_credential" if is_given else "unauthenticated", headers=headers)


def method(exchange: Exchange) -> None:
    """405: the path has no such operation."""
    if exchange.request.method not in exchange.allowed:
        raise Refusal("method_not_allowed", value=exchange.request.method, headers={"Allow": allow(exchange)})


def find(exchange: Exchange) -> None:
    """404: there is no such customer."""
    entry = exchange.reachable[0] if exchange.api.identity == "credential" else exchange.store.find(exchange.arguments)
    if entry is None:
        raise Refusal("unknown_record")
    exchange.entry = entry


def own(exchange: Exchange) -> None:
    """403, or 404 where the document has no 403: the credential is not for this customer."""
    if exchange.entry not in exchange.reachable:
        raise Refusal("forbidden")


def content_type(exchange: Exchange) -> None:
    """415: there is a body, and it is not what the document accepts, or is compressed; an action passes over any."""
    if exchange.api.style == "action":
        return
    if not is_readable(exchange) and body_of(exchange) and behaves(exchange.api, "wrong_content_type", "refuse"):
        headers = {"Accept-Patch": ", ".join(exchange.api.media_types)}
        raise Refusal("unsupported_media_type", value=exchange.request.content_type or "", headers=headers)
    coding = exchange.request.environ.get("HTTP_CONTENT_ENCODING", "").strip().lower()
    if coding not in ("", "identity") and body_of(exchange):  # RFC 9110, 15.5.16: and which ones there are
        raise Refusal("unsupported_media_type", value=coding, headers={"Accept-Encoding": "identity"})


def is_readable(exchange: Exchange) -> bool:
    """The Content-Type is one that the document accepts; its parameters say nothing about JSON (RFC 8259, 11)."""
    return media_type(exchange.request.environ.get("CONTENT_TYPE", "")) in exchange.api.media_types


def parse(exchange: Exchange, read_json: Callable[[bytes], Any]) -> None:
    """400: the body is not JSON, is missing, is no object, or is empty."""
    content = b"" if exchange.api.style == "action" else body_of(exchange)
    if not is_readable(exchange) and behaves(exchange.api, "wrong_content_type", "empty"):
        content = b""
    if not content:
        if behaves(exchange.api, "no_body", "refuse"):
            raise Refusal("empty_body")
        exchange.body = {}
        return
    if exchange.api.style == "form":
        exchange.body = members_of(exchange.request, {each.name: each for each in exchange.api.fields})
        return
    try:
        exchange.body = read_json(content)
    except NotJson as reason:
        raise Refusal("malformed_json", value=str(reason)) from None
    if exchange.api.style == "json_patch" and json_patch.is_patch(exchange.body):
        exchange.body = json_patch.changes_of(exchange.body, exchange.entry.state.record)
    elif exchange.api.style == "json_patch":
        exchange.body = None  # no list of operations: no patch of this kind
    elif exchange.api.body_at:
        exchange.body = _changes(exchange.body, exchange.api.body_at)


def _changes(body: Any, pointer: str) -> Any:
    """What stands at the documented place of the changes; a body without that place changes nothing."""
    found = value_at(body, pointer) if isinstance(body, dict) else body
    return {} if found is ABSENT else found


def check_parameters(exchange: Exchange) -> None:
    """400: a query or header parameter that every such request needs is missing."""
    request = exchange.request
    for each in exchange.api.parameters:
        if each.location in ("query", "header") and request.method in each.operations:
            given = request.args if each.location == "query" else request.headers
            if each.name not in given:
                raise Refusal("invalid_field", (Fault((each.name,), "required"),))


def body_of(exchange: Exchange) -> bytes:
    """The bytes of the body, within the limit."""
    content: bytes = exchange.request.get_data()
    if len(content) > BODY_LIMIT:
        raise Refusal("too_large")
    return content


# --- the body -----------------------------------------------------------------------------------------------------


def precondition(exchange: Exchange) -> None:
    """412 and 428: the client has seen another state, or none, where the API asks for that."""
    if "if_match" not in exchange.api.choices:
        return
    wanted = exchange.request.environ.get("HTTP_IF_MATCH")
    if wanted is None and behaves(exchange.api, "if_match", "required"):
        raise Refusal("precondition_required")
    if wanted is not None and not parse_etags(wanted).contains(exchange.store.etag(exchange.before)):
        raise Refusal("precondition_failed")


def clean(exchange: Exchange) -> None:
    """What of the body is to be written; 400 where the body as a whole cannot be a patch."""
    body, api = exchange.body, exchange.api
    if not isinstance(body, dict):
        raise Refusal("not_an_object", value=JSON_TYPES[type(body)])
    if not body and body_of(exchange) and behaves(api, "empty_body", "refuse"):
        raise Refusal("empty_body")
    strict = exchange.settings.strict
    body = _masked(exchange, body)
    cleaning = Cleaning(refuses_unknown=strict or exchange.plan.refuses_unknown, refuses_read_only=strict)
    exchange.changes = cleaning.members(body, exchange.plan.members)
    exchange.faults = cleaning.faults
    if body and not exchange.changes and not cleaning.faults and behaves(api, "only_unknown_fields", "refuse"):
        raise Refusal("empty_body")


def _masked(exchange: Exchange, body: dict[str, Any]) -> dict[str, Any]:
    """What a field mask names of the body, null for what the body lacks (AIP-134); all of it without a mask, or with ``*``."""
    given = next((text for each in exchange.api.field_masks if (text := exchange.request.args.get(each.name))), "*")
    if given == "*":
        return body
    return {name: body.get(name) for name in (path.strip().partition(".")[0] for path in given.split(",")) if name}


def validate(exchange: Exchange, validator: Validator) -> None:
    """Every fault of the changes: against the schema, and against what is stored."""
    exchange.faults.extend(validator.faults(exchange.changes))
    if exchange.plan.related.isdisjoint(exchange.changes):
        return
    others = [other.state.record for other in exchange.store.others(exchange.entry)]
    members, rows = exchange.plan.members, exchange.store.references
    relations = Relations(members, exchange.before.record, exchange.changes, rows, others)
    named = {fault.path for fault in exchange.faults}
    for fault in islice(relations.faults(), FAULTS_LIMIT):
        if fault.path not in named:
            named.add(fault.path)
            exchange.faults.append(fault)


def check_faults(exchange: Exchange) -> None:
    """400: refuses a body with faults, all of them or the first one."""
    if exchange.faults:
        faults = telling(exchange.faults)[:FAULTS_LIMIT]
        raise Refusal("invalid_field", tuple(faults[:1] if behaves(exchange.api, "all_faults", "first") else faults))


# --- the write ----------------------------------------------------------------------------------------------------


def merge(exchange: Exchange) -> None:
    """The state after the write."""
    write = Write(now=exchange.clock.now(), rows=exchange.store.references, owner=f"{exchange.api.name}/{exchange.entry.name}")
    exchange.after = patched(exchange.before, exchange.changes, exchange.plan, write)


def commit(exchange: Exchange) -> None:
    """The state after the write is the customer's state."""
    exchange.after = exchange.store.write(exchange.entry, exchange.after)


# --- the answer ---------------------------------------------------------------------------------------------------


def answer(exchange: Exchange) -> None:
    """The success: the whole record, where the document shows it."""
    api, plan = exchange.api, exchange.plan
    if not exchange.writes:
        body = placed(api.around_read, api.read_at, exchange.after.record, exchange.arguments)
        exchange.answer = Answer(200, body, plan.read_type)
    elif (plain := _unasked(exchange)) is not None:
        exchange.answer = Answer(plain, b"", plan.success_type)
    elif api.shows_record:
        body = placed(api.around_record, api.record_at, exchange.after.record, exchange.arguments)
        exchange.answer = Answer(api.success, body, plan.success_type)
    else:
        has_body = bool(api.responses[api.success].media_types)
        exchange.answer = Answer(
            api.success, filled(api.around_record, exchange.arguments) if has_body else b"", plan.success_type
        )
    if "if_match" in api.choices:
        exchange.answer.headers["ETag"] = f'"{exchange.store.etag(exchange.after)}"'


def _unasked(exchange: Exchange) -> int | None:
    """The status without a body, where the document shows the record to who prefers it, and the request does not say so."""
    api = exchange.api
    said = str(exchange.request.headers.get("Prefer") or "").replace(" ", "")
    if api.preference is None or api.preference in said:
        return None
    return next((status for status in api.also_success if not api.responses[status].media_types), None)


def refuse(exchange: Exchange) -> None:
    """The documented envelope."""
    assert exchange.refusal is not None
    exchange.answer = envelope.answer_to(exchange.api, exchange.refusal)


def allow(exchange: Exchange) -> str:
    """The Allow header of the requested path."""
    return ", ".join((*exchange.allowed, "OPTIONS"))
