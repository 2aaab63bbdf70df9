"""LoopBack 4: the todo application that its makers publish, in Node. A PATCH is answered 204, and there is no credential."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.realworld.judge import Operation, document
from tests.realworld.launch import Place, ask, node, started

PACKAGE = "@loopback/example-todo@6.0.0"
LISTS = "@loopback/example-todo-list@6.0.0"


@contextmanager
def serving(place: Place) -> Iterator[list[Operation]]:
    """The server with two todos."""
    main = node(place, PACKAGE) / "node_modules" / "@loopback" / "example-todo" / "dist" / "index.js"
    (place.data / "data").mkdir()
    (place.data / "data" / "db.json").write_text('{"ids": {"Todo": 1}, "models": {"Todo": {}}}')
    env = {"PORT": str(place.port), "HOST": "127.0.0.1"}
    with started(place, ["node", str(main)], "/ping", env=env):
        one, two = (
            str(ask("POST", f"{place.url}/todos", body).json()["id"])
            for body in (
                {"title": "Water the plants", "desc": "The small ones too", "isComplete": False},
                {"title": "Feed the cat", "desc": "Twice", "isComplete": True},
            )
        )
        yield [
            Operation(
                name="todo",
                path="/todos/{id}",
                url=place.url,
                record={"id": one},
                bystander={"id": two},
                read="/todos/{id}",
                records=[f"{place.url}/todos"],
                document=document(f"{place.url}/openapi.json"),
            )
        ]
