"""Partial update: what is sent is stored, and what is not sent stays."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from itertools import pairwise
from typing import Any

from contracts.judging.evidence import (
    Write,
    base,
    collateral,
    companion,
    control,
    differences_of,
    falsy_values,
    falsy_write,
    fresh_patch,
    fresh_patches,
    joined,
    one_difference,
    single,
    single_or_none,
    stored,
    unsteady,
    write,
)
from contracts.judging.trials import elsewhere
from contracts.record.party import Party
from contracts.record.patches import Patch, settable, unshown
from contracts.record.records import ABSENT, Located, related
from contracts.terms.rule import field_cases, labelled_cases, rule
from contracts.terms.verdict import NotJudged, Observed, Violation
from specs import Api, Field


def _outcome(party: Party, done: Write) -> None:
    """Raise what an unsuccessful plain write means for a field that may be refused, else the violation."""
    field = done.field
    if not party.accepted(done.exchange):
        if field.write == "if_accepted" and done.exchange.refused:
            raise Observed("write", "refuse", f"write of {field.path}: refuse", exchange=done.exchange)
        raise Violation(
            expected=f"a valid value for {field.path} alone to be accepted with {party.api.success}",
            actual=done.exchange.said,
            exchange=done.exchange,
        )


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
    _outcome(party, done)
    if not stored(party, done):
        now = done.patch.shown_in(done.after)
        _excuse(party, case, done)
        raise Violation(
            expected=f"{case.path} to read {done.patch.value!r} after the patch",
            actual=f"it reads {now!r}",
            exchange=done.exchange,
            difference=one_difference(case.path, done.patch.value, now),
        )


def _current_accepted(party: Party, field: Field) -> bool:
    record = party.read(without=field.top)
    current = party.composer.patch(record, field, None).shown_in(record)
    return current is not ABSENT and party.accepted(party.patch(party.composer.patch(record, field, current).body))


def _excuse(party: Party, field: Field, done: Write) -> None:
    """Raise NotJudged where another rule is about what kept the value from being shown."""
    if _other_took_it(party, field):
        raise NotJudged(f"the bystander's {field.path} took the value: judged by other-customer-unchanged")
    if "enum" in field.schema and done.patch.shown_in(done.after) not in (*field.schema["enum"], ABSENT):
        raise NotJudged(f"{field.path} is shown as no member: judged by record-inside-enum")
    if "enum" in field.schema and any(_member_stored(party, field, value) for value in field.schema["enum"] if value is not None):
        raise NotJudged(f"another member of {field.path} is stored: judged by member-stored")
    if field.top != field.path and unsteady(party, field.top) - {field.response}:
        raise NotJudged(f"{field.top} changes when it is sent as it is: judged by no-op-changes-nothing")
    if _never_shown(party, field, done):
        raise NotJudged(f"no record that was seen shows {field.path}, and the document does not say that it has to")
    shown = next((each for each in party.api.walk_record() if each.path == field.response), None)
    never = done.patch.shown_in(done.before) is ABSENT and done.patch.shown_in(done.after) is ABSENT
    if shown is not None and never and (shown.required or _shown_as_null(field, done)):
        raise NotJudged(f"the record never shows {field.path}: judged by the response rules")


def _never_shown(party: Party, field: Field, done: Write) -> bool:
    """Whether the member of a field at the top is in no record at all, the bystander's included."""
    name = (field.response or "").removesuffix("[]").split(".")[0].removesuffix("[]")
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
    owned = [each for each in api.record if not any(related(each.path, field.response) for field in shown)]
    unnamed = [
        Field(path=leaf.path, schema=leaf.schema, response=leaf.path, read_only=True)
        for each in owned
        for leaf in each.walk()
        if not (leaf.children or leaf.volatile or leaf.derived)
        and not any(leaf.path == field.path for field in api.walk_fields())
    ]
    return [*(each for each in shown if not each.children), *unnamed]


@rule("omitted-fields-unchanged", family="partial_update", cases=field_cases(_victims), wfc="F119")
def test_omitted_fields_are_unchanged(party: Party, case: Field) -> None:
    """A field that a patch does not name keeps its value, whichever other field is patched."""
    judged = 0
    for other in (*settable(party.api), *unshown(party.api)):
        if other is case or _never_readable(party, other):
            continue
        done = single_or_none(party, other)
        if done is None or not party.accepted(done.exchange):
            continue
        judged += 1
        changed = [each for each in collateral(party, done) if _is_about(case, each)]
        if changed and other.top != other.path:
            changed = [each for each in changed if each.where not in unsteady(party, other.top)]
        if changed:
            raise Violation(
                expected=f"{case.path} to stay as it was when only {other.path} is patched",
                actual=f"it changed from {changed[0].difference.before!r} to {changed[0].difference.after!r}",
                exchange=done.exchange,
                difference=differences_of(changed),
            )
    _judge_groups(party, case)
    if not judged:
        raise NotJudged("no other field could be patched")
    if case.response in party.movement.found:
        raise NotJudged(f"{case.path} changes by itself: two readings differ with nothing written between them")


def _judge_groups(party: Party, case: Field) -> None:
    """What two fields do not change one by one, they do not change together."""
    for fields, done, located in _group_changes(party):
        changed = [each for each in located if _is_about(case, each) and case.top not in {field.top for field in fields}]
        changed = [each for each in changed if not any(each.where in unsteady(party, field.top) for field in fields)]
        if changed:
            raise Violation(
                expected=f"{case.path} to stay as it was when {', '.join(field.path for field in fields)} are patched together",
                actual=f"it changed from {changed[0].difference.before!r} to {changed[0].difference.after!r}",
                exchange=done.exchange,
                difference=differences_of(changed),
            )


def _group_changes(party: Party) -> list[tuple[list[Field], Write, list[Located]]]:
    """The fields of each accepted patch of several, its write, and all that it changed; worked out once."""
    if "group changes" not in party.memory:
        usable = [field for field, _write in _combinable(party)]
        writes = _group_writes(party, usable) if len(usable) > 1 else []
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


def _nullable(api: Api) -> list[Field]:
    return [each for each in settable(api) if each.states("nullable")]


@rule("null-stored", family="partial_update", cases=field_cases(_nullable))
def test_null_is_stored(party: Party, case: Field) -> None:
    """Null sent for a nullable field is accepted and empties it, which leaving the field out does not."""
    if case.types != {"null"} and case.safe.get("type") != "null":
        _hold_something(party, case)
    before = party.read(without=case.top)
    done = write(party, party.composer.patch(before, case, None), before)
    _outcome(party, done)
    now = done.patch.shown_in(done.after)
    if now is not ABSENT and now is not None:
        raise Violation(
            expected=f"{case.path} to be null after null was sent",
            actual=f"it reads {now!r}",
            exchange=done.exchange,
            difference=one_difference(case.path, None, now),
        )
    answered = party.record_in(done.exchange)
    shown = done.patch.shown_in(answered or {})
    if shown is not ABSENT and shown is not None:
        raise Violation(
            expected=f"the answer to show {case.path} as null, which a reading shows right after",
            actual=f"it shows {shown!r}",
            exchange=done.exchange,
            difference=one_difference(case.path, None, shown),
        )
    _judge_null_in_company(party, case)


def _judge_null_in_company(party: Party, field: Field) -> None:
    """Null and what follows it in the body are both stored."""
    if field.types != {"null"} and field.safe.get("type") != "null":
        _hold_something(party, field)
    before = party.read()
    company = companion(party, before, field)
    if company is None:
        return
    null = party.composer.patch(before, field, None)
    done = write(party, Patch(field, None, {**null.body, **company.body}, null.selectors), before)
    if not party.accepted(done.exchange):
        return
    for patch in (null, company):
        now = patch.shown_in(done.after)
        if not party.reader.same(patch.field, patch.value, now):
            raise Violation(
                expected=f"{patch.field.path} to read {patch.value!r} after null for {field.path} beside {company.field.path}",
                actual=f"it reads {now!r}",
                exchange=done.exchange,
                difference=one_difference(patch.field.path, patch.value, now),
            )


def _hold_something(party: Party, field: Field) -> None:
    """Arrange that the field holds a value, so that null makes a difference."""
    if single_or_none(party, field) is not None:
        control(party, field)
    record = party.read(without=field.top)
    if party.composer.patch(record, field, None).shown_in(record) is ABSENT:
        party.patch(fresh_patch(party, record, field).body)


def _falsy(api: Api) -> Mapping[str, Any]:
    return {f"{each.path}": (each, value) for each in settable(api) for value in falsy_values(each)}


@rule("falsy-value-stored", family="partial_update", cases=labelled_cases(_falsy))
def test_falsy_value_is_stored(party: Party, case: tuple[Field, Any]) -> None:
    """An accepted empty string, zero, false or empty list is stored: it is a value, not the absence of one."""
    field, value = case
    control(party, field)
    done = falsy_write(party, field, value)
    documented = (
        field.kind == "scalar" and value is False and field.write == "documented" and field.response not in party.reader.derived
    )
    if not party.accepted(done.exchange):
        if done.exchange.refused and not documented:
            raise Observed("falsy", "refuse", f"{value!r} for {field.path}: refuse", exchange=done.exchange)
        if not documented and (party.disguised(done.exchange) or elsewhere(party, field, "").broken):
            raise NotJudged("what is refused is answered like this elsewhere too: judged by invalid-field-status")
        raise Violation(expected=f"{value!r} for {field.path} to be accepted", actual=done.exchange.said, exchange=done.exchange)
    now = done.patch.shown_in(done.after)
    if field.response in party.reader.derived and party.reader.equal(now, not value):
        raise Observed("falsy", "ignore", f"{value!r} for {field.path}: ignore", exchange=done.exchange)
    if now is not ABSENT and not party.reader.same(field, value, now):
        if value == "" and isinstance(now, dict | list):
            raise NotJudged("the empty text is shown as another type: judged by documented-types")
        raise Violation(
            expected=f"{field.path} to read {value!r} after it was accepted",
            actual=f"it reads {now!r}",
            exchange=done.exchange,
            difference=one_difference(field.path, value, now),
        )


def _combinable(party: Party) -> list[tuple[Field, Write]]:
    """Top-level fields whose plain write works, at most one for each property."""
    found: dict[str, tuple[Field, Write]] = {}
    for field in settable(party.api):
        if field.top in found or field.response in party.reader.derived:
            continue
        try:
            found[field.top] = (field, control(party, field))
        except NotJudged:
            continue
    return list(found.values())


def _together(party: Party, fields: list[Field], *, reverse: bool = False) -> tuple[list[Patch], Write]:
    """One patch of several fields at once, each to a fresh value."""
    before = party.read()
    patches = fresh_patches(party, before, fields)
    if not patches:
        raise NotJudged("no field has another value to take")
    body = joined(reversed(patches) if reverse else patches)
    return patches, write(party, Patch(patches[0].field, patches[0].value, body, patches[0].selectors), before)


def _tops(api: Api) -> list[Field]:
    found: dict[str, Field] = {}
    for field in settable(api):
        found.setdefault(field.top, field)
    return list(found.values()) if len(found) > 1 else []


@rule("fields-stored-together", family="partial_update", cases=field_cases(_tops))
def test_fields_sent_together_are_all_stored(party: Party, case: Field) -> None:
    """Of several fields in one patch, each is stored: the first, the last, and those between."""
    usable = [field for field, _write in _combinable(party)]
    if case not in usable or len(usable) < 2:
        raise NotJudged(f"a plain write of {case.path}, or of any other field, does not work here")
    forward, _backward, *pairs = _group_writes(party, usable)
    for patches, done in (forward, *pairs):
        own = next((patch for patch in patches if patch.field is case), None)
        if own is None:
            continue
        now = own.shown_in(done.after)
        if not party.accepted(done.exchange):
            raise Violation(
                expected=f"valid values for {', '.join(patch.field.path for patch in patches)} in one patch to be accepted",
                actual=done.exchange.said,
                exchange=done.exchange,
            )
        if not party.reader.same(case, own.value, now):
            raise Violation(
                expected=f"{case.path} to read {own.value!r} after a patch of {len(patches)} fields",
                actual=f"it reads {now!r}",
                exchange=done.exchange,
                difference=one_difference(case.path, own.value, now),
            )


def _group_writes(party: Party, usable: list[Field]) -> list[tuple[list[Patch], Write]]:
    """All fields at once in both orders, and each with its neighbour; made once."""
    kept: list[tuple[list[Patch], Write]] = party.memory.setdefault("groups", [])
    if not kept:
        kept.append(_together(party, usable))
        kept.append(_together(party, usable, reverse=True))
        pairs = [*pairwise(usable), (usable[0], usable[-1])]
        kept.extend(_together(party, list(pair)) for pair in dict.fromkeys(pairs))
    return kept


@rule("key-order-irrelevant", family="partial_update")
def test_key_order_is_irrelevant(party: Party, case: None) -> None:
    """The order of the members of a body makes no difference to what is stored."""
    usable = [field for field, _write in _combinable(party)]
    if len(usable) < 2:
        raise NotJudged("fewer than two fields can be written")
    (_, forward), (_, backward) = _group_writes(party, usable)[:2]
    if not party.accepted(forward.exchange):
        raise NotJudged("all fields in one patch are not accepted: judged by fields-stored-together")
    if _lost(party, _group_writes(party, usable)[0]):
        raise NotJudged("the document's order loses fields too: judged by fields-stored-together")
    again = write(party, Patch(usable[0], None, backward.patch.body), settled=False)
    steady = write(party, Patch(usable[0], None, backward.patch.body), again.after, settled=False)
    if not party.accepted(steady.exchange):
        raise NotJudged("a repeat in the same order is not accepted: judged by repeat-same-answer")
    if party.reader.differences(again.after, steady.after):
        raise NotJudged("a repeat in the same order changes something too: judged by the repeats")
    repeated = write(party, Patch(usable[0], None, dict(reversed(list(backward.patch.body.items())))), steady.after)
    changed = party.reader.differences(steady.after, repeated.after)
    if not party.accepted(backward.exchange) or not party.accepted(repeated.exchange):
        raise Violation(
            expected="the same body in another order to be accepted", actual=repeated.exchange.said, exchange=backward.exchange
        )
    if changed:
        raise Violation(
            expected="the same record after the same body in another order of keys",
            actual=f"{changed[0].difference.path} differs",
            exchange=repeated.exchange,
            difference=differences_of(changed),
        )


def _lost(party: Party, group: tuple[list[Patch], Write]) -> bool:
    patches, done = group
    return not all(party.reader.same(patch.field, patch.value, patch.shown_in(done.after)) for patch in patches)


@rule("response-shows-stored", family="partial_update", cases=field_cases(settable))
def test_response_shows_what_is_stored(party: Party, case: Field) -> None:
    """The answer to a patch shows the record as it is afterwards, not as it was before."""
    own = control(party, case)
    others = (done for other in settable(party.api) if other is not case and (done := single_or_none(party, other)) is not None)
    shown = [_shown(party, case, own, done) for done in (own, *others)]
    if not any(shown):
        raise NotJudged(f"no answer shows {case.path}")


def _shown(party: Party, field: Field, own: Write, done: Write) -> bool:
    """Whether the answer to a write shows the field; Violation if a reading right after shows it otherwise."""
    answered = party.record_in(done.exchange) if party.accepted(done.exchange) else None
    in_answer, now = (own.patch.shown_in(record) for record in (answered or {}, done.after))
    if in_answer is ABSENT:
        return False
    if isinstance(in_answer, str) != isinstance(now, str) and now is not ABSENT:
        raise NotJudged(f"{field.path} is shown in another type: judged by documented-types")
    if not party.reader.same(field, in_answer, now):
        raise Violation(
            expected=f"the answer to show {field.path} as {now!r}, which a reading shows right after",
            actual=f"it shows {in_answer!r}",
            exchange=done.exchange,
            difference=one_difference(field.path, now, in_answer),
        )
    return True
