"""Finer points of values: each is a fault in one service, and nothing in the one beside it that keeps to its document."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.alarms.test_unseen_services import Change, drafted, judged, request, violated
from tests.services.people import People, serving
from tests.targets.test_no_harm import target_of

EMAIL = re.compile(r"[^@]+@[^@]+")
Answer = tuple[int, Any, dict[str, str]]


class Finer(People):
    """People, with a hand in what is refused, stored and answered."""

    def __init__(self, *habits: str, read: Callable[[dict[str, Any]], Any] | None = None) -> None:
        super().__init__(*habits)
        self.read = read or (lambda sent: sent)

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        """As for all people, once the body has been read in the way of this service; None for what is refused."""
        if method == "PATCH":
            try:
                sent = json.loads(body)
            except ValueError:
                sent = None
            if isinstance(sent, dict):
                read = self.read(sent)
                if read is None:
                    return 400, {"message": "wrong"}, {}
                body = json.dumps(read).encode()
        return super().answer(method, path, headers, body)


def _found(folder: Path, people: People, change: Change, rule: str) -> set[tuple[str, str]]:
    """Level and field of what one rule finds; the records are as they were."""
    before = copy.deepcopy(people.records)
    with serving(people) as url:
        report = judged(target_of(drafted(folder, change), url), rule)
    assert people.records == before
    return {(level, field) for level, each, field in violated(report) if each == rule}


def _both(content: dict[str, Any], name: str, schema: dict[str, Any]) -> None:
    """The same schema for a member of the request and of the record."""
    request(content)["properties"][name] = copy.deepcopy(schema)
    content["components"]["schemas"]["Person"]["properties"][name] = copy.deepcopy(schema)


# --- whole numbers of 64 bits as texts -------------------------------------------------------------------------------


def _large(format_: str | None) -> Change:
    def change(content: dict[str, Any]) -> None:
        _both(
            content, "city", {"type": "string", "pattern": "^(0|[1-9][0-9]{0,18})$", **({"format": format_} if format_ else {})}
        )

    return change


def _digits(sent: dict[str, Any]) -> Any:
    """Numbers are read as their digits; anything else but digits is refused."""
    if isinstance(sent.get("city"), int) and not isinstance(sent["city"], bool):
        sent = {**sent, "city": str(sent["city"])}
    return None if "city" in sent and not re.fullmatch("[0-9]{1,19}", str(sent["city"])) else sent


def _through_a_double(sent: dict[str, Any]) -> Any:
    read = _digits(sent)
    return {**read, "city": str(int(float(read["city"])))} if read and "city" in read else read


@pytest.mark.parametrize(
    ("format_", "read", "rule", "found"),
    [
        ("int64", _digits, "coerced-value-typed", set()),
        (None, _digits, "coerced-value-typed", {("should", "city")}),
        ("int64", _digits, "value-unaltered", set()),
        ("int64", _through_a_double, "value-unaltered", {("must", "city")}),
    ],
)
def test_a_text_that_is_a_number_of_64_bits(tmp_path: Path, format_: str | None, read: Any, rule: str, found: set[Any]) -> None:
    """A number may be taken for it, where the format says so; its digits stay."""
    people = Finer(read=read)
    for record in people.records.values():
        record["city"] = "5"

    assert _found(tmp_path, people, _large(format_), rule) == found


# --- items, flags, maps ----------------------------------------------------------------------------------------------


def _addresses(content: dict[str, Any]) -> None:
    _both(content, "tags", {"type": "array", "maxItems": 5, "items": {"type": "string", "format": "email"}})


def _checked(most: int) -> Callable[[dict[str, Any]], Any]:
    """So many items are looked at."""

    def read(sent: dict[str, Any]) -> Any:
        tags = sent.get("tags")
        wrong = isinstance(tags, list) and any(not EMAIL.fullmatch(str(each)) for each in tags[:most])
        return None if wrong else sent

    return read


@pytest.mark.parametrize(("most", "found"), [(5, set()), (1, {("should", "tags")})])
def test_each_item_has_the_format(tmp_path: Path, most: int, found: set[Any]) -> None:
    """The second one too."""
    people = Finer(read=_checked(most))
    for record in people.records.values():
        record["tags"] = ["a@example.com", "b@example.com"]

    assert _found(tmp_path, people, _addresses, "bad-format-refused") == found


def _words(known: dict[str, bool], other: bool | None) -> Callable[[dict[str, Any]], Any]:
    """Words for a flag; ``other``: what any other one means, None for nothing."""

    def read(sent: dict[str, Any]) -> Any:
        word = sent.get("newsletter")
        if not isinstance(word, str):
            return sent
        meant = known.get(word, other)
        return None if meant is None else {**sent, "newsletter": meant}

    return read


@pytest.mark.parametrize("other", [None, True, False])
def test_a_word_that_is_neither_is_no_flag(tmp_path: Path, other: bool | None) -> None:
    """Whichever of the two it is taken for; words for true and false are a matter of the service."""
    people = Finer(read=_words({"true": True, "false": False}, other))

    found = _found(tmp_path, people, lambda _content: None, "coerced-value-typed")

    assert found == (set() if other is None else {("should", "newsletter")})


@pytest.mark.parametrize(
    ("habit", "words", "found"),
    [
        ("", "Replaced whole.", set()),
        ("map merges", "Replaced whole.", {("should", "settings")}),
        ("map merges", "Replaces the whole map.", {("should", "settings")}),
        ("map merges", "Colours and such.", set()),
    ],
)
def test_a_map_that_is_replaced_keeps_no_other_key(tmp_path: Path, habit: str, words: str, found: set[Any]) -> None:
    """By the words of its description."""
    people = Finer(*([habit] if habit else []))
    for record in people.records.values():
        record["settings"] = {"theme": "dark", "size": "large"}

    def change(content: dict[str, Any]) -> None:
        _both(content, "settings", {"type": "object", "additionalProperties": {"type": "string"}, "description": words})

    assert _found(tmp_path, people, change, "nested-object-policy") == found


# --- what has no value, and the status in a body ---------------------------------------------------------------------


@pytest.mark.parametrize(("empty_at_first", "found"), [(True, set()), (False, {("must", "city")})])
def test_null_may_be_shown_as_what_has_no_value_is(tmp_path: Path, empty_at_first: bool, found: set[Any]) -> None:
    """A service that shows each text without a value as an empty one does so after null too; another one has stored something."""

    def emptied(sent: dict[str, Any]) -> Any:
        return {name: "" if name in ("city", "username") and value is None else value for name, value in sent.items()}

    def change(content: dict[str, Any]) -> None:
        for name in ("city", "username"):
            _both(content, name, {"type": ["string", "null"], "maxLength": 40})

    people = Finer(read=emptied)
    for record in people.records.values():
        record["username"] = "" if empty_at_first else "noor"
    rest = {("must", "username")} if found else set()

    assert _found(tmp_path, people, change, "null-stored") == found | rest


@pytest.mark.parametrize(("code", "described", "found"), [(400, True, set()), (3, True, {("should", "*")}), (3, False, set())])
def test_a_member_that_is_described_as_the_status_is_the_status(
    tmp_path: Path, code: int, described: bool, found: set[Any]
) -> None:
    """Whatever its value looks like; without such words a small number is a code of the service's own."""

    class Numbered(People):
        def answer(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
            status, value, more = super().answer(method, path, headers, body)
            return status, {**value, "code": code if status == 400 else status} if status >= 400 else value, more

    def change(content: dict[str, Any]) -> None:
        schema = {"type": "integer", **({"description": "The HTTP status code."} if described else {})}
        content["components"]["schemas"]["Error"]["properties"]["code"] = schema

    assert _found(tmp_path, Numbered(), change, "status-member-agrees") == found


# --- what answers leave out ------------------------------------------------------------------------------------------


class Brief(Finer):
    """Its answers to patches lack some members of the record, or show a list of the record as empty."""

    def __init__(self, left_out: str, emptied: str) -> None:
        super().__init__()
        self.left_out, self.emptied = left_out, emptied

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        """As for all people, but for what is left out of the record or emptied in it."""
        status, shown, extra = super().answer(method, path, headers, body)
        if method == "PATCH" and status == 200:
            shown = {name: each for name, each in shown.items() if name != self.left_out}
            shown |= {self.emptied: []} if self.emptied else {}
        return status, shown, extra


@pytest.mark.parametrize(("left_out", "emptied", "found"), [("tags", "", False), ("", "tags", True), ("city", "", False)])
def test_a_list_that_an_answer_lacks_is_no_empty_one(tmp_path: Path, left_out: str, emptied: str, found: bool) -> None:
    """What an answer leaves out is one finding of another rule, and none of each field that is written."""
    told = _found(tmp_path, Brief(left_out, emptied), lambda _content: None, "response-shows-stored")

    assert ("should" in {level for level, field in told if field != "tags"}) is found


# --- sets that no document calls so ----------------------------------------------------------------------------------


class Rebuilt(Finer):
    """A list that no request names is read from a set, and written again by a patch that changes nothing; or loses an item."""

    def __init__(self, loses: bool) -> None:
        super().__init__()
        self.loses, self.last = loses, b""
        for record in self.records.values():
            record["tags"] = ["early", "late", "vip"]

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> Answer:
        """The order is another one after the second of two equal patches of something else."""
        record = self.records.get(path.rpartition("/")[2])
        if method == "PATCH" and record is not None and body == self.last and b"city" in body and b"tags" not in body:
            first, *rest = record["tags"]
            record["tags"] = rest if self.loses and rest else [*rest, first]
        self.last = body if method == "PATCH" else self.last
        return super().answer(method, path, headers, body)


@pytest.mark.parametrize(("loses", "level"), [(False, "should"), (True, "must")])
def test_another_order_of_what_was_not_sent_is_no_must(tmp_path: Path, loses: bool, level: str) -> None:
    """After a repeated patch; a list that has lost an item is."""
    assert _found(tmp_path, Rebuilt(loses), lambda _content: None, "repeat-same-state") == {(level, "city")}
