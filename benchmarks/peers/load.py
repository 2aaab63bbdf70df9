"""The same PATCH again and again, over connections that stay open: by wrk where it is installed, else by threads of Python."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.peers.documents import PATCH, PATH

CONNECTIONS = 8
_SCRIPT = """
wrk.method = "PATCH"
wrk.body = [[%s]]
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Accept"] = "application/json"
done = function(summary, latency, requests)
  local errors = summary.errors
  local wrong = errors.status + errors.connect + errors.read + errors.write + errors.timeout
  io.write(string.format("RESULT %%d %%d %%d %%d %%d\\n", summary.requests, summary.duration, wrong,
    latency:percentile(50), latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """Some seconds of one server: answers, the seconds, those that were no success, and milliseconds of an answer."""

    requests: int
    seconds: float
    wrong: int
    p50: float
    p99: float


def turn(port: int, seconds: float, folder: Path) -> Turn:
    """Asks one server for some seconds."""
    return _by_wrk(port, seconds, folder) if shutil.which("wrk") else _by_threads(port, seconds)


def tool() -> str:
    """What asks."""
    return "wrk, 1 thread" if shutil.which("wrk") else f"{CONNECTIONS} threads of Python"


def _by_wrk(port: int, seconds: float, folder: Path) -> Turn:
    script = folder / "patch.lua"
    script.write_text(_SCRIPT % json.dumps(PATCH), encoding="utf-8")
    url = f"http://127.0.0.1:{port}{PATH}"
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "-s", str(script), url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=seconds + 60, check=False)
    found = re.search(r"RESULT (\d+) (\d+) (\d+) (\d+) (\d+)", done.stdout)
    if found is None:
        raise OSError(f"wrk: {done.stdout[-100:]}{done.stderr[-200:]}")
    requests, taken, wrong, middle, late = map(int, found.groups())
    return Turn(requests, taken / 1e6, wrong, middle / 1e3, late / 1e3)


def _by_threads(port: int, seconds: float) -> Turn:
    taken: list[float] = []
    wrong: list[int] = []
    content, end = json.dumps(PATCH), time.perf_counter() + seconds

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        while (begun := time.perf_counter()) < end:
            connection.request("PATCH", PATH, content, {"Content-Type": "application/json", "Accept": "application/json"})
            answer = connection.getresponse()
            answer.read()
            taken.append(time.perf_counter() - begun)
            if answer.status >= 300:
                wrong.append(answer.status)

    begun = time.perf_counter()
    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    parts = statistics.quantiles(taken, n=100)
    return Turn(len(taken), time.perf_counter() - begun, len(wrong), parts[49] * 1e3, parts[98] * 1e3)
