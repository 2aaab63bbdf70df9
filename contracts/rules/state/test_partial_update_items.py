"""Partial update: several items of an array in one patch are all stored."""

from __future__ import annotations

import operator
from functools import partial
from itertools import product
from typing import Any

from contracts.judging.evidence import Write, one_difference, put_back, write
from contracts.judging.groups import (
    workable,
)
from contracts.record.model import predicted
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import Record, look_up
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import NotJudged, Violation
from specs import Api, Field

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
                expected=f"{patch.field.path} of each item to read what was sent for it, here {spelled(patch.value)}",
                actual=f"it reads {spelled(now)}",
                exchange=done.exchange,
                difference=one_difference(patch.field.path, patch.value, now),
            )
