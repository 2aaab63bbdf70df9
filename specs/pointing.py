"""Where in a document a keyword of one field of the request stands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from specs.model import Api, SpecError
from specs.normalise import lookup
from specs.placing import escaped

MOST_REFERENCES = 20


def keyword_at(api: Api, path: str, keyword: str) -> tuple[str, Any] | None:
    """The JSON Pointer and the value of a keyword in the schema of a request field; None where it has none of its own.

    ``path``: as that of a Field. Parts of ``allOf`` are looked into, alternatives are not.
    """
    operation = api.document["paths"][api.path]["patch"]
    above = f"#/paths/{escaped(api.path)}/patch"
    body, start = _resolved(api, operation.get("requestBody", {}), f"{above}/requestBody")
    contents: Mapping[str, Any] = body.get("content", {})
    media_type = next(iter(contents), "")
    schema, pointer = contents.get(media_type, {}).get("schema", {}), f"{start}/content/{escaped(media_type)}/schema"
    steps = [*api.body_at.split("/")[1:], *(part for step in path.split(".") for part in _parts(step))]
    return _followed(api, schema, pointer, steps, keyword)


def _followed(api: Api, schema: Any, pointer: str, steps: list[str], keyword: str) -> tuple[str, Any] | None:
    schema, pointer = _resolved(api, schema, pointer)
    if not steps and keyword in schema:
        return f"{pointer}/{keyword}", schema[keyword]
    if steps:
        inner = schema.get("items") if steps[0] == "[]" else schema.get("properties", {}).get(steps[0])
        place = "items" if steps[0] == "[]" else f"properties/{escaped(steps[0])}"
        if inner is not None:
            return _followed(api, inner, f"{pointer}/{place}", steps[1:], keyword)
    parts = enumerate(schema.get("allOf", ()))
    found = (_followed(api, part, f"{pointer}/allOf/{number}", steps, keyword) for number, part in parts)
    return next((each for each in found if each is not None), None)


def _resolved(api: Api, value: Any, pointer: str) -> tuple[Mapping[str, Any], str]:
    """What a reference leads to, with its place."""
    for _ in range(MOST_REFERENCES):
        if not isinstance(value, Mapping) or "$ref" not in value:
            break
        pointer = str(value["$ref"])
        try:
            value = lookup(api.document, pointer)
        except SpecError:
            break
    return (value if isinstance(value, Mapping) else {}), pointer


def _parts(step: str) -> list[str]:
    """The name of a step of a path, and its items."""
    return [step.removesuffix("[]"), *(["[]"] if step.endswith("[]") else [])]
