"""What the runner of the real servers says of records before and after; no server is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from contracts.drafting.draft import write
from contracts.target.target import load_api
from tests.realworld.judge import compared
from tests.realworld.launch import SPECS

TIME = frozenset({"updated"})


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b'{"a": 1}', b'{"a": 1}', "equal"),
        (b'{"a": 1}', b'{"a":1}', "equal as JSON"),
        (b'{"a": 1, "updated": 3}', b'{"a": 1, "updated": 4}', "equal but for updated"),
        (b'[{"updated": 3}]', b'[{"updated": 4}]', "equal but for updated"),
        (b'{"a": 1}', b'{"a": 1, "b": null}', "CHANGED: b"),
        (b'{"a": 1}', b'{"a": true}', "CHANGED: a"),
        (b'{"a": 1}', b'{"a": 1.0}', "CHANGED: a"),
        (b'{"a": {"b": [1, 2]}, "updated": 3}', b'{"a": {"b": [1, 3]}, "updated": 4}', "CHANGED: a/b/1"),
        (b"[1]", b"[1, 2]", "CHANGED: /all"),
        (b'{"a": 1}', b"<html>", "CHANGED: /all"),
    ],
)
def test_records_before_and_after(before: bytes, after: bytes, said: str) -> None:
    """Only the members that are named may move; a member that was added as null is a change."""
    assert compared({"/all": before}, {"/all": after}, TIME) == said


@pytest.mark.parametrize(
    ("name", "path"), [("categories", "categories"), ("items", "items"), ("variations", "items/{item}/variations")]
)
def test_the_document_of_a_nested_service_is_drafted(tmp_path: Path, name: str, path: str) -> None:
    """Each operation that the runner judges by a document of our own has a contract, with all its path parameters."""
    output = tmp_path / f"{name}.yaml"
    write(SPECS / "pretix.yaml", f"/organizers/{{organizer}}/events/{{event}}/{path}/{{id}}/", output)

    assert {each.name for each in load_api(str(output)).fields} >= {"description", "position"}
