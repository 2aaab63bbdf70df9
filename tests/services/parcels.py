"""A small service for tests/openapi/parcels.yaml: members of objects and of list items follow others; faults have names."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.services.people import People

WORDS = {"label": 40, "note": 40, "kind": 20, "colour": 20, "sku": 20}
NUMBERS = {"width": 1000, "depth": 1000, "load": 900, "price": 1000, "count": 1000}
OPTIONS = {"form": ("box", "tube"), "anchor": ("corner", "middle")}
OWNER = "owner:1"


def parcels() -> dict[str, dict[str, Any]]:
    """Two parcels, with every member filled in."""
    size = {"kind": "large", "form": "box", "anchor": "corner", "width": 20, "depth": 30}
    first = {
        "id": "p-100001",
        "label": "North",
        "note": "none",
        "size": {**size, "inner": {"colour": "red", "load": 7}},
        "lines": [{"sku": "a-1", "price": 11, "count": 2}, {"sku": "b-2", "price": 5, "count": 3}],
        "watchers": [OWNER, "ann"],
    }
    return {"p-100001": first, "p-100002": {**json.loads(json.dumps(first)), "id": "p-100002", "label": "South"}}


class Parcels(People):
    """The records, and what is wrong with the service; without any fault it keeps to its document.

    faults: names, those that the service looks for below; ``a tube is held in the middle`` and ``the owner watches`` are none.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__()
        self.faults = frozenset(faults)
        self.records = parcels()
        self.moved = dict.fromkeys(self.records, 0)

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As for people, at another path."""
        return super().answer(method, path.replace("/parcels/", "/people/"), headers, body)

    def shown(self, key: str) -> dict[str, Any]:
        """With all that follows from others."""
        record: dict[str, Any] = json.loads(json.dumps(self.records[key]))
        size, lines = record["size"], record["lines"]
        size["area"] = size["width"] * size["depth"] + (self.moved[key] if "a note moves the area" in self.faults else 0)
        size["inner"] |= {"grade": f"g{size['inner']['load']}", "heavy": size["inner"]["load"] > 5}
        for each in lines:
            each["total"] = each["price"] * each["count"] + (self.moved[key] if "a note moves the totals" in self.faults else 0)
        record["sum"] = sum(each["total"] for each in lines)
        return record

    def _patch(self, key: str, _headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        try:
            sent = json.loads(body)
        except ValueError:
            return 400, {"message": "no JSON"}, {}
        wrong = "body" if not isinstance(sent, dict) else _wrong(sent)
        if wrong:
            return 400, {"message": f"{wrong} is wrong", "field": wrong}, {}
        before = json.loads(json.dumps(self.records[key]))
        self._keep(self.records[key], sent)
        self._follow(self.records[key], before)
        self.moved[key] += 100 if self.records[key]["note"] != before["note"] else 0
        return 200, self.shown(key), {}

    def _keep(self, record: dict[str, Any], sent: Mapping[str, Any]) -> None:
        for name, value in sent.items():
            if name == "size":
                inner = {**record["size"]["inner"], **_known(value.get("inner", {}))}
                record["size"] |= {**_known(value), "inner": inner}
            elif name == "lines":
                record["lines"] = [_known(each) for each in value]
            elif name == "watchers":
                record["watchers"] = list(value)
            elif name in WORDS:
                record[name] = value

    def _follow(self, record: dict[str, Any], before: Mapping[str, Any]) -> None:
        size = record["size"]
        if "a tube is held in the middle" in self.faults and size["form"] == "tube":
            size["anchor"], size["depth"] = "middle", size["width"]
        if "another form is held in the middle" in self.faults and size["form"] != before["size"]["form"]:
            size["anchor"] = "middle"
        if "the owner watches" in self.faults and OWNER not in record["watchers"]:
            record["watchers"] = [*record["watchers"], OWNER]
        if "watchers stay" in self.faults:
            record["watchers"] = [*record["watchers"], *(each for each in before["watchers"] if each not in record["watchers"])]


def _known(value: Mapping[str, Any]) -> dict[str, Any]:
    """The members of an object that requests set."""
    return {name: each for name, each in value.items() if name in {*WORDS, *NUMBERS, *OPTIONS}}


def _wrong(sent: Mapping[str, Any]) -> str:
    """The name of a member that no document allows, at any depth."""
    for name, value in sent.items():
        if name in WORDS and not (isinstance(value, str) and len(value) <= WORDS[name]):
            return name
        if name in NUMBERS and not (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= NUMBERS[name]):
            return name
        if name in OPTIONS and value not in OPTIONS[name]:
            return name
        if name in ("size", "inner") and (not isinstance(value, dict) or _wrong(value)):
            return name
        if name == "lines" and not (isinstance(value, list) and value and all(map(_is_line, value))):
            return name
        if name == "watchers" and not (
            isinstance(value, list) and all(isinstance(each, str) and len(each) <= 20 for each in value)
        ):
            return name
    return ""


def _is_line(value: Any) -> bool:
    return isinstance(value, dict) and {"sku", "price", "count"} <= value.keys() and not _wrong(value)


def _is_watcher(value: Any) -> bool:
    return isinstance(value, str) and len(value) <= 20
