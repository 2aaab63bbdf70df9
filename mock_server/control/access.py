"""What a client needs to send its first request: addresses, credentials, customers, and a command that can be copied."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request

from mock_server.control.current import world, worlds
from mock_server.resource.service import Resource
from mock_server.worlds import banner, whole
from mock_server.worlds.definition import Definition
from specs.model import SeedCustomer

routes = Blueprint("access", __name__)


@routes.get("/access")
def access() -> Any:
    """By the names of the APIs; addresses lead to the session of this call."""
    return described()


def described() -> dict[str, Any]:
    """Every API that is served: its operations in the order of its document, with a command for each."""
    root = request.url_root.rstrip("/")
    others = {each.name: {"customers": [], **_whole(each, root + each.prefix)} for each in worlds().resources}
    own = {each.name: _described(each, root + each.prefix) for each in worlds().definitions}
    names = (*own, *(name for name in others if name not in own))
    return {name: _joined(own.get(name), others.get(name)) for name in names}


def _joined(own: dict[str, Any] | None, others: dict[str, Any] | None) -> dict[str, Any]:
    """An API with the other operations of its document."""
    if own is None or others is None:
        return own or others or {}
    known = {(each["method"], each["path"]) for each in own["operations"]}
    further = [each for each in others["operations"] if (each["method"], each["path"]) not in known]
    return {**own, "operations": [*own["operations"], *further]}


def _whole(resource: Resource, url: str) -> dict[str, Any]:
    return whole.access(resource, url, world().resources[resource.name].store)


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
