"""A small service for tests/openapi/lockers.yaml: what it keeps is not all that it shows; each fault is one that servers have."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

from tests.services.people import People

TEXTS = ("label", "slug", "note", "owner")
SECRETS = ("secret", "password", "pin")
ROOMS = (1, 2)
MASK = "***"


def lockers() -> dict[str, dict[str, Any]]:
    """Two lockers; the second one has no secret of the kind that is shown as a mask."""
    return {
        key: {
            "label": key,
            "slug": key,
            "note": f"by the {owner}",
            "owner": owner,
            "room_id": room,
            "secret": secret,
            "password": sha256(b"open sesame").hexdigest(),
            "pin": sha256(b"1234").hexdigest(),
        }
        for key, owner, room, secret in (("blue", "door", 1, "under the mat"), ("red", "window", 2, None))
    }


class Lockers(People):
    """The records, and what is wrong with the service; without any fault it keeps to its document."""

    def __init__(self, *faults: str) -> None:
        super().__init__()
        self.faults = frozenset(faults)
        self.records = lockers()

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As for people, at another path."""
        status, value, more = super().answer(method, path.replace("/lockers/", "/people/"), headers, body)
        return status, value if "message" not in value else {"detail": value["message"]}, more

    def shown(self, key: str) -> dict[str, Any]:
        """Without the pin, and with a mask for the secret."""
        record = {name: each for name, each in self.records[key].items() if name != "pin"}
        return {**record, "secret": MASK if record["secret"] else record["secret"]}

    def _patch(self, key: str, _headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        try:
            sent = json.loads(body)
        except ValueError:
            return 422, _wrong("body", "no JSON"), {}
        if not isinstance(sent, dict):
            return 422, _wrong("body", "not an object"), {}
        loose = {"owner"} if "owner is anything" in self.faults else set()
        for name, value in ((each, sent[each]) for each in sent.keys() - loose):
            if (name in TEXTS and not _is_text(value)) or (name in SECRETS and value is not None and not _is_text(value)):
                return 422, _wrong(name, "is no short text"), {}
            if name in ("label", "slug") and value != key:
                return 400, {"message": f"{name} does not go with the path"}, {}
            if name == "room_id" and (not isinstance(value, int) or isinstance(value, bool)):
                return 422, _wrong(name, "is no number"), {}
            if name == "room_id" and value not in ROOMS:
                return 500 if "unknown rooms crash" in self.faults else 400, {"message": "there is no such room"}, {}
        if "two texts are one too many" in self.faults and {"note", "owner"} <= sent.keys():
            return 400, {"message": "one at a time"}, {}
        if loose or "unknown members are kept" in self.faults:
            self.records[key] |= {name: value for name, value in sent.items() if name not in self.records[key]}
        self.records[key] |= {name: self._kept(key, name, value) for name, value in sent.items() if name in self.records[key]}
        return 200, self.shown(key), {}

    def _kept(self, key: str, name: str, value: Any) -> Any:
        if name == "secret" and value == MASK:
            return self.records[key][name]
        if value is None and name == "password" and "null is no password" in self.faults:
            return self.records[key][name]
        return sha256(str(value).encode()).hexdigest() if name in ("password", "pin") else value


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 40


def _wrong(name: str, told: str) -> dict[str, Any]:
    return {"detail": [{"loc": ["body", name], "msg": f"{name} {told}"}]}
