"""What a run leaves behind: report.json, report.html, summary.md, traffic.har, JUnit, and what stands in the terminal."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from requests.structures import CaseInsensitiveDict

from contracts import reports
from contracts.record.restoring import Restoration
from contracts.reports import findings, summary
from contracts.reports.report import MEMBERS, RunReport, read_json, write_json
from contracts.reports.result import Result
from contracts.reports.traffic import Traffic
from contracts.running import terminal
from contracts.target.secrecy import Redactor, Secret
from contracts.terms.exchange import Answer, Exchange
from contracts.terms.rule import FAMILIES
from contracts.terms.verdict import Difference
from tests import subjects
from tests.results import HOSTILE, report, result, violation

CANARY = "canary-7f3a/91+secret=="

# --- report.json --------------------------------------------------------------------------------------------------


def test_report_json_has_the_documented_members_in_their_order(tmp_path: Path) -> None:
    """Version 1, exactly; what the other reports need besides is not in it."""
    left = Restoration(ok=False, differences=(Difference(path="a", before=1, after=None),), repairs=("curl",))
    run = report(violation(point="p", wfc="F1"), restored=left)

    document = json.loads(write_json(tmp_path, [run]).read_text())

    assert list(document) == ["version", "runs"]
    assert list(document["runs"][0]) == ["api", "url", "started", "seconds", "requests", "restored", "results", "summary"]
    assert tuple(document["runs"][0]["results"][0]) == MEMBERS
    assert document["runs"][0]["restored"] == {"ok": False, "differences": [{"path": "a", "before": 1, "after": None}]}
    assert document["runs"][0]["summary"] == {"conforms": 0, "violates": 1, "not_judged": 0, "observed": 0, "known": 0}


def test_report_json_is_read_back(tmp_path: Path) -> None:
    """What is read gives the same file again."""
    path = write_json(tmp_path, [report(violation(), result(), seconds=1.5)])
    first = path.read_text()

    write_json(tmp_path, read_json(path))

    assert path.read_text() == first


def test_half_a_surrogate_pair_is_written_everywhere(tmp_path: Path) -> None:
    """A text that has no UTF-8 must not cost the reports."""
    reports.write(tmp_path, [report(violation(actual="it reads '\ud800'"))])

    assert "\\ud800" in (tmp_path / "report.html").read_text()
    assert json.loads((tmp_path / "report.json").read_text())["runs"][0]["results"][0]["actual"] == "it reads '\ud800'"


# --- one root cause, one finding ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        pytest.param([violation(field="a"), violation(field="b")], [(("kept",), ("a", "b"))], id="one kind on two fields"),
        pytest.param(
            [violation(field="a"), violation(field="b", actual="it is gone")],
            [(("kept",), ("a",)), (("kept",), ("b",))],
            id="two kinds",
        ),
        pytest.param(
            [violation(field="a", actual="it names nick_name"), violation(field="nick_name", actual="it names nickname")],
            [(("kept",), ("a", "nick_name"))],
            id="names of fields make no difference",
        ),
        pytest.param(
            [violation(field="a", status=200), violation(field="b", status=422)],
            [(("kept",), ("a",)), (("kept",), ("b",))],
            id="two statuses",
        ),
        pytest.param(
            [violation(field="a", status=500, actual="for a list: x"), violation(field="b", status=500, actual="y")],
            [(("kept",), ("a", "b"))],
            id="server errors",
        ),
        pytest.param(
            [violation(field="a", level="should"), violation(field="b", rule="other")],
            [(("other",), ("b",)), (("kept",), ("a",))],
            id="musts first",
        ),
        pytest.param(
            [violation(curl="same", rule="kept"), violation(curl="same", rule="other")],
            [(("kept", "other"), ("city",))],
            id="two rules, the same request and difference",
        ),
        pytest.param(
            [violation(curl="same", family="types"), violation(curl="same", rule="other")],
            [(("other",), ("city",)), (("kept",), ("city",))],
            id="two families, in their order",
        ),
        pytest.param(
            [violation(actual=f"the answer was 400 {body}", field=field) for field, body in (("a", "{}"), ("b", '["no"]'))],
            [(("kept",), ("a", "b"))],
            id="bodies make no difference",
        ),
    ],
)
def test_violations_are_grouped_by_root_cause(results: list[Result], expected: list[tuple[Sequence[str], Sequence[str]]]) -> None:
    """The same rule violated in the same way is one finding with its fields."""
    assert [(each.rules, each.fields) for each in findings.findings(report(*results))] == expected


@pytest.mark.parametrize(
    ("results", "strict", "failed", "sentence"),
    [
        ([result()], False, False, "conforms"),
        ([result(), violation()], False, True, "1 violation"),
        ([violation(field="a"), violation(field="b")], False, True, "1 violation at 2 points"),
        ([result(), violation(level="should")], False, False, "conforms, 1 recommendation missed"),
        ([result(), violation(level="should")], True, True, "1 violation"),
        ([result(), result(verdict="known")], False, False, "conforms, 1 known deviation"),
        ([result(verdict="not_judged", actual="no value")], False, True, "nothing was judged"),
        ([], False, True, "nothing was judged"),
        ([result(), result(verdict="not_judged", actual="internal error: X")], False, True, "conforms, 1 internal error"),
    ],
    ids=str,
)
def test_the_verdict_is_one_sentence(results: list[Result], strict: bool, failed: bool, sentence: str) -> None:
    """It agrees with the exit code."""
    found = findings.outcome([report(*results)], strict=strict)

    assert (found.failed, found.sentence) == (failed, sentence)


def test_an_observed_choice_is_told_once_for_all_fields() -> None:
    """Its point is named without the field."""
    seen = [result(verdict="observed", field=field, point=f"'' for {field}", behaviour="refuse") for field in ("a", "items[].a")]

    (choice,) = findings.choices(report(*seen))

    assert (choice.point, choice.behaviour, choice.fields) == ("'' for the field", "refuse", ("a", "items[].a"))


# --- the terminal -------------------------------------------------------------------------------------------------


class Paper:
    """A terminal without colours; what was written to it."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def section(self, title: str) -> None:
        """A heading."""
        self.lines.append(title)

    def line(self, text: str, **_markup: bool) -> None:
        """A line."""
        self.lines.append(text)


def written(*runs: RunReport, folder: Path | None = None) -> list[str]:
    """What the terminal shows of runs."""

    paper = Paper()
    plan = SimpleNamespace(report_dir=folder, strict=False)
    run = SimpleNamespace(reports={run.api: run for run in runs}, plan=plan, listed=0)
    terminal.summary(paper, run)  # type: ignore[arg-type]
    return paper.lines


def test_a_violation_takes_ten_lines_of_eighty_columns_at_most() -> None:
    """However long its parts are; the curl line alone is longer, and whole, so that it can be copied."""
    long = "word " * 200
    curl = f"curl -X PATCH http://localhost --data '{'x' * 1500}'"
    claim = {"document": "page.txt", "at": long, "says": long}
    texts = {"title": long, "expected": long, "actual": long, "claim": claim, "curl": curl}
    (finding,) = findings.findings(report(*(violation(field=f"field_{number}", **texts) for number in range(40))))

    lines = terminal.violation(1, report(), finding)

    assert len(lines) <= 10
    assert [line for line in lines if len(line) > 80] == [f"  {curl}"]
    assert re.search(r"field_0, .* and \d+ more", " ".join(lines))
    assert lines[0] == "1. VIOLATED shop partial_update/kept"


def test_a_short_violation_is_shown_whole() -> None:
    """Sentence, document, field, expected, actual, difference, curl."""
    (finding,) = findings.findings(report(violation(curl="curl one")))

    assert terminal.violation(3, report(), finding) == [
        "3. VIOLATED shop partial_update/kept",
        "  What is sent is kept.",
        "  says     page.txt, Parameters: city",
        "  on       city",
        "  expected the city to read 'x'",
        "  actual   it reads 'y'",
        "  differs  city: 'x' -> 'y'",
        "  curl one",
    ]


def test_a_very_long_curl_line_is_cut_and_says_so() -> None:
    """Nobody copies a command that is silently incomplete."""
    (finding,) = findings.findings(report(violation(curl="curl " + "x" * 3000)))

    assert terminal.violation(1, report(), finding)[-1].endswith("... (cut; the whole line is in report.html)")


def test_many_findings_are_told_in_part() -> None:
    """The others are in report.html."""
    lines = written(report(*(violation(rule=f"rule-{number}") for number in range(30))))

    assert sum("VIOLATED" in line for line in lines) == 25
    assert "and 5 more: see report.html" in lines
    assert lines[-1] == "for the requests and answers, add: --report-dir DIR"


def test_the_terminal_says_where_the_report_is(tmp_path: Path) -> None:
    """Also when everything conforms."""
    lines = written(report(result()), folder=tmp_path)

    assert lines[-2:] == ["conforms", f"report: {tmp_path / 'report.html'}"]


def test_the_matrix_fits_into_eighty_columns() -> None:
    """APIs that do not fit beside each other stand below each other."""
    cells = [violation(family=family, field=str(number)) for family in FAMILIES for number in range(120)]
    runs = [report(*cells, api=f"rather_long_name_{number}") for number in range(6)]

    lines = terminal.matrix(runs)

    assert all(len(line) <= 80 for line in lines)
    assert all(any(run.api in line for line in lines) for run in runs)
    assert "120 !120" in lines[1]


def test_a_record_that_is_not_restored_is_told_with_its_repair() -> None:
    """Field, value, and the line that mends it."""
    left = Restoration(ok=False, differences=(Difference(path="city", before="x", after=None),), repairs=("curl mend",))

    lines = terminal.closing(report(result(), restored=left))

    assert lines == [
        "shop: 1 conforms; 3 requests; NOT RESTORED",
        "  city should be 'x', but is None",
        "  repair: curl mend",
    ]


# --- summary.md ---------------------------------------------------------------------------------------------------


def test_the_summary_tells_verdict_families_findings_and_choices() -> None:
    """In that order."""
    seen = result(verdict="observed", field="*", point="empty_body", behaviour="accept", family="types")
    page = summary.render([report(result(), violation(), seen)])

    parts = [
        "## ❌ Partial updates: 1 violation",
        "| shop |",
        "| partial_update | 1 | 1 |",
        "#### ❌ 1. kept",
        "body: an empty object | accept",
    ]
    assert [page.index(part) for part in parts] == sorted(page.index(part) for part in parts)
    assert "<details><summary>Observed" in page


def test_hostile_texts_stay_texts_in_the_summary() -> None:
    """No HTML, no link, no further column or row of a table; a fence is longer than what it holds."""
    hostile = f"{HOSTILE} [a](http://b) @someone #12\n| x | *y* ```"
    bad = violation(expected=hostile, actual=hostile, title=hostile, curl=f"curl {hostile.splitlines()[0]} ````")
    seen = result(verdict="observed", field=hostile, point=hostile, behaviour=hostile)
    page = summary.render([report(bad, seen, url=hostile)])

    prose = re.sub(r"(`{5})sh\n.*?\n\1", "", page, flags=re.DOTALL)
    assert prose != page
    assert not re.search(r"<(?!/?(code|details|summary)>)", prose)
    assert "](http" not in prose
    assert not re.search(r"[@#](?=someone|12)", prose.replace("&#", ""))
    widths = {line.count(" | ") for line in prose.splitlines() if line.startswith("| ") and "1 | 1 |" in line}
    assert len(widths) <= 2


def test_a_long_summary_is_cut() -> None:
    """GitHub takes a mebibyte."""
    long = "x" * 10_000
    many = [violation(rule=f"rule-{number}", expected=long, actual=long, curl=f"curl {number}{long}") for number in range(200)]

    page = summary.render([report(*many)])

    assert page.count("#### ") == 25
    assert "… and 175 more: see report.html." in page
    assert len(page) < 100_000


# --- traffic.har --------------------------------------------------------------------------------------------------


def sent(
    *, body: bytes = b"{}", answer: bytes | None = b"{}", headers: Mapping[str, str] | None = None, started: str = "1"
) -> Exchange:
    """An exchange; without an answer it failed."""
    shown = CaseInsensitiveDict(headers or {"content-type": "application/json"})
    return Exchange(
        method="PATCH",
        url="http://localhost/a?q=1",
        headers={"Content-Type": "application/json"},
        body=body,
        answer=None if answer is None else Answer(status=200, headers=shown, body=answer, json=None),
        failure="it hangs" if answer is None else None,
        curl="curl",
        started=f"2026-01-01T00:00:0{started}.000+00:00",
        seconds=0.25,
    )


def entries(folder: Path) -> list[dict[str, Any]]:
    """The entries of traffic.har."""
    log = json.loads((folder / "traffic.har").read_text())["log"]
    assert (log["version"], log["creator"]["name"]) == ("1.2", "patch-contracts")
    found: list[dict[str, Any]] = log["entries"]
    return found


def test_the_parts_of_all_processes_are_merged_in_the_order_of_sending(tmp_path: Path) -> None:
    """And removed; a line that a killed process left unfinished is passed over."""
    traffic = Traffic(tmp_path, Redactor())
    for started in ("1", "3"):
        traffic.about = f"shop: kept [{started}]"
        traffic(sent(started=started))
    (own,) = tmp_path.iterdir()
    lines = own.read_text().replace("00:00:01", "00:00:00").replace("00:00:03", "00:00:02")
    (tmp_path / "traffic-1.part").write_text(lines + '{"unfini')

    traffic.merge()

    assert [each["startedDateTime"][17:19] for each in entries(tmp_path)] == ["00", "01", "02", "03"]
    assert entries(tmp_path)[3]["comment"] == "shop: kept [3]"
    assert [path.name for path in tmp_path.iterdir()] == ["traffic.har"]


def test_an_exchange_is_told_without_secret_and_within_bounds(tmp_path: Path) -> None:
    """The credential in every spelling, a session's cookie; sizes stay those of the whole bodies."""
    redactor = Redactor()
    redactor.add(Secret(CANARY))
    traffic = Traffic(tmp_path, redactor)
    headers = {"Set-Cookie": "s=1", "X-Echo": CANARY}
    traffic(sent(body=CANARY.encode(), answer=f"{CANARY} {'x' * 50_000}".encode(), headers=headers))
    traffic.merge()

    (entry,) = entries(tmp_path)
    assert CANARY not in (tmp_path / "traffic.har").read_text()
    assert {each["name"]: each["value"] for each in entry["response"]["headers"]} == dict.fromkeys(headers, "[redacted]")
    assert entry["response"]["content"]["size"] == 50_001 + len(CANARY)
    assert len(entry["response"]["content"]["text"]) < 17_000
    assert entry["request"]["postData"] == {"mimeType": "application/json", "text": "[redacted]"}
    assert entry["request"]["queryString"] == [{"name": "q", "value": "1"}]
    assert entry["time"] == 250.0


def test_a_failed_exchange_has_status_nought_and_the_reason(tmp_path: Path) -> None:
    """As browsers write it."""
    traffic = Traffic(tmp_path, Redactor())
    traffic(sent(answer=None))
    traffic.merge()

    (entry,) = entries(tmp_path)
    assert (entry["response"]["status"], entry["response"]["comment"]) == (0, "it hangs")


def test_what_a_killed_run_left_is_no_part_of_the_next(tmp_path: Path) -> None:
    """A folder may be used again."""
    (tmp_path / "traffic-1.part").write_text("{}\n")
    traffic = Traffic(tmp_path, Redactor())

    traffic.clear()
    traffic.merge()

    assert entries(tmp_path) == []


# --- a run as a user starts it ------------------------------------------------------------------------------------

Faulty = tuple[Path, subprocess.CompletedProcess[str], str]
"""The folder of the reports, the finished process, and the credential."""
DEFECTS = ("text-recased", "methods-not-listed", "credential-shown")
RULES = ("sent-field-stored", "value-unaltered", "allow-header-sent", "no-secret-shown", "no-leak", "empty-object-handled")


def suite(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """``pytest contracts`` with arguments and environment variables, from the checkout."""
    command = [sys.executable, "-m", "pytest", "contracts", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=subjects.ROOT, capture_output=True, text=True, timeout=300, check=False, env=environment)


@pytest.fixture(name="faulty", scope="module")
def _faulty(tmp_path_factory: pytest.TempPathFactory) -> Faulty:
    """A run against a mock with three defects, one of which shows the credential: its folder, its output, the credential."""
    folder = tmp_path_factory.mktemp("faulty")
    with subjects.mock(["wizcommerce"], DEFECTS) as (target,):
        ((scheme, secret),) = target.identity.auth.items()
        lines = ['api = "wizcommerce"', f'url = "{target.url}"', "[auth]", f'{scheme} = "${{CREDENTIAL}}"', "[record]"]
        lines += [f'{name} = "{value}"' for name, value in target.identity.path.items()]
        (folder / "target.toml").write_text("\n".join([*lines, "[read]", f'path = "{target.read}"']))
        options = ["--target", str(folder / "target.toml"), "--report-dir", str(folder / "out")]
        options += ["--junitxml", str(folder / "out" / "junit.xml"), "--showlocals"]
        run = suite(*options, *(part for rule in RULES for part in ("--rule", rule)), CREDENTIAL=secret.reveal())
        return folder / "out", run, secret.reveal()


def test_three_defects_give_exactly_their_findings(faulty: Faulty) -> None:
    """One finding each, in every report, and exit code 1."""
    folder, run, _ = faulty
    (found,) = read_json(folder / "report.json")
    violated = {(each.rule, each.level) for each in found.results if each.verdict == "violates"}

    assert run.returncode == 1, run.stdout
    assert violated == {("sent-field-stored", "must"), ("no-secret-shown", "must"), ("allow-header-sent", "should")}
    page, markdown = ((folder / name).read_text() for name in ("report.html", "summary.md"))
    assert page.count('<article class="card finding') == markdown.count("#### ") == 3
    assert len(re.findall(r"^\d+\. (?:VIOLATED|should) ", run.stdout, re.MULTILINE)) == 3
    assert f"report: {folder / 'report.html'}" in run.stdout


def test_a_credential_that_the_target_shows_is_in_no_output(faulty: Faulty) -> None:
    """No file, no line of the terminal, although the answers are full of it."""
    folder, run, secret = faulty
    names = {path.name for path in folder.iterdir()}

    assert names == {"report.json", "report.html", "summary.md", "traffic.har", "junit.xml"}
    assert "[redacted]" in (folder / "traffic.har").read_text()
    assert [path.name for path in folder.iterdir() if secret in path.read_text()] == []
    assert secret not in run.stdout + run.stderr


def test_the_traffic_has_every_request_of_the_run(faulty: Faulty) -> None:
    """The preflight, each item by its name, and the restoration."""
    folder, _, _ = faulty
    (found,) = read_json(folder / "report.json")
    purposes = [each["comment"].split(": ", 1)[1] for each in entries(folder)]

    assert len(purposes) == found.requests
    assert (purposes[0], purposes[-1]) == ("preflight", "restoration")
    assert any(purpose.startswith("sent-field-stored [") for purpose in purposes)


def junit_cases(path: Path) -> list[tuple[dict[str, str], set[str]]]:
    """The properties of each JUnit test case, and what else it holds."""
    found = []
    for case in ET.parse(path).iter("testcase"):
        properties = {each.attrib["name"]: each.attrib["value"] for each in case.iter("property")}
        found.append((properties, {each.tag for each in case} - {"properties"}))
    return found


def check_junit(cases: list[tuple[dict[str, str], set[str]]], runs: Sequence[RunReport]) -> None:
    """Every result is a test case with its five properties; only a violated must is a failure."""
    names = ("rule", "family", "level", "field", "verdict")
    expected = Counter(tuple(getattr(each, name) for name in names) for run in runs for each in run.results)

    assert Counter(tuple(properties[name] for name in names) for properties, _ in cases) == expected
    for properties, inside in cases:
        failed = properties["verdict"] == "violates" and properties["level"] == "must"
        assert inside == ({"failure"} if failed else {"skipped"} if properties["verdict"] == "not_judged" else set()), properties


def test_junit_tells_rule_family_level_field_and_verdict(faulty: Faulty) -> None:
    """A violated should, and an observed choice, are no failures."""
    folder, _, _ = faulty
    cases = junit_cases(folder / "junit.xml")

    check_junit(cases, read_json(folder / "report.json"))
    assert {("violates", "should"), ("observed", "must")} <= {(each["verdict"], each["level"]) for each, _ in cases}


def test_reports_under_xdist_are_those_of_one_run(tmp_path: Path) -> None:
    """Two workers: every result once, the traffic of all processes in one file, and no part left."""
    options = ("--report-dir", str(tmp_path), "--junitxml", str(tmp_path / "junit.xml"), "-n", "2")

    run = suite(*options, "--rule", "sent-field-stored", "--rule", "null-refused")

    runs = read_json(tmp_path / "report.json")
    assert run.returncode == 0, run.stdout
    assert len(runs) > 1
    assert all(each.results and each.restored.ok for each in runs)
    check_junit(junit_cases(tmp_path / "junit.xml"), runs)
    assert len(entries(tmp_path)) == sum(each.requests for each in runs)
    started = [each["startedDateTime"] for each in entries(tmp_path)]
    assert started == sorted(started)
    assert {path.name for path in tmp_path.iterdir()} == {"report.json", "report.html", "summary.md", "traffic.har", "junit.xml"}
