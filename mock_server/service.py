"""One API at work in one world: its customers, and the steps that their requests go through."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from flask import Request

from mock_server import flow
from mock_server.definition import Definition
from mock_server.exchange import Exchange
from mock_server.store import Store

if TYPE_CHECKING:
    from mock_server.worlds import World


class Service:
    """Answers the requests for one API in one world."""

    def __init__(self, definition: Definition, world: World) -> None:
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
        flow.run(exchange, self._steps, self.definition.order)
        return exchange

    def activate(self, defects: Iterable[str]) -> None:
        """Goes wrong in these ways from now on, and in no others; what they remembered is forgotten."""
        self._steps = self.definition.steps(defects)
