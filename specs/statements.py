"""What x-contract and x-field state beside a schema: places, claims, choices, policies, shapes of refusals, and seeds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any, Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the source document: its section, and a short phrase found there verbatim."""

    at: str
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """What makes a rule a *must* for this API: where the document says it, and what, in our own words."""

    rule: str
    at: str
    anchor: str
    says: str
    inferred: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contradiction:
    """A place where the document contradicts itself, and the reading that was chosen."""

    at: str
    anchor: str
    says: str
    reading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A point of behaviour: documented, or unspecified with the mock's choice as ``behaviour``."""

    documented: bool
    behaviour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """What a write does to a stored object or array.

    ``replace``: the sent value takes its place. ``merge``: member by member. ``keyed``: items are matched by
    the member ``key``; ``new`` says what becomes of an item whose key is not stored yet.
    """

    documented: bool
    policy: Literal["replace", "merge", "keyed"]
    key: str | None = None
    new: Literal["append", "refuse"] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The values of a field are keys of other records: rows of a seeded collection, or items of an own array."""

    key: str
    collection: str | None = None
    own: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hazard:
    """Values that must never be sent to a target; with ``values`` None, the field is never written at all."""

    reason: str
    values: tuple[Any, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One error body: its template for the mock, and where it names the offending fields.

    ``fields``: a JSON Pointer in which ``*`` stands for every item, or ``keys`` for the keys of the body itself.
    """

    name: str
    template: Any
    fields: str | None = None
    named: Literal["required", "if_present"] = "if_present"
    nested: Literal["leaf", "ancestor"] = "leaf"
    notation: Literal["dotted", "brackets", "pointer"] = "dotted"
    media_type: str = "application/json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """How one kind of refusal is answered; ``also``: other statuses that the document leaves possible."""

    name: str
    status: int
    shape: Shape
    also: tuple[int, ...] = ()
    values: Mapping[str, Any] = default(default_factory=dict)
    headers: Mapping[str, str] = default(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultText:
    """The message (and code) of one kind of field fault."""

    message: str
    code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedCustomer:
    """A customer of the mock: path parameters, credentials by scheme, the record as shown, and what is never shown."""

    path: Mapping[str, Any]
    auth: Mapping[str, str]
    record: Mapping[str, Any]
    hidden: Mapping[str, Any] = default(default_factory=dict)
