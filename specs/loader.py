"""Reads an OpenAPI file with x-contract into an Api, and refuses what it does not know in one line."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from specs import checked
from specs.building import DEFAULT_CHOICES, DEFAULT_ORDER, build
from specs.model import Api, SpecError
from specs.reading import read

__all__ = ["DEFAULT_CHOICES", "DEFAULT_ORDER", "load", "names"]

FOLDER = Path(__file__).parent


def names() -> tuple[str, ...]:
    """The names of the documented APIs in specs/, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))


def load(name_or_path: str | Path) -> Api:
    """The API of a name in specs/, or of an OpenAPI file with x-contract.

    Raises SpecError, one line, when there is no such file, or it is not valid YAML, OpenAPI 3.0/3.1 or x-contract.
    """
    path = _file_of(name_or_path)
    return _load(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=32)
def _load(path: Path, _modified: int) -> Api:
    """Checking takes most of a second, with what has to be imported for it: once for each content of a file."""
    document = _read_yaml(path)
    content = path.read_bytes()
    try:
        if not checked.is_known(content):
            _check(document)
            checked.remember(content)
        return build(path, document)
    except SpecError as error:
        raise SpecError(f"{path.name}: {error}") from None


def _file_of(name_or_path: str | Path) -> Path:
    text = str(name_or_path)
    if text in names():
        return FOLDER / f"{text}.yaml"
    path = Path(text)
    if path.is_file():
        return path.resolve()
    raise SpecError(f"no API named {text!r} and no such file; known names are {', '.join(names())}")


def _read_yaml(path: Path) -> dict[str, Any]:
    try:
        document = read(path)
    except (ValueError, OSError) as error:
        detail = " ".join(str(error).split())
        raise SpecError(f"{path.name}: not readable as YAML: {detail}") from None
    if not isinstance(document, dict):
        raise SpecError(f"{path.name}: not an OpenAPI document: expected a mapping at the top")
    return document


def _check(document: dict[str, Any]) -> None:
    from specs.checking import check_extensions, check_openapi

    check_openapi(document)
    check_extensions(document)
