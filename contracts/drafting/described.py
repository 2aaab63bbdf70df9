"""What the description of a property says in the fixed words of a convention, which no keyword of a schema says beside it.

"Output only." and "Immutable." are sentences of their own there (AIP-203), and the first member of an enum, whose name ends in
UNSPECIFIED, stands for no value at all (AIP-126). How a text is converted before it is stored, its case and the white space
around it, is told in a sentence; a value that comes back so is the one that was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from specs.model import Field

SHOWN_ONLY = re.compile(r"(?:^|[.]\s+)output only[.]|^\[output only\]", re.IGNORECASE)
IMMUTABLE = re.compile(r"(?:^|[.]\s+)immutable[.]", re.IGNORECASE)
REPLACED = re.compile(r"\breplaced (?:whole|entirely|completely|in full|as a whole|in its entirety)\b", re.IGNORECASE)
NO_VALUE = re.compile(r"(?:^|_)UNSPECIFIED$")
SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n\s*\n")
DENIED = re.compile(r"\b(?:not|never|no|without|cannot)\b|n't\b", re.IGNORECASE)
DONE = r"\b(?:stored|kept|saved|held|persisted|converted|normali[sz]ed|changed|folded|turned|returned|shown)\b"
PASSIVE = r"\b(?:is|are|gets?|will be|automatically)\s+"
CASE = DONE + r"(?:\s+\w+){{0,2}}?\s+(?:in|to|as|into)\s+(?:all\s+)?{0}[- ]?case\b|" + PASSIVE + r"{0}[- ]?cased\b"
WHITE = r"\b(?:white[- ]?space|blanks?|spaces?)"
GONE = r"\b(?:removed|trimmed|stripped|dropped)\b"
TRIMMED = (
    rf"\b(?:leading|trailing|surrounding|outer)\b.*{WHITE}\b.*{GONE}|{WHITE}\s+(?:around|at (?:both|the) ends?)\b.*{GONE}"
    rf"|{PASSIVE}trimmed\b|^trimmed\b"
)
TOLD: Mapping[str, re.Pattern[str]] = {
    "trim": re.compile(TRIMMED, re.IGNORECASE),
    "lower": re.compile(CASE.format("lower"), re.IGNORECASE),
    "upper": re.compile(CASE.format("upper"), re.IGNORECASE),
}
"""Normalisation, as ``x-field.normalise`` has it, and the words for it: what the service does, not what a value has to be."""


def is_fixed(field: Field) -> bool:
    """A patch cannot set the field: it is shown only, or was set for good when the record was made."""
    text = str(field.schema.get("description") or "")
    return SHOWN_ONLY.search(text) is not None or (IMMUTABLE.search(text) is not None and not field.required)


def is_replaced(field: Field) -> bool:
    """The description says that the value takes the place of the old one, with all that it holds."""
    return field.kind != "scalar" and REPLACED.search(str(field.schema.get("description") or "")) is not None


def meant(field: Field) -> dict[str, Any]:
    """The ``safe`` keywords that leave out the member of an enum that stands for no value, of the field or of its items."""
    items = _with_a_meaning(field.schema.get("items", {}).get("enum")) if not field.children else {}
    return {**_with_a_meaning(field.schema.get("enum")), **({"items": items} if items else {})}


def _with_a_meaning(enum: Any) -> dict[str, Any]:
    """The enum without the member that stands for no value, which a server may refuse; nothing where there is none."""
    members = enum if isinstance(enum, list) else []
    kept = [each for each in members if not (isinstance(each, str) and NO_VALUE.search(each))]
    return {"enum": kept} if any(each is not None for each in kept) and len(kept) < len(members) else {}


def conversions(description: str) -> list[str]:
    """What a description says is done to a text before it is stored, as ``x-field.normalise`` has it."""
    sentences = [each for each in SENTENCE.split(description) if not DENIED.search(each)]
    found = [name for name, words in TOLD.items() if any(words.search(each.strip()) for each in sentences)]
    return found if {"lower", "upper"} - set(found) else []
