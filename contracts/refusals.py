"""Values sent one a request that must be refused, or that may be: what came of each, put together for one item."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from contracts.client import Exchange
from contracts.customer import Customer
from contracts.evidence import control, differences_of, put_back, single
from contracts.faults import Fault, faults, faulty
from contracts.patches import Patch, settable
from contracts.records import ABSENT, Located, Reader, Record, look_up, related
from contracts.verdict import Difference, NotJudged, Violation
from specs import Field

ENOUGH = 3
"""Failures of one item after which no further value is sent: more of them say nothing new."""
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Bad:
    """A value that the document rules out, and what a report calls it."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong with one request of an item; ``broken``: the answer was a 5xx, or none."""

    actual: str
    exchange: Exchange
    difference: tuple[Difference, ...] = ()
    broken: bool = False


def broken(exchange: Exchange) -> bool:
    """No usable answer, or one that puts the blame on the server."""
    return exchange.answer is None or exchange.answer.status >= 500


def brief(value: Any) -> str:
    """A value in few characters, ASCII only, so that look-alikes can be told apart."""
    text = str(value) if value is ABSENT else ascii(value)
    return text if len(text) <= SHOWN else f"{text[: SHOWN // 2]}... ({len(value) if isinstance(value, str | list) else len(text)} characters)"


# --- controls -------------------------------------------------------------------------------------------------------


def writable(customer: Customer, field: Field) -> None:
    """Make sure that a valid value of the field is accepted, so that a refusal is about the value.

    Where no other value is known, the current one is sent again. Raises NotJudged otherwise.
    """
    if field.children:
        _holder_writable(customer, field)
    elif field.response is not None and not isinstance(_single(customer, field), NotJudged):
        control(customer, field)
    else:
        _accepts(customer, field)


def _holder_writable(customer: Customer, holder: Field) -> None:
    """A plain write of one member takes the whole object or array along."""
    for leaf in settable(customer.api):
        if leaf.path.startswith((f"{holder.path}.", f"{holder.path}[].")):
            try:
                control(customer, leaf)
            except NotJudged:
                continue
            return
    raise NotJudged(f"no plain write of a member of {holder.path} works here")


def _single(customer: Customer, field: Field) -> object:
    try:
        return single(customer, field)
    except NotJudged as reason:
        return reason


def _accepts(customer: Customer, field: Field) -> None:
    key = ("accepts", field.path)
    if key not in customer.memory:
        customer.memory[key] = _refusal_of_valid(customer, field)
    reason: str = customer.memory[key]
    if reason:
        raise NotJudged(reason)


def _refusal_of_valid(customer: Customer, field: Field) -> str:
    """Why no valid value of the field is known to be accepted, or ""."""
    done = _single(customer, field)
    if not isinstance(done, NotJudged):
        exchange: Exchange = done.exchange  # type: ignore[attr-defined]  # single gives a Write or raises
    else:
        record = customer.read(without=field.top)
        current = customer.composer.patch(record, field, None).shown_in(record)
        if current in (ABSENT, []) and not field.nullable:
            return str(done)
        exchange = customer.patch(customer.composer.patch(record, field, None if current is ABSENT else current).body)
    return "" if customer.accepted(exchange) else f"a valid value for {field.path} is not accepted here: {exchange.said}"


# --- values that must be refused ------------------------------------------------------------------------------------


def expect_refused(customer: Customer, field: Field, bads: Iterable[Bad], *, keyword: str, expected: str) -> None:
    """Send each bad value alone: it must be refused (any 4xx), and nothing of it may be stored.

    ``keyword``: what of the document rules the values out, as in ``faults``. Raises Violation for all that went
    wrong together, NotJudged where the plain write does not work or an answer contradicts itself.
    """
    writable(customer, field)
    before = customer.read(without=field.top)
    failures: list[Failure] = []
    refused: list[Bad] = []
    disguised: Exchange | None = None
    for bad in bads:
        if any(Reader.equal(bad.value, each) for each in field.either):
            continue
        exchange = customer.patch(customer.composer.patch(before, field, bad.value).body)
        if exchange.refused:
            refused.append(bad)
        elif customer.disguised(exchange):
            disguised = exchange
        else:
            failures.append(_failure(customer, bad, customer.composer.patch(before, field, bad.value), exchange, before))
        if len(failures) == ENOUGH:
            break
    if not failures and refused:
        failures = _left_behind(customer, field, before, refused)
    conclude(customer, field, failures, keyword=keyword, expected=expected)
    if disguised is not None:
        raise NotJudged(f"a bad value is answered with a success status and no record: {disguised.said}")
    if not refused:
        raise NotJudged(f"no value is ruled out for {field.path} here")


def _failure(customer: Customer, bad: Bad, sent: Patch, exchange: Exchange, before: Record) -> Failure:
    """What became of a value that was not refused; the old value is put back."""
    old, now = sent.shown_in(before), _shown_now(customer, sent)
    changed = not customer.reader.equal(old, now)
    if changed:
        put_back(customer, sent.field, before, sent.body)
    difference = (Difference(path=sent.field.path, before=_plain(old), after=_plain(now)),) if changed else ()
    if not exchange.ok:
        return Failure(f"for {bad.name} {exchange.said}", exchange, difference, broken=broken(exchange))
    return Failure(f"{bad.name} was accepted, and {sent.field.path} {'reads ' + brief(now) if changed else 'did not change'}", exchange, difference)


def _shown_now(customer: Customer, sent: Patch) -> Any:
    try:
        return sent.shown_in(customer.read(without=sent.field.top))
    except NotJudged:
        return "(the record cannot be read any more)"


def _plain(value: Any) -> Any:
    return str(value) if value is ABSENT else value


def _left_behind(customer: Customer, field: Field, before: Record, refused: Iterable[Bad]) -> list[Failure]:
    """What refused values left in their field; looked for one by one only where the record differs at the end."""
    if not _changed(customer, field, before):
        return []
    general = elsewhere(customer, field, "") or None
    if general is not None and general.stores:
        raise NotJudged("refused values are stored in other fields too: judged by the atomicity rules")
    for bad in refused:
        sent = customer.composer.patch(before, field, bad.value)
        put_back(customer, field, before, sent.body)
        exchange = customer.patch(sent.body)
        changed = _changed(customer, field, before)
        if exchange.refused and changed:
            put_back(customer, field, before, sent.body)
            return [Failure(f"{bad.name} was refused with {exchange.status}, and yet {field.path} changed", exchange, differences_of(changed))]
    raise NotJudged(f"{field.path} changed once while bad values were refused, and not again")


def _changed(customer: Customer, field: Field, before: Record) -> list[Located]:
    after = customer.read(without=field.top)
    return [each for each in customer.reader.differences(before, after) if related(each.property, field.response)]


# --- values that may be accepted or refused -------------------------------------------------------------------------


def survived(customer: Customer, name: str, exchange: Exchange, before: Record, field: Field | None = None) -> list[Failure]:
    """What is wrong with the answer to a request that may be accepted or refused: a 5xx, none, or a refusal that changed something.

    ``field``: the one that an accepted request may have changed; it is put back.
    """
    try:
        after = customer.read(without=field.top if field else None)
    except NotJudged as reason:
        return [Failure(f"after {name} {reason}", exchange, broken=True)]
    changed = customer.reader.differences(before, after)
    if changed and field is not None:
        put_back(customer, field, before, {field.top: None})
    if not exchange.ok and not exchange.refused:
        return [Failure(f"for {name} {exchange.said}", exchange, differences_of(changed), broken=broken(exchange))]
    if exchange.refused and changed:
        return [Failure(f"{name} was refused, and yet {changed[0].difference.path} changed", exchange, differences_of(changed))]
    return []


# --- one report for all ---------------------------------------------------------------------------------------------


def conclude(customer: Customer, field: Field | None, failures: list[Failure], *, expected: str, keyword: str = "") -> None:
    """Raise the failures of an item as one violation, unless other faults in other fields fare the same way.

    A target that answers every invalid value with 5xx is reported once, by the rule on the status of refusals.
    """
    if not failures:
        return
    if all(each.broken for each in failures):
        general = elsewhere(customer, field, keyword)
        if general is not None and general.broken:
            raise NotJudged("other invalid values are answered so too: judged by invalid-field-status")
    first = failures[0]
    raise Violation(
        expected=expected,
        actual="; ".join(each.actual for each in failures),
        exchange=first.exchange,
        difference=first.difference,
    )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How another fault in another field fares: answered with 5xx or not at all, stored although it was refused."""

    broken: bool
    stores: bool


def elsewhere(customer: Customer, field: Field | None, keyword: str) -> Elsewhere | None:
    """The fate of a fault outside the field's property and of another keyword; None where there is none to try."""
    top = field.top if field is not None else ""
    key = ("elsewhere", top, keyword)
    if key not in customer.memory:
        others = (fault for each in faulty(customer.api) if each.top != top for fault in faults(customer.api, each) if fault.keyword != keyword)
        customer.memory[key] = next(_tried(customer, islice(others, 4)), None)
    found: Elsewhere | None = customer.memory[key]
    return found


def _tried(customer: Customer, others: Iterable[Fault]) -> Iterator[Elsewhere]:
    for fault in others:
        try:
            before = customer.read(without=fault.field.top)
            body = customer.composer.patch(before, fault.field, fault.value).body
            exchange = customer.patch(body)
            changed = _changed(customer, fault.field, before)
        except NotJudged:
            continue
        if changed:
            put_back(customer, fault.field, before, body)
        if not exchange.ok:
            yield Elsewhere(broken(exchange), bool(changed))


def current(customer: Customer, field: Field) -> Any:
    """What the record shows for a field outside arrays now."""
    return look_up(customer.read(without=field.top), field.response)
