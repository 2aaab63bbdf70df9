"""Valid values that any conforming server accepts, and strings of an exact length: deterministic, plain, distinct."""

from __future__ import annotations

import math
import re
import secrets
import string
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import count, islice, pairwise, product
from typing import Any
from uuid import UUID
from zlib import crc32

import jsonschema_rs

from contracts.record.comparing.sets import equal
from contracts.record.patterns import decimals, matching
from contracts.record.records import ABSENT
from contracts.target.target import Target, plain_path
from contracts.terms.looks import is_decimal
from contracts.terms.nearby import nearby, ordered
from contracts.terms.validity import is_valid
from contracts.terms.verdict import NotJudged
from specs import Field
from specs.model import json_types

WORDS = (
    *("Amber", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Grove", "Heath", "Ivory", "Jade", "Kelp", "Lotus", "Maple"),
    *("Nettle", "Olive", "Poppy", "Quartz", "River", "Slate", "Tulip", "Umber", "Violet", "Willow", "Yarrow", "Zinnia"),
)


def validator(field: Field) -> jsonschema_rs.Draft202012Validator:
    """A validator of the field's schema together with its ``safe`` keywords."""
    return _validator(_Hashable({"allOf": [dict(field.schema), dict(field.safe)]}))


class _Hashable:
    """A schema as a cache key: by its text."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self.schema = schema
        self._text = repr(schema)

    def __hash__(self) -> int:
        return hash(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hashable) and other._text == self._text


@lru_cache(maxsize=1024)
def _validator(schema: _Hashable) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(dict(schema.schema), validate_formats=True)


def keeps_to(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a value keeps to a schema; a text with half of a surrogate pair has no UTF-8, and is no value to send again."""
    return is_valid(_validator(_Hashable(dict(schema))), value)


class Values:
    """Gives a field a valid value that it does not hold yet.

    token: letters and digits of this run, in values that have to be unique.
    """

    def __init__(self, target: Target) -> None:
        self._known = target.values
        self.ordered = ordered(target.api)
        self._drawn: dict[str, Iterator[Any]] = {}
        self._spared: dict[str, list[tuple[Any, str]]] = {}
        self.token = secrets.token_hex(3)

    def safe(self, field: Field, value: Any) -> bool:
        """Whether a value is one that a conforming server accepts, and that does no harm: schema, safe keywords and hazards."""
        return self.valid(field, value) and keeps_to(field.safe, value) and not self.spared(field, value)

    def spare(self, field: Field, value: Any, reason: str) -> None:
        """Never send this value of a field any more: here it was seen to be a hazard."""
        self._spared.setdefault(field.path, []).append((value, reason))

    def checked(self, field: Field, value: Any) -> Any:
        """The value; NotJudged for one that is not sent any more."""
        if reason := self.spared(field, value):
            raise NotJudged(reason)
        return value

    def check_choice(self, field: Field) -> None:
        """Raise NotJudged for a flag or a choice of which one value is left at most, so that it cannot be changed."""
        members = [True, False] if field.types == {"boolean"} else field.schema.get("enum", ())
        reasons = [each for each in (self.spared(field, value) for value in members) if each]
        if reasons and len([each for each in members if each is not None]) - len(reasons) < 2:
            raise NotJudged(reasons[0])

    def free(self, field: Field, values: Iterable[Any]) -> list[Any]:
        """Those of some values of a field that may be sent."""
        return [each for each in values if not self.spared(field, each)]

    def spared(self, field: Field, value: Any) -> str:
        """Why a value of a field is not sent any more, "" where it may be."""
        return next((reason for each, reason in self._spared.get(field.path, ()) if equal(each, value)), "")

    @staticmethod
    def valid(field: Field, value: Any) -> bool:
        """Whether a value that the record shows can be sent again: by the schema and without hazard."""
        if value is ABSENT or (field.hazard is not None and (field.hazard.values is None or value in field.hazard.values)):
            return False
        return keeps_to(field.schema, value)

    def fresh(self, field: Field, current: Any = ABSENT, among: Sequence[Any] = ()) -> Any:
        """A safe value other than ``current``, and other than those given before where there are enough.

        among: the keys that a reference may have, where the target file lists none.
        Raises NotJudged where the document and the target file give none.
        """
        if field.hazard is not None and field.hazard.values is None:
            raise NotJudged(f"{field.path} is never written: {field.hazard.reason}")
        if field.path not in self._drawn:
            self._drawn[field.path] = self._near(field, current) or self._candidates(field, among)
        source = self._drawn[field.path]
        for value in islice(source, 40):
            if value != current and self.safe(field, value):
                return value
        if not field.children and (field.kind == "object" or not field.types) and field.reference is None:
            for value in nearby(current):  # keys of a map, and values of any type, are not made up
                if self.safe(field, value):
                    return value
        raise NotJudged(self._lack(field))

    def _near(self, field: Field, current: Any) -> Iterator[Any] | None:
        """Times near the present one (few documents say which come before which), and numbers of which an order is told."""
        timely = {**field.schema, **field.safe}.get("format") in NEARBY_FORMATS and isinstance(current, str)
        near = timely or (field.path in self.ordered and isinstance(current, int))
        if not near or field.unique or plain_path(field.path) in self._known:
            return None
        return _endless(found) if len(found := [each for each in nearby(current) if self.safe(field, each)]) > 2 else None

    def draw_from(self, field: Field, values: Sequence[Any]) -> None:
        """Give a field these values from now on: made-up ones were seen to be refused."""
        self._drawn[field.path] = _endless(values)

    def _lack(self, field: Field) -> str:
        if field.reference is not None:
            return f"no other value is known for {field.path}: list some under [values] as {plain_path(field.path)}"
        reasons = [reason for _value, reason in self._spared.get(field.path, ())]
        return "; ".join(reasons) or f"no safe value other than the current one is known for {field.path}"

    def _candidates(self, field: Field, among: Sequence[Any]) -> Iterator[Any]:
        known = self._known.get(plain_path(field.path), among if field.reference is not None else None)
        if known is not None:
            whole = bool(known) and all(isinstance(value, list) for value in known)
            in_lists = field.kind == "array" and not whole
            return _endless(_lists(known, int(field.schema.get("maxItems", 2))) if in_lists else known)
        return self._generated(field)

    def _generated(self, field: Field) -> Iterator[Any]:
        merged = {**field.schema, **field.safe}
        if "const" in merged:
            return _endless([merged["const"]])
        if "enum" in merged:
            return _endless([value for value in merged["enum"] if value is not None])
        if field.types == {"null"} or merged.get("type") == "null":
            return _endless([None])
        makers: tuple[tuple[str, Callable[[Field, Mapping[str, Any]], Iterator[Any]]], ...] = (
            ("boolean", lambda _field, _schema: _endless([True, False])),
            ("integer", _integers),
            ("number", _integers),
            ("string", self._strings),
            ("array", self._arrays),
            ("object", self._objects),
        )
        for kind, make in makers:
            if kind in json_types(merged):
                return make(field, merged)
        return self._of_alternatives(field, merged)

    def _of_alternatives(self, field: Field, merged: Mapping[str, Any]) -> Iterator[Any]:
        """Values of the first alternative of a union that has a type; the others may be refused for what is not said here."""
        parts = [part for keyword in ("anyOf", "oneOf") for part in merged.get(keyword, ())]
        typed = [part for part in parts if json_types(part) - {"null"} or part.keys() & {"const", "enum"}]
        return self._generated(Field(path=field.path, schema=typed[0], safe=field.safe)) if typed else iter(())

    def _objects(self, field: Field, _schema: Mapping[str, Any]) -> Iterator[Any]:
        if not field.children:
            return  # a map: whether an empty one empties it is open, and keys are never made up
        settable = (child for child in field.children if not child.read_only and child.write != "open")
        members = [child for child in settable if not _may_be_spared(child)]
        if not members:
            yield from self._maps(field)
            return
        for _ in count():
            yield {child.name: self.fresh(child) for child in members if child.required or self._has_values(child)}

    def _maps(self, field: Field) -> Iterator[Any]:
        """Free-form objects with one key; nothing where the document does not say that keys may be chosen."""
        extra = field.schema.get("additionalProperties", not field.schema.get("properties"))
        if extra is False:
            return
        item = Field(path=f"{field.path}.*", schema=extra if isinstance(extra, Mapping) and extra else {"type": "string"})
        for number in count(1):
            yield {f"sample{number}": self.fresh(item)}

    def _has_values(self, field: Field) -> bool:
        return field.reference is None or plain_path(field.path) in self._known

    def _arrays(self, field: Field, schema: Mapping[str, Any]) -> Iterator[Any]:
        items = Field(path=field.path + "[]", schema=schema.get("items", {}), children=field.children)
        size = max(1, int(schema.get("minItems", 1)))
        for _ in count():
            yield [self.fresh(items) for _ in range(size)]

    def _strings(self, field: Field, schema: Mapping[str, Any]) -> Iterator[Any]:
        longest = int(schema.get("maxLength", 10_000))
        pattern = str(schema.get("pattern", ""))
        made = _FORMATS.get(str(schema.get("format", "")))
        if made is not None and re.search(pattern, made(1, self.token if field.unique else "")):
            return (
                value
                for value in (
                    made(index, self.token if field.unique else "") for index in range(1, SPAN)
                )  # all of them may be too long
                if len(value) <= longest
            )
        if is_decimal(schema) and (plain := decimals(pattern, longest)):
            return _endless(_turned(plain, field.path))
        if pattern and not all(re.search(pattern, word) for word in WORDS):
            shorter = longest - 1 if longest > int(schema.get("minLength", 1)) + 1 else longest  # the limit has rules of its own
            return _endless(_turned(matching(pattern, int(schema.get("minLength", 1)), shorter), field.path))
        words = (self.token + word if field.unique else word for word in _words(field.path))
        shortest = int(schema.get("minLength", 1))
        return (word[:longest].ljust(shortest, "a") for word in words) if longest >= 5 else _letters(longest)


def _may_be_spared(member: Field) -> bool:
    """A member that a made-up object can do without and should: it is never sent, or no record shows what it did."""
    never = member.hazard is not None and member.hazard.values is None
    return not member.required and (never or (member.write_only and "[]" in member.path))


def _endless(values: Any) -> Iterator[Any]:
    values = list(values)
    while values:
        yield from values


def _lists(known: Sequence[Any], most: int) -> list[list[Any]]:
    """Lists of two and of one."""
    pairs = [[*pair] for pair in pairwise(known)] if most > 1 else []
    return [*pairs, *([value] for value in known)]


def _turned(values: Sequence[str], path: str) -> Sequence[str]:
    """The values from another start for each field, so that one that lands in the wrong field shows."""
    start = crc32(path.encode()) % len(values) if values else 0
    return [*values[start:], *values[:start]]


def _words(path: str) -> Iterator[str]:
    """Letters only, so that fields with a stricter alphabet take them too."""
    words = _turned(WORDS, path)
    for suffix in map("".join, _letter_tuples()):
        yield from (word + suffix for word in words)


def _letter_tuples() -> Iterator[tuple[str, ...]]:
    for size in count():
        yield from product(string.ascii_lowercase, repeat=size)


def _letters(size: int) -> Iterator[str]:
    return ("".join(letters) for letters in product(string.ascii_uppercase, repeat=max(size, 0)))


SPAN = 10_000
"""Whole numbers that are tried where a field has no upper limit."""


def _integers(_field: Field, schema: Mapping[str, Any]) -> Iterator[float]:
    """Small whole numbers within the limits, again and again; fractions where no whole number fits."""
    low, high = _limits(schema)
    step = schema.get("multipleOf", 1)
    step = step if isinstance(step, int) and step > 0 else 1
    first, last = math.ceil(low), math.floor(high)
    first += -first % step
    if first > last and "integer" not in json_types(schema):
        return _endless([low + (high - low) * part / 4 for part in (1, 2, 3)])
    return _again(range(first, min(last, first + SPAN * step) + 1, step))


def _limits(schema: Mapping[str, Any]) -> tuple[float, float]:
    """The least and the greatest value; without a limit of the document, from 1, or over as many as are tried."""
    over, under = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    highs = [each for each in (schema.get("maximum"), under) if each is not None]
    lows = [each for each in (schema.get("minimum"), over) if each is not None]
    high = min(highs, default=None)
    low = max(lows, default=1 if high is None or high >= 1 else high - SPAN)
    if low < -SPAN and (high is None or high > SPAN):
        low = 1  # limits of a type of numbers, and no one's values
    return low, low + SPAN * 1_000_000 if high is None else high


def _again(values: range) -> Iterator[float]:
    while values:
        yield from values


_FORMATS: Mapping[str, Callable[[int, str], str]] = {
    "email": lambda index, token: f"sample{token}{index}@example.com",
    "date": lambda index, _token: (date(1980, 1, 1) + timedelta(days=index)).isoformat(),
    "date-time": lambda index, _token: f"2024-01-{index % 28 + 1:02d}T10:{index // 28 % 60:02d}:00Z",
    "google-duration": lambda index, _token: f"{index % 40 + 1}s",  # short ones: how long one may be is mostly told in words
    "time": lambda index, _token: f"10:{index // 60 % 60:02d}:{index % 60:02d}Z",
    "uri": lambda index, token: f"https://example.com/{token}{index}",
    "uuid": lambda index, _token: str(UUID(int=0x1000_4000_8000_0000_0000_0000 + index, version=4)),
    "duration": lambda index, _token: f"P{index % 300 + 1}D",
    "ipv4": lambda index, _token: f"192.0.2.{index % 200 + 1}",
    "ipv6": lambda index, _token: f"2001:db8::{index % 60_000:x}",
}
NEARBY_FORMATS = frozenset({"date", "date-time", "duration"})


def of_length(field: Field, size: int, letter: str = "a") -> str | None:
    """A safe string of exactly ``size`` code points made of ``letter``, or None where the field takes none."""
    schema = {**field.schema, **field.safe}
    if schema.get("format") == "email":
        local = size - len("@example.com")
        if not local >= 1:
            return None
        return _long_email(size) if local > 60 else letter * local + "@example.com"
    if schema.get("format") or "enum" in schema:
        return None
    if "pattern" not in schema:
        return letter * size
    digits = "1234567890" * (size // 10 + 1)
    for candidate in (letter * size, digits[:size], "+" + digits[: max(size - 1, 0)]):
        if re.search(str(schema["pattern"]), candidate) and len(candidate) == size:
            return candidate
    return None


def _long_email(size: int) -> str:
    """A long address within the limits of RFC 5321: local part up to 64, labels up to 63."""
    room = size - len("a" * 60 + "@" + ".com")
    labels = [("b" * 60 + ".") * (room // 61) + "b" * (room % 61)]
    domain = labels[0] if not labels[0].endswith(".") else labels[0][:-2] + "b" * 2
    return "a" * 60 + "@" + domain + ".com"
