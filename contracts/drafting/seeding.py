"""Sample values for a schema: deterministic, valid, and different from one number to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
from typing import Any
from uuid import UUID
from zlib import crc32

import jsonschema_rs

from contracts.record.values import WORDS, matching
from specs.model import Schema, SpecError, json_types

FORMATS: Mapping[str, Callable[[int], str]] = {
    "email": lambda number: f"sample{number}@example.com",
    "date": lambda number: (date(1980, 1, 1) + timedelta(days=number)).isoformat(),
    "date-time": lambda number: f"2024-01-{number % 28 + 1:02d}T10:00:00Z",
    "time": lambda number: f"10:00:{number % 60:02d}Z",
    "uri": lambda number: f"https://example.com/{number}",
    "hostname": lambda number: f"host{number}.example.com",
    "ipv4": lambda number: f"192.0.2.{number % 200 + 1}",
    "uuid": lambda number: str(UUID(int=number, version=4)),
}


def sample(schema: Schema, path: str, number: int) -> Any:
    """The sample of this number for the property at a path; the first one is the document's example, where that is valid.

    Raises SpecError, one line, where none can be made up.
    """
    check = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True)
    found = next((each for each in _candidates(schema, path, number) if check.is_valid(each)), None)
    if found is None and not check.is_valid(None):
        raise SpecError(f"no sample value can be made up for {path}: give the property an example")
    return found


def _candidates(schema: Schema, path: str, number: int) -> Iterator[Any]:
    if number == 1:
        yield from (each for each in (schema.get("example"), *_listed(schema.get("examples"))) if each is not None)
    if "const" in schema:
        yield schema["const"]
    if "enum" in schema:
        members = [each for each in schema["enum"] if each is not None]
        yield from [*members[(number - 1) % max(len(members), 1) :], *members]
    for part in chain(schema.get("anyOf", ()), schema.get("oneOf", ())):
        yield from _candidates({**part, "type": part.get("type", schema.get("type", ()))}, path, number)
    types = json_types(schema) or (frozenset({"object"}) if "properties" in schema else frozenset())
    for kind, make in MAKERS.items():
        if kind in types:
            yield from make(schema, path, number)
    if not types:
        yield from _texts(schema, path, number)


def _listed(examples: Any) -> list[Any]:
    return examples if isinstance(examples, list) else []


def _objects(schema: Schema, path: str, number: int) -> Iterator[Any]:
    yield {name: sample(member, f"{path}.{name}", number) for name, member in schema.get("properties", {}).items()}


def _arrays(schema: Schema, path: str, number: int) -> Iterator[Any]:
    size = max(1, int(schema.get("minItems", 1)))
    yield [sample(schema.get("items", {}), f"{path}[]", number + index * 10) for index in range(size)]
    yield []


def _booleans(_schema: Schema, _path: str, number: int) -> Iterator[Any]:
    yield number % 2 == 1


def _numbers(schema: Schema, path: str, number: int) -> Iterator[Any]:
    low = schema.get("minimum", schema.get("exclusiveMinimum", 0))
    step = schema.get("multipleOf", 1)
    start = (low // step + 1) * step
    offset = crc32(path.encode()) % 50 + number
    yield from (int(each) if float(each).is_integer() else each for each in (start + offset * step, start + number * step, low))


def _texts(schema: Schema, path: str, number: int) -> Iterator[Any]:
    least, most = int(schema.get("minLength", 1)), int(schema.get("maxLength", 60))
    made = FORMATS.get(str(schema.get("format", "")))
    if made is not None:
        yield made(crc32(path.encode()) % 20 + 100 * number)
        yield made(number)
    if "pattern" in schema:
        found = matching(str(schema["pattern"]), least, most)
        yield from (found[(number - 1 + turn) % len(found)] for turn in range(len(found)))
    word = WORDS[(crc32(path.encode()) + number) % len(WORDS)]
    yield word[:most].ljust(least, "a")


MAKERS: Mapping[str, Callable[[Schema, str, int], Iterator[Any]]] = {
    "object": _objects,
    "array": _arrays,
    "string": _texts,
    "boolean": _booleans,
    "integer": _numbers,
    "number": _numbers,
}
