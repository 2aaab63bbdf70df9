"""What a document says is done to the texts of a list: each of them is stored so, and nothing else is done to the list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.alarms.test_unseen_services import drafted, judged, request, violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import target_of

LIMIT, UNALTERED = "array-limit-enforced", "value-unaltered"


class Lowering(People):
    """Keeps tags in lower case, at most eight; ``cut``: and loses the last one; ``ordered``: and sorts them."""

    def __init__(self, *, cut: bool = False, ordered: bool = False) -> None:
        super().__init__()
        self.cut = cut
        self.ordered = ordered

    def _wrong(self, sent: dict[str, Any]) -> str:
        return super()._wrong(sent) or ("tags" if len(sent.get("tags", [])) > 8 else "")

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        tags = [each.lower() for each in sent.get("tags", [])][: 7 if self.cut else 8]
        tags = sorted(tags) if self.ordered else tags
        super()._store(key, record, {**sent, "tags": tags} if "tags" in sent else sent)


@pytest.mark.parametrize("beside_items", [False, True])
@pytest.mark.parametrize(
    ("words", "cut", "expected"),
    [
        ("Stored in lower case.", False, set()),
        ("Stored in lower case.", True, {LIMIT}),
        ("What they are known for.", False, {LIMIT, UNALTERED}),
    ],
)
def test_the_case_that_texts_of_a_list_are_stored_in(
    tmp_path: Path, words: str, beside_items: bool, cut: bool, expected: set[str]
) -> None:
    """Told beside the list or beside its items, it is no loss; not told, it is one."""

    def limited(content: dict[str, Any]) -> None:
        tags = request(content)["properties"]["tags"]
        (tags["items"] if beside_items else tags)["description"] = words
        tags["maxItems"] = 8

    with serving(Lowering(cut=cut)) as url:
        report = judged(target_of(drafted(tmp_path, limited), url), LIMIT, UNALTERED)

    assert {each[1:] for each in violated(report)} == {(rule, "tags") for rule in expected}


@pytest.mark.parametrize("words", ["A set.", "A set, stored in lower case."])
def test_a_set_may_be_sorted_whether_its_texts_are_converted_or_not(tmp_path: Path, words: str) -> None:
    """The order of a set means nothing, in lower case as before."""

    def limited(content: dict[str, Any]) -> None:
        for schema in (request(content), content["components"]["schemas"]["Person"]):
            schema["properties"]["tags"] |= {"description": words, "maxItems": 8}

    service = Lowering(ordered=True)
    with serving(service) as url:
        report = judged(target_of(drafted(tmp_path, limited), url), UNALTERED, "sent-field-stored")

    assert {each[1:] for each in violated(report)} == ({(UNALTERED, "tags")} if words == "A set." else set())
