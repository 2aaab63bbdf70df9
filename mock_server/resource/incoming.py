"""What a request brings: its parameters and its body, read and held against the document."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Request

from mock_server.exchange.exchange import Fault, Refusal
from mock_server.exchange.steps import BODY_LIMIT
from mock_server.exchange.validation import faults_in, telling
from mock_server.resource.reading.bodies import JSON, Bodies, parameter_schema
from mock_server.resource.reading.model import Operation
from mock_server.resource.reading.schemas import Schemas
from mock_server.resource.stored.upkeep import typed
from mock_server.resource.values.samples import MISSING
from mock_server.syntax.negotiation import media_type
from mock_server.syntax.strict_json import NotJson, reader
from specs import Schema
from specs.model import FORMS

_READ = reader(duplicate_keys=True)


class Incoming:
    """Reads the requests for the operations of one document."""

    def __init__(self, bodies: Bodies, schemas: Schemas) -> None:
        self._bodies = bodies
        self._schemas = schemas
        self._outside: dict[Operation, tuple[tuple[str, str, Mapping[str, Any]], ...]] = {}

    def check_path(self, operation: Operation, arguments: Mapping[str, str]) -> None:
        """Refusal, as for a record that is not there, for a path parameter of another type."""
        for name, text in arguments.items():
            parameter = operation.parameters.get(("path", name))
            schema = {} if parameter is None else parameter_schema(parameter)
            if schema and not self._is_valid(schema, text):
                raise Refusal("unknown_record", value=f"{name} cannot be {text[:60]!r}.")

    def check_parameters(self, operation: Operation, request: Request) -> None:
        """Refusal for a query parameter or a header that is missing or not as documented."""
        outside = self._outside.get(operation)
        if outside is None:
            described = operation.parameters.items()
            outside = tuple((place, name, each) for (place, name), each in described if place in ("query", "header"))
            self._outside[operation] = outside
        faults = [fault for place, name, each in outside for fault in self._fault(place, name, each, request)]
        if faults:
            raise Refusal("invalid_field", tuple(faults))

    def _fault(self, place: str, name: str, parameter: Mapping[str, Any], request: Request) -> Iterator[Fault]:
        if place == "query":
            texts: Sequence[str] = request.args.getlist(name) or request.args.getlist(f"{name}[]")
        elif place == "header" and name.lower() not in ("accept", "content-type", "authorization"):
            texts = request.headers.getlist(name)
        else:
            return
        schema = parameter_schema(parameter)
        if place == "query" and "object" in self._schemas.types(schema) and not texts:
            yield from self._nested(name, schema, parameter, request)
        elif not texts:
            if parameter.get("required") is True:
                yield Fault((name,), "required")
        elif schema and not self._is_valid(schema, *texts):
            yield from self._said(schema, name, texts)

    def _nested(self, name: str, schema: Schema, parameter: Mapping[str, Any], request: Request) -> Iterator[Fault]:
        """The faults of a parameter of style deepObject: ``name[member]=value``."""
        members = self._schemas.properties(schema)
        sent = {key[len(name) + 1 :].partition("]"): value for key, value in request.args.items() if key.startswith(f"{name}[")}
        value = {member: typed(text, members.get(member, {}), self._schemas) for (member, _, _), text in sent.items()}
        if not sent and parameter.get("required") is True and parameter.get("style") == "deepObject":
            yield Fault((name,), "required")
        if not value or any(rest for _, _, rest in sent):  # deeper than the style goes
            return
        check = self._schemas.validator(schema, "request")
        if not check.is_valid(value):
            found = faults_in(check.iter_errors(value))
            yield from (Fault((name, *fault.path), fault.kind, fault.value, fault.limit) for fault in telling(found))

    def _said(self, schema: Schema, name: str, texts: Sequence[str]) -> Iterator[Fault]:
        value = typed(texts[0], schema, self._schemas)
        faults = faults_in(self._schemas.validator(schema, "request").iter_errors(value))
        found = [Fault((name, *fault.path), fault.kind, fault.value, fault.limit) for fault in faults]
        yield from telling(found) or [Fault((name,), "default", texts[0])]

    def _is_valid(self, schema: Schema, *texts: str) -> bool:
        """Whether texts are a value of a parameter; lists are taken one by one or with commas, objects as they are."""
        types = self._schemas.types(schema)
        check = self._schemas.validator(schema, "request")
        if "object" in types:
            return True
        if "array" in types:
            items = self._schemas.items(schema)
            split = [part for text in texts for part in text.split(",")]
            forms = ([typed(text, items, self._schemas) for text in texts], [typed(text, items, self._schemas) for text in split])
            return any(check.is_valid(form) for form in forms) or any("|" in text or " " in text for text in texts)
        return check.is_valid(typed(texts[0], schema, self._schemas)) or check.is_valid(texts[0])

    # --- the body -------------------------------------------------------------------------------------------------

    def body(self, operation: Operation, request: Request) -> tuple[Any, str]:
        """The body as a JSON value, and its media type; MISSING where there is none, or none that is read.

        Refusal for one that is missing, too large, not readable, or of another media type.
        """
        sent_type = media_type(request.environ.get("CONTENT_TYPE", ""))
        content: bytes = b"" if sent_type in FORMS else request.get_data()
        if len(content) > BODY_LIMIT:
            raise Refusal("too_large")
        documented = self._bodies.sent(operation)
        if not documented:
            return MISSING, sent_type
        is_form = sent_type in FORMS and bool(request.content_length)
        if not content and not is_form:
            if self._bodies.is_sent_required(operation):
                raise Refusal("malformed_json", value="It is empty.")
            return MISSING, sent_type
        schema = self._bodies.sent_as(operation, sent_type)
        if schema is None:
            raise Refusal(
                "unsupported_media_type", value=sent_type or "no Content-Type", headers={"Accept": ", ".join(documented)}
            )
        if is_form:
            return self._form(request, schema), sent_type
        if not JSON.fullmatch(sent_type):
            return MISSING, sent_type
        try:
            return _READ(content), sent_type
        except NotJson as reason:
            raise Refusal("malformed_json", value=f"{reason}.") from None

    def is_unread(self, operation: Operation, request: Request) -> bool:
        """Whether a documented body has come in a language that is not read here."""
        is_readable = JSON.fullmatch(request.mimetype) is not None or request.mimetype in FORMS
        return bool(request.content_length and self._bodies.sent(operation)) and not is_readable

    def _form(self, request: Request, schema: Schema) -> dict[str, Any]:
        members = self._schemas.properties(schema)
        found: dict[str, Any] = {}
        for name, texts in request.form.lists():
            member = members.get(name.removesuffix("[]"), {})
            if "array" in self._schemas.types(member):
                items = self._schemas.items(member)
                found[name.removesuffix("[]")] = [typed(text, items, self._schemas) for text in texts]
            else:
                found[name] = typed(texts[-1], member, self._schemas)
        return {**found, **{name: file.filename or name for name, file in request.files.items()}}

    def check_body(self, body: Any, schema: Schema) -> None:
        """Refusal with every fault of the body; what only the server writes does not count."""
        check = self._schemas.validator(schema, "request")
        if check.is_valid(body):
            return
        found = faults_in(check.iter_errors(body))
        raise Refusal("invalid_field", tuple(telling(found) or [Fault((), "default")]))

    def without_read_only(self, value: Any, schema: Schema) -> Any:
        """A body without the members that only the server writes, at any depth."""
        if isinstance(value, list):
            items = self._schemas.items(schema)
            return [self.without_read_only(item, items) for item in value] if items else value
        members = self._schemas.properties(schema) if isinstance(value, dict) else {}
        if not members:
            return value
        left_out = self._schemas.read_only(schema)
        return {
            name: self.without_read_only(each, members[name]) if isinstance(each, dict | list) and name in members else each
            for name, each in value.items()
            if name not in left_out
        }

    def known(self, value: dict[str, Any], schema: Schema) -> dict[str, Any]:
        """The members that the document has, or all where it leaves them open."""
        members = self._schemas.properties(schema)
        if self._schemas.is_open(schema):
            return value
        return {name: each for name, each in value.items() if name in members}

    def defaults(self, schema: Schema) -> dict[str, Any]:
        """The documented defaults of the members of an object."""
        members = self._schemas.properties(schema)
        return {
            name: default for name, member in members.items() if (default := self._schemas.says(member, "default")) is not None
        }
