"""One request to an API on its way through the application, from its admission to its entry in the journal."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Request, Response

from mock_server.exchange.exchange import Exchange, Refusal
from mock_server.exchange.steps import BODY_LIMIT
from mock_server.journal.journal import JournalEntry
from mock_server.resource.service import Outcome
from mock_server.worlds.worlds import World

_HEADERS_WITHOUT_PREFIX = frozenset({"CONTENT_TYPE", "CONTENT_LENGTH"})


@dataclass(slots=True)
class Visit:
    """What is known of the request so far.

    Attributes:
        at, begun: when it came, in seconds since 1970, and by a clock that never jumps.
        api, operation: the API's name and the operationId, None where the path or the method has none.
        passage: its way through an operation; None until there is one.
        interference: what was done to it on purpose on no such way.
    """

    world: World
    at: float = field(default_factory=time.time)
    begun: float = field(default_factory=time.perf_counter)
    api: str | None = None
    operation: str | None = None
    passage: Exchange | Outcome | None = None
    interference: Mapping[str, Any] | None = None

    def end(self, request: Request, response: Response) -> None:
        """Writes it into the journal and the coverage of its world.

        Only what the journal shows is kept of it: the request itself would keep its connection alive.
        """
        environ, passage = request.environ, self.passage
        headers = {name: environ[name] for name in environ if name[:5] == "HTTP_" or name in _HEADERS_WITHOUT_PREFIX}
        is_kept = (request.content_length or 0) <= BODY_LIMIT
        before, after = (None, None) if passage is None else _records(passage)
        entry = JournalEntry(
            number=0,
            session=self.world.identity,
            at=self.at,
            milliseconds=(time.perf_counter() - self.begun) * 1000,
            method=request.method,
            path=request.path,
            query=environ.get("QUERY_STRING", ""),
            environ=headers,
            content=request.get_data() if is_kept else None,
            status=response.status_code,
            headers=response.headers,
            answer=response.get_data(),
            api=self.api,
            operation=self.operation,
            refusal=None if passage is None or passage.refusal is None else _facts(passage.refusal),
            before=before,
            after=after,
            fault=self.interference if passage is None else passage.interference,
        )
        self.world.record(entry, None if passage is None else passage.body)


def _facts(refusal: Refusal) -> Refusal:
    """The refusal without its traceback, in whose frames the exchange lives on."""
    return Refusal(refusal.situation, refusal.faults, value=refusal.value)


def _records(exchange: Exchange | Outcome) -> tuple[Mapping[str, Any] | None, Mapping[str, Any] | None]:
    """The record ahead of a write and behind it; None for both where nothing was written."""
    if isinstance(exchange, Outcome):
        return exchange.before, exchange.after
    states = (getattr(exchange, "before", None), getattr(exchange, "after", None))  # whatever was forced came ahead of them
    if not exchange.writes or exchange.refusal is not None or states[0] is None or states[1] is None:
        return None, None
    return states[0].record, states[1].record
