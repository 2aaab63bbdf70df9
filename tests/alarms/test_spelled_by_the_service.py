"""Services that spell values their own way, or know which records there are: no false alarm on what a document leaves open."""

from __future__ import annotations

import copy
import json
import re
import unicodedata
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from contracts.judging.groups import limit_each_other
from contracts.record.party import Party
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.client import Budget, Client
from contracts.target.secrecy import Redactor
from contracts.target.target import Identity, Target, load_api
from tests.services.people import People, serving

TEAM = {"id": "t-1", "object_type": "core.team", "url": "https://assets.example/teams/t-1"}
NAMES = {
    "type": ["object", "null"],
    "properties": {
        "id": {"oneOf": [{"type": "string", "format": "uuid"}, {"type": "integer"}]},
        "object_type": {"type": "string", "pattern": "^[a-z]+[.][a-z]+$"},
        "url": {"type": "string", "format": "uri"},
    },
}
SENT = {
    "title": {"type": "string", "maxLength": 400},
    "note": {"type": "string", "maxLength": 400},
    "team": NAMES,
    "parent": {"type": "integer", "description": "The ID of the asset above."},
    "height": {"type": "string", "pattern": r"^-?\d{0,3}(?:\.\d{0,2})?$"},
    "seen": {"type": "string", "format": "date-time"},
    "seen_gmt": {"type": "string", "format": "date-time"},
    "grace": {"type": "string"},
    "slug": {"type": "string"},
    "opens": {"type": ["string", "null"], "format": "date"},
    "closes": {"type": ["string", "null"], "format": "date"},
}
SHOWN = {"id": {"type": "string", "readOnly": True}, "label": {"type": "string", "readOnly": True}}


def document() -> dict[str, Any]:
    """The one of the service below."""
    fault = {"description": "A fault.", "content": {"application/json": {"schema": {"type": "object"}}}}
    record = {"type": "object", "properties": {**SHOWN, **SENT}}
    good = {"description": "The asset.", "content": {"application/json": {"schema": record}}}
    answers = {"200": good, **dict.fromkeys(("400", "404"), fault)}
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": SENT}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Assets", "version": "1"},
        "paths": {
            "/people/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": {"operationId": "show", "responses": answers},
                "patch": {"operationId": "change", "requestBody": body, "responses": answers},
            }
        },
    }


class Assets(People):
    """Keeps texts composed, numbers with two places and times without a zone; ``late``: its labels are behind for some."""

    def __init__(self, *, late: bool = False) -> None:
        super().__init__()
        asset = {"title": "Crane", "note": "heavy", "team": TEAM, "parent": 0, "height": "10.50"}
        asset |= {
            "seen": "2031-05-06T10:00:00",
            "seen_gmt": "2031-05-06T09:00:00",
            "grace": "90d",
            "slug": "crane",
            "opens": None,
            "closes": None,
        }
        self.records = {key: {"id": key, **copy.deepcopy(asset)} for key in ("a-1", "a-2")}
        self.late = late
        self.labels = dict.fromkeys(self.records, "Crane")

    def shown(self, key: str) -> dict[str, Any]:
        """With its label, which is made anew at each write, or at some requests."""
        if not self.late or len(self.methods) % 7 == 0:
            self.labels[key] = self.records[key]["title"]
        return {**self.records[key], "label": self.labels[key]}

    def _patch(self, key: str, _headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        try:
            sent = json.loads(body)
        except ValueError:
            return 400, {"message": "no JSON"}, {}
        if not isinstance(sent, dict) or any(not _is_right(name, value) for name, value in sent.items()):
            return 400, {"message": "wrong"}, {}
        hour = timedelta(hours=1)
        sent |= {"seen_gmt": _moved(sent["seen"], -hour)} if "seen" in sent else {}
        sent |= {"seen": _moved(sent["seen_gmt"], hour)} if "seen_gmt" in sent else {}
        wanted = {**self.records[key], **{name: _kept(name, value) for name, value in sent.items() if name in SENT}}
        if wanted["opens"] and wanted["closes"] and wanted["opens"] > wanted["closes"]:
            return 400, {"message": "closes before it opens"}, {}
        if sent.get("team", TEAM) not in (None, TEAM):
            return 400, {"message": "no such team"}, {}
        self.records[key] = {**wanted, "parent": 0}
        return 200, self.shown(key), {}


def _is_right(name: str, value: Any) -> bool:
    if name in ("team", "parent"):
        return isinstance(value, int) and not isinstance(value, bool) if name == "parent" else isinstance(value, dict | None)
    if value is None:
        return name in ("opens", "closes")
    forms = {
        "grace": r"\d+[dhw]",
        "height": r"-?(?=\.?\d)\d{0,3}(\.\d{0,2})?",
    }
    forms |= dict.fromkeys(("seen", "seen_gmt"), r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|\+00:00)?")
    forms |= dict.fromkeys(("opens", "closes"), r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])")
    return isinstance(value, str) and re.fullmatch(forms.get(name, r"[\s\S]{0,400}"), value) is not None


def _moved(text: str, by: timedelta) -> str:
    return (datetime.fromisoformat(text[:19]) + by).isoformat()


def _kept(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if name == "height":
        return f"{Decimal(value):.2f}"
    if name == "slug":
        return re.sub(r"[^a-z0-9]+", "-", value.lower())
    return value[:19] if name in ("seen", "seen_gmt") else unicodedata.normalize("NFC", value)


def targeted(tmp_path: Path, url: str) -> Target:
    """The service, by the draft of its document alone."""
    source, output = tmp_path / "assets.yaml", tmp_path / "contract.yaml"
    source.write_text(yaml.safe_dump(document()))
    write(source, None, output)
    return Target(api=load_api(str(output)), url=url, identity=Identity(path={"id": "a-1"}, auth={}), read="/people/{id}")


def judged(tmp_path: Path, service: Assets, *rules: str) -> set[tuple[str, str, str]]:
    """Level, rule and field of what is violated; the records are as they were."""
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        target = targeted(tmp_path, url)
        (report,) = judge_all(Plan(target=target, apis=(target.api,), rules=frozenset(rules)))
    assert service.records == before
    assert report.restored.ok
    return {(each.level, each.rule, each.field) for each in report.results if each.verdict == "violates"}


@pytest.mark.parametrize(
    ("rule", "fields"),
    [
        ("sent-field-stored", ()),
        ("omitted-fields-unchanged", ()),
        ("fields-stored-together", ()),
        ("value-unaltered", ("note", "title")),
    ],
)
def test_values_spelled_by_the_service_are_stored(tmp_path: Path, rule: str, fields: tuple[str, ...]) -> None:
    """Decimals, moments without a zone, periods, one moment under two names, keys of other records; composed letters are told."""
    assert judged(tmp_path, Assets(), rule) == {("should", rule, field) for field in fields}


def test_a_copy_that_is_behind_blames_no_request(tmp_path: Path) -> None:
    """What shows the title some readings later is moved by no request that comes in between."""
    rules = ("no-op-changes-nothing", "refusal-changes-nothing", "non-object-body-changes-nothing", "empty-object-handled")

    assert judged(tmp_path, Assets(late=True), *rules) == set()


@pytest.mark.parametrize(("opens", "goes"), [("2024-02-01", True), ("no day", False)])
def test_what_other_fields_hold_meanwhile_may_rule_values_out(tmp_path: Path, opens: str, *, goes: bool) -> None:
    """A day that has to come before another one, which had none when the run began, and where no value has neighbours."""
    service = Assets()
    service.records["a-1"]["note"] = ""
    with serving(service) as url:
        target = targeted(tmp_path, url)
        party = Party(target, Client(target.limits, Redactor(), Budget()))
        party.at_first = party.read()
        party.patch({"closes": "2024-01-05"})
        values = {"note": "Kelp", "opens": opens}
        patches = [
            party.composer.patch(party.read(), each, values[each.name]) for each in party.api.fields if each.name in values
        ]

        assert party.patch(values).refused
        assert limit_each_other(party, patches) is goes


class Apart(Assets):
    """Refuses a note beside the day on which something opens."""

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As before, but for that."""
        if method == "PATCH" and {"note", "opens"} <= json.loads(body).keys():
            return 400, {"message": "one at a time"}, {}
        return super().answer(method, path, headers, body)


@pytest.mark.parametrize(("kind", "closes", "goes"), [(Assets, "2024-01-05", True), (Apart, "2024-02-05", False)])
def test_a_day_that_no_later_one_fits_goes_with_an_earlier_one(
    tmp_path: Path, kind: type[Assets], closes: str, *, goes: bool
) -> None:
    """What opens and closes on one day may open on the day before; a member without neighbours is sent along all the same."""
    service = kind()
    service.records["a-1"] |= {"note": "", "opens": "2024-01-05", "closes": closes}
    with serving(service) as url:
        target = targeted(tmp_path, url)
        party = Party(target, Client(target.limits, Redactor(), Budget()))
        party.at_first = party.read()
        values = {"note": "Kelp", "opens": "2024-01-08"}
        patches = [
            party.composer.patch(party.read(), each, values[each.name]) for each in party.api.fields if each.name in values
        ]

        assert party.patch(values).refused
        assert limit_each_other(party, patches) is goes
