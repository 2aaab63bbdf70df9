"""Texts of an exact length, their writes, and what of them is lost."""

from __future__ import annotations

from typing import Any

from contracts.judging.evidence import Write, one_difference, write
from contracts.judging.trials import Failure, broken
from contracts.record.party import Party
from contracts.record.values import of_length, validator
from contracts.terms.spelling import brief
from specs import Field


def text_of(field: Field, size: int, current: Any = None) -> str | None:
    """A plain text of this length that any conforming server accepts, other than the current one, or None."""
    for letter in "ab":
        text = of_length(field, size, letter)
        if text is not None and text != current and len(text) == size and validator(field).is_valid(text):
            return text
    return None


def letters_written(party: Party, field: Field, size: int) -> Write:
    """The write of a plain text of this length; made once."""
    key = ("letters", field.path, size)
    if key not in party.memory:
        before = party.read(without=field.top)
        current = party.composer.patch(before, field, None).shown_in(before)
        party.memory[key] = write(party, party.composer.patch(before, field, text_of(field, size, current)), before)
    done: Write = party.memory[key]
    return done


def loss(party: Party, done: Write, name: str) -> Failure | None:
    """What is wrong with a write that should have stored its value whole, ``name`` in the report; None where it has."""
    if not done.exchange.ok:
        return Failure(f"for {name} {done.exchange.said}", done.exchange, broken=broken(done.exchange))
    now = done.patch.shown_in(done.after)
    if party.reader.same(done.field, done.patch.value, now):
        return None
    left = f"{len(now)} characters of it" if isinstance(now, str) else brief(now)
    return Failure(f"of {name} the record shows {left}", done.exchange, one_difference(done.field.path, done.patch.value, now))
