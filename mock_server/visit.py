"""One request to an API on its way through the application, from its admission to its entry in the journal."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from flask import Request, Response

from mock_server.exchange import Exchange
from mock_server.journal import JournalEntry
from mock_server.steps import BODY_LIMIT
from mock_server.worlds import World

_HEADERS_WITHOUT_PREFIX = ("CONTENT_TYPE", "CONTENT_LENGTH")


@dataclass(slots=True)
class Visit:
    """What is known of the request so far.

    Attributes:
        at, begun: when it came, in seconds since 1970, and by a clock that never jumps.
        api, operation: the API's name and the operationId, None where the path or the method has none.
        exchange: None until one is made of it.
    """

    world: World
    at: float = field(default_factory=time.time)
    begun: float = field(default_factory=time.perf_counter)
    api: str | None = None
    operation: str | None = None
    exchange: Exchange | None = None

    def end(self, request: Request, response: Response) -> None:
        """Writes it into the journal and the coverage of its world."""
        environ = request.environ
        headers = {name: environ[name] for name in environ if name[:5] == "HTTP_"}
        headers |= {name: environ[name] for name in _HEADERS_WITHOUT_PREFIX if environ.get(name)}
        entry = JournalEntry(
            number=0,
            session=self.world.identity,
            at=self.at,
            milliseconds=(time.perf_counter() - self.begun) * 1000,
            method=request.method,
            path=request.path,
            query=environ.get("QUERY_STRING", ""),
            environ=headers,
            content=request.get_data() if (request.content_length or 0) <= BODY_LIMIT else None,
            status=response.status_code,
            headers=response.headers,
            answer=response.get_data(),
            api=self.api,
            operation=self.operation,
            exchange=self.exchange,
        )
        self.world.record(entry)
