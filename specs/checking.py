"""Whether a document is valid OpenAPI and x-contract; imported only where one has to be checked: it takes half a second."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator

from specs.model import SpecError

EXTENSION_SCHEMA = Path(__file__).with_name("x-contract.schema.json")


def check_openapi(document: Mapping[str, Any]) -> None:
    """Raise SpecError, one line, for a document that is not valid OpenAPI 3.0 or 3.1."""
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


def _validator(definition: str) -> Draft202012Validator:
    extension = _extension()
    return Draft202012Validator({"$ref": f"#/$defs/{definition}", "$defs": extension["$defs"]})


def check_extensions(document: Mapping[str, Any]) -> None:
    """Raise SpecError, one line, for extensions that are unknown or not as their schema says."""
    for place, key, value in _extensions_in(document, ()):
        definition = {"x-contract": "contract", "x-field": "field"}.get(key)
        where = ".".join((*place, key))
        if definition is None and key == "x-inferred":
            if not isinstance(value, bool):
                raise SpecError(f"{where}: expected true or false, not {value!r}")
        elif definition is None:
            if key.startswith(("x-contract", "x-field", "x-inferred")):
                raise SpecError(f"{where}: unknown extension; known ones are x-contract, x-field, x-inferred")
        else:
            error = _best_error(_validator(definition).iter_errors(value))
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
