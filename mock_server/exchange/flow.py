"""The order in which an exchange goes through its steps."""

from __future__ import annotations

from collections.abc import Sequence

from mock_server.exchange import steps as right
from mock_server.exchange.exchange import Exchange, Refusal
from mock_server.exchange.steps import Step, Steps
from specs import Api

STEP_OF = {
    "not_acceptable": "accept",
    "unauthenticated": "authenticate",
    "method_not_allowed": "method",
    "unknown_record": "find",
    "unsupported_media_type": "content_type",
    "malformed_json": "parse",
}
"""Which step refuses for which reason, by the words of x-contract's ``order``."""

OF_A_READ = ("accept", "authenticate", "method", "find", "own")


def checks(api: Api) -> tuple[str, ...]:
    """The steps ahead of the write; whose record it is can be told when both the credential and the record are known."""
    names = [STEP_OF[reason] for reason in api.order]
    names.insert(1 + max(names.index("authenticate"), names.index("find")), "own")
    return tuple(names)


def run(exchange: Exchange, steps: Steps, order: Sequence[str]) -> None:
    """Takes the exchange to its answer."""
    is_read = not exchange.writes and exchange.request.method in exchange.allowed
    try:
        for name in order:
            if not is_read or name in OF_A_READ:
                step: Step = getattr(steps, name)
                step(exchange)
        if exchange.writes or is_read:
            right.check_parameters(exchange)
        if exchange.writes:
            _write(exchange, steps)
        else:
            exchange.before = exchange.after = exchange.entry.state
        steps.answer(exchange)
    except Refusal as refusal:
        exchange.refusal = refusal
        steps.refuse(exchange)


def _write(exchange: Exchange, steps: Steps) -> None:
    with exchange.entry.lock:
        if exchange.entry.is_deleted:  # by a control call, since it was found
            raise Refusal("unknown_record")
        exchange.before = exchange.entry.state
        steps.precondition(exchange)
        steps.clean(exchange)
        if exchange.looks_at_others:
            with exchange.store.uniqueness:
                _validated_write(exchange, steps)
        else:
            _validated_write(exchange, steps)


def _validated_write(exchange: Exchange, steps: Steps) -> None:
    steps.validate(exchange)
    right.check_faults(exchange)
    steps.merge(exchange)
    steps.commit(exchange)
