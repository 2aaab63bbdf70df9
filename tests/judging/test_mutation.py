"""The assertions of the rules are needed: without one, its defect is no longer found."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from contracts.running.selection import load_rules
from tests.mutation import Site, Trial, reached, sites, survives
from tests.proof import stop_mocks

TRIALS = (
    Trial("sent-field-stored", "babyland", "one-field-dropped"),
    Trial("near-miss-refused", "babyland", "case-ignored"),
    Trial("success-status", "babyland", "accepted-for-success"),
)


@pytest.fixture(autouse=True, scope="module")
def _mocks() -> Iterator[None]:
    """The mock is kept between the trials."""
    yield
    stop_mocks()


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.rule)
def test_a_rule_without_its_assertion_finds_nothing(trial: Trial) -> None:
    """Taking out the statement that reports the defect makes the rule miss it."""
    rule, function = next(found for found in load_rules() if found[0].id == trial.rule)
    found = reached(trial, rule, function)

    assert found
    assert not any(survives(site, trial) for site in found)


def test_the_assertions_are_found() -> None:
    """Every file of rules has some, and what the families share is among them."""
    assert {site.module for site in sites()} >= {
        "rules.state.test_partial_update",
        "rules.state.test_isolation",
        "judging.trials",
    }
    assert Site("judging.trials", 0) not in sites()
