"""Schemas of a document as a draft keeps them: keywords that are well-formed, references to components of the draft's own.

Public documents are written by hand and by generators, and seldom validated. What of a kept schema is no valid OpenAPI is left
out with a note, so that the rest can be used; the keywords that are right stand as they stood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

import jsonschema_rs

from contracts.drafting.document.source import Source
from specs.placing import unescaped

TYPES = frozenset({"string", "number", "integer", "boolean", "array", "object"})
COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
TEXTS = ("description", "title", "format")
FLAGS = ("nullable", "readOnly", "writeOnly", "deprecated", "uniqueItems")
HOLDERS = ("properties", "patternProperties")
LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
SINGLE = ("items", "additionalProperties", "not", "propertyNames", "contains")
NEWER = frozenset({"const", "examples", "prefixItems", "patternProperties", "propertyNames", "contains"})
"""Keywords that OpenAPI 3.0 does not have."""
SPELLINGS: Mapping[str, str] = {"int": "integer", "long": "integer", "float": "number", "double": "number", "bool": "boolean"}
NAME = re.compile(r"[^A-Za-z0-9._-]+")
MOST_TEXT = 400
"""Descriptions are kept so far: a draft is read by people."""
MEANT = ("nullable", "readOnly", "writeOnly")
"""What is taken from beside a reference in any version."""


class Schemas:
    """Copies schemas into a draft; ``components`` fills up with the ones that are referred to, each under a name of its own."""

    def __init__(self, source: Source, *, newer: bool) -> None:
        self.components: dict[str, Any] = {}
        self._source = source
        self.newer = newer
        self._names: dict[str, str] = {}

    def copied(self, schema: Any, place: str, *, beside: bool = False) -> dict[str, Any]:
        """A schema without what is not valid; ``place`` is told in notes. Raises SpecError for a reference to nothing.

        beside: it is one of several that hold together, so that what it requires may be described in another.
        """
        if isinstance(schema, bool):
            return {} if schema else {"not": {}}
        if not isinstance(schema, Mapping):
            self._source.note(f"{place}: {str(schema)[:60]!r} is no schema; left out.")
            return {}
        if isinstance(schema.get("$ref"), str):
            return self._referred(schema, place)
        copy: dict[str, Any] = {}
        for keyword, value in (schema if self.newer else _nullable(schema)).items():
            kept = self._keyword(str(keyword), value, f"{place}/{keyword}")
            if kept is not None:
                copy[str(keyword)] = kept
        return self._in_order(copy, place, beside=beside)

    def _referred(self, schema: Mapping[str, Any], place: str) -> dict[str, Any]:
        reference = str(schema["$ref"])
        siblings = {name: each for name, each in schema.items() if name != "$ref"}
        if reference not in self._names:
            target = self._source.lookup(reference)
            name = self._name(reference)
            self._names[reference] = name
            self.components[name] = {}
            self.components[name] = self.copied(target, f"#/components/schemas/{name}")
        copy = {"$ref": f"#/components/schemas/{self._names[reference]}"}
        # before 3.1 whatever stands beside a reference is ignored, though some of it is written so, and meant
        beside = {name: each for name, each in siblings.items() if self.newer or name in (*MEANT, "description")}
        kept = self.copied(beside, place)
        if "type" not in beside:  # the reference says it
            kept.pop("type", None)
        if not kept.keys() - {"description", "example", "examples"}:
            return copy
        return {**kept, "allOf": [copy, *kept.get("allOf", ())]}

    def _name(self, reference: str) -> str:
        last = unescaped(reference.rsplit("/", 1)[-1])
        name = stem = NAME.sub("_", last).strip("_") or "Schema"
        number = 2
        while name in self.components:
            name, number = f"{stem}_{number}", number + 1
        return name

    def _keyword(self, keyword: str, value: Any, place: str) -> Any:
        """The value of one keyword as it is kept, None for nothing."""
        if keyword in NEWER and not self.newer and keyword not in ("const",):
            return None
        if keyword == "type" and value == "null" and self.newer:
            return value
        checked = CHECKS.get(keyword)
        if checked is not None:
            kept = checked(value)
            if kept is None and value not in (None, False):
                self._source.note(f"{place}: {str(value)[:60]!r} is not valid there; left out.")
            return kept
        if keyword in HOLDERS and isinstance(value, Mapping):
            return self._members(value, place)
        if keyword in LISTS and isinstance(value, list) and value:
            beside = keyword == "allOf"
            return [self.copied(each, f"{place}/{index}", beside=beside) for index, each in enumerate(value)]
        if keyword in SINGLE:
            return self._single(keyword, value, place)
        if keyword in ("example", "default", "const"):
            return value
        return value if keyword == "examples" and isinstance(value, list) else None

    def _members(self, members: Mapping[str, Any], place: str) -> dict[str, Any]:
        """The members that a dotted path can name."""
        found: dict[str, Any] = {}
        for name, each in members.items():
            if not str(name) or set(str(name)) & set(".[]"):
                self._source.note(f"{place}: {name!r} cannot be named by a dotted path, and is not judged.")
            elif each is False:
                self._source.note(f"{place}/{name}: no value is valid there; left out.")
            else:
                found[str(name)] = self.copied(each, f"{place}/{name}")
        return found

    def _single(self, keyword: str, value: Any, place: str) -> Any:
        if keyword == "additionalProperties" and isinstance(value, bool):
            return value
        if keyword == "items" and isinstance(value, list):
            return self.copied(value[0], place) if value else {}
        return self.copied(value, place) if isinstance(value, Mapping | bool) else None

    def _in_order(self, copy: dict[str, Any], place: str, *, beside: bool) -> dict[str, Any]:
        """Without keywords that contradict one another, as far as a validator would stumble over them."""
        if "items" in copy and "type" not in copy and "properties" not in copy:
            copy["type"] = "array"
        if copy.get("type") == "array" and "items" not in copy:
            copy["items"] = {}
        if "properties" in copy and "type" not in copy and not copy.keys() & {"allOf", "anyOf", "oneOf"}:
            copy["type"] = "object"
        if "required" in copy and "properties" in copy and not (beside or copy.keys() & {"allOf", "anyOf", "oneOf"}):
            missing = [name for name in copy["required"] if name not in copy["properties"]]
            if missing:
                self._source.note(f"{place}/required: {', '.join(missing)[:80]} is no property; left out.")
                copy["required"] = [name for name in copy["required"] if name in copy["properties"]]
        if "const" in copy and not self.newer:
            copy["enum"] = [copy.pop("const")]
        for low, high in (("minLength", "maxLength"), ("minItems", "maxItems"), ("minimum", "maximum")):
            if low in copy and high in copy and copy[low] > copy[high]:
                self._source.note(f"{place}: {low} {copy[low]} is more than {high} {copy[high]}; both left out.")
                del copy[low], copy[high]
        if not copy.get("required", True):
            del copy["required"]
        self._check_values(copy, place)
        return copy

    def _check_values(self, copy: dict[str, Any], place: str) -> None:
        """Enums of another type than the schema's, as ``type: integer, enum: ["1"]``, and defaults that the schema refuses."""
        types = [copy["type"]] if isinstance(copy.get("type"), str) else copy.get("type", [])
        if types and "enum" in copy:
            fitting = [each for each in copy["enum"] if each is None or any(_is_of(each, kind) for kind in types)]
            if not fitting:
                self._source.note(f"{place}: no member of the enum is of type {', '.join(types)}; the type was left out.")
                del copy["type"]
            elif len(fitting) < len(copy["enum"]):
                self._source.note(f"{place}: members of the enum that are not of type {', '.join(types)} were left out.")
                copy["enum"] = fitting
        copy.pop("default", None)  # what a patch leaves out keeps its value: a default says nothing here


def _nullable(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A union with null, as OpenAPI 3.0 has to spell it: without that part, and nullable; of several parts, one is."""
    for keyword in ("anyOf", "oneOf"):
        parts = schema.get(keyword)
        others = [each for each in parts if each != {"type": "null"}] if isinstance(parts, list) else []
        if isinstance(parts, list) and others and len(others) < len(parts):
            rest = {name: each for name, each in schema.items() if name != keyword}
            if len(others) == 1 and "allOf" not in rest:
                return {**rest, "allOf": others, "nullable": True}
            place = next((index for index, each in enumerate(others) if isinstance(each, Mapping) and "type" in each), -1)
            marked = [{**each, "nullable": True} if index == place else each for index, each in enumerate(others)]
            return {**rest, keyword: marked}
    return schema


def _is_of(value: Any, kind: str) -> bool:
    return bool(jsonschema_rs.is_valid({"type": kind}, value))


# --- one keyword ------------------------------------------------------------------------------------------------------


def _type(value: Any) -> Any:
    if isinstance(value, list):
        kept = [each for each in dict.fromkeys(map(str, value)) if each in TYPES or each == "null"]
        return (kept[0] if len(kept) == 1 and kept[0] != "null" else kept) or None
    name = SPELLINGS.get(str(value).lower(), str(value).lower())
    return name if name in TYPES else None


def _names(value: Any) -> list[str] | None:
    return list(dict.fromkeys(map(str, value))) if isinstance(value, list) else None


def _enum(value: Any) -> list[Any] | None:
    if not isinstance(value, list) or not value:
        return None
    found: list[Any] = []
    for each in value:
        if not any(each == known and type(each) is type(known) for known in found):
            found.append(each)
    return found


def _count(value: Any) -> int | None:
    if isinstance(value, str) and value.isdigit():
        value = int(value)
    whole = isinstance(value, int | float) and not isinstance(value, bool) and float(value).is_integer()
    return int(value) if whole and value >= 0 else None


def _number(value: Any) -> Any:
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            return None
        value = int(value) if value.is_integer() else value
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _bound(value: Any) -> Any:
    return value if isinstance(value, bool) else _number(value)


def _step(value: Any) -> Any:
    number = _number(value)
    return number if number is not None and number > 0 else None


def _pattern(value: Any) -> str | None:
    """A pattern that the validators here can read."""
    if not isinstance(value, str):
        return None
    try:
        re.compile(value)
        jsonschema_rs.Draft202012Validator({"pattern": value})
    except (re.error, ValueError, RecursionError, OverflowError, jsonschema_rs.ValidationError):
        return None
    return value


def _text(value: Any) -> str | None:
    if not isinstance(value, str):
        return None
    return value if len(value) <= MOST_TEXT else value[:MOST_TEXT].rstrip() + " ..."


def _flag(value: Any) -> bool | None:
    return True if value in (True, "true") else None


CHECKS: Mapping[str, Callable[[Any], Any]] = {
    "type": _type,
    "required": _names,
    "enum": _enum,
    "pattern": _pattern,
    "minimum": _number,
    "maximum": _number,
    "exclusiveMinimum": _bound,
    "exclusiveMaximum": _bound,
    "multipleOf": _step,
    **dict.fromkeys(COUNTS, _count),
    **dict.fromkeys(TEXTS, _text),
    **dict.fromkeys(FLAGS, _flag),
}
