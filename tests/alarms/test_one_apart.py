"""One field that takes what its like refuse: told as a recommendation; a habit of the whole service is nobody's fault."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Any

import pytest

from tests.alarms.test_finer_values import Finer, _both, _found

NUMBERS: dict[str, dict[str, Any]] = {
    "age": {"type": "integer", "minimum": 15, "maximum": 180, "multipleOf": 5},
    "floor": {"type": ["integer", "null"], "minimum": 0, "maximum": 30},
    "height": {"type": "number", "minimum": 0, "maximum": 3},
}
FLAGS: dict[str, dict[str, Any]] = {"newsletter": {"type": "boolean"}, "member": {"type": "boolean"}, "paid": {"type": "boolean"}}


class Strict(Finer):
    """Numbers and flags are refused where they are of another type, but in the fields that cast theirs."""

    def __init__(self, casting: Collection[str]) -> None:
        super().__init__("stores anything", read=self._read)
        self.casting = casting
        for record in self.records.values():
            record |= {"age": 20, "floor": 2, "height": 1.5, "member": True, "paid": False}

    def _read(self, sent: dict[str, Any]) -> dict[str, Any] | None:
        read = {name: self._cast(name, value) if name in self.casting else value for name, value in sent.items()}
        return read if all(self._is_right(name, value) for name, value in read.items()) else None

    def _cast(self, name: str, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        if name in FLAGS:
            return {"true": True, "false": False}.get(value, value)
        try:
            return int(value) if "." not in value else float(value)
        except ValueError:
            return value

    def _is_right(self, name: str, value: Any) -> bool:
        if name in FLAGS:
            return isinstance(value, bool)
        if name not in NUMBERS:
            return True
        if value is None:
            return name == "floor"
        schema = NUMBERS[name]
        whole = isinstance(value, int) or name == "height"
        if not isinstance(value, int | float) or isinstance(value, bool) or not whole:
            return False
        return bool(schema["minimum"] <= value <= schema["maximum"] and value % schema.get("multipleOf", value or 1) == 0)


def _with_numbers(content: dict[str, Any]) -> None:
    for name, schema in {**NUMBERS, **FLAGS}.items():
        _both(content, name, schema)


@pytest.mark.parametrize(
    ("casting", "found"),
    [
        ({*NUMBERS, *FLAGS}, set()),
        (set(NUMBERS), set()),
        ({"age"}, {("should", "age")}),
        ({"floor"}, {("should", "floor")}),
        ({"height"}, {("should", "height")}),
        ({"age", "floor"}, set()),
        ({"paid"}, {("should", "paid")}),
        (set(FLAGS), set()),
        ({"newsletter", *NUMBERS}, set()),
    ],
)
def test_the_text_of_a_number_is_refused_by_all_or_by_none(
    tmp_path: Path, casting: set[str], found: set[tuple[str, str]]
) -> None:
    """A service may read them; one that reads those of one field alone has forgotten to look at it."""
    assert _found(tmp_path, Strict(casting), _with_numbers, "coerced-value-typed") == found
