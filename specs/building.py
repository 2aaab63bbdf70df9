"""Builds an Api from a document that is valid OpenAPI with a valid x-contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from specs import model
from specs.fields import choice, fields_of, record_fields
from specs.model import Api, Choice, Schema, SpecError, json_types
from specs.normalise import inline, properties, resolve

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
    "required": "refuse",
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


def build(path: Path, document: Mapping[str, Any]) -> Api:
    """The Api of a document; SpecError, one line, for a contract that does not fit its operation."""
    template, item, operation = _contract_operation(document)
    contract = operation["x-contract"]
    body = resolve(operation.get("requestBody", {}), document)
    style = _style(contract, body)
    body_schema = _body_schema(contract, body, style, document)
    responses = _responses(operation, document)
    success = int(contract["success"]["status"])
    if success not in responses:
        raise SpecError(f"x-contract.success.status: {success} is not among the responses of the operation")
    read = _companion(contract.get("read"), document)
    record_at = contract["record"]
    read_at = str(contract.get("read_record", record_at or ""))
    record_schema = _record_schema(responses[success], record_at, read, read_at, document)
    around = contract.get("around", {})
    errors = contract["errors"]
    return Api(
        name=path.stem,
        file=path,
        document=document,
        title=str(document["info"]["title"]),
        source=str(contract["document"]),
        operation_id=str(operation.get("operationId", f"patch {template}")),
        path=template,
        base=_base(document),
        parameters=_parameters(item, operation, document),
        parameter_values=contract.get("seeds", {}).get("parameters", {}),
        identity=contract["identity"],
        read=read,
        security=_security(operation, document),
        described=() if operation.get("security", document.get("security")) else tuple(_described(document)),
        security_sets=tuple(map(frozenset, operation.get("security", document.get("security", [])))),
        media_types=tuple(body.get("content", {})),
        body_required=bool(body.get("required", False)),
        style=style,
        body_at=str(contract.get("body", "")),
        around_body=around.get("body", {}),
        body_schema=body_schema,
        fields=tuple(fields_of(body_schema, "", "")),
        success=success,
        also_success=tuple(contract["success"].get("also", ())),
        preference=contract["success"].get("prefer"),
        record_at=str(record_at or ""),
        shows_record=record_at is not None,
        read_at=read_at,
        around_record=around.get("record", {}),
        around_read=around.get("read", {}),
        record_schema=record_schema,
        record=tuple(record_fields(record_schema, "")),
        responses=responses,
        claims={rule: model.Claim(rule=rule, **claim) for rule, claim in contract["claims"].items()},
        choices=_choices(contract["choices"]),
        situations=_situations(errors),
        fault_texts={kind: model.FaultText(**text) for kind, text in errors["faults"].items()},
        order=tuple(contract.get("order", DEFAULT_ORDER)),
        contradictions=tuple(model.Contradiction(**each) for each in contract.get("contradictions", ())),
        **_seeds(contract.get("seeds", {})),
    )


def _style(contract: Mapping[str, Any], body: Mapping[str, Any]) -> Literal["members", "json_patch", "form", "action"]:
    """What the body of a request is, by the first media type; nothing at all where no body is described."""
    if "members" in contract:
        return "json_patch"
    if not body and "body" not in contract:
        return "action"
    return "form" if next(iter(body.get("content", {})), "") in model.FORMS else "members"


def _body_schema(contract: Mapping[str, Any], body: Mapping[str, Any], style: str, document: Mapping[str, Any]) -> Schema:
    """The schema of the changes; of a form without null, which no text says."""
    if style == "json_patch":
        return inline({"type": "object", "properties": contract["members"]}, document)
    if style == "action":
        return {}
    whole = inline(_first_schema(body.get("content", {}), "requestBody"), document)
    found = _part(whole, str(contract.get("body", "")), "x-contract.body", "the request body's schema")
    if style != "form":
        return found
    return {**found, "properties": {name: _without_null(each) for name, each in properties(found).items()}}


def _without_null(schema: Schema) -> Schema:
    types = sorted(json_types(schema) - {"null"})
    if "null" not in json_types(schema) or not types:
        return schema
    found = {**schema, "type": types[0] if len(types) == 1 else types}
    return {**found, "enum": [each for each in schema["enum"] if each is not None]} if "enum" in schema else found


def _base(document: Mapping[str, Any]) -> str:
    """The path of the first server, with the defaults of its variables."""
    server: Mapping[str, Any] = next(iter(document.get("servers", ())), {})
    url = str(server.get("url", ""))
    for name, variable in server.get("variables", {}).items():
        url = url.replace("{" + name + "}", str(variable.get("default", "")))
    return urlsplit(url).path.rstrip("/") if "{" not in url else ""


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


def _record_schema(
    success: model.Response, record_at: str | None, read: model.Companion | None, read_at: str, document: Mapping[str, Any]
) -> Schema:
    """The record as the success body shows it, else as the GET companion does; nothing where neither does."""
    if record_at is not None:
        return _part(success.schema, record_at, "x-contract.record", "the success response's schema")
    if read is None:
        return {}
    shown = _shown_by_get(document["paths"][read.path]["get"], document)
    return _part(shown, read_at, "x-contract.read_record", "the schema of the GET's success")


def _shown_by_get(operation: Mapping[str, Any], document: Mapping[str, Any]) -> Schema:
    for status, reference in operation.get("responses", {}).items():
        content = resolve(reference, document).get("content", {})
        if str(status).startswith("2") and content:
            return inline(_first_schema(content, f"responses.{status}"), document)
    raise SpecError("x-contract.read: the GET has no success with a body")


def _part(schema: Schema, pointer: str, key: str, where: str) -> Schema:
    """The schema at a JSON Pointer into a value: names of members, and 0 for the items of an array."""
    for part in pointer.split("/")[1:]:
        if part == "0" and "items" in schema:
            schema = schema["items"]
        elif part in properties(schema):
            schema = properties(schema)[part]
        else:
            raise SpecError(f"{key}: {pointer!r} is not in {where}")
    return schema


def _parameters(
    item: Mapping[str, Any], operation: Mapping[str, Any], document: Mapping[str, Any]
) -> tuple[model.Parameter, ...]:
    """Those of the PATCH, then what only the GET of the same path has."""
    both = [resolve(each, document) for each in item.get("parameters", ())]
    of_patch = {(each["name"], each["in"]): each for each in (*both, *_listed(operation, document))}
    of_get = {(each["name"], each["in"]): each for each in (*both, *_listed(item.get("get", {}), document))}
    return tuple(
        model.Parameter(
            name=each["name"],
            location=each["in"],
            schema=inline(_parameter_schema(each), document),
            required=bool(each.get("required", False)),
            operations=frozenset(
                method for method, listed in (("PATCH", of_patch), ("GET", of_get)) if key in listed and _needs(listed[key])
            ),
        )
        for key, each in {**of_get, **of_patch}.items()
        if key in of_patch or each.get("required")
    )


def _listed(operation: Mapping[str, Any], document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [resolve(each, document) for each in operation.get("parameters", ())]


def _needs(parameter: Mapping[str, Any]) -> bool:
    return bool(parameter.get("required", False))


def _parameter_schema(parameter: Mapping[str, Any]) -> Mapping[str, Any]:
    """The schema of a parameter; one with ``content`` has it in there."""
    media: Mapping[str, Any] = next(iter(parameter.get("content", {}).values()), {})
    found: Mapping[str, Any] = parameter.get("schema", media.get("schema", {}))
    return found


def _companion(operation_id: str | None, document: Mapping[str, Any]) -> model.Companion | None:
    if operation_id is None:
        return None
    for template, item in document["paths"].items():
        operation = item.get("get", {})
        if operation.get("operationId") == operation_id:
            return model.Companion(
                operation_id=operation_id,
                path=str(template),
                inferred=bool(operation.get("x-inferred", False)),
                media_type=_success_type(operation, document),
            )
    raise SpecError(f"x-contract.read: no get operation has the operationId {operation_id!r}")


def _success_type(operation: Mapping[str, Any], document: Mapping[str, Any]) -> str:
    contents = (
        resolve(each, document).get("content", {})
        for status, each in operation.get("responses", {}).items()
        if str(status).startswith("2")
    )
    return next((str(name) for content in contents for name in content), "application/json")


def _security(operation: Mapping[str, Any], document: Mapping[str, Any]) -> tuple[model.SecurityScheme, ...]:
    required = operation.get("security", document.get("security", []))
    schemes = document.get("components", {}).get("securitySchemes", {})
    undefined = sorted({name for requirement in required for name in requirement} - schemes.keys())
    if undefined:
        raise SpecError(f"security: no scheme named {', '.join(map(repr, undefined))}; known are {', '.join(schemes) or 'none'}")
    listed = dict.fromkeys(name for requirement in required for name in requirement)
    return tuple(_scheme(name, resolve(schemes[name], document)) for name in listed)


def _described(document: Mapping[str, Any]) -> Iterator[model.SecurityScheme]:
    """Every scheme that a request can present."""
    for name, scheme in document.get("components", {}).get("securitySchemes", {}).items():
        with suppress(SpecError):
            yield _scheme(name, resolve(scheme, document))


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
    return choices | {point: choice(value) for point, value in written.items()}


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
