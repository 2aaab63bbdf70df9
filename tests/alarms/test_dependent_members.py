"""Members that depend on others by sentences alone: no false alarm, nothing that could not be put back, and faults are told."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from contracts.drafting.one_way import hazard
from contracts.record.keeping.items import leaves_out
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from specs import Api, Field
from tests.alarms.test_false_alarms import violated
from tests.services.people import read_object, serving
from tests.services.tickets import Tickets

CONFLICTS = {"200": {}, "409": {}}
STATES = {"type": "string", "enum": ["draft", "booked", "done"]}


@pytest.mark.parametrize(
    ("name", "schema", "responses", "values"),
    [
        ("status", STATES, CONFLICTS, ["draft", "booked", "done"]),
        ("orderStatus", STATES, CONFLICTS, ["draft", "booked", "done"]),
        ("status", STATES, {"200": {}, "409": {"description": "The name is already taken."}}, None),
        ("status", STATES, {"200": {}, "409": {"description": "Taken, or not in this state."}}, ["draft", "booked", "done"]),
        ("status", STATES, {"200": {}}, None),
        ("colour", STATES, CONFLICTS, None),
        (
            "status",
            {**STATES, "description": "A done order cannot become booked again."},
            {"200": {}},
            ["draft", "booked", "done"],
        ),
        ("colour", {**STATES, "description": "draft -> booked -> done"}, {"200": {}}, ["draft", "booked", "done"]),
        ("colour", {**STATES, "description": "Shown as RGB -> HSL."}, {"200": {}}, None),
        ("status", {"type": "string"}, CONFLICTS, None),
    ],
    ids=str,
)
def test_states_are_told_by_their_document(name: str, schema: dict[str, Any], responses: dict[str, Any], values: Any) -> None:
    """By an arrow between members; by the name of a state, with words of order or a documented conflict."""
    found = hazard(Field(path=name, schema=schema), responses)

    assert (found or {}).get("values") == values


@pytest.mark.parametrize(
    ("words", "final"),
    [
        ("Once archived it cannot be undone.", True),
        ("Deletes the account permanently.", True),
        ("Immutable once set.", True),
        ("Archived projects are hidden.", False),
        ("", False),
    ],
)
def test_what_is_final_is_told_by_its_words(words: str, final: bool) -> None:
    """Of any type; such a member is never written on a record that is to be kept."""
    found = hazard(Field(path="archived", schema={"type": "boolean", "description": words}), {})

    assert (found is not None) is final
    assert "values" not in (found or {})


HELD = [{"id": "k1", "label": "Lid"}, {"id": "k2", "label": "Box"}]


@pytest.mark.parametrize(
    ("value", "lost"),
    [
        (HELD, False),
        ([*HELD, {"label": "New"}], False),
        ([*reversed(HELD)], False),
        (HELD[:1], True),
        ([], True),
        (None, True),
        ("text", True),
        ([{"label": "Lid"}, {"label": "Box"}], True),
    ],
    ids=str,
)
def test_a_list_that_leaves_an_item_out_is_known(api: Api, value: Any, lost: bool) -> None:
    """Whose key only the service could give again."""
    parts = next(each for each in api.fields if each.name == "parts")

    assert leaves_out(parts, value, HELD) is lost
    assert not leaves_out(parts, value, [])


DOCUMENT = Path(__file__).parents[1] / "openapi" / "tickets.yaml"


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    output = tmp_path_factory.mktemp("tickets") / "tickets.yaml"
    write(DOCUMENT, None, output)
    return load_api(str(output))


def judged(api: Api, service: Tickets, *rules: str) -> RunReport:
    """A run of the gate, of all rules or of some."""
    with serving(service) as url:
        target = Target(
            api=api,
            url=url,
            identity=Identity(path={"id": "t-100001"}, auth={}),
            bystander=Identity(path={"id": "t-100002"}, auth={}),
            read="/tickets/{id}",
        )
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset(rules)))
    return report


def test_a_service_that_keeps_to_its_sentences_is_not_failed(api: Api) -> None:
    """States are not walked through, items keep their keys, a lock is let go, a counter and a slug are learnt."""
    service = Tickets()
    before = copy.deepcopy(service.records)
    report = judged(api, service)

    assert violated(report) == set()
    assert report.restored.ok
    assert report.moves == {"version": "counts writes", "slug": "follows title"}
    assert service.records == {key: {**record, "version": service.records[key]["version"]} for key, record in before.items()}


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("title counts alone", ("must", "omitted-fields-unchanged", "version")),
        ("no lorry", ("must", "member-stored", "route")),
        ("null refused", ("must", "null-stored", "company")),
        ("any number", ("must", "array-limit-enforced", "parts")),
        ("never archived", ("must", "sent-field-stored", "archived")),
        ("stage in any case", ("must", "near-miss-refused", "stage")),
    ],
)
def test_a_fault_beside_such_members_is_found(api: Api, fault: str, found: tuple[str, str, str]) -> None:
    """A counter that only one member moves, a choice that no other one leads to, null that is never taken, a limit, a state."""
    service = Tickets(fault)
    report = judged(api, service, "sent-field-stored", found[1])

    assert found in violated(report)
    assert service.records["t-100001"]["stage"] == "new"


class Heard(Tickets):
    """Keeps the values that requests had for a member."""

    def __init__(self, member: str, *faults: str) -> None:
        super().__init__(*faults)
        self.member = member
        self.heard: list[Any] = []

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As any of them."""
        sent = read_object(body) if method == "PATCH" and body else ""
        if isinstance(sent, dict) and self.member in sent:
            self.heard.append(sent[self.member])
        return super().answer(method, path, headers, body)


def test_a_state_is_sent_no_other_one(api: Api) -> None:
    """Near misses of it are of the one that the record is in, and none of them is read as another one."""
    service = Heard("stage")
    report = judged(api, service, "near-miss-refused")

    assert verdicts(report, "stage") == {"near-miss-refused": "conforms"}
    assert {"NEW", "New", " new"} <= {each for each in service.heard if isinstance(each, str)}
    assert not {each.strip().lower() for each in service.heard if isinstance(each, str)} & {"open", "done"}


def verdicts(report: RunReport, field: str) -> dict[str, str]:
    """What became of the rules that ask about one field."""
    return {each.rule: each.verdict for each in report.results if each.field == field}


def test_only_the_value_that_locks_is_spared(api: Api) -> None:
    """Another type, null and what is read as false are asked about a flag that locks when it is true."""
    service = Heard("archived")
    report = judged(api, service)
    found = verdicts(report, "archived")

    assert len([each for each in service.heard if each is True]) == 1
    assert {"wrong-type-refused", "invalid-field-status", "invalid-part-changes-nothing"} <= {
        rule for rule, verdict in found.items() if verdict == "conforms"
    }
    assert (found["coerced-value-typed"], found["null-refused"]) == ("observed", "observed")
    assert "false" in service.heard
    assert "true" not in service.heard
    assert report.restored.ok
    assert "while archived is true, nothing else can be changed" in " ".join(
        each.actual or "" for each in report.results if each.field == "archived" and each.verdict == "not_judged"
    )


def test_only_the_member_that_locks_is_spared(api: Api) -> None:
    """Near misses of a choice are asked, and its other members are what it is changed to."""
    service = Heard("route", "lorries wait")
    report = judged(api, service)
    found = verdicts(report, "route")

    assert violated(report) == set()
    assert report.restored.ok
    assert service.heard.count("lorry") <= 3
    assert service.heard.count("ship") > 3
    assert {"near-miss-refused", "wrong-type-refused", "sent-field-stored", "repeat-same-state"} <= {
        rule for rule, verdict in found.items() if verdict == "conforms"
    }


def test_a_fault_of_what_locks_is_found(api: Api) -> None:
    """And what was taken for a value that locks is put back."""
    service = Tickets("archived is anything")
    before = copy.deepcopy(service.records)
    report = judged(api, service)

    assert {("must", "wrong-type-refused", "archived"), ("should", "null-refused", "archived")} <= violated(report)
    assert report.restored.ok
    assert [each["archived"] for each in service.records.values()] == [each["archived"] for each in before.values()]


def test_a_version_that_each_patch_has_to_name_is_sent_along(tmp_path: Path) -> None:
    """That of the last write, and never another one; it is no field that a rule changes."""
    content = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    patch = content["paths"]["/tickets/{id}"]["patch"]
    body = patch["requestBody"]["content"]["application/json"]["schema"]
    body |= {"required": ["version"], "properties": {"version": {"type": "integer"}, **body["properties"]}}
    patch["responses"]["409"] = {**patch["responses"]["400"], "description": "Another version."}
    del content["components"]["schemas"]["Ticket"]["properties"]["version"]["readOnly"]
    source, output = tmp_path / "source.yaml", tmp_path / "tickets.yaml"
    source.write_text(yaml.safe_dump(content), encoding="utf-8")
    write(source, None, output)
    service = Tickets("names its version")
    report = judged(load_api(str(output)), service)

    assert violated(report) == set()
    assert report.restored.ok
    assert sum(each.verdict == "conforms" for each in report.results) > 200
    assert service.records["t-100001"]["title"] == "North"


def test_a_state_that_the_document_draws_is_a_hazard(api: Api) -> None:
    """It is never written on a record that is to be kept; a choice without such a sentence is."""
    hazards = {each.path: each.hazard for each in api.walk_fields() if each.hazard is not None}

    assert list(hazards) == ["stage"]
    assert hazards["stage"] is not None
    assert hazards["stage"].values == ("new", "open", "done")
