"""The mock in the process of a test: on a free port, in a thread, up and down in milliseconds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import specs
from mock_server import serving
from mock_server.app import create_app, worlds_of
from mock_server.banner import base_url
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


class MockServer:
    """A running mock of one API or more, for the length of a ``with`` block.

    apis: names in specs/, paths of OpenAPI files with x-contract, or loaded APIs; none stands for all in specs/.
    defects: ids of deliberate defects to start with.
    port: 0 takes a free one, which ``url`` tells.

    Attributes:
        url: of the server; a single API has its documented paths there, several have theirs under ``/<name>``.
        apis: how to reach each API, by its name.

    Raises SpecError for a document that cannot be served, ValueError for an unknown defect, serving.PortTaken for a taken port.
    """

    def __init__(self, *apis: str | Path | Api, defects: Iterable[str] = (), host: str = "127.0.0.1", port: int = 0) -> None:
        self._loaded: Sequence[Api] = [each if isinstance(each, Api) else specs.load(each) for each in apis or specs.names()]
        self._address = (host, port)
        self._app = create_app(self._loaded, defects=defects)
        self.url = ""
        self.apis: Mapping[str, Access] = {}

    def __enter__(self) -> Self:
        server = serving.listen(self._app, *self._address, at_end=worlds_of(self._app).close)
        self.url = serving.url_of(server)
        self.apis = {api.name: _access(api, base_url(self._loaded, api, self.url)) for api in self._loaded}
        self._stop = serving.run_in_thread(server)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._stop()

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

    def reset(self) -> None:
        """Everything as at start."""
        worlds_of(self._app).default.reset()


def _access(api: Api, url: str) -> Access:
    return Access(url, api.customers[0].auth, api.customers)
