"""Swagger 2.0, brought to OpenAPI 3.0 for one path: bodies, parameters, responses, security schemes and servers.

Written here, since the converters that are kept up are programs for other runtimes, and a single operation needs little.
Schemas are the same in both but for their place.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from specs.model import FORMS

BESIDE_SCHEMA = frozenset({"name", "in", "required", "description", "allowEmptyValue", "collectionFormat"})
FLOWS: Mapping[str, str] = {"accessCode": "authorizationCode", "application": "clientCredentials"}
Resolve = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def converted(document: Mapping[str, Any], item: Mapping[str, Any], resolve: Resolve) -> dict[str, Any]:
    """A path item of Swagger 2.0 as OpenAPI 3.0 has it."""
    shared = [resolve(each) for each in item.get("parameters", ())]
    result: dict[str, Any] = {"parameters": [_parameter(each) for each in shared if each.get("in") not in ("body", "formData")]}
    for method in ("get", "patch"):
        if isinstance(item.get(method), Mapping):
            result[method] = _operation(document, item[method], shared, resolve)
    return result


def _operation(
    document: Mapping[str, Any], operation: Mapping[str, Any], shared: list[Mapping[str, Any]], resolve: Resolve
) -> dict[str, Any]:
    listed = [resolve(each) for each in operation.get("parameters", ())]
    kept = {
        name: operation[name] for name in ("operationId", "summary", "description", "security", "deprecated") if name in operation
    }
    body = _body(document, operation, [*shared, *listed])
    produces = operation.get("produces", document.get("produces")) or ["application/json"]
    return {
        **kept,
        "parameters": [_parameter(each) for each in listed if each.get("in") not in ("body", "formData")],
        **({"requestBody": body} if body else {}),
        "responses": {
            str(status): _response(resolve(each), produces)
            for status, each in operation.get("responses", {}).items()
            if isinstance(each, Mapping)
        },
    }


def _body(
    document: Mapping[str, Any], operation: Mapping[str, Any], parameters: list[Mapping[str, Any]]
) -> dict[str, Any] | None:
    consumes = operation.get("consumes", document.get("consumes")) or ["application/json"]
    for each in parameters:
        if each.get("in") == "body":
            content = {name: {"schema": each.get("schema", {})} for name in consumes}
            return {"content": content, "required": bool(each.get("required", False))}
    fields = [each for each in parameters if each.get("in") == "formData"]
    if not fields:
        return None
    forms = [name for name in consumes if name in FORMS] or [FORMS[0]]
    required = [str(each.get("name")) for each in fields if each.get("required") is True]
    schema = {"type": "object", "properties": {str(each.get("name")): _field(each) for each in fields}, "required": required}
    return {"content": {name: {"schema": schema} for name in forms}}


def _field(parameter: Mapping[str, Any]) -> dict[str, Any]:
    """A field of a form; a file is what OpenAPI 3 calls binary."""
    return {**_schema(parameter), **({"type": "string", "format": "binary"} if parameter.get("type") == "file" else {})}


def _schema(parameter: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in parameter.items() if name not in BESIDE_SCHEMA}


def _parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    beside = {name: parameter[name] for name in ("name", "in", "required", "description") if name in parameter}
    return {**beside, "schema": _schema(parameter)}


def _response(response: Mapping[str, Any], produces: list[str]) -> dict[str, Any]:
    result: dict[str, Any] = {"description": str(response.get("description", ""))}
    if "schema" in response:
        result["content"] = {name: {"schema": response["schema"]} for name in produces}
    return result


def servers(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The one server that scheme, host and base path name."""
    host, base = str(document.get("host", "")), str(document.get("basePath", "")).rstrip("/")
    schemes = document.get("schemes") or ["https"]
    url = f"{schemes[0]}://{host}{base}" if host else base
    return [{"url": url}] if url else []


def security_schemes(document: Mapping[str, Any]) -> dict[str, Any]:
    """The security definitions under their names."""
    definitions = document.get("securityDefinitions", {})
    return {name: _scheme(each) for name, each in definitions.items() if isinstance(each, Mapping)}


def _scheme(scheme: Mapping[str, Any]) -> dict[str, Any]:
    if scheme.get("type") == "basic":
        return {"type": "http", "scheme": "basic"}
    if scheme.get("type") != "oauth2":
        return dict(scheme)
    urls = {name: scheme[name] for name in ("authorizationUrl", "tokenUrl") if name in scheme}
    flow = str(scheme.get("flow", "implicit"))
    return {"type": "oauth2", "flows": {FLOWS.get(flow, flow): {**urls, "scopes": scheme.get("scopes", {})}}}
