"""The records that pass between a client and a real service, kept as a seed file that a mock starts with later."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import yaml

from mock_server.exchange.envelope import UNSHOWN
from mock_server.resource.reading.model import PARAMETER, Collection, Operation, Role
from mock_server.resource.service import Resource
from mock_server.resource.stored.upkeep import held_by
from mock_server.resource.writing import scope_of

LIMIT = 1_000
"""So many records of a collection are kept."""

_SHOWING = frozenset({Role.LIST, Role.READ, Role.CREATE, Role.REPLACE, Role.UPDATE})


class RecordedSeeds:
    """What answers show of the collections of some documents, the latest state of each record, as ``state export`` writes it.

    A record that the document does not allow is left out: a file with one could not be started with.
    """

    def __init__(self, resources: Sequence[Resource], file: Path) -> None:
        self._file = file
        self._routes = [(_pattern(each.prefix + path), each, path) for each in resources for path in each.recognition.operations]
        self._routes.sort(key=lambda route: route[2].count("{"))  # /books/new ahead of /books/{id}
        self._kept: dict[str, dict[str, dict[tuple[str, ...], dict[str, Any]]]] = {}

    def keep(self, method: str, path: str, status: int, body: Any) -> None:
        """One answer, secrets struck out already."""
        if not 200 <= status < 300:
            return
        for pattern, resource, template in self._routes:
            found = pattern.fullmatch(path)
            operation = resource.recognition.operations[template].get(method)
            if found is not None and operation is not None and operation.collection is not None:
                arguments = {name: unquote(text) for name, text in zip(operation.names, found.groups(), strict=True)}
                self._learn(resource, operation, operation.collection, arguments, body)
                return

    def _learn(
        self, resource: Resource, operation: Operation, collection: Collection, arguments: Mapping[str, str], body: Any
    ) -> None:
        kept = self._kept.setdefault(resource.name, {}).setdefault(collection.name, {})
        scope = scope_of(collection, arguments)
        if len(scope) != len(collection.parents):
            return  # a list across all that they stand in
        if operation.role is Role.DELETE:
            kept.pop((*scope, arguments.get(collection.parameter or "", "")), None)
        elif operation.role in _SHOWING:
            for record in _shown(operation, body):
                self._add(resource, collection, arguments, scope, record, kept)
        self._write()

    def _add(
        self,
        resource: Resource,
        collection: Collection,
        arguments: Mapping[str, str],
        scope: tuple[str, ...],
        record: Mapping[str, Any],
        kept: dict[tuple[str, ...], dict[str, Any]],
    ) -> None:
        key = "" if collection.singular else record.get(collection.key or "", arguments.get(collection.parameter or ""))
        if key is None or len(kept) >= LIMIT:
            return
        place = (*scope, str(key))
        schemas = resource.recognition.schemas
        within = dict(zip(collection.parents, scope, strict=True))
        held = held_by(collection, schemas.properties(collection.schema), within, schemas)
        shown = {name: each for name, each in record.items() if each != UNSHOWN}
        value = {**held, **kept.get(place, {}).get("record", {}), **shown}
        if schemas.validator(collection.schema, "response").is_valid(value):
            kept[place] = {"id": "/".join(place), **({"in": within} if within else {}), "record": value}

    def _write(self) -> None:
        content = {
            name: {each: list(records.values()) for each, records in collections.items() if records}
            for name, collections in self._kept.items()
        }
        draft = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        draft.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
        draft.replace(self._file)


def _pattern(template: str) -> re.Pattern[str]:
    """Matches the paths of a template; each parameter is a group."""
    literals = [re.escape(part) for part in PARAMETER.split(template)[::2]]
    return re.compile("([^/]+)".join(literals))


def _shown(operation: Operation, body: Any) -> Iterator[Mapping[str, Any]]:
    """The records in an answer."""
    found = body
    for name in (operation.list_at if operation.role is Role.LIST else operation.record_at) or ():
        found = found.get(name) if isinstance(found, Mapping) else None
    yield from (each for each in (found if isinstance(found, list) else [found]) if isinstance(each, Mapping))
