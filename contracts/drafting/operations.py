"""One operation of a document as a draft has it: parameters, bodies and responses, copied with what they refer to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.drafting import places
from contracts.drafting.document import media
from contracts.drafting.document.schemas import Schemas
from contracts.drafting.document.source import Document, Source
from contracts.drafting.places import Body
from specs.model import Parameter, Schema, SpecError, json_types
from specs.normalise import inline, properties

PARAMETER = re.compile(r"\{([^}]+)\}")
OWN_HEADERS = frozenset({"accept", "content-type", "authorization", "if-match", "if-none-match", "if-modified-since"})
"""Headers that are no parameters (OpenAPI 3.0, 4.7.12.1), or that the suite has rules of its own for."""
REPRESENTATION = "return=representation"
"""The preference for an answer that shows the record (RFC 7240, 4.2)."""
SUCCESSES = ("200", "204", "202", "201", "205", "203", "2XX", "2xx", "default")
MOST_FIELDS = 100
"""A body with more fields at some depth is written out to the level above: a gate on thousands of fields takes hours."""


@dataclass(slots=True)
class Answer:
    """A success of an operation. ``place``: where it shows the record; ``count``: how many of the request's members are there."""

    status: str
    content: dict[str, Any]
    place: Body | None = None
    count: int = 0
    around: dict[str, Any] | None = None


class Operations:
    """Copies the operations of one path; what is referred to fills up ``schemas``."""

    def __init__(self, source: Source, schemas: Schemas) -> None:
        self._source = source
        self.schemas = schemas
        self.is_newer = schemas.newer

    def view(self, schema: Any, depth: int = places.LOOK) -> Schema:
        """A copied schema written out to a depth."""
        return inline(schema, {"components": {"schemas": self.schemas.components}}, depth)

    def limited(self, schema: Schema, where: str) -> Schema:
        """The schema itself, or written out so far that it has no more fields than can be judged in a while."""
        levels = self.levels(schema)
        return schema if levels is None else self.cut(schema, levels, where)

    def cut(self, schema: Schema, levels: int, where: str) -> Schema:
        """So many levels of a schema, written out; it is noted what is missing."""
        self._source.note(f"{where}: only {levels} levels of members are written out; all of it would take too long to judge.")
        return self.view(schema, levels)

    def levels(self, schema: Schema) -> int | None:
        """How many levels of a schema have no more fields than can be judged in a while; None for all of it."""
        seen = -1
        for depth in range(1, 12):
            count = _size(self.view(schema, depth))
            if count > MOST_FIELDS and depth > 1:
                return depth - 1
            if count == seen:
                return None
            seen = count
        return 11

    # --- parameters ---

    def parameters(self, template: str, item: Document, operation: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The path parameters of the template, what else every request needs, and what a request may say of its body."""
        listed = {(each["name"], each["in"]): each for each in self.listed(item, operation)}
        found = [
            self._parameter({"name": name, "in": "path", "schema": {"type": "string"}, **listed.get((name, "path"), {})})
            for name in dict.fromkeys(PARAMETER.findall(template))
        ]
        for (name, location), each in listed.items():
            needed = each.get("required") in (True, "true") and location in ("query", "header", "cookie")
            if needed and not (location == "header" and name.lower() in OWN_HEADERS):
                found.append(self._parameter(each))
            elif Parameter(name=name, location=location, schema={}).is_field_mask:
                found.append({**self._parameter(each), "required": False})
        return found

    def choices(self, item: Document, operation: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The query parameters of a GET that it may have, and that choose one of several: which members it shows, perhaps."""
        asked = [each for each in self.listed(item, operation) if each["in"] == "query" and each.get("required") is not True]
        found = ({**self._parameter(each), "required": False} for each in asked)
        return [each for each in found if isinstance(each["schema"].get("enum"), list)]

    def listed(self, item: Document, operation: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Every parameter that can be read."""
        for each in (*_list(item.get("parameters")), *_list(operation.get("parameters"))):
            try:
                parameter = self._source.resolved(each) if isinstance(each, Mapping) else {}
            except SpecError:
                continue
            if isinstance(parameter.get("name"), str) and isinstance(parameter.get("in"), str):
                yield parameter

    def _parameter(self, parameter: Mapping[str, Any]) -> dict[str, Any]:
        content = parameter.get("content")
        inner: Any = next(iter(content.values()), {}) if isinstance(content, Mapping) else {}
        schema = parameter.get("schema", inner.get("schema", {}) if isinstance(inner, Mapping) else {})
        copied = self.schemas.copied(schema, f"parameter {parameter['name']}")
        if "example" in parameter and "example" not in copied and "$ref" not in copied:
            copied["example"] = parameter["example"]
        return {"name": parameter["name"], "in": parameter["in"], "required": True, "schema": copied}

    # --- bodies ---

    def request(self, operation: Mapping[str, Any]) -> tuple[dict[str, Any], bool]:
        """The contents of the request body that are judged, and whether there has to be one; nothing where none is described."""
        body = operation.get("requestBody")
        body = self._source.resolved(body) if isinstance(body, Mapping) else {}
        contents = media.of_request(body.get("content"))
        others = [name for name in body.get("content") or () if media.plain(name) not in contents]
        if others:
            self._source.note(f"requestBody: {', '.join(others)} is documented too, and not judged.")
        copied = {name: self._media(each, "requestBody") for name, each in contents.items()}
        return {**copied, **{media.plain(name): {"schema": {}} for name in others}}, body.get("required") is True

    def _media(self, content: Mapping[str, Any], where: str) -> dict[str, Any]:
        return {"schema": self.schemas.copied(content.get("schema", {}), where)}

    def response(self, value: Any, where: str) -> dict[str, Any]:
        """A response with its JSON contents only."""
        response = self._source.resolved(value) if isinstance(value, Mapping) else {}
        contents = media.json_contents(response.get("content"))
        copied: dict[str, Any] = {"description": str(response.get("description") or "Not described.").strip()[:400]}
        if contents:
            copied["content"] = {name: self._media(each, where) for name, each in contents.items()}
        return copied

    def refusal(self, value: Any, where: str) -> dict[str, Any]:
        """An error response: its JSON contents, else the text that it is described as."""
        copied = self.response(value, where)
        response = self._source.resolved(value) if isinstance(value, Mapping) else {}
        listed = response.get("content")
        texts = [media.plain(name) for name in listed] if isinstance(listed, Mapping) else []
        text = next((name for name in texts if name.startswith("text/")), None)
        return copied if "content" in copied or text is None else {**copied, "content": {text: {"schema": {"type": "string"}}}}

    def successes(self, operation: Mapping[str, Any]) -> list[Answer]:
        """The documented successes, the likeliest first; a range or the default only where no status is listed."""
        responses = operation.get("responses")
        listed = {str(status): each for status, each in responses.items()} if isinstance(responses, Mapping) else {}
        plain = [each for each in listed if each.isdigit() and each.startswith("2")]
        names = sorted(plain, key=_preference) or [each for each in SUCCESSES if each in listed][:1]
        return [Answer(name, self.response(listed[name], f"responses.{name}").get("content", {})) for name in names]

    def matched(self, answer: Answer, names: frozenset[str]) -> Answer:
        """The answer with the place where it shows most of these members; a choice among objects becomes the one that fits."""
        for name, content in answer.content.items():
            options = places.branches(self.view(content["schema"]))
            found = [(place, count, option) for option in options for place, count in [places.record(option, names)]]
            place, count, option = max(found, key=lambda each: each[1])
            if len(options) > 1 or (not properties(self.view(content["schema"])) and properties(option)):
                full = places.branches(self.view(content["schema"], 12))
                content["schema"] = full[options.index(option)]
            answer.place, answer.count = place, count
            answer.around = places.around(option, place.pointer) if place is not None else None
            answer.content = {name: content, **{each: other for each, other in answer.content.items() if each != name}}
            break
        return answer


def _preference(status: str) -> int:
    return SUCCESSES.index(status) if status in SUCCESSES else len(SUCCESSES)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _size(schema: Schema) -> int:
    """How many properties a schema has, at all depths that are written out."""
    inner = [*properties(schema).values()]
    below = [schema["items"]] if isinstance(schema.get("items"), Mapping) else []
    choices = [each for keyword in ("allOf", "anyOf", "oneOf") for each in schema.get(keyword, ())]
    return len(inner) + sum(_size(each) for each in (*inner, *below, *choices))


def asks_for_representation(parameter: Mapping[str, Any]) -> bool:
    """Whether a parameter is the header that asks for the record in the answer, by what stands in it."""
    is_prefer = parameter["in"] == "header" and parameter["name"].lower() == "prefer"
    return is_prefer and REPRESENTATION in json.dumps(parameter, default=str).replace(" ", "")


def is_list(schema: Schema) -> bool:
    """The body is a list."""
    return "array" in json_types(schema)
