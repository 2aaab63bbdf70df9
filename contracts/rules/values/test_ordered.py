"""Types: two members that may not come in the other order do not, though only one of them is sent."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from contracts.judging.faults import may_be_sent
from contracts.judging.telling.ordered import Order, beyond, orders
from contracts.judging.trials import Bad, expect_refused
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import look_up
from contracts.terms.rule import Case, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import NotJudged
from specs import Api, Field


def _sides(api: Api) -> Iterator[Case]:
    """Each of the two that a patch may set: whichever is sent, the other one stands in the record."""
    fields = settable(api)
    for order in orders(api):
        for field in (order.later, order.earlier):
            if field in fields and may_be_sent(field) and field.hazard is None:
                yield Case(field.path, (order, field))


@rule("order-of-members-kept", family="types", cases=_sides, advice="what the document says of two members holds of the record")
def test_order_of_two_members_is_kept(party: Party, case: tuple[Order, Field]) -> None:
    """A value that lies on the wrong side of another member, by the words of the document, is refused, though that one stays."""
    order, field = case
    is_later = field is order.later
    other = order.earlier if is_later else order.later
    expected = f"{field.path} {'before' if is_later else 'after'} {other.path} to be refused"
    expect_refused(party, field, _bads(party, field, other, -1 if is_later else 1), keyword="order", expected=expected)


def _bads(party: Party, field: Field, other: Field, step: int) -> Iterator[Bad]:
    """A value past the other member; past those of all items, since any of them may be the one that is changed."""
    limits = [each for each in _flat(look_up(party.known(field.top), other.response)) if beyond(each, step) is not None]
    if not limits:
        raise NotJudged(f"the record holds no {other.path}")
    limit = max(limits) if step > 0 else min(limits)
    value = beyond(limit, step)
    yield Bad(f"{spelled(value)}, where {other.path} is {spelled(limit)},", value)


def _flat(value: Any) -> Iterator[Any]:
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, list):
            yield from _flat(each)
        else:
            yield each
