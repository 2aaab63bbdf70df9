"""Reads an OpenAPI file with x-contract into an Api, and refuses what it does not know in one line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from specs import model
from specs.model import Api, Choice, Field, Merge, RecordField, Schema, SpecError, json_types
from specs.normalise import inline, properties, resolve

FOLDER = Path(__file__).parent
EXTENSION_SCHEMA = FOLDER / "x-contract.schema.json"

DEFAULT_CHOICES: Mapping[str, str] = {
    "empty_body": "accept",
    "no_body": "accept",
    "only_unknown_fields": "accept",
    "null": "refuse",
    "unknown_field": "ignore",
    "read_only": "ignore",
    "coercion": "refuse",
    "whitespace": "keep",
    "duplicate_keys": "last",
    "wrong_content_type": "refuse",
    "wrong_accept": "refuse",
    "slash": "refuse",
    "all_faults": "all",
}
"""What the mock does at the points that a file leaves out; for the suite they are unspecified."""

DEFAULT_ORDER = (
    "not_acceptable",
    "unauthenticated",
    "method_not_allowed",
    "unknown_record",
    "unsupported_media_type",
    "malformed_json",
)


def names() -> tuple[str, ...]:
    """The names of the documented APIs in specs/, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load(name_or_path: str | Path) -> Api:
    """The API of a name in specs/, or of an OpenAPI file with x-contract.

    Raises SpecError, one line, when there is no such file, or it is not valid YAML, OpenAPI 3.0/3.1 or x-contract.
    """
    path = _file_of(name_or_path)
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _load(path: Path, _modified: int) -> Api:
    """Loading validates the document, which takes most of a second: once for each state of a file."""
    document = _read_yaml(path)
    try:
        _check_openapi(document)
        _check_extensions(document)
        return _build(path, document)
    except SpecError as error:
        raise SpecError(f"{path.name}: {error}") from None


def _file_of(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    if text in names():
        return FOLDER / f"{text}.yaml"
    path = Path(text)
    if path.is_file():
        return path.resolve()
    raise SpecError(f"no API named {text!r} and no such file; known names are {', '.join(names())}")


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        detail = " ".join(str(error).split())
        raise SpecError(f"{path.name}: not readable as YAML: {detail}") from None
    if not isinstance(document, dict):
        raise SpecError(f"{path.name}: not an OpenAPI document: expected a mapping at the top")
    return document


def _check_openapi(document: Mapping[str, Any]) -> None:
    version = str(document.get("openapi", ""))
    if not version.startswith(("3.0", "3.1")):
        raise SpecError(f"openapi: {version or 'missing'}; expected 3.0.x or 3.1.x")
    validator = OpenAPIV30SpecValidator if version.startswith("3.0") else OpenAPIV31SpecValidator
    try:
        error = next(iter(validator(document).iter_errors()), None)
    except Exception as broken:  # the validator raises its own errors for dangling references
        raise SpecError(f"not valid OpenAPI {version}: {' '.join(str(broken).split())}") from None
    if error is not None:
        place = ".".join(map(str, error.absolute_path)) or "the document"
        raise SpecError(f"not valid OpenAPI {version}: {place}: {' '.join(error.message.split())[:200]}")


# --- the extension ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _extension() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(EXTENSION_SCHEMA.read_text(encoding="utf-8"))
    return loaded


def _validator(definition: str) -> Draft202012Validator:
    extension = _extension()
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": extension["$defs"]})


def _check_extensions(document: Mapping[str, Any]) -> None:
    for place, key, value in _extensions_in(document, ()):
        definition = {"x-contract": "contract", "x-field": "field"}.get(key)
        where = ".".join((*place, key))
        if definition is None and key == "x-inferred":
            if not isinstance(value, bool):
                raise SpecError(f"{where}: expected true or false, not {value!r}")
        elif definition is None:
            if key.startswith(("x-contract", "x-field", "x-inferred")):
                raise SpecError(f"{where}: unknown extension; known ones are x-contract, x-field, x-inferred")
        else:
            error = _best_error(_validator(definition).iter_errors(value))
            if error is not None:
                raise SpecError(_extension_message(where, error))


def _extensions_in(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    if isinstance(value, Mapping):
        for key, member in value.items():
            if str(key).startswith("x-"):
                yield place, str(key), member
            else:
                yield from _extensions_in(member, (*place, str(key)))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _extensions_in(member, (*place, str(index)))


def _best_error(errors: Iterable[ValidationError]) -> ValidationError | None:
    """The error nearest to what the author wrote: unknown keys first, then the deepest."""
    return max(errors, key=lambda error: (error.validator == "additionalProperties", len(error.absolute_path)), default=None)


def _extension_message(where: str, error: ValidationError) -> str:
    place = ".".join((where, *map(str, error.absolute_path)))
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping) and isinstance(error.instance, Mapping):
        known = sorted(error.schema.get("properties", {}))
        unknown = sorted(str(key) for key in error.instance if key not in known)
        return f"{place}: unknown key {', '.join(map(repr, unknown))}; known keys are {', '.join(known)}"
    return f"{place}: {' '.join(error.message.split())[:300]}"


# --- building -----------------------------------------------------------------------------------------------------


def _build(path: Path, document: Mapping[str, Any]) -> Api:
    template, item, operation = _contract_operation(document)
    contract = operation["x-contract"]
    body = resolve(operation.get("requestBody", {}), document)
    body_schema = inline(_first_schema(body.get("content", {}), "requestBody"), document)
    responses = _responses(operation, document)
    success = int(contract["success"]["status"])
    if success not in responses:
        raise SpecError(f"x-contract.success.status: {success} is not among the responses of the operation")
    record_schema = _record_schema(responses[success].schema, str(contract["record"]))
    errors = contract["errors"]
    return Api(
        name=path.stem,
        file=path,
        document=document,
        title=str(document["info"]["title"]),
        source=str(contract["document"]),
        operation_id=str(operation.get("operationId", f"patch {template}")),
        path=template,
        parameters=_parameters(item, operation, document),
        identity=contract["identity"],
        read=_companion(contract.get("read"), document),
        security=_security(operation, document),
        media_types=tuple(body.get("content", {})),
        body_required=bool(body.get("required", False)),
        body_schema=body_schema,
        fields=tuple(_fields(body_schema, "", "")),
        success=success,
        also_success=tuple(contract["success"].get("also", ())),
        record_at=str(contract["record"]),
        record_schema=record_schema,
        record=tuple(_record_fields(record_schema, "")),
        responses=responses,
        claims={rule: model.Claim(rule=rule, **claim) for rule, claim in contract["claims"].items()},
        choices=_choices(contract["choices"]),
        situations=_situations(errors),
        fault_texts={kind: model.FaultText(**text) for kind, text in errors["faults"].items()},
        order=tuple(contract.get("order", DEFAULT_ORDER)),
        contradictions=tuple(model.Contradiction(**each) for each in contract.get("contradictions", ())),
        **_seeds(contract.get("seeds", {})),
    )


def _contract_operation(document: Mapping[str, Any]) -> tuple[str, Mapping[str, Any], Mapping[str, Any]]:
    found = [
        (str(template), item, item["patch"])
        for template, item in document.get("paths", {}).items()
        if "x-contract" in item.get("patch", {})
    ]
    if len(found) != 1:
        raise SpecError(f"expected exactly one patch operation with x-contract, found {len(found)}")
    return found[0]


def _first_schema(content: Mapping[str, Any], where: str) -> Mapping[str, Any]:
    for media_type in content.values():
        if "schema" in media_type:
            schema: Mapping[str, Any] = media_type["schema"]
            return schema
    raise SpecError(f"{where}: expected content with a schema")


def _responses(operation: Mapping[str, Any], document: Mapping[str, Any]) -> dict[int, model.Response]:
    found = {}
    for status, reference in operation.get("responses", {}).items():
        if not str(status).isdigit():
            raise SpecError(f"responses.{status}: expected a status of three digits; ranges and default cannot be judged")
        response = resolve(reference, document)
        content = response.get("content", {})
        found[int(status)] = model.Response(
            status=int(status),
            inferred=bool(response.get("x-inferred", False)),
            media_types=tuple(content),
            schema=inline(_first_schema(content, f"responses.{status}"), document) if content else {},
            headers=frozenset(response.get("headers", {})),
        )
    return found


def _record_schema(schema: Schema, pointer: str) -> Schema:
    for part in pointer.split("/")[1:]:
        if part not in properties(schema):
            raise SpecError(f"x-contract.record: {pointer!r} is not in the success response's schema")
        schema = properties(schema)[part]
    return schema


def _parameters(
    item: Mapping[str, Any], operation: Mapping[str, Any], document: Mapping[str, Any]
) -> tuple[model.Parameter, ...]:
    listed = [resolve(each, document) for each in (*item.get("parameters", ()), *operation.get("parameters", ()))]
    return tuple(
        model.Parameter(name=each["name"], location=each["in"], schema=inline(each.get("schema", {}), document))
        for each in listed
    )


def _companion(operation_id: str | None, document: Mapping[str, Any]) -> model.Companion | None:
    if operation_id is None:
        return None
    for template, item in document["paths"].items():
        operation = item.get("get", {})
        if operation.get("operationId") == operation_id:
            return model.Companion(
                operation_id=operation_id, path=str(template), inferred=bool(operation.get("x-inferred", False))
            )
    raise SpecError(f"x-contract.read: no get operation has the operationId {operation_id!r}")


def _security(operation: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[model.SecurityScheme, ...]:
    required = operation.get("security", document.get("security", []))
    schemes = document.get("components", {}).get("securitySchemes", {})
    undefined = sorted({name for requirement in required for name in requirement} - schemes.keys())
    if undefined:
        raise SpecError(f"security: no scheme named {', '.join(map(repr, undefined))}; known are {', '.join(schemes) or 'none'}")
    return tuple(_scheme(name, resolve(schemes[name], document)) for requirement in required for name in requirement)


def _scheme(name: str, scheme: Mapping[str, Any]) -> model.SecurityScheme:
    if scheme["type"] == "apiKey":
        return model.SecurityScheme(name=name, kind="apiKey", location=scheme["in"], parameter=scheme["name"])
    if scheme["type"] == "http" and str(scheme["scheme"]).lower() in ("bearer", "basic"):
        kind = str(scheme["scheme"]).lower()
        return model.SecurityScheme(name=name, kind=kind)  # type: ignore[arg-type]  # narrowed by the line above
    if scheme["type"] in ("oauth2", "openIdConnect"):
        return model.SecurityScheme(name=name, kind="bearer")
    raise SpecError(f"securitySchemes.{name}: expected http bearer, http basic, apiKey, oauth2 or openIdConnect")


def _choices(written: Mapping[str, Any]) -> dict[str, Choice]:
    choices = {point: Choice(documented=False, behaviour=behaviour) for point, behaviour in DEFAULT_CHOICES.items()}
    return choices | {point: _choice(value) for point, value in written.items()}


def _choice(value: Mapping[str, str]) -> Choice:
    ((kind, behaviour),) = value.items()
    return Choice(documented=kind == "documented", behaviour=behaviour)


def _situations(errors: Mapping[str, Any]) -> dict[str, model.Situation]:
    shapes = {name: model.Shape(name=name, **shape) for name, shape in errors["shapes"].items()}
    found = {}
    for name, situation in errors["situations"].items():
        if situation["shape"] not in shapes:
            raise SpecError(
                f"x-contract.errors.situations.{name}.shape: no shape named {situation['shape']!r}; known are {', '.join(shapes)}"
            )
        found[name] = model.Situation(
            name=name,
            status=situation["status"],
            shape=shapes[situation["shape"]],
            also=tuple(situation.get("also", ())),
            values=situation.get("values", {}),
            headers=situation.get("headers", {}),
        )
    return found


def _seeds(seeds: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "references": {name: tuple(rows) for name, rows in seeds.get("references", {}).items()},
        "customers": tuple(model.SeedCustomer(**customer) for customer in seeds.get("customers", ())),
    }


# --- fields -------------------------------------------------------------------------------------------------------


def _member_schema(schema: Schema) -> tuple[Schema, str]:
    """The object schema that holds the members of an object or of an array's items, and the path mark of the latter."""
    if "array" in json_types(schema):
        items: Schema = schema.get("items", {})
        return items, "[]"
    return schema, ""


def _fields(parent: Schema, path: str, response: str | None) -> Iterator[Field]:
    required = frozenset(parent.get("required", ()))
    for name, schema in properties(parent).items():
        yield _field(name, schema, name in required, path, response)


def _field(name: str, schema: Schema, required: bool, parent_path: str, parent_response: str | None) -> Field:
    extension = schema.get("x-field", {})
    path = f"{parent_path}.{name}" if parent_path else name
    response = _response_path(extension.get("response", name), parent_response)
    members, mark = _member_schema(schema)
    key = extension.get("reference", {}).get("key", "id")
    return Field(
        path=path,
        schema=schema,
        inferred=frozenset(extension.get("inferred", ())),
        safe=extension.get("safe", {}),
        response=response,
        required=required,
        read_only=bool(schema.get("readOnly", False)),
        write_only=bool(schema.get("writeOnly", False)),
        write=extension.get("write", "documented"),
        merge=_merge(path, schema, extension.get("merge")),
        null=_choice(extension["null"]) if "null" in extension else None,
        reference=model.Reference(**{"key": key, **extension["reference"]}) if "reference" in extension else None,
        unique=bool(extension.get("unique", False)),
        hazard=_hazard(extension.get("hazard")),
        normalise=tuple(extension.get("normalise", ())),
        either=tuple(extension.get("either", ())),
        near_misses=tuple(extension.get("near_misses", ())),
        labels=extension.get("labels", {}),
        documented_at=_place(extension),
        children=tuple(_fields(members, path + mark, None if response is None else response + mark)),
    )


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


def _record_fields(parent: Schema, path: str) -> Iterator[RecordField]:
    required = frozenset(parent.get("required", ()))
    for name, schema in properties(parent).items():
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
            children=tuple(_record_fields(members, own + mark)),
        )
