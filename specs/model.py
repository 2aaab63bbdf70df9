"""The nouns of an API document: frozen records that say what a document says, and judge nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeVar

Schema = Mapping[str, Any]
"""One JSON Schema 2020-12 object with every ``$ref`` inlined (also when the file is OpenAPI 3.0)."""


class SpecError(Exception):
    """A document that cannot be used; the message is one line: file, place, what is wrong, what would be right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the source document: its section, and a short phrase found there verbatim."""

    at: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What makes a rule a *must* for this API: where the document says it, and what, in our own words."""

    rule: str
    at: str
    anchor: str
    says: str
    inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A place where the document contradicts itself, and the reading that was chosen."""

    at: str
    anchor: str
    says: str
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A point of behaviour: documented, or unspecified with the mock's choice as ``behaviour``."""

    documented: bool
    behaviour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What a write does to a stored object or array.

    ``replace``: the sent value takes its place. ``merge``: member by member. ``keyed``: items are matched by
    the member ``key``; ``new`` says what becomes of an item whose key is not stored yet.
    """

    documented: bool
    policy: Literal["replace", "merge", "keyed"]
    key: str | None = None
    new: Literal["append", "refuse"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The values of a field are keys of other records: rows of a seeded collection, or items of an own array."""

    key: str
    collection: str | None = None
    own: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """Values that must never be sent to a target; with ``values`` None, the field is never written at all."""

    reason: str
    values: tuple[Any, ...] | None = None


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
    def nullable(self) -> bool:
        """Null is a valid value (documented or inferred)."""
        return "null" in json_types(self.schema)

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
    """A documented path or header parameter."""

    name: str
    location: str
    schema: Schema


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
    """The GET that returns the same representation."""

    operation_id: str
    path: str
    inferred: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One error body: its template for the mock, and where it names the offending fields.

    ``fields``: a JSON Pointer in which ``*`` stands for every item, or ``keys`` for the keys of the body itself.
    """

    name: str
    template: Any
    fields: str | None = None
    named: Literal["required", "if_present"] = "if_present"
    nested: Literal["leaf", "ancestor"] = "leaf"
    notation: Literal["dotted", "brackets", "pointer"] = "dotted"
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How one kind of refusal is answered; ``also``: other statuses that the document leaves possible."""

    name: str
    status: int
    shape: Shape
    also: tuple[int, ...] = ()
    values: Mapping[str, Any] = default(default_factory=dict)
    headers: Mapping[str, str] = default(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultText:
    """The message (and code) of one kind of field fault."""

    message: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedCustomer:
    """A customer of the mock: path parameters, credentials by scheme, the record as shown, and what is never shown."""

    path: Mapping[str, Any]
    auth: Mapping[str, str]
    record: Mapping[str, Any]
    hidden: Mapping[str, Any] = default(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Api:
    """One documented PATCH endpoint, as its file in specs/ gives it.

    Attributes:
        document: the OpenAPI document as written.
        source: file name of the source document.
        path: path template of the PATCH.
        success, also_success: the documented success status, and further ones that are not failed.
        record_at: JSON Pointer to the record in a success body.
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
    parameters: tuple[Parameter, ...]
    identity: Literal["path", "credential"]
    read: Companion | None
    security: tuple[SecurityScheme, ...]
    media_types: tuple[str, ...]
    body_required: bool
    body_schema: Schema
    fields: tuple[Field, ...]
    success: int
    also_success: tuple[int, ...]
    record_at: str
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

    def walk_fields(self) -> tuple[Field, ...]:
        """Every documented property of the request body, at every depth, in document order."""
        return _walked(self.fields)

    def walk_record(self) -> tuple[RecordField, ...]:
        """Every documented property of the record, at every depth, in document order."""
        return _walked(self.record)

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
