"""A mock with a state file that is killed while clients write, again and again: is anything lost that was acknowledged?

``python -m tests.services.crashing ROUNDS`` kills it so often. A process that has imported everything forks each mock, so that
a round takes a fraction of a second.
"""

from __future__ import annotations

import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import requests

import specs
from mock_server import create_app
from mock_server.state import state_file
from mock_server.state.state_file import StateFile
from mock_server.web import serving
from mock_server.web.app import worlds_of
from specs import Api, Field
from tests import subjects

WRITERS = 3
NUMBERED = re.compile(r"n[0-9]{9}", re.ASCII)


@dataclass
class Writer:
    """A client that counts up in a field of its own: the last number that was acknowledged, and the last that was sent."""

    name: str
    shown: str
    acknowledged: int = 0
    sent: int = 0
    lost: list[str] = field(default_factory=list)

    def write(self, url: str, headers: dict[str, str]) -> None:
        """Until the mock is gone."""
        with requests.Session() as session:
            session.trust_env = False
            while True:
                self.sent += 1
                try:
                    answer = session.patch(url, json={self.name: value(self.sent)}, headers=headers, timeout=10)
                except requests.RequestException:
                    return
                assert answer.ok, answer.text
                self.acknowledged = self.sent

    def check(self, record: Any) -> None:
        """What the mock shows after its restart is the last acknowledged number, or the one that was on its way."""
        text = str(record[self.shown])
        stored = int(text[1:]) if NUMBERED.fullmatch(text) else 0  # the seeded value: nothing was stored yet
        if stored not in (self.acknowledged, self.sent):
            self.lost.append(f"{self.name}: acknowledged {self.acknowledged}, sent {self.sent}, stored {stored}")
        self.acknowledged = self.sent = stored


def value(number: int) -> str:
    """A text with the number in it that any name may be."""
    return f"n{number:09}"


def lost(rounds: int, file: Path) -> tuple[list[str], int]:
    """What was lost in so many rounds with this state file, and how many writes were acknowledged."""
    api = specs.load(specs.names()[0])
    fields = [each for each in api.fields if takes_any_text(each)][:WRITERS]
    assert len(fields) > 1
    customer = api.customers[0]
    headers = {each.parameter: f"Bearer {customer.auth[each.name]}" for each in api.security}
    writers = [Writer(each.name, str(each.response)) for each in fields]
    count = 0
    with subprocess.Popen(
        [sys.executable, "-m", "tests.services.crashing", "fork", str(file)],
        cwd=subjects.ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as nursery:
        chance = random.Random(1)
        for number in range(rounds + 1):
            port, process = _start(nursery)
            path = f"http://127.0.0.1:{port}{api.path.format(**customer.path)}"
            record = requests.patch(path, json={}, headers=headers, timeout=10).json()
            for name in api.record_at.split("/")[1:]:
                record = record[name]
            if number:
                for writer in writers:
                    writer.check(record)
            before = sum(writer.acknowledged for writer in writers)
            if number < rounds:
                _write_and_kill(writers, path, headers, process, chance.uniform(0.02, 0.1))
            else:
                os.kill(process, signal.SIGKILL)
            count += sum(writer.acknowledged for writer in writers) - before
        nursery.communicate()
    return [each for writer in writers for each in writer.lost], count


def takes_any_text(each: Field) -> bool:
    """Whether a field is shown as it is sent, and takes any short text."""
    is_plain = not (each.read_only or each.write_only or each.unique or each.hazard) and each.response is not None
    return is_plain and each.types == {"string"} and not {"enum", "format", "pattern", "const"} & set(each.schema)


def _start(nursery: subprocess.Popen[str]) -> tuple[int, int]:
    assert nursery.stdin is not None
    assert nursery.stdout is not None
    nursery.stdin.write("\n")
    nursery.stdin.flush()
    port, process = nursery.stdout.readline().split()
    return int(port), int(process)


def _write_and_kill(writers: list[Writer], url: str, headers: dict[str, str], process: int, seconds: float) -> None:
    with ThreadPoolExecutor(len(writers)) as pool:
        running = [pool.submit(writer.write, url, headers) for writer in writers]
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)
        for each in running:
            each.result()


def fork_on_demand(api: Api, file: Path) -> None:
    """For every line that comes in, a new mock in a child process, whose port and process id go out."""
    for _line in sys.stdin:
        child = os.fork()
        if not child:
            app = create_app([api])
            state_file.LINES = 5  # so that it is also killed while it writes the file anew
            StateFile(file, worlds_of(app).default.stores)
            server = serving.listen(app, "127.0.0.1", 0)
            sys.stdout.write(f"{server.effective_port} {os.getpid()}\n")
            sys.stdout.flush()
            serving.run(server)
            os._exit(0)
        os.waitpid(child, 0)


def main(arguments: list[str]) -> None:
    """As the module says."""
    if arguments[0] == "fork":
        fork_on_demand(specs.load(specs.names()[0]), Path(arguments[1]))
        return
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        found, count = lost(int(arguments[0]), Path(folder, "state"))
    sys.stdout.write(
        f"{arguments[0]} kills, {count} acknowledged writes, {len(found)} lost, {time.monotonic() - started:.0f} s\n"
    )
    sys.exit(bool(found))


if __name__ == "__main__":
    main(sys.argv[1:])
