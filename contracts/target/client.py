"""The one place that sends: limits, deadlines, waiting out 429, no redirects, and exchanges without secrets."""

from __future__ import annotations

import json
import math
import re
import shlex
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Protocol

from contracts.target.secrecy import Redactor
from contracts.target.transport import NoAnswer, Sending, Transport
from contracts.terms.exchange import Answer, Exchange
from contracts.terms.threads import each_in_a_thread
from contracts.terms.verdict import NotJudged
from contracts.terms.wire import json_of, retry_after

GIVE_UP = 6
"""Requests in a row without an answer after which nothing more is sent: a dead target must not take hours."""
SILENT_METHOD = 20
"""The same for the requests of one method, where others between them are answered."""
IN_VAIN, IN_VAIN_SECONDS = 6, 60
"""So many times ``max_wait``, or so long, is waited without an answer that is no 429; then none is waited out any more."""
RESTORE_SECONDS = 90.0
"""Restoring has so much time of its own, whatever the run had: a limit of so many requests a minute is waited for, and against a
target that is silent, or throttles for ever, it ends too, and tells."""
RECEIVED = 512 * 1024 * 1024
"""Bytes of answers after which nothing more is sent: what is judged from them is kept in memory."""
KEPT_THROTTLED = 20
FIRST_PAUSE = 0.05
THROTTLED, UNAVAILABLE = 429, 503
SHOWN_BODY = 4000
"""Characters of a body that a report shows."""
WHOLE_BODY, MADE_BODY = 20_000, 1_000_000
"""Bytes of a body that a curl line has as they are, and that commands ahead of it make of what is repeated in them."""
_REPEATED = re.compile(r"(.{1,24}?)\1{99,}", re.DOTALL)


class Clock(Protocol):
    """What the suite needs of Python's ``time``: handed in, so that a test of waiting does not wait."""

    def monotonic(self) -> float:
        """Seconds since some moment; never fewer than before."""

    def sleep(self, seconds: float, /) -> None:
        """Return after so many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a target may be burdened with.

    ``requests_per_second`` 0 means no limit; ``timeout`` is the deadline of one whole exchange in seconds;
    ``max_wait`` the seconds that one 429 is waited out at most, ``max_seconds`` the budget of the run (0: none).
    """

    requests_per_second: float = 0
    max_requests: int = 10_000
    timeout: float = 10
    max_wait: float = 75
    max_seconds: float = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """How much one client may send: so many requests, and until a time of the client's clock; None for no bound.

    ``kept``: the requests of the target's whole budget that are not this client's; ``seconds``: how long that time was.
    ``restores``: this time is the bound of each wait too, since nothing is left to be judged: a target that throttles is waited
    for as long as it asks within it.
    """

    requests: int | None = None
    until: float | None = None
    kept: int = 0
    seconds: float = 0
    restores: bool = False

    @staticmethod
    def of_restoring(clock: Clock, requests: int | None = None) -> Budget:
        """What restoring has of its own from now on, whatever the run had."""
        return Budget(requests=requests, until=clock.monotonic() + RESTORE_SECONDS, seconds=RESTORE_SECONDS, restores=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request to be sent. ``shown_headers``: the headers as a report may show them (credential struck out)."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    shown_headers: Mapping[str, str] = field(default_factory=dict)
    shown_url: str = ""


class Client:
    """Sends calls within the limits, one after another unless asked otherwise, and keeps count.

    ``count``: requests sent; ``writes``: those among them that may have changed something; ``wrote_at``: when the last of these
    was sent, by the clock; ``throttled``: the 429s;
    ``stopped``: why a request was not sent, or given up, for a reason that says nothing about the target.
    """

    def __init__(self, limits: Limits, redactor: Redactor, budget: Budget, clock: Clock = time) -> None:
        self.limits = limits
        self.budget = budget
        self.clock = clock
        self.stopped = ""
        self.redactor = redactor
        self.count = 0
        self.writes = 0
        self.wrote_at = -math.inf
        self.throttled: list[Exchange] = []
        self.listeners: list[Callable[[Exchange], None]] = []
        self._patience = _Patience(limits)
        self._next_at = 0.0
        self._transport = Transport(limits.timeout)

    @property
    def left(self) -> float:
        """How many requests may still be sent; none once the time is over."""
        if self.budget.until is not None and self.clock.monotonic() >= self.budget.until:
            return 0
        return float("inf") if self.budget.requests is None else self.budget.requests - self.count

    def send(self, call: Call, *, told: bool = True) -> Exchange:
        """Send ``call``; a 429, and a 503 that says when to come again, are waited out within the bound.

        ``told``: the listeners get to see the exchange; a login is none of their business. Raises NotJudged when the budget
        is spent or the target keeps throttling.
        """
        self._patience.check(call.method)
        waited, least = 0.0, FIRST_PAUSE
        self.writes += call.method not in ("GET", "HEAD")
        self.wrote_at = self.wrote_at if call.method in ("GET", "HEAD") else self.clock.monotonic()
        while True:
            exchange = self._exchange(call, told)
            if exchange.answer is None and self._patience.unanswered == 1:
                exchange = self._exchange(call, told)  # the network may have failed once; a target that fails does it again
            if exchange.status != THROTTLED and not _comes_back(exchange):
                return exchange
            if exchange.status == THROTTLED and len(self.throttled) < KEPT_THROTTLED:
                self.throttled.append(exchange)
            pause = max(least, retry_after(exchange.answer.headers.get("Retry-After", "") if exchange.answer else ""))
            waited, least = waited + pause, least * 2
            self._check_wait(exchange, pause, waited)
            self.pause(pause)

    def _check_wait(self, exchange: Exchange, pause: float, waited: float) -> None:
        """Raise NotJudged where a target that throttles is not waited for any more; ``waited``: with this pause."""
        if self.budget.restores and self.budget.until is not None:
            most, in_vain = self.budget.seconds, self.clock.monotonic() + pause >= self.budget.until
        else:
            most, in_vain = self.limits.max_wait, waited > self.limits.max_wait or self._patience.lost
        if in_vain:
            self._patience.in_vain += self.limits.max_wait
            raise self._stop(f"the target throttles ({exchange.status}) for longer than {most:g} s")

    def send_together(self, calls: Sequence[Call]) -> list[Exchange]:
        """Send ``calls`` at the same time, each over a connection of its own; a 429 among the answers is not waited out.

        Raises NotJudged when the budget is spent.
        """
        for _ in calls:
            self._respect_limits()
        self.writes += len(calls)
        self.wrote_at = self.clock.monotonic()
        transports = [Transport(self.limits.timeout) for _ in calls]
        try:
            return each_in_a_thread(lambda pair: self._exchange_over(*pair), [*zip(calls, transports, strict=True)])
        finally:
            for each in transports:
                each.close()

    def _exchange(self, call: Call, told: bool) -> Exchange:
        self._respect_limits()
        return self._exchange_over(call, self._transport, told)

    def _exchange_over(self, call: Call, transport: Transport, told: bool = True) -> Exchange:
        started, begun = datetime.now(UTC), time.monotonic()
        answer, failure = None, None
        try:
            raw = transport.send(Sending(method=call.method, url=call.url, headers=call.headers, body=call.body))
            answer = Answer(status=raw.status, headers=raw.headers, body=raw.body, json=json_of(raw.body))
        except NoAnswer as broken:
            failure = self.redactor.strike(str(broken))
        self._patience.note(call.method, answer)
        exchange = Exchange(
            method=call.method,
            url=self.redactor.strike(call.shown_url or call.url),
            headers=MappingProxyType({name: self.redactor.strike(value) for name, value in call.shown_headers.items()}),
            body=call.body,
            answer=answer,
            failure=failure,
            curl=self.redactor.strike(curl_line(call)),
            started=started.isoformat(timespec="milliseconds"),
            seconds=time.monotonic() - begun,
        )
        for listener in self.listeners if told else ():
            listener(exchange)
        return exchange

    def _respect_limits(self) -> None:
        if self.budget.requests is not None and self.count >= self.budget.requests:
            kept = f" ({self.budget.kept} are kept for saving and restoring)" if self.budget.kept else ""
            raise self._stop(f"the budget of {self.budget.requests + self.budget.kept} requests is spent{kept}")
        self.pause(self._next_at - self.clock.monotonic())
        if self.limits.requests_per_second:
            self._next_at = self.clock.monotonic() + 1 / self.limits.requests_per_second
        self.count += 1

    def pause(self, seconds: float) -> None:
        """Wait, unless the time that is left is too short for it."""
        if self.budget.until is not None and self.clock.monotonic() + max(0.0, seconds) >= self.budget.until:
            raise self._stop(f"the budget of {self.budget.seconds or self.limits.max_seconds:g} seconds is spent")
        if seconds > 0:
            self.clock.sleep(seconds)

    def _stop(self, reason: str) -> NotJudged:
        self.stopped = reason
        return NotJudged(reason)


class _Patience:
    """When a target is given up, so that one that is silent, throttles or talks without end cannot take hours.

    ``unanswered``: the requests in a row that were not answered; ``in_vain``: seconds that 429s were waited out for nothing.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._silent: dict[str, int] = {}
        self._received = 0
        self.unanswered = 0
        self.in_vain = 0.0

    def check(self, method: str) -> None:
        """Raise NotJudged where no more is sent."""
        if self.unanswered >= GIVE_UP:
            raise NotJudged(f"the target has left {GIVE_UP} requests in a row without an answer")
        if self._silent.get(method, 0) >= SILENT_METHOD:
            raise NotJudged(f"the target has left {SILENT_METHOD} {method} requests in a row without an answer")
        if self._received > RECEIVED:
            raise NotJudged(f"the target has sent more than {RECEIVED >> 20} MB")

    @property
    def lost(self) -> bool:
        """Waiting has not helped so often that it is not tried again."""
        return self.in_vain >= min(IN_VAIN * self._limits.max_wait, IN_VAIN_SECONDS)

    def note(self, method: str, answer: Answer | None) -> None:
        """Take notice of an answer, or that there was none."""
        if answer is None:
            self.unanswered += 1
            self._silent[method] = self._silent.get(method, 0) + 1
            return
        self.unanswered = self._silent[method] = 0
        self._received += len(answer.body)
        if answer.status not in (THROTTLED, UNAVAILABLE):
            self.in_vain = 0.0


def _comes_back(exchange: Exchange) -> bool:
    """The target is not available, and says when it will be (RFC 9110 15.6.4)."""
    return exchange.status == UNAVAILABLE and exchange.answer is not None and "Retry-After" in exchange.answer.headers


def curl_line(call: Call) -> str:
    """A shell line that sends ``call`` again; the credential is left to a shell variable."""
    url = call.shown_url or call.url
    parts = ["curl", "-sS", *(["--head"] if call.method == "HEAD" else ["-X", call.method])]
    parts.append(_shell_text(url, of_variable=url != call.url))
    own = {name.lower() for name in call.shown_headers}
    for name, value in call.shown_headers.items():
        header = f"{name}: {value}" if value else f"{name};"
        parts += ["-H", _shell_text(header, of_variable=value != call.headers.get(name))]
    for name in ("Accept", *(["Content-Type"] if call.body is not None else [])):
        parts += ["-H", f"'{name}:'"] if name.lower() not in own else []  # else curl sends one of its own
    if call.body is not None and b"\0" in call.body and len(call.body) <= SHOWN_BODY:  # no argument can hold that
        octal = "".join(f"\\{byte:03o}" for byte in call.body)
        return " ".join([f"printf '{octal}' |", *parts, "--data-binary", "@-"])
    if call.body is not None and (made := _commands(call.body)):
        return " ".join([f"{{ {made}; }} |", *parts, "--data-binary", "@-"])
    if call.body is not None:
        parts += ["--data-raw" if call.body[:1] == b"@" else "--data-binary", _shell_bytes(call.body)]
    return " ".join(parts)


def _shell_text(text: str, *, of_variable: bool) -> str:
    """A word of a shell line; in one with the variable of a credential the shell puts that in."""
    return f'"{text}"' if of_variable and "$" in text else shlex.quote(text)


def _commands(body: bytes) -> str:
    """Commands that print a long body, what is repeated in it once; "" for one that is short, or repeats nothing."""
    if not SHOWN_BODY < len(body) <= MADE_BODY or b"\0" in body:
        return ""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    made, at = [], 0
    for run in _REPEATED.finditer(text):
        unit = run[1]
        if unit.isprintable() and not unit.startswith("-"):
            before = text[at : run.start()].encode()
            made += [f"printf %s {_shell_bytes(before)}"] if before else []
            made.append(f"yes {shlex.quote(unit)} | head -n {len(run[0]) // len(unit)} | tr -d '\\n'")
            at = run.end()
    rest = text[at:].encode()
    made += [f"printf %s {_shell_bytes(rest)}"] if rest else []
    found = "; ".join(made)
    return found if len(found) <= SHOWN_BODY else ""


def _shell_bytes(body: bytes) -> str:
    if len(body) > WHOLE_BODY or b"\0" in body:
        beginning = json.dumps(body[:60].decode("utf-8", "replace"))
        return f"@body.json  # of {len(body)} bytes, which have to be put there first, starting {beginning}"
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        text = ""
    if text.isprintable() and (text or not body):
        return shlex.quote(text)
    return "$'" + "".join(f"\\x{byte:02x}" if byte < 32 or byte > 126 or byte in b"'\\" else chr(byte) for byte in body) + "'"


@dataclass(slots=True)
class Transcript:
    """The exchanges of one item, in order."""

    exchanges: list[Exchange] = field(default_factory=list)

    def __call__(self, exchange: Exchange) -> None:
        """Take one more exchange."""
        self.exchanges.append(exchange)
