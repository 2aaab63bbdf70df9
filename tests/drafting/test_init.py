"""``python -m contracts init``: a spec file from an existing OpenAPI document, that the mock serves and the suite accepts."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import specs
from contracts.drafting.draft import draft, write
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.terms.verdict import Verdict
from specs import SpecError
from specs.loader import DEFAULT_CHOICES
from tests import subjects

FOLDER = Path(__file__).parents[1] / "openapi"
DOCUMENTS: Mapping[str, str | None] = {"contacts.yaml": None, "orders.json": "/v2/orders/{order_id}", "members.yaml": None}


@pytest.fixture(name="drafted", scope="module", params=DOCUMENTS)
def _drafted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A document, and the file that was drafted from it."""
    source = FOLDER / request.param
    output = tmp_path_factory.mktemp("drafts") / f"{source.stem}.yaml"
    write(source, DOCUMENTS[request.param], output)
    return source, output


def test_the_suite_passes_on_the_mock_of_a_draft(drafted: tuple[Path, Path]) -> None:
    """Nothing is violated, not even a should, and nearly everything can be judged."""
    api = specs.load(drafted[1])

    (report,) = judge_all(Plan(target=None, apis=(api,)))

    counts = report.summary()
    assert [(result.rule, result.field, result.actual) for result in report.results if result.verdict == Verdict.VIOLATES] == []
    assert report.restored.ok
    assert counts[Verdict.CONFORMS] > 150
    assert counts[Verdict.NOT_JUDGED] < counts[Verdict.CONFORMS] / 5


def test_a_draft_keeps_the_operation_and_what_it_needs(drafted: tuple[Path, Path]) -> None:
    """One path, no component that nothing refers to, and the schemas of the request as they stood."""
    source, output = drafted
    before: Any = yaml.safe_load(source.read_text(encoding="utf-8"))
    after: Any = yaml.safe_load(output.read_text(encoding="utf-8"))
    api = specs.load(output)
    text = output.read_text(encoding="utf-8")

    assert set(after["paths"]) == {api.path, api.read.path if api.read else api.path}
    for name, schema in after.get("components", {}).get("schemas", {}).items():
        assert f"#/components/schemas/{name}'" in text or f"#/components/schemas/{name}\n" in text
        assert set(schema.get("properties", {})) <= set(before["components"]["schemas"][name].get("properties", {}))
    assert "# Look at these" in text or "Look at these" not in text
    assert "        # rule: where the document says it." in text


def test_the_points_of_a_draft_are_unspecified_and_its_keywords_claims(drafted: tuple[Path, Path]) -> None:
    """What no schema says is the mock's choice; each keyword, and PATCH itself, is a promise with its place."""
    api = specs.load(drafted[1])
    document: Any = yaml.safe_load(drafted[1].read_text(encoding="utf-8"))

    assert api.choices.keys() >= DEFAULT_CHOICES.keys()
    assert not [point for point, choice in api.choices.items() if choice.documented]
    assert {"sent-field-stored", "omitted-fields-unchanged", "wrong-type-refused", "success-status"} <= api.claims.keys()
    for claim in api.claims.values():
        found = document
        *places, last = claim.at.removeprefix("#/").split("/")
        for part in places:
            found = found[int(part) if isinstance(found, list) else part.replace("~1", "/").replace("~0", "~")]
        assert last in found or last == "nullable"


def test_a_draft_is_the_same_every_time(drafted: tuple[Path, Path]) -> None:
    """Seeds are made of examples and schemas, not of chance; the two customers differ wherever they can."""
    source, output = drafted

    assert draft(source, DOCUMENTS[source.name]) == output.read_text(encoding="utf-8")
    one, two = specs.load(output).customers
    same = {name for name in one.record if one.record[name] == two.record[name]}
    assert same <= {name for name, value in one.record.items() if isinstance(value, bool)}


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("contacts.yaml", ("record_at",), ""),
        ("orders.json", ("record_at",), "/data"),
        ("contacts.yaml", ("read", "operation_id"), "showContact"),
        ("members.yaml", ("read", "operation_id"), "readRecord"),
        ("orders.json", ("read",), None),
        ("contacts.yaml", ("media_types",), ("application/json",)),
        ("orders.json", ("media_types",), ("application/merge-patch+json", "application/x-www-form-urlencoded")),
        ("members.yaml", ("security",), ()),
        ("members.yaml", ("situations", "invalid_field", "status"), 422),
        ("members.yaml", ("situations", "invalid_field", "shape", "fields"), "keys"),
        ("contacts.yaml", ("situations", "invalid_field", "shape", "fields"), "/errors/*/field"),
        ("orders.json", ("situations", "invalid_field", "shape", "fields"), "/violations/*/path"),
    ],
    ids=str,
)
def test_what_a_draft_reads_off_a_document(tmp_path: Path, name: str, path: tuple[str, ...], value: Any) -> None:
    """Where the record stands, how it is read, what is sent, and where errors name fields."""
    output = tmp_path / "api.yaml"
    write(FOLDER / name, DOCUMENTS[name], output)
    found: Any = specs.load(output)
    for step in path:
        found = found[step] if isinstance(found, Mapping) else getattr(found, step)

    assert found == value


def test_fields_that_are_never_shown_and_times_of_change_are_marked(tmp_path: Path) -> None:
    """Also behind references and in parts of an allOf."""
    write(FOLDER / "members.yaml", None, tmp_path / "api.yaml")
    api = specs.load(tmp_path / "api.yaml")

    assert [each.path for each in api.walk_fields() if each.response is None] == ["password"]
    assert [each.path for each in api.record if each.touched] == ["last_modified"]


PATCH: dict[str, Any] = {
    "requestBody": {"content": {"application/json": {"schema": {"type": "object", "properties": {"a": {"type": "string"}}}}}},
    "responses": {
        "200": {"description": "x", "content": {"application/json": {"schema": {"type": "object", "properties": {"a": {}}}}}}
    },
}


def document(**operations: Any) -> str:
    """A document with a PATCH operation for each keyword, the first letter of which is its path."""
    paths = {f"/{name}": {"patch": operation} for name, operation in operations.items()}
    return json.dumps({"openapi": "3.0.3", "info": {"title": "x", "version": "1"}, "paths": paths})


@pytest.mark.parametrize(
    ("text", "path", "words"),
    [
        ("a: [", None, "neither YAML nor JSON"),
        ("just text", None, "expected an OpenAPI document, version 3.0 or 3.1"),
        ('{"swagger": "1.2"}', None, "expected an OpenAPI document, version 3.0 or 3.1, or Swagger 2.0"),
        (document(), None, "expected one PATCH operation, or --path, or --all; there are none"),
        (document(a=PATCH, b=PATCH), None, "expected one PATCH operation, or --path, or --all; there are /a, /b"),
        (document(a=PATCH), "/c", "no PATCH operation at /c; there are /a"),
        (document(a={**PATCH, "requestBody": {"content": {"text/csv": {}}}}), None, "the document has text/csv"),
        (document(a={**PATCH, "requestBody": {"content": {"text/xml": {}}}}), None, "expected a JSON body or a form"),
        (document(a={**PATCH, "responses": {"404": {"description": "x"}}}), None, "the document lists no success"),
        (document(a=PATCH).replace('"type": "object"', '"type": "array"', 1), None, "the body is a list"),
        (document(a={**PATCH, "x-contract": {}}), None, "has an x-contract already"),
        (document(a=PATCH).replace('"type": "string"', '"$ref": "other.yaml#/a"'), None, "there is no such file beside api.json"),
    ],
    ids=lambda value: value[:40] if isinstance(value, str) else "",
)
def test_a_document_that_cannot_be_used_is_told_in_one_line(tmp_path: Path, text: str, path: str | None, words: str) -> None:
    """And nothing is written."""
    source, output = tmp_path / "api.json", tmp_path / "out.yaml"
    source.write_text(text, encoding="utf-8")

    with pytest.raises(SpecError) as caught:
        write(source, path, output)

    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not output.exists()


def test_the_command_writes_once_and_never_over_a_file(tmp_path: Path) -> None:
    """The second time it says so, exits 4, and leaves the file as it is."""
    source = tmp_path / "shop.yaml"
    source.write_text((FOLDER / "contacts.yaml").read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "contracts", "init", str(source)]

    runs = [
        subprocess.run(command, cwd=subjects.ROOT, capture_output=True, text=True, timeout=100, check=False) for _ in range(2)
    ]

    output = tmp_path / "shop-contract.yaml"
    assert [run.returncode for run in runs] == [0, 4]
    assert f"{output} is written" in runs[0].stdout
    assert runs[1].stderr == f"ERROR: {output}: exists already; it is not overwritten\n"
    assert output.read_text(encoding="utf-8") == draft(source)
