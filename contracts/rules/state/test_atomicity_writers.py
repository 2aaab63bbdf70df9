"""Atomicity among several writers: no accepted patch is lost to another one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from contracts.judging.atomicity import is_writable, working
from contracts.judging.evidence import differences_of, fresh_patch, fresh_patches, joined, known_patch, one_difference
from contracts.judging.telling.misread import misread
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api, Field

MADE_UP = '"patch-contracts-no-such-state"'
TOGETHER = 4
"""Patches that are sent at the same time."""
ROUNDS, LEAST_ROUNDS = 12, 5
"""So often are different fields sent at the same time: at most, and where all fields had their turn before."""
CLASHES = 3
"""So often is one field sent two values at the same time."""
READINGS, MEANWHILE = 10, 20
"""Patches beside which the record is read, and readings of it meanwhile."""
SERVER_ERROR = 500
NOT_NOW = (429, 503)
"""Answers of a service that takes so many requests at a time and no more: nobody's fault (RFC 6585 4, RFC 9110 15.6.4)."""


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
    for field in party.few(_of_each_shape(valid), 1):
        _judge_tag_after_change(party, field)


def _of_each_shape(fields: Sequence[Field]) -> Iterable[Field]:
    """The first field of the record itself, of an object in it, of a list's items, and so on: a tag may be made of some alone."""
    first: dict[tuple[str, bool, bool], Field] = {}
    for each in fields:
        first.setdefault((each.kind, "[]" in each.path, "." in each.path), each)
    return first.values()


def _judge_tag_after_change(party: Party, field: Field) -> None:
    earlier, level, before = _tag(party), _precondition_level(party), party.read()
    exchange = party.patch(fresh_patch(party, before, field).body, headers={"If-Match": earlier})
    if not party.accepted(exchange):
        raise Violation(
            expected="a patch with the current entity tag to be accepted", actual=exchange.said, exchange=exchange, level=level
        )
    changed = party.reader.differences(before, party.read())
    if changed and party.entity_tag() == earlier:
        raise Violation(
            expected=f"another entity tag after a change of {field.path}",
            actual=f"it is still {earlier}",
            exchange=exchange,
            difference=differences_of(changed),
            level=level,
        )


@rule("concurrent-patches-survive", family="atomicity", depth="thorough", advice="lost updates")
def test_concurrent_patches_of_different_fields_survive(party: Party, case: None) -> None:
    """Patches of different fields that are sent at the same time are all stored."""
    crowd = _Crowd(party)
    for fields in _groups(party):
        before = party.read()
        patches = fresh_patches(party, before, fields)
        exchanges = party.patch_together([patch.body for patch in patches])
        after = party.read()
        crowd.note(exchanges)
        for patch, exchange in zip(patches, exchanges, strict=True):
            _check_answered(patch, exchange)
            if party.accepted(exchange) and not party.reader.same(patch.field, patch.value, patch.shown_in(after)):
                raise misread(
                    patch.field.path, patch.value, patch.shown_in(after), ", as was accepted beside another patch", exchange
                )
    crowd.check()


class _Crowd:
    """Whether patches at the same time were carried out at all, by a service that takes only so many."""

    def __init__(self, party: Party) -> None:
        self._party = party
        self._met = False
        self._busy: Exchange | None = None

    def note(self, exchanges: Sequence[Exchange]) -> None:
        """Take notice of one round: it shows something where two patches were accepted."""
        self._met = self._met or sum(map(self._party.accepted, exchanges)) > 1
        self._busy = next((each for each in exchanges if each.status in NOT_NOW), self._busy)

    def check(self) -> None:
        """Raise NotJudged where no round has shown anything, since the service was too busy."""
        if self._busy is not None and not self._met:
            raise NotJudged(f"fewer than two patches at the same time are carried out here: {self._busy.said}")


def _groups(party: Party) -> Iterator[list[Field]]:
    """Fields of different properties, so many together that each field has its turn; NotJudged where there are too few."""
    known: set[Field] = set()
    for turn in range(ROUNDS):
        fields = working(party, "", turn)
        if len(fields) < 2:
            raise NotJudged("fewer than two fields can be written")
        if turn >= LEAST_ROUNDS and known >= set(fields):
            return
        known |= set(fields)
        parts = [fields[at : at + TOGETHER] for at in range(turn % TOGETHER, len(fields), TOGETHER)]
        yield from (part for part in ([*fields[: turn % TOGETHER], *parts[-1]], *parts[:-1]) if len(part) > 1)


def _check_answered(patch: Patch, exchange: Exchange) -> None:
    """A patch beside others is accepted, refused or put off, and no failure of the server."""
    if exchange.status is not None and exchange.status >= SERVER_ERROR and exchange.status not in NOT_NOW:
        raise Violation(
            expected=f"a patch of {patch.field.path} beside others to be answered as it is alone",
            actual=exchange.said,
            exchange=exchange,
        )


def _common(api: Api) -> list[Field]:
    """The fields whose values are nobody's own: what is unique is looked up among all records, one after another."""
    return [each for each in settable(api) if not each.unique]


@rule("concurrent-values-one-wins", family="atomicity", cases=field_cases(_common), depth="thorough", advice="lost updates")
def test_of_two_values_at_the_same_time_one_is_stored(party: Party, case: Field) -> None:
    """Of two patches that give a field two values at the same time, one is what the record shows afterwards."""
    if not is_writable(party, case) or case.response in party.reader.derived:
        raise NotJudged(f"no plain write of {case.path} works here")
    crowd = _Crowd(party)
    for _round in range(CLASHES):
        before = party.read()
        patches = [known_patch(party, before, case), known_patch(party, before, case)]
        exchanges = party.patch_together([each.body for each in patches])
        after = party.read()
        for patch, exchange in zip(patches, exchanges, strict=True):
            _check_answered(patch, exchange)
        crowd.note(exchanges)
        now = patches[0].shown_in(after)
        taken = [patch for patch, exchange in zip(patches, exchanges, strict=True) if party.accepted(exchange)]
        if taken and not any(party.reader.same(case, each.value, each.shown_in(after)) for each in taken):
            raise Violation(
                expected=f"{case.path} to read {' or '.join(spelled(each.value) for each in taken)}, sent at the same time",
                actual=f"it reads {spelled(now)}",
                exchange=exchanges[0],
                difference=one_difference(case.path, taken[0].value, now),
            )
    crowd.check()


@rule("reading-beside-a-patch-whole", family="atomicity", depth="thorough", standard="RFC 5789 2")
def test_reading_beside_a_patch_shows_all_of_it_or_nothing(party: Party, case: None) -> None:
    """What a GET shows while a patch of several fields is carried out is the record before it or after it, and no mixture."""
    if not party.reads_by_get or party.state.settle:
        raise NotJudged("no GET shows at once what the record is")
    fields = working(party, "")
    if len(fields) < 2:
        raise NotJudged("fewer than two fields can be written")
    for _round in range(READINGS):
        before = party.read()
        patches = fresh_patches(party, before, fields)
        exchange, records = party.read_beside(joined(patches), MEANWHILE)
        if not party.accepted(exchange):
            raise NotJudged(f"the patch of several fields is not accepted: {exchange.said}")
        after = party.read()
        moved = [each for each in patches if not party.reader.equal(each.shown_in(before), each.shown_in(after))]
        for record in records:
            old = [each for each in moved if party.reader.equal(each.shown_in(record), each.shown_in(before))]
            new = [each for each in moved if party.reader.equal(each.shown_in(record), each.shown_in(after))]
            if old and new:
                raise Violation(
                    expected="a reading beside a patch to show all of it, or nothing",
                    actual=f"{new[0].field.path} was new in it, and {old[0].field.path} still old",
                    exchange=exchange,
                    difference=one_difference(old[0].field.path, old[0].shown_in(after), old[0].shown_in(record)),
                )
