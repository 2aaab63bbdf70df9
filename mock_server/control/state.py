"""What is stored, by API and collection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, jsonify, request

from mock_server.control import document
from mock_server.control.current import world
from mock_server.resource.service import ResourceService
from mock_server.syntax.problem import Problem
from mock_server.worlds import editing
from mock_server.worlds.editing import Collection, Misfit
from mock_server.worlds.record_editing import RecordItems

routes = Blueprint("state", __name__)

COLLECTION = "/state/<api>/<collection>"
ITEM = f"{COLLECTION}/<path:id>"
WRITES = ("POST", "PUT", "PATCH")


@routes.get("/state")
def whole() -> Any:
    """All collections of all APIs."""
    apis = {name: editing.shown(service.store, service.store.contents()) for name, service in world().services.items()}
    return {**apis, **{name: {**apis.get(name, {}), **_records(service)} for name, service in world().resources.items()}}


def _records(service: ResourceService) -> dict[str, Any]:
    return {name: RecordItems(service, name).items() for name in service.resource.recognition.collections}


@routes.post("/state/reset")
def reset() -> Any:
    """All collections as at start."""
    for service in world().services.values():
        service.store.reset()
    for resource in world().resources.values():
        resource.store.reset()
    return {"status": "reset"}


@routes.get(COLLECTION)
def items(api: str, collection: str) -> Any:
    """All items."""
    return jsonify(items=_collection(api, collection).items())


@routes.put(COLLECTION)
def put_items(api: str, collection: str) -> Any:
    """These items and no others."""
    found = _collection(api, collection)
    _edit(found.replace_all, document.body())
    return items(api, collection)


@routes.post(COLLECTION)
def create_item(api: str, collection: str) -> Any:
    """One more."""
    found = _collection(api, collection)
    if not isinstance(found, RecordItems):
        raise Problem(405, f"{collection} of {api} are those of its document: change one of them, or bring a deleted one back")
    made: list[Any] = []
    _edit(lambda sent: made.append(found.create(sent)), document.body())
    return jsonify(made[0]), 201


@routes.delete(COLLECTION)
def delete_items(api: str, collection: str) -> Any:
    """None is left."""
    _edit(_collection(api, collection).replace_all, [])
    return "", 204


@routes.post(f"{COLLECTION}/reset")
def reset_items(api: str, collection: str) -> Any:
    """As at start."""
    _edit(_collection(api, collection).reset)
    return items(api, collection)


@routes.get(ITEM)
def item(api: str, collection: str, id: str) -> Any:  # noqa: A002  # the name in the document
    """One item."""
    try:
        return jsonify(_collection(api, collection).item(id))
    except KeyError:
        raise _missing(collection, id) from None


@routes.put(ITEM)
def put_item(api: str, collection: str, id: str) -> Any:  # noqa: A002
    """Another one in its place."""
    return _changed(api, collection, id, "put")


@routes.patch(ITEM)
def patch_item(api: str, collection: str, id: str) -> Any:  # noqa: A002
    """With these changes."""
    return _changed(api, collection, id, "patch")


@routes.delete(ITEM)
def delete_item(api: str, collection: str, id: str) -> Any:  # noqa: A002
    """One less."""
    found = _collection(api, collection)
    try:
        _edit(found.delete, id)
    except KeyError:
        raise _missing(collection, id) from None
    return "", 204


def _changed(api: str, collection: str, identity: str, verb: str) -> Any:
    found, sent = _collection(api, collection), document.body()
    try:
        _edit(getattr(found, verb), identity, sent)
    except KeyError:
        raise _missing(collection, identity) from None
    return item(api, collection, identity)


def _collection(api: str, name: str) -> Collection:
    services, resources = world().services, world().resources
    is_unchecked = request.method in WRITES and document.query().get("unchecked") is True
    if api not in services and api not in resources:
        raise Problem(404, f"no API is called {api!r}; known ones are {', '.join((*services, *resources))}")
    try:
        if api in resources and (api not in services or name in resources[api].resource.recognition.collections):
            return RecordItems(resources[api], name, unchecked=is_unchecked)
        return editing.collection(services[api], name, unchecked=is_unchecked)
    except KeyError:
        known = editing.collection_names(services[api].definition) if api in services else ()
        names = ", ".join((*known, *(resources[api].resource.recognition.collections if api in resources else ())))
        raise Problem(404, f"{api} has no collection {name!r}; known ones are {names}") from None


def _edit(change: Callable[..., None], *arguments: Any) -> None:
    """Changes, tells those who listen, and turns what does not fit into a problem."""
    try:
        change(*arguments)
    except Misfit as misfit:
        raise Problem(422, str(misfit), errors=misfit.errors) from None


def _missing(collection: str, identity: str) -> Problem:
    return Problem(404, f"{collection} has no item {identity!r}")
