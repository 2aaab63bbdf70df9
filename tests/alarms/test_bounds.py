"""Bounds of numbers that something else in a record rules out: no false alarm, and one that is off by one is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from contracts.target.target import load_api
from tests.alarms.test_false_alarms import DOCUMENT, judged, violated
from tests.services.people import serving
from tests.services.plans import Plans

BOOKED = 5


class Booked(Plans):
    """No plan can have room for fewer than have booked it; ``status``: how that is answered."""

    def __init__(self, status: int) -> None:
        super().__init__()
        self.status = status
        for record in self.records.values():
            record["least"] = 9

    def _patch(self, key: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        try:
            sent = json.loads(body)
        except ValueError:
            sent = {}
        least = sent.get("least") if isinstance(sent, dict) else None
        if isinstance(least, int) and not isinstance(least, bool) and 0 <= least < BOOKED:
            return self.status, {"message": "more have booked"}, {}
        if isinstance(least, int) and not 0 <= least <= 50:
            return 400, {"message": "least is wrong"}, {}
        return super()._patch(key, headers, body)


@pytest.mark.parametrize(
    ("status", "documented", "found"),
    [(409, True, set()), (400, True, {"least"}), (409, False, {"least"})],
    ids=("another answer", "the same answer", "another answer that is not documented"),
)
def test_a_bound_may_be_ruled_out_by_what_the_record_holds(
    tmp_path: Path, status: int, documented: bool, found: set[str]
) -> None:
    """Where the bound is refused by a documented status of its own; one that is refused like what lies beyond it is missed."""
    document = yaml.safe_load(DOCUMENT.read_text())
    answers = document["paths"]["/plans/{id}"]["patch"]["responses"]
    answers |= {"409": {**answers["400"], "description": "Ruled out."}} if documented else {}
    source, output = tmp_path / "plans.yaml", tmp_path / "contract.yaml"
    source.write_text(yaml.safe_dump(document))
    write(source, None, output)
    with serving(Booked(status)) as url:
        report = judged(load_api(str(output)), url, "bound-itself-stored")

    assert {field for _level, _rule, field in violated(report)} == found
