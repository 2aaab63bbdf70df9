"""Error envelope: a value that the document rules out is refused with the documented status and body."""

from __future__ import annotations

from contracts.judging.envelopes import expected_status, has_other_meaning, right_status
from contracts.judging.faults import faulty
from contracts.judging.refusals import bad_writes
from contracts.judging.refused_values import at_least_one, described, excuse_of, rightly_refused
from contracts.judging.trials import elsewhere
from contracts.record.party import Party
from contracts.terms.rule import field_cases, rule
from contracts.terms.verdict import Violation
from specs import Field


@rule("invalid-field-status", family="error_envelope", cases=field_cases(faulty), harmless=True)
def test_invalid_field_has_its_status(party: Party, case: Field) -> None:
    """A value that the document rules out is answered with the documented error status, never with an error under a 2xx."""
    found = party.api.situations["invalid_field"]
    excuses = []
    for each in bad_writes(party, case):
        excuse = excuse_of(party, each.exchange)
        if each.exchange.status is not None and each.exchange.status >= 500 and elsewhere(party, case, each.fault.keyword).broken:
            excuse = None  # every kind of fault is answered so: a matter of the status, not of one kind of value
        if excuse is not None:
            excuses.append(excuse)
        elif not right_status(party.api, found, each.exchange) or has_other_meaning(party.api, found, each.exchange):
            raise Violation(
                expected=f"{expected_status(party.api, found)}, since {described(case, each)}",
                actual=each.exchange.said,
                exchange=each.exchange,
            )
    at_least_one(excuses, bad_writes(party, case))


@rule("invalid-field-envelope", family="error_envelope", cases=field_cases(faulty), harmless=True)
def test_invalid_field_has_its_envelope(party: Party, case: Field) -> None:
    """The answer to a value that the document rules out has the documented error body."""
    for each, problem in rightly_refused(party, case):
        if problem is not None:
            raise Violation(
                expected=f"{problem.expected}, since {described(case, each)}",
                actual=problem.actual,
                exchange=each.exchange,
            )
