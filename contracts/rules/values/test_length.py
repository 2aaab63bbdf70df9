"""Length: what fits a documented limit is stored whole, what does not is refused, and code points are what counts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from contracts.judging.evidence import Write, control, fresh_patch, one_difference, put_back, write
from contracts.judging.faults import limit, may_be_sent, too_long
from contracts.judging.trials import Bad, Failure, brief, broken, conclude, expect_refused, writable
from contracts.record.party import Party
from contracts.record.patches import is_key, settable
from contracts.record.records import ABSENT, Record, look_up
from contracts.record.values import of_length, validator
from contracts.terms.rule import Case, field_cases, rule
from contracts.terms.verdict import NotJudged, Violation
from specs import Api, Field

HUGE = 100_000
"""Far over any limit; a server may also answer 413."""
MIXED = "+1 (2) é-3.a "
"""Letters, digits, signs and spaces: a limit that looks at some of them alone lets such a text pass."""
LONG_ID = 5000
UNIQUE_ROOM = 8
"""Below this length, a value that has to be unique may be another record's."""

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


# --- within the limit -----------------------------------------------------------------------------------------------


def _text(field: Field, size: int, current: Any = None) -> str | None:
    """A plain text of this length that any conforming server accepts, other than the current one, or None."""
    for letter in "ab":
        text = of_length(field, size, letter)
        if text is not None and text != current and len(text) == size and validator(field).is_valid(text):
            return text
    return None


def _sizes(field: Field) -> list[int]:
    longest = limit(field)
    sizes = [] if longest is None else sorted({size for size in (1, longest - 1, longest) if size > 0})
    return [size for size in sizes if _text(field, size) is not None and not (field.unique and size < UNIQUE_ROOM)]


def _fitting(api: Api) -> list[Field]:
    return [each for each in settable(api) if _sizes(each)]


@rule("within-limit-stored", family="length", cases=field_cases(_fitting))
def test_value_within_limit_is_stored(party: Party, case: Field) -> None:
    """A text of one character, one of exactly the limit, and one just below are accepted and come back whole."""
    control(party, case)
    failures: list[Failure] = []
    unclear: Write | None = None
    for size in _sizes(case):
        done = _letters(party, case, size)
        if party.disguised(done.exchange) or (done.exchange.refused and case.write == "if_accepted"):
            unclear = done
        elif (failure := _loss(party, done, f"a text of {size} characters")) is not None:
            failures.append(failure)
    conclude(party, case, failures, expected=f"up to {limit(case)} characters to be stored whole in {case.path}")
    if unclear is not None:
        raise NotJudged(f"a text within the limit is not plainly accepted: {unclear.exchange.said}")


def _letters(party: Party, field: Field, size: int) -> Write:
    """The write of a plain text of this length; made once."""
    key = ("letters", field.path, size)
    if key not in party.memory:
        before = party.read(without=field.top)
        current = party.composer.patch(before, field, None).shown_in(before)
        party.memory[key] = write(party, party.composer.patch(before, field, _text(field, size, current)), before)
    done: Write = party.memory[key]
    return done


def _loss(party: Party, done: Write, name: str) -> Failure | None:
    """What is wrong with a write that should have stored its text whole."""
    if not done.exchange.ok:
        return Failure(f"for {name} {done.exchange.said}", done.exchange, broken=broken(done.exchange))
    now = done.patch.shown_in(done.after)
    if party.reader.same(done.field, done.patch.value, now):
        return None
    left = f"{len(now)} characters of it" if isinstance(now, str) else brief(now)
    return Failure(f"of {name} the record shows {left}", done.exchange, one_difference(done.field.path, done.patch.value, now))


# --- over the limit -------------------------------------------------------------------------------------------------


def _limited(api: Api) -> list[Field]:
    """Fields with a documented upper limit, of length or (numbers) of value."""
    sent = [each for each in settable(api) if may_be_sent(each)]
    return [each for each in sent if limit(each) is not None or _bound(each, "maximum") is not None]


def _bound(field: Field, keyword: str) -> int | None:
    return limit(field, keyword) if field.types & {"integer", "number"} else None


@rule("over-limit-refused", family="length", cases=field_cases(_limited), wfc="F120", harmless=True)
def test_over_limit_is_refused(party: Party, case: Field) -> None:
    """A value over the documented limit is refused, by one or by far, and nothing of it is stored."""
    writable(party, case)
    longest, highest = limit(case), _bound(case, "maximum")
    if longest is None:
        bads = [Bad(f"{(highest or 0) + 1}", (highest or 0) + 1)]
        expect_refused(party, case, bads, keyword="maximum", expected=f"more than {highest} to be refused for {case.path}")
        return
    texts = _too_long(party, case, sorted({longest + 1, 2 * longest, HUGE}))
    bads = [Bad(f"a text of {len(text)} characters", text) for text in texts]
    bads.append(Bad(f"a text of {longest + 1} characters of all kinds", (MIXED * longest)[:longest] + "z"))
    expected = f"more than {longest} characters to be refused for {case.path}"
    expect_refused(party, case, bads, keyword="maxLength", expected=expected)
    if party.caution is None:  # a server that trims may accept a padded one
        _judge_padded(party, case, longest, expected)


def _limited_keys(api: Api) -> list[Field]:
    """Keys with a documented limit, of the items of top-level arrays that are matched by them."""
    keys = [each for each in api.walk_fields() if is_key(api, each) and each.path == f"{each.top}[].{each.name}"]
    return [each for each in keys if may_be_sent(each) and limit(each) is not None]


@rule("over-long-key-refused", family="length", cases=field_cases(_limited_keys), depth="thorough")
def test_over_long_key_is_refused(party: Party, case: Field) -> None:
    """An item whose key is over the documented limit is refused or ignored, and never stored: it could not be removed again."""
    array = next(each for each in party.api.fields if each.name == case.top)
    before = party.read(without=array.top)
    items = party.composer.carried(array, look_up(before, array.response))
    if not isinstance(items, list) or not items:
        raise NotJudged(f"the record has no {array.path} to start from")
    if not party.accepted(party.patch({array.name: items})):
        raise NotJudged(f"the current {array.path} are not accepted as they are")
    exchange = party.patch({array.name: [*items, {**items[-1], case.name: too_long(case, (limit(case) or 0) + 1)}]})
    changed = [each.difference for each in party.reader.differences(before, party.read(without=array.top))]
    if exchange.ok and changed:
        put_back(party, before, {array.name: items})
        raise Violation(
            expected=f"an item whose {case.name} has more than {limit(case)} characters to be refused",
            actual=f"it was accepted, and {changed[0].path} changed",
            exchange=exchange,
            difference=changed,
        )


def _sample(party: Party, field: Field) -> str:
    """A text that is accepted here, to make longer ones of the same form from."""
    found = party.values.fresh(field)
    return found if isinstance(found, str) and found else "a"


def _too_long(party: Party, field: Field, sizes: Iterable[int]) -> Iterator[str]:
    """Texts that break the limit alone and start otherwise than the current one: what is left of them would show."""
    sample, record = _sample(party, field), party.read(without=field.top)
    current = party.composer.patch(record, field, None).shown_in(record)
    letter = "b" if str(current).startswith("a") else "a"
    for size in sizes:
        made = of_length(field, size, letter)
        yield made if made is not None and len(made) == size else (sample + sample[-1] * size)[:size]


def _judge_padded(party: Party, field: Field, longest: int, expected: str) -> None:
    """Letters up to the limit and spaces beyond it: whether they count is open, but what is stored must fit."""
    text = _text(field, longest)
    if text is None or field.schema.keys() & {"format", "pattern"} or field.safe.keys() & {"format", "pattern", "enum"}:
        return
    before = party.read(without=field.top)
    done = write(party, party.composer.patch(before, field, f"{text}  "), before, settled=False)
    now = done.patch.shown_in(done.after)
    whitespace = party.api.choices["whitespace"]
    kept = whitespace.documented and whitespace.behaviour == "keep"
    if done.exchange.refused or party.disguised(done.exchange):
        return
    put_back(party, before, done.patch.body)
    if not done.exchange.ok:
        told = f"for {longest} letters and two spaces {done.exchange.said}"
        failures = [Failure(told, done.exchange, broken=broken(done.exchange))]
    elif kept or (isinstance(now, str) and len(now) > longest):
        told = f"{longest} letters and two spaces were accepted, and {field.path} reads {brief(now)}"
        failures = [Failure(told, done.exchange, one_difference(field.path, look_up(before, field.response), now))]
    else:
        failures = []
    conclude(party, field, failures, keyword="maxLength", expected=expected)


# --- what is counted ------------------------------------------------------------------------------------------------


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
    if _text(field, longest) is None or _loss(party, _letters(party, field, longest), "") is not None:
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
    return _loss(party, done, name)


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


# --- other limits ---------------------------------------------------------------------------------------------------


def _bounded_arrays(api: Api) -> list[Field]:
    arrays = [each for each in api.walk_fields() if each.kind == "array" and may_be_sent(each)]
    bounded = [(each, limit(each, "minItems") or 0, limit(each, "maxItems")) for each in arrays]
    return [each for each, fewest, most in bounded if fewest > 0 or (most is not None and _extendable(each))]


def _extendable(array: Field) -> bool:
    """Items can be made up and taken away again."""
    return array.reference is None and not (array.merge is not None and array.merge.policy == "keyed")


@rule("array-limit-enforced", family="length", cases=field_cases(_bounded_arrays), harmless=True)
def test_array_limit_is_enforced(party: Party, case: Field) -> None:
    """An array with fewer or more items than documented is refused, one of exactly so many is stored."""
    fewest, most = limit(case, "minItems") or 0, limit(case, "maxItems")
    if fewest > 0:
        few = _items(party, case, fewest - 1)
        expected = f"fewer than {fewest} items to be refused for {case.path}"
        expect_refused(party, case, [Bad(f"a list of {fewest - 1}", few)], keyword="minItems", expected=expected)
    if most is not None and _extendable(case):
        _judge_exact_items(party, case, most)
        many = _items(party, case, most + 1)
        expected = f"more than {most} items to be refused for {case.path}"
        expect_refused(party, case, [Bad(f"a list of {most + 1}", many)], keyword="maxItems", expected=expected)


def _items(party: Party, array: Field, size: int) -> list[Any]:
    """So many items, made up, or taken from the current ones where they cannot be."""
    if size == 0:
        return []
    if _extendable(array):
        item = Field(path=f"{array.path}[]", schema=array.schema.get("items", {}), children=array.children)
        return [party.values.fresh(item) for _ in range(size)]
    shown = look_up(party.read(without=array.top), array.response)
    if not isinstance(shown, list) or len(shown) < size:
        raise NotJudged(f"the record has fewer than {size} {array.path}")
    carried: list[Any] = party.composer.exact(array, shown[:size])
    return carried


def _judge_exact_items(party: Party, array: Field, size: int) -> None:
    before = party.read(without=array.top)
    done = write(party, party.composer.patch(before, array, _items(party, array, size)), before)
    failure = _loss(party, done, f"a list of {size}")
    conclude(party, array, [failure] if failure else [], expected=f"{size} items to be stored in {array.path}")


def _with_lower_limit(api: Api) -> list[Field]:
    sent = [each for each in settable(api) if may_be_sent(each)]
    return [each for each in sent if (limit(each, "minLength") or 0) > 0 or _bound(each, "minimum") is not None]


@rule("under-limit-refused", family="length", cases=field_cases(_with_lower_limit), harmless=True)
def test_under_limit_is_refused(party: Party, case: Field) -> None:
    """A value under the documented lower limit is refused, and nothing of it is stored."""
    lowest = _bound(case, "minimum")
    keyword = "minLength" if lowest is None else "minimum"
    if lowest is None:
        letter, shortest = _sample(party, case)[0], limit(case, "minLength") or 1
        bads = [Bad(f"a text of {size} characters", letter * size) for size in sorted({0, shortest - 1})]
    else:
        bads = [Bad(f"{lowest - 1}", lowest - 1)]
    expected = f"a value under the {keyword} of {case.schema[keyword]} to be refused for {case.path}"
    expect_refused(party, case, bads, keyword=keyword, expected=expected)


# --- the id ---------------------------------------------------------------------------------------------------------


def _by_path(api: Api) -> Iterable[Case]:
    return [Case("*")] if api.identity == "path" else []


@rule("over-long-id-refused", family="length", cases=_by_path, advice="RFC 9110 15.5", harmless=True)
def test_over_long_id_is_refused(party: Party, case: None) -> None:
    """An id of thousands of characters is refused as the client's mistake: no success, and no server error."""
    body = _any_body(party, party.read())
    if not party.patch(body, path=party.unknown_path()).refused:
        raise NotJudged("an unknown id of usual length is not refused either: judged by unknown-customer-not-created")
    long = {name: ("9" if value.isdigit() else "a") * LONG_ID for name, value in party.identity.path.items()}
    exchange = party.patch(body, path=long)
    if exchange.answer is None:
        raise NotJudged(f"there was no usable answer: {exchange.failure}")
    if not exchange.refused:
        raise Violation(expected=f"an id of {LONG_ID} characters to be refused", actual=exchange.said, exchange=exchange)


def _any_body(party: Party, record: Record) -> dict[str, Any]:
    """A valid patch, so that only the id is wrong."""
    for field in settable(party.api):
        try:
            control(party, field)
            return dict(fresh_patch(party, record, field).body)
        except NotJudged:
            continue
    raise NotJudged("no field can be written")
