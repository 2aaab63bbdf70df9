"""Clock, settings and deliberate defects of a world."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, jsonify

from mock_server.control import document
from mock_server.control.current import world, worlds
from mock_server.defects import DEFECTS
from mock_server.syntax.problem import Problem

routes = Blueprint("behaviour", __name__)

# --- clock --------------------------------------------------------------------------------------------------------


@routes.get("/clock")
def clock() -> Any:
    """The time that is written into records."""
    return world().clock.as_json()


@routes.post("/clock")
def set_clock() -> Any:
    """Freezes or resumes first, then advances."""
    sent, moved = document.body(), world().clock
    try:
        moved.advance(sent.get("advance", 0))
        _freeze(sent.get("freeze"))
    except OverflowError:
        raise Problem(422, "advance: no date lies that far away", errors=[("/advance", "no date lies that far away")]) from None
    return moved.as_json()


def _freeze(wanted: Any) -> None:
    if wanted is False:
        world().clock.resume()
    elif wanted is True:
        world().clock.freeze()
    elif wanted is not None:
        world().clock.freeze(datetime.fromisoformat(wanted))


# --- settings -----------------------------------------------------------------------------------------------------


@routes.get("/settings")
def settings() -> Any:
    """The settings of this world."""
    return world().settings.as_json()


@routes.put("/settings")
def put_settings() -> Any:
    """These, and the others as at start."""
    world().settings = worlds().start.settings.changed(document.body())
    return world().settings.as_json()


@routes.patch("/settings")
def patch_settings() -> Any:
    """These, and the others as they are."""
    world().settings = world().settings.changed(document.body())
    return world().settings.as_json()


# --- defects ------------------------------------------------------------------------------------------------------


@routes.get("/defects")
def defects() -> Any:
    """``fields``: for each API that has a place for the defect, the field that shows it, null where no single one does."""
    fields = {each.api.name: each.defects for each in worlds().definitions}
    available = [
        {
            "id": each.id,
            "family": each.family,
            "fault": each.fault,
            "says": each.says,
            "fields": {name: found[each.id] for name, found in fields.items() if each.id in found},
        }
        for each in DEFECTS.values()
    ]
    return jsonify(active=world().defects, available=available)


@routes.put("/defects")
def put_defects() -> Any:
    """These and no others."""
    try:
        world().activate(document.body()["defects"])
    except ValueError as error:
        raise Problem(422, str(error), errors=[("/defects", str(error))]) from None
    return defects()


@routes.delete("/defects")
def delete_defects() -> Any:
    """None."""
    world().activate(())
    return defects()
