"""The questions as checks: each compares the two readings of one step with what its body asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import schemathesis
from schemathesis.checks import CheckContext
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.core.transport import Response

from contracts.record.records import ABSENT, Located, Record, look_up
from contracts.record.requested import Request, requests, unrequested
from contracts.schemathesis_hooks.session import SESSIONS, session_of
from contracts.schemathesis_hooks.steps import Case, Step, body_of
from contracts.target.client import Call
from contracts.terms.spelling import spelled
from contracts.terms.verdict import NotJudged

REPEATS = 2
"""Repetitions after an accepted patch: the second catches what toggles."""
STANDARDS = {"refusal-changes-nothing": "a patch is applied whole or not at all (RFC 5789 section 2)"}
"""What holds although the document does not say it, by rule."""


class Broken(Failure):
    """A requirement that the target breaks, on one field; the same requirement and field count once in a run."""

    __slots__ = ("field", "requirement")

    def __init__(self, case: Case, requirement: str, field: str, message: str) -> None:
        super().__init__(operation=case.operation.label, title=f"{requirement}: {field}", message=message)

    @property
    def _unique_key(self) -> str:
        return self.title


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
        session = session_of(case)
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
        f"{path} to be gone with the object that was replaced"
        if asked.value is ABSENT
        else f"{path} to read {spelled(asked.value)}"
    )
    return Finding(
        rule, requirement, path, f"{expected} after the PATCH", f"it reads {spelled(look_up(step.after, asked.field.response))}"
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
    body = body_of(request) if request.body is not None else None
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
        session = session_of(case)
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
        for session in SESSIONS.values():
            session.bring_back()
            if session.seen and not session.judged:
                raise Failure(
                    operation=None,
                    title="No request could be judged",
                    message=f"{session.seen} requests were sent, and the record could not be read: {session.reason}. "
                    "Expected: the credential with -H, and the record under [parameters] of schemathesis.toml.",
                )
