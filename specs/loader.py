"""Reads an OpenAPI file with x-contract into an Api, and refuses what it does not know in one line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jsonschema_rs

from specs.building import DEFAULT_CHOICES, DEFAULT_ORDER, build
from specs.model import Api, SpecError
from specs.reading import read

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

__all__ = ["DEFAULT_CHOICES", "DEFAULT_ORDER", "load", "names"]

FOLDER = Path(__file__).parent
EXTENSION_SCHEMA = FOLDER / "x-contract.schema.json"


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
    """Loading validates the document, which takes most of a second: once for each state of a file.

    The documents of this folder are valid OpenAPI (tests/test_specs.py): to look again would be a third of the time that the mock
    needs to start.
    """
    document = _read_yaml(path)
    try:
        if path.parent != FOLDER:
            check_openapi(document)
        _check_extensions(document)
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


def check_openapi(document: Mapping[str, Any]) -> None:
    """SpecError, one line, for a document that is not valid OpenAPI 3.0 or 3.1."""
    from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator  # a quarter of a second

    version = str(document.get("openapi", ""))
    if not version.startswith(("3.0", "3.1")):
        raise SpecError(f"openapi: {version or 'missing'}; expected 3.0.x or 3.1.x")
    validator = OpenAPIV30SpecValidator if version.startswith("3.0") else OpenAPIV31SpecValidator
    try:
        error = next(iter(validator(document).iter_errors()), None)
    except Exception as broken:  # the validator raises its own errors for dangling references
        raise SpecError(f"not valid OpenAPI {version}: {' '.join(str(broken).split())}") from None
    if error is not None:
        innermost = _innermost(error)
        place = ".".join(map(str, innermost.absolute_path)) or "the document"
        raise SpecError(f"not valid OpenAPI {version}: {place}: {' '.join(innermost.message.split())[:200]}")


def _innermost(error: ValidationError) -> ValidationError:
    """What is at fault in one of several alternatives: the deepest place, since it fits furthest."""
    while error.context:
        error = max(error.context, key=lambda each: (len(each.absolute_path), each.validator != "required"))
    return error


# --- the extension ------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _extension() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(EXTENSION_SCHEMA.read_text(encoding="utf-8"))
    return loaded


def _is_valid(definition: str, value: Any) -> bool:
    """The quick look, which says only whether."""
    try:
        return _validator(definition).is_valid(value)
    except ValueError:  # a key that is no text, which YAML has and JSON has not
        return False


@lru_cache(maxsize=4)
def _validator(definition: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(_schema(definition))


def _schema(definition: str) -> dict[str, Any]:
    return {"$ref": f"#/$defs/{definition}", "$defs": _extension()["$defs"]}


def _check_extensions(document: Mapping[str, Any]) -> None:
    for place, key, value in _extensions_in(document, ()):
        definition = {"x-contract": "contract", "x-field": "field"}.get(key)
        where = ".".join((*place, key))
        if definition is None and key == "x-inferred":
            if not isinstance(value, bool):
                raise SpecError(f"{where}: expected true or false, not {value!r}")
        elif definition is None:
            if key.startswith(("x-contract", "x-field", "x-inferred")):
                raise SpecError(f"{where}: unknown extension; known ones are x-contract, x-field, x-inferred")
        elif not _is_valid(definition, value):
            _tell(definition, where, value)


def _tell(definition: str, where: str, value: Any) -> None:
    """What is wrong with an extension, by the validator that explains most."""
    from jsonschema import Draft202012Validator  # only for documents with a fault

    error = _best_error(Draft202012Validator(_schema(definition)).iter_errors(value))
    if error is not None:
        raise SpecError(_extension_message(where, error))


def _extensions_in(value: Any, place: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], str, Any]]:
    if isinstance(value, Mapping):
        for key, member in value.items():
            if str(key).startswith("x-"):
                yield place, str(key), member
            else:
                yield from _extensions_in(member, (*place, str(key)))
    elif isinstance(value, list):
        for index, member in enumerate(value):
            yield from _extensions_in(member, (*place, str(index)))


def _best_error(errors: Iterable[ValidationError]) -> ValidationError | None:
    """The error nearest to what the author wrote: unknown keys first, then the deepest."""
    return max(errors, key=lambda error: (error.validator == "additionalProperties", len(error.absolute_path)), default=None)


def _extension_message(where: str, error: ValidationError) -> str:
    place = ".".join((where, *map(str, error.absolute_path)))
    if error.validator == "additionalProperties" and isinstance(error.schema, Mapping) and isinstance(error.instance, Mapping):
        known = sorted(error.schema.get("properties", {}))
        unknown = sorted(str(key) for key in error.instance if key not in known)
        return f"{place}: unknown key {', '.join(map(repr, unknown))}; known keys are {', '.join(known)}"
    return f"{place}: {' '.join(error.message.split())[:300]}"
