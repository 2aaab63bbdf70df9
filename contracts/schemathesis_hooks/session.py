"""A run of Schemathesis on one schema: the hooks read the record before and after each request that may change it."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import schemathesis
from schemathesis.core.transport import Response
from schemathesis.hooks import HookContext
from schemathesis.schemas import BaseSchema

from contracts.record.party import Party
from contracts.record.records import Record
from contracts.record.restoring import Restorer
from contracts.schemathesis_hooks.steps import Authorised, Case, HooksError, Step, exchange_of
from contracts.target.client import Client, Limits
from contracts.target.target import Identity, Target, TargetError, load_api
from contracts.terms.verdict import NotJudged
from specs import Api

SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
KEPT_STEPS = 32
"""Steps that are remembered: other checks send requests of their own between a request and its check."""


class Session:
    """A run of Schemathesis on one schema: the API, and the readings around each request."""

    def __init__(self, schema: BaseSchema) -> None:
        if schema.config.workers > 1:
            raise HooksError("contracts.schemathesis_hooks: expected --workers 1, since the record is read around each request")
        self.document = schema.raw_schema
        self.schema = schema
        self.api = _api(self.document)
        self.steps: dict[str, Step] = {}
        self.seen = 0
        self.judged = 0
        self.reason = "no request was answered"
        self._clients: dict[tuple[tuple[str, str], ...], Client] = {}
        self._parties: dict[tuple[int, str, tuple[tuple[str, str], ...]], Party] = {}
        self._pending: dict[str, tuple[Party, Record]] = {}
        self._first: dict[int, tuple[Party, Record]] = {}

    def concerns(self, case: Case) -> bool:
        """Whether a request may change a record of the API."""
        return case.path == self.api.path and case.method not in SAFE_METHODS

    def before(self, case: Case) -> None:
        """Read the record that a request is about, ahead of it."""
        self.seen += 1
        path = {name: str(value) for name, value in case.path_parameters.items()}
        client = self._client(_credentials(case))
        try:
            party = self.party(case, client, path)
            self._pending[case.id] = (party, self._brought_back(party))
        except NotJudged as reason:
            self.reason = client.redactor.strike(str(reason))
        client.writes += 1

    def _brought_back(self, party: Party) -> Record:
        """The record as it was at first, so that no request starts from what another has left; else as it now is."""
        _party, first = self._first.setdefault(id(party), (party, party.read()))
        if party.reader.differences(first, party.read()) and not Restorer(party).restore(first).ok:
            self._first[id(party)] = (party, party.read())
        return party.read()

    def bring_back(self) -> None:
        """Leave every record as it was at first, as far as it can be brought back."""
        for party, first in self._first.values():
            Restorer(party).restore(first)

    def after(self, case: Case, response: Response) -> None:
        """Read it again, right after the answer."""
        if case.id not in self._pending:
            return
        party, before = self._pending.pop(case.id)
        try:
            after = party.read()
        except NotJudged as reason:
            self.reason = party.client.redactor.strike(str(reason))
            return
        self.steps[case.id] = Step(party, before, response.request, exchange_of(response), after)
        self.judged += 1
        while len(self.steps) > KEPT_STEPS:
            del self.steps[next(iter(self.steps))]

    def party(self, case: Case, client: Client, path: Mapping[str, str]) -> Party:
        """The record that a path names, read by GET where the target serves one."""
        key = (id(client), str(case.operation.base_url), tuple(sorted(path.items())))
        if key not in self._parties:
            target = Target(api=self.api, url=str(case.operation.base_url).rstrip("/"), identity=Identity(path=path, auth={}))
            by_get = Party(replace(target, read=self.api.read.path if self.api.read else None), client)
            readable = by_get.reads_by_get and by_get.record_in(by_get.read_exchange()) is not None
            found = by_get if readable else Party(target, client)
            found.read()
            self._parties[key] = found
        return self._parties[key]

    def _client(self, headers: Mapping[str, str]) -> Client:
        key = tuple(sorted(headers.items()))
        if key not in self._clients:
            timeout = self.schema.config.request_timeout_for()
            limits = Limits(timeout=float(timeout)) if timeout else Limits()
            self._clients[key] = Authorised(limits, headers)
        return self._clients[key]

    def bystander(self, case: Case, path: Mapping[str, str], headers: Mapping[str, str]) -> Party:
        """Another record than that of the case."""
        return self.party(case, self._client({**_credentials(case), **headers}), path)


SESSIONS: dict[int, Session] = {}
"""The sessions of this process by the identity of the document, which a session keeps alive."""


def session_of(case: Case) -> Session | None:
    """The session of the schema that a case was made from; None where the hooks have not seen it loaded."""
    return SESSIONS.get(id(case.operation.schema.raw_schema))


def _api(document: Mapping[str, Any]) -> Api:
    """The API of a document that Schemathesis has read, from a file or a URL."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "schema.yaml")
        file.write_text(json.dumps(document), encoding="utf-8")  # JSON is YAML
        try:
            return load_api(str(file))
        except TargetError as error:
            raise HooksError(f"contracts.schemathesis_hooks: {error}") from None


def _credentials(case: Case) -> dict[str, str]:
    """The headers that the run is configured with (``-H``, ``--auth``, [headers]): what the target lets in."""
    config = case.operation.schema.config
    headers = {name: str(value) for name, value in config.headers_for(operation=case.operation).items()}
    basic = config.auth_for(operation=case.operation)
    if basic is not None:
        headers["Authorization"] = f"Basic {b64encode(':'.join(basic).encode()).decode()}"
    return headers


@schemathesis.hook
def after_load_schema(context: HookContext, schema: BaseSchema) -> None:
    """Read x-contract, or say at once why these checks cannot be used."""
    SESSIONS[id(schema.raw_schema)] = Session(schema)


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Read the record ahead of a request that may change it."""
    session = session_of(case)
    if session is not None and session.concerns(case):
        session.before(case)


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    """Read the record after it."""
    session = session_of(case)
    if session is not None:
        session.after(case, response)
