"""Items that have neither an id nor a name: a bad one among good ones is sent all the same, and what comes of it is judged."""

from __future__ import annotations

import json
from collections.abc import Mapping
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


class Partial(Parcels):
    """Stores the good lines of a list that it refuses, where it is wrong."""

    def __init__(self, *, wrong: bool) -> None:
        super().__init__()
        self.wrong = wrong

    def _patch(self, key: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        answer = super()._patch(key, headers, body)
        if answer[0] == 400 and self.wrong:
            with suppress(ValueError, AttributeError, TypeError):
                good = [each for each in json.loads(body)["lines"] if _is_good(each)] if b'"lines"' in body else []
                self.records[key]["lines"] = good or self.records[key]["lines"]
        return answer


def _is_good(line: Any) -> bool:
    return isinstance(line, Mapping) and {"sku", "price", "count"} <= line.keys() and all(map(_is_number, line.items()))


def _is_number(member: tuple[str, Any]) -> bool:
    name, value = member
    return name not in NUMBERS or (isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= NUMBERS[name])


@pytest.mark.parametrize(("wrong", "verdict"), [(False, "conforms"), (True, "violates")])
def test_a_bad_item_among_good_ones_is_judged(tmp_path: Path, *, wrong: bool, verdict: str) -> None:
    """Lines have an article, a price and a count."""
    write(DOCUMENT, None, tmp_path / "contract.yaml")
    first, second = (Identity(path={"id": f"p-10000{number}"}, auth={}) for number in (1, 2))
    with serving(Partial(wrong=wrong)) as url:
        api = load_api(str(tmp_path / "contract.yaml"))
        target = Target(api=api, url=url, identity=first, bystander=second, read="/parcels/{id}")
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset({"invalid-item-changes-no-item"})))

    assert [(each.field, each.verdict) for each in report.results] == [("lines", verdict)], report.results[0].actual
    assert report.restored.ok
