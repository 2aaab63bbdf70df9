"""Several records judged by several workers: who has which record, what is judged together, and the same verdicts as by one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

import specs
from contracts.running.parties import Seats
from contracts.running.plan import Plan, embedded_apis
from contracts.running.selection import MANY_ITEMS, SHARE, Shares, load_rules, scopes
from tests import subjects
from tests.services.delaying import delaying
from tests.services.several import serving

API = specs.names()[0]
LARGEST = max(specs.names(), key=lambda name: len(list(specs.load(name).walk_fields())))


def test_each_worker_has_a_record_to_itself() -> None:
    """The record of one that has crashed is for the next one."""
    seats = Seats(2)
    taken = [seats.take("gw0"), seats.take("gw1"), seats.take("gw2")]
    seats.leave("gw0")

    assert taken == [0, 1, None]
    assert seats.take("gw3") == 0


def test_one_record_is_not_shared() -> None:
    """Its items are for one worker, as before."""
    assert Seats(1).take("gw0") is None
    assert Shares().group((API, "some-rule", "*"), 0, 1) == API
    assert Shares().records((4, 7)) == (4, 7)
    assert Shares(seat=1).records((4, 7)) == (7,)


@pytest.mark.parametrize("api", specs.names())
def test_what_shares_its_evidence_is_judged_together(api: str) -> None:
    """The items of a file are; of a file with very many, a few of each rule are, so that no share of the work is large."""
    plan = Plan(target=None, apis=embedded_apis(api))
    found = scopes(plan)
    modules = {rule.id: function.__module__ for rule, function in load_rules()}
    sizes = Counter(modules[rule] for _api, rule, _field in found)

    for (_api, rule, _field), name in found.items():
        assert (name == modules[rule].rpartition(".")[2]) == (sizes[modules[rule]] <= MANY_ITEMS)
    assert max(Counter(name for name in found.values() if name.startswith(tuple(modules))).values(), default=0) <= SHARE


def results(target: str, folder: Path, *options: str) -> tuple[list[tuple[str, str, str]], int]:
    """The verdicts of a run in their order, and its requests."""
    file = folder / "target.toml"
    file.write_text(target, encoding="utf-8")
    command = [sys.executable, str(subjects.ROOT / "patch_contracts.py"), "test", "-q", "--target", str(file)]
    command += ["--report-dir", str(folder / "out"), *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (run,) = json.loads((folder / "out" / "report.json").read_text(encoding="utf-8"))["runs"]
    assert run["restored"]["ok"]
    return [(each["rule"], each["field"], each["verdict"]) for each in run["results"]], run["requests"]


def test_several_workers_give_the_verdicts_of_one(tmp_path: Path) -> None:
    """Each over connections that are kept: two for each process, and one for each of the few requests that are sent together."""
    with serving(API, 3, 0) as target:
        (url,) = (json.loads(line.partition("=")[2]) for line in target.splitlines() if line.startswith("url ="))
        with delaying(url, 0) as (delayed, proxy):
            through = target.replace(json.dumps(url), json.dumps(delayed))
            one, _requests = results(through, tmp_path)
            proxy.connections = 0
            several, requests = results(through, tmp_path, "-n", "3")

    assert several == one
    assert requests > 500
    assert proxy.connections < 60


@pytest.mark.slow
def test_a_distant_service_is_judged_in_parallel(tmp_path: Path) -> None:
    """With a tenth of a second for each request, no record of the largest API gets more requests than fit into a minute."""
    records = 16
    with serving(LARGEST, records, 0.1) as target:
        results(target, tmp_path, "-n", str(records))

    entries = json.loads((tmp_path / "out" / "traffic.har").read_text(encoding="utf-8"))["log"]["entries"]
    counts = Counter(each["request"]["url"].partition("?")[0] for each in entries)
    assert max(counts.values()) < 600
    assert len(counts) >= records
