"""Length: limits of arrays, and of the id in the path."""

from __future__ import annotations

from typing import Any

from contracts.judging.evidence import control, fresh_patch, write
from contracts.judging.faults import limit, may_be_sent
from contracts.judging.lengths import loss
from contracts.judging.trials import Bad, conclude, expect_refused
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import Record, look_up
from contracts.terms.rule import field_cases, once_by_path, rule
from contracts.terms.verdict import NotJudged, Violation
from specs import Api, Field

LONG_ID = 5000


def _bounded_arrays(api: Api) -> list[Field]:
    arrays = [each for each in api.walk_fields() if each.kind == "array" and may_be_sent(each)]
    bounded = [(each, limit(each, "minItems") or 0, limit(each, "maxItems")) for each in arrays]
    return [each for each, fewest, most in bounded if fewest > 0 or (most is not None and _extendable(each))]


def _extendable(array: Field) -> bool:
    """Items can be made up and taken away again."""
    return array.reference is None and not (array.merge is not None and array.merge.policy == "keyed")


@rule("array-limit-enforced", family="length", cases=field_cases(_bounded_arrays), harmless=True)
def test_array_limit_is_enforced(party: Party, case: Field) -> None:
    """An array with fewer or more items than documented is refused, one of exactly so many is stored."""
    fewest, most = limit(case, "minItems") or 0, limit(case, "maxItems")
    if fewest > 0:
        few = _items(party, case, fewest - 1)
        expected = f"fewer than {fewest} items to be refused for {case.path}"
        expect_refused(party, case, [Bad(f"a list of {fewest - 1}", few)], keyword="minItems", expected=expected)
    if most is not None and _extendable(case):
        _judge_exact_items(party, case, most)
        many = _items(party, case, most + 1)
        expected = f"more than {most} items to be refused for {case.path}"
        expect_refused(party, case, [Bad(f"a list of {most + 1}", many)], keyword="maxItems", expected=expected)


def _items(party: Party, array: Field, size: int) -> list[Any]:
    """So many items, made up, or taken from the current ones where they cannot be."""
    if size == 0:
        return []
    if _extendable(array):
        item = Field(path=f"{array.path}[]", schema=array.schema.get("items", {}), children=array.children)
        return [party.values.fresh(item) for _ in range(size)]
    shown = look_up(party.read(without=array.top), array.response)
    if not isinstance(shown, list) or len(shown) < size:
        raise NotJudged(f"the record has fewer than {size} {array.path}")
    carried: list[Any] = party.composer.exact(array, shown[:size])
    return carried


def _judge_exact_items(party: Party, array: Field, size: int) -> None:
    before = party.read(without=array.top)
    done = write(party, party.composer.patch(before, array, _items(party, array, size)), before)
    failure = loss(party, done, f"a list of {size}")
    conclude(party, array, [failure] if failure else [], expected=f"{size} items to be stored in {array.path}")


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
