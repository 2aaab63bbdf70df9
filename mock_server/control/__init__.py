"""The control interface under /__admin, as admin.yaml has it: JSON in, JSON out, closed to web pages. One file for each noun."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, request

from mock_server.admission import Admission
from mock_server.control import behaviour, document, faults, requests, server, sessions, snapshots, state
from mock_server.problem import Problem

PREFIX = "/__admin"
NOUNS = (server, state, snapshots, sessions, requests, faults, behaviour)


def blueprint(admission: Admission) -> Blueprint:
    """The routes of the control interface."""
    routes = Blueprint("control", __name__, url_prefix=PREFIX)
    for noun in NOUNS:
        routes.register_blueprint(noun.routes)

    @routes.before_request
    def check() -> None:
        admission.check_control(request)
        document.check_media_type()

    @routes.errorhandler(Exception)
    def crashed(error: Exception) -> Any:
        if isinstance(error, Problem):
            return error.response()
        current_app.logger.error("%s %s", request.method, request.path, exc_info=error)
        return Problem(500, "a fault of the mock; its log has the traceback").response()

    return routes
