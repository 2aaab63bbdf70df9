"""What the description of a property says in the fixed words of a convention, which no keyword of a schema says beside it.

"Output only." and "Immutable." are sentences of their own there (AIP-203), and the first member of an enum, whose name ends in
UNSPECIFIED, stands for no value at all (AIP-126).
"""

from __future__ import annotations

import re
from typing import Any

from specs.model import Field

SHOWN_ONLY = re.compile(r"(?:^|[.]\s+)output only[.]|^\[output only\]", re.IGNORECASE)
IMMUTABLE = re.compile(r"(?:^|[.]\s+)immutable[.]", re.IGNORECASE)
STORED_IN = re.compile(
    r"\b(?:stored|saved|kept|converted|turned|normali[sz]ed)\b(?: \w+){0,4}? (?:to|in|into|as) (?:all )?(upper|lower)[- ]?case",
    re.IGNORECASE,
)
REPLACED = re.compile(r"\breplaced (?:whole|entirely|completely|in full|as a whole|in its entirety)\b", re.IGNORECASE)
NO_VALUE = re.compile(r"(?:^|_)UNSPECIFIED$")


def is_fixed(field: Field) -> bool:
    """A patch cannot set the field: it is shown only, or was set for good when the record was made."""
    text = str(field.schema.get("description") or "")
    return SHOWN_ONLY.search(text) is not None or (IMMUTABLE.search(text) is not None and not field.required)


def marks(field: Field) -> dict[str, Any]:
    """``normalise``, ``merge`` and ``safe`` of a field, as far as its description and the members of its enum say so."""
    text = str(field.schema.get("description") or "")
    case = STORED_IN.search(text)
    normalise = {"normalise": [case[1].lower()]} if case is not None and "string" in field.types else {}
    whole = {"merge": {"documented": "replace"}} if field.kind != "scalar" and REPLACED.search(text) else {}
    values = _with_a_meaning(field.schema.get("enum"))
    items = _with_a_meaning(field.schema.get("items", {}).get("enum")) if not field.children else {}
    safe = {**values, **({"items": items} if items else {})}
    return {**normalise, **whole, **({"safe": safe} if safe else {})}


def _with_a_meaning(enum: Any) -> dict[str, Any]:
    """The enum without the member that stands for no value, which a server may refuse; nothing where there is none."""
    members = enum if isinstance(enum, list) else []
    kept = [each for each in members if not (isinstance(each, str) and NO_VALUE.search(each))]
    return {"enum": kept} if any(each is not None for each in kept) and len(kept) < len(members) else {}
