"""Mixed traffic for a long time: does the mock keep its size? ``python -m tests.soak --seconds 3600``

Memory, threads and open files of the process are looked at again and again, as Linux tells them; the second half is compared with
the first, of which the beginning is left out: until then the journals fill.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import random
import socket
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

import specs
from tests import subjects
from tests.linearizability import Clients
from tests.services import hostile_requests
from tests.services.hostile_requests import Place

CLIENTS = 8
SESSIONS = 5
SAMPLES = 60
MEMORY = 1.15
"""Times the first half's."""

SPARE = 8_000
"""Kilobytes that may come and go."""

THREADS = 90
"""Those of the web server, and a few of its own."""


@dataclass(frozen=True, slots=True)
class Sample:
    """The process at one moment; memory in kilobytes."""

    memory: int
    threads: int
    files: int


def sample(process: int) -> Sample:
    """What Linux tells of a process."""
    lines = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text(encoding="ascii").splitlines())
    return Sample(int(lines["VmRSS"].split()[0]), int(lines["Threads"]), len(os.listdir(f"/proc/{process}/fd")))


def growth(samples: list[Sample], idle: Sample) -> list[str]:
    """What has grown, one line each. idle: behind the traffic, when every connection is closed."""
    begun = samples[len(samples) // 4 :]
    half = len(begun) // 2
    first, second = begun[:half], begun[half:]
    found = []
    before, after = (median(each.memory for each in part) for part in (first, second))
    if after > before * MEMORY + SPARE:
        found.append(f"memory: {before} KB, then {after} KB")
    if max(each.threads for each in samples) > THREADS:
        found.append(f"threads: {max(each.threads for each in samples)}")
    if idle.files > samples[0].files + CLIENTS:
        found.append(f"open files: {samples[0].files}, then {idle.files}")
    return found


def traffic(url: str, place: Place, over: threading.Event, number: int) -> int:
    """One client, until it is over: how many requests it made."""
    chance, count = random.Random(number), 0
    corpus = [each for each in hostile_requests.all_of(place) if len(each.content) == 1 and len(each.content[0]) < 100_000]
    address = urlsplit(url)
    api = specs.load(specs.names()[0])
    while not over.is_set():
        kind = chance.random()
        if kind < 0.5:
            session = "" if chance.random() < 0.5 else f"soak-{chance.randrange(SESSIONS)}"
            Clients(api, url, session=session, seed=chance.randrange(1_000_000)).run(20, clients=1, disturbed=False)
            count += 20
        elif kind < 0.9:
            _send(address.hostname or "", address.port or 80, chance.choice(corpus).content[0])
            count += 1
        else:
            _control(address.hostname or "", address.port or 80, chance)
            count += 1
    return count


def _send(host: str, port: int, content: bytes) -> None:
    with suppress(OSError), socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(65_536):
            pass


def _control(host: str, port: int, chance: random.Random) -> None:
    calls = (
        ("GET", "state", None),
        ("POST", "state/reset", None),
        ("POST", "snapshots", {"name": "soak"}),
        ("POST", "requests/find", {"path": "*a*b*c*"}),
        ("GET", "requests?limit=50", None),
        ("GET", "coverage", None),
        ("DELETE", f"sessions/soak-{chance.randrange(SESSIONS)}", None),
    )
    method, path, body = chance.choice(calls)
    connection = http.client.HTTPConnection(host, port, timeout=30)
    headers = {} if body is None else {"Content-Type": "application/json"}
    connection.request(method, f"/__admin/{path}", None if body is None else json.dumps(body), headers)
    connection.getresponse().read()
    connection.close()


def soak(seconds: float, clients: int = CLIENTS) -> tuple[list[str], int, list[Sample]]:
    """What has grown, how many requests there were, and the samples."""
    api = specs.load(specs.names()[0])
    customer = api.customers[0]
    headers = {each.parameter: f"Bearer {customer.auth[each.name]}" for each in api.security}
    place = Place(api.path.format(**customer.path), headers, api.media_types[0], api.fields[0].name)
    with subjects.running("mock_server", api.name) as ready:
        over, counts, samples = threading.Event(), [0] * clients, []

        def run(number: int) -> None:
            counts[number] = traffic(ready["url"], place, over, number)

        threads = [threading.Thread(target=run, args=(number,)) for number in range(clients)]
        samples.append(sample(ready["pid"]))
        for each in threads:
            each.start()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            time.sleep(seconds / SAMPLES)
            samples.append(sample(ready["pid"]))
        over.set()
        for each in threads:
            each.join()
        time.sleep(0.5)
        idle = sample(ready["pid"])
    return growth(samples, idle), sum(counts), samples


def main() -> int:
    """Prints the figures as JSON; 1 where something has grown."""
    parser = argparse.ArgumentParser(description="Mixed traffic for a long time: does the mock keep its size?")
    parser.add_argument("--seconds", type=float, default=3_600)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    chosen = parser.parse_args()
    found, count, samples = soak(chosen.seconds, chosen.clients)
    shown = [[each.memory, each.threads, each.files] for each in samples]
    sys.stdout.write(json.dumps({"requests": count, "grown": found, "memory, threads, files": shown}) + "\n")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
