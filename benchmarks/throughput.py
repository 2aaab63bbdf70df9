"""How quick the mock is: ``python -m benchmarks.throughput [API]``.

Requests per second of a valid PATCH, beside a bare Flask echo of the same body on the same web server: both run at the same time
and are asked in turns, so that a busy machine slows both. What counts is the ratio.
"""

from __future__ import annotations

import argparse
import json
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import specs
from mock_server.worlds.banner import filled
from specs import Api

CONNECTIONS = 8
FIELDS = 3
"""How many properties the PATCH has."""


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description="Requests per second of the mock, beside a bare Flask echo.")
    parser.add_argument("api", nargs="?", default=specs.names()[0], help="a name in specs/, or a file")
    parser.add_argument("--rounds", type=int, default=7, help="turns for each of the two (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=2.0, help="of one turn (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="one JSON object: every turn, as it was measured")
    chosen = parser.parse_args()
    api = specs.load(chosen.api)
    with ExitStack() as stack:
        mock, started = stack.enter_context(running("mock_server", chosen.api, "--port", "0", "--ready-file"))
        echo, _ = stack.enter_context(running("benchmarks.echo"))
        turns: dict[str, list[Turn]] = {"mock": [], "echo": []}
        for _ in range(chosen.rounds):
            turns["mock"].append(turn(mock, _patch(mock, api), chosen.seconds))
            turns["echo"].append(turn(echo, _patch(echo, api), chosen.seconds))
        reset = statistics.median(_milliseconds_of_reset(mock["url"]) for _ in range(21))
    if chosen.json:
        shown = {name: [asdict(each) for each in found] for name, found in turns.items()}
        print(json.dumps({"api": api.name, "turns": shown, "start_seconds": started, "reset_milliseconds": reset}))
        return
    for name, found in turns.items():
        print(
            f"{name}: {_spread([each.per_second for each in found], '.0f')} requests per second, "
            f"{_spread([each.microseconds for each in found], '.0f')} microseconds of CPU for each"
        )
    pairs = list(zip(turns["mock"], turns["echo"], strict=True))
    print(f"ratio of requests per second: {_spread([ours.per_second / echo.per_second for ours, echo in pairs], '.2f')}")
    print(f"ratio by CPU time: {_spread([echo.microseconds / ours.microseconds for ours, echo in pairs], '.2f')}")
    print(f"start to first answer: {started:.2f} s; reset: {reset:.1f} ms")


def _spread(values: list[float], form: str) -> str:
    return f"{statistics.median(values):{form}} ({min(values):{form}} to {max(values):{form}})"


@dataclass(frozen=True)
class Turn:
    """Requests per second as seen by the client, and microseconds of CPU time that the server spent on each."""

    per_second: float
    microseconds: float


def turn(ready: Mapping[str, Any], call: tuple[tuple[str, int], bytes], seconds: float) -> Turn:
    """One of the two servers, for some seconds."""
    before = _cpu_seconds(ready["pid"])
    answered, taken = requests_answered(*call, seconds)
    return Turn(answered / taken, (_cpu_seconds(ready["pid"]) - before) / answered * 1e6)


def _cpu_seconds(process: int) -> float:
    """User and system time of a process so far, which Linux tells; on a busy machine it says more than the time of the clock."""
    stat = Path(f"/proc/{process}/stat")
    if not stat.exists():
        return float("nan")
    user, system = stat.read_text(encoding="ascii").rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


@contextmanager
def running(module: str, *arguments: str) -> Iterator[tuple[Mapping[str, Any], float]]:
    """A server process; what its ready file says, and the seconds that it took to get there."""
    with tempfile.TemporaryDirectory() as folder:
        ready = Path(folder, "ready.json")
        begun = time.perf_counter()
        process = subprocess.Popen([sys.executable, "-m", module, *arguments, str(ready)], stdout=subprocess.DEVNULL)
        try:
            while not ready.exists():
                if process.poll() is not None:
                    raise SystemExit(f"{module} did not start")
                time.sleep(0.005)
            yield json.loads(ready.read_text(encoding="utf-8")), time.perf_counter() - begun
        finally:
            process.terminate()
            process.wait(10)


def _patch(ready: Mapping[str, Any], api: Api) -> tuple[tuple[str, int], bytes]:
    """The address, and the bytes of a request that is valid for the first customer."""
    customer, other = api.customers[0], api.customers[1]
    plain = [each for each in api.fields if each.types <= {"string"} and not (each.unique or each.read_only or each.write_only)]
    names = [each.name for each in plain if other.record.get(each.name) is not None and each.response == each.name][:FIELDS]
    body = json.dumps({name: other.record[name] for name in names}).encode()
    parts = urlsplit(ready["url"])
    credential = "".join(
        f"{each.parameter}: {'Bearer ' if each.kind == 'bearer' else ''}{customer.auth[each.name]}\r\n" for each in api.security
    )
    head = (
        f"PATCH {filled(api.path, customer)} HTTP/1.1\r\nHost: {parts.netloc}\r\n{credential}"
        f"Accept: application/json\r\nContent-Type: {api.media_types[0]}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return (str(parts.hostname), int(parts.port or 80)), head.encode() + body


def requests_answered(address: tuple[str, int], content: bytes, seconds: float) -> tuple[int, float]:
    """How many requests get answered in about this time over connections that stay open, and the time that it took."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_connection(address)) for _ in range(CONNECTIONS)]
        length = _length_of_answer(sockets[0], content)
        selector = stack.enter_context(selectors.DefaultSelector())
        missing = {}
        for each in sockets:
            selector.register(each, selectors.EVENT_READ)
            missing[each] = length
            each.sendall(content)
        answered, begun = 0, time.perf_counter()
        while time.perf_counter() - begun < seconds:
            for key, _ in selector.select(1):
                each: Any = key.fileobj
                missing[each] -= len(each.recv(65536))
                if missing[each] <= 0:
                    answered += 1
                    missing[each] = length
                    each.sendall(content)
        return answered, time.perf_counter() - begun


def _length_of_answer(connection: socket.socket, content: bytes) -> int:
    """The bytes of a success; the second answer is taken, since the first one may be the only one that changes something."""
    for _ in range(2):
        connection.sendall(content)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(65536)
        head = answer.partition(b"\r\n\r\n")[0]
        if not head.split()[1].startswith(b"2"):
            raise SystemExit(f"not a success: {answer.decode(errors='replace')[:300]}")
        lines = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        length = len(head) + 4 + int(lines[b"content-length"])
        while len(answer) < length:
            answer += connection.recv(65536)
    return length


def _milliseconds_of_reset(url: str) -> float:

    begun = time.perf_counter()
    urllib.request.urlopen(urllib.request.Request(f"{url}/__admin/reset", method="POST"), timeout=10).close()
    return (time.perf_counter() - begun) * 1000


if __name__ == "__main__":
    main()
