"""Length: limits of arrays, and of the id in the path."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from math import inf
from typing import Any

from contracts.judging.evidence import Write, control, fresh_patch, one_difference, works_at_first, write
from contracts.judging.faults import limit, may_be_sent
from contracts.judging.groups import Question, combined, workable
from contracts.judging.lengths import letters_written, loss, text_of
from contracts.judging.trials import Bad, Failure, conclude, expect_refused
from contracts.record.keeping.kinds import may_be_a_key
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import Record, look_up
from contracts.record.values import validator
from contracts.target.target import plain_path
from contracts.terms.rule import Case, field_cases, once, once_by_path, rule
from contracts.terms.verdict import NotJudged, Violation
from specs import Api, Field

LONG_ID = 5000
ASTRAL = "\U0001f600"


def _bounded_arrays(api: Api) -> list[Field]:
    arrays = [each for each in api.walk_fields() if each.kind == "array" and may_be_sent(each)]
    bounded = [(each, limit(each, "minItems") or 0, limit(each, "maxItems")) for each in arrays]
    return [each for each, fewest, most in bounded if fewest > 0 or (most is not None and _extendable(each))]


def _extendable(array: Field) -> bool:
    """Items can be made up and taken away again."""
    return (
        array.reference is None and array.response is not None and not (array.merge is not None and array.merge.policy == "keyed")
    )


@rule("array-limit-enforced", family="length", cases=field_cases(_bounded_arrays), harmless=True)
def test_array_limit_is_enforced(party: Party, case: Field) -> None:
    """An array with fewer or more items than documented is refused, one of exactly so many is stored."""
    fewest, most = limit(case, "minItems") or 0, limit(case, "maxItems")
    if most is not None and _extendable(case):
        if most <= _shown_at_most(party.api, case):
            _judge_exact_items(party, case, most)
        many = _items(party, case, most + 1)
        expected = f"more than {most} items to be refused for {case.path}"
        expect_refused(party, case, [Bad(f"a list of {most + 1}", many)], keyword="maxItems", expected=expected)
    if fewest > 0:
        few = _items(party, case, fewest - 1)
        expected = f"fewer than {fewest} items to be refused for {case.path}"
        expect_refused(party, case, [Bad(f"a list of {fewest - 1}", few)], keyword="minItems", expected=expected)


def _shown_at_most(api: Api, array: Field) -> float:
    """The items that the record may have: fewer than a request may name, where it can take some away as well."""
    shown = api.shown(array)
    most = None if shown is None else shown.schema.get("maxItems")
    return inf if most is None else float(most)


def _items(party: Party, array: Field, size: int) -> list[Any]:
    """So many items: those of the record, and made-up ones without a key of their own where these can be added."""
    if size == 0:
        return []
    shown = look_up(party.read(without=array.top), array.response)
    if _extendable(array):
        held = party.composer.exact(array, shown)[:size] if array.children and isinstance(shown, list) else []
        return [*held, *(_made_up(party, array) for _ in range(size - len(held)))]
    if not isinstance(shown, list) or len(shown) < size:
        raise NotJudged(f"the record has fewer than {size} {array.path}")
    carried: list[Any] = party.composer.exact(array, shown[:size])
    return carried


def _made_up(party: Party, array: Field) -> Any:
    """An item that the record has not; without the key by which the service would know it for one that is there."""
    item = Field(path=f"{array.path}[]", schema=array.schema.get("items", {}), children=array.children)
    value = party.values.fresh(item)
    key = party.reader.item_key(array.response or "")
    given = any(each.name == key and not each.required for each in array.children)
    return {name: each for name, each in value.items() if name != key} if given and isinstance(value, dict) else value


def _judge_exact_items(party: Party, array: Field, size: int) -> None:
    before = party.read(without=array.top)
    done = write(party, party.composer.patch(before, array, _items(party, array, size)), before)
    failure = None if _in_another_order(done) else loss(party, done, f"a list of {size}")
    if failure and done.exchange.refused and _repeats(party, array, done.patch.value):
        raise NotJudged(f"fewer than {size} different items are known for {array.path}")
    if failure and done.exchange.refused and not _is_accepted(party, array, done.patch.value[-1:]):
        raise NotJudged(f"an item that is made up for {array.path} is refused, however many there are")
    conclude(party, array, [failure] if failure else [], expected=f"{size} items to be stored in {array.path}")


def _repeats(party: Party, array: Field, items: list[Any]) -> bool:
    """Whether items stand twice in a list that may not have that: by its schema, or as names from the target file."""
    once_each = array.schema.get("uniqueItems") is True or plain_path(array.path) in party.target.values
    return once_each and any(items.count(each) > 1 for each in items)


def _is_accepted(party: Party, array: Field, items: list[Any]) -> bool:
    """Whether a list of these items is taken, with as many more of the record's as it needs."""
    before = party.read(without=array.top)
    held = _items(party, array, max(0, (limit(array, "minItems") or 0) - len(items)))
    done = write(party, party.composer.patch(before, array, [*held, *items]), before)
    return party.accepted(done.exchange)


def _in_another_order(done: Write) -> bool:
    """All that was sent is shown, in whatever order: that is a matter of the rules on the values of lists."""
    now = done.patch.shown_in(done.after)
    return done.exchange.ok and isinstance(now, list) and Counter(map(repr, now)) == Counter(map(repr, done.patch.value))


def _item_limit(array: Field) -> int | None:
    """The documented limit of the texts of a list."""
    items = array.schema.get("items", {})
    plain = array.kind == "array" and not array.children and array.reference is None and isinstance(items, Mapping)
    if not plain or items.get("type") != "string" or items.keys() & {"enum", "format", "pattern", "const"}:
        return None
    inferred = array.inferred | frozenset(items.get("x-field", {}).get("inferred", ()))
    return int(items["maxLength"]) if "maxLength" in items and "maxLength" not in inferred else None


def _with_item_limits(api: Api) -> list[Field]:
    return [each for each in settable(api) if may_be_sent(each) and (_item_limit(each) or 0) > 1]


@rule("item-limit-enforced", family="length", cases=field_cases(_with_item_limits))
def test_limit_of_items_is_enforced(party: Party, case: Field) -> None:
    """A text of a list has the documented limit too: up to it, in code points, it is stored whole, and over it refused."""
    control(party, case)
    longest = _item_limit(case) or 0
    failures = []
    for text, name in (("a" * longest, "letters"), ("a" * (longest - 1) + ASTRAL, "code points, the last an emoji,")):
        before = party.read(without=case.top)
        done = write(party, party.composer.patch(before, case, [text]), before)
        failure = loss(party, done, f"a list with a text of {longest} {name}")
        failures += [failure] if failure else []
    conclude(party, case, failures, expected=f"texts of up to {longest} characters to be stored whole in {case.path}")
    bads = [Bad(f"a list with a text of {longest + 1} characters", ["a" * (longest + 1)])]
    expected = f"a text of more than {longest} characters to be refused in {case.path}"
    expect_refused(party, case, bads, keyword="maxLength", expected=expected)


# --- several limits at once, and limits of numbers ---------------------------------------------------------------------


def _with_limits(api: Api) -> Iterable[Case]:
    limited = [each for each in settable(api) if limit(each) is not None and text_of(each, limit(each) or 0) is not None]
    return once(api) if len(limited) > 1 else ()


@rule("limits-together-stored", family="length", cases=_with_limits)
def test_limits_are_reached_together(party: Party, case: None) -> None:
    """Texts of exactly the limit in all limited fields at once, and texts of one character in all, are stored whole."""
    limited = [each for each in workable(party) if limit(each) is not None and may_be_sent(each) and not each.unique]
    for longest in (True, False):
        sizes = {each: limit(each) or 1 if longest else int(each.schema.get("minLength", 1)) or 1 for each in limited}
        texts = {each: text for each, size in sizes.items() if (text := text_of(each, size)) is not None}
        if party.thrifty:
            with suppress(Violation):  # only then each is asked alone
                _judge_together(party, texts, "")
                continue
        alone = [each for each in texts if loss(party, letters_written(party, each, sizes[each]), "") is None]
        _judge_together(party, {each: texts[each] for each in alone}, "at their limit" if longest else "of one character")


def _judge_together(party: Party, texts: Mapping[Field, str], what: str) -> None:
    """All texts in one patch; each of them is stored alone."""
    before = party.read()
    patches, body = combined(party, before, [Question(each, text) for each, text in texts.items()])
    if len(patches) < 2:
        raise NotJudged("fewer than two fields store a text of their limit alone")
    done = write(party, Patch(patches[0].field, patches[0].value, body, patches[0].selectors), before)
    lost = [each for each in patches if not party.reader.same(each.field, each.value, each.shown_in(done.after))]
    if not party.accepted(done.exchange) or lost:
        raise Violation(
            expected=f"{len(patches)} texts {what}, each of which is stored alone, to be stored together",
            actual=f"{', '.join(each.field.path for each in lost[:4])} lost; {done.exchange.said}"
            if lost
            else done.exchange.said,
            exchange=done.exchange,
            difference=[
                found
                for each in (lost if party.accepted(done.exchange) else [])
                for found in one_difference(each.field.path, each.value, each.shown_in(done.after))
            ],
        )


def _bounded_numbers(api: Api) -> list[Field]:
    numbers = [each for each in settable(api) if each.types & {"integer", "number"} and may_be_sent(each)]
    return [each for each in numbers if each.reference is None and _bounds(each)]


def _bounds(field: Field) -> list[float]:
    """The documented least and greatest value, where they are values of the field themselves."""
    stated = [field.schema[name] for name in ("minimum", "maximum") if name in field.schema and field.states(name)]
    return [each for each in stated if validator(field).is_valid(each)]


@rule("bound-itself-stored", family="length", cases=field_cases(_bounded_numbers))
def test_bound_itself_is_stored(party: Party, case: Field) -> None:
    """A number of exactly the documented minimum or maximum is accepted and stored."""
    control(party, case)
    failures: list[Failure] = []
    ruled_out: list[str] = []
    for bound in _bounds(case):
        before = party.read(without=case.top)
        done = write(party, party.composer.patch(before, case, bound), before)
        if done.exchange.refused and (why := _ruled_out(party, case, bound, done)):
            ruled_out.append(why)
            continue
        failure = loss(party, done, f"{bound}")
        failures += [failure] if failure and not works_at_first(party, done) else []
    conclude(party, case, failures, expected=f"{' and '.join(map(str, _bounds(case)))} to be stored in {case.path}")
    if len(ruled_out) == len(_bounds(case)):
        raise NotJudged(ruled_out[0])


def _ruled_out(party: Party, case: Field, bound: float, done: Write) -> str:
    """Why a bound may be refused all the same; empty where nothing says so."""
    if (beside := party.values.ordered.get(case.path)) is not None:
        return f"{bound} is refused for {case.path}, which the document puts in an order with {beside}"
    if may_be_a_key(case):
        return f"{case.path} may name another record, and none has to be called {bound}"
    if _other_refusal_beyond(party, case, bound, done):
        return "each bound is refused by another status than what lies beyond it: something in the record rules it out"
    return ""


def _other_refusal_beyond(party: Party, case: Field, bound: float, done: Write) -> bool:
    """Whether the bound is refused with a documented status that what lies beyond it is not refused with.

    Then it is not out of bounds for the server: something else in the record rules it out, such as the number of tickets sold.
    """
    beyond = bound + 1 if bound == case.schema.get("maximum") else bound - 1
    if not party.api.documents(done.exchange.status or 0):
        return False
    before = party.read(without=case.top)
    other = write(party, party.composer.patch(before, case, beyond), before)
    return other.exchange.refused and other.exchange.status != done.exchange.status


@rule("over-long-id-refused", family="length", cases=once_by_path, advice="RFC 9110 15.5", harmless=True)
def test_over_long_id_is_refused(party: Party, case: None) -> None:
    """An id of thousands of characters is refused as the client's mistake: no success, and no server error."""
    body = _any_body(party, party.read())
    if not party.patch(body, path=party.unknown_path()).refused:
        raise NotJudged("an unknown id of usual length is not refused either: judged by unknown-customer-not-created")
    long = {name: ("9" if value.isdigit() else "a") * LONG_ID for name, value in party.identity.path.items()}
    exchange = party.patch(body, path=long)
    if exchange.answer is None:
        raise NotJudged(f"there was no usable answer: {exchange.failure}")
    if not exchange.refused:
        raise Violation(expected=f"an id of {LONG_ID} characters to be refused", actual=exchange.said, exchange=exchange)


def _any_body(party: Party, record: Record) -> dict[str, Any]:
    """A valid patch, so that only the id is wrong."""
    for field in settable(party.api):
        try:
            control(party, field)
            return dict(fresh_patch(party, record, field).body)
        except NotJudged:
            continue
    raise NotJudged("no field can be written")
