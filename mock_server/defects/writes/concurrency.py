"""Atomicity, continued: several writers at once, and how they keep out of each other's way."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock
from typing import Any

from mock_server.defects.defect import Family, Turns
from mock_server.exchange.exchange import Exchange
from mock_server.exchange.steps import Step
from mock_server.state.pausing import pause
from specs import Api

defect = Family("atomicity")


def _let_others_in(exchange: Exchange) -> None:
    """A moment in which other requests may write the same customer.

    Both locks of a write are let go, and taken again in the same order: with ``uniqueness`` held meanwhile, a second writer
    would have the customer's and wait for it for ever.
    """
    locks: list[Any] = [exchange.entry.lock, *([exchange.store.uniqueness] if exchange.looks_at_others else [])]
    for lock in reversed(locks):
        lock.release()
    try:
        pause(0.03)
    finally:
        for lock in locks:
            lock.acquire()


@defect.step("commit", "AT06")
def concurrent_write_lost(exchange: Exchange, right: Step) -> None:
    """Reads the record, thinks, and writes all of it back: what others wrote in between is lost."""
    _let_others_in(exchange)
    right(exchange)


@defect.steps("AT10")
def concurrent_write_crashes() -> Turns:
    """Opens the database for one writer alone, and does not wait for its turn."""
    free = Lock()

    def commit(exchange: Exchange, right: Step) -> None:
        if not free.acquire(blocking=False):
            raise RuntimeError("database is locked")
        _let_others_in(exchange)
        free.release()
        right(exchange)

    return {"commit": commit}


@defect.step("commit", "AT03")
def written_in_two_steps(exchange: Exchange, right: Step) -> None:
    """Writes the first of the changes, and the rest a moment later: who reads in between sees half of a patch."""
    before, after = exchange.before.record, exchange.after.record
    moved = [name for name, value in after.items() if before.get(name) != value]
    if len(moved) > 1:
        exchange.store.write(exchange.entry, replace(exchange.before, record={**before, moved[0]: after[moved[0]]}))
        pause(0.03)
    right(exchange)


def _offers_etags(api: Api) -> bool:
    return "if_match" in api.choices


@defect.step("precondition", "AT07", only=_offers_etags)
def precondition_ignored(_exchange: Exchange, _right: Step) -> None:
    """Sends ETags, and never looks at If-Match."""


@defect.steps("AT08", only=_offers_etags)
def etag_never_changes() -> Turns:
    """Computes the ETag once for each record."""
    etags: dict[str, str] = {}

    def answer(exchange: Exchange, right: Step) -> None:
        right(exchange)
        exchange.answer.headers["ETag"] = etags.setdefault(exchange.entry.name, exchange.answer.headers["ETag"])

    return {"answer": answer, "precondition": precondition_ignored}


@defect.steps("AT07", only=_offers_etags)
def weak_etag_ignored() -> Turns:
    """Has weak entity tags made by the framework, and never looks at If-Match."""

    def answer(exchange: Exchange, right: Step) -> None:
        right(exchange)
        exchange.answer.headers["ETag"] = f"W/{exchange.answer.headers['ETag']}"

    return {"answer": answer, "precondition": precondition_ignored}
