"""What a mock in a test's own process costs: ``python -m benchmarks.fixture [NAME ...]``."""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable

import specs
from mock_server import MockServer

ROUNDS = 50


def milliseconds(step: Callable[[], object]) -> str:
    """The median and the least of many, and the time of the processor, to which other work on the machine adds little."""
    times, busy = [], []
    for _ in range(ROUNDS):
        started, worked = time.perf_counter(), time.process_time()
        step()
        times.append((time.perf_counter() - started) * 1_000)
        busy.append((time.process_time() - worked) * 1_000)
    return f"median {statistics.median(times):.1f}, least {min(times):.1f}, processor {statistics.median(busy):.1f} ms"


def start_and_stop(*names: str) -> None:
    """With documents that are loaded already."""
    with MockServer(*names):
        pass


def main() -> None:
    """Prints a line for each API, and one for a reset and a session."""
    for name in sys.argv[1:] or specs.names():
        specs.load(name)
        sys.stdout.write(f"{name}: start and stop: {milliseconds(lambda name=name: start_and_stop(name))}\n")  # type: ignore[misc]
        with MockServer(name) as server:
            sys.stdout.write(f"{name}: reset: {milliseconds(server.reset)}\n")
            sys.stdout.write(f"{name}: session: {milliseconds(lambda server=server: server.session().__enter__())}\n")  # type: ignore[misc]


if __name__ == "__main__":
    main()
