"""The records that a mock starts with: the document's examples first, then made ones; the same in every run."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mock_server.resource.reading.bodies import JSON, parameter_schema
from mock_server.resource.reading.model import Collection, Operation, Role
from mock_server.resource.reading.names import singular, spelled
from mock_server.resource.reading.recognition import Recognition
from mock_server.resource.stored.records import Record, Records, Scope
from mock_server.resource.stored.upkeep import held_by
from mock_server.resource.values.samples import Samples
from specs import Schema

COUNT = 10
"""So many records are in a collection unless the mock is told how many."""

TOGETHER = 3
"""So many records of a collection inside another stand in the same parent."""


class Seeding:
    """Makes the seeds of one document.

    count: how many records are in a collection, where the document is not given others.
    """

    def __init__(self, recognition: Recognition, count: int = COUNT) -> None:
        self._recognition = recognition
        self._schemas = recognition.schemas
        self._samples = Samples(recognition.schemas)
        self._count = count
        self._given = recognition.document.given
        self._both: dict[str, Schema] = {}
        self._filtered = {name: self._choices(each) for name, each in recognition.collections.items()}

    def __call__(self, collection: Collection, store: Records) -> list[Record]:
        """The seeds of one collection; those of its parents are asked for."""
        if collection.name in self._given:
            return [self._given_record(each) for each in self._given[collection.name]]
        scopes = self._scopes(collection, store)
        if not scopes:
            return []
        if collection.singular:
            return [Record("", scope, self._value(collection, store, number, scope)) for number, scope in enumerate(scopes, 1)]
        found: dict[tuple[Scope, str], Record] = {}
        examples = list(self._examples(collection))[: self._count]
        for number in range(1, self._count + 1):
            scope = scopes[(number - 1) // TOGETHER % len(scopes)]
            example = examples[number - 1] if number <= len(examples) else None
            record = self._record(collection, store, number, scope, example, lambda identity: identity in found)
            found[record.identity] = record
        return list(found.values())

    def _given_record(self, item: Mapping[str, Any]) -> Record:
        *scope, key = item["id"].split("/")
        return Record(key, tuple(scope), item["record"])

    def _scopes(self, collection: Collection, store: Records) -> list[Scope]:
        """The parents that records can stand in: all combinations that exist."""
        found: list[Scope] = [()]
        for parent in collection.parents.values():
            if store.is_making(parent):
                return []
            held = store.of(parent)
            depth = len(parent.parents)
            found = [(*scope, key) for scope in found for above, key in held if above == scope[:depth]]
        return found

    def _record(
        self,
        collection: Collection,
        store: Records,
        number: int,
        scope: Scope,
        example: Any,
        is_taken: Callable[[tuple[Scope, str]], bool],
    ) -> Record:
        value = example if example is not None else self._value(collection, store, number, scope)
        for attempt in range(number, number + 10 * self._count, self._count):
            key, keyed = self.keyed(collection, value, attempt)
            if not is_taken((scope, key)):
                return Record(key, scope, keyed)
            value = {**value, **({collection.key: self._key(collection, attempt + self._count)} if collection.key else {})}
        key = f"{key}-{number}" if not key.isdigit() else str(10**6 + number)
        return Record(key, scope, {**value, **({collection.key: int(key) if key.isdigit() else key} if collection.key else {})})

    def keyed(self, collection: Collection, value: dict[str, Any], number: int) -> tuple[str, dict[str, Any]]:
        """The key of a record as its path has it, and the record with a key that a path can have."""
        if collection.key is None:
            made = self._samples.make(collection.key_schema, collection.parameter or "id", number, collection.name)
            return _in_path(made), value
        held = value.get(collection.key)
        if not isinstance(held, str | int) or isinstance(held, bool) or not _fits_path(str(held)):
            held = self._key(collection, number)
            value = {**value, collection.key: held}
        return str(held), value

    def fresh_key(
        self, collection: Collection, value: dict[str, Any], number: int, is_taken: Callable[[str], bool]
    ) -> tuple[str, dict[str, Any]]:
        """A key of the documented kind that no record has, and the record with it."""
        for attempt in range(number, number + 1_000):
            if collection.key is not None:
                value = {**value, collection.key: self._key(collection, attempt)}
            key, keyed = self.keyed(collection, value, attempt)
            if not is_taken(key):
                return key, keyed
        raise RuntimeError(f"no further key can be made for {collection.name}")

    def _key(self, collection: Collection, number: int) -> Any:
        """A key of the documented kind, of the member and of the path parameter: whole numbers count, all else is made."""
        member = self._schemas.properties(collection.schema).get(collection.key or "", {})
        types = self._schemas.types(member) or self._schemas.types(collection.key_schema)
        if "integer" in types:
            start = self._schemas.says(member, "minimum")
            return number + (int(start) - 1 if isinstance(start, int | float) and start > 1 else 0)
        if self._schemas.types(collection.key_schema) & {"integer", "number"}:
            return str(number)
        both = self._both.setdefault(collection.name, {"allOf": [member, collection.key_schema]})
        made = self._samples.make(both, collection.key or "id", number, collection.name)
        plain = _in_path(made)
        return plain if isinstance(made, str) and self._schemas.validator(member, "response").is_valid(plain) else made

    def _value(self, collection: Collection, store: Records, number: int, scope: Scope) -> dict[str, Any]:
        made = self._samples.make(collection.schema, "", number, collection.name)
        value = dict(made) if isinstance(made, dict) else {}
        members = self._schemas.properties(collection.schema)
        if collection.key is not None and (number > 1 or not any(self._samples.examples(members.get(collection.key, {})))):
            value[collection.key] = self._key(collection, number)
        named = dict(zip(collection.parents, scope, strict=True))
        return {
            **value,
            **self._references(collection, members, store, number),
            **held_by(collection, members, named, self._schemas),
        }

    def _references(self, collection: Collection, members: Mapping[str, Schema], store: Records, number: int) -> dict[str, Any]:
        """Members that are called after another collection hold keys of its records."""
        homes = {
            spelled(singular(each.name.rpartition(".")[2])): each for each in reversed(self._recognition.collections.values())
        }
        found = {}
        for name, schema in members.items():
            home = (
                homes.get(re.sub(r"_(id|key|uuid)$", "", spelled(name))) if re.search(r"_(id|key|uuid)$", spelled(name)) else None
            )
            if home is None or home is collection or home.key is None or home.parents or store.is_making(home) or home.singular:
                continue
            keys = [record.value.get(home.key) for record in store.of(home).values()]
            key = keys[number % len(keys)] if keys else None
            if key is not None and self._schemas.validator(schema, "response").is_valid(key):
                found[name] = key
        return found

    def _choices(self, collection: Collection) -> dict[str, list[Any]]:
        """The values by which a list can be filtered, of members that the record describes as any text."""
        found = {}
        members = self._schemas.properties(collection.schema)
        own = [each for each in self._recognition.all() if each.collection is collection and each.role is Role.LIST]
        for (place, name), parameter in [item for each in own for item in each.parameters.items()]:
            listed = self._schemas.says(parameter_schema(parameter), "enum")
            is_free = name in members and self._schemas.says(members[name], "enum") is None
            if place == "query" and is_free and isinstance(listed, list):
                check = self._schemas.validator(members[name], "response")
                found[name] = [each for each in listed if check.is_valid(each)]
        return {name: values for name, values in found.items() if values}

    # --- examples of the document ---------------------------------------------------------------------------------

    def _examples(self, collection: Collection) -> Iterator[dict[str, Any]]:
        """Whole records that the document shows, each once."""
        check = self._schemas.validator(collection.schema, "response")
        seen: list[Any] = []
        for operation in self._recognition.all():
            if operation.collection is collection and operation.role in (Role.LIST, Role.READ) and not operation.views:
                for record in self._shown(operation):
                    key = record.get(collection.key) if isinstance(record, dict) and collection.key else None
                    if key is not None and key not in seen and check.is_valid(record):
                        seen.append(key)
                        yield record

    def _shown(self, operation: Operation) -> Iterator[Any]:
        place = operation.list_at if operation.role is Role.LIST else operation.record_at
        for body in examples(self._recognition, operation):
            found = body
            for name in place or ():
                found = found.get(name) if isinstance(found, dict) else None
            yield from (found if isinstance(found, list) else [found])


def examples(recognition: Recognition, operation: Operation, status: int | None = None) -> Iterator[Any]:
    """The bodies that the document shows for a success, or for one status."""
    bodies = recognition.bodies
    response = bodies.response(operation, status or bodies.success(operation, operation.role.value)) or {}
    content = response.get("content")
    for media_type, each in content.items() if isinstance(content, Mapping) else ():
        if isinstance(each, Mapping) and JSON.fullmatch(str(media_type)):
            if "example" in each:
                yield each["example"]
            named = each.get("examples")
            for example in named.values() if isinstance(named, Mapping) else ():
                found = recognition.document.looked_up(example)
                if "value" in found:
                    yield found["value"]


def _fits_path(text: str) -> bool:
    return bool(text) and re.search(r"[/?#%\s]", text) is None


def _in_path(value: Any) -> str:
    """A value as one segment of a path."""
    return re.sub(r"[/?#%\s]+", "-", str(value)).strip("-") or "1"
