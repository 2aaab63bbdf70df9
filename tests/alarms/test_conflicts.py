"""Valid values that a service refuses for what its record holds: a 409 that the document lists is no fault of the service."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from tests.services.people import People, read_object, serving

SENT = {"holder": {"type": ["string", "null"], "maxLength": 40}, "note": {"type": "string", "maxLength": 40}}
SHOWN = {"id": {"type": "string", "readOnly": True}, "leased": {"type": "boolean", "readOnly": True}}


def document(*statuses: str) -> dict[str, Any]:
    """The one of the service below, with these statuses beside 200."""
    fault = {"description": "A fault.", "content": {"application/json": {"schema": {"type": "object"}}}}
    good = {
        "description": "The lease.",
        "content": {"application/json": {"schema": {"type": "object", "properties": {**SHOWN, **SENT}}}},
    }
    answers = {"200": good, **dict.fromkeys(statuses, fault)}
    body = {"content": {"application/json": {"schema": {"type": "object", "properties": SENT}}}}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Leases", "version": "1"},
        "paths": {
            "/people/{id}": {
                "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
                "get": {"operationId": "show", "responses": answers},
                "patch": {"operationId": "change", "requestBody": body, "responses": answers},
            }
        },
    }


class Leases(People):
    """What is leased has a holder, and no request ends a lease."""

    def __init__(self) -> None:
        super().__init__()
        self.records = {key: {"id": key, "leased": True, "holder": "Noor", "note": "none"} for key in ("a-1", "a-2")}

    def _patch(self, key: str, _headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        sent, record = read_object(body), self.records[key]
        if isinstance(sent, str):
            return 400, {"message": sent}, {}
        held = {"holder": record["holder"], "note": record["note"], **sent}
        if not all(
            isinstance(held[name], str) and len(held[name]) <= 40 for name in SENT if held[name] is not None or name == "note"
        ):
            return 400, {"message": "wrong"}, {}
        if held["holder"] is None:
            return 409, {"message": "a lease has a holder"}, {}
        self.records[key] = {**record, **{name: held[name] for name in SENT}}
        return 200, self.records[key], {}


def judged(tmp_path: Path, service: Leases, listed: tuple[str, ...], *rules: str) -> set[tuple[str, str, str]]:
    """Level, rule and field of what is violated."""
    source, output = tmp_path / "leases.json", tmp_path / "contract.yaml"
    source.write_text(json.dumps(document(*listed)))
    write(source, None, output)
    with serving(service) as url:
        target = Target(api=load_api(str(output)), url=url, identity=Identity(path={"id": "a-1"}, auth={}), read="/people/{id}")
        (report,) = judge_all(Plan(target=target, apis=(target.api,), rules=frozenset(rules)))
    assert report.restored.ok
    return {(each.level, each.rule, each.field) for each in report.results if each.verdict == "violates"}


@pytest.mark.parametrize(
    ("listed", "found"),
    [(("400", "404", "409"), set()), (("400", "404"), {("must", "null-stored", "holder")})],
)
def test_a_listed_conflict_is_no_fault(tmp_path: Path, listed: tuple[str, ...], found: set[tuple[str, str, str]]) -> None:
    """Null where something that no request changes asks for a value; a 409 that the document does not know is one."""
    assert judged(tmp_path, Leases(), listed, "null-stored") == found
