"""Whether what clients saw at the same time can be put into one order: the registers are the fields of records.

``python -m tests.linearizability --writes 10000 [--state FILE] [--session NAME] [--defect ID]`` prints what cannot.

The check is that of Lowe (Testing for linearizability, 2017): the history is read event by event, and every state in which the
register may be is kept, together with the requests that have had their effect and are not answered yet.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import specs
from specs import Api
from specs.model import SeedCustomer
from tests import subjects
from tests.services.crashing import takes_any_text

CLIENTS = 32
FIELDS = 3
PAUSE = 0.05
"""Seconds between two control calls."""

NEVER = float("inf")
Register = tuple[str, str]
"""A customer and a field."""


@dataclass(frozen=True, slots=True, eq=False)
class Operation:
    """One request as far as it is about one register.

    is_write: whether it leaves the value behind, or has found it. begun, ended: when it was sent and answered; without an answer,
    it may have had its effect at any time later, or never.
    """

    value: Any
    is_write: bool
    begun: float
    ended: float = NEVER

    def __str__(self) -> str:
        return f"{'write' if self.is_write else 'read'} of {self.value!r} from {self.begun:.6f} to {self.ended:.6f}"


State = tuple[Any, frozenset[Operation], frozenset[Operation]]
"""A value, the requests under way that have had their effect, and the writes under way that may have had theirs just ahead of
another write, so that nobody could see it."""


def violation(history: Iterable[Operation], start: Any) -> str | None:
    """The first answer that no order of the requests explains; None where there is an order."""
    operations = [each for each in history if each.is_write or each.ended < NEVER]
    begins = [(each.begun, 0, number) for number, each in enumerate(operations)]
    ends = [(each.ended, 1, number) for number, each in enumerate(operations) if each.ended < NEVER]
    states: set[State] = {(start, frozenset(), frozenset())}
    waiting: dict[int, Operation] = {}
    for _, is_end, number in sorted(begins + ends):
        operation = operations[number]
        if not is_end:
            waiting[number] = operation
            states = {_seen(state, [operation]) for state in states}
            continue
        states = _with(operation, states, list(waiting.values()))
        del waiting[number]
        states = {(value, done - {operation}, hidden - {operation}) for value, done, hidden in states}
        if not states:
            return str(operation)
    return None


def _seen(state: State, waiting: Sequence[Operation]) -> State:
    """The state in which all reads under way that fit its value have had their effect: that takes nothing from any order."""
    value, done, hidden = state
    found = [each for each in waiting if not each.is_write and each.value == value]
    return (value, done.union(found), hidden) if found else state


def _with(operation: Operation, states: set[State], waiting: Sequence[Operation]) -> set[State]:
    """The states in which an operation has had its effect, by as few writes under way as are needed.

    Ahead of it come only writes that a read under way has to see: all others may stay hidden, or come later.
    """
    found, open_, known = set(), list(states), set(states)
    writes, reads = [each for each in waiting if each.is_write], [each for each in waiting if not each.is_write]
    while open_:
        state = open_.pop()
        _, done, hidden = state
        if operation in done or operation in hidden:
            found.add(state)
        if operation in done:
            continue
        wanted = {each.value for each in reads if each not in done}
        for each in writes:
            if each not in done and (each is operation or each.value in wanted):
                others = hidden.union(other for other in writes if other is not each and other not in done)
                following = _seen((each.value, done | {each}, others - {each}), reads)
                if following not in known:
                    known.add(following)
                    open_.append(following)
    return found


# --- the history of a mock ------------------------------------------------------------------------------------------


@dataclass
class History:
    """What happened to each register."""

    operations: dict[Register, list[Operation]] = field(default_factory=lambda: defaultdict(list))
    lock: threading.Lock = field(default_factory=threading.Lock)
    faults: list[str] = field(default_factory=list)
    writes: int = 0

    def add(self, seen: Mapping[Register, tuple[Any, bool]], begun: float, ended: float) -> None:
        """One request: for each register the value, and whether it was written."""
        with self.lock:
            for register, (value, is_write) in seen.items():
                self.operations[register].append(Operation(value, is_write, begun, ended))

    def violations(self, start: Mapping[Register, Any]) -> list[str]:
        """One line for each register that no order explains, and the requests that were not answered as they should."""
        lines = [
            f"{register}: {told}"
            for register, each in self.operations.items()
            if (told := violation(each, start[register])) is not None
        ]
        return [*self.faults, *lines]


class Clients:
    """Many clients of one mock, and one that resets it, saves it and brings it back meanwhile."""

    def __init__(self, api: Api, url: str, *, session: str = "", seed: int = 1, history: History | None = None) -> None:
        self._api, self._url, self._seed = api, urlsplit(url), seed
        self._session = {"X-Mock-Session": session} if session else {}
        self._fields = [each for each in api.fields if takes_any_text(each)][:FIELDS]
        self._customers = api.customers[:2]
        self.history = history or History()
        self._saved: dict[str, Mapping[Register, Any]] = {}

    @property
    def start(self) -> dict[Register, Any]:
        """The seeded values."""
        return {register: value for each in self._customers for register, value in self._values(each, each.record).items()}

    def run(self, writes: int, *, clients: int = CLIENTS, disturbed: bool = True) -> list[str]:
        """So many writes; what no order explains."""
        over = threading.Event()
        shares = [writes // clients + (number < writes % clients) for number in range(clients)]
        threads = [threading.Thread(target=self._client, args=each) for each in enumerate(shares)]
        control = threading.Thread(target=self._disturb, args=(over,))
        for each in (*threads, *([control] if disturbed else [])):
            each.start()
        for each in threads:
            each.join()
        over.set()
        if disturbed:
            control.join()
        return self.history.violations(self.start)

    def look(self) -> list[str]:
        """Every record once more, as one client; what no order of all that has been seen explains."""
        connection = http.client.HTTPConnection(self._url.hostname or "", self._url.port or 80, timeout=60)
        for each in self._customers:
            self._patch(connection, each, {})
        connection.close()
        return self.history.violations(self.start)

    def _client(self, number: int, writes: int) -> None:
        chance = random.Random(self._seed * 1_000 + number)
        connection = http.client.HTTPConnection(self._url.hostname or "", self._url.port or 80, timeout=60)
        try:
            for count in range(writes):
                customer, written = chance.choice(self._customers), chance.choice(self._fields)
                self._patch(connection, customer, {written.name: f"{number:02}x{count:05}"})
                if chance.random() < 0.3:
                    self._patch(connection, chance.choice(self._customers), {})
        except (OSError, http.client.HTTPException):
            return  # the mock was ended
        finally:
            connection.close()

    def _patch(self, connection: http.client.HTTPConnection, customer: SeedCustomer, body: Mapping[str, str]) -> None:
        """A write, whose answer shows the whole record; without a member it is a read."""
        names = {each.name: str(each.response) for each in self._fields}
        sent = {(customer.record[_KEY], names[name]): (value, True) for name, value in body.items()}
        path = f"{self._url.path.rstrip('/')}{self._api.path.format(**customer.path)}"
        headers = {
            each.parameter: f"Bearer {customer.auth[each.name]}" for each in self._api.security if each.name in customer.auth
        }
        begun = time.perf_counter()
        try:
            connection.request(
                "PATCH", path, json.dumps(body), {"Content-Type": self._api.media_types[0], **headers, **self._session}
            )
            answer = connection.getresponse()
            content = answer.read()
        except (OSError, http.client.HTTPException):
            self.history.add(sent, begun, NEVER)
            raise
        ended = time.perf_counter()
        if answer.status != self._api.success:
            self.history.faults.append(f"{answer.status}: {content[:200]!r}")
            return
        record = json.loads(content)
        for name in self._api.record_at.split("/")[1:]:
            record = record[name]
        shown = {register: (value, False) for register, value in self._values(customer, record).items()}
        for register, (value, _) in sent.items():
            if shown[register][0] != value:
                self.history.faults.append(f"{register}: the answer to a write of {value!r} shows {shown[register][0]!r}")
        self.history.writes += bool(body)
        self.history.add({**shown, **sent}, begun, ended)

    def _values(self, customer: SeedCustomer, record: Mapping[str, Any]) -> dict[Register, Any]:
        return {(customer.record[_KEY], str(each.response)): record.get(str(each.response)) for each in self._fields}

    # --- the control interface ------------------------------------------------------------------------------------

    def _disturb(self, over: threading.Event) -> None:
        chance = random.Random(self._seed)
        while not over.wait(PAUSE):
            name = chance.choice("ab")
            verb = chance.choice(("reset", "save", "restore"))
            if verb == "reset":
                self._control("state/reset", None, self.start)
            elif verb == "restore" and name in self._saved:
                self._control(f"snapshots/{name}/restore", None, self._saved[name])
            else:
                self._save(name)

    def _save(self, name: str) -> None:
        begun, ended = self._control("snapshots", {"name": name}, None)
        _, content = self._call("GET", f"snapshots/{name}", None)
        collection = next(iter(content[self._api.name].values()))
        found = {each["record"][_KEY]: each["record"] for each in collection if "record" in each}
        self._saved[name] = {register: found[register[0]].get(register[1]) for register in self.start}
        self.history.add({register: (value, False) for register, value in self._saved[name].items()}, begun, ended)

    def _control(self, path: str, body: Any, written: Mapping[Register, Any] | None) -> tuple[float, float]:
        begun = time.perf_counter()
        self._call("POST", path, body)
        ended = time.perf_counter()
        if written is not None:
            self.history.add({register: (value, True) for register, value in written.items()}, begun, ended)
        return begun, ended

    def _call(self, method: str, path: str, body: Any) -> tuple[int, Any]:
        connection = http.client.HTTPConnection(self._url.hostname or "", self._url.port or 80, timeout=60)
        headers = {"Content-Type": "application/json", **self._session} if body is not None else self._session
        connection.request(method, f"/__admin/{path}", None if body is None else json.dumps(body), headers)
        answer = connection.getresponse()
        content = json.loads(answer.read() or b"null")
        connection.close()
        assert answer.status < 400, content
        return answer.status, content


_KEY = "id"


def main() -> int:
    """Prints what no order explains; 1 where there is anything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--writes", type=int, default=10_000)
    parser.add_argument("--clients", type=int, default=CLIENTS)
    parser.add_argument("--session", default="")
    parser.add_argument("--state", type=Path)
    parser.add_argument("--defect", action="append", default=[])
    chosen = parser.parse_args()
    api = specs.load(specs.names()[0])
    options = [
        *(["--state", str(chosen.state)] if chosen.state else []),
        *(word for each in chosen.defect for word in ("--defect", each)),
    ]
    with subjects.running("mock_server", api.name, *options) as ready:
        clients = Clients(api, ready["url"], session=chosen.session)
        begun = time.perf_counter()
        found = clients.run(chosen.writes, clients=chosen.clients)
    seconds = time.perf_counter() - begun
    told = f"{clients.history.writes} writes of {chosen.clients} clients in {seconds:.1f} s: {len(found)} violations"
    sys.stdout.write("\n".join([*found, told]) + "\n")
    return int(bool(found))


if __name__ == "__main__":
    raise SystemExit(main())
