"""What a record shows is not always what it holds: masks, hashes and write-only members are left alone, and nobody's fault."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from contracts.drafting.draft import write
from contracts.record.keeping.hidden import hides, is_masked
from contracts.record.keeping.keys import names_the_record
from contracts.record.state import UNKNOWN_MEMBER
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from specs import Api, Field
from tests.alarms.test_false_alarms import violated
from tests.services.lockers import Lockers
from tests.services.people import serving

DOCUMENT = Path(__file__).parents[1] / "openapi" / "lockers.yaml"


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    output = tmp_path_factory.mktemp("lockers") / "lockers.yaml"
    write(DOCUMENT, None, output)
    return load_api(str(output))


def judged(api: Api, url: str, *rules: str, record: str = "blue", disposable: bool = False) -> RunReport:
    """A run of the gate, of all rules or of some, on a locker beside the other one."""
    target = Target(
        api=api,
        url=url,
        identity=Identity(path={"locker_label": record}, auth={}),
        bystander=Identity(path={"locker_label": "red" if record == "blue" else "blue"}, auth={}),
        read="/lockers/{locker_label}",
        disposable=disposable,
    )
    (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset(rules)))
    return report


@pytest.mark.parametrize("record", ["blue", "red"])
def test_what_is_not_shown_is_left_as_it_is(api: Api, record: str) -> None:
    """Everything that the service holds is the same afterwards, what no answer shows included, and nothing is wrong with it.

    No made-up value was sent for the secrets, for the key in the path or for what equals it.
    """
    service = Lockers()
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(api, url, record=record)

    assert service.records == before
    assert report.restored.ok
    assert [each for each in violated(report) if each[0] == "must"] == []
    assert {each[2] for each in violated(report)} & {"secret", "password", "pin", "label", "slug"} == set()


def test_where_there_is_no_password_none_is_set(api: Api) -> None:
    """Null for a password says that it stays, in many services: whoever had none could not be without one again."""
    service = Lockers("null is no password")
    service.records["blue"]["password"] = None
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(api, url)

    assert service.records == before
    assert report.restored.ok
    assert [each for each in violated(report) if each[0] == "must"] == []


def test_a_mask_does_not_show_what_was_stored(api: Api) -> None:
    """Where nobody needs the record the secret is written; that it then reads as a mask is no fault."""
    with serving(Lockers()) as url:
        report = judged(api, url, "sent-field-stored", "falsy-value-stored", "fields-stored-together", disposable=True)

    assert [each for each in violated(report) if each[2] == "secret"] == []
    (told,) = [each.actual for each in report.results if each.rule == "sent-field-stored" and each.field == "secret"]
    assert "***" in str(told)


def test_one_bad_value_is_not_the_fault_of_its_company(api: Api) -> None:
    """A key of nothing that is answered 500: told of that field alone; the others are not judged in its company."""
    with serving(Lockers("unknown rooms crash")) as url:
        report = judged(api, url, "fields-stored-together")

    assert violated(report) == {("must", "fields-stored-together", "room_id")}


def test_company_that_is_refused_is_told(api: Api) -> None:
    """Values that are accepted one by one, and not together."""
    with serving(Lockers("two texts are one too many")) as url:
        report = judged(api, url, "fields-stored-together")

    assert {each[2] for each in violated(report)} == {"note", "owner"}


@pytest.mark.parametrize(
    ("value", "masked"),
    [
        ("***", True),
        ("\u2022\u2022\u2022\u2022\u2022\u2022", True),
        ("**** **** **** 4242", True),
        ('{"host": "db", "password": "***"}', True),
        ("[redacted]", True),
        ("xxxxxxxx", True),
        ({"token": "****"}, True),
        ([{"token": "****"}], True),
        ("hidden", False),
        ("a ** b", False),
        ("Xaver", False),
        ("", False),
        (None, False),
        (5, False),
    ],
)
def test_masks(value: object, masked: bool) -> None:
    """Of stars or dots, alone or in a longer text; a word only where it stands in brackets, or says that something is missing."""
    assert is_masked(value) is masked


@pytest.mark.parametrize(
    ("name", "schema", "shown", "hidden"),
    [
        ("password", {"type": "string"}, "$2b$12$abc", True),
        ("login", {"type": "string", "format": "password"}, "open sesame", True),
        ("account", {"type": "object"}, {"user": "ann", "db_password": "x"}, True),
        ("password", {"type": ["string", "null"]}, None, True),
        ("login", {"type": "string", "format": "password"}, "", True),
        ("password_changed", {"type": "string"}, "never", False),
        ("account", {"type": "object"}, {"user": "ann", "password": ""}, False),
    ],
)
def test_passwords(name: str, schema: dict[str, object], shown: object, hidden: bool) -> None:
    """By name or format: what is shown may be a hash of it; where there is none, null may not bring that back."""
    assert bool(hides(Field(path=name, schema=schema, response=name), {name: shown}[name])) is hidden


@pytest.mark.parametrize(
    ("shown", "path", "beside", "other", "names"),
    [
        ("blue", "blue", None, None, True),
        ("p-100001", "p-100001", None, None, True),
        (100000001, "100000001", None, None, True),
        ("7", "7", "8", "8", True),
        ("7", "7", None, None, False),
        (1, "1", 2, "2", False),
        ("7", "7", "7", "8", False),
        ("green", "blue", None, None, False),
    ],
)
def test_what_equals_the_path_names_the_record(shown: object, path: str, beside: object, other: str | None, names: bool) -> None:
    """A text with letters, or a long one, is no chance; a short one where the other record shows its own; a number may be."""
    field = Field(path="label", schema={}, response="label")
    other_path = None if other is None else {"key": other}
    assert names_the_record(field, {"label": shown, "key": path}, {"key": path}) is (len(path) >= 8 and str(shown) == path)
    assert names_the_record(field, {"label": shown}, {"key": path}, {"label": beside}, other_path) is names


def test_what_a_run_could_not_take_out_is_left_alone_by_the_next(api: Api) -> None:
    """A service that knows its types and keeps any other member for good: told by each run, and changed by the first alone."""
    service = Lockers("unknown members are kept")
    with serving(service) as url:
        first = judged(api, url)
        before = copy.deepcopy(service.records)
        second = judged(api, url)

    assert [each.path for each in first.restored.differences] == [UNKNOWN_MEMBER]
    assert second.restored.ok
    assert service.records == before
    for report in (first, second):
        assert ("should", "unknown-field-not-stored", "*") in violated(report)


def test_a_service_that_keeps_what_it_does_not_know_is_seen_by_any_text(api: Api) -> None:
    """The first text keeps its type, a later one does not: members that no document knows are not sent, and nothing stays."""
    service = Lockers("owner is anything")
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(api, url, "unknown-field-not-stored")

    assert service.records == before
    assert report.restored.ok
