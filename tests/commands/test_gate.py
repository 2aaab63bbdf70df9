"""The gate as a user meets it: commands, exit codes, one-line errors, and a target left as it was."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import specs
from contracts.plugin import UNINTERRUPTIBLE
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.settings import from_file
from contracts.target.target import TargetError
from tests import subjects

QUICK = ("--rule", "sent-field-stored", "--rule", "over-limit-refused")
API = "babyland"


def suite(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """``pytest contracts`` with arguments, from the checkout."""
    command = [sys.executable, "-m", "pytest", "contracts", "-q", "-p", "no:cacheprovider", *arguments]
    environment = {**os.environ, **variables}
    return subprocess.run(command, cwd=subjects.ROOT, capture_output=True, text=True, timeout=300, check=False, env=environment)


def results(folder: Path) -> list[dict[str, Any]]:
    """The results of the first run in a report."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = report["runs"][0]["results"]
    return found


def state(url: str) -> dict[str, Any]:
    """What a mock stores, its volatile properties left out."""
    with urllib.request.urlopen(f"{url}/__admin/state", timeout=10) as answer:
        whole: dict[str, Any] = json.load(answer)
    return {name: steady(name, value) for name, value in whole.items()}


def steady(name: str, value: Any) -> Any:
    """A stored value without the properties that change by themselves."""
    volatile = (
        {each.path.rsplit(".", 1)[-1] for each in specs.load(name).walk_record() if each.volatile}
        if name in specs.names()
        else set()
    )
    if isinstance(value, dict):
        return {key: steady(name, member) for key, member in value.items() if key not in volatile}
    return [steady(name, member) for member in value] if isinstance(value, list) else value


@pytest.fixture(name="ready", scope="module")
def _ready() -> Iterator[dict[str, Any]]:
    """A mock of one API, started by hand."""
    with subjects.running("mock_server", API) as ready:
        yield dict(ready)


def target_file(folder: Path, ready: dict[str, Any], **changes: str) -> Path:
    """A target file for the mock, with some lines replaced; ``extra`` is put at the top."""
    facts = ready["apis"][API]
    (scheme, credential), (name, value) = next(iter(facts["auth"].items())), next(iter(facts["customer"].items()))
    lines = {
        "extra": "",
        "api": f'api = "{API}"',
        "url": f'url = "{facts["url"]}"',
        "auth": f'[auth]\n{scheme} = "{credential}"',
        "record": f'[record]\n{name} = "{value}"',
        "read": f'[read]\npath = "{facts["read"]}"',
    }
    path = folder / "target.toml"
    path.write_text("\n".join((lines | changes).values()), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Whole:
    """A whole run by a target file: what came of it, its reports, and the mock's state before and after."""

    run: subprocess.CompletedProcess[str]
    reports: Path
    before: dict[str, Any]
    after: dict[str, Any]


@pytest.fixture(name="whole", scope="module")
def _whole(ready: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """The gate, run once."""
    folder, before = tmp_path_factory.mktemp("whole"), state(ready["url"])
    run = suite("--target", str(target_file(folder, ready)), "--report-dir", str(folder / "out"))
    return Whole(run, folder / "out", before, state(ready["url"]))


def test_a_conforming_target_exits_0_and_is_left_as_it_was(whole: Whole) -> None:
    """A run by a target file judges the mock as the embedded run does, and restores it."""
    assert whole.run.returncode == 0, whole.run.stdout
    assert whole.after == whole.before
    judged = [each for each in results(whole.reports) if each["verdict"] != "not_judged"]
    assert len(judged) > 300
    assert not [each for each in judged if each["verdict"] == "violates"]


@pytest.mark.parametrize("options", [(), ("-n", "2")], ids=["again", "under xdist"])
def test_the_same_run_gives_the_same_verdicts(
    ready: dict[str, Any], whole: Whole, tmp_path: Path, options: tuple[str, ...]
) -> None:
    """Two gate runs, and one under xdist, give identical verdict lists."""
    suite("--target", str(target_file(tmp_path, ready)), "--report-dir", str(tmp_path / "out"), *options)

    once, again = (
        sorted((each["rule"], each["field"], each["verdict"]) for each in results(folder))
        for folder in (whole.reports, tmp_path / "out")
    )
    assert again == once


def judged(path: Path) -> None:
    """A run by a target file in this process."""
    target = from_file(path)
    judge_all(Plan(target=target, apis=(target.api,)))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": 'url = "http://127.0.0.1:9"'}, "cannot be reached"),
        ({"url": 'url = "ftp://127.0.0.1"'}, "url: expected http"),
        ({"auth": '[auth]\nbearerAuth = "wrong-credential"'}, "the credential is refused"),
        ({"auth": '[auth]\nbearerauth = "x"'}, "unknown key 'bearerauth' in [auth]; known keys are bearerAuth"),
        ({"auth": '[auth]\nbearerAuth = "${NOT_SET_ANYWHERE}"'}, "the environment variable NOT_SET_ANYWHERE is not set"),
        ({"record": '[record]\nid = "999999"'}, "no such record"),
        ({"record": "[record]"}, "[record]: needs id"),
        ({"extra": "spede = 1"}, "unknown key 'spede' in the file; known keys are"),
        ({"read": '[read]\npath = "/nowhere/{id}"'}, "no such record or path"),
        ({"read": '[read]\npath = "/api/{nummer}"'}, "unknown parameter nummer"),
        ({"api": 'api = "babylon"'}, "no API named 'babylon'"),
        ({"extra": "= ="}, "not valid TOML"),
        ({"read": "[limits]\ntimeout = 0"}, "timeout in [limits]: expected more than 0"),
        ({"read": '[values]\nnothing = ["1"]'}, "unknown key 'nothing' in [values]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_an_unusable_target_is_refused_with_one_line(
    ready: dict[str, Any], tmp_path: Path, changes: dict[str, str], words: str
) -> None:
    """What cannot be used is said in one line, by the file or by the preflight, and no rule is run."""
    path = target_file(tmp_path, ready, **changes)

    with pytest.raises(TargetError) as refused:
        judged(path)

    assert words in str(refused.value)
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"url": 'url = "http://127.0.0.1:9"'}, "cannot be reached"),
        ({"record": "[record]"}, "[record]: needs id"),
    ],
    ids=["by the preflight", "by the file"],
)
def test_an_unusable_target_exits_4(ready: dict[str, Any], tmp_path: Path, changes: dict[str, str], words: str) -> None:
    """The line is all that a user gets to see: no traceback."""
    run = suite("--target", str(target_file(tmp_path, ready, **changes)))

    errors = [line for line in run.stderr.splitlines() if line.startswith("ERROR")]
    assert run.returncode == 4, run.stdout + run.stderr
    assert len(errors) == 1
    assert words in errors[0]
    assert "Traceback" not in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--target", "nowhere.toml"), "nowhere.toml: cannot be read"),
        (("--target-url", "http://127.0.0.1:9"), "--target-url needs --api"),
        (("--auth", "a=b"), "--auth needs --target-url"),
        (("--target-url", "http://127.0.0.1:9", "--api", API, "--auth", "novalue"), "--auth: expected NAME=VALUE"),
        (("--api", API, "--rule", "no-such-rule"), "no rule 'no-such-rule'"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_unusable_options_exit_4_with_one_line(options: tuple[str, ...], words: str) -> None:
    """Options that do not fit are refused before anything is sent."""
    run = suite(*options)

    assert run.returncode == 4, run.stdout + run.stderr
    assert words in run.stderr
    assert "Traceback" not in run.stdout + run.stderr


def test_a_violated_must_exits_1_and_names_rule_and_field(tmp_path: Path) -> None:
    """A defect of the mock is reported with its rule, its field and a curl line without the credential."""
    with subjects.running("mock_server", API, "--defect", "one-too-many-accepted") as ready:
        run = suite("--target", str(target_file(tmp_path, dict(ready))), "--report-dir", str(tmp_path / "out"), *QUICK)

    violated = [each for each in results(tmp_path / "out") if each["verdict"] == "violates"]
    assert run.returncode == 1
    assert {each["rule"] for each in violated} == {"over-limit-refused"}
    assert "$BEARERAUTH" in violated[0]["curl"]
    assert next(iter(ready["apis"][API]["auth"].values())) not in run.stdout + (tmp_path / "out" / "report.json").read_text()


def test_nothing_judged_exits_5() -> None:
    """A run in which no rule could be judged is no success."""
    run = suite("--api", API, "--rule", "throttled-envelope")

    assert run.returncode == 5, run.stdout


def test_a_dry_run_sends_nothing_and_lists_the_items() -> None:
    """--dry-run needs no reachable target."""
    options = ("--target-url", "http://127.0.0.1:9", "--api", API, "--auth", "bearerAuth=token", "--record", "id=57")

    run = suite("--dry-run", *options)

    assert run.returncode == 0, run.stdout + run.stderr
    assert "length/over-limit-refused" in run.stdout
    assert "nothing was sent" in run.stdout


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_an_interrupted_run_restores_the_target(ready: dict[str, Any], tmp_path: Path, number: signal.Signals) -> None:
    """A run that is stopped in the middle leaves the record as it was before."""
    before = state(ready["url"])
    command = [sys.executable, "-m", "pytest", "contracts", "-q", "--target", str(target_file(tmp_path, ready))]
    with subjects.interruptible():
        process = subprocess.Popen(command, cwd=subjects.ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + 60
    while state(ready["url"]) == before and time.monotonic() < deadline:
        time.sleep(0.01)
    changed = state(ready["url"]) != before

    process.send_signal(number)
    output, _ = process.communicate(timeout=60)

    assert changed, output
    assert process.returncode == 2, output
    assert state(ready["url"]) == before


@pytest.mark.parametrize(("handling", "told"), [("trap '' INT;", True), ("", False)], ids=["ignored", "not ignored"])
def test_a_run_that_cannot_be_interrupted_says_so(handling: str, told: bool) -> None:
    """A shell that starts a command in the background has it ignore SIGINT: Ctrl-C would do nothing, without a word."""
    run = f"{handling} exec {sys.executable} -m pytest contracts -q -p no:cacheprovider --api {API} --rule success-status"

    with subjects.interruptible():
        done = subprocess.run(["sh", "-c", run], cwd=subjects.ROOT, capture_output=True, text=True, timeout=300, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert [line for line in done.stdout.splitlines() if "SIGINT" in line] == ([UNINTERRUPTIBLE] if told else [])
