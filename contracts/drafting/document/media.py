"""Which of the media types of a body is meant: the ones that a patch of named members is sent and shown as."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from specs.model import FORMS, SpecError

JSON = re.compile(r"(?:application|text)/(?:[\w.-]+\+)?json", re.IGNORECASE)
ANY = frozenset({"*/*", "application/*", ""})
JSON_PATCH = "application/json-patch+json"
LAST = ("strategic-merge-patch", "apply-patch", "json-patch")
"""JSON media types with rules of their own for what a body means: chosen only where there is no other."""


def plain(name: str) -> str:
    """The media type without parameters; one that stands for any is JSON."""
    bare = name.split(";", maxsplit=1)[0].strip().lower()
    return "application/json" if bare in ANY else bare


def json_contents(content: Any) -> dict[str, Any]:
    """The JSON contents of a body by their plain media type, in the order in which they are preferred."""
    if not isinstance(content, Mapping):
        return {}
    found: dict[str, Any] = {}
    for name, media in content.items():
        if JSON.fullmatch(plain(name)) and isinstance(media, Mapping):
            found.setdefault(plain(name), media)
    return dict(sorted(found.items(), key=lambda each: any(word in each[0] for word in LAST)))


def alike(name: str, other: str) -> bool:
    """Both are JSON, or both are forms: the same schema says what stands in them."""
    return bool(JSON.fullmatch(name) and JSON.fullmatch(other)) or (name in FORMS and other in FORMS)


def of_request(content: Any) -> dict[str, Any]:
    """The contents of a request body that can be judged: JSON, else forms; empty where no body is described.

    Raises SpecError, one line, where all that is described is neither.
    """
    if not isinstance(content, Mapping) or not content:
        return {}
    given = {plain(name): each for name, each in content.items() if isinstance(each, Mapping)}
    found = json_contents(content) or {name: given[name] for name in FORMS if name in given}
    if not found:
        raise SpecError(
            f"requestBody: expected a JSON body or a form that names what changes; the document has {', '.join(content)}. "
            "How members are written in it is not known here: describe a JSON body as well, or leave this operation out"
        )
    return found
