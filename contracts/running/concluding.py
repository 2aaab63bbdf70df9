"""From how an item ended to its result: declared choices at open points, and listed deviations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from contracts.reports.known import KnownList
from contracts.reports.result import Result, judged
from contracts.target.expect import changed, held
from contracts.target.secrecy import Redactor
from contracts.target.target import Target
from contracts.terms.exchange import Exchange
from contracts.terms.rule import Rule
from contracts.terms.verdict import Level, Verdict, Violation

SERVER_ERROR = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One item that has ended: the rule and the field, the exchanges that it took, and how many seconds."""

    rule: Rule
    field: str
    exchanges: Sequence[Exchange]
    seconds: float


@dataclass(frozen=True, slots=True)
class Concluded:
    """``failed``: a must is violated, listed or not; ``outcome``: how the item ended, declarations taken into account."""

    result: Result
    outcome: BaseException | None
    failed: bool


def _is_server_error(exchange: Exchange | None) -> bool:
    return exchange is not None and exchange.answer is not None and exchange.answer.status >= SERVER_ERROR


def concluded(
    item: Item, outcome: BaseException | None, target: Target, listed: KnownList | None, redactor: Redactor
) -> Concluded:
    """The result of an item that ended in ``outcome``, None where it conforms."""
    kept = held(target.expect, item.field, outcome)
    outcome = changed(target.expect, item.rule, item.field, outcome, item.exchanges) or outcome
    if isinstance(outcome, Violation) and _is_server_error(outcome.exchange):
        outcome.level = Level.MUST  # RFC 9110, 15.6: the server says itself that it is at fault, whatever the rule is about
    result = judged(target.api, item.rule, item.field, outcome, item.exchanges, redactor, item.seconds)
    if kept and result.verdict == Verdict.OBSERVED:
        result = replace(result, verdict=str(Verdict.CONFORMS))
    failed = result.failed
    entry = listed.applied(result) if listed is not None and result.verdict == Verdict.VIOLATES else None
    if entry is not None:
        result = replace(result, verdict=str(Verdict.KNOWN), known=entry)
    return Concluded(result, outcome, failed)
