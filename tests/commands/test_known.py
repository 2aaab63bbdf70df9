"""Known deviations: what a list may say, which results it covers, when an entry is stale, and its life in a gate."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from contracts.reports import html, known, summary
from contracts.reports.findings import outcome
from contracts.reports.known import KnownList
from contracts.reports.result import Result
from contracts.running import terminal
from contracts.target.target import Target, TargetError
from tests import subjects
from tests.project import pages
from tests.reports.results import report, result, violation

ENTRY = """[[known]]
api = "shop"
rule = "kept"
field = "city"
reason = "The old database cuts it."
owner = "team addresses"
"""


def listed(folder: Path, text: str, today: date = date(2026, 6, 1)) -> KnownList:
    """The list that a file with this text holds."""
    path = folder / "known.toml"
    path.write_text(text, encoding="utf-8")
    return replace(known.load(path), today=today)


# --- what a file may say ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[known", "not valid TOML"),
        ("[[knwon]]", "unknown key 'knwon' in the file; known keys are known"),
        ("known = 1", "expected tables [[known]]"),
        (f'{ENTRY}feild = "x"', "line 1: unknown key 'feild' in [[known]]; known keys are api, rule, field, reason"),
        (ENTRY.replace('field = "city"\n', ""), "line 1: field is missing"),
        (ENTRY.replace('"city"', "[1]"), "line 1: field: expected a text, or a list of texts"),
        (ENTRY.replace('"shop"', "1"), "line 1: api: expected a text"),
        (f"\n# why\n{ENTRY}{ENTRY.replace('The old database cuts it.', ' ')}", "line 9: no reason"),
        (ENTRY.replace("owner", "ticket").replace("team addresses", ""), "line 1: neither owner nor ticket"),
        (f'{ENTRY}expires = "soon"', "line 1: expires: expected a date such as 2027-01-31, not 'soon'"),
        (f"{ENTRY}expires = 2027-01-31T10:00:00", "line 1: expires: expected a date"),
    ],
    ids=lambda value: value if value[:1] != "[" else "",
)
def test_a_list_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, text: str, words: str) -> None:
    """With the file, the line, what is wrong and what would be right."""
    with pytest.raises(TargetError) as refused:
        listed(tmp_path, text)

    assert str(refused.value).startswith(f"{tmp_path / 'known.toml'}: ")
    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_missing_list_is_refused() -> None:
    """A misspelt name must not make every deviation count as unknown."""
    with pytest.raises(TargetError, match=r"nowhere\.toml: cannot be read"):
        known.load(Path("nowhere.toml"))


# --- what an entry covers ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "name", "covered"),
    [
        ("city", "city", True),
        ("city", "City", False),
        ("cit", "city", False),
        ("items[].city", "items[].city", True),
        ("a[].b[].c", "a[].b[].c", True),
        ("a[].*", "a[].b[].c", True),
        ("*", "a[].b", True),
        ("*", "*:NaN", True),
        ("c?ty", "city", True),
    ],
)
def test_a_field_is_a_name_or_a_pattern(tmp_path: Path, pattern: str, name: str, covered: bool) -> None:
    """Brackets are part of names, and no pattern."""
    found = listed(tmp_path, ENTRY.replace('"city"', json.dumps([pattern])))

    assert (found.applied(violation(field=name)) is not None) is covered


@pytest.mark.parametrize("changes", [{"api": "other"}, {"rule": "other"}])
def test_an_entry_covers_its_api_and_rule_only(tmp_path: Path, changes: dict[str, str]) -> None:
    """Another API's or another rule's violation is not known."""
    assert listed(tmp_path, ENTRY).applied(violation(**changes)) is None


# --- when an entry is stale -------------------------------------------------------------------------------------------

TWO = ENTRY.replace('"city"', '["city", "name"]')
ALL = ENTRY.replace('"city"', '"*"')
KNOWN = result(verdict="known")
UNJUDGED = result(verdict="not_judged")
NAMED = result(field="name")


@pytest.mark.parametrize(
    ("text", "results", "stale"),
    [
        (ENTRY, [KNOWN], []),
        (ENTRY, [result()], ["now conforms: delete lines 1 to 6"]),
        (ENTRY, [result(verdict="observed")], ["now conforms: delete lines 1 to 6"]),
        (ENTRY, [], []),
        (ENTRY, [UNJUDGED], []),
        (ENTRY, [NAMED], []),
        (TWO, [KNOWN, NAMED], ['now conforms: delete "name" from its fields']),
        (TWO, [result(), NAMED], ["now conforms: delete lines 1 to 6"]),
        (TWO, [result()], ['now conforms: delete "city" from its fields']),
        (ALL, [KNOWN, NAMED], []),
        (ALL, [result(), NAMED], ["now conforms: delete lines 1 to 6"]),
        (ALL, [NAMED], []),
        (ALL, [UNJUDGED, NAMED], ["now conforms: delete lines 1 to 6"]),
        (f"{ENTRY}expires = 2026-06-01", [KNOWN], []),
        (f"{ENTRY}expires = 2026-05-31", [violation()], ["expired on 2026-05-31: delete lines 1 to 7"]),
        (f"{ENTRY}expires = 2026-05-31", [NAMED], []),
        (f"# one\n\n{ENTRY}\n# two\n{ENTRY}# end\n", [result()], [f"delete lines {lines}" for lines in ("3 to 8", "11 to 16")]),
    ],
)
def test_an_entry_is_stale_once_all_it_covers_conforms(
    tmp_path: Path, text: str, results: Sequence[Result], stale: Sequence[str]
) -> None:
    """Or once it is expired; never because of what this run did not judge."""
    items = {("shop", "kept", "city"), ("shop", "kept", "name"), ("other", "kept", "city")}

    found = listed(tmp_path, text).stale(results, items)

    assert len(found) == len(stale)
    for each, words in zip(found, stale, strict=True):
        assert each.told.endswith(words)


def test_an_expired_entry_excuses_nothing(tmp_path: Path) -> None:
    """From the day after its last one on."""
    text = f"{ENTRY}expires = 2026-06-01"

    assert listed(tmp_path, text, date(2026, 6, 1)).applied(violation()) is not None
    assert listed(tmp_path, text, date(2026, 6, 2)).applied(violation()) is None


def test_a_stale_entry_fails_the_run_and_is_shown_everywhere(tmp_path: Path) -> None:
    """In the verdict, on the page, in the summary and on the terminal."""
    stale = listed(tmp_path, ENTRY).stale([result()], ())
    run = report(result(), stale=stale)

    assert (outcome([run]).failed, outcome([run]).sentence) == (True, "1 stale known deviation")
    assert "delete lines 1 to 6" in " ".join("\n".join(terminal.deviations(run)).split())
    for text in (html.render([run]), summary.render([run])):
        assert "delete lines 1 to 6" in text


# --- adding entries ---------------------------------------------------------------------------------------------------


def test_the_list_is_extended_and_nothing_of_it_changed(tmp_path: Path) -> None:
    """What a person wrote stays byte for byte; an entry for each group, none for what is listed already."""
    written = f"# ours\n{ENTRY}   # no line end"
    path = tmp_path / "known.toml"
    path.write_text(written)
    hostile = 'a "quoted"\n\x00 text \\'

    first = [[violation()], [violation(field=each, rule="sent", actual=hostile) for each in ("a[].b", "c")]]
    added = known.extend(known.load(path, draft=True), first)
    again = known.extend(known.load(path, draft=True), first)

    assert (added, again) == (1, 0)
    assert path.read_text().startswith(written)
    assert [each.fields for each in known.load(path, draft=True).entries] == [("city",), ("a[].b", "c")]


def test_an_added_entry_must_be_explained_by_a_person(tmp_path: Path) -> None:
    """Until then the list is refused, and the entry excuses nothing."""
    path = tmp_path / "known.toml"
    known.extend(known.load(path, draft=True), [[violation()]])

    assert known.load(path, draft=True).applied(violation()) is None
    with pytest.raises(TargetError, match="line 3: no reason: say why the deviation may stay"):
        known.load(path)


# --- the life of an entry ---------------------------------------------------------------------------------------------

API = "babyland"
DEFECT = "one-too-many-accepted"
RULES = ("--rule", "over-limit-refused", "--rule", "sent-field-stored")


@pytest.fixture(name="faulty", scope="module")
def _faulty() -> Iterator[Target]:
    """A service that accepts texts that are one too long."""
    with subjects.mock([API], [DEFECT]) as (target,):
        yield target


@pytest.fixture(name="mended", scope="module")
def _mended() -> Iterator[Target]:
    """The same service without the fault."""
    with subjects.mock([API]) as (target,):
        yield target


ADDING, GATING = pages.commands("how-to/known-deviations.md")


def gate(command: Sequence[str], target: Target, folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """A command of the page against a target."""
    pages.target_file(folder, target)
    return pages.run(command, folder, *RULES, "-p", "no:cacheprovider", "--report-dir", str(folder / "out"), *options)


def test_the_example_on_the_page_is_a_list(tmp_path: Path) -> None:
    """With all that an entry may say."""
    (entry,) = listed(tmp_path, pages.example("how-to/known-deviations.md")).entries

    assert len(entry.fields) == 2
    assert entry.reason
    assert entry.owner
    assert entry.ticket
    assert entry.expires


def test_the_life_of_a_known_deviation(faulty: Target, mended: Target, tmp_path: Path) -> None:
    """Found, added, refused until it is explained, accepted, stale once mended, quiet where it is not judged, expired."""
    path = tmp_path / "known.toml"

    found = gate(ADDING, faulty, tmp_path)
    assert found.returncode == 1, found.stdout
    assert "added to the list: 1 known deviation; give each a reason" in found.stdout

    unexplained = gate(GATING, faulty, tmp_path)
    assert unexplained.returncode == 4, unexplained.stdout
    assert "no reason: say why the deviation may stay" in unexplained.stderr

    path.write_text(path.read_text().replace('reason = ""', 'reason = "Mended in May."').replace('owner = ""', 'ticket = "K-7"'))
    accepted = gate(GATING, faulty, tmp_path, "--junitxml", str(tmp_path / "junit.xml"))
    assert accepted.returncode == 0, accepted.stdout
    assert "Mended in May. (K-7)" in " ".join(accepted.stdout.split())
    check_shown(tmp_path)

    stale = gate(GATING, mended, tmp_path)
    assert stale.returncode == 1, stale.stdout
    assert "1 stale known deviation" in stale.stdout
    assert "now conforms: delete lines 3 to" in " ".join(stale.stdout.split())

    elsewhere = gate(GATING, mended, tmp_path, "-k", "sent_field")
    assert elsewhere.returncode == 0, elsewhere.stdout

    path.write_text(path.read_text() + "expires = 2020-02-29\n")
    expired = gate(GATING, faulty, tmp_path)
    assert expired.returncode == 1, expired.stdout
    assert "expired on 2020-02-29" in " ".join(expired.stdout.split())


def check_shown(folder: Path) -> None:
    """Every report tells the reason and who answers for it."""
    (run,) = json.loads((folder / "out" / "report.json").read_text())["runs"]
    marked = [each for each in run["results"] if each["verdict"] == "known"]
    properties = {(each.attrib["name"], each.attrib["value"]) for each in ET.parse(folder / "junit.xml").iter("property")}

    assert len(marked) == run["summary"]["known"] > 0
    assert {each["rule"] for each in marked} == {"over-limit-refused"}
    assert {(each["known"]["reason"], each["known"]["ticket"]) for each in marked} == {("Mended in May.", "K-7")}
    assert {("known_reason", "Mended in May."), ("known_ticket", "K-7"), ("verdict", "known")} <= properties
    for name in ("report.html", "summary.md"):
        text = (folder / "out" / name).read_text()
        assert "Mended in May." in text
        assert "K-7" in text
