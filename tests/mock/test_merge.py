"""The mock's model of a PATCH, case by case: a stored record and a body in, the record after it out."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from mock_server.exchange.cleaning import Cleaning
from mock_server.exchange.merge import Write, merge_patch, patched
from mock_server.exchange.plan import Member, Owned, Plan
from mock_server.exchange.relations import Relations
from mock_server.state.store import State
from specs import Field, Merge, RecordField
from specs.model import Reference

THEN, NOW = "2020-01-01T00:00:00Z", "2024-01-01T00:00:00Z"
ROWS: Mapping[str, tuple[Mapping[str, Any], ...]] = {"shelves": ({"id": 1, "label": "low"}, {"id": 2, "label": "high"})}
REPLACE, MERGE = Merge(documented=True, policy="replace"), Merge(documented=True, policy="merge")
APPEND, REFUSE = (Merge(documented=True, policy="keyed", key="id", new=new) for new in ("append", "refuse"))
SHELF = Reference(collection="shelves", key="id")


def member(name: str, *members: Member, **facts: Any) -> Member:
    """A request property that is shown under its own name unless told otherwise, with its members."""
    field = Field(path=name, schema={}, merge=facts.pop("merge", None), reference=facts.pop("reference", None))
    plain = {"shown": name, "row_key": None, "null": "store", "ignored": None, "trimmed": False, "coerced": None}
    below = {"members": {each.field.name: each for each in members}, "owned": (), "touched": ()}
    return Member(**{"field": field, "related": True, **plain, **below, **facts})


def plan(*members: Member, **facts: Any) -> Plan:
    """A plan with these top-level properties."""
    plain = {"touched": (), "derived": (), "related": frozenset(), "unique": frozenset(), "refuses_unknown": False}
    top = {each.field.name: each for each in members}
    return Plan(**{"members": top, "success_type": "application/json", "read_type": "application/json", **plain, **facts})


def after(members: Plan, record: Mapping[str, Any], body: Mapping[str, Any], hidden: Mapping[str, Any] | None = None) -> State:
    """The state after a PATCH, cleaned as a body is; what was stored and what was sent stay as they were."""
    before, sent = State(deepcopy(record), hidden or {}), deepcopy(body)
    changes = Cleaning(refuses_unknown=False).members(sent, members.members)
    state = patched(before, changes, members, Write(now=NOW, rows=ROWS, owner="owner"))
    assert (before.record, sent) == (record, body)
    return state


A, B = member("a"), member("b")
REMOVED = member("a", null="remove")
ITEMS = (member("id"), A, member("tags", member("id"), B, merge=APPEND))

CASES: dict[str, tuple[Member, Any, Any, Any]] = {
    "a scalar is replaced": (member("x"), 1, 2, 2),
    "falsy values are values": (member("x"), 1, False, False),
    "an absent member appears": (member("x", A, merge=MERGE), None, {"a": 1}, {"a": 1}),
    "null is stored": (member("x"), 1, None, None),
    "null is ignored": (member("x", null="ignore"), 1, None, 1),
    "a list is replaced": (member("x"), [1, 2, 3], [4], [4]),
    "a list of objects is replaced": (member("x", A, B), [{"a": 1, "b": 2}], [{"a": 3}], [{"a": 3}]),
    "an object is replaced": (member("x", A, B, merge=REPLACE), {"a": 1, "b": 2}, {"a": 3}, {"a": 3}),
    "a replaced object keeps what the server writes": (member("x", A, merge=REPLACE), {"a": 1, "own": 2}, {}, {"own": 2}),
    "an object without a policy is replaced": (member("x", A, B), {"a": 1, "b": 2}, {"b": 3}, {"b": 3}),
    "an object is merged": (member("x", A, B, merge=MERGE), {"a": 1, "b": 2}, {"a": 3}, {"a": 3, "b": 2}),
    "null in a merged object is stored": (member("x", A, B, merge=MERGE), {"b": 2}, {"a": None}, {"a": None, "b": 2}),
    "null in a merged object removes": (member("x", REMOVED, B, merge=MERGE), {"a": 1, "b": 2}, {"a": None}, {"b": 2}),
    "null in a merged object is ignored": (member("x", member("a", null="ignore"), merge=MERGE), {"a": 1}, {"a": None}, {"a": 1}),
    "an object takes the place of a scalar": (member("x", A, merge=MERGE), 5, {"a": 1}, {"a": 1}),
    "a null takes the place of an object": (member("x", A, merge=MERGE), {"a": 1}, None, None),
    "an object in an object": (
        member("x", member("y", A, B, merge=MERGE), B, merge=MERGE),
        {"y": {"a": 1, "b": 2}, "b": 3},
        {"y": {"b": 4}},
        {"y": {"a": 1, "b": 4}, "b": 3},
    ),
    "a replaced object in a merged one": (
        member("x", member("y", A, B, merge=REPLACE), B, merge=MERGE),
        {"y": {"a": 1, "b": 2}, "b": 3},
        {"y": {"b": 4}},
        {"y": {"b": 4}, "b": 3},
    ),
    "members that no document lists are merged": (
        member("x", merge=MERGE),
        {"p": 1, "q": 2},
        {"p": {"r": 3}},
        {"p": {"r": 3}, "q": 2},
    ),
    "members that no document lists are replaced": (member("x", merge=REPLACE), {"p": 1, "q": 2}, {"p": 3}, {"p": 3}),
    "an ignored member stays": (
        member("x", member("a", ignored="ignore"), B, merge=MERGE),
        {"a": 1},
        {"a": 2, "b": 3},
        {"a": 1, "b": 3},
    ),
    "a member with another name": (member("x", member("a", shown="z"), merge=MERGE), {"z": 1}, {"a": 2}, {"z": 2}),
    "a keyed item is merged in place": (
        member("x", *ITEMS, merge=REFUSE),
        [{"id": 1, "a": 1, "own": 1}, {"id": 2, "a": 2}],
        [{"id": 1, "a": 3}],
        [{"id": 1, "a": 3, "own": 1}, {"id": 2, "a": 2}],
    ),
    "keyed items keep their order": (
        member("x", *ITEMS, merge=APPEND),
        [{"id": 1, "a": 1}, {"id": 2, "a": 2}],
        [{"id": 3, "a": 3}, {"id": 2, "a": 4}],
        [{"id": 1, "a": 1}, {"id": 2, "a": 4}, {"id": 3, "a": 3}],
    ),
    "the same new key twice is one item": (
        member("x", *ITEMS, merge=APPEND),
        [],
        [{"id": 1, "a": 1}, {"id": 1, "a": 2}],
        [{"id": 1, "a": 2}],
    ),
    "no items change nothing": (member("x", *ITEMS, merge=APPEND), [{"id": 1}], [], [{"id": 1}]),
    "keyed items in keyed items": (
        member("x", *ITEMS, merge=REFUSE),
        [{"id": 1, "tags": [{"id": "p", "b": 1}]}],
        [{"id": 1, "tags": [{"id": "q", "b": 2}, {"id": "p", "b": 3}]}],
        [{"id": 1, "tags": [{"id": "p", "b": 3}, {"id": "q", "b": 2}]}],
    ),
    "a reference shows its row": (member("x", row_key="id", reference=SHELF), ROWS["shelves"][0], 2, ROWS["shelves"][1]),
    "references show their rows": (member("x", row_key="id", reference=SHELF), [], [2, 1], [*reversed(ROWS["shelves"])]),
    "a reference to nothing is nothing": (member("x", row_key="id", reference=SHELF), ROWS["shelves"][0], None, None),
    "a key without a collection": (member("x", row_key="id"), {"id": 1, "own": 2}, 7, {"id": 7, "own": 2}),
}


@pytest.mark.parametrize(("changed", "stored", "sent", "shown"), CASES.values(), ids=CASES)
def test_a_value_is_written_by_its_policy(changed: Member, stored: Any, sent: Any, shown: Any) -> None:
    """The sent property becomes what its policy makes of it, and the one beside it stays."""
    assert after(plan(changed), {"x": stored, "beside": 1}, {"x": sent}).record == {"x": shown, "beside": 1}


@pytest.mark.parametrize(
    ("old", "patch", "merged"),
    [
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_objects_merge_as_in_rfc_7396(old: dict[str, Any], patch: dict[str, Any], merged: dict[str, Any]) -> None:
    """The cases of RFC 7396's appendix A whose patch is an object."""
    assert merge_patch(old, patch) == merged


def test_a_removed_member_is_gone() -> None:
    """Where null removes, the record has no such member any more; removing it again changes nothing."""
    assert after(plan(REMOVED), {"a": 1, "b": 2}, {"a": None}).record == {"b": 2}
    assert after(plan(REMOVED), {"b": 2}, {"a": None}).record == {"b": 2}


def test_names_differ_between_request_and_record() -> None:
    """A property is shown under the record's name, and one that nothing shows is kept beside the record, by its path."""
    members = plan(
        member("sent", shown="seen"), member("secret", shown=None), member("x", member("deep", shown=None), merge=MERGE)
    )

    state = after(members, {"seen": 1, "x": {}}, {"sent": 2, "secret": 3, "x": {"deep": 4}}, hidden={"other": 5})

    assert (state.record, state.hidden) == ({"seen": 2, "x": {}}, {"other": 5, "secret": 3, "x.deep": 4})


def test_times_and_derived_members_follow_a_write_only() -> None:
    """A write moves the touched time and the derived member; a body without known members changes nothing at all."""
    derived = RecordField(path="full", schema={}, derived=True, all_set=("a", "b"))
    members, record = plan(A, B, touched=("moved",), derived=(derived,)), {"a": 1, "b": 2, "moved": THEN, "full": True}

    assert after(members, record, {"a": None}).record == {"a": None, "b": 2, "moved": NOW, "full": False}
    assert after(members, record, {"a": 3}).record == {"a": 3, "b": 2, "moved": NOW, "full": True}
    assert after(members, record, {"unknown": 1}).record == record


def test_a_time_never_goes_back() -> None:
    """A stored time that is ahead of the clock stays."""
    assert after(plan(A, touched=("moved",)), {"a": 1, "moved": "2999-01-01T00:00:00Z"}, {"a": 2}).record["moved"][:4] == "2999"


def test_a_new_item_gets_what_the_server_gives() -> None:
    """A time, an id that is the same for the same item, and a sample; what is sent is not overwritten."""
    given = [Owned(name=kind, given=kind, sample="seeded") for kind in ("time", "id", "sample")]  # type: ignore[arg-type]
    members = plan(
        member("x", member("key"), A, merge=Merge(documented=True, policy="keyed", key="key", new="append"), owned=given)
    )

    first, second = after(members, {"x": []}, {"x": [{"key": 1, "a": 1}, {"key": 2}]}).record["x"]

    assert {**first, "id": ""} == {"key": 1, "a": 1, "time": NOW, "id": "", "sample": "seeded"}
    assert first["id"] != second["id"]
    assert after(members, {"x": []}, {"x": [{"key": 1, "a": 1}]}).record["x"] == [first]


@pytest.mark.parametrize(
    ("changed", "sent", "paths"),
    [
        (member("x", *ITEMS, merge=REFUSE), [{"id": 1}, {"id": 9}], [("x", 1, "id")]),
        (member("x", *ITEMS, merge=APPEND), [{"id": 1}, {"id": 9}], []),
        (member("x", reference=SHELF), [2, 9, "2", True], [("x", 1), ("x", 2), ("x", 3)]),
        (member("x", reference=SHELF), 9, [("x",)]),
        (member("x", reference=SHELF), None, []),
        (member("x", reference=Reference(own="x", key="id")), 1, []),
        (member("x", reference=Reference(own="x", key="id")), 3, [("x",)]),
    ],
)
def test_a_key_of_nothing_is_a_fault_at_its_place(changed: Member, sent: Any, paths: list[tuple[str | int, ...]]) -> None:
    """An item that is not stored is refused where the policy says so, and a reference where no row or own item has the key."""
    faults = Relations({"x": changed}, {"x": [{"id": 1}]}, {"x": sent}, ROWS, ()).faults()

    assert [(fault.path, fault.kind) for fault in faults] == [(path, "reference") for path in paths]
