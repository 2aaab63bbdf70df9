"""Lists whose order means nothing: by the document, or by what each reading shows; one that moves with writes is told."""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from contracts.judging.unusual import unusual_values
from contracts.record.comparing.sets import AnyOrder, equal, holds, in_one_order, is_reordered, is_set, marked, paired
from contracts.record.records import Reader
from contracts.reports.report import RunReport
from contracts.running.plan import Plan
from contracts.running.whole import judge_all
from contracts.target.expect import Expect
from contracts.terms.moving import IN_ANY_ORDER
from contracts.terms.verdict import Level
from specs import Field
from tests.alarms.test_unseen_services import Change, drafted, request
from tests.services.people import People, serving
from tests.targets.test_no_harm import FIRST, target_of

RULES = frozenset(
    {
        *("sent-field-stored", "omitted-fields-unchanged", "value-unaltered", "no-op-changes-nothing", "repeat-same-state"),
        *("refusal-changes-nothing", "other-customer-unchanged", "array-policy", "unknown-customer-not-created"),
    }
)
"""What compares a list with another reading, with what was sent, and with the record of somebody else."""


@pytest.mark.parametrize(
    ("schema", "means"),
    [
        ({"uniqueItems": True}, True),
        *(
            ({"description": text}, True)
            for text in (
                *("The labels, in any order.", "An unordered list of labels.", "Labels. A set.", "Is a set; sent as one list."),
                *(
                    "Labels in no particular order",
                    "The order is not kept.",
                    "Their order does not matter.",
                    "The order has no meaning",
                ),
                *(
                    "The order is not guaranteed",
                    "Servers do not preserve the order of it.",
                    "A set, the order is not kept.",
                    "A set",
                ),
            )
        ),
        ({"uniqueItems": False}, False),
        ({}, False),
        *(
            ({"description": text}, False)
            for text in (
                *(
                    "Sets the labels.",
                    "A set of lines, kept as sent.",
                    "Sorted by name.",
                    "The order is kept.",
                    "Labels of an order.",
                ),
                *(
                    "Order of display",
                    "The order is significant.",
                    "A settled list",
                    "Duplicates are refused.",
                    "What a set costs",
                ),
            )
        ),
    ],
    ids=str,
)
def test_a_document_says_what_is_a_set(schema: dict[str, Any], means: bool) -> None:
    """By the keyword, or in words; an order that the service chooses is another matter."""
    assert is_set(schema) is means


@pytest.mark.parametrize(
    ("schema", "level"),
    [
        ({}, None),
        ({"description": "Sets the tags of the record."}, None),
        ({"description": "Settings, kept as sent."}, None),
        ({"uniqueItems": True}, None),
        ({"description": "A set of tags."}, Level.SHOULD),
        ({"description": "Set of tags."}, Level.SHOULD),
        ({"description": "The tags, sorted."}, Level.SHOULD),
        ({"description": "Duplicates are dropped."}, Level.SHOULD),
    ],
    ids=str,
)
def test_a_list_that_the_service_may_sort_is_no_must(schema: dict[str, Any], level: Level | None) -> None:
    """Of a set, the order is not asked for at all, nor that one item is stored twice."""
    field = Field(path="tags", schema={"type": "array", "items": {"type": "string"}, **schema})
    found = {tuple(each.value): each.level for each in unusual_values(field, "a")}

    assert found["pear", "Apple", "fig"] is level
    assert found.get(("fig", "fig")) is (None if "uniqueItems" in schema else Level.SHOULD)


@pytest.mark.parametrize(
    ("left", "right", "same"),
    [
        (["a", "b"], ["b", "a"], False),
        (AnyOrder(["a", "b"]), ["b", "a"], True),
        (["a", "b"], AnyOrder(["b", "a"]), True),
        (AnyOrder(["a", "b"]), ["b", "b"], False),
        (AnyOrder(["a", "a", "b"]), ["b", "a", "b"], False),
        (AnyOrder(["a"]), ["a", "a"], False),
        (AnyOrder([1, 2.0]), [2, 1.0], True),
        (AnyOrder([1, True]), [True, 1], True),
        (AnyOrder([1]), [True], False),
        (AnyOrder([{"k": 1, "l": None}, "x"]), ["x", {"l": None, "k": 1}], True),
        ({"a": AnyOrder([1, 2])}, {"a": [2, 1]}, True),
        (AnyOrder([]), [], True),
        (AnyOrder([]), {}, False),
    ],
    ids=str,
)
def test_a_set_equals_any_list_of_the_same_items(left: Any, right: Any, same: bool) -> None:
    """Each as often; whichever of the two is known to be one."""
    assert equal(left, right) is same


@pytest.mark.parametrize(
    ("old", "new", "reordered"),
    [
        (["a", "b"], ["b", "a"], True),
        (["a", "b"], ["a", "b"], False),
        (["a", "b"], ["b", "c"], False),
        ([["a", "b"], ["c"]], [["b", "a"], ["c"]], True),
        ([["a", "b"], ["c"]], [["b", "a"], ["d"]], False),
        ([{"k": 1}, {"k": 2}], [{"k": 2}, {"k": 1}], True),
        ("ab", "ba", False),
        ([], None, False),
    ],
    ids=str,
)
def test_another_order_is_told_from_other_items(old: Any, new: Any, reordered: bool) -> None:
    """Of one list, or of the lists of several items."""
    assert is_reordered(old, new) is reordered


@pytest.mark.parametrize(
    ("old", "new", "pairs"),
    [
        ("ab", "ba", ["aa", "bb"]),
        ("xb", "bb", ["bb", "xb"]),  # the first became the second one's twin
        ("xyb", "byz", ["yy", "bb", "xz"]),
        ("aab", "aa", ["aa", "aa", "b"]),
        ("", "a", ["a"]),
    ],
)
def test_items_of_a_set_are_compared_with_what_they_were(old: str, new: str, pairs: list[str]) -> None:
    """What did not change stands beside itself, wherever it was, so that only what did is told as changed."""
    left, right = paired([*old], [*new])

    assert ["".join(pair) for pair in itertools.zip_longest(left, right, fillvalue="")] == pairs


def test_what_is_too_deep_or_too_long_to_be_sorted_is_survived() -> None:
    """Whatever a service answers."""
    one: Any = [1]
    for _ in range(700):
        one = [one]
    number = int("7" * 4000) ** 2

    assert not is_reordered([one, "b"], [one, "c"])
    assert is_reordered([number, "b"], ["b", number])
    assert in_one_order([one, number, "a"]) == [one, number, "a"]


def test_a_reading_is_marked_where_its_sets_are() -> None:
    """What it was made of stays as it is."""
    record = {"tags": ["b", "a"], "lines": [{"marks": [2, 1]}, {"marks": None}, "odd"], "rest": [1]}

    found = marked(record, ["tags", "lines[].marks", "nowhere.at.all", "rest.below", "rest[].below"])

    assert [type(each) for each in (found["tags"], found["lines"], found["lines"][0]["marks"])] == [AnyOrder, list, AnyOrder]
    assert found == record
    assert type(record["tags"]) is list


@pytest.mark.parametrize(
    ("shown", "sent", "held"),
    [
        (AnyOrder([{"k": 2, "id": 8}, {"k": 1, "id": 9}]), [{"k": 1}, {"k": 2}], True),
        (AnyOrder([{"k": 2, "id": 8}, {"k": 1, "id": 9}]), [{"k": 1}, {"k": 1}], False),
        ([{"k": 2, "id": 8}, {"k": 1, "id": 9}], [{"k": 1}, {"k": 2}], False),
        ([{"k": 1, "id": 8}], [{"k": 1}, {"k": 2}], False),
    ],
    ids=str,
)
def test_items_may_be_shown_with_members_that_nobody_sends(shown: Any, sent: Any, held: bool) -> None:
    """Wherever they stand, where their order means nothing."""
    assert holds(shown, sent) is held


# --- a service --------------------------------------------------------------------------------------------------------

Order = Callable[[int, list[Any]], list[Any]]


class Shuffling(People):
    """People whose tags each answer shows in an order of its own; ``order`` makes that from a number and the stored list."""

    def __init__(self, order: Order, *, by_writes: bool = False) -> None:
        super().__init__()
        for key, tags in zip(self.records, (["early", "vip", "west"], ["late", "north", "east"]), strict=True):
            self.records[key]["tags"] = tags
        self._order = order
        self._by_writes = by_writes
        self._turns = itertools.count(1)
        self._stored = 0

    def shown(self, key: str) -> dict[str, Any]:
        """Another order with each answer, or with each write."""
        found = super().shown(key)
        turn = self._stored if self._by_writes else next(self._turns)
        return {**found, "tags": self._order(turn, found["tags"])}

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        super()._store(key, record, sent)
        self._stored += 1


def turned(turn: int, tags: list[Any]) -> list[Any]:
    """The other way round each second time."""
    return tags[::-1] if turn % 2 else tags


def shuffled(turn: int, tags: list[Any]) -> list[Any]:
    """By chance, and so the same again at times."""
    return random.Random(turn).sample(tags, len(tags))


def by_the_text(_turn: int, tags: list[Any]) -> list[Any]:
    """In the order of the texts."""
    return sorted(tags)


def unique(content: dict[str, Any]) -> None:
    """The document makes the tags a set by the keyword, in requests and answers."""
    for holder in (request(content), content["components"]["schemas"]["Person"]):
        holder["properties"]["tags"]["uniqueItems"] = True


def in_words(content: dict[str, Any]) -> None:
    """It says so in words, and in the request alone."""
    request(content)["properties"]["tags"]["description"] = "The tags; their order is not kept."


def run(folder: Path, service: People, change: Change | None) -> RunReport:
    """The rules that compare lists."""
    api = drafted(folder, change)
    with serving(service) as url:
        (report,) = judge_all(Plan(target=target_of(api, url), apis=(api,), rules=RULES))
    return report


def found_in(report: RunReport) -> set[tuple[str, str]]:
    """Level and rule of all that is violated."""
    return {(each.level, each.rule) for each in report.results if each.verdict == "violates"}


@pytest.mark.parametrize(
    ("order", "by_writes", "change"),
    [
        (turned, False, None),
        (shuffled, False, None),
        (turned, False, unique),
        (turned, True, unique),
        (shuffled, True, in_words),
        (by_the_text, False, unique),
        (by_the_text, False, in_words),
    ],
)
def test_no_alarm_for_another_order_of_a_set(tmp_path: Path, order: Order, by_writes: bool, change: Change | None) -> None:
    """And the record is said to be restored, in the order in which it was stored."""
    service = Shuffling(order, by_writes=by_writes)
    before = copy.deepcopy(service.records)

    report = run(tmp_path, service, change)

    assert not found_in(report)
    assert report.restored.ok
    assert sorted(service.records[FIRST]["tags"]) == sorted(before[FIRST]["tags"])
    assert (report.moves.get("tags") == IN_ANY_ORDER) is (not by_writes and order is not by_the_text)


def test_a_list_that_stands_still_and_moves_with_writes_is_told(tmp_path: Path) -> None:
    """No document calls it a set, and two readings with nothing in between show the same."""
    report = run(tmp_path, Shuffling(turned, by_writes=True), None)

    assert ("must", "omitted-fields-unchanged") in found_in(report)
    assert "tags" not in report.moves


@pytest.mark.parametrize("change", [unique, None])
def test_items_that_come_and_go_are_told_of_a_set_too(tmp_path: Path, change: Change | None) -> None:
    """Another order is none of the service's faults; another item is."""

    class Losing(Shuffling):
        def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
            super()._store(key, record, sent)
            if "city" in sent and "tags" not in sent:
                record["tags"] = record["tags"][1:]

    report = run(tmp_path, Losing(turned), change)

    assert ("must", "omitted-fields-unchanged") in found_in(report)


def test_a_set_whose_order_stands_still_gets_its_own_again(tmp_path: Path) -> None:
    """Though it means nothing by the document: nobody knows who has got used to it."""
    service = Shuffling(lambda _turn, tags: tags)
    before = copy.deepcopy(service.records)

    report = run(tmp_path, service, unique)

    assert not found_in(report)
    assert service.records == before


def test_a_set_that_is_compared_with_what_was_sent_stays_one(tmp_path: Path) -> None:
    """Its items are compared as their field is, in whatever order they are shown."""

    def as_set(content: dict[str, Any]) -> None:
        request(content)["properties"]["tags"] = {"type": "array", "items": {"type": "string"}, "description": "Kept as a set."}

    reader = Reader(drafted(tmp_path, as_set), Expect())
    field = next(each for each in reader.api.fields if each.name == "tags")
    shown = reader.marked({"tags": ["007", "null"]})["tags"]

    assert reader.same(field, ["null", "007"], shown)
    assert not reader.same(field, ["null", "008"], shown)
