"""Lists whose items are changed by id, with a member that takes them out; amounts that are sent in several spellings."""

from __future__ import annotations

import copy
from pathlib import Path

import pytest

from contracts.drafting.draft import write
from contracts.drafting.one_way import removal
from contracts.record.party import Party
from contracts.record.restoring import brought_back
from contracts.reports.report import LEFT_CHANGED, RunReport, exit_code
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.client import Budget, Client
from contracts.target.secrecy import Redactor
from contracts.target.target import Identity, Target, load_api
from contracts.terms.looks import same_amount
from specs import Api, Field
from tests.alarms.test_false_alarms import violated
from tests.services.baskets import Baskets
from tests.services.parcels import Parcels
from tests.services.people import serving

DOCUMENTS = Path(__file__).parents[1] / "openapi"


def drafted(name: str, folder: Path) -> Api:
    """The contract that is drafted of a document."""
    output = folder / f"{name}.yaml"
    write(DOCUMENTS / f"{name}.yaml", None, output)
    return load_api(str(output))


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return drafted("baskets", tmp_path_factory.mktemp("baskets"))


def judged(api: Api, service: Baskets | Parcels, *rules: str, depth: str = "gate") -> RunReport:
    """A run of all rules or of some on the first record beside the second one."""
    first, second = service.records
    with serving(service) as url:
        target = Target(
            api=api,
            url=url,
            identity=Identity(path={"id": first}, auth={}),
            bystander=Identity(path={"id": second}, auth={}),
            read=api.path,
        )
        (report,) = judge_all(Plan(target=target, apis=(api,), depth=depth, rules=frozenset(rules)))
    return report


@pytest.mark.parametrize("depth", ["gate", "quick"])
def test_a_service_that_keeps_to_its_document_is_not_failed(api: Api, depth: str) -> None:
    """No item is taken out that nothing could put back, and each line has the id that it had."""
    service = Baskets()
    before = copy.deepcopy(service.records)
    report = judged(api, service, depth=depth)

    assert violated(report) == set()
    assert report.restored.ok
    assert service.records == before
    assert service.removals == []


def test_an_item_that_the_service_takes_is_told_with_the_request_that_lost_it(api: Api) -> None:
    """No request has left it out: a must, and the run has left something changed; all else is as it was, and stays so."""
    service = Baskets("drops a line that is wrong")
    before = copy.deepcopy(service.records)
    report = judged(api, service)

    (told,) = [each for each in report.results if "is gone for good" in (each.actual or "") and each.verdict == "violates"]
    (item,) = {each["id"] for each in before["b-100001"]["lines"]} - {each["id"] for each in service.records["b-100001"]["lines"]}
    assert told.level == "must"
    assert f"the item {item} of lines is gone for good" in (told.actual or "")
    assert f'"id": {item}' in (told.curl or "")
    assert not report.restored.ok
    assert exit_code([report], strict=False) == LEFT_CHANGED
    before["b-100001"]["lines"] = [each for each in before["b-100001"]["lines"] if each["id"] != item]
    assert service.records == before


@pytest.mark.parametrize("missing", [(12,), (11, 12), ()])
def test_what_is_not_lost_is_put_back(api: Api, missing: tuple[int, ...]) -> None:
    """A list that names an item which is no more is refused as a whole: it is sent without that one, which is told."""
    service = Baskets()
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        target = Target(api=api, url=url, identity=Identity(path={"id": "b-100001"}, auth={}), read=api.path)
        party = Party(target, Client(target.limits, Redactor(), Budget()))
        saved = party.read()
        record = service.records["b-100001"]
        kept = [{"id": each["id"], "name": "Salt", "price": "9.00"} for each in record["lines"] if each["id"] not in missing]
        record |= {"lines": kept, "title": "East", "place": {"street": "Oak 1", "floor": None, "city": "Ulm"}}
        found = brought_back(party, saved, {})

    lines = before["b-100001"]["lines"]
    before["b-100001"]["lines"] = [each for each in lines if each["id"] not in missing]
    assert service.records == before
    assert found.ok is (missing == ())
    assert {each.path for each in found.differences} - {"total"} == ({"lines"} if missing else set())  # the sum of what is left
    assert found.repairs == ()  # no line could bring back what is lost


def test_a_member_of_items_that_nobody_should_see_is_found(api: Api) -> None:
    """In any of the items."""
    report = judged(api, Baskets("shows what takes out"), "write-only-not-shown")

    assert violated(report) == {("must", "write-only-not-shown", "lines[]._destroy")}


def test_an_object_that_keeps_a_part_of_what_was_not_sent_is_told(api: Api) -> None:
    """It is neither merged nor replaced: some of it stays, and some goes."""
    found = violated(judged(api, Baskets("forgets the floor"), "nested-object-policy"))

    assert found == {("should", "nested-object-policy", "place")}


def test_what_follows_a_field_does_not_move_with_its_repetition(api: Api) -> None:
    """It stays where all that it follows stays."""
    found = violated(judged(api, Baskets("takes the same tip off again"), "repeat-same-state"))

    assert ("should", "repeat-same-state", "tip") in found
    assert {each[0] for each in found} == {"should"}


def test_required_members_of_a_part_are_kept(api: Api) -> None:
    """They may be described in another part that holds at the same time."""
    needed = {each.path for each in api.walk_record() if each.required}

    assert {"lines[].id", "lines[].name", "lines[].price"} <= needed
    assert "is no property" not in api.file.read_text()


@pytest.mark.parametrize(
    ("path", "description", "removes"),
    [
        ("lines[]._destroy", "", True),
        ("lines[].delete", "", True),
        ("lines[].gone", "Removes the line.", True),
        ("lines[].pin", "Shown to nobody.", False),
        ("deleted", "Removes the record.", False),
    ],
)
def test_what_takes_an_item_out(path: str, description: str, removes: bool) -> None:
    """By its name or by its description, in items alone."""
    assert (removal(Field(path=path, schema={"type": "boolean", "description": description})) is not None) is removes


@pytest.mark.parametrize(
    ("types", "left", "right", "same"),
    [
        ({"string", "number"}, 42.5, "42.50", True),
        ({"string", "integer"}, "7", 7, True),
        ({"string", "number"}, 42.5, "42.51", False),
        ({"string", "number"}, "042.5", "42.50", True),
        ({"string", "number"}, "sNaN", "1", False),
        ({"string", "number"}, True, "1", False),
        ({"string", "number"}, 1, "one", False),
        ({"string"}, 42.5, "42.50", False),
        ({"number"}, 42.5, "42.50", False),
    ],
)
def test_two_spellings_of_an_amount(types: set[str], left: object, right: object, same: bool) -> None:
    """Where the document lets it be both."""
    assert same_amount(types, left, right) is same


def test_what_follows_one_field_is_not_the_fault_of_its_company(tmp_path: Path) -> None:
    """In a quick run, which sends many fields at once."""
    api = drafted("parcels", tmp_path)

    assert violated(judged(api, Parcels(), depth="quick")) == set()
