"""Whether a JSON value of any shape keeps to a schema: what no validator can hold does not, and nothing is ever raised."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import jsonschema_rs

BEYOND = (ValueError, TypeError, OverflowError, RecursionError)
"""What a validator raises for a value that it cannot take over: too deep, too large a number, half of a surrogate pair."""


@dataclass(frozen=True, slots=True)
class Invalid:
    """The first thing wrong with a value: where, as a path from the top, and what."""

    place: Sequence[str | int]
    message: str


def first_error(validator: jsonschema_rs.Draft202012Validator, value: Any) -> Invalid | None:
    """The first error of a value, None where it is valid."""
    try:
        found = next(validator.iter_errors(value), None)
    except BEYOND as error:
        return Invalid((), f"no validator can hold it ({error})")
    return None if found is None else Invalid(found.instance_path, str(found.message))


def is_valid(validator: jsonschema_rs.Draft202012Validator, value: Any) -> bool:
    """Whether a value is valid."""
    try:
        return bool(validator.is_valid(value))
    except BEYOND:
        return False
