"""Partial update in parts: all of a replaced object but one member, and one member alone of an item with a key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.judging.evidence import Write, differences_of, one_difference, put_back, stored, unsteady, write
from contracts.judging.groups import workable
from contracts.judging.telling.misread import misread
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, Located, Record, is_empty, look_up, member
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Api, Field

# --- replaced objects -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An accepted patch of an object without one of its members, or without any (None), and the record after it."""

    holder: Field
    member: Field | None
    exchange: Exchange
    before: Record
    after: Record

    def kept(self) -> list[Field]:
        """The members that were left out and still hold something."""
        left = [self.member] if self.member is not None else [each for each in self.holder.children if each.response is not None]
        return [each for each in left if not is_empty(look_up(self.after, each.response))]

    @property
    def unchanged(self) -> bool:
        """The whole object is as it was."""
        return bool(look_up(self.before, self.holder.response) == look_up(self.after, self.holder.response))


def _replaced(api: Api) -> list[Field]:
    """The objects outside of arrays that a sent one replaces, as the document says."""
    plain = (each for each in api.walk_fields() if each.kind == "object" and each.children and "[]" not in each.path)
    policies = ((each, each.merge) for each in plain if not each.read_only)
    return [each for each, policy in policies if policy is not None and policy.documented and policy.policy == "replace"]


def _all_left_out(party: Party) -> list[LeftOut]:
    """What came of leaving out each member of each replaced object in turn, one of every object in a patch; made once."""
    if "left out" not in party.memory:
        party.memory["left out"] = list(_left_out(party))
    found: list[LeftOut] = party.memory["left out"]
    return found


def _left_out(party: Party) -> Iterator[LeftOut]:
    holders = _replaced(party.api)
    record = party.read()
    whole = {each.name: _filled(party, each, record) for each in holders if each.path == each.top}
    if not whole or not party.accepted(party.patch(whole)):
        return
    at_first = party.read()
    for chosen in _rounds(party, holders):
        before = party.read()
        exchange = party.patch({name: _without(value, name, set(chosen.values())) for name, value in whole.items()})
        after = party.read()
        lacking = [each for each in holders if each.path in chosen] if party.accepted(exchange) else []
        yield from (LeftOut(each, party.api.field(chosen[each.path]), exchange, before, after) for each in lacking)
    yield from _nothing(party, [each for each in holders if each.path == each.top], whole)
    put_back(party, at_first, whole)


def _nothing(party: Party, holders: list[Field], whole: Mapping[str, Any]) -> Iterator[LeftOut]:
    """Objects without any member: whether these are refused is open."""
    party.patch(whole)
    before = party.read()
    exchange = party.patch({each.name: {} for each in holders})
    after = party.read()
    if party.accepted(exchange):
        yield from (LeftOut(each, None, exchange, before, after) for each in holders)


def _rounds(party: Party, holders: list[Field]) -> Iterator[Mapping[str, str]]:
    """For each patch the member that each object lacks, by the object's path; objects that hold others lack these last."""
    members = {each.path: [child.path for child in _members(party, each)] for each in holders}
    size = max(map(len, members.values()), default=0)
    for number in range(size):
        yield {path: listed[number] for path, listed in members.items() if number < len(listed)}
    for holder in holders:
        inner = [child.path for child in holder.children if child in holders and not child.required]
        yield from ({holder.path: path} for path in inner)


def _members(party: Party, holder: Field) -> list[Field]:
    """The plain members of an object that a patch may set, and leave out."""
    return [child for child in holder.children if child in settable(party.api) and not child.required and child.reference is None]


def _filled(party: Party, holder: Field, record: Record) -> dict[str, Any]:
    """The object with a value for each member that can be set, the present one where there is one."""
    found: dict[str, Any] = {}
    for child in holder.children:
        if child.kind == "object" and child.children:
            found[child.name] = _filled(party, child, record)
            continue
        value = look_up(record, child.response) if child.response is not None else ABSENT
        try:
            holds = not is_empty(value) and party.values.valid(child, value)
            if child in settable(party.api):
                found[child.name] = value if holds else party.values.fresh(child)
        except NotJudged:
            continue
    return found


def _without(value: Any, path: str, missing: set[str]) -> Any:
    if not isinstance(value, Mapping):
        return value
    inner = {name: (f"{path}.{name}", each) for name, each in value.items()}
    return {name: _without(each, place, missing) for name, (place, each) in inner.items() if place not in missing}


@rule("left-out-member-gone", family="partial_update", cases=field_cases(_replaced))
def test_member_that_is_left_out_is_gone(party: Party, case: Field) -> None:
    """Of a replaced object no member stays that was left out, also where all the rest is sent as it was."""
    found = [each for each in _all_left_out(party) if each.holder is case]
    for each in found:
        kept = each.kept()
        if kept:
            now = look_up(each.after, kept[0].response)
            what = f"{case.path} without {each.member.name}" if each.member is not None else f"an empty {case.path}"
            raise Violation(
                expected=f"{what} to leave nothing of what was left out",
                actual=f"{kept[0].path} still reads {spelled(now)}",
                exchange=each.exchange,
                difference=one_difference(kept[0].path, ABSENT, now),
                level=Level.SHOULD if each.member is None and each.unchanged else None,
            )
    if not found:
        raise NotJudged(f"{case.path} is not accepted without any of its members")


# --- items that are matched by their key ------------------------------------------------------------------------------


def _keyed(api: Api) -> list[Field]:
    """The arrays at the top whose items are matched by a key."""
    arrays = (each for each in api.walk_fields() if each.kind == "array" and each.children and each.path == each.top)
    return [each for each in arrays if each.merge is not None and each.merge.policy == "keyed" and not each.read_only]


@rule("item-part-keeps-rest", family="partial_update", cases=field_cases(_keyed), advice="what is not sent stays, inside too")
def test_part_of_an_item_leaves_the_rest(party: Party, case: Field) -> None:
    """One member alone of an item, beside its key, is stored, and the other members of the item stay as they were."""
    asked = [each for each in workable(party) if each.path.startswith(f"{case.path}[].") and each.reference is None]
    refused, taken = [], 0
    while asked:
        before = party.read(without=case.top)
        parts = _parts(party, case, asked, before)
        if not parts:
            break
        done = write(party, Patch(parts[0].field, parts[0].value, {case.name: _thinned(party, case, parts, before)}), before)
        asked = [each for each in asked if each not in [part.field for part in parts]]
        if party.accepted(done.exchange):
            taken += 1
            _judge_parts(party, case, parts, done)
        else:
            refused.append((parts, done.exchange))
    if not taken and refused:
        raise Observed("part", "refuse", f"part of an item of {case.path}: refuse", exchange=refused[0][1])
    for parts, exchange in refused:
        raise Violation(
            expected=f"{', '.join(each.field.path for each in parts)} alone beside the key to be accepted, as other members are",
            actual=exchange.said,
            exchange=exchange,
            level=Level.SHOULD,
        )
    if not taken:
        raise NotJudged(f"the items of {case.path} have no members that can be written and read")


def _with_keys(api: Api) -> list[Field]:
    """The arrays at the top whose items are sent with a key, though the document does not say what becomes of a part of one."""
    arrays = [each for each in api.walk_fields() if each.kind == "array" and each.children and each.path == each.top]
    free = [each for each in arrays if each not in _keyed(api) and not each.read_only and each.hazard is None]
    return [each for each in free if each.response is not None and not (each.merge is not None and each.merge.documented)]


@rule("items-treated-alike", family="partial_update", cases=field_cases(_with_keys), advice="one list has one policy")
def test_parts_of_items_are_treated_alike(party: Party, case: Field) -> None:
    """What the items of an array are sent without stays in each of them or in none: the first, the last, and those between."""
    key = party.reader.item_key(case.response or "")
    if not any(each.name == key and not each.read_only for each in case.children):
        raise NotJudged(f"the items of {case.path} are sent without a key")
    plain = [each.name for each in workable(party) if each in case.children and each.reference is None]
    before = party.read(without=case.top)
    shown = look_up(before, case.response)
    items = party.composer.exact(case, shown) if isinstance(shown, list) else []
    if len(items) < 2 or any(key not in each for each in items):
        raise NotJudged(f"the record has no two {case.path} with keys")
    kept = {child.name for child in case.children if child.required} | {key} | _one_member(plain, items)
    exchange = party.patch({case.name: [{name: value for name, value in each.items() if name in kept} for each in items]})
    after = look_up(party.read(without=case.top), case.response)
    if not party.reader.equal(shown, after):
        put_back(party, before, {case.name: None})
    if not party.accepted(exchange):
        raise Observed("part", "refuse", f"part of an item of {case.path}: refuse", exchange=exchange)
    by_key = {member(each, key): each for each in after} if isinstance(after, list) else {}
    pairs = [(each, by_key[member(each, key)]) for each in shown if member(each, key) in by_key]
    left = [each for each in case.children if each.name not in kept and each.response is not None and not each.read_only]
    for child in left:
        _judge_alike(party, case, child, pairs, exchange)
    lost = any(not party.reader.equal(old, new) for old, new in pairs)
    how = "replace" if lost else "merge"
    raise Observed("part", how, f"part of an item of {case.path}: {how}", exchange=exchange)


def _one_member(names: list[str], items: list[dict[str, Any]]) -> set[str]:
    """The first name of a member that each item holds, so that an item is more than its key."""
    return set([name for name in names if not any(is_empty(each.get(name, ABSENT)) for each in items)][:1])


def _judge_alike(party: Party, array: Field, child: Field, pairs: list[tuple[Any, Any]], exchange: Exchange) -> None:
    """Raise for a member that some of the items have lost, and others have kept."""
    name = (child.response or "").rpartition(".")[2]
    held = [(member(old, name), member(new, name)) for old, new in pairs if not is_empty(member(old, name))]
    lost = [(old, new) for old, new in held if not party.reader.equal(old, new)]
    if lost and len(lost) < len(held):
        old, new = lost[0]
        raise Violation(
            expected=f"{child.path} to stay in each item of {array.path} that is sent without it, as it does in another one",
            actual=f"{spelled(old)} became {spelled(new)}",
            exchange=exchange,
            difference=one_difference(child.path, old, new),
            level=Level.SHOULD,
        )


def _parts(party: Party, array: Field, asked: list[Field], record: Record) -> list[Patch]:
    """A patch of one member of each item, as far as there are members and items."""
    items = look_up(record, array.response)
    key = party.reader.item_key(array.response or "")
    found: list[Patch] = []
    for item, leaf in zip(items if isinstance(items, list) else [], asked, strict=False):
        wanted = member(item, key)
        current = look_up(record, leaf.response, party.composer.patch(record, leaf, None, prefers=_has(key, wanted)).selectors)
        value = party.values.fresh(leaf, current)
        found.append(party.composer.patch(record, leaf, value, prefers=_has(key, wanted)))
    return found


def _has(key: str, wanted: Any) -> Any:
    """Prefers the item with this key; items further inside have keys of their own, and the first of them is taken."""
    return lambda item: wanted is not ABSENT and member(item, key) == wanted


def _thinned(party: Party, array: Field, parts: list[Patch], record: Record) -> list[Any]:
    """Every item with its key and what it must have, and the one member that is to change."""
    needed = {child.name for child in array.children if child.required} | {party.reader.item_key(array.response or "")}
    items: dict[Any, dict[str, Any]] = {}
    for part in parts:
        name = part.field.path.removeprefix(f"{array.path}[].").split(".")[0].removesuffix("[]")
        selector = part.selectors[0]
        for place, item in enumerate(part.body[array.name]):
            meant = place == selector if isinstance(selector, int) else member(item, selector.key) == selector.value
            kept = {each: value for each, value in item.items() if each in needed or (meant and each == name)}
            items[place] = {**items.get(place, {}), **kept} if meant else {**kept, **items.get(place, {})}
    return list(items.values())


def _judge_parts(party: Party, array: Field, parts: list[Patch], done: Write) -> None:
    """Each part is stored in its item, and nothing else in the array differs."""
    level = None if array.merge is not None and array.merge.documented else Level.SHOULD
    for part in parts:
        single = Write(part, done.before, done.exchange, done.after)
        if not stored(party, single):
            now = part.shown_in(done.after)
            put_back(party, done.before, {array.name: None})
            raise misread(part.field.path, part.value, now, ", sent alone beside the key of its item", done.exchange, level=level)
    changed = [each for each in party.reader.differences(done.before, done.after) if not any(_is(each, part) for part in parts)]
    if changed:
        put_back(party, done.before, {array.name: None})
        changed = [each for each in changed if each.where not in unsteady(party, array.top)]
    if changed:
        raise Violation(
            expected=f"the other members of an item of {array.path} to stay when one is sent beside the key",
            actual=changed[0].told,
            exchange=done.exchange,
            difference=differences_of(changed),
            level=level,
        )


def _is(found: Located, part: Patch) -> bool:
    """The difference is the one that was asked for, in the very item."""
    keys = [str(getattr(each, "value", each)) for each in part.selectors]
    return found.where.replace("[]", "") == (part.field.response or "").replace("[]", "") and all(
        f"[{key}]" in found.difference.path for key in keys
    )
