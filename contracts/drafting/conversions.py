"""How a document says in words that a text is converted before it is stored: its case, and the white space around it.

No keyword of JSON Schema says so; a description does, and a value that comes back so is the one that was sent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

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


def conversions(description: str) -> list[str]:
    """What a description says is done to a text before it is stored, as ``x-field.normalise`` has it."""
    sentences = [each for each in SENTENCE.split(description) if not DENIED.search(each)]
    found = [name for name, words in TOLD.items() if any(words.search(each.strip()) for each in sentences)]
    return found if {"lower", "upper"} - set(found) else []
