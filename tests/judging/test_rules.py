"""The suite judges itself: ids, sentences, claims, levels, and the table of rules."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import specs
from contracts.rules.table import rule_table
from contracts.running.selection import load_rules
from contracts.terms.rule import FAMILIES, Rule
from tests import subjects

RULES = [rule for rule, _function in load_rules()]
APIS = [specs.load(name) for name in specs.names()]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_states_one_fact(rule: Rule) -> None:
    """Id and requirement follow the house style: a slug, and one sentence in the indicative."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.id)
    assert rule.family in FAMILIES
    assert rule.requirement.endswith(".")
    assert len(rule.requirement) <= 130
    assert "should" not in rule.requirement


def test_requirements_are_unique() -> None:
    """No two rules say the same."""
    assert len({rule.requirement for rule in RULES}) == len(RULES)


def test_a_function_of_a_rule_is_a_test() -> None:
    """pytest finds every rule."""
    assert all(function.__name__.startswith("test_") for _rule, function in load_rules())


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_a_claim_names_a_rule(api: specs.Api) -> None:
    """A claim for a rule that does not exist would be lost."""
    assert set(api.claims) <= {rule.id for rule in RULES}


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_has_rules_that_are_musts(family: str) -> None:
    """Each family judges something that a document says."""
    assert [rule for rule in RULES if rule.family == family and any(rule.claim(api) for api in APIS)]


@pytest.mark.parametrize("api", APIS, ids=lambda api: api.name)
def test_items_have_unique_ids(api: specs.Api) -> None:
    """Two items of one rule never share a field."""
    for rule in RULES:
        fields = [case.field for case in rule.cases(api)]
        assert len(fields) == len(set(fields)), rule.id


def test_the_table_of_rules_is_up_to_date() -> None:
    """docs/reference/rules.md is what ``python -m contracts rules`` prints; a new or changed claim shows in it."""
    written = (subjects.ROOT / "docs" / "reference" / "rules.md").read_text(encoding="utf-8")
    told = "run: python -m contracts rules > docs/reference/rules.md"

    assert [rule.id for rule in RULES if f"`{rule.id}`" not in written] == [], told
    assert written == rule_table(RULES, APIS), told


def test_the_command_prints_the_table() -> None:
    """``python -m contracts rules`` works from the checkout."""
    run = subprocess.run(
        [sys.executable, "-m", "contracts", "rules"], cwd=subjects.ROOT, capture_output=True, text=True, timeout=60, check=True
    )

    assert run.stdout == rule_table(RULES, APIS)
