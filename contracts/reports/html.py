"""report.html: one file that needs nothing else, and only reads; without JavaScript it loses the filters."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from contracts.reports.advice import advice
from contracts.reports.findings import (
    Choice,
    Finding,
    Listed,
    choices,
    deciding,
    findings,
    label,
    listed,
    outcome,
    place,
    unjudged,
)
from contracts.reports.report import RunReport
from contracts.reports.result import Result
from contracts.terms.rule import FAMILIES
from contracts.terms.spelling import written
from contracts.terms.verdict import Level, Verdict

TEMPLATES = Path(__file__).parent / "templates"
WHOLE_EXCHANGES = 40
"""Violations of an API that are shown with all their requests; the others with the one that shows them."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How a verdict looks: a sign and a word, never a colour alone."""

    style: str
    sign: str
    word: str
    many: str


MISSED = Mark("missed", "!", "violates a should", "violate a should")
MARKS: Mapping[str, Mark] = {
    Verdict.CONFORMS: Mark("conforms", "✓", "conforms", "conform"),
    Verdict.VIOLATES: Mark("violates", "✗", "violates a must", "violate a must"),
    Verdict.NOT_JUDGED: Mark("not_judged", "–", "not judged", "not judged"),
    Verdict.OBSERVED: Mark("observed", "○", "observed", "observed"),
    Verdict.KNOWN: Mark("known", "≈", "known deviation", "known deviations"),
}


@dataclass(frozen=True, slots=True)
class Item:
    """A result with its place in the page; ``exchanges`` are the requests that are shown with it."""

    result: Result
    anchor: str
    exchanges: tuple[Mapping[str, Any], ...] = ()

    @property
    def mark(self) -> Mark:
        """How its verdict looks."""
        missed = self.result.verdict == Verdict.VIOLATES and self.result.level != Level.MUST
        return MISSED if missed else MARKS[self.result.verdict]

    @property
    def place(self) -> str:
        """Where the document says it, or ""."""
        return place(self.result.claim) if self.result.claim else ""


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule, with its results."""

    items: tuple[Item, ...]
    anchor: str

    @property
    def first(self) -> Result:
        """Its first result, for what is the same in all of them."""
        return self.items[0].result

    @property
    def place(self) -> str:
        """Where the document says it for all of them."""
        return "; ".join(_shared(each.place.split("; ") for each in self.items))

    def own_place(self, item: Item) -> str:
        """Where the document says it for this one in particular, or ""."""
        return item.place.removeprefix(self.place).removeprefix("; ")

    @property
    def counts(self) -> list[tuple[Mark, int]]:
        """How many results there are of each verdict, the worst first."""
        found = Counter(each.mark for each in self.items)
        order = (MARKS[Verdict.VIOLATES], MISSED, *MARKS.values())
        return [(mark, found[mark]) for mark in dict.fromkeys(order) if found[mark]]


@dataclass(frozen=True, slots=True)
class Matrix:
    """Fields down, the rules that judge single fields across, by family."""

    families: tuple[tuple[str, int], ...]
    rules: tuple[RuleView, ...]
    rows: tuple[tuple[str, tuple[tuple[Item, ...], ...]], ...]


@dataclass(frozen=True, slots=True)
class FindingView:
    """A finding with its items."""

    finding: Finding
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ListedView:
    """An entry of the list of known deviations with its items."""

    listed: Listed
    items: tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class ChoiceView:
    """An observed choice with its items."""

    choice: Choice
    items: tuple[Item, ...]


class ApiView:
    """What the page shows of the run against one API; ``name`` is its own in the page, ``id`` the beginning of its anchors."""

    def __init__(self, run: RunReport, name: str) -> None:
        self.run = run
        self.name = name
        self.id = _slug(name)
        self.outcome = outcome([run])
        self.advice = advice(run)
        found = findings(run)
        self._items = {id(item.result): item for item in _items(run, self.id, found)}
        self.findings = [FindingView(each, self._of(each.results)) for each in found]
        self.choices = [ChoiceView(each, self._of(each.results)) for each in choices(run)]
        self.unjudged = [(reason, self._of(results)) for reason, results in unjudged(run).items()]
        self.known = [ListedView(each, self._of(each.results)) for each in listed(run)]
        self.rules = self._rules()
        self.matrix = self._matrix(_fields(run))

    @property
    def counts(self) -> list[tuple[Mark, int]]:
        """How many results there are of each verdict."""
        return RuleView(tuple(self._items.values()), "").counts

    def _of(self, results: Iterable[Result]) -> tuple[Item, ...]:
        return tuple(self._items[id(each)] for each in results)

    def _rules(self) -> list[RuleView]:
        by_rule: dict[str, list[Item]] = {}
        for each in self._items.values():
            by_rule.setdefault(each.result.rule, []).append(each)
        views = [RuleView(tuple(items), f"{self.id}/{rule}") for rule, items in by_rule.items()]
        order = {family: number for number, family in enumerate(FAMILIES)}
        return sorted(views, key=lambda view: order.get(view.first.family, len(order)))

    def _matrix(self, fields: Sequence[str]) -> Matrix:
        known = frozenset(fields)
        rules = tuple(view for view in self.rules if any(each.result.field in known for each in view.items))
        cells: dict[tuple[str, str], list[Item]] = {}
        for view in rules:
            for each in view.items:
                cells.setdefault((each.result.field, view.anchor), []).append(each)
        rows = tuple((field, tuple(tuple(cells.get((field, view.anchor), ())) for view in rules)) for field in fields)
        families = Counter(view.first.family for view in rules)
        return Matrix(families=tuple(families.items()), rules=rules, rows=tuple(row for row in rows if any(row[1])))

    @property
    def whole(self) -> list[RuleView]:
        """The rules about the endpoint as a whole, with those of their results that are about no single field."""
        fields = frozenset(field for field, _ in self.matrix.rows)
        parts = [(view, tuple(each for each in view.items if each.result.field not in fields)) for view in self.rules]
        return [RuleView(items, view.anchor) for view, items in parts if items]


def _items(run: RunReport, name: str, found: Sequence[Finding]) -> Iterator[Item]:
    """Every result with its anchor; requests for violations, known ones too, and for the first of each observed choice."""
    violations = [each for finding in found for each in finding.results]
    whole = {id(each) for finding in found for each in finding.results[:3]} | {id(each) for each in violations[:WHOLE_EXCHANGES]}
    known = [each for each in run.results if each.verdict == Verdict.KNOWN]
    shown = {id(each) for each in (*violations, *known)} | {id(each.results[0]) for each in choices(run)}
    taken: Counter[str] = Counter()
    for each in run.results:
        slug = f"{name}/{each.rule}/{_slug(each.field)}"
        taken[slug] += 1
        last = deciding(each)
        exchanges = each.exchanges if id(each) in whole else (last,) if last is not None and id(each) in shown else ()
        yield Item(each, slug if taken[slug] == 1 else f"{slug}~{taken[slug]}", exchanges)


def _shared(lists: Iterable[list[str]]) -> list[str]:
    """The items with which all lists begin."""
    columns = zip(*lists, strict=False)
    return [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]


def _slug(field: str) -> str:
    return re.sub(r"[^A-Za-z0-9_.]+", "-", field.replace("[]", "")).strip("-") or "endpoint"


def _fields(run: RunReport) -> list[str]:
    """The rows of the matrix: the document's fields; where they are not known, the labels that several rules have."""
    if run.fields:
        return list(dict.fromkeys(run.fields))
    rules: dict[str, set[str]] = {}
    for each in run.results:
        rules.setdefault(each.field, set()).add(each.rule)
    return [field for field, names in rules.items() if len(names) > 1 and not field.startswith("*")]


def render(runs: Sequence[RunReport], *, strict: bool = False) -> str:
    """The page; ``strict``: what is only a should counts as well."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters |= {"pretty": _pretty, "value": _value, "label": label}
    style, script = (_read(name) for name in ("report.css", "report.js"))
    return environment.get_template("report.html.j2").render(
        outcome=outcome(runs, strict=strict),
        views=[ApiView(run, name) for run, name in zip(runs, _unique(run.api for run in runs), strict=True)],
        families=FAMILIES,
        marks=[MARKS[Verdict.VIOLATES], MISSED, *(mark for verdict, mark in MARKS.items() if verdict != Verdict.VIOLATES)],
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _unique(names: Iterable[str]) -> Iterator[str]:
    """Each name; from the second time on with its number."""
    taken: Counter[str] = Counter()
    for name in names:
        taken[name] += 1
        yield name if taken[name] == 1 else f"{name}-{taken[name]}"


def _read(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """How the content security policy names an inline style or script: nothing else in the page may run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


def _pretty(body: str | None) -> str:
    """A JSON body with one member on a line, if that changes nothing but white space; anything else as it is."""
    text = body or ""
    try:
        value = json.loads(text)
        plain = (json.dumps(value, ensure_ascii=False), json.dumps(value, ensure_ascii=False, separators=(",", ":")))
        return json.dumps(value, indent=2, ensure_ascii=False) if text.strip() in plain else text
    except (ValueError, RecursionError):
        return text


def _value(value: Any) -> str:
    """A value of the record: a text as it is, anything else as JSON."""
    return value if isinstance(value, str) else written(value)
