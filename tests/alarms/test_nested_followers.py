"""Members of objects and of list items that follow others are learnt where they stand; moving otherwise they are told."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from contracts.terms.moving import followed
from specs import Api
from tests.services.parcels import Parcels
from tests.services.people import serving

DOCUMENT = Path(__file__).parents[1] / "openapi" / "parcels.yaml"


def drafted(folder: Path, document: dict[str, Any]) -> Api:
    """The contract that is drafted of a document."""
    source, output = folder / "parcels.yaml", folder / "contract.yaml"
    source.write_text(yaml.safe_dump(document, sort_keys=False))
    write(source, None, output)
    return load_api(str(output))


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return drafted(tmp_path_factory.mktemp("parcels"), yaml.safe_load(DOCUMENT.read_text()))


@pytest.fixture(name="writable", scope="module")
def _writable(tmp_path_factory: pytest.TempPathFactory) -> Api:
    """The same where the document calls nothing read-only that follows, so that it is sent, and does not take its value."""
    document = yaml.safe_load(DOCUMENT.read_text())
    shown = document["components"]["schemas"]["Parcel"]["properties"]
    size, item = shown["size"]["properties"], shown["lines"]["items"]["properties"]
    for each in (size["area"], size["inner"]["properties"]["grade"], item["total"]):
        del each["readOnly"]
    patch = document["paths"]["/parcels/{id}"]["patch"]
    taken = patch["requestBody"]["content"]["application/json"]["schema"]["properties"]
    taken |= {name: copy.deepcopy(shown[name]) for name in ("size", "lines")}
    del taken["size"]["properties"]["inner"]["properties"]["heavy"]
    return drafted(tmp_path_factory.mktemp("writable"), document)


def judged(api: Api, service: Parcels, *rules: str) -> RunReport:
    """A run of the gate, of all rules or of some; the service has to be as it was in the end."""
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        target = Target(
            api=api,
            url=url,
            identity=Identity(path={"id": "p-100001"}, auth={}),
            bystander=Identity(path={"id": "p-100002"}, auth={}),
            read="/parcels/{id}",
        )
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset(rules)))
    assert service.records == before
    return report


def violated(report: RunReport) -> set[tuple[str, str, str]]:
    """Level, rule and field of all that is violated."""
    return {(each.level, each.rule, each.field) for each in report.results if each.verdict == "violates"}


FOLLOWERS = {
    "size.area": {"size.width", "size.depth"},
    "size.inner.grade": {"size.inner.load"},
    "size.inner.heavy": {"size.inner.load"},
    "lines[].total": {"lines.price", "lines.count"},
    "sum": {"lines.price", "lines.count"},
}


def test_followers_at_any_depth_are_no_fault(api: Api) -> None:
    """Beside their sources, in objects and in the items of lists, and at the top; the report says what they follow."""
    report = judged(api, Parcels())

    assert violated(report) == set()
    assert {path: set(followed(how)) for path, how in report.moves.items()} == FOLLOWERS
    assert report.restored.ok


def test_followers_that_are_documented_as_writable_are_told_once(writable: Api) -> None:
    """That they take no value is a fault; that they change with what they follow is none."""
    report = judged(writable, Parcels(), "sent-field-stored", "omitted-fields-unchanged")

    assert violated(report) == {
        ("must", "sent-field-stored", each) for each in ("size.area", "size.inner.grade", "lines[].total")
    }


def test_one_rule_alone_learns_them_too(writable: Api) -> None:
    """Nothing was written before that could have told."""
    assert violated(judged(writable, Parcels(), "omitted-fields-unchanged")) == set()


@pytest.mark.parametrize(
    ("fault", "field"),
    [("a note moves the area", "size.area"), ("a note moves the totals", "lines[].total")],
)
def test_a_follower_that_moves_otherwise_is_found(api: Api, fault: str, field: str) -> None:
    """With what stands elsewhere, and it does not come back."""
    report = judged(api, Parcels(fault), "omitted-fields-unchanged")

    assert ("must", "omitted-fields-unchanged", field) in violated(report), violated(report)


@pytest.mark.parametrize(
    ("habit", "level", "fields"),
    [
        ("a tube is held in the middle", "should", {"size.anchor", "size.depth"}),
        ("another form is held in the middle", "must", {"size.anchor"}),
    ],
)
def test_what_a_choice_rules_out_is_no_broken_must(api: Api, habit: str, level: str, fields: set[str]) -> None:
    """Where it holds whichever of the two is sent; what a write only resets is lost."""
    report = judged(api, Parcels(habit))

    assert violated(report) == {(level, "omitted-fields-unchanged", each) for each in fields}
    assert report.restored.ok


def test_an_item_of_the_service_in_a_list_is_no_broken_must(api: Api) -> None:
    """It is there whatever is sent, also beside nothing."""
    report = judged(api, Parcels("the owner watches"))

    assert {each for each in violated(report) if each[0] == "must" or each[2] != "watchers"} == set()


def test_an_only_item_of_the_service_is_a_recommendation(api: Api) -> None:
    """The list is no other than what was sent and what was in it: for the document to say so."""
    service = Parcels("the owner watches")
    for record in service.records.values():
        record["watchers"] = ["owner:1"]
    report = judged(api, service, "sent-field-stored")

    assert {each[0] for each in violated(report)} <= {"should"}


def test_a_list_that_nothing_leaves_is_a_fault(api: Api) -> None:
    """What was in it stays, and so does what is sent."""
    with serving(Parcels("watchers stay")) as url:
        target = Target(
            api=api,
            url=url,
            identity=Identity(path={"id": "p-100001"}, auth={}),
            read="/parcels/{id}",
        )
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset({"sent-field-stored"})))

    assert violated(report) == {("must", "sent-field-stored", "watchers")}
