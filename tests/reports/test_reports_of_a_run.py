"""What a run leaves behind: traffic.har without secrets, JUnit, and the same reports from one process as from several."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from requests.structures import CaseInsensitiveDict

from contracts.reports.report import LEFT_CHANGED, RunReport, read_json
from contracts.reports.traffic import Traffic
from contracts.target.secrecy import Redactor, Secret
from contracts.terms.exchange import Answer, Exchange
from tests import subjects

CANARY = "canary-7f3a/91+secret=="


# --- traffic.har ----------------------------------------------------------------------------------------------------


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


# --- a run as a user starts it --------------------------------------------------------------------------------------


Faulty = tuple[Path, subprocess.CompletedProcess[str], str]
"""The folder of the reports, the finished process, and the credential."""
DEFECTS = ("text-recased", "methods-not-listed", "credential-shown")
RULES = (
    "sent-field-stored",
    "no-op-changes-nothing",
    "value-unaltered",
    "allow-header-sent",
    "no-secret-shown",
    "no-leak",
    "empty-object-handled",
)


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
    """One finding each, in every report; one of the defects spoils a value for good, so that the exit code says that first."""
    folder, run, _ = faulty
    (found,) = read_json(folder / "report.json")
    violated = {(each.rule, each.level) for each in found.results if each.verdict == "violates"}

    assert run.returncode == LEFT_CHANGED, run.stdout
    assert violated == {("no-op-changes-nothing", "must"), ("no-secret-shown", "must"), ("allow-header-sent", "should")}
    page, markdown = ((folder / name).read_text() for name in ("report.html", "summary.md"))
    assert page.count('<article class="card finding') == markdown.count("#### ") == 3
    assert len(re.findall(r"^\d+\. (?:VIOLATED|should) ", run.stdout, re.MULTILINE)) == 3
    assert f"report: {folder / 'report.html'}" in run.stdout


def test_a_credential_that_the_target_shows_is_in_no_output(faulty: Faulty) -> None:
    """No file, no line of the terminal, although the answers are full of it."""
    folder, run, secret = faulty
    names = {path.name for path in folder.iterdir()}

    assert {name for name in names if not name.startswith("journal-")} == {
        "report.json",
        "report.html",
        "summary.md",
        "traffic.har",
        "junit.xml",
    }
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
    assert any(purpose.startswith("no-op-changes-nothing [") for purpose in purposes)


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
