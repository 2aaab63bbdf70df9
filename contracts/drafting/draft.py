"""A first spec file for an existing OpenAPI document: x-contract with every point unspecified, the mock's choice beside it."""

from __future__ import annotations

import copy
import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

import specs
from contracts.drafting.error_shapes import FAULTS, error_shape
from contracts.drafting.seeding import sample
from specs.loader import DEFAULT_CHOICES
from specs.model import Api, Field, Schema, SpecError, json_types
from specs.normalise import inline, lookup, properties, resolve

JSON = re.compile(r"application/(?:[\w.-]+\+)?json", re.IGNORECASE)
JSON_PATCH = "application/json-patch+json"
VERSIONS = ("3.0", "3.1")
CHANGES = re.compile(r"updat|modif|chang|edit|seen|sync", re.IGNORECASE)
HEAD = """# Drafted from {source} by `python -m contracts init`.
#
# What the document says stands as it stood. What it does not say is marked: a response that is not listed with x-inferred,
# a point of behaviour as unspecified, with the mock's choice beside it. Next: give each sentence of the document that
# promises something a claim (rule id -> where it says so), and write `documented` where it decides a point.
"""
Document = dict[str, Any]


class _Loader(yaml.SafeLoader):
    """Reads dates as the texts that JSON has for them."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def draft(source: Path, path: str | None = None) -> str:
    """The text of a spec file for the PATCH operation of an OpenAPI document, at ``path`` where there are several.

    Raises SpecError, one line, for a document that cannot be read, and for an operation that cannot be judged.
    """
    document = _read(source)
    template, operation = _operation(document, path)
    _prepare(document, template, operation, source.name)
    _link_fields(document, operation, _load(document, source.stem))
    api = _load(document, source.stem)
    operation["x-contract"]["seeds"] = {"customers": [_party(api, number) for number in (1, 2)]}
    _load(document, source.stem)
    return _text(document, source.name)


def write(source: Path, path: str | None, output: Path) -> None:
    """Write the draft into a new file; SpecError where there is one already."""
    if output.exists():
        raise SpecError(f"{output}: exists already; it is not overwritten")
    text = draft(source, path)
    try:
        with output.open("x", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        raise SpecError(f"{output}: cannot be written: {error.strerror}") from None


# --- the document -----------------------------------------------------------------------------------------------------


def _read(source: Path) -> Document:
    try:
        document = yaml.load(source.read_text(encoding="utf-8"), _Loader)  # noqa: S506  # a SafeLoader
    except OSError as error:
        raise SpecError(f"{source}: cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SpecError(f"{source}: neither YAML nor JSON: {' '.join(str(error).split())}") from None
    if not isinstance(document, dict) or not str(document.get("openapi", "")).startswith(VERSIONS):
        raise SpecError(f"{source}: expected an OpenAPI document, version 3.0 or 3.1")
    named: Document = _with_text_keys(document)
    return named


def _with_text_keys(value: Any) -> Any:
    """Keys as JSON has them: YAML reads an unquoted status as a number. No part is shared with another."""
    if isinstance(value, dict):
        return {str(key): _with_text_keys(member) for key, member in value.items()}
    return [_with_text_keys(member) for member in value] if isinstance(value, list) else value


def _operation(document: Document, path: str | None) -> tuple[str, Document]:
    found = {str(name): item["patch"] for name, item in document.get("paths", {}).items() if "patch" in item}
    listed = ", ".join(found) or "none"
    if path is not None and path not in found:
        raise SpecError(f"no PATCH operation at {path}; there are {listed}")
    if path is None and len(found) != 1:
        raise SpecError(f"expected one PATCH operation, or --path; there are {listed}")
    template = path if path is not None else next(iter(found))
    for name, other in found.items():
        if "x-contract" in other:
            raise SpecError(f"the PATCH operation at {name} has an x-contract already")
    return template, found[template]


def _load(document: Document, name: str) -> Api:
    """The document as the loader reads it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / f"{name}.yaml"
        file.write_text(_text(document, name), encoding="utf-8")
        return specs.load(file)


def _text(document: Document, source: str) -> str:
    body = yaml.safe_dump(copy.deepcopy(document), sort_keys=False, allow_unicode=True, width=120)
    return HEAD.format(source=source) + body


# --- x-contract -------------------------------------------------------------------------------------------------------


def _prepare(document: Document, template: str, operation: Document, source: str) -> None:
    """Give the operation its x-contract without seeds, and what the loader asks for beside it."""
    body = resolve(operation.get("requestBody", {}), document)
    operation["requestBody"] = {**body, "content": _json_first(body.get("content", {}))}
    request = inline(_schema_of(operation["requestBody"]["content"]), document)
    operation["responses"] = _responses(operation, document)
    success, record = _success(operation["responses"], properties(request), document)
    item = document["paths"][template]
    secured = bool(operation.get("security", document.get("security", [])))
    contract: Document = {"version": 1, "document": source, "identity": "path" if "{" in template else "credential"}
    reading = _reading(item, properties(request), record, document)
    if reading is not None:
        contract["read"] = reading
    contract |= {"record": record, "success": {"status": success}, "claims": {}}
    contract["choices"] = {point: {"unspecified": choice} for point, choice in _choices(operation, request).items()}
    contract["errors"] = _errors(operation["responses"], document, secured=secured)
    operation["x-contract"] = contract


def _json_first(content: Mapping[str, Any]) -> Document:
    """The media types, a JSON one first: requests are sent as that."""
    usable = [name for name in content if JSON.fullmatch(name.split(";")[0].strip()) and name != JSON_PATCH]
    if not usable:
        listed = ", ".join(content) or "no body"
        raise SpecError(f"requestBody: expected a JSON body that names what changes; the document has {listed}")
    return {name: content[name] for name in [*usable, *(each for each in content if each not in usable)]}


def _schema_of(content: Mapping[str, Any]) -> Schema:
    first: Mapping[str, Any] = next(iter(content.values()), {})
    found: Schema = first.get("schema", {})
    return found


def _choices(operation: Mapping[str, Any], request: Schema) -> dict[str, str]:
    closed = {"unknown_field": "refuse"} if request.get("additionalProperties") is False else {}
    needed = {"no_body": "refuse"} if operation["requestBody"].get("required") else {}
    return {**DEFAULT_CHOICES, **closed, **needed}


def _success(responses: Mapping[str, Any], sent: Mapping[str, Any], document: Document) -> tuple[int, str]:
    """The status of success, and where its body has the record: where most of what is sent is shown."""
    for status in sorted(responses, key=lambda each: (not each.startswith("2"), int(each))):
        content = responses[status].get("content", {})
        if status.startswith("2") and content:
            places = dict(_places(inline(_schema_of(content), document)))
            best = max(places, key=lambda place: (len(sent.keys() & places[place].keys()), -place.count("/")))
            if sent.keys() & places[best].keys():
                return int(status), best
    raise SpecError("responses: expected a success status whose body shows the properties that are sent")


def _places(schema: Schema, above: str = "", depth: int = 2) -> Iterator[tuple[str, Mapping[str, Schema]]]:
    """The objects of a body, by their JSON Pointer."""
    yield above, properties(schema)
    for name, member in properties(schema).items() if depth else ():
        if "object" in json_types(member) or "properties" in member:
            yield from _places(member, f"{above}/{name}", depth - 1)


def _reading(item: Document, sent: Mapping[str, Any], record: str, document: Document) -> str | None:
    """The operationId of a GET on the same path that shows the record in the same place."""
    get = item.get("get")
    if get is None:
        return None
    for status, response in get.get("responses", {}).items():
        content = resolve(response, document).get("content", {})
        if str(status).startswith("2") and content:
            places = dict(_places(inline(_schema_of(content), document)))
            if sent.keys() & places.get(record, {}).keys():
                get.setdefault("operationId", "readRecord")
                return str(get["operationId"])
    return None


# --- responses --------------------------------------------------------------------------------------------------------

REFUSALS: Mapping[int, str] = {
    400: "invalid_field malformed_json",
    401: "unauthenticated",
    404: "unknown_record",
    405: "method_not_allowed",
    406: "not_acceptable",
    413: "too_large",
    415: "unsupported_media_type",
    429: "throttled",
    500: "server_error",
}


def _responses(operation: Mapping[str, Any], document: Document) -> Document:
    """The listed responses, and as inferred those that the mock may give; ranges and default lend them their bodies."""
    listed = {status: dict(resolve(each, document)) for status, each in operation.get("responses", {}).items()}
    found = {status: each for status, each in listed.items() if status.isdigit()}
    if not found:
        raise SpecError("responses: expected a success status of three digits")
    for response in found.values():
        if response.get("content"):
            response["content"] = {name: {"schema": {}, **media} for name, media in response["content"].items()}
    documented = next((found[each] for each in sorted(found) if each[0] in "45" and found[each].get("content")), {})
    for status in map(str, REFUSALS):
        if status not in found:
            lender = listed.get(f"{status[0]}XX") or listed.get("default") or documented
            content = {"content": copy.deepcopy(lender["content"])} if lender.get("content") else {}
            found[status] = {"description": "Not listed in the document.", "x-inferred": True, **content}
    return dict(sorted(found.items()))


def _errors(responses: Mapping[str, Any], document: Document, *, secured: bool) -> Document:
    """Shapes by the schemas of the documented bodies, and which situation has which."""
    shapes: Document = {}
    situations: Document = {}
    invalid = "422" if "422" in responses else "400"
    for status, names in [*REFUSALS.items(), (int(invalid), "invalid_field")]:
        content = responses[str(status)].get("content", {})
        for name in names.split():
            shape = error_shape(inline(_schema_of(content), document), next(iter(content), "application/json"), name)
            label = next((each for each, known in shapes.items() if known == shape), f"status_{status}_{len(shapes) + 1}")
            shapes[label] = shape
            situations[name] = {"status": status, "shape": label}
    if secured and "403" in responses:
        situations["unauthenticated"]["also"] = [403]
    used = {each["shape"] for each in situations.values()}
    return {
        "shapes": {name: shape for name, shape in shapes.items() if name in used},
        "situations": situations,
        "faults": {kind: dict(text) for kind, text in FAULTS.items()},
    }


# --- fields and seeds ---------------------------------------------------------------------------------------------------


def _link_fields(document: Document, operation: Document, api: Api) -> None:
    """Mark what is sent and never shown, and what changes by itself."""
    shown = {each.path for each in api.walk_record()}
    sent = _schema_of(operation["requestBody"]["content"])
    for field in api.walk_fields():
        if field.response is not None and field.response not in shown and _parent(field.response) in {"", *shown}:
            _extend(document, sent, field.path, {"response": None})
    success = resolve(operation["responses"][str(api.success)], document)
    names = {each.name for each in api.fields}
    for part in api.record:
        moving = part.schema.get("format") == "date-time" and CHANGES.search(part.path) and part.path not in names
        if moving:
            _extend(document, _schema_of(success["content"]), _dotted(api.record_at, part.path), {"volatile": "now"})


def _parent(path: str) -> str:
    return path.rpartition(".")[0].removesuffix("[]")


def _dotted(pointer: str, path: str) -> str:
    return ".".join([*pointer.split("/")[1:], path])


def _extend(document: Document, schema: Schema, path: str, keys: Mapping[str, Any]) -> None:
    """Put x-field keys on the property at a dotted path, in whichever part of the document holds it."""
    name, _, rest = path.partition(".")
    for holder in _holders(schema, document):
        member = holder.get("properties", {}).get(name.removesuffix("[]"))
        if member is None:
            continue
        if rest:
            inner = next((each["items"] for each in _holders(member, document) if "items" in each), member)
            _extend(document, inner if name.endswith("[]") else member, rest, keys)
        else:
            member["x-field"] = {**member.get("x-field", {}), **keys}


def _holders(schema: Any, document: Document) -> Iterator[Document]:
    """The parts of the document that make up a schema: itself, what it refers to, and the parts of its allOf."""
    yield schema
    if "$ref" in schema:
        yield from _holders(lookup(document, str(schema["$ref"])), document)
    for part in schema.get("allOf", ()):
        yield from _holders(part, document)


def _party(api: Api, number: int) -> Document:
    """A record of the mock; its path parameters are what the record shows under their names."""
    record = sample(api.record_schema, "record", number)
    path = {each.name: sample(each.schema, each.name, number) for each in api.parameters if each.location == "path"}
    for name, value in path.items():
        shown = next((each for each in (name, "id") if each in record), None)
        if shown is not None and name == list(path)[-1]:
            record[shown] = path[name] = _fitting(properties(api.record_schema)[shown], value, record[shown])
    auth = {each.name: f"sample-credential-{number}" if each.kind != "basic" else f"sample{number}:word" for each in api.security}
    hidden = {
        field.name: sample(field.schema, field.name, number)
        for field in api.fields
        if field.response is None and not _optional(field)
    }
    return {"path": path, "auth": auth, "record": record, **({"hidden": hidden} if hidden else {})}


def _optional(field: Field) -> bool:
    return field.read_only or field.kind != "scalar"


def _fitting(schema: Schema, value: Any, otherwise: Any) -> Any:
    """The path's value where the record may show it, else the record's own."""
    types = json_types(schema)
    right = "integer" in types if isinstance(value, int) else not types or "string" in types
    return value if right else otherwise
