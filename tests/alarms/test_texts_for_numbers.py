"""Texts that are read as numbers: what a whole service does is its choice, and what one number alone does is told."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.target.target import load_api
from tests.alarms.test_false_alarms import DOCUMENT, judged, violated
from tests.services.people import serving
from tests.services.plans import Plans

NUMBERS = {"owner", "least", "load", "low", "high"}


class Reading(Plans):
    """Reads digits as a number in some members; a plan has been booked by more than a dozen, so that 12 is no load of it."""

    def __init__(self, members: Collection[str]) -> None:
        super().__init__()
        self.members = members

    def _patch(self, key: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        try:
            sent = json.loads(body)
        except ValueError:
            return super()._patch(key, headers, body)
        if isinstance(sent, dict):
            for name in self.members & sent.keys():
                sent[name] = int(sent[name]) if isinstance(sent[name], str) and sent[name].isdigit() else sent[name]
            if sent.get("load") == 12:
                return 400, {"message": "more have booked"}, {}
        return super()._patch(key, headers, json.dumps(sent).encode())


@pytest.mark.parametrize(
    ("members", "found"),
    [({"load"}, {("should", "coerced-value-typed", "load")}), (NUMBERS, set()), (set(), set())],
    ids=("one", "all", "none"),
)
def test_a_number_that_alone_takes_a_text_is_told(tmp_path: Path, members: set[str], found: set[tuple[str, str, str]]) -> None:
    """With the text of a value that the member takes, which may not be any; flags that take no text are no others alone."""
    output = tmp_path / "contract.yaml"
    write(DOCUMENT, None, output)
    with serving(Reading(members)) as url:
        report = judged(load_api(str(output)), url, "coerced-value-typed")

    assert violated(report) == found
