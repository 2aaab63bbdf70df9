"""Atomicity inside a property: one bad member of an object, or one bad item of an array, changes none of the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from contracts.judging.atomicity import is_writable, judge_refusal, working
from contracts.judging.evidence import fresh_patch, fresh_patches, joined
from contracts.judging.faults import faulty, plain_fault
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, look_up, member
from contracts.terms.rule import field_cases, rule
from contracts.terms.verdict import NotJudged
from specs import Api, Field


def _inner_faults(api: Api) -> list[Field]:
    """Faulty leaves inside an object or array that has other members to write."""
    return [each for each in faulty(api) if each.top != each.path and len(_siblings(api, each)) > 0]


def _siblings(api: Api, leaf: Field) -> list[Field]:
    holder = leaf.path.rsplit(".", 1)[0]
    return [
        each
        for each in settable(api)
        if each is not leaf and each.path.rsplit(".", 1)[0] == holder and each.reference is None and each.types != {"boolean"}
    ]


@rule(
    "invalid-member-changes-no-sibling", family="atomicity", cases=field_cases(_inner_faults), standard="RFC 5789 2", wfc="F114"
)
def test_invalid_member_changes_no_sibling(party: Party, case: Field) -> None:
    """A patch in which one member of an object or item is invalid changes no other member of it."""
    siblings = [each for each in _siblings(party.api, case) if is_writable(party, each)]
    fault = plain_fault(party.api, case)
    if not siblings or fault is None:
        raise NotJudged(f"no member beside {case.path} can be written")
    before = party.read(without=case.top)
    good = fresh_patch(party, before, siblings[0])
    body = _with_value(party, good.body, case, fault.value, good)
    for each in siblings[1:]:  # of the same item, if in an array
        with suppress(NotJudged):
            body = _with_value(party, body, each, fresh_patch(party, before, each).value, good)
    ahead = len(case.path) % 2  # in every second case the bad member comes first
    exchange = party.patch(_reversed(body) if ahead else body)
    judge_refusal(party, exchange, before, f"{case.path} is {fault.why}", bad=fault)


def _reversed(value: Any) -> Any:
    """The same JSON value with the members of its objects in the other order."""
    if isinstance(value, Mapping):
        return {name: _reversed(each) for name, each in reversed([*value.items()])}
    return [_reversed(each) for each in value] if isinstance(value, list) else value


def _with_value(party: Party, body: Mapping[str, Any], leaf: Field, value: Any, near: Patch) -> dict[str, Any]:
    """``body`` with another leaf set as well, in the same array items as the patch ``near``."""
    way = party.composer.way(leaf)
    changed = dict(body)
    holder: Any = changed
    picked = list(near.selectors)
    for step in way[:-1]:
        holder[step.name] = _copied(holder[step.name])
        holder = holder[step.name]
        if isinstance(holder, list):
            index = _index(holder, picked.pop(0))
            holder[index] = dict(holder[index])
            holder = holder[index]
    holder[leaf.name] = value
    return changed


def _copied(value: Any) -> Any:
    return list(value) if isinstance(value, list) else dict(value)


def _index(items: list[Any], selector: Any) -> int:
    if isinstance(selector, int):
        return selector
    found = next((number for number, item in enumerate(items) if member(item, selector.key) == selector.value), None)
    if found is None:
        raise NotJudged(f"no item of the body has its {selector.key}: a request does not send it")
    return found


def _arrays(api: Api) -> list[Field]:
    return [
        each
        for each in api.walk_fields()
        if each.kind == "array"
        and each.children
        and "." not in each.path
        and any(child.path.startswith(each.path) for child in faulty(api))
    ]


@rule("invalid-item-changes-no-item", family="atomicity", cases=field_cases(_arrays), standard="RFC 5789 2", wfc="F114")
def test_invalid_item_changes_no_item(party: Party, case: Field) -> None:
    """A patch in which one item of an array is invalid changes no other item of it."""
    good_leaf = next(
        (each for each in settable(party.api) if each.path.startswith(f"{case.path}[].") and is_writable(party, each)), None
    )
    bad_leaf = next(
        (each for each in faulty(party.api) if each.path.startswith(f"{case.path}[].") and each is not good_leaf), good_leaf
    )
    fault = plain_fault(party.api, bad_leaf) if bad_leaf else None
    if good_leaf is None or bad_leaf is None or fault is None:
        raise NotJudged(f"the items of {case.path} have no member to write, or none with a documented fault")
    before = party.read(without=case.top)
    shown = look_up(before, case.response)
    first = shown[0] if isinstance(shown, list) and shown else ABSENT
    current = party.composer.patch(before, good_leaf, None, prefers=lambda item: item == first).shown_in(before)
    value = party.values.fresh(good_leaf, current)
    good = party.composer.patch(before, good_leaf, value, prefers=lambda item: item == first)
    items = _copied(good.body[case.name])
    if len(items) < 2:
        raise NotJudged(f"the record has fewer than two {case.path}")
    bad = _index(party.composer.patch(before, bad_leaf, fault.value, prefers=_is_last(items)).body[case.name], len(items) - 1)
    spoiled = party.composer.patch(before, bad_leaf, fault.value, prefers=_is_last(items)).body[case.name][bad]
    for ordered in ([*items[:-1], spoiled], [spoiled, *items[:-1]]):
        exchange = party.patch({case.name: ordered})
        judge_refusal(party, exchange, before, f"{bad_leaf.path} of another item is {fault.why}")
    _judge_lacking(party, case, items)


def _judge_lacking(party: Party, array: Field, items: list[Any]) -> None:
    """A last item that lacks a member which it must have spoils the ones ahead of it, and the other properties."""
    key = party.reader.item_key(array.response or "")
    missing = next((each for each in array.children if each.required and each.name != key), None)
    if missing is None:
        return
    lacking = {name: value for name, value in items[-1].items() if name != missing.name}
    valid = working(party, array.top)
    before = party.read()
    rest = joined(fresh_patches(party, before, valid))
    exchange = party.patch({**rest, array.name: [*items[:-1], lacking]})
    judge_refusal(party, exchange, before, f"an item of {array.path} lacks {missing.name}")


def _is_last(items: list[Any]) -> Callable[[Any], bool]:
    """Prefers the item with the identity of the last one: its id and name, or all that it holds where it has neither."""
    last = items[-1]
    keys = [key for key in ("id", "name") if key in last] or [key for key, value in last.items() if value is not None]
    return lambda item: all(member(item, key) == last[key] for key in keys)
