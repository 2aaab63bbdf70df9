"""Atomicity: a patch is applied whole or not at all, and a refused one not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from contracts.judging.evidence import (
    check_not_redirected,
    control,
    differences_of,
    fresh_patch,
    fresh_patches,
    joined,
    one_difference,
    put_back,
    single,
)
from contracts.judging.faults import Fault, faulty, open_faults, plain_fault
from contracts.judging.trials import tidy
from contracts.record.calls import encoded
from contracts.record.party import Party
from contracts.record.patches import Patch, leaves, settable
from contracts.record.records import ABSENT, Record, look_up, member
from contracts.record.state import UNKNOWN_MEMBER
from contracts.target.secrecy import Secret
from contracts.terms.exchange import Exchange
from contracts.terms.rule import Case, field_cases, labelled_cases, rule
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api, Field

TOGETHER = 4
"""Patches that are sent at the same time."""


def _working(party: Party, without: str, turn: int = 0) -> list[Field]:
    """One field of each other top-level property, whose plain write works: the valid part of a mixed body.

    turn: which of the fields of one property, counted round: so that each of them gets its turn.
    """
    found: dict[str, list[Field]] = {}
    for field in settable(party.api):
        plain = field.reference is None and field.response not in party.reader.derived
        if field.top != without and plain and _writable(party, field):
            found.setdefault(field.top, []).append(field)
    return [fields[turn % len(fields)] for fields in found.values()]


@rule("invalid-part-changes-nothing", family="atomicity", cases=field_cases(faulty), standard="RFC 5789 2", wfc="F114")
def test_invalid_part_changes_nothing(party: Party, case: Field) -> None:
    """A patch in which one field is invalid changes no other field either, wherever the invalid one stands."""
    fault = plain_fault(party.api, case)
    for bad_last in (True, False):
        valid = _working(party, case.top, 2 * faulty(party.api).index(case) + bad_last)
        if not valid or fault is None:
            raise NotJudged("no other field can be written, to be the valid part")
        before = party.read()
        good = joined([*fresh_patches(party, before, valid), *([] if bad_last else _nulls(party, before, valid))])
        bad = party.composer.patch(before, case, fault.value).body
        exchange = party.patch({**good, **bad} if bad_last else {**bad, **good})
        _judge_refusal(party, exchange, before, f"{case.path} is {fault.why}", bad=fault)


def _nulls(party: Party, record: Record, fields: Iterable[Field]) -> list[Patch]:
    """A patch of null for each of the fields that may be null, and can take a value again."""
    nullable = (field for field in fields if field.states("nullable") and field.safe.get("type") != "null")
    return [party.composer.patch(record, field, None) for field in nullable]


def _open_cases(api: Api) -> list[Case]:
    """For each kind of value that is left open, the first and the last field that has it; and members that are not written."""
    kinds: dict[str, list[Fault]] = {}
    for field in leaves(api):
        for fault in open_faults(api, field):
            kinds.setdefault(fault.keyword, []).append(fault)
    chosen: dict[str, list[Fault]] = {}
    for found in kinds.values():
        for fault in found[:: max(1, len(found) - 1)]:
            chosen.setdefault(fault.field.path, []).append(fault)
    return [Case("*", []), *(Case(path, found) for path, found in chosen.items())]


@rule("refused-open-value-changes-nothing", family="atomicity", cases=_open_cases, standard="RFC 5789 2", wfc="F114")
def test_refused_open_value_changes_nothing(party: Party, case: list[Fault]) -> None:
    """A patch that is refused for a value or member which the document leaves open changes no other field."""
    refused = 0
    for fault in case or _strange_members(party):
        valid = _working(party, fault.field.top, len(fault.field.path))
        if not valid:
            raise NotJudged("no other field can be written, to be the valid part")
        before = party.read()
        good = joined(fresh_patches(party, before, valid))
        exchange = party.patch({**good, **_spoiled(party, before, fault)})
        if exchange.refused:
            refused += 1
            _judge_open(party, exchange, before, fault, valid)
        elif fault.keyword != "unknown":
            tidy(party, fault.field, before)
    if not refused:
        raise NotJudged("no such patch is refused here")


def _judge_open(party: Party, exchange: Exchange, before: Record, fault: Fault, valid: list[Field]) -> None:
    """The record must be as before, unless a value that the document rules out lets the same fields change."""
    try:
        _judge_refusal(party, exchange, before, f"{fault.field.path} is {fault.why}", bad=fault)
    except Violation:
        if _ruled_out_applies(party, valid):
            raise NotJudged("other refused patches change fields too: judged by invalid-part-changes-nothing") from None
        raise


def _ruled_out_applies(party: Party, valid: list[Field]) -> bool:
    """Whether a patch of these fields beside a documented fault is refused, and changes something."""
    bad = next((found for each in faulty(party.api) if each.path == each.top and (found := plain_fault(party.api, each))), None)
    if bad is None:
        return False
    before = party.read()
    good = joined(fresh_patches(party, before, [each for each in valid if each.top != bad.field.top]))
    exchange = party.patch({**good, bad.field.name: bad.value})
    return exchange.refused and bool(party.reader.differences(before, party.read()))


def _spoiled(party: Party, record: Record, fault: Fault) -> Mapping[str, Any]:
    """The property that holds the fault; a member of no document has no place but the top."""
    if fault.field.path == fault.field.top:
        return {fault.field.name: fault.value}
    return party.composer.patch(record, fault.field, fault.value).body


def _strange_members(party: Party) -> list[Fault]:
    """A member that nobody knows, and one that is the server's own, at the value that it has."""
    own = next((each for each in party.api.fields if each.read_only and each.path == each.response), None)
    shown = look_up(party.read(), own.response) if own is not None else ABSENT
    unknown = Fault(Field(path=UNKNOWN_MEMBER, schema={}), True, "unknown", "not known to the document")
    return [unknown] if own is None or shown is ABSENT else [unknown, Fault(own, shown, "readOnly", "the server's own")]


def _judge_refusal(party: Party, exchange: Exchange, before: Record, reason: str, bad: Fault | None = None) -> None:
    """The record must be as before a refused patch; what a bad value does to its field alone is for the rules on bad values."""
    if party.accepted(exchange):
        if bad is not None:
            put_back(party, before, {bad.field.top: None})
        if bad is not None and _refused_alone(party, bad):
            raise Violation(
                expected=f"a patch in which {reason} to be refused beside valid fields, as it is alone",
                actual=exchange.said,
                exchange=exchange,
            )
        raise NotJudged("the patch is accepted: judged by the rules on bad values")
    check_not_redirected(exchange)
    changed = party.reader.differences(before, party.read())
    if bad is not None and changed and all(_within(each.where, bad.field) for each in changed):
        put_back(party, before, {bad.field.top: None})
        changed = [] if _changes_alone(party, bad) else changed
    elif bad is not None:
        changed = [each for each in changed if not _within(each.where, bad.field)]
    if changed:
        party.state.read_again(before)
        raise Violation(
            expected=f"nothing to change, since {reason}",
            actual=f"{changed[0].told}; {exchange.said}",
            exchange=exchange,
            difference=differences_of(changed),
        )


def _refused_alone(party: Party, bad: Fault) -> bool:
    """Whether the bad value is refused without any valid part beside it, now as before."""
    before = party.read()
    exchange = party.patch(party.composer.patch(before, bad.field, bad.value).body)
    if not exchange.refused:
        put_back(party, before, {bad.field.top: None})
    return exchange.refused


def _changes_alone(party: Party, bad: Fault) -> bool:
    """Whether the bad value changes its field without any valid part beside it."""
    before = party.read()
    party.patch(party.composer.patch(before, bad.field, bad.value).body)
    changed = bool(party.reader.differences(before, party.read()))
    if changed:
        put_back(party, before, {bad.field.top: None})
    return changed


def _within(changed: str, own: Field) -> bool:
    response = (own.response or "").replace("[]", "")
    return bool(response) and f"{changed.replace('[]', '')}.".startswith(f"{response}.")


def _inner_faults(api: Api) -> list[Field]:
    """Faulty leaves inside an object or array that has other members to write."""
    return [each for each in faulty(api) if each.top != each.path and len(_siblings(api, each)) > 0]


def _siblings(api: Api, leaf: Field) -> list[Field]:
    holder = leaf.path.rsplit(".", 1)[0]
    return [
        each
        for each in settable(api)
        if each is not leaf and each.path.rsplit(".", 1)[0] == holder and each.reference is None and each.types != {"boolean"}
    ]


@rule(
    "invalid-member-changes-no-sibling", family="atomicity", cases=field_cases(_inner_faults), standard="RFC 5789 2", wfc="F114"
)
def test_invalid_member_changes_no_sibling(party: Party, case: Field) -> None:
    """A patch in which one member of an object or item is invalid changes no other member of it."""
    sibling = next((each for each in _siblings(party.api, case) if _writable(party, each)), None)
    fault = plain_fault(party.api, case)
    if sibling is None or fault is None:
        raise NotJudged(f"no member beside {case.path} can be written")
    before = party.read(without=case.top)
    good = fresh_patch(party, before, sibling)
    body = _with_value(party, good.body, case, fault.value, good)
    exchange = party.patch(body)
    _judge_refusal(party, exchange, before, f"{case.path} is {fault.why}", bad=fault)


def _writable(party: Party, field: Field) -> bool:
    try:
        return bool(control(party, field))
    except NotJudged:
        return False


def _with_value(party: Party, body: Mapping[str, Any], leaf: Field, value: Any, near: Patch) -> dict[str, Any]:
    """``body`` with another leaf set as well, in the same array items as the patch ``near``."""
    way = party.composer.way(leaf)
    changed = dict(body)
    holder: Any = changed
    picked = list(near.selectors)
    for step in way[:-1]:
        holder[step.name] = _copied(holder[step.name])
        holder = holder[step.name]
        if isinstance(holder, list):
            index = _index(holder, picked.pop(0))
            holder[index] = dict(holder[index])
            holder = holder[index]
    holder[leaf.name] = value
    return changed


def _copied(value: Any) -> Any:
    return list(value) if isinstance(value, list) else dict(value)


def _index(items: list[Any], selector: Any) -> int:
    if isinstance(selector, int):
        return selector
    return next(number for number, item in enumerate(items) if member(item, selector.key) == selector.value)


def _arrays(api: Api) -> list[Field]:
    return [
        each
        for each in api.walk_fields()
        if each.kind == "array"
        and each.children
        and "." not in each.path
        and any(child.path.startswith(each.path) for child in faulty(api))
    ]


@rule("invalid-item-changes-no-item", family="atomicity", cases=field_cases(_arrays), standard="RFC 5789 2", wfc="F114")
def test_invalid_item_changes_no_item(party: Party, case: Field) -> None:
    """A patch in which one item of an array is invalid changes no other item of it."""
    good_leaf = next(
        (each for each in settable(party.api) if each.path.startswith(f"{case.path}[].") and _writable(party, each)), None
    )
    bad_leaf = next(
        (each for each in faulty(party.api) if each.path.startswith(f"{case.path}[].") and each is not good_leaf), None
    )
    fault = plain_fault(party.api, bad_leaf) if bad_leaf else None
    if good_leaf is None or bad_leaf is None or fault is None:
        raise NotJudged(f"the items of {case.path} have no member to write, or none with a documented fault")
    before = party.read(without=case.top)
    good = fresh_patch(party, before, good_leaf)
    items = _copied(good.body[case.name])
    if len(items) < 2:
        raise NotJudged(f"the record has fewer than two {case.path}")
    bad = _index(party.composer.patch(before, bad_leaf, fault.value, prefers=_is_last(items)).body[case.name], len(items) - 1)
    spoiled = party.composer.patch(before, bad_leaf, fault.value, prefers=_is_last(items)).body[case.name][bad]
    exchange = party.patch({case.name: [*items[:-1], spoiled]})
    _judge_refusal(party, exchange, before, f"{bad_leaf.path} of another item is {fault.why}")


def _is_last(items: list[Any]) -> Callable[[Any], bool]:
    """Prefers the item with the identity of the last one."""
    last = items[-1]
    return lambda item: all(member(item, key) == last.get(key) for key in ("id", "name") if key in last)


Refusal = Callable[[Party, Mapping[str, Any]], Exchange]


def _refusals(api: Api) -> Mapping[str, Refusal]:
    """Ways to have a valid patch refused for a reason outside the record."""
    ways: dict[str, Refusal] = {
        "malformed JSON": lambda party, body: party.send("PATCH", encoded(body)[:-1]),
        "media type text/plain": lambda party, body: party.patch(body, headers={"Content-Type": "text/plain"}),
        "Accept application/xml": lambda party, body: party.patch(body, headers={"Accept": "application/xml"}),
        "method POST": lambda party, body: party.send("POST", encoded(body)),
    }
    if api.security:
        ways["no credential"] = lambda party, body: party.patch(body, auth={})
        ways["wrong credential"] = lambda party, body: party.patch(body, auth=_wrong(party))
        ways["another record's credential"] = lambda party, body: party.patch(body, auth=_anothers(party))
    return ways


def _wrong(party: Party) -> dict[str, Secret]:
    """Credentials of the same form that nobody was given."""
    return {name: Secret(secret.reveal()[:-3] + "zZ9"[: len(secret.reveal())]) for name, secret in party.identity.auth.items()}


def _anothers(party: Party) -> Mapping[str, Secret]:
    """The credentials of the bystander, where they are others and the path says which record is meant."""
    own = {name: secret.reveal() for name, secret in party.identity.auth.items()}
    other = party.bystander.identity.auth if party.bystander is not None else {}
    if party.api.identity != "path" or all(own.get(name) == secret.reveal() for name, secret in other.items()):
        raise NotJudged("the target names no bystander with a credential of its own")
    return other


@rule("refusal-changes-nothing", family="atomicity", cases=labelled_cases(_refusals), standard="RFC 5789 2", wfc="F114")
def test_refusal_changes_nothing(party: Party, case: Refusal) -> None:
    """A valid patch that is refused for its credential, method, media type or syntax changes nothing."""
    valid = _working(party, "")
    if not valid:
        raise NotJudged("no field can be written")
    before = party.read()
    exchange = case(party, joined(fresh_patches(party, before, valid)))
    if exchange.ok:
        raise NotJudged("the request is accepted: judged by the rules on credentials and negotiation")
    _judge_refusal(party, exchange, before, f"the answer was {exchange.status}")


@rule("server-error-changes-nothing", family="atomicity", cases=field_cases(settable), standard="RFC 5789 2", wfc="F114")
def test_server_error_changes_nothing(party: Party, case: Field) -> None:
    """A patch that is answered with a server error has not been applied."""
    done = single(party, case)
    if done.exchange.answer is None:
        raise NotJudged(f"there was no usable answer: {done.exchange.failure}")
    if done.exchange.answer.status < 500:
        return
    changed = party.reader.differences(done.before, done.after)
    if changed:
        raise Violation(
            expected="nothing to change, since the answer is a server error",
            actual=changed[0].told,
            exchange=done.exchange,
            difference=differences_of(changed),
        )


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
    valid = _working(party, "")
    if not valid:
        raise NotJudged("no field can be written")
    stale = _tag(party)
    party.patch(fresh_patch(party, party.read(), valid[0]).body)
    before = party.read()
    if stale == _tag(party):
        raise NotJudged("the entity tag does not change: judged by entity-tag-changes")
    exchange = party.patch(fresh_patch(party, before, valid[0]).body, headers={"If-Match": stale})
    changed = party.reader.differences(before, party.read())
    if exchange.ok or changed:
        raise Violation(
            expected="412 and no change for the entity tag of an earlier state",
            actual=exchange.said,
            exchange=exchange,
            difference=differences_of(changed),
            level=_precondition_level(party),
        )


@rule("entity-tag-changes", family="atomicity", advice="RFC 9110 8.8.3")
def test_entity_tag_changes_with_the_record(party: Party, case: None) -> None:
    """A patch that changes the record gives it another entity tag, and the current one is accepted in If-Match."""
    valid = _working(party, "")
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


def _timestamps(api: Api) -> Iterable[Case]:
    return [Case(each.path, each.path) for each in api.record if each.volatile]


@rule("refusal-leaves-timestamps", family="atomicity", cases=_timestamps)
def test_refusal_leaves_timestamps(party: Party, case: str) -> None:
    """A refused patch does not move the time of the last change."""
    if not party.reads_by_get:
        raise NotJudged("without a GET the reading itself may move it")
    bad = next((each for each in faulty(party.api) if each.top == each.path), None)
    fault = plain_fault(party.api, bad) if bad else None
    if bad is None or fault is None:
        raise NotJudged("the document rules no value out")
    before = party.read()
    body = party.composer.patch(before, bad, fault.value).body
    exchange = party.patch(body)
    after = party.read()
    if not exchange.refused:
        raise NotJudged("the bad value is not refused: judged by the rules on bad values")
    if member(before, case) is ABSENT:
        raise NotJudged(f"the record does not show {case}")
    if member(before, case) != member(after, case):
        raise Violation(
            expected=f"{case} to stay as it was after a refused patch",
            actual="it moved",
            exchange=exchange,
            difference=one_difference(case, member(before, case), member(after, case)),
        )


@rule("concurrent-patches-survive", family="atomicity", depth="thorough", advice="lost updates")
def test_concurrent_patches_of_different_fields_survive(party: Party, case: None) -> None:
    """Patches of different fields that are sent at the same time are all stored."""
    fields = _working(party, "")[:TOGETHER]
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
