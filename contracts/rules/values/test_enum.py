"""Enum: every documented member is stored, whatever only looks like one is refused, and nothing else is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import product
from typing import Any

from contracts.judging.acceptance import CONFLICT
from contracts.judging.evidence import Write, fresh_patch, one_difference, single, single_or_none, stored, works_at_first, write
from contracts.judging.faults import NOT_A_MEMBER, may_be_sent
from contracts.judging.refusals import probe
from contracts.judging.trials import Bad, Failure, broken, conclude, expect_refused
from contracts.record.model import predicted
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import ABSENT, Keyed, Reader, Record, look_up
from contracts.record.records import member as item_member
from contracts.record.values import keeps_to
from contracts.terms.exchange import Exchange
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import brief
from contracts.terms.verdict import NotJudged, Violation
from specs import Api, Field, RecordField

LOOK_ALIKES = {
    **dict(zip("ABCEHIJKMNOPSTXYZaceijopsxy", "АВСЕНІЈКМΝОРЅТХҮΖасеіјорѕху", strict=True)),
    "F": "Ϝ", "L": "Ⅼ", "b": "Ь", "d": "ԁ", "g": "ɡ", "h": "һ", "l": "ӏ", "n": "ո", "r": "г", "u": "υ", "v": "ν", "w": "ԝ",
}  # fmt: skip
"""Latin letters, and letters of other alphabets that look the same."""
STALE = ("other", "unknown", "none", "X", "U")
"""What enums of this kind often had, or have elsewhere."""

MEANINGS = (
    *("Male", "Female", "Other", "None", "Yes", "No", "English", "Arabic", "French", "German", "Spanish"),
    *("Active", "Inactive", "Enabled", "Disabled", "High", "Low", "Monday", "January"),
)
"""Words that codes are often short for: people say them, and forms send them."""
OUTER_SPACE = "outer space"
"""No miss at all where the document says that texts are trimmed."""
STARTS = 3
"""So many other members are what a refused one is tried from."""
LANGUAGES = ("ar-EG, ar;q=0.9", "fr-CA, fr;q=0.9", "de-DE, de;q=0.9")


def members_of(field: Field) -> tuple[Any, ...]:
    """The documented members of a field, or of the items of its array, which it takes for safe; null and hazards left out."""
    holder = field.schema.get("items", {}) if field.kind == "array" and not field.children else field.schema
    if "enum" not in holder or "enum" in field.inferred:
        return ()
    never = (field.hazard.values or ()) if field.hazard is not None else ()
    members = (member for member in holder["enum"] if member is not None and not _among(member, never))
    return tuple(member for member in members if keeps_to(field.safe, _as_sent(field, member)))


def _as_sent(field: Field, member: Any) -> Any:
    return [member] if field.kind == "array" else member


def _among(value: Any, members: Iterable[Any]) -> bool:
    return any(Reader.equal(value, member) for member in members)


def _enums(api: Api) -> list[Field]:
    return [each for each in settable(api) if members_of(each)]


@rule("member-stored", family="enum", cases=field_cases(_enums))
def test_every_member_is_stored(party: Party, case: Field) -> None:
    """Each documented member of an enum is accepted, and a later reading shows it."""
    writes = [each for each in _writes_of_members(party, case) if not party.disguised(each.exchange)]
    accepted = [each for each in writes if each.exchange.ok]
    refused = [each for each in writes if not each.exchange.ok and not (each.exchange.refused and case.write == "if_accepted")]
    ruled_out = [each for each in refused if each.exchange.refused and _state_rules_out(party, each, accepted)]
    refused = [each for each in refused if each not in ruled_out]
    altered = [each for each in accepted if not stored(party, each)]
    if altered and works_at_first(party, altered[0]):
        raise NotJudged(f"what {case.path} holds depends on other fields: on the record as it was found its members are stored")
    took_effect = any(each not in altered and _differs(party, each) for each in accepted) or _took_effect(party, case)
    failures = [_not_stored(each) for each in (refused if accepted else []) + (altered if took_effect else [])]
    expected = f"each of {', '.join(map(brief, members_of(case)))} to be stored in {case.path}"
    conclude(party, case, failures, keyword="enum", expected=expected)
    if accepted and not altered and not refused and not party.thrifty:
        _judge_beside_flags(party, case)
    if ruled_out:
        names = ", ".join(brief(each.patch.value) for each in ruled_out)
        raise NotJudged(f"{names} was refused for what {case.path} held then: the members are states that follow one another")
    for member in members_of(case):
        party.values.checked(case, member)
    if altered or not accepted:
        raise NotJudged(f"no member is stored for {case.path}: judged by sent-field-stored")


def _took_effect(party: Party, field: Field) -> bool:
    """Whether a write of it was stored earlier in the run: one that takes no member now has kept the first."""
    done = single_or_none(party, field)
    return done is not None and party.accepted(done.exchange) and stored(party, done)


def _writes_of_members(party: Party, field: Field) -> Iterator[Write]:
    for member in _members_in_turn(party, field):
        before = party.read(without=field.top)
        yield write(party, party.composer.patch(before, field, _as_sent(field, member)), before)


def _state_rules_out(party: Party, refused: Write, accepted: Sequence[Write]) -> bool:
    """Whether a member is refused for the one that the record holds: 409 says so (RFC 9110, 15.5.10), or another one tells it."""
    if refused.exchange.status == CONFLICT:
        return True
    for start in accepted[:STARTS]:
        party.patch(start.patch.body)
        before = party.read(without=refused.field.top)
        again = write(party, party.composer.patch(before, refused.field, refused.patch.value), before)
        if party.accepted(again.exchange):
            return True
    return False


def _judge_beside_flags(party: Party, field: Field) -> None:
    """Each member is stored together with each value of a boolean beside it, too."""
    holder = field.path.rpartition(".")[0]
    switches = [each for each in settable(party.api) if each.types == {"boolean"} and each.path.rpartition(".")[0] == holder]
    for switch, value in product(switches[: None if party.thorough else 2], (True, False)):
        if not party.values.safe(switch, value) or (switch.response in party.reader.derived and not value):
            continue
        for member in _members_in_turn(party, field):
            before = party.read()
            own = party.composer.patch(before, field, _as_sent(field, member))
            beside = party.composer.patch(predicted(party.reader, before, [own]), switch, value, _same_item(own))
            done = write(party, Patch(field, own.value, {**own.body, **beside.body}, own.selectors), before)
            if party.accepted(done.exchange) and not stored(party, done):
                now = done.patch.shown_in(done.after)
                raise Violation(
                    expected=f"{brief(member)} to be stored in {field.path} beside {brief(value)} for {switch.path}",
                    actual=f"{field.path} reads {brief(now)}",
                    exchange=done.exchange,
                    difference=one_difference(field.path, done.patch.value, now),
                )


def _same_item(patch: Patch) -> Callable[[Any], bool] | None:
    """Picks the item of an array that a patch is about; None outside of arrays, or where items have no key."""
    keyed = [each for each in patch.selectors if isinstance(each, Keyed)]
    return (lambda item: item_member(item, keyed[-1].key) == keyed[-1].value) if keyed else None


def _differs(party: Party, done: Write) -> bool:
    """The write changed what the record shows: a member that was there already proves nothing."""
    return not party.reader.equal(done.patch.shown_in(done.before), done.patch.shown_in(done.after))


def _not_stored(done: Write) -> Failure:
    member, now = brief(done.patch.value), done.patch.shown_in(done.after)
    if not done.exchange.ok:
        return Failure(f"for {member} {done.exchange.said}", done.exchange, broken=broken(done.exchange))
    difference = one_difference(done.field.path, done.patch.value, now)
    return Failure(f"{member} was accepted, and {done.field.path} reads {brief(now)}", done.exchange, difference)


def _members_in_turn(party: Party, field: Field) -> list[Any]:
    """The members, the current one last: each write then changes the record."""
    record = party.read(without=field.top)
    current = party.composer.patch(record, field, None).shown_in(record)
    members = party.values.free(field, members_of(field))
    return sorted(members, key=lambda member: Reader.equal(_as_sent(field, member), current))


# --- near misses ----------------------------------------------------------------------------------------------------


def _closed(api: Api) -> list[Field]:
    return [each for each in settable(api) if may_be_sent(each) and (members_of(each) or _states(each))]


def _states(field: Field) -> tuple[str, ...]:
    """The members of an enum none of which is sent at will, such as states that follow one another."""
    guarded = field.kind != "array" and "enum" not in field.inferred and not members_of(field)
    return tuple(each for each in field.schema.get("enum", ()) if isinstance(each, str)) if guarded else ()


@rule("near-miss-refused", family="enum", cases=field_cases(_closed), harmless=True)
def test_near_miss_is_refused(party: Party, case: Field) -> None:
    """A value that resembles a member of an enum, and is none, is refused, and nothing of it is stored."""
    documented = members_of(case) or _states(case)
    members = [party.reader.normalised(case, member) for member in documented]
    seen: list[str] = []
    bads: list[Bad] = []
    kinds: set[str] = set()
    trims = party.api.choices["whitespace"]
    near = _near_misses(party.api, case, None if party.thorough else 3) if members_of(case) else _misses_of_state(party, case)
    for kind, value in near:
        if (party.thrifty and kind in kinds) or (kind == OUTER_SPACE and trims.documented and trims.behaviour == "trim"):
            continue
        new = not _among(party.reader.normalised(case, value), members) and repr(value) not in seen
        if new and not _is_read_as_number(value, members):
            seen.append(repr(value))
            kinds.add(kind)
            bads.append(Bad(f"{brief(value)} ({kind})", _as_sent(case, value)))
    expected = f"anything but {', '.join(map(brief, documented))} to be refused for {case.path}"
    expect_refused(party, case, bads, keyword="enum", expected=expected)


def _is_read_as_number(value: Any, members: list[Any]) -> bool:
    """A text or truth value that many servers read as a number of the enum: judged by coerced-value-typed."""
    if not all(isinstance(member, int | float) and not isinstance(member, bool) for member in members):
        return False
    try:
        return isinstance(value, str | bool) and float(value) in members
    except ValueError:
        return False


def _misses_of_state(party: Party, field: Field) -> Iterator[tuple[str, Any]]:
    """Only those that nobody reads as another state than the record is in."""
    yield "no member", NOT_A_MEMBER
    held = party.composer.patch(record := party.read(without=field.top), field, None).shown_in(record)
    if held in _states(field):
        yield from (("other case", changed) for changed in (held.lower(), held.upper(), held.capitalize()))
        yield from (each for each in _altered(held) if each[0] == OUTER_SPACE)


def _near_misses(api: Api, field: Field, most: int | None) -> Iterator[tuple[str, Any]]:
    """Kinds of near misses, the plainest first, of so many members; members are sorted out by the caller."""
    members = members_of(field)
    texts = [member for member in members if isinstance(member, str) and member]
    yield "no member", NOT_A_MEMBER
    for text in texts[:most]:
        yield from (("other case", changed) for changed in (text.lower(), text.upper(), text.capitalize()))
    if texts:
        yield from _altered(texts[0])
        yield from _altered_longest(max(texts, key=len))
    yield from (("display label", label) for label in field.labels.values())
    yield from (("listed as a near miss", value) for value in field.near_misses)
    yield from (("what a member is short for", word) for text in texts[:most] for word in _words_of(text))
    yield from (("code of the same form", code) for code in _other_codes(texts))
    yield from (("member of another field", value) for value in _foreign(api, field))
    yield from (("often a member elsewhere", value) for value in STALE)
    yield from (("ordinal", value) for value in (0, 1, "0", "1", len(members)))
    yield from (("of another type", value) for value in (True, [members[0]], [], {"value": members[0]}))
    yield from (("name that every object has", value) for value in ("constructor", "__proto__", "__class__"))
    yield "empty", ""


def _words_of(code: str) -> list[str]:
    """The words that a code of one or two letters may be short for."""
    return [word for word in MEANINGS if len(code) < 3 and word.casefold().startswith(code.casefold())][:2]


def _other_codes(texts: list[Any]) -> Iterator[str]:
    """Codes that look like the members where these are all codes of one or two letters."""
    if texts and all(len(text) == 1 and text.isalpha() for text in texts):
        yield from (letter if texts[0].isupper() else letter.lower() for letter in "ABDTWZ")
    elif texts and all(len(text) == 2 and text.isalpha() for text in texts):
        codes = ("FR", "XX", "UK", "ZH", "QQ")
        yield from (code if texts[0].isupper() else code.lower() for code in codes)
        yield from (f"{texts[0]}-XX", f"{texts[0]}_GB", f"{texts[0]}g")


def _altered(text: str) -> Iterator[tuple[str, str]]:
    yield from ((OUTER_SPACE, value) for value in (f" {text}", f"{text} ", f"{text}\n", f"\t{text}"))
    yield "full width", "".join(chr(ord(letter) + 0xFEE0) if "!" <= letter <= "~" else letter for letter in text)
    yield "zero-width space", f"{text}\u200b"
    yield "NUL", f"{text}\0"
    yield "a member and more", f"{text}x"
    yield "two members", f"{text},{text}"


def _altered_longest(text: str) -> Iterator[tuple[str, str]]:
    """What takes a few letters, or one that has a look-alike."""
    yield from (("start of a member", text[:size]) for size in sorted({1, len(text) - 1} - {0, len(text)}))
    if len(text) > 1:
        yield "inner space", f"{text[0]} {text[1:]}"
    for position, letter in enumerate(text):
        if letter in LOOK_ALIKES:
            yield "look-alike letter", text[:position] + LOOK_ALIKES[letter] + text[position + 1 :]
            return


def _foreign(api: Api, field: Field) -> list[Any]:
    """One member of each other enum of the API."""
    others = [list(members_of(each)) for each in api.walk_fields() if each.path != field.path]
    others += [[*each.schema.get("enum", ())] for each in api.walk_record() if each.path != field.response]
    own = (None, *members_of(field))
    strangers = [[member for member in members if not _among(member, own)] for members in others]
    return [members[0] for members in strangers if members]


# --- what is shown --------------------------------------------------------------------------------------------------


def _shown_enums(api: Api) -> list[RecordField]:
    return [each for each in api.walk_record() if "enum" in each.schema and "enum" not in each.inferred]


@rule("record-inside-enum", family="enum", cases=field_cases(_shown_enums), harmless=True)
def test_record_stays_inside_its_enum(party: Party, case: RecordField) -> None:
    """An enum property of the record never shows anything but a documented member."""
    seen = 0
    for exchange, record in [*_readings(party), *_in_languages(party)]:
        for value in _flat(look_up(record, case.path)):
            seen += 1
            if not _among(value, case.schema["enum"]):
                raise Violation(
                    expected=f"{case.path} to be one of {', '.join(map(brief, case.schema['enum']))}",
                    actual=f"it reads {brief(value)}",
                    exchange=exchange,
                )
    if not seen:
        raise NotJudged(f"no record that was seen shows {case.path}")


def _readings(party: Party) -> Iterator[tuple[Any, Record]]:
    """Every record around the plain writes, with the request that it belongs to; one reading, where nothing may be written."""
    if party.caution is not None:
        exchange = party.read_exchange()
        yield exchange, party.record_in(exchange) or {}
    for field in settable(party.api):
        try:
            done = single(party, field)
        except NotJudged:
            continue
        for record in (done.before, party.record_in(done.exchange) or {}, done.after):
            yield done.exchange, record


def _in_languages(party: Party) -> list[tuple[Exchange, Record]]:
    """What answers show to clients of other languages: the codes, and not what they stand for; asked once."""
    if party.caution is not None:
        return []
    if "in languages" not in party.memory:
        found = []
        for preference in party.few(LANGUAGES, 1):
            with suppress(NotJudged):
                field = probe(party)
                body = fresh_patch(party, party.read(without=field.top), field).body
                exchange = party.patch(body, headers={"Accept-Language": preference})
                found.append((exchange, party.record_in(exchange) or {}))
        party.memory["in languages"] = found
    kept: list[tuple[Exchange, Record]] = party.memory["in languages"]
    return kept


def _flat(value: Any) -> Iterator[Any]:
    """A value, or those of a list of them; null and absent are no value."""
    if isinstance(value, list):
        for each in value:
            yield from _flat(each)
    elif value is not ABSENT and value is not None:
        yield value
