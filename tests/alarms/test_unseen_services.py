"""What services that nobody here had seen did on their first runs: no false alarm, and a word of how to go on."""

from __future__ import annotations

import copy
import itertools
import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from contracts.reports.advice import advice
from contracts.reports.report import RunReport
from contracts.reports.summary import render
from contracts.running.plan import Plan
from contracts.running.terminal import closing
from contracts.running.whole import judge_all
from contracts.target.credentials import Command, Obtained
from contracts.target.target import Identity, Target, load_api
from specs import Api
from tests.services.people import People, serving
from tests.targets.test_no_harm import FIRST, SECOND, target_of

DOCUMENT = Path(__file__).parents[1] / "openapi" / "people.yaml"
Change = Callable[[dict[str, Any]], None]


def drafted(folder: Path, change: Change | None = None) -> Api:
    """The people's document, changed, as a contract."""
    content = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    if change is not None:
        change(content)
    (folder / "document.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    write(folder / "document.yaml", None, folder / "api.yaml")
    return load_api(str(folder / "api.yaml"))


def judged(target: Target, *rules: str) -> RunReport:
    """A run of the gate, of all rules or of some."""
    (report,) = judge_all(Plan(target=target, apis=(target.api,), rules=frozenset(rules)))
    return report


def violated(report: RunReport) -> set[tuple[str, str, str]]:
    """Level, rule and field of all that is violated."""
    return {(each.level, each.rule, each.field) for each in report.results if each.verdict == "violates"}


def told(report: RunReport, rule: str) -> str:
    """What is said of the one result of a rule."""
    (said,) = [f"{each.verdict} {each.actual}" for each in report.results if each.rule == rule]
    return said


def request(content: dict[str, Any]) -> dict[str, Any]:
    """The members of a request of the document."""
    ((_path, item),) = content["paths"].items()
    found: dict[str, Any] = item["patch"]["requestBody"]["content"]["application/json"]["schema"]
    return found


# --- no false alarm ---------------------------------------------------------------------------------------------------


class Team(People):
    """People of one team: ``/teams/{id}/people/{person}``, and ``id`` is the person's in the record."""

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As for people without teams."""
        return super().answer(method, path.removeprefix("/teams/t-200001"), headers, body)


def _below_teams(content: dict[str, Any]) -> None:
    ((_path, item),) = content["paths"].items()
    parameters = [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in ("id", "person")]
    del request(content)["properties"]["id"]
    content["paths"] = {"/teams/{id}/people/{person}": {**item, "parameters": parameters}}


@pytest.mark.parametrize("wrong", [False, True])
def test_a_parameter_may_be_called_like_the_member_that_shows_another_one(tmp_path: Path, wrong: bool) -> None:
    """``id`` in the path is the team's and in the record the person's; an answer with a third one is told all the same."""
    service = Team()
    if wrong:
        service.shown = lambda key: {**service.records[key], "id": "p-100009"}  # type: ignore[method-assign]
    path = "/teams/{id}/people/{person}"
    both = [Identity(path={"id": "t-200001", "person": each}, auth={}) for each in (FIRST, SECOND)]
    with serving(service) as url:
        target = Target(api=drafted(tmp_path, _below_teams), url=url, identity=both[0], bystander=both[1], read=path)
        report = judged(target, "answer-shows-own-record")

    assert violated(report) == ({("must", "answer-shows-own-record", "id")} if wrong else set())


def test_what_a_credential_may_not_set_is_no_broken_must(tmp_path: Path) -> None:
    """403 for one value where other patches are accepted: the credential's matter, as far as anybody knows."""
    with serving(People("newsletters are for managers")) as url:
        report = judged(target_of(drafted(tmp_path), url), "sent-field-stored")

    assert violated(report) == {("should", "sent-field-stored", "newsletter")}


class Reading(People):
    """Takes its credential for readings alone."""

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Every patch is a stranger's."""
        return (401, {"message": "who are you"}, {}) if method == "PATCH" else super().answer(method, path, headers, body)


def test_a_credential_that_no_patch_takes_is_one_finding(tmp_path: Path) -> None:
    """It names the place in the target file, whatever number of fields there are."""
    with serving(Reading()) as url:
        report = judged(target_of(drafted(tmp_path), url), "no-op-changes-nothing")

    (found,) = [each for each in report.results if each.verdict == "violates"]
    assert "check [auth]" in (found.expected or "")


def test_what_stands_beside_a_reference_is_read_since_3_1(tmp_path: Path) -> None:
    """Members beside ``$ref`` are the request's too; before 3.1 a document says nothing by them."""

    def referring(version: str) -> Change:
        def change(content: dict[str, Any]) -> None:
            content["openapi"] = version
            schema = request(content)
            content["components"]["schemas"]["Base"] = copy.deepcopy(schema)
            schema.clear()
            schema.update({"$ref": "#/components/schemas/Base", "properties": {"nickname": {"type": "string", "maxLength": 9}}})

        return change

    fields = {}
    for version in ("3.1.0", "3.0.3"):
        (tmp_path / version).mkdir()
        fields[version] = {each.name: each for each in drafted(tmp_path / version, referring(version)).fields}

    assert fields["3.1.0"].keys() - fields["3.0.3"].keys() == {"nickname"}
    assert fields["3.1.0"]["nickname"].schema["maxLength"] == 9
    assert "city" in fields["3.1.0"].keys() & fields["3.0.3"].keys()


@pytest.mark.parametrize(("same", "said"), [(True, "not_judged both records are reached with the same"), (False, "violates")])
def test_a_credential_of_the_same_command_is_no_strangers(tmp_path: Path, same: bool, said: str) -> None:
    """What a command prints is another text each time; whose it is, its command line tells."""

    def with_key(content: dict[str, Any]) -> None:
        content["components"]["securitySchemes"] = {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}}
        content["security"] = [{"key": []}]

    def identity(number: int) -> Identity:
        program = f"import uuid; print(uuid.uuid4(), end='{'' if same else number}')"
        source = Command((sys.executable, "-c", program))
        return Identity(path={"id": (FIRST, SECOND)[number]}, auth={"key": Obtained(source)})

    with serving(People()) as url:
        target = target_of(drafted(tmp_path, with_key), url)
        report = judged(replace(target, identity=identity(0), bystander=identity(1)), "other-credential-refused")

    assert told(report, "other-credential-refused").startswith(said)


class Sorted(People):
    """Shows a list in an order of its own; ``loses``: and not all of it."""

    def __init__(self, *, loses: bool) -> None:
        super().__init__()
        self.loses = loses

    def shown(self, key: str) -> dict[str, Any]:
        """The tags sorted backwards, the last one perhaps missing."""
        record = super().shown(key)
        return {**record, "tags": sorted(record["tags"], reverse=True)[: 7 if self.loses else None]}


@pytest.mark.parametrize("loses", [False, True])
def test_the_order_of_a_list_is_no_matter_of_its_size(tmp_path: Path, loses: bool) -> None:
    """As many items as the document allows are stored in whatever order; one of them lost is told."""

    def limited(content: dict[str, Any]) -> None:
        request(content)["properties"]["tags"]["maxItems"] = 8

    with serving(Sorted(loses=loses)) as url:
        report = judged(target_of(drafted(tmp_path, limited), url), "array-limit-enforced")

    found = [each for each in violated(report) if "items to be stored" in str(_expected(report, each[1]))]
    assert found == ([("must", "array-limit-enforced", "tags")] if loses else [])


def _expected(report: RunReport, rule: str) -> str | None:
    return next(each.expected for each in report.results if each.rule == rule and each.verdict == "violates")


class Labelled(People):
    """Shows a list that is worked out of another member; ``counts``: it changes with every write instead."""

    def __init__(self, *, counts: bool) -> None:
        super().__init__()
        self.counts = counts
        self.number = itertools.count()
        self.labels: dict[str, list[str]] = {}

    def shown(self, key: str) -> dict[str, Any]:
        """With the words of the city, or with a number."""
        record = super().shown(key)
        own = [f"in {record['city']}", "somewhere"]
        return {**record, "labels": self.labels.get(key, own) if self.counts else own}

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        super()._store(key, record, sent)
        number = next(self.number)
        self.labels[key] = [f"write {number}"] if number > 4 else [f"in {record['city']}", "somewhere"]


@pytest.mark.parametrize("counts", [False, True])
def test_a_list_may_follow_another_member(tmp_path: Path, counts: bool) -> None:
    """A list that no request sets and that follows one member is excused; one that changes with any write is not."""

    def labelled(content: dict[str, Any]) -> None:
        content["components"]["schemas"]["Person"]["properties"]["labels"] = {"type": "array", "items": {"type": "string"}}

    with serving(Labelled(counts=counts)) as url:
        report = judged(target_of(drafted(tmp_path, labelled), url), "omitted-fields-unchanged", "sent-field-stored")

    about = [each for each in report.results if each.verdict == "violates" and each.rule == "omitted-fields-unchanged"]
    assert bool(about) is counts
    assert counts or report.moves["labels"] == "follows city"


class Crowded(People):
    """A value that another record has is no one's to have twice; ``breaks``: and the server fails over it."""

    def __init__(self, *, breaks: bool) -> None:
        super().__init__()
        self.breaks = breaks

    def _wrong(self, sent: dict[str, Any]) -> str:
        return super()._wrong(sent) or ("first_name" if sent.get("first_name") == self.records[SECOND]["first_name"] else "")

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As for people; the bystander keeps what it has."""
        own = path.endswith(SECOND) and b'"first_name": "Ilse"' in body
        status, value, more = (200, self.shown(SECOND), {}) if own else super().answer(method, path, headers, body)
        taken = status == 400 and "first_name" in str(value.get("field")) and re.search(rb'"first_name": "Ilse"', body)
        return (500, {"message": "failed"}, {}) if taken and self.breaks else (status, value, more)


@pytest.mark.parametrize("breaks", [False, True])
def test_a_value_of_another_record_is_accepted_or_refused(tmp_path: Path, breaks: bool) -> None:
    """Perhaps nobody else may have it: a refusal is no fault; a server error is."""
    with serving(Crowded(breaks=breaks)) as url:
        report = judged(target_of(drafted(tmp_path), url), "same-body-for-each")

    assert told(report, "same-body-for-each").startswith("violates the answer was 500" if breaks else "not_judged")


NULLABLE = ("username", "city")


class Nullable(People):
    """Null takes the user's name out; the city is null from then on: a record that lacked it never lacks it again."""

    def _wrong(self, sent: dict[str, Any]) -> str:
        return super()._wrong({name: value for name, value in sent.items() if name not in NULLABLE or value is not None})

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        super()._store(key, record, sent)
        if sent.get("username", "") is None:
            del record["username"]


def test_what_a_record_lacks_is_not_set_where_null_stays_null(tmp_path: Path) -> None:
    """What changes when it is sent follows nothing, least of all itself: after the one null, nothing is sent for it."""

    def nullable(content: dict[str, Any]) -> None:
        for members in (request(content)["properties"], content["components"]["schemas"]["Person"]["properties"]):
            for name in NULLABLE:
                members[name]["nullable"] = True

    people = Nullable()
    del people.records[FIRST]["city"]
    with serving(people) as url:
        report = judged(target_of(drafted(tmp_path, nullable), url))

    assert "city" not in report.moves
    assert people.records[FIRST].get("city", None) is None
    assert {**people.records[FIRST], "city": "Tunis"} == {**People().records[FIRST]}


# --- how to go on -----------------------------------------------------------------------------------------------------


class Demanding(People):
    """Every patch has to have some member, though the document does not say so."""

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """422 for an object without a last name."""
        if method == "PATCH" and path.endswith((FIRST, SECOND)):
            try:
                sent = json.loads(body)
            except ValueError:
                sent = None
            if isinstance(sent, dict) and "last_name" not in sent:
                return 422, {"message": "last_name: field required"}, {}
        return super().answer(method, path, headers, body)


def _listed(content: dict[str, Any]) -> None:
    request(content)["required"] = ["last_name"]


def test_what_every_patch_has_to_carry_can_be_declared(tmp_path: Path) -> None:
    """No patch of one field is accepted but that of the one: what the server said, and where to write it, is one line."""

    def without_last_name(content: dict[str, Any]) -> None:
        del request(content)["properties"]["last_name"]

    with serving(Demanding()) as url:
        first = judged(target_of(drafted(tmp_path, without_last_name), url))

    line = advice(first)
    assert "required in the request schema" in line
    assert "[parameters] in the target file" in line
    assert line.endswith('the answer was 422 {"message": "last_name: field required"}')
    assert any("no patch of one field is accepted" in each for each in closing(first))
    assert "no patch of one field is accepted" in render([first])


def test_what_is_declared_is_sent_along_and_no_advice_is_given(tmp_path: Path) -> None:
    """The same service with the member under ``required``: its fields are judged."""
    people = Demanding()
    before = copy.deepcopy(people.records)
    with serving(people) as url:
        report = judged(target_of(drafted(tmp_path, _listed), url), "sent-field-stored", "no-op-changes-nothing")

    assert people.records == before
    assert violated(report) == set()
    assert advice(report) == ""


def test_a_required_member_that_is_never_shown_takes_its_declared_value(tmp_path: Path) -> None:
    """Not null, though it may be null: who declares a value knows that it is needed."""

    class Confirmed(Demanding):
        def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
            if method == "PATCH" and b'"reason": "tests"' not in body and body[:1] == b"{" and len(body) > 2:
                return 422, {"message": "reason: field required"}, {}
            return People.answer(self, method, path, headers, body)

    def with_reason(content: dict[str, Any]) -> None:
        request(content)["properties"]["reason"] = {"type": "string", "nullable": True, "writeOnly": True}
        request(content)["required"] = ["reason"]

    with serving(Confirmed()) as url:
        target = replace(target_of(drafted(tmp_path, with_reason), url), values={"reason": ("tests",)})
        report = judged(target, "sent-field-stored")

    conforming = {each.field for each in report.results if each.verdict == "conforms"}
    assert {"city", "first_name", "tags"} <= conforming
