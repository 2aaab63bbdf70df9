"""One run on several machines: its shares, and the one report that is made of theirs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from contracts.record.restoring import Restoration
from contracts.reports import known
from contracts.reports.known import KnownList
from contracts.reports.report import LEFT_CHANGED, RunReport, exit_code, read_json, settled, write_json
from contracts.reports.result import Result
from contracts.reports.shards import Part, Shard, covered, read, shard
from contracts.running.merge import merge
from contracts.running.selection import load_rules
from contracts.target.target import Target, TargetError
from contracts.terms.rule import RULES
from contracts.terms.verdict import Difference
from tests import subjects
from tests.project import pages
from tests.reports.results import report, result, violation

# --- the share of a shard ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "a/b", "1/2/3", "-1/2", "1.5/2"])
def test_a_shard_that_is_none_is_refused(text: str) -> None:
    """In one line that says what would be right."""
    with pytest.raises(TargetError, match="expected I/N with I from 1 to N, such as 1/2"):
        shard(text)


@pytest.mark.parametrize("count", [1, 2, 3, 7, 40])
def test_shards_share_everything_evenly_and_nothing_twice(count: int) -> None:
    """Whatever the order in which a machine has collected; the fields of one rule are spread as well."""
    keys = [("shop", rule, f"field{number}") for rule in ("a", "b") for number in range(10)]
    shares = [shard(f"{number}/{count}").share(reversed(keys)) for number in range(1, count + 1)]

    assert Counter(key for share in shares for key in share) == Counter(keys)
    for rule in ("a", "b"):
        sizes = [sum(key[1] == rule for key in share) for share in shares]
        assert max(sizes) - min(sizes) <= 1
    assert shares == [shard(f"{number}/{count}").share(keys) for number in range(1, count + 1)]


# --- merging ----------------------------------------------------------------------------------------------------------


def part(folder: Path, text: str, *results: Result, expected: int = -1, **more: Any) -> Path:
    """The folder of a shard with these results."""
    settings = {name: more.pop(name) for name in ("strict", "known", "covered") if name in more}
    runs = (report(*results, **more),)
    own = folder / text.replace("/", "-of-")
    own.mkdir()
    Part(
        shard=shard(text),
        runs=runs,
        expected=len(results) if expected < 0 else expected,
        **{"strict": False, **settings},
    ).write(own)
    return own


def test_a_part_is_read_back_whole(tmp_path: Path) -> None:
    """With requests and answers, repairs and the known list: what report.json leaves out."""
    left = Restoration(ok=False, differences=(Difference(path="a", before=1, after=None),), repairs=("curl",))
    run = report(violation(known={"reason": "r"}, order=7), restored=left, fields=("city",))
    entry = known.Deviation(api="shop", rule="kept", fields=("city",), reason="r", owner="o", expires=date(2030, 1, 2))
    listed = KnownList("known.toml", (entry,), known.load(Path("-"), draft=True).today)
    whole = Part(shard=Shard(number=1, count=2), strict=True, expected=3, runs=(run,), known=listed, covered=(("a", "b", "c"),))

    whole.write(tmp_path)

    assert read(tmp_path / "shard.json") == whole
    assert covered(listed, [("shop", "kept", "city"), ("shop", "kept", "name")]) == (("shop", "kept", "city"),)


def test_shards_are_joined_in_the_order_of_the_run(tmp_path: Path) -> None:
    """Results, requests, restorations; the fields stay in the document's order; every report is written."""
    left = Restoration(ok=False, repairs=("curl",))
    first = part(tmp_path, "1/2", result(order=0, field="a"), result(order=2, field="c"), seconds=5.0, fields=("a", "b", "c"))
    second = part(tmp_path, "2/2", violation(order=1, field="b"), seconds=7.0, restored=left)

    merged = merge([second, first], tmp_path / "out")

    (run,) = merged.runs
    assert [each.field for each in run.results] == ["a", "b", "c"]
    assert (run.requests, run.seconds, run.restored, run.fields) == (6, 7.0, left, ("a", "b", "c"))
    assert merged.exit_code == LEFT_CHANGED
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"report.json", "report.html", "summary.md"}
    assert "PATCH http://localhost/customers/1" in (tmp_path / "out" / "report.html").read_text()


def test_runs_against_several_apis_are_joined_too(tmp_path: Path) -> None:
    """A folder without a shard's part is a whole run, taken from its report.json."""
    write_json(tmp_path / "a", [report(result(), api="a")])
    write_json(tmp_path / "b", [report(violation(level="should"), api="b")])

    assert [run.api for run in merge([tmp_path / "a", tmp_path / "b"], tmp_path / "out").runs] == ["a", "b"]
    assert merge([tmp_path / "a", tmp_path / "b"], tmp_path / "out").exit_code == 0
    assert merge([tmp_path / "a", tmp_path / "b"], tmp_path / "out", strict=True).exit_code == 1


@pytest.mark.parametrize(
    ("shards", "words"),
    [
        (("1/3", "3/3"), "shard 2/3 is missing"),
        (("1/2", "2/3", "3/3"), "shards of different runs: 1/2, 2/3, 3/3"),
    ],
)
def test_shards_that_do_not_make_a_whole_are_refused(tmp_path: Path, shards: Sequence[str], words: str) -> None:
    """A missing share must never look like a passed one; and nothing is written."""
    folders = [part(tmp_path, text, result()) for text in shards]

    with pytest.raises(TargetError, match=words):
        merge(folders, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_shard_given_twice_is_refused(tmp_path: Path) -> None:
    """Its results would count twice."""
    first = part(tmp_path, "1/1", result())

    with pytest.raises(TargetError, match="shard 1/1 is given twice"):
        merge([first, first], tmp_path / "out")


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("shard.json", "{}", "shard.json: not a report of this version"),
        ("shard.json", "{", "shard.json: not a report of this version"),
        ("report.json", "[]", "report.json: not a report of this version"),
        ("other", "", "report.json: cannot be read"),
    ],
)
def test_a_folder_without_a_report_is_refused(tmp_path: Path, name: str, text: str, words: str) -> None:
    """With the file that was looked for."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_text(text)

    with pytest.raises(TargetError, match=words):
        merge([tmp_path / "in"], tmp_path / "out")


def test_a_folder_is_not_merged_into_itself(tmp_path: Path) -> None:
    """Its own report would be lost."""
    folder = part(tmp_path, "1/1", result())

    with pytest.raises(TargetError, match="is one of the folders to merge"):
        merge([folder], folder)


def test_a_shard_that_was_stopped_is_told_and_fails(tmp_path: Path) -> None:
    """As an interrupted run does, unless there is a violation anyway."""
    folders = [part(tmp_path, "1/2", result()), part(tmp_path, "2/2", result(field="b"), expected=3)]
    merged = merge(folders, tmp_path / "out")

    assert merged.stopped == ("shard 2/2: 2 of its 3 items were not run",)
    assert merged.exit_code == 2


def test_a_known_entry_is_stale_only_if_all_shards_conform(tmp_path: Path) -> None:
    """One shard sees only a part of what an entry with a pattern covers."""
    path = tmp_path / "known.toml"
    path.write_text('[[known]]\napi = "shop"\nrule = "kept"\nfield = "*"\nreason = "r"\nowner = "o"\n')
    facts = {"known": known.load(path), "covered": (("shop", "kept", "a"), ("shop", "kept", "b"))}
    good, bad = result(field="b"), result(field="b", verdict="known")

    for name, last, stale in (("good", good, 1), ("bad", bad, 0)):
        (tmp_path / name).mkdir()
        folders = [part(tmp_path / name, "1/2", result(field="a"), **facts), part(tmp_path / name, "2/2", last, **facts)]
        merged = merge(folders, tmp_path / name / "out")
        assert len(merged.runs[0].stale) == stale
        assert merged.exit_code == stale


def test_a_generated_rule_is_not_judged_after_a_violation_elsewhere() -> None:
    """As in one process, wherever the violation was found; the first generated one counts."""
    load_rules()
    generated = next(name for name, each in RULES.items() if each.generated)
    plain = next(name for name, each in RULES.items() if not each.generated)
    late = [violation(rule=generated, order=2), result(rule=generated, order=3), result(rule=plain, order=0)]

    assert [each.verdict for each in settled(late)] == ["conforms", "violates", "not_judged"]
    for verdict in ("violates", "known"):
        first = violation(rule=plain, order=1, verdict=verdict)
        assert [each.verdict for each in settled([*late, first])] == ["conforms", verdict, "not_judged", "not_judged"]


@pytest.mark.parametrize(
    ("results", "strict", "code"),
    [
        ([result()], False, 0),
        ([violation()], False, 1),
        ([violation(level="should")], False, 0),
        ([violation(level="should")], True, 1),
        ([result(verdict="known")], False, 0),
        ([result(verdict="not_judged", actual="no value")], False, 5),
        ([result(), result(verdict="not_judged", actual="internal error: X")], False, 3),
        ([], False, 5),
    ],
)
def test_the_exit_code_follows_from_the_results(results: list[Result], strict: bool, code: int) -> None:
    """Those of one run and of a merged one alike."""
    assert exit_code([report(*results)], strict=strict) == code


# --- as a user runs it ------------------------------------------------------------------------------------------------

API = "customers_me"
Verdicts = list[tuple[str, str, str]]


def verdicts(runs: Sequence[RunReport]) -> Verdicts:
    """The rule, field and verdict of every result, in the order of the report."""
    return [(each.rule, each.field, each.verdict) for run in runs for each in run.results]


@pytest.fixture(name="target", scope="module")
def _target() -> Iterator[Target]:
    """A service with a fault, so that there is something to lose."""
    with subjects.mock([API], ["valid-part-applied"]) as (target,):
        yield target


CONNECTIONS, WORKERS, *SHARDS, MERGE = pages.commands("how-to/scaling-out.md")


def gate(command: Sequence[str], folder: Path, reports: Path, *options: str) -> tuple[int, Verdicts]:
    """A gate command in a folder with a target file: its exit code, and the verdicts in its reports."""
    run = pages.run(command, folder, "-p", "no:cacheprovider", "-m", "atomicity or partial_update", *options)
    assert (reports / "report.json").exists(), run.stdout + run.stderr
    return run.returncode, verdicts(read_json(reports / "report.json"))


def test_workers_and_merged_shards_judge_as_the_single_run_does(target: Target, tmp_path: Path) -> None:
    """By the commands of the page: the same verdicts in the same order, the same exit code, and the traffic of all."""
    pages.target_file(tmp_path, target)
    alone = ["pytest", "contracts", "--target", "target.toml"]
    single = gate(alone, tmp_path, tmp_path / "single", "--report-dir", str(tmp_path / "single"))
    workers = gate(WORKERS, tmp_path, tmp_path / "workers", "--report-dir", str(tmp_path / "workers"), "-n", "2")
    connected = gate(CONNECTIONS, tmp_path, tmp_path / "connected", "--report-dir", str(tmp_path / "connected"))
    halves = [tmp_path / "shard-1", tmp_path / "shard-2"]
    for command, folder in zip(SHARDS, halves, strict=True):
        gate(command, tmp_path, folder)

    merged = pages.run(MERGE, tmp_path)

    assert single[0] == 1
    assert workers == connected == single
    assert (merged.returncode, verdicts(read_json(tmp_path / "out" / "report.json"))) == single, merged.stdout + merged.stderr
    assert f"report: {tmp_path / 'out' / 'report.html'}" in merged.stdout
    sent = [json.loads((folder / "traffic.har").read_text())["log"]["entries"] for folder in [*halves, tmp_path / "out"]]
    assert len(sent[2]) == len(sent[0]) + len(sent[1])
    assert started(sent[2]) == sorted(started(sent[2]))


def started(entries: Sequence[Mapping[str, Any]]) -> list[str]:
    """When the requests of an archive were sent."""
    return [each["startedDateTime"] for each in entries]


def test_a_shard_that_is_missing_fails_the_merge_in_one_line(tmp_path: Path) -> None:
    """Exit code 4, no traceback."""
    folder = part(tmp_path, "1/2", result())

    run = pages.run(["python", "-m", "contracts", "merge", str(folder), "--report-dir", "out"], tmp_path)

    assert (run.returncode, run.stderr) == (4, "ERROR: shard 2/2 is missing\n")
