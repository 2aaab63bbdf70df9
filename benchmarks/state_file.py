"""What a state file costs a write: ``python -m benchmarks.state_file``."""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import specs
from mock_server import create_app
from mock_server.state.state_file import StateFile
from mock_server.web.app import worlds_of

ROUNDS = 300


def microseconds(step: Callable[[], object]) -> float:
    """The median of many."""
    times = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        step()
        times.append(time.perf_counter() - started)
    return statistics.median(times) * 1e6


def main() -> None:
    """Prints a line for each way to keep a record of some size, and for the change of a customer with and without a file."""
    api = specs.load(sys.argv[1] if len(sys.argv) > 1 else specs.names()[-1])
    with tempfile.TemporaryDirectory(dir=".") as name:
        folder = Path(name)
        worlds = worlds_of(create_app([api]))
        store = worlds.default.services[api.name].store
        entry = store.entries[0]
        names = [key for key, value in entry.state.record.items() if isinstance(value, str)]
        count = iter(range(10**9))

        def write() -> None:
            record = {**entry.state.record, names[-1]: str(next(count))}
            store.write(entry, store.state(record, entry.state.hidden))

        without = microseconds(write)
        StateFile(folder / "state", worlds.default.services)
        with_file = microseconds(write)
        size = (folder / "state").stat().st_size // ROUNDS
        _report("a write to the store, in memory", without)
        _report(f"a write to the store, with a state file ({size} bytes)", with_file)
        content, opened = b"x" * size, os.open(folder / "other", os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        _report("append alone", microseconds(lambda: os.write(opened, content)))
        _report("append and fsync", microseconds(lambda: (os.write(opened, content), os.fsync(opened))))
        _report("another file, fsync, and its name replaced", microseconds(lambda: _replace(folder, content)))


def _replace(folder: Path, content: bytes) -> None:
    opened = os.open(folder / "draft", os.O_CREAT | os.O_TRUNC | os.O_WRONLY)
    os.write(opened, content)
    os.fsync(opened)
    os.close(opened)
    (folder / "draft").replace(folder / "final")


def _report(what: str, figure: float) -> None:
    sys.stdout.write(f"{figure:8.0f} us  {what}\n")


if __name__ == "__main__":
    main()
