"""One API at work in one world: its customers, and the steps that their requests go through."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from flask import Request

from mock_server.disturbance import forced, interference, prefer
from mock_server.disturbance.fault_rules import Rules
from mock_server.disturbance.interference import Interference
from mock_server.disturbance.rate_limit import Limiter
from mock_server.exchange import credentials, envelope, flow
from mock_server.exchange.exchange import Exchange, Refusal
from mock_server.state.clock import Clock
from mock_server.state.pausing import pause
from mock_server.state.settings import RateLimit, Settings
from mock_server.state.store import Store
from mock_server.worlds.definition import Definition


class Surroundings(Protocol):
    """What a service reads of its world at every request; each may be another object at the next one."""

    clock: Clock
    settings: Settings
    faults: Rules
    limiter: Limiter


class Service:
    """Answers the requests for one API in one world."""

    def __init__(self, definition: Definition, world: Surroundings) -> None:
        self.definition = definition
        self.api = definition.api
        self.store = Store(definition.api)
        self._world = world
        self._steps = definition.steps(())

    def handle(self, request: Request, arguments: Mapping[str, str], allowed: Sequence[str]) -> Exchange:
        """A request for one of the API's paths, and its answer."""
        exchange = Exchange(
            api=self.api,
            plan=self.definition.plan,
            store=self.store,
            clock=self._world.clock,
            settings=self._world.settings,
            request=request,
            arguments=arguments,
            allowed=tuple(allowed),
            writes=request.method == "PATCH",
        )
        settings = self._world.settings
        if settings.rate_limit is not None and self._is_throttled(exchange, settings.rate_limit):
            return exchange
        if late := settings.lateness():
            pause(late)
        if settings.overrides and prefer.is_given(request.environ):
            self._run_preferred(exchange)
        elif self._world.faults:
            self._run_faulty(exchange)
        else:
            flow.run(exchange, self._steps, self.definition.order)
        return exchange

    def _is_throttled(self, exchange: Exchange, limit: RateLimit) -> bool:
        """Whether the credential, or the client without one, has had its share; then the exchange ends with 429."""
        request = exchange.request
        shown = (credentials.presented(request, scheme) for scheme in self.api.security)
        key = next((credential for credential in shown if credential is not None), f"from {request.remote_addr}")
        seconds = self._world.limiter.wait(key, limit)
        if seconds:
            exchange.refusal = Refusal("throttled")
            exchange.answer = envelope.answer_to(self.api, exchange.refusal)
            exchange.answer.headers["Retry-After"] = str(math.ceil(seconds))
        return bool(seconds)

    def _run_preferred(self, exchange: Exchange) -> None:
        """With what the request asks for; what it asks in vain is passed over (RFC 7240, 2), and said to be."""
        wish = prefer.wanted(exchange)
        if self._run_with(exchange, wish.interference) and wish.words:
            exchange.answer.headers["Preference-Applied"] = wish.words
            exchange.interference = {**wish.interference.as_json(), "by": "request"}
        exchange.answer.headers["Vary"] = "Prefer"
        for each in wish.passed_over:
            exchange.answer.warn(f"passed over: {each}")

    def _run_faulty(self, exchange: Exchange) -> None:
        request = exchange.request
        found = self._world.faults.interference(forced.operation(exchange), request.method, request.path)
        if found is None:
            flow.run(exchange, self._steps, self.definition.order)
            return
        wanted, rules = found
        if self._run_with(exchange, wanted):
            exchange.interference = {**wanted.as_json(), "by": rules}

    def _run_with(self, exchange: Exchange, wanted: Interference) -> bool:
        return interference.run(exchange, self._steps, self.definition.order, wanted)

    def activate(self, defects: Iterable[str]) -> None:
        """Goes wrong in these ways from now on, and in no others; what they remembered is forgotten."""
        self._steps = self.definition.steps(defects)
