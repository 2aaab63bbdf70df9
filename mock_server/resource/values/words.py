"""Plausible values by the name of a member, from words.yaml: a table of what usual names stand for, and lists of words.

A table of our own and no library: a well-known one takes 25 MB on the disk, 0.4 s to import, and 0.3 ms for a value that is to be
the same in every run (measured); of its words a mock needs these few.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from mock_server.resource.reading.names import spelled

FILE = Path(__file__).parent / "words.yaml"
_TOKEN = re.compile(r"\{(\w+)(?::(\d+)(?:-(\d+))?)?\}")


@lru_cache(maxsize=1)
def _table() -> Mapping[str, Any]:
    """The content of words.yaml; read when the first value is made."""
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    table: dict[str, Any] = yaml.load(FILE.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506  # a safe loader
    table["lists"] = {name: text.split() for name, text in table["lists"].items()}
    for each in (*table["texts"], *table["numbers"]):
        each["name"] = re.compile(each["name"])
    return table


@lru_cache(maxsize=4_096)
def _row(part: str, plain: str) -> Mapping[str, Any] | None:
    """The first row of the table that fits a name."""
    found: Mapping[str, Any] | None = next((each for each in _table()[part] if each["name"].search(plain)), None)
    return found


def sentence(random: Random, words: int) -> str:
    """A sentence of so many words."""
    prose = _table()["prose"].split()
    start = random.randrange(len(prose))
    return " ".join(prose[(start + step) % len(prose)] for step in range(words)).capitalize() + "."


def _filled(row: Mapping[str, Any], random: Random) -> str:
    def value(found: re.Match[str]) -> str:
        kind, first, last = found.groups()
        if kind == "number":
            return str(random.randint(int(first), int(last)))
        if kind == "digits":
            return "".join(random.choice("0123456789") for _ in range(int(first)))
        if kind == "hex":
            return f"{random.getrandbits(4 * int(first)):0{first}x}"
        return sentence(random, random.randrange(6, 14)) if kind == "sentence" else random.choice(_table()["lists"][kind])

    text = _TOKEN.sub(value, row["template"])
    return text.lower() if row.get("lower") else text


def formatted(form: str, random: Random) -> str:
    """A text of a format that the table has."""
    return _filled(_table()["formats"][form], random)


def text(name: str, owner: str, random: Random) -> str | None:
    """A text for a member; ``owner``: what the record is called. None for a name that says nothing."""
    plain = spelled(name)
    if plain == "name" and re.search(_table()["people"], spelled(owner)):
        return _filled({"template": _table()["person"]}, random)
    row = _row("texts", plain)
    return None if row is None else _filled(row, random)


def number(name: str, random: Random) -> int | float | None:
    """A number for a member, None for a name that says nothing."""
    row = _row("numbers", spelled(name))
    if row is None:
        return None
    digits = row.get("digits")
    return random.randint(row["from"], row["to"]) if digits is None else round(random.uniform(row["from"], row["to"]), digits)
