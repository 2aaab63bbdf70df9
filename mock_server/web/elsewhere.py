"""Requests that no document is asked about: a user wrote the answer, or another service has it. They fail on demand, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import NamedTuple

from flask import Request, Response

from mock_server.disturbance import prefer
from mock_server.disturbance.forced import RETRY_AFTER
from mock_server.disturbance.interference import DRIBBLE, Interference, wait
from mock_server.disturbance.wire import WIRE, Damage
from mock_server.exchange.exchange import Answer
from mock_server.resource import custom
from mock_server.resource.custom import Mapped
from mock_server.state.pausing import pause
from mock_server.syntax.problem import Problem
from mock_server.web.forwarding import Forward
from mock_server.web.visit import Visit

READS = ("GET", "HEAD", "OPTIONS")


class _Way(NamedTuple):
    """How a request is answered; ``writes``: whether that changes anything."""

    answer: Callable[[], Response]
    writes: bool


class Elsewhere:
    """Answers of mappings, the first that fits, and of the service behind ``forward``; ``show``: an answer as a response."""

    def __init__(self, mappings: Sequence[Mapped], forward: Forward | None, show: Callable[[Answer], Response]) -> None:
        self._mappings = mappings
        self._forward = forward
        self._show = show

    def response(self, request: Request, visit: Visit) -> Response | None:
        """The response to a request; None where a document is to be asked."""
        way = self._answered(request)
        if way is None:
            return None
        world = visit.world
        if late := world.settings.lateness():
            pause(late)
        if world.settings.overrides and prefer.is_given(request.environ):
            return _preferred(request, visit, way)
        found = world.faults.interference(None, request.method, request.path) if world.faults else None
        if found is None:
            return way.answer()
        visit.interference = {**found[0].as_json(), "by": found[1]}
        return _interfered(request, way, found[0])

    def _answered(self, request: Request) -> _Way | None:
        written = custom.find(self._mappings, request)
        if written is not None:
            mapped, body = written
            return _Way(lambda: self._show(mapped.answer(request, body)), writes=False)
        forward = self._forward
        if forward is not None and forward.takes(request, is_served=request.url_rule is not None):
            return _Way(lambda: forward.answer(request), writes=request.method not in READS)
        return None


def _preferred(request: Request, visit: Visit, way: _Way) -> Response:
    wish = prefer.read_wish(request.environ, request.method not in READS, lambda _status, _name: False)
    response = _interfered(request, way, wish.interference)
    if wish.words:
        visit.interference = {**wish.interference.as_json(), "by": "request"}
        response.headers["Preference-Applied"] = wish.words
    if wish.passed_over:
        response.headers["X-Mock-Warning"] = "; ".join(f"passed over: {each}" for each in wish.passed_over)
    response.headers["Vary"] = "Prefer"
    return response


def _interfered(request: Request, way: _Way, wanted: Interference) -> Response:
    """With ``before``, what is hidden from the client is not even done: nothing reaches the real service."""
    is_refused = wanted.status is not None and wanted.status >= HTTPStatus.BAD_REQUEST
    is_done = wanted.phase == "after_commit" or not wanted.hides_the_outcome or not (is_refused or way.writes)
    response = way.answer() if is_done else Response("{}", content_type="application/json")
    wait(wanted)
    if wanted.status is not None and is_refused:
        response = _refusal(wanted.status)
    return _damaged(request, response, wanted)


def _refusal(status: int) -> Response:
    headers = {"Retry-After": RETRY_AFTER} if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE) else {}
    return Problem(status, "the mock was asked to answer so", headers=headers).response()


def _damaged(request: Request, response: Response, wanted: Interference) -> Response:
    if wanted.status is not None:
        response.status_code = wanted.status
    elif wanted.minimal and response.status_code < HTTPStatus.MULTIPLE_CHOICES:
        response.status_code = HTTPStatus.NO_CONTENT
        response.set_data(b"")
    if wanted.fault == "malformed":
        response.set_data(response.get_data()[:-1] or b"{")
    elif wanted.fault is not None:
        request.environ[WIRE] = Damage(wanted.fault, (wanted.delay or DRIBBLE) / 1_000)
    return response
