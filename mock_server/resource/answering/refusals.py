"""Refusals of any operation, in the envelope that the document has for their status."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from mock_server.exchange.envelope import phrase, written
from mock_server.exchange.exchange import Answer, Fault, Refusal
from mock_server.resource.reading.model import Operation
from mock_server.resource.reading.names import spelled
from mock_server.resource.reading.recognition import Recognition
from mock_server.resource.values.samples import MISSING, Samples
from specs import Schema

STATUSES: Mapping[str, tuple[int, ...]] = {
    "invalid_field": (422, 400),
    "malformed_json": (400, 422),
    "unauthenticated": (401, 403),
    "wrong_credential": (401, 403),
    "unknown_record": (404, 410),
    "unknown_path": (404,),
    "method_not_allowed": (405,),
    "conflict": (409, 422, 400),
    "not_acceptable": (406,),
    "unsupported_media_type": (415,),
    "too_large": (413,),
    "precondition_failed": (412,),
    "throttled": (429, 503),
    "server_error": (500, 503),
}
"""The statuses of each situation; the first that the document lists is taken, else the last resort of HTTP, the first."""

LAST_RESORT = {"invalid_field": 400}
TEXTS = {
    "invalid_field": "The request is not valid.",
    "malformed_json": "The body cannot be read.",
    "unauthenticated": "A credential is needed.",
    "wrong_credential": "The credential is not known.",
    "unknown_record": "There is no such record.",
    "unknown_path": "There is no such path.",
    "method_not_allowed": "This path has no such method.",
    "conflict": "There is such a record already.",
}
FAULTS = {
    "required": "is required",
    "null": "may not be null",
    "blank": "may not be blank",
    "unknown_field": "is not known",
    "type": "is not a {limit}",
    "enum": "is not one of the allowed values",
    "maxLength": "has more than {limit} characters",
    "minLength": "has fewer than {limit} characters",
    "maximum": "is greater than {limit}",
    "minimum": "is less than {limit}",
    "format": "is not a valid {limit}",
    "pattern": "does not have the documented form",
    "maxItems": "has more than {limit} items",
    "minItems": "has fewer than {limit} items",
    "unique": "is used already",
}
_MESSAGE = re.compile(r"message|detail|description|reason|msg|error|explanation|text|hint|summary|help|info")
_CODE = re.compile(r"code|kind|type|^error$|^name$|slug")
_FIELD = re.compile(r"field|param|attribute|property|pointer|path|^name$|^key$|^loc|source|target|location|domain")
_STATUS = re.compile(r"status|code")


@dataclass(frozen=True, slots=True)
class Told:
    """What an error body tells: status, code, message, path, and for each fault its field, its message and its code.

    within: the schemas of the items that this stands in; an error that lists errors of its own kind ends there.
    """

    status: int
    code: str
    message: str
    path: str
    faults: tuple[tuple[str, str, str], ...]
    within: tuple[str, ...] = ()


class Refusals:
    """The error answers of one document."""

    def __init__(self, recognition: Recognition) -> None:
        self._schemas = recognition.schemas
        self._bodies = recognition.bodies
        self._samples = Samples(recognition.schemas)
        self._usual = self._usual_shape(recognition.all())

    def _usual_shape(self, operations: Iterable[Operation]) -> tuple[str, Schema] | None:
        """The error body of the document for statuses without one of their own: that of a missing record, or else the first."""
        found: dict[str, tuple[str, Schema]] = {}
        for operation in operations:
            for status in self._bodies.responses(operation):
                if status[0] in "45":
                    body = self._bodies.answered(operation, int(status) if status.isdigit() else int(status[0]) * 100)
                    if body is not None and self._schemas.properties(body[1]):
                        found.setdefault(status, body)
        return found.get("404") or next(iter(found.values()), None)

    def answer(self, operation: Operation | None, refusal: Refusal, path: str) -> Answer:
        """The answer to a request that is refused."""
        return self.with_status(operation, self.status(operation, refusal.situation), refusal, path)

    def status(self, operation: Operation | None, situation: str) -> int:
        """The status of a situation for an operation."""
        wanted = STATUSES.get(situation, (400,))
        if operation is not None:
            documented = self._bodies.responses(operation)
            listed = next((status for status in wanted if str(status) in documented), None)
            if listed is not None:
                return listed
        return LAST_RESORT.get(situation, wanted[0])

    def with_status(self, operation: Operation | None, status: int, refusal: Refusal, path: str) -> Answer:
        """With another status than its own."""
        message = TEXTS.get(refusal.situation, phrase(status))
        if refusal.value and not refusal.faults:
            message = f"{message} {refusal.value}"
        faults = tuple((written(each.path, "dotted"), text_of(each), each.kind) for each in refusal.faults)
        told = Told(status, refusal.situation, message, path, faults)
        found = None if operation is None else self._bodies.answered(operation, status)
        media_type, schema = found or self._usual or ("application/json", None)
        answer = Answer(status, self._body(schema, told), media_type, dict(refusal.headers))
        if operation is not None and self._bodies.response(operation, status) is None:
            answer.warn(f"the document has no status {status} for this operation")
        return answer

    def _body(self, schema: Schema | None, told: Told) -> Any:
        if schema is None or not (self._schemas.types(schema) or self._schemas.properties(schema)):
            errors = [{"field": field, "message": message} for field, message, _ in told.faults]
            return {"message": told.message, **({"errors": errors} if errors else {})}
        body = self._filled(schema, "", told, is_required=True)
        check = self._schemas.validator(schema, "response")
        if check.is_valid(body):
            return body
        made = self._samples.make(schema, "error", 1)
        if isinstance(made, dict) and isinstance(body, dict):
            for name, value in body.items():
                if check.is_valid(tried := {**made, name: value}):
                    made = tried
        return made

    # --- filling --------------------------------------------------------------------------------------------------

    def _filled(self, schema: Schema, name: str, told: Told, *, is_required: bool) -> Any:
        """A member of an error body; MISSING for one that nothing can be said in."""
        types = self._schemas.types(schema)
        members = self._schemas.properties(schema)
        if self._schemas.says(schema, "enum") or self._schemas.says(schema, "const"):
            return self._listed(schema, name, told, is_required)
        if members:
            return self._object(schema, members, told, is_required)
        if "array" in types:
            return self._list(schema, name, told)
        if "object" in types or (not types and not name):
            return self._map(schema, told, is_required)
        return self._scalar(types, schema, name, told, is_required)

    def _listed(self, schema: Schema, name: str, told: Told, is_required: bool) -> Any:
        listed = self._schemas.says(schema, "enum") or [self._schemas.says(schema, "const")]
        wanted = (
            told.status,
            str(told.status),
            told.code,
            HTTPStatus(told.status).name if told.status in set(HTTPStatus) else "",
        )
        found = next((each for each in listed if each in wanted or str(each).upper() in wanted), None)
        return found if found is not None else self._samples.make(schema, name, 1) if is_required else MISSING

    def _object(self, schema: Schema, members: Mapping[str, Schema], told: Told, is_required: bool) -> Any:
        required = self._schemas.required(schema)
        filled = {name: self._filled(member, name, told, is_required=name in required) for name, member in members.items()}
        kept = {name: value for name, value in filled.items() if value is not MISSING}
        return kept if kept or is_required else MISSING

    def _list(self, schema: Schema, name: str, told: Told) -> Any:
        """One item for each fault; under the name of a field, its messages."""
        items = self._schemas.items(schema)
        own = [message for field, message, _ in told.faults if field.partition(".")[0] == name]
        if own and not self._schemas.properties(items):
            return own
        if (
            not re.search(
                r"error|fault|detail|violation|issue|message|problem|field|invalid|cause|reason|param|loc|path", spelled(name)
            )
            and name
        ):
            least = self._schemas.says(schema, "minItems")
            return [self._samples.make(items, name, 1)] if isinstance(least, int) and least else []
        if re.search(r"^(loc|path)$", spelled(name)):
            return told.path.split(".") if told.path and not told.faults else []
        inner, required = self._schemas.properties(items), self._schemas.required(items)
        if not told.faults and any(_FIELD.search(spelled(each)) for each in inner if each in required):
            return []  # its items are about fields, and none is at fault
        origin = self._schemas.origin(items)
        if origin in told.within:
            return []
        within = (*told.within, origin)
        told_singly = [Told(told.status, code, message, field, (), within) for field, message, code in told.faults] or [
            Told(told.status, told.code, told.message, "", (), within)
        ]
        if inner:
            return [self._filled(items, "", each, is_required=True) for each in told_singly]
        return [f"{each.path} {each.message}".strip() for each in told_singly]

    def _map(self, schema: Schema, told: Told, is_required: bool) -> Any:
        """From the names of fields to messages."""
        if not told.faults:
            return {} if is_required else MISSING
        inner = self._schemas.says(schema, "additionalProperties")
        is_text = isinstance(inner, Mapping) and "string" in self._schemas.types(inner)
        found: dict[str, Any] = {}
        for field, message, _ in told.faults:
            found[field] = message if is_text else [*found.get(field, ()), message]
        return found

    def _scalar(self, types: frozenset[str], schema: Schema, name: str, told: Told, is_required: bool) -> Any:
        word = spelled(name)
        if types & {"integer", "number"} and "string" not in types:
            return told.status if _STATUS.search(word) else self._otherwise(schema, name, is_required)
        if types == {"boolean"}:
            return (
                False
                if re.search(r"success|^ok$|valid", word)
                else word in ("error", "failed", "is_error") or self._otherwise(schema, name, is_required)
            )
        if word == "title":
            return phrase(told.status)
        if re.search(r"status", word) and "string" in types:
            return str(told.status)
        if _FIELD.search(word) and told.path and not word.startswith("type"):
            return told.path
        for pattern, value in ((_MESSAGE, told.message), (_CODE, told.code)):
            if pattern.search(word) and self._schemas.validator(schema, "response").is_valid(value):
                return value
        return told.message if not name else self._otherwise(schema, name, is_required)

    def _otherwise(self, schema: Schema, name: str, is_required: bool) -> Any:
        return self._samples.make(schema, name, 1) if is_required else MISSING


def text_of(fault: Fault) -> str:
    """What is wrong with one value, without its place."""
    text = FAULTS.get(fault.kind, "is not valid")
    return text.replace("{limit}", str(fault.limit)) if fault.limit is not None else text.replace(" {limit}", " valid value")
