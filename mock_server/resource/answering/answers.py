"""The successes of one document: records and lists in their documented shape, and examples where nothing is derived."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mock_server.exchange.exchange import Answer
from mock_server.resource.answering import paging
from mock_server.resource.answering.paging import Page
from mock_server.resource.answering.queries import Query
from mock_server.resource.answering.shaping import Shaping, overlaid
from mock_server.resource.reading.bodies import parameter_schema
from mock_server.resource.reading.model import PARAMETER, Collection, Operation, Role
from mock_server.resource.reading.recognition import Recognition
from mock_server.resource.stored.records import Record
from mock_server.resource.stored.seeding import examples
from mock_server.resource.values.samples import MISSING, Samples
from mock_server.syntax.encoding import encoded
from specs import Schema

HEADER = "X-Mock-Answer"
"""Says of an answer that is not made from what is stored where it comes from."""

WITHOUT_BODY = frozenset({204, 205, 304})
EXAMPLE = "example of the document; nothing is stored"
FROM_SCHEMA = "made from the schema; nothing is stored"
NO_BODY = "the document has no body; nothing is stored"


class Answers:
    """Makes successes."""

    def __init__(self, recognition: Recognition) -> None:
        self._recognition = recognition
        self._bodies = recognition.bodies
        self._schemas = recognition.schemas
        self._samples = Samples(recognition.schemas)
        self._shaping = Shaping(recognition.schemas)
        self._queries: dict[int, Query] = {}

    def record(self, operation: Operation, record: Record, prefix: str, arguments: Mapping[str, str]) -> Answer:
        """The success of an operation on one record."""
        collection = operation.collection
        assert collection is not None
        status = self._bodies.success(operation, operation.role.value)
        answer = Answer(status, b"")
        if operation.role is Role.CREATE:
            location = self._location(collection, record, prefix, arguments)
            if location is not None and (status == 201 or self._has_header(operation, status, "Location")):
                answer.headers["Location"] = location
        if status in WITHOUT_BODY:
            return answer
        found = self._bodies.answered(operation, status)
        if found is None:
            if operation.role is not Role.DELETE and not self._has_body(operation, status):
                answer.body = (
                    encoded(self._shaping.value(record.value, collection.schema, collection.name)) if collection.schema else b""
                )
            return answer
        answer.media_type, schema = found
        answer.body = self._record_body(operation, record, schema, collection)
        self._add_etag(operation, status, record, answer)
        return answer

    def _has_body(self, operation: Operation, status: int) -> bool:
        """Whether the document has a body of another media type than JSON, or says that there is none."""
        response = self._bodies.response(operation, status)
        return response is not None and (
            bool(response.get("content")) or operation.role in (Role.CREATE, Role.UPDATE, Role.REPLACE)
        )

    def _record_body(self, operation: Operation, record: Record, schema: Schema, collection: Collection) -> bytes:
        owner = collection.name
        if operation.record_at is None:
            made = self._samples.make(schema, "", 1, owner)
            check = self._schemas.validator(schema, "response")
            return encoded(overlaid(made, record.value, check.is_valid))
        inner = self._recognition.at(schema, operation.record_at)
        if not self._schemas.parts(inner)[0] and not operation.record_at:
            inner = collection.schema
        shown = self._shaping.record(record, inner, owner)
        body = self._shaping.envelope(schema, operation.record_at, shown, _about_record, owner)
        if not operation.record_at or self._schemas.validator(schema, "response").is_valid(json.loads(body)):
            return body
        return encoded(self._shaping.value(self._wrapped(record, operation.record_at), schema, owner))

    def _wrapped(self, record: Record, place: Sequence[str]) -> Any:
        value: Any = record.value
        for name in reversed(place):
            value = {name: value}
        return value

    def _location(self, collection: Collection, record: Record, prefix: str, arguments: Mapping[str, str]) -> str | None:
        if collection.item_path is None:
            return None
        values = {**arguments, **({collection.parameter: record.key} if collection.parameter else {})}
        return prefix + PARAMETER.sub(lambda found: quote(values.get(found[1], found[1]), safe=""), collection.item_path)

    def _has_header(self, operation: Operation, status: int, name: str) -> bool:
        return name.lower() in (each.lower() for each in self._headers(operation, status))

    def _headers(self, operation: Operation, status: int) -> Sequence[str]:
        response = self._bodies.response(operation, status) or {}
        found = response.get("headers")
        return [str(name) for name in found] if isinstance(found, Mapping) else []

    def complete(self, operation: Operation, answer: Answer, host: Callable[[], str]) -> None:
        """Adds the headers that the document requires of an answer with this status and that nothing has set.

        host: tells the address of the mock, for a Location that the document calls a URI.
        """
        response = self._bodies.response(operation, answer.status) or {}
        described = response.get("headers")
        if not isinstance(described, Mapping):
            return
        if answer.headers.get("Location", "").startswith("/"):
            location = self._recognition.document.looked_up(described.get("Location", {}))
            if self._schemas.says(parameter_schema(location), "format") in ("uri", "url"):
                answer.headers["Location"] = host().rstrip("/") + answer.headers["Location"]
        there = {name.lower() for name in answer.headers}
        for name, each in described.items():
            header = self._recognition.document.looked_up(each)
            if header.get("required") is True and str(name).lower() not in there and str(name).lower() != "content-type":
                value = self._samples.make(parameter_schema(header), str(name), 1, operation.identity)
                text = value if isinstance(value, str) else encoded(value).decode()
                answer.headers[str(name)] = text.encode("ascii", "ignore").decode()

    def _add_etag(self, operation: Operation, status: int, record: Record, answer: Answer) -> None:
        if self._has_header(operation, status, "ETag"):
            answer.headers["ETag"] = f'"{record.version}"'

    # --- lists ----------------------------------------------------------------------------------------------------

    def list(self, operation: Operation, records: list[Record], sent: Mapping[str, Sequence[str]], location: str) -> Answer:
        """A page of records."""
        collection = operation.collection
        assert collection is not None
        query = self._queries.get(id(operation))
        if query is None:
            members = self._schemas.properties(collection.schema)
            query = self._queries[id(operation)] = Query(operation, members, self._schemas)
        page = query.page(records, sent, location, lambda each: each.value)
        status = self._bodies.success(operation, "list")
        found = self._bodies.answered(operation, status)
        media_type, schema = found or ("application/json", {})
        answer = Answer(status, self._list_body(operation, page, schema, collection), media_type)
        answer.headers.update(paging.headers(page, self._headers(operation, status)))
        if page.ignored:
            answer.warn(f"passed over: {', '.join(page.ignored)}")
        return answer

    def _list_body(self, operation: Operation, page: Page, schema: Schema, collection: Collection) -> bytes:
        place = operation.list_at or ()
        items = self._schemas.items(self._recognition.at(schema, place)) or collection.schema
        inner = b"[" + b",".join(self._shaping.record(each, items, collection.name) for each in page.records) + b"]"

        def fill(name: str, member: Schema) -> Any:
            return paging.around(page, name, self._schemas, member)

        return self._shaping.envelope(schema, place, inner, fill, collection.name)

    # --- what is not derived --------------------------------------------------------------------------------------

    def example(self, operation: Operation) -> Answer:
        """A valid answer to an operation whose effect the document does not tell."""
        kind = {"GET": "read", "DELETE": "delete"}.get(operation.method, "other")
        status = self._bodies.success(operation, kind)
        found = self._bodies.answered(operation, status)
        if status in WITHOUT_BODY or found is None:
            media_type, text = self._text(operation, status)
            return Answer(status, text, media_type, {HEADER: NO_BODY if not text else FROM_SCHEMA})
        media_type, schema = found
        check = self._schemas.validator(schema, "response")
        shown = next((each for each in examples(self._recognition, operation, status) if check.is_valid(each)), MISSING)
        if shown is not MISSING:
            return Answer(status, encoded(shown), media_type, {HEADER: EXAMPLE})
        return Answer(status, encoded(self._samples.make(schema, "", 1, operation.identity)), media_type, {HEADER: FROM_SCHEMA})

    def _text(self, operation: Operation, status: int) -> tuple[str, bytes]:
        """A body that is no JSON: a text where the document has one, else nothing."""
        content = (self._bodies.response(operation, status) or {}).get("content")
        media_type = next(iter(content), "application/json") if isinstance(content, Mapping) and content else "application/json"
        if status in WITHOUT_BODY or not str(media_type).startswith("text/"):
            return str(media_type), b""
        return str(media_type), str(self._samples.make({"type": "string"}, "text", 1)).encode()

    def documented_example(self, operation: Operation, status: int | None, name: str) -> Answer | None:
        """The example of this name, with this status if one is given."""
        for key, response in self._bodies.responses(operation).items():
            content = response.get("content")
            for media_type, each in content.items() if isinstance(content, Mapping) else ():
                named = each.get("examples") if isinstance(each, Mapping) else None
                if key.isdigit() and isinstance(named, Mapping) and name in named and status in (None, int(key)):
                    found = self._recognition.document.looked_up(named[name])
                    return Answer(int(key), encoded(found.get("value")), str(media_type))
        return None


def _about_record(name: str, _schema: Schema) -> Any:
    """What stands beside one record: that it went well."""
    return {"success": True, "ok": True, "error": None, "errors": None}.get(name, MISSING)
