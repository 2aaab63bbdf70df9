"""The parties of a run: what a target's budget keeps for them, their records as they were, and the way back to those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from contracts.record.keeping.collection import listed
from contracts.record.party import Party
from contracts.record.records import Record
from contracts.record.restoring import Restoration, Restorer, brought_back, joined
from contracts.reports.result import struck
from contracts.running.journal import Journal
from contracts.target.client import Budget, Client, Clock
from contracts.target.secrecy import Redactor
from contracts.target.target import Target, TargetError
from contracts.terms.threads import each_in_a_thread
from contracts.terms.verdict import NotJudged
from specs import Api

REQUESTS_OF_AN_ITEM = 3
"""So many requests there are for an item on an average, in documents of all sizes."""
RESERVED_READS = 12
"""Requests for a login, the preflight and the readings of a restoration."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A record with its record before anything was changed; ``name`` tells it from the first one.

    ``listed``: the records that its list showed then, None where there is none. ``beside``: what a GET showed beside the record.
    ``pace``: seconds that a request took.
    """

    name: str
    party: Party
    record: Record
    listed: frozenset[str] | None = None
    beside: Record = field(default_factory=dict)
    pace: float = 0


class Seats:
    """Which worker has which of a run's records to itself; that of a worker that has ended is free for the next one."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken: dict[str, int] = {}

    def take(self, worker: str) -> int | None:
        """A record for a worker, by its place among those of the run; None where there are too few, or only one."""
        free = [number for number in range(self._count) if number not in self._taken.values()]
        if self._count < 2 or not free:
            return None
        self._taken[worker] = free[0]
        return free[0]

    def leave(self, worker: str) -> None:
        """The worker has ended."""
        self._taken.pop(worker, None)


def save(party: Party, name: str, journal: Journal | None) -> Saved:
    """The record of a party as it is, in the journal too; TargetError where it cannot be read."""
    before, begun = party.client.count, party.client.clock.monotonic()
    record = party.state.preflight()
    pace = (party.client.clock.monotonic() - begun) / max(1, party.client.count - before)
    beside = party.state.beside
    if journal is not None:
        journal.save(party.target, party.identity, name, record, beside)
    return Saved(name, party, record, listed(party), beside, pace)


def is_too_slow(saved: Sequence[Saved], items: int) -> bool:
    """Whether judging so many items on these records takes longer than it may, by the time of the first requests."""
    limits = saved[0].party.client.limits
    pace = max(saved[0].pace, 1 / limits.requests_per_second if limits.requests_per_second else 0)
    return 0 < limits.max_seconds < items * REQUESTS_OF_AN_ITEM * pace / len(saved)


def with_bystander(target: Target, client: Client) -> Party:
    """The record under test with its bystander, and their credentials; TargetError where one cannot be had."""
    party = Party(target, client)
    party.learn_credentials()
    if target.bystander is not None:
        party.bystander = Party(target, client, target.bystander)
        party.bystander.state.sacrifices = False
        party.bystander.learn_credentials()
    return party


def learn(party: Party, record: Record) -> None:
    """Learn what moves by itself, and put back what the one patch of that changed, though it should not have changed anything."""
    party.movement.learn()
    if party.bystander is not None:
        party.bystander.movement.take_over(party.movement)
    with suppress(NotJudged):
        party.state.forget()
        if party.reader.differences(record, party.read()):
            Restorer(party).restore(record)


def moves_of(parties: Iterable[Party]) -> dict[str, str]:
    """How properties move by themselves, by all that some parties have learnt."""
    return {path: how for each in parties for path, how in each.movement.found.items()}


def reserve(api: Api, attempts: int = 2) -> int:
    """The requests that are kept back for saving the record and for so many attempts to restore it, property by property."""
    return attempts * (1 + len(api.fields)) + RESERVED_READS


def budget(target: Target, processes: int, begun: float) -> Budget:
    """What is left for judging: saving and restoring have their part of the requests, and all the time they need."""
    limits = target.limits
    share = (limits.max_requests - processes * reserve(target.api)) // processes
    until = begun + limits.max_seconds if limits.max_seconds else None
    return Budget(requests=share, until=until, kept=limits.max_requests - share)


def limited(target: Target, limits: Mapping[str, Any], processes: int) -> Target:
    """The target with some other limits; several processes together send no faster than one."""
    paced = replace(target, limits=replace(target.limits, **limits))
    pace = paced.limits.requests_per_second / processes
    paced = replace(paced, limits=replace(paced.limits, requests_per_second=pace))
    least = processes * reserve(target.api)
    if paced.limits.max_requests <= least:
        raise TargetError(f"max_requests: {least} are kept for saving and restoring; expected more than {least}")
    return paced


def all_restored(everyone: Sequence[Saved], redactor: Redactor, clock: Clock, moves: Mapping[str, str]) -> Restoration:
    """Restore each record; where mending one may have spoilt another, the first one counts, and the others are told.

    moves: how properties were seen to move by themselves, by their path.
    """
    if not everyone:
        return Restoration(ok=True)
    for each in everyone:
        each.party.client.budget = Budget.of_restoring(clock, each.party.client.budget.requests)
        each.party.movement.found.update(moves)
    first, *others = everyone
    found = [restored(first, redactor)]
    before = _writes(others)
    found += each_in_a_thread(lambda each: restored(each, redactor), others)
    if _writes(others) != before:
        found = [restored(first, redactor), *each_in_a_thread(lambda each: restored(each, redactor, write=False), others)]
    return joined(found)


def _writes(everyone: Sequence[Saved]) -> int:
    return sum(each.party.client.writes for each in everyone)


def restored(saved: Saved, redactor: Redactor, *, write: bool = True) -> Restoration:
    """Restoring never raises: whatever goes wrong is told in the report, with whose record it is."""
    try:
        found = brought_back(saved.party, saved.record, saved.beside, write=write)
        told = f"{saved.name}: " if saved.name else ""
        differences = (struck(replace(each, path=f"{told}{each.path}"), redactor) for each in found.differences)
        return replace(found, differences=tuple(differences))
    except Exception as error:  # the report must be written whatever a broken target does here
        return Restoration(ok=False, differences=(), repairs=(f"restoring failed: {type(error).__name__}",))
