"""How the second layer draws and judges: imported when one of its rules runs, since Schemathesis and Hypothesis load slowly."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test
from hypothesis.stateful import rule as step
from requests import PreparedRequest
from schemathesis.checks import CHECKS
from schemathesis.config import SchemathesisConfig
from schemathesis.core.transport import Response

from contracts.judging.acceptance import is_sent
from contracts.judging.evidence import Write, collateral, control, differences_of, disturbed, joined
from contracts.judging.faults import Fault, faults, faulty
from contracts.judging.searching.story import search
from contracts.record.calls import encoded
from contracts.record.model import predicted
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import Record
from contracts.record.values import validator
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api, Field

GATE_EXAMPLES = 12
GATE_STEPS = 8
LETTERS = st.characters(
    codec="utf-8", min_codepoint=0x21, max_codepoint=0x24F, exclude_characters="\x7f", categories=("L", "N", "P", "S")
)
STANDARD_CHECKS = ("not_a_server_error", "response_schema_conformance", "content_type_conformance")
"""Stock checks that hold for every conforming server: the others judge by the schema alone what documents leave open."""


class _Found(BaseException):
    """Carries an outcome out of Hypothesis at once: a target remembers, so an example cannot be run a second time."""

    def __init__(self, outcome: Violation | NotJudged) -> None:
        super().__init__()
        self.outcome = outcome


@contextmanager
def _at_once() -> Iterator[None]:
    """Turn an outcome inside an example into an exception that Hypothesis lets pass."""
    try:
        yield
    except (Violation, NotJudged) as outcome:
        raise _Found(outcome) from None


@contextmanager
def _unpacked() -> Iterator[None]:
    """The outcome again, outside Hypothesis."""
    try:
        yield
    except _Found as found:
        raise found.outcome from None


def _settings(examples: int, steps: int = 50) -> settings:
    """The same examples every time, nothing kept between runs, no shrinking: a target remembers, and time is short."""
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
        print_blob=False,
        report_multiple_bugs=False,
    )


def _plain(party: Party) -> list[tuple[Field, Write]]:
    """Fields whose plain write works, and changes nothing else, and whose value the model can predict."""
    found, moved = [], disturbed(party)
    for field in settable(party.api):
        if field.reference is None and field.response not in {*party.reader.derived, *moved} and field.kind == "scalar":
            with suppress(NotJudged):
                done = control(party, field)
                if not collateral(party, done):  # told by omitted-fields-unchanged
                    found.append((field, done))
    if not found:
        raise NotJudged("no plain write works")
    return found


def _texts(field: Field) -> st.SearchStrategy[Any]:
    """Safe values of a field: for free text any letters without outer space, else some that are known to be valid."""
    schema = {**field.schema, **field.safe}
    if "enum" in schema:
        return st.sampled_from([value for value in schema["enum"] if value is not None])
    if "string" not in field.types or schema.keys() & {"format", "pattern", "const"}:
        return st.nothing()
    longest = min(int(schema.get("maxLength", 40)), 40)
    return st.text(LETTERS, min_size=max(1, int(schema.get("minLength", 1))), max_size=longest).filter(validator(field).is_valid)


def _values(party: Party, field: Field) -> st.SearchStrategy[Any]:
    drawn = _texts(field)
    return st.builds(lambda: party.values.fresh(field)) if drawn.is_empty else drawn


def _compose(party: Party, before: Record, chosen: Mapping[str, tuple[Field, Any]]) -> list[Patch]:
    return [party.composer.patch(before, field, value) for field, value in chosen.values()]


def _judge(party: Party, expected: Record, exchange: Exchange, patches: Sequence[Patch] = ()) -> None:
    """The record must read as the model predicts, siblings that had to be filled in aside."""
    filled = {path for patch in patches for path in patch.filled}
    changed = [each for each in party.reader.differences(expected, party.read()) if each.where not in filled]
    if changed:
        raise Violation(
            expected="the record that the patch predicts: what was sent, and nothing else",
            actual=f"expected and actual record: {changed[0].told}",
            exchange=exchange,
            difference=differences_of(changed),
        )


def judge_patches(party: Party) -> None:
    """Judge generated patches of several fields; raises Violation, or NotJudged where none is accepted."""
    usable = [field for field, _write in _plain(party)]
    accepted = []

    @_settings(GATE_EXAMPLES)
    @given(st.data())
    @_at_once()
    def judge(data: st.DataObject) -> None:
        fields = data.draw(st.lists(st.sampled_from(usable), min_size=1, max_size=5, unique_by=lambda field: field.top))
        chosen = {field.top: (field, data.draw(_values(party, field))) for field in fields}
        before = party.read()
        patches = _compose(party, before, chosen)
        exchange = party.patch(joined(patches))
        if party.accepted(exchange):
            accepted.append(exchange)
            _judge(party, predicted(party.reader, before, patches), exchange, patches)
        elif not exchange.refused:
            raise Violation(expected="a valid patch to be accepted or refused", actual=exchange.said, exchange=exchange)
        else:
            _judge(party, before, exchange)

    with _unpacked():
        judge()
    if not accepted:
        raise NotJudged("no generated patch was accepted")


class _Sequence(RuleBasedStateMachine):
    """Random valid, invalid and repeated patches; after each, the record must be what the model says."""

    party: Party
    usable: list[Field]
    bad: list[Fault]

    def __init__(self) -> None:
        super().__init__()
        self.expected: Record = self.party.read()
        self.last: list[Patch] = []

    @step(data=st.data())
    @_at_once()
    def patch_one_field(self, data: st.DataObject) -> None:
        """A valid patch."""
        field = data.draw(st.sampled_from(self.usable))
        self._send([self.party.composer.patch(self.expected, field, data.draw(_values(self.party, field)))])

    @step()
    @_at_once()
    def repeat(self) -> None:
        """The last accepted patch again."""
        if self.last:
            self._send(self.last)

    @step(data=st.data())
    @_at_once()
    def patch_with_a_fault(self, data: st.DataObject) -> None:
        """An invalid patch: nothing may change."""
        if self.bad:
            fault = data.draw(st.sampled_from(self.bad))
            exchange = self.party.patch(self.party.composer.patch(self.expected, fault.field, fault.value).body)
            if not exchange.refused:
                raise Violation(
                    expected=f"{fault.field.path} that is {fault.why} to be refused", actual=exchange.said, exchange=exchange
                )
            _judge(self.party, self.expected, exchange)

    def _send(self, patches: list[Patch]) -> None:
        exchange = self.party.patch(joined(patches))
        if self.party.accepted(exchange):
            self.expected = predicted(self.party.reader, self.expected, patches)
            self.last = patches
        _judge(self.party, self.expected, exchange, patches)
        self.expected = self.party.read()


def judge_sequences(party: Party) -> None:
    """Judge random sequences of patches against the model; raises Violation or NotJudged."""
    bad = [fault for field in faulty(party.api) for fault in faults(party.api, field)]
    if party.search is not None:
        search(party, party.search, bad)
        return
    usable = [field for field, _write in _plain(party)]
    bad = [fault for fault in bad if "[]" not in fault.field.path and is_sent(party, fault.field)]
    machine = type("Sequence", (_Sequence,), {"party": party, "usable": usable, "bad": bad})
    with _unpacked():
        run_state_machine_as_test(machine, settings=_settings(GATE_EXAMPLES // 2, GATE_STEPS))


def _safe_document(api: Api) -> dict[str, Any]:
    """The document with a request schema of safe values only: what generated bodies must keep to on a real target."""
    document = copy.deepcopy(dict(api.document))
    content = {media_type: {"schema": _safe_schema(api.fields)} for media_type in api.media_types}
    document["openapi"] = "3.1.0"
    document["paths"][api.path]["patch"]["requestBody"] = {"required": True, "content": content}
    return document


def _safe_schema(fields: tuple[Field, ...]) -> dict[str, Any]:
    usable = [each for each in fields if _generable(each)]
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {each.name: _safe_property(each) for each in usable},
        "required": [each.name for each in usable if each.required],
    }


def _generable(field: Field) -> bool:
    """A field whose values a schema alone can give: no reference, no hazard, no array of items with keys."""
    if field.kind == "object" and field.children and not any(map(_generable, field.children)):
        return False
    return (
        field.reference is None
        and field.hazard is None
        and not field.read_only
        and field.write == "documented"
        and field.kind != "array"
        and field.safe.get("type") != "null"  # what is cleared could not be put back
        and not field.unique
    )


def _safe_property(field: Field) -> dict[str, Any]:
    if field.kind == "object" and field.children:
        inner = _safe_schema(field.children)
        return {**inner, "required": list(inner["properties"])}
    schema = {
        key: value
        for key, value in {**field.schema, **field.safe}.items()
        if not key.startswith("x-") and key not in ("example", "examples")
    }
    if "string" in field.types and not schema.keys() & {"format", "pattern", "enum"}:
        schema["pattern"] = "^[!-~\u00a1-\u024f]([ -~\u00a1-\u024f]*[!-~\u00a1-\u024f])?$"
    return schema


def _to_schemathesis(exchange: Exchange) -> Response:
    request = PreparedRequest()
    request.prepare(method=exchange.method, url=exchange.url, headers=dict(exchange.headers), data=exchange.body)
    answer = exchange.answer
    if answer is None:
        raise Violation(expected="an answer to a valid patch", actual=exchange.said, exchange=exchange)
    headers = {name.lower(): [value] for name, value in answer.headers.items()}
    return Response(answer.status, headers, answer.body, request, exchange.seconds, True)


def judge_standard_checks(party: Party) -> None:
    """Judge the answers to generated bodies by stock checks of Schemathesis; raises Violation or NotJudged."""
    api = party.api
    if not any(map(_generable, api.fields)):
        raise NotJudged("no field has values that its schema alone could give")
    schema = schemathesis.openapi.from_dict(_safe_document(api), config=SchemathesisConfig())
    operation = schema[api.path]["PATCH"]
    checks = [CHECKS.get_one(name) for name in STANDARD_CHECKS]

    @_settings(GATE_EXAMPLES)
    @given(operation.as_strategy())
    @_at_once()
    def judge(case: schemathesis.Case[Any]) -> None:
        exchange = party.send("PATCH", encoded(case.body))
        documented = exchange.status is not None and api.documents(exchange.status)
        if exchange.answer is None or documented or exchange.answer.status >= 500:
            _check(case, exchange, checks)

    with _unpacked():
        judge()


def _check(case: schemathesis.Case[Any], exchange: Exchange, checks: list[Any]) -> None:
    try:
        case.validate_response(_to_schemathesis(exchange), checks=checks)
    except (AssertionError, BaseExceptionGroup) as failure:
        told = failure.exceptions[0] if isinstance(failure, BaseExceptionGroup) else failure
        raise Violation(
            expected="the standard checks to pass",
            actual=f"{' '.join(str(told).split())[:300]}: {exchange.said}",
            exchange=exchange,
            level=Level.SHOULD,
        ) from None
