"""Sessions for clients that can send no header: ``/__session/{id}`` ahead of any path."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

PREFIX = "/__session/"
Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
"""As WSGI has it."""

SESSION = "mock_server.session"
"""Where in the environ of a request the id stands."""


class SessionPrefix:
    """Takes the prefix off the path before the application sees it; as SCRIPT_NAME, so that redirects lead back to it."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """As WSGI has it."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(PREFIX):
            identity, _, rest = path.removeprefix(PREFIX).partition("/")
            environ[SESSION] = identity
            environ["SCRIPT_NAME"] = environ.get("SCRIPT_NAME", "") + PREFIX + identity
            environ["PATH_INFO"] = f"/{rest}"
        return self._application(environ, start_response)


def without_session(path: str) -> str:
    """The path as the application sees it."""
    return "/" + path.removeprefix(PREFIX).partition("/")[2] if path.startswith(PREFIX) else path
