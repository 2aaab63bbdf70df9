"""What a control call is about: the mock, and the world of the session that the call names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import request

from mock_server.access.admission import Admission
from mock_server.access.session_prefix import SESSION
from mock_server.syntax.problem import Problem
from mock_server.worlds.worlds import DEFAULT, World, Worlds

MOCK = "mock_server.mock"
"""Where in the environ of a control call the mock stands that it is about."""

WORLD = "mock_server.world"
"""Where in the environ of a request its world stands."""


@dataclass(frozen=True, slots=True)
class Mock:
    """One mock, as control calls need it."""

    worlds: Worlds
    admission: Admission


def mock() -> Mock:
    """The mock that is called."""
    found: Mock = request.environ[MOCK]
    return found


def worlds() -> Worlds:
    """Every world of the mock."""
    return mock().worlds


def world() -> World:
    """The one that this call acts on."""
    found: World = request.environ[WORLD]
    return found


def named_by(environ: Mapping[str, Any], worlds: Worlds) -> World:
    """The world of the session that a request names; Problem 400 for what is no id of a session."""
    try:
        return worlds.named(environ.get(SESSION, environ.get("HTTP_X_MOCK_SESSION", DEFAULT)))
    except ValueError as error:
        raise Problem(400, str(error)) from None
