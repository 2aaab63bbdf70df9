"""``init`` on kinds of documents: what a draft reads off each, and that the mock of it is judged without a finding."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

import specs
from contracts.drafting.draft import draft, name_of, write, write_all
from contracts.running.plan import Plan
from contracts.running.selection import load_rules
from contracts.running.whole import judge_all
from contracts.terms.rule import Rule
from contracts.terms.verdict import Verdict
from specs import SpecError
from tests import subjects

FILE = Path(__file__).parents[1] / "openapi" / "kinds.yaml"
CONTENT: Any = yaml.safe_load(FILE.read_text(encoding="utf-8"))
KINDS: Mapping[str, Any] = CONTENT["kinds"]
PLAIN = frozenset(rule.id for rule, _ in load_rules() if not rule.generated)


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def document_of(kind: str) -> dict[str, Any]:
    """The document of a kind."""
    found: dict[str, Any] = merged(copy.deepcopy(CONTENT["base"]), KINDS[kind]["patch"])
    return found


def drafted(kind: str, folder: Path) -> specs.Api:
    """The Api of a draft."""
    source, output = folder / "boats.json", folder / "api.yaml"
    source.write_text(json.dumps(document_of(kind)), encoding="utf-8")
    write(source, None, output)
    return specs.load(output)


@pytest.mark.parametrize("kind", KINDS)
def test_what_a_draft_of_this_kind_says(kind: str, tmp_path: Path) -> None:
    """Nothing is refused, and each key of ``finds`` is what the draft has."""
    api = drafted(kind, tmp_path)

    for name, expected in KINDS[kind]["finds"].items():
        found = getattr(api, name)
        if name == "security_sets":
            found = [sorted(each) for each in found]
        assert (list(found) if isinstance(expected, list) else found) == expected
    assert {"name", "crew"} <= {each.name for each in api.fields}
    assert api.claims["sent-field-stored"].at.endswith("/patch")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["api.yaml", "boats.json"]


@pytest.mark.parametrize("kind", [kind for kind in KINDS if KINDS[kind].get("gate")])
def test_the_suite_passes_on_the_mock_of_this_kind(kind: str, tmp_path: Path) -> None:
    """No finding, no internal error, and the records are as they were."""
    api = drafted(kind, tmp_path)

    (report,) = judge_all(Plan(target=None, apis=(api,), rules=PLAIN))

    assert [(each.rule, each.field, each.actual) for each in report.results if each.verdict == Verdict.VIOLATES] == []
    assert [each.actual for each in report.results if str(each.actual).startswith("internal error")] == []
    assert report.restored.ok
    assert report.summary()[Verdict.CONFORMS] > (30 if api.record else 3)


@pytest.mark.parametrize(
    ("kind", "defect", "rule"),
    [
        ("a base path of the server", "limit-unchecked", "over-limit-refused"),
        ("a success without a body, read by the GET", "last-character-lost", "within-limit-stored"),
        ("changes in a wrapper of two members", "over-limit-cut", "over-limit-refused"),
        ("a header and a query parameter that every request needs", "empty-text-ignored", "falsy-value-stored"),
        ("a GET that wraps what the answer to a patch does not", "last-character-lost", "within-limit-stored"),
        ("a path parameter whose values hold slashes", "limit-unchecked", "over-limit-refused"),
        ("two credentials that are needed together", "limit-itself-refused", "within-limit-stored"),
        ("media types with a parameter, and of a vendor", "twice-the-limit-accepted", "over-limit-refused"),
        ("a member that every patch has to carry", "over-limit-cut", "over-limit-refused"),
        ("an If-Match that every patch needs", "limit-unchecked", "over-limit-refused"),
        ("a form", "limit-unchecked", "over-limit-refused"),
        ("a form in parts", "last-character-lost", "within-limit-stored"),
    ],
)
def test_a_draft_gates(kind: str, defect: str, rule: str, tmp_path: Path) -> None:
    """A fault that is planted in the mock of a draft fails a run without --strict."""
    api = drafted(kind, tmp_path)

    with subjects.mock([str(tmp_path / "api.yaml")], [defect]) as (target,):
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset({rule})))

    assert "must" in {each.level for each in report.results if each.verdict == Verdict.VIOLATES}


@pytest.mark.parametrize(
    ("defect", "rule"),
    [
        ("list-stored-for-text", "wrong-type-refused"),
        ("members-unchecked", "near-miss-refused"),
        ("limit-unchecked", "over-limit-refused"),
        ("required-member-not-asked", "required-member-refused"),
        ("read-only-written", "read-only-unchanged"),
        ("omitted-reset-to-default", "omitted-fields-unchanged"),
        ("one-field-dropped", "sent-field-stored"),
    ],
)
def test_each_keyword_of_a_draft_gates(defect: str, rule: str, tmp_path: Path) -> None:
    """The command exits with 1 on a mock that breaks the promise of one, or of PATCH itself."""
    api = drafted("each keyword that makes a promise", tmp_path)

    with subjects.mock([str(api.file)], [defect]) as (target,):
        auth = [word for name, secret in target.identity.auth.items() for word in ("--auth", f"{name}={secret.reveal()}")]
        record = [word for name, value in target.identity.path.items() for word in ("--record", f"{name}={value}")]
        options = [*auth, *record, "--read", str(target.read), "--rule", rule, "-p", "no:cacheprovider"]
        program = [sys.executable, str(subjects.ROOT / "patch_contracts.py"), "test"]
        command = [*program, "--api", str(api.file), "--target-url", target.url]
        run = subprocess.run([*command, *options], cwd=tmp_path, capture_output=True, text=True, timeout=100, check=False)

    assert run.returncode == 1, run.stdout
    assert rule in run.stdout


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("limits and members that contradict each other", "flag: the request's schema and the record's contradict each other"),
        ("faults of its own that do no harm", "/required: mast is no property; left out"),
        ("faults of its own that do no harm", "minLength 9 is more than maxLength 3; both left out"),
        ("a member that is a list in the record and an object in a request", "cabins: the request's schema and the record's"),
        ("a credential that is described and never required, with a 401", "that key is taken here (inferred)"),
        ("two forms of the body", "one of 2 documented forms is judged"),
        ("nothing shows the record", "only the answers themselves are judged"),
        (
            "alternatives, one of which no request can present",
            "is enough: key; not presented in a request here: certificate",
        ),
        ("media types with a parameter, and of a vendor", "text/csv is documented too, and not judged"),
        ("a request that names no members", "the document names no members; those of the record are tried"),
    ],
)
def test_a_draft_says_what_to_look_at(kind: str, words: str, tmp_path: Path) -> None:
    """In the comment at its head, a line each."""
    source = tmp_path / "boats.json"
    source.write_text(json.dumps(document_of(kind)), encoding="utf-8")
    head = draft(source).split("openapi:")[0]

    assert any(words in line for line in head.splitlines())


@pytest.mark.parametrize("version", ["", ", by a union in a document of version 3.0"])
def test_a_union_with_null_is_a_nullable_member(version: str, tmp_path: Path) -> None:
    """And of a number or a text, the record's type is the one that is sent."""
    api = drafted(f"members that may be null{version or ', as generators of code write them'}", tmp_path)
    fields = {each.name: each for each in api.fields}

    assert {name: sorted(each.types) for name, each in fields.items()} == {
        "name": ["string"],
        "crew": ["integer"],
        "kind": ["string"],
        "price": ["string"],
        "flags": ["array"],
        "notes": ["object"],
    }
    assert [name for name, each in fields.items() if each.nullable] == ["name", "kind", "flags", "notes"]
    assert fields["kind"].schema["enum"] == ["sloop", "ketch", None]
    assert fields["name"].schema["maxLength"] == 30


def test_swagger_2_is_converted(tmp_path: Path) -> None:
    """Bodies, parameters, schemas, servers and credentials."""
    source = tmp_path / "old.yaml"
    source.write_text(
        """
swagger: "2.0"
info: {title: Boats, version: "1"}
host: boats.example
basePath: /api/v1
consumes: [application/json]
produces: [application/json]
security: [{login: []}]
securityDefinitions: {login: {type: basic}}
paths:
  /boats/{boat}:
    parameters: [{name: boat, in: path, required: true, type: integer, format: int32}]
    patch:
      parameters: [{name: body, in: body, required: true, schema: {$ref: '#/definitions/Change'}}]
      responses: {200: {description: ok, schema: {$ref: '#/definitions/Boat'}}}
definitions:
  Change: {type: object, properties: {name: {type: string, maxLength: 20}}}
  Boat: {allOf: [{$ref: '#/definitions/Change'}, {type: object, properties: {boat: {type: integer}}}]}
""",
        encoding="utf-8",
    )
    write(source, None, tmp_path / "api.yaml")
    api = specs.load(tmp_path / "api.yaml")

    assert api.base == "/api/v1"
    assert [(each.name, each.kind) for each in api.security] == [("login", "basic")]
    assert api.field("name").schema["maxLength"] == 20
    assert [each.path for each in api.record] == ["name", "boat"]
    assert [(each.name, each.schema["type"]) for each in api.parameters] == [("boat", "integer")]


@pytest.mark.parametrize("given", ["notes/{id}", "/notes/{id}", None])
def test_a_path_without_a_slash_gets_one(given: str | None, tmp_path: Path) -> None:
    """A document may be written so; the draft says what was done, and either spelling chooses the path."""
    schema = {"type": "object", "properties": {"text": {"type": "string", "maxLength": 20}}}
    content = {"application/json": {"schema": schema}}
    patch = {"requestBody": {"content": content}, "responses": {"200": {"description": "Done.", "content": content}}}
    identity = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    file = tmp_path / "notes.json"
    paths = {"notes/{id}": {"parameters": identity, "patch": patch}}
    file.write_text(json.dumps({"openapi": "3.0.3", "info": {"title": "Notes", "version": "1"}, "paths": paths}))
    write(file, given, tmp_path / "notes-contract.yaml")

    assert specs.load(str(tmp_path / "notes-contract.yaml")).path == "/notes/{id}"
    assert "a slash was put ahead" in (tmp_path / "notes-contract.yaml").read_text()


def test_form_data_of_swagger_2_is_a_form(tmp_path: Path) -> None:
    """With its required fields; a file is never sent."""
    source = tmp_path / "old.yaml"
    source.write_text(
        """
swagger: "2.0"
info: {title: Boats, version: "1"}
paths:
  /boats/{boat}:
    parameters: [{name: boat, in: path, required: true, type: integer}]
    patch:
      consumes: [multipart/form-data]
      parameters:
        - {name: name, in: formData, required: true, type: string, maxLength: 20}
        - {name: picture, in: formData, type: file}
      responses: {200: {description: ok, schema: {type: object, properties: {name: {type: string}}}}}
""",
        encoding="utf-8",
    )
    write(source, None, tmp_path / "api.yaml")
    api = specs.load(tmp_path / "api.yaml")

    assert (api.style, api.media_types) == ("form", ("multipart/form-data",))
    assert [(each.name, each.required, each.hazard is None) for each in api.fields] == [
        ("name", True, True),
        ("picture", False, False),
    ]


def test_references_into_files_beside_the_document_are_followed(tmp_path: Path) -> None:
    """And one to a file that is not there is told in one line, with what would help."""
    document = document_of("a base path of the server")
    document["components"]["schemas"]["BoatChange"] = {"$ref": "parts.yaml#/Change"}
    (tmp_path / "boats.json").write_text(json.dumps(document), encoding="utf-8")

    with pytest.raises(SpecError, match=r"no such file beside boats\.json; bundle the document"):
        draft(tmp_path / "boats.json")
    parts = {"Change": {"type": "object", "properties": {"name": {"$ref": "#/Name"}}}, "Name": {"type": "string", "maxLength": 7}}
    (tmp_path / "parts.yaml").write_text(json.dumps(parts), encoding="utf-8")
    write(tmp_path / "boats.json", None, tmp_path / "api.yaml")

    assert specs.load(tmp_path / "api.yaml").field("name").schema["maxLength"] == 7


def test_every_patch_of_a_document_has_a_file_of_its_own(tmp_path: Path) -> None:
    """Those that cannot be judged are told, and nothing is written over."""
    document = document_of("a base path of the server")
    document["paths"]["/anchors"] = {"patch": {"responses": {"404": {"description": "Nothing succeeds"}}}}
    document["paths"]["/boats"] = {"patch": document["paths"]["/boats/{boat}"]["patch"]}
    source, folder = tmp_path / "boats.json", tmp_path / "contracts"
    source.write_text(json.dumps(document), encoding="utf-8")

    found, refused = write_all(source, folder)

    assert [each.name for each in found] == ["boats-boat.yaml", "boats.yaml"]
    assert [line.split(":")[0] for line in refused] == ["/anchors"]
    assert name_of("/v1/{a}/B_c") == "v1-a-b-c"
    with pytest.raises(SpecError, match="exists already"):
        write_all(source, folder)


def test_a_claim_makes_its_rule_a_must(tmp_path: Path) -> None:
    """A drafted file gates: what a keyword or PATCH itself promises fails a run without --strict."""
    api = drafted("a base path of the server", tmp_path)
    rules: Mapping[str, Rule] = {rule.id: rule for rule, _ in load_rules()}

    names = ("over-limit-refused", "wrong-type-refused", "omitted-fields-unchanged")
    levels = {name: str(rules[name].level(api)) for name in names}

    assert set(levels.values()) == {"must"}
    assert api.claims["over-limit-refused"].at == "#/components/schemas/BoatChange/properties/name/maxLength"
    assert set(api.claims) <= set(rules)
