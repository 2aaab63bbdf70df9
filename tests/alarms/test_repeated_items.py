"""A list whose items are to differ: refused with one twice, or stored with it once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.alarms.test_finer_values import Finer, _both, _found


def _refused(sent: dict[str, Any]) -> dict[str, Any] | None:
    tags = sent.get("tags")
    return None if isinstance(tags, list) and len({*map(str, tags)}) < len(tags) else sent


def _once(sent: dict[str, Any]) -> dict[str, Any]:
    return {**sent, "tags": [*dict.fromkeys(sent["tags"])]} if isinstance(sent.get("tags"), list) else sent


@pytest.mark.parametrize("first", [["early", "vip"], [], ["a", "b", "c"]])
@pytest.mark.parametrize(
    ("read", "unique", "found"),
    [
        (_refused, True, set()),
        (_once, True, set()),
        (None, True, {("must", "tags")}),
        (None, False, set()),
    ],
)
def test_no_item_is_stored_twice(tmp_path: Path, first: list[str], read: Any, unique: bool, found: set[tuple[str, str]]) -> None:
    """Whatever the list holds at first: nothing, something, or as much as it may."""
    people = Finer(read=read)
    for record in people.records.values():
        record["tags"] = [*first]

    def change(content: dict[str, Any]) -> None:
        schema = {"type": "array", "maxItems": 3, "items": {"type": "string", "maxLength": 20}}
        _both(content, "tags", {**schema, **({"uniqueItems": True} if unique else {})})

    assert _found(tmp_path, people, change, "repeated-item-not-stored") == found
