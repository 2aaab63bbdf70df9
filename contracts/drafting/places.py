"""Where things stand in bodies: the changes in a request, the record in an answer and in the answer to a GET."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from contracts.drafting.seeding import sample
from specs.model import Schema, SpecError, json_types
from specs.normalise import UNION_KEYWORDS, properties

BESIDE = frozenset(
    {
        "id",
        "type",
        "kind",
        "object",
        "links",
        "_links",
        "meta",
        "metadata",
        "relationships",
        "included",
        "jsonapi",
        "etag",
        "self",
    }
)
"""Names that stand beside the changes in a wrapped body, or beside the record in an envelope, and are not meant themselves."""
LOOK = 3
"""Levels of a body that are looked at for a record."""


@dataclass(slots=True)
class Body:
    """A place in a body: its JSON Pointer, the object's schema there, and what stands around it."""

    pointer: str
    schema: Schema
    around: dict[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> frozenset[str]:
        """The members of the object."""
        return frozenset(properties(self.schema))


# --- the request ------------------------------------------------------------------------------------------------------


def changes(schema: Schema, shown: Sequence[Body], parameters: Sequence[str]) -> Body:
    """Where the members that a patch may change stand in the body: at the top, or in a wrapper or two.

    ``shown``: places of an answer, which tell a wrapper from a member that is an object itself.
    """
    body = Body("", schema)
    for _ in range(2):
        name = _wrapper(body, shown)
        if name is None:
            break
        inner = properties(body.schema)[name]
        _put(body.around, body.pointer, _siblings(body, name, parameters))
        body = Body(f"{body.pointer}/{name}", inner, body.around)
    return body


def _wrapper(body: Body, shown: Sequence[Body]) -> str | None:
    objects = [name for name, member in properties(body.schema).items() if properties(member) and name not in BESIDE]
    others = body.names - set(objects)
    if len(objects) != 1 or others - BESIDE:
        return None
    (name,) = objects
    holders = [place for place in shown if name in place.names]
    inside = properties(body.schema)[name]
    inner = [inside, *(member for member in properties(inside).values() if properties(member))]
    in_answer = any(_is_shown(each, place) for each in inner for place in shown)
    if any(place.names - BESIDE != {name} for place in holders):
        return None  # the record has a member of that name, among others
    return name if in_answer or not shown or holders else None


def _is_shown(schema: Schema, place: Body) -> bool:
    """An answer shows the members of the object: two of them at least, or all."""
    names = properties(schema).keys()
    return len(place.names & names) > 1 or names <= place.names


def _siblings(body: Body, name: str, parameters: Sequence[str]) -> dict[str, Any]:
    """The members beside a wrapped object that a request needs: constants, and the record's own key."""
    found: dict[str, Any] = {}
    for each in body.schema.get("required", ()):
        member = properties(body.schema).get(each)
        if each != name and member is not None:
            is_key = parameters and each in ("id", parameters[-1])
            found[each] = "{" + parameters[-1] + "}" if is_key else _surely(member, each)
    return found


def _surely(schema: Schema, path: str) -> Any:
    try:
        return sample(schema, path, 1)
    except SpecError:
        return None


def _put(holder: dict[str, Any], pointer: str, members: Mapping[str, Any]) -> None:
    for part in pointer.split("/")[1:]:
        holder = holder.setdefault(part, {})
    holder.update(members)


# --- answers ----------------------------------------------------------------------------------------------------------


def places(schema: Schema, above: str = "", depth: int = LOOK) -> Iterator[Body]:
    """The objects of a body, the outer ones first; items of a list stand at ``0``."""
    if properties(schema):
        yield Body(above, schema)
    for name, member in properties(schema).items() if depth else ():
        if properties(member) or "items" in member:
            yield from places(member, f"{above}/{name}", depth - 1)
    if "array" in json_types(schema) and depth and isinstance(schema.get("items"), Mapping):
        yield from places(schema["items"], f"{above}/0", depth - 1)


def record(schema: Schema, names: frozenset[str]) -> tuple[Body | None, int]:
    """The place whose object shows most of the names, and how many of them; without names, the one that looks like a record."""
    found = list(places(schema))
    if not names:
        return _likely(found), 0
    best = max(found, key=lambda each: (len(names & each.names), -_length(each.pointer), -len(each.names)), default=None)
    count = len(names & best.names) if best is not None else 0
    return (best, count) if count else (None, 0)


def _length(pointer: str) -> int:
    """A list on the way counts more: the record of a patch is seldom one of many."""
    parts = pointer.split("/")[1:]
    return len(parts) + 4 * parts.count("0")


def _likely(found: Sequence[Body]) -> Body | None:
    """For a request that names nothing: the outermost object with members of its own beside an envelope's."""
    plain = [each for each in found if "/0" not in each.pointer]
    for each in plain:
        scalars = [name for name, member in properties(each.schema).items() if not properties(member) and "items" not in member]
        if len(scalars) > 1 or (len(each.names) > 2):
            return each
    return plain[-1] if plain else None


def around(schema: Schema, pointer: str) -> dict[str, Any]:
    """What an answer has to hold beside the record, by its schema."""
    part, _, rest = pointer.removeprefix("/").partition("/")
    if not part or part == "0":
        return {}  # beside an item of a list stands nothing
    members = properties(schema)
    needed = [name for name in schema.get("required", ()) if name != part and name in members]
    found = {name: value for name in needed if (value := _surely(members[name], name)) is not None}
    inner = around(members[part], f"/{rest}" if rest else "")
    return {**found, **({part: inner} if inner else {})}


# --- one of several ---------------------------------------------------------------------------------------------------


def branches(schema: Schema) -> Sequence[Schema]:
    """The alternatives of a schema that is a choice among objects: each with what stands beside the choice; else itself."""
    for keyword in (*UNION_KEYWORDS, "allOf"):
        members = [each for each in schema.get(keyword, ()) if isinstance(each, Mapping)]
        if not members:
            continue
        rest = {name: each for name, each in schema.items() if name not in (keyword, "discriminator")}
        if keyword == "allOf":  # what could not be merged: the objects in it, one with the other
            return [_joined([rest, *(branches(each)[0] for each in members)])]
        found: list[Schema] = [_joined([rest, inner]) for each in members for inner in branches(each)]
        objects = [each for each in found if properties(each)]
        return objects or found or [schema]
    return [schema]


def _joined(parts: Sequence[Schema]) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for part in parts:
        members = {**joined.get("properties", {}), **properties(part)}
        required = list(dict.fromkeys([*joined.get("required", ()), *part.get("required", ())]))
        joined = {**joined, **part}
        if members:
            joined["properties"] = members
        if required:
            joined["required"] = required
    return joined
