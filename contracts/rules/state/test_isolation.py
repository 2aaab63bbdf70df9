"""Isolation: a patch concerns one record, its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from contracts.judging.evidence import (
    Write,
    control,
    differences_of,
    fresh_patch,
    harmless_patch,
    known_patch,
    single,
    single_or_none,
    stored,
    write,
)
from contracts.judging.faults import faulty, plain_fault
from contracts.judging.groups import Question, answered, workable
from contracts.judging.refusals import probe
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import ABSENT, Located, Record, look_up, related
from contracts.record.restoring import Restorer
from contracts.target.secrecy import Secret
from contracts.terms.exchange import Exchange
from contracts.terms.rule import Case, field_cases, once_by_path, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api, Field
from specs.model import json_types


def _other(party: Party) -> Party:
    if party.bystander is None:
        raise NotJudged("the target names no bystander")
    return party.bystander


def _bystander_record(party: Party) -> Record:
    return _other(party).read()


@rule("other-customer-unchanged", family="isolation", cases=field_cases(settable), wfc="F119")
def test_every_other_record_is_unchanged(party: Party, case: Field) -> None:
    """A patch of one record leaves every other record as it was."""
    if not party.thrifty and case.path in _left_alone(party):  # where requests are few, items of this rule share them already
        return
    settled = _settled(party)
    record = party.read(without=case.top)
    done = write(party, harmless_patch(party, record, case), record)
    if not party.accepted(done.exchange):
        raise NotJudged(f"a plain write of {case.path} is not accepted")
    if _held(party, case, done.patch.value, settled):
        done = _written_back(party, done)
    after = _bystander_record(party)
    changed = party.reader.differences(settled, after, derived=True) or _changed_before(party, case, settled)
    if changed:
        raise Violation(
            expected="the other record to stay as it was",
            actual=f"its {changed[0].told}",
            exchange=done.exchange,
            difference=differences_of(changed),
        )


def _held(party: Party, field: Field, value: Any, bystander: Record) -> bool:
    """Whether the bystander shows a value already, so that a copy of it would change nothing."""
    return field.kind == "scalar" and party.reader.same(field, value, look_up(bystander, field.response))


def _written_back(party: Party, done: Write) -> Write:
    """The write of what the field held before, which the bystander does not show; the same one where there was nothing."""
    earlier = done.patch.shown_in(done.before)
    if earlier is ABSENT or party.reader.equal(earlier, done.patch.value):
        return done
    back = write(party, party.composer.patch(done.after, done.field, earlier), done.after)
    return back if party.accepted(back.exchange) else done


def _settled(party: Party) -> Record:
    """The bystander's record now; where requests are few, as it was at first."""
    return party.bystander_at_first if party.thrifty and party.bystander_at_first is not None else _bystander_record(party)


def _left_alone(party: Party) -> frozenset[str]:
    """The fields that were all written in one patch without any change to the bystander since the run began; tried once."""
    if "left alone" not in party.memory:
        party.memory["left alone"] = frozenset(_written_together(party)) if party.bystander_at_first is not None else frozenset()
    found: frozenset[str] = party.memory["left alone"]
    return found


def _written_together(party: Party) -> Iterator[str]:
    record = party.read()
    questions = []
    for field in [each for each in workable(party) if each.reference is None]:
        with suppress(NotJudged):
            questions.append(Question(field, known_patch(party, record, field).value))
    writes = [each for each in answered(party, questions) if party.accepted(each.exchange) and stored(party, each)]
    at_first = party.bystander_at_first or {}
    if not party.reader.differences(at_first, _bystander_record(party), derived=True):
        changed = (each for each in writes if not party.reader.equal(each.patch.shown_in(each.before), each.patch.value))
        yield from (each.field.path for each in changed if not _held(party, each.field, each.patch.value, at_first))


def _changed_before(party: Party, field: Field, settled: Record) -> list[Located]:
    """What has changed in the bystander's field since the run began: an earlier patch may have left nothing to change."""
    if party.bystander_at_first is None:
        return []
    located = party.reader.differences(party.bystander_at_first, settled, derived=True)
    return [each for each in located if related(each.where, field.response)]


@rule("refused-patch-leaves-other", family="isolation")
def test_refused_patch_leaves_every_other_record(party: Party, case: None) -> None:
    """A refused patch of one record leaves every other record as it was."""
    at_first = party.bystander_at_first if party.thrifty else None
    if at_first is not None and not party.reader.differences(at_first, _bystander_record(party), derived=True):
        return  # nor did any of the refused patches so far
    before = _bystander_record(party)
    exchanges = [party.patch({}, auth={}), party.send("PATCH", b'{"a":'), *_invalid_patches(party)]
    changed = party.reader.differences(before, _bystander_record(party), derived=True)
    if changed:
        raise Violation(
            expected="the other record to stay as it was",
            actual=f"its {changed[0].difference.path} changed after refused patches",
            exchange=exchanges[-1],
            difference=differences_of(changed),
        )


def _invalid_patches(party: Party) -> Iterator[Exchange]:
    """Patches of a valid and an invalid field."""
    record = party.read()
    plain = [each for each in settable(party.api) if each.top == each.path and each.reference is None]
    for bad in [each for each in faulty(party.api) if each.top == each.path][: None if party.thorough else 2]:
        fault = plain_fault(party.api, bad)
        good = next((each for each in plain if each is not bad and single_or_none(party, each) is not None), None)
        if fault is not None and good is not None:
            yield party.patch({**fresh_patch(party, record, good).body, bad.name: fault.value})


def _is_same(own: Secret, other: Secret) -> bool:
    """The same credential, or one that is got in the same way: what a command or a login gives may be another text each time."""
    return own.reveal() == other.reveal() or own.identity == other.identity


@rule("other-credential-refused", family="isolation", wfc="F206")
def test_other_credential_cannot_write(party: Party, case: None) -> None:
    """Another record's credential cannot change this record."""
    other = _other(party)
    own = party.identity.auth
    if all(name in own and _is_same(own[name], secret) for name, secret in other.identity.auth.items()):
        raise NotJudged("both records are reached with the same credential")
    field = next(iter(settable(party.api)), None)
    if field is None:
        raise NotJudged("no field can be set")
    control(party, field)
    before = party.read(without=field.top)
    patch = fresh_patch(party, before, field)
    kept = other.read() if party.api.identity == "credential" else None
    exchange = party.patch(patch.body, auth=other.identity.auth)
    changed = party.reader.differences(before, party.read(without=field.top))
    if kept is not None:
        Restorer(other).restore(kept)
    if changed:
        raise Violation(
            expected="the record to stay as it was under another record's credential",
            actual=f"{changed[0].difference.path} changed; {exchange.said}",
            exchange=exchange,
            difference=differences_of(changed),
        )


def _keyed(api: Api) -> Iterable[Case]:
    arrays = (each for each in api.walk_fields() if each.kind == "array" and "." not in each.path)
    return [Case(each.path, each) for each in arrays if each.merge is not None and each.merge.key == "id" and each.children]


@rule("foreign-item-unchanged", family="isolation", cases=_keyed, depth="thorough", wfc="F206")
def test_item_of_another_record_is_unchanged(party: Party, case: Field) -> None:
    """A patch that names an item of another record leaves that item as it was."""
    before = _bystander_record(party)
    items = look_up(before, case.response)
    if not isinstance(items, list) or not items:
        raise NotJudged(f"the bystander has no {case.path}")
    leaf = next(
        (each for each in settable(party.api) if each.path.startswith(f"{case.path}[].") and each.reference is None), None
    )
    if leaf is None:
        raise NotJudged(f"the items of {case.path} have no member to write")
    foreign = fresh_patch(_other(party), before, leaf)
    exchange = party.patch(foreign.body)
    changed = party.reader.differences(before, _bystander_record(party), derived=True)
    if changed:
        raise Violation(
            expected=f"the bystander's {case.path} to stay as they were",
            actual=f"{changed[0].difference.path} changed",
            exchange=exchange,
            difference=differences_of(changed),
        )


def _identifiers(api: Api) -> Iterable[Case]:
    """Path parameters that the record shows under their own name or as id; the id, where the credential names the record."""
    names = {each.path for each in api.record}
    if api.identity == "credential":
        return [Case("id", "id")] if "id" in names else []
    parameters = [each.name for each in api.parameters if each.location == "path"]
    return [
        Case(name if name in names else "id", name)
        for name in parameters
        if name in names or (len(parameters) == 1 and "id" in names)
    ]


@rule("answer-shows-own-record", family="isolation", cases=_identifiers)
def test_answer_shows_the_record_that_was_patched(party: Party, case: str) -> None:
    """The answer to a patch shows the record that the path or the credential names."""
    shown_as = case if case in {each.path for each in party.api.record} else "id"
    own = party.identity.path.get(case) or _id_read(party)
    judged = 0
    for field in settable(party.api):
        try:
            done = single(party, field)
        except NotJudged:
            continue
        shown = look_up(party.record_in(done.exchange) or {}, shown_as)
        if isinstance(shown, bool | int | str) and not _names_another(party, case, str(shown)):
            judged += 1
            if str(shown).lower() != own.lower():
                raise Violation(
                    expected=f"{shown_as} {own} in the answer",
                    actual=f"it is {spelled(shown)}",
                    exchange=done.exchange,
                )
    if not judged:
        raise NotJudged(f"no answer shows {shown_as}")


def _names_another(party: Party, parameter: str, shown: str) -> bool:
    """Whether what is shown is another path parameter: in ``/users/{name}/keys/{key}`` a key's own ``name`` may be its key."""
    return any(value.lower() == shown.lower() for name, value in party.identity.path.items() if name != parameter)


def _id_read(party: Party) -> str:
    """The id that a GET shows."""
    if not party.reads_by_get:
        raise NotJudged("without a GET nothing but the answers tells whose record it is")
    shown = look_up(party.read(), "id")
    if not isinstance(shown, int | str):
        raise NotJudged("the record shows no id")
    return str(shown)


@rule("unknown-customer-not-created", family="partial_update", cases=once_by_path, harmless=True)
def test_unknown_record_is_not_created(party: Party, case: None) -> None:
    """A patch of a record that does not exist is refused, creates none, and changes no other."""
    leaf = next(iter(settable(party.api)), None)
    plain = leaf is not None and leaf.top == leaf.path
    known = _known_records(party)
    current = look_up(known[0][1], leaf.response) if known and leaf is not None else ABSENT
    body = {leaf.name: party.values.fresh(leaf, current)} if leaf is not None and plain else {}
    try:
        exchange = party.patch(body, path=party.unknown_path())
    except NotJudged:
        if party.guard is None or party.guard.taken is None:
            raise
        exchange = party.guard.taken
    if party.accepted(exchange):
        raise Violation(expected="an unknown record to be refused", actual=exchange.said, exchange=exchange)
    if _is_made(party, exchange):
        raise Violation(expected="no record to be made by a patch that is refused", actual=exchange.said, exchange=exchange)
    if exchange.answer is None:
        raise NotJudged(f"there was no usable answer: {exchange.failure}")
    for each, before in known:
        changed = each.reader.differences(before, each.read(), derived=True)
        if changed:
            raise Violation(
                expected="no record to change by a patch of one that does not exist",
                actual=f"{changed[0].told}; {exchange.said}",
                exchange=exchange,
                difference=differences_of(changed),
            )
    _judge_letters_behind(party)


BEHIND = "abc"


def _judge_letters_behind(party: Party) -> None:
    """The record's own id with letters behind it is another id: code that reads the number at its start takes it for the same.

    A must where the document makes the id an integer; elsewhere a should, since nobody says how an id is read. The patch is
    sent past the guard, which would take away what it makes: by that id it would be this very record.
    """
    own = party.identity.path
    name = next((each for each, value in party.unknown_path().items() if value != own[each]), None)
    if name is None or party.guard is None or party.caution is not None or (body := _probing_body(party)) is None:
        return
    path = {**own, name: own[name] + BEHIND}
    if _shows_another(party, path):
        return
    with party.guard.learning():
        exchange = party.patch(body, path=path)
    if party.accepted(exchange):
        integers = [each for each in party.api.parameters if each.name == name and json_types(each.schema) == {"integer"}]
        raise Violation(
            expected=f"{name} {path[name]} to be refused: that of the record is {own[name]}",
            actual=exchange.said,
            exchange=exchange,
            level=None if integers else Level.SHOULD,
        )


def _probing_body(party: Party) -> Mapping[str, Any] | None:
    """A patch of a field that may be written here, and that works."""
    try:
        field = probe(party)
        return fresh_patch(party, party.read(without=field.top), field).body
    except NotJudged:
        return None


def _shows_another(party: Party, path: Mapping[str, str]) -> bool:
    """Whether a GET shows a record of these path parameters that is not this one."""
    template = party.target.read
    found = party.record_in(party.send("GET", None, template=template, path=path)) if template is not None else None
    return found is not None and bool(party.reader.differences(party.read(), found))


def _is_made(party: Party, exchange: Exchange) -> bool:
    """Whether a GET shows the record that did not exist."""
    path, template = party.unknown_path(), party.target.read
    if party.guard is not None or template is None:
        return party.guard is not None and party.guard.copied([*path.values()][-1], exchange)
    return party.record_in(party.send("GET", None, template=template, path=path)) is not None


def _known_records(party: Party) -> list[tuple[Party, Record]]:
    """This record and the bystander, as a GET shows them; none where there is no GET."""
    if not party.reads_by_get:
        return []
    return [(each, each.read()) for each in (party, party.bystander) if each is not None]
