"""What several rules judge from: one write each, read before and after, made once for a record and kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from contracts.judging.acceptance import SecondOpinion, level_of_refusal
from contracts.record.keeping.hidden import check_seen
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, Located, Record, is_empty, look_up, member, shown
from contracts.terms.exchange import Exchange
from contracts.terms.verdict import Difference, NotJudged, Observed, Violation
from specs import Field


@dataclass(frozen=True, slots=True)
class Write:
    """A patch, the record before it, the exchange, and the record after it (the one before, if it was refused)."""

    patch: Patch
    before: Record
    exchange: Exchange
    after: Record

    @property
    def field(self) -> Field:
        """The field that the patch is about."""
        return self.patch.field


def write(party: Party, patch: Patch, before: Record | None = None, *, settled: bool = True) -> Write:
    """Send a patch between two readings of the record.

    What a refusal does to the next patch is a matter of its own (repeat-after-refusal): with ``settled``, a patch that is
    accepted and not stored right after a refusal is sent once more.
    """
    earlier = party.read(without=patch.field.top) if before is None else before
    after_refusal = settled and party.refused_last
    exchange = party.patch(patch.body)
    check_not_redirected(exchange)
    done = Write(patch, earlier, exchange, party.read(without=patch.field.top))
    if not party.accepted(exchange):
        return done
    check_seen(patch.field, patch.value, patch.shown_in(done.after))
    late = not stored(party, done) and party.reader.same(patch.field, patch.shown_in(earlier), patch.shown_in(done.after))
    if late and party.state.settles(exchange, lambda record: stored(party, replace(done, after=record))):
        done = replace(done, after=party.read(without=patch.field.top))
        party.movement.found["*"] = f"shown a moment after a write: settle = {party.state.settle:g} was learnt"
    if stored(party, done):
        _proven(party, patch.field).append(patch.value)
    elif after_refusal:
        return write(party, patch, earlier, settled=False)
    return done


def check_not_redirected(exchange: Exchange) -> None:
    """Raise NotJudged for a redirect: it is one fault, whatever was sent, and judged by no-redirect."""
    if exchange.status is not None and 300 <= exchange.status < 400:
        raise NotJudged("the patch is redirected: judged by no-redirect")


def single(party: Party, leaf: Field) -> Write:
    """The write of one field alone, to a safe value that the record did not show; made once. NotJudged where that failed."""
    key = ("single", leaf.path)
    if key not in party.memory:
        party.memory[key] = _single(party, leaf)
        if party.guard is not None:
            party.guard.look()
    kept: Write | NotJudged = party.memory[key]
    if isinstance(kept, NotJudged):
        raise NotJudged(str(kept))
    return kept


def _single(party: Party, leaf: Field) -> Write | NotJudged:
    try:
        party.check_writable(leaf)  # ahead of the reading: it may put back what other rules have left
        before = party.read(without=leaf.top)
        first = write(party, fresh_patch(party, before, leaf), before)
        done = first if _works(party, first) else _second(party, first) or first
    except NotJudged as reason:
        return reason
    ignored = party.accepted(done.exchange) and not stored(party, done) and leaf.response is not None
    if ignored and party.reader.equal(done.patch.shown_in(done.before), done.patch.shown_in(done.after)):
        party.reader.unset |= {leaf.response or ""}  # no request sets it here: it may follow others
    return done


def _works(party: Party, done: Write) -> bool:
    return party.accepted(done.exchange) and stored(party, done)


def _second(party: Party, first: Write) -> Write | None:
    """Another write of a field that did not take its first value, by which it works after all."""
    doubtful = first.exchange.refused or (party.accepted(first.exchange) and first.patch.value is not None)
    if party.caution is not None or not doubtful or first.field.reference is not None:
        return None
    with suppress(NotJudged):
        return SecondOpinion(party, first.patch, first.before).found(
            first.exchange.refused, lambda patch, record: write(party, patch, record), lambda done: _works(party, done)
        )
    return None


def fresh_patch(party: Party, record: Record, leaf: Field) -> Patch:
    """A patch of one field to another safe value; a derived boolean of array items is switched on where it is off."""
    party.check_writable(leaf)
    if leaf.types == {"boolean"} and leaf.response in party.reader.derived:
        patch = party.composer.patch(record, leaf, True, prefers=lambda item: member(item, leaf.name) is not True)
        if patch.shown_in(record) is True:
            raise NotJudged(f"{leaf.path} is already true everywhere, and switching it off may be refused")
        return patch
    return party.composer.fresh(record, leaf)


def harmless_patch(party: Party, record: Record, field: Field) -> Patch:
    """A patch to a fresh value; of a flag that is on everywhere, and is not to be switched off, to the value that it has."""
    try:
        return fresh_patch(party, record, field)
    except NotJudged:
        if field.response not in party.reader.derived or field.types != {"boolean"}:
            raise
        return party.composer.patch(record, field, True)


def known_patch(party: Party, record: Record, field: Field) -> Patch:
    """A patch to a fresh value; of an enum or a reference, to one that is known to work: others are judged by themselves."""
    if "enum" not in field.schema and field.reference is None:
        return fresh_patch(party, record, field)
    current = party.composer.patch(record, field, first := single(party, field).patch.value).shown_in(record)
    free = party.values.free(field, _proven(party, field))
    other = next((value for value in free if not party.reader.same(field, value, current)), first)
    return party.composer.patch(record, field, party.values.checked(field, other))


def _proven(party: Party, field: Field) -> list[Any]:
    """The values of a field that were accepted and stored so far."""
    found: list[Any] = party.memory.setdefault(("proven", field.path), [])
    return found


def fresh_patches(party: Party, record: Record, fields: Iterable[Field]) -> list[Patch]:
    """A patch of each field to a fresh value; fields that have none now (a flag that may only be on, and is) are left out."""
    patches = []
    for field in fields:
        with suppress(NotJudged):
            patches.append(known_patch(party, record, field))
    return patches


def joined(patches: Iterable[Patch]) -> dict[str, Any]:
    """Patches of different properties as one body."""
    body: dict[str, Any] = {}
    for patch in patches:
        body |= patch.body
    return body


def companion(party: Party, record: Record, field: Field) -> Patch | None:
    """A patch of another property whose plain write works, inside an object if there is one: to go beside that of a field."""
    others = (each for each in settable(party.api) if each.top != field.top and "[]" not in each.path)
    for each in sorted(others, key=lambda other: other.path == other.top):
        done = single_or_none(party, each) if each.reference is None else None
        if done is not None and party.accepted(done.exchange) and stored(party, done):
            with suppress(NotJudged):
                return known_patch(party, record, each)
    return None


def falsy_write(party: Party, field: Field, value: Any) -> Write:
    """The write of a falsy value to a field that holds something else; made once."""
    key = ("falsy", field.path)
    if key not in party.memory:
        before = party.read(without=field.top)
        current = party.composer.patch(before, field, value).shown_in(before)
        if current is ABSENT or party.reader.equal(current, value):
            party.patch(fresh_patch(party, before, field).body)
            before = party.read(without=field.top)
        party.memory[key] = write(party, party.composer.patch(before, field, value), before)
    done: Write = party.memory[key]
    return done


def stored(party: Party, done: Write) -> bool:
    """Whether the record afterwards shows the value that was sent."""
    return party.reader.same(done.field, done.patch.value, done.patch.shown_in(done.after))


def control(party: Party, leaf: Field) -> Write:
    """The plain write of a field, which must work before anything finer about the field can be judged.

    Raises NotJudged otherwise: that fault is reported by the rule on plain writes.
    """
    done = single(party, leaf)
    if not party.accepted(done.exchange):
        raise NotJudged(f"a plain valid value for {leaf.path} is not accepted here: {done.exchange.said}")
    if not stored(party, done):
        raise NotJudged(f"a plain valid value is not stored here: judged by sent-field-stored for {leaf.path}")
    return done


def check_accepted(party: Party, done: Write) -> None:
    """The plain write of one field has to be accepted.

    Raises Observed where a field that the document lets be refused is, and Violation otherwise.
    """
    field = done.field
    if not party.accepted(done.exchange):
        if field.write == "if_accepted" and done.exchange.refused:
            raise Observed("write", "refuse", f"write of {field.path}: refuse", exchange=done.exchange)
        raise Violation(
            expected=f"a valid value for {field.path} alone to be accepted with {party.api.success}",
            actual=done.exchange.said,
            exchange=done.exchange,
            level=level_of_refusal(party, done.patch, done.exchange),
        )


def works_at_first(party: Party, done: Write) -> bool:
    """Whether a value that did not work does on the record as it was found, and again does not on what it was tried on."""
    opinion = SecondOpinion(party, done.patch, done.before)
    found = opinion.on_the_first_record(lambda patch, record: write(party, patch, record), lambda each: _works(party, each))
    return found is not None


def collateral(party: Party, done: Write) -> list[Located]:
    """Differences that a write made outside the field it was about; worked out once."""
    key = ("collateral", id(done))
    if key not in party.memory:
        with party.movement.written(done.field):
            found = outside(party, [done.field], party.reader.differences(done.before, done.after), done)
        party.memory[key] = (done, found)  # the write stays referenced, so that its id stays its own
    kept: tuple[Write, list[Located]] = party.memory[key]
    return kept[1]


def unsteady(party: Party, top: str) -> frozenset[str]:
    """The record properties that change when a top-level property is sent again as it is; asked on suspicion only.

    That fault is reported by no-op-changes-nothing; a patch of a nested field carries its siblings along, so the rules
    on plain writes leave these properties out.
    """
    key = ("unsteady", top)
    if key not in party.memory:
        holder = next(each for each in party.api.fields if each.name == top)
        _refill(party, top)
        before = party.read(without=top)
        exchange = party.patch({top: party.composer.carried(holder, look_up(before, holder.response))})
        changed = party.reader.differences(before, party.read(without=top)) if party.accepted(exchange) else []
        party.memory[key] = frozenset(each.where for each in changed)
    kept: frozenset[str] = party.memory[key]
    return kept


def _refill(party: Party, top: str) -> None:
    """Give the empty texts of a property a value: what was emptied once would not show when it is emptied again."""
    for leaf in settable(party.api):
        if leaf.top == top and leaf.path != top and "string" in leaf.types:
            with suppress(NotJudged):
                record = party.read(without=top)
                patch = fresh_patch(party, record, leaf)
                if is_empty(patch.shown_in(record)):
                    party.patch(patch.body)


def disturbed(party: Party) -> frozenset[str]:
    """The record properties that some plain write changes unasked; worked out once.

    That fault is reported by omitted-fields-unchanged, and finer rules leave these properties out.
    """
    if "disturbed" not in party.memory:
        fields = [each for each in settable(party.api) if not party.thrifty or ("single", each.path) in party.memory]
        told = party.disturbances
        found = [_disturbed_by(party, fields)] if told is None else told.each(fields, lambda each: _disturbed_by(party, [each]))
        party.memory["disturbed"] = frozenset().union(*found)
    kept: frozenset[str] = party.memory["disturbed"]
    return kept


def _disturbed_by(party: Party, fields: Sequence[Field]) -> frozenset[str]:
    """The record properties that plain writes of some fields change unasked."""
    writes = [done for field in fields if (done := single_or_none(party, field)) is not None]
    found = {(done.field, each.where) for done in writes for each in collateral(party, done)}
    return frozenset(where for field, where in found if field.path == field.top or where not in unsteady(party, field.top))


def single_or_none(party: Party, leaf: Field) -> Write | None:
    """The single write of a field, or None where it cannot be arranged."""
    try:
        return single(party, leaf)
    except NotJudged:
        return None


def outside(party: Party, fields: Iterable[Field], differences: Iterable[Located], done: Write) -> list[Located]:
    """The differences that do not belong to any of the fields (at the very array item that was written)."""
    own = [(base(each), done.patch.selectors if each is done.field else ()) for each in fields]
    open_arrays = _open_arrays(done.field, party)
    unasked = (found for found in differences if found.where not in done.patch.filled and found.where not in open_arrays)
    return [found for found in unasked if not any(_belongs(found, path, selectors) for path, selectors in own)]


def _open_arrays(leaf: Field, party: Party) -> frozenset[str]:
    """The arrays around a field whose items may come and go with a write, since the document does not say what stays.

    What becomes of them is judged by array-policy and by the repeats.
    """
    around = (each for each in party.api.walk_fields() if each.kind == "array" and leaf.path.startswith(f"{each.path}[]."))
    return frozenset(each.response for each in around if each.response and not (each.merge and each.merge.documented))


def base(leaf: Field) -> str | None:
    """The record property that a write of the field may change: for a reference, the whole row that it shows."""
    if leaf.response is None:
        return None
    elsewhere = leaf.reference is not None and leaf.response != leaf.path
    row = leaf.response.removesuffix(f".{leaf.reference.key}") if elsewhere and leaf.reference else leaf.response
    return row.replace("[]", "")


def _belongs(found: Located, path: str | None, selectors: tuple[Any, ...]) -> bool:
    if path is None or not f"{found.where.replace('[]', '')}.".startswith(f"{path}."):
        return False
    keys = [str(getattr(selector, "value", selector)) for selector in selectors]
    return all(f"[{key}]" in found.difference.path for key in keys)


def differences_of(located: Iterable[Located]) -> tuple[Difference, ...]:
    """The plain differences, for a report."""
    return tuple(each.difference for each in located)


def one_difference(path: str, before: Any, after: Any) -> tuple[Difference, ...]:
    """A single difference, for a report."""
    return (Difference(path=path, before=shown(before), after=shown(after)),)


def put_back(party: Party, record: Record, body: Mapping[str, Any]) -> None:
    """Undo what a wrongly accepted body left behind, so that one fault does not hide another."""
    for name in body:
        known = next((each for each in party.api.fields if each.name == name), None)
        if known is not None and known.response is not None and not known.read_only:
            now = look_up(party.state.last or {}, known.response)
            value = party.composer.exact(known, look_up(record, known.response), now)
            if value is not None:
                party.patch({name: value})
