"""What a merge patch that a document lists beside JSON promises: that it is supported, and that null is not passed over."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.alarms.test_unseen_services import drafted, judged, violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import target_of

MERGE_PATCH = "application/merge-patch+json"


class Listing(People):
    """People whose city may be null; ``refused``: a type that is answered 415; ``passes``: a null last name is passed over."""

    def __init__(self, *, refused: str = "", passes: bool = False) -> None:
        super().__init__()
        self.refused, self.passes = refused, passes

    def _patch(self, key: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if headers.get("Content-Type") == self.refused:
            return 415, {"message": "not that type"}, {}
        return super()._patch(key, headers, body)

    def _wrong(self, sent: dict[str, Any]) -> str:
        passed = {"city", "last_name"} if self.passes else {"city"}
        return super()._wrong({name: value for name, value in sent.items() if value is not None or name not in passed})

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        super()._store(key, record, {name: value for name, value in sent.items() if value is not None or name != "last_name"})


def _listing(*others: str) -> Any:
    def change(content: dict[str, Any]) -> None:
        ((_path, item),) = content["paths"].items()
        bodies = item["patch"]["requestBody"]["content"]
        bodies |= dict.fromkeys(others, bodies["application/json"])
        bodies["application/json"]["schema"]["properties"]["city"] = {"type": ["string", "null"], "maxLength": 40}
        content["components"]["schemas"]["Person"]["properties"]["city"] = {"type": ["string", "null"]}

    return change


def found(tmp_path: Path, service: People, rule: str, *others: str) -> set[tuple[str, str, str]]:
    """What a run of one rule finds, where the document lists other media types beside JSON."""
    with serving(service) as url:
        return violated(judged(target_of(drafted(tmp_path, _listing(*others)), url), rule))


@pytest.mark.parametrize(
    ("refused", "others", "is_found"),
    [
        (MERGE_PATCH, (MERGE_PATCH,), True),
        ("application/strategic-merge-patch+json", (MERGE_PATCH, "application/strategic-merge-patch+json"), False),
        (MERGE_PATCH, (), False),
        ("", (MERGE_PATCH,), False),
    ],
)
def test_a_listed_merge_patch_is_supported(tmp_path: Path, refused: str, others: tuple[str, ...], *, is_found: bool) -> None:
    """Types with rules of their own for what a body means are not tried, nor what no document lists."""
    rule = "json-media-type-accepted"

    assert found(tmp_path, Listing(refused=refused), rule, *others) == ({("should", rule, "*")} if is_found else set())


@pytest.mark.parametrize(
    ("passes", "others", "is_found"), [(True, (MERGE_PATCH,), True), (True, (), False), (False, (MERGE_PATCH,), False)]
)
def test_null_is_not_passed_over(tmp_path: Path, passes: bool, others: tuple[str, ...], *, is_found: bool) -> None:
    """Where the form that gives it a meaning is listed, and other fields may be null; refused it may be."""
    rule = "null-refused"

    assert found(tmp_path, Listing(passes=passes), rule, *others) == ({("should", rule, "last_name")} if is_found else set())
