"""Flask, without what costs at every request and the mock has no use for (benchmarks/throughput.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from werkzeug.routing import MapAdapter

PATHS_KEPT = 1_000
"""So many paths are remembered with the route that they lead to: clients ask for the same few over and over."""

LENGTH_KEPT = 300
"""Longer paths are not remembered: they are no client's daily ones, and would fill the memory."""

Known = dict[tuple[str, str], tuple[Any, dict[str, Any]]]
"""Path and method to the rule and its arguments."""


class LeanFlask(Flask):
    """Nothing here is asynchronous, no route depends on the host, and no URL is built outside of a request."""

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self._routes: Known = {}

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Binds the routes to the path alone: which Host is served, admission.py decides."""
        return None if request is None else _Routes(self, request, self._routes)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: Flask looks whether it is a coroutine, anew for every function at every request."""
        return func


class _Routes(MapAdapter):
    """The routes as one request looks them up."""

    def __init__(self, app: Flask, request: Request, known: Known) -> None:
        super().__init__(app.url_map, "localhost", request.root_path, "", request.scheme, request.path, request.method)
        self._known = known

    def match(self, *args: Any, **options: Any) -> Any:
        """The rule and its arguments, as Flask asks for them."""
        place = (self.path_info, self.default_method)
        found = self._known.get(place)
        if found is None:
            found = super().match(*args, **options)
            if len(self._known) < PATHS_KEPT and len(self.path_info) <= LENGTH_KEPT:
                self._known[place] = found
        return found[0], dict(found[1])
