"""A small service for tests/openapi/tickets.yaml: what a member may be depends on others; each fault is one that servers have."""

from __future__ import annotations

import copy
import itertools
import re
import threading
from datetime import datetime
from typing import Any

from tests.services.people import read_object

TEXTS = {"title": (0, 40), "note": (0, 40), "company": (1, 40)}
CHOICES = {"stage": ("new", "open", "done"), "route": ("post", "ship", "lorry"), "kind": ("private", "business")}
TIMES = ("opens_at", "closes_at")
NEXT = {("new", "open"), ("open", "done")}
ROUTES = {("post", "ship"), ("ship", "lorry"), ("lorry", "post"), ("ship", "post")}
"""Each route can be left again, and post does not go over to a lorry at once."""


def tickets() -> dict[str, dict[str, Any]]:
    """Two tickets, with every member filled in."""
    first = {
        "id": "t-100001",
        "version": 1,
        "title": "North",
        "slug": "north",
        "archived": False,
        "note": "None yet",
        "stage": "new",
        "route": "post",
        "kind": "business",
        "company": "Harbour",
        "opens_at": "2027-05-01T08:00:00Z",
        "closes_at": "2027-05-01T10:00:00Z",
        "parts": [{"id": "k1", "label": "Lid"}, {"id": "k2", "label": "Box"}],
    }
    second = {
        **copy.deepcopy(first),
        "id": "t-100002",
        "title": "South",
        "slug": "south",
        "parts": [{"id": "k3", "label": "Lid"}],
    }
    return {first["id"]: first, second["id"]: second}


class Tickets:
    """The records, and what is wrong with the service; without any fault it keeps to its document."""

    def __init__(self, *faults: str) -> None:
        self.faults = frozenset(faults)
        self.records = tickets()
        self.keys = itertools.count(4)
        self.lock = threading.Lock()

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON value and headers for a request."""
        found = re.fullmatch(r"/tickets/([^/]+)", path)
        if found is None or found[1] not in self.records:
            return 404, {"message": "no such ticket"}, {}
        record = self.records[found[1]]
        if method not in ("GET", "PATCH"):
            return 405, {"message": "not here"}, {"Allow": "GET, PATCH"}
        return (200, record, {}) if method == "GET" else self._patch(record, headers, body)

    def _patch(self, record: dict[str, Any], headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if "json" not in (headers.get("Content-Type") or "json").lower():
            return 400, {"message": "only JSON"}, {}
        sent = read_object(body)
        if isinstance(sent, str):
            return 400, {"message": sent}, {}
        if "names its version" in self.faults and sent.pop("version", None) != record["version"]:
            return 409, {"message": f"the present version is {record['version']}", "field": "version"}, {}
        wrong = next((name for name, value in sent.items() if not self._takes(record, name, value)), "")
        wrong = wrong or self._not_together({**record, **sent}) or self._locked(record, sent)
        if wrong:
            return 400, {"message": f"{wrong} is wrong", "field": wrong}, {}
        return 200, self._changed(record, sent), {}

    def _locked(self, record: dict[str, Any], sent: dict[str, Any]) -> str:
        """``archived`` where the ticket is, stays so, and would change; "lorries wait" does the same for a route."""
        changes = any(record.get(name) != value for name, value in sent.items() if name in record)
        if "lorries wait" in self.faults and record["route"] == "lorry" and sent.get("route", "lorry") == "lorry" and changes:
            return "route"
        return "archived" if record["archived"] and sent.get("archived", True) and changes else ""

    def _changed(self, record: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
        before = copy.deepcopy(record)
        known = record.keys() - {"id", "version", "slug", *(["archived"] if "never archived" in self.faults else [])}
        record |= {name: self._stored(name, value) for name, value in sent.items() if name in known}
        record["slug"] = re.sub(r"\W+", "-", record["title"].lower())
        if record != before and ("title counts alone" not in self.faults or "title" in sent):
            record["version"] += 1
        return record

    def _takes(self, record: dict[str, Any], name: str, value: Any) -> bool:
        if name in TEXTS:
            least, most = TEXTS[name]
            return (value is None and name == "company") or (isinstance(value, str) and least <= len(value) <= most)
        if name in CHOICES:
            ways = {"stage": NEXT, "route": ROUTES}.get(name)
            if name == "stage" and "stage in any case" in self.faults and isinstance(value, str):
                return value.lower() == str(record[name]).lower()
            known = value in CHOICES[name] and not (value == "lorry" and "no lorry" in self.faults)
            return known and (ways is None or value == record[name] or (record[name], value) in ways)
        if name == "archived":
            return isinstance(value, bool) or "archived is anything" in self.faults
        if name in TIMES:
            return isinstance(value, str) and _moment(value) is not None
        return name != "parts" or self._is_list(record, value)

    def _is_list(self, record: dict[str, Any], value: Any) -> bool:
        """Items as documented, of which those with a key are there."""
        own = {each["id"] for each in record["parts"]}
        short = isinstance(value, list) and (len(value) <= 4 or "any number" in self.faults)
        return short and all(
            isinstance(each, dict)
            and isinstance(each.get("label"), str)
            and len(each["label"]) <= 20
            and ("id" not in each or each["id"] in own)
            for each in value
        )

    def _not_together(self, record: dict[str, Any]) -> str:
        if record["kind"] == "business" and record["company"] is None:
            return "company"
        if "null refused" in self.faults and record["company"] is None:
            return "company"
        opens, closes = (_moment(record[name]) for name in TIMES)
        return "closes_at" if opens is None or closes is None or closes <= opens else ""

    def _stored(self, name: str, value: Any) -> Any:
        if name != "parts":
            return value
        return [{"id": each.get("id") or f"k{next(self.keys)}", "label": each["label"]} for each in value]


def _moment(text: str) -> datetime | None:
    """The moment of a date-time of RFC 3339, or None."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
