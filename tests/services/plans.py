"""A small service for tests/openapi/plans.yaml: it asks for more than its document says; each fault is one that servers have."""

from __future__ import annotations

import json
import re
import time
from datetime import date
from typing import Any

from tests.services.people import People

KINDS: dict[str, type] = {
    **dict.fromkeys(("title", "code", "zone", "starts", "ends", "initials", "email"), str),
    **dict.fromkeys(("owner", "least", "load", "low", "high"), int),
    **dict.fromkeys(("published", "draft"), bool),
    "meta": dict,
}


def plans() -> dict[str, dict[str, Any]]:
    """Two plans, with every member filled in."""
    first = {
        "id": "p-100001",
        "title": "North",
        "code": "nrth",
        "zone": "Europe/Paris",
        "owner": 1,
        "starts": "2024-05-06",
        "ends": "2024-06-06",
        "published": False,
        "draft": False,
        "least": 0,
        "load": 90,
        "low": 3,
        "high": 50,
        "email": "a@example.com",
        "meta": {"note": "none"},
    }
    return {"p-100001": first, "p-100002": {**first, "id": "p-100002", "title": "South", "meta": {"note": "other"}}}


def is_day(text: str) -> bool:
    """A date of RFC 3339."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def words(value: Any) -> dict[str, str] | None:
    """A text by language, of which a plain text is the English one; None for what is neither."""
    found = {"en": value} if isinstance(value, str) else value
    return found if isinstance(found, dict) and found and all(isinstance(each, str) for each in found.values()) else None


def money(value: Any) -> str | None:
    """An amount with its cents, of a number or a text; None for what is none."""
    found = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    return f"{float(found):.2f}" if re.fullmatch(r"\d{1,9}(\.\d+)?", found) else None


class Plans(People):
    """The records, and what is wrong with the service; without any fault it keeps to its document."""

    def __init__(self, *faults: str) -> None:
        super().__init__()
        self.faults = frozenset(faults)
        self.records = plans()
        self.owner = 1
        self.stamp = int(time.time() * 1000)
        self.revision = 1
        self.patches = 0
        self.begun = time.monotonic()
        self.history = [(0.0, key, self.shown(key)) for key in self.records]

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As for people, at another path."""
        lag = 0.3 if "shown later" in self.faults else 0.05 if self.faults & {"done later", "never done"} else 0
        if method == "GET" and lag and path.rsplit("/", 1)[-1] in self.records:
            now = time.monotonic()
            old = [shown for moment, key, shown in self.history if key == path.rsplit("/", 1)[-1] and moment <= now - lag]
            return 200, old[-1] if old else self.shown(path.rsplit("/", 1)[-1]), {}
        if "left alone without an owner" in self.faults:
            found = self.records.get(path.rsplit("/", 1)[-1])
            if found is not None and found["owner"] is None:  # only the plans of an owner are looked at
                return 404, {"message": "no such plan"}, {}
        return super().answer(method, path.replace("/plans/", "/people/"), headers, body)

    def shown(self, key: str) -> dict[str, Any]:
        """With all that follows from others."""
        record = dict(self.records[key])
        record["training"] = record["least"] > 0
        record["initials"] = record["title"][:1] if "initials stand still" not in self.faults else "N"
        record["meta"] = {**record["meta"], "stamp": self.stamp, "revision": self.revision}
        if "load falls with time" in self.faults:
            record["load"] -= int((time.monotonic() - self.begun) * 200)
        return record

    def _patch(self, key: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        self.patches += 1
        if "json" not in (headers.get("Content-Type") or "json").lower():
            return 400, {"message": "only JSON"}, {}
        try:
            sent = json.loads(body)
        except ValueError:
            return 400, {"message": "no JSON"}, {}
        if not isinstance(sent, dict):
            return 500 if "list crashes" in self.faults else 400, {"message": "not an object"}, {}
        record = self.records[key]
        wrong = self._wrong_part(record, sent)
        if wrong and "applied in part" in self.faults:
            self._keep(record, {name: value for name, value in sent.items() if name == "title" and name != wrong})
        if wrong:
            return 405 if wrong == "email" else 400, {"message": f"{wrong} is wrong", "field": wrong}, {}
        alike = all(record.get(name) == value for name, value in sent.items())
        if "never done" not in self.faults:
            self._keep(record, sent)
        begun = time.monotonic() - (1 if alike and "shown later" not in self.faults else 0)
        self.history.append((begun, key, self.shown(key)))
        if self.faults & {"done later", "never done"} and not alike:
            return 202, {"task": f"/tasks/{self.patches}"} if "no task" not in self.faults else {"error": "busy"}, {}
        return 200, self.shown(key), {}

    def _wrong_part(self, record: dict[str, Any], sent: dict[str, Any]) -> str:
        for name, value in sent.items():
            if name in ("names", "price") and name in record:
                if (words(value) if name == "names" else money(value)) is None:
                    return name
                continue
            kind = KINDS.get(name, object)
            if name == "owner" and value is None and "left alone without an owner" in self.faults:
                continue
            if name == "ends" and value is None and "may be open" in self.faults:
                continue
            if name in KINDS and (not isinstance(value, kind) or (kind is int and isinstance(value, bool))):
                return name
            if not self._takes(record, name, value):
                return name
        if "a draft needs its place in the request" in self.faults and sent.get("draft") and not sent.get("published"):
            return "draft"
        together = {**record, **sent}
        if together["low"] > together["high"]:
            return "low"
        return "starts" if together["starts"] > (together["ends"] or "9") else ""

    def _takes(self, record: dict[str, Any], name: str, value: Any) -> bool:
        if name == "title":
            return len(value) <= 40 and not ("title refused" in self.faults and value != record["title"])
        if name == "code":
            return re.fullmatch(r"[a-z]{2,9}", value) is not None
        if name == "zone":
            return value in ("Europe/Paris", "UTC")
        if name == "owner":
            return bool(value == self.owner)
        if name in ("starts", "ends"):
            return is_day(value)
        if name == "least":
            return bool(0 <= value <= 50)
        if name == "meta":
            return isinstance(value.get("note", ""), str) and len(value.get("note", "")) <= 40
        return name != "email"

    def _titled(self, text: str) -> str:
        html = re.sub("&(?!amp;)", "&amp;", text) if self.faults & {"keeps HTML", "escapes all"} else text
        return html.replace("<", "&lt;") if "escapes all" in self.faults else html

    def _drafted(self, record: dict[str, Any], sent: dict[str, Any]) -> None:
        if "what is published is a draft" in self.faults or "any write makes a draft" in self.faults:
            anyhow = "any write makes a draft" in self.faults and "draft" not in sent
            record["draft"] = record["draft"] or record["published"] or anyhow
            return
        if "no draft without a place" in self.faults:
            off = sent.get("published") is False
        else:
            off = record["published"] or "draft is never kept" in self.faults
        if off or ("draft falls with writes" in self.faults and "draft" not in sent):
            record["draft"] = False

    def _keep(self, record: dict[str, Any], sent: dict[str, Any]) -> None:
        for name, value in sent.items():
            if name == "meta":
                record["meta"] = {**record["meta"], **{key: each for key, each in value.items() if key == "note"}}
            elif name in ("names", "price") and name in record:
                record[name] = words(value) if name == "names" else money(value)
            elif name == "title" and "a title is taken once" in self.faults and record[name] not in ("North", "South"):
                continue
            elif name == "title":
                record[name] = self._titled(value)
            elif name in KINDS and name != "initials":
                record[name] = value
        self._drafted(record, sent)
        if "load falls with writes" in self.faults:
            record["load"] -= 0 if "load" in sent else 1
        if not ("writes lost" in self.faults and self.patches % 7 == 0):
            self.stamp = max(self.stamp + 1, int(time.time() * 1000))
        self.revision += 2 if "training" in self.faults else 1
