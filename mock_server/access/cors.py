"""Cross-origin requests of web pages (Fetch Standard, 3.2): which pages may read an answer, and what of it."""

from __future__ import annotations

from flask import Request, Response

from mock_server.access.admission import ANY, Admission

MAX_AGE = 600
"""Seconds for which a browser keeps the answer to a preflight."""


def is_preflight(request: Request) -> bool:
    """Whether a browser asks if it may send something."""
    environ = request.environ
    return request.method == "OPTIONS" and "HTTP_ORIGIN" in environ and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ


def shared(request: Request, response: Response, admission: Admission) -> Response:
    """The answer, with the headers that let an admitted page read all of it, credentials allowed."""
    headers = response.headers
    headers.add("Vary", "Origin")
    origin = request.environ.get("HTTP_ORIGIN")
    if origin is None or not admission.admits(origin):
        return response
    if ANY in admission.origins and origin not in admission.origins:
        headers["Access-Control-Allow-Origin"] = ANY
    else:
        headers["Access-Control-Allow-Origin"] = origin
        headers["Access-Control-Allow-Credentials"] = "true"
    if is_preflight(request):
        return _preflight(request, response)
    # Named one by one: "*" means nothing where credentials are allowed.
    headers["Access-Control-Expose-Headers"] = ", ".join(
        sorted({name for name in headers.keys() if not name.startswith("Access-Control-")})  # noqa: SIM118  # no mapping
    )
    return response


def _preflight(request: Request, response: Response) -> Response:
    """Leave to send whatever the page wants to: what of it is refused, the page is to see in the answer to the request itself."""
    if response.status_code >= 400:
        response.status_code = 204
        response.set_data(b"")
        response.headers.pop("Content-Type", None)
    asked = request.headers
    response.headers["Access-Control-Allow-Methods"] = asked["Access-Control-Request-Method"]
    response.headers["Access-Control-Max-Age"] = str(MAX_AGE)
    if "Access-Control-Request-Headers" in asked:
        response.headers["Access-Control-Allow-Headers"] = asked["Access-Control-Request-Headers"]
    if asked.get("Access-Control-Request-Private-Network") == "true":
        response.headers["Access-Control-Allow-Private-Network"] = "true"
    return response
