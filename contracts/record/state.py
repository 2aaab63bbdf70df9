"""Reading the state of a record: by the GET companion, or by a PATCH that changes nothing."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Protocol
from urllib.parse import urlsplit

from contracts.record.answers import beside
from contracts.record.records import Reader, Record, look_up
from contracts.record.values import Values
from contracts.target.client import Client
from contracts.target.target import Identity, Target, TargetError, top_of
from contracts.terms.exchange import NOT_JSON, PROCESSING, Answer, Exchange
from contracts.terms.verdict import NotJudged
from specs import Api, Field

HIDDEN = "nothing shows the record: neither the answer to a patch nor a GET; give [read] path"
SETTLE = 0.6
"""Seconds after which a service that shows a write a moment later is read again."""
PROCESSED = (SETTLE, 1.5, 4.0)
"""Seconds after which one is that has said as much, with a 202."""
UNKNOWN_MEMBER = "patch_contracts_unknown"
"""A name that no document gives to a property."""


def left_by_a_run(record: Record) -> str:
    """Why no unknown member is sent to a record that shows the one of an earlier run; empty where it shows none.

    Whatever could have taken it out has been tried by that run.
    """
    found = UNKNOWN_MEMBER in record
    return f"{UNKNOWN_MEMBER} of an earlier run is in the record: members that no document knows stay here" if found else ""


class Sender(Protocol):
    """What sends for a reading: a party."""

    target: Target
    api: Api
    client: Client
    identity: Identity
    reader: Reader
    values: Values

    def patch(self, body: Any, *, headers: Mapping[str, str | None] | None = None, **how: Any) -> Exchange:
        """PATCH a JSON body."""

    def record_in(self, exchange: Exchange) -> dict[str, Any] | None:
        """The record that a success answer shows, or None."""

    def send(self, method: str, body: bytes | None, *, template: str | None = None) -> Exchange:
        """Send any request to the endpoint."""


class State:
    """The state of one record, as far as it is known.

    Attributes:
        settle: seconds from a write until a GET shows it, as declared or learnt; some after a 202 that does not show the record.
        rereads: the first reading after a write is not believed, since the target was seen to show refused values in one.
        believes_answers: the answer to a patch counts as a reading, since it was seen to show what one shows.
        believes_refusals: a refused request is taken to have changed nothing, until one reading proves it of several.
        sacrifices: a field's value may be overwritten to learn the state where nothing else shows it.
        sacrificed: the field whose value was.
        last: the record as it was shown last, None before the first time.
        beside: what the last GET showed beside it, in the object that holds both.
        is_failing: the last attempt to read the record did not show it.
    """

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self._neutral: Callable[[str | None], Exchange] | None = None
        self.last: Record | None = None
        self.beside: Record = {}
        self._kept: tuple[int, Record] | None = None
        self.settle = sender.target.settle
        self._tried = False
        self.is_failing = False
        self.rereads = False
        self.believes_answers = False
        self.believes_refusals = False
        self._unproven: Record | None = None
        self._set_since: set[str] = set()
        self.sacrifices = True
        self.sacrificed: Field | None = None

    def forget(self) -> None:
        """Believe no earlier reading: others may have written since."""
        self._kept = None
        self._sender.client.wrote_at = self._sender.client.clock.monotonic()

    def note_refusal(self, writes: int) -> None:
        """Take notice of a refusal, ``writes`` of the client ahead of it: where it is believed, a reading stays good."""
        if self.believes_refusals and self._kept is not None and self._kept[0] == writes:
            self._unproven = self._kept[1] if self._unproven is None else self._unproven
            self._kept = (self._sender.client.writes, self._kept[1])

    def note_set(self, names: Iterable[str]) -> None:
        """Take notice of the top-level properties of an accepted patch: what they show may differ from now on."""
        if self._unproven is not None:
            shown = [each.response or each.name for each in self._sender.api.fields if each.name in names]
            self._set_since |= {top_of(each) for each in shown}

    @property
    def is_unproven(self) -> bool:
        """Whether refusals were believed of which no reading has shown yet that they changed nothing."""
        return self._unproven is not None

    def disproved(self) -> Record | None:
        """The record as it was believed to be, where a reading shows that refusals changed it; what was set since is left out.

        None where they changed nothing. Raises NotJudged where it cannot be read.
        """
        believed, tops = self._unproven, self._set_since
        if believed is None:
            return None
        self._unproven, self._set_since, self._kept = None, set(), None
        changed = self._sender.reader.differences(believed, self.read())
        return believed if any(top_of(each.where) not in tops for each in changed) else None

    def learn(self, exchange: Exchange, *, plain: bool) -> None:
        """Take notice of a success answer to a patch: it shows the record; ``plain``: as any of its clients would see it."""
        shown = self._record_in(exchange)
        self.last = shown or self.last
        if exchange.status == PROCESSING and shown is None and self.reads_by_get:
            self.settle = self.settle or PROCESSED[0]
        if self.believes_answers and plain and shown is not None:
            self._kept = (self._sender.client.writes, shown)

    def _record_in(self, exchange: Exchange) -> dict[str, Any] | None:
        return self._sender.record_in(exchange)

    def read(self, without: str | None = None) -> Record:
        """The record now: by the GET companion, or by a PATCH that changes nothing.

        A reading is kept until the next request that could change something. ``without``: a top-level property
        that a reading PATCH must leave alone. Raises NotJudged when the record cannot be read.
        """
        if self._kept is not None and self._kept[0] == self._sender.client.writes:
            return self._kept[1]
        writes = self._sender.client.writes
        if self.rereads:
            self.read_exchange(without)
        exchange = self.read_exchange(without)
        record = self._record_in(exchange)
        self.is_failing = record is None
        if record is None:
            raise NotJudged(f"the record's state cannot be read: {exchange.said}")
        self.beside = beside(self._sender.api, exchange)
        self._sender.client.writes = writes  # a reading changes nothing, also where it has to be a PATCH
        self.last = record
        self._kept = (writes, record)
        return record

    def read_again(self, earlier: Record) -> None:
        """Look whether a second reading shows the ``earlier`` record again: then no first one is believed from now on."""
        again = self._record_in(self.read_exchange())
        if again is not None and not self._sender.reader.differences(earlier, again):
            self.rereads, self._kept = True, None

    @property
    def is_hidden(self) -> bool:
        """Nothing shows the record: neither an answer to a patch that may be sent, by the document, nor a GET."""
        shown = self._sender.api.shows_record and self._sender.api.style != "action"
        return not shown and self._sender.target.read is None

    def read_exchange(self, without: str | None = None) -> Exchange:
        """The exchange that reads the state."""
        if self.is_hidden:
            raise NotJudged(HIDDEN)
        if self._sender.target.read is not None:
            self._settle()
            return self._sender.send("GET", None, template=self._sender.target.read)
        if self._neutral is None:
            self._neutral = self._find_neutral()
        return self._neutral(without)

    def _settle(self) -> None:
        """Wait for what the service shows a moment after a write only."""
        client = self._sender.client
        if self.settle:
            client.pause(client.wrote_at + self.settle - client.clock.monotonic())

    def settles(self, exchange: Exchange, shows: Callable[[Record], bool]) -> bool:
        """Whether a reading a moment later shows what an accepted write has set: then each is waited for.

        Tried once; as long as it helps, where the answer to the write said that it is not completed.
        """
        processing = exchange.status == PROCESSING
        if (self.settle and not processing) or self._tried or not self.reads_by_get:
            return False
        known = self.settle
        for seconds in PROCESSED if processing else (SETTLE,):
            if seconds > known:
                self.settle, self._kept = seconds, None
                if shows(self.read()):
                    return True
        self._tried, self.settle = True, known
        return False

    @property
    def reads_by_get(self) -> bool:
        """The state is read without any write."""
        return self._sender.target.read is not None

    def _find_neutral(self) -> Callable[[str | None], Exchange]:
        """A way to make the target show the record without changing it: an empty patch, or one without effect."""
        tried = []
        for body in self._neutral_bodies():
            exchange = self._sender.patch(body)
            tried.append(exchange)
            if self._record_in(exchange) is not None and body and self._reveals(body):
                self.sacrificed = self._sender.api.field(next(iter(body)))
                return self._resend
            if self._record_in(exchange) is not None:
                return _always(self._sender.patch, body)
            if exchange.answer is None or exchange.status in (401, 403, 404):
                break
        raise NotJudged(f"the record's state cannot be learned without a change: {tried[-1].said}; give [read] path")

    def _neutral_bodies(self) -> Iterator[dict[str, Any]]:
        if self._sender.api.choices["empty_body"].behaviour != "refuse" or not self._sender.api.choices["empty_body"].documented:
            yield {}
        for name, value in self._sender.identity.path.items():
            identifier = next((each for each in self._sender.api.fields if each.name == name and each.read_only), None)
            if identifier is not None:
                yield {name: int(value) if "integer" in identifier.types else value}
        yield {UNKNOWN_MEMBER: True}
        sacrificed = [each for each in self._sender.api.fields if self.resendable(each)]
        if sacrificed and self.sacrifices:
            yield {sacrificed[-1].name: self._sender.values.fresh(sacrificed[-1])}

    def _reveals(self, body: Mapping[str, Any]) -> bool:
        return any(name in body for name in (each.name for each in self._sender.api.fields if not each.read_only))

    @staticmethod
    def resendable(each: Field) -> bool:
        """Whether sending the value that a property holds is a way to read the record."""
        plain = "string" in each.types and each.reference is None and not each.unique
        return plain and each.hazard is None and each.response is not None and not each.read_only and each.write != "open"

    def _resend(self, without: str | None) -> Exchange:
        """PATCH one field to the value that it holds: the answer shows the record."""
        for each in self._sender.api.fields:
            current = look_up(self.last or {}, each.response)
            if self.resendable(each) and each.name != without and self._sender.values.safe(each, current):
                return self._sender.patch({each.name: current})
        raise NotJudged("no field holds a value that could be sent again to read the state; give [read] path")

    def preflight(self) -> Record:
        """The record, before anything is changed; TargetError says in one line what is wrong with the target.

        Where nothing shows the record, it is empty, and nothing is sent.
        """
        if self.is_hidden:
            return {}
        try:
            exchange = self.read_exchange()
        except NotJudged as reason:
            raise TargetError(f"{self._sender.target.url}: {reason}") from None
        record = self._record_in(exchange)
        if record is None:
            raise TargetError(self._complaint(exchange))
        self.last, self.beside = record, beside(self._sender.api, exchange)
        return record

    def _complaint(self, exchange: Exchange) -> str:
        where = f"{exchange.method} {exchange.url}"
        if exchange.answer is None:
            return f"{where}: the target cannot be reached or used: {exchange.failure}"
        reasons = {
            401: "the credential is refused; check --auth or [auth]",
            403: "the credential is refused or may not see this record; check --auth and --record",
            404: "no such record or path; check --record or [record], the url and [read]",
            405: "the method is not allowed there; check the url and [read]",
        }
        status = exchange.answer.status
        if 300 <= status < 400:
            location = exchange.answer.headers.get("Location", "nowhere")
            return f"{where}: answered {status}, a redirect to {location}; give the final url{self._base_hint()}"
        if exchange.ok and not self._sender.api.record:
            return (
                f"{where}: answered {status}, but {self._sender.api.file} describes no member of the record: nothing tells "
                "it from another body; give the schema of the answer its properties, or leave [read] out"
            )
        if exchange.ok and (cut := _is_cut(exchange.answer)):
            return f"{where}: answered {status}, but {cut}"
        if exchange.ok:
            place = self._sender.api.record_at or "the top"
            return f"{where}: answered {status}, but no record of {self._sender.api.name} at {place} of a JSON body"
        hint = self._base_hint() if status in (404, 405) else ""
        if status not in reasons:
            return f"{where}: expected the record: {exchange.said}"
        return f"{where}: answered {status}: {reasons[status]}{hint}"

    def _base_hint(self) -> str:
        """The base path of the document's first server, where the target's url does not end with it."""
        first: Any = next(iter(self._sender.api.document.get("servers", ())), {})
        base = urlsplit(str(first.get("url", "")) if isinstance(first, Mapping) else "").path.rstrip("/")
        url = self._sender.target.url.rstrip("/")
        return f" (by the document, its paths are below {base}: is it {url}{base}?)" if base and not url.endswith(base) else ""


def _is_cut(answer: Answer) -> str:
    """What is wrong with a body of JSON that ends with the length that its header states, and too early; "" for any other."""
    length, text = answer.headers.get("Content-Length", ""), answer.text.strip()
    if answer.json is not NOT_JSON or length != str(len(answer.body)) or text[:1] not in ("{", "["):
        return ""
    try:
        json.loads(text)
    except json.JSONDecodeError as error:
        if error.pos >= len(text) or error.msg.startswith("Unterminated"):
            told = ", since some characters have more bytes than one: does it count characters?" if not text.isascii() else ""
            return f"the JSON of the body is not complete after the {length} bytes of its Content-Length{told}"
    except (RecursionError, ValueError):  # too deep, or a number of more digits than Python reads
        return ""
    return ""


def _always(send: Callable[[Any], Exchange], body: Any) -> Callable[[str | None], Exchange]:
    """A reading that does the same whatever it should leave alone."""
    return lambda _without: send(body)
