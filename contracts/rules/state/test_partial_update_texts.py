"""Partial update: an accepted value is stored as it was sent."""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape
from typing import Any

from contracts.judging.acceptance import is_picky
from contracts.judging.evidence import Write, control, fresh_patch, stored, works_at_first, write
from contracts.judging.telling.misread import misread
from contracts.judging.trials import broken, elsewhere, tidy, undone
from contracts.judging.unusual import ASTRAL, SIZES, UNREADABLE, Unusual, own_unusual_writes, unusual_values, unusual_writes
from contracts.record.keeping.kinds import names_a_record
from contracts.record.party import Party
from contracts.record.patches import may_show, settable
from contracts.record.values import validator
from contracts.terms.looks import is_canonical, same_number
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import Level, NotJudged, Violation
from specs import Api, Field

ALTERABLE = (
    "O'Brien & Söns",
    '<b>"x"</b>',
    "100%20 \\n",
    "MiXeD  cAsE",
    "a,b;c|d",
    "it’s 5\u00a0½ – “q”…",
    "two\nlines",
    "cafe\u0301",
)
"""Texts that careless code alters: escaping, unquoting, decoding, case and space folding, typewriter signs for printer's."""
LONG = 600
WORDY = ("Größe \u0142 ", "Long text ")
"""Repeated, texts that a column cuts, and whose letters a buffer cuts in two; the second for those that refuse such letters."""


def _unaltered(api: Api) -> list[Field]:
    """Texts that take unusual ones, and whatever has valid values that careless code alters."""
    texts = [each for each in settable(api) if "string" in each.types and each.reference is None]
    free = [each for each in texts if _is_free(each)]
    alterable = [each for each in free if any(validator(each).is_valid(text) for text in ("007", *ALTERABLE))]
    return [each for each in settable(api) if each in alterable or (each.hazard is None and unusual_values(each, "a"))]


def _is_free(field: Field) -> bool:
    """A text of many words, and not one of a list or a format."""
    return not {**field.schema, **field.safe}.keys() & {"enum", "format", "const"} and field.safe.get("type") != "null"


@rule("value-unaltered", family="partial_update", cases=field_cases(_unaltered))
def test_value_comes_back_unaltered(party: Party, case: Field) -> None:
    """An accepted value is stored as it was sent: no text escaped, re-cased, cut or parsed, no number rounded, no list sorted."""
    control(party, case)
    try:
        _judge_unaltered(party, case)
    except Violation as found:
        if is_picky(party, case):  # which values it takes, and how it spells them, is nowhere documented
            found.level = Level.SHOULD
        raise


def _judge_unaltered(party: Party, case: Field) -> None:
    first = party.read(without=case.top)
    judged = _judge_texts(party, case) if "string" in case.types and _is_free(case) else 0
    tidy(party, case, first)
    judged += _judge_unusual(party, case)
    if "email" in (case.schema.get("format"), case.safe.get("format")) or case.unique:
        _judge_own_in_other_case(party, case)
    if not judged:
        raise NotJudged(f"no unusual value is accepted for {case.path}")


def _judge_unusual(party: Party, field: Field) -> int:
    """How many unusual values are accepted; Violation for one that reads differently afterwards, or that breaks the server."""
    judged, lesser = 0, None
    writes = own_unusual_writes(party, field) if party.thrifty else unusual_writes(party).get(field.path, ())
    _judge_readable(party, field)
    for unusual, done in writes:
        if broken(done.exchange):
            _judge_broken(party, field, unusual.value, done)
        if not party.accepted(done.exchange) or undone(party, done.patch, done.exchange, done.before):
            continue
        judged += 1
        now = done.patch.shown_in(done.after)
        if is_picky(party, field) and same_number(unusual.value, now):
            continue
        if (
            _is_free_to_spell(party, field, unusual.value)
            or stored(party, done)
            or (unusual.value == ASTRAL and not str(now).startswith(ASTRAL[0]))
        ):
            continue  # an emoji that is lost everywhere is judged by hostile-json-survived
        level = Level.SHOULD if _is_kept_as_set(unusual.value, now, writes) else unusual.level
        found = misread(field.path, unusual.value, now, " as it was sent", done.exchange, level=level)
        if works_at_first(party, done):
            continue  # what another member holds now decides
        if found.level is None:
            raise found
        lesser = lesser or found
    if lesser is not None:
        raise lesser
    return judged


def _is_free_to_spell(party: Party, field: Field, value: Any) -> bool:
    """The key of a record that is not there, or a text for what is a part of addresses: services make others of them."""
    return names_a_record(field) or ("pattern" in field.safe and not party.values.safe(field, value))


def _is_kept_as_set(sent: Any, now: Any, writes: Sequence[tuple[Unusual, Write]]) -> bool:
    """A list is shown in another order by a service that shows what was sent twice once: it keeps a set, whatever it says."""
    if not isinstance(sent, list) or not isinstance(now, list) or sorted(map(repr, sent)) != sorted(map(repr, now)):
        return False
    doubled = [(each.value, done.patch.shown_in(done.after)) for each, done in writes if isinstance(each.value, list)]
    return any(len(value) == 2 and value[0] == value[1] and shown == value[:1] for value, shown in doubled)


def _judge_readable(party: Party, field: Field) -> None:
    """An accepted patch of valid values leaves a record that can be read."""
    found = party.memory.get(UNREADABLE, {}).pop(field.path, None)
    if found is not None:
        exchange, reason = found
        raise Violation(expected="a record that can be read after an accepted patch", actual=reason, exchange=exchange)


def _judge_broken(party: Party, field: Field, value: Any, done: Write) -> None:
    """A server error to a valid value; long texts, emoji and numbers out of range are judged by hostile-json-survived."""
    if isinstance(value, str | list) and value != ASTRAL and len(value) < SIZES[0] and not elsewhere(party, field, "").broken:
        raise Violation(
            expected=f"{spelled(value)} for {field.path} to be accepted or refused",
            actual=done.exchange.said,
            exchange=done.exchange,
            level=Level.MUST if done.exchange.answer is not None else None,
        )


def _judge_texts(party: Party, case: Field) -> int:
    """How many free texts are accepted; Violation for one that reads differently afterwards."""
    longest = int(case.schema.get("maxLength", LONG))
    judged = int(_comes_back(party, case, "007"))
    size = max(min(longest, LONG) - 3, 0)  # the limit itself has rules of its own
    judged += any(_comes_back(party, case, (text * LONG)[:size].strip() + "z") for text in WORDY)
    for pack in _packed(longest):
        judged += _comes_back(party, case, " ".join(pack)) or sum(_comes_back(party, case, text) for text in pack)
    _judge_case(party, case)
    return judged


def _packed(longest: int) -> list[list[str]]:
    """The alterable texts, as many together as fit into a text of this length."""
    packs: list[list[str]] = []
    for text in (each for each in ALTERABLE if len(each) <= longest):
        if packs and len(" ".join([*packs[-1], text])) <= longest:
            packs[-1].append(text)
        else:
            packs.append([text])
    return packs


def _judge_case(party: Party, field: Field) -> None:
    """The same letters in the other case are another value: not one that is there already."""
    before = party.read(without=field.top)
    current = party.composer.patch(before, field, None).shown_in(before)
    if not isinstance(current, str) or not party.values.safe(field, current.swapcase()):
        party.patch(fresh_patch(party, before, field).body)
        before = party.read(without=field.top)
        current = party.composer.patch(before, field, None).shown_in(before)
    text = current.swapcase() if isinstance(current, str) else ""
    if text == current or party.reader.same(field, text, current) or not party.values.safe(field, text):
        return
    done = write(party, party.composer.patch(before, field, text), before)
    if party.accepted(done.exchange) and not stored(party, done):
        now = done.patch.shown_in(done.after)
        raise misread(field.path, text, now, f" after {spelled(current)}", done.exchange)


def _judge_own_in_other_case(party: Party, field: Field) -> None:
    """The value that a record has itself is no duplicate, in whatever case: refused, it is so as any value in that case is."""
    before = party.read(without=field.top)
    current = party.composer.patch(before, field, None).shown_in(before)
    other = current.upper() if isinstance(current, str) else ""
    if other == current or not party.values.valid(field, other):
        return
    exchange = party.patch(party.composer.patch(before, field, other).body)
    if exchange.ok or exchange.answer is None:
        return
    fresh = str(party.values.fresh(field, current)).upper()
    if party.accepted(party.patch(party.composer.patch(before, field, fresh).body)):
        raise Violation(
            expected=f"the record's own {field.path} in capital letters to be accepted, as {spelled(fresh)} is",
            actual=exchange.said,
            exchange=exchange,
            level=None if broken(exchange) else Level.SHOULD,
        )


def _comes_back(party: Party, field: Field, text: str) -> bool:
    """Whether a text is accepted; Violation if it is, and reads differently afterwards."""
    # Where few forms are known to be taken, no other one is tried.
    fits = party.values.safe if "pattern" in field.safe else party.values.valid
    if not fits(field, text) or not may_show(party.api, field, text):
        return False
    before = party.read(without=field.top)
    try:
        done = write(party, party.composer.patch(before, field, text), before)
    except NotJudged:  # the record cannot be read with this text in it: judged by any-text-stays-json
        party.patch(fresh_patch(party, before, field).body)
        return False
    if not party.accepted(done.exchange):
        return False
    now = done.patch.shown_in(done.after)
    if is_picky(party, field) and same_number(text, now):
        return True
    if not party.reader.same(field, text, now) and not _unchanged(party, done):
        party.patch(fresh_patch(party, before, field).body)
        level = Level.SHOULD if _is_same_html(text, now) or is_canonical(text, now) else None
        raise misread(field.path, text, now, " as it was sent", done.exchange, level=level)
    return True


def _is_same_html(sent: str, now: Any) -> bool:
    """Tags are kept and other signs written as HTML writes them: the service keeps HTML, of which this is the same text."""
    kept = isinstance(now, str) and "<" in sent and sent.count("<") == now.count("<")
    return kept and unescape(sent) == unescape(now)


def _unchanged(party: Party, done: Write) -> bool:
    """The text was ignored rather than altered; plain values are judged by sent-field-stored."""
    return party.reader.equal(done.patch.shown_in(done.before), done.patch.shown_in(done.after))
