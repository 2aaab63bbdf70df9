"""The table of several lanes: joins the patches that they wait with, and takes a request apart whose answer says too little.

Lanes take turns: only one of them runs at any time, always in the same order, so that a run is the same each time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Semaphore, Thread
from typing import Any

from contracts.judging.evidence import base
from contracts.judging.naming import Naming, named, naming
from contracts.judging.refused_values import shape_of
from contracts.judging.together.grafting import MISFIT, grafted, steps_of
from contracts.judging.together.lanes import Lane
from contracts.record.party import Party
from contracts.record.records import Record, related
from contracts.terms.exchange import Exchange
from contracts.terms.moving import followers
from contracts.terms.verdict import NotJudged
from specs import Field


@dataclass(slots=True)
class Seat:
    """One lane at the table: what it asks, and how its item ended (``Alone``: not in company).

    ``outcome``: None where the item conforms so far, or the exception in which it ended.
    """

    lane: Lane
    judge: Callable[[Party], object]
    outcome: BaseException | None = None
    ended: bool = False
    body: Mapping[str, Any] | None = None
    answer: Exchange | BaseException | None = None
    turn: Semaphore = field(default_factory=lambda: Semaphore(0))


class Tables:
    """Lets items of one rule that concern different properties be judged side by side."""

    def __init__(self, party: Party) -> None:
        self._party = party
        self._back = Semaphore(0)
        self._seats: list[Seat] = []
        self._says_all = True
        self._last: tuple[Record, Record] | None = None
        self.mixed = False
        self.candid = True

    def judge(self, items: Sequence[tuple[Field, Callable[[Party], object]]]) -> list[BaseException | None]:
        """How each item ends, each about a field of its own: an outcome, None, or Alone where it needs the record for itself."""
        for about, call in items:
            self._seats.append(Seat(Lane(self._party, about, self), call))
        threads = [Thread(target=self._run, args=(seat,), daemon=True) for seat in self._seats]
        for seat, thread in zip(self._seats, threads, strict=True):
            thread.start()
            self._give_turn(seat)
        while waiting := [seat for seat in self._seats if not seat.ended]:
            self._answer(waiting)
            for seat in waiting:
                self._give_turn(seat)
        for thread in threads:
            thread.join()
        return [seat.outcome for seat in self._seats]

    def learnt(self) -> None:
        """Let the record's memory have what the lanes learnt whose items ended as expected: their plain writes."""
        for seat in self._seats:
            if seat.outcome is None:
                own = {key: value for key, value in seat.lane.learnt.items() if _is_plain(key, seat.lane.field)}
                self._party.memory.update(own)

    def ask(self, lane: Lane, body: Mapping[str, Any]) -> Exchange:
        """Wait until the patch of a lane has been sent; called in its thread."""
        seat = next(each for each in self._seats if each.lane is lane)
        seat.body = body
        self._back.release()
        seat.turn.acquire()
        if isinstance(seat.answer, BaseException):
            raise seat.answer
        assert seat.answer is not None
        return seat.answer

    def without_changes(self, record: Record, base: Record) -> Record:
        """A record with the fields of all lanes, and what follows them, as in ``base``; as it is, where the forms differ."""
        if self._last is None or self._last[0] is not record:
            found: Any = record
            for path in (*(seat.lane.shown_at for seat in self._seats), *followers(self._party.movement.found)):
                found = found if path is None else grafted(found, base, steps_of(path))
                if found is MISFIT:
                    found = record
                    break
            self._last = record, found
        return self._last[1]

    def _run(self, seat: Seat) -> None:
        seat.turn.acquire()
        try:
            seat.judge(seat.lane)
        except BaseException as outcome:  # whatever happens in a rule is an outcome
            seat.outcome = outcome
        seat.ended = True
        self._back.release()

    def _give_turn(self, seat: Seat) -> None:
        seat.turn.release()
        self._back.acquire()

    # --- sending ---

    def _answer(self, waiting: Sequence[Seat]) -> None:
        try:
            self._send(waiting)
        except NotJudged as reason:  # the budget is spent, or the target is dead
            for seat in waiting:
                seat.answer = reason
        except BaseException as broken:
            for seat in waiting:
                seat.answer = broken
            if not isinstance(broken, Exception):
                raise

    def _send(self, seats: Sequence[Seat]) -> None:
        joined, left = _joined(seats)
        before = self._party.read()
        exchange = self._party.patch(joined)
        together = [seat for seat in seats if seat not in left]
        if len(together) == 1 or self._party.accepted(exchange):
            self._serve(together, exchange)
            self.candid = self.candid and self._shows_what_is_read(exchange)
            self.mixed = self.mixed or (len(together) > 1 and self._touches_others(before))
        else:
            self._tell_apart(together, exchange)
        if left:
            self._send(left)

    def _tell_apart(self, seats: Sequence[Seat], exchange: Exchange) -> None:
        blamed = [seat for seat in seats if self._names(exchange, seat, seats)] if exchange.refused else []
        self._serve(blamed, exchange)
        rest = [seat for seat in seats if seat not in blamed]
        if blamed and rest:
            self._send(rest)
        elif rest:
            self._take_apart(rest)

    def _touches_others(self, before: Record) -> bool:
        """Whether something differs now that is no field of any lane."""
        sent = [base(seat.lane.field) for seat in self._seats]
        changed = self._party.reader.differences(before, self._party.read())
        return any(not any(related(each.where, path) for path in sent) for each in changed)

    def _shows_what_is_read(self, exchange: Exchange) -> bool:
        """Whether an answer shows the record as a reading does right after it."""
        shown = self._party.record_in(exchange)
        return bool(shown) and not self._party.reader.differences(shown or {}, self._party.read())

    @staticmethod
    def _serve(seats: Sequence[Seat], exchange: Exchange) -> None:
        for seat in seats:
            seat.answer = exchange

    def _names(self, exchange: Exchange, seat: Seat, seats: Sequence[Seat]) -> bool:
        """Whether a refusal says that the field of a seat is at fault; naming what holds it says so of a single one in it."""
        field, api = seat.lane.field, self._party.api
        names = named(shape_of(api), exchange.answer.json) if exchange.answer is not None else {}
        meant = {naming(api, field, name) for name in names}
        beside = [each for each in seats if each is not seat and each.lane.field.top == field.top]
        return Naming.ITSELF in meant or (not beside and bool(meant & {Naming.HOLDER, Naming.ENDING}))

    def _take_apart(self, seats: Sequence[Seat]) -> None:
        """Halves, as long as one of them is accepted now and then; else one by one."""
        size = max(1, len(seats) // 2) if self._says_all else 1
        parts = [seats[start : start + size] for start in range(0, len(seats), size)]
        for part in parts:
            self._send(part)
        self._says_all = any(seat.answer is not None and self._took(seat) for seat in seats)

    def _took(self, seat: Seat) -> bool:
        return isinstance(seat.answer, Exchange) and self._party.accepted(seat.answer)


def _joined(seats: Sequence[Seat]) -> tuple[dict[str, Any], list[Seat]]:
    """One body of what as many seats ask as fit into one, and the seats whose part does not fit."""
    body: dict[str, Any] = {}
    left = []
    for seat in seats:
        asked, field = seat.body or {}, seat.lane.field
        together = grafted(body, asked, steps_of(field.path)) if field.top in body else {**body, **asked}
        if together is MISFIT:
            left.append(seat)
        else:
            body = together
    return body, left


def _is_plain(key: object, about: Field) -> bool:
    return isinstance(key, tuple) and key[0] in PLAIN and key[1] == about.path


PLAIN = ("single", "repeated", "falsy", "accepts", "proven")
"""What of a lane's memory is as good as if it had been learnt alone."""
