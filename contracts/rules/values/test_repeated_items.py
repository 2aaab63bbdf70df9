"""Types: a list whose items are to differ holds none of them twice."""

from __future__ import annotations

from typing import Any

from contracts.judging.evidence import one_difference
from contracts.judging.faults import limit, may_be_sent
from contracts.judging.trials import Failure, conclude, shown_now, survived, tidy, writable
from contracts.record.party import Party
from contracts.record.records import ABSENT
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import brief
from contracts.terms.verdict import NotJudged
from specs import Api, Field


def _of_different_items(api: Api) -> list[Field]:
    """The lists that may hold two items, and by their schema none twice."""
    lists = [each for each in api.walk_fields() if each.kind == "array" and each.schema.get("uniqueItems") is True]
    stated = [each for each in lists if each.states("uniqueItems") and each.response is not None and each.hazard is None]
    return [each for each in stated if may_be_sent(each) and (limit(each, "maxItems") or 2) > 1]


@rule("repeated-item-not-stored", family="types", cases=field_cases(_of_different_items))
def test_item_is_not_stored_twice(party: Party, case: Field) -> None:
    """A list with an item twice, where the document has them differ, is refused, or is stored with the item once."""
    writable(party, case)
    before = party.read(without=case.top)
    value = _with_one_twice(party, case, party.composer.patch(before, case, None).shown_in(before))
    sent = party.composer.patch(before, case, value)
    exchange = party.patch(sent.body)
    now = shown_now(party, sent)
    failures = survived(party, "an item twice", exchange, before, case)
    tidy(party, case, before)
    if party.accepted(exchange) and not failures and _repeats(now):
        told = f"{brief(value)} was accepted, and {case.path} reads {brief(now)}"
        failures = [Failure(told, exchange, one_difference(case.path, sent.shown_in(before), now))]
    conclude(party, case, failures, expected=f"{case.path} with an item twice to be refused", keyword="uniqueItems")


def _with_one_twice(party: Party, field: Field, shown: Any) -> list[Any]:
    """A list that is valid but for one item that stands in it twice: the record's, or one that is made up."""
    key = party.reader.item_key(field.response or "")
    if any(each.name == key for each in field.children):
        raise NotJudged(f"the items of {field.path} have keys of their own")
    most = limit(field, "maxItems") or 0
    held = party.composer.carried(field, shown) if isinstance(shown, list) and shown else ABSENT
    if not isinstance(held, list) or not held:
        held = party.values.fresh(field)[:1]
    if most and len(held) >= most:
        held = held[: most - 1]
    return [*held, held[-1]]


def _repeats(now: Any) -> bool:
    return isinstance(now, list) and any(now.count(each) > 1 for each in now)
