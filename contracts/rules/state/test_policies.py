"""Partial update inside: nested objects and arrays follow the policy that the document states for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from contracts.judging.acceptance import rules_out
from contracts.judging.evidence import (
    Write,
    collateral,
    companion,
    control,
    differences_of,
    one_difference,
    stored,
    unsteady,
    works_at_first,
    write,
)
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, is_empty, look_up, matching_items
from contracts.terms.rule import Case, rule
from contracts.terms.spelling import spelled, told
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Api, Field


def _containers(kind: str) -> Any:
    def cases(api: Api) -> Iterable[Case]:
        return [
            Case(each.path, each)
            for each in api.walk_fields()
            if each.kind == kind and each.children and "[]" not in each.path and not each.read_only
        ]

    return cases


def _objects(api: Api) -> Iterable[Case]:
    """Objects with members of their own, and maps of which the document says whether they are replaced or merged."""
    maps = (each for each in settable(api) if each.kind == "object" and "[]" not in each.path and not each.children)
    told = [each for each in maps if each.merge is not None and each.merge.documented]
    return [*_containers("object")(api), *(Case(each.path, each) for each in told)]


@rule("nested-object-policy", family="partial_update", cases=_objects)
def test_nested_object_follows_its_policy(party: Party, case: Field) -> None:
    """A nested object sent in part is merged or replaced, as the document says for it."""
    if not case.children:
        _judge_map(party, case)
        return
    parts = [child for child in case.children if _testable(party, child)]
    if len(parts) < 2:
        raise NotJudged(f"{case.path} has no two members that can be written and read")
    for sent in parts[: 3 if party.thrifty else None]:
        _judge_part(party, case, sent, parts, {})
    company = companion(party, party.read(), case)
    if company is not None:
        _judge_part(party, case, parts[0], parts, company.body)


def _judge_map(party: Party, case: Field) -> None:
    """Of a map that is sent with one of its keys, no other one is left where it is replaced, and all are where it is merged."""
    before = party.read(without=case.top)
    held = look_up(before, case.response)
    if not isinstance(held, Mapping) or len(held) < 2:
        raise NotJudged(f"the record has fewer than two keys of {case.path}")
    sent = dict([next(iter(held.items()))])
    done = write(party, Patch(case, sent, _inside(party, case, sent, before)), before)
    party.patch(_inside(party, case, held, before))
    now = done.patch.shown_in(done.after)
    if not party.accepted(done.exchange) or not isinstance(now, Mapping):
        return
    merged = case.merge is not None and case.merge.policy == "merge"
    if held.keys() - now.keys() if merged else now.keys() - sent.keys():
        kept = "keep its other keys, since it is merged" if merged else "hold what was sent alone, since it is replaced"
        raise Violation(
            expected=f"{case.path} to {kept}",
            actual=f"it reads {spelled(now)}",
            exchange=done.exchange,
            difference=one_difference(case.path, held if merged else sent, now),
        )


def _testable(party: Party, child: Field) -> bool:
    return child in settable(party.api) and child.reference is None


def _judge_part(party: Party, holder: Field, sent: Field, parts: list[Field], company: Mapping[str, Any]) -> None:
    """Fill the object, send one member of it alone, and look at the others; ``company``: other properties of the body."""
    control(party, sent)
    _fill(party, holder)
    before = party.read(without=holder.top)
    value = party.values.fresh(sent, look_up(before, sent.response))
    body = {**_inside(party, holder, {sent.name: value}, before), **company}
    done = write(party, Patch(sent, value, body), before)
    policy, others = holder.merge, [each for each in parts if each is not sent]
    documented = policy is not None and policy.documented
    if not party.accepted(done.exchange):
        if done.exchange.refused and (policy is None or policy.policy == "replace" or not documented):
            raise Observed("part", "refuse", f"part of {holder.path}: refuse", exchange=done.exchange)
        raise Violation(
            expected=f"{holder.path} with {sent.name} alone to be accepted", actual=done.exchange.said, exchange=done.exchange
        )
    if not stored(party, done):
        if works_at_first(party, done):
            raise NotJudged(f"what {sent.path} holds depends on other fields: on the record as it was found it is stored")
        now = done.patch.shown_in(done.after)
        raise Violation(
            expected=f"{sent.path} to read {told(value, now)}, sent without the other members of {holder.path}",
            actual=f"it was accepted, and reads {told(now, value)}",
            exchange=done.exchange,
            difference=one_difference(sent.path, value, now),
            level=None if documented else Level.SHOULD,  # what a part of it means is nowhere said
        )
    kept = [each for each in others if _kept(party, each, done)]
    lost = [each for each in others if each not in kept]
    if documented and policy is not None:
        absent = [each for each in holder.children if each is not sent and each.response is not None and not each.read_only]
        wrong = [each for each in absent if _holds_something(each, done)] if policy.policy == "replace" else lost
        expected = "removed with the object they stood in" if policy.policy == "replace" else "kept"
        _blame(done, wrong, f"the members of {holder.path} that were not sent to be {expected}")
    else:
        needed = {each.path for each in party.api.walk_record() if each.required}
        required = [
            each
            for each in lost
            if (each.required or each.response in needed)
            and not party.reader.same(each, look_up(done.before, each.response), look_up(done.after, each.response))
        ]
        _blame(done, required, f"the required members of {holder.path} to hold a value after a part of it was accepted")
        torn = _torn(party, done, lost) if any(map(_is_free, kept)) else []
        _blame(done, torn, f"the members of {holder.path} that were not sent to stay, as others of them did")


def _torn(party: Party, done: Write, lost: Iterable[Field]) -> list[Field]:
    """Those of the lost members that held something which what was sent does not rule out."""
    held = [(each, look_up(done.before, each.response)) for each in lost]
    return [each for each, old in held if not is_empty(old) and not rules_out(party, done.patch, each, old, done.before)]


def _is_free(field: Field) -> bool:
    """A text that no default of a new object would have been by chance."""
    return "string" in field.types and not field.schema.keys() & {"enum", "const"}


def _fill(party: Party, holder: Field) -> None:
    """Arrange that every member of the object holds a value."""
    record = party.read(without=holder.top)
    if any(look_up(record, child.response) in (ABSENT, "") for child in holder.children if child in settable(party.api)):
        full = {child.name: party.values.fresh(child) for child in holder.children if child in settable(party.api)}
        party.patch(_inside(party, holder, full, record))


def _inside(party: Party, holder: Field, value: Mapping[str, Any], record: Any) -> dict[str, Any]:
    """A body in which the object ``holder`` is exactly ``value``, what is around it as it was."""
    return dict(party.composer.patch(record, holder, dict(value)).body)


def _kept(party: Party, each: Field, done: Write) -> bool:
    old, new = look_up(done.before, each.response), look_up(done.after, each.response)
    return old is not ABSENT and party.reader.same(each, old, new)


def _holds_something(each: Field, done: Write) -> bool:
    """What takes the place of a whole, and was not sent, is absent or empty: no old value stays, and no other one comes."""
    return not is_empty(look_up(done.after, each.response))


def _blame(done: Write, wrong: list[Field], expected: str) -> None:
    if wrong:
        raise Violation(
            expected=expected,
            actual=f"{', '.join(each.path for each in wrong)} did not follow",
            exchange=done.exchange,
            difference=[
                found
                for each in wrong
                for found in one_difference(each.path, look_up(done.before, each.response), look_up(done.after, each.response))
            ],
        )


@rule("array-policy", family="partial_update", cases=_containers("array"))
def test_array_follows_its_policy(party: Party, case: Field) -> None:
    """An array sent in part, or in another order, keeps, replaces or matches its items, as the document says for it."""
    before = party.read(without=case.top)
    items = look_up(before, case.response)
    if not isinstance(items, list) or len(items) < 2:
        raise NotJudged(f"the record has fewer than two {case.path}")
    part = next((child for child in case.children if _testable(party, child)), None)
    if part is None:
        raise NotJudged(f"the items of {case.path} have no member that can be written and read")
    control(party, part)
    before = party.read(without=case.top)
    last = items[-1]
    value = party.values.fresh(part, look_up(last, part.name))
    full = party.composer.patch(before, part, value, prefers=lambda item: item == last)
    listed = full.body[case.name]
    sent = listed[::-1] if _lost_for_ever(case) else matching_items(listed, full.selectors[0])
    done = write(party, Patch(part, full.value, {case.name: sent}, full.selectors), before)
    try:
        _judge_items(party, case, done, len(items))
    finally:
        _restore_items(party, case, before)


def _lost_for_ever(array: Field) -> bool:
    """Whether items that are not sent may go, and could not be made anew: then all are sent, in another order."""
    policy = array.merge
    return policy is not None and not policy.documented and policy.new == "refuse"


def _judge_items(party: Party, array: Field, done: Write, count: int) -> None:
    documented = array.merge is not None and array.merge.documented
    if not party.accepted(done.exchange):
        if done.exchange.refused and not documented:
            raise Observed("part", "refuse", f"part of {array.path}: refuse", exchange=done.exchange)
        raise Violation(expected=f"one item of {array.path} to be accepted", actual=done.exchange.said, exchange=done.exchange)
    _judge_listed_item(party, array, done)
    now = look_up(done.after, array.response)
    left = len(now) if isinstance(now, list) else 0
    expected = 1 if array.merge is not None and array.merge.policy == "replace" else count
    if left > count and not documented and _grows_again(party, array, done, left):
        raise NotJudged(f"{array.path} grow with every patch: judged by repeat-same-state")
    if left > count or (documented and left != expected):
        raise Violation(
            expected=f"{expected} items in {array.path} after one was sent"
            if documented
            else f"no more than {count} items in {array.path}",
            actual=f"there are {left}",
            exchange=done.exchange,
            difference=one_difference(array.path, f"{count} items", f"{left} items"),
        )
    if not documented and not _lost_for_ever(array):
        behaviour = "kept" if left == count else "removed"
        raise Observed("unsent_items", behaviour, f"items of {array.path} that are not sent: {behaviour}", done.exchange)


def _grows_again(party: Party, array: Field, done: Write, left: int) -> bool:
    party.patch(done.patch.body)
    now = look_up(party.read(without=array.top), array.response)
    return isinstance(now, list) and len(now) > left


def _judge_listed_item(party: Party, array: Field, done: Write) -> None:
    """The item that was sent holds what was sent, and no other item that is still there changed.

    Items without a key are told apart by their places, which they lose where others go.
    """
    now, selectors = look_up(done.after, array.response), done.patch.selectors
    moved = isinstance(selectors[0], int) and isinstance(now, list) and len(now) == 1
    patch = replace(done.patch, selectors=(0, *selectors[1:])) if moved else done.patch
    shown = patch.shown_in(done.after)
    if not party.reader.same(done.field, done.patch.value, shown):
        raise Violation(
            expected=f"{done.field.path} of the item that was sent alone to read {spelled(done.patch.value)}",
            actual=f"it reads {spelled(shown)}",
            exchange=done.exchange,
            difference=one_difference(done.field.path, done.patch.value, shown),
        )
    changed = [] if moved else [each for each in collateral(party, done) if "[" in each.difference.path]
    if changed:
        changed = [each for each in changed if each.where not in unsteady(party, array.top)]
    if changed:
        raise Violation(
            expected="the items that were not sent to stay as they were, or to go",
            actual=f"{changed[0].difference.path} changed",
            exchange=done.exchange,
            difference=differences_of(changed),
        )


def _restore_items(party: Party, array: Field, before: Any) -> None:
    party.patch({array.name: party.composer.exact(array, look_up(before, array.response))})
