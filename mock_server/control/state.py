"""What is stored, by API and collection."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from mock_server.control.current import world
from mock_server.service import Service
from mock_server.store import Entry

CUSTOMERS = "customers"

routes = Blueprint("state", __name__)


@routes.get("/state")
def whole() -> Any:
    """All collections of all APIs."""
    return {name: _collections(service) for name, service in world().services.items()}


@routes.post("/state/reset")
def reset() -> Any:
    """All collections as at start."""
    for service in world().services.values():
        service.store.reset()
    return {"status": "reset"}


def _collections(service: Service) -> dict[str, Any]:
    return {
        **service.store.references,
        CUSTOMERS: [_customer(entry) for entry in service.store.entries if not entry.is_deleted],
    }


def _customer(entry: Entry) -> dict[str, Any]:
    state = entry.state
    return {"id": entry.name, "path": entry.seed.path, "record": state.record, "hidden": state.hidden}
