"""What a document says in sentences of all its texts: that outer white space is taken off them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

TRIMMED = re.compile(
    r"\btrimmed\b"
    r"|\b(?:leading|surrounding|outer)\b[^.]*\b(?:white ?)?spaces?\b[^.]*\b(?:removed|stripped|taken off|dropped)\b"
    r"|\b(?:removes?|strips?|drops?|trims?)\b[^.]*\b(?:leading|surrounding|outer)\b[^.]*\b(?:white ?)?spaces?\b",
    re.IGNORECASE,
)
NOT = re.compile(r"\b(?:not|never|without|nor|neither|unless|except)\b|n't\b", re.IGNORECASE)
OF_ALL = re.compile(r"\b(?:all|every|texts|strings|values|inputs|fields|members|properties)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?<=[.;!?])\s+|\n\s*\n|\n\s*[-*] ")


def trims_texts(texts: Iterable[Any]) -> bool:
    """Whether one of the texts says, in a sentence about more than one member, that texts are trimmed."""
    sentences = (each for text in texts if isinstance(text, str) for each in _SENTENCE.split(text))
    return any(TRIMMED.search(each) and OF_ALL.search(each) and not NOT.search(each) for each in sentences)
