"""The list that a record stands in: which records there are, before the first write and after the last one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.record.keeping.keys import key_names
from contracts.record.party import Party
from contracts.terms.verdict import NotJudged


def listing(party: Party) -> str | None:
    """The path template of the list: the target file's, or the path above the record's where the document has a GET there."""
    if party.target.listing is not None:
        return party.target.listing
    above = party.api.path.rpartition("/")[0]
    return above if party.api.path.endswith("}") and "get" in party.api.document["paths"].get(above, {}) else None


def listed(party: Party) -> frozenset[str] | None:
    """The identifiers of the records in the list, of its first page; None where there is no list, or it cannot be read."""
    template = listing(party)
    if template is None:
        return None
    try:
        answer = party.send("GET", None, template=template).answer
    except NotJudged:
        return None
    if answer is None or not answer.ok:
        return None
    names = key_names(party.identity.path)
    return frozenset(str(item[name]) for item in _items(answer.json) for name in names[::-1] if name in item)


def _items(value: Any, depth: int = 3) -> Iterator[Mapping[str, Any]]:
    """The objects of the lists in an answer: at the top, or in an envelope."""
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, Mapping))
    elif isinstance(value, Mapping) and depth:
        for inner in value.values():
            yield from _items(inner, depth - 1)
