"""The GET that shows what a PATCH changes: at the same path, or at one that the path begins with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.drafting.document.source import Document, Source
from contracts.drafting.operations import PARAMETER, Answer, Operations
from specs.model import SpecError

READ = "readRecord"


def companion(
    source: Source, operations: Operations, path: str, names: frozenset[str], least: int
) -> tuple[str, Document, Answer] | None:
    """The path of the GET, its copied operation, and its success: one that shows at least so many of the request's members."""
    for place, item in _candidates(source, path):
        get = item.get("get")
        if not isinstance(get, dict):
            continue
        try:
            found = _shown(operations, get, names)
            if found is None or (found.count < least if names else place != path):
                continue
            return place, _copied(operations, place, item, get, found), found
        except SpecError:
            continue  # it refers to nothing, or cannot be read: as if it were not there
    return None


def _shown(operations: Operations, get: Document, names: frozenset[str]) -> Answer | None:
    found = [operations.matched(each, names) for each in operations.successes(get) if each.content]
    shown = [each for each in found if each.place is not None]
    return max(shown, key=lambda each: each.count, default=None)


def _candidates(source: Source, path: str) -> Iterator[tuple[str, Document]]:
    """The path itself, then shorter ones without literal parts at the end (``/pets/{id}/rename``, ``/pets/{id}:rename``)."""
    paths: Any = source.content["paths"]
    place = path
    while place:
        if place in paths:
            yield place, source.item(place)
        last = place.rpartition("/")[2]
        if "{" in last and "}:" not in last:
            return
        place = place.rpartition(":")[0] if "}:" in last else place.rpartition("/")[0]
        if set(PARAMETER.findall(place)) < set(PARAMETER.findall(path)):
            return


def _copied(operations: Operations, place: str, item: Document, get: Document, answer: Answer) -> Document:
    """The operation with its one success."""
    name, content = next(iter(answer.content.items()))
    status = answer.status if answer.status.isdigit() else "200"
    return {
        "operationId": str(get.get("operationId") or READ),
        "parameters": [*operations.parameters(place, item, get), *operations.choices(item, get)],
        "responses": {status: {"description": "The record.", "content": {name: content}}},
    }
