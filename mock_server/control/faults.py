"""Rules for what goes wrong in a world, and named sets of them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint

from mock_server.control import document
from mock_server.control.current import world
from mock_server.disturbance.fault_rules import PROFILES
from mock_server.syntax.problem import Problem

routes = Blueprint("faults", __name__)


@routes.get("/faults")
def faults() -> Any:
    """All of them."""
    return {"faults": [rule.as_json() for rule in world().faults.all()]}


@routes.post("/faults")
def add() -> Any:
    """One more."""
    sent = document.body()
    if sent.get("name") in {rule.definition["name"] for rule in world().faults.all()}:
        raise Problem(409, f"there is a rule {sent['name']!r} already: PUT replaces it")
    return _put(sent), 201


@routes.put("/faults/<name>")
def put(name: str) -> Any:
    """This one, in the place of an older one of the name."""
    return _put({**document.body(), "name": name})


def _put(definition: dict[str, Any]) -> dict[str, Any]:
    try:
        return world().faults.put(definition).as_json()
    except OverflowError as error:
        raise Problem(409, str(error)) from None


@routes.delete("/faults")
def clear() -> Any:
    """None."""
    world().faults.replace(())
    return "", 204


@routes.get("/faults/<name>")
def fault(name: str) -> Any:
    """One of them."""
    try:
        return world().faults.named(name).as_json()
    except KeyError:
        raise _unknown(name) from None


@routes.delete("/faults/<name>")
def remove(name: str) -> Any:
    """One less."""
    try:
        world().faults.remove(name)
    except KeyError:
        raise _unknown(name) from None
    return "", 204


def _unknown(name: str) -> Problem:
    return Problem(404, f"there is no fault rule {name!r}")


@routes.get("/faults/profiles")
def profiles() -> Any:
    """What there is to apply."""
    return {
        "profiles": [
            {"name": name, "description": description, "faults": list(rules)} for name, (description, rules) in PROFILES.items()
        ]
    }


@routes.post("/faults/profiles/<name>/apply")
def apply(name: str) -> Any:
    """Its rules and no others."""
    if name not in PROFILES:
        raise Problem(404, f"there is no profile {name!r}; known ones are {', '.join(PROFILES)}")
    world().faults.replace(PROFILES[name][1])
    return faults()
