"""Valid values after which no patch would make the record what it was: hazards, and null for what JSON cannot send."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contracts.judging.evidence import (
    Write,
    check_accepted,
    companion,
    one_difference,
    outside,
    stored,
    write,
)
from contracts.judging.telling.misread import misread
from contracts.record.party import Party
from contracts.record.patches import Patch, leaves, settable
from contracts.record.records import Located, look_up
from contracts.record.values import Values
from contracts.rules.disposable.spending import check_disposable, judge_rest, spent
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import Level, Observed, Violation
from specs import Api, Field


def _hazardous(api: Api) -> list[Field]:
    """Fields of which only some values are hazardous; one that is never written at all may be the key of the record."""
    shown = (each for each in leaves(api) if each.response is not None and not each.read_only and each.write != "open")
    return [each for each in shown if each.hazard is not None and each.hazard.values]


@rule("hazardous-value-stored", family="partial_update", cases=field_cases(_hazardous), spoils=True)
def test_hazardous_value_is_stored(party: Party, case: Field) -> None:
    """A valid value that is a hazard is stored like any other, or refused, and changes nothing else."""
    assert case.hazard is not None
    values = [each for each in case.hazard.values or () if Values.valid(_without_hazard(case), each)]
    check_disposable(party, f"{', '.join(map(str, values))} is never sent for {case.path}: {case.hazard.reason}")
    refused = None
    for value in values:
        before = party.read(without=case.top)
        patch = party.composer.patch(before, case, value)
        exchange = spent(party, patch.body, before, f"{spelled(value)} for {case.path}")
        if not party.accepted(exchange):
            refused = exchange
            continue
        done = Write(patch, before, exchange, party.read(without=case.top))
        _judge_stored(party, done)
        judge_rest(exchange, _rest(party, done), f"a patch of {case.path} alone to change nothing else")
        if isinstance(value, bool):
            _judge_word(party, case, value)
    if refused is not None:
        raise Observed("write", "refuse", f"a hazardous value for {case.path}: refuse", exchange=refused)


def _judge_word(party: Party, case: Field, value: bool) -> None:
    """The word for the hazardous value of a flag that holds it does not turn the flag over, as where any text is true."""
    word = str(value).lower()
    before = party.read(without=case.top)
    patch = party.composer.patch(before, case, word)
    exchange = party.patch(patch.body)
    now = patch.shown_in(party.read(without=case.top)) if party.accepted(exchange) else value
    if isinstance(now, bool) and now is not value:
        raise Violation(
            expected=f"the text {spelled(word)} for {case.path} to be refused, or stored as {word}",
            actual=f"it was accepted, and {case.path} reads {spelled(now)}",
            exchange=exchange,
            difference=one_difference(case.path, value, now),
            level=Level.SHOULD,
        )


def _without_hazard(field: Field) -> Field:
    return Field(path=field.path, schema=field.schema)


def _rest(party: Party, done: Write) -> list[Located]:
    """What else has changed; what is again as the run had found it was put back by the run, ahead of a first write."""
    changed = outside(party, [done.field], party.reader.differences(done.before, done.after), done)
    found = party.at_first or {}
    return [each for each in changed if not party.reader.equal(look_up(found, each.where), look_up(done.after, each.where))]


def _judge_stored(party: Party, done: Write, company: str = "") -> None:
    if not stored(party, done):
        now = done.patch.shown_in(done.after)
        raise misread(done.field.path, done.patch.value, now, company, done.exchange)


# --- null for good ------------------------------------------------------------------------------------------------------


def _only_null(api: Api) -> list[Field]:
    """Fields that show what no JSON can send, such as the address of a picture, and take null."""
    nullable = [each for each in settable(api) if each.nullable and each.safe.get("type") == "null"]
    return [each for each in nullable if "[]" not in each.path]


@rule("lasting-null-stored", family="partial_update", cases=field_cases(_only_null), spoils=True)
def test_lasting_null_is_stored(party: Party, case: Field) -> None:
    """Null for a field whose value no patch could put back is stored, once and again, and changes nothing else."""
    check_disposable(party, f"{case.path} holds what no patch could put back")
    for again in (False, True):
        _send_null(party, case, {}, " once more" if again else "")
    company = companion(party, party.read(), case)
    if company is not None:
        done = _send_null(party, case, company.body, f" beside {company.field.path}")
        _judge_stored(party, replace(done, patch=company), f" after a patch of it and of null for {case.path}")


def _send_null(party: Party, case: Field, beside: Mapping[str, Any], told: str) -> Write:
    before = party.read(without=case.top)
    patch = party.composer.patch(before, case, None, for_good=True)
    done = write(party, Patch(case, None, {**patch.body, **beside}, patch.selectors, patch.filled), before)
    if not party.accepted(done.exchange) and not case.states("nullable"):
        raise Observed("null", "refuse", f"null for {case.path}: refuse", exchange=done.exchange)
    check_accepted(party, done)
    _judge_stored(party, done, f" after null{told}")
    if not beside:
        judge_rest(done.exchange, _rest(party, done), f"null for {case.path}{told} to change nothing else")
    return done
