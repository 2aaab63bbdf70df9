"""What moves by itself: declared in a target file, told in every report, and written by --observe."""

from __future__ import annotations

import copy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.record.comparing.purpose import plausible
from contracts.reports import observe, summary
from contracts.reports.html import render
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.terminal import closing
from contracts.running.whole import judge_all
from contracts.target.settings import from_file, with_expect
from contracts.target.target import TargetError, load_api
from contracts.terms.moving import followed
from contracts.terms.nearby import nearby
from tests.alarms.test_false_alarms import violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import target_of

FILE = """api = "babyland"
url = "http://127.0.0.1:9"
[auth]
bearerAuth = "key"
[record]
id = "1"
"""
MOVES = {"last_seen": "moves with every request", "full_name": "follows first_name", "data.revision": "counts writes"}


def written(folder: Path, extra: str) -> Path:
    """A target file with some lines more."""
    path = folder / "target.toml"
    path.write_text(FILE + extra)
    return path


def report() -> RunReport:
    """A report of nothing but what moves."""
    return RunReport(api="babyland", url="http://127.0.0.1:9", started="2024-01-02T03:04:05+00:00", moves=dict(MOVES))


def test_what_moves_is_declared_in_the_target_file(tmp_path: Path) -> None:
    """With the words of the report, for properties of the record by their path."""
    lines = (
        '[read]\npath = "/api/customer/{id}/"\nsettle = 0.5\n[moves]\nlast_seen = "moves with time"\nage = "follows first_name"\n'
        'tags = "is shown in any order"\n'
    )

    target = from_file(written(tmp_path, lines))

    assert target.moves == {"last_seen": "moves with time", "age": "follows first_name", "tags": "is shown in any order"}
    assert target.settle == 0.5


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('[moves]\nlast_seen = "often"', "last_seen in [moves]: expected 'moves with every request', .*, not 'often'"),
        ("[moves]\nlast_seen = 5", "last_seen in [moves]: expected"),
        ('[moves]\nage = "follows nobody"', "age in [moves]: no request has 'nobody'; known are"),
        ("moves = 5", "moves: expected a table [moves]"),
        ("[read]\nsettle = -1", "settle in [read]: expected seconds, 0 to 30, not -1"),
        ("[read]\nsettle = true", "settle in [read]: expected seconds"),
        ("[read]\nsettle = 3600", "settle in [read]: expected seconds"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(tmp_path: Path, lines: str, told: str) -> None:
    """With the place, and what would be right."""
    file = written(tmp_path, lines + "\n") if lines.startswith("[") else tmp_path / "top.toml"
    if not lines.startswith("["):
        file.write_text(f"{lines}\n{FILE}")

    with pytest.raises(TargetError) as error:
        from_file(file)

    start = told.split(", .*, ")
    assert all(part in str(error.value) for part in start)
    assert "\n" not in str(error.value)


def test_every_report_tells_what_moves() -> None:
    """The summary, the page and the terminal: the property and how."""
    pages = (summary.render([report()]), render([report()]), " ".join(" ".join(closing(report())).split()))

    for page in pages:
        for path, how in MOVES.items():
            assert path in page
            assert how in page


def test_what_observe_writes_can_be_declared(tmp_path: Path) -> None:
    """The file is read by --expect; what was learnt about the service as a whole is no property."""
    target = from_file(written(tmp_path, ""))
    path = tmp_path / "observed.toml"

    observe.write(path, target, [], {**MOVES, "*": "shown a moment after a write"})

    assert with_expect(target, path).moves == MOVES


@pytest.mark.parametrize(
    ("how", "names"),
    [("follows a, b", ("a", "b")), ("follows a", ("a",)), ("moves with time", ()), ("counts writes", ())],
)
def test_the_names_that_a_property_follows(how: str, names: tuple[str, ...]) -> None:
    """Behind the word, with commas between them."""
    assert followed(how) == names


@pytest.mark.parametrize(
    ("value", "near"),
    [
        (True, [False]),
        (5, [6, 4]),
        (1.5, [2.5, 0.5]),
        ("Bob", ["Boc", "Bod"]),
        ("#FFF", ["#FFG", "#FFH"]),
        ("v-1", ["v-2", "v-3"]),
        ("2024-02-28", ["2024-02-29", "2024-02-27", "2024-03-01", "2024-03-02"]),
        ("2024-02-28T10:00:00Z", ["2024-02-29T10:00:00Z"]),
        ("2024-02-31", ["2024-02-32"]),
        (["a", "b"], [["a", "c"]]),
        ({"k": 1, "m": "x"}, [{"k": 2, "m": "x"}, {"k": 0, "m": "x"}]),
        ("", []),
        ("--", []),
        ([], []),
        (None, []),
    ],
)
def test_values_near_one(value: object, near: list[object]) -> None:
    """Of its type and form, the nearest first; none of what holds nothing."""
    found = list(nearby(value))

    assert found[: len(near)] == near
    assert value not in found or isinstance(value, bool)
    assert bool(found) == bool(near)


NOW = datetime.now(UTC).isoformat()


@pytest.mark.parametrize(
    ("path", "old", "new", "moved"),
    [
        ("data.seen", "2024-01-01T00:00:00Z", NOW, True),
        ("data.seen", "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", False),
        ("revision", 4, 5, True),
        ("stock", 5, 4, False),
        ("etag", "abc", "abd", True),
        ("name", "abc", "abd", False),
        ("lines[].seen", ["2024-01-01T00:00:00Z", NOW], [NOW, NOW], True),
        ("lines[].seen", ["2024-01-01T00:00:00Z"], [NOW, NOW], False),
        ("lines[].name", ["a", "b"], ["a", "c"], False),
    ],
    ids=lambda value: "now" if NOW in str(value) else None,  # two workers must give a test the same name
)
def test_what_servers_move_on_purpose(path: str, old: object, new: object, moved: bool) -> None:
    """A time, a count, an opaque token, in the items of arrays as well; anything else that a no-op changes is a fault."""
    assert plausible(path, old, new) is moved


class Counting(People):
    """Each record has a version that counts its changes, and no writes that change nothing."""

    def _kept(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        before = copy.deepcopy(record)
        super()._kept(key, record, sent)
        record["version"] = before.get("version", 1) + (record != before)
        return 200, self.shown(key), {}

    def shown(self, key: str) -> dict[str, Any]:
        """With its version."""
        return {"version": 1, **super().shown(key)}


@pytest.mark.parametrize("rule", ["allow-header-sent", "repeat-same-answer"])
def test_a_count_of_changes_is_no_record_that_is_left_changed(tmp_path: Path, rule: str) -> None:
    """Also where the run has written one field alone: what counts the changes of any field is told from two of them."""
    write(Path(__file__).parents[1] / "openapi" / "people.yaml", None, tmp_path / "people.yaml")
    api = load_api(str(tmp_path / "people.yaml"))
    with serving(Counting()) as url:
        (report,) = judge_all(Plan(target=target_of(api, url), apis=(api,), rules=frozenset({rule})))

    assert report.restored.ok, report.restored.differences
    assert violated(report) == set()


class Silent(People):
    """No 405 says which methods there are."""

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As for people, without Allow."""
        status, value, more = super().answer(method, path, headers, body)
        return status, value, {} if status == 405 else more


@pytest.mark.parametrize(("service", "found"), [(People, set()), (Silent, {("should", "allow-header-sent", "*")})])
def test_options_tell_where_a_post_is_not_sent(tmp_path: Path, service: type[People], found: set[Any]) -> None:
    """Without an Allow a POST might do anything, and is not sent; that there is none is told all the same."""
    write(Path(__file__).parents[1] / "openapi" / "people.yaml", None, tmp_path / "people.yaml")
    api = load_api(str(tmp_path / "people.yaml"))
    with serving(service()) as url:
        (report,) = judge_all(Plan(target=target_of(api, url), apis=(api,), rules=frozenset({"allow-header-sent"})))

    assert violated(report) == found
