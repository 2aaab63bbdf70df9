"""Records that nobody needs: what is sent to them alone, another one where one is spoilt, and nothing left of any."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.settings import from_settings
from contracts.target.target import load_api
from specs import Api
from tests.services.accounts import LOCKED, Accounts, contract
from tests.services.people import serving

FIXTURE: dict[str, Any] = {
    "create": {"path": "/accounts", "body": {"name": "Made {unique}"}, "id": "/id"},
    "delete": {"path": "/accounts/{id}"},
}
RECORDS: dict[str, Any] = {"record": {"id": "a-100001"}, "bystander": {"id": "a-100002"}}
WAYS: dict[str, dict[str, Any]] = {
    "shared": RECORDS,
    "disposable": {**RECORDS, "disposable": True},
    "made": {"fixture": FIXTURE},
}
LASTING = {
    "hazardous-value-stored": "active",
    "lasting-null-stored": "photo",
    "write-only-changes-nothing-shown": "password",
    "write-only-value-not-repeated": "password",
}
"""The rules that may cost a record, and the field of this document that each is about."""

ALSO = {
    "the error repeats the password": ["no-leak"],
    "a refused password lets the rest through": ["invalid-part-changes-nothing", "refused-open-value-changes-nothing"],
}
"""What rules for all fields find too, as soon as they may send something for this one."""


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return load_api(str(contract(tmp_path_factory.mktemp("accounts"))))


def judged(api: Api, service: Accounts, way: str, rules: frozenset[str] = frozenset()) -> RunReport:
    """A run on a service, on records that are shared, disposable or made for it."""
    with serving(service) as url:
        target = from_settings({"api": str(api.file), "url": url, "read": {"path": "/accounts/{id}"}, **WAYS[way]})
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=rules))
    return report


def verdicts(report: RunReport) -> dict[str, str]:
    """How each of the rules that may cost a record has ended."""
    return {each.rule: str(each.verdict) for each in report.results if each.rule in LASTING}


@pytest.mark.parametrize(
    ("fault", "rule"),
    [
        ("no photo, no null", "lasting-null-stored"),
        ("null keeps the photo", "lasting-null-stored"),
        ("null clears the note", "lasting-null-stored"),
        ("inactive is ignored", "hazardous-value-stored"),
        ("inactive clears the note", "hazardous-value-stored"),
        ("any text is true", "hazardous-value-stored"),
        ("a password clears the note", "write-only-changes-nothing-shown"),
        ("a refused password lets the rest through", "write-only-changes-nothing-shown"),
        ("password shown once it was set", "write-only-value-not-repeated"),
        ("the error repeats the password", "write-only-value-not-repeated"),
    ],
)
def test_a_fault_is_found_on_a_record_that_nobody_needs_alone(api: Api, fault: str, rule: str) -> None:
    """By the one rule that is about it; on a record that is shared nothing of the kind is sent, and the reason is told."""
    service = Accounts(fault)
    shared = judged(api, service, "shared")
    disposable = judged(api, Accounts(fault), "disposable")

    assert {each.rule for each in shared.results if each.verdict == "violates"} == set()
    assert verdicts(shared) == dict.fromkeys(LASTING, "not_judged")
    told = [each.actual or "" for each in shared.results if each.rule in LASTING]
    assert all("on a record that nobody needs (disposable = true) it would be" in each for each in told)
    assert service.records == Accounts().records
    assert {each.rule for each in disposable.results if each.verdict == "violates"} == {rule, *ALSO.get(fault, ())}


@pytest.mark.parametrize("way", ["disposable", "made"])
def test_a_service_that_keeps_to_its_document_is_not_blamed(api: Api, way: str) -> None:
    """Each of the rules is judged, and ends well; records that were made are gone afterwards, the others were never touched."""
    service = Accounts()
    before = copy.deepcopy(service.records)
    report = judged(api, service, way)

    assert [(each.rule, each.actual) for each in report.results if each.verdict == "violates"] == []
    assert verdicts(report) == dict.fromkeys(LASTING, "conforms")
    assert report.restored.ok
    assert way == "disposable" or service.records == before


def test_a_rule_that_spoils_a_record_is_the_last_one_there(api: Api) -> None:
    """An inactive account is locked: the rules that follow have records of their own, and all of them are removed."""
    service = Accounts(LOCKED)
    before = copy.deepcopy(service.records)
    report = judged(api, service, "made")

    assert verdicts(report)["hazardous-value-stored"] == "not_judged"
    assert [verdict for rule, verdict in verdicts(report).items() if rule != "hazardous-value-stored"] == ["conforms"] * 3
    assert [each.rule for each in report.results if each.verdict == "violates"] == []
    assert len(service.made) == 2 + len(LASTING) - 1  # one for each rule that had another one before it
    assert set(service.patched) <= set(service.made)
    assert service.records == before
    assert report.restored.ok


def test_where_no_other_record_can_be_made_what_follows_is_not_judged(api: Api) -> None:
    """With one record for all, a locked account ends what is asked of it; the rules before it have been judged."""
    service = Accounts(LOCKED)
    report = judged(api, service, "disposable")

    assert [each.rule for each in report.results if each.verdict == "violates"] == []
    assert verdicts(report)["hazardous-value-stored"] == "not_judged"
    assert [each for each in report.results if each.verdict == "conforms"]


def test_null_is_not_sent_for_what_is_never_shown(api: Api) -> None:
    """A record that shows no password does not hold null for it: on a shared record nothing at all is sent for it."""
    sent: list[Any] = []

    class Noting(Accounts):
        def _store(self, record: dict[str, Any], sent_now: dict[str, Any]) -> None:
            sent.append(sent_now.get("password", record["password"]))
            super()._store(record, sent_now)

        @staticmethod
        def _is_wrong(name: str, value: Any) -> bool:
            return name != "password" and Accounts._is_wrong(name, value)

    judged(api, Noting(), "shared")

    assert set(sent) == {"made-with-it"}
