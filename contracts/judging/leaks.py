"""Texts that an error answer must not contain: traces of the server's inside, and credentials."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from contracts.terms.exchange import NOT_JSON, Exchange

MIN_CREDENTIAL = 8
"""A shorter credential may stand in a text by chance."""
SEARCHED = 200_000
"""Characters of a body in which traces are looked for; a page for developers has them at its beginning."""

_SOURCE = r"(?:py|js|mjs|cjs|ts|rb|php|java|kt|go|cs|rs|ex|pl)"

# A target sends any text: no pattern may look at a character more than a few times. So a path is found by its last two parts, and
# a statement by the first SELECT of its line.
TRACES: Mapping[str, re.Pattern[str]] = {
    "a stack trace": re.compile(
        r"Traceback \(most recent call last\)"
        r"|\bFile \"[^\"]+\", line \d+"
        r"|\bat [^\n]{1,160}:\d+:\d+\)"
        r"|\bat [\w.$<>]+\(\w+\.(?:java|kt|scala):\d+\)"
        r"|\bgoroutine \d+ \["
        r"|\.rb:\d+:in "
        r"|\.cs:line \d+"
        r"|\.php(?: on line |:)\d+"
    ),
    "SQL": re.compile(
        r"(?m:^)(?>[^\n]*?\bSELECT\b)[^\n]+\bFROM\b|\bINSERT INTO\b|\bUPDATE\s++\S++\s++SET\b|\bDELETE FROM\b"
        r"|SQLSTATE|\bORA-\d{5}\b|syntax error at or near|near \"[^\"]*\": syntax error"
        r"|violates (?:foreign key|unique|check|not-null) constraint|\b(?:UNIQUE|NOT NULL|FOREIGN KEY|CHECK) constraint failed"
        r"|Duplicate entry '[^']*' for key|\bE11000\b"
    ),
    "a file path of the server": re.compile(
        rf"/[\w.@-]++/[\w.@-]+\.{_SOURCE}\b"
        r"|/(?:usr/(?:lib|local|src)|var/(?:www|task)|opt|srv)/[\w.-]+|/home/\w+/|\b(?:site-packages|node_modules)/"
        r"|\b[A-Z]:\\[\w .-]++\\"
    ),
    "an exception of the server": re.compile(
        r"\b[a-z_]\w*+\.[A-Z]\w*(?:Error|Exception)\b"
        r"|\b(?:TypeError|ReferenceError|RangeError|KeyError|AttributeError|IndexError|NameError|NullPointerException"
        r"|IntegrityError|DataError|ProgrammingError|OperationalError|StringDataRightTruncation|CastError|MongoServerError):"
        r"|panic: runtime error"
    ),
    "a hash of a password": re.compile(r"\$2[abxy]\$\d\d\$|\bpbkdf2_sha\d+\$|\$argon2"),
}


WORDS: Mapping[str, re.Pattern[str]] = {
    "words of a programming language": re.compile(
        r"\bcannot unmarshal \w+ into Go\b|\bstrconv\.\w+|\bjson: (?:cannot|unsupported|unknown)\b"
        r"|\bjava\.(?:lang|util|sql)\.|\bcom\.fasterxml\.|Cannot deserialize value of type"
        r"|Cannot read propert(?:y|ies) (?:'[^']*' )?of (?:undefined|null)|\bis not a function\b|\[object Object\]"
        r"|'NoneType' object|\bobject has no attribute '|\binvalid literal for int\(\)|\bunhashable type\b"
        r"|<class '[\w.]+'>|\bundefined method `"
    ),
    "words of a database": re.compile(
        r"\bduplicate key value\b|\bvalue too long for type character varying\b|\bData too long for column\b"
        r"|\bnull value in column\b|\bcolumn \"[^\"]+\" (?:of relation|does not exist)|\binvalid input syntax for type\b"
        r"|\binteger out of range\b|\bdeadlock detected\b"
    ),
}
"""What tells how the service is made, and helps nobody who sends a request."""


def words_in(exchange: Exchange) -> str | None:
    """Words of a language or database in an answer, as ``trace_in`` gives traces, or None."""
    text = _beginning(exchange)
    return next((what for what, pattern in WORDS.items() if pattern.search(text)), None)


def trace_in(exchange: Exchange) -> str | None:
    """What of the server's inside an answer shows, in words, or None."""
    text = re.sub(r"https?://[^\s\"]+", "", _beginning(exchange)).replace(urlsplit(exchange.url).path, "")
    return next((what for what, pattern in TRACES.items() if pattern.search(text)), None)


def shows(exchange: Exchange, secret: str) -> bool:
    """Whether the answer's body contains a secret."""
    return len(secret) >= MIN_CREDENTIAL and any(secret in text for text in _forms(exchange))


def _beginning(exchange: Exchange) -> str:
    """As much of the body as is searched for traces."""
    return "\n".join(text[:SEARCHED] for text in _forms(exchange))


def _forms(exchange: Exchange) -> tuple[str, ...]:
    """The body as it travelled, and its texts without the escapes of JSON."""
    answer = exchange.answer
    if answer is None:
        return ()
    return answer.text, "\n".join(_texts(answer.json)) if answer.json is not NOT_JSON else ""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
