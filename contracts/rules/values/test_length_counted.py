"""Length: code points are what a limit counts, not bytes, UTF-16 units or what is seen."""

from __future__ import annotations

from collections.abc import Iterator

from contracts.judging.evidence import control, one_difference, put_back, write
from contracts.judging.faults import limit, may_be_sent
from contracts.judging.lengths import letters_written, loss, text_of
from contracts.judging.trials import Failure, broken, conclude
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import ABSENT
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import brief
from contracts.terms.verdict import NotJudged
from specs import Api, Field

KINDS = {
    "letters of two bytes": "é",
    "emoji": "😀",
    "combining accents": "e\u0301",
    "zero-width spaces": "a\u200b",
    "characters that HTML escapes": "&<",
}
"""Text whose length differs with what is counted: bytes, UTF-16 units, what is seen, or what is stored escaped."""
SHORTER = ("combining accents", "zero-width spaces")
"""The kinds that look shorter than they are."""


def _free_texts(api: Api) -> list[Field]:
    """Fields with a documented limit that take any text."""
    return [
        each
        for each in settable(api)
        if may_be_sent(each)
        and "string" in each.types
        and (limit(each) or 0) >= 4
        and not each.schema.keys() & {"enum", "format", "pattern", "const"}
        and not each.safe.keys() & {"enum", "format", "pattern", "type"}
    ]


@rule("limit-counts-code-points", family="length", cases=field_cases(_free_texts))
def test_limit_counts_code_points(party: Party, case: Field) -> None:
    """A limit of length counts code points: not bytes, UTF-16 units, visible or escaped characters."""
    control(party, case)
    longest = limit(case) or 0
    _holds_letters_to(party, case, longest)
    failures, judged = _exact_failures(party, case, longest)
    for kind in SHORTER:
        if kind in judged:
            failures += _over_failures(party, case, longest, kind)
    expected = f"the limit of {longest} to count code points in {case.path}"
    conclude(party, case, failures, keyword="maxLength", expected=expected)
    if not judged:
        raise NotJudged(f"{case.path} stores no text of these kinds unaltered, not even a short one")


def _holds_letters_to(party: Party, field: Field, longest: int) -> None:
    """The control: plain letters up to the limit are stored, and one more is refused."""
    if text_of(field, longest) is None or loss(party, letters_written(party, field, longest), "") is not None:
        raise NotJudged(f"{longest} plain letters are not stored whole in {field.path}: judged by within-limit-stored")
    before = party.read(without=field.top)
    body = party.composer.patch(before, field, "a" * (longest + 1)).body
    exchange = party.patch(body)
    if not exchange.refused:
        put_back(party, before, body)
        raise NotJudged(f"{longest + 1} plain letters are not refused for {field.path}: judged by over-limit-refused")


def _made_of(unit: str, size: int) -> str:
    """A text of exactly ``size`` code points, mostly ``unit``, with a letter at either end."""
    return ("a" + unit * size)[: size - 1] + "z"


def _exact_failures(party: Party, field: Field, longest: int) -> tuple[list[Failure], list[str]]:
    """Failures of texts of exactly the limit, and the kinds that the field takes at all: all at once, else one by one."""
    if _exact(party, field, "".join(KINDS.values()), longest, "mixed") is None:
        return [], list(KINDS)
    failures, judged = [], []
    for kind, unit in KINDS.items():
        failure = _exact(party, field, unit, longest, f"a text of {longest} code points, {kind},")
        if failure is None or _exact(party, field, unit, 4, "") is None:
            judged.append(kind)
            failures += [failure] if failure is not None else []
    return failures, judged


def _exact(party: Party, field: Field, unit: str, size: int, name: str) -> Failure | None:
    before = party.read(without=field.top)
    done = write(party, party.composer.patch(before, field, _made_of(unit, size)), before)
    if party.disguised(done.exchange):
        return Failure(f"for {name} {done.exchange.said}", done.exchange)
    return loss(party, done, name)


def _over_failures(party: Party, field: Field, longest: int, kind: str) -> Iterator[Failure]:
    """One code point too many, in a text that looks as if it would fit."""
    before = party.read(without=field.top)
    done = write(party, party.composer.patch(before, field, _made_of(KINDS[kind], longest + 1)), before)
    if done.exchange.refused or party.disguised(done.exchange):
        return
    put_back(party, before, done.patch.body)
    now = done.patch.shown_in(done.after)
    told = f"a text of {longest + 1} code points, {kind}, was accepted, and {field.path} reads {brief(now)}"
    if not done.exchange.ok:
        told = f"for a text of {longest + 1} code points, {kind}, {done.exchange.said}"
    yield Failure(told, done.exchange, one_difference(field.path, ABSENT, now), broken=broken(done.exchange))
