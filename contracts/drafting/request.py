"""What a request changes: one of the documented forms of the body, the place of the changes in it, and their schema."""

from __future__ import annotations

from collections.abc import Sequence

from contracts.drafting import places
from contracts.drafting.document import media
from contracts.drafting.document.source import Document, Source
from contracts.drafting.fields import patchable
from contracts.drafting.operations import Answer, Operations, is_list
from contracts.drafting.places import Body
from specs.model import FORMS, Schema, SpecError
from specs.normalise import properties


class Request:
    """The body of one PATCH.

    is_json_patch: it is a list of operations (RFC 6902), which name the ``members`` of the record.
    """

    def __init__(self, source: Source, operations: Operations, item: Document, parameters: Sequence[str]) -> None:
        self.is_json_patch = False
        self.members: Document = {}
        self._source = source
        self._operations = operations
        self._item = item
        self._parameters = parameters

    def found(self, schema: Schema, answers: Sequence[Answer], media_type: str) -> tuple[Schema, Body, frozenset[str]]:
        """The schema of the body, the place of the changes in it, and their names; of several alternatives, the one that fits."""
        view = self._operations.view(schema)
        if is_list(view) and self._names_operations(view):
            return schema, Body("", {}), frozenset()
        if is_list(view):
            raise SpecError(
                "requestBody: the body is a list; what is judged is a patch of one record by its members. "
                "Describe the operation on a single record, or leave this one out"
            )
        options = places.branches(view)
        shown = self._shown(answers)
        is_form = media_type in FORMS  # whose fields are flat
        bodies = [Body("", option) if is_form else places.changes(option, shown, self._parameters) for option in options]
        fits = [max((len(body.names & each.names) for each in shown), default=0) for body in bodies]
        index = max(range(len(bodies)), key=lambda number: (fits[number], len(bodies[number].names)))
        if len(options) > 1:
            self._source.note(f"requestBody: one of {len(options)} documented forms is judged, the one whose members are shown.")
        if len(options) > 1 or (not properties(view) and properties(options[index])):
            schema = places.branches(self._operations.view(schema, 12))[index]
        return schema, bodies[index], bodies[index].names

    def sent(self, whole: Schema, body: Body, shown: Answer) -> Schema:
        """The request's schema; for one that names no members, those of the record."""
        if self.is_json_patch:
            self.members = self._record_members(shown)
        if self.is_json_patch or body.names or shown.place is None:
            return whole
        members = patchable(self._whole_record(shown), self._parameters)
        if not members:
            return whole
        self._source.note("requestBody: the document names no members; those of the record are tried, and may be refused.")
        return {"type": "object", "properties": members}

    def _shown(self, answers: Sequence[Answer]) -> list[Body]:
        """Every place of every answer, of the GET's as well."""
        get = self._item.get("get")
        more = self._operations.successes(get) if isinstance(get, dict) else []
        schemas = [each["schema"] for answer in (*answers, *more) for each in list(answer.content.values())[:1]]
        return [
            place
            for schema in schemas
            for option in places.branches(self._operations.view(schema))
            for place in places.places(option)
        ]

    def _names_operations(self, view: Schema) -> bool:
        """The items of the body are operations (RFC 6902)."""
        items = view.get("items", {})
        self.is_json_patch = {"op", "path"} <= properties(items).keys() or (not properties(items) and self._names_json_patch())
        return self.is_json_patch

    def _names_json_patch(self) -> bool:
        body = self._source.resolved(self._item["patch"]["requestBody"])
        return any(media.plain(name) == media.JSON_PATCH for name in body["content"])

    def _record_members(self, shown: Answer) -> Document:
        """The members of the record, which the operations name; to the depth to which the record is written out."""
        if shown.place is None:
            raise SpecError("requestBody: a JSON Patch of a record that neither an answer nor a GET shows; describe one of them")
        levels = self._operations.levels(next(iter(shown.content.values()))["schema"])
        record = self._whole_record(shown)
        if levels is not None:
            record = self._operations.view(record, max(1, levels - shown.place.pointer.count("/")))
        return patchable(record, self._parameters)

    def _whole_record(self, shown: Answer) -> Schema:
        """The schema of the record with all its levels; its place was found by a look at the upper ones."""
        schema = self._operations.view(next(iter(shown.content.values()))["schema"], 12)
        for part in shown.place.pointer.split("/")[1:] if shown.place is not None else ():
            schema = schema["items"] if part == "0" and "items" in schema else properties(schema)[part]
        return schema
