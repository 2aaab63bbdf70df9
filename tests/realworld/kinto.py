"""Kinto: JSON storage in Python (Pyramid). Bodies are ``{"data": ...}``; the records are of no schema."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager

import yaml

from tests.realworld.judge import Operation, document
from tests.realworld.launch import SPECS, Place, ask, started, venv

PACKAGE = "kinto==26.5.0"
LOGIN = "tester:secret"
HEADERS = {"Authorization": f"Basic {b64encode(LOGIN.encode()).decode()}"}
BUCKET = "/buckets/shop"
RECORDS = f"{BUCKET}/collections/articles/records"
SETTINGS = """
[server:main]
use = egg:waitress#main
host = 127.0.0.1
port = {port}

[app:main]
use = egg:kinto
kinto.userid_hmac_secret = no-secret
kinto.experimental_collection_schema_validation = true
kinto.bucket_create_principals = system.Authenticated
multiauth.policies = basicauth
kinto.storage_backend = kinto.core.storage.memory
kinto.cache_backend = kinto.core.cache.memory
kinto.permission_backend = kinto.core.permission.memory
"""


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with two records in a collection that has a JSON Schema, and two groups."""
    kinto = venv(place, PACKAGE) / "kinto"
    (place.data / "kinto.ini").write_text(SETTINGS.format(port=place.port))
    with started(place, [str(kinto), "start", "--ini", "kinto.ini", "--port", str(place.port)], "/v1/", env={}):
        base = f"{place.url}/v1"
        ask("PUT", f"{base}{BUCKET}", {}, HEADERS)
        schema = yaml.safe_load((SPECS / "kinto.yaml").read_text())["components"]["schemas"]["RecordChange"]
        ask("PUT", f"{base}{BUCKET}/collections/articles", {"data": {"schema": schema}}, HEADERS)
        for key, record in _records().items():
            ask("PUT", f"{base}{RECORDS}/{key}", {"data": record}, HEADERS)
        for name, members in (("writers", ["ann", "bob"]), ("readers", ["cem"])):
            ask("PUT", f"{base}{BUCKET}/groups/{name}", {"data": {"members": members, "title": name}}, HEADERS)
        path = "/buckets/{bucket_id}/collections/{collection_id}/records/{id}"
        own = document(f"{base}/__api__")  # all it says of `data` is that it is an object
        yield [
            _operation(base, "record", path, "first", "second", collection_id="articles"),
            _operation(base, "record-own", path, "first", "second", own, collection_id="articles"),
            _operation(base, "group", "/buckets/{bucket_id}/groups/{id}", "writers", "readers"),
        ]


def _records() -> dict[str, dict[str, object]]:
    first = {"title": "Boots", "stock": 4, "sale": False, "address": {"street": "Long Lane", "city": "York"}, "tags": ["a", "b"]}
    second = {"title": "Hats", "stock": 9, "sale": True, "address": {"street": "Mill Road", "city": "Leeds"}, "tags": ["c"]}
    return {"first": first, "second": second}


def _operation(base: str, name: str, path: str, one: str, two: str, own: bytes | None = None, **more: str) -> Operation:
    return Operation(
        name=name,
        path=path,
        url=base,
        record={"bucket_id": "shop", **more, "id": one},
        bystander={"bucket_id": "shop", **more, "id": two},
        auth={"basicauth": LOGIN},
        read=path,
        records=[
            *(f"{base}{RECORDS}/{each}" for each in _records()),  # with permissions, which no list shows
            *(f"{base}{BUCKET}/groups/{each}" for each in ("writers", "readers")),
            f"{base}{RECORDS}?_sort=id",
            f"{base}{BUCKET}/groups?_sort=id",
            f"{base}/buckets",
        ],
        headers=HEADERS,
        document=own,
        spec=None if own else SPECS / "kinto.yaml",
        moves=frozenset({"last_modified"}),
    )
