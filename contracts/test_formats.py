"""Formats: what is no date or no address of e-mail is refused, and what is one comes back as it was sent."""

from __future__ import annotations

from contracts.customer import Customer
from contracts.evidence import control, one_difference, stored, write
from contracts.faults import Fault, faults
from contracts.patches import leaves, settable
from contracts.rule import field_cases, rule
from contracts.trials import Bad, Failure, broken, conclude, expect_refused, tidy
from contracts.verdict import NotJudged, Violation
from specs import Api, Field


def _bad_formats(api: Api, field: Field) -> list[Fault]:
    return [each for each in faults(api, field) if each.keyword == "format"]


def _closed(api: Api) -> list[Field]:
    """Fields for which the document states a format."""
    return [each for each in leaves(api) if _bad_formats(api, each)]


@rule("bad-format-refused", family="types", cases=field_cases(_closed), harmless=True)
def test_bad_format_is_refused(customer: Customer, case: Field) -> None:
    """A text that no reading of the documented format admits is refused, and nothing of it is stored."""
    expected = f"a text that is no {case.schema['format']} to be refused for {case.path}"
    bads = [Bad(each.why, each.value) for each in _bad_formats(customer.api, case)]
    expect_refused(customer, case, bads, keyword="format", expected=expected)


CERTAIN_DATES = ("1984-02-29", "1969-12-31", "1978-01-31")
"""Days of grown-up people: a leap day, one before the epoch, the end of a month."""
OPEN_DATES = ("1929-07-15", "2000-02-29", "1985-03-31", "1985-10-27", "2038-01-20", "2090-12-31")
"""Days that may be too long ago, or to come; those that are accepted are stored as they are."""


def _formatted(api: Api) -> list[Field]:
    found = [each for each in settable(api) if each.schema.get("format") in ("date", "email")]
    return [each for each in found if each.reference is None and each.hazard is None]


def _formats(customer: Customer, field: Field) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Valid texts of the field's format: those that have to be accepted, and those that may be refused."""
    if field.schema["format"] == "date":
        return CERTAIN_DATES, OPEN_DATES
    local = str(customer.values.fresh(field)).partition("@")[0][:20]
    return (), (f"{local}.b+c@mail.example.com", f"{local}-d_e@example.co.uk")


@rule("format-stored", family="types", cases=field_cases(_formatted))
def test_valid_format_is_stored(customer: Customer, case: Field) -> None:
    """A valid date or address of e-mail comes back as it was sent: leap days and ends of months, dots, signs and tags."""
    control(customer, case)
    first = customer.read(without=case.top)
    certain, others = _formats(customer, case)
    judged = 0
    for text in (*certain, *others):
        before = customer.read(without=case.top)
        done = write(customer, customer.composer.patch(before, case, text), before)
        if customer.accepted(done.exchange) and not stored(customer, done):
            now = done.patch.shown_in(done.after)
            tidy(customer, case, first)
            raise Violation(
                expected=f"{case.path} to read {text!r} as it was sent",
                actual=f"it reads {now!r}",
                exchange=done.exchange,
                difference=one_difference(case.path, text, now),
            )
        if not done.exchange.ok and (text in certain or not done.exchange.refused) and case.states("format"):
            failure = Failure(f"for {text!r} {done.exchange.said}", done.exchange, broken=broken(done.exchange))
            conclude(
                customer, case, [failure], expected=f"{text!r}, a valid {case.schema['format']}, to be accepted", keyword="format"
            )
        judged += customer.accepted(done.exchange)
    tidy(customer, case, first)
    if not judged:
        raise NotJudged(f"none of these texts is accepted for {case.path}")
