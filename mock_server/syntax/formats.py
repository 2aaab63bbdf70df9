"""The formats that the mock checks: strict where a wrong value cannot be stored, tolerant where people differ.

Beside each stands what domain_facts.md measured on real frameworks. JSON Schema's own checkers vary with the packages that
happen to be installed, these do not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from uuid import UUID

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_DATE_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ]([0-9:]{8}(?:\.[0-9]+)?)([Zz]|[+-][0-9]{2}:[0-9]{2})", re.ASCII)
_LABEL = r'[^\s@.,;:<>()\[\]\\"]'
_EMAIL = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@(?:(?:{_LABEL}+\.)+{_LABEL}{{2,}}|localhost)")
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}", re.ASCII)


def is_date(text: str) -> bool:
    """A full-date of RFC 3339: no week dates, no missing zeros, no 30 February."""
    return _DATE.fullmatch(text) is not None and _is_real(date.fromisoformat, text)


def is_date_time(text: str) -> bool:
    """A date-time of RFC 3339; a leap second is taken for the second before it."""
    found = _DATE_TIME.fullmatch(text)
    if found is None:
        return False
    day, clock, zone = found.groups()
    plain = f"{day}T{clock[:8].replace(':60', ':59')}{zone.upper().replace('Z', '+00:00')}"
    return _is_real(datetime.fromisoformat, plain)


def is_email(text: str) -> bool:
    """An address as web forms take it: an ASCII local part, and a domain with a dot."""
    local, _, _ = text.rpartition("@")
    return _EMAIL.fullmatch(text) is not None and not local.startswith(".") and not local.endswith(".") and ".." not in text


def is_uri(text: str) -> bool:
    """An absolute URI."""
    return _URI.fullmatch(text) is not None


def is_uuid(text: str) -> bool:
    """A UUID in the canonical spelling, of any version."""
    return _UUID.fullmatch(text) is not None and _is_real(UUID, text)


def is_in_json(_text: str) -> bool:
    """``binary`` stands for a file, which no JSON text is."""
    return False


def _is_real(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except ValueError:
        return False
    return True


FORMATS: Mapping[str, Callable[[str], bool]] = {
    "binary": is_in_json,
    "date": is_date,
    "date-time": is_date_time,
    "email": is_email,
    "uri": is_uri,
    "uuid": is_uuid,
}
