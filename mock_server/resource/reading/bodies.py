"""Reads an operation's bodies off the document: schemas of requests and answers, statuses, and where the record stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from mock_server.resource.reading.document import Document
from mock_server.resource.reading.model import Operation, Place
from mock_server.resource.reading.schemas import Schemas
from specs import Schema
from specs.model import FORMS

JSON = re.compile(r"(?:application/(?:[\w.+-]+\+)?json|text/json|\*/\*|application/\*)\s*(?:;.*)?", re.IGNORECASE)
WRAPPERS = ("data", "result", "item", "response", "payload", "record", "resource", "object", "entity", "content")
"""Usual names of the member that holds the record."""

LISTS = ("data", "items", "results", "records", "entries", "values", "list", "rows", "objects", "resources", "content", "result")
"""Usual names of the member that holds the list."""

SUCCESSES = {
    "list": (200, 206),
    "read": (200,),
    "create": (201, 200, 202, 204),
    "delete": (204, 200, 202),
    "other": (200, 201, 202, 204),
}
PLAIN_JSON = "application/json"


class Bodies:
    """What the document says of bodies, worked out once for each operation."""

    def __init__(self, document: Document, schemas: Schemas) -> None:
        self.document = document
        self.schemas = schemas
        self._sent: dict[Operation, Mapping[str, Schema]] = {}
        self._plain: dict[Operation, Mapping[str, Schema]] = {}
        self._responses: dict[Operation, Mapping[str, Mapping[str, Any]]] = {}
        self._response: dict[tuple[Operation, int], Mapping[str, Any] | None] = {}
        self._successes: dict[tuple[Operation, str], int] = {}
        self._answered: dict[tuple[Operation, int], tuple[str, Schema] | None] = {}

    def sent(self, operation: Operation) -> Mapping[str, Schema]:
        """The schemas of the request body by media type; empty where no body is documented."""
        if operation not in self._sent:
            self._sent[operation] = _schemas(self.document.looked_up(operation.described.get("requestBody")))
        return self._sent[operation]

    def sent_as(self, operation: Operation, media_type: str) -> Schema | None:
        """The schema of a request body of this media type; None for one that is not documented."""
        plain = self._plain.get(operation)
        if plain is None:
            described = self.sent(operation).items()
            plain = self._plain[operation] = {name.partition(";")[0].strip().lower(): schema for name, schema in described}
        kind = media_type.partition("/")[0]
        return next((plain[name] for name in (media_type, f"{kind}/*", "*/*") if name in plain), None)

    def is_sent_required(self, operation: Operation) -> bool:
        """Whether a request has to have a body."""
        return self.document.looked_up(operation.described.get("requestBody")).get("required") is True

    def sent_json(self, operation: Operation) -> Schema | None:
        """The schema of a JSON request body, or of a form where no JSON is documented."""
        found = self.sent(operation)
        return next((schema for media_type, schema in found.items() if JSON.fullmatch(media_type)), None) or next(
            (schema for media_type, schema in found.items() if media_type.partition(";")[0] in FORMS), None
        )

    def responses(self, operation: Operation) -> Mapping[str, Mapping[str, Any]]:
        """The response objects by status, ranges and ``default`` as they are written."""
        if operation not in self._responses:
            found = operation.described.get("responses")
            listed = found.items() if isinstance(found, Mapping) else ()
            self._responses[operation] = {str(status): self.document.looked_up(each) for status, each in listed}
        return self._responses[operation]

    def response(self, operation: Operation, status: int) -> Mapping[str, Any] | None:
        """The response object for a status; that of its range or the default one where it is not listed; None for none."""
        place = (operation, status)
        if place not in self._response:
            found = self.responses(operation)
            keys = (str(status), f"{status // 100}XX", f"{status // 100}xx", "default")
            self._response[place] = next((found[key] for key in keys if key in found), None)
        return self._response[place]

    def success(self, operation: Operation, kind: str) -> int:
        """The status of a success: the likeliest of those that are documented."""
        place = (operation, kind)
        if place not in self._successes:
            documented = [int(status) for status in self.responses(operation) if re.fullmatch("2[0-9]{2}", status)]
            likely = SUCCESSES.get(kind, SUCCESSES["other"])
            known = [status for status in likely if status in documented] + documented
            self._successes[place] = known[0] if known else likely[0]
        return self._successes[place]

    def answered(self, operation: Operation, status: int) -> tuple[str, Schema] | None:
        """Media type and schema of the JSON body for a status; None where the document has no JSON body for it."""
        place = (operation, status)
        if place not in self._answered:
            described = _schemas(self.response(operation, status) or {}).items()
            found = ((PLAIN_JSON if "*" in name else name, schema) for name, schema in described if JSON.fullmatch(name))
            self._answered[place] = next(found, None)
        return self._answered[place]

    def answered_success(self, operation: Operation, kind: str) -> Schema | None:
        """The schema of the success body; None for none."""
        found = self.answered(operation, self.success(operation, kind))
        return None if found is None else found[1]

    # --- places ---------------------------------------------------------------------------------------------------

    def list_place(self, schema: Schema, name: str) -> tuple[Place, Schema] | None:
        """Where a body holds a list of objects, and the schema of these; ``name``: of the collection, as its path has it."""
        if "array" in self.schemas.types(schema):
            items = self.schemas.items(schema)
            return ((), items) if self._is_record(items) else None
        return self._list_in(schema, name, 0)

    def _list_in(self, schema: Schema, name: str, depth: int) -> tuple[Place, Schema] | None:
        members = self.schemas.properties(schema)
        arrays = {each: self.schemas.items(member) for each, member in members.items() if "array" in self.schemas.types(member)}
        lists = [each for each, items in arrays.items() if self._is_record(items)]
        wanted = (name, *LISTS)
        for each in sorted(lists, key=lambda each: wanted.index(each) if each in wanted else len(wanted)):
            return (each,), arrays[each]
        if depth < 2:
            for each, member in members.items():
                below = self._list_in(member, name, depth + 1) if "object" in self.schemas.types(member) else None
                if below is not None and (each in WRAPPERS or each.lstrip("_") in ("embedded", name)):
                    return (each, *below[0]), below[1]
        return None

    def _is_record(self, schema: Schema) -> bool:
        types = self.schemas.types(schema)
        return "object" in types or (not types and bool(self.schemas.properties(schema)))

    def record_place(self, schema: Schema, likeness: Schema | None, name: str) -> Place | None:
        """Where a body holds one record. ``likeness``: the record as another place has it; ``name``: of one record.

        None where a body has no record, but a message, a link or the like.
        """
        members = self.schemas.properties(schema)
        if likeness is not None:
            origin, alike = self.schemas.origin(likeness), set(self.schemas.properties(likeness))
            same = next((each for each, member in members.items() if self.schemas.origin(member) == origin), None)
            if self.schemas.origin(schema) == origin or not members:
                return ()
            if same is not None:
                return (same,)
            inner = self._wrapper(members, name)
            if inner is not None and len(alike & set(self.schemas.properties(members[inner]))) > len(alike & set(members)):
                return (inner,)
            return () if alike & set(members) else None
        inner = self._wrapper(members, name)
        return () if inner is None else (inner,)

    def _wrapper(self, members: Mapping[str, Schema], name: str) -> str | None:
        """The member that holds the record, None where the body itself is one."""
        objects = [each for each, member in members.items() if self.schemas.properties(member) and self._is_record(member)]
        if {"id", "_id", "uuid"} & set(members):
            return None
        usual = [each for each in objects if each in WRAPPERS or each.replace("_", "").lower() == name.replace("_", "").lower()]
        if usual:
            return usual[0]
        return objects[0] if len(objects) == 1 and len(members) == 1 else None


def _schemas(body: Mapping[str, Any]) -> dict[str, Schema]:
    content = body.get("content")
    if not isinstance(content, Mapping):
        return {}
    found = {}
    for media_type, each in content.items():
        schema = each.get("schema") if isinstance(each, Mapping) else None
        found[str(media_type)] = schema if isinstance(schema, Mapping) else {}
    return found


def parameters_of(
    document: Document, item: Mapping[str, Any], operation: Mapping[str, Any]
) -> Iterator[tuple[tuple[str, str], Mapping[str, Any]]]:
    """Each parameter by its place and name; those of the operation come last, and so take the place of the path's."""
    for listed in (item.get("parameters"), operation.get("parameters")):
        for each in listed if isinstance(listed, list) else ():
            found = document.looked_up(each)
            if isinstance(found.get("name"), str) and isinstance(found.get("in"), str):
                yield (found["in"], found["name"]), found


def parameter_schema(parameter: Mapping[str, Any]) -> Schema:
    """The schema of a parameter, also of one that is written as a media type."""
    if isinstance(parameter.get("schema"), Mapping):
        schema: Schema = parameter["schema"]
        return schema
    return next(iter(_schemas(parameter).values()), {})
