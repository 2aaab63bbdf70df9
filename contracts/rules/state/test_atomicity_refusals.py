"""Atomicity: a patch that is refused for a reason outside its fields, or fails at the server, changes nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from contracts.judging.atomicity import judge_refusal, note_times, working
from contracts.judging.evidence import differences_of, fresh_patches, joined, one_difference, single
from contracts.judging.faults import faulty, plain_fault
from contracts.record.calls import encoded
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import ABSENT, look_up
from contracts.target.secrecy import Secret
from contracts.terms.exchange import Exchange
from contracts.terms.rule import Case, field_cases, labelled_cases, rule
from contracts.terms.verdict import NotJudged, Violation
from specs import Api, Field

Refusal = Callable[[Party, Mapping[str, Any]], Exchange]


def _refusals(api: Api) -> Mapping[str, Refusal]:
    """Ways to have a valid patch refused for a reason outside the record."""
    ways: dict[str, Refusal] = {
        "malformed JSON": lambda party, body: party.send("PATCH", encoded(body)[:-1]),
        "media type text/plain": lambda party, body: party.patch(body, headers={"Content-Type": "text/plain"}),
        "Accept application/xml": lambda party, body: party.patch(body, headers={"Accept": "application/xml"}),
        "method POST": lambda party, body: party.send("POST", encoded(body)),
    }
    if api.security:
        ways["no credential"] = lambda party, body: party.patch(body, auth={})
        ways["wrong credential"] = lambda party, body: party.patch(body, auth=_wrong(party))
        ways["another record's credential"] = lambda party, body: party.patch(body, auth=_anothers(party))
    return ways


def _wrong(party: Party) -> dict[str, Secret]:
    """Credentials of the same form that nobody was given."""
    return {name: Secret(secret.reveal()[:-3] + "zZ9"[: len(secret.reveal())]) for name, secret in party.identity.auth.items()}


def _anothers(party: Party) -> Mapping[str, Secret]:
    """The credentials of the bystander, where they are others and the path says which record is meant."""
    own = {name: secret.reveal() for name, secret in party.identity.auth.items()}
    other = party.bystander.identity.auth if party.bystander is not None else {}
    if party.api.identity != "path" or all(own.get(name) == secret.reveal() for name, secret in other.items()):
        raise NotJudged("the target names no bystander with a credential of its own")
    return other


@rule("refusal-changes-nothing", family="atomicity", cases=labelled_cases(_refusals), standard="RFC 5789 2", wfc="F114")
def test_refusal_changes_nothing(party: Party, case: Refusal) -> None:
    """A valid patch that is refused for its credential, method, media type or syntax changes nothing."""
    valid = working(party, "")
    if not valid:
        raise NotJudged("no field can be written")
    before = party.read()
    exchange = case(party, joined(fresh_patches(party, before, valid)))
    if exchange.ok:
        raise NotJudged("the request is accepted: judged by auth or negotiation")
    judge_refusal(party, exchange, before, f"the answer was {exchange.status}")


@rule("server-error-changes-nothing", family="atomicity", cases=field_cases(settable), standard="RFC 5789 2", wfc="F114")
def test_server_error_changes_nothing(party: Party, case: Field) -> None:
    """A patch that is answered with a server error has not been applied."""
    done = single(party, case)
    if done.exchange.answer is None:
        raise NotJudged(f"there was no usable answer: {done.exchange.failure}")
    if done.exchange.answer.status < 500:
        return
    changed = party.reader.differences(done.before, done.after)
    if changed:
        raise Violation(
            expected="nothing to change, since the answer is a server error",
            actual=changed[0].told,
            exchange=done.exchange,
            difference=differences_of(changed),
        )


def _timestamps(api: Api) -> Iterable[Case]:
    return [Case(each.path, each.path) for each in api.walk_record() if each.volatile and not each.children]


@rule("refusal-leaves-timestamps", family="atomicity", cases=_timestamps)
def test_refusal_leaves_timestamps(party: Party, case: str) -> None:
    """A refused patch does not move the time of the last change."""
    if not party.reads_by_get:
        raise NotJudged("without a GET the reading itself may move it")
    _refuse_plainly(party)
    before, after = party.read(), party.state.read_exchange()
    shown = look_up(before, case)
    if shown is ABSENT or shown == []:
        raise NotJudged(f"the record does not show {case}")
    moved = party.memory.get("times moved by refusals", {}).get(case)
    if moved is not None and look_up(party.record_in(after) or {}, case) != shown:
        raise NotJudged(f"{case} moves by itself: two readings differ with nothing written between them")
    if moved is not None and _moves_again(party, case, moved[0]):
        exchange, old, new = moved
        raise Violation(
            expected=f"{case} to stay as it was after a refused patch",
            actual="it moved",
            exchange=exchange,
            difference=one_difference(case, old, new),
        )


def _moves_again(party: Party, case: str, refused: Exchange) -> bool:
    """The same body, refused again with nothing sent in between, moves the time again: a write may have been the cause before."""
    before = party.read()
    exchange = party.send("PATCH", refused.body)
    party.state.forget()
    return exchange.refused and not party.reader.equal(look_up(before, case), look_up(party.read(), case))


def _refuse_plainly(party: Party) -> None:
    """One plain bad value, beside what other rules have had refused; made once."""
    bad = next((each for each in faulty(party.api) if each.top == each.path), None)
    fault = plain_fault(party.api, bad) if bad else None
    if bad is None or fault is None:
        raise NotJudged("the document rules no value out")
    if "plain refusal" not in party.memory:
        before = party.read()
        exchange = party.patch(party.composer.patch(before, bad, fault.value).body)
        party.state.forget()  # a refusal is not believed here
        note_times(party, exchange, before, party.read())
        party.memory["plain refusal"] = exchange
    if not party.memory["plain refusal"].refused:
        raise NotJudged(f"the bad value is not refused: judged by types, enum or length for {bad.path}")
