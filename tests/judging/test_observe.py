"""Open points: what a target does there becomes its [expect] section, and another behaviour later is a violation."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import specs
from contracts.reports import observe
from contracts.reports.report import RunReport
from contracts.reports.result import Result
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.expect import POINTS, Expect, changed, held
from contracts.target.secrecy import Secret
from contracts.target.settings import from_file, with_expect
from contracts.target.target import Identity, Target, TargetError
from contracts.terms.rule import Rule, once
from contracts.terms.verdict import NotJudged, Observed, Violation
from tests import subjects
from tests.project import pages
from tests.reports.results import result

API = "wizcommerce"
FILE = f"""api = "{API}"
url = "http://127.0.0.1:9"
[auth]
ApiKeyAuth = "secret-key"
[record]
id = "1"
"""

# --- what a section may say -------------------------------------------------------------------------------------------


def read(folder: Path, section: str) -> Expect:
    """The section as a part of a target file."""
    path = folder / "target.toml"
    path.write_text(FILE + section, encoding="utf-8")
    return from_file(path).expect


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ('[expect]\nempty = "accept"', "unknown key 'empty' in [expect]; known keys are empty_body"),
        ('[expect]\nempty_body = "acept"', "empty_body in [expect]: unknown behaviour 'acept'; known are accept, refuse"),
        ("[expect]\nempty_body = 1", "empty_body in [expect]: unknown behaviour 1"),
        ('[expect]\nno_body = "accept"', "no_body in [expect]: the document is not open here, it says 'refuse'"),
        ('[expect.empty_body]\n"*" = "accept"', "empty_body in [expect]: expected a text"),
        ('[expect.null]\nnobody = "store"', "unknown key 'nobody' in null in [expect]"),
    ],
)
def test_a_section_that_cannot_be_used_is_refused_in_one_line(tmp_path: Path, section: str, words: str) -> None:
    """With the file, the key, and the known ones."""
    with pytest.raises(TargetError) as refused:
        read(tmp_path, section)

    assert str(refused.value).startswith(str(tmp_path / "target.toml"))
    assert words in str(refused.value)


@pytest.mark.parametrize(
    ("section", "point", "field", "declared"),
    [
        ('[expect]\nempty_body = "refuse"', "empty_body", "*", ("refuse", 8)),
        ('[expect]\nnull = "ignore"', "null", "addresses[].city", ("ignore", 8)),
        ('[expect.null]\n"*" = "ignore"\n"addresses.city" = "store"', "null", "addresses[].city", ("store", 9)),
        ('[expect.null]\n"*" = "ignore"\n"addresses.city" = "store"', "null", "name", ("ignore", 8)),
        ('[expect]\nnull = { "addresses.city" = "store" }', "null", "addresses[].city", ("store", 8)),
        ('[expect]\nnull = { "addresses.city" = "store" }', "null", "name", None),
        ('[expect]\nnull = "ignore"', "falsy", "name", None),
    ],
)
def test_a_declaration_holds_for_its_field(
    tmp_path: Path, section: str, point: str, field: str, declared: tuple[str, int] | None
) -> None:
    """The field's own, else the one for all; with the line of the file where it stands."""
    found = read(tmp_path, section).declared(point, field)

    assert found == (declared and (declared[0], f"{tmp_path / 'target.toml'}:{declared[1]}"))


def test_a_section_of_its_own_holds_nothing_else(tmp_path: Path) -> None:
    """A whole target file given as --expect would be half ignored."""
    path = tmp_path / "target.toml"
    path.write_text(FILE)

    with pytest.raises(TargetError, match="unknown key 'api' in the file; known keys are expect"):
        with_expect(from_file(path), path)


# --- what is a violation ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rule", "outcome", "found"),
    [
        ("empty-object-handled", Observed("empty_body", "accept"), None),
        ("empty-object-handled", Observed("empty_body", "refuse"), ("empty_body", "refuse")),
        ("falsy-value-stored", Observed("falsy", "refuse"), None),
        ("falsy-value-stored", None, ("falsy", "store")),
        ("falsy-value-stored", NotJudged("no value"), None),
        ("falsy-value-stored", Violation(expected="a", actual="b"), None),
        ("null-refused", Observed("null", "store"), None),
        ("array-policy", Observed("unsent_items", "kept"), ("part", "accept")),
        ("null-stored", Observed("write", "accept"), None),
    ],
)
def test_only_another_behaviour_than_the_declared_one_is_a_violation(
    rule: str, outcome: BaseException | None, found: tuple[str, str] | None
) -> None:
    """By observation, or by passing a rule that the declared behaviour would not pass; at open points alone."""
    expect = Expect(
        choices={"empty_body": {"*": "accept"}, "falsy": {"*": "refuse"}, "part": {"*": "refuse"}, "write": {"*": "refuse"}}
    )
    judged = changed(expect, Rule(id=rule, family="types", requirement="r", cases=once), "name", outcome, ())

    assert (judged and (judged.point, judged.behaviour)) == found


def test_a_declared_choice_that_is_kept_conforms() -> None:
    """And one that nobody has declared stays observed."""
    expect = Expect(choices={"empty_body": {"*": "accept"}})

    assert held(expect, "*", Observed("empty_body", "accept"))
    assert not held(expect, "*", Observed("unknown_field", "ignore"))
    assert not held(expect, "*", None)


def test_every_observation_of_a_rule_is_a_point_that_can_be_declared() -> None:
    """And every point is seen by a rule."""
    seen = set()
    for path in (path for room in ("rules", "judging") for path in (subjects.ROOT / "contracts" / room).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Observed":
                point = node.args[0]
                seen |= {point.value} if isinstance(point, ast.Constant) else {"empty_body", "no_body"}
                seen |= {"wrong_content_type", "wrong_accept"} if not isinstance(point, ast.Constant) else set()

    assert seen == set(POINTS)


# --- what is written --------------------------------------------------------------------------------------------------


def seen(rule: str, point: str, behaviour: str, field: str = "*") -> Result:
    """An observed choice."""
    return result(rule=rule, field=field, verdict="observed", point=point, behaviour=behaviour)


@pytest.mark.parametrize(
    ("results", "choices"),
    [
        ([seen("empty-object-handled", "empty_body", "accept")], {"empty_body": {"*": "accept"}}),
        ([seen("hostile-json-survived", "duplicate_keys", "last", "*:duplicate key")], {"duplicate_keys": {"*": "last"}}),
        (
            [seen("null-refused", "null", "ignore", "name"), seen("null-refused", "null", "store", "addresses[].city")],
            {"null": {"*": "ignore", "addresses[].city": "store"}},
        ),
        (
            [result(rule="falsy-value-stored", field="name"), seen("falsy-value-stored", "falsy", "refuse", "addresses[].city")],
            {"falsy": {"*": "store", "addresses[].city": "refuse"}},
        ),
        ([result(rule="falsy-value-stored", field="name", verdict="not_judged")], {}),
        ([result(rule="falsy-value-stored", field="name", verdict="violates")], {}),
        ([seen("null-stored", "write", "refuse", "name")], {}),
    ],
)
def test_what_was_seen_is_written_so_that_it_is_read_back(
    tmp_path: Path, results: Sequence[Result], choices: dict[str, dict[str, str]]
) -> None:
    """The commonest behaviour for all fields, and those that differ; the declared normalisation stays."""
    (tmp_path / "target.toml").write_text(f'{FILE}[expect]\nnormalise = {{ "addresses.city" = "lower" }}')
    target = from_file(tmp_path / "target.toml")
    path = tmp_path / "observed.toml"

    observe.write(path, target, results)

    if choices:
        expect = with_expect(replace(target, expect=Expect()), path).expect
        assert expect.choices == choices
        assert expect.normalise == {"addresses.city": ("lower",)}
    assert path.exists() is bool(choices)


def test_what_was_not_written_by_observing_is_not_written_over(tmp_path: Path) -> None:
    """--observe with the name of the target file must not cost that file."""
    path = tmp_path / "target.toml"
    path.write_text(FILE)
    command = [sys.executable, "-m", "pytest", "contracts", "--dry-run", "--target", str(path), "--observe", str(path)]

    run = subprocess.run(command, cwd=subjects.ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert run.returncode == 4, run.stdout
    assert "unknown key 'api'" in run.stderr
    assert path.read_text() == FILE


# --- there and back ---------------------------------------------------------------------------------------------------

RULES = frozenset({"empty-object-handled", "null-refused", "unknown-field-not-stored", "unsupported-media-type-refused"})


def judged(target: Target, path: Path | None = None) -> RunReport:
    """The rules on open points, against the target, with the section of a file."""
    with_section = target if path is None else with_expect(target, path)
    (run,) = judge_all(Plan(target=with_section, apis=(target.api,), rules=RULES))
    return run


@pytest.fixture(name="observed", scope="module")
def _observed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Target, Path]]:
    """An honest service, and the section that was written from what it did."""
    path = tmp_path_factory.mktemp("observed") / "observed.toml"
    with subjects.implementation(API) as target:
        observe.write(path, target, judged(target).results)
        yield target, path


def test_what_was_observed_holds_on_the_same_target(observed: tuple[Target, Path]) -> None:
    """Every open point is judged now, and none is violated."""
    counts = judged(*observed).summary()

    assert counts["violates"] == counts["observed"] == 0
    assert counts["conforms"] > len(RULES)


def test_a_change_at_an_open_point_is_found_there_and_nowhere_else(observed: tuple[Target, Path]) -> None:
    """Two points are changed on purpose: these two are found, as musts, with the line that declares them."""
    _target, path = observed
    with subjects.implementation(API, variants=("empty_refused", "media_type_415")) as other:
        violated = [each for each in judged(other, path).results if each.verdict == "violates"]

    assert {(each.point, each.behaviour, each.level) for each in violated} == {
        ("empty_body", "refuse", "must"),
        ("wrong_content_type", "refuse", "must"),
    }
    for each in violated:
        line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if text.startswith(each.point))
        assert each.claim is not None
        assert each.claim["document"] == f"{path}:{line}"
        assert each.curl


def test_the_commands_of_the_page(observed: tuple[Target, Path], tmp_path: Path) -> None:
    """Observed, and then judged by what was observed; both pass."""
    target, _path = observed
    pages.target_file(tmp_path, target)
    observing, judging = pages.commands("how-to/open-points.md")
    options = ("-p", "no:cacheprovider", *(part for rule in sorted(RULES) for part in ("--rule", rule)))

    first, second = pages.run(observing, tmp_path, *options), pages.run(judging, tmp_path, *options)

    assert first.returncode == second.returncode == 0, first.stdout + second.stdout
    assert "observed" in first.stdout
    assert "observed;" not in second.stdout


def test_the_page_tells_every_point(tmp_path: Path) -> None:
    """With its behaviours; and its example is a section."""
    text = (subjects.ROOT / "docs" / "how-to" / "open-points.md").read_text()
    rows = {line.split("`")[1]: line for line in text.splitlines() if line.startswith("| `")}

    assert rows.keys() == POINTS.keys()
    for name, point in POINTS.items():
        assert f"| {', '.join(f'`{each}`' for each in point.behaviours)} | {point.about}" in rows[name]
    assert read(tmp_path, pages.example("how-to/open-points.md")).declared("null", "addresses[].city") is not None


def test_secrets_are_no_part_of_the_section(tmp_path: Path) -> None:
    """The section is made to be kept with the code."""
    party = Identity(path={"id": "1"}, auth={"ApiKeyAuth": Secret("canary-secret")})
    target = Target(api=specs.load(API), url="http://127.0.0.1:9", identity=party)

    observe.write(tmp_path / "out.toml", target, [seen("empty-object-handled", "empty_body", "accept")])

    assert "canary" not in (tmp_path / "out.toml").read_text()
