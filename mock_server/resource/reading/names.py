"""What the names in a document say: of one and of many, of keys, and of the records that hold others."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mock_server.resource.reading.model import Collection
from specs import Schema

KEYS = ("id", "_id", "uuid", "uid", "guid", "key", "slug", "code", "sid", "name")
"""Usual names of the member that a path names, the likeliest first."""


def spelled(name: str) -> str:
    """A member's name in small letters with underscores: postedOn and Posted-On are posted_on."""
    return re.sub(r"[^A-Za-z0-9]+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).strip("_").lower()


def singular(word: str) -> str:
    """The name of one of many: entries -> entry, addresses -> address, pets -> pet."""
    for ending, one in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh"), ("ses", "se")):
        if word.lower().endswith(ending):
            return word[: -len(ending)] + one
    return word[:-1] if word.lower().endswith("s") and not word.lower().endswith("ss") else word


def key_member(parameter: str, members: Mapping[str, Schema]) -> str | None:
    """The member of a record that a path parameter names: of the same name, of its ending, or the usual ones."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in reversed(list(members))}
    wanted = re.sub(r"[^a-z0-9]", "", parameter.lower())
    if wanted in plain:
        return plain[wanted]
    endings = [name for name in plain if len(name) > 1 and wanted.endswith(name) and name in KEYS]
    if endings:
        return plain[max(endings, key=len)]
    return next((name for name in KEYS if name in members), None)


def foreign_member(parameter: str, parent: Collection, members: Mapping[str, Schema]) -> str | None:
    """The member that holds the key of a parent: named as the path parameter is, or as the parent is."""
    plain = {re.sub(r"[^a-z0-9]", "", name.lower()): name for name in members}
    one = re.sub(r"[^a-z0-9]", "", singular(parent.name.rpartition(".")[2]).lower())
    for wanted in (re.sub(r"[^a-z0-9]", "", parameter.lower()), f"{one}id", f"{one}key", f"{one}uuid", one):
        if wanted in plain and wanted not in ("id", "key", "name"):
            return plain[wanted]
    return None
