"""Every fault of a body at once, by a validator that is compiled when the mock starts.

jsonschema-rs reads the body schema (with the inferred keywords) in about 1 us where a prebuilt Draft202012Validator of jsonschema
takes about 50 us and openapi-core's request validation 1 to 2 ms: measured by benchmarks/validators.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

import jsonschema_rs

from mock_server.exchange.exchange import Fault, Path
from mock_server.exchange.plan import Member, Members
from mock_server.syntax.formats import FORMATS
from specs import Api, Schema
from specs.normalise import UNION_KEYWORDS as UNIONS

_DECISIVE = ("null", "unknown_field", "read_only", "blank", "enum", "const", "type")
"""Kinds that tell all there is to say about a value, most telling first: ``5`` for an enum of texts is no member, and also a
number, but only the first is reported."""

FAULTS_LIMIT = 1_000
"""So many faults of one body are told: a million bytes can have 300,000, whose answer would be forty times as long."""

_CHOSEN_AT_THE_TOP = frozenset({"minProperties", "additionalProperties", "unevaluatedProperties"})
"""Keywords of the whole body that the choices empty_body and unknown_field stand for."""


class Validator:
    """The faults of changes under the body schema of one API."""

    def __init__(self, api: Api, members: Members) -> None:
        self._compiled = jsonschema_rs.Draft202012Validator(
            changes_schema(api.body_schema, members, partial=api.choices["required"].behaviour == "accept"),
            validate_formats=True,
            formats=dict(FORMATS),
        )

    def faults(self, changes: Mapping[str, Any]) -> list[Fault]:
        """Everything that is wrong, in document order, up to FAULTS_LIMIT; empty for valid changes."""
        if self._compiled.is_valid(changes):
            return []
        return faults_in(self._compiled.iter_errors(changes))


def changes_schema(body: Schema, members: Members, *, partial: bool = False) -> dict[str, Any]:
    """The schema of cleaned changes: nulls that are written are valid, members that are left out are not required.

    ``partial``: no member of the body itself is.
    """
    left_out = _CHOSEN_AT_THE_TOP | {"required"} if partial else _CHOSEN_AT_THE_TOP
    top = {key: value for key, value in body.items() if key not in left_out}
    return _object_schema(top, members)


def _object_schema(schema: Schema, members: Members) -> dict[str, Any]:
    adapted = {key: value for key, value in schema.items() if key != "additionalProperties" or not members}
    if "properties" in schema:
        adapted["properties"] = {name: _member_schema(value, members.get(name)) for name, value in schema["properties"].items()}
    if "required" in schema:
        adapted["required"] = [name for name in schema["required"] if name not in members or members[name].ignored is None]
    return adapted


def _member_schema(schema: Schema, member: Member | None) -> Schema:
    if member is None:
        return schema
    adapted = _object_schema(schema, member.members)
    if member.members and "items" in schema:
        adapted["items"] = _object_schema(schema["items"], member.members)
    if member.null in ("store", "remove"):
        return _with_null(adapted)
    return _without_null(adapted)


def _with_null(schema: dict[str, Any]) -> dict[str, Any]:
    types = schema.get("type")
    if types is None or "null" in types:
        return schema
    widened = {**schema, "type": [*([types] if isinstance(types, str) else types), "null"]}
    return {**widened, "enum": [*schema["enum"], None]} if "enum" in schema else widened


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    types = schema.get("type")
    if types is None:
        unions = {name: [dict(each) for each in schema[name] if each.get("type") != "null"] for name in UNIONS if name in schema}
        return {**schema, **{name: [_without_null(each) for each in parts] for name, parts in unions.items() if parts}}
    if isinstance(types, str):
        return schema
    return {**schema, "type": [each for each in types if each != "null"]}


def faults_in(errors: Iterable[jsonschema_rs.ValidationError]) -> list[Fault]:
    """The faults of a value, the first FAULTS_LIMIT of them."""
    return list(islice((fault for error in errors for fault in faults_of(error)), FAULTS_LIMIT))


def faults_of(error: jsonschema_rs.ValidationError) -> Iterator[Fault]:
    """One error of the compiled validator as the faults that a refusal names."""
    path: Path = tuple(error.instance_path)
    kind = error.kind.name
    about = error.kind.as_dict()
    if kind == "required":
        yield Fault((*path, about["property"]), "required")
    elif kind == "additionalProperties":
        for name in about["unexpected"]:
            yield Fault((*path, name), "unknown_field")
    elif kind == "type":
        expected = [each for each in about["types"] if each != "null"]
        yield Fault(path, "null" if error.instance is None else "type", error.instance, expected[0])
    elif kind == "minLength" and error.instance == "":
        yield Fault(path, "blank", "", about["limit"])
    else:
        yield Fault(path, kind, error.instance, about.get("limit", about.get("format", about.get("pattern"))))


def telling(faults: Iterable[Fault]) -> list[Fault]:
    """Without the faults that only repeat another one about the same value."""
    by_path: dict[Path, list[Fault]] = {}
    for fault in faults:
        by_path.setdefault(fault.path, []).append(fault)
    return [fault for group in by_path.values() for fault in _most_telling(group)]


def _most_telling(group: list[Fault]) -> list[Fault]:
    for kind in _DECISIVE:
        for fault in group:
            if fault.kind == kind:
                return [fault]
    return group
