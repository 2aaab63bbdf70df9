"""What a client needs to send its first request: addresses, credentials, customers, and a command that can be copied."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from mock_server.control.current import worlds
from mock_server.worlds import banner
from mock_server.worlds.definition import Definition
from specs.model import SeedCustomer

routes = Blueprint("access", __name__)


@routes.get("/access")
def access() -> Any:
    """By the names of the APIs; addresses lead to the session of this call."""
    return {
        each.api.name: _described(each, request.url_root.rstrip("/") + each.prefix + each.api.base)
        for each in worlds().definitions
    }


def _described(definition: Definition, url: str) -> dict[str, Any]:
    api = definition.api
    customers = [{"path": each.path, "credentials": each.auth} for each in api.customers]
    operations = [("PATCH", api.operation_id, api.path)]
    if api.read is not None:
        operations.append(("GET", api.read.operation_id, api.read.path))
    shown = [_operation(definition, url, *operation, api.customers[0]) for operation in operations]
    return {"title": api.title, "url": url, "customers": customers, "operations": shown}


def _operation(definition: Definition, url: str, method: str, identity: str, path: str, customer: SeedCustomer) -> dict[str, str]:
    command = banner.curl(definition.api, method, url + banner.filled(path, customer), customer)
    return {"operation": identity, "method": method, "path": path, "curl": command}
