"""Reads the text of a document: JSON where it is named so, else YAML by the fast loader, dates as the texts that JSON has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader is about eight times as fast as the one in Python; not every build of PyYAML has it."""


class _Loader(_Base):  # type: ignore[misc]  # one of two classes with the same interface
    """Safe, and without dates: JSON has none."""


_Loader.yaml_implicit_resolvers = {
    letter: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
    for letter, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def read(path: Path) -> Any:
    """The value that a file holds. Raises OSError, or ValueError with one line for a text that is neither JSON nor YAML."""
    text = path.read_text(encoding="utf-8-sig")
    if path.suffix.lower() == ".json" or text[:1] == "{":
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            pass  # YAML that is named so; a real fault is told below
    try:
        return yaml.load(text, _Loader)  # noqa: S506  # a safe one
    except (yaml.YAMLError, RecursionError) as error:
        raise ValueError(" ".join(str(error).split())) from None
