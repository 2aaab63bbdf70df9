"""Reads the text of a file: JSON where it is named so, else YAML by the fast loader, dates as the texts that JSON has."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import yaml

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's loader is about eight times as fast as the one in Python; not every build of PyYAML has it."""

ALIASED_LIMIT = 1_000_000
"""So many values at most stand in a text whose aliases are written out: a few lines can stand for more than any memory holds."""

_ALIAS = re.compile(r"(?:^|[\s\[{,:])\*[^\s*]")


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
    return parsed(text)


def parsed(text: str) -> Any:
    """The value of a YAML text; ValueError, one line, for one that is none, or whose aliases stand for too much."""
    try:
        loader = _Loader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return None
            if _ALIAS.search(text):
                _check_aliases(node)
            return loader.construct_document(node)
        finally:
            loader.dispose()
    except RecursionError:
        raise ValueError("nested too deep") from None
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def _check_aliases(root: Any) -> None:
    """ValueError for a text that stands for too many values, or for one that holds itself.

    Ahead of the construction, which writes merge keys out.
    """
    sizes: dict[int, int] = {}

    def size(node: Any) -> int:
        known = sizes.get(id(node))
        if known is not None:
            if known == 0:
                raise ValueError("an alias stands for a value that it is in")
            return known
        sizes[id(node)] = 0  # on the way
        parts = node.value if isinstance(node, yaml.CollectionNode) else ()
        inner = [each for part in parts for each in (part if isinstance(part, tuple) else (part,))]
        total = sizes[id(node)] = 1 + sum(map(size, inner))
        if total > ALIASED_LIMIT:
            raise ValueError(f"its aliases stand for more than {ALIASED_LIMIT} values: write out what is meant")
        return total

    size(root)
