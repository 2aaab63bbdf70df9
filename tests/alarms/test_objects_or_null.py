"""Objects that may be null as a whole: null empties them and they are put back; what could not be put back is not emptied."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from contracts.target.target import load_api
from tests.alarms.test_false_alarms import DOCUMENT, judged, members
from tests.services.people import serving
from tests.services.plans import Plans

PLACE = {"street": "Elm 3", "town": "Bonn"}


class Placed(Plans):
    """Plans of a place, which may be none.

    Faults: ``place stays``, ``place refused``, ``place gets a key``; and ``always a place``: none is ever shown.
    """

    def __init__(self, *faults: str) -> None:
        super().__init__(*faults)
        self.heard: list[Any] = []
        for record in self.records.values():
            record["place"] = dict(PLACE)
            if "place gets a key" in self.faults:
                record["place"]["key"] = 7

    def _patch(self, key: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        try:
            sent = json.loads(body)
        except ValueError:
            return super()._patch(key, headers, body)
        if not isinstance(sent, dict) or "place" not in sent:
            return super()._patch(key, headers, body)
        place = sent.pop("place")
        self.heard.append(place)
        right = place is None or (isinstance(place, dict) and all(isinstance(place.get(each), str) for each in PLACE))
        if not right or (place is None and "place refused" in self.faults):
            return 400, {"message": "place is wrong", "field": "place"}, {}
        answer = super()._patch(key, headers, json.dumps(sent).encode())
        if answer[0] != 200 or (place is None and "place stays" in self.faults):
            return answer
        keys = {"key": 8} if "place gets a key" in self.faults and place else {}
        self.records[key]["place"] = place and {**{each: place[each] for each in PLACE}, **keys}
        return 200, self.shown(key), {}


def verdict(tmp_path: Path, service: Placed) -> list[str]:
    """What is told of null for the place; nothing is left changed."""
    document = yaml.safe_load(DOCUMENT.read_text())
    texts = {each: {"type": "string", "maxLength": 40} for each in PLACE}
    place = {"type": ["object", "null"], "required": [*PLACE], "properties": texts}
    members(document)["place"] = place
    shown = {**texts, "key": {"type": "integer", "readOnly": True}} if "place gets a key" in service.faults else texts
    of_record = document["components"]["schemas"]["Plan"]["properties"]
    of_record["place"] = {**place, "properties": shown, **({"type": "object"} if "always a place" in service.faults else {})}
    source, output = tmp_path / "plans.yaml", tmp_path / "contract.yaml"
    source.write_text(yaml.safe_dump(document))
    write(source, None, output)
    before = copy.deepcopy(service.records)
    with serving(service) as url:
        report = judged(load_api(str(output)), url, "null-stored")
    assert service.records == before
    return [each.verdict for each in report.results if each.field == "place"]


@pytest.mark.parametrize(
    ("faults", "verdicts"),
    [
        ((), ["conforms"]),
        (("place stays",), ["violates"]),
        (("place refused",), ["violates"]),
        (("place gets a key",), []),
        (("place stays", "always a place"), []),
    ],
    ids=str,
)
def test_null_empties_an_object_that_may_be_null(tmp_path: Path, faults: tuple[str, ...], verdicts: list[str]) -> None:
    """Not one that has a key of the service, which would not be the same again, nor one that no record is without."""
    service = Placed(*faults)

    assert verdict(tmp_path, service) == verdicts
    assert (None in service.heard) is bool(verdicts)
