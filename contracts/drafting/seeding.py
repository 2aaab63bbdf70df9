"""Sample values for a schema: deterministic, valid, and different from one number to the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from itertools import chain
from typing import Any
from uuid import UUID
from zlib import crc32

import jsonschema_rs

from contracts.drafting.document.source import Document
from contracts.record.patterns import matching
from contracts.record.values import WORDS
from specs.model import Api, Field, Parameter, Schema, SpecError, json_types
from specs.normalise import properties

FORMATS: Mapping[str, Callable[[int], str]] = {
    "email": lambda number: f"sample{number}@example.com",
    "idn-email": lambda number: f"sample{number}@example.com",
    "date": lambda number: (date(1980, 1, 1) + timedelta(days=number)).isoformat(),
    "date-time": lambda number: f"2024-01-{number % 28 + 1:02d}T10:00:00Z",
    "time": lambda number: f"10:00:{number % 60:02d}Z",
    "duration": lambda number: f"P{number % 300 + 1}D",
    "uri": lambda number: f"https://example.com/{number}",
    "iri": lambda number: f"https://example.com/{number}",
    "uri-reference": lambda number: f"/samples/{number}",
    "iri-reference": lambda number: f"/samples/{number}",
    "uri-template": lambda number: f"https://example.com/{number}/{{name}}",
    "hostname": lambda number: f"host{number}.example.com",
    "idn-hostname": lambda number: f"host{number}.example.com",
    "ipv4": lambda number: f"192.0.2.{number % 200 + 1}",
    "ipv6": lambda number: f"2001:db8::{number:x}",
    "uuid": lambda number: str(UUID(int=number, version=4)),
    "regex": lambda number: f"^sample{number}$",
    "json-pointer": lambda number: f"/sample/{number}",
    "relative-json-pointer": lambda number: f"{number}/sample",
}


WRONG: Sequence[Any] = ([], "none")
"""Values of two types, of which a schema with one type refuses one."""


def sample(schema: Schema, path: str, number: int) -> Any:
    """The sample of this number for the property at a path; the first one is the document's example, where that is valid.

    Raises SpecError, one line, where none can be made up.
    """
    try:
        check = jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True)
    except (ValueError, jsonschema_rs.ValidationError) as error:
        raise SpecError(f"{path}: the schema cannot be used: {' '.join(str(error).split())[:160]}") from None
    found = next((each for each in _candidates(schema, path, number) if check.is_valid(each)), None)
    if found is None and not check.is_valid(None):
        raise SpecError(f"no sample value can be made up for {path}: give the property an example")
    return found


def _candidates(schema: Schema, path: str, number: int) -> Iterator[Any]:
    if number == 1 and not properties(schema) and not properties(schema.get("items", {})):
        yield from (each for each in (schema.get("example"), *_listed(schema.get("examples"))) if each is not None)
    if "const" in schema:
        yield schema["const"]
    if "enum" in schema:
        members = [each for each in schema["enum"] if each is not None]
        yield from [*members[(number - 1) % max(len(members), 1) :], *members]
    for part in chain(schema.get("anyOf", ()), schema.get("oneOf", ())):
        with suppress(SpecError):  # another alternative may do
            yield from _candidates({**part, "type": part.get("type", schema.get("type", ()))}, path, number)
    yield from _apart(schema, path, number)
    if "allOf" in schema and not json_types(schema):
        whole = {name: value for part in (*schema["allOf"], schema) for name, value in part.items() if name != "allOf"}
        yield from _candidates(whole, path, number)
    types = json_types(schema) or (frozenset({"object"}) if "properties" in schema else frozenset())
    for kind, make in MAKERS.items():
        if kind in types:
            yield from make(schema, path, number)
    if not types:
        yield from _texts(schema, path, number)


def _apart(schema: Schema, path: str, number: int) -> Iterator[Any]:
    """For alternatives that overlap: the members of one, and what no other one admits under the names of its own members."""
    parts = [each for each in schema.get("oneOf", ()) if properties(each)]
    for part in parts if len(parts) > 1 else ():
        others = {name: each for other in parts for name, each in properties(other).items() if name not in properties(part)}
        for wrong in WRONG:
            with suppress(SpecError):
                yield {**sample(part, path, number), **dict.fromkeys(others, wrong)}


def _listed(examples: Any) -> list[Any]:
    return examples if isinstance(examples, list) else []


def _objects(schema: Schema, path: str, number: int) -> Iterator[Any]:
    """All members that a value can be made up for; then the required ones alone, and none."""
    required = schema.get("required", ())
    found = {}
    shown = schema.get("example", next(iter(_listed(schema.get("examples"))), None))
    shown = shown if isinstance(shown, Mapping) else {}
    for name, member in schema.get("properties", {}).items():
        example = {"example": shown[name]} if name in shown and "example" not in member and path.count(".") < 12 else {}
        try:
            found[name] = sample({**member, **example}, f"{path}.{name}", number)
        except SpecError:
            if name in required:
                raise
    found |= {name: None for name in required if name not in found}
    yield found
    yield {name: value for name, value in found.items() if name in required}
    least = int(schema.get("minProperties", 1))
    values = schema.get("additionalProperties")
    if isinstance(values, Mapping) or values is True or not schema.get("properties"):
        inner = values if isinstance(values, Mapping) else {"type": "string"}
        yield {WORDS[index % len(WORDS)].lower(): sample(inner, f"{path}.*", number + index) for index in range(max(least, 1))}
    yield {}


def _arrays(schema: Schema, path: str, number: int) -> Iterator[Any]:
    size = max(1, int(schema.get("minItems", 1)))
    shown = schema.get("example", next(iter(_listed(schema.get("examples"))), None))
    if number == 1 and isinstance(shown, list) and shown and properties(schema.get("items", {})):
        with suppress(SpecError):  # the items of an example, with the members that it leaves out
            yield [
                sample({**schema["items"], "example": each}, f"{path}[]", 1 + index * 10) for index, each in enumerate(shown[:3])
            ]
    with suppress(SpecError):  # the list may be empty all the same
        fixed = [sample(each, f"{path}[{index}]", number) for index, each in enumerate(schema.get("prefixItems", ()))]
        yield fixed or [sample(schema.get("items", {}), f"{path}[]", number + index * 10) for index in range(size)]
        yield [sample(schema.get("items", {}), f"{path}[]", number)]
    yield []


def _booleans(_schema: Schema, _path: str, number: int) -> Iterator[Any]:
    yield number % 2 == 1


def _numbers(schema: Schema, path: str, number: int) -> Iterator[Any]:
    step = schema.get("multipleOf", 1)
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema.get("maximum", schema.get("exclusiveMaximum"))
    offset = crc32(path.encode()) % 50 + number
    if low is None and high is not None:
        start, step = high, -step
    else:
        start = ((low or 0) // step + 1) * step
    tried = (start + offset * step, start + number * step, start + step * (number % 3), start, low, high)
    yield from (_whole(each) for each in tried if each is not None)
    if low is not None and high is not None:
        yield low + (high - low) / (number + 1)
        yield _whole((low + high) / 2)


def _whole(value: Any) -> Any:
    return int(value) if float(value).is_integer() else value


def _texts(schema: Schema, path: str, number: int) -> Iterator[Any]:
    least, most = int(schema.get("minLength", 1)), int(schema.get("maxLength", 60))
    made = FORMATS.get(str(schema.get("format", "")))
    if made is not None:
        yield made(crc32(path.encode()) % 20 + 100 * number)
        yield made(number)
    for pattern in dict.fromkeys(str(each["pattern"]) for each in (schema, *schema.get("allOf", ())) if "pattern" in each):
        found = matching(pattern, least, most)
        yield from (found[(number - 1 + turn) % len(found)] for turn in range(len(found)))
    if least > most:
        return
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


# --- the records of the mock --------------------------------------------------------------------------------------------


def seeds(api: Api) -> Document:
    """Two records of the mock with their credentials, and what else every request needs."""
    needed = {each.name: each for each in api.parameters if each.location != "path" and each.required}
    values = {name: str(_parameter(each, 1)) for name, each in needed.items()}
    return {**({"parameters": values} if values else {}), "customers": [_party(api, number) for number in (1, 2)]}


def _party(api: Api, number: int) -> Document:
    """A record of the mock; its path parameters are what the record shows under their names."""
    record = sample(joint(api.record_schema, api.fields), "record", number) if api.record else {}
    path = {each.name: _parameter(each, number) for each in api.parameters if each.location == "path"}
    for name, value in path.items():
        shown = next((each for each in (name, "id") if each in record and (each == name or name == list(path)[-1])), None)
        if shown is not None:
            common = _fitting(properties(api.record_schema)[shown], value, record[shown])
            if common is not None:  # else the record shows something else under that name
                record[shown] = path[name] = common
    auth = {each.name: f"sample-credential-{number}" if each.kind != "basic" else f"sample{number}:word" for each in api.security}
    hidden = {
        field.name: sample(field.schema, field.name, number)
        for field in api.fields
        if field.response is None and not (field.read_only or field.kind != "scalar")
    }
    return {"path": path, "auth": auth, "record": record, **({"hidden": hidden} if hidden else {})}


def joint(record: Schema, fields: Sequence[Field], *, nested: bool = False) -> Schema:
    """The schema of a record whose values can be sent as well: what is shown outside the request's schema cannot be put back.

    ``nested``: an object in an item of a list, which loses what no request sends when the list is replaced.
    """
    names = {each.name for each in fields} | set(record.get("required", ()))
    members = {name: each for name, each in properties(record).items() if not nested or name in names}
    for field in fields:
        shown = members.get(field.name)
        if shown is not None and field.response is not None and not field.read_only and not contradicts(shown, field):
            members[field.name] = _both(shown, field, nested=nested)
    hidden = {name for name, member in members.items() if member.get("writeOnly")}
    required = [name for name in record.get("required", ()) if name not in hidden]
    return {**record, "required": required, "properties": {name: each for name, each in members.items() if name not in hidden}}


def _both(shown: Schema, field: Field, *, nested: bool = False) -> Schema:
    if field.kind == "object" and properties(shown) and field.children:
        return joint(shown, field.children, nested=nested)
    if field.kind == "array" and field.children and properties(shown.get("items", {})):
        return {**shown, "items": _item(shown["items"], field.children)}
    return {**shown, **field.schema, "allOf": [dict(shown), dict(field.schema)]}


def _item(shown: Schema, fields: Sequence[Field]) -> Schema:
    """An item keeps what only the server writes of it, and of no object in it."""
    joined = joint(shown, fields)
    inner = {each.name: each for each in fields if each.children and properties(properties(shown).get(each.name, {}))}
    members = {
        name: joint(properties(shown)[name], inner[name].children, nested=True) if name in inner else each
        for name, each in properties(joined).items()
    }
    return {**joined, "properties": members}


def contradicts(shown: Schema, field: Field) -> bool:
    """No value was found that the record may show and a request may send."""
    try:
        sample(_both(shown, field), field.path, 1)
    except SpecError:
        return True
    return False


def _parameter(parameter: Parameter, number: int) -> Any:
    """A value of a parameter; one that cannot be made up, or is no plain value, is a word."""
    with suppress(SpecError):
        found = sample(parameter.schema, parameter.name, number)
        if isinstance(found, str | int | float) and not isinstance(found, bool) and (found or found == 0):
            fits = parameter.spans_segments or parameter.location != "path" or "/" not in str(found)
            if fits and not str(found).startswith("."):
                return found
    return f"sample-{number}"


def _fitting(schema: Schema, value: Any, otherwise: Any) -> Any:
    """The path's value where the record may show it, else the record's own; None for one that no path can hold."""
    if jsonschema_rs.Draft202012Validator(dict(schema), validate_formats=True).is_valid(value):
        return value
    return otherwise if isinstance(otherwise, str | int) and not isinstance(otherwise, bool) and otherwise != "" else None
