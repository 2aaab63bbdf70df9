"""The properties of a request body and of a record, read off their schemas with x-field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from specs import model
from specs.model import Choice, Field, Merge, RecordField, Schema, SpecError, json_types
from specs.normalise import properties


def choice(value: Mapping[str, str]) -> Choice:
    """A choice as it is written: ``{documented: X}`` or ``{unspecified: X}``."""
    ((kind, behaviour),) = value.items()
    return Choice(documented=kind == "documented", behaviour=behaviour)


def _member_schema(schema: Schema) -> tuple[Schema, str]:
    """The object schema that holds the members of an object or of an array's items, and the path mark of the latter."""
    if "array" in json_types(schema):
        items: Schema = schema.get("items", {})
        return items, "[]"
    return schema, ""


def fields_of(parent: Schema, path: str, response: str | None, *, read_only: bool = False) -> Iterator[Field]:
    """The properties of a request object at a path; ``response``: where the record shows the object, None for nowhere."""
    required = frozenset(parent.get("required", ()))
    for name, schema in properties(parent).items():
        yield _field(name, schema, path, response, required=name in required, read_only=read_only)


def _field(name: str, schema: Schema, parent_path: str, parent_response: str | None, *, required: bool, read_only: bool) -> Field:
    """One property; what stands below a read-only one is read-only as well."""
    extension = schema.get("x-field", {})
    path = f"{parent_path}.{name}" if parent_path else name
    response = _response_path(extension.get("response", name), parent_response)
    members, mark = _member_schema(schema)
    key = extension.get("reference", {}).get("key", "id")
    hazard = _hazard(extension.get("hazard"))
    children = tuple(
        fields_of(
            members,
            path + mark,
            None if response is None else response + mark,
            read_only=read_only or bool(schema.get("readOnly", False)),
        )
    )
    return Field(
        path=path,
        schema=schema,
        inferred=frozenset(extension.get("inferred", ())),
        safe=extension.get("safe", {}),
        response=response,
        required=required,
        read_only=read_only or bool(schema.get("readOnly", False)),
        write_only=bool(schema.get("writeOnly", False)),
        write=extension.get("write", "documented"),
        merge=_merge(path, schema, extension.get("merge")),
        null=choice(extension["null"]) if "null" in extension else None,
        reference=model.Reference(**{"key": key, **extension["reference"]}) if "reference" in extension else None,
        unique=bool(extension.get("unique", False)),
        hazard=hazard,
        normalise=tuple(extension.get("normalise", ())),
        either=tuple(extension.get("either", ())),
        near_misses=tuple(extension.get("near_misses", ())),
        labels=extension.get("labels", {}),
        documented_at=_place(extension),
        children=children if hazard is None or hazard.values is not None else tuple(_spared(each, hazard) for each in children),
    )


def _spared(field: Field, hazard: model.Hazard) -> Field:
    """A part of a property that is never written is not written either."""
    return replace(field, hazard=hazard, children=tuple(_spared(each, hazard) for each in field.children))


def _response_path(name: str | None, parent: str | None) -> str | None:
    if name is None or parent is None:
        return None
    return f"{parent}.{name}" if parent else name


def _merge(path: str, schema: Schema, written: Mapping[str, str] | None) -> Merge | None:
    """The policy of an object or array; where the file is silent, unspecified: objects merge, arrays are replaced."""
    types = json_types(schema)
    if not types & {"object", "array"}:
        return None
    if written is None or not written.keys() & {"documented", "unspecified"}:
        return Merge(documented=False, policy="merge" if "object" in types else "replace")
    policy = written.get("documented", written.get("unspecified"))
    if policy == "keyed" and "key" not in written:
        raise SpecError(f"{path}: x-field.merge: keyed needs a key")
    return Merge(
        documented="documented" in written,
        policy=policy,  # type: ignore[arg-type]  # one of three by the extension's schema
        key=written.get("key"),
        new=written.get("new"),  # type: ignore[arg-type]  # likewise
    )


def _hazard(written: Mapping[str, Any] | None) -> model.Hazard | None:
    if written is None:
        return None
    values = tuple(written["values"]) if "values" in written else None
    return model.Hazard(reason=written["reason"], values=values)


def _place(extension: Mapping[str, Any]) -> model.Place | None:
    return model.Place(**extension["documented"]) if "documented" in extension else None


def record_fields(parent: Schema, path: str) -> Iterator[RecordField]:
    """The properties of a shown object at a path of the record."""
    required = frozenset(parent.get("required", ()))
    for name, schema in properties(parent).items():
        if schema.get("writeOnly"):
            continue  # it is sent and never shown (OpenAPI, Schema Object)
        extension = schema.get("x-field", {})
        derived = extension.get("derived", False)
        own = f"{path}.{name}" if path else name
        members, mark = _member_schema(schema)
        yield RecordField(
            path=own,
            schema=schema,
            inferred=frozenset(extension.get("inferred", ())),
            required=name in required,
            read_only=bool(schema.get("readOnly", False)),
            volatile="volatile" in extension,
            touched=extension.get("volatile") == "now",
            derived=bool(derived),
            all_set=tuple(derived.get("all_set", ())) if isinstance(derived, Mapping) else (),
            documented_at=_place(extension),
            children=tuple(record_fields(members, own + mark)),
        )
