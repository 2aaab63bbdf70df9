"""The commands of benchmarks/ run, and print the figures that they promise; how large those are is no test's business."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import specs
from benchmarks.cut import requests_until_found
from benchmarks.peers import report
from tests import subjects
from tests.proof import stop_mocks


def test_the_throughput_is_measured_beside_an_echo() -> None:
    """Requests per second of both, their ratio, and the times of a start and a reset."""
    words = [sys.executable, "-m", "benchmarks.throughput", specs.names()[0], "--rounds", "1", "--seconds", "0.1"]
    done = subprocess.run(words, cwd=subjects.ROOT, capture_output=True, text=True, timeout=60, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    for figure in (
        r"mock: \d+ .*requests per second, .*CPU",
        r"echo: \d+ .*requests per second",
        r"ratio of requests per second: \d",
        r"ratio by CPU time: ",
        r"start to first answer: \d.* s; reset: \d.* ms",
    ):
        assert re.search(rf"^{figure}", done.stdout, re.MULTILINE), done.stdout


def test_the_mock_is_measured_beside_others(tmp_path: Path) -> None:
    """What is not installed is told and fails nothing; the drawing is XML, and every server of the table is in it."""
    words = [sys.executable, "-m", "benchmarks.peers", "--rounds", "1", "--seconds", "0.2", "--defects", "0", "--no-install"]
    words += ["--only", "echo that validates", "--only", "this mock", "--only", "Prism"]
    words += ["--peers", str(tmp_path), "--json", str(tmp_path / "found.json")]
    done = subprocess.run(words, cwd=subjects.ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert re.search(r"^\| this mock \| yes / yes \| \d+ \| [\d.]+ \| \d+ \|", done.stdout, re.MULTILINE), done.stdout
    assert "| Prism | not measured: the npm package @stoplight/prism-cli is not installed |" in done.stdout
    found = json.loads((tmp_path / "found.json").read_text())
    drawn = ET.fromstring(report.drawing([each for each in found["servers"] if not each["missing"]]))
    texts = [each.text for each in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert {"echo that validates", "this mock"} <= set(texts)


def test_a_whole_resource_is_listed_and_its_memory_read() -> None:
    """Milliseconds of a list, and megabytes at the start and at the end."""
    words = [sys.executable, "-m", "benchmarks.resource", "--operations", "200"]
    done = subprocess.run(words, cwd=subjects.ROOT, capture_output=True, text=True, timeout=120, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert re.match(r"list of 200 records: [\d.]+ ms", done.stdout)
    assert re.search(r"^growth in the second half: [+-][\d.]+ MB$", done.stdout, re.MULTILINE)


def test_the_figures_are_there_as_json() -> None:
    """Every turn of both, and the times of a start and a reset."""
    words = [sys.executable, "-m", "benchmarks.throughput", specs.names()[0], "--rounds", "2", "--seconds", "0.1", "--json"]
    done = subprocess.run(words, cwd=subjects.ROOT, capture_output=True, text=True, timeout=60, check=True)
    found = json.loads(done.stdout)

    assert {name: len(each) for name, each in found["turns"].items()} == {"mock": 2, "echo": 2}
    assert all(each["per_second"] > 0 for turns in found["turns"].values() for each in turns)
    assert found["start_seconds"] > 0


def test_the_gate_is_timed_beside_stock_schemathesis() -> None:
    """Seconds and requests of both, and their ratio."""
    name = "customers_me"
    words = [sys.executable, "-m", "benchmarks.gate", name, "--rounds", "1"]
    done = subprocess.run(words, cwd=subjects.ROOT, capture_output=True, text=True, timeout=240, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    figures = rf"{name}: gate [\d.]+ .* s, \d+ requests; stock [\d.]+ .* s, \d+ test cases; ratio [\d.]+ "
    assert re.match(figures, done.stdout), done.stdout


def test_a_run_that_will_be_cut_finds_a_fault_sooner() -> None:
    """In fewer requests than in the usual order, in which other things are asked first."""
    try:
        sooner, usual = (requests_until_found("babyland", "neighbours-identity-shown", is_cut=each) for each in (True, False))
    finally:
        stop_mocks()

    assert 0 < sooner < usual / 2


def test_the_suite_is_measured_as_json() -> None:
    """Seconds, processor, requests and the way to the first of them, and the ratios to another checkout."""
    name = "customers_me"
    words = [sys.executable, "-m", "benchmarks.suite", name, "--rounds", "1", "--beside", str(subjects.ROOT)]
    done = subprocess.run(words, cwd=subjects.ROOT, capture_output=True, text=True, timeout=240, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    figures = {"seconds", "cpu_seconds", "seconds_to_first_request", "requests"}
    assert found["api"] == name
    assert found["ratio"].keys() == figures <= found.keys()
    assert 0 < found["seconds_to_first_request"]["median"] < found["seconds"]["median"]
    assert found["requests"]["least"] > 100
