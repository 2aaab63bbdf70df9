"""Items whose keys the service gives: one that a list leaves out is gone for ever, or comes back under another key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from contracts.record.keeping.presence import shown_name
from specs import Field


def leaves_out(field: Field, value: Any, present: Any) -> bool:
    """Whether a value for a field lacks an item that the record shows, and that the service alone could give its key again.

    ``present``: what the record shows for the field. A key that each request has to name is the client's own; a list that is
    merged by the keys of its items keeps what is not sent.
    """
    if isinstance(value, Mapping):
        inside = present if isinstance(present, Mapping) else {}
        return any(
            leaves_out(each, value[each.name], inside.get(shown_name(each))) for each in field.children if each.name in value
        )
    items = [each for each in present if isinstance(each, Mapping)] if isinstance(present, list) else []
    key = _key(field)
    if not items or key is None or (field.merge is not None and field.merge.policy == "keyed"):
        return False
    sent = {str(each.get(key)): each for each in value if isinstance(each, Mapping)} if isinstance(value, list) else {}
    return any(str(each.get(key)) not in sent for each in items) or any(_inside(field, sent, items, key))


def _inside(field: Field, sent: Mapping[str, Any], items: list[Mapping[str, Any]], key: str) -> Iterator[bool]:
    for item in items:
        body = sent[str(item.get(key))]
        lists = (each for each in field.children if each.kind == "array" and each.name in body)
        yield from (leaves_out(each, body[each.name], item.get(shown_name(each))) for each in lists)


def _key(array: Field) -> str | None:
    """The member that tells items apart, where a request need not name it."""
    name = (array.merge.key if array.merge is not None else None) or "id"
    named = next((each for each in array.children if each.name == name and each.response is not None), None)
    return name if named is not None and not named.required else None
