"""What a document says is not written at will: states that follow one another, members that are final, versions to be named.

Such values are hazards: on a record that somebody needs they are never sent, since nothing could put the record back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from specs.model import Field

STATE = re.compile(r"(?:^|[_.-]|(?<=[a-z]))(?:status|state|stage|phase|lifecycle)$", re.IGNORECASE)
"""Names of enums that a record goes through, by their last word."""
ARROW = re.compile(r"->|=>|→|⇒")
ORDER = re.compile(
    r"\btransitions?\b|\b(?:can|may) ?not (?:become|go|move|return|be (?:changed|moved|reopened|set))\b"
    r"|\b(?:can|may) only (?:become|go|move|be (?:changed|moved|set))\b|\bmoves? (?:from|on)\b|\bstate machine\b",
    re.IGNORECASE,
)
"""Words of a description that tell which state may follow which."""
FINAL = re.compile(
    r"\b(?:can ?not|never) be (?:undone|reverted|reversed|unset|changed (?:back|again|later|afterwards|once))\b"
    r"|\birreversibl[ey]\b|\bpermanently\b|\bone[- ]way\b|\b(?:immutable|final|fixed) once\b",
    re.IGNORECASE,
)
"""Words that tell of any member that a change of it stays."""
CONFLICT, STALE = "409", "412"
OF_OTHERS = re.compile(
    r"\bunique|\bduplicate|\b(?:already|is) (?:exists?|taken|used|in use|been taken)\b|\banother\b", re.IGNORECASE
)
"""Words of a 409 that is about the values of other records."""
OF_ITS_STATE = re.compile(r"\bstat(?:e|us|es|uses)\b|\btransition|\bversion|\bconcurrent|\bmodified\b|\blifecycle", re.IGNORECASE)
"""Words of one that is about the record itself, too."""
LOCK = re.compile(r"(?:^|[_.-]|(?<=[a-z]))(?:version|revision|rev|etag|lock)$", re.IGNORECASE)
"""Names of what a patch has to name of the record that it was made for: an optimistic lock."""


def hazard(field: Field, responses: Mapping[str, Any]) -> dict[str, Any] | None:
    """The ``hazard`` of a field that cannot be changed back by its document, None for others.

    responses: those of the operation; one that lists 409 refuses changes for the state that a record is in (RFC 9110, 15.5.10).
    """
    text = str(field.schema.get("description") or "")
    if FINAL.search(text):
        return {"reason": "the document says that a change of it stays"}
    members = [each for each in field.schema.get("enum", ()) if isinstance(each, str)]
    if len(members) < 2 or not _is_state(field.name, text, members, responses):
        return None
    return {"reason": "a state: not each change of it can be taken back", "values": members}


def is_lock(field: Field, responses: Mapping[str, Any]) -> bool:
    """Whether a top-level member names the version of the record that a patch is for: each needs it, or a conflict is listed."""
    named = LOCK.search(field.name) is not None and "." not in field.path and not field.children and not field.read_only
    return named and (field.required or bool({CONFLICT, STALE} & responses.keys()))


def _is_state(name: str, text: str, members: list[str], responses: Mapping[str, Any]) -> bool:
    drawn = ARROW.search(text) and sum(each in text for each in members) > 1
    return bool(drawn or (STATE.search(name) and (ORDER.search(text) or _refuses_for_state(responses.get(CONFLICT)))))


def _refuses_for_state(conflict: Mapping[str, Any] | None) -> bool:
    """Whether a 409 may be for the state that a record is in: not one that is described by the values of others alone."""
    text = str((conflict or {}).get("description") or "")
    return conflict is not None and (OF_ITS_STATE.search(text) is not None or OF_OTHERS.search(text) is None)
