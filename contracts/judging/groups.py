"""Patches of several fields at once: one write each, made once for a record and kept."""

from __future__ import annotations

from itertools import pairwise

from contracts.judging.evidence import Write, control, fresh_patches, joined, write
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.terms.verdict import NotJudged
from specs import Field


def combinable(party: Party) -> list[tuple[Field, Write]]:
    """Top-level fields whose plain write works, at most one for each property."""
    found: dict[str, tuple[Field, Write]] = {}
    for field in settable(party.api):
        if field.top in found or field.response in party.reader.derived:
            continue
        try:
            found[field.top] = (field, control(party, field))
        except NotJudged:
            continue
    return list(found.values())


def _together(party: Party, fields: list[Field], *, reverse: bool = False) -> tuple[list[Patch], Write]:
    """One patch of several fields at once, each to a fresh value."""
    before = party.read()
    patches = fresh_patches(party, before, fields)
    if not patches:
        raise NotJudged("no field has another value to take")
    body = joined(reversed(patches) if reverse else patches)
    return patches, write(party, Patch(patches[0].field, patches[0].value, body, patches[0].selectors), before)


def group_writes(party: Party, usable: list[Field]) -> list[tuple[list[Patch], Write]]:
    """All fields at once in both orders, and each with its neighbour; made once.

    Each patch is given with the patches of single fields that it is made of. Raises NotJudged where no field has another value.
    """
    kept: list[tuple[list[Patch], Write]] = party.memory.setdefault("groups", [])
    if not kept:
        kept.append(_together(party, usable))
        kept.append(_together(party, usable, reverse=True))
        pairs = [*pairwise(usable), (usable[0], usable[-1])]
        kept.extend(_together(party, list(pair)) for pair in dict.fromkeys(pairs))
    return kept
