"""Flask, without what costs at every request and the mock has no use for (benchmarks/throughput.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, Request
from werkzeug.routing import MapAdapter


class LeanFlask(Flask):
    """Nothing here is asynchronous, no route depends on the host, and no URL is built outside of a request."""

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Binds the routes to the path alone: which Host is served, admission.py decides."""
        if request is None:
            return None
        return MapAdapter(self.url_map, "localhost", request.root_path, "", request.scheme, request.path, request.method)

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """As it is: Flask looks whether it is a coroutine, anew for every function at every request."""
        return func
