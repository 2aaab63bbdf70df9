"""The schemas of a document, with their references: read member by member, and compiled for one direction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, Protocol

import jsonschema_rs

from mock_server.resource.reading.document import Document
from mock_server.syntax.formats import FORMATS
from specs import Schema

Direction = Literal["request", "response"]

JSON_TYPES = frozenset({"object", "array", "string", "number", "integer", "boolean", "null"})
_NOT_VALIDATING = frozenset(
    {"example", "examples", "xml", "externalDocs", "discriminator", "deprecated", "description", "title", "default"}
    | {"readOnly", "writeOnly", "nullable", "$schema", "$id", "$comment"}
)
_OF_ONE = frozenset({"items", "additionalProperties", "not", "contains", "propertyNames", "if", "then", "else"})
_OF_SEVERAL = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_BY_NAME = frozenset({"properties", "patternProperties", "dependentSchemas"})
_FORMATS = {name: check for name, check in FORMATS.items() if name != "binary"}
"""In a body that is not sent as JSON alone, ``binary`` may be any text."""

BITS = {"int32": 32, "int64": 64}
_NOTHING: tuple[Schema, ...] = ({},)
_DEPTH = 12
"""So many parts of a schema (allOf, anyOf, references) are looked into: a reference may lead to itself."""


class Compiled(Protocol):
    """A validator of one schema."""

    def is_valid(self, instance: Any) -> bool:
        """Whether a JSON value is valid."""

    def iter_errors(self, instance: Any) -> Iterator[jsonschema_rs.ValidationError]:
        """What is wrong with it."""


class Schemas:
    """The schemas of one document. Each method takes a schema as it is written there, and works it out once.

    An empty schema says nothing and is not remembered: it is mostly one that was made to stand for none.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._compiled: dict[tuple[int, Direction], tuple[Schema, Compiled]] = {}
        self._members: dict[int, Mapping[str, Schema]] = {}
        self._parts: dict[int, tuple[Schema, ...]] = {}
        self._types: dict[int, frozenset[str]] = {}
        self._said: dict[tuple[int, str], Any] = {}
        self._read_only: dict[int, frozenset[str]] = {}
        self._kept: list[Any] = []  # what the numbers above are the ids of

    def resolved(self, schema: Any) -> Schema:
        """The schema itself, without a reference at its top."""
        return self._document.looked_up(schema)

    def origin(self, schema: Any) -> str:
        """What tells one schema from another: its reference, or else the object that it is."""
        while isinstance(schema, Mapping):
            if isinstance(schema.get("$ref"), str):
                return str(schema["$ref"])
            parts = schema.get("allOf")
            if not (isinstance(parts, list) and len(parts) == 1 and "properties" not in schema):
                break
            schema = parts[0]
        return f"at {id(schema)}"

    def parts(self, schema: Any) -> tuple[Schema, ...]:
        """The schema, and all that it is made of, whichever variant."""
        found = self._parts.get(id(schema)) if schema else _NOTHING
        if found is None:
            found = self._parts[id(schema)] = tuple(self._parts_of(schema, 0))
            self._kept.append(schema)
        return found

    def _parts_of(self, schema: Any, depth: int) -> Iterator[Schema]:
        found = self.resolved(schema)
        yield found
        if depth < _DEPTH:
            for keyword in ("allOf", "oneOf", "anyOf"):
                members = found.get(keyword)
                for part in members if isinstance(members, list) else ():
                    yield from self._parts_of(part, depth + 1)

    def _described(self, schema: Any, depth: int, is_variant: bool) -> Iterator[tuple[Schema, bool]]:
        """The parts, and whether each is only one of several variants."""
        found = self.resolved(schema)
        yield found, is_variant
        if depth < _DEPTH:
            for keyword in ("allOf", "oneOf", "anyOf"):
                members = found.get(keyword)
                for part in members if isinstance(members, list) else ():
                    yield from self._described(part, depth + 1, is_variant or keyword != "allOf")

    def types(self, schema: Any) -> frozenset[str]:
        """The JSON types that it allows, null left out; told from its members where it does not say."""
        known = self._types.get(id(schema)) if schema else frozenset[str]()
        if known is None:
            found: set[str] = set()
            for part in self.parts(schema):
                named = part.get("type", ())
                found |= {named} if isinstance(named, str) else set(named)
                found |= {"object"} if "properties" in part and not named else set()
                found |= {"array"} if "items" in part and not named else set()
            known = self._types[id(schema)] = frozenset(found & JSON_TYPES - {"null"})
        return known

    def properties(self, schema: Any) -> Mapping[str, Schema]:
        """The documented members of an object, of every part and variant."""
        known = self._members.get(id(schema)) if schema else {}
        if known is None:
            self.parts(schema)  # which keeps it, so that no other one gets its id
            members: dict[str, Schema] = {}
            for part, is_variant in self._described(schema, 0, False):
                named = part.get("properties")
                _add_members(members, named if isinstance(named, Mapping) else {}, is_variant)
            known = self._members[id(schema)] = members
        return known

    def read_only(self, schema: Any) -> frozenset[str]:
        """The members of an object that only the server writes."""
        known = self._read_only.get(id(schema))
        if known is None:
            members = self.properties(schema)
            known = frozenset(name for name, member in members.items() if self.says(member, "readOnly") is True)
            if members:
                self._read_only[id(schema)] = known
        return known

    def required(self, schema: Any) -> frozenset[str]:
        """The members that every part asks for; what only a variant asks for is left out."""
        found = self.resolved(schema)
        named = {str(name) for name in found.get("required") or () if isinstance(name, str)}
        for part in found.get("allOf") or ():
            named |= self.required(part) if part is not schema else set()
        return frozenset(named)

    def items(self, schema: Any) -> Schema:
        """What the items of an array are."""
        return next((part["items"] for part in self.parts(schema) if isinstance(part.get("items"), Mapping)), {})

    def says(self, schema: Any, keyword: str) -> Any:
        """The value of a keyword, of the first part that has it; None where none does."""
        if not schema:
            return None
        place = (id(schema), keyword)
        if place not in self._said:
            self._said[place] = next((part[keyword] for part in self.parts(schema) if part.get(keyword) is not None), None)
        return self._said[place]

    def is_open(self, schema: Any) -> bool:
        """Whether members that are not documented belong to it: it documents none, or says so."""
        if self.says(schema, "additionalProperties") not in (None, False):
            return True
        return not self.properties(schema) and self.says(schema, "additionalProperties") is None

    def validator(self, schema: Any, direction: Direction) -> Compiled:
        """Compiled when it is first asked for."""
        key = (id(schema), direction)
        if key not in self._compiled:
            self._compiled[key] = (schema, _compiled(Bundle(self._document, direction).of(schema)))
        return self._compiled[key][1]


def _add_members(members: dict[str, Schema], named: Mapping[Any, Any], is_variant: bool) -> None:
    """What two parts say of one member both counts; of two variants the first one does."""
    for name, member in named.items():
        known = members.get(str(name))
        if isinstance(member, Mapping) and known is None:
            members[str(name)] = member
        elif isinstance(member, Mapping) and known is not member and not is_variant:
            members[str(name)] = {"allOf": [member, known]}


class Bundle:
    """One schema with everything that it refers to, as JSON Schema 2020-12.

    direction: in a request members that only the server writes are not required, in a response those that it never shows.
    """

    def __init__(self, document: Document, direction: Direction) -> None:
        self._document = document
        self._left_out = "readOnly" if direction == "request" else "writeOnly"
        self._names: dict[str, str] = {}
        self._definitions: dict[str, Any] = {}

    def of(self, schema: Any) -> dict[str, Any]:
        """The whole."""
        whole = self._translated(schema)
        return {"allOf": [whole], "$defs": self._definitions}

    def _translated(self, schema: Any) -> Any:
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, Mapping):
            return {}
        if isinstance(schema.get("$ref"), str):
            return {"$ref": f"#/$defs/{self._defined(schema['$ref'])}"}
        plain = {key: self._member(key, value) for key, value in schema.items() if _validates(key)}
        self._adapt_required(schema, plain)
        _adapt_limits(plain)
        _adapt_type(plain)
        return _nullable(plain) if schema.get("nullable") is True else plain

    def _defined(self, reference: str) -> str:
        if reference not in self._names:
            name = self._names[reference] = f"d{len(self._names)}"
            self._definitions[name] = self._translated(self._document.looked_up({"$ref": reference}))
        return self._names[reference]

    def _member(self, key: str, value: Any) -> Any:
        if key in _BY_NAME and isinstance(value, Mapping):
            return {str(name): self._translated(member) for name, member in value.items()}
        if key in _OF_ONE and isinstance(value, Mapping):
            return self._translated(value)
        if key in _OF_SEVERAL and isinstance(value, list):
            return [self._translated(member) for member in value]
        return value

    def _adapt_required(self, schema: Mapping[str, Any], plain: dict[str, Any]) -> None:
        names = schema.get("required")
        if not isinstance(names, list):
            plain.pop("required", None)
            return
        members = schema.get("properties") or {}
        kept = [name for name in names if not self._document.looked_up(members.get(name)).get(self._left_out)]
        plain["required"] = list(dict.fromkeys(map(str, kept)))


def _validates(key: Any) -> bool:
    return isinstance(key, str) and key not in _NOT_VALIDATING and not key.startswith("x-")


def _adapt_limits(plain: dict[str, Any]) -> None:
    """OpenAPI 3.0 writes exclusive limits as true beside the limit."""
    for exclusive, limit in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(plain.get(exclusive), bool) and plain.pop(exclusive) and limit in plain:
            plain[exclusive] = plain.pop(limit)


def _adapt_type(plain: dict[str, Any]) -> None:
    """Types that JSON does not have (file, any) say nothing; the formats of whole numbers are limits."""
    named = plain.get("type")
    known = [each for each in ([named] if isinstance(named, str) else named or ()) if each in JSON_TYPES]
    if known:
        plain["type"] = known[0] if isinstance(named, str) else known
    else:
        plain.pop("type", None)
    if plain.get("type") == "integer" and plain.get("format") in BITS:
        bound = 2 ** (BITS[plain["format"]] - 1)
        plain["minimum"] = max(plain.get("minimum", -bound), -bound)
        plain["maximum"] = min(plain.get("maximum", bound - 1), bound - 1)


def _nullable(plain: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [plain, {"type": "null"}]} if plain else plain


def _compiled(bundle: dict[str, Any]) -> Compiled:
    """As strict as can be: a pattern of another dialect, then the whole schema, gives way where it cannot be compiled."""
    for attempt in (bundle, _without_patterns(bundle), {}):
        try:
            return jsonschema_rs.Draft202012Validator(attempt, validate_formats=True, formats=_FORMATS)
        except (jsonschema_rs.ValidationError, ValueError, RecursionError):
            continue
    raise AssertionError("an empty schema compiles")


def _without_patterns(value: Any) -> Any:
    if isinstance(value, dict):
        return {
            key: _without_patterns(member) for key, member in value.items() if not (key == "pattern" and isinstance(member, str))
        }
    return [_without_patterns(item) for item in value] if isinstance(value, list) else value
