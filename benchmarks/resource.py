"""A whole resource of 200 records: how long a list takes, and whether memory grows: ``python -m benchmarks.resource``.

Lists are asked for one after the other over one connection. Memory is the resident size of the mock's process, read while clients
create, read, change, list and delete records; what counts is that it stops growing.
"""

from __future__ import annotations

import http.client
import json
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click

from benchmarks.throughput import running

RECORDS = 200
LISTS = 101
LOOKS = 10
"""So many times memory is read."""

_ERROR = {"description": "No.", "content": {"application/json": {"schema": {"type": "object"}}}}


def document() -> dict[str, Any]:
    """Articles, whose list has no pages."""
    article = {
        "type": "object",
        "required": ["id", "title", "created_at"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "title": {"type": "string", "maxLength": 80},
            "text": {"type": "string"},
            "tags": {"type": "array", "items": {"type": "string"}},
            "author": {
                "type": "object",
                "properties": {"name": {"type": "string"}, "email": {"type": "string", "format": "email"}},
            },
            "state": {"type": "string", "enum": ["draft", "public"]},
            "created_at": {"type": "string", "format": "date-time", "readOnly": True},
        },
    }
    body = {"required": True, "content": {"application/json": {"schema": article}}}

    def answers(status: int, schema: Any = None) -> dict[str, Any]:
        content = {"content": {"application/json": {"schema": schema}}} if schema else {}
        return {str(status): {"description": "It.", **content}, "400": _ERROR, "404": _ERROR}

    one = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Articles", "version": "1"},
        "paths": {
            "/articles": {
                "get": {"responses": answers(200, {"type": "array", "items": article})},
                "post": {"requestBody": body, "responses": answers(201, article)},
            },
            "/articles/{id}": {
                "parameters": [one],
                "get": {"responses": answers(200, article)},
                "patch": {"requestBody": body, "responses": answers(200, article)},
                "delete": {"responses": answers(204)},
            },
        },
    }


class Client:
    """One connection, one request after the other."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=30)

    def send(self, method: str, path: str, body: Any = None) -> Any:
        """The JSON of the answer; SystemExit for one that is no success."""
        content = None if body is None else json.dumps(body)
        self._connection.request(method, path, content, {"Content-Type": "application/json"} if content else {})
        answer = self._connection.getresponse()
        found = answer.read()
        if answer.status >= 300:
            raise SystemExit(f"{method} {path}: {answer.status} {found[:200]!r}")
        return json.loads(found) if found else None


def megabytes(process: int) -> float:
    """The resident size of a process, which Linux tells."""
    lines = Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1024


def life(client: Client, number: int) -> Iterator[Any]:
    """The requests of one record's life; one in so many lives ends with a list."""
    made = client.send("POST", "/articles", {"title": f"Number {number}", "state": "draft", "tags": ["a", "b"]})
    yield made
    place = f"/articles/{made['id']}"
    yield client.send("GET", place)
    yield client.send("PATCH", place, {"title": f"Number {number}", "state": "public", "text": "x" * (number % 200)})
    yield client.send("DELETE", place)
    if number % 25 == 0:
        yield client.send("GET", "/articles")


@click.command()
@click.option(
    "--operations", default=100_000, show_default=True, type=click.IntRange(LOOKS), help="Requests while memory is read."
)
def main(operations: int) -> None:
    """Print the milliseconds of a list and the megabytes of the process."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "articles.json")
        file.write_text(json.dumps(document()), encoding="utf-8")
        with running("mock_server", str(file), "--records", str(RECORDS), "--quiet", "--port", "0", "--ready-file") as (ready, _):
            client = Client(ready["url"])
            taken = [_milliseconds(client) for _ in range(LISTS)]
            click.echo(
                f"list of {RECORDS} records: {statistics.median(taken):.2f} ms (first {taken[0]:.2f}, slowest {max(taken):.2f})"
            )
            sizes = list(_sizes(client, ready["pid"], operations))
    click.echo(f"memory over {operations} requests: " + ", ".join(f"{each:.1f}" for each in sizes) + " MB")
    half = sizes[len(sizes) // 2 :]
    click.echo(f"growth in the second half: {half[-1] - half[0]:+.1f} MB")


def _milliseconds(client: Client) -> float:
    begun = time.perf_counter()
    listed = client.send("GET", "/articles")
    taken = (time.perf_counter() - begun) * 1000
    if len(listed) < RECORDS // 2:
        raise SystemExit(f"a list of {len(listed)} records")
    return taken


def _sizes(client: Client, process: int, operations: int) -> Iterator[float]:
    done, number, next_look = 0, 0, 0.0
    while done < operations:
        if done >= next_look:
            yield megabytes(process)
            next_look += operations / LOOKS
        number += 1
        done += sum(1 for _ in life(client, number))
    yield megabytes(process)


if __name__ == "__main__":
    main(prog_name="python -m benchmarks.resource")
