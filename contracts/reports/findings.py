"""What the results say together: root causes instead of single violations, choices at open points, reasons for no verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from contracts.reports.promises import untold
from contracts.reports.report import RunReport
from contracts.reports.result import Result
from contracts.target.expect import POINTS
from contracts.terms.verdict import LOST, Level, Verdict

QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
ANSWER = re.compile(r"(the answer was \d{3}) .*", re.DOTALL)
SERVER_ERROR = 500
MANY_RULES = 3
"""A property that changes unasked under so many rules is one finding."""
SERIOUS = (
    *("isolation", "atomicity", "partial_update", "idempotence", "auth", "types", "enum", "length"),
    *("response", "error_envelope", "negotiation"),
)
"""The families, what does most harm first: another's record, half a patch, lost data, and at the end a header's name."""
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Finding:
    """One root cause: one rule, violated in the same way on some fields; or several rules, by the very same requests."""

    results: tuple[Result, ...]

    @property
    def first(self) -> Result:
        """The result that stands for the others."""
        return self.results[0]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields on which it shows, in the order of judging."""
        return tuple(dict.fromkeys(each.field for each in self.results))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that are violated."""
        return tuple(dict.fromkeys(each.rule for each in self.results))


@dataclass(frozen=True, slots=True)
class Choice:
    """What the target does at a point that its document leaves open, and where it was seen."""

    point: str
    behaviour: str
    results: tuple[Result, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields at which it was seen; none where the point concerns the endpoint as a whole."""
        return tuple(dict.fromkeys(each.field for each in self.results if each.field != "*"))

    @property
    def about(self) -> str:
        """What the point is about, in a few words; "" for one that has no such words."""
        return POINTS[self.point].about if self.point in POINTS else ""


@dataclass(frozen=True, slots=True)
class Listed:
    """The results that one entry of the list of known deviations is about, and what it says of them."""

    entry: Mapping[str, str]
    results: tuple[Result, ...]

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields on which they show."""
        return tuple(dict.fromkeys(each.field for each in self.results))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that are violated."""
        return tuple(dict.fromkeys(each.rule for each in self.results))

    @property
    def answers(self) -> str:
        """Who answers for it, and until when."""
        last = self.entry.get("expires")
        told = [self.entry.get("owner"), self.entry.get("ticket"), f"until {last}" if last else ""]
        return ", ".join(each for each in told if each)


@dataclass(frozen=True, slots=True)
class Outcome:
    """The verdict on some runs: ``failed`` is what the exit code says, ``sentence`` what a person reads."""

    failed: bool
    sentence: str

    @property
    def short(self) -> str:
        """The beginning of the sentence: what decides."""
        return self.sentence.split(", ")[0]


def outcome(runs: Sequence[RunReport], *, strict: bool = False) -> Outcome:
    """The verdict on the runs together; ``strict``: what is only a should counts as well."""
    found = [each for run in runs for each in findings(run)]
    failing = [each for each in found if strict or each.first.level == Level.MUST]
    notes = _notes(runs, missed=len(found) - len(failing))
    stale = sum(len(run.stale) for run in runs)
    reasons = [_violations(failing)] if failing else []
    reasons += [_count(stale, "stale known deviation")] if stale else []
    if reasons:
        return Outcome(failed=True, sentence=", ".join([*reasons, *notes]))
    if all(each.verdict == Verdict.NOT_JUDGED for run in runs for each in run.results):
        return Outcome(failed=True, sentence=", ".join(["nothing was judged", *notes]))
    return Outcome(failed=_broken(runs) > 0, sentence=", ".join(["conforms", *notes]))


def _violations(failing: Sequence[Finding]) -> str:
    points = sum(len(each.results) for each in failing)
    return f"{_count(len(failing), 'violation')}{f' at {points} points' if points > len(failing) else ''}"


def _notes(runs: Sequence[RunReport], missed: int) -> list[str]:
    known = sum(run.summary()[Verdict.KNOWN] for run in runs)
    left = sum(len(untold(run.results)) for run in runs)
    notes = {
        _count(missed, "recommendation") + " missed": missed,
        _count(known, "known deviation"): known,
        _count(_broken(runs), "internal error"): _broken(runs),
        f"{_count(left, 'point')} left to a rule that did not tell": left,
        "not restored": any(not run.restored.ok for run in runs),
    }
    return [note for note, applies in notes.items() if applies]


def _broken(runs: Sequence[RunReport]) -> int:
    return sum((each.actual or "").startswith("internal error") for run in runs for each in run.results)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def findings(run: RunReport) -> list[Finding]:
    """The violations of a run by root cause: those of a must first, then the most serious family."""
    names = _names(run.results)
    violated = [each for each in run.results if each.verdict == Verdict.VIOLATES]
    groups = _grouped(violated, lambda each: (each.rule, each.level, kind(each, names)))
    causes: dict[Hashable, tuple[Result, ...]] = {}
    for group in groups.values():
        first = group[0]
        key = first.family, first.level, tuple(_evidence(each) for each in group)
        causes[key] = causes.get(key, ()) + group
    return sorted((Finding(group) for group in _joined(list(causes.values()))), key=_rank)


def _joined(causes: Sequence[tuple[Result, ...]]) -> list[tuple[Result, ...]]:
    """The causes; those of many rules that one property shows by changing are one: the property is at fault."""
    shared = _grouped([group[0] for group in causes], _moving_property)
    many = {
        name: {id(each) for each in firsts}
        for name, firsts in shared.items()
        if name and len({each.rule for each in firsts}) >= MANY_RULES
    }
    left = [group for group in causes if not any(id(group[0]) in ids for ids in many.values())]
    for ids in many.values():
        together = [each for group in causes if id(group[0]) in ids for each in group]
        left.append(tuple(sorted(together, key=lambda each: _rank(Finding((each,))))))
    return left


def _moving_property(result: Result) -> str:
    """The one property that differs though the item is about another, "" where there is no such one."""
    paths = {re.sub(r"\[[^\]]*\]", "", str(each["path"])) for each in result.difference}
    path = next(iter(paths)) if len(paths) == 1 else ""
    return "" if not path or _squeezed(path) == _squeezed(result.field.replace("[]", "")) else path


def _evidence(result: Result) -> Hashable:
    """What shows the violation: the request with what it changed, else the very exchange."""
    exchange = deciding(result)
    if result.curl is None or exchange is None:
        return id(result)
    return result.field, result.curl, repr(result.difference) if result.difference else exchange["started"]


def _rank(finding: Finding) -> tuple[bool, bool, int]:
    first = finding.first
    lost = LOST in (first.actual or "")
    return first.level != Level.MUST, not lost, SERIOUS.index(first.family) if first.family in SERIOUS else len(SERIOUS)


def kind(result: Result, names: frozenset[str]) -> Hashable:
    """What went wrong, whichever the field: a server error's status, else the status and the words but for names and values."""
    exchange = deciding(result)
    status: int | None = exchange["status"] if exchange is not None else None
    if status is not None and status >= SERVER_ERROR:
        return status
    said = QUOTED.sub("*", ANSWER.sub(r"\1", result.actual or "")).split("; ")[0]
    return status, tuple("*" if _is_name(word, names) else word for word in re.findall(r"[^\s,;:()]+", said))


def _is_name(word: str, names: frozenset[str]) -> bool:
    return not word.isalpha() or _squeezed(word) in names


def _names(results: Iterable[Result]) -> frozenset[str]:
    """Every part of every field's path, without case and underscores: however an answer spells it."""
    return frozenset(_squeezed(part) for each in results for part in re.split(r"[.\[\]]+", each.field))


def _squeezed(word: str) -> str:
    return word.replace("_", "").casefold()


def deciding(result: Result) -> Mapping[str, Any] | None:
    """The exchange that shows the result: the one of its curl line, else the last."""
    exchanges = result.exchanges
    return next((each for each in reversed(exchanges) if each["curl"] == result.curl), exchanges[-1] if exchanges else None)


def choices(run: RunReport) -> list[Choice]:
    """What the target did at the points that its document leaves open."""
    observed = [each for each in run.results if each.verdict == Verdict.OBSERVED]
    return [Choice(*key, group) for key, group in _grouped(observed, _choice).items()]


def _choice(result: Result) -> tuple[str, str]:
    """The point without its field, so that the same choice at several fields is one."""
    told, _, did = (result.actual or "").partition(": ")
    point, behaviour = result.point or told, result.behaviour or did
    return re.sub(rf"(?<![\w.\[\]]){re.escape(result.field)}(?![\w.\[])", "the field", point), behaviour


def listed(run: RunReport) -> list[Listed]:
    """The known deviations of a run, by entry."""
    known = [each for each in run.results if each.verdict == Verdict.KNOWN]
    return [Listed(group[0].known or {}, group) for group in _grouped(known, lambda each: str(each.known)).values()]


def unjudged(run: RunReport) -> dict[str, tuple[Result, ...]]:
    """The results without a verdict, by reason; first what was seen, and told by nobody."""
    told = untold(run.results)
    left = [*told, *(each for each in run.results if each.verdict == Verdict.NOT_JUDGED and each not in told)]
    return _grouped(left, lambda each: each.actual or "no reason given")


def _grouped(results: Iterable[Result], key: Callable[[Result], Key]) -> dict[Key, tuple[Result, ...]]:
    groups: dict[Key, list[Result]] = {}
    for each in results:
        groups.setdefault(key(each), []).append(each)
    return {name: tuple(group) for name, group in groups.items()}


def place(claim: Mapping[str, str]) -> str:
    """Where the document says it; a standard's place has its name in it already."""
    at = "; ".join(dict.fromkeys(claim["at"].split("; ")))
    return at if at.startswith(claim["document"]) else f"{claim['document']}, {at}"


def label(field: str) -> str:
    """A field as a person reads it; ``*`` stands for the endpoint as a whole, and ``*:x`` for x sent to it."""
    return "the endpoint" if field == "*" else field.removeprefix("*:")
