"""JSON Pointer (RFC 6901)."""

from __future__ import annotations

from collections.abc import Iterable


def pointer(path: Iterable[str | int]) -> str:
    """The pointer to a place, given as names and indexes from the outside inwards."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in path)


def parts(text: str) -> list[str]:
    """The names and indexes of a pointer, from the outside inwards; none of the whole value."""
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]
