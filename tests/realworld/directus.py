"""Directus: a headless CMS in Node over an SQL database (SQLite here). Answers are ``{"data": {...}}``, bodies are not."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tests.realworld.judge import Operation, document
from tests.realworld.launch import Place, ask, node, run, started

PACKAGE = "directus@11.3.5"
TOKEN = "token-for-tests"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
ARTICLES = {
    "collection": "articles",
    "schema": {},
    "meta": {},
    "fields": [
        {"field": "id", "type": "integer", "schema": {"is_primary_key": True, "has_auto_increment": True}, "meta": {}},
        {"field": "title", "type": "string", "schema": {"max_length": 80, "is_nullable": False}, "meta": {}},
        {"field": "body", "type": "text", "schema": {}, "meta": {}},
        {"field": "views", "type": "integer", "schema": {}, "meta": {}},
        {"field": "price", "type": "float", "schema": {}, "meta": {}},
        {"field": "sale", "type": "boolean", "schema": {}, "meta": {"special": ["cast-boolean"]}},
        {"field": "day", "type": "date", "schema": {}, "meta": {}},
    ],
}


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with a collection of two articles, and two folders."""
    directus = str(node(place, PACKAGE) / "node_modules" / ".bin" / "directus")
    env = _env(place)
    run(place, [directus, "bootstrap"], env)
    with started(place, [directus, "start"], "/server/ping", env=env, seconds=300):
        ask("POST", f"{place.url}/collections", ARTICLES, HEADERS)
        article = {"body": "Long text", "views": 4, "price": 2.5, "sale": False, "day": "2024-05-01"}
        articles = _made(f"{place.url}/items/articles", article | {"title": "Boots"}, article | {"title": "Hats", "views": 9})
        folders = _made(f"{place.url}/folders", {"name": "Photos"}, {"name": "Letters"})
        own = _own(place.url)
        yield [
            _operation(place.url, own, "article", "/items/articles/{id}", articles),
            _operation(place.url, own, "folder", "/folders/{id}", folders),
        ]


def _own(base: str) -> bytes:
    """The document describes its schemes and does not say that any is needed, so that no request would have a credential."""
    read = json.loads(document(f"{base}/server/specs/oas", HEADERS))
    return json.dumps({**read, "security": [{"Auth": []}]}).encode()


def _env(place: Place) -> dict[str, str]:
    return {
        "HOST": "127.0.0.1",
        "PORT": str(place.port),
        "PUBLIC_URL": place.url,
        "SECRET": "no-secret",
        "DB_CLIENT": "sqlite3",
        "DB_FILENAME": str(place.data / "directus.sqlite"),
        "ADMIN_EMAIL": "ann@example.com",
        "ADMIN_PASSWORD": "secret-for-tests",
        "ADMIN_TOKEN": TOKEN,
        "TELEMETRY": "false",
        "STORAGE_LOCAL_ROOT": str(place.data),
        "EXTENSIONS_PATH": str(place.data / "extensions"),
    }


def _made(url: str, *bodies: Mapping[str, Any]) -> list[str]:
    """The ids of new records."""
    return [str(ask("POST", url, body, HEADERS).json()["data"]["id"]) for body in bodies]


def _operation(base: str, own: bytes, name: str, path: str, ids: list[str]) -> Operation:
    return Operation(
        name=name,
        path=path,
        url=base,
        record={"id": ids[0]},
        bystander={"id": ids[1]},
        auth={"Auth": HEADERS["Authorization"]},
        read=path,
        records=[f"{base}{path.removesuffix('/{id}')}", *(f"{base}{path.replace('{id}', each)}" for each in ids)],
        headers=HEADERS,
        document=own,
    )
