"""The nouns of one request on its way through the mock: the exchange, and how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import Request

from mock_server.exchange.plan import Plan
from mock_server.state.clock import Clock
from mock_server.state.settings import Settings
from mock_server.state.store import Entry, State, Store
from specs import Api

Path = tuple[str | int, ...]
"""Names of members and indexes of items, from the body inwards."""


JSON_TYPES: Mapping[type, str] = {
    dict: "object",
    list: "array",
    str: "string",
    bool: "boolean",
    int: "number",
    float: "number",
    type(None): "null",
}
"""What a JSON value is called, by the Python type that the parser makes of it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one value of a body.

    ``kind``: a JSON Schema keyword, or one of null, blank, unknown_field, read_only, reference, unique, as in the
    texts of x-contract. ``limit``: the keyword's value; for ``type`` the expected type.
    """

    path: Path
    kind: str
    value: Any = None
    limit: Any = None


class Refusal(Exception):
    """The request is refused: a situation of x-contract, with the faults that led to it.

    value: what ``{value}`` stands for in the situation's texts: the method, the media type, why it is no JSON.
    headers: what HTTP asks for beside the document's own headers.
    """

    def __init__(
        self, situation: str, faults: tuple[Fault, ...] = (), *, value: str = "", headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(situation)
        self.situation = situation
        self.faults = faults
        self.value = value
        self.headers = dict(headers or {})


@dataclass(slots=True)
class Answer:
    """What is sent back; ``body`` is a JSON value, or bytes that are sent as they are."""

    status: int
    body: Any
    media_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)

    def warn(self, text: str) -> None:
        """Tell the client in a header, beside what it was told before, what is odd about the answer."""
        told = self.headers.get("X-Mock-Warning")
        self.headers["X-Mock-Warning"] = f"{told}; {text}" if told else text


@dataclass(slots=True, kw_only=True)
class Exchange:
    """One request, and what is known of it so far; each step of the flow fills in its part.

    Attributes:
        clock: the time that is written into records.
        settings: those of the world, as they are when the request comes.
        arguments: the path parameters, as the client wrote them.
        allowed: the methods of the requested path.
        writes: whether this is a request that changes the record, and not one that only reads it.
        reachable: the customers that the credential speaks for.
        entry: the customer whose record is meant.
        body: the JSON value that was sent.
        changes: what of it is to be written: by request names, trimmed and coerced, ignored members left out.
        faults: everything wrong with the body.
        before, after: the customer's state ahead of the write, and behind it.
        refusal: why the request was refused, None where it was not.
        interference: what was done to the exchange on demand (a forced status, a delay, a fault), as the journal shows it;
            None where nothing was.
    """

    api: Api
    plan: Plan
    store: Store
    clock: Clock
    settings: Settings
    request: Request
    arguments: Mapping[str, str]
    allowed: tuple[str, ...]
    writes: bool
    reachable: tuple[Entry, ...] = ()
    entry: Entry = field(init=False)
    body: Any = None
    changes: dict[str, Any] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    before: State = field(init=False)
    after: State = field(init=False)
    answer: Answer = field(init=False)
    refusal: Refusal | None = None
    interference: Mapping[str, Any] | None = None

    @property
    def looks_at_others(self) -> bool:
        """Whether the write gives a value that no two customers may share: it holds the store's ``uniqueness`` as well."""
        return not self.plan.unique.isdisjoint(self.changes)
