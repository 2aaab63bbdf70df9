"""What is done to an exchange on purpose, because the request or a rule asks for it: another answer, a delay, a broken one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Literal

from mock_server.disturbance import forced
from mock_server.disturbance.wire import WIRE, Damage
from mock_server.exchange import flow
from mock_server.exchange.exchange import Answer, Exchange
from mock_server.exchange.steps import Steps
from mock_server.state.pausing import pause

DELAY_LIMIT = 30_000
"""Milliseconds; longer delays are cut to this, since each holds a thread."""

DRIBBLE = 2_000
"""Milliseconds that a dribbled answer takes, unless it is told how long."""

Phase = Literal["before", "after_commit"]
FAULTS = ("reset", "empty", "truncate", "malformed", "dribble")
"""No answer but a reset connection; no answer but a closed one; half an answer; an answer that is no JSON; an answer in drops."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Interference:
    """Attributes:
    status, example: the forced answer: by its status, by the name of an example or situation, or by both.
    delay: milliseconds; with ``dribble``, how long the answer takes.
    fault: one of FAULTS.
    phase: ``before``: nothing is written; ``after_commit``: a valid write is made, and then the client learns of it late,
        wrongly or not at all. An exchange that writes nothing has no such phase.
    minimal: a successful write is answered without a body (RFC 7240, 4.2).
    """

    status: int | None = None
    example: str | None = None
    delay: int = 0
    fault: str | None = None
    phase: Phase = "before"
    minimal: bool = False

    def as_json(self) -> dict[str, Any]:
        """What is done, by the words that ask for it."""
        members = {"code": self.status, "example": self.example, "delay": self.delay, "fault": self.fault}
        shown = {name: value for name, value in members.items() if value}
        return {**shown, "phase": self.phase} if shown else {"return": "minimal"} if self.minimal else {}

    @property
    def hides_the_outcome(self) -> bool:
        """Whether the client does not see the answer to what it sent."""
        return self.status is not None or self.example is not None or self.fault not in (None, "dribble")


def run(exchange: Exchange, steps: Steps, order: Sequence[str], wanted: Interference) -> bool:
    """Takes the exchange to its answer with this done to it; False where it cannot be done, and the answer is the usual one."""
    if wanted.phase == "after_commit":
        flow.run(exchange, steps, order)
        if not exchange.writes or exchange.refusal is not None:
            return False
        wait(wanted)
        replaced = forced.answer(exchange, wanted.status, wanted.example)
    else:
        wait(wanted)
        replaced = forced.answer(exchange, wanted.status, wanted.example)
        if replaced is not None:
            exchange.refusal = replaced[1]
        elif not _play(exchange, steps, order, wanted):
            return False
    if replaced is not None:
        exchange.answer = replaced[0]
    _alter(exchange, wanted)
    return True


def wait(wanted: Interference) -> None:
    """The delay of a whole answer; one that dribbles waits between its pieces."""
    if wanted.fault != "dribble":
        pause(wanted.delay / 1_000)


def _play(exchange: Exchange, steps: Steps, order: Sequence[str], wanted: Interference) -> bool:
    """The usual exchange, without its effect where the client cannot see it; False where a forced success is a refusal."""
    if not wanted.hides_the_outcome:
        flow.run(exchange, steps, order)
        return True
    flow.run(exchange, replace(steps, commit=_keep), order)
    if exchange.refusal is None:
        exchange.after = exchange.before
    return wanted.status is None or exchange.refusal is None


def _keep(_exchange: Exchange) -> None:
    """In the place of the commit: nothing is stored."""


def _alter(exchange: Exchange, wanted: Interference) -> None:
    answer = exchange.answer
    if wanted.status is not None:
        answer.status = wanted.status
    elif wanted.minimal and exchange.writes and exchange.refusal is None:
        answer.status = HTTPStatus.NO_CONTENT
    if answer.status in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
        answer.body = b""
    if wanted.fault == "malformed":
        answer.body = _malformed(answer)
    elif wanted.fault is not None:
        exchange.request.environ[WIRE] = Damage(wanted.fault, (wanted.delay or DRIBBLE) / 1_000)
    if not forced.documents(exchange, answer.status):
        answer.warn(f"the document has no status {answer.status} for this operation")


def _malformed(answer: Answer) -> bytes:
    """The body without its last character: whatever it was, it is no JSON any more."""
    return json.dumps(answer.body).encode()[:-1] or b"{"
