"""The journal: what clients sent, and what came of it. While a request is answered nothing is worked out, only kept."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from werkzeug.datastructures import Headers

from mock_server.exchange.exchange import Refusal
from mock_server.journal.redaction import Redaction
from mock_server.syntax.differences import difference

LIMIT = 1_000
"""So many requests are kept in one world."""

BYTES_LIMIT = 8_000_000
"""So many bytes of requests and answers are kept in one world: fewer requests, if they are large."""


@dataclass(slots=True, kw_only=True)
class JournalEntry:
    """One request, as it came and was answered.

    Attributes:
        number: 1 for the first one of its world; never used twice.
        at: when it came, seconds since 1970.
        environ: of its headers, as WSGI spells them.
        content: its body, None where that is too long to be kept.
        operation: the operationId; None where the document has none for it.
        refusal: why it was refused, None where it was not.
        before, after: the record ahead of a write and behind it, None where nothing was written.
        fault: what was done to it on purpose, None where nothing was.
        size: the bytes of its bodies, its target and the values of its headers.
    """

    number: int
    session: str
    at: float
    milliseconds: float
    method: str
    path: str
    query: str
    environ: Mapping[str, str]
    content: bytes | None
    status: int
    headers: Headers
    answer: bytes
    api: str | None
    operation: str | None
    refusal: Refusal | None
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    fault: Mapping[str, Any] | None
    size: int = field(init=False)

    def __post_init__(self) -> None:
        head = len(self.path) + len(self.query) + sum(map(len, self.environ.values()))
        self.size = head + len(self.content or b"") + len(self.answer)

    def as_json(self, redaction: Redaction) -> dict[str, Any]:
        """As the control interface shows it."""
        at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "id": self.number,
            "at": at,
            "session": self.session,
            "api": self.api,
            "operation": self.operation,
            "method": self.method,
            "path": self.path,
            "query": redaction.query(self.query),
            "status": self.status,
            "milliseconds": round(self.milliseconds, 3),
            "request": {"headers": redaction.headers(self.sent_headers()), **_body(self.content, redaction)},
            "response": {"headers": redaction.headers(dict(self.headers.items())), **_body(self.answer, redaction)},
            "refusal": None if self.refusal is None else _refusal(self.refusal, redaction),
            "difference": None if self.after is None else difference(redaction.json(self.before), redaction.json(self.after)),
            "fault": self.fault,
        }

    def sent_headers(self) -> dict[str, str]:
        """The headers of the request, in the usual spelling."""
        return {name.removeprefix("HTTP_").replace("_", "-").title(): value for name, value in self.environ.items()}


def _refusal(refusal: Refusal, redaction: Redaction) -> dict[str, Any]:
    faults = [
        {
            "field": ".".join(map(str, each.path)),
            "kind": each.kind,
            "value": redaction.at(each.path, each.value),
            "limit": each.limit,
        }
        for each in refusal.faults
    ]
    return {"situation": refusal.situation, "value": refusal.value, "faults": faults}


def _body(content: bytes | None, redaction: Redaction) -> dict[str, Any]:
    if content is None:
        return {"body": None, "cut": True}
    if not content:
        return {"body": None}
    try:
        return {"body": redaction.json(json.loads(content))}
    except (ValueError, RecursionError):
        return {"body": redaction.text(content.decode("utf-8", "replace"))}


class Journal:
    """The latest requests of one world."""

    def __init__(self) -> None:
        self._entries: deque[JournalEntry] = deque()
        self._lock = Lock()
        self._bytes = 0
        self._last = 0

    def __len__(self) -> int:
        return len(self._entries)

    def add(self, entry: JournalEntry) -> None:
        """Numbers an entry and keeps it; older ones make room."""
        with self._lock:
            self._last += 1
            entry.number = self._last
            self._entries.append(entry)
            self._bytes += entry.size
            while len(self._entries) > LIMIT or self._bytes > BYTES_LIMIT:
                self._bytes -= self._entries.popleft().size

    def entries(self, after: int = 0) -> list[JournalEntry]:
        """Those after the one with this number, the earliest first."""
        with self._lock:
            return [entry for entry in self._entries if entry.number > after]

    def entry(self, number: int) -> JournalEntry | None:
        """The one with this number, None where it is not there any more."""
        return next((entry for entry in self.entries() if entry.number == number), None)

    def clear(self) -> None:
        """Keeps none; numbers go on."""
        with self._lock:
            self._entries.clear()
            self._bytes = 0
