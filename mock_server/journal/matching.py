"""Which requests of the journal a pattern means, and what keeps the others from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mock_server.journal.journal import JournalEntry
from mock_server.journal.redaction import Redaction
from mock_server.syntax.wildcards import fits_path


def mismatches(pattern: Mapping[str, Any], entry: JournalEntry, redaction: Redaction) -> list[str]:
    """The members of a pattern (Pattern in admin.yaml) that a request does not fit; it is compared as the journal shows it."""
    return [name for name, wanted in pattern.items() if not _CRITERIA[name](entry, wanted, redaction)]


def _situation(entry: JournalEntry) -> str | None:
    return entry.refusal.situation if entry.refusal else None


def _has_fault(entry: JournalEntry, field: str, redaction: Redaction) -> bool:
    refusal = entry.as_json(redaction)["refusal"]
    return refusal is not None and any(fault["field"] == field for fault in refusal["faults"])


def _has_headers(entry: JournalEntry, wanted: Mapping[str, str], redaction: Redaction) -> bool:
    sent = {name.lower(): value for name, value in redaction.headers(entry.sent_headers()).items()}
    return all(sent.get(name.lower()) == value for name, value in wanted.items())


def _has_members(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, dict):
        return isinstance(value, dict) and all(
            name in value and _has_members(value[name], member) for name, member in wanted.items()
        )
    return type(value) is type(wanted) and bool(value == wanted)


_CRITERIA: Mapping[str, Callable[[JournalEntry, Any, Redaction], bool]] = {
    "api": lambda entry, wanted, _: entry.api == wanted,
    "operation": lambda entry, wanted, _: entry.operation == wanted,
    "method": lambda entry, wanted, _: entry.method == wanted.upper(),
    "path": lambda entry, wanted, _: fits_path(wanted, entry.path),
    "status": lambda entry, wanted, _: entry.status == wanted,
    "refused": lambda entry, wanted, _: (_situation(entry) is not None) == wanted,
    "situation": lambda entry, wanted, _: _situation(entry) == wanted,
    "field": _has_fault,
    "headers": _has_headers,
    "body": lambda entry, wanted, redaction: _has_members(entry.as_json(redaction)["request"]["body"], wanted),
}
