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


def loss(field: Field, value: Any, saved: Any, now: Any) -> str:
    """Why a value for a field is not sent: it leaves out an item of the record, or the record has lost one; "" for any other.

    saved, now: what the record showed for the field at first, and shows.
    """
    if not leaves_out(field, value, saved):
        return ""
    if leaves_out(field, value, now):
        return f"an item that is left out of {field.name} would come back under another key"
    return f"an item of {field.name} is gone for good, so that no more is sent for it"


def gone(field: Field, saved: Any, now: Any) -> Iterator[tuple[str, str]]:
    """The items that a record showed for a field and shows no more, whose keys only the service gives: path of the list, and key.

    saved, now: what the record shows for the field. Where requests cannot name the key, any write may give items new ones.
    """
    if isinstance(saved, Mapping):
        inside = now if isinstance(now, Mapping) else {}
        for each in field.children:
            yield from gone(each, saved.get(shown_name(each)), inside.get(shown_name(each)))
        return
    key = _key(field)
    if not isinstance(saved, list) or key is None or any(each.read_only for each in field.children if each.name == key):
        return
    known = _by_key(now, key)
    for name, item in _by_key(saved, key).items():
        if name not in known:
            yield field.path, name
        else:
            yield from gone(field, item, known[name])


def without_lost(field: Field, value: Any, present: Any) -> Any:
    """A value for a field without the items that the record has no more, at any depth: one of these would be refused with all.

    present: what the record shows for the field.
    """
    children = {each.name: each for each in field.children}
    if isinstance(value, Mapping):
        inside = present if isinstance(present, Mapping) else {}
        return {
            name: without_lost(children[name], each, inside.get(shown_name(children[name]))) if name in children else each
            for name, each in value.items()
        }
    key = _key(field)
    if not isinstance(value, list) or key is None:
        return value
    known = _by_key(present, key)
    kept = [each for each in value if not (isinstance(each, Mapping) and key in each) or str(each[key]) in known]
    return [without_lost(field, each, known.get(str(each.get(key)))) if isinstance(each, Mapping) else each for each in kept]


def _by_key(items: Any, key: str) -> dict[str, Mapping[str, Any]]:
    found = items if isinstance(items, list) else []
    return {str(each[key]): each for each in found if isinstance(each, Mapping) and each.get(key) is not None}


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
