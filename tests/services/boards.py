"""A small service for tests/openapi/boards.yaml in the process of a test: its records lack members."""

from __future__ import annotations

import copy
import json
import re
import threading
from typing import Any

from tests.services.people import read_object

TEXTS = {"title": 40, "place": 40, "note": 40}
MEMBERS = (*TEXTS, "tag", "rights", "labels", "data")


def seeds(first: str = "b-100001", second: str = "b-100002") -> dict[str, dict[str, Any]]:
    """Two boards that lack ``note``, ``tag`` and ``rights.read``."""
    board = {
        "id": first,
        "title": "Harvest",
        "place": "Hall",
        "rights": {"write": ["ann"]},
        "labels": ["x"],
        "data": {"text": "Hello"},
    }
    return {first: board, second: {**copy.deepcopy(board), "id": second, "title": "Storage"}}


class Boards:
    """The records, and how the service behaves.

    habits, with names of their own in ``answer``: without any, members are replaced, null is stored as null, and what no document
    knows is forgotten.
    """

    def __init__(self, *habits: str, first: str = "b-100001", second: str = "b-100002") -> None:
        self.habits = frozenset(habits)
        self.records = seeds(first, second)
        self.requests: list[tuple[str, str, bytes]] = []
        self.lock = threading.Lock()

    def answer(self, method: str, path: str, _headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON value and headers for a request."""
        self.requests.append((method, path, body))
        if path == "/boards" and method == "GET":
            return 200, [*self.records.values()], {}
        if path == "/boards" and method == "POST" and "makes" in self.habits:
            made = f"made-{len(self.requests)}"
            self.records[made] = {**json.loads(body), "id": made}
            return 201, self.records[made], {}
        found = re.fullmatch(r"/boards/([^/?]+)", path)
        if found is None:
            return 404, {"message": "no such path"}, {}
        key = found[1]
        if method == "POST" and "post makes" in self.habits:
            made = f"made-{len(self.records)}"
            self.records[made] = {"id": made, "title": "New"}
            return 201, self.records[made], {}
        if method == "DELETE" and "deletes" in self.habits:
            return (204, None, {}) if self.records.pop(key, None) else (404, {"message": "none"}, {})
        if method == "PUT" and "puts" in self.habits and key in self.records:
            self.records[key] = {**json.loads(body), "id": key}
            return 200, self.records[key], {}
        if method not in ("GET", "PATCH"):
            return 405, {"message": "not here"}, {}
        if key not in self.records:
            return self._unknown(method, key, body)
        if self._is_lost(key):
            return 500, {"message": "list indices must be integers"}, {}
        return (200, self.records[key], {}) if method == "GET" else self._patch(key, body)

    def _unknown(self, method: str, key: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if method == "PATCH" and "upserts" in self.habits:
            self.records[key] = {**json.loads(body), "id": key}
            return 200, self.records[key], {}
        if method == "PATCH" and "ignores the unknown" in self.habits:
            return 204, None, {}
        return 404, {"message": "none"}, {}

    def _is_lost(self, key: str) -> bool:
        """Free JSON that is no object, or a label more than it can show: everything that reads the record fails."""
        if "shows one label" in self.habits and len(self.records[key].get("labels", ())) > 1:
            return True
        return "reads its data" in self.habits and not isinstance(self.records[key].get("data"), dict)

    def _patch(self, key: str, body: bytes) -> tuple[int, Any, dict[str, str]]:
        sent = read_object(body)
        if isinstance(sent, str):
            return 400, {"message": sent}, {}
        wrong = self._wrong(sent)
        if wrong:
            return 400, {"message": f"{wrong} is wrong"}, {}
        record = self.records[key]
        for name, value in sent.items():
            if name != "id" and (name in MEMBERS or "stores anything" in self.habits):
                self._store(record, name, value)
        if self._is_lost(key):
            return 500, {"message": "list indices must be integers"}, {}
        return 200, record, {}

    def _wrong(self, sent: dict[str, Any]) -> str:
        if "stores anything" in self.habits:
            return ""
        for name, value in sent.items():
            if value is None and name in ("note", "tag"):
                continue
            if value is None and "null removes" in self.habits and name != "title":
                continue
            if name in TEXTS and (not isinstance(value, str) or len(value) > TEXTS[name]):
                return name
            if name == "labels" and not _texts(value):
                return name
            if name == "data" and not isinstance(value, dict) and "reads its data" not in self.habits:
                return name
            if name == "rights" and not (isinstance(value, dict) and all(map(_texts, value.values()))):
                return name
        return ""

    def _store(self, record: dict[str, Any], name: str, value: Any) -> None:
        if name == "rights" and "rights merge" in self.habits:
            kept = {**record["rights"], **{each: found for each, found in value.items() if each in ("write", "read")}}
            record["rights"] = {each: found for each, found in kept.items() if found}  # an empty list removes
        elif name == "rights" and isinstance(value, dict) and "stores anything" not in self.habits:
            record["rights"] = {each: found for each, found in value.items() if each in ("write", "read")}
        elif ("null removes" in self.habits and value is None) or ("empty texts are not shown" in self.habits and value == ""):
            record.pop(name, None)
        else:
            record[name] = value


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and len(each) <= 20 for each in value)
