"""How a disposable record is made and removed, by the document itself: the POST of its collection, and its DELETE."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema_rs

from contracts.drafting.document import media
from contracts.drafting.document.source import Source, opened
from contracts.drafting.operations import PARAMETER
from contracts.drafting.seeding import sample
from contracts.target.target import Target, TargetError
from contracts.terms.fixture import UNIQUE, Creation, Deletion, Fixture, FromDocument
from contracts.terms.spelling import underscored
from specs.model import Api, Schema, SpecError, json_types
from specs.normalise import inline, properties

KEYS = ("id", "uuid", "_id", "key", "slug", "code", "name")
"""Members that may hold the id of a record, where none has the name of the path parameter."""

_SINGLE = re.compile(r"(^|_)(name|title|code|slug|key|sku|handle|username|login|email|label|reference)$")
"""Members of which two records often must not have the same value."""

TOKEN = "0a1b2c3d"
"""What a unique token looks like, for trying whether a value with one is valid."""


def described(target: Target) -> Target:
    """The target, with the requests of the document where its ``[fixture]`` leaves them to it. Raises TargetError, one line."""
    if not isinstance(target.fixture, FromDocument):
        return target
    try:
        return replace(target, fixture=fixture_of(target.api, target.fixture.file))
    except SpecError as error:
        raise TargetError(f"[fixture]: {error}") from None


def fixture_of(api: Api, file: Path | None = None) -> Fixture:
    """The requests that make and remove a record of an API. ``file``: the whole document, where it is not the API's own file.

    Raises SpecError, one line, where the document has none: ``[fixture.create]`` says it by hand then.
    """
    source = opened(file or api.file)
    path = record_path(api.path)
    parameter = PARAMETER.findall(path)
    if not parameter:
        raise SpecError(f"from_document: {api.path} names no record, so that none can be made for a run")
    place, post = _operation(source, path.rpartition("/")[0], "post")
    if post is None:
        raise SpecError(f"from_document: {source.file} has no POST {path.rpartition('/')[0]}; write [fixture.create]")
    there, delete = _operation(source, path, "delete")
    name, content = _body(source, post, place)
    creation = Creation(
        path=place, body=_made(content, source, place), pointer=_pointer(source, post, parameter[-1]), media_type=name
    )
    return Fixture(creation, Deletion(path=there) if delete is not None else None)


def record_path(path: str) -> str:
    """The path of the record alone: without what a PATCH has behind it (``/pets/{id}/rename``)."""
    ends = [found.end() for found in PARAMETER.finditer(path)]
    return path[: ends[-1]] if ends else path


def _operation(source: Source, path: str, method: str) -> tuple[str, Mapping[str, Any] | None]:
    for each in (path, f"{path}/"):
        found = source.item(each).get(method) if each in source.content["paths"] else None
        if isinstance(found, Mapping):
            return each, found
    return path, None


def _body(source: Source, post: Mapping[str, Any], place: str) -> tuple[str, Mapping[str, Any]]:
    """Media type and content of the JSON body."""
    body = post.get("requestBody")
    contents = media.json_contents(source.resolved(body).get("content")) if isinstance(body, Mapping) else {}
    for name, content in contents.items():
        return name, content
    raise SpecError(f"from_document: POST {place} has no JSON body; write [fixture.create]")


def _made(content: Mapping[str, Any], source: Source, place: str) -> dict[str, Any]:
    """A body: the document's example, or its required members; texts of which two records may not have the same are unique."""
    schema = _sendable(inline(content.get("schema", {}), source.content))
    check = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True)
    shown = next((each for each in _examples(content, source) if isinstance(each, Mapping) and check.is_valid(each)), None)
    made = shown if shown is not None else sample(_required(schema), f"POST {place}", 1)
    if not isinstance(made, Mapping) or not check.is_valid(made):
        raise SpecError(f"from_document: no body for POST {place} can be made up; write [fixture.create]")
    return _unique(made, schema)


def _examples(content: Mapping[str, Any], source: Source) -> Iterator[Any]:
    yield content.get("example")
    named = content.get("examples")
    for each in named.values() if isinstance(named, Mapping) else ():
        yield source.resolved(each).get("value") if isinstance(each, Mapping) else None


def _sendable(schema: Schema) -> dict[str, Any]:
    """Without what only the server writes."""
    members = {name: _sendable(each) for name, each in properties(schema).items() if each.get("readOnly") is not True}
    if not members:
        return dict(schema)
    required = [name for name in schema.get("required", ()) if name in members]
    return {**schema, "properties": members, "required": required}


def _required(schema: Schema) -> Schema:
    """With its required members alone; a member too many may name a record that is not there."""
    members, required = properties(schema), schema.get("required", ())
    kept = {name: _required(each) for name, each in members.items() if name in required}
    return {**schema, "properties": kept} if kept else schema


def _unique(made: Mapping[str, Any], schema: Schema) -> dict[str, Any]:
    members = properties(schema)
    found = dict(made)
    for name, value in made.items():
        member = members.get(name, {})
        if isinstance(value, Mapping):
            found[name] = _unique(value, member)
        elif isinstance(value, str) and _SINGLE.search(underscored(name)):
            found[name] = _with_token(value, member)
    return found


def _with_token(value: str, schema: Schema) -> str:
    """The text with room for a token, wherever the schema takes one; else as it is."""
    check = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True)
    head, at, tail = value.partition("@")
    tried = (f"{head}{UNIQUE}{at}{tail}" if at else f"{value} {UNIQUE}", f"{value}{UNIQUE}", UNIQUE)
    return next((each for each in tried if check.is_valid(each.replace(UNIQUE, TOKEN))), value)


def _pointer(source: Source, post: Mapping[str, Any], parameter: str) -> str:
    """Where the answer shows the new id: at the top, or in what is wrapped around the record."""
    responses = post.get("responses")
    for status, each in responses.items() if isinstance(responses, Mapping) else ():
        if str(status).startswith("2") and isinstance(each, Mapping):
            for content in media.json_contents(source.resolved(each).get("content")).values():
                found = _key(inline(content.get("schema", {}), source.content), parameter)
                if found is not None:
                    return found
    return "/id"


def _key(schema: Schema, parameter: str) -> str | None:
    members = properties(schema)
    plain = re.sub(r"[^a-z]", "", parameter.lower())
    named = [name for name in members if re.sub(r"[^a-z]", "", name.lower()) == plain]
    ending = [name for name in members if plain.endswith(name.lower()) and name.lower() in KEYS]
    for name in (*named, *ending, *(each for each in KEYS[:3] if each in members)):
        return f"/{name}"
    inner = {name: each for name, each in members.items() if "object" in json_types(each) or properties(each)}
    below = ((name, _key(each, parameter)) for name, each in inner.items() if properties(each))
    return next((f"/{name}{found}" for name, found in below if found is not None), None)
