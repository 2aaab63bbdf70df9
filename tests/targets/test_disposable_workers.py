"""Records that are made for several workers: each has its own, and none is left, however the run ends."""

from __future__ import annotations

import copy
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from contracts.record.restoring import NO_RECORD
from contracts.reports.report import LEFT_CHANGED, RunReport, read_json
from contracts.running import journal
from tests import subjects
from tests.services.accounts import LOCKED, Accounts, contract
from tests.services.people import serving

FIXTURE = """
[fixture.create]
path = "/accounts"
body = { name = "Made {unique}" }
id = "/id"
[fixture.delete]
path = "/accounts/{id}"
"""
RECORDS = '[[records]]\nid = "a-100001"\n[[records]]\nid = "a-100002"\n'
SOME = [
    *("sent-field-stored", "omitted-fields-unchanged", "over-limit-refused", "hazardous-value-stored", "lasting-null-stored"),
    *("write-only-changes-nothing-shown", "write-only-value-not-repeated", "wrong-type-refused"),
]


@pytest.fixture(name="file", scope="module")
def _file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return contract(tmp_path_factory.mktemp("accounts"))


@contextmanager
def started(file: Path, folder: Path, service: Accounts, records: str, options: Sequence[str]) -> Iterator[subprocess.Popen[str]]:
    """A run in a process group of its own, on records of the service."""
    with serving(service) as url:
        target = folder / "target.toml"
        target.write_text(f'api = {json.dumps(str(file))}\nurl = "{url}"\n[read]\npath = "/accounts/{{id}}"\n{records}')
        command = [sys.executable, "-u", "-m", "pytest", "contracts", "-q", "-p", "no:cacheprovider", "--target", str(target)]
        command += ["--report-dir", str(folder / "out"), *options]
        with subjects.interruptible():
            process = subprocess.Popen(
                command, cwd=subjects.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)


def finished(process: subprocess.Popen[str]) -> tuple[int, str]:
    """The exit code, and what was said."""
    output, _ = process.communicate(timeout=200)
    return process.returncode, output


def report_of(folder: Path) -> RunReport:
    """The report of the run."""
    return read_json(folder / "out" / "report.json")[0]


def chosen(rules: Sequence[str]) -> list[str]:
    """The options that select some rules."""
    return [option for rule in rules for option in ("--rule", rule)]


def until(service: Accounts, patches: int, process: subprocess.Popen[Any]) -> None:
    """Wait until so many patches were sent."""
    deadline = time.monotonic() + 120
    while len(service.patched) < patches and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)


@pytest.mark.parametrize("workers", ["-n", "--connections"])
def test_each_worker_has_a_record_of_its_own(file: Path, tmp_path: Path, workers: str) -> None:
    """And another one where it is spoilt: those that were there are never touched, and none is left."""
    service = Accounts(LOCKED)
    before = copy.deepcopy(service.records)
    with started(file, tmp_path, service, FIXTURE, [workers, "4", *chosen(SOME)]) as process:
        code, output = finished(process)

    assert code == 0, output
    assert service.records == before
    assert len(service.made) > 5  # four and a bystander, and those for what was spoilt
    assert len(set(service.patched)) > 3
    assert set(service.patched) <= set(service.made)
    report = report_of(tmp_path)
    assert report.restored.ok
    ends = {each.rule: each.verdict for each in report.results}
    assert [ends[each] for each in SOME[4:7]] == ["conforms"] * 3
    (left,) = [journal.read(each) for each in (tmp_path / "out").glob("journal-*.jsonl")]
    assert (left.closed, left.made, left.lost) == (True, [], 0)


@pytest.mark.parametrize(
    ("records", "code"),
    [pytest.param(FIXTURE, 1, id="can be removed"), pytest.param(RECORDS, LEFT_CHANGED, id="cannot be removed")],
)
def test_what_the_request_of_a_worker_has_made_reaches_the_report(file: Path, tmp_path: Path, records: str, code: int) -> None:
    """A service that makes a record of a patch for none: taken away where the target file says how, else told."""
    service = Accounts("upserts")
    before = copy.deepcopy(service.records)
    with started(file, tmp_path, service, records, ["-n", "2", "--strict", "--rule", "unknown-customer-not-created"]) as process:
        found, output = finished(process)

    assert found == code, output
    report = report_of(tmp_path)
    (left,) = [journal.read(each) for each in (tmp_path / "out").glob("journal-*.jsonl")]
    (key,) = left.appeared
    assert [each.verdict for each in report.results] == ["violates"]
    if code == LEFT_CHANGED:
        assert service.records.keys() - before.keys() == {key}
        assert [(each.before, each.after) for each in report.restored.differences] == [(NO_RECORD, left.appeared[key])]
    else:
        assert service.records == before
        assert report.restored.ok


@pytest.mark.parametrize(
    "workers", [["-n", "2"], [], ["--connections", "2"]], ids=["two workers", "one process", "two connections"]
)
@pytest.mark.parametrize(
    ("number", "to_group"),
    [
        pytest.param(signal.SIGINT, True, id="Ctrl-C"),
        pytest.param(signal.SIGTERM, False, id="SIGTERM"),
        pytest.param(signal.SIGTERM, True, id="SIGTERM to all"),
    ],
)
@pytest.mark.parametrize("records", [FIXTURE, RECORDS], ids=["made", "shared"])
def test_an_interrupted_run_leaves_nothing(
    file: Path, tmp_path: Path, number: signal.Signals, to_group: bool, records: str, workers: Sequence[str]
) -> None:
    """As a CI system cancels a job: what was made is gone, what was there is as it was, and the exit code says 2."""
    service = Accounts()
    before = copy.deepcopy(service.records)
    with started(file, tmp_path, service, records, workers) as process:
        until(service, 40, process)
        (os.killpg if to_group else os.kill)(process.pid, number)
        code, output = finished(process)

    assert code == 2, output
    assert len(service.patched) >= 40
    assert service.records == before
    assert report_of(tmp_path).restored.ok
    (left,) = [journal.read(each) for each in (tmp_path / "out").glob("journal-*.jsonl")]
    assert (left.closed, left.made) == (True, [])


ALIVE = """
import threading

def pytest_keyboard_interrupt():
    print("still at work:", [each.name for each in threading.enumerate() if "_work" in each.name])
"""


def test_nothing_is_judged_while_an_interruption_is_told(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Python 3.11 ends with an error of its own, and another exit code, where two threads read source code at the same time."""
    (tmp_path / "alive.py").write_text(ALIVE)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(subjects.ROOT), os.environ.get("PYTHONPATH", "")]))
    service = Accounts()
    with started(file, tmp_path, service, RECORDS, ["--connections", "2", "-p", "alive", "-s"]) as process:
        until(service, 40, process)
        process.send_signal(signal.SIGTERM)
        code, output = finished(process)

    assert (code, "still at work: []" in output) == (2, True), output


def test_an_interrupted_run_that_cannot_restore_says_so(file: Path, tmp_path: Path) -> None:
    """By the exit code of records that are left changed, whatever ended the run."""
    service = Accounts()
    with started(file, tmp_path, service, RECORDS, ["--rule", "sent-field-stored", "--rule", "value-unaltered"]) as process:
        until(service, 10, process)
        with service.lock:
            service.faults = frozenset({"keeps what it holds"})
            service.records["a-100001"]["note"] = "Left by somebody"
        os.kill(process.pid, signal.SIGTERM)
        code, output = finished(process)

    assert code == LEFT_CHANGED, output
    assert "note" in {each.path for each in report_of(tmp_path).restored.differences}


def test_what_a_killed_worker_has_made_is_removed(file: Path, tmp_path: Path) -> None:
    """Another worker takes its place; the exit code says that a verdict is missing."""
    service = Accounts(LOCKED)
    before = copy.deepcopy(service.records)
    with started(file, tmp_path, service, FIXTURE, ["-n", "2"]) as process:
        until(service, 60, process)
        os.kill(_children(process.pid)[0], signal.SIGKILL)
        code, output = finished(process)

    assert "node down" in output
    assert code == 3, output
    assert service.records == before
    assert report_of(tmp_path).restored.ok
    verdicts = [each.verdict for each in report_of(tmp_path).results]
    assert verdicts.count("conforms") > 50


def _children(process: int) -> list[int]:
    """The processes that a process has started and that run Python, the first one first."""
    found = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="utf-8").split()
    return sorted(int(each) for each in found)
