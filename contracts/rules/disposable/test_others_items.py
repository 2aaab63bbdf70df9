"""Keys of another record's items, where only the record's own may be meant."""

from __future__ import annotations

from contracts.record.party import Party
from contracts.record.patches import leaves
from contracts.record.records import ABSENT, look_up, member
from contracts.rules.disposable.spending import check_disposable, judge_rest, spent
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import NotJudged, Violation
from specs import Api, Field


def _own_references(api: Api) -> list[Field]:
    own = [each for each in leaves(api) if each.reference is not None and each.reference.own is not None]
    return [each for each in own if not each.read_only and each.write != "open" and each.hazard is None]


@rule("others-item-not-taken", family="isolation", cases=field_cases(_own_references), wfc="F206", spoils=True)
def test_item_of_another_record_is_not_taken(party: Party, case: Field) -> None:
    """A reference to an item of another record is refused or without effect, and leaves that record as it was."""
    check_disposable(party, f"a key of another record's items is not sent for {case.path}: it might be taken from there")
    other = party.bystander
    if other is None or case.reference is None:
        raise NotJudged("the target names no bystander")
    theirs, before = other.read(), party.read(without=case.top)
    key = next(iter(sorted(_keys(theirs, case) - _keys(before, case), key=str)), ABSENT)
    if key is ABSENT:
        raise NotJudged(f"the bystander has no {case.reference.own} that this record lacks")
    patch = party.composer.patch(before, case, key)
    exchange = spent(party, patch.body, before, f"a key of another record's {case.reference.own} for {case.path}")
    judge_rest(
        exchange,
        party.reader.differences(theirs, other.read(), derived=True),
        f"the other record to keep its {case.reference.own} as they were",
    )
    now = patch.shown_in(party.read(without=case.top))
    if party.accepted(exchange) and now is not ABSENT and party.reader.equal(now, key):
        raise Violation(
            expected=f"{case.path} to refer to this record's own {case.reference.own}",
            actual=f"it reads {spelled(key)}, which is the other record's; {exchange.said}",
            exchange=exchange,
        )


def _keys(record: object, case: Field) -> set[object]:
    """The keys of a record's items to which the field refers."""
    assert case.reference is not None
    items = look_up(record, case.reference.own)
    found = (member(item, case.reference.key) for item in (items if isinstance(items, list) else []))
    return {each for each in found if isinstance(each, str | int)}
