"""What is left out of the items of a list: one list has one policy, whichever it is."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from tests.alarms.test_finer_values import _both
from tests.alarms.test_unseen_services import drafted, judged, told, violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import target_of

RULE = "items-treated-alike"
PHONES = [
    {"id": 1, "name": "Home", "number": "216", "note": "evenings"},
    {"id": 2, "name": "Work", "number": "217", "note": "mornings"},
    {"id": 3, "name": "Else", "number": "218", "note": "never"},
]


class Lister(People):
    """Phones with ids; ``keeps``: so many of them keep what a patch leaves out, the others lose it."""

    def __init__(self, keeps: int, *, partly: bool = True) -> None:
        super().__init__()
        self.keeps = keeps
        self.partly = partly
        for record in self.records.values():
            record["phones"] = copy.deepcopy(PHONES)

    def _wrong(self, sent: dict[str, Any]) -> str:
        phones = sent.get("phones", [])
        if not isinstance(phones, list) or not all(isinstance(each, dict) for each in phones):
            return "phones"
        texts = [value for each in phones for name, value in each.items() if name != "id"]
        if not all(value is None or isinstance(value, str) for value in texts):
            return "phones"
        whole = all({"name", "number"} <= each.keys() for each in phones)
        return super()._wrong(sent) if self.partly or whole else "phones"

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        if isinstance(sent.get("phones"), list):
            old = {each["id"]: each for each in record["phones"]}
            record["phones"] = [self._stored(place, each, old) for place, each in enumerate(sent["phones"])]
        super()._store(key, record, {name: value for name, value in sent.items() if name != "phones"})

    def _stored(self, place: int, sent: dict[str, Any], old: dict[int, dict[str, Any]]) -> dict[str, Any]:
        known = old.get(sent.get("id", 0), {})
        kept = known if place < self.keeps else {"name": "", "number": "", "note": None}
        return {**kept, **sent, "id": known.get("id", 4 + place)}


def _with_phones(content: dict[str, Any]) -> None:
    texts = {name: {"type": "string", "maxLength": 20} for name in ("name", "number")}
    members = {"id": {"type": "integer"}, **texts, "note": {"type": ["string", "null"], "maxLength": 20}}
    _both(content, "phones", {"type": "array", "maxItems": 5, "items": {"type": "object", "properties": members}})


@pytest.mark.parametrize(
    ("service", "found", "said"),
    [
        (Lister(5), set(), "observed part of an item of phones: merge"),
        (Lister(0), set(), "observed part of an item of phones: replace"),
        (Lister(1), {("should", RULE, "phones")}, "violates "),
        (Lister(2), {("should", RULE, "phones")}, "violates "),
        (Lister(5, partly=False), set(), "observed part of an item of phones: refuse"),
    ],
)
def test_items_are_treated_alike(tmp_path: Path, service: Lister, found: set[tuple[str, str, str]], said: str) -> None:
    """All keep what is left out, or none does, or it is refused; what only the first of them keeps was forgotten in the rest."""
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(target_of(drafted(tmp_path, _with_phones), url), RULE)

    assert violated(report) == found
    assert told(report, RULE).startswith(said)
    assert service.records == before
