"""The nouns of an API document: frozen records that say what a document says, and judge nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from specs.statements import (
    Choice,
    Claim,
    Contradiction,
    FaultText,
    Hazard,
    Merge,
    Place,
    Reference,
    SeedCustomer,
    Shape,
    Situation,
)

__all__ = [
    "FORMS",
    "Api",
    "Choice",
    "Claim",
    "Companion",
    "Contradiction",
    "FaultText",
    "Field",
    "Hazard",
    "Merge",
    "Parameter",
    "Place",
    "RecordField",
    "Reference",
    "Response",
    "Schema",
    "SecurityScheme",
    "SeedCustomer",
    "Shape",
    "Situation",
    "SpecError",
    "json_types",
]

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
"""The media types of forms (OpenAPI 3, Media Type Object)."""
Schema = Mapping[str, Any]
"""One JSON Schema 2020-12 object with every ``$ref`` inlined (also when the file is OpenAPI 3.0)."""


class SpecError(Exception):
    """A document that cannot be used; the message is one line: file, place, what is wrong, what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """One documented property of the request body, at any depth.

    Attributes:
        path: dotted path, ``[]`` for the items of an array: ``addresses[].city``.
        schema: JSON Schema of the value, inferred keywords included.
        inferred: keywords of ``schema`` that the document does not state (``nullable``: null in ``type``).
        safe: further keywords that valid values sent to a target keep to.
        response: path in the record that shows the value, or None where nothing does.
        required: the property must be present in its parent object.
        write: whether valid values must be accepted, see docs/reference/x-contract.md.
        either: values outside the schema that a conforming server may accept all the same.
        children: properties of the object, or of the array's item objects.
    """

    path: str
    schema: Schema
    inferred: frozenset[str] = frozenset()
    safe: Schema = default(default_factory=dict)
    response: str | None = None
    required: bool = False
    read_only: bool = False
    write_only: bool = False
    write: Literal["documented", "if_accepted", "open"] = "documented"
    merge: Merge | None = None
    null: Choice | None = None
    reference: Reference | None = None
    unique: bool = False
    hazard: Hazard | None = None
    normalise: tuple[str, ...] = ()
    either: tuple[Any, ...] = ()
    near_misses: tuple[Any, ...] = ()
    labels: Mapping[str, str] = default(default_factory=dict)
    documented_at: Place | None = None
    children: tuple[Field, ...] = ()

    @property
    def name(self) -> str:
        """The property's own name, the last segment of its path."""
        return self.path.removesuffix("[]").rsplit(".", 1)[-1].removesuffix("[]")

    @property
    def top(self) -> str:
        """The name of the top-level property that holds this field."""
        return self.path.split(".", 1)[0].removesuffix("[]")

    @property
    def types(self) -> frozenset[str]:
        """The JSON types of the value, without null; empty where the schema does not say."""
        return json_types(self.schema) - {"null"}

    @property
    def description(self) -> str:
        """What the document says of it in words; "" where it says nothing."""
        return str(self.schema.get("description") or "")

    @property
    def is_choice(self) -> bool:
        """Whether the value is a flag, or one of those that the document lists."""
        return self.types == {"boolean"} or "enum" in self.schema

    @property
    def nullable(self) -> bool:
        """Null is a valid value (documented or inferred), by itself or as a part of a union."""
        parts = (part for keyword in ("anyOf", "oneOf") for part in self.schema.get(keyword, ()))
        in_union = "type" not in self.schema and any("null" in json_types(part) for part in parts)
        return in_union or "null" in json_types(self.schema)

    @property
    def kind(self) -> Literal["object", "array", "scalar"]:
        """object and array only for values with documented members or items."""
        if "object" in self.types:
            return "object"
        return "array" if "array" in self.types else "scalar"

    def states(self, keyword: str) -> bool:
        """Whether the document states this keyword (``nullable`` for null in ``type``)."""
        present = self.nullable if keyword == "nullable" else keyword in self.schema
        return present and keyword not in self.inferred

    def walk(self) -> Iterator[Field]:
        """This field and everything below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RecordField:
    """One documented property of the record in a success body, at any depth.

    ``volatile``: changes by itself (timestamps); ``touched``: the mock sets it to the time of a write;
    ``derived``: follows from other properties; ``all_set``: is true when all of these properties hold a value.
    """

    path: str
    schema: Schema
    inferred: frozenset[str] = frozenset()
    required: bool = False
    read_only: bool = False
    volatile: bool = False
    touched: bool = False
    derived: bool = False
    all_set: tuple[str, ...] = ()
    documented_at: Place | None = None
    children: tuple[RecordField, ...] = ()

    def walk(self) -> Iterator[RecordField]:
        """This property and everything below it, in document order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityScheme:
    """One way to present a credential. ``kind``: ``bearer`` and ``basic`` use the Authorization header,
    ``apiKey`` the parameter ``parameter`` in ``location`` (header, query or cookie)."""

    name: str
    kind: Literal["bearer", "basic", "apiKey"]
    location: Literal["header", "query", "cookie"] = "header"
    parameter: str = "Authorization"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """A documented parameter of a path, header, query or cookie.

    ``operations``: the methods that have it; ``spans_segments``: a path parameter whose values hold slashes.
    """

    name: str
    location: str
    schema: Schema
    required: bool = False
    operations: frozenset[str] = frozenset({"PATCH", "GET"})

    @property
    def spans_segments(self) -> bool:
        """Every value of a path parameter holds a slash, by its pattern: then it is written as it is."""
        return self.location == "path" and "/" in str(self.schema.get("pattern", "")).replace("[^/]", "").replace("[^\\/]", "")

    @property
    def is_field_mask(self) -> bool:
        """Its value names the members of the body that are to be changed, by the usual name of such a parameter (AIP-134)."""
        return self.location == "query" and re.sub(r"[^a-z]", "", self.name.lower()) in ("updatemask", "fieldmask")


@dataclass(frozen=True, slots=True, kw_only=True)
class Response:
    """A response of the PATCH operation; ``inferred``: the document does not list this status."""

    status: int
    inferred: bool
    media_types: tuple[str, ...]
    schema: Schema
    headers: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """The GET that returns the same representation; ``media_type``: of its success body."""

    operation_id: str
    path: str
    inferred: bool
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Api:
    """One documented PATCH endpoint, as its file in specs/ gives it.

    Attributes:
        document: the OpenAPI document as written.
        source: file name of the source document.
        path: path template of the PATCH.
        parameter_values: sample values of the required query and header parameters, by name.
        success, also_success: the documented success status, and further ones that are not failed.
        preference: the value of Prefer (RFC 7240) that a patch needs for an answer of that status; None where none is needed.
        base: path of the first server, under which the paths stand; empty for none.
        described: the schemes that are described where none is required; a target may want one all the same.
        security: the schemes of all alternatives; security_sets: which of them an alternative asks for together.
        style: what a body is: an object that names what changes, a list of operations on the record (RFC 6902), a form, or
            for an action nothing at all: a request without a body does what the operation does.
        body_at: JSON Pointer to the changes in a request body; around_body: what stands beside them, ``{name}`` for the value
            of a path parameter.
        record_at: JSON Pointer to the record in a success body; around_record: what stands beside it.
        shows_record: whether a success body shows the record at all; else only the GET companion does, if there is one.
        read_at, around_read: the same for the body of the GET companion.
        body_schema, record_schema: JSON Schema 2020-12, references inlined, inferred keywords included.
        fields: top-level properties of the request body; ``walk_fields`` gives all depths.
        record: top-level properties of the record.
        order: the order in which a request is refused.
    """

    name: str
    file: Path
    document: Mapping[str, Any]
    title: str
    source: str
    operation_id: str
    path: str
    base: str
    parameters: tuple[Parameter, ...]
    parameter_values: Mapping[str, str]
    identity: Literal["path", "credential"]
    read: Companion | None
    security: tuple[SecurityScheme, ...]
    security_sets: tuple[frozenset[str], ...]
    described: tuple[SecurityScheme, ...]
    media_types: tuple[str, ...]
    body_required: bool
    body_schema: Schema
    fields: tuple[Field, ...]
    success: int
    also_success: tuple[int, ...]
    preference: str | None
    record_at: str
    shows_record: bool
    read_at: str
    style: Literal["members", "json_patch", "form", "action"]
    body_at: str
    around_body: Any
    around_record: Any
    around_read: Any
    record_schema: Schema
    record: tuple[RecordField, ...]
    responses: Mapping[int, Response]
    claims: Mapping[str, Claim]
    choices: Mapping[str, Choice]
    situations: Mapping[str, Situation]
    fault_texts: Mapping[str, FaultText]
    order: tuple[str, ...]
    contradictions: tuple[Contradiction, ...]
    references: Mapping[str, tuple[Mapping[str, Any], ...]] = default(default_factory=dict)
    customers: tuple[SeedCustomer, ...] = ()

    @property
    def schemes(self) -> tuple[SecurityScheme, ...]:
        """What a target can be given a credential for: what is required, else what is described."""
        return self.security or self.described

    @property
    def field_masks(self) -> tuple[Parameter, ...]:
        """The parameters whose value names the members of the body that are to be changed."""
        return tuple(each for each in self.parameters if each.is_field_mask)

    def walk_fields(self) -> tuple[Field, ...]:
        """Every documented property of the request body, at every depth, in document order."""
        return _walked(self.fields)

    def walk_record(self) -> tuple[RecordField, ...]:
        """Every documented property of the record, at every depth, in document order."""
        return _walked(self.record)

    def shown(self, field: Field) -> RecordField | None:
        """The property of the record that shows a field; None where none is documented."""
        return next((each for each in self.walk_record() if each.path == field.response), None)

    def field(self, path: str) -> Field:
        """The request field at this path; KeyError where there is none."""
        for each in self.walk_fields():
            if each.path == path:
                return each
        raise KeyError(path)

    def documents(self, status: int) -> bool:
        """Whether the document itself lists this status for the PATCH."""
        response = self.responses.get(status)
        return response is not None and not response.inferred


Walkable = TypeVar("Walkable", Field, RecordField)


@lru_cache(maxsize=256)
def _walked(tops: tuple[Walkable, ...]) -> tuple[Walkable, ...]:
    """All depths below some properties; asked for often, so worked out once."""
    return tuple(each for top in tops for each in top.walk())


def json_types(schema: Schema) -> frozenset[str]:
    """The JSON types that a schema names, null included; empty where it names none."""
    types = schema.get("type", ())
    return frozenset([types] if isinstance(types, str) else types)
