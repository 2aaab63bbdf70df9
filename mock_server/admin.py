"""The control interface under /__admin: state, reset and deliberate defects; JSON in, JSON out, closed to web pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, jsonify, request

from mock_server import guard
from mock_server.service import Service

PREFIX = "/__admin"


def blueprint(services: Sequence[Service]) -> Blueprint:
    """The routes of the control interface for these services."""
    routes = Blueprint("admin", __name__, url_prefix=PREFIX)
    routes.before_request(_check_sender)

    @routes.get("/health")
    def health() -> Any:
        return {"status": "ok", "apis": [service.api.name for service in services]}

    @routes.post("/reset")
    def reset() -> Any:
        for service in services:
            service.reset()
        return {"status": "reset"}

    @routes.get("/state")
    def state() -> Any:
        return {service.api.name: {"customers": [_customer(entry) for entry in service.store.entries]} for service in services}

    return routes


def _check_sender() -> Any:
    """No page of another site may change anything here, and a form of one cannot send JSON."""
    if guard.is_from_elsewhere(request):
        return _refusal("refused: sent by a page of another site", 403)
    changes = request.method not in ("GET", "HEAD", "OPTIONS")
    if changes and request.mimetype != "application/json" and request.get_data():
        return _refusal("send a body as application/json", 415)
    return None


def _refusal(message: str, status: int) -> Any:
    return jsonify(error=message), status


def _customer(entry: Any) -> dict[str, Any]:
    return {"path": dict(entry.seed.path), "record": entry.state.record, "hidden": entry.state.hidden}
