"""No false alarm: what a document does not say is nobody's fault, and what it says is told all the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from contracts.judging.envelopes import body_problem
from contracts.record import state
from contracts.record.records import ABSENT
from contracts.record.values import Values
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from contracts.terms.exchange import NOT_JSON, Answer
from specs import Api, Field, Shape
from specs.model import Response
from tests.services.people import serving
from tests.services.plans import Plans

DOCUMENT = Path(__file__).parents[1] / "openapi" / "plans.yaml"


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    output = tmp_path_factory.mktemp("plans") / "plans.yaml"
    write(DOCUMENT, None, output)
    return load_api(str(output))


def judged(api: Api, url: str, *rules: str) -> RunReport:
    """A run of the gate, of all rules or of some."""
    target = Target(
        api=api,
        url=url,
        identity=Identity(path={"id": "p-100001"}, auth={}),
        bystander=Identity(path={"id": "p-100002"}, auth={}),
        read="/plans/{id}",
    )
    (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset(rules)))
    return report


def violated(report: RunReport) -> set[tuple[str, str, str]]:
    """Level, rule and field of all that is violated."""
    return {(each.level, each.rule, each.field) for each in report.results if each.verdict == "violates"}


ALWAYS = {
    ("should", "sent-field-stored", "zone"),  # a text that exists: no document says which do
    ("must", "sent-field-stored", "initials"),  # documented as writable, and ignored
    ("must", "no-op-changes-nothing", "email"),  # documented as writable, and refused as it is
}


@pytest.fixture(name="plain", scope="module")
def _plain(api: Api) -> RunReport:
    service = Plans()
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(api, url)
    assert service.records == before
    return report


def test_what_no_document_says_is_no_broken_must(plain: RunReport) -> None:
    """Codes, keys, dates in an order, flags that exclude each other: only what the document says is told as a must."""
    flags = {
        ("should", rule, "draft") for rule in ("omitted-fields-unchanged", "fields-stored-together")
    }  # published, or a draft
    assert violated(plain) - flags == ALWAYS
    assert plain.restored.ok


def test_what_moves_is_told(plain: RunReport) -> None:
    """Inside of an object too; what follows another field is found by changing that one."""
    assert plain.moves["meta.stamp"] == "moves with every write"
    assert plain.moves["meta.revision"] == "counts writes"
    assert "least" in plain.moves["training"]
    assert "title" in plain.moves["initials"]


def test_nearly_everything_is_judged(plain: RunReport) -> None:
    """A field that takes only what is near its present value is judged with such values."""
    about = [each for each in plain.results if each.field == "code"]
    left = [each for each in about if each.verdict == "not_judged"]

    assert len(left) <= len(about) / 4, [each.actual for each in left]


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("applied in part", ("must", "refused-open-value-changes-nothing", "*")),
        ("draft is never kept", ("must", "sent-field-stored", "draft")),
        ("load falls with writes", ("must", "omitted-fields-unchanged", "load")),
        ("list crashes", ("must", "non-object-body-changes-nothing", "*")),
        ("a title is taken once", ("must", "return-to-value", "title")),
        ("title refused", ("should", "sent-field-stored", "title")),
    ],
)
def test_a_fault_of_the_same_kind_is_found(api: Api, fault: str, found: tuple[str, str, str]) -> None:
    """What looks alike and is a fault is told."""
    with serving(Plans(fault)) as url:
        report = judged(api, url)

    assert found in violated(report), violated(report)


def changed(tmp_path: Path, change: Callable[[dict[str, Any]], None]) -> Api:
    """The contract that is drafted of the document after a change to it."""
    document = yaml.safe_load(DOCUMENT.read_text())
    change(document)
    source, output = tmp_path / "plans.yaml", tmp_path / "contract.yaml"
    source.write_text(yaml.safe_dump(document, sort_keys=False))
    write(source, None, output)
    return load_api(str(output))


def members(document: dict[str, Any]) -> dict[str, Any]:
    """What the patch takes."""
    operation = document["paths"]["/plans/{id}"]["patch"]
    found: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]["properties"]
    return found


def _ends_may_be_open(document: dict[str, Any]) -> None:
    for found in (members(document), document["components"]["schemas"]["Plan"]["properties"]):
        found["ends"]["type"] = ["string", "null"]


def _only_titles_and_owners(document: dict[str, Any]) -> None:
    own = members(document)
    for name in own.keys() - {"title", "owner"}:
        del own[name]


def test_null_is_not_sent_to_what_may_be_a_key(tmp_path: Path) -> None:
    """A record that no owner has would be shown nowhere: nothing could be put back."""
    service = Plans("left alone without an owner")
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(changed(tmp_path, _only_titles_and_owners), url)

    assert service.records == before
    assert report.restored.ok
    assert violated(report) == set()


def test_null_is_sent_to_a_number_that_is_no_key(plain: RunReport) -> None:
    """A number of any size is stored and put back."""
    null = {each.field: each.verdict for each in plain.results if each.rule == "null-refused"}
    assert null["load"] != "not_judged"


def test_that_the_present_value_is_taken_says_nothing_of_others(api: Api) -> None:
    """The only owner is the present one: what needs another that works is not judged."""
    service = Plans()
    service.owner = 3
    for record in service.records.values():
        record["owner"] = 3
    with serving(service) as url:
        report = judged(api, url, "fields-stored-together", "sent-field-stored")

    about = {each.rule: (each.level, each.verdict) for each in report.results if each.field == "owner"}
    assert about == {"sent-field-stored": ("must", "not_judged"), "fields-stored-together": ("must", "not_judged")}


def test_a_date_without_a_value_may_have_to_come_after_another(tmp_path: Path) -> None:
    """A plan without an end: a day before its start is no end that anybody promised."""
    service = Plans("may be open")
    service.records["p-100001"]["ends"] = None
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(changed(tmp_path, _ends_may_be_open), url)

    assert violated(report) - {each for each in violated(report) if each[2] == "draft"} == ALWAYS
    about = {each.rule: each.verdict for each in report.results if each.field == "ends"}
    assert about["sent-field-stored"] == "conforms"
    assert service.records == before


def _with_names_and_a_price(document: dict[str, Any]) -> None:
    for found in (members(document), document["components"]["schemas"]["Plan"]["properties"]):
        found["names"] = {"type": "object", "additionalProperties": {"type": "string"}}
        found["price"] = {"type": "string", "pattern": r"^\d{1,7}\.\d{2}$"}


def test_what_is_read_as_it_is_meant_is_no_other_value(tmp_path: Path) -> None:
    """A text for a text by language, and a number for an amount: both are stored as the document has them."""
    service = Plans()
    for record in service.records.values():
        record |= {"names": {"en": "North"}, "price": "12.50"}
    with serving(service) as url:
        report = judged(changed(tmp_path, _with_names_and_a_price), url, "wrong-type-refused", "coerced-value-typed")

    about = {(each.rule, each.field): each.verdict for each in report.results if each.field in ("names", "price")}
    assert about["wrong-type-refused", "names"] == "conforms"
    told = [each.expected for each in report.results if (each.rule, each.field) == ("coerced-value-typed", "price")]
    assert "1234567 for price to be refused, or stored as string" not in told  # that other texts refuse numbers is told


@pytest.mark.parametrize(("fault", "level"), [("no draft without a place", "should"), ("draft falls with writes", "must")])
def test_a_flag_may_go_with_another_and_not_with_everything(api: Api, fault: str, level: str) -> None:
    """What goes off with another flag goes with it, which few documents say; what goes off with any write is lost."""
    service = Plans(fault)
    for record in service.records.values():
        record |= {"published": True, "draft": True}
    with serving(service) as url:
        report = judged(api, url, "omitted-fields-unchanged")

    assert {each for each in violated(report) if each[1] == "omitted-fields-unchanged"} == {
        (level, "omitted-fields-unchanged", "draft")
    }


@pytest.mark.parametrize(("fault", "level"), [("what is published is a draft", "should"), ("any write makes a draft", "must")])
def test_a_flag_may_need_another_and_not_every_write(api: Api, fault: str, level: str) -> None:
    """What goes on with another flag, and stays on as long as that is on, is needed by it; what any write sets is not."""
    service = Plans(fault)
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(api, url, "omitted-fields-unchanged", "falsy-value-stored")

    found = {each for each in violated(report) if each[2] == "draft"}
    assert ("must", "falsy-value-stored", "draft") not in found
    assert {each for each in found if each[1] == "omitted-fields-unchanged"} == {(level, "omitted-fields-unchanged", "draft")}
    assert service.records == before


def test_a_flag_that_is_refused_as_it_is_is_told_though_another_write_has_moved_it(api: Api) -> None:
    """The present value is sent back on the record as it was found: a draft that is one cannot be said to be one."""
    service = Plans("no draft without a place", "a draft needs its place in the request")
    for record in service.records.values():
        record |= {"published": True, "draft": True}
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(api, url)

    assert ("must", "no-op-changes-nothing", "draft") in violated(report)
    assert service.records == before


@pytest.mark.parametrize(("habit", "level"), [("keeps HTML", "should"), ("escapes all", "must")])
def test_a_text_of_html_is_the_same_when_it_is_written_otherwise(api: Api, habit: str, level: str) -> None:
    """Tags that stay are HTML, in which ``&`` is written ``&amp;``; where tags are escaped too, it is a text that was altered."""
    with serving(Plans(habit)) as url:
        report = judged(api, url, "value-unaltered")

    assert (level, "value-unaltered", "title") in violated(report)


def test_what_falls_with_time_is_nobodys_fault(api: Api) -> None:
    """A number that requests may set, and that is another one a moment later with nothing sent in between."""
    with serving(Plans("load falls with time")) as url:
        report = judged(api, url, "omitted-fields-unchanged", "repeat-same-state")

    assert {each for each in violated(report) if each[2] == "load" or each[1] == "repeat-same-state"} == set()
    assert report.moves.get("load") == "moves with time"
    assert report.restored.ok


def test_what_is_shown_a_moment_later_is_waited_for(api: Api) -> None:
    """A copy of the record that lags by a third of a second: found out once, told, and waited for from then on."""
    service = Plans("shown later")
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(api, url, "sent-field-stored", "response-shows-stored")

    assert violated(report) <= ALWAYS
    assert "settle" in report.moves["*"]
    assert service.records == before


@pytest.fixture(name="with_tasks", scope="module")
def _with_tasks(tmp_path_factory: pytest.TempPathFactory) -> Api:
    """The plans' document, with a second success: a task that will do what the patch says."""
    folder = tmp_path_factory.mktemp("tasks")
    content = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    task = {"type": "object", "required": ["task"], "properties": {"task": {"type": "string"}}}
    responses = content["paths"]["/plans/{id}"]["patch"]["responses"]
    responses["202"] = {"description": "A task.", "content": {"application/json": {"schema": task}}}
    (folder / "document.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    write(folder / "document.yaml", None, folder / "plans.yaml")
    return load_api(str(folder / "plans.yaml"))


STATED = ("sent-field-stored", "response-shows-stored", "record-shown", "success-status", "repeat-same-answer")


def test_a_documented_task_is_a_success_that_is_waited_for(with_tasks: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    """A 202 with the body that the document gives to it shows no record, and is no error: the GET does, once the task is done."""
    monkeypatch.setattr(state, "PROCESSED", (0.1, 0.2))
    service = Plans("done later")
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(with_tasks, url, *STATED)

    assert violated(report) <= ALWAYS
    assert {each.verdict for each in report.results if each.rule == "sent-field-stored" and each.field == "title"} == {"conforms"}
    assert service.records == before
    assert report.restored.ok


@pytest.mark.parametrize(
    ("faults", "rule", "field"),
    [
        (("never done",), "sent-field-stored", "title"),  # the task was accepted, and nothing came of it
        (("done later", "no task"), "sent-field-stored", "code"),  # neither the record nor the documented task
    ],
)
def test_a_task_that_does_nothing_is_told(
    with_tasks: Api, faults: tuple[str, ...], rule: str, field: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was accepted has to come true, and a body that the document gives to neither status is an error in disguise."""
    monkeypatch.setattr(state, "PROCESSED", (0.1, 0.2))
    with serving(Plans(*faults)) as url:
        report = judged(with_tasks, url, *STATED)

    assert (rule, field) in {(each[1], each[2]) for each in violated(report)}


TEXT = Response(status=400, inferred=False, media_types=("text/plain",), schema={"type": "string"})
ANY = Response(status=400, inferred=False, media_types=("*/*",), schema={})
JSON = Response(status=400, inferred=False, media_types=("application/json",), schema={"type": "object", "required": ["message"]})


@pytest.mark.parametrize(
    ("response", "media_type", "body", "wrong"),
    [
        (TEXT, "text/plain", b"check digit incorrect", False),
        (TEXT, "text/html", b"<p>no</p>", True),
        (ANY, "text/plain", b"no", False),
        (JSON, "application/json", b'{"message": "no"}', False),
        (JSON, "application/json", b'{"other": "no"}', True),
        (JSON, "text/plain", b"no", True),
    ],
)
def test_an_error_body_is_asked_for_what_the_document_says(response: Response, media_type: str, body: bytes, wrong: bool) -> None:
    """A documented text is no JSON, and names no fields."""
    value = json.loads(body) if body.startswith(b"{") else NOT_JSON
    answer = Answer(status=400, headers={"Content-Type": media_type}, body=body, json=value)

    assert (body_problem(response, Shape(name="plain", template={}), answer) is not None) is wrong


BOUNDS = {"type": "integer", "minimum": -(2**63), "maximum": 2**63 - 1}


@pytest.mark.parametrize(
    ("schema", "current", "value"),
    [
        (BOUNDS, 7, 1),  # the limits of a type of numbers are no one's values
        ({"type": "integer", "minimum": -5, "maximum": 5}, 0, -5),
        ({"type": "string", "format": "date"}, "2024-05-06", "2024-05-07"),  # it may have to stand after another
        ({"type": "string", "format": "date"}, ABSENT, "1980-01-02"),
        ({"type": "object", "additionalProperties": {"type": "string"}}, {"k": "abc"}, {"k": "abd"}),  # keys are not made up
        ({}, "abc", "abd"),
        ({"anyOf": [{"type": "number"}, {"type": "string"}], "x-field": {}}, "2.50", 1),
    ],
)
def test_values_that_are_made_up(api: Api, schema: dict[str, object], current: object, value: object) -> None:
    """Such as any conforming server takes."""
    target = Target(api=api, url="http://127.0.0.1:9", identity=Identity(path={"id": "1"}, auth={}))

    assert Values(target).fresh(Field(path="any", schema=schema), current) == value
