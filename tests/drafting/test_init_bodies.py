"""``init`` on operations whose body is a form, or that have none: what is sent to them, and what never is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import specs
from contracts.drafting.draft import draft, write
from contracts.judging.envelopes import body_problem
from contracts.record.calls import Calls
from contracts.record.party import Party
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.client import Budget, Client, Limits
from contracts.target.secrecy import Redactor
from contracts.target.settings import from_settings
from contracts.terms.forms import form_of
from contracts.terms.verdict import NotJudged, Verdict
from tests import subjects

URLENCODED, PARTS = "application/x-www-form-urlencoded", "multipart/form-data"


def document(*, body: Mapping[str, Any] | None, get: bool = True) -> dict[str, Any]:
    """A task with a PATCH that has this request body."""
    task = {"type": "object", "properties": {"id": {"type": "string", "readOnly": True}, "state": {"type": "string"}}}
    answer = {"200": {"description": "The task", "content": {"application/json": {"schema": task}}}}
    refusals = {"401": {"description": "Who?"}, "404": {"description": "None"}, "405": {"description": "Not so"}}
    patch = {"responses": {**answer, **refusals}, **({"requestBody": dict(body)} if body is not None else {})}
    parameters = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    item = {"parameters": parameters, "patch": patch, **({"get": {"responses": answer}} if get else {})}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Tasks", "version": "1"},
        "security": [{"key": []}],
        "paths": {"/tasks/{id}/done" if not get else "/tasks/{id}": item},
        "components": {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}},
    }


def without_credential(content: dict[str, Any]) -> dict[str, Any]:
    """The same document for one task that everybody may end."""
    patch = content["paths"]["/tasks/{id}"]["patch"]
    responses = {status: each for status, each in patch["responses"].items() if status != "405"}
    return {**content, "security": [], "paths": {"/task": {"patch": {**patch, "responses": responses}}}}


def drafted(folder: Path, content: Mapping[str, Any]) -> specs.Api:
    """The Api of a draft."""
    (folder / "tasks.json").write_text(json.dumps(content), encoding="utf-8")
    write(folder / "tasks.json", None, folder / "api.yaml")
    return specs.load(folder / "api.yaml")


@pytest.mark.parametrize(
    ("header", "description", "place"),
    [
        ("Bearer", "", ("http", "bearer", "")),
        ("basic", "", ("http", "basic", "")),
        ("Token", "Token-based, with required prefix `Token`.", ("apiKey", "", "Authorization")),
        ("Token", "Your key.", ("apiKey", "", "Token")),  # a header may have any name
        ("X-Key", "Begins with a prefix of the team.", ("apiKey", "", "X-Key")),
    ],
)
def test_a_header_with_the_name_of_a_scheme_is_authorization(
    tmp_path: Path, header: str, description: str, place: tuple[str, str, str]
) -> None:
    """A document that says ``name: Bearer`` means what stands ahead of the credential: it is told, and no other name is one."""
    content = document(body={"content": {"application/json": {"schema": {"type": "object"}}}})
    content["components"]["securitySchemes"]["key"] = {
        "type": "apiKey",
        "in": "header",
        "name": header,
        "description": description,
    }
    api = drafted(tmp_path, content)

    found = api.document["components"]["securitySchemes"]["key"]
    noted = "described as a header named" in (tmp_path / "api.yaml").read_text(encoding="utf-8")
    assert (found["type"], found.get("scheme", ""), found.get("name", "")) == place
    assert noted is (place[2] not in ("Token", "X-Key"))


@pytest.mark.parametrize("get", [True, False])
def test_an_operation_without_a_body_is_never_performed(tmp_path: Path, get: bool) -> None:
    """What is judged are refusals: no request of the run is accepted but reads, and the record is as it was."""
    api = drafted(tmp_path, document(body=None, get=get))

    (report,) = judge_all(Plan(target=None, apis=(api,), report_dir=tmp_path / "out"))

    entries = json.loads((tmp_path / "out" / "traffic.har").read_text(encoding="utf-8"))["log"]["entries"]
    accepted = [
        each for each in entries if each["response"]["status"] < 400 and each["request"]["method"] not in ("GET", "OPTIONS")
    ]
    conforming = {each.rule for each in report.results if each.verdict == Verdict.CONFORMS}
    assert api.style == "action"
    assert accepted == []
    assert [each.rule for each in report.results if each.verdict == Verdict.VIOLATES] == []
    assert report.restored is not None
    assert report.restored.ok
    assert {"missing-credential-refused", "wrong-credential-refused", "unknown-customer-not-created"} <= conforming


def test_what_is_wrong_with_an_operation_without_a_body_gates(tmp_path: Path) -> None:
    """A mock that takes any credential fails a run."""
    api = drafted(tmp_path, document(body=None))

    with subjects.mock([str(tmp_path / "api.yaml")], ["any-credential-works"]) as (target,):
        (report,) = judge_all(Plan(target=target, apis=(api,)))

    assert "must" in {each.level for each in report.results if each.verdict == Verdict.VIOLATES}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (document(body=None), "describes no request body"),
        (document(body={"content": {}}), "describes no request body"),
        (without_credential(document(body=None)), "nothing of it can be judged"),
    ],
)
def test_a_draft_says_that_there_is_no_body(tmp_path: Path, content: Mapping[str, Any], words: str) -> None:
    """In its head: the author of the document may have forgotten it."""
    (tmp_path / "tasks.json").write_text(json.dumps(content), encoding="utf-8")

    assert words in draft(tmp_path / "tasks.json").split("openapi:")[0]


@pytest.fixture(name="fields", scope="module")
def _fields(tmp_path_factory: pytest.TempPathFactory) -> tuple[specs.Field, ...]:
    members = {"text": {"type": "string"}, "count": {"type": "integer"}, "size": {"type": "number"}, "flag": {"type": "boolean"}}
    schema = {"type": "object", "properties": {**members, "any": {}}}
    return drafted(tmp_path_factory.mktemp("form"), document(body={"content": {URLENCODED: {"schema": schema}}})).fields


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ('{"text": "a b&ä"}', b"text=a+b%26%C3%A4"),
        ('{"text": "5", "count": 5, "flag": true}', b"text=5&count=5&flag=true"),
        ('{"size": 2.5, "count": "many", "flag": "maybe"}', b"size=2.5&count=many&flag=maybe"),
        ('{"unknown": 1}', b"unknown=1"),
        ("{}", b""),
    ],
)
def test_members_are_sent_as_fields(fields: tuple[specs.Field, ...], body: str, sent: bytes) -> None:
    """Each as its text."""
    assert form_of(body.encode(), fields, URLENCODED) == sent


@pytest.mark.parametrize(
    "body",
    [
        '{"text": 5}',
        '{"text": null}',
        '{"text": ["a"]}',
        '{"count": "5"}',
        '{"count": 5.0}',
        '{"flag": 1}',
        '{"flag": "no"}',
        '{"any": 1}',
        '{"text": "\\ud800"}',
        '{"text": "a", "text": "b"}',
        '["a"]',
        "{",
    ],
)
def test_what_a_form_cannot_say_is_not_sent(fields: tuple[specs.Field, ...], body: str) -> None:
    """A value whose text reads as another one would be judged for what was never said."""
    with pytest.raises(NotJudged):
        form_of(body.encode(), fields, URLENCODED)


def test_a_form_in_parts_is_read_by_the_mock(tmp_path: Path) -> None:
    """With a text that has line ends, quotes and other letters in it."""
    schema = {"type": "object", "properties": {"state": {"type": "string"}}}
    drafted(tmp_path, document(body={"content": {PARTS: {"schema": schema}}}))
    text = 'done "é"\r\n--x'

    with subjects.mock([str(tmp_path / "api.yaml")]) as (target,):
        party = Party(target, Client(Limits(), Redactor(), Budget()))
        exchange = party.patch({"state": text})

    assert exchange.headers["Content-Type"].startswith(f"{PARTS}; boundary=")
    assert exchange.answer is not None
    assert exchange.answer.json["state"] == text


def test_an_error_that_is_a_text_stays_one(tmp_path: Path) -> None:
    """The mock answers with the documented media type, and JSON in its place is told as a should."""
    schema = {"type": "object", "properties": {"state": {"type": "string"}}}
    content = document(body={"content": {"application/json": {"schema": schema}}})
    text = {"text/plain": {"schema": {"type": "string"}}}
    content["paths"]["/tasks/{id}"]["patch"]["responses"]["400"] = {"description": "Refused", "content": text}
    api = drafted(tmp_path, content)

    with subjects.mock([str(tmp_path / "api.yaml")]) as (target,):
        answer = Party(target, Client(Limits(), Redactor(), Budget())).patch({"state": {"a": 1}}).answer

    assert answer is not None
    assert (answer.media_type, answer.body) == ("text/plain", b"Bad Request")
    assert body_problem(api.responses[400], api.situations["invalid_field"].shape, answer) is None
    shown = replace(answer, headers={"Content-Type": "application/json"})
    assert body_problem(api.responses[400], api.situations["invalid_field"].shape, shown) is not None
    assert "invalid-field-envelope" not in api.claims
    assert api.responses[401].media_types == ()


def without_401(content: dict[str, Any]) -> dict[str, Any]:
    """The same document with a scheme that nothing requires, and no 401."""
    del content["security"]
    del content["paths"]["/tasks/{id}"]["patch"]["responses"]["401"]
    return content


def test_a_scheme_that_nothing_requires_is_usable(tmp_path: Path) -> None:
    """A target file may give a credential for it, which is sent; nothing is judged about it, and the mock asks for none."""
    schema = {"type": "object", "properties": {"state": {"type": "string"}}}
    api = drafted(tmp_path, without_401(document(body={"content": {"application/json": {"schema": schema}}})))
    settings = {"api": str(tmp_path / "api.yaml"), "url": "http://127.0.0.1:9", "auth": {"key": "word"}, "record": {"id": "1"}}
    target = from_settings(settings)

    call = Calls(target, target.identity).call("PATCH", b"{}", {})

    assert (api.security, [each.name for each in api.described]) == ((), ["key"])
    assert call.headers["X-Key"] == "word"
    assert not {"missing-credential-refused", "unauthenticated-envelope"} & api.claims.keys()
