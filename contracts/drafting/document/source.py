"""The document that a draft is made from: read, and its PATCH operations found. Nothing of it is expanded or validated here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from contracts.drafting.document.swagger import converted
from specs.model import SpecError
from specs.placing import ABSENT, pointed
from specs.reading import read

VERSIONS = ("3.0", "3.1", "3.2")
MOST_HOPS = 32
Document = dict[str, Any]


@dataclass(slots=True)
class Source:
    """One document; ``notes``: what was put right on the way, a line each, for the head of the draft.

    ``swagger``: it is Swagger 2.0, whose operations are converted one by one.
    """

    file: Path
    content: Document
    swagger: bool = False
    notes: list[str] = field(default_factory=list)
    others: dict[Path, Any] = field(default_factory=dict)

    def note(self, text: str) -> None:
        """Say something once."""
        if text not in self.notes:
            self.notes.append(text)

    def patches(self) -> list[str]:
        """The paths that have a PATCH."""
        paths = self.content.get("paths")
        names = paths if isinstance(paths, Mapping) else {}
        return [name for name in names if isinstance(self.item(name).get("patch"), Mapping)]

    def item(self, path: str) -> Document:
        """The path item, converted to OpenAPI 3 where it has to be; empty where there is none that can be read."""
        found = self.content["paths"].get(path)
        try:
            item = self.resolved(found) if isinstance(found, Mapping) else {}
        except SpecError:
            return {}
        return converted(self.content, item, self.resolved) if self.swagger else dict(item)

    def resolved(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        """The object itself, or what it refers to. Raises SpecError for a reference to nothing."""
        for _ in range(MOST_HOPS):
            if not isinstance(value.get("$ref"), str):
                return value
            siblings = {name: each for name, each in value.items() if name != "$ref"}
            target = self.lookup(value["$ref"])
            if not isinstance(target, Mapping):
                raise SpecError(f"$ref {value['$ref']!r} does not point to an object")
            value = {**target, **siblings}
        raise SpecError(f"$ref {value['$ref']!r} leads nowhere but to other references")

    def lookup(self, reference: str) -> Any:
        """What a reference points to, in this file or in one beside it. Raises SpecError for a reference to nothing."""
        place, _, pointer = reference.partition("#")
        found: Any = self._other(place) if place else self.content
        found = pointed(found, pointer) if pointer.startswith("/") else found
        if found is ABSENT:
            raise SpecError(f"$ref {reference!r} points to nothing")
        if pointer and not pointer.startswith("/"):
            found = self._anchor(found, pointer, reference)
        if place and isinstance(found, Mapping):
            return _absolute(found, place)
        return found

    def _other(self, place: str) -> Any:
        """Another file of the same document; never one from the network."""
        path = (self.file.parent / unquote(place)).resolve()
        if "://" in place or not path.is_file():
            raise SpecError(
                f"$ref {place!r}: there is no such file beside {self.file.name}; bundle the document into one file first "
                "(for instance with `redocly bundle`)"
            )
        if path not in self.others:
            try:
                self.others[path] = with_text_keys(read(path))
            except (OSError, ValueError) as error:
                raise SpecError(f"{place}: cannot be read: {' '.join(str(error).split())[:200]}") from None
        return self.others[path]

    @staticmethod
    def _anchor(content: Any, anchor: str, reference: str) -> Any:
        """The schema of components that has this $anchor."""
        schemas = content.get("components", {}).get("schemas", {}) if isinstance(content, Mapping) else {}
        for schema in schemas.values():
            if isinstance(schema, Mapping) and anchor in (schema.get("$anchor"), schema.get("$dynamicAnchor")):
                return schema
        raise SpecError(f"$ref {reference!r} points to nothing")


def opened(file: Path) -> Source:
    """Read a document. Raises SpecError, one line, for what is no OpenAPI document."""
    try:
        content = read(file)
    except OSError as error:
        raise SpecError(f"{file}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise SpecError(f"{file}: neither YAML nor JSON: {' '.join(str(error).split())[:300]}") from None
    version = str(content.get("openapi", content.get("swagger", ""))) if isinstance(content, Mapping) else ""
    if not version.startswith((*VERSIONS, "2.")):
        raise SpecError(f"{file}: expected an OpenAPI document, version 3.0 or 3.1, or Swagger 2.0")
    content = content if file.suffix.lower() == ".json" else with_text_keys(content)  # JSON has no others, and may be long
    source = Source(file, dict(content), swagger="swagger" in content)
    if source.swagger:
        source.note("The document is Swagger 2.0; the operation was converted to OpenAPI 3.0.")
    if isinstance(paths := content.get("paths"), Mapping):
        source.content["paths"] = {rooted(name): each for name, each in paths.items()}
        if paths.keys() != source.content["paths"].keys():
            source.note("paths: a slash was put ahead of those without one, as OpenAPI has it (Paths Object).")
    return source


def rooted(path: str) -> str:
    """A path with a slash ahead of it. What extends the document is none."""
    return path if path.startswith(("/", "x-")) else f"/{path}"


def with_text_keys(value: Any) -> Any:
    """Keys as JSON has them: YAML reads an unquoted status as a number. No part is shared with another."""
    if isinstance(value, dict):
        return {_key(key): with_text_keys(member) for key, member in value.items()}
    return [with_text_keys(member) for member in value] if isinstance(value, list) else value


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return {True: "true", False: "false"}[key]
    return "null" if key is None else str(key)


def _absolute(value: Any, place: str) -> Any:
    """A part of another file, with its references to itself naming that file."""
    if isinstance(value, Mapping):
        return {
            name: f"{place}{each}"
            if name == "$ref" and isinstance(each, str) and each.startswith("#")
            else _absolute(each, place)
            for name, each in value.items()
        }
    return [_absolute(each, place) for each in value] if isinstance(value, list) else value
