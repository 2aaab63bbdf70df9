"""Worlds: isolated sets of everything that requests and control calls change. One is the default, the others are sessions."""

from __future__ import annotations

import difflib
import re
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from threading import BoundedSemaphore, Lock
from typing import Any

from mock_server.defects import DEFECTS
from mock_server.disturbance.fault_rules import FaultRule, Rules
from mock_server.disturbance.rate_limit import Limiter
from mock_server.journal.events import SUBSCRIBER_LIMIT, Events
from mock_server.journal.journal import Journal, JournalEntry
from mock_server.journal.redaction import Redaction
from mock_server.resource.coverage import ResourceCoverage
from mock_server.resource.service import Resource, ResourceService
from mock_server.resource.stored.records import Records
from mock_server.state.clock import Clock
from mock_server.state.settings import Settings
from mock_server.state.snapshots import Snapshots
from mock_server.state.store import Store
from mock_server.worlds.beside import SharedRecords, shared_collection
from mock_server.worlds.coverage import Coverage
from mock_server.worlds.definition import Definition, Site
from mock_server.worlds.service import Service

DEFAULT = "default"
"""The world of requests that name no session."""

SESSION_LIMIT = 100
"""So many sessions are kept; one more, and the one that was not used for longest is forgotten."""

IDLE_SECONDS = 3_600.0
"""A session that nobody has used for so long is forgotten."""

_IDENTITY = re.compile(r"[A-Za-z0-9._~-]{1,64}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Start:
    """What every world starts with: settings, ids of deliberate defects, and fault rules."""

    settings: Settings
    defects: tuple[str, ...] = ()
    faults: tuple[FaultRule, ...] = ()


class World:
    """Customers, defects, settings and clock of one session; what never changes is shared with all others.

    identity: the session's id. idle: the seconds after which it is forgotten.
    places: for subscribers to events, shared by all worlds.
    """

    def __init__(
        self,
        identity: str,
        definitions: Sequence[Definition],
        start: Start,
        places: BoundedSemaphore,
        idle: float = IDLE_SECONDS,
        resources: Sequence[Resource] = (),
    ) -> None:
        self.identity = identity
        self.idle = idle
        self.clock = Clock()
        self.faults = Rules(start.faults)
        self.limiter = Limiter()
        self.settings = start.settings
        self.services = {each.api.name: Service(each, self) for each in definitions}
        self.resources = {each.name: self._resource(each) for each in resources}
        self.journal = Journal()
        counted = {each.name: ResourceCoverage(each) for each in resources}
        own = {each.name: Coverage(each, counted.get(each.name)) for each in definitions}
        self.coverage: Mapping[str, Coverage | ResourceCoverage] = {**counted, **own}
        self.events = Events(places)
        self.snapshots = Snapshots(self.stores, self.records)
        self.defects: tuple[str, ...] = ()
        self.used = time.monotonic()
        self.activate(start.defects)

    def _resource(self, resource: Resource) -> ResourceService:
        """A whole document, or what is beside an API: over the records of that."""
        service = self.services.get(resource.name)
        shared = None if service is None else shared_collection(service.api, resource)
        if service is None or shared is None:
            return ResourceService(resource, self)
        store = SharedRecords(resource.recognition.collections, resource.seeding, service.store, shared)
        return ResourceService(resource, self, store)

    @property
    def stores(self) -> Mapping[str, Store]:
        """What is stored, by the names of the APIs."""
        return {name: service.store for name, service in self.services.items()}

    @property
    def records(self) -> Mapping[str, Records]:
        """What is stored for whole documents, by their names."""
        return {name: service.store for name, service in self.resources.items()}

    def activate(self, defects: Iterable[str]) -> None:
        """These defects and no others, in every API that has a place for them; ValueError for one that none has."""
        wanted = tuple(defects)
        for identity in wanted:
            self._check_defect(identity)
        self.defects = wanted
        for service in self.services.values():
            service.activate(wanted)

    def _check_defect(self, identity: str) -> None:
        if identity not in DEFECTS:
            near = difflib.get_close_matches(identity, DEFECTS, n=1)
            raise ValueError(f"no defect is called {identity!r}" + (f"; did you mean {near[0]!r}?" if near else ""))
        if not self._has_place(identity):
            raise ValueError(f"defect {identity!r} has no place in {', '.join(self.services or self.resources)}")

    def _has_place(self, defect: str) -> bool:
        return any(DEFECTS[defect].applied_to(service.api) for service in self.services.values())

    def reset(self) -> None:
        """As at start; defects, settings and snapshots stay, and the defects forget what they remembered."""
        for service in self.services.values():
            service.store.reset()
            service.activate(self.defects)
        for resource in self.resources.values():
            resource.store.reset()
        for counted in self.coverage.values():
            counted.reset()
        self.journal.clear()
        self.clock.reset()
        self.faults.reset()
        self.limiter.reset()

    def adopt(self, older: World) -> None:
        """All that has happened in another world, as far as there is a place for it here; the coverage begins anew."""
        for name in self.services.keys() & older.services.keys():
            self.services[name].store.adopt(older.services[name].store)
        for name in self.resources.keys() & older.resources.keys():
            self.resources[name].store.adopt(older.resources[name].store)
        self.snapshots.adopt(older.snapshots)
        self.clock, self.settings, self.faults, self.limiter = older.clock, older.settings, older.faults, older.limiter
        self.journal, self.events, self.used = older.journal, older.events, older.used
        self.activate(each for each in older.defects if self._has_place(each))

    def record(self, entry: JournalEntry, body: Any) -> None:
        """Keeps a request in the journal, counts it with the JSON value of its body, and tells those who listen."""
        self.journal.add(entry)
        if entry.api is not None and entry.operation is not None:
            self.coverage[entry.api].count(entry.operation, entry.status, body)
        self.events.publish(entry)

    def announce(self, what: str) -> None:
        """Tells those who listen that a control call has changed something; ``what``: the noun of the control interface."""
        self.events.publish(what)


class Worlds:
    """Every world of one mock; a session comes to life when it is first named.

    Raises ValueError for an unknown defect.
    """

    def __init__(self, definitions: Sequence[Definition], start: Start, resources: Sequence[Resource] = ()) -> None:
        self.definitions = tuple(definitions)
        self.resources = tuple(resources)
        named = {each.name for each in self.definitions}
        self.sites: tuple[Site, ...] = (*self.definitions, *(each for each in self.resources if each.name not in named))
        self.start = start
        self._lock = Lock()
        self._sessions: OrderedDict[str, World] = OrderedDict()
        self._looked = time.monotonic()
        self._places = BoundedSemaphore(SUBSCRIBER_LIMIT)
        schemes = [scheme for each in resources for scheme in each.access.schemes.values()]
        secrets = [name for each in resources for name in each.secrets]
        self.redaction = Redaction([each.api for each in definitions], schemes, secrets)
        self.default = World(DEFAULT, definitions, start, self._places, resources=resources)

    def named(self, identity: str) -> World:
        """The world of a session, new from the seeds where it is not there yet; ValueError for what is no id."""
        if identity == DEFAULT:
            return self.default
        with self._lock:
            self._forget_idle()
            world = self._sessions.get(identity) or self._new(identity, IDLE_SECONDS)
            world.used = time.monotonic()
            self._sessions.move_to_end(identity)
            return world

    def create(self, identity: str, idle: float) -> World:
        """A new session; KeyError where there is one of this id, ValueError for what is no id."""
        with self._lock:
            self._forget_idle()
            if identity == DEFAULT or identity in self._sessions:
                raise KeyError(identity)
            return self._new(identity, idle)

    def remove(self, identity: str) -> None:
        """Forgets a session; KeyError where there is none."""
        with self._lock:
            self._sessions.pop(identity).events.close()

    def adopt(self, older: Worlds) -> None:
        """The worlds of another mock, each with all that has happened in it."""
        self.default.adopt(older.default)
        with self._lock:
            for world in older.sessions():
                self._new(world.identity, world.idle).adopt(world)

    def close(self) -> None:
        """Ends what would keep the web server from ending: all subscriptions to events."""
        for world in (self.default, *self.sessions()):
            world.events.close()

    def sessions(self) -> tuple[World, ...]:
        """All that are alive, the one that was not used for longest first."""
        with self._lock:
            self._forget_idle()
            return tuple(self._sessions.values())

    def _new(self, identity: str, idle: float) -> World:
        if not _IDENTITY.fullmatch(identity):
            raise ValueError(f"session {identity[:100]!r}: an id has 1 to 64 letters, digits, dots, hyphens, tildes, underscores")
        world = World(identity, self.definitions, self.start, self._places, idle, self.resources)
        self._sessions[identity] = world
        while len(self._sessions) > SESSION_LIMIT:
            self._sessions.popitem(last=False)[1].events.close()
        return world

    def _forget_idle(self) -> None:
        """Once a second at most, since every request with a session comes by."""
        now = time.monotonic()
        if now - self._looked < 1:
            return
        self._looked = now
        for world in [each for each in self._sessions.values() if now - each.used > each.idle]:
            self._sessions.pop(world.identity).events.close()
