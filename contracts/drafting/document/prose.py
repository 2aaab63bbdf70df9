"""What a document says in sentences, where no keyword of JSON Schema says it: how a text is converted before it is stored.

A value that comes back converted so is the one that was sent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

_END = re.compile(r"(?<=[.;!?])[ \n]|\n\n|\n(?=[-*] )")
"""The end of a sentence, a paragraph, or an item of a list, where each piece of white space is one character."""
NOT = re.compile(r"\b(?:not|never|no|nor|neither|without|cannot|unless|except)\b|n't\b", re.IGNORECASE)
OF_ALL = re.compile(
    r"\b(?:all|every|texts|strings|values|inputs|fields|members|properties)\b|^(?:text|input) (?:is|gets|will be)\b",
    re.IGNORECASE,
)
"""Words of a sentence that is about more than one member."""
_DONE = r"\b(?:stored|kept|saved|held|persisted|converted|normali[sz]ed|changed|folded|turned|returned|shown)\b"
_PASSIVE = r"\b(?:is|are|gets?|will be|automatically) "
_CASE = _DONE + r"(?: \w+){{0,2}}? (?:in|to|as|into) (?:all )?{0}[- ]?case\b|" + _PASSIVE + r"{0}[- ]?cased\b"
CASES: Mapping[str, re.Pattern[str]] = {
    "lower": re.compile(_CASE.format("lower"), re.IGNORECASE),
    "upper": re.compile(_CASE.format("upper"), re.IGNORECASE),
}
"""Normalisation, as ``x-field.normalise`` has it, and the words for it: what the service does, not what a value has to be."""
TRIMMED = re.compile(_PASSIVE + r"trimmed\b|^trimmed\b|\btrimmed (?:before|by|on)\b", re.IGNORECASE)
OUTER = re.compile(r"\b(?:leading|trailing|surrounding|outer|around|at (?:both|the) ends?)\b", re.IGNORECASE)
WHITE = re.compile(r"\b(?:white[- ]?)?(?:spaces?|blanks?)\b", re.IGNORECASE)
GONE = re.compile(r"\b(?:removed?s?|stripp?(?:ed|s)|dropp?(?:ed|s)|trimm?(?:ed|s)|taken off)\b", re.IGNORECASE)
"""Three words of a sentence that says the same at length."""
MERGE = re.compile(r"\bmerge[- ]?patch(?:es)?\b|\bRFC[ -]?(?:7396|7386)\b", re.IGNORECASE)
"""The form of a body that is merged into the record, by its name or its number."""


def _said(text: str) -> Iterator[str]:
    """The sentences of a text that deny nothing."""
    return (each for each in _sentences(text) if not NOT.search(each))


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text, one blank between two words, without the marks of what is set in bold."""
    lines = "\n".join(" ".join(line.split()) for line in text.replace("**", "").splitlines())
    return (each.strip().replace("\n", " ") for each in _END.split(lines))


def conversions(description: str) -> list[str]:
    """What a description says is done to a text before it is stored, as ``x-field.normalise`` has it."""
    said = [*_said(description)]
    trims = ["trim"] if any(map(_trims, said)) else []
    found = [name for name, words in CASES.items() if any(words.search(each) for each in said)]
    return [*trims, *found] if len(found) < len(CASES) else []


def trims_texts(texts: Iterable[Any]) -> bool:
    """Whether one of the texts says, in a sentence about more than one member, that texts are trimmed."""
    said = (each for text in texts if isinstance(text, str) for each in _said(text))
    return any(_trims(each) and OF_ALL.search(each) for each in said)


def _trims(sentence: str) -> bool:
    """It says that the white space around a text is taken off."""
    return TRIMMED.search(sentence) is not None or all(words.search(sentence) for words in (OUTER, WHITE, GONE))


def tells_of_merging(texts: Iterable[Any]) -> bool:
    """Whether one of the texts says that a body is a JSON merge patch (RFC 7396), whatever its media type."""
    return any(_is_merge(each) for text in texts if isinstance(text, str) for each in _sentences(text))


def _is_merge(sentence: str) -> bool:
    """It names that form, and denies nothing up to the end of that clause: behind it may stand what is not sent."""
    found = MERGE.search(sentence)
    return found is not None and NOT.search(re.split(r"[,;:]", sentence[found.end() :])[0] + sentence[: found.start()]) is None
