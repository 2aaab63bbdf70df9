"""Where an error body names fields, and which documented field a name means, however it is written.

Dotted, in brackets or as a JSON Pointer, with or without indices, with a prefix such as ``body``, in any case of letters
and with any separators between words: all of these name the same field.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import lru_cache
from typing import Any

from contracts.judging.envelopes import at
from specs import Api, Field, Shape
from specs.placing import unescaped

Name = tuple[str, ...]
"""A name from the outermost property inwards, each in small letters and digits only, without indices."""


class Naming(StrEnum):
    """What a name means, seen from the field that is at fault."""

    ITSELF = "itself"
    HOLDER = "the object that holds it"
    ENDING = "the end of its path"
    OTHER = "another documented field"
    UNKNOWN = "no documented field"


def named(shape: Shape, body: Any) -> dict[Name, str]:
    """The names in an error body, where its shape has them, and how they are written there."""
    return dict(_written(shape, body))


def times(shape: Shape, body: Any) -> Counter[Name]:
    """How often an error body has each name, where its shape has them."""
    return Counter(name for name, _text in _written(shape, body))


def _written(shape: Shape, body: Any) -> list[tuple[Name, str]]:
    if shape.fields is None:
        return []
    if shape.fields == "keys":
        found = [(name_of(path), ".".join(path)) for path in _key_paths(body)]
    else:
        place = tuple(unescaped(part) for part in shape.fields.split("/")[1:])
        found = [(name_of(_parts(value)), str(value)) for value in at(body, place)]
    return [(name, text) for name, text in found if name]


def _key_paths(body: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths of keys down to the messages of a body that is a tree of fields; a list of objects is one of items."""
    if isinstance(body, Mapping):
        for key, below in body.items():
            yield from _key_paths(below, (*above, str(key)))
    elif isinstance(body, list) and any(isinstance(item, Mapping) for item in body):
        for item in body:
            if isinstance(item, Mapping):
                yield from _key_paths(item, above)
    elif above:
        yield above


def _parts(value: Any) -> list[str]:
    """A name as one text, or as a list of its parts."""
    texts = value if isinstance(value, list) else [value]
    return [part for text in texts if isinstance(text, str) for part in re.split(r"->|[./\[\]'\"$#:]+", text)]


def name_of(parts: Iterable[str]) -> Name:
    """The parts of a path as a name."""
    plain = ("".join(letter for letter in part.casefold() if letter.isalnum()) for part in parts)
    return tuple(part for part in plain if part and not part.isdigit())


@lru_cache(maxsize=4096)
def path_name(field: Field) -> Name:
    """The name of a documented field."""
    return name_of(field.path.replace("[]", "").split("."))


def naming(api: Api, field: Field, name: Name) -> Naming:
    """What ``name`` means, seen from the faulty ``field``."""
    own = path_name(field)
    found = _meant(api, name)
    if found is not None and (found is field or found in field.walk()):
        return Naming.ITSELF
    if len(name) < len(own) and own[-len(name) :] == name:
        return Naming.ENDING
    if found is not None:
        return Naming.HOLDER if field in found.walk() else Naming.OTHER
    if len(own) > 1 and "".join(name).endswith("".join(own)):
        return Naming.ITSELF
    return naming(api, field, name[:-1]) if len(name) > 1 else Naming.UNKNOWN


def _meant(api: Api, name: Name) -> Field | None:
    """The documented field whose whole path a name ends in, the longest such; what stands before it is a prefix."""
    endings = [each for each in api.walk_fields() if name[-len(path_name(each)) :] == path_name(each)]
    return max(endings, key=lambda each: len(path_name(each)), default=None)
