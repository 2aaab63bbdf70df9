"""The table of rules: requirement, basis, and the APIs whose document makes each a must."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from contracts.terms.rule import FAMILIES, Rule
from contracts.terms.verdict import Level
from specs import Api

HEAD = """# The rules

For whoever looks up what is judged, and whether it counts for an API.
Written by `python -m contracts rules > docs/reference/rules.md`.

A rule is a *must* for an API whose document says it (its claim
stands in the API's file) or where an RFC's MUST says it; else it is a *should*, which counts only with `--strict`.
(-) marks an API to which a rule does not apply. WFC is the code of the same fault in the Web Fuzzing Commons catalogue.
"""


def rule_table(rules: Sequence[Rule], apis: Sequence[Api]) -> str:
    """The rules as Markdown, one table for each family."""
    lines = [HEAD]
    for family in FAMILIES:
        names = " | ".join(api.name for api in apis)
        lines += [
            f"## {family}\n",
            f"| rule | requirement | standard or advice | WFC | {names} |",
            "|" + "---|" * (4 + len(apis)),
        ]
        lines += [_row(rule, apis) for rule in rules if rule.family == family]
        lines.append("")
    return "\n".join(lines)


def _row(rule: Rule, apis: Sequence[Api]) -> str:
    cells = [
        f"`{rule.id}`{_marks(rule)}",
        rule.requirement,
        rule.standard or rule.advice,
        rule.wfc,
        *(_level(rule, api) for api in apis),
    ]
    return f"| {' | '.join(cells)} |"


def _marks(rule: Rule) -> str:
    return "".join(_mark(rule))


def _mark(rule: Rule) -> Iterator[str]:
    if rule.depth != "gate":
        yield f" ({rule.depth})"
    if rule.generated:
        yield " (generated)"


def _level(rule: Rule, api: Api) -> str:
    if not list(rule.items(api)):
        return "-"
    return "must" if rule.level(api) is Level.MUST else "should"
