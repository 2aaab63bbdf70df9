"""Unions with null, as libraries of types write an optional field: one dialect, values for all, and nearly everything judged."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import specs
from contracts.drafting.draft import write
from contracts.running.plan import Plan
from contracts.running.selection import load_rules
from contracts.running.whole import judge_all
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
