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
REPLACED = re.compile(
    r"\breplaced (?:whole|entirely|completely|in full|as a whole|in its entirety)\b|\breplaces the (?:whole|entire|complete)\b",
    re.IGNORECASE,
)
NO_VALUE = re.compile(r"(?:^|_)UNSPECIFIED$")


def is_fixed(field: Field) -> bool:
    """A patch cannot set the field: it is shown only, or was set for good when the record was made."""
    text = field.description
    return SHOWN_ONLY.search(text) is not None or (IMMUTABLE.search(text) is not None and not field.required)


def is_replaced(field: Field) -> bool:
    """The description says that the value takes the place of the old one, with all that it holds."""
    return field.kind != "scalar" and REPLACED.search(field.description) is not None


def meant(field: Field) -> dict[str, Any]:
    """The ``safe`` keywords that leave out the member of an enum that stands for no value, of the field or of its items."""
    items = _with_a_meaning(field.schema.get("items", {}).get("enum")) if not field.children else {}
    return {**_with_a_meaning(field.schema.get("enum")), **({"items": items} if items else {})}


def _with_a_meaning(enum: Any) -> dict[str, Any]:
    """The enum without the member that stands for no value, which a server may refuse; nothing where there is none."""
    members = enum if isinstance(enum, list) else []
    kept = [each for each in members if not (isinstance(each, str) and NO_VALUE.search(each))]
    return {"enum": kept} if any(each is not None for each in kept) and len(kept) < len(members) else {}
