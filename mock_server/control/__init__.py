"""The control interface under /__admin, as admin.yaml has it: JSON in, JSON out, closed to web pages. One file for each noun."""

from __future__ import annotations

from functools import cache
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from mock_server.control import access, behaviour, current, document, faults, forms, requests, server, sessions, snapshots, state
from mock_server.state.state_file import NotKept
from mock_server.syntax.problem import Problem

SAFE = ("GET", "HEAD", "OPTIONS")
CLOSED = {
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
PREFIX = "/__admin"
NOUNS = (server, access, state, forms, snapshots, sessions, requests, faults, behaviour)


def is_control(path: str) -> bool:
    """Whether the path belongs to the control interface, and to no API."""
    return path.startswith(PREFIX + "/")


@cache
def application() -> Flask:
    """The control interface, whichever mock is called: the environ of a call says that.

    An application of its own, made at the first call: its routes take longer than all else that starts a mock.
    """
    app = Flask(__name__, static_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]  # records are shown in their own order
    for noun in NOUNS:
        app.register_blueprint(noun.routes, url_prefix=PREFIX)
    app.register_error_handler(Problem, lambda problem: problem.response())
    app.register_error_handler(HTTPException, lambda error: _refused(error.code or 500))

    @app.before_request
    def admit() -> None:
        admission = current.mock().admission
        admission.check_host(request.environ.get("HTTP_HOST", ""))
        admission.check_control(request)
        document.check_media_type()
        request.environ[current.WORLD] = current.named_by(request.environ, current.worlds())

    @app.after_request
    def close(response: Response) -> Response:
        """Nothing is kept, framed or embedded by anyone else; and whoever listens hears what was changed."""
        response.headers.update(CLOSED)
        is_change = request.method not in SAFE and request.endpoint not in requests.SEARCHES
        if is_change and response.status_code < 400:
            current.world().announce(request.path.split("/")[2])
        return response

    @app.errorhandler(Exception)
    def crashed(error: Exception) -> Any:
        if isinstance(error, NotKept):
            return Problem(507, str(error.strerror)).response()
        app.logger.error("%s %s", request.method, request.path, exc_info=error)
        return Problem(500, "a fault of the mock; its log has the traceback").response()

    return app


def _refused(status: int) -> Response:
    texts = {404: f"nothing is at {request.path[:100]}; {PREFIX}/openapi.yaml says what there is", 405: "no such operation"}
    return Problem(status, texts.get(status, "the request cannot be read")).response()
