"""The mock's own model of a PATCH: pure functions on JSON values, without HTTP, locks or clocks.

contracts/ has a model of its own, written without a look at this one, on purpose: an oracle that shares this code would agree
with its mistakes. Do not merge the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from mock_server.exchange.plan import Member, Members, Plan, written_names
from mock_server.exchange.relations import by_key, shown_key
from mock_server.exchange.upkeep import completed, derived, touched
from mock_server.state.store import Row, State

NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(slots=True)
class Write:
    """One write under way.

    now: the time of the write, RFC 3339.
    rows: the collections that values may refer to.
    hidden: values that nothing shows, by dotted path; ``owner`` and a path make generated ids reproducible.
    """

    now: str
    rows: Mapping[str, tuple[Row, ...]]
    owner: str
    hidden: dict[str, Any] = field(default_factory=dict)

    def object(self, old: Mapping[str, Any], sent: Mapping[str, Any], members: Members, path: str) -> dict[str, Any]:
        """``old`` with the sent members in it."""
        shown = dict(old)
        for name, value in sent.items():
            member = members.get(name)
            at = f"{path}.{name}" if path else name
            if member is None:
                shown[name] = value
            elif member.shown is None:
                self.hidden[at] = value
            elif value is None and member.null == "remove":
                shown.pop(member.shown, None)
            else:
                shown[member.shown] = self.value(shown.get(member.shown), value, member, at)
        return shown

    def value(self, old: Any, sent: Any, member: Member, path: str) -> Any:
        """What the record shows for one property after the write."""
        if member.row_key is not None:
            return self._rows_shown(old, sent, member, member.row_key)
        if isinstance(sent, dict):
            return self._object_value(old, sent, member, path)
        if not isinstance(sent, list) or not member.members:
            return sent
        if member.policy == "keyed":
            return self._keyed(old if isinstance(old, list) else [], sent, member, path)
        return [
            self._new_item(item, member, f"{path}[{index}]", _kept(old, item, index, member)) for index, item in enumerate(sent)
        ]

    def _object_value(self, old: Any, sent: dict[str, Any], member: Member, path: str) -> dict[str, Any]:
        stored = old if isinstance(old, dict) else {}
        if not member.members:
            return merge_patch(stored, sent) if member.policy == "merge" else sent
        if member.policy == "replace":
            stored = _without_written(stored, member.members, sent)
        return touched(self.object(stored, sent, member.members, path), member.touched, self.now)

    def _keyed(self, old: list[Any], sent: list[Any], member: Member, path: str) -> list[Any]:
        """Items that are stored already are written member by member, in place; new ones go to the end."""
        key = shown_key(member)
        items = by_key(old, key)
        for each in sent:
            identity = each.get(member.field.merge.key) if member.field.merge else None
            at = f"{path}[{identity}]"
            if identity in items:
                items[identity] = touched(self.object(items[identity], each, member.members, at), member.touched, self.now)
            else:
                items[identity] = self._new_item(each, member, at)
        return list(items.values())

    def _new_item(self, sent: Any, member: Member, path: str, kept: Mapping[str, Any] = NOTHING) -> Any:
        """An item in its place; ``kept``: what only the server writes, of the item that was there under the same key."""
        if not isinstance(sent, dict):
            return sent
        written = self.object(kept, sent, member.members, path)
        return completed(written, member.owned, self.now, f"{self.owner}/{path}")

    def _rows_shown(self, old: Any, sent: Any, member: Member, row_key: str) -> Any:
        """The rows that the sent keys stand for; without a seeded collection, objects of the key alone."""
        if isinstance(sent, list):
            return [self._row(key, member, row_key) for key in sent]
        if sent is None:
            return None
        row = self._row(sent, member, row_key)
        return row if member.field.reference or not isinstance(old, dict) else {**old, **row}

    def _row(self, key: Any, member: Member, row_key: str) -> Mapping[str, Any]:
        collection = member.field.reference.collection if member.field.reference else None
        return next((row for row in self.rows.get(collection or "", ()) if row.get(row_key) == key), {row_key: key})


def _kept(old: Any, sent: Any, index: int, member: Member) -> Mapping[str, Any]:
    """What only the server writes of the stored item that a sent one replaces: the one of the same key, or in the same place."""
    if not isinstance(old, list) or not isinstance(sent, dict):
        return NOTHING
    key = member.field.merge.key if member.field.merge else None
    if key is not None:
        found = by_key(old, shown_key(member)).get(sent.get(key), NOTHING) if isinstance(sent.get(key), str | int) else NOTHING
    else:
        found = old[index] if index < len(old) and isinstance(old[index], dict) else NOTHING
    return _without_written(found, member.members, sent)


def patched(state: State, changes: Mapping[str, Any], plan: Plan, write: Write) -> State:
    """The state after a PATCH with these changes; without any, the same state."""
    if not changes:
        return state
    record = write.object(state.record, changes, plan.members, "")
    record = derived(touched(record, plan.touched, write.now), plan.derived)
    return State(record=record, hidden={**state.hidden, **write.hidden})


def merge_patch(old: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any]:
    """RFC 7396 for objects whose members no document lists: null removes, objects merge, all else replaces."""
    merged = dict(old)
    for name, value in sent.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            kept = merged.get(name)
            merged[name] = merge_patch(kept if isinstance(kept, dict) else {}, value)
        else:
            merged[name] = value
    return merged


def _without_written(stored: Mapping[str, Any], members: Members, sent: Mapping[str, Any]) -> dict[str, Any]:
    """What only the server writes of a replaced object, and of the objects in it that are sent again."""
    written = written_names(members)
    kept = {name: value for name, value in stored.items() if name not in written}
    for name, value in sent.items():
        member = members.get(name)
        inner = stored.get(member.shown) if member is not None and member.shown is not None else None
        if member is not None and member.members and isinstance(value, Mapping) and isinstance(inner, Mapping):
            owned = _without_written(inner, member.members, value)
            kept |= {str(member.shown): owned} if owned else {}
    return kept
