"""Isolation: a patch concerns one customer, its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.judging.evidence import control, differences_of, fresh_patch, harmless_patch, single, single_or_none, write
from contracts.judging.faults import faulty, plain_fault
from contracts.record.customer import Customer
from contracts.record.patches import settable
from contracts.record.records import Located, Record, look_up, related
from contracts.terms.exchange import Exchange
from contracts.terms.rule import Case, field_cases, rule
from contracts.terms.verdict import NotJudged, Violation
from specs import Api, Field


def _other(customer: Customer) -> Customer:
    if customer.other is None:
        raise NotJudged("the target names no other customer")
    return customer.other


def _other_record(customer: Customer) -> Record:
    return _other(customer).read()


@rule("other-customer-unchanged", family="isolation", cases=field_cases(settable), wfc="F119")
def test_other_customer_is_unchanged(customer: Customer, case: Field) -> None:
    """A patch of one customer leaves another customer's record as it was."""
    settled = _other_record(customer)
    record = customer.read(without=case.top)
    done = write(customer, harmless_patch(customer, record, case), record)
    if not customer.accepted(done.exchange):
        raise NotJudged(f"a plain write of {case.path} is not accepted")
    after = _other_record(customer)
    changed = customer.reader.differences(settled, after, derived=True) or _changed_before(customer, case, settled)
    if changed:
        raise Violation(
            expected="the other customer's record to stay as it was",
            actual=f"its {changed[0].told}",
            exchange=done.exchange,
            difference=differences_of(changed),
        )


def _changed_before(customer: Customer, field: Field, settled: Record) -> list[Located]:
    """What has changed in the other customer's field since the run began: an earlier patch may have left nothing to change."""
    if customer.other_at_first is None:
        return []
    located = customer.reader.differences(customer.other_at_first, settled, derived=True)
    return [each for each in located if related(each.where, field.response)]


@rule("refused-patch-leaves-other", family="isolation")
def test_refused_patch_leaves_the_other_customer(customer: Customer, case: None) -> None:
    """A refused patch of one customer leaves another customer's record as it was."""
    before = _other_record(customer)
    exchanges = [customer.patch({}, auth={}), customer.send("PATCH", b'{"a":'), *_invalid_patches(customer)]
    changed = customer.reader.differences(before, _other_record(customer), derived=True)
    if changed:
        raise Violation(
            expected="the other customer's record to stay as it was",
            actual=f"its {changed[0].difference.path} changed after refused patches",
            exchange=exchanges[-1],
            difference=differences_of(changed),
        )


def _invalid_patches(customer: Customer) -> Iterator[Exchange]:
    """Patches of a valid and an invalid field."""
    record = customer.read()
    plain = [each for each in settable(customer.api) if each.top == each.path and each.reference is None]
    for bad in [each for each in faulty(customer.api) if each.top == each.path][:2]:
        fault = plain_fault(customer.api, bad)
        good = next((each for each in plain if each is not bad and single_or_none(customer, each) is not None), None)
        if fault is not None and good is not None:
            yield customer.patch({**fresh_patch(customer, record, good).body, bad.name: fault.value})


@rule("other-credential-refused", family="isolation", wfc="F206")
def test_other_credential_cannot_write(customer: Customer, case: None) -> None:
    """Another customer's credential cannot change this customer."""
    other = _other(customer)
    revealed = {name: secret.reveal() for name, secret in customer.party.auth.items()}
    if all(revealed.get(name) == secret.reveal() for name, secret in other.party.auth.items()):
        raise NotJudged("both customers are reached with the same credential")
    field = settable(customer.api)[0]
    control(customer, field)
    before = customer.read(without=field.top)
    patch = fresh_patch(customer, before, field)
    kept = other.read() if customer.api.identity == "credential" else None
    exchange = customer.patch(patch.body, auth=other.party.auth)
    changed = customer.reader.differences(before, customer.read(without=field.top))
    if kept is not None:
        other.restore(kept)
    if changed:
        raise Violation(
            expected="the record to stay as it was under another customer's credential",
            actual=f"{changed[0].difference.path} changed; {exchange.said}",
            exchange=exchange,
            difference=differences_of(changed),
        )


def _keyed(api: Api) -> Iterable[Case]:
    arrays = (each for each in api.walk_fields() if each.kind == "array" and "." not in each.path)
    return [Case(each.path, each) for each in arrays if each.merge is not None and each.merge.key == "id" and each.children]


@rule("foreign-item-unchanged", family="isolation", cases=_keyed, depth="thorough", wfc="F206")
def test_item_of_another_customer_is_unchanged(customer: Customer, case: Field) -> None:
    """A patch that names an item of another customer leaves that item as it was."""
    before = _other_record(customer)
    items = look_up(before, case.response)
    if not isinstance(items, list) or not items:
        raise NotJudged(f"the other customer has no {case.path}")
    leaf = next(
        (each for each in settable(customer.api) if each.path.startswith(f"{case.path}[].") and each.reference is None), None
    )
    if leaf is None:
        raise NotJudged(f"the items of {case.path} have no member to write")
    foreign = fresh_patch(_other(customer), before, leaf)
    exchange = customer.patch(foreign.body)
    changed = customer.reader.differences(before, _other_record(customer), derived=True)
    if changed:
        raise Violation(
            expected=f"the other customer's {case.path} to stay as they were",
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
def test_answer_shows_the_customer_that_was_patched(customer: Customer, case: str) -> None:
    """The answer to a patch shows the record of the customer that the path or the credential names."""
    shown_as = case if case in {each.path for each in customer.api.record} else "id"
    own = customer.party.path.get(case) or _id_read(customer)
    judged = 0
    for field in settable(customer.api):
        try:
            done = single(customer, field)
        except NotJudged:
            continue
        shown = look_up(customer.record_in(done.exchange) or {}, shown_as)
        if isinstance(shown, bool | int | str):
            judged += 1
            if str(shown).lower() != own.lower():
                raise Violation(
                    expected=f"{shown_as} {own} in the answer",
                    actual=f"it is {shown!r}",
                    exchange=done.exchange,
                )
    if not judged:
        raise NotJudged(f"no answer shows {shown_as}")


def _id_read(customer: Customer) -> str:
    """The id that a GET shows."""
    if not customer.reads_by_get:
        raise NotJudged("without a GET nothing but the answers tells whose record it is")
    shown = look_up(customer.read(), "id")
    if not isinstance(shown, int | str):
        raise NotJudged("the record shows no id")
    return str(shown)
