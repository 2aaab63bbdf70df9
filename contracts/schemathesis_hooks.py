"""The suite's questions as checks of Schemathesis: ``SCHEMATHESIS_HOOKS=contracts.schemathesis_hooks st run ...``.

Hooks read the record before and after each request that Schemathesis sends; the checks compare the two readings
with what the body asked for. Where the companion GET is not served, the record is read by patches that change nothing. How to
use it: docs/how-to/schemathesis-hooks.md.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import schemathesis
from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict
from schemathesis.checks import CheckContext
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response
from schemathesis.hooks import HookContext
from schemathesis.schemas import BaseSchema

from contracts.record.party import Party
from contracts.record.records import ABSENT, Located, Record, look_up
from contracts.record.requested import Request, requests, unrequested
from contracts.record.restoring import Restorer
from contracts.target.client import Budget, Call, Client, Limits
from contracts.target.secrecy import Redactor, Secret
from contracts.target.target import Identity, Target, TargetError, load_api
from contracts.terms.exchange import NOT_JSON, Answer, Exchange
from contracts.terms.verdict import NotJudged
from specs import Api

Case = schemathesis.Case[Any]
SAFE_METHODS = ("GET", "HEAD", "OPTIONS", "TRACE")
REPEATS = 2
"""Repetitions after an accepted patch: the second catches what toggles."""
KEPT_STEPS = 32
"""Steps that are remembered: other checks send requests of their own between a request and its check."""
STANDARDS = {"refusal-changes-nothing": "a patch is applied whole or not at all (RFC 5789 section 2)"}
"""What holds although the document does not say it, by rule."""


class HooksError(Exception):
    """These hooks cannot be used in this run; one line says why, and what would be right."""


class Broken(Failure):
    """A requirement that the target breaks, on one field; the same requirement and field count once in a run."""

    __slots__ = ("field", "requirement")

    def __init__(self, case: Case, requirement: str, field: str, message: str) -> None:
        super().__init__(operation=case.operation.label, title=f"{requirement}: {field}", message=message)

    @property
    def _unique_key(self) -> str:
        return self.title


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
        return _json(_bytes(self.request)) if declared in self.party.api.media_types else NOT_JSON


class _Authorised(Client):
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
        self.steps[case.id] = Step(party, before, response.request, _exchange(response), after)
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
            self._clients[key] = _Authorised(limits, headers)
        return self._clients[key]

    def bystander(self, case: Case, path: Mapping[str, str], headers: Mapping[str, str]) -> Party:
        """Another record than that of the case."""
        return self.party(case, self._client({**_credentials(case), **headers}), path)


_SESSIONS: dict[int, Session] = {}
"""The sessions of this process by the identity of the document, which a session keeps alive."""


def _session(case: Case) -> Session | None:
    return _SESSIONS.get(id(case.operation.schema.raw_schema))


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


def _exchange(response: Response) -> Exchange:
    headers = CaseInsensitiveDict({name: ", ".join(values) for name, values in response.headers.items()})
    answer = Answer(status=response.status_code, headers=headers, body=response.content, json=_json(response.content))
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


def _bytes(request: PreparedRequest) -> bytes:
    body = request.body or b""
    return body.encode() if isinstance(body, str) else body


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return NOT_JSON


# --- hooks ----------------------------------------------------------------------------------------------------------


@schemathesis.hook
def after_load_schema(context: HookContext, schema: BaseSchema) -> None:
    """Read x-contract, or say at once why these checks cannot be used."""
    _SESSIONS[id(schema.raw_schema)] = Session(schema)


@schemathesis.hook
def before_call(context: HookContext, case: Case, kwargs: dict[str, Any]) -> None:
    """Read the record ahead of a request that may change it."""
    session = _session(case)
    if session is not None and session.concerns(case):
        session.before(case)


@schemathesis.hook
def after_call(context: HookContext, case: Case, response: Response) -> None:
    """Read the record after it."""
    session = _session(case)
    if session is not None:
        session.after(case, response)


# --- checks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one step: the rule that it breaks, the field, and two sentences."""

    rule: str
    requirement: str
    field: str
    expected: str
    actual: str


def _check(judge: Callable[[Step], Iterable[Finding]]) -> Callable[[CheckContext, Response, Case], bool | None]:
    """A check of Schemathesis from a judgement of one step; a rule that the document does not claim is not judged."""

    def check(ctx: CheckContext, response: Response, case: Case) -> bool | None:
        session = _session(case)
        step = session.steps.get(case.id) if session is not None else None
        if step is None or step.failed:
            return True
        _fail(case, step, judge(step))
        return None

    check.__name__, check.__doc__ = judge.__name__, judge.__doc__
    return schemathesis.check(check)


def _fail(case: Case, step: Step, findings: Iterable[Finding]) -> None:
    """Raise what was found, each field for itself."""
    try:
        found = [each for each in findings if each.rule in step.party.api.claims or each.rule in STANDARDS]
    except NotJudged:
        return
    if found:
        step.failed = True
        raise FailureGroup([Broken(case, each.requirement, each.field, _message(step, each)) for each in found])


def _message(step: Step, finding: Finding) -> str:
    claim = step.party.api.claims.get(finding.rule)
    says = f"{claim.says} ({step.party.api.source}, {claim.at})" if claim else STANDARDS[finding.rule]
    lines = ("Required", says), ("Field", finding.field), ("Expected", finding.expected), ("Actual", finding.actual)
    return step.party.client.redactor.strike("\n".join(f"{name}: {text}" for name, text in lines))


def _changes(rule: str, requirement: str, expected: str, found: Iterable[Located]) -> Iterable[Finding]:
    return [Finding(rule, requirement, each.where, expected, each.told) for each in found]


@_check
def partial_update(step: Step) -> Iterable[Finding]:
    """Of an accepted PATCH, what was sent is stored, what was not sent stays, and the answer shows both."""
    if not step.patched:
        return
    asked = requests(step.party, step.body)
    reader = step.party.reader
    lost = [each for each in asked if each.certain and not each.granted(step.party, step.before, step.after)]
    for each in lost:
        if "enum" not in each.field.schema:
            yield _lost("sent-field-stored", "A sent field is not stored", step, each)
    changed = unrequested(reader.differences(step.before, step.after), asked)
    expected = "a field that is not in the body to stay as it was"
    yield from _changes("omitted-fields-unchanged", "A field that was not sent changed", expected, changed)
    answered = step.party.record_in(step.exchange)
    shown = reader.differences(answered, step.after) if answered is not None else []
    shown = unrequested(shown, lost)
    expected = "the answer to show what a reading shows afterwards"
    yield from _changes("response-shows-stored", "The answer does not show what is stored", expected, shown)


@_check
def enum_stored(step: Step) -> Iterable[Finding]:
    """An accepted member of an enum is stored as it is."""
    for each in requests(step.party, step.body) if step.patched else ():
        if each.certain and "enum" in each.field.schema and not each.granted(step.party, step.before, step.after):
            yield _lost("member-stored", "An enum member is not stored", step, each)


def _lost(rule: str, requirement: str, step: Step, asked: Request) -> Finding:
    path = asked.field.path
    expected = (
        f"{path} to be gone with the object that was replaced" if asked.value is ABSENT else f"{path} to read {asked.value!r}"
    )
    return Finding(
        rule, requirement, path, f"{expected} after the PATCH", f"it reads {look_up(step.after, asked.field.response)!r}"
    )


@_check
def atomicity(step: Step) -> Iterable[Finding]:
    """A request that is answered with an error changes nothing."""
    status = step.exchange.status or 0
    if status < 400:
        return
    changed = step.party.reader.differences(step.before, step.after)
    expected = f"nothing to change, since the answer is {status}"
    yield from _changes("refusal-changes-nothing", "A refused request changed a field", expected, changed)


@_check
def idempotence(step: Step) -> Iterable[Finding]:
    """The same PATCH again is answered with the same status and record, and leaves the same state."""
    if not step.patched:
        return
    first = step.party.record_in(step.exchange)
    for number in range(2, REPEATS + 2):
        again = step.party.client.send(_repeat(step))
        if again.status != step.exchange.status:
            yield Finding(
                "repeat-same-answer",
                "A repeated PATCH is answered otherwise",
                "status",
                f"{step.exchange.status} for PATCH number {number}, as for the first",
                again.said,
            )
            return
        changed = step.party.reader.differences(step.after, step.party.read())
        expected = f"the same record after PATCH number {number} as after the first"
        yield from _changes("repeat-same-state", "A repeated PATCH changed a field", expected, changed)
        shown = step.party.record_in(again)
        if not changed and first is not None:
            expected = f"the same record in answer number {number} as in the first"
            differing = step.party.reader.differences(first, shown or {})
            yield from _changes("repeat-same-answer", "A repeated PATCH is answered otherwise", expected, differing)


def _repeat(step: Step) -> Call:
    request = step.request
    body = _bytes(request) if request.body is not None else None
    return Call(method=str(request.method), url=str(request.url), headers=dict(request.headers), body=body)


@schemathesis.check
class isolation:  # noqa: N801 - the name of the check
    """No request changes the bystander, whose path parameters and headers stand under [checks.isolation]."""

    def __init__(self, headers: Mapping[str, str] | None = None, **path: Any) -> None:
        self._headers = headers or {}
        self._path = {name: str(value) for name, value in path.items()}
        self._last: Record | None = None

    def after_response(self, ctx: CheckContext, response: Response, case: Case) -> bool | None:
        """Read the bystander again, and compare with the reading before."""
        session = _session(case)
        step = session.steps.get(case.id) if session is not None else None
        if session is None or step is None or not (self._path or self._headers):
            return True
        try:
            other = session.bystander(case, self._path, self._headers)
            other.client.writes += 1  # what others have sent may have changed it
            reading = other.read()
        except NotJudged as reason:
            title = "The record of [checks.isolation] cannot be read"
            raise Failure(operation=case.operation.label, title=title, message=str(reason)) from None
        if other.identity.path == step.party.identity.path and other.client is step.party.client:
            return True
        before, self._last = self._last or reading, reading
        expected = "the bystander to stay as it was"
        changed = other.reader.differences(before, reading)
        _fail(case, step, _changes("other-customer-unchanged", "Another record changed", expected, changed))
        return None


@schemathesis.check
class effective:  # noqa: N801 - the name of the check
    """At least one request was judged: a run on a wrong record or credential must not pass for a good one.

    The end of the run is also where the records are brought back.
    """

    def after_run(self, ctx: CheckContext) -> None:
        """Fail where there were requests, and none could be judged."""
        for session in _SESSIONS.values():
            session.bring_back()
            if session.seen and not session.judged:
                raise Failure(
                    operation=None,
                    title="No request could be judged",
                    message=f"{session.seen} requests were sent, and the record could not be read: {session.reason}. "
                    "Expected: the credential with -H, and the record under [parameters] of schemathesis.toml.",
                )
