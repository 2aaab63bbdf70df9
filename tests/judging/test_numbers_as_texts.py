"""A text for a number: refused or read as the number, everywhere alike; one field that alone takes it is told."""

from __future__ import annotations

import json
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from tests.services.parcels import NUMBERS, Parcels
from tests.services.people import serving

DOCUMENT = Path(__file__).parents[1] / "openapi" / "parcels.yaml"


class Lenient(Parcels):
    """Reads texts of digits as numbers, in members of these names."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__()
        self.names = names

    def _patch(self, key: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        with suppress(ValueError):
            body = json.dumps(self._read(json.loads(body))).encode()
        return super()._patch(key, headers, body)

    def _read(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {each: self._read(inner, each) for each, inner in value.items()}
        if isinstance(value, list):
            return [self._read(each) for each in value]
        return int(value) if name in self.names and isinstance(value, str) and value.isdecimal() else value


@pytest.mark.parametrize(
    ("names", "told"), [((), set()), (NUMBERS, set()), (("depth",), {("should", "coerced-value-typed", "size.depth")})]
)
def test_one_number_that_alone_is_read_from_text_is_told(
    tmp_path: Path, names: Collection[str], told: set[tuple[str, str, str]]
) -> None:
    """No number, all of them, one of five."""
    write(DOCUMENT, None, tmp_path / "contract.yaml")
    first, second = (Identity(path={"id": f"p-10000{number}"}, auth={}) for number in (1, 2))
    with serving(Lenient(names)) as url:
        api = load_api(str(tmp_path / "contract.yaml"))
        target = Target(api=api, url=url, identity=first, bystander=second, read="/parcels/{id}")
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset({"coerced-value-typed"})))

    assert {(each.level, each.rule, each.field) for each in report.results if each.verdict == "violates"} == told
    assert report.restored.ok
