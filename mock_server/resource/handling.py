"""The way of a request through its operation, and what is done to it on purpose: another answer, a delay, a broken one."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus

from flask import Request

from mock_server.disturbance import prefer
from mock_server.disturbance.forced import RETRY_AFTER
from mock_server.disturbance.interference import DRIBBLE, Interference, wait
from mock_server.disturbance.wire import WIRE, Damage
from mock_server.exchange import credentials
from mock_server.exchange.exchange import Answer, Fault, Refusal
from mock_server.resource.answering.refusals import STATUSES
from mock_server.resource.service import Outcome, ResourceService
from mock_server.state.pausing import pause
from mock_server.state.settings import RateLimit

EMPTY = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


def handle(
    service: ResourceService, request: Request, path: str, arguments: Mapping[str, str], allowed: Sequence[str]
) -> Outcome:
    """A request for a path of the document, and its answer, with what the request or a rule asks for done to it."""
    methods = service.resource.recognition.operations[path]
    operation = methods.get("GET" if request.method == "HEAD" else request.method)
    outcome = Outcome(request=request, operation=operation, arguments=arguments, allowed=tuple(allowed))
    settings = service.world.settings
    if settings.rate_limit is not None and _is_throttled(outcome, service, settings.rate_limit):
        return outcome
    if late := settings.lateness():
        pause(late)
    _run(outcome, service)
    if operation is not None:
        service.resource.answers.complete(operation, outcome.answer, lambda: request.host_url)
    return outcome


def _is_throttled(outcome: Outcome, service: ResourceService, limit: RateLimit) -> bool:
    """Whether the credential, or the client without one, has had its share; then the outcome ends with 429."""
    shown = (credentials.presented(outcome.request, scheme) for scheme in service.resource.access.schemes.values())
    key = next((credential for credential in shown if credential is not None), f"from {outcome.request.remote_addr}")
    seconds = service.world.limiter.wait(key, limit)
    if seconds:
        service.refuse(outcome, Refusal("throttled", headers={"Retry-After": str(math.ceil(seconds))}))
    return bool(seconds)


def _run(outcome: Outcome, service: ResourceService) -> None:
    environ, world = outcome.request.environ, service.world
    if world.settings.overrides and prefer.is_given(environ):
        wish = prefer.read_wish(
            environ, outcome.writes, lambda status, name: _example(outcome, service, status, name) is not None
        )
        if _run_with(outcome, service, wish.interference) and wish.words:
            outcome.answer.headers["Preference-Applied"] = wish.words
            outcome.interference = {**wish.interference.as_json(), "by": "request"}
        outcome.answer.headers["Vary"] = "Prefer"
        for each in wish.passed_over:
            outcome.answer.warn(f"passed over: {each}")
        return
    identity = None if outcome.operation is None else outcome.operation.identity
    found = world.faults.interference(identity, outcome.request.method, outcome.request.path) if world.faults else None
    if found is None:
        service.play(outcome)
    elif _run_with(outcome, service, found[0]):
        outcome.interference = {**found[0].as_json(), "by": found[1]}


def _run_with(outcome: Outcome, service: ResourceService, wanted: Interference) -> bool:
    """Whether it could be done; else the answer is the usual one."""
    is_late = wanted.phase == "after_commit"
    if not is_late:
        wait(wanted)
    if is_late or not wanted.hides_the_outcome:
        service.play(outcome)
    else:
        service.play(outcome, is_kept=False)
    if is_late:
        if not outcome.writes or outcome.refusal is not None:
            return False
        wait(wanted)
    replaced = _forced(outcome, service, wanted)
    if replaced is None and wanted.status is not None and outcome.refusal is not None:
        return False
    if replaced is not None:
        outcome.answer, outcome.refusal = replaced
    _alter(outcome, service, wanted)
    return True


def _example(outcome: Outcome, service: ResourceService, status: int | None, name: str) -> tuple[Answer, Refusal | None] | None:
    if outcome.operation is not None:
        found = service.resource.answers.documented_example(outcome.operation, status, name)
        if found is not None:
            return found, None
    if name not in STATUSES:
        return None
    own = service.resource.refusals.status(outcome.operation, name)
    return _refused(outcome, service, name, own) if status in (None, own) else None


def _forced(outcome: Outcome, service: ResourceService, wanted: Interference) -> tuple[Answer, Refusal | None] | None:
    if wanted.example is not None and (named := _example(outcome, service, wanted.status, wanted.example)) is not None:
        return named
    if wanted.status is None or wanted.status < HTTPStatus.BAD_REQUEST:
        return None
    status = wanted.status
    situation = next(
        (name for name, statuses in STATUSES.items() if status in statuses), "server_error" if status >= 500 else "malformed_json"
    )
    return _refused(outcome, service, situation, status)


def _refused(outcome: Outcome, service: ResourceService, situation: str, status: int) -> tuple[Answer, Refusal]:
    faults: tuple[Fault, ...] = ()
    if situation == "invalid_field" and outcome.operation is not None:
        sent = service.resource.recognition.bodies.sent_json(outcome.operation)
        members = service.resource.recognition.schemas.properties(sent) if sent is not None else {}
        faults = tuple(Fault((name,), "default") for name in list(members)[:1])
    refusal = Refusal(situation, faults)
    answer = service.resource.refusals.with_status(outcome.operation, status, refusal, outcome.request.path)
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        answer.headers.setdefault("Retry-After", RETRY_AFTER)
    return answer, refusal


def _alter(outcome: Outcome, service: ResourceService, wanted: Interference) -> None:
    answer = outcome.answer
    if wanted.status is not None:
        answer.status = wanted.status
    elif wanted.minimal and outcome.writes and outcome.refusal is None:
        answer.status = HTTPStatus.NO_CONTENT
    if answer.status in EMPTY:
        answer.body = b""
    if wanted.fault == "malformed":
        content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
        answer.body = content[:-1] or b"{"
    elif wanted.fault is not None:
        outcome.request.environ[WIRE] = Damage(wanted.fault, (wanted.delay or DRIBBLE) / 1_000)
    operation = outcome.operation
    if operation is not None and service.resource.recognition.bodies.response(operation, answer.status) is None:
        text = f"the document has no status {answer.status} for this operation"
        if text not in answer.headers.get("X-Mock-Warning", ""):
            answer.warn(text)
