"""The journal of a world, its coverage, and its events while they happen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from typing import Any

from flask import Blueprint, Response, request

from mock_server.control import document
from mock_server.control.current import world, worlds
from mock_server.journal.events import TooManySubscribers
from mock_server.journal.journal import JournalEntry
from mock_server.journal.matching import mismatches
from mock_server.journal.redaction import Redaction
from mock_server.syntax.problem import Problem
from mock_server.worlds.worlds import World

CLOSEST = 5
"""So many near misses are told."""

SEARCHES = frozenset({"requests.find", "requests.count", "requests.verify"})
"""Endpoints that change nothing although they are called by POST."""

HEARTBEAT_SECONDS = 1.0
"""After so long without an event a comment is sent: only by writing does the server notice that nobody listens any more."""

routes = Blueprint("requests", __name__)

# --- the journal --------------------------------------------------------------------------------------------------


@routes.get("/requests")
def entries() -> Any:
    """The latest first."""
    wanted = document.query()
    limit, since = wanted.pop("limit"), wanted.pop("since", 0)
    return _shown(_found(wanted, since), limit)


@routes.delete("/requests")
def clear() -> Any:
    """None is left."""
    world().journal.clear()
    return "", 204


@routes.get("/requests/<id>")
def entry(id: str) -> Any:  # noqa: A002  # the name in the document
    """One of them."""
    found = world().journal.entry(int(id)) if id.isascii() and id.isdigit() and len(id) < 16 else None
    if found is None:
        raise Problem(404, f"the journal has no request {id!r}")
    return found.as_json(worlds().redaction)


@routes.post("/requests/find")
def find() -> Any:
    """Those that fit."""
    found = _found(document.body())
    return _shown(found, len(found))


@routes.post("/requests/count")
def count() -> Any:
    """How many fit."""
    return {"count": len(_found(document.body()))}


@routes.post("/requests/verify")
def verify() -> Any:
    """Whether as many fit as should."""
    sent = document.body()
    pattern = sent.get("match", {})
    found = len(_found(pattern))
    at_least = sent.get("at_least", 0 if {"count", "at_most"} & sent.keys() else 1)
    verified = found == sent.get("count", found) and at_least <= found <= sent.get("at_most", found)
    return {"verified": verified, "count": found, "closest": [] if found else _closest(pattern)}


def _found(pattern: Mapping[str, Any], since: int = 0) -> list[JournalEntry]:
    """The latest first."""
    redaction = worlds().redaction
    return [each for each in reversed(world().journal.entries(since)) if not mismatches(pattern, each, redaction)]


def _shown(found: list[JournalEntry], limit: int) -> Any:
    redaction = worlds().redaction
    return {"requests": [each.as_json(redaction) for each in found[:limit]], "total": len(found)}


def _closest(pattern: Mapping[str, Any]) -> list[dict[str, Any]]:
    redaction = worlds().redaction
    missed = [(mismatches(pattern, each, redaction), each) for each in reversed(world().journal.entries())]
    fewest = min((len(differs) for differs, _ in missed), default=0)
    return [
        {"id": each.number, "method": each.method, "path": each.path, "status": each.status, "differs": differs}
        for differs, each in missed
        if len(differs) == fewest
    ][:CLOSEST]


# --- coverage -----------------------------------------------------------------------------------------------------


@routes.get("/coverage")
def coverage() -> Any:
    """By the names of the APIs."""
    return {name: counted.as_json() for name, counted in world().coverage.items()}


# --- events -------------------------------------------------------------------------------------------------------


@routes.get("/events")
def events() -> Any:
    """A stream of server-sent events."""
    stack = ExitStack()
    try:
        subscription = stack.enter_context(world().events.subscription())
    except TooManySubscribers:
        raise Problem(503, "as many listen to events as may; close another one", headers={"Retry-After": "5"}) from None
    missed = _missed(world(), request.headers.get("Last-Event-ID", ""))
    redaction = worlds().redaction

    def stream() -> Iterator[str]:
        with stack:
            yield ": events of the mock\n\n"
            for each in missed:
                yield _written(each, redaction)
            sent = missed[-1].number if missed else 0
            for event in subscription.events(HEARTBEAT_SECONDS):
                if event is None:
                    yield ": nothing new\n\n"
                elif isinstance(event, str) or event.number > sent:
                    yield _written(event, redaction)

    response = Response(stream(), content_type="text/event-stream")
    response.call_on_close(stack.close)  # a stream that was never begun has no end of its own
    return response


def _missed(of: World, last: str) -> list[JournalEntry]:
    return of.journal.entries(int(last)) if last.isascii() and last.isdigit() and len(last) < 16 else []


def _written(event: JournalEntry | str, redaction: Redaction) -> str:
    if isinstance(event, str):
        return f"event: changed\ndata: {json.dumps({'what': event})}\n\n"
    return f"id: {event.number}\nevent: request\ndata: {json.dumps(event.as_json(redaction))}\n\n"
