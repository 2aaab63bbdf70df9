"""What judging can end in: five verdicts, and the exceptions by which a rule states the ones that are not plain conformity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.terms.exchange import Exchange

LOST = "the record is lost"
"""What a violation says that made the record unreadable: it is told before all others."""


class Verdict(StrEnum):
    """The outcome of one rule on one field of one API."""

    CONFORMS = "conforms"
    VIOLATES = "violates"
    NOT_JUDGED = "not_judged"
    OBSERVED = "observed"
    KNOWN = "known"


class Level(StrEnum):
    """must: the document says it, or an RFC's MUST. should: everything else; counts only with --strict."""

    MUST = "must"
    SHOULD = "should"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One place of the record where two readings differ; ``"(absent)"`` stands for no value at all."""

    path: str
    before: Any
    after: Any


class Violation(Exception):
    """The target breaks the rule.

    Attributes:
        expected, actual: one sentence each, for the report.
        exchange: the request that shows it, and its answer.
        difference: where the record differs from what was expected.
        level: set where this fault is of another level than the rule itself.
        story: all requests that it takes to show it, in their order, where that is more than the one.
    """

    def __init__(
        self,
        *,
        expected: str,
        actual: str,
        exchange: Exchange | None = None,
        difference: Sequence[Difference] = (),
        level: Level | None = None,
        story: Sequence[Exchange] = (),
    ) -> None:
        super().__init__(f"expected {expected}; {actual}")
        self.expected = expected
        self.actual = actual
        self.exchange = exchange
        self.difference = tuple(difference)
        self.level = level
        self.story = tuple(story)


class NotJudged(Exception):
    """The rule could not be judged here; the message is the reason. Never a fault of the target."""


class Observed(Exception):
    """The document leaves the point open; the message says what the target does.

    ``point`` and ``behaviour`` name it in the vocabulary of x-contract, for the table of observed choices.
    """

    def __init__(self, point: str, behaviour: str, detail: str = "", exchange: Exchange | None = None) -> None:
        super().__init__(detail or f"{point}: {behaviour}")
        self.point = point
        self.behaviour = behaviour
        self.exchange = exchange
