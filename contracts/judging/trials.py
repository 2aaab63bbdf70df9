"""Values sent one in a request, which must be refused or may be: what became of each, and one verdict on all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Any

from contracts.judging.evidence import control, differences_of, fresh_patch, put_back, single_or_none
from contracts.judging.faults import Fault, faults, faulty, plain_fault
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, Located, Reader, Record, look_up, related, shown
from contracts.terms.exchange import PROCESSING, Exchange
from contracts.terms.spelling import brief
from contracts.terms.verdict import Difference, Level, NotJudged, Violation
from specs import Field

ENOUGH = 3
"""Failures of one item after which no further value is sent: more of them say nothing new."""
UNREADABLE = "(the record cannot be read any more)"


@dataclass(frozen=True, slots=True)
class Bad:
    """A value that the document rules out, and what a report calls it."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong with one request of an item.

    ``broken``: the answer was a 5xx, or none. ``leaked``: it was refused, and yet the record changed.
    """

    actual: str
    exchange: Exchange
    difference: tuple[Difference, ...] = ()
    broken: bool = False
    leaked: bool = False


def broken(exchange: Exchange) -> bool:
    """Whether there was no usable answer, or one that puts the blame on the server (5xx)."""
    return exchange.answer is None or exchange.answer.status >= 500


# --- controls -------------------------------------------------------------------------------------------------------


def writable(party: Party, field: Field) -> None:
    """Make sure that a valid value of the field is accepted, so that a refusal is about the value.

    Where no other value is known, the current one is sent again. Raises NotJudged otherwise. A read-only check does without.
    """
    if party.caution is not None:
        return
    if field.children:
        _holder_writable(party, field)
    elif field.response is not None and single_or_none(party, field) is not None:
        control(party, field)
    else:
        _accepts(party, field)


def _holder_writable(party: Party, holder: Field) -> None:
    """A plain write of one member takes the whole object or array along."""
    for leaf in settable(party.api):
        if leaf.path.startswith((f"{holder.path}.", f"{holder.path}[].")):
            try:
                control(party, leaf)
            except NotJudged:
                continue
            return
    raise NotJudged(f"no plain write of a member of {holder.path} works here")


def _accepts(party: Party, field: Field) -> None:
    key = ("accepts", field.path)
    if key not in party.memory:
        done = single_or_none(party, field)
        party.memory[key] = done.exchange if done is not None else _sent_again(party, field)
    exchange: Exchange | None = party.memory[key]
    if exchange is None:
        raise NotJudged(f"no valid value is known for {field.path}: list some under [values]")
    if not party.accepted(exchange):
        raise NotJudged(f"a valid value for {field.path} is not accepted here: {exchange.said}")


def _sent_again(party: Party, field: Field) -> Exchange | None:
    """The current value once more; None where the record shows none that could be sent."""
    if party.guard is not None:
        party.guard.check_field(field)
    record = party.read(without=field.top)
    value = party.composer.patch(record, field, None).shown_in(record)
    if value in (ABSENT, []):
        if not field.nullable:
            return None
        value = None
    return party.patch(party.composer.patch(record, field, value).body)


# --- values that must be refused ------------------------------------------------------------------------------------


def _at_both_ends(party: Party, field: Field, before: Record, bads: list[Bad]) -> list[Bad]:
    """The values; one that is alone twice where its field is in a list of several items, for the first and for the last one."""
    if len(bads) != 1 or "[]" not in field.path:
        return bads
    ends = (party.composer.patch(before, field, bads[0].value, elsewhere=each).body for each in (True, False))
    return bads if next(ends) == next(ends) else bads * 2


def expect_refused(party: Party, field: Field, bads: Iterable[Bad], *, keyword: str, expected: str) -> None:
    """Send each bad value alone: it must be refused (any 4xx), and nothing of it may be stored.

    ``keyword``: what of the document rules the values out, as in ``faults``. Raises Violation for all that went
    wrong together, NotJudged where the plain write does not work or an answer contradicts itself.
    """
    writable(party, field)
    before = party.read(without=field.top)
    failures: list[Failure] = []
    refused: list[tuple[Bad, Patch]] = []
    disguised: Exchange | None = None
    listed = [each for each in bads if not _left_out(field, each.value)]
    for number, bad in enumerate(_at_both_ends(party, field, before, listed)):
        # The first and the last item of an array in turn: some code looks at one of them alone.
        sent = party.composer.patch(before, field, bad.value, elsewhere=number % 2 == 0)
        exchange = party.patch(sent.body)
        if party.accepted(exchange) and _read_as_map(party, sent):
            top = party.composer.way(field)[0]
            party.patch({top.name: party.composer.exact(top, look_up(before, top.response))})
            continue
        if (
            exchange.refused
            or (broken(exchange) and _of_wrong_type(field, bad, keyword))
            or undone(party, sent, exchange, before)
        ):
            refused.append((bad, sent))
        elif party.disguised(exchange):
            disguised = exchange
        else:
            failures.append(_failure(party, bad, sent, exchange, before))
        if len(failures) == ENOUGH:
            break
    if refused and not failures:
        failures = _left_behind(party, field, before, refused)
    conclude(party, field, failures, keyword=keyword, expected=expected)
    if disguised is not None:
        raise NotJudged(f"a bad value is answered with a success status and no record: {disguised.said}")
    if not refused:
        raise NotJudged(f"no value is ruled out for {field.path} here")


def undone(party: Party, sent: Patch, exchange: Exchange, before: Record) -> bool:
    """Whether a patch was only taken up (202), and nothing came of it: it may be ruled out later (RFC 9110, 15.3.3)."""
    return exchange.status == PROCESSING and party.reader.equal(sent.shown_in(before), shown_now(party, sent))


def _read_as_map(party: Party, sent: Patch) -> bool:
    """A plain value for a map of such values became its only member: it was read as the documented type, as ``"1"`` is as 1."""
    if sent.field.kind != "object" or sent.field.children or isinstance(sent.value, list | dict):
        return False
    now = shown_now(party, sent)
    return isinstance(now, dict) and list(now.values()) == [sent.value]


def _left_out(field: Field, value: Any) -> bool:
    """Values that a server may accept all the same, and those that must never be sent."""
    hazards = (field.hazard.values or ()) if field.hazard is not None else ()
    return any(Reader.equal(value, each) for each in (*field.either, *hazards))


def _of_wrong_type(field: Field, bad: Bad, keyword: str) -> bool:
    """A list or object for a scalar in another rule's item: that it is survived is for wrong-type-refused to judge."""
    return keyword != "type" and field.kind == "scalar" and isinstance(bad.value, list | dict)


def _failure(party: Party, bad: Bad, sent: Patch, exchange: Exchange, before: Record) -> Failure:
    """What became of a value that was not refused; the old value is put back."""
    old, now = sent.shown_in(before), shown_now(party, sent)
    changed = not party.reader.equal(old, now)
    if changed:
        put_back(party, before, sent.body)
    difference = (Difference(path=sent.field.path, before=shown(old), after=shown(now)),) if changed else ()
    if not exchange.ok:
        return Failure(f"for {bad.name} {exchange.said}", exchange, difference, broken=broken(exchange))
    left = f"reads {brief(now)}" if changed else "did not change"
    return Failure(f"{bad.name} was accepted, and {sent.field.path} {left}", exchange, difference)


def shown_now(party: Party, sent: Patch) -> Any:
    """What the record shows for the field of a patch now; a word that fits no field, where it cannot be read."""
    try:
        return sent.shown_in(party.read(without=sent.field.top))
    except NotJudged:
        return UNREADABLE


def _left_behind(party: Party, field: Field, before: Record, refused: Iterable[tuple[Bad, Patch]]) -> list[Failure]:
    """What refused values left in their field; looked for one by one only where the record differs at the end."""
    if not _changed(party, field, before):
        return []
    for bad, sent in refused:
        put_back(party, before, sent.body)
        exchange = party.patch(sent.body)
        changed = _changed(party, field, before)
        if exchange.refused and changed:
            put_back(party, before, sent.body)
            told = f"{bad.name} was refused with {exchange.status}, and yet {field.path} changed"
            return [Failure(told, exchange, differences_of(changed), leaked=True)]
    raise NotJudged(f"{field.path} changed once while bad values were refused, and not again")


def _changed(party: Party, field: Field, before: Record) -> list[Located]:
    after = party.read(without=field.top)
    return [each for each in party.reader.differences(before, after) if related(each.where, field.response)]


# --- requests that may be accepted or refused -----------------------------------------------------------------------


def survived(party: Party, name: str, exchange: Exchange, before: Record, field: Field | None = None) -> list[Failure]:
    """What is wrong with the answer to a request that may be accepted or refused: a 5xx, none, a refusal that changed something.

    ``field``: the one that an accepted request may have changed.
    """
    try:
        after = party.read(without=field.top if field else None)
    except NotJudged as reason:
        return [Failure(f"after {name} {reason}", exchange, broken=True)]
    changed = party.reader.differences(before, after)
    if not exchange.ok and not exchange.refused:
        return [Failure(f"for {name} {exchange.said}", exchange, differences_of(changed), broken=broken(exchange))]
    if exchange.refused and changed:
        told = f"{name} was refused, and yet {changed[0].difference.path} changed"
        if field is not None:
            put_back(party, before, {field.top: None})
        return [Failure(told, exchange, differences_of(changed), leaked=True)]
    return []


def tidy(party: Party, field: Field, before: Record) -> None:
    """Put the old value back, unless the record now shows one that is as good.

    A field that no record shows is given another value: a reference to nothing must not stay.
    """
    if field.response is None:
        with suppress(NotJudged):
            party.patch(party.composer.fresh(before, field).body)
        return
    sent = party.composer.patch(before, field, None)
    old, now = sent.shown_in(before), shown_now(party, sent)
    if not party.reader.equal(old, now) and (field.reference is not None or not party.values.safe(field, now)):
        put_back(party, before, {field.top: None})


# --- one report for all ---------------------------------------------------------------------------------------------


def conclude(
    party: Party, field: Field | None, failures: list[Failure], *, expected: str, keyword: str = "", level: Level | None = None
) -> None:
    """Raise the failures of an item as one violation, unless other faults in other fields fare the same way.

    A target that answers every invalid value with 5xx, or stores what it refuses, is reported once: by the rules on
    the status of refusals and on atomicity.
    """
    if not failures:
        return
    if all(each.broken for each in failures) and elsewhere(party, field, keyword).broken:
        raise NotJudged("other invalid values are answered so too: judged by invalid-field-status")
    if all(each.leaked for each in failures) and valid_part_applied(party, field):
        raise NotJudged("refused patches change other fields too: judged by invalid-part-changes-nothing")
    raise Violation(
        expected=expected,
        actual="; ".join(each.actual for each in failures),
        exchange=failures[0].exchange,
        difference=failures[0].difference,
        level=level,
    )


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How a fault in another field fares; ``broken``: it is answered with 5xx or not at all."""

    broken: bool = False


def elsewhere(party: Party, field: Field | None, keyword: str) -> Elsewhere:
    """The fate of a fault outside the field's property and of another keyword; tried once."""
    top = field.top if field is not None else ""
    key = ("elsewhere", top, keyword)
    if key not in party.memory:
        candidates = [fault for each in faulty(party.api) if each.top != top for fault in faults(party.api, each)]
        others = (fault for fault in candidates if fault.keyword != keyword)
        party.memory[key] = next(_tried(party, islice(others, 4)), Elsewhere())
    found: Elsewhere = party.memory[key]
    return found


def _tried(party: Party, others: Iterable[Fault]) -> Iterator[Elsewhere]:
    """The fates of faults that are not accepted."""
    for fault in others:
        try:
            before = party.read(without=fault.field.top)
            body = party.composer.patch(before, fault.field, fault.value).body
            exchange = party.patch(body)
        except NotJudged:  # one that is not written here tells nothing of the others
            continue
        if exchange.ok:
            put_back(party, before, body)
        else:
            yield Elsewhere(broken(exchange))


def valid_part_applied(party: Party, field: Field | None) -> bool:
    """Whether a refused patch changes anything but its bad field: nothing is particular to a bad value alone then."""
    top = field.top if field is not None else None
    nearest = sorted(faulty(party.api), key=lambda each: (bool(each.children), each.top != top, each is field))
    tried = [plain_fault(party.api, each) for each in [*nearest[:1], *([field] if field is not None else [])]]
    tried += [next((each for each in faults(party.api, other) if each.keyword == "type"), None) for other in nearest[:1]]
    return any(_other_part_changes(party, fault) for fault in tried if fault is not None)


def _other_part_changes(party: Party, fault: Fault) -> bool:
    """Whether a patch with this fault and a valid value of another property is refused and changes something else."""
    for other in settable(party.api):
        if other.top == fault.field.top or other.reference is not None:
            continue
        try:
            if control(party, other).patch.value is None:
                continue
            before = party.read()
            spoiled = party.composer.patch(before, fault.field, fault.value)
            exchange = party.patch({**fresh_patch(party, before, other).body, **spoiled.body})
            changed = party.reader.differences(before, party.read())
            return exchange.refused and any(not related(each.where, fault.field.response) for each in changed)
        except NotJudged:
            continue
    return False
