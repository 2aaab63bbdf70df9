"""A merge patch (RFC 7396) keeps the members of an object that it does not name, whatever the media type is called beside it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.document.prose import tells_of_merging
from tests.alarms.test_unseen_services import drafted, judged, violated
from tests.services.people import People, merged, serving
from tests.targets.test_no_harm import target_of

HOME = {"type": "object", "properties": {name: {"type": "string", "maxLength": 40} for name in ("street", "floor", "town")}}
MERGE_PATCH = "application/merge-patch+json"


class Housed(People):
    """People with a home; ``loses``: a home that is sent without its floor has none."""

    def __init__(self, *, loses: bool = False) -> None:
        super().__init__()
        self.loses = loses
        for record in self.records.values():
            record["home"] = {"street": "Rue 1", "floor": "Third", "town": "Tunis"}

    def _wrong(self, sent: dict[str, Any]) -> str:
        home = sent.get("home", {})
        texts = isinstance(home, dict) and all(isinstance(each, str) and len(each) <= 40 for each in home.values())
        return super()._wrong(sent) if texts else "home"

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        super()._store(key, record, sent)
        if "home" in sent:
            known = {name: value for name, value in sent["home"].items() if name in HOME["properties"]}
            merged(record, "home", {"floor": "", **known} if self.loses else known)


def _with_home(media_type: str, *required: str) -> Any:
    def change(content: dict[str, Any]) -> None:
        ((_path, item),) = content["paths"].items()
        schema = item["patch"]["requestBody"]["content"].pop("application/json")["schema"]
        item["patch"]["requestBody"]["content"][media_type] = {"schema": schema}
        sent = {**copy.deepcopy(HOME), **({"required": [*required]} if required else {})}
        schema["properties"] |= {"home": sent, "homes": {"type": "array", "items": copy.deepcopy(HOME)}}
        shown = content["components"]["schemas"]["Person"]["properties"]
        shown |= {"home": copy.deepcopy(HOME), "homes": {"type": "array", "items": copy.deepcopy(HOME)}}

    return change


@pytest.mark.parametrize(
    ("media_type", "required", "documented"),
    [(MERGE_PATCH, (), True), (MERGE_PATCH, ("town",), False), ("application/json", (), False)],
)
def test_a_merge_patch_says_what_becomes_of_an_object(
    tmp_path: Path, media_type: str, required: tuple[str, ...], documented: bool
) -> None:
    """Where its schema lets an object be sent in part; lists are replaced, and what stands in them with them."""
    api = drafted(tmp_path, _with_home(media_type, *required))
    policies = {each.path: each.merge for each in api.walk_fields() if each.name in ("home", "homes")}

    assert (policies["home"] is not None and policies["home"].documented) is documented
    assert policies["homes"] is not None
    assert not policies["homes"].documented


@pytest.mark.parametrize("loses", [False, True])
def test_a_member_that_a_merge_patch_does_not_name_stays(tmp_path: Path, loses: bool) -> None:
    """Also one that the record may lack."""
    with serving(Housed(loses=loses)) as url:
        report = judged(target_of(drafted(tmp_path, _with_home(MERGE_PATCH)), url), "nested-object-policy")

    assert violated(report) == ({("should", "nested-object-policy", "home")} if loses else set())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("A PATCH is a JSON merge patch (RFC 7396), in both types: members that are not sent stay.", True),
        ("Bodies are merge-patches.", True),
        ("The body follows RFC 7386.", True),
        ("JSON merge patch is not supported.", False),
        ("No body is a merge patch.", False),
        ("Patches of one branch are merged.", False),
        (None, False),
    ],
)
def test_a_sentence_says_that_a_body_is_a_merge_patch(text: Any, said: bool) -> None:
    """By the name of that form or the number of its RFC; one that denies it does not."""
    assert tells_of_merging([text]) is said


SAYS = "Each PATCH is a JSON merge patch: what is not sent stays."


def _told(*, of_all: bool, beside: bool) -> Any:
    """People with a home and settings, and a sentence about the operation or all of the API; ``beside``: another media type."""

    def change(content: dict[str, Any]) -> None:
        _with_home("application/json")(content)
        ((_path, item),) = content["paths"].items()
        (content["info"] if of_all else item["patch"])["description"] = SAYS
        if beside:
            item["patch"]["requestBody"]["content"][MERGE_PATCH] = {"schema": {"type": "object"}}

    return change


@pytest.mark.parametrize(
    ("of_all", "beside", "documented"), [(True, True, True), (False, False, True), (False, True, True), (True, False, False)]
)
def test_a_document_says_in_words_that_json_is_a_merge_patch(
    tmp_path: Path, of_all: bool, beside: bool, documented: bool
) -> None:
    """A sentence about the operation is enough; one about the whole API is about an operation that lists the form as well."""
    api = drafted(tmp_path, _told(of_all=of_all, beside=beside))
    policies = {each.path: each.merge for each in api.walk_fields()}

    assert api.media_types[0] == "application/json"
    for path in ("home", "settings"):
        assert (policies[path] is not None and policies[path].documented) is documented  # type: ignore[union-attr]


@pytest.mark.parametrize(("habits", "found"), [(("map merges", "null removes"), set()), ((), {("should", "settings")})])
def test_the_keys_of_a_map_that_a_merge_patch_does_not_name_stay(
    tmp_path: Path, habits: tuple[str, ...], found: set[tuple[str, str]]
) -> None:
    """A service that replaces the map loses them; they are there afterwards all the same."""
    people = People(*habits)
    for record in people.records.values():
        record["settings"] = {"theme": "dark", "zone": "north"}
    with serving(people) as url:
        report = judged(target_of(drafted(tmp_path, _told(of_all=False, beside=False)), url), "nested-object-policy")

    assert {(level, field) for level, _rule, field in violated(report) if field == "settings"} == found
    assert all(record["settings"] == {"theme": "dark", "zone": "north"} for record in people.records.values())
