"""Putting a record back by PUT, where PATCH cannot: what it removed for good, or what no patch may name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from contracts.record.calls import encoded
from contracts.record.keeping.keys import key_names
from contracts.record.keeping.removal import unlike
from contracts.record.party import Party
from contracts.record.records import Reader, Record

JSON = "application/json"


def template(party: Party) -> str:
    """The path of a PUT that takes the record as a GET shows it: the target file's, or the document's; "" where none is known.

    The document must give both on the path of the patch, the body of the one by the very schema of the other.
    """
    if party.target.put is not None:
        return party.target.put
    item = party.api.document["paths"].get(party.api.path, {})
    sent = _schema(item.get("put", {}).get("requestBody"))
    answers = item.get("get", {}).get("responses", {})
    shown = next((found for status in ("200", "2XX", "default") if (found := _schema(answers.get(status)))), None)
    same = sent is not None and sent == shown and not party.api.record_at
    return party.api.path if same and party.target.read == party.api.path else ""


def _schema(holder: Any) -> Mapping[str, Any] | None:
    content = holder.get("content", {}).get(JSON) if isinstance(holder, Mapping) else None
    found = content.get("schema") if isinstance(content, Mapping) else None
    return found if isinstance(found, Mapping) and found else None


class Replacing:
    """Puts one party's record back as a whole, once that was seen to leave the record as it is."""

    def __init__(self, party: Party) -> None:
        self._party = party
        self._template = template(party)

    def brought_back(self, saved: Record, now: Record) -> Record:
        """The record after it was replaced by the saved one; as it was where that is not known to be safe."""
        if not self._template or self._is_renamed(saved, now):
            return now
        if not self._put(now):
            return self._party.read()
        after = self._party.read()
        if unlike(self._party, now, after):
            return after  # it does more than it is told to: what was saved is not sent
        self._put(saved)
        return self._party.read()

    def _is_renamed(self, saved: Record, now: Record) -> bool:
        """A member that names the record is another one now: what would be replaced is perhaps somebody else's."""
        return any(not Reader.equal(saved.get(each), now.get(each)) for each in key_names(self._party.identity.path))

    def _put(self, record: Record) -> bool:
        """Send a record without what only the service sets."""
        own = {each.path for each in self._party.api.record if each.read_only or each.volatile or each.derived}
        body = {name: value for name, value in record.items() if name not in own}
        return self._party.send("PUT", encoded(body), headers={"Content-Type": JSON}, template=self._template).ok
