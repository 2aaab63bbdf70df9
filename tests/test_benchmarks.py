"""The commands of benchmarks/ run, and print the figures that they promise; how large those are is no test's business."""

from __future__ import annotations

import json
import re
import subprocess
import sys

import specs
from tests import subjects


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


def test_the_gate_is_timed_beside_stock_schemathesis() -> None:
    """Seconds and requests of both, and their ratio."""
    name = "customers_me"
    words = [sys.executable, "-m", "benchmarks.gate", name, "--rounds", "1"]
    done = subprocess.run(words, cwd=subjects.ROOT, capture_output=True, text=True, timeout=240, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    figures = rf"{name}: gate [\d.]+ .* s, \d+ requests; stock [\d.]+ .* s, \d+ test cases; ratio [\d.]+ "
    assert re.match(figures, done.stdout), done.stdout


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
