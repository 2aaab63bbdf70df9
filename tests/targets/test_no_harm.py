"""Do no harm: whatever a service does with what it gets, all its records are afterwards as they were."""

from __future__ import annotations

import copy
import json
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.creating import fixture_of
from contracts.drafting.draft import write
from contracts.record.calls import Calls
from contracts.record.party import Party
from contracts.reports.report import LEFT_CHANGED, RunReport, exit_code
from contracts.running.journal import pending, read
from contracts.running.plan import Plan
from contracts.running.restore import restore
from contracts.running.run import Run
from contracts.running.selection import load_rules
from contracts.running.whole import judge_all
from contracts.target.client import Budget, Client
from contracts.target.secrecy import Redactor, Secret
from contracts.target.settings import from_settings
from contracts.target.target import Identity, Target, TargetError, load_api
from contracts.terms.verdict import LOST, NotJudged
from specs import Api
from tests.services.people import People, serving
from tests.services.plans import Plans

DOCUMENT = Path(__file__).parents[1] / "openapi" / "people.yaml"
FIRST, SECOND = "p-100001", "p-100002"


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    output = tmp_path_factory.mktemp("people") / "people.yaml"
    write(DOCUMENT, None, output)
    return load_api(str(output))


def target_of(api: Api, url: str, *, disposable: bool = False) -> Target:
    """The first record, with the second one as bystander."""
    return Target(
        api=api,
        url=url,
        identity=Identity(path={"id": FIRST}, auth={}),
        bystander=Identity(path={"id": SECOND}, auth={}),
        read="/people/{id}",
        disposable=disposable,
    )


def judged(api: Api, url: str, *, disposable: bool = False) -> RunReport:
    """A run of the gate."""
    (report,) = judge_all(Plan(target=target_of(api, url, disposable=disposable), apis=(api,)))
    return report


def violated(report: RunReport) -> set[str]:
    """The rules that are violated; that members which only some habits show are documented is told of every service."""
    return {each.rule for each in report.results if each.verdict == "violates"} - {"documented-members-shown"}


@pytest.mark.parametrize(
    ("habit", "found"),
    [
        ("nothing odd", set()),
        ("renames", set()),
        ("post makes", set()),
        ("stores anything", {"unknown-field-not-stored"}),
        ("blank refused", set()),
        ("imported cities refused", {"no-op-changes-nothing"}),
        ("map merges", set()),
        ("speaks English only", set()),
        ("map merges, null removes", set()),
        ("activity moves with requests, initials follow, version counts writes", set()),
        ("activity moves with changes", set()),
        ("merges in depth", {"wrong-type-refused"}),
        ("answers expand flags", {"documented-types"}),
    ],
)
def test_every_record_is_as_before(api: Api, habit: str, found: set[str]) -> None:
    """Keys are not written, other methods are not tried, what sticks is taken out, what cannot be put back is not written."""
    people = People(*habit.split(", "))
    if habit == "blank refused":
        people.records[FIRST]["username"] = ""
    if habit == "imported cities refused":
        people.records[FIRST]["city"] = "(imported)"
    before = copy.deepcopy(people.records)
    with serving(people) as url:
        report = judged(api, url)

    assert people.records == before
    assert report.restored.ok
    assert violated(report) == found
    assert not [each.actual for each in report.results if (each.actual or "").startswith("internal error")]


@pytest.mark.parametrize("back", [True, False])
def test_a_record_that_took_another_key_is_moved_back_and_never_removed(tmp_path: Path, back: bool) -> None:
    """No request has the key, and it is taken all the same: what is under the other one is the record, and no copy of it."""
    people = People("renames", *(["never back"] if not back else []))
    before = copy.deepcopy(people.records)
    with serving(people) as url:
        report = judged(_without_key_in_requests(tmp_path), url)

    assert len(people.records) == len(before)
    assert "DELETE" not in people.methods
    assert (people.records == before) is report.restored.ok is back
    assert violated(report) == {"read-only-unchanged" if back else "path-names-the-record"}


def _without_key_in_requests(folder: Path) -> Api:
    """The document as it would be for a service that owns the keys, with a DELETE."""
    content = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    (path,) = content["paths"]
    item = content["paths"][path]
    del item["patch"]["requestBody"]["content"]["application/json"]["schema"]["properties"]["id"]
    content["components"]["schemas"]["Person"]["properties"]["id"]["readOnly"] = True
    item["delete"] = {"responses": {"200": {"description": "It was there."}}}
    (folder / "owned.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    write(folder / "owned.yaml", None, folder / "api.yaml")
    return load_api(str(folder / "api.yaml"))


def test_a_field_that_cannot_be_put_back_is_not_written(api: Api) -> None:
    """The present value of the field is refused: nothing about the field is judged, and the reason is told."""
    people = People("blank refused")
    people.records[FIRST]["username"] = ""
    with serving(people) as url:
        report = judged(api, url)

    about = [each for each in report.results if each.field == "username" and each.rule == "sent-field-stored"]
    assert [each.verdict for each in about] == ["not_judged"]
    assert "its present value is not accepted (400)" in (about[0].actual or "")


def test_on_a_disposable_record_that_field_is_written(api: Api) -> None:
    """Nobody needs the record: nothing is spared."""
    people = People("blank refused")
    people.records[FIRST]["username"] = ""
    with serving(people) as url:
        report = judged(api, url, disposable=True)

    about = [each for each in report.results if each.field == "username" and each.rule == "sent-field-stored"]
    assert [each.verdict for each in about] == ["conforms"]


def test_what_moves_is_told(api: Api) -> None:
    """A time of last use, initials and a version are observed, each with how it moves."""
    people = People("activity moves with requests", "initials follow", "version counts writes")
    with serving(people) as url:
        report = judged(api, url)

    assert report.moves.keys() == {"last_activity", "initials", "version"}
    assert report.moves["initials"].startswith("follows ")
    assert report.moves["version"] == "counts writes"
    assert report.moves["last_activity"] == "moves with refused requests"


def test_a_time_that_only_a_change_moves_is_told(api: Api) -> None:
    """The no-op at the start leaves it: it is learnt at the first change, since a further no-op leaves it too."""
    with serving(People("activity moves with changes")) as url:
        report = judged(api, url)

    assert report.moves == {"last_activity": "moves with every change"}
    assert report.restored.ok


def test_what_stood_still_while_learning_and_moves_later_is_found(api: Api) -> None:
    """The same property, moving when it should not."""
    people = People("activity moves later")
    with serving(people) as url:
        report = judged(api, url)

    assert "last_activity" not in report.moves
    assert "omitted-fields-unchanged" in violated(report)


def test_a_record_that_a_patch_makes_is_told_once(api: Api) -> None:
    """A service that makes a record of what it does not know: found, not tried again, and the run says that it is there."""
    people = People("upserts")
    with serving(people) as url:
        report = judged(api, url)

    assert len(people.records) == 3
    assert violated(report) == {"unknown-customer-not-created"}
    assert [each.after for each in report.restored.differences] == [f"made by PATCH {url}/people/{[*people.records][-1]}"]
    assert exit_code([report], strict=False) == LEFT_CHANGED


def test_the_item_that_loses_the_record_is_violated_and_the_last_one(api: Api) -> None:
    """A body of another media type replaces the record: nothing more is sent to it, and each later item says since when."""
    people = People("raw media replace")
    with serving(people) as url:
        report = judged(api, url)

    (lost,) = [each for each in report.results if each.verdict == "violates" and each.rule in violated(report)]
    later = [each for each in report.results if (each.actual or "").startswith(f"since {lost.rule} [")]
    assert lost.level == "must"
    assert LOST in (lost.actual or "")
    assert len(later) > 50
    assert not report.restored.ok


class _Noting(Plans):
    """A service with a date, which keeps what is sent for it."""

    def __init__(self) -> None:
        super().__init__()
        self.starts: list[Any] = []

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As the service answers it."""
        with suppress(ValueError, TypeError, KeyError):
            self.starts.append(json.loads(body)["starts"])
        return super().answer(method, path, headers, body)


@pytest.mark.parametrize("disposable", [False, True])
def test_an_empty_text_for_a_date_is_sent_where_nobody_needs_the_record(tmp_path: Path, *, disposable: bool) -> None:
    """Some services store it as if it were unset, and cannot read the record from then on."""
    output = tmp_path / "plans.yaml"
    write(DOCUMENT.with_name("plans.yaml"), None, output)
    api, service = load_api(str(output)), _Noting()
    with serving(service) as url:
        target = Target(
            api=api, url=url, identity=Identity(path={"id": "p-100001"}, auth={}), read="/plans/{id}", disposable=disposable
        )
        judge_all(Plan(target=target, apis=(api,), rules=frozenset({"falsy-value-stored", "sent-field-stored"})))

    assert service.starts
    assert ("" in service.starts) is disposable


# --- the journal ------------------------------------------------------------------------------------------------------


def test_a_run_that_did_not_end_is_put_back_from_its_journal(api: Api, tmp_path: Path) -> None:
    """The next run refuses the record and names the journal; restoring from it makes the record what it was."""
    people = People()
    before = copy.deepcopy(people.records)
    with serving(people) as url:
        plan = Plan(target=target_of(api, url), apis=(api,), report_dir=tmp_path)
        run = Run(plan)
        run.open()
        rule, function = next(found for found in load_rules() if found[0].id == "sent-field-stored")
        run.judge(api.name, rule, "city", lambda party: function(party=party, case=api.field("city")))
        run._locks.release()  # as the kernel does for a process that was killed: nothing else of it comes
        changed = copy.deepcopy(people.records)
        (journal,) = tmp_path.glob("journal-*.jsonl")

        with pytest.raises(TargetError, match=re.escape(f"patch-contracts restore {journal}")):
            judge_all(plan)
        told = list(restore(journal, {}, None))
        again = copy.deepcopy(people.records)
        judge_all(Plan(target=target_of(api, url), apis=(api,), rules=frozenset({"sent-field-stored"})))

    assert changed != before
    assert [(name, each.ok) for name, each in told] == [("the record", True), ("the bystander", True)]
    assert again == before


class Locked(People):
    """Shows nothing to whom it does not know, once it is locked."""

    locked = False

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As for people, for those who have the key."""
        return (
            super().answer(method, path, headers, body) if not self.locked or headers["X-Key"] else (401, {"message": "who?"}, {})
        )


def test_a_restore_without_the_credential_is_refused_in_one_line(api: Api, tmp_path: Path) -> None:
    """No traceback: a journal has no credential, and the line says how it is given; so does the next run's."""
    people = Locked()
    with serving(people) as url:
        target = target_of(api, url)
        run = Run(Plan(target=target, apis=(api,), report_dir=tmp_path))
        run.open()
        run._locks.release()
        (journal,) = tmp_path.glob("journal-*.jsonl")
        people.locked = True

        with pytest.raises(TargetError, match=r"401.*--auth SCHEME=VALUE.*--target"):
            list(restore(journal, {}, None))
        identity = replace(target.identity, auth={"key": Secret("of-ann")})
        with pytest.raises(TargetError, match="needs the same --target or --auth as the run"):
            pending(target, [identity])
        people.locked = False
        assert all(each.ok for _name, each in restore(journal, {}, None))


def test_a_journal_keeps_the_records_and_every_write(api: Api, tmp_path: Path) -> None:
    """Also where all went well; then it is closed, and the next run starts."""
    people = People()
    with serving(people) as url:
        judge_all(Plan(target=target_of(api, url), apis=(api,), report_dir=tmp_path, rules=frozenset({"sent-field-stored"})))
    (journal,) = tmp_path.glob("journal-*.jsonl")
    left = read(journal)

    assert left.closed
    assert [dict(each.path) for each in left.saved] == [{"id": FIRST}, {"id": SECOND}]
    assert left.writes == people.methods.count("PATCH")


@pytest.mark.parametrize("content", ["", "no journal\n", "[1]\n"])
def test_what_is_no_journal_is_refused_in_one_line(tmp_path: Path, content: str) -> None:
    """Nothing is sent for a file of another kind."""
    path = tmp_path / "x.jsonl"
    path.write_text(content, encoding="utf-8")

    with pytest.raises(TargetError, match="no journal of a run"):
        read(path)


class Moved(People):
    """Sends every patch elsewhere."""

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """A redirect for a patch."""
        if method == "PATCH":
            self.methods.append(method)
            return 301, {}, {"Location": f"{path}/moved"}
        return super().answer(method, path, headers, body)


def test_a_redirect_is_seen_though_nothing_is_written(api: Api) -> None:
    """The present values that are sent back show it."""
    people = Moved()
    with serving(people) as url:
        (report,) = judge_all(Plan(target=target_of(api, url), apis=(api,), rules=frozenset({"no-redirect"})))

    assert [each.verdict for each in report.results] == ["violates"]


# --- disposable records -----------------------------------------------------------------------------------------------

FIXTURE: dict[str, Any] = {
    "create": {"path": "/people", "body": {"username": "sample-{unique}"}, "id": "/data/id"},
    "delete": {"path": "/people/{id}"},
}


def settings(api: Api, url: str, **changes: Any) -> dict[str, Any]:
    """A target file with a fixture."""
    return {"api": str(api.file), "url": url, "read": {"path": "/people/{id}"}, "fixture": FIXTURE, **changes}


def test_records_are_made_for_a_run_and_removed_after_it(api: Api) -> None:
    """One to be judged and a bystander; the records that were there are not touched."""
    people = People()
    before = copy.deepcopy(people.records)
    with serving(people) as url:
        target = from_settings(settings(api, url))
        (report,) = judge_all(
            Plan(target=target, apis=(api,), rules=frozenset({"sent-field-stored", "other-customer-unchanged"}))
        )

    assert people.records == before
    assert people.methods.count("POST") == people.methods.count("DELETE") == 2
    assert report.summary()["conforms"] > 8
    assert report.restored.ok


def test_a_record_that_cannot_be_removed_is_told(api: Api) -> None:
    """Which one is still there, and what the service said."""
    people = People("keeps what was made")
    with serving(people) as url:
        target = from_settings(settings(api, url))
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset({"sent-field-stored"})))

    told = [each.after for each in report.restored.differences]
    assert [each.split(":")[0] for each in told] == ["record id=p-made2 is still there", "record id=p-made1 is still there"]


@pytest.mark.parametrize(
    ("fixture", "words"),
    [
        ({}, "[fixture]: expected the tables [fixture.create] and [fixture.delete]"),
        ({"create": {}}, "[fixture.create]: expected either a path or a command"),
        ({"create": {"path": "people"}}, "[fixture.create]: path: expected a path that begins with /"),
        ({"create": {"path": "/people", "pth": 1}}, "unknown key 'pth' in [fixture.create]"),
        ({"from_document": "nowhere.yaml"}, "[fixture]: from_document: expected true, or the file of the whole document"),
        ({"from_document": True, **FIXTURE}, "[fixture]: expected either from_document, or [fixture.create]"),
        ({"create": {"path": "/people", "id": "id"}}, "[fixture.create]: id: expected a JSON Pointer"),
    ],
)
def test_a_fixture_that_cannot_be_used_is_refused(api: Api, fixture: dict[str, object], words: str) -> None:
    """In one line, before anything is sent."""
    with pytest.raises(TargetError, match=re.escape(words)):
        from_settings(settings(api, "http://127.0.0.1:9", fixture=fixture))


def test_the_list_of_a_target_file_is_a_path() -> None:
    """It may name the path parameters of the records above, and nothing else."""
    given = {"api": "babyland", "url": "http://127.0.0.1:9"}
    with pytest.raises(TargetError, match=re.escape("list in [read]: expected a path that starts with /")):
        from_settings({**given, "auth": {"bearerAuth": "x"}, "record": {"id": "1"}, "read": {"list": "customers"}})


def test_a_fixture_whose_answer_shows_no_id_ends_the_run(api: Api) -> None:
    """One line says where an id was expected."""
    people = People()
    create = {**FIXTURE["create"], "id": "/id"}
    with serving(people) as url:
        target = from_settings(settings(api, url, fixture={"create": create}))
        with pytest.raises(TargetError, match="no id at /id of the answer to POST /people"):
            judge_all(Plan(target=target, apis=(api,)))


CREATION = {
    "post": {
        "requestBody": {
            "content": {
                "application/json": {
                    "schema": {
                        "type": "object",
                        "required": ["username", "newsletter", "id"],
                        "properties": {
                            "id": {"type": "string", "readOnly": True},
                            "username": {"type": "string", "minLength": 3, "maxLength": 60},
                            "newsletter": {"type": "boolean"},
                            "owner": {"type": "string"},
                        },
                    }
                }
            }
        },
        "responses": {
            "201": {
                "description": "Made.",
                "content": {
                    "application/json": {
                        "schema": {"type": "object", "properties": {"data": {"$ref": "#/components/schemas/Person"}}}
                    }
                },
            }
        },
    }
}


def whole_document(folder: Path, *, creation: bool = True, deletion: bool = True) -> Path:
    """The document with what it leaves out: how people are made and removed."""
    content = yaml.safe_load(DOCUMENT.read_text(encoding="utf-8"))
    if creation:
        content["paths"]["/people"] = CREATION
    if deletion:
        content["paths"]["/people/{id}"]["delete"] = {"responses": {"200": {"description": "Gone."}}}
    file = folder / "whole.yaml"
    file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return file


def test_the_document_itself_says_how_records_are_made(api: Api, tmp_path: Path) -> None:
    """Its POST, with the required members that a client sends, and its DELETE; two records never have the same name."""
    fixture = fixture_of(api, whole_document(tmp_path))
    assert fixture.create.path == "/people"
    assert set(fixture.create.body) == {"username", "newsletter"}
    assert "{unique}" in fixture.create.body["username"]
    assert fixture.create.pointer == "/data/id"

    people = People()
    before = copy.deepcopy(people.records)
    with serving(people) as url:
        target = from_settings(settings(api, url, fixture={"from_document": "whole.yaml"}), base=tmp_path)
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset({"sent-field-stored"})))

    assert people.records == before
    assert people.methods.count("POST") == people.methods.count("DELETE") == 2
    assert report.summary()["conforms"] > 4
    assert violated(report) == set()
    assert report.restored.ok


def test_a_document_without_a_way_is_told_ahead_of_every_request(api: Api, tmp_path: Path) -> None:
    """In one line, with what to write; a way to remove is missed only at the end."""
    people = People()
    with serving(people) as url:
        file = whole_document(tmp_path, creation=False)
        target = from_settings(settings(api, url, fixture={"from_document": str(file)}))
        with pytest.raises(TargetError, match=r"has no POST /people; write \[fixture.create\]"):
            judge_all(Plan(target=target, apis=(api,)))
    assert people.methods == []
    assert fixture_of(api, whole_document(tmp_path, deletion=False)).delete is None


def test_the_id_that_nobody_has_is_not_the_bystanders(api: Api) -> None:
    """Short ids are easily hit: a patch of a record that does not exist must not reach one that does."""
    for first, second in (("a", "b"), ("1", "2147000001"), ("p-100001", "p-011110")):
        target = replace(
            target_of(api, "http://127.0.0.1:9"),
            identity=Identity(path={"id": first}, auth={}),
            bystander=Identity(path={"id": second}, auth={}),
        )

        made = Calls(target, target.identity).unknown_path()["id"]

        assert made not in (first, second)


def test_a_field_that_is_not_written_hides_no_fault_of_another(api: Api) -> None:
    """A server error for a text is told, though a bad value of the field that is spared cannot be tried beside it."""
    people = People("blank names refused", "null characters break cities")
    people.records[FIRST]["first_name"] = ""
    with serving(people) as url:
        report = judged(api, url)

    assert "hostile-json-survived" in violated(report)


@pytest.mark.parametrize("city", ["Tunis\n", " Tunis"])
def test_white_space_at_an_end_of_a_text_is_not_lost(api: Api, city: str) -> None:
    """A service that trims takes off what the record was made with, and no request brings it back: not even the same is sent."""
    people = People("trims texts")
    people.records[FIRST]["city"] = city
    before = copy.deepcopy(people.records)
    with serving(people) as url:
        report = judged(api, url)

    assert people.records == before
    assert report.restored.ok
    assert {each.verdict for each in report.results if (each.rule, each.field) == ("sent-field-stored", "city")} == {"not_judged"}


def test_a_null_that_cannot_be_undone_is_sent_only_for_good() -> None:
    """A picture that JSON can only remove is spared unless a rule asks for that very null."""
    api = load_api("customers_me")
    image = next(each for each in api.fields if each.safe.get("type") == "null")
    needed = Target(api=api, url="http://127.0.0.1", identity=Identity(path={}, auth={}))
    record = {str(image.response): "https://example.com/a.jpg"}

    composer = Party(needed, Client(needed.limits, Redactor(), Budget())).composer

    assert composer.patch(record, image, None, for_good=True).body == {image.name: None}
    with pytest.raises(NotJudged, match="could not be put back"):
        composer.patch(record, image, None)
