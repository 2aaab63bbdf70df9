"""A lane: the record as one item of a rule would meet it alone, while others are judged in the same requests."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from contracts.judging.evidence import base
from contracts.judging.together.grafting import MISFIT, grafted, steps_of
from contracts.record.calls import encoded, parsed
from contracts.record.party import Party
from contracts.record.records import Record
from contracts.target.secrecy import Secret
from contracts.target.target import plain_path
from contracts.terms.exchange import Exchange
from contracts.terms.moving import followers
from specs import Field
from specs.placing import placed


class Alone(BaseException):
    """The item needs the record for itself; no exception that a rule might take for an outcome."""


class Table(Protocol):
    """Where the patches of several lanes are joined."""

    def ask(self, lane: Lane, body: Mapping[str, Any]) -> Exchange:
        """Wait until the patch of a lane has been sent, in company or alone."""

    def without_changes(self, record: Record, base: Record) -> Record:
        """A record with the fields of all lanes as they are in another one."""


class Lane(Party):
    """A party whose patches go out together with those of other lanes, each to a field of its own.

    The fields of the others seem to stay as they were when the lane began, in readings and in answers: a rule then judges as
    if nobody else had sent anything. Whatever cannot go in company ends the lane (``Alone``). What it learns is its own,
    until it has ended as expected.
    """

    def __init__(self, party: Party, field: Field, table: Table) -> None:
        self.__dict__.update(vars(party))
        self.field = field
        self.learnt: dict[object, Any] = {}
        self.memory = ChainMap(self.learnt, party.memory)  # type: ignore[assignment]  # a dictionary in all that rules do
        self.refused_last = False
        self.shown_at = base(field) if field.reference is not None else field.response
        self._real = party
        self._table = table
        self._base = party.read(without=field.top)

    def send(
        self,
        method: str,
        body: bytes | None,
        *,
        headers: Mapping[str, str | None] | None = None,
        auth: Mapping[str, Secret] | None = None,
        path: Mapping[str, str] | None = None,
        template: str | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Exchange:
        """Send a plain patch of the lane's own field, in company; raises Alone for anything else."""
        sent = parsed(body or b"") if method == "PATCH" else None
        special = headers or path or template or query or auth is not None
        if special or not isinstance(sent, Mapping) or encoded(sent) != body or not self._is_own(sent):
            raise Alone
        exchange = self._as_if_alone(self._table.ask(self, sent))
        self.refused_last = exchange.refused
        return exchange

    def patch_together(self, bodies: Sequence[Mapping[str, Any]]) -> list[Exchange]:  # noqa: ARG002
        """Never in company."""
        raise Alone

    def read(self, without: str | None = None) -> Record:
        """The record now, as far as it is the lane's."""
        return self._own_part(self._real.read(without))

    def read_exchange(self) -> Exchange:
        """Never in company: the exchange would show all."""
        raise Alone

    def entity_tag(self) -> str:
        """Never in company: the tag is that of all."""
        raise Alone

    def _is_own(self, body: Mapping[str, Any]) -> bool:
        """Whether a body changes nothing but the field: its siblings go along as they are."""
        if body.keys() != {self.field.top}:
            return False
        if self.field.path == self.field.top:
            return True
        plain = self.composer.patch(self.read(), self.field, MISFIT).body
        return bool(grafted(plain, body, steps_of(self.field.path)) == body)

    def _own_part(self, record: Record) -> Record:
        """The record without what the other lanes have changed."""
        others = self._table.without_changes(record, self._base)
        seen: Any = others
        for own in (self.shown_at, *followers(self._real.movement.found, plain_path(self.field.path))):
            seen = seen if own is None or seen is MISFIT else grafted(seen, record, steps_of(own))
        return record if seen is MISFIT else dict(seen)

    def _as_if_alone(self, exchange: Exchange) -> Exchange:
        """The exchange with an answer that shows the record as a reading of this lane would."""
        record = self._real.record_in(exchange)
        if record is None or exchange.answer is None:
            return exchange
        shown = placed(exchange.answer.json, self.api.record_at, self._own_part(record))
        return replace(exchange, answer=replace(exchange.answer, json=shown))
