"""What a record shows and cannot be put back: a mask of a secret, a hash that would be hashed again, a text that would be cut."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from contracts.record.records import is_empty
from contracts.terms.spelling import spelled
from contracts.terms.verdict import NotJudged
from specs import Field

STARS = re.compile(r"[*\u2022\u25cf\u2217]{3}")
"""A mask, alone or in a longer text (all but the last digits of a number, a member of a text that holds JSON)."""
WORDS = re.compile(r"[\[<({_]+(redacted|masked|hidden|filtered|secret|encrypted)[\])>}_]+|redacted|x{4,}", re.IGNORECASE)
PASSWORD = re.compile(r"pass(word|wd|phrase|code)$", re.IGNORECASE)


def is_masked(value: Any) -> bool:
    """Whether a shown value, or a part of it, stands for one that is not shown: ``***``, ``[redacted]``."""
    if isinstance(value, Mapping):
        return any(map(is_masked, value.values()))
    if isinstance(value, list):
        return any(map(is_masked, value))
    return isinstance(value, str) and (STARS.search(value) is not None or WORDS.fullmatch(value.strip()) is not None)


def hides(field: Field, shown: Any) -> str:
    """Why what a record shows for a field is not what it holds, or may not be; empty where nothing says so."""
    if is_masked(shown):
        return f"{field.name} is not written: what the record shows for it stands for a value that is not shown"
    if is_empty(shown) and (field.schema.get("format") == "password" or PASSWORD.search(field.name)):
        return f"{field.name} is not written: it holds no password, and one that is set is often not to be taken out again"
    if field.schema.get("format") == "password" or _has_password(field.name, shown):
        return f"{field.name} is not written: a password is, or is in, what it holds, and what is shown may be a hash of it"
    if _ends_in_space(shown):
        return f"{field.name} is not written: white space at an end of what it holds, which many services take off for good"
    return ""


def _ends_in_space(shown: Any) -> bool:
    """Whether a text begins or ends with white space, also inside an object or a list: not even the same text would keep it."""
    if isinstance(shown, Mapping):
        return any(map(_ends_in_space, shown.values()))
    if isinstance(shown, list):
        return any(map(_ends_in_space, shown))
    return isinstance(shown, str) and bool(shown) and shown != shown.strip()


def check_seen(field: Field, sent: Any, shown: Any) -> None:
    """Raise NotJudged where the record shows a mask for what was sent: whether it was stored cannot be seen."""
    if is_masked(shown) and shown != sent:
        raise NotJudged(f"{field.path} is shown as {spelled(shown)}, whatever it holds")


def _has_password(name: str, shown: Any) -> bool:
    if isinstance(shown, Mapping):
        return any(_has_password(str(each), value) for each, value in shown.items())
    if isinstance(shown, list):
        return any(_has_password(name, each) for each in shown)
    return isinstance(shown, str) and bool(shown) and PASSWORD.search(name) is not None
