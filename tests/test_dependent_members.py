"""Members that depend on others by sentences alone: no false alarm, nothing that could not be put back, and faults are told."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from contracts.drafting.draft import write
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from specs import Api
from tests.people import serving
from tests.test_false_alarms import violated
from tests.tickets import Tickets

DOCUMENT = Path(__file__).parent / "openapi" / "tickets.yaml"


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
    """States are not walked through, items keep their keys, and a counter of changes is learnt."""
    service = Tickets()
    before = copy.deepcopy(service.records)
    report = judged(api, service)

    assert violated(report) == set()
    assert report.restored.ok
    assert report.moves["version"] == "counts writes"
    assert service.records == {key: {**record, "version": service.records[key]["version"]} for key, record in before.items()}


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("title counts alone", ("must", "omitted-fields-unchanged", "version")),
        ("no lorry", ("must", "member-stored", "route")),
        ("null refused", ("must", "null-stored", "company")),
        ("any number", ("must", "array-limit-enforced", "parts")),
    ],
)
def test_a_fault_beside_such_members_is_found(api: Api, fault: str, found: tuple[str, str, str]) -> None:
    """A counter that only one member moves, a choice that no other one leads to, null that is never taken, a limit."""
    service = Tickets(fault)
    report = judged(api, service, "sent-field-stored", found[1])

    assert found in violated(report)


def test_a_state_that_the_document_draws_is_a_hazard(api: Api) -> None:
    """It is never written on a record that is to be kept; a choice without such a sentence is."""
    hazards = {each.path: each.hazard for each in api.walk_fields() if each.hazard is not None}

    assert list(hazards) == ["stage"]
    assert hazards["stage"] is not None
    assert hazards["stage"].values == ("new", "open", "done")
