"""What is stored, by API and collection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, jsonify

from mock_server.control import document
from mock_server.control.current import world
from mock_server.syntax.problem import Problem
from mock_server.worlds import editing
from mock_server.worlds.editing import Collection, Misfit

routes = Blueprint("state", __name__)

COLLECTION = "/state/<api>/<collection>"
ITEM = f"{COLLECTION}/<path:id>"


@routes.get("/state")
def whole() -> Any:
    """All collections of all APIs."""
    return {name: editing.shown(service.store, service.store.contents()) for name, service in world().services.items()}


@routes.post("/state/reset")
def reset() -> Any:
    """All collections as at start."""
    for service in world().services.values():
        service.store.reset()
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
    services = world().services
    if api not in services:
        raise Problem(404, f"no API is called {api!r}; known ones are {', '.join(services)}")
    try:
        return editing.collection(services[api], name)
    except KeyError:
        names = ", ".join(editing.collection_names(services[api].definition))
        raise Problem(404, f"{api} has no collection {name!r}; known ones are {names}") from None


def _edit(change: Callable[..., None], *arguments: Any) -> None:
    """Changes, tells those who listen, and turns what does not fit into a problem."""
    try:
        change(*arguments)
    except Misfit as misfit:
        raise Problem(422, str(misfit), errors=misfit.errors) from None


def _missing(collection: str, identity: str) -> Problem:
    return Problem(404, f"{collection} has no item {identity!r}")
