"""An OpenAPI document as it stands, without x-contract, and whatever of it can be read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from specs import SpecError
from specs.reading import parsed

METHODS = ("get", "post", "put", "patch", "delete")
"""Those that a resource has; HEAD goes with GET, and OPTIONS is the mock's own."""

_VARIABLE = re.compile(r"\{([^{}]+)\}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._~-]+")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Document:
    """One OpenAPI document.

    Attributes:
        name: what it is called where several are served: the file's name, as a path segment can have it.
        content: as written.
        given: records to start with instead of made ones, by collection, each as the control interface shows it.
    """

    name: str
    file: Path
    content: Mapping[str, Any]
    given: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What it calls itself."""
        return str((self.content.get("info") or {}).get("title") or self.name)

    @property
    def base(self) -> str:
        """The path of its first server, without a slash at the end: empty where the paths begin at the root."""
        return base_path(self.content)

    @property
    def paths(self) -> Mapping[str, Mapping[str, Any]]:
        """The path items by their templates; what is no path item is left out."""
        found = self.content.get("paths") or {}
        return {str(path): item for path, item in found.items() if isinstance(item, Mapping) and str(path).startswith("/")}

    def looked_up(self, value: Any) -> Mapping[str, Any]:
        """What a reference object refers to, anything else as it is; an empty object for a reference to nothing."""
        seen = 0
        while isinstance(value, Mapping) and isinstance(value.get("$ref"), str):
            seen += 1
            if seen > 50:  # a reference that leads to itself
                return {}
            value = self._target(value["$ref"])
        return value if isinstance(value, Mapping) else {}

    def _target(self, reference: str) -> Any:
        found: Any = self.content if reference.startswith("#") else None
        for part in reference[1:].split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~").replace("%7B", "{").replace("%7D", "}")
            if isinstance(found, list) and key.isdigit() and int(key) < len(found):
                found = found[int(key)]
            else:
                found = found.get(key) if isinstance(found, Mapping) else None
        return found


def base_path(content: Mapping[str, Any]) -> str:
    """The path of the first server of a document, its variables at their defaults."""
    servers = content.get("servers")
    first = servers[0] if isinstance(servers, list) and servers and isinstance(servers[0], Mapping) else {}
    variables = first.get("variables") or {}

    def default(found: re.Match[str]) -> str:
        return str((variables.get(found[1]) or {}).get("default", found[1]))

    path = urlsplit(_VARIABLE.sub(default, str(first.get("url", "")))).path.rstrip("/")
    return path if not path or path.startswith("/") else f"/{path}"


def read(file: Path) -> Document:
    """The document in a file, YAML or JSON.

    Raises SpecError, one line, for a file that is no OpenAPI 3.0 or 3.1 document. It is not validated as a whole: what cannot
    be read of it is not served, and told of, and the rest is.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
        content = json.loads(text) if text.lstrip().startswith("{") else parsed(text)
    except (ValueError, OSError, RecursionError) as error:
        raise SpecError(f"{file.name}: not readable as YAML or JSON: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise SpecError(f"{file.name}: not an OpenAPI document: expected a mapping at the top")
    version = str(content.get("openapi", content.get("swagger", "")))
    if not version.startswith(("3.0", "3.1")):
        hint = "; convert it first, with swagger2openapi for example" if version.startswith("2") else ""
        raise SpecError(f"{file.name}: openapi: {version or 'missing'}; expected 3.0.x or 3.1.x{hint}")
    document = Document(name=_UNSAFE.sub("-", file.stem).strip("-.") or "api", file=file.resolve(), content=content)
    if not any(True for _ in operations(document)):
        raise SpecError(f"{file.name}: paths: has no operation; expected a path with get, post, put, patch or delete")
    return document


def operations(document: Document) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Path template, method in small letters, path item and operation of everything that can be asked for."""
    for path, reference in document.paths.items():
        item = {**document.looked_up(reference), **{key: value for key, value in reference.items() if key != "$ref"}}
        for method in METHODS:
            if isinstance(item.get(method), Mapping):
                yield path, method, item, item[method]


def has_contract(file: Path) -> bool:
    """Whether a file has the extension x-contract, so that its PATCH is served by that; False for what cannot be read."""
    try:
        return "x-contract" in file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return False
