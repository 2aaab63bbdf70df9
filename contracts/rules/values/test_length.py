"""Length: what fits a documented limit is stored whole, and what does not is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from contracts.judging.acceptance import is_picky
from contracts.judging.evidence import Write, control, one_difference, put_back, write
from contracts.judging.faults import limit, may_be_sent, too_long
from contracts.judging.lengths import letters_written, loss, text_of
from contracts.judging.trials import Bad, Failure, broken, conclude, expect_refused, writable
from contracts.record.party import Party
from contracts.record.patches import is_key, settable
from contracts.record.records import look_up
from contracts.record.values import of_length
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import brief
from contracts.terms.verdict import NotJudged, Violation
from specs import Api, Field

HUGE = 100_000
"""Far over any limit; a server may also answer 413."""
FAR = 10_000
"""Instead, where many fields are sent so much at once."""
MIXED = "+1 (2) é-3.a "
"""Letters, digits, signs and spaces: a limit that looks at some of them alone lets such a text pass."""
UNIQUE_ROOM = 8
"""Below this length, a value that has to be unique may be another record's."""


# --- within the limit -----------------------------------------------------------------------------------------------


def _sizes(field: Field) -> list[int]:
    longest = limit(field)
    sizes = [] if longest is None else sorted({size for size in (1, longest - 1, longest) if size > 0})
    return [size for size in sizes if text_of(field, size) is not None and not (field.unique and size < UNIQUE_ROOM)]


def _fitting(api: Api) -> list[Field]:
    return [each for each in settable(api) if _sizes(each)]


@rule("within-limit-stored", family="length", cases=field_cases(_fitting))
def test_value_within_limit_is_stored(party: Party, case: Field) -> None:
    """A text of one character, one of exactly the limit, and one just below are accepted and come back whole."""
    control(party, case)
    failures: list[Failure] = []
    unclear: Write | None = None
    for size in _sizes(case):
        done = letters_written(party, case, size)
        may_be_refused = case.write == "if_accepted" or is_picky(party, case)
        if party.disguised(done.exchange) or (done.exchange.refused and may_be_refused):
            unclear = done
        elif (failure := loss(party, done, f"a text of {size} characters")) is not None:
            failures.append(failure)
    conclude(party, case, failures, expected=f"up to {limit(case)} characters to be stored whole in {case.path}")
    if unclear is not None:
        raise NotJudged(f"a text within the limit is not plainly accepted: {unclear.exchange.said}")


# --- over the limit -------------------------------------------------------------------------------------------------


def _limited(api: Api) -> list[Field]:
    """Fields with a documented upper limit, of length or (numbers) of value."""
    sent = [each for each in settable(api) if may_be_sent(each)]
    return [each for each in sent if limit(each) is not None or _bound(each, "maximum") is not None]


@rule("over-limit-refused", family="length", cases=field_cases(_limited), wfc="F120", harmless=True)
def test_over_limit_is_refused(party: Party, case: Field) -> None:
    """A value over the documented limit is refused, by one or by far, and nothing of it is stored."""
    writable(party, case)
    longest, highest = limit(case), _bound(case, "maximum")
    if longest is None:
        bads = [Bad(f"{(highest or 0) + 1}", (highest or 0) + 1)]
        expect_refused(party, case, bads, keyword="maximum", expected=f"more than {highest} to be refused for {case.path}")
        return
    sizes = {longest + 1, max(FAR, 2 * longest)} if party.thrifty else {longest + 1, 2 * longest, HUGE}
    texts = _too_long(party, case, sorted(sizes))
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
    text = text_of(field, longest)
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


# --- under the limit ------------------------------------------------------------------------------------------------


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


def _sample(party: Party, field: Field) -> str:
    """A text that is accepted here, to make longer ones of the same form from."""
    found = party.values.fresh(field)
    return found if isinstance(found, str) and found else "a"


def _bound(field: Field, keyword: str) -> int | None:
    return limit(field, keyword) if field.types & {"integer", "number"} else None
