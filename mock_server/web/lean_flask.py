"""Flask, without what costs at every request and the mock has no use for: contexts, signals, a session cookie, tables of hooks.

A bare echo on Flask's own way spends three quarters of its time there (benchmarks/throughput.py). What is kept of Flask: the
application as everybody knows it (``app.test_client()``, ``app.logger``, ``flask run``), its requests and its responses.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, NoReturn, Protocol
from urllib.parse import unquote, urlsplit

from flask import Flask, Request, Response
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import MapAdapter, Rule

PATHS_KEPT = 1_000
"""So many paths are remembered with the route that they lead to: clients ask for the same few over and over."""

LENGTH_KEPT = 300
"""Longer paths are not remembered: they are no client's daily ones, and would fill the memory."""

ENCODED_SLASH = "\udc2f"
"""Stands for a slash that is no border of segments while a path is looked up: a lone surrogate, which no decoded path has."""

_SLASH = re.compile(r"%2f", re.IGNORECASE)

View = Callable[[Request], Response]
"""Answers the requests for one path."""

Routed = Callable[[str, dict[str, str]], View]
"""Makes the view of a path, as it was asked for, from its parameters: what is the same for every request is done here."""


class Surroundings(Protocol):
    """What lies around every view."""

    def enter(self, request: Request) -> Response | None:
        """Ahead of the view: the answer, if that is not needed; raises what ``failed`` answers."""

    def leave(self, request: Request, response: Response) -> Response:
        """Behind the view, or whatever came in its place: what is sent."""

    def failed(self, request: Request, error: Exception) -> Response:
        """The answer to what was raised; NotFound is raised for a path without a view."""


class Sent(Request):
    """A request, with Werkzeug's own limits; Flask's request looks for an application's context to read each of them."""

    max_content_length: int | None = None
    max_form_memory_size: int | None = 500_000
    max_form_parts: int | None = 1_000


class _Route(NamedTuple):
    rule: Rule
    view: View


class LeanFlask(Flask):
    """An application of views by endpoint, and of what lies around them: both are set before the first request."""

    def __init__(self, name: str) -> None:
        super().__init__(name, static_folder=None)
        self.routed: dict[str, Routed] = {}
        self.surroundings: Surroundings
        self._routes: dict[str, _Route] = {}

    def wsgi_app(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """The way of every request."""
        request, around = Sent(environ), self.surroundings
        route = self._route(_asked_path(request))
        request.url_rule = None if route is None else route.rule
        try:
            response = around.enter(request) or (_unknown() if route is None else route.view(request))
        except Exception as error:
            response = around.failed(request, error)
        try:
            response = around.leave(request, response)
        except Exception as error:
            response = around.failed(request, error)
        return response(environ, start_response)

    def before_request(self, f: Any) -> NoReturn:
        """TypeError: it would never be called."""
        _refuse_hook(f)

    def after_request(self, f: Any) -> NoReturn:
        """Likewise."""
        _refuse_hook(f)

    def _route(self, path: str) -> _Route | None:
        """The rule and the view of a path; which Host is served, admission.py decides."""
        known = self._routes.get(path)
        if known is not None:
            return known
        try:
            rule, arguments = MapAdapter(self.url_map, "localhost", "/", "", "http", path, "GET").match(return_rule=True)
        except HTTPException:
            return None
        values = {name: value.replace(ENCODED_SLASH, "/") for name, value in arguments.items()}
        route = _Route(rule, self.routed[rule.endpoint](path.replace(ENCODED_SLASH, "/"), values))
        if len(self._routes) < PATHS_KEPT and len(path) <= LENGTH_KEPT:
            self._routes[path] = route
        return route


def _asked_path(request: Request) -> str:
    """The path, decoded but for slashes that were sent percent-encoded: those are data of one segment (RFC 3986, 2.2)."""
    written = request.environ.get("REQUEST_URI") or request.environ.get("RAW_URI", "")
    if "%2" not in written or not _SLASH.search(written):
        return request.path
    sent = urlsplit(written).path if "://" in written.partition("?")[0] else written.partition("?")[0]
    kept = unquote(_SLASH.sub(ENCODED_SLASH, sent)).removeprefix(request.root_path)
    return kept if kept.replace(ENCODED_SLASH, "/") == request.path else request.path


def _refuse_hook(hook: Any) -> NoReturn:
    raise TypeError(f"{hook!r} would never be called: put a WSGI middleware around app.wsgi_app")


def _unknown() -> NoReturn:
    raise NotFound
