"""The ways to make a value of a field: of each kind that its schema admits, for plain fields, lists, maps and objects."""

from __future__ import annotations

import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from contracts.judging.evidence import control, stored
from contracts.judging.unusual import ASTRAL, unusual_writes
from contracts.record.keeping.presence import MERGE_PATCH
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import ABSENT, look_up
from contracts.record.values import of_length, validator
from contracts.terms.verdict import Level, NotJudged
from specs import Field
from specs.model import json_types

SIGNS = "!#%&()*+,-./:;=?@[]_{|}~"
LETTERS = string.ascii_letters + string.digits + SIGNS + "\u00e0\u00e9\u00ef\u00f1\u00f6\u00fc\u00df\u0142\u0159"
WIDE = "\u00e9\u6f22"
"""Letters of two and three bytes in UTF-8."""
LONGEST, LONG = 60, 400
"""Characters of most of the texts that are drawn, and of a few."""
MOST_ITEMS = 6
SPAN = 10_000

Make = Callable[[Any], Any]
"""From the present value of the field to another one, ABSENT where there is none now."""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to make values of a field. ``sure``: whoever takes the plain ones takes these; others are tried first.

    ``level``: of a fault that such a value shows.
    """

    field: Field
    name: str
    make: Make
    sure: bool = False
    level: Level | None = None


class Ways:
    """All ways for the fields of a party whose plain write works. Raises NotJudged where none does."""

    def __init__(self, party: Party, random: Random, without: frozenset[str]) -> None:
        self._party = party
        self._random = random
        self.fields = [each for each in settable(party.api) if each.path not in without and self._works(each)]
        if not self.fields:
            raise NotJudged("no plain write works")
        self.listed = [way for each in self.fields for way in self._of_leaf(each)]
        holders = (each for each in party.api.walk_fields() if each.children and "[]" not in each.path)
        for each in holders:
            if not each.read_only and each.write != "open" and not _touches(each, without) and self._has_members(each):
                self.listed += self._of_list(each) if each.kind == "array" else self._of_object(each)

    def _works(self, field: Field) -> bool:
        if field.response in self._party.reader.derived:
            return False
        try:
            control(self._party, field)
        except NotJudged:
            return False
        return True

    def _has_members(self, holder: Field) -> bool:
        return any(each.path.startswith((f"{holder.path}.", f"{holder.path}[].")) for each in self.fields)

    def _fresh(self, field: Field) -> Make:
        def make(current: Any) -> Any:
            try:
                return self._party.values.fresh(field, current)
            except NotJudged:
                return ABSENT

        return make

    def _one_of(self, values: Sequence[Any]) -> Make:
        return lambda _now: self._random.choice(values)

    # --- plain values -------------------------------------------------------------------------------------------------

    def _of_leaf(self, field: Field) -> Iterator[Way]:
        yield Way(field, "fresh", self._fresh(field), sure=True)
        if field.reference is not None:
            return
        for level, values in self._known(field).items():
            yield Way(field, "known", self._one_of(values), sure=True, level=level)
        if field.states("nullable") and field.safe.get("type") != "null":
            yield Way(field, "null", lambda _now: None)
        if "string" in field.types and not field.unique:
            yield from self._of_text(field)
        elif field.types & {"integer", "number"}:
            yield Way(field, "number", self._number(field))
        elif field.kind == "array":
            yield from self._of_plain_list(field)
        elif field.kind == "object":
            yield from self._of_map(field)
        yield from self._falsy(field)

    def _known(self, field: Field) -> dict[Level | None, list[Any]]:
        """Members, and unusual values that were stored as they were sent, by the level of a fault in them."""
        never = (field.hazard.values or ()) if field.hazard is not None else ()
        if "enum" in field.schema:
            members = [each for each in field.schema["enum"] if each is not None and each not in never]
            return {None: free} if (free := self._party.values.free(field, members)) else {}
        found: dict[Level | None, list[Any]] = {}
        for each, done in unusual_writes(self._party).get(field.path, ()):
            kept = self._party.accepted(done.exchange) and stored(self._party, done)
            if kept and each.value != ASTRAL and self._party.values.safe(field, each.value):
                found.setdefault(each.level, []).append(each.value)
        return found

    def _falsy(self, field: Field) -> Iterator[Way]:
        empty: list[Any] = [value for kind, value in (("string", ""), ("integer", 0), ("number", 0)) if kind in field.types]
        for value in empty:
            if "enum" not in field.schema and self._party.values.safe(field, value):
                yield Way(field, "empty", self._one_of([value]))

    def _number(self, field: Field) -> Make:
        schema = {**field.schema, **field.safe}
        low = int(schema.get("minimum", 0 if schema.get("maximum", 1) >= 0 else schema["maximum"] - SPAN))
        high = int(schema.get("maximum", low + SPAN))
        fractions = any(isinstance(each, float) and each % 1 for values in self._known(field).values() for each in values)

        def make(_now: Any) -> Any:
            value: float = self._random.randint(low, min(high, low + SPAN * SPAN)) if low <= high else low
            if fractions and self._random.random() < 0.5:
                value += self._random.randint(1, 99) / 100
                value = round(value, 2)
            return value if self._party.values.safe(field, value) else ABSENT

        return make

    def _of_text(self, field: Field) -> Iterator[Way]:
        schema = {**field.schema, **field.safe}
        if schema.keys() & {"format", "pattern", "const", "enum"}:
            return
        least, most = max(1, int(schema.get("minLength", 1))), int(schema.get("maxLength", LONGEST))

        def drawn(_now: Any) -> Any:
            longest = LONGEST if self._random.random() < 0.9 else LONG
            size = self._random.randint(least, max(least, min(most, longest)))
            letters = [self._random.choice(LETTERS) for _ in range(size)]
            for end in (0, -1) if self._random.random() < 0.5 else ():  # what code strips stands at an end
                letters[end] = self._random.choice(SIGNS)
            text = "".join(letters)
            return text if validator(field).is_valid(text) else ABSENT

        def of(size: int, letters: str) -> Make:
            def make(now: Any) -> Any:
                text = of_length(field, size, self._random.choice(letters))
                return text if text is not None and text != now and validator(field).is_valid(text) else ABSENT

            return make

        texts = [each for values in self._known(field).values() for each in values if isinstance(each, str)]
        if any(not each.isalnum() for each in texts):  # else it may be a name, with rules that no document tells
            yield Way(field, "drawn", drawn, sure=True)
            yield Way(field, "drawn again", drawn, sure=True)
        if field.states("maxLength") and most <= SPAN:
            for size in {most, most - 1, least} - {0}:
                yield Way(field, f"of {size}", of(size, "abc"))
                yield Way(field, f"of {size}, wide", of(size, WIDE))

    # --- lists --------------------------------------------------------------------------------------------------------

    def _of_plain_list(self, field: Field) -> Iterator[Way]:
        items = field.schema.get("items", {})
        item = Field(path=f"{field.path}[]", schema=items if isinstance(items, Mapping) else {}, children=())
        return self._reshaped(field, lambda _now: self._fresh(item)(ABSENT), None)

    def _reshaped(self, field: Field, item: Make, level: Level | None) -> Iterator[Way]:
        """A list with one more, with one fewer, in another order, and none."""
        least, most = int(field.schema.get("minItems", 0)), int(field.schema.get("maxItems", MOST_ITEMS))

        def listed(now: Any) -> list[Any]:
            return [*self._party.composer.exact(field, now)] if isinstance(now, list) else []

        def grown(now: Any) -> Any:
            new = item(now)
            if (
                new is ABSENT or len(listed(now)) >= min(most, MOST_ITEMS) or new in listed(now)
            ):  # the same twice may be kept once
                return ABSENT
            at = self._random.choice((0, len(listed(now)), len(listed(now))))
            return [*listed(now)[:at], new, *listed(now)[at:]]

        def shrunk(now: Any) -> Any:
            if len(listed(now)) <= max(least, 1):
                return ABSENT
            at = self._random.randrange(len(listed(now)))
            return [*listed(now)[:at], *listed(now)[at + 1 :]]

        def turned(now: Any) -> Any:
            found = listed(now)[::-1] if self._random.random() < 0.5 else [*listed(now)[1:], *listed(now)[:1]]
            return found if len(found) > 1 else ABSENT

        yield Way(field, "grown", grown, level=level)
        yield Way(field, "grown again", grown, level=level)
        yield Way(field, "shrunk", shrunk, level=level)
        yield Way(field, "turned", turned, level=level)
        if least == 0:
            yield Way(field, "none", lambda now: [] if now else ABSENT, level=level)

    def _of_list(self, field: Field) -> Iterator[Way]:
        """Lists of objects that are replaced as a whole, where they can be put back: not where the service gives items an id."""
        policy = field.merge
        if policy is None or policy.policy != "replace" or policy.new == "refuse" or not self._can_be_made_again(field):
            return
        schema = field.schema.get("items", {})
        item = Field(path=f"{field.path}[]", schema=schema if isinstance(schema, Mapping) else {}, children=field.children)
        yield from self._reshaped(field, lambda _now: self._object(item), self._level(field))

    def _can_be_made_again(self, field: Field) -> bool:
        if self._party.target.disposable:
            return True
        inside = f"{field.response}[]."
        owned = {each.path for each in self._party.api.walk_record() if each.path.startswith(inside)}
        sent = {each.response for each in field.walk() if not each.read_only}
        items = look_up(self._party.at_first or self._party.read(), field.response)
        known = {each.path.removeprefix(inside).split(".")[0].removesuffix("[]") for each in self._party.api.walk_record()}
        strange = any(name not in known for each in items if isinstance(each, dict) for name in each) if items else False
        return owned <= sent and not strange

    def _object(self, holder: Field) -> Any:
        """A new object, with a value for each member that has one."""
        found = {}
        for child in holder.children:
            value = self._fresh(child)(ABSENT) if not child.read_only and child.write != "open" else ABSENT
            if value is not ABSENT and child.hazard is None:
                found[child.name] = value
            elif child.required:
                return ABSENT
        return found or ABSENT

    # --- objects and maps ---------------------------------------------------------------------------------------------

    def _level(self, field: Field) -> Level | None:
        return None if field.merge is not None and field.merge.documented else Level.SHOULD

    def _is_known(self, field: Field, policy: str) -> bool:
        """The policy of an object is the document's own, or that of its media type (RFC 7396)."""
        by_media = MERGE_PATCH in self._party.api.media_types
        return field.merge is not None and field.merge.policy == policy and (field.merge.documented or by_media)

    def _of_object(self, field: Field) -> Iterator[Way]:
        """Some members of an object that is merged, the rest of it left out; a few of one that is replaced."""
        plain = {each.path for each in self.fields if each.reference is None}
        members = [each for each in field.children if each.path in plain and not each.children]
        needed = [each for each in field.children if each.required or each.response in self._required()]

        def part(now: Any) -> Any:
            some = self._random.sample(members, self._random.randint(1, max(1, len(members) - 1)))
            found = {}
            for each in {each.path: each for each in (*some, *(needed if self._is_known(field, "replace") else ()))}.values():
                held = look_up(now, (each.response or "").rsplit(".", 1)[-1]) if isinstance(now, Mapping) else ABSENT
                value = self._fresh(each)(held) if each.path in plain else held
                if value is ABSENT:
                    return ABSENT
                found[each.name] = value
            return found

        if members and (self._is_known(field, "merge") or self._is_known(field, "replace")):
            yield Way(field, "part", part)
            yield Way(field, "part again", part)

    def _required(self) -> frozenset[str]:
        return frozenset(each.path for each in self._party.api.walk_record() if each.required)

    def _of_map(self, field: Field) -> Iterator[Way]:
        """Keys that come, change and go, where null takes one out (RFC 7396); whoever guards the record may refuse one."""
        extra = field.schema.get("additionalProperties")
        if field.children or not isinstance(extra, Mapping) or not self._is_known(field, "merge"):
            return
        value = Field(path=f"{field.path}.*", schema=extra)

        def come(now: Any) -> Any:
            new = f"sample{self._random.randint(1, MOST_ITEMS)}"
            made = self._fresh(value)(ABSENT)
            return {new: made} if made is not ABSENT and isinstance(now, Mapping) else ABSENT

        def change(now: Any) -> Any:
            names = sorted(now) if isinstance(now, Mapping) else []
            made = self._fresh(value)(ABSENT)
            return {self._random.choice(names): made} if names and made is not ABSENT else ABSENT

        def go(now: Any) -> Any:
            names = sorted(now) if isinstance(now, Mapping) else []
            return {self._random.choice(names): None} if len(names) > 1 else ABSENT

        if json_types(extra) <= {"string", "integer", "number", "boolean"} and MERGE_PATCH in self._party.api.media_types:
            yield Way(field, "key", come)
            yield Way(field, "key changed", change)
            yield Way(field, "key taken out", go)


def _touches(holder: Field, paths: frozenset[str]) -> bool:
    return any(each == holder.path or each.startswith((f"{holder.path}.", f"{holder.path}[")) for each in paths)
