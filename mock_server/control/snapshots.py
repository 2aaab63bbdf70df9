"""Named snapshots of the state."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from mock_server.control import document
from mock_server.control.current import world
from mock_server.state.snapshots import Snapshot
from mock_server.syntax.problem import Problem
from mock_server.worlds import editing

routes = Blueprint("snapshots", __name__)


@routes.errorhandler(KeyError)
def missing(error: KeyError) -> Any:
    """There is none of this name."""
    names = ", ".join(each.name for each in world().snapshots.all()) or "none"
    return Problem(404, f"no snapshot is called {error.args[0]!r}; there are: {names}").response()


@routes.get("/snapshots")
def snapshots() -> Any:
    """The oldest first."""
    return {"snapshots": [_described(each) for each in world().snapshots.all()]}


@routes.post("/snapshots")
def save() -> Any:
    """The state as it is now."""
    try:
        return _described(world().snapshots.save(document.body()["name"])), 201
    except ValueError as error:
        raise Problem(409, str(error)) from None


@routes.get("/snapshots/<name>")
def contents(name: str) -> Any:
    """What it holds."""
    snapshot = world().snapshots.get(name)
    return {api: editing.shown(service.store, snapshot.contents[api]) for api, service in world().services.items()}


@routes.post("/snapshots/<name>/restore")
def restore(name: str) -> Any:
    """The state as it was then."""
    snapshot = world().snapshots.restore(name)
    return _described(snapshot)


@routes.delete("/snapshots/<name>")
def delete(name: str) -> Any:
    """One less."""
    world().snapshots.delete(name)
    return "", 204


def _described(snapshot: Snapshot) -> dict[str, Any]:
    return {"name": snapshot.name, "saved": snapshot.saved}
