"""One request between two readings of the record that it is about, and the client that reads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import schemathesis
from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict
from schemathesis.core.transport import Response

from contracts.record.party import Party
from contracts.record.records import Record
from contracts.target.client import Budget, Call, Client, Limits
from contracts.target.secrecy import Redactor, Secret
from contracts.terms.exchange import NOT_JSON, Answer, Exchange
from contracts.terms.wire import Headers, json_of

Case = schemathesis.Case[Any]


class HooksError(Exception):
    """These hooks cannot be used in this run; one line says why, and what would be right."""


@dataclass(slots=True)
class Step:
    """One request between two readings of the record that it is about. ``failed``: a check has found it wrong."""

    party: Party
    before: Record
    request: PreparedRequest
    exchange: Exchange
    after: Record
    failed: bool = False

    @property
    def patched(self) -> bool:
        """The request was a PATCH, and took effect by its answer."""
        return self.request.method == "PATCH" and self.party.accepted(self.exchange)

    @property
    def body(self) -> Any:
        """The body as JSON, NOT_JSON where it is none or is declared to be something else."""
        declared = str(self.request.headers.get("Content-Type", "")).split(";")[0].strip().lower()
        return json_of(body_of(self.request)) if declared in self.party.api.media_types else NOT_JSON


class Authorised(Client):
    """A client that adds the headers of the run to each request; they are never shown."""

    def __init__(self, limits: Limits, headers: Mapping[str, str]) -> None:
        redactor = Redactor()
        for value in headers.values():
            for part in {value, value.split(" ")[-1]}:
                redactor.add(Secret(part))
        super().__init__(limits, redactor, Budget())
        self._headers = headers

    def send(self, call: Call, *, told: bool = True) -> Exchange:
        """Send ``call`` with the headers of the run, except where it has its own."""
        return super().send(replace(call, headers=CaseInsensitiveDict({**self._headers, **call.headers})), told=told)


def exchange_of(response: Response) -> Exchange:
    """What Schemathesis sent and got, as far as it is judged: method, answer and seconds; no URL, and no request headers."""
    headers = Headers((name, value) for name, values in response.headers.items() for value in values)
    answer = Answer(status=response.status_code, headers=headers, body=response.content, json=json_of(response.content))
    return Exchange(
        method=str(response.request.method),
        url="",
        headers={},
        body=None,
        answer=answer,
        failure=None,
        curl="",
        started="",
        seconds=response.elapsed,
    )


def body_of(request: PreparedRequest) -> bytes:
    """The body of a request as it was sent; empty where there was none."""
    body = request.body or b""
    return body.encode() if isinstance(body, str) else body
