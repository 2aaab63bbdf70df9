"""A limit inside the items of a list is tried on the first and on the last of them: some code looks at one of them alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.alarms.test_unseen_services import drafted, judged, request, violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import target_of

COUNTS = ("rooms", "beds")
HOMES = {
    "type": "array",
    "items": {"type": "object", "properties": {name: {"type": "integer", "minimum": 1, "maximum": 9} for name in COUNTS}},
}


class Housed(People):
    """People with two homes; ``checked``: the part of the list whose limits are looked at."""

    def __init__(self, checked: slice) -> None:
        super().__init__()
        self.checked = checked
        for record in self.records.values():
            record["homes"] = [{"rooms": number, "beds": 4} for number in (1, 2)]

    def _wrong(self, sent: dict[str, Any]) -> str:
        homes = sent.get("homes", [])
        if not isinstance(homes, list) or not all(isinstance(each, dict) for each in homes):
            return "homes"
        whole = all(type(count) is int for each in homes for count in each.values())
        within = whole and all(1 <= count <= 9 for each in homes[self.checked] for count in each.values())
        return super()._wrong(sent) if within else "homes"

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        super()._store(key, record, sent)
        if "homes" in sent:
            record["homes"] = [{name: each[name] for name in COUNTS if name in each} for each in sent["homes"]]


def _with_homes(content: dict[str, Any]) -> None:
    request(content)["properties"]["homes"] = HOMES
    content["components"]["schemas"]["Person"]["properties"]["homes"] = HOMES


@pytest.mark.parametrize(
    ("checked", "is_right"), [(slice(None), True), (slice(1), False), (slice(1, None), False)], ids=["all", "first", "last"]
)
def test_a_limit_is_tried_at_both_ends_of_a_list(tmp_path: Path, checked: slice, is_right: bool) -> None:
    """Whichever of them is looked at alone, each member tells."""
    with serving(Housed(checked)) as url:
        report = judged(target_of(drafted(tmp_path, _with_homes), url), "over-limit-refused", "under-limit-refused")

    found = {each[1:] for each in violated(report)}
    rules = ("over-limit-refused", "under-limit-refused")
    assert found == (set() if is_right else {(rule, f"homes[].{name}") for rule in rules for name in COUNTS})
