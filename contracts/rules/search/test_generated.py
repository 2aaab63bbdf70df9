"""The second layer: generated patches, random sequences against a model, and stock Schemathesis checks.

It runs last, and only where the rules on single patches found nothing: what it then finds is a fault of a
combination that no list of cases foresaw. The gate draws the same examples in every run.
"""

from __future__ import annotations

from contracts.record.party import Party
from contracts.terms.rule import rule


@rule("generated-patch-stored", family="partial_update", generated=True)
def test_generated_patch_is_stored(party: Party, case: None) -> None:
    """Of any accepted patch of several fields, exactly the sent fields change."""
    from contracts.rules.search import engine

    engine.judge_patches(party)


@rule("sequence-follows-model", family="partial_update", generated=True)
def test_sequence_of_patches_follows_the_model(party: Party, case: None) -> None:
    """After any sequence of valid, invalid and repeated patches the record is what the accepted ones make it."""
    from contracts.rules.search import engine

    engine.judge_sequences(party)


@rule("standard-checks", family="response", generated=True, advice="Schemathesis 4.32 checks")
def test_generated_bodies_pass_the_standard_checks(party: Party, case: None) -> None:
    """Answers to generated bodies are no server errors, and keep to the documented media types and schemas."""
    from contracts.rules.search import engine

    engine.judge_standard_checks(party)
