"""Members that a record lacks, and values that would lose it: nothing is written that could not be taken out again."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.reports.findings import findings
from contracts.reports.report import LEFT_CHANGED, RunReport, exit_code
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from contracts.terms.verdict import LOST
from specs import Api
from tests.boards import Boards
from tests.people import serving

DOCUMENT = Path(__file__).parent / "openapi" / "boards.yaml"
FIRST, SECOND = "b-100001", "b-100002"


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    output = tmp_path_factory.mktemp("boards") / "boards.yaml"
    write(DOCUMENT, None, output)
    return load_api(str(output))


def judged(api: Api, boards: Boards, first: str = FIRST, second: str = SECOND, *, disposable: bool = False) -> RunReport:
    """A run of the gate on the first record, with the second one as bystander."""
    with serving(boards) as url:
        target = Target(
            api=api,
            url=url,
            identity=Identity(path={"id": first}, auth={}),
            bystander=Identity(path={"id": second}, auth={}),
            read="/boards/{id}",
            disposable=disposable,
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
