"""Which property of a request names the record: with another value the record could not be found again, or is another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.record.party import Party
from contracts.record.records import ABSENT, Record, look_up
from contracts.terms.verdict import NotJudged
from specs import Field

KEYS = ("id", "_id", "uuid")
NOBODY = "2147480000"
"""An identifier that hardly any record has, where no path shows of what form they are."""
TELLING = 8
"""A text of so many characters that equals a path parameter is no chance."""
WORD = 3
"""Nor is one of so many with a letter in it, where the record does not show the parameter under its name."""


def key_names(path: Mapping[str, str]) -> tuple[str, ...]:
    """The members that may name a record: its path parameters, and what keys are mostly called."""
    return (*path, *KEYS)


def is_key(party: Party, value: object) -> bool:
    """Whether a value is the identifier in the path."""
    return not isinstance(value, bool) and [str(value)] == [*party.identity.path.values()][-1:]


def unused_key(party: Party, current: Any) -> Any:
    """An identifier of the same form as the record's that no record has; NotJudged where there is one all the same."""
    unknown = [*party.unknown_path().values()][-1] if party.identity.path else NOBODY
    if party.guard is not None and party.guard.copied(unknown, None):
        raise NotJudged(f"there is a record {unknown}: a body that names it might change it")
    return int(unknown) if isinstance(current, int) and unknown.isdigit() else unknown


def names_the_record(
    field: Field,
    record: Record,
    path: Mapping[str, str],
    other: Record | None = None,
    other_path: Mapping[str, str] | None = None,
) -> bool:
    """Whether a property is a path parameter, by its name or as the record shows it.

    ``other``, ``other_path``: another record with its path parameters. A short text that equals them in both is no chance;
    small numbers may be (the second record holds a 2). A record that shows the parameter under its own name has it there.
    """
    if field.read_only:
        return False
    if field.name in KEYS or any(name in (field.name, field.response) for name in path):
        return True
    shown, beside = look_up(record, field.response), look_up(other or {}, field.response)
    for name, value in path.items():
        another = (other_path or {}).get(name)
        in_both = isinstance(shown, str) and another != value and _same(beside, another)
        no_chance = len(value) >= TELLING or (not _same(record.get(name), value) and (in_both or _is_word(value)))
        if no_chance and _same(shown, value):
            return True
    return False


def _same(shown: object, value: str | None) -> bool:
    return shown is not ABSENT and not isinstance(shown, bool) and str(shown) == value


def _is_word(value: str) -> bool:
    return len(value) >= WORD and any(each.isalpha() for each in value)
