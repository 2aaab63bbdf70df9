"""Partial update: several fields, or several items of an array, in one patch are all stored, in any order of keys."""

from __future__ import annotations

import operator
from functools import partial
from itertools import product
from typing import Any

from contracts.judging.evidence import Write, differences_of, one_difference, put_back, write
from contracts.judging.groups import combinable, group_writes, limit_each_other, workable
from contracts.record.model import predicted
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import Record, look_up
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, rule
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api, Field


def _tops(api: Api) -> list[Field]:
    found: dict[str, Field] = {}
    for field in settable(api):
        found.setdefault(field.top, field)
    return list(found.values()) if len(found) > 1 else []


@rule("fields-stored-together", family="partial_update", cases=field_cases(_tops))
def test_fields_sent_together_are_all_stored(party: Party, case: Field) -> None:
    """Of several fields in one patch, each is stored: the first, the last, and those between."""
    usable = [field for field, _write in combinable(party)]
    if case not in usable or len(usable) < 2:
        raise NotJudged(f"a plain write of {case.path}, or of any other field, does not work here")
    forward, _backward, *pairs = group_writes(party, usable)
    for patches, done in (forward, *pairs):
        own = next((patch for patch in patches if patch.field is case), None)
        if own is None:
            continue
        now = own.shown_in(done.after)
        if not party.accepted(done.exchange):
            if done.exchange.refused and limit_each_other(party, patches):
                raise NotJudged("these values do not go together: others, near the ones that the record held, are accepted")
            raise Violation(
                expected=f"valid values for {', '.join(patch.field.path for patch in patches)} in one patch to be accepted",
                actual=done.exchange.said,
                exchange=done.exchange,
            )
        if not party.reader.same(case, own.value, now):
            raise Violation(
                expected=f"{case.path} to read {own.value!r} after a patch of {len(patches)} fields",
                actual=f"it reads {now!r}",
                exchange=done.exchange,
                difference=one_difference(case.path, own.value, now),
                level=Level.SHOULD if _exclude_each_other(own, now, patches) else None,
            )


def _exclude_each_other(own: Patch, now: object, patches: list[Patch]) -> bool:
    """A flag that was sent as true beside another one, and is off: what is published is no draft."""
    on = [patch for patch in patches if patch is not own and patch.value is True]
    return own.value is True and now is False and bool(on)


# --- several items ----------------------------------------------------------------------------------------------------


MOST_ITEMS = 3
"""So many items are changed at once: the first two and the last."""
TRIES = 3
"""Members that are tried alone in each item, where all of them at once are refused."""


def _arrays(api: Api) -> list[Field]:
    """The arrays of objects that hold something which a patch may set."""
    arrays = [each for each in api.walk_fields() if each.kind == "array" and each.children and not each.read_only]
    return [each for each in arrays if any(child in settable(api) for child in each.children)]


@rule("items-stored-together", family="partial_update", cases=field_cases(_arrays))
def test_items_sent_together_are_all_stored(party: Party, case: Field) -> None:
    """Of several items of an array that one patch changes, each is stored: the first, the last, and those between."""
    # Of flags and references one may exclude the other.
    members = [each for each in workable(party) if each in case.children and each.reference is None and each.types != {"boolean"}]
    exchange: Exchange | None = None
    for asked in (members, *([each] for each in members[:TRIES])):
        before = party.read(without=case.top)
        patches = _in_each_item(party, case, asked, before)
        if len({str(patch.selectors) for patch in patches}) < 2:
            raise NotJudged(f"the record has no two {case.path} with a member that can be written and read")
        done = write(party, Patch(patches[0].field, patches[0].value, patches[-1].body, patches[0].selectors), before)
        exchange = done.exchange
        if party.accepted(exchange):
            _judge_items(party, patches, done)
            return
    raise NotJudged(f"{case.path} that differ in several items are not accepted: {exchange.said if exchange else ''}")


def _in_each_item(party: Party, array: Field, members: list[Field], record: Record) -> list[Patch]:
    """Patches of each member in the first two items and the last, each on top of the ones before it."""
    last = len(_ways(record, array)) - 1
    patches: list[Patch] = []
    for place, each in product([number for number in range(last + 1) if number < MOST_ITEMS - 1 or number == last], members):
        prefers = partial(operator.contains, _ways(record, array)[place])
        current = party.composer.patch(record, each, None, prefers).shown_in(record)
        patch = party.composer.patch(record, each, party.values.fresh(each, current), prefers)
        record = predicted(party.reader, record, [patch])
        patches.append(patch)
    return patches


def _ways(record: Record, array: Field) -> list[tuple[Any, ...]]:
    """Each item of an array, behind the items that it stands in: of the first such array in the record that has two items."""
    *outer, name = (array.response or "").split("[].")
    holders: list[tuple[Any, ...]] = [(record,)]
    for each in outer:
        holders = [(*way, item) for way in holders for item in _listed(way[-1], each)]
    found = ([(*way, item) for item in _listed(way[-1], name)] for way in holders)
    return next((ways for ways in found if len(ways) > 1), [])


def _listed(holder: Any, name: str) -> list[Any]:
    items = look_up(holder, name)
    return items if isinstance(items, list) else []


def _judge_items(party: Party, patches: list[Patch], done: Write) -> None:
    for patch in patches:
        now = patch.shown_in(done.after)
        if not party.reader.same(patch.field, patch.value, now):
            put_back(party, done.before, done.patch.body)
            raise Violation(
                expected=f"{patch.field.path} of each item to read what was sent for it, here {patch.value!r}",
                actual=f"it reads {now!r}",
                exchange=done.exchange,
                difference=one_difference(patch.field.path, patch.value, now),
            )


@rule("key-order-irrelevant", family="partial_update")
def test_key_order_is_irrelevant(party: Party, case: None) -> None:
    """The order of the members of a body makes no difference to what is stored."""
    usable = [field for field, _write in combinable(party)]
    if len(usable) < 2:
        raise NotJudged("fewer than two fields can be written")
    (_, forward), (_, backward) = group_writes(party, usable)[:2]
    if not party.accepted(forward.exchange):
        raise NotJudged("all fields in one patch are not accepted: judged by fields-stored-together")
    if _lost(party, group_writes(party, usable)[0]):
        raise NotJudged("the document's order loses fields too: judged by fields-stored-together")
    again = write(party, Patch(usable[0], None, backward.patch.body), settled=False)
    steady = write(party, Patch(usable[0], None, backward.patch.body), again.after, settled=False)
    if not party.accepted(steady.exchange):
        raise NotJudged("a repeat in the same order is not accepted: judged by repeat-same-answer")
    if party.reader.differences(again.after, steady.after):
        raise NotJudged("a repeat in the same order changes something too: judged by the repeats")
    repeated = write(party, Patch(usable[0], None, dict(reversed(list(backward.patch.body.items())))), steady.after)
    changed = party.reader.differences(steady.after, repeated.after)
    if not party.accepted(backward.exchange) or not party.accepted(repeated.exchange):
        raise Violation(
            expected="the same body in another order to be accepted", actual=repeated.exchange.said, exchange=backward.exchange
        )
    if changed:
        raise Violation(
            expected="the same record after the same body in another order of keys",
            actual=f"{changed[0].difference.path} differs",
            exchange=repeated.exchange,
            difference=differences_of(changed),
        )


def _lost(party: Party, group: tuple[list[Patch], Write]) -> bool:
    patches, done = group
    return not all(party.reader.same(patch.field, patch.value, patch.shown_in(done.after)) for patch in patches)
