"""Brings what is stored into the shape of a documented answer, so that every answer is valid under the document."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_server.resource.reading.model import Place
from mock_server.resource.reading.schemas import Schemas
from mock_server.resource.stored.records import Record
from mock_server.resource.values.samples import MISSING, Samples, sentence_of
from mock_server.syntax.encoding import encoded
from specs import Schema

DEPTH = 24
Fill = Callable[[str, Schema], Any]
"""The value of a member of an envelope, MISSING for one that nothing is known of."""


class Shaping:
    """Shapes values for the answers of one document."""

    def __init__(self, schemas: Schemas) -> None:
        self._schemas = schemas
        self._samples = Samples(schemas)

    def record(self, record: Record, schema: Schema, owner: str) -> bytes:
        """The JSON of a record under a schema, kept with the record."""
        shown = record.shown.get(id(schema))
        if shown is None:
            shown = record.shown[id(schema)] = encoded(self.value(record.value, schema, owner))
        return shown

    def value(self, value: Any, schema: Schema, owner: str) -> Any:
        """A value as a schema has it: undocumented and write-only members left out, required ones that are missing made up."""
        fitted = self._fitted(value, schema, owner, 0)
        check = self._schemas.validator(schema, "response")
        if check.is_valid(fitted):
            return fitted
        repaired = self._repaired(fitted, schema, owner) if isinstance(fitted, dict) else fitted
        if check.is_valid(repaired):
            return repaired
        made = self._samples.make(schema, "", 1, owner)
        if not isinstance(made, dict) or not isinstance(fitted, dict):
            return made
        for name in fitted:  # as much of what is stored as the schema takes
            if check.is_valid(tried := {**made, name: fitted[name]}):
                made = tried
        return made

    def _fitted(self, value: Any, schema: Schema, owner: str, depth: int) -> Any:
        if isinstance(value, list) and depth <= DEPTH:
            items = self._schemas.items(schema)
            return [self._fitted(item, items, owner, depth + 1) for item in value] if items else value
        return self._object(value, schema, owner, depth) if isinstance(value, dict) and depth <= DEPTH else value

    def _object(self, value: dict[str, Any], schema: Schema, owner: str, depth: int) -> dict[str, Any]:
        members = self._schemas.properties(schema)
        if not members:
            return value
        found = {}
        for name, member in members.items():
            if self._schemas.says(member, "writeOnly") is True:
                continue
            if name in value:
                found[name] = self._fitted(value[name], member, f"{owner}.{name}", depth + 1)
        for name in self._schemas.required(schema) - found.keys():
            if name not in members:
                found[name] = value.get(name, sentence_of(name))
            elif self._schemas.says(members[name], "writeOnly") is not True:
                found[name] = self._samples.make(members[name], name, 1, owner)
        if self._schemas.says(schema, "additionalProperties") not in (None, False):
            found |= {name: each for name, each in value.items() if name not in members}
        return found

    def _repaired(self, value: dict[str, Any], schema: Schema, owner: str) -> dict[str, Any]:
        """Without the members that are not valid; those that are required are made up."""
        members, required = self._schemas.properties(schema), self._schemas.required(schema)
        found = {}
        for name, each in value.items():
            member = members.get(name)
            if member is None or self._schemas.validator(member, "response").is_valid(each):
                found[name] = each
            elif name in required:
                found[name] = self._samples.make(member, name, 1, owner)
        return found

    def envelope(self, schema: Schema, place: Place, inner: bytes, fill: Fill, owner: str) -> bytes:
        """A body with JSON at a place of it, and around it what is required or known."""
        if not place:
            return inner
        parts = []
        required = self._schemas.required(schema)
        for name, member in self._schemas.properties(schema).items():
            if name == place[0]:
                parts.append(encoded(name) + b":" + self.envelope(member, place[1:], inner, fill, owner))
                continue
            value = self._around(name, member, fill, name in required, owner)
            if value is not MISSING:
                parts.append(encoded(name) + b":" + encoded(value))
        return b"{" + b",".join(parts) + b"}"

    def _around(self, name: str, schema: Schema, fill: Fill, is_required: bool, owner: str) -> Any:
        """One member of an envelope."""
        check = self._schemas.validator(schema, "response")
        value = fill(name, schema)
        if value is not MISSING and check.is_valid(value):
            return value
        members = self._schemas.properties(schema)
        if members:
            required = self._schemas.required(schema)
            inner = {each: self._around(each, member, fill, each in required, owner) for each, member in members.items()}
            known = {each: value for each, value in inner.items() if value is not MISSING}
            if known and check.is_valid(known):
                return known
        return self._samples.make(schema, name, 1, owner) if is_required else MISSING


def overlaid(made: Any, value: Mapping[str, Any], is_valid: Callable[[Any], bool]) -> Any:
    """A made body with the values of a record under the same names, wherever the body stays valid."""
    if not isinstance(made, dict):
        return made
    for name in made:
        if name in value and is_valid(tried := {**made, name: value[name]}):
            made = tried
    return made
