"""A patch that needs a mask of what it changes (AIP-134), and the fixed words of descriptions (AIP-126, AIP-203)."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from contracts.reports.report import RunReport
from contracts.target.settings import from_settings
from contracts.target.target import TargetError
from tests.alarms.test_unseen_services import drafted, judged, request, violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import FIRST, target_of

MASK = "updateMask"


class Masked(People):
    """Only what the mask names is changed; what it names and the body lacks is cleared. Without a mask nothing is."""

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As for people without masks, for the part of the body that the mask names."""
        parts = urlsplit(path)
        if method != "PATCH":
            return super().answer(method, parts.path, headers, body)
        given = parse_qs(parts.query).get(MASK, [""])[0]
        try:
            sent = json.loads(body)
        except ValueError:
            sent = None
        if not isinstance(sent, dict):
            return super().answer(method, parts.path, headers, body)
        mask = given.split(",") if given or "a mask may be left out" not in self.habits else list(sent)
        if not any(mask) and mask:
            return 400, {"message": f"{MASK} is needed"}, {}
        for name in mask:
            if name not in sent and parts.path.endswith(FIRST) and "keeps what a body lacks" not in self.habits:
                self.records[FIRST].pop(name, None)
        kept = {name: value for name, value in sent.items() if name in mask or "looks at no mask" in self.habits}
        if "null is taken out" in self.habits and kept.get("city", "") is None and parts.path.endswith(FIRST):
            self.records[FIRST].pop("city", None)
            del kept["city"]
        return super().answer(method, parts.path, headers, json.dumps(kept).encode())


def _needs_a_mask(content: dict[str, Any]) -> None:
    ((_path, item),) = content["paths"].items()
    schema = {"type": "string", "example": "first_name,city"}
    item["patch"]["parameters"] = [{"name": MASK, "in": "query", "required": True, "schema": schema}]


@pytest.mark.parametrize("habits", [(), ("map merges",), ("stores anything",)])
def test_each_patch_has_the_mask_of_its_body(tmp_path: Path, habits: tuple[str, ...]) -> None:
    """Every field is judged, nothing that a body lacks is cleared, and the record is as it was."""
    people = Masked(*habits)
    before = copy.deepcopy(people.records)
    with serving(people) as url:
        report = judged(target_of(drafted(tmp_path, _needs_a_mask), url))

    assert people.records == before
    stored = {each.field for each in report.results if each.rule == "sent-field-stored" and each.verdict == "conforms"}
    assert {"first_name", "last_name", "username", "city", "newsletter", "tags"} <= stored
    assert {each for each in violated(report) if each[0] == "must"} == set()


@pytest.mark.parametrize(
    ("habit", "rule", "field"),
    [
        ("looks at no mask", "omitted-fields-unchanged", "city"),
        ("keeps what a body lacks", "null-stored", "city"),
        ("", "", ""),
    ],
)
@pytest.mark.parametrize("required", [True, False])
def test_a_mask_decides_what_is_changed(tmp_path: Path, habit: str, rule: str, field: str, required: bool) -> None:
    """What it does not name stays, and what it names and the body lacks goes; where it may be left out, too."""

    def change(content: dict[str, Any]) -> None:
        _needs_a_mask(content)
        next(iter(content["paths"].values()))["patch"]["parameters"][0]["required"] = required
        for members in (request(content)["properties"], content["components"]["schemas"]["Person"]["properties"]):
            members["city"] = {"type": ["string", "null"], "maxLength": 40}

    people = Masked(habit, "null is taken out", *([] if required else ["a mask may be left out"]))
    with serving(people) as url:
        report = judged(target_of(drafted(tmp_path, change), url), "omitted-fields-unchanged", "null-stored")

    assert violated(report) == ({("should", rule, field)} if rule else set())


def test_a_mask_of_ones_own_is_refused(tmp_path: Path) -> None:
    """One for every body would clear what it names and the body lacks."""
    drafted(tmp_path, _needs_a_mask)
    settings = {"api": str(tmp_path / "api.yaml"), "url": "http://127.0.0.1:9", "record": {"id": FIRST}}

    assert from_settings(settings).parameters == {}
    with pytest.raises(TargetError, match=r"\[parameters\] updateMask: leave it out"):
        from_settings({**settings, "parameters": {MASK: "city"}})


class Conventional(People):
    """A member of every person with a rule of its own."""

    def __init__(self, refused: Callable[[Any], bool], stored: Callable[[Any], Any]) -> None:
        super().__init__()
        self.refused = refused
        self.stored = stored

    def _wrong(self, sent: dict[str, Any]) -> str:
        wrong = super()._wrong(sent)
        return "city" if not wrong and "city" in sent and self.refused(sent["city"]) else wrong

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        super()._store(key, record, {**sent, "city": self.stored(sent["city"])} if "city" in sent else sent)


def _conventional(tmp_path: Path, people: Conventional, first: str, schema: dict[str, Any]) -> RunReport:
    """What is found on people whose cities are described by a schema, ``first`` the first one's."""

    def change(content: dict[str, Any]) -> None:
        request(content)["properties"]["city"] = copy.deepcopy(schema)
        content["components"]["schemas"]["Person"]["properties"]["city"] = copy.deepcopy(schema)

    for record in people.records.values():
        record["city"] = first
    before = copy.deepcopy(people.records)
    with serving(people) as url:
        report = judged(target_of(drafted(tmp_path, change), url))
    assert people.records == before
    return report


def _never(_value: Any) -> bool:
    return False


def _as_it_is(value: Any) -> Any:
    return value


def _no_span(value: Any) -> bool:
    return re.search(SPAN, value) is None


def _by_threes(value: str) -> str:
    whole, _, fraction = value.removesuffix("s").partition(".")
    return f"{whole}.{fraction.ljust(3, '0')}s" if fraction else value


MEMBERS = ["CITY_UNSPECIFIED", "TUNIS", "PARIS"]
SPAN = r"^[0-9]{1,3}\.[0-9]{1,9}s$"
CONVENTIONS: dict[str, tuple[str, dict[str, Any], Callable[[Any], bool], Callable[[Any], Any]]] = {
    "upper case": (
        "TUNIS",
        {"type": "string", "maxLength": 40, "description": "Where they live. Lower-case letters are stored in upper case."},
        _never,
        str.upper,
    ),
    "lower case": (
        "tunis",
        {"type": "string", "maxLength": 40, "description": "Converted to lowercase."},
        _never,
        str.lower,
    ),
    "no value": ("TUNIS", {"type": "string", "enum": MEMBERS}, lambda value: value not in MEMBERS[1:], _as_it_is),
    "immutable": (
        "Tunis",
        {"type": "string", "maxLength": 40, "description": "Required. Immutable. Where they were born."},
        lambda value: value != "Tunis",
        _as_it_is,
    ),
    "shown only": (
        "Tunis",
        {"type": "string", "maxLength": 40, "description": "Output only. Where they were born."},
        _never,
        lambda _value: "Tunis",
    ),
    "a length of time": ("3.500s", {"type": "string", "format": "google-duration", "pattern": SPAN}, _no_span, _by_threes),
}


@pytest.mark.parametrize("name", CONVENTIONS)
def test_the_words_of_a_convention_are_read(tmp_path: Path, name: str) -> None:
    """No must is violated by a service that does what the description says."""
    first, schema, refused, stored = CONVENTIONS[name]

    report = _conventional(tmp_path, Conventional(refused, stored), first, schema)

    assert {each for each in violated(report) if each[0] == "must"} == set()


@pytest.mark.parametrize(
    ("name", "refused", "stored", "rule"),
    [
        ("upper case", _never, lambda value: value if value == "TUNIS" else value.upper()[:-1], "sent-field-stored"),
        ("no value", lambda value: value != "TUNIS", _as_it_is, "member-stored"),
        ("immutable", _never, _as_it_is, "read-only-unchanged"),
        ("shown only", _never, _as_it_is, "read-only-unchanged"),
        ("a length of time", _no_span, lambda value: value if value == "3.500s" else f"1{value}", "sent-field-stored"),
    ],
)
def test_what_the_words_do_not_say_is_told(
    tmp_path: Path, name: str, refused: Callable[[Any], bool], stored: Callable[[Any], Any], rule: str
) -> None:
    """A service that does something else is failed."""
    first, schema, _refused, _stored = CONVENTIONS[name]

    report = _conventional(tmp_path, Conventional(refused, stored), first, schema)

    assert ("must", rule, "city") in violated(report)


class Unsubscribing(People):
    """Who wants no newsletter has no tags, until some are given."""

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        if sent.get("newsletter") is False:
            record.pop("tags", None)
        super()._store(key, record, sent)


@pytest.mark.parametrize("hidden", [False, True])
def test_what_the_record_lacked_at_the_time_is_no_lack_of_an_answer(tmp_path: Path, hidden: bool) -> None:
    """It was shown again after a later write; what no answer shows is told all the same."""
    people = Unsubscribing()
    if hidden:
        people._kept = lambda key, record, sent: _without_tags(People._kept(people, key, record, sent))  # type: ignore[method-assign]
    with serving(people) as url:
        report = judged(target_of(drafted(tmp_path), url), "answer-shows-what-get-shows")

    assert violated(report) == ({("should", "answer-shows-what-get-shows", "*")} if hidden else set())


def _without_tags(answer: tuple[int, Any, dict[str, str]]) -> tuple[int, Any, dict[str, str]]:
    status, shown, headers = answer
    return status, {name: value for name, value in shown.items() if name != "tags"}, headers
