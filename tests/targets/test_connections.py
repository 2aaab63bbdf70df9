"""Several records judged at the same time by one process: as one after another, and nothing is found out twice."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import specs
from contracts.reports.report import read_json
from contracts.running.depths.connected import ConnectedRun, ConnectedThoroughRun
from contracts.running.depths.quick import Asked
from contracts.running.plan import Plan
from contracts.running.selection import load_rules
from contracts.terms.threads import Shared, each_in_a_thread
from tests.project import pages
from tests.services.several import serving

RULES = ("sent-field-stored", "repeat-same-state", "omitted-fields-unchanged", "over-limit-refused", "wrong-type-refused")
GENERATED = ("generated-patch-stored", "sequence-follows-model", "standard-checks")

NOBODY = ("--target-url", "http://127.0.0.1:9", "--api", "customers_me", "--auth", "jwtAuth=anything-at-all")


def run(folder: Path, *options: str) -> tuple[int, str]:
    """A run of some rules on the target of a folder: its exit code and what it says."""
    chosen = [option for rule in (*RULES, *GENERATED) for option in ("--rule", rule)]
    done = pages.run(["patch-contracts", "test", *chosen, *options], folder, "-q", "-p", "no:cacheprovider")
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("defects", [(), ("text-grows",)])
def test_connections_judge_as_one_does(tmp_path: Path, defects: tuple[str, ...]) -> None:
    """The same verdicts in the same order; each of the records is used; the archive says what each request was sent for.

    Also where what is generated is judged before others have found the fault: the report has what one connection would have.
    """
    with serving("customers_me", 3, 0, *defects) as target:
        (tmp_path / "target.toml").write_text(target)
        ends = [
            run(tmp_path, "--target", "target.toml", "--report-dir", str(tmp_path / name), "--connections", number)
            for name, number in (("one", "1"), ("three", "3"))
        ]

    assert [code for code, _output in ends] == [int(bool(defects))] * 2, ends
    one, three = (read_json(tmp_path / name / "report.json")[0] for name in ("one", "three"))
    assert [(each.rule, each.field, each.verdict) for each in three.results] == [
        (each.rule, each.field, each.verdict) for each in one.results
    ]
    assert three.restored.ok
    assert one.requests <= three.requests < 3 * one.requests


def test_what_is_generated_is_judged_beside_the_others() -> None:
    """One behind the other on one record, begun while half of the others are still to be done; in a thorough run at the end."""
    api, rule_of = specs.load("customers_me"), {rule.id: rule for rule, _function in load_rules()}
    asked = [
        Asked(api.name, rule=rule_of[name], field=case.field, value=case.value, call=lambda _party: None)
        for name in (*RULES, *GENERATED)
        for case in rule_of[name].items(api)
    ]
    found: dict[type[ConnectedRun], list[list[str]]] = {}
    for kind in (ConnectedRun, ConnectedThoroughRun):
        run = kind(Plan(target=None, apis=(api,)))
        run.expect(asked)
        found[kind] = [[each.rule.id for each in group] for group in run._groups(run._ahead.values())]
    place = found[ConnectedRun].index(list(GENERATED))

    others = sum(map(len, found[ConnectedRun])) - len(GENERATED)
    assert others / 3 < sum(map(len, found[ConnectedRun][:place])) <= others / 2
    assert found[ConnectedThoroughRun] == [each for each in found[ConnectedRun] if each != list(GENERATED)]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ((*NOBODY, "-n", "2"), "leave out -n"),
        ((*NOBODY, "--depth", "quick"), "leave out --depth quick"),
        ((), "--connections is about a target"),
    ],
)
def test_connections_that_go_with_nothing_are_refused(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    """In one line, before anything is sent."""
    code, output = run(tmp_path, "--connections", "2", *options)

    assert code == 4
    assert words in output


def test_what_threads_find_out_together_is_found_once() -> None:
    """And a thread that fails leaves the key to the others, as does one that finds nothing for them."""
    shared: Shared[int, int] = Shared()
    calls: list[int] = []

    def find(key: int) -> int | None:
        calls.append(key)
        if key == 3 and calls.count(3) == 1:
            raise ValueError("first")
        return None if key == 5 and calls.count(5) == 1 else key * 10

    def worker(_number: int) -> list[int]:
        try:
            return sorted(shared.each(range(8), find))
        except ValueError:
            return []

    found = each_in_a_thread(worker, range(4))

    assert found.count([]) == 1
    whole = [key * 10 for key in range(8)]
    assert all(each in ([], whole, [key for key in whole if key != 50]) for each in found)
    assert {key: calls.count(key) for key in range(8) if key not in (3, 5)} == dict.fromkeys({*range(8)} - {3, 5}, 1)
    assert (calls.count(3), calls.count(5)) == (2, 2)


def test_all_calls_have_ended_before_the_first_exception_is_raised() -> None:
    """In the order of the items, whichever comes first."""
    ended: list[int] = []
    gate = threading.Event()

    def call(number: int) -> None:
        if number == 2:
            ended.append(number)
            gate.set()
            raise ValueError("the second")
        gate.wait(10)
        ended.append(number)
        raise KeyError("the first")

    with pytest.raises(KeyError):
        each_in_a_thread(call, [1, 2])
    assert ended == [2, 1]
