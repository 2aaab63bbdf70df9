"""Unions with null, as libraries of types write an optional field: one dialect, values for all, and nearly everything judged."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

import specs
from contracts.drafting.draft import write
from contracts.record.records import Reader
from contracts.running.plan import Plan
from contracts.running.selection import load_rules
from contracts.running.whole import judge_all
from contracts.target.expect import Expect
from specs import Field
from specs.normalise import inline

DOCUMENT: dict[str, Any] = {
    "components": {
        "schemas": {
            "Colour": {"type": "string", "enum": ["red", "green"], "title": "Colour", "description": "An enumeration."},
            "Rank": {"type": "integer", "enum": [1, 2]},
            "Line": {"type": "object", "properties": {"sku": {"type": "string"}}, "required": ["sku"], "title": "Line"},
        }
    }
}
PLAIN = frozenset(rule.id for rule, _ in load_rules() if not rule.generated)
NULL = {"type": "null"}
COLOUR, RANK, LINE = ({"$ref": f"#/components/schemas/{name}"} for name in ("Colour", "Rank", "Line"))
TABLE: list[tuple[str, dict[str, Any], dict[str, Any], bool]] = [
    (
        "a text with a limit, a title and a default",
        {"anyOf": [{"type": "string", "maxLength": 60, "title": "In"}, NULL], "title": "Name", "default": None},
        {"type": ["string", "null"], "maxLength": 60, "title": "Name", "default": None},
        True,
    ),
    ("null first", {"anyOf": [NULL, {"type": "boolean"}]}, {"type": ["boolean", "null"]}, True),
    ("oneOf", {"oneOf": [{"type": "integer", "minimum": 0}, NULL]}, {"type": ["integer", "null"], "minimum": 0}, True),
    (
        "an enum by reference",
        {"anyOf": [COLOUR, NULL]},
        {"type": ["null", "string"], "enum": ["red", "green", None]},
        True,
    ),
    ("an enum of numbers", {"anyOf": [RANK, NULL], "title": "Rank"}, {"type": ["integer", "null"], "enum": [1, 2, None]}, True),
    ("a constant", {"anyOf": [{"const": "a"}, NULL]}, {"type": ["null", "string"], "enum": ["a", None]}, True),
    (
        "a time",
        {"anyOf": [{"type": "string", "format": "date-time"}, NULL]},
        {"type": ["string", "null"], "format": "date-time"},
        True,
    ),
    (
        "several texts and numbers",
        {"anyOf": [{"type": "string"}, {"type": "integer"}, NULL]},
        {"anyOf": [{"type": "string"}, {"type": "integer"}, NULL]},
        True,
    ),
    (
        "a union inside a union",
        {"anyOf": [{"anyOf": [{"type": "string"}, NULL], "title": "Inner"}, NULL]},
        {"type": ["string", "null"]},
        True,
    ),
    ("anything at all", {"anyOf": [{}, NULL], "title": "Any"}, {"title": "Any"}, False),
    (
        "a list of models",
        {"anyOf": [{"type": "array", "items": LINE}, NULL]},
        {"type": ["array", "null"], "items": {**DOCUMENT["components"]["schemas"]["Line"]}},
        True,
    ),
    (
        "a model",
        {"anyOf": [LINE, NULL]},
        {**DOCUMENT["components"]["schemas"]["Line"], "type": ["object", "null"]},
        True,
    ),
    (
        "a map",
        {"anyOf": [{"type": "object", "additionalProperties": {"type": "string"}}, NULL]},
        {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
        True,
    ),
    (
        "nullable beside a union, of OpenAPI 3.0",
        {"anyOf": [{"type": "string"}], "nullable": True},
        {"type": ["string", "null"]},
        True,
    ),
    (
        "nullable beside a union of several",
        {"anyOf": [{"type": "string"}, {"type": "integer"}], "nullable": True},
        {"anyOf": [{"type": "string"}, {"type": "integer"}, NULL]},
        True,
    ),
    (
        "no null",
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        {"anyOf": [{"type": "string"}, {"type": "integer"}]},
        False,
    ),
    ("a choice of one", {"oneOf": [{"type": "number"}], "minimum": 1}, {"type": "number", "minimum": 1}, False),
    (
        "a choice of one list",
        {"oneOf": [{"type": "array", "items": LINE}], "maxItems": 4},
        {"type": "array", "items": {**DOCUMENT["components"]["schemas"]["Line"]}, "maxItems": 4},
        False,
    ),
    (
        "a choice of one that is an enum by reference",
        {"oneOf": [COLOUR]},
        {"type": "string", "enum": ["red", "green"]},
        False,
    ),
    (
        "a choice of one that asks for more than what is beside it",
        {"oneOf": [{"type": "string", "minLength": 2}], "minLength": 1},
        {"oneOf": [{"type": "string", "minLength": 2}], "minLength": 1},
        False,
    ),
    (
        "a choice of one with two types",
        {"anyOf": [{"type": ["string", "number"], "pattern": "^[0-9]+$"}], "minimum": 0},
        {"type": ["string", "number"], "pattern": "^[0-9]+$", "minimum": 0},
        False,
    ),
]


@pytest.mark.parametrize(("schema", "plain", "nullable"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_a_union_with_null_is_brought_to_one_dialect(schema: dict[str, Any], plain: dict[str, Any], nullable: bool) -> None:
    """The part that is not null with null beside it; where there are several, null stays one of them."""
    found = inline(schema, DOCUMENT)

    assert {name: value for name, value in found.items() if name not in ("title", "description")} == {
        name: value for name, value in plain.items() if name not in ("title", "description")
    }
    assert Field(path="a", schema=found).nullable is nullable


def test_a_document_of_optional_fields_is_judged(tmp_path: Path) -> None:
    """Nearly all of it, on the mock of its draft, without a finding."""
    output = tmp_path / "optional.yaml"
    write(Path(__file__).parents[1] / "openapi" / "optional.yaml", None, output)
    api = specs.load(output)

    (report,) = judge_all(Plan(target=None, apis=(api,), rules=PLAIN))

    assert [(each.rule, each.field, each.actual) for each in report.results if each.verdict == "violates"] == []
    assert report.restored.ok
    assert report.summary()["not_judged"] <= len(report.results) / 20


@pytest.mark.parametrize(
    ("before", "after", "differs"),
    [
        ({"weight": 35}, {"weight": "35.00"}, []),
        ({"weight": "35"}, {"weight": 35.5}, ["weight"]),
        ({"size": 35}, {"size": "35"}, ["size"]),
        ({"lines": [{"price": 2}]}, {"lines": [{"price": "2.0"}]}, []),
    ],
)
def test_a_number_and_its_text_are_one_value_where_the_record_may_show_either(
    before: dict[str, Any], after: dict[str, Any], differs: list[str]
) -> None:
    """In whichever spelling two readings have it; where the document has one type, the other one is a difference."""
    reader = Reader(_parcels(), Expect())

    assert [each.where for each in reader.differences(before, after)] == differs


def _parcels() -> specs.Api:
    """A document with amounts of either spelling."""
    either = {"type": ["string", "number"]}
    lines = {"type": "array", "items": {"type": "object", "properties": {"price": either}}}
    parcel = {"type": "object", "properties": {"weight": either, "size": {"type": "string"}, "lines": lines}}
    content = {"application/json": {"schema": parcel}}
    operation = {
        "operationId": "change",
        "requestBody": {"content": content},
        "responses": {"200": {"description": "It.", "content": content}},
    }
    parameters = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Parcels", "version": "1"},
        "paths": {"/parcels/{id}": {"parameters": parameters, "get": {**operation, "operationId": "show"}, "patch": operation}},
    }
    del document["paths"]["/parcels/{id}"]["get"]["requestBody"]  # type: ignore[index]
    with tempfile.TemporaryDirectory() as folder:
        source, output = Path(folder, "openapi.json"), Path(folder, "parcels.yaml")
        source.write_text(json.dumps(document))
        write(source, None, output)
        return specs.load(output)
