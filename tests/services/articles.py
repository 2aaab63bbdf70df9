"""A small JSON:API service for tests/openapi/articles.yaml in the process of a test; habits are what real servers do."""

from __future__ import annotations

import json
import threading
from typing import Any

MEDIA_TYPE = "application/vnd.api+json"


def seeds() -> dict[str, dict[str, Any]]:
    """Two articles, the first one with members beside its attributes."""
    first = {"type": "articles", "id": "1", "attributes": {"title": "Tea", "views": 4}, "meta": {"updated": "2011-05-10"}}
    second = {"type": "articles", "id": "2", "attributes": {"title": "Cake", "views": 7}, "meta": {"updated": "2012-06-11"}}
    return {"1": first, "2": second}


class Articles:
    """The records. The type has no parameters, as JSON:API asks: a 415 to one in Content-Type, and no plain JSON.

    habits: ``meta is replaced`` by what a patch says of it, also where that is nothing; ``meta is not written``: lost for good.
    """

    def __init__(self, *habits: str) -> None:
        self.habits = frozenset(habits)
        self.records = seeds()
        self.lock = threading.Lock()

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON value and headers for a request."""
        kind = {"Content-Type": MEDIA_TYPE}
        record = self.records.get(path.removeprefix("/articles/"))
        accepted = {each.partition(";")[0].strip() for each in (headers.get("Accept") or "*/*").split(",")}
        if method not in ("GET", "PATCH"):
            return 405, {"errors": []}, {**kind, "Allow": "GET, PATCH"}
        if not accepted & {MEDIA_TYPE, "*/*"}:
            return 406, {"errors": []}, kind
        if record is None:
            return 404, {"errors": []}, kind
        if method == "PATCH" and (headers.get("Content-Type") or "").lower() != MEDIA_TYPE:
            return 415, {"errors": []}, kind
        if method == "PATCH" and not self._patched(record, body):
            return 400, {"errors": []}, kind
        return 200, {"data": record}, kind

    def _patched(self, record: dict[str, Any], body: bytes) -> bool:
        """Whether a body is one that changes a record, which it then has."""
        try:
            data = json.loads(body)["data"]
            sent = dict(data.get("attributes", {}))
        except (ValueError, LookupError, TypeError, AttributeError):
            return False
        kinds = {"title": str, "views": int}
        if any(name in kinds and (type(value) is not kinds[name] or len(str(value)) > 40) for name, value in sent.items()):
            return False
        record["attributes"] |= {name: value for name, value in sent.items() if name in kinds}
        if self.habits:
            record.pop("meta", None)
        if "meta" in data and "meta is not written" not in self.habits:
            record["meta"] = data["meta"]
        return True
