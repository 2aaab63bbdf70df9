"""Prefect: orchestration of workflows in Python (FastAPI). A PATCH is answered 204, and there is no credential."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.realworld.judge import Operation, document
from tests.realworld.launch import Place, ask, started, venv

PACKAGE = "prefect==3.9.1"


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with two variables, two limits, two artifacts and two pools."""
    command = [str(venv(place, PACKAGE) / "prefect"), "server", "start", "--host", "127.0.0.1", "--port", str(place.port)]
    env = {"PREFECT_HOME": str(place.data), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    with started(place, [*command, "--no-services"], "/api/health", env=env, seconds=300):
        base = f"{place.url}/api"
        own = document(f"{place.url}/openapi.json")
        yield [_variable(base, own), _limit(base, own), _artifact(base, own)]


def _made(url: str, *bodies: Mapping[str, Any]) -> list[str]:
    """The ids of new records."""
    return [str(ask("POST", url, body).json()["id"]) for body in bodies]


def _variable(base: str, own: bytes) -> Operation:
    one, two = _made(
        f"{base}/variables/",
        {"name": "colour", "value": "green", "tags": ["shop", "front"]},
        {"name": "size", "value": {"width": 4, "height": 5}, "tags": ["shop"]},
    )
    return _operation(base, own, "variable", "/variables/{id}", (one, two))


def _limit(base: str, own: bytes) -> Operation:
    one, two = _made(
        f"{base}/v2/concurrency_limits/",
        {"name": "database", "limit": 4, "active": True},
        {"name": "printer", "limit": 1, "active": False},
    )
    return _operation(base, own, "limit", "/v2/concurrency_limits/{id_or_name}", (one, two), "id_or_name")


def _artifact(base: str, own: bytes) -> Operation:
    one, two = _made(
        f"{base}/artifacts/",
        {"key": "report", "type": "markdown", "description": "Weekly", "data": "# Sales", "metadata_": {"unit": "pieces"}},
        {"key": "table", "type": "table", "description": "Daily", "data": "[]", "metadata_": {"unit": "boxes"}},
    )
    return _operation(base, own, "artifact", "/artifacts/{id}", (one, two))


def _operation(base: str, own: bytes, name: str, path: str, ids: tuple[str, str], parameter: str = "id") -> Operation:
    urls = [base + path.replace(f"{{{parameter}}}", each) for each in ids]
    return Operation(
        name=name,
        path=path,
        url=base,
        record={parameter: ids[0]},
        bystander={parameter: ids[1]},
        read=path,
        records=urls,
        document=own,
        moves=frozenset({"updated"}),
    )
