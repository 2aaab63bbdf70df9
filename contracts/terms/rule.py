"""A rule is one pytest function under ``@rule``: this module keeps its record and decides where it applies."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from contracts.terms.verdict import Level
from specs import Api, Claim

FAMILIES = (
    "partial_update",
    "idempotence",
    "enum",
    "length",
    "error_envelope",
    "atomicity",
    "isolation",
    "types",
    "auth",
    "negotiation",
    "response",
)
ROUGH = ("error_envelope", "negotiation", "response", "atomicity", "types")
"""The families whose rules send what a record may not survive: their turn comes after all others."""

Function = TypeVar("Function", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Case:
    """One item of a rule: the ``field`` it is reported under, and what the rule function receives as ``case``."""

    field: str
    value: Any = None


Cases = Callable[[Api], Iterable[Case]]


def once(_api: Api) -> Iterable[Case]:
    """One item for the whole API, reported under ``*``."""
    return (Case("*"),)


def once_by_path(api: Api) -> Iterable[Case]:
    """One item for an API whose path names the record, none where the credential does."""
    return once(api) if api.identity == "path" else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One requirement.

    Attributes:
        id: slug, stable for ever.
        requirement: the first line of the function's docstring.
        cases: the items for an API; an API without any is not subject to the rule.
        standard: an RFC clause that makes it a must where the document does not contradict it, or "".
        advice: an RFC clause or practice behind a rule that is only a should without a claim, or "".
        wfc: code of the Web Fuzzing Commons catalogue, or "".
        depth: ``gate`` rules always run, ``thorough`` ones only at that depth.
        generated: a second layer: judged only where the deterministic rules found nothing.
        harmless: it can be judged by reads, and by requests that the document says are refused.
        spoils: it may leave a record of no more use: for records that nobody needs, and the last of all.
    """

    id: str
    family: str
    requirement: str
    cases: Cases
    standard: str = ""
    advice: str = ""
    wfc: str = ""
    depth: str = "gate"
    generated: bool = False
    harmless: bool = False
    spoils: bool = False

    def items(self, api: Api) -> Iterable[Case]:
        """The items for an API; of an operation without a body, whose requests perform it, only refusals are judged."""
        return self.cases(api) if self.harmless or api.style != "action" else ()

    def claim(self, api: Api) -> Claim | None:
        """Where this API's document says it, or None."""
        return api.claims.get(self.id)

    @property
    def turn(self) -> int:
        """When its items are judged: harmless requests first, then rough and generated ones, and what spoils at the end."""
        return 3 if self.spoils else 2 if self.generated else int(self.family in ROUGH)

    def level(self, api: Api) -> Level:
        """must by the document or by a standard; else should."""
        return Level.MUST if self.standard or self.claim(api) is not None else Level.SHOULD


RULES: dict[str, Rule] = {}


def rule(
    rule_id: str,
    *,
    family: str,
    cases: Cases = once,
    standard: str = "",
    advice: str = "",
    wfc: str = "",
    depth: str = "gate",
    generated: bool = False,
    harmless: bool = False,
    spoils: bool = False,
) -> Callable[[Function], Function]:
    """Register the decorated test function as a rule.

    Raises ValueError for a second rule with the id, an unknown family, or a function without a docstring.
    """

    def register(function: Function) -> Function:
        requirement = (inspect.getdoc(function) or "").split("\n", 1)[0].strip()
        if not requirement:
            raise ValueError(f"rule {rule_id}: the function needs a docstring whose first line is the requirement")
        if family not in FAMILIES:
            raise ValueError(f"rule {rule_id}: unknown family {family!r}; known are {', '.join(FAMILIES)}")
        if rule_id in RULES:
            raise ValueError(f"rule {rule_id}: registered twice")
        record = Rule(
            id=rule_id,
            family=family,
            requirement=requirement,
            cases=cases,
            standard=standard,
            advice=advice,
            wfc=wfc,
            depth=depth,
            generated=generated,
            harmless=harmless,
            spoils=spoils,
        )
        RULES[rule_id] = record
        function.__rule__ = record  # type: ignore[attr-defined]  # read back by the plugin
        return function

    return register


def rule_of(function: object) -> Rule | None:
    """The rule that a test function states, or None for any other function."""
    found = getattr(function, "__rule__", None)
    return found if isinstance(found, Rule) else None


def field_cases(selects: Callable[[Api], Iterable[Any]]) -> Cases:
    """One item for each field that ``selects`` yields, reported under the field's path."""

    def cases(api: Api) -> Iterable[Case]:
        return [Case(field.path, field) for field in selects(api)]

    return cases


def labelled_cases(selects: Callable[[Api], Mapping[str, Any]]) -> Cases:
    """One item for each entry of the mapping that ``selects`` gives: label to value."""

    def cases(api: Api) -> Iterable[Case]:
        return [Case(label, value) for label, value in selects(api).items()]

    return cases
