"""The parties of a run: what a target's budget keeps for them, their records as they were, and the way back to those."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from contracts.record.party import Party
from contracts.record.records import Record
from contracts.record.restoring import Restoration, Restorer, joined
from contracts.reports.result import struck
from contracts.target.client import Budget, Clock
from contracts.target.secrecy import Redactor
from contracts.target.target import Target, TargetError
from contracts.terms.verdict import Difference, NotJudged
from specs import Api

RESTORE_SECONDS = 60.0
"""Restoring has so much time of its own, whatever the run had: against a silent target it ends too, and tells."""
RESERVED_READS = 12
"""Requests for a login, the preflight and the readings of a restoration."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A record with its record before anything was changed; ``name`` tells it from the first one."""

    name: str
    party: Party
    record: Record


def learn(party: Party, record: Record) -> None:
    """Learn what moves by itself, and put back what the one patch of that changed, though it should not have changed anything."""
    party.movement.learn()
    with suppress(NotJudged):
        party.state.forget()
        if party.reader.differences(record, party.read()):
            Restorer(party).restore(record)


def left_behind(parties: Iterable[Party]) -> list[Restoration]:
    """Records that requests of some parties have made: taken away by DELETE where the document has one, else told."""
    found = [_left_behind(each) for each in parties]
    return [Restoration(ok=False, differences=each) for each in found if each]


def moves_of(parties: Iterable[Party]) -> dict[str, str]:
    """How properties move by themselves, by all that some parties have learnt."""
    return {path: how for each in parties for path, how in each.movement.found.items()}


def still_there(told: Iterable[str], redactor: Redactor) -> Restoration:
    """Records that were made for a run and could not be removed."""
    return Restoration(
        ok=False,
        differences=tuple(Difference(path="*", before="(no such record)", after=redactor.strike(each)) for each in told),
    )


def _left_behind(party: Party) -> tuple[Difference, ...]:
    made = party.guard.made if party.guard is not None else None
    if made is None:
        return ()
    if "delete" in party.api.document["paths"].get(party.api.path, {}):
        with suppress(NotJudged):
            exchange = party.send("DELETE", None, path=party.unknown_path())
            if exchange.ok:
                return ()
    return (Difference(path="*", before="(no such record)", after=f"made by {made.method} {made.url}"),)


def reserve(api: Api, attempts: int = 2) -> int:
    """The requests that are kept back for saving the record and for so many attempts to restore it, property by property."""
    return attempts * (1 + len(api.fields)) + RESERVED_READS


def limited(target: Target, limits: Mapping[str, Any], processes: int) -> Target:
    """The target with some other limits; several processes together send no faster than one."""
    paced = replace(target, limits=replace(target.limits, **limits))
    pace = paced.limits.requests_per_second / processes
    paced = replace(paced, limits=replace(paced.limits, requests_per_second=pace))
    least = processes * reserve(target.api)
    if paced.limits.max_requests <= least:
        raise TargetError(f"max_requests: {least} are kept for saving and restoring; expected more than {least}")
    return paced


def all_restored(everyone: Sequence[Saved], redactor: Redactor, clock: Clock) -> Restoration:
    """Restore each record; where mending one may have spoilt another, the first one counts, and the others are told."""
    for each in everyone:
        kept = each.party.client.budget.requests
        each.party.client.budget = Budget(requests=kept, until=clock.monotonic() + RESTORE_SECONDS, seconds=RESTORE_SECONDS)
    first, *others = everyone
    found = [restored(first, redactor)]
    before = _writes(others)
    found += [restored(each, redactor) for each in others]
    if _writes(others) != before:
        found = [restored(first, redactor), *(restored(each, redactor, write=False) for each in others)]
    return joined(found)


def _writes(everyone: Sequence[Saved]) -> int:
    return sum(each.party.client.writes for each in everyone)


def restored(saved: Saved, redactor: Redactor, *, write: bool = True) -> Restoration:
    """Restoring never raises: whatever goes wrong is told in the report, with whose record it is."""
    try:
        found = Restorer(saved.party).restore(saved.record, write=write)
        told = f"{saved.name}: " if saved.name else ""
        differences = (struck(replace(each, path=f"{told}{each.path}"), redactor) for each in found.differences)
        return replace(found, differences=tuple(differences))
    except Exception as error:  # the report must be written whatever a broken target does here
        return Restoration(ok=False, differences=(), repairs=(f"restoring failed: {type(error).__name__}",))
