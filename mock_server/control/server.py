"""The process as a whole: is it well, what does it serve, and back to the start."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from flask import Blueprint, Response

from mock_server.control import document
from mock_server.control.current import world, worlds
from mock_server.exchange.steps import BODY_LIMIT
from mock_server.journal import journal
from mock_server.journal.events import SUBSCRIBER_LIMIT
from mock_server.state import snapshots
from mock_server.syntax.strict_json import DEPTH_LIMIT
from mock_server.worlds.worlds import SESSION_LIMIT

routes = Blueprint("server", __name__)


@routes.get("/health")
def health() -> Any:
    """Requests are answered."""
    return {"status": "ok", "apis": [each.name for each in worlds().sites]}


@routes.get("/version")
def describe() -> Any:
    """Which mock this is, and its limits."""
    apis = [
        {"name": each.name, "title": each.title, "prefix": each.prefix, "document": _digest(each.file)} for each in worlds().sites
    ]
    limits = {
        "body": BODY_LIMIT,
        "depth": DEPTH_LIMIT,
        "journal": journal.LIMIT,
        "sessions": SESSION_LIMIT,
        "snapshots": snapshots.LIMIT,
        "subscribers": SUBSCRIBER_LIMIT,
    }
    return {"version": _version(), "apis": apis, "limits": limits}


@routes.get("/openapi.yaml")
def description() -> Any:
    """The document of this interface."""
    return Response(document.FILE.read_bytes(), content_type="application/yaml")


@routes.post("/reset")
def reset() -> Any:
    """Everything as at start, but for what was set on purpose."""
    world().reset()
    return {"status": "reset"}


def _version() -> str:
    try:
        return version("patch-contracts")
    except PackageNotFoundError:  # run from a checkout
        return "0"


@lru_cache(maxsize=32)
def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
