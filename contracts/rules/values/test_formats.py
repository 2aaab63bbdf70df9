"""Formats: what is no date or no address of e-mail is refused, and what is one is accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from contracts.judging.acceptance import is_picky
from contracts.judging.evidence import control
from contracts.judging.faults import IMPOSSIBLE, Fault, faults, may_be_sent
from contracts.judging.trials import Bad, Failure, broken, conclude, expect_refused, tidy
from contracts.record.party import Party
from contracts.record.patches import leaves, settable
from contracts.terms.nearby import impossible_days
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled
from contracts.terms.verdict import Level, NotJudged
from specs import Api, Field


def _bad_formats(api: Api, field: Field) -> list[Fault]:
    return [each for each in faults(api, field) if each.keyword == "format"]


def _closed(api: Api) -> list[Field]:
    """Fields for which the document states a format."""
    return [each for each in leaves(api) if _bad_formats(api, each)]


@rule("bad-format-refused", family="types", cases=field_cases(_closed), harmless=True)
def test_bad_format_is_refused(party: Party, case: Field) -> None:
    """A text that no reading of the documented format admits is refused, and nothing of it is stored."""
    name = case.schema.get("format") or case.schema["items"]["format"]
    expected = f"a text that is no {name} to be refused for {case.path}"
    expect_refused(party, case, _bads(party, case), keyword="format", expected=expected)


def _bads(party: Party, field: Field) -> Iterator[Bad]:
    """The texts; of days that do not exist those near the present one, since others may be refused for how long ago they are."""
    record = party.known(field.top)
    near = impossible_days(party.composer.patch(record, field, None).shown_in(record)) if party.caution is None else []
    for each in _bad_formats(party.api, field):
        if each.value in IMPOSSIBLE and near:
            yield from (Bad(spelled(day), day) for day in party.few(near, 1))
        else:
            yield Bad(each.why, each.value)


CERTAIN: Mapping[str, tuple[str, ...]] = {
    "date": ("1984-02-29", "1969-12-31", "1978-01-31"),
    "email": (
        *("{0}.b@example.com", "{0}+c@example.com", "{0}@mail.sub.example.org", "{0}_d-e@example.com"),
        *("{0}@example.technology", "{0}@example.museum", "9{0}@example-one.io", "{0}f@example.co"),
    ),
    "date-time": ("2024-02-29T23:59:59Z", "1999-12-31T23:30:00-08:00"),
}
"""Texts of a format that no reading leaves out: days of grown-up people, a leap day, one before the epoch, a month's end;
addresses of e-mail with dots, a plus, subdomains, long and short endings. ``{0}``: letters of this run."""
COMBINED = {"email": "9{0}.b+c_d-e@mail.sub.example-one.technology"}
"""All of that in one text, where requests are few: the others are sent where it is refused."""


def _is_plain(party: Party, field: Field, text: str) -> bool:
    """Nothing but its form could be against a text: no time that may have to be yet to come, no domain that does not exist."""
    plain = field.schema["format"] == "date" or text.endswith("@example.com")
    return plain and party.values.safe(field, text)


def _may_be_limited(party: Party, field: Field) -> bool:
    """Another time stands beside a date, which may have to come before or after it; where others were refused, it has to."""
    times = ("date", "date-time")
    if field.schema.get("format") in times and is_picky(party, field):
        return True
    others = (each for each in party.api.walk_record() if each.path != field.response and each.schema.get("format") in times)
    return field.schema.get("format") in times and any(not each.read_only and not each.volatile for each in others)


def _certain(api: Api) -> list[Field]:
    found = [each for each in settable(api) if each.schema.get("format") in CERTAIN and each.states("format")]
    return [each for each in found if may_be_sent(each) and each.hazard is None]


@rule("valid-format-accepted", family="types", cases=field_cases(_certain))
def test_valid_format_is_accepted(party: Party, case: Field) -> None:
    """A text of the documented format is accepted, at the edges of the format too: leap days, ends of months, early years."""
    control(party, case)
    first = party.read(without=case.top)
    failures, texts = [], [each.format(party.values.token) for each in CERTAIN[case.schema["format"]]]
    doubtful = True
    combined = COMBINED.get(case.schema["format"]) if party.thrifty else None
    if combined and party.patch(party.composer.patch(first, case, combined.format(party.values.token)).body).ok:
        texts = []
    for text in texts:
        exchange = party.patch(party.composer.patch(first, case, text).body)
        if not exchange.ok:
            failures.append(Failure(f"for {spelled(text)} {exchange.said}", exchange, broken=broken(exchange)))
            doubtful &= not _is_plain(party, case, text)
    if failures and _may_be_limited(party, case) and not any(each.broken for each in failures):
        tidy(party, case, first)
        raise NotJudged(f"{failures[0].actual}: it may have to stand before or after another time of the record")
    doubtful |= len(failures) == len(texts) > 0
    tidy(party, case, first)
    expected = f"each of {', '.join(texts)} to be accepted for {case.path}"
    level = Level.SHOULD if doubtful and not any(each.broken for each in failures) else None
    conclude(party, case, failures, expected=expected, keyword="format", level=level)
