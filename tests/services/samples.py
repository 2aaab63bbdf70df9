"""A small service for tests/openapi/samples.yaml: faults that public bug reports tell of, by their names."""

from __future__ import annotations

import copy
import re
import threading
import time
from typing import Any

from tests.services.people import read_object

KEY = "k-0123456789"
FIRST, SECOND = "s-100001", "s-100002"
LENGTHS = {"name": 40, "words": 20}
MOST = 2**31
EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
KINDS: dict[str, tuple[type, ...]] = {
    "name": (str,),
    "email": (str,),
    "count": (int,),
    "grade": (int,),
    "ratio": (int, float),
    "words": (list,),
    "lines": (list,),
}


def seeds() -> dict[str, dict[str, Any]]:
    """Two samples, with every member filled in."""
    first = {
        "id": FIRST,
        "name": "Clay",
        "email": "clay@example.org",
        "count": 7,
        "grade": 2,
        "ratio": 2.5,
        "words": ["red", "heavy"],
        "lines": [{"text": "one", "amount": 1}, {"text": "two", "amount": 2}],
        "updated_at": time.time_ns() // 1_000_000,
    }
    return {FIRST: first, SECOND: {**copy.deepcopy(first), "id": SECOND, "name": "Sand", "email": "sand@example.org"}}


class Samples:
    """The records, and what is wrong with the service; without any fault it keeps to its document.

    The credential is the whole header ``Authorization``; ``updated_at`` moves with each write, whatever is sent for it.
    """

    def __init__(self, *faults: str) -> None:
        self.faults = frozenset(faults)
        self.records = seeds()
        self.lock = threading.Lock()

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON value and headers for a request."""
        if headers.get("Authorization") != KEY:
            return 401, {"message": "who are you"}, {"WWW-Authenticate": "Key"}
        found = re.fullmatch(r"/samples/([^/?]+)", path)
        if found is None or found[1] not in self.records:
            return 404, {"message": "no such sample"}, {}
        record = self.records[found[1]]
        if method == "GET":
            unreadable = "a large ratio cannot be read" in self.faults and record["ratio"] > 1e20
            return (503, {"message": "try again"}, {}) if unreadable else (200, record, {})
        if method != "PATCH":
            return 405, {"message": "not here"}, {"Allow": "GET, PATCH"}
        sent = read_object(body)
        if self._crashes(str(headers.get("Content-Type")), body, sent):
            return 500, {"message": "the parser has failed"}, {}
        if isinstance(sent, str):
            return 400, {"message": sent}, {}
        if "past 32 bits crashes" in self.faults and any(isinstance(each, int) and abs(each) >= MOST for each in sent.values()):
            return 500, {"message": "the store has failed"}, {}
        wrong = next((name for name, value in sent.items() if name in KINDS and not self._fits(record, name, value)), "")
        if wrong:
            return 400, {"message": f"{wrong} is wrong", "field": wrong}, {}
        record |= {name: self._kept(record[name], value) for name, value in sent.items() if name in KINDS}
        record["updated_at"] = max(time.time_ns() // 1_000_000, record["updated_at"] + 1)
        return 200, record, {}

    def _crashes(self, media_type: str, body: bytes, sent: Any) -> bool:
        """Whether a request that a client may send meets an error that nobody catches."""
        return (
            ("an unknown charset crashes" in self.faults and "charset" in media_type and "utf-8" not in media_type.lower())
            or ("no body crashes" in self.faults and not body)
            or ("null for a name crashes" in self.faults and isinstance(sent, dict) and sent.get("name", "") is None)
        )

    def _fits(self, record: dict[str, Any], name: str, value: Any) -> bool:
        if not isinstance(value, KINDS[name]) or isinstance(value, bool):
            return False
        if name == "email":
            taken = {each["email"].lower() for each in self.records.values() if each is not record}
            own = "own e-mail in capitals is taken" in self.faults and value != record["email"]
            return EMAIL.fullmatch(value) is not None and value.lower() not in taken | (
                {record["email"].lower()} if own else set()
            )
        if name == "words":
            return all(isinstance(each, str) and len(each) <= LENGTHS["words"] for each in value)
        if name == "lines":
            return all(map(_is_line, value))
        return 1 <= value <= 5 if name == "grade" else not isinstance(value, str) or len(value) <= LENGTHS["name"]

    def _kept(self, before: Any, value: Any) -> Any:
        """What is stored of a value."""
        words = isinstance(value, list) and all(isinstance(each, str) for each in value)
        if words and "a new order is no change" in self.faults and sorted(value) == sorted(before):
            return before
        if words and "the last character beyond the plane is cut in words" in self.faults:
            return [each[:-1] if each and ord(each[-1]) > 0xFFFF else each for each in value]
        if words and "words are escaped" in self.faults:
            return [each.replace("&", "&amp;") for each in value]
        return value


def _is_line(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    text, amount = value.get("text"), value.get("amount")
    whole = isinstance(amount, int) and not isinstance(amount, bool) and amount >= 0
    return isinstance(text, str) and len(text) <= 40 and whole and value.keys() <= {"text", "amount"}
