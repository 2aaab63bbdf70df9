"""What stands beside the record in its envelope, and an envelope of a media type of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.drafting.draft import write
from contracts.record.answers import lost
from contracts.reports.report import LEFT_CHANGED, RunReport, exit_code
from contracts.running.journal import read
from contracts.running.plan import Plan
from contracts.running.restore import restore
from contracts.running.run import Run
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from contracts.terms.verdict import Difference
from specs import Api
from tests.services.articles import Articles, seeds
from tests.services.people import serving

DOCUMENT = Path(__file__).parents[1] / "openapi" / "articles.yaml"


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    output = tmp_path_factory.mktemp("articles") / "articles.yaml"
    write(DOCUMENT, None, output)
    return load_api(str(output))


def target_of(api: Api, url: str) -> Target:
    """The first article, with the second one as bystander."""
    return Target(
        api=api,
        url=url,
        identity=Identity(path={"id": "1"}, auth={}),
        bystander=Identity(path={"id": "2"}, auth={}),
        read="/articles/{id}",
    )


def judged(api: Api, url: str) -> RunReport:
    """A run of the gate."""
    (report,) = judge_all(Plan(target=target_of(api, url), apis=(api,)))
    return report


def violated(report: RunReport) -> set[tuple[str, str]]:
    """The rules that are violated, with the fields."""
    return {(each.rule, each.field) for each in report.results if each.verdict == "violates"}


def test_a_media_type_of_its_own_has_no_parameters_and_is_no_plain_json(api: Api) -> None:
    """A 415 to charset=utf-8 and a 406 to application/json are right, and nothing is changed."""
    service = Articles()
    with serving(service) as url:
        report = judged(api, url)

    assert violated(report) == set()
    assert {each.rule for each in report.results if each.verdict == "conforms"} >= {
        "json-accept-answered",
        "json-media-type-accepted",
    }
    assert report.restored.ok
    assert service.records == seeds()


def test_what_is_lost_beside_the_record_is_told_and_put_back(api: Api) -> None:
    """The very first patch takes the member away; it is sent again at the end."""
    service = Articles("meta is replaced")
    with serving(service) as url:
        report = judged(api, url)

    assert violated(report) == {("omitted-fields-unchanged", "title")}
    (found,) = [each for each in report.results if each.verdict == "violates"]
    assert found.level == "must"
    assert found.actual == 'meta held {"updated": "2011-05-10"}, and is gone'
    assert report.restored.ok
    assert service.records == seeds()


def test_what_cannot_be_put_back_beside_the_record_is_left_changed(api: Api) -> None:
    """The service takes no such member in a patch: the run says what is lost, with an exit code of its own."""
    with serving(Articles("meta is not written")) as url:
        report = judged(api, url)

    assert not report.restored.ok
    assert [each.path for each in report.restored.differences] == ["data.meta"]
    assert exit_code([report], strict=False) == LEFT_CHANGED


def test_a_journal_has_what_stands_beside_the_record(api: Api, tmp_path: Path) -> None:
    """A run that was killed after the loss: the journal puts the member back."""
    service = Articles("meta is replaced")
    with serving(service) as url:
        run = Run(Plan(target=target_of(api, url), apis=(api,), report_dir=tmp_path))
        run.open()
        run._locks.release()  # as the kernel does for a process that was killed
        assert "meta" not in service.records["1"]
        (path,) = tmp_path.glob("journal-*.jsonl")
        assert read(path).saved[0].beside["meta"] == {"updated": "2011-05-10"}
        assert all(found.ok for _name, found in restore(path, {}, None))

    assert service.records == seeds()


@pytest.mark.parametrize(
    ("saved", "now", "found"),
    [
        ({"meta": {"a": 1}}, {}, ["meta"]),
        ({"meta": {"a": 1, "b": 2}}, {"meta": {"b": 2}}, ["meta.a"]),
        ({"tags": [1]}, {"tags": []}, ["tags"]),
        ({"tags": [1]}, {"tags": None}, ["tags"]),
        ({"version": 1, "at": "then"}, {"version": 2, "at": "now"}, []),
        ({"note": "", "tags": [], "none": None}, {}, []),
        ({}, {"new": 1}, []),
    ],
)
def test_only_what_is_gone_is_lost(saved: dict[str, object], now: dict[str, object], found: list[str]) -> None:
    """Another value may be the service's own; a member that held something and holds nothing is not."""
    assert [each.path for each in lost(saved, now)] == found
    assert all(isinstance(each, Difference) for each in lost(saved, now))
