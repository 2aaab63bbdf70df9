"""A merge patch (RFC 7396) keeps the members of an object that it does not name, whatever the media type is called beside it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

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
