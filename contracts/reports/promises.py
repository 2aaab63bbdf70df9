"""What one rule has left to another, and whether that one has told it: a fault that two rules leave to each other is lost.

A rule that sees what is another's matter gives no verdict, and says whose it is at the end of its reason: ``...: judged by
over-limit-refused``, ``...: judged by types, enum or length for address.city``. Named are rules, or families for any rule of
theirs; the field is the item's own unless one is named.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from contracts.reports.result import Result
from contracts.terms.verdict import Verdict

PROMISE = re.compile(r": judged by (?P<rules>[\w-]+(?:(?:, | or )[\w-]+)*)(?: for (?P<field>\S+))?$")
UNKEPT = "left to "
"""How the reason begins of what nobody has told."""
TOLD = frozenset({Verdict.VIOLATES, Verdict.KNOWN, Verdict.OBSERVED})
SHOWN_REASON = 200


@dataclass(frozen=True, slots=True)
class Promise:
    """Who is to judge what was seen: ids of rules or families, and the field, "" for the item's own."""

    rules: tuple[str, ...]
    field: str


def promise(reason: str | None) -> Promise | None:
    """The promise at the end of a reason for no verdict, None where it makes none."""
    found = PROMISE.search(reason or "")
    return Promise(tuple(re.split(r", | or ", found["rules"])), found["field"] or "") if found is not None else None


def looked_after(results: Sequence[Result]) -> list[Result]:
    """The results; those whose promise nobody has kept say so, and why."""
    return [_unkept(each, results) if _is_left(each, results, ()) else each for each in results]


def untold(results: Iterable[Result]) -> list[Result]:
    """Those that were left to a rule which has not told them."""
    return [each for each in results if each.verdict == Verdict.NOT_JUDGED and (each.actual or "").startswith(UNKEPT)]


def _is_left(result: Result, results: Sequence[Result], asked: Sequence[Result]) -> bool:
    """Whether nobody has told what a result leaves to others; those may have left it to others again, but not in a circle."""
    left = promise(result.actual) if result.verdict == Verdict.NOT_JUDGED else None
    if left is None or result in asked:
        return left is not None
    others = [each for each in _asked(result, left, results) if each is not result]
    if any(each.verdict in TOLD for each in others):
        return False
    return not any(
        promise(each.actual) and not _is_left(each, results, [*asked, result])
        for each in others
        if each.verdict == Verdict.NOT_JUDGED
    )


def _asked(result: Result, left: Promise, results: Sequence[Result]) -> list[Result]:
    """The items that a promise is about: those of its rules on its field, or on what is no field."""
    own = [each for each in results if each.api == result.api and {each.rule, each.family} & {*left.rules}]
    fields = {each.field for each in results if each.rule == "sent-field-stored"} | {left.field or result.field}
    return [each for each in own if each.field not in fields or _related(left.field or result.field, each.field)]


def _related(left: str, right: str) -> bool:
    """Whether one path is the other or holds it."""
    one, other = (path.replace("[]", "").split(".") for path in (left, right))
    size = min(len(one), len(other))
    return "*" in (left, right) or one[:size] == other[:size]


def _unkept(result: Result, results: Sequence[Result]) -> Result:
    left = promise(result.actual)
    if left is None:
        return result
    seen = PROMISE.sub("", result.actual or "")
    whose = " or ".join(left.rules) + (f" for {left.field}" if left.field else "")
    return replace(result, actual=f"{UNKEPT}{whose}, which {_why(_asked(result, left, results))}: {seen}")


def _why(asked: Sequence[Result]) -> str:
    """Why nobody has told it: the rules were not asked, found nothing there, or could not judge either."""
    if any(each.verdict == Verdict.CONFORMS for each in asked):
        return "judged it and found nothing"
    reason = next((each.actual for each in asked if each.actual), "")
    return f"did not judge it, because {reason[:SHOWN_REASON]}" if reason else "had no such item in this run"
