"""The nouns of a document's resources: collections, and operations with the part that each plays."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from specs import Schema

PARAMETER = re.compile(r"\{([^{}]+)\}")
Place = tuple[str, ...]
"""Names of members from the body inwards, to where a record or a list stands; empty for the body itself."""


class Role(Enum):
    """What an operation does to its collection."""

    LIST = "list"
    CREATE = "create"
    READ = "read"
    REPLACE = "replace"
    UPDATE = "update"
    DELETE = "delete"
    NONE = "none"
    """Nothing that could be told from the document: it is answered with an example."""


@dataclass(slots=True, eq=False)
class Collection:
    """Records of one kind.

    Attributes:
        name: unique in the document; how the control interface and the page call it.
        path: the template that lists and creates, without a slash at the end.
        item_path: the template of one record; None where a record has no address of its own.
        schema: the record as the document describes it most fully.
        key: the member of a record that its address names; None where no member does.
        parameter: the path parameter that stands for the key.
        parents: the collections whose records hold the records of this one, by the path parameter that names them.
        singular: there is always exactly one record (in each parent), which is neither created nor deleted.
        written: members that some request of the document writes.
    """

    name: str
    path: str
    item_path: str | None = None
    schema: Schema = field(default_factory=dict)
    key: str | None = None
    key_schema: Schema = field(default_factory=dict)
    parameter: str | None = None
    parents: dict[str, Collection] = field(default_factory=dict)
    singular: bool = False
    written: frozenset[str] = frozenset()


@dataclass(slots=True, eq=False)
class Operation:
    """One documented operation.

    Attributes:
        path, method: as the document has them, the method in capitals.
        identity: its operationId, or else method and path.
        described: the operation object.
        parameters: parameter objects by where they stand and their name.
        collection: whose records it is about; None where it plays no part.
        record_at, list_at: where in a success body a record or a list stands.
        sent_at: where in the request body the record stands.
        views: for a list that shows a part of a collection that has its address elsewhere: the foreign member by the path
            parameter that its value comes from.
        why: for an operation without a part, what the document does not tell.
    """

    path: str
    method: str
    identity: str
    described: Mapping[str, Any]
    parameters: Mapping[tuple[str, str], Mapping[str, Any]]
    role: Role = Role.NONE
    collection: Collection | None = None
    record_at: Place | None = None
    list_at: Place | None = None
    sent_at: Place = ()
    views: Mapping[str, str] = field(default_factory=dict)
    why: str = "the document does not tell what it does to a record"

    @property
    def is_derived(self) -> bool:
        """Whether it works on what is stored."""
        return self.role is not Role.NONE

    @property
    def names(self) -> tuple[str, ...]:
        """Its path parameters, in the order of the path."""
        return tuple(PARAMETER.findall(self.path))
