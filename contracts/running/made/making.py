"""The records that a run makes for itself: any of its processes may make one, and the controller removes them all.

Each step stands in the journal, from which the controller knows what the others have made, those that were killed too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from contracts.running.journal import Journal
from contracts.target.client import Budget, Client, Clock
from contracts.target.fixture import Fixtures
from contracts.target.secrecy import Redactor
from contracts.target.target import Target


class Making:
    """Makes the records of a run in one of its processes."""

    def __init__(self, target: Target, journal: Journal, redactor: Redactor, clock: Clock) -> None:
        self._target = target
        self._journal = journal
        self._fixtures = Fixtures(target, Client(target.limits, redactor, Budget(), clock), journal.tell)
        self._tried: list[Mapping[str, str]] = []
        self._lost = 0

    @property
    def paths(self) -> list[Mapping[str, str]]:
        """The path parameters of the records that this process has made and that are still there, the bystander last at first."""
        return [each.path for each in self._fixtures.made]

    def target(self, workers: int) -> Target:
        """The target with a record for each process that judges, and a bystander; TargetError where one cannot be made."""
        return self._fixtures.target(workers)

    def renewed(self, target: Target, number: int) -> Target:
        """The target with a record that is made now in the place of one of its own; TargetError where none can be made."""
        identities = [*target.identities]
        identities[number] = self._fixtures.make()
        return replace(target, identity=identities[0], more=tuple(identities[1:]))

    def everything(self) -> list[Mapping[str, str]]:
        """The path parameters of all records that are still there, whichever process has made them."""
        known = self.paths
        return [*known, *(each for each in self._journal.left().made if each not in known)]

    def remove(self) -> Iterator[str]:
        """Remove what any process has made; what is left, in words. Asked again, it tells only what is new."""
        known = [*self.paths, *self._tried]
        others = [each for each in self._journal.left().made if each not in known]
        self._tried += [*self.paths, *others]
        self._fixtures.made[:0] = [replace(self._target.identity, path=each) for each in others]
        yield from self._fixtures.remove()
        lost = self._journal.left().lost
        if lost > self._lost:
            self._lost = lost
            yield f"a record may be there of which no answer came ({lost})"
