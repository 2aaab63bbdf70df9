"""What the server itself writes into records: keys, times, versions, and the keys of the records that hold them."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from mock_server.resource.reading.model import Collection
from mock_server.resource.reading.names import foreign_member, spelled
from mock_server.resource.reading.schemas import Schemas
from specs import Schema

_CREATED = re.compile(r"(^|_)(creat|add|register|insert|join|signup|sign_up)\w*(_?(at|on|date|time|timestamp))?$|^date_created$")
_CHANGED = re.compile(
    r"(^|_)(updat|modif|chang|edit|sav)\w*(_?(at|on|date|time|timestamp))?$|^date_(updated|modified)$|^last_(update|change|modified)"
)
_VERSION = re.compile(r"^(version|revision|rev|lock_version|row_version|_version)$")
TIMES = frozenset({"date-time", "date"})


class Upkeep:
    """What the server writes into the records of one collection."""

    def __init__(self, schemas: Schemas, collection: Collection) -> None:
        self._schemas = schemas
        self._collection = collection
        self.created: tuple[tuple[str, Schema], ...] = tuple(self._times(_CREATED))
        self.changed: tuple[tuple[str, Schema], ...] = tuple(self._times(_CHANGED))
        self._versions = tuple(
            name for name, schema in self._own() if _VERSION.search(spelled(name)) and "integer" in schemas.types(schema)
        )

    def _own(self) -> Iterator[tuple[str, Schema]]:
        """The members that no request writes."""
        for name, schema in self._schemas.properties(self._collection.schema).items():
            if name not in self._collection.written and name != self._collection.key:
                yield name, schema

    def _times(self, pattern: re.Pattern[str]) -> Iterator[tuple[str, Schema]]:
        for name, schema in self._own():
            types, form = self._schemas.types(schema), self._schemas.says(schema, "format")
            is_time = form in TIMES or (
                (form is None or form in ("int64", "timestamp", "unix-time", "double")) and "string" not in types
            )
            named = pattern.search(spelled(name)) is not None
            if (
                named
                and (is_time or ("string" in types and spelled(name).endswith(("_at", "_on", "date", "time"))))
                and "object" not in types
            ):
                yield name, schema

    def at_creation(self, moment: str) -> dict[str, Any]:
        """The members of a new record; ``moment``: RFC 3339."""
        times = {name: self._written(schema, moment) for name, schema in (*self.created, *self.changed)}
        return {**times, **dict.fromkeys(self._versions, 1)}

    def at_write(self, before: Mapping[str, Any], moment: str) -> dict[str, Any]:
        """The members of a record that has changed."""
        times = {name: self._written(schema, moment) for name, schema in self.changed}
        versions = {name: before[name] + 1 for name in self._versions if isinstance(before.get(name), int)}
        return {**times, **versions}

    def _written(self, schema: Schema, moment: str) -> Any:
        at = datetime.fromisoformat(moment)
        types = self._schemas.types(schema)
        if "string" not in types and types & {"integer", "number"}:
            shown = self._schemas.says(schema, "example")
            return int(at.timestamp() * 1_000) if isinstance(shown, int) and shown > 10**11 else int(at.timestamp())
        if self._schemas.says(schema, "format") == "date":
            return at.date().isoformat()
        return at.replace(microsecond=at.microsecond // 1_000 * 1_000).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def held_by(collection: Collection, members: Mapping[str, Schema], scope: Mapping[str, str], schemas: Schemas) -> dict[str, Any]:
    """The members of a record that name the records which hold it, by the path parameters."""
    found: dict[str, Any] = {}
    for parameter, parent in collection.parents.items():
        member = foreign_member(parameter, parent, members)
        if member is not None and parameter in scope and member != collection.key:
            found[member] = typed(scope[parameter], members[member], schemas)
    return found


_NUMBER = re.compile(r"[+-]?[0-9]{1,300}(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,3})?", re.ASCII)


def typed(text: str, schema: Schema, schemas: Schemas) -> Any:
    """A text of a path, a query or a form as a value of its documented type; the text itself where it is none."""
    types = schemas.types(schema)
    if "string" in types or not types:
        return text
    if types & {"integer", "number"} and _NUMBER.fullmatch(text) and math.isfinite(value := float(text)):
        return int(text) if text.lstrip("+-").isdigit() else value
    if "boolean" in types and text.lower() in ("true", "false", "1", "0"):
        return text.lower() in ("true", "1")
    return text
