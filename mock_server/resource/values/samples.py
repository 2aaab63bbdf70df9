"""Values made from schemas: the document's own examples first, then plausible ones by name and format; the same in every run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID
from zlib import crc32

from mock_server.resource.reading.names import singular, spelled
from mock_server.resource.reading.schemas import Direction, Schemas
from mock_server.resource.values import words
from mock_server.resource.values.patterns import matching
from specs import Schema

DEPTH = 4
"""Optional members deeper than this are left out: a schema may hold itself."""

START = datetime(2025, 1, 6, 8, 0, tzinfo=UTC)
MISSING: Any = object()


class Samples:
    """Makes values for the schemas of one document.

    direction: for a request, members that only the server writes are left out; for a response, those that it never shows.
    """

    def __init__(self, schemas: Schemas, direction: Direction = "response") -> None:
        self._schemas = schemas
        self._direction = direction
        self._hidden = "writeOnly" if direction == "response" else "readOnly"
        self._is_careful = False

    def make(self, schema: Schema, name: str, number: int, owner: str = "", depth: int = 0) -> Any:
        """A value for a member; the one of another number is another one. Valid wherever one can be made.

        owner: what the record that holds it is called.
        """
        random = Random(crc32(f"{owner}/{name}/{number}/{depth}".encode()))
        candidates = self._candidates(schema, name, number, owner, depth, random)
        if depth and not self._is_careful and self._schemas.types(schema) & {"object", "array"}:
            return next(candidates)  # the whole is checked at the end: a validator for each part takes far longer
        check = self._schemas.validator(schema, self._direction)
        first = MISSING
        for candidate in candidates:
            if first is MISSING:
                first = candidate
            if check.is_valid(candidate):
                return candidate
        if not depth and not self._is_careful:
            return self._make_carefully(schema, name, number, owner)
        return None if first is MISSING or check.is_valid(None) else first

    def _make_carefully(self, schema: Schema, name: str, number: int, owner: str) -> Any:
        """With every part checked when it is made."""
        self._is_careful = True
        try:
            return self.make(schema, name, number, owner)
        finally:
            self._is_careful = False

    def _candidates(self, schema: Schema, name: str, number: int, owner: str, depth: int, random: Random) -> Iterator[Any]:
        said = self._schemas.says
        if number == 1 or depth > 1:
            yield from self.examples(schema)
        if (const := said(schema, "const")) is not None:
            yield const
        members = said(schema, "enum")
        if isinstance(members, list) and members:
            values = [each for each in members if each is not None] or members
            yield values[(number - 1) % len(values)]
            yield from values
        for variant in self._variants(schema):
            made = self.make(variant, name, number, owner, depth + 1)
            yield made
            yield from self._named(schema, variant, made)
        for kind in sorted(self._schemas.types(schema)) or ["string"]:
            yield from self._of_kind(kind, schema, name, number, owner, depth, random)
        yield from self.examples(schema)
        default = said(schema, "default")
        if default is not None:
            yield default

    def examples(self, schema: Schema) -> Iterator[Any]:
        """Those that the document has for a schema."""
        for part in self._schemas.parts(schema):
            if part.get("example") is not None:
                yield part["example"]
            if isinstance(part.get("examples"), list):
                yield from part["examples"]

    def _named(self, schema: Schema, variant: Schema, made: Any) -> Iterator[dict[str, Any]]:
        """With the name of the variant in the member that tells the variants apart."""
        told = self._schemas.resolved(schema).get("discriminator")
        member = told.get("propertyName") if isinstance(told, Mapping) else None
        if isinstance(made, dict) and isinstance(told, Mapping) and isinstance(member, str):
            origin = self._schemas.origin(variant)
            mapping = told.get("mapping")
            listed = mapping.items() if isinstance(mapping, Mapping) else ()
            yield from ({**made, member: key} for key, target in listed if target in (origin, origin.rpartition("/")[2]))
            yield {**made, member: origin.rpartition("/")[2]}

    def _variants(self, schema: Schema) -> Iterator[Schema]:
        found = self._schemas.resolved(schema)
        if "properties" not in found and "allOf" not in found:
            for keyword in ("oneOf", "anyOf"):
                parts = found.get(keyword)
                yield from (part for part in (parts if isinstance(parts, list) else ()) if isinstance(part, Mapping))

    def _of_kind(
        self, kind: str, schema: Schema, name: str, number: int, owner: str, depth: int, random: Random
    ) -> Iterator[Any]:
        if kind == "object":
            yield self.object(schema, name, number, owner, depth)
        elif kind == "array":
            yield from self._arrays(schema, name, number, owner, depth)
        elif kind == "boolean":
            yield number % 2 == 1
            yield number % 2 == 0
        elif kind in ("integer", "number"):
            yield from self._numbers(kind, schema, name, number, random)
        else:
            yield from self._texts(schema, name, number, owner, random)

    def object(self, schema: Schema, name: str, number: int, owner: str = "", depth: int = 0) -> dict[str, Any]:
        """An object with all of its members, or beyond a depth with those that are required."""
        required = self._schemas.required(schema)
        inner = f"{owner}.{name}" if owner and name else owner or name
        made = {}
        for member, described in self._schemas.properties(schema).items():
            if self._schemas.says(described, self._hidden) is True:
                continue
            is_shallow = depth < DEPTH // 2 or (depth < DEPTH and not self._is_nested(described))
            if is_shallow or (member in required and depth < 4 * DEPTH):
                made[member] = self.make(described, member, number, inner, depth + 1)
        undescribed = required - made.keys() - self._schemas.properties(schema).keys()
        made |= {member: sentence_of(member) for member in sorted(undescribed)}
        if self._is_careful and not (check := self._schemas.validator(schema, self._direction)).is_valid(made):
            least = {member: value for member, value in made.items() if member in required}
            return least if check.is_valid(least) else made
        return made

    def _is_nested(self, schema: Schema) -> bool:
        return bool(self._schemas.types(schema) & {"object", "array"})

    def _arrays(self, schema: Schema, name: str, number: int, owner: str, depth: int) -> Iterator[list[Any]]:
        items = self._schemas.items(schema)
        least = _count(self._schemas.says(schema, "minItems"), 0)
        if depth >= DEPTH and least == 0:
            yield []
            return
        count = max(least, 1 if depth > 1 else 2)
        most = _count(self._schemas.says(schema, "maxItems"), count)
        made = [self.make(items, singular(name), number + step, owner, depth + 1) for step in range(min(count, max(most, least)))]
        unique = [each for place, each in enumerate(made) if each not in made[:place]]
        yield made
        yield unique
        yield []

    def _numbers(self, kind: str, schema: Schema, name: str, number: int, random: Random) -> Iterator[Any]:
        said = self._schemas.says
        found = words.number(name, random)
        if found is not None:
            yield int(found) if kind == "integer" else found
        low, high = (
            _limit(said(schema, "minimum"), said(schema, "exclusiveMinimum"), 1),
            _limit(said(schema, "maximum"), said(schema, "exclusiveMaximum"), -1),
        )
        step = said(schema, "multipleOf") or 1
        start = low if low is not None else (high - 1_000 if high is not None and high < number else 1)
        span = max(1, int(((high if high is not None else start + 1_000_000) - start) // step) + 1)
        value = start + ((number - 1) % span) * step
        yield int(value) if kind == "integer" or float(value).is_integer() else value
        for edge in (low, high, 0):
            if edge is not None:
                yield int(edge) if kind == "integer" else edge

    def _texts(self, schema: Schema, name: str, number: int, owner: str, random: Random) -> Iterator[str]:
        said = self._schemas.says
        form = str(said(schema, "format") or "")
        least, most = _count(said(schema, "minLength"), 0), said(schema, "maxLength")
        made = _formatted(form, number, random)
        if made is not None:
            yield made
        pattern = said(schema, "pattern")
        if isinstance(pattern, str):
            for length in (0, least):
                found = matching(pattern, random, length)
                if found is not None:
                    yield found
        plausible = words.text(name, owner, random)
        text = plausible if plausible is not None else f"{spelled(name).replace('_', ' ') or 'value'} {number}"
        for each in (text, text + " " + words.sentence(random, 12), words.sentence(random, least // 2 + 1)):
            if len(each) >= least:
                yield each[: most if isinstance(most, int) else None].rstrip() or "a" * least
        yield (str(number) * 20)[: least or 1]
        yield "a" * max(least, 1)


def sentence_of(name: str) -> str:
    """What stands for a member that is required, and described nowhere."""
    return f"{spelled(name).replace('_', ' ')} of the mock"


def _formatted(form: str, number: int, random: Random) -> str | None:
    at = START + timedelta(hours=7 * (number % 2_000), minutes=random.randrange(420))
    makers: Mapping[str, Callable[[], str]] = {
        "date-time": lambda: at.isoformat().replace("+00:00", "Z"),
        "date": lambda: at.date().isoformat(),
        "time": lambda: at.strftime("%H:%M:%SZ"),
        "email": lambda: words.formatted("email", random),
        "uuid": lambda: str(UUID(int=random.getrandbits(128), version=4)),
        "uri": lambda: words.formatted("url", random),
        "url": lambda: words.formatted("url", random),
        "uri-reference": lambda: words.formatted("url", random),
        "hostname": lambda: f"host{number}.example.com",
        "ipv4": lambda: f"192.0.2.{random.randrange(1, 250)}",
        "ipv6": lambda: f"2001:db8::{random.randrange(1, 9999):x}",
        "byte": lambda: "bW9jaw==",
        "json-pointer": lambda: f"/value/{number}",
        "duration": lambda: f"PT{number % 60 + 1}M",
    }
    return makers[form]() if form in makers else None


def _count(value: Any, otherwise: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else otherwise


def _limit(inclusive: Any, exclusive: Any, inwards: int) -> float | None:
    """The first whole step inside a limit, of either spelling."""
    if isinstance(exclusive, int | float) and not isinstance(exclusive, bool):
        return exclusive + inwards
    if not isinstance(inclusive, int | float):
        return None
    return inclusive + inwards if exclusive is True else inclusive
