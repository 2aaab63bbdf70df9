"""What a control call is about: the mock, and the world of the session that the call names."""

from __future__ import annotations

from flask import current_app, request

from mock_server.worlds import World, Worlds

EXTENSION = "mock_server"
WORLD = "mock_server.world"
"""Where in the environ of a request its world stands."""


def worlds() -> Worlds:
    """Every world of the mock."""
    found: Worlds = current_app.extensions[EXTENSION]
    return found


def world() -> World:
    """The one that this call acts on."""
    found: World = request.environ[WORLD]
    return found
