"""Atomicity among several writers: no accepted patch is lost to another one."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.judging.atomicity import working
from contracts.judging.evidence import differences_of, fresh_patch, fresh_patches, one_difference
from contracts.record.party import Party
from contracts.terms.rule import rule
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Field

MADE_UP = '"patch-contracts-no-such-state"'
TOGETHER = 4
"""Patches that are sent at the same time."""


def _tag(party: Party) -> str:
    """The strong entity tag of the record now; NotJudged where the target sends none."""
    tag = party.entity_tag()
    if not tag or tag.startswith("W/"):
        raise NotJudged("the target sends no strong entity tag")
    return tag


def _precondition_level(party: Party) -> Level:
    """Entity tags are a must where the document offers them; else whoever sends them should honour them."""
    choice = party.api.choices.get("if_match")
    return Level.MUST if choice is not None and choice.documented else Level.SHOULD


@rule("stale-precondition-refused", family="atomicity", advice="RFC 9110 13.1.1")
def test_stale_precondition_is_refused(party: Party, case: None) -> None:
    """A patch whose If-Match is not the current entity tag is refused, and changes nothing."""
    valid = working(party, "")
    if not valid:
        raise NotJudged("no field can be written")
    if not party.entity_tag():
        raise NotJudged("the target sends no entity tag")
    for stale, what in _stale_tags(party, valid[0]):
        before = party.read()
        exchange = party.patch(fresh_patch(party, before, valid[0]).body, headers={"If-Match": stale})
        changed = party.reader.differences(before, party.read())
        if exchange.ok or changed:
            raise Violation(
                expected=f"412 and no change for {what}",
                actual=exchange.said,
                exchange=exchange,
                difference=differences_of(changed),
                level=_precondition_level(party),
            )


def _stale_tags(party: Party, field: Field) -> Iterator[tuple[str, str]]:
    """The tag of an earlier state, where it is a strong one and has changed; and one that the record never had."""
    earlier = party.entity_tag()
    party.patch(fresh_patch(party, party.read(), field).body)
    if not earlier.startswith("W/") and party.entity_tag() != earlier:
        yield earlier, "the entity tag of an earlier state"
    yield MADE_UP, "an entity tag that the record never had"


@rule("entity-tag-changes", family="atomicity", advice="RFC 9110 8.8.3")
def test_entity_tag_changes_with_the_record(party: Party, case: None) -> None:
    """A patch that changes the record gives it another entity tag, and the current one is accepted in If-Match."""
    valid = working(party, "")
    if not valid:
        raise NotJudged("no field can be written")
    earlier, level, before = _tag(party), _precondition_level(party), party.read()
    exchange = party.patch(fresh_patch(party, before, valid[0]).body, headers={"If-Match": earlier})
    if not party.accepted(exchange):
        raise Violation(
            expected="a patch with the current entity tag to be accepted", actual=exchange.said, exchange=exchange, level=level
        )
    if party.entity_tag() == earlier and party.reader.differences(before, party.read()):
        raise Violation(
            expected="another entity tag after a change", actual=f"it is still {earlier}", exchange=exchange, level=level
        )


@rule("concurrent-patches-survive", family="atomicity", depth="thorough", advice="lost updates")
def test_concurrent_patches_of_different_fields_survive(party: Party, case: None) -> None:
    """Patches of different fields that are sent at the same time are all stored."""
    fields = working(party, "")[:TOGETHER]
    if len(fields) < 2:
        raise NotJudged("fewer than two fields can be written")
    for _round in range(5):
        before = party.read()
        patches = fresh_patches(party, before, fields)
        exchanges = party.patch_together([patch.body for patch in patches])
        after = party.read()
        for patch, exchange in zip(patches, exchanges, strict=True):
            if exchange.status is not None and exchange.status >= 500:
                raise Violation(
                    expected=f"a patch of {patch.field.path} beside others to be answered as it is alone",
                    actual=exchange.said,
                    exchange=exchange,
                )
            if party.accepted(exchange) and not party.reader.same(patch.field, patch.value, patch.shown_in(after)):
                raise Violation(
                    expected=f"{patch.field.path} to read {patch.value!r}, as was accepted beside another patch",
                    actual=f"it reads {patch.shown_in(after)!r}",
                    exchange=exchange,
                    difference=one_difference(patch.field.path, patch.value, patch.shown_in(after)),
                )
