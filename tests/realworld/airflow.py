"""Airflow 3: workflows in Python (FastAPI over an SQL database, SQLite here). A credential is a token that a login gives."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from tests.realworld.judge import Operation, document
from tests.realworld.launch import Place, ask, run, started, venv

PACKAGE = "apache-airflow==3.3.2"
USER = {"username": "ann", "password": "secret-for-tests"}
CONNECTIONS = (
    {"connection_id": "warehouse", "conn_type": "http", "host": "w.example.com", "login": "ann", "port": 8080, "schema": "http"},
    {"connection_id": "archive", "conn_type": "http", "host": "a.example.com", "login": "bob", "port": 8081, "schema": "https"},
)
VARIABLES = (
    {"key": "colour", "value": "green", "description": "Of the front"},
    {"key": "size", "value": "large", "description": "Of the box"},
)
POOLS = (
    {"name": "printers", "slots": 5, "description": "The printers", "include_deferred": False},
    {"name": "readers", "slots": 3, "description": "The readers", "include_deferred": True},
)


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with two connections, two variables and two pools."""
    airflow = str(venv(place, PACKAGE) / "airflow")
    env = _env(place)
    (place.data / "passwords.json").write_text(json.dumps({USER["username"]: USER["password"]}))
    run(place, [airflow, "db", "migrate"], env)
    with started(place, [airflow, "api-server"], "/api/v2/version", env=env, seconds=300):
        token = ask("POST", f"{place.url}/auth/token", USER).json()["access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        own = document(f"{place.url}/openapi.json")
        yield [
            _operation(place.url, own, headers, "connections", "connection_id", CONNECTIONS),
            _operation(place.url, own, headers, "variables", "variable_key", VARIABLES, key="key"),
            _operation(place.url, own, headers, "pools", "pool_name", POOLS, key="name"),
        ]


def _env(place: Place) -> dict[str, str]:
    return {
        "AIRFLOW_HOME": str(place.data),
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(place.port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_EXPIRATION_TIME": "86400",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": f"{USER['username']}:admin",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(place.data / "passwords.json"),
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
    }


def _operation(
    base: str,
    own: bytes,
    headers: Mapping[str, str],
    name: str,
    parameter: str,
    bodies: Sequence[Mapping[str, Any]],
    key: str | None = None,
) -> Operation:
    """Two new records; ``key``: the member that names them, where it is not called as the path parameter."""
    ids = [str(each[key or parameter]) for each in bodies]
    collection = f"{base}/api/v2/{name}"
    for body in bodies:
        ask("POST", collection, body, headers)
    path = f"/api/v2/{name}/{{{parameter}}}"
    return Operation(
        name=name.removesuffix("s"),
        path=path,
        url=base,
        record={parameter: ids[0]},
        bystander={parameter: ids[1]},
        auth={"OAuth2PasswordBearer": headers["Authorization"].removeprefix("Bearer ")},
        read=path,
        records=[collection, *(f"{collection}/{each}" for each in ids)],
        headers=headers,
        document=own,
    )
