"""What a service may do where its document leaves things open: fill in, put off, repeat what was sent; and what it may not."""

from __future__ import annotations

import copy
import json
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from specs import Api
from tests.services.people import serving

DOCUMENT = Path(__file__).parents[1] / "openapi" / "notes.yaml"
FILLED = ["everywhere"]
"""What the service makes of a list without items."""


BESIDE = {"one at a time": 503, "fails beside others": 500}
"""What a patch is answered while another one waits."""


class Door:
    """A lock that knows how many are in and before it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.callers = 0

    def __enter__(self) -> None:
        self.callers += 1
        self._lock.acquire()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._lock.release()
        self.callers -= 1


class Notes:
    """Two notes; ``habits``: what the service does with what it gets."""

    def __init__(self, *habits: str) -> None:
        self.habits = frozenset(habits)
        self.lock: Any = Door()
        self.last = ""
        self.records: dict[str, dict[str, Any]] = {
            "n-1": {"id": "n-1", "anything": "loose", "title": "One", "author": "Ann", "places": ["desk", "wall"]},
            "n-2": {"id": "n-2", "anything": "free", "title": "Two", "author": "Bob", "places": ["roof"]},
        }

    def answer(self, method: str, path: str, _headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON value and headers for a request."""
        record = self.records.get(path.removeprefix("/notes/"))
        if record is None:
            return 404, {"message": "none"}, {}
        if method not in ("GET", "PATCH"):
            return 405, {"message": "not here"}, {"Allow": "GET, PATCH"}
        if method == "PATCH" and "refuses after the other one" in self.habits:
            last, self.last = self.last, path
            if last != path and path == "/notes/n-1":
                return 400, {"message": "not after the other one"}, {}
        return self._patched(record, body) if method == "PATCH" else (200, record, {})

    def _patched(self, record: dict[str, Any], body: bytes) -> tuple[int, Any, dict[str, str]]:
        for habit in self.habits & BESIDE.keys():
            time.sleep(0.02)  # so that those who come at the same time are there
            if self.lock.callers > 1:
                return BESIDE[habit], {"message": "not now"}, {}
        try:
            record |= self._stored(record, json.loads(body))
        except (ValueError, AttributeError):
            return 400, {"message": "refused" + 2 * body.decode("latin-1") * ("repeats what was sent" in self.habits)}, {}
        return 200, record, {}

    def _stored(self, record: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        """What of a patch is kept. ValueError, AttributeError: it is refused."""
        kept = {name: value for name, value in sent.items() if name in record or "keeps anything" in self.habits}
        if "keeps anything" in self.habits:
            return kept
        kept.pop("id", None)
        texts, places = [kept.get(each, "") for each in ("title", "author")], kept.get("places", [])
        if places is None and "fills in for null" in self.habits:
            kept["places"] = places = ["nowhere"]
        if not places and "places" in kept and "fills in" in self.habits:
            kept["places"] = places = FILLED
        listed = isinstance(places, list) and all(isinstance(each, str) and len(each) <= 20 for each in places)
        if "takes names only" in self.habits and not all(str(each).isalnum() for each in texts if each):
            raise ValueError
        if not listed or not all(isinstance(each, str) and len(each) <= 40 for each in texts):
            raise ValueError
        whole = {**record, **kept}
        if "long titles need places" in self.habits and len(whole["title"]) > 20 and not whole["places"]:
            raise ValueError
        return kept


@pytest.fixture(name="api", scope="module")
def _api(tmp_path_factory: pytest.TempPathFactory) -> Api:
    output = tmp_path_factory.mktemp("notes") / "notes.yaml"
    write(DOCUMENT, None, output)
    return load_api(str(output))


def judged(api: Api, notes: Notes, *rules: str, depth: str = "gate", **limits: int) -> RunReport:
    """A run, after which the notes are as they were."""
    before = copy.deepcopy(notes.records)
    with serving(notes) as url:
        identity, other = (Identity(path={"id": each}, auth={}) for each in notes.records)
        target = Target(api=api, url=url, identity=identity, bystander=other, read="/notes/{id}")
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset(rules), depth=depth, seed=7, limits=limits))
    assert notes.records == before
    return report


@pytest.mark.parametrize(("habit", "verdict"), [("keeps types", "observed"), ("keeps anything", "not_judged")])
def test_a_member_that_may_hold_anything_says_nothing_of_unknown_ones(api: Api, habit: str, verdict: str) -> None:
    """It stores true as it is documented to; only a text that stores true shows that any member would stay."""
    report = judged(api, Notes(habit), "unknown-field-not-stored")

    assert [each.verdict for each in report.results] == [verdict]


@pytest.mark.parametrize(("habit", "verdict"), [("fills in", "observed"), ("fills in for null", "violates")])
def test_null_may_empty_a_list_that_is_never_empty(api: Api, habit: str, verdict: str) -> None:
    """Null reads like the list without items where the service fills in both; a value that only null has is made up."""
    report = judged(api, Notes(habit), "null-refused")

    assert {each.verdict for each in report.results if each.field == "places"} == {verdict}


WRITERS = ("concurrent-patches-survive", "concurrent-values-one-wins")


@pytest.mark.parametrize(
    ("habit", "verdict"), [("queues", "conforms"), ("one at a time", "not_judged"), ("fails beside others", "violates")]
)
def test_a_patch_may_be_put_off_beside_others(api: Api, habit: str, verdict: str) -> None:
    """503 says not now, which is nobody's fault; 500 says that the server has failed."""
    report = judged(api, Notes(habit), *WRITERS, depth="thorough")

    assert {each.rule: each.verdict for each in report.results if each.field in ("*", "title")} == dict.fromkeys(WRITERS, verdict)


@pytest.mark.parametrize(("habit", "verdict"), [("refuses", "conforms"), ("repeats what was sent", "not_judged")])
def test_an_answer_that_is_too_long_to_be_read_is_no_missing_answer(api: Api, habit: str, verdict: str) -> None:
    """Who repeats a long body in the refusal has answered."""
    report = judged(api, Notes(habit), "extreme-json-survived", depth="thorough")

    assert {each.verdict for each in report.results if each.field == "*:3 MB"} == {verdict}


def test_an_empty_text_under_the_lower_limit_is_told_once(tmp_path: Path) -> None:
    """It is stored: that the limit does not hold is one finding, that the record then shows it no other."""
    document = tmp_path / "document.yaml"
    document.write_text(DOCUMENT.read_text().replace("maxLength: 40}", "maxLength: 40, minLength: 3}"))
    document.write_text(document.read_text().replace("title: {type: string}", "title: {type: string, minLength: 3}"))
    write(document, None, tmp_path / "notes.yaml")
    report = judged(load_api(str(tmp_path / "notes.yaml")), Notes())

    assert {each.rule for each in report.results if each.verdict == "violates" and each.field == "title"} == {
        "under-limit-refused"
    }


def test_a_search_does_not_draw_texts_where_only_names_are_taken(api: Api) -> None:
    """A field that has refused every unusual text has rules that no document tells: that it refuses more is not told."""
    notes = Notes("takes names only")
    for record in notes.records.values():
        record["anything"] = 5
    report = judged(api, notes, "sequence-follows-model", depth="thorough", max_requests=500)

    assert [(each.verdict, each.actual) for each in report.results] == [("conforms", None)]


@pytest.mark.parametrize(
    ("habit", "verdict"), [("long titles need places", "conforms"), ("refuses after the other one", "violates")]
)
def test_a_refusal_that_the_record_explains_is_no_finding(api: Api, habit: str, verdict: str) -> None:
    """What one member may be depends on the others, whichever way they came; who refuses on an equal record is told."""
    notes = Notes(habit)
    for record in notes.records.values():
        record["anything"] = 5
    (result,) = judged(api, notes, "sequence-follows-model", depth="thorough", max_requests=2000).results

    assert result.verdict == verdict, result.actual
    assert (result.level, "on an equal record" in (result.expected or "")) == ("should", True) or verdict == "conforms"
