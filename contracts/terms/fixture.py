"""How a disposable record is made and removed, as a target file says it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

UNIQUE = "{unique}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Creation:
    """A request that makes a record, or a command that does and prints its path parameters as a JSON object.

    ``body``: ``{unique}`` in its texts becomes another token each time. ``pointer``: where the answer shows the new id;
    where nothing is there, Location does.
    """

    method: str = "POST"
    path: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    pointer: str = "/id"
    command: tuple[str, ...] = ()
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deletion:
    """A request or a command that removes a record; ``{name}`` of a path parameter stands in its path or arguments."""

    method: str = "DELETE"
    path: str = ""
    command: tuple[str, ...] = ()


class Fixture(NamedTuple):
    """Both ways; without a deletion, what was made is told as left behind."""

    create: Creation
    delete: Deletion | None


class FromDocument(NamedTuple):
    """The document says how: the POST of the collection and the DELETE. ``file``: the whole one, None for the API's own."""

    file: Path | None
