"""The control interface under /__admin: state, reset and deliberate defects; JSON in, JSON out, closed to web pages."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, jsonify, request

from mock_server import guard
from mock_server.defects import DEFECTS, Defect
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

    _add_defects(routes, services)
    return routes


def _add_defects(routes: Blueprint, services: Sequence[Service]) -> None:
    @routes.get("/defects")
    def defects() -> Any:
        return _defects(services)

    @routes.put("/defects")
    def put_defects() -> Any:
        wanted = request.get_json(silent=True)
        ids = wanted.get("defects") if isinstance(wanted, dict) else None
        if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
            return _refusal('send {"defects": [ids]}', 400)
        try:
            activate(services, ids)
        except ValueError as error:
            return _refusal(str(error), 400)
        return _defects(services)

    @routes.delete("/defects")
    def delete_defects() -> Any:
        activate(services, ())
        return _defects(services)


def activate(services: Sequence[Service], ids: Sequence[str]) -> None:
    """These defects and no others, in every API that has a place for them; ValueError for one that none has."""
    for identity in ids:
        if identity not in DEFECTS:
            near = difflib.get_close_matches(identity, DEFECTS, n=1)
            raise ValueError(f"no defect is called {identity!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        if not any(DEFECTS[identity].applied_to(service.api) for service in services):
            raise ValueError(f"defect {identity!r} has no place in {', '.join(service.api.name for service in services)}")
    for service in services:
        service.activate(ids)


def _defects(services: Sequence[Service]) -> Any:
    return jsonify(active=services[0].active, available=[_described(defect, services) for defect in DEFECTS.values()])


def _described(defect: Defect, services: Sequence[Service]) -> dict[str, Any]:
    """``fields``: for each API that has a place for the defect, the field that shows it, null where no single one does."""
    wrongs = {service.api.name: defect.applied_to(service.api) for service in services}
    return {
        "id": defect.id,
        "family": defect.family,
        "fault": defect.fault,
        "says": defect.says,
        "fields": {name: wrong.field for name, wrong in wrongs.items() if wrong is not None},
    }


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
