"""Putting a record back by PUT: only where PATCH cannot, and once it was seen to leave the record as it is."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from contracts.record.party import Party
from contracts.record.restoring import Restorer
from contracts.target.client import Budget, Client
from contracts.target.secrecy import Redactor
from contracts.target.settings import from_settings
from contracts.target.target import Identity, Target, TargetError, load_api
from tests.services.people import People, serving
from tests.targets.test_no_harm import DOCUMENT, FIRST

PERSON = {"$ref": "#/components/schemas/Person"}


class Replacing(People):
    """Takes a PUT of the whole record, and nothing out by PATCH. ``puts``: the bodies of the PUTs."""

    def __init__(self, *habits: str) -> None:
        super().__init__("stores anything", *habits)
        self.puts: list[dict[str, Any]] = []

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """A PUT takes the place of the record."""
        if method != "PUT":
            return super().answer(method, path, headers, body)
        sent = json.loads(body)
        self.puts.append(sent)
        kept = {name: self.records[FIRST][name] for name in ("id", "joined_at")}
        self.records[FIRST] = {**sent, **kept, **({"city": "Unknown"} if "put resets the city" in self.habits else {})}
        return 200, self.shown(FIRST), {}

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        super()._store(key, record, {name: value for name, value in sent.items() if name not in ("junk", "nickname")})


def document(folder: Path, put: Mapping[str, Any] | None) -> Path:
    """The drafted contract of people, with a PUT whose body has a schema."""
    output = folder / "people.yaml"
    write(DOCUMENT, None, output)
    if put is not None:
        content = yaml.safe_load(output.read_text(encoding="utf-8"))
        body = {"content": {"application/json": {"schema": dict(put)}}}
        content["paths"]["/people/{id}"]["put"] = {
            "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
            "requestBody": body,
            "responses": {"200": {"description": "Replaced."}},
        }
        output.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return output


def restored(people: Replacing, file: Path, damage: Mapping[str, Any], declared: str | None = None) -> bool:
    """Whether the record is reported as restored after it was damaged in a way that patches cannot mend."""
    with serving(people) as url:
        target = Target(
            api=load_api(str(file)), url=url, identity=Identity(path={"id": FIRST}, auth={}), read="/people/{id}", put=declared
        )
        party = Party(target, Client(target.limits, Redactor(), Budget()))
        saved = party.state.preflight()
        people.records[FIRST] |= damage
        return Restorer(party, replaces=True).restore(saved).ok


@pytest.mark.parametrize(
    ("put", "declared"), [(None, "/people/{id}"), (PERSON, None)], ids=["in the target file", "in the document"]
)
def test_what_no_patch_takes_out_is_replaced(tmp_path: Path, put: Mapping[str, Any] | None, declared: str | None) -> None:
    """First by what the record holds now, which changes nothing; then by what was saved, without what is the service's own."""
    people = Replacing()
    before = copy.deepcopy(people.records)

    assert restored(people, document(tmp_path, put), {"junk": "stays", "first_name": "Other"}, declared)
    assert people.records == before
    assert [each.get("junk") for each in people.puts] == ["stays", None]
    assert all("joined_at" not in each for each in people.puts)


@pytest.mark.parametrize(
    ("habit", "put", "damage", "puts"),
    [
        pytest.param("", None, {"junk": "stays"}, 0, id="no PUT is known"),
        pytest.param("", {"type": "object"}, {"junk": "stays"}, 0, id="its body is something else"),
        pytest.param("", PERSON, {"first_name": "Other"}, 0, id="patches do"),
        pytest.param("", PERSON, {"junk": "stays", "id": "p-100002"}, 0, id="the key is another one"),
        pytest.param("put resets the city", PERSON, {"junk": "stays"}, 1, id="it does more than it is told to"),
    ],
)
def test_no_put_where_it_is_not_known_to_be_safe(
    tmp_path: Path, habit: str, put: Mapping[str, Any] | None, damage: Mapping[str, Any], puts: int
) -> None:
    """What is left is told; the saved record is never sent by a PUT that was seen to change something."""
    people = Replacing(habit)
    ok = restored(people, document(tmp_path, put), damage)

    assert len(people.puts) == puts
    assert ok is ("junk" not in damage)
    assert people.records.keys() == People().records.keys()


def test_the_put_of_a_target_file_is_a_path() -> None:
    """With the path parameters of the record, and nothing else."""
    given = {"api": "babyland", "url": "http://127.0.0.1:9", "auth": {"bearerAuth": "x"}, "record": {"id": "1"}}

    assert from_settings({**given, "restore": {"put": "/v1/customers/{id}"}}).put == "/v1/customers/{id}"
    for put, words in (("customers", "put in [restore]: expected a path"), ("/{nr}", "put in [restore]: unknown parameter nr")):
        with pytest.raises(TargetError, match=words.replace("[", r"\[").replace("]", r"\]")):
            from_settings({**given, "restore": {"put": put}})
