"""The suite beside other tools that judge a service by its document: on the same mock, with the same deliberate defects."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.throughput import running

ROOT = Path(__file__).parents[2]
SECONDS = 300
NAME = "drafted"
"""The file that ``init`` has made of the document, and so the name of the API."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A tool. ``judge``: what it reports of the service at an address, as comparable texts; None where it is missing."""

    name: str
    judge: Callable[[str, Path], frozenset[str]] | None
    why_not: str = ""


def compared(sample: int, node: Path | None, folder: Path) -> list[Mapping[str, Any]]:
    """A row for each tool. ``folder``: where the document and its draft are."""
    with running("mock_server", str(folder / f"{NAME}.yaml"), "--quiet", "--port", "0", "--ready-file") as (ready, _):
        url = str(ready["url"])
        chosen = _sample(url, sample)
        return [_row(each, url, chosen, folder) for each in _suites(node)]


def _sample(url: str, count: int) -> list[str]:
    """So many defects, at even distances in the alphabet."""
    listed = sorted(each["id"] for each in _admin("GET", f"{url}/__admin/defects")["available"] if each["fields"])
    return [listed[number * len(listed) // count] for number in range(min(count, len(listed)))]


def _row(suite: Suite, url: str, defects: Sequence[str], folder: Path) -> dict[str, Any]:
    row: dict[str, Any] = {"name": suite.name, "missing": suite.why_not, "defects": len(defects)}
    if suite.judge is None:
        return row
    usual, found, requests, seconds = frozenset[str](), [], 0, 0.0
    for defect in (None, *defects):
        _admin("PUT", f"{url}/__admin/defects", {"defects": [defect] if defect else []})
        _admin("POST", f"{url}/__admin/reset")
        asked, begun = _asked(url), time.perf_counter()
        try:
            told = suite.judge(url, folder)
        except (OSError, subprocess.SubprocessError) as error:
            return {**row, "missing": " ".join(str(error).split())[:200]}
        if defect is None:
            usual = told
            continue
        seconds += time.perf_counter() - begun
        requests += _asked(url) - asked
        if told - usual:
            found.append(defect)
    _admin("PUT", f"{url}/__admin/defects", {"defects": []})
    return {**row, "found": len(found), "found_defects": found, "requests": requests, "seconds": seconds, "alarms": len(usual)}


def _asked(url: str) -> int:
    """How many requests the mock has had, by the number of one more."""
    urllib.request.urlopen(urllib.request.Request(f"{url}/contacts/1"), timeout=10).close()
    return int(_admin("GET", f"{url}/__admin/requests?limit=1")["requests"][0]["id"])


def _admin(method: str, url: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"} if data else {}, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.loads(answer.read() or b"null")


# --- the tools --------------------------------------------------------------------------------------------------------


def _suites(node: Path | None) -> list[Suite]:
    jar = next((node / "specmatic").rglob("*.jar"), None) if node is not None and (node / "specmatic").exists() else None
    there = jar is not None and shutil.which("java") is not None
    return [
        Suite("this suite", _by_this),
        Suite("stock Schemathesis", _by_schemathesis),
        Suite(
            "Specmatic",
            (lambda url, folder: _by_specmatic(url, folder, jar)) if there else None,
            "" if there else "not installed",
        ),
    ]


def _by_this(url: str, folder: Path) -> frozenset[str]:
    target, reports = folder / "target.toml", folder / "report"
    lines = [f'api = "{folder / NAME}.yaml"', f'url = "{url}"', "[read]", 'path = "/contacts/{id}"']
    target.write_text("\n".join([*lines, "[record]", "id = 1", "[bystander]", "id = 9", ""]), encoding="utf-8")
    shutil.rmtree(reports, ignore_errors=True)
    command = [sys.executable, "-m", "pytest", "contracts", "--target", str(target), "--report-dir", str(reports)]
    done = _run([*command, "-p", "no:cacheprovider", "-q"], ROOT)
    file = reports / "report.json"
    if not file.exists():
        raise OSError(f"exit code {done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}")
    results = [each for run in json.loads(file.read_text(encoding="utf-8"))["runs"] for each in run["results"]]
    return frozenset(f"{each['rule']} {each['field']}" for each in results if each["verdict"] == "violates")


def _by_schemathesis(url: str, folder: Path) -> frozenset[str]:
    command = [str(Path(sys.executable).with_name("st")), "run", str(folder / "contacts.json"), "--url", url, "--checks", "all"]
    command += ["--seed", "1", "--continue-on-failure", "--no-color", "--generation-database", "none"]
    done = _run(command, folder)
    if done.returncode not in (0, 1):
        raise OSError(f"exit code {done.returncode}: {done.stdout[-300:]}{done.stderr[-300:]}")
    return frozenset(re.findall(r"^- (ST\d{3}) ", done.stdout, re.MULTILINE))


def _by_specmatic(url: str, folder: Path, jar: Path | None) -> frozenset[str]:
    command = ["java", "-jar", str(jar), "test", str(folder / "contacts.json"), f"--testBaseURL={url}"]
    done = _run(command, folder, SPECMATIC_GENERATIVE_TESTS="true", MAX_TEST_REQUEST_COMBINATIONS="10")
    count = re.search(r"Tests run: (\d+)", done.stdout)
    if count is None or count[1] == "0":
        raise OSError(f"no test was run: {done.stdout[-300:]}{done.stderr[-300:]}")
    return frozenset(re.findall(r"^.*Scenario: .* has FAILED", done.stdout, re.MULTILINE))


def _run(command: Sequence[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **more, "COLUMNS": "200", "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
