"""How a party learns what moves: probes that leave no trace in what it knows of its last requests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Protocol

from contracts.record.answers import beside
from contracts.record.patches import Composer, settable
from contracts.record.records import ABSENT, Reader, Record, look_up
from contracts.record.values import Values
from contracts.target.client import Client
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import Difference, NotJudged
from specs import Api, Field


class Learner(Protocol):
    """The party that learns."""

    api: Api
    client: Client
    reader: Reader
    values: Values
    composer: Composer
    sent: list[str]
    refused_last: bool

    def patch(self, body: Any) -> Exchange:
        """PATCH a JSON body."""

    def send(self, method: str, body: bytes | None) -> Exchange:
        """Send any request to the endpoint."""

    def read_exchange(self) -> Exchange:
        """The exchange that reads the state."""

    def record_in(self, exchange: Exchange) -> dict[str, Any] | None:
        """The record that a success answer shows, or None."""

    def accepted(self, exchange: Exchange) -> bool:
        """The request took effect by its answer."""

    def check_writable(self, leaf: Field) -> None:
        """Raise NotJudged where a field is not to be written."""


@dataclass(frozen=True, slots=True)
class FirstWrite:
    """A property's present value sent back before the property was written: what came of it, and the record around it.

    ``lost``: what stood beside the record, and was gone after it.
    """

    name: str
    present: Any
    before: Record
    exchange: Exchange
    after: Record
    lost: tuple[Difference, ...] = ()


class Learning:
    """The probes of one party; ``beside``: what the last look showed beside the record."""

    def __init__(self, party: Learner) -> None:
        self._party = party
        self.beside: Record = {}

    @property
    def api(self) -> Api:
        """The document."""
        return self._party.api

    @property
    def reader(self) -> Reader:
        """What compares readings."""
        return self._party.reader

    @property
    def values(self) -> Values:
        """What gives valid values."""
        return self._party.values

    @property
    def sent(self) -> list[str]:
        """The top-level properties of the accepted patches, in their order."""
        return self._party.sent

    @property
    def writes(self) -> int:
        """How many requests that are no probes may have changed something so far."""
        return self._party.client.writes

    def look(self) -> Record:
        """The record by a new reading, {} where it cannot be read."""
        with self._unnoticed():
            exchange = self._party.read_exchange()
            self.beside = beside(self.api, exchange)
            return self._party.record_in(exchange) or {}

    def try_patch(self, body: Mapping[str, Any]) -> bool:
        """PATCH a body for learning; whether it was accepted."""
        return self.tried(body) is not None

    def tried(self, body: Mapping[str, Any]) -> Exchange | None:
        """PATCH a body for learning; the exchange where it was accepted."""
        with self._unnoticed():
            exchange = self._party.patch(body)
            return exchange if self._party.accepted(exchange) else None

    def try_malformed(self, body: bytes) -> Exchange:
        """PATCH bytes that are no JSON."""
        with self._unnoticed():
            return self._party.send("PATCH", body)

    def exact(self, field: Field, record: Record) -> Any:
        """What to send so that a top-level property is as the record shows it."""
        return self._party.composer.exact(field, look_up(record, field.response))

    def back(self, field: Field, record: Record) -> Mapping[str, Any]:
        """The body that makes the top-level property of a field be as a record shows it."""
        top = next(each for each in self.api.fields if each.name == field.top)
        return {top.name: self.exact(top, record)}

    def candidates(self, path: str, suspected: Sequence[str], tops: int, inside: int) -> list[Field]:
        """The fields that a property at ``path`` of the record may follow, the likeliest first.

        suspected: the paths of fields that go first, ahead of the top-level properties of the last accepted patches; ``tops``
        of all these. Of one that holds others, ``inside`` members at most are tried, those first that stand nearest to
        ``path``, and then the whole.
        """
        known = {each.path: each for each in self.api.walk_fields()}
        names = list(dict.fromkeys([*suspected, *reversed(self.sent)]))[:tops]
        if len(names) == 1 < tops:  # what counts changes, of whichever field, is told from two of them
            names += [each for each in self._plain() if each != names[0]][:1]
        holders = [known[name] for name in names if name in known]
        found = [each for holder in holders for each in (*self._inside(holder, path)[:inside], holder)]
        return list({each.path: each for each in found}.values())

    def _plain(self) -> Iterator[str]:
        """Top-level properties that can be given another value without a further thought."""
        tops = (each for each in settable(self.api) if each.path == each.top and each.kind == "scalar" and not each.is_choice)
        for each in tops:
            if each.write == "documented" and each.hazard is None and each.reference is None and not each.unique:
                yield each.path

    def _inside(self, holder: Field, path: str) -> list[Field]:
        """The leaves inside a field that take a value, the nearest to a path of the record first."""
        leaves = (each for each in settable(self.api) if each.response not in self.reader.unset)
        inner = [each for each in leaves if each.path.startswith((f"{holder.path}.", f"{holder.path}[]."))]
        return sorted(inner, key=lambda each: -_shared(each.response or "", path))

    def changes(self, field: Field, record: Record, first: Record) -> Iterator[Mapping[str, Any]]:
        """Bodies that give a field another value: a made-up one, the one that it held at first, zero."""
        if field in settable(self.api):
            with suppress(NotJudged):
                self._party.check_writable(field)
                yield self._party.composer.fresh(record, field).body
        now, then = look_up(record, field.response), look_up(first, field.response)
        if field.path != field.top:
            with suppress(NotJudged):
                yield from self._changes_inside(field, record, first)
            return
        if first and not self.reader.equal(now, then) and then is not ABSENT:
            yield self.back(field, first)
        if field.types & {"integer", "number"} and now != 0 and self.values.safe(field, 0):
            yield {field.name: 0}

    def _changes_inside(self, field: Field, record: Record, first: Record) -> Iterator[Mapping[str, Any]]:
        """The first value and zero for a member of an object or of a list item, everything beside it as it is."""
        own = self._party.composer.patch(record, field, None)
        for value in (own.shown_in(first), 0):
            if not self.reader.equal(own.shown_in(record), value) and self.values.safe(field, value):
                yield self._party.composer.patch(record, field, value).body

    def safe_inside(self, field: Field, shown: Any) -> bool:
        """Whether the members of a shown object can be sent again, as far as requests have them."""
        inner = [each for each in field.walk() if not each.children and not each.read_only and "[]" not in each.path]
        found = ((each, look_up({field.name: shown}, each.path)) for each in inner)
        return isinstance(shown, Mapping) and all(value is ABSENT or self.values.safe(each, value) for each, value in found)

    def pause(self, seconds: float) -> None:
        """Wait, by the client's clock and within its time."""
        self._party.client.pause(seconds)

    @contextmanager
    def _unnoticed(self) -> Iterator[None]:
        """A probe changes nothing for long: readings stay valid, and the last request is the one before it."""
        writes, refused, sent = self._party.client.writes, self._party.refused_last, [*self._party.sent]
        try:
            yield
        finally:
            self._party.client.writes, self._party.refused_last, self._party.sent = writes, refused, sent


def _shared(one: str, other: str) -> int:
    """How many steps two paths have in common."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one.split("."), other.split("."), strict=False)))
