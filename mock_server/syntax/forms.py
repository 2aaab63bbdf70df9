"""A form as an object: each text as a value of its documented type, as far as it is one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask import Request

from specs import Field

NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,300})(\.[0-9]{1,300})?([eE][+-]?[0-9]{1,2})?", re.ASCII)


def members_of(request: Request, fields: Mapping[str, Field]) -> dict[str, Any]:
    """The fields of a form by their names; of one that stands twice, the last; of a file, its name."""
    found: dict[str, Any] = {name: file.filename or name for name, file in request.files.items()}
    for name, texts in request.form.lists():
        found[name] = _value(texts[-1], fields[name].types if name in fields else frozenset())
    return found


def _value(text: str, types: frozenset[str]) -> Any:
    """The value that a text stands for; a text of no such form stays one, and is of the wrong type."""
    if "string" in types or not types:
        return text
    if "boolean" in types and text.lower() in ("true", "false"):
        return text.lower() == "true"
    if types & {"integer", "number"} and NUMBER.fullmatch(text):
        return int(text) if re.fullmatch(r"-?[0-9]+", text) else float(text)
    return text
