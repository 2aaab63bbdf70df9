"""What a document tells beside its schemas: how texts are converted, and that an answer shows the record to who prefers it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.alarms.test_unseen_services import drafted, judged, request, violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import target_of

PREFERENCE = {
    "name": "Prefer",
    "in": "header",
    "description": "`return=representation` asks for the changed person.",
    "schema": {},
}


KNOWN = ("return=representation", "return=minimal", None)


class Loud(People):
    """Cities in capitals."""

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        super()._store(key, record, {**sent, "city": sent["city"].upper()} if isinstance(sent.get("city"), str) else sent)


@pytest.mark.parametrize(("description", "is_told"), [("Stored in upper case.", True), ("Where they live.", False)])
def test_a_conversion_that_a_description_tells_is_no_fault(tmp_path: Path, description: str, is_told: bool) -> None:
    """Told, it is what a patch leaves behind; not told, the value was altered."""

    def described(content: dict[str, Any]) -> None:
        request(content)["properties"]["city"]["description"] = description

    with serving(Loud()) as url:
        report = judged(target_of(drafted(tmp_path, described), url), "sent-field-stored", "value-unaltered")

    assert bool([each for each in violated(report) if each[2] == "city"]) is not is_told


class Sparing(People):
    """Shows the person after a change to who prefers it; ``secret``: with a member of another type than the GET's."""

    def __init__(self, *habits: str, secret: bool = False) -> None:
        super().__init__(*habits)
        self.secret = secret
        self.preferences: list[str | None] = []

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """204 for a change, or the person."""
        prefers = headers.get("Prefer")
        if method == "PATCH" and "unknown preferences refused" in self.habits and prefers not in KNOWN:
            return 400, {"message": "no such preference"}, {}
        if method == "PATCH" and "stored only where preferred" in self.habits and prefers != KNOWN[0]:
            body = b"{}"
        status, value, more = super().answer(method, path, headers, body)
        if method != "PATCH" or status != 200:
            return status, value, more
        self.preferences.append(prefers)
        if prefers != KNOWN[0]:
            return 204, {}, more
        return 200, {**value, "username": 7} if self.secret else value, {**more, "Preference-Applied": KNOWN[0]}


def _preferring(content: dict[str, Any]) -> None:
    ((_path, item),) = content["paths"].items()
    item["patch"]["parameters"] = [PREFERENCE]
    item["patch"]["responses"]["204"] = {"description": "Changed."}


@pytest.mark.parametrize("secret", [False, True])
def test_the_record_in_an_answer_is_asked_for(tmp_path: Path, secret: bool) -> None:
    """What only an answer to who prefers it shows is judged."""
    service = Sparing(secret=secret)
    with serving(service) as url:
        report = judged(target_of(drafted(tmp_path, _preferring), url), "success-status", "documented-types")

    assert set(service.preferences) == {"return=representation"}
    assert {each[1:] for each in violated(report)} == ({("documented-types", "username")} if secret else set())


@pytest.mark.parametrize("habit", ["", "unknown preferences refused", "stored only where preferred"])
def test_what_is_preferred_is_no_matter_of_what_is_stored(tmp_path: Path, habit: str) -> None:
    """Without the preference the same is stored, and one that nobody knows is ignored."""
    with serving(Sparing(habit)) as url:
        report = judged(target_of(drafted(tmp_path, _preferring), url), "preference-leaves-data")

    assert violated(report) == ({("must", "preference-leaves-data", "*")} if habit else set())


def test_a_document_without_the_preference_asks_for_none(tmp_path: Path) -> None:
    """Then there is nothing to be judged about it."""
    with serving(People()) as url:
        assert not judged(target_of(drafted(tmp_path), url), "preference-leaves-data").results


@pytest.mark.parametrize(
    ("change", "prefers"),
    [
        ({}, "return=representation"),
        ({"description": "`respond-async` is understood."}, None),
        ({"in": "query"}, None),
        ({"name": "X-Prefer"}, None),
    ],
)
def test_a_preference_is_sent_where_the_document_speaks_of_it(
    tmp_path: Path, change: dict[str, str], prefers: str | None
) -> None:
    """By the parameter's own words; with a body in every success there is nothing to prefer."""

    def changed(content: dict[str, Any]) -> None:
        _preferring(content)
        ((_path, item),) = content["paths"].items()
        item["patch"]["parameters"] = [{**PREFERENCE, **change}]

    assert drafted(tmp_path, changed).preference == prefers
    contract = yaml.safe_load((tmp_path / "api.yaml").read_text(encoding="utf-8"))
    assert contract["paths"]["/people/{id}"]["patch"]["x-contract"]["success"].get("prefer") == prefers


class Tidy(People):
    """Tags are sorted when they are stored; the first ones came from elsewhere. ``loses``: and one of them is dropped."""

    def __init__(self, *, loses: bool) -> None:
        super().__init__()
        self.loses = loses
        for record in self.records.values():
            record["tags"] = ["vip", "early", "quiet"]

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        tags = {"tags": sorted(sent["tags"])[: 2 if self.loses else None]} if "tags" in sent else {}
        super()._store(key, record, {**sent, **tags})


@pytest.mark.parametrize(("unique", "loses", "level"), [(True, False, ""), (False, False, "must"), (True, True, "must")])
def test_what_is_kept_as_a_set_may_be_sorted(tmp_path: Path, unique: bool, loses: bool, level: str) -> None:
    """Where the document calls the items unique; elsewhere an order has a meaning, and no item may go."""

    def changed(content: dict[str, Any]) -> None:
        request(content)["properties"]["tags"]["uniqueItems"] = unique

    with serving(Tidy(loses=loses)) as url:
        report = judged(target_of(drafted(tmp_path, changed), url), "no-op-changes-nothing")

    assert violated(report) == ({(level, "no-op-changes-nothing", "tags")} if level else set())
