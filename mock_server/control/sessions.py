"""Sessions: isolated worlds, by id."""

from __future__ import annotations

import secrets
import time
from typing import Any

from flask import Blueprint

from mock_server.control import document
from mock_server.control.current import worlds
from mock_server.syntax.problem import Problem
from mock_server.worlds.worlds import IDLE_SECONDS, SESSION_LIMIT, World

routes = Blueprint("sessions", __name__)


@routes.get("/sessions")
def sessions() -> Any:
    """Those that are alive."""
    return {"sessions": [_described(each) for each in worlds().sessions()], "limit": SESSION_LIMIT}


@routes.post("/sessions")
def create() -> Any:
    """A new one."""
    sent = document.body() or {}
    identity = sent.get("id") or secrets.token_hex(8)
    try:
        return _described(worlds().create(identity, sent.get("ttl", IDLE_SECONDS))), 201
    except KeyError:
        raise Problem(409, f"there is a session {identity!r} already") from None


@routes.delete("/sessions/<id>")
def delete(id: str) -> Any:  # noqa: A002  # the name in the document
    """One less."""
    try:
        worlds().remove(id)
    except KeyError:
        raise Problem(404, f"there is no session {id!r}") from None
    return "", 204


def _described(world: World) -> dict[str, Any]:
    idle = round(time.monotonic() - world.used, 3)
    return {"id": world.identity, "idle": idle, "ttl": world.idle, "requests": len(world.journal)}
