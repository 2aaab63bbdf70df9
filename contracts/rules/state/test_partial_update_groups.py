"""Partial update: several fields in one patch are all stored, in any order, alike or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from contracts.judging.acceptance import one_moment
from contracts.judging.evidence import Write, differences_of, one_difference, stored, write
from contracts.judging.groups import (
    Question,
    answered,
    combinable,
    combined,
    failing_alone,
    group_writes,
    limit_each_other,
    without,
    workable,
)
from contracts.judging.telling.misread import misread
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, look_up
from contracts.target.target import plain_path
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled, told
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api, Field

IN_ANOTHER_ORDER = "the same body in another order to be accepted"


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
        if own is not None:
            _judge(party, own, *_taken_apart(party, own, patches, done))


def _taken_apart(party: Party, own: Patch, patches: list[Patch], done: Write) -> tuple[list[Patch], Write]:
    """Where the patch is not accepted and some values are not so alone either: the patch of the others, and its write."""
    failing = failing_alone(party, patches) if not party.accepted(done.exchange) else {}
    if not failing:
        return patches, done
    _judge_alone(own, failing)
    return [each for each in patches if each.field not in failing], without(party, patches, failing)


def _judge(party: Party, own: Patch, patches: list[Patch], done: Write) -> None:
    now = own.shown_in(done.after)
    if not party.accepted(done.exchange):
        if done.exchange.refused and limit_each_other(party, patches):
            raise NotJudged("these values do not go together: others, near the ones that the record held, are accepted")
        raise Violation(
            expected=f"valid values for {', '.join(patch.field.path for patch in patches)} in one patch to be accepted",
            actual=done.exchange.said,
            exchange=done.exchange,
        )
    if not party.reader.same(own.field, own.value, now):
        if any(one_moment(own.field, each.field, done.before, done.after) for each in patches if each is not own):
            raise NotJudged(f"{own.field.path} shows a moment that another field of the patch sets too")
        level = Level.SHOULD if _exclude_each_other(own, now, patches) else None
        raise misread(own.field.path, own.value, now, f" after a patch of {len(patches)} fields", done.exchange, level=level)


def _judge_alone(own: Patch, failing: Mapping[Field, Exchange]) -> None:
    """Raise Violation where the server fails on the field's value alone, NotJudged where it refuses that."""
    exchange = failing.get(own.field)
    if exchange is None:
        return
    if exchange.status is not None and not exchange.refused:
        expected = f"{spelled(own.value)} for {own.field.path} to be accepted or refused"
        raise Violation(expected=expected, actual=exchange.said, exchange=exchange)
    raise NotJudged(f"what was sent for {own.field.path} is not accepted alone either: {exchange.said}")


def _exclude_each_other(own: Patch, now: object, patches: list[Patch]) -> bool:
    """A flag that was sent as true beside another one, and is off: what is published is no draft."""
    on = [patch for patch in patches if patch is not own and patch.value is True]
    return own.value is True and now is False and bool(on)


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
    turned = Patch(usable[0], None, dict(reversed(list(backward.patch.body.items()))))
    again = write(party, Patch(usable[0], None, backward.patch.body), settled=False)
    if not party.accepted(again.exchange):
        _judge_turned(party, turned, again)
        raise NotJudged("a repeat in the same order is not accepted: judged by repeat-same-answer")
    steady = write(party, Patch(usable[0], None, backward.patch.body), again.after, settled=False)
    if not party.accepted(steady.exchange):
        raise NotJudged("a repeat in the same order is not accepted: judged by repeat-same-answer")
    if party.reader.differences(again.after, steady.after):
        raise NotJudged("a repeat in the same order changes something too: judged by idempotence")
    repeated = write(party, turned, steady.after)
    changed = party.reader.differences(steady.after, repeated.after)
    if not party.accepted(repeated.exchange):
        raise Violation(expected=IN_ANOTHER_ORDER, actual=repeated.exchange.said, exchange=repeated.exchange)
    if changed:
        raise Violation(
            expected="the same record after the same body in another order of keys",
            actual=f"{changed[0].difference.path} differs",
            exchange=repeated.exchange,
            difference=differences_of(changed),
        )


def _judge_turned(party: Party, turned: Patch, refused: Write) -> None:
    """Raise Violation where a body that is refused is taken with its members the other way round."""
    done = write(party, turned, settled=False)
    if party.accepted(done.exchange):
        raise Violation(expected=IN_ANOTHER_ORDER, actual=refused.exchange.said, exchange=refused.exchange)


def _lost(party: Party, group: tuple[list[Patch], Write]) -> bool:
    patches, done = group
    return not all(party.reader.same(patch.field, patch.value, patch.shown_in(done.after)) for patch in patches)


# --- one value in many fields -----------------------------------------------------------------------------------------

DRAWN = 12
"""Values of a field that are tried for what others take as well."""


@dataclass(frozen=True, slots=True)
class _Alike:
    """Texts that take the same two values."""

    fields: tuple[Field, ...]
    values: tuple[str, str]


@rule("equal-values-kept-apart", family="partial_update")
def test_fields_with_one_value_stay_apart(party: Party, case: None) -> None:
    """Fields that are sent one and the same value are each stored, and a later change of some leaves the others as they are."""
    alike = _alike(party)
    if not alike:
        raise NotJudged("no two fields take the same two values")
    turns = list(_turns([field for group in alike for field in group.fields]))
    _judge_apart(party, alike, turns)
    if not party.thrifty:
        _judge_apart(party, alike, [[field for group in alike for field in group.fields if field not in turn] for turn in turns])


def _turns(fields: Sequence[Field]) -> Iterator[list[Field]]:
    """The fields to change in each turn: of any two properties, and of any two objects in one, a turn changes one alone.

    Properties first: with a member, the whole property that it stands in is sent.
    """
    tops = list(dict.fromkeys(field.top for field in fields))
    inside = {top: list(dict.fromkeys(_holder(field) for field in fields if field.top == top)) for top in tops}
    of_properties = {field: tops.index(field.top) for field in fields}
    of_objects = {field: inside[field.top].index(_holder(field)) for field in fields}
    for codes in (of_properties, of_objects):
        for bit in range(max(codes.values()).bit_length()):
            yield [field for field in fields if codes[field] >> bit & 1]


def _holder(field: Field) -> str:
    """The object that a field is a member of."""
    return field.path.rpartition(".")[0]


def _alike(party: Party) -> list[_Alike]:
    """Groups of plain texts outside lists, with two values that all of a group take."""
    left = [each for each in workable(party) if each.types == {"string"} and "[]" not in each.path]
    left = [each for each in left if not each.unique and each.reference is None]
    found = []
    while left:
        values = [value for value in _drawn(party, left[0]) if _takes(party, left[0], value)][:2]
        group = [each for each in left if all(_takes(party, each, value) for value in values)]
        if len(group) > 1 and len(values) == 2:
            found.append(_Alike(tuple(group), (values[0], values[1])))
        left = [each for each in left[1:] if each not in group]
    return found


def _drawn(party: Party, field: Field) -> list[str]:
    found: list[str] = []
    with suppress(NotJudged):
        for _ in range(DRAWN):
            found.append(party.values.fresh(field, found[-1] if found else ABSENT))
    return list(dict.fromkeys(found))


def _takes(party: Party, field: Field, value: str) -> bool:
    listed = party.target.values.get(plain_path(field.path))
    return party.values.safe(field, value) and (listed is None or value in listed)


def _judge_apart(party: Party, alike: Sequence[_Alike], turns: Sequence[Sequence[Field]]) -> None:
    """Give all of a group one value, then change the places in turn: any two that were equal are told apart by one change."""
    values = {field: group.values for group in alike for field in group.fields}
    held = _made_equal(party, [Question(field, first) for field, (first, _second) in values.items()])
    for turn in turns:
        moving = [field for field in turn if field in held]
        writes = _together(party, [Question(field, _other(values[field], held[field])) for field in moving]) if moving else []
        if writes is None or not all(stored(party, each) for each in writes):
            raise NotJudged("a second value for many fields is not stored: judged by fields-stored-together")
        for done in writes[:1]:
            _judge_others(party, done, moving, {field: value for field, value in held.items() if field not in moving})
        held |= {each.field: each.patch.value for each in writes}


def _other(values: tuple[str, str], held: str) -> str:
    return values[1] if held == values[0] else values[0]


def _together(party: Party, questions: Sequence[Question]) -> list[Write] | None:
    """One patch of several fields as the write of each of them; None where it is not accepted."""
    before = party.read()
    patches, body = combined(party, before, questions)
    if not patches:
        return None
    done = write(party, Patch(patches[0].field, patches[0].value, body, patches[0].selectors), before)
    return [replace(done, patch=patch) for patch in patches] if party.accepted(done.exchange) else None


def _made_equal(party: Party, questions: Sequence[Question]) -> dict[Field, str]:
    """What the fields hold after a patch of one value for all of a group; Violation where one is not stored."""
    writes = _together(party, questions)
    if writes is None:  # left are the fields that take their value
        alone = answered(party, questions)
        takers = {each.field for each in alone if party.accepted(each.exchange) and stored(party, each)}
        writes = _together(party, [each for each in questions if each.field in takers])
    if writes is None:
        raise NotJudged("one value for many fields is not accepted")
    lost = [each for each in writes if not stored(party, each)]
    for done in lost:
        _judge_lost(party, done, writes)
    kept = {each.field: each.patch.value for each in writes if each not in lost}
    return _made_equal(party, [Question(*each) for each in kept.items()]) if lost else kept


def _judge_lost(party: Party, done: Write, writes: Sequence[Write]) -> None:
    """A value that is stored while the others hold values of their own is one that their sharing it has lost."""
    _together(party, [Question(each.field, party.values.fresh(each.field, each.patch.value)) for each in writes])
    before = party.read()
    alone = write(party, party.composer.patch(before, done.field, done.patch.value), before)
    if not party.accepted(alone.exchange) or not stored(party, alone):
        return  # the value itself is not taken: judged by value-unaltered
    now = done.patch.shown_in(done.after)
    raise misread(done.field.path, done.patch.value, now, " after a patch in which other fields have a value too", done.exchange)


def _judge_others(party: Party, done: Write, moving: Sequence[Field], kept: Mapping[Field, str]) -> None:
    """Fields that a patch does not name hold what they held, which was the value of those that it names."""
    shown = {field: look_up(done.after, field.response) for field in kept}
    changed = [field for field, value in kept.items() if not party.reader.same(field, value, shown[field])]
    for field in changed:
        if not _follows(party, field, moving):
            raise Violation(
                expected=f"{field.path} to keep {spelled(kept[field])} when fields that held the same are changed",
                actual=f"it reads {told(shown[field], kept[field])}",
                exchange=done.exchange,
                difference=one_difference(field.path, kept[field], shown[field]),
            )
    if changed:
        raise NotJudged("fields change with others, whatever they hold: judged by omitted-fields-unchanged")


def _follows(party: Party, field: Field, moving: Sequence[Field]) -> bool:
    """Whether the field changes along with the others also where it holds a value of its own."""
    _together(party, [Question(each, party.values.fresh(each)) for each in (field, *moving)])
    again = _together(party, [Question(each, party.values.fresh(each)) for each in moving])
    if not again:
        return True
    before, after = (look_up(record, field.response) for record in (again[0].before, again[0].after))
    return not party.reader.same(field, before, after)
