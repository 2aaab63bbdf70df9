"""The mock in the process of a test: on a free port, in a thread, up and down in milliseconds."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import specs
from mock_server.access.session_prefix import PREFIX
from mock_server.resource.access import Access as Security
from mock_server.resource.reading.document import Document
from mock_server.resource.stored.seeding import COUNT
from mock_server.web import serving
from mock_server.web.app import create_app, worlds_of
from mock_server.worlds.banner import base_url
from mock_server.worlds.loading import Served, load
from mock_server.worlds.worlds import IDLE_SECONDS, World
from specs import Api
from specs.model import SeedCustomer


@dataclass(frozen=True, slots=True)
class Access:
    """One API of a running mock.

    url: where its documented paths begin.
    credentials: of the first customer, by security scheme.
    customers: all of them, each with its path parameters (``path``), credentials (``auth``) and seeded ``record``.
    """

    url: str
    credentials: Mapping[str, str]
    customers: tuple[SeedCustomer, ...]


def _access(api: Served, url: str) -> Access:
    if isinstance(api, Api):
        return Access(url, api.customers[0].auth, api.customers)
    security = Security(api)
    return Access(url, {name: security.credential(scheme) for name, scheme in security.schemes.items()}, ())


class Reached:
    """A mock, or a session of one, as a client reaches it.

    Attributes:
        url: a single API has its documented paths there, several have theirs under ``/<name>``.
        apis: how to reach each API, by its name.
    """

    def __init__(self, loaded: Sequence[Served], url: str) -> None:
        self.url = url
        self.apis = {api.name: _access(api, base_url(loaded, api, url)) for api in loaded}

    @property
    def credentials(self) -> Mapping[str, str]:
        """The first customer's credentials by security scheme; of several APIs, ``apis[name].credentials``."""
        return self._only.credentials

    @property
    def customers(self) -> tuple[SeedCustomer, ...]:
        """The seeded customers; of several APIs, ``apis[name].customers``."""
        return self._only.customers

    @property
    def _only(self) -> Access:
        if len(self.apis) != 1:
            raise LookupError(f"{len(self.apis)} APIs are served: ask apis[name], with one of {', '.join(self.apis) or 'none'}")
        return next(iter(self.apis.values()))


class MockSession(Reached):
    """An isolated world of a running mock. Its ``url`` leads there; so do ``headers``, sent to the mock's own URL."""

    def __init__(self, loaded: Sequence[Served], url: str, world: World) -> None:
        super().__init__(loaded, f"{url}{PREFIX}{world.identity}")
        self.id = world.identity
        self.headers: Mapping[str, str] = {"X-Mock-Session": world.identity}
        self._world = world

    def reset(self) -> None:
        """Everything in this world as at start."""
        self._world.reset()


class MockServer(Reached):
    """A running mock of one API or more, for the length of a ``with`` block.

    apis: names in specs/, paths of OpenAPI files, or loaded ones; none stands for all in specs/.
    defects: ids of deliberate defects to start with.
    records: how many are in each collection of a document without x-contract.
    port: 0 takes a free one, which ``url`` tells.

    Raises SpecError for a document that cannot be served, ValueError for an unknown defect, serving.PortTaken for a taken port.
    """

    def __init__(
        self,
        *apis: str | Path | Served,
        defects: Iterable[str] = (),
        host: str = "127.0.0.1",
        port: int = 0,
        records: int = COUNT,
    ) -> None:
        self._loaded: Sequence[Served] = [
            each if isinstance(each, Api | Document) else load(each) for each in apis or specs.names()
        ]
        super().__init__((), "")
        self._address = (host, port)
        self._app = create_app(self._loaded, defects=defects, records=records)
        self._worlds = worlds_of(self._app)

    def __enter__(self) -> Self:
        server = serving.listen(self._app, *self._address, at_end=self._worlds.close)
        super().__init__(self._loaded, serving.url_of(server))
        self._stop = serving.run_in_thread(server)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

    def reset(self) -> None:
        """Everything as at start, but for the sessions."""
        self._worlds.default.reset()

    @contextmanager
    def session(self) -> Iterator[MockSession]:
        """A new session, which is forgotten at the end of the block."""
        world = self._worlds.create(secrets.token_hex(8), IDLE_SECONDS)
        try:
            yield MockSession(self._loaded, self.url, world)
        finally:
            with suppress(KeyError):  # it was deleted meanwhile
                self._worlds.remove(world.identity)
