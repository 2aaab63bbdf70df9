"""Models beside null, as code generators write an optional member: what a draft notes of their members, and null in company."""

from __future__ import annotations

import json
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from specs import Api, Field
from tests.alarms.test_false_alarms import violated
from tests.services.people import People, seeds, serving

NULL = {"type": "null"}
DECIMAL = {"anyOf": [{"type": "number", "minimum": 0}, {"type": "string"}]}
DAY = {"type": "string", "format": "date"}


def optional(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema or null."""
    return {"anyOf": [schema, NULL]}


def referred(name: str) -> dict[str, Any]:
    """A reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def model(**members: Any) -> dict[str, Any]:
    """An object with these members."""
    return {"type": "object", "properties": members}


PARTS = [model(kind={"const": kind, "type": "string"}, **{kind: {"type": "string"}}) for kind in ("card", "cash")]
SCHEMAS = {
    "HomePatch": model(city=optional({"type": "string"}), floor=optional({"type": "string"})),
    "Home": model(city={"type": "string"}, floor=optional({"type": "string"})),
    "LinePatch": model(price=DECIMAL),
    "Line": model(price={"type": "string"}),
    "PersonPatch": model(
        first_name={"type": "string", "maxLength": 40},
        home=optional(referred("HomePatch")),
        lines=optional({"type": "array", "items": referred("LinePatch")}),
        payment=optional({"oneOf": PARTS}),
        away_from=optional(DAY),
        away_until=optional(DAY),
    ),
    "Person": model(
        id={"type": "string", "readOnly": True},
        first_name={"type": "string", "maxLength": 40},
        home=referred("Home"),
        lines={"type": "array", "items": referred("Line")},
        payment={"oneOf": PARTS},
        away_from=optional(DAY),
        away_until=optional(DAY),
    ),
}


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    source, output = (tmp_path_factory.mktemp("people") / name for name in ("openapi.json", "people.yaml"))
    shown = {"200": {"description": "shown", "content": {"application/json": {"schema": referred("Person")}}}}
    parameters = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    body = {"content": {"application/json": {"schema": referred("PersonPatch")}}}
    operations = {"get": {"responses": shown}, "patch": {"requestBody": body, "responses": shown}}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "people", "version": "1"},
        "paths": {"/people/{id}": {"parameters": parameters, **operations}},
        "components": {"schemas": SCHEMAS},
    }
    source.write_text(json.dumps(document), encoding="utf-8")
    write(source, None, output)
    return load_api(str(output))


def field(api: Api, path: str) -> Field:
    """The field at a path."""
    return next(each for each in api.walk_fields() if each.path == path)


@pytest.mark.parametrize(
    ("path", "stated"), [("home.city", False), ("home.floor", True), ("payment", False), ("away_from", True)]
)
def test_null_is_a_promise_where_the_record_may_show_it(api: Api, path: str, stated: bool) -> None:
    """Also of a member of a model beside null, and of a union."""
    assert field(api, path).nullable
    assert field(api, path).states("nullable") is stated


def test_a_decimal_in_an_item_is_sent_as_the_record_shows_it(api: Api) -> None:
    """Of a list beside null: a number or a text is sent, and the record shows a text."""
    assert field(api, "lines[].price").types == {"string"}


class Absences(People):
    """People who are away for a while.

    faults: ``null refused``: neither day can be cleared; without any, a last day needs a first one.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__()
        self.faults = faults
        more = {"away_from": "2027-07-05", "away_until": "2027-07-23", "home": {}, "lines": [], "payment": {"kind": "cash"}}
        self.records = {key: {**record, **more} for key, record in seeds().items()}

    def _wrong(self, sent: dict[str, Any]) -> str:
        for name in ("away_from", "away_until"):
            value = sent.get(name, "")
            if (value is None and "null refused" in self.faults) or not isinstance(value, str | None):
                return name
        return super()._wrong(sent)

    def _kept(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        begin, end = ({**record, **sent}[name] for name in ("away_from", "away_until"))
        if end is not None and (begin is None or end < begin):
            return 400, {"message": "it ends before it begins", "field": "away_until"}, {}
        record.update(sent)
        return 200, self.shown(key), {}


@pytest.mark.parametrize(("faults", "found"), [((), set()), (("null refused",), {"away_from", "away_until"})])
def test_null_that_needs_another_null_is_no_fault(api: Api, faults: tuple[str, ...], found: set[str]) -> None:
    """A last day without a first one is refused; whoever refuses null at all is told so. The record is as it was."""
    service = Absences(*faults)
    before = dict(service.records["p-100001"])
    with serving(service) as url:
        target = Target(
            api=api,
            url=url,
            identity=Identity(path={"id": "p-100001"}, auth={}),
            bystander=Identity(path={"id": "p-100002"}, auth={}),
            read="/people/{id}",
        )
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset({"null-stored"})))

    assert {each for each in violated(report) if each[2].startswith("away")} == {("must", "null-stored", each) for each in found}
    assert report.restored.ok
    assert service.records["p-100001"] == before
