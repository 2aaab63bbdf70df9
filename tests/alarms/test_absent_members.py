"""Members that a record lacks, and values that would lose it: nothing is written that could not be taken out again."""

from __future__ import annotations

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.reports.findings import findings
from contracts.reports.report import LEFT_CHANGED, RunReport, exit_code
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from contracts.terms.fixture import Creation, Deletion, Fixture
from contracts.terms.verdict import LOST
from specs import Api
from tests.services.boards import Boards
from tests.services.people import serving

DOCUMENT = Path(__file__).parents[1] / "openapi" / "boards.yaml"
FIRST, SECOND = "b-100001", "b-100002"


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    output = tmp_path_factory.mktemp("boards") / "boards.yaml"
    write(DOCUMENT, None, output)
    return load_api(str(output))


def judged(api: Api, boards: Boards, first: str = FIRST, second: str = SECOND, **how: Any) -> RunReport:
    """A run of the gate on the first record, with the second one as bystander."""
    with serving(boards) as url:
        target = Target(
            api=api,
            url=url,
            identity=Identity(path={"id": first}, auth={}),
            bystander=Identity(path={"id": second}, auth={}),
            read="/boards/{id}",
            **how,
        )
        (report,) = judge_all(Plan(target=target, apis=(api,)))
    return report


def verdicts(report: RunReport, rule: str) -> dict[str, str]:
    """How one rule ended on each field."""
    return {each.field: each.verdict for each in report.results if each.rule == rule}


def errors(report: RunReport) -> list[str | None]:
    """What went wrong inside the suite."""
    return [each.actual for each in report.results if (each.actual or "").startswith("internal error")]


def test_a_record_that_is_lost_is_told_first_with_the_request_that_did_it(api: Api) -> None:
    """The value is stored and answered 500, like everything after it: the finding shows that very request and its answer."""
    boards = Boards("shows one label")

    report = judged(api, boards)

    first, *_ = findings(report)
    left = boards.records[FIRST]["labels"]
    assert LOST in (first.first.actual or "")
    assert "the answer was 500" in (first.first.actual or "")
    assert f'"labels": {json.dumps(left)}' in (first.first.curl or "")
    assert exit_code([report], strict=False) == LEFT_CHANGED


def test_what_cannot_be_survived_comes_last(api: Api) -> None:
    """Nothing of another kind is sent before a value of its own kind was stored and put back; free JSON gets none at all."""
    boards = Boards()

    judged(api, boards)

    sent = [json.loads(body) for method, _path, body in boards.requests if method == "PATCH" and _is_object(body)]
    rough = [number for number, each in enumerate(sent) if not all(_of_its_kind(*pair) for pair in each.items())]
    assert not [each for each in sent if "data" in each and not isinstance(each["data"], dict)]
    assert rough[0] > len(sent) / 3
    assert {name for each in sent[: rough[0]] for name in each} >= {"title", "place", "rights", "labels"}


def _is_object(body: bytes) -> bool:
    try:
        return isinstance(json.loads(body), dict)
    except ValueError:
        return False


def _of_its_kind(name: str, value: Any) -> bool:
    kinds = {"title": str, "place": str, "rights": dict, "labels": list, "data": dict}
    return name not in kinds or not isinstance(value, dict | list) or isinstance(value, kinds[name])


@pytest.mark.parametrize(
    "habits",
    [
        (),
        ("null removes",),
        ("rights merge",),
        ("null removes", "rights merge"),
        ("empty texts are not shown",),
        ("stores anything",),
        ("stores anything", "null removes"),
        ("reads its data",),
        ("ignores the unknown",),
    ],
    ids=" and ".join,
)
def test_every_record_is_as_before(api: Api, habits: tuple[str, ...]) -> None:
    """Byte by byte, the order of members aside, and the report says so."""
    boards = Boards(*habits)
    before = copy.deepcopy(boards.records)

    report = judged(api, boards)

    assert boards.records == before
    assert report.restored.ok, report.restored.differences
    assert not errors(report)


# --- records that a run makes -----------------------------------------------------------------------------------------


def test_a_patch_of_an_unknown_record_that_does_nothing_has_made_none(api: Api) -> None:
    """It is answered with success, which is a finding; and no record is there that was not there before."""
    boards = Boards("ignores the unknown")

    report = judged(api, boards)

    assert verdicts(report, "unknown-customer-not-created") == {"*": "violates"}
    assert report.restored.ok
    assert exit_code([report], strict=True) == 1


@pytest.mark.parametrize(("habits", "left"), [(("upserts", "deletes"), 2), (("upserts",), 3)], ids=["removed", "told"])
def test_a_record_that_a_patch_makes_is_removed_or_told(api: Api, habits: tuple[str, ...], left: int) -> None:
    """A DELETE is sent where the document has one, for the one record that this run has made."""
    boards = Boards(*habits)
    before = copy.deepcopy(boards.records)
    paths = {**api.document["paths"]}
    if "deletes" in habits:
        paths["/boards/{id}"] = {**paths["/boards/{id}"], "delete": {"responses": {"204": {"description": "Gone."}}}}

    report = judged(replace(api, document={**api.document, "paths": paths}), boards)

    assert len(boards.records) == left
    assert {key: boards.records[key] for key in before} == before
    assert report.restored.ok is (left == 2)


def test_what_appears_in_a_list_that_the_target_file_names_is_told(api: Api) -> None:
    """A POST to the record's path makes another record: on a record that nobody needs it is sent, and taken away again."""
    boards = Boards("post makes", "deletes")
    before = copy.deepcopy(boards.records)
    paths = {**api.document["paths"]}
    paths["/boards/{id}"] = {**paths["/boards/{id}"], "delete": {"responses": {"204": {"description": "Gone."}}}}

    judged(replace(api, document={**api.document, "paths": paths}), boards, listing="/boards", disposable=True)

    assert [path for method, path, _body in boards.requests if method == "POST"]
    assert boards.records.keys() == before.keys()


@pytest.mark.parametrize(("first", "second"), [("a", "b"), ("1", "2"), ("b", "a")])
def test_the_bystander_is_never_the_unknown_record(api: Api, first: str, second: str) -> None:
    """Short ids are easily hit; a record of a made-up id is read before it is patched."""
    boards = Boards("ignores the unknown", first=first, second=second)
    before = copy.deepcopy(boards.records)

    judged(api, boards, first, second)

    assert boards.records == before
    bodies = [json.loads(body) for method, path, body in boards.requests if method == "PATCH" and path == f"/boards/{second}"]
    assert all(body.items() <= before[second].items() for body in bodies), "what it holds itself, and nothing else"


@pytest.mark.parametrize("habit", ["shows one label", "reads its data"])
def test_a_record_that_was_made_and_is_spoilt_is_followed_by_another(api: Api, habit: str) -> None:
    """The request is told, the other items are judged on a new record, and all that were made are removed."""
    boards = Boards(habit, "deletes", "makes")
    before = copy.deepcopy(boards.records)
    fixture = Fixture(Creation(path="/boards", body=boards.records[FIRST], pointer="/id"), Deletion(path="/boards/{id}"))

    report = judged(api, boards, fixture=fixture, disposable=True)

    lost = [each for each in report.results if LOST in (each.actual or "")]
    assert lost
    assert boards.records == before
    assert len([path for method, path, _body in boards.requests if (method, path) == ("POST", "/boards")]) == 1 + len(lost)
    assert not [each for each in report.results if (each.actual or "").startswith("since ")]
    assert report.restored.ok, report.restored.differences
