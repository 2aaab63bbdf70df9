"""An entity tag is of the whole record: one that is made of some of it alone is told, by whatever part it leaves out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from contracts.drafting.draft import write
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.target import Identity, Target, load_api
from tests.services.parcels import Parcels
from tests.services.people import serving

DOCUMENT = Path(__file__).parents[1] / "openapi" / "parcels.yaml"


class Tagged(Parcels):
    """Sends a strong entity tag, made of all but one property, and asks for it in If-Match."""

    def __init__(self, unseen: str) -> None:
        super().__init__()
        self.unseen = unseen

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """As for parcels, with the tag."""
        key = path.rsplit("/", 1)[-1]
        asked = headers.get("If-Match")
        if method == "PATCH" and key in self.records and asked not in (None, "*", self._tag(key)):
            return 412, {"message": "it has changed"}, {}
        status, value, more = super().answer(method, path, headers, body)
        return status, value, {**more, **({"ETag": self._tag(key)} if status == 200 else {})}

    def _tag(self, key: str) -> str:
        seen = {name: each for name, each in self.shown(key).items() if name not in (self.unseen, "sum")}
        return f'"{hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]}"'


@pytest.mark.parametrize("unseen", ["", "label", "size", "lines", "watchers"])
def test_an_entity_tag_changes_with_each_part_of_the_record(tmp_path: Path, unseen: str) -> None:
    """A text of the record itself, an object in it, a list of objects, a list of texts; and none of them."""
    write(DOCUMENT, None, tmp_path / "contract.yaml")
    first, second = (Identity(path={"id": f"p-10000{number}"}, auth={}) for number in (1, 2))
    with serving(Tagged(unseen)) as url:
        api = load_api(str(tmp_path / "contract.yaml"))
        target = Target(api=api, url=url, identity=first, bystander=second, read="/parcels/{id}")
        (report,) = judge_all(Plan(target=target, apis=(api,), rules=frozenset({"entity-tag-changes"})))

    (result,) = report.results
    assert (result.verdict, unseen) in {("conforms", ""), ("violates", unseen or "nothing")}, result.actual
    assert report.restored.ok
