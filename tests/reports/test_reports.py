"""What results say together, and how it is told: report.json, findings, the terminal, summary.md."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from contracts import reports
from contracts.record.restoring import Restoration
from contracts.reports import findings, summary
from contracts.reports.report import MEMBERS, RunReport, read_json, write_json
from contracts.reports.result import Result, struck
from contracts.running import terminal
from contracts.target.secrecy import Redactor, Secret
from contracts.terms.rule import FAMILIES
from contracts.terms.verdict import Difference
from tests.reports.results import HOSTILE, report, result, violation

# --- report.json ----------------------------------------------------------------------------------------------------


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


# --- one root cause, one finding ------------------------------------------------------------------------------------


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


# --- the terminal ---------------------------------------------------------------------------------------------------


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
        '  differs  city: "x" -> "y"',
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
        '  city should be "x", but is null',
        "  repair: curl mend",
    ]


@pytest.mark.parametrize(("status", "family", "number"), [(400, "atomicity", 1), (200, "atomicity", 2), (400, "types", 2)])
def test_a_half_done_patch_is_one_finding(status: int, family: str, number: int) -> None:
    """Two rules show that a refused patch is carried out in part, each with a value of its own for the same field."""
    rules = ("invalid-part-changes-nothing", "refused-open-value-changes-nothing")
    half = [violation(rule=each, field="email", family=family, status=status) for each in rules]

    found = findings.findings(report(*half))

    assert len(found) == number
    assert {rule for each in found for rule in each.rules} == set(rules)


LONG = "what is written down here is longer than a line of a report may be, and "


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        (
            f"{LONG}two\nlines of it",
            f"{LONG}two\r\nlines of it",
            ("... be, and two\\nlines of it", "... be, and two\\r\\nlines of it"),
        ),
        ("caf\u00e9", "cafe\u0301", ("caf\\u00e9", "cafe\\u0301")),
        (f"{LONG}key-of-ann\nx", f"{LONG}key-of-ann\rx", ("...d [redacted]\\nx", "...d [redacted]\\rx")),
        ({"a": None}, [True], ('{"a": null}', "[true]")),
    ],
)
def test_what_looks_the_same_is_told_where_it_differs(before: object, after: object, shown: tuple[str, str]) -> None:
    """By code points, around the first place that differs; half a secret is not shown either. Other values are JSON."""
    redactor = Redactor()
    redactor.add(Secret("key-of-ann"))

    found = struck(Difference(path="note", before=before, after=after), redactor)

    assert (found.before, found.after) == shown


def test_a_long_word_is_broken_without_a_space() -> None:
    """Nothing is added to what a server said: an id in two lines is not torn further, and no space comes into a word."""
    lines = terminal._wrapped("actual", f"the answer was 400 {'0123456789-abcdef-' * 12}", 2)

    assert "0123456789-abcdef-" * 6 in "".join(line.strip() for line in lines)


# --- summary.md -----------------------------------------------------------------------------------------------------


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
