"""Partial update: what is sent is stored, what is not sent stays, and the answer shows both."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from contracts.judging.acceptance import keeps_its_own, one_moment, rules_out, switched
from contracts.judging.evidence import (
    Write,
    base,
    check_accepted,
    collateral,
    control,
    differences_of,
    fresh_patch,
    one_difference,
    single,
    single_or_none,
    stored,
    unsteady,
    write,
)
from contracts.judging.groups import combinable, group_writes
from contracts.judging.telling.misread import misread
from contracts.record.calls import encoded
from contracts.record.keeping.kinds import names_a_record
from contracts.record.party import Party
from contracts.record.patches import Patch, settable, unshown
from contracts.record.records import ABSENT, Located, related
from contracts.target.target import plain_path, top_of
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api, Field


@rule("sent-field-stored", family="partial_update", cases=field_cases(settable), wfc="F303")
def test_sent_field_is_stored(party: Party, case: Field) -> None:
    """A valid value sent for one field alone is accepted, and a later reading shows it."""
    done = single(party, case)
    if done.exchange.status is not None and done.exchange.status >= 500 and stored(party, done):
        raise NotJudged("the value is stored, and yet the answer is a server error: judged by server-error-changes-nothing")
    if party.disguised(done.exchange) and stored(party, done):
        raise NotJudged("the value is stored, and the answer shows no record: judged by record-shown")
    if done.exchange.refused and "enum" in case.schema and _current_accepted(party, case):
        raise NotJudged(f"the current member of {case.path} is accepted: judged by member-stored")
    check_accepted(party, done)
    if not stored(party, done):
        now = done.patch.shown_in(done.after)
        _excuse(party, case, done)
        level = Level.SHOULD if keeps_its_own(party, done.patch, now) else None
        raise misread(case.path, done.patch.value, now, " after the patch", done.exchange, level=level)


def _current_accepted(party: Party, field: Field) -> bool:
    record = party.read(without=field.top)
    current = party.composer.patch(record, field, None).shown_in(record)
    return current is not ABSENT and party.accepted(party.patch(party.composer.patch(record, field, current).body))


def _excuse(party: Party, field: Field, done: Write) -> None:
    """Raise NotJudged where another rule is about what kept the value from being shown."""
    if names_a_record(field) and done.patch.value not in party.target.values.get(plain_path(field.path), ()):
        raise NotJudged(f"{field.path} names another record, and the value that was sent names none: list some under [values]")
    if _other_took_it(party, field):
        raise NotJudged(f"the bystander's {field.path} took the value: judged by other-customer-unchanged")
    if "enum" in field.schema and done.patch.shown_in(done.after) not in (*field.schema["enum"], ABSENT):
        raise NotJudged(f"{field.path} is shown as no member: judged by record-inside-enum")
    if "enum" in field.schema and any(_member_stored(party, field, value) for value in field.schema["enum"] if value is not None):
        raise NotJudged(f"another member of {field.path} is stored: judged by member-stored")
    if field.top != field.path and unsteady(party, field.top) - {field.response}:
        raise NotJudged(f"{field.top} changes when it is sent as it is: judged by no-op-changes-nothing")
    if _never_shown(party, field, done):
        raise Violation(
            expected=f"{field.path}, which the document lists, to be shown after it was written",
            actual="no record that was seen has it",
            exchange=done.exchange,
            level=Level.SHOULD,
        )
    shown = party.api.shown(field)
    never = done.patch.shown_in(done.before) is ABSENT and done.patch.shown_in(done.after) is ABSENT
    if shown is not None and never and (shown.required or _shown_as_null(field, done)):
        raise NotJudged(f"the record never shows {field.path}: judged by response")


def _never_shown(party: Party, field: Field, done: Write) -> bool:
    """Whether the member of a field at the top is in no record at all, the bystander's included."""
    name = top_of(field.response or "")
    seen = [done.before, done.after, party.record_in(done.exchange) or {}]
    if party.bystander is not None:
        with suppress(NotJudged):
            seen.append(party.bystander.read())
    needed = {each.path for each in party.api.record if each.required}
    return name not in needed and not any(name in record for record in seen)


def _other_took_it(party: Party, field: Field) -> bool:
    """Whether another value, or its own, sent to this record, comes into the bystander's record."""
    if party.bystander is None:
        return False
    record = party.read(without=field.top)
    fresh = fresh_patch(party, record, field)
    for value in (fresh.value, fresh.shown_in(record)):  # it may hold the first one already
        if value is ABSENT:
            continue
        patch = party.composer.patch(record, field, value)
        before = patch.shown_in(party.bystander.read())
        party.patch(patch.body)
        after = patch.shown_in(party.bystander.read())
        if party.reader.same(field, patch.value, after) and not party.reader.equal(before, after):
            return True
    return False


def _shown_as_null(field: Field, done: Write) -> bool:
    """A null in place of a value that the document does not let be null."""
    return (
        not field.nullable
        and "[]" not in field.path
        and "." not in field.path
        and done.after.get(field.response or "", ABSENT) is None
    )


def _member_stored(party: Party, field: Field, value: Any) -> bool:
    before = party.read(without=field.top)
    done = write(party, party.composer.patch(before, field, value), before)
    return (
        party.accepted(done.exchange) and stored(party, done) and not party.reader.same(field, value, done.patch.shown_in(before))
    )


def _victims(api: Api) -> list[Field]:
    """Everything that a record shows, the server's own and keys of array items included: none may change unasked."""
    shown = [each for each in api.walk_fields() if each.response is not None]
    unnamed = [
        Field(path=leaf.path, schema=leaf.schema, response=leaf.path, read_only=True)
        for leaf in api.walk_record()
        if not (leaf.children or leaf.volatile or leaf.derived)
        and not any(related(leaf.path, base(field)) for field in shown if not field.children)
        and not any(leaf.path == field.path for field in api.walk_fields())
    ]
    return [*(each for each in shown if not each.children), *unnamed]


@rule("omitted-fields-unchanged", family="partial_update", cases=field_cases(_victims), wfc="F119")
def test_omitted_fields_are_unchanged(party: Party, case: Field) -> None:
    """A field that a patch does not name keeps its value, whichever other field is patched."""
    _judge_first_write(party, case)
    judged, lesser, movers = 0, None, list[Field]()
    for other in (*settable(party.api), *unshown(party.api)):
        if other is case or _never_readable(party, other):
            continue
        done = single_or_none(party, other)
        if done is None or not party.accepted(done.exchange):
            continue
        judged += 1
        found = _changed_by(party, case, other, done)
        if found is not None and found.level is not Level.SHOULD:
            raise found
        if found is not None:
            lesser = lesser or found
            movers.append(other)
    _judge_groups(party, case, movers)
    _judge_mask(party, case)
    if lesser is not None:
        raise lesser
    if not judged:
        raise NotJudged("no other field could be patched")
    if case.response in party.movement.found:
        raise NotJudged(f"{case.path} changes by itself: two readings differ with nothing written between them")


def _judge_mask(party: Party, case: Field) -> None:
    """A member that a body has and its field mask does not name keeps its value (AIP-134); judged with the first of two members.

    A should: how a mask is meant is mostly told in words.
    """
    mask = next((each.name for each in party.api.field_masks), None)
    if mask is None or party.caution is not None or case.path != case.top or case not in settable(party.api):
        return
    others = (single_or_none(party, each) for each in settable(party.api) if each.path == each.top)
    known = [each for each in others if each is not None and party.accepted(each.exchange) and stored(party, each)][:2]
    if len(known) < 2 or known[0].field is not case:
        return
    before = party.read()
    left_out, named = (fresh_patch(party, before, each.field) for each in known)
    body = {**left_out.body, **named.body}
    exchange = party.send("PATCH", encoded(body), query={mask: known[1].field.name})
    after = party.read()
    old, now = left_out.shown_in(before), left_out.shown_in(after)
    if party.accepted(exchange) and party.reader.same(case, left_out.value, now) and not party.reader.same(case, old, now):
        raise Violation(
            expected=f"{case.path} to stay as it was when {mask} names {known[1].field.path} alone",
            actual=f"it changed from {spelled(old)} to {spelled(now)}",
            exchange=exchange,
            difference=one_difference(case.path, old, now),
            level=Level.SHOULD,
        )


def _judge_first_write(party: Party, case: Field) -> None:
    """What requests cannot set was as it was after the very first write, which changed nothing: later ones might not show it.

    A should: a service may bring what it owns up to date at the first occasion. What stood beside the record and is gone was the
    client's; it is judged with the first field.
    """
    first = party.movement.first_write
    if first is not None and first.lost and case is settable(party.api)[0]:
        raise Violation(
            expected=f"what stands beside the record to stay when {first.name} is patched with the value that it has",
            actual=f"{first.lost[0].path} held {spelled(first.lost[0].before)}, and is gone",
            exchange=first.exchange,
            difference=first.lost,
        )
    if first is None or not case.read_only:
        return
    changed = [each for each in party.reader.differences(first.before, first.after) if _is_about(case, each)]
    if changed:
        raise Violation(
            expected=f"{case.path} to stay as it was when {first.name} is patched with the value that it has",
            actual=f"it changed from {spelled(changed[0].difference.before)} to {spelled(changed[0].difference.after)}",
            exchange=first.exchange,
            difference=differences_of(changed),
            level=Level.SHOULD,
        )


def _changed_by(party: Party, case: Field, other: Field, done: Write) -> Violation | None:
    """What the write of another field changes of this one; None for nothing."""
    changed = [each for each in collateral(party, done) if _is_about(case, each)]
    if changed and other.top != other.path:
        changed = [each for each in changed if each.where not in unsteady(party, other.top)]
    changed = [each for each in changed if not _goes_along(party, each, done)]
    if not changed or one_moment(case, other, done.before, done.after):
        return None
    _excuse_follower(party, case, other)
    return Violation(
        expected=f"{case.path} to stay as it was when only {other.path} is patched",
        actual=f"it changed from {spelled(changed[0].difference.before)} to {spelled(changed[0].difference.after)}",
        exchange=done.exchange,
        difference=differences_of(changed),
        level=Level.SHOULD if _ruled_out(party, case, done) else _level(changed, [other], done),
    )


def _goes_along(party: Party, found: Located, done: Write) -> bool:
    """What no request sets follows another field that the same write has changed unasked: that one is told."""
    moved = {each.where for each in collateral(party, done)} - {found.where}
    sources = [each for each in settable(party.api) if each.response in moved]
    if found.where not in party.reader.unset or not sources:
        return False
    with party.movement.written(*sources):
        return party.movement.moves(found.where)


def _ruled_out(party: Party, case: Field, done: Write) -> bool:
    """The new value goes with no such value of this field as it held: it is for the document to say so, and few do."""
    if case not in settable(party.api) or "[]" in case.path or done.patch.value is None:
        return False
    try:
        old = control(party, case).patch.shown_in(done.before)
        return old is not ABSENT and rules_out(party, done.patch, case, old, done.before)
    except NotJudged:
        return False


def _excuse_follower(party: Party, case: Field, other: Field) -> None:
    """Raise NotJudged for a field that takes no value of its own, and goes and comes with another."""
    if case in settable(party.api) and case.response is not None:
        single_or_none(party, case)
        with party.movement.written(other):
            if case.response in party.reader.unset and party.movement.moves(case.response):
                how = party.movement.found[case.response]
                raise NotJudged(f"{case.path} {how}: it takes no value of its own: judged by sent-field-stored")


def _judge_groups(party: Party, case: Field, movers: Sequence[Field]) -> None:
    """What two fields do not change one by one, they do not change together; ``movers`` were seen to."""
    for fields, done, located in _group_changes(party):
        if any(each in movers for each in fields):
            continue
        changed = [each for each in located if _is_about(case, each) and case.top not in {field.top for field in fields}]
        # where requests are few, no rule of its own sends a whole property alone as it is
        asked = [field.top for field in fields if not party.thrifty or field.path != field.top]
        changed = [each for each in changed if not any(each.where in unsteady(party, top) for top in asked)]
        if changed:
            raise Violation(
                expected=f"{case.path} to stay as it was when {', '.join(field.path for field in fields)} are patched together",
                actual=f"it changed from {spelled(changed[0].difference.before)} to {spelled(changed[0].difference.after)}",
                exchange=done.exchange,
                difference=differences_of(changed),
                level=_level(changed, fields, done),
            )


def _level(changed: list[Located], fields: list[Field], done: Write) -> Level | None:
    """A should for flags that exclude or need each other: it is for the document to say so, and few do."""
    return Level.SHOULD if all(switched(fields, done.patch.body, each) for each in changed) else None


def _group_changes(party: Party) -> list[tuple[list[Field], Write, list[Located]]]:
    """The fields of each accepted patch of several, its write, and all that it changed; worked out once."""
    if "group changes" not in party.memory:
        usable = [field for field, _write in combinable(party)]
        writes = group_writes(party, usable) if len(usable) > 1 else []
        party.memory["group changes"] = [
            ([patch.field for patch in patches], done, _unfilled(party, patches, done))
            for patches, done in writes
            if party.accepted(done.exchange)
        ]
    kept: list[tuple[list[Field], Write, list[Located]]] = party.memory["group changes"]
    return kept


def _unfilled(party: Party, patches: list[Patch], done: Write) -> list[Located]:
    filled = {path for patch in patches for path in patch.filled}
    return [each for each in party.reader.differences(done.before, done.after) if each.where not in filled]


def _never_readable(party: Party, other: Field) -> bool:
    """A field whose write is known to end without a verdict, so that it is not tried again."""
    return isinstance(party.memory.get(("single", other.path)), NotJudged)


def _is_about(victim: Field, found: Located) -> bool:
    """Whether a difference is in the victim, or in the array that holds it: items that came or went."""
    path = base(victim)
    changed = found.where.replace("[]", "")
    return path is not None and (
        f"{changed}.".startswith(f"{path}.") or (found.where != changed and path.startswith(f"{changed}."))
    )
