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
