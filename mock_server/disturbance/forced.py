"""Answers on demand: by a status, by the name of an example in the document, or by the name of a situation of x-contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from mock_server.exchange import credentials, envelope
from mock_server.exchange.exchange import Answer, Exchange, Fault, Refusal
from mock_server.exchange.steps import allow
from specs import Api, Situation
from specs.normalise import resolve

RETRY_AFTER = "1"
"""Seconds, for 429 and 503 where the document does not say how many."""

_RETRIED = (429, 503)


def answer(exchange: Exchange, status: int | None, example: str | None) -> tuple[Answer, Refusal | None] | None:
    """The answer that a status, an example or both ask for, and why it is a refusal.

    An example that is not there is passed over. None for a success without an example: its body is the record.
    """
    if example is not None and (named := _named(exchange, status, example)) is not None:
        return named
    if status is None or status < HTTPStatus.BAD_REQUEST:
        return None
    return _refused(exchange, _situation(exchange.api, status))


def has_example(exchange: Exchange, status: int | None, name: str) -> bool:
    """Whether there is an example or a situation of this name, with this status if one is given."""
    return _named(exchange, status, name) is not None


def _named(exchange: Exchange, status: int | None, name: str) -> tuple[Answer, Refusal | None] | None:
    found = _example(exchange, status, name)
    if found is not None:
        return found, None
    if name not in exchange.api.situations and name not in envelope.FALLBACK:
        return None
    situation = envelope.situation_of(exchange.api, name)
    return _refused(exchange, situation) if status in (None, situation.status) else None


def operation(exchange: Exchange) -> str | None:
    """The operationId of what is asked for; None where the document has no such operation."""
    api, method = exchange.api, exchange.request.method
    if method not in exchange.allowed:
        return None
    return api.operation_id if method == "PATCH" or api.read is None else api.read.operation_id


def documents(exchange: Exchange, status: int) -> bool:
    """Whether the document has this status for the operation."""
    responses = _responses(exchange)
    return bool({str(status), f"{status // 100}XX", "default"} & {str(key) for key in responses})


def _responses(exchange: Exchange) -> Mapping[str, Any]:
    """The operation's responses, as the document writes them; of a method that it does not have, the PATCH's."""
    api = exchange.api
    is_read = exchange.request.method in ("GET", "HEAD") and api.read is not None
    item = api.document["paths"][api.read.path if is_read and api.read else api.path]
    responses: Mapping[str, Any] = item["get" if is_read else "patch"]["responses"]
    return responses


def _example(exchange: Exchange, status: int | None, name: str) -> Answer | None:
    document = exchange.api.document
    for key, reference in _responses(exchange).items():
        for media_type, content in resolve(reference, document).get("content", {}).items():
            if str(key).isdigit() and name in content.get("examples", {}) and status in (None, int(key)):
                value = resolve(content["examples"][name], document).get("value")
                return Answer(int(key), value, media_type)
    return None


def _situation(api: Api, status: int) -> Situation:
    """The one that is answered with this status; where the document has none, what comes nearest, with this status."""
    found = [each for each in _situations(api) if each.status == status]
    if found:
        return found[0]
    nearest = envelope.situation_of(api, "server_error" if status >= HTTPStatus.INTERNAL_SERVER_ERROR else "malformed_json")
    return replace(nearest, status=status, values={**nearest.values, "message": envelope.phrase(status)}, headers={})


def _situations(api: Api) -> Iterator[Situation]:
    """Those of the document first, and among them the one that names a field: of all with its status, it says the most."""
    yield envelope.situation_of(api, "invalid_field")
    yield from api.situations.values()
    yield from (envelope.situation_of(api, name) for name in envelope.FALLBACK)


def _refused(exchange: Exchange, situation: Situation) -> tuple[Answer, Refusal]:
    api = exchange.api
    faults = (Fault((next(each.name for each in api.fields if not each.read_only),), "default"),)
    headers = {"Allow": allow(exchange), "Accept-Patch": ", ".join(api.media_types)}
    if api.security:
        headers["WWW-Authenticate"] = credentials.challenge(api.security[0])
    of_status = {401: "WWW-Authenticate", 405: "Allow", 415: "Accept-Patch"}.get(situation.status)
    sent = {name: value for name, value in headers.items() if name == of_status}
    refusal = Refusal(situation.name, faults if situation.name == "invalid_field" else (), headers=sent)
    found = envelope.answer_as(api, situation, refusal)
    if situation.status in _RETRIED:
        found.headers.setdefault("Retry-After", RETRY_AFTER)
    return found, refusal
