"""json-server: a REST server from one JSON file, in Node (Express). It stores what it gets, and has no credential."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.realworld.judge import Operation
from tests.realworld.launch import SPECS, Place, node, started

PACKAGE = "json-server@0.17.4"
DATA = {
    "posts": [
        {
            "id": 1,
            "title": "Boots",
            "body": "For rain",
            "views": 100,
            "draft": False,
            "author": {"name": "Ann", "mail": "ann@example.com"},
        },
        {
            "id": 2,
            "title": "Hats",
            "body": "For sun",
            "views": 200,
            "draft": True,
            "author": {"name": "Bob", "mail": "bob@example.com"},
        },
    ],
    "comments": [
        {"id": "a", "text": "Fine", "postId": 1, "tags": ["x"]},
        {"id": "b", "text": "Too small", "postId": 2, "tags": []},
    ],
}


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with two posts and two comments."""
    (place.data / "db.json").write_text(json.dumps(DATA))
    command = [
        str(node(place, PACKAGE) / "node_modules" / ".bin" / "json-server"),
        "--host",
        "127.0.0.1",
        "--port",
        str(place.port),
    ]
    with started(place, [*command, "--quiet", "db.json"], "/posts", env={}):
        yield [_operation(place, "post", "1", "2"), _operation(place, "comment", "a", "b")]


def _operation(place: Place, name: str, one: str, two: str) -> Operation:
    path = f"/{name}s/{{id}}"
    return Operation(
        name=name,
        path=path,
        url=place.url,
        record={"id": one},
        bystander={"id": two},
        read=path,
        records=[f"{place.url}/db"],
        spec=SPECS / "json-server.yaml",
    )
