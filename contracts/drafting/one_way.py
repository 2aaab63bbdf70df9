"""What a document says is not written at will: states that follow one another, members that are final, versions to be named.

Such values are hazards: on a record that somebody needs they are never sent, since nothing could put the record back.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from contracts.terms.spelling import underscored
from specs.model import Field

STATE = re.compile(r"(?:^|_)(?:status|state|stage|phase|life_?cycle)$")
"""Names of enums that a record goes through, by their last word, spelt with underscores."""
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
REMOVAL = re.compile(r"^_?(?:destroy|delete|remove)(?:d|_?item)?$", re.IGNORECASE)
"""Names of a member of an item that has it removed."""
REMOVES = re.compile(r"\b(?:remov|delet|destroy|detach)(?:es?|s|ing|ed)?\b", re.IGNORECASE)
"""Words for the same in its description."""
CONFLICT, STALE = "409", "412"
OF_OTHERS = re.compile(
    r"\bunique|\bduplicate|\b(?:already|is) (?:exists?|taken|used|in use|been taken)\b|\banother\b", re.IGNORECASE
)
"""Words of a 409 that is about the values of other records."""
OF_ITS_STATE = re.compile(r"\bstat(?:e|us|es|uses)\b|\btransition|\bversion|\bconcurrent|\bmodified\b|\blifecycle", re.IGNORECASE)
"""Words of one that is about the record itself, too."""
LOCK = re.compile(r"(?:^|_)(?:(?:row)?version|revision|rev|e_?tag|lock)$")
"""Names of what a patch has to name of the record that it was made for, likewise: an optimistic lock."""
KEYS = frozenset({"id", "uid", "uuid", "guid", "pk"})
SORTS = frozenset({"type", "kind", "objecttype", "contenttype", "resourcetype", "entitytype", "model"})
ADDRESSES = frozenset({"url", "uri", "href", "self"})
"""Members of an object that does nothing but name another record: its key, of what sort it is, and where it is found."""


def hazard(field: Field, responses: Mapping[str, Any], names: Collection[str] = ()) -> dict[str, Any] | None:
    """The ``hazard`` of a field that cannot be changed at will by its document, None for others.

    responses: those of the operation; one that lists 409 refuses changes for the state that a record is in (RFC 9110, 15.5.10).
    names: the paths of ``parts_of_names``.
    """
    if field.path in names:
        return {"reason": "it is a part of what names another record, and a made-up value names none"}
    text = field.description
    if FINAL.search(text):
        return {"reason": "the document says that a change of it stays"}
    members = [each for each in field.schema.get("enum", ()) if isinstance(each, str)]
    if len(members) < 2 or not _is_state(field.name, text, members, responses):
        return None
    return {"reason": "a state: not each change of it can be taken back", "values": members}


def removal(field: Field) -> dict[str, Any] | None:
    """The ``hazard`` of a member that no record shows and that has the item removed with which it is sent, None for others."""
    text = field.description
    if "[]" not in field.path or not (REMOVAL.search(field.name) or REMOVES.search(text)):
        return None
    return {"reason": "it has its item removed, which could not be put back as it was"}


def is_lock(field: Field, responses: Mapping[str, Any]) -> bool:
    """Whether a top-level member names the version of the record that a patch is for: each needs it, or a conflict is listed."""
    named = (
        LOCK.search(underscored(field.name)) is not None and "." not in field.path and not field.children and not field.read_only
    )
    return named and (field.required or bool({CONFLICT, STALE} & responses.keys()))


def _is_state(name: str, text: str, members: list[str], responses: Mapping[str, Any]) -> bool:
    if ARROW.search(text) and sum(each in text for each in members) > 1:
        return True
    ordered = ORDER.search(text) is not None or _refuses_for_state(responses.get(CONFLICT))
    return STATE.search(underscored(name)) is not None and ordered


def _refuses_for_state(conflict: Mapping[str, Any] | None) -> bool:
    """Whether a 409 may be for the state that a record is in: not one that is described by the values of others alone."""
    text = str((conflict or {}).get("description") or "")
    return conflict is not None and (OF_ITS_STATE.search(text) is not None or OF_OTHERS.search(text) is None)


def parts_of_names(fields: Iterable[Field]) -> frozenset[str]:
    """The paths of the members of objects that name another record and hold nothing else, such as ``{type, id}`` or ``{id}``.

    Made-up values for them name none, whatever each of them looks like; some services then keep what they had.
    """
    return frozenset(each.path for field in fields if _names_another(field) for each in field.children)


def _names_another(field: Field) -> bool:
    words = {re.sub(r"[^a-z0-9]", "", each.name.lower()) for each in field.children if not each.read_only}
    sorted_ = bool(words & SORTS)
    return bool(words & KEYS) and words <= KEYS | SORTS | (ADDRESSES if sorted_ else frozenset())
