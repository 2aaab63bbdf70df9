"""A small service for tests/openapi/baskets.yaml: lines by id, which a member takes out, and amounts of two spellings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from tests.services.people import People, read_object

MOST = 4
SENT_AT_MOST = 6


def baskets() -> dict[str, dict[str, Any]]:
    """Two baskets, with every member filled in."""
    return {
        key: {
            "id": key,
            "title": title,
            "note": "none",
            "tip": "1.50",
            "place": {"street": "Elm 3", "floor": "2nd", "city": "Bonn"},
            "lines": [{"id": first, "name": "Tea", "price": "4.20"}, {"id": first + 1, "name": "Rice", "price": "2.00"}],
        }
        for key, title, first in (("b-100001", "North", 11), ("b-100002", "South", 21))
    }


class Baskets(People):
    """The records, and what is wrong with the service; without any fault it keeps to its document.

    faults: names, those that the service looks for below.
    removals: the items that were sent with the member which takes one out, whatever its value.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__()
        self.faults = frozenset(faults)
        self.records = baskets()
        self.next_id = 100
        self.removals: list[dict[str, Any]] = []
        self.taken_off = dict.fromkeys(self.records, 0)

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As for people, at another path."""
        return super().answer(method, path.replace("/baskets/", "/people/"), headers, body)

    def shown(self, key: str) -> dict[str, Any]:
        """With the total, and for a fault with what nobody should see."""
        record = self.records[key]
        amounts = [record["tip"], *(each["price"] for each in record["lines"])]
        hidden = {"_destroy": False} if "shows what takes out" in self.faults else {}
        lines = [{**each, **hidden} for each in record["lines"]]
        return {**record, "lines": lines, "total": f"{sum(map(Decimal, amounts)) - self.taken_off[key]:.2f}"}

    def _patch(self, key: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:  # noqa: ARG002
        sent = read_object(body)
        if isinstance(sent, str):
            return 400, {"message": sent}, {}
        changed = self._changed(self.records[key], sent)
        if isinstance(changed, str):
            return 400, {"message": f"{changed} is wrong", "field": changed}, {}
        if "takes the same tip off again" in self.faults and "tip" in sent:
            self.taken_off[key] += 1 if changed["tip"] == self.records[key]["tip"] else -self.taken_off[key]
        self.records[key] = changed
        return 200, self.shown(key), {}

    def _changed(self, record: Mapping[str, Any], sent: Mapping[str, Any]) -> dict[str, Any] | str:
        """The record with what was sent, or the name of the member that is wrong."""
        changed = dict(record)
        for name, value in sent.items():
            if name in ("title", "note") and not _is_text(value, least=name == "title"):
                return name
            if name == "tip" and self._amount(value) is None:
                return name
            if name == "place":
                value = self._place(record["place"], value)  # noqa: PLW2901
                if value is None:
                    return name
            if name == "lines":
                value = self._lines(record["lines"], value)  # noqa: PLW2901
                if isinstance(value, str):
                    return value
            if name in ("title", "note", "tip", "place", "lines"):
                changed[name] = self._amount(value) if name == "tip" else value
        return changed

    def _place(self, held: Mapping[str, Any], sent: Any) -> dict[str, Any] | None:
        """The place with what was sent of it, None for what is none."""
        if not isinstance(sent, dict):
            return None
        kept = {name: sent.get(name, held[name]) for name in ("street", "floor", "city")}
        if "forgets the floor" in self.faults:
            kept["floor"] = sent.get("floor")
        is_right = all(_is_text(kept[name], least=True) for name in ("street", "city"))
        return kept if is_right and (kept["floor"] is None or _is_text(kept["floor"], least=False)) else None

    def _lines(self, held: list[dict[str, Any]], sent: Any) -> list[dict[str, Any]] | str:
        if not isinstance(sent, list) or not all(isinstance(each, dict) for each in sent) or len(sent) > SENT_AT_MOST:
            return "lines"
        self.removals += [each for each in sent if "_destroy" in each]
        lines = [dict(each) for each in held]
        for each in sent:
            made: dict[str, Any] = {"id": self._new_id()}
            line = next((line for line in lines if line["id"] == each["id"]), None) if "id" in each else made
            if line is None or not isinstance(each.get("_destroy", False), bool):
                return "lines"
            lines = [other for other in lines if other is not line]
            if not each.get("_destroy"):
                line |= {name: each[name] for name in ("name", "price") if name in each}
                line["price"] = self._amount(line.get("price"))
                if not _is_text(line.get("name"), least=True) or line["price"] is None:
                    if "drops a line that is wrong" in self.faults and "id" in each:
                        continue
                    return "lines"
                lines.append(line)
        return sorted(lines, key=lambda line: int(line["id"])) if len(lines) <= MOST else "lines"

    def _new_id(self) -> int:
        self.next_id += 1
        return self.next_id

    def _amount(self, value: Any) -> str | None:
        """An amount as it is shown, of a number or a text; None for what is none."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        text = str(value) if is_number or isinstance(value, str) else ""
        if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,2})?", text) or float(text) > 9999:
            return None
        cents = 0 if is_number and "drops the cents of numbers" in self.faults else 2
        return f"{Decimal(text).quantize(Decimal(1).scaleb(-cents)):.2f}"


def _is_text(value: Any, *, least: bool) -> bool:
    return isinstance(value, str) and least <= len(value) <= 40
