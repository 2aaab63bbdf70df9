"""The values that rules send: enough of them, valid, and unusual where careless code breaks."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import islice
from typing import Any

import pytest

import specs
from contracts.judging.unusual import ASTRAL, LOOK_ALIKES, SIZES, unusual_values
from contracts.record.keeping.kinds import names_a_record
from contracts.record.values import Values
from contracts.reports.result import judged
from contracts.target.secrecy import Redactor
from contracts.target.target import Identity, Target
from contracts.terms.changed import other_value
from contracts.terms.exchange import Answer, Exchange
from contracts.terms.looks import looks_like, same_time
from contracts.terms.rule import Rule, once
from contracts.terms.verdict import Difference, Level, NotJudged, Violation
from specs import Field, Schema


def values(**known: list[Any]) -> Values:
    """The values of a target whose file lists some."""
    api, listed = specs.load("babyland"), {path: tuple(each) for path, each in known.items()}
    return Values(Target(api=api, url="http://127.0.0.1:1", identity=Identity(path={}, auth={}), values=listed))


# --- safe values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "drawn"),
    [
        ({"type": "integer", "minimum": 1, "maximum": 5}, [1, 2, 3, 4, 5, 1, 2]),
        ({"type": "integer", "exclusiveMinimum": 3, "maximum": 5}, [4, 5, 4]),
        ({"type": "integer", "maximum": -7, "multipleOf": 9_999}, [-9_999, -9_999]),
        ({"type": "number", "minimum": 0.5, "maximum": 0.9}, [0.6, 0.7, 0.8, 0.6]),
        ({"type": "integer"}, [1, 2, 3]),
        ({"oneOf": [{"type": "string", "maxLength": 5}, {"type": "object"}]}, None),
    ],
    ids=str,
)
def test_values_do_not_run_out(schema: Schema, drawn: list[Any] | None) -> None:
    """A short range is gone through again and again; a union gives values of its first part."""
    field, source = Field(path="a", schema=schema), values()
    found = [source.fresh(field) for _ in range(len(drawn or [1]))]

    assert drawn is None or [round(each, 6) for each in found] == drawn
    assert all(source.safe(field, each) for each in found)


@pytest.mark.parametrize(
    ("schema", "places"),
    [
        ({"format": "decimal", "pattern": r"^-?\d{0,10}(?:\.\d{0,2})?$"}, 2),
        ({"format": "decimal"}, 2),
        ({"format": "decimal", "maxLength": 4}, 1),
        ({"pattern": r"^[+-]?\d+\.\d{4}$"}, 4),
        ({"format": "decimal", "pattern": r"^-?\d+$"}, 0),
    ],
    ids=str,
)
def test_decimal_texts_are_small_numbers_as_everybody_writes_them(schema: Schema, places: int) -> None:
    """Above zero, with a digit before the point and all places told, whatever else their pattern admits."""
    field, source = Field(path="a", schema={"type": "string", **schema}), values()
    found = [source.fresh(field) for _ in range(20)]

    assert all(re.fullmatch(rf"[1-9]\d?\.[1-9]{{{places}}}" if places else r"[1-9]\d?", each) for each in found)
    assert len({*found}) == 20


def test_a_value_is_another_one_than_the_current() -> None:
    """Also where there are two only."""
    field, source = Field(path="a", schema={"type": "integer", "minimum": 1, "maximum": 2}), values()

    assert [source.fresh(field, current) for current in islice((1, 2, 1, 2), 4)] == [2, 1, 2, 1]


@pytest.mark.parametrize(
    ("form", "current", "drawn"),
    [
        ("duration", "P3D", ["P4D", "P2D", "P5D"]),
        ("duration", "PT36H", ["PT37H", "PT35H", "PT38H"]),
        ("duration", None, ["P2D", "P3D", "P4D"]),
        ("ipv4", "203.0.113.7", ["192.0.2.2", "192.0.2.3", "192.0.2.4"]),
        ("ipv6", None, ["2001:db8::1", "2001:db8::2", "2001:db8::3"]),
    ],
)
def test_a_text_of_a_format_is_drawn(form: str, current: str | None, drawn: list[str]) -> None:
    """A duration in the unit of the present one; no word is an address."""
    field, source = Field(path="a", schema={"type": "string", "format": form}), values()

    assert [source.fresh(field, current) for _ in drawn] == drawn


@pytest.mark.parametrize("form", ["email", "uri", "date-time"])
def test_a_text_of_a_format_that_the_limit_has_no_room_for_is_not_looked_for_for_ever(form: str) -> None:
    """No value is known, and the run goes on."""
    with pytest.raises(NotJudged, match="no safe value"):
        values().fresh(Field(path="a", schema={"type": "string", "format": form, "maxLength": 4}))


@pytest.mark.parametrize(
    ("form", "left", "right", "alike"),
    [
        ("duration", "P1D", "PT24H", True),
        ("duration", "P1W", "P7D", True),
        ("duration", "P1Y", "P12M", True),
        ("duration", "PT90M", "PT1H30M", True),
        ("duration", "PT1M", "P1M", False),
        ("duration", "P30D", "P1M", False),
        ("duration", "P", "P", False),
        ("date-time", "2024-01-01T10:00:00Z", "2024-01-01T11:00:00+01:00", True),
        ("date-time", "P1D", "PT24H", False),
        ("date", "2024-01-01", "2024-01-02", False),
    ],
)
def test_a_time_may_be_spelled_in_two_ways(form: str, left: str, right: str, alike: bool) -> None:
    """A moment by its offset, a duration by its units, as libraries write them."""
    assert same_time({"format": form}, left, right) is alike


@pytest.mark.parametrize(
    ("known", "drawn"),
    [(["x", "y", "z"], [["x", "y"], ["y", "z"], ["x"]]), ([["x", "z"], ["y"]], [["x", "z"], ["y"], ["x", "z"]])],
    ids=["items", "whole lists"],
)
def test_known_values_of_a_list_are_items_or_whole_lists(known: list[Any], drawn: list[Any]) -> None:
    """[values] may list either."""
    field, source = Field(path="a", schema={"type": "array", "items": {"type": "string"}}), values(a=known)

    assert [source.fresh(field) for _ in drawn] == drawn


TEXT = {"type": "string"}


# --- unusual values ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "among", "never"),
    [
        ({"type": "string"}, ["null", "1e5", "2024-05-06", ASTRAL], []),
        ({"type": "string", "maxLength": 4}, ["null", "0"], ["2024-05-06", ASTRAL]),
        ({"type": "string", "format": "date-time"}, ["2023-12-31T23:30:00-08:00"], ["null"]),
        ({"type": "string", "format": "email"}, ["abc.b+c@mail.example.com"], ["null"]),
        ({"type": "integer", "minimum": 1, "maximum": 5}, [1, 5], [0, 128]),
        ({"type": "integer", "format": "int32"}, [2**31 - 1], [2**31]),
        ({"type": "integer", "format": "int64"}, [2**53 + 1, 2**63 - 1], [0.1]),
        ({"type": "number", "multipleOf": 0.5}, [0.5, 0], [19.99, 0.1]),
        ({"type": "array", "items": {"type": "string"}}, [["pear", "Apple", "fig"], ["fig", "fig"]], []),
        (
            {"type": "array", "maxItems": 2, "uniqueItems": True, "items": {"type": "string"}},
            [["pear", "Apple"]],
            [["fig", "fig"]],
        ),
        ({"type": "array", "items": {"type": "string", "enum": ["b", "a"]}}, [["b", "a"], ["a", "b"]], []),
        ({"type": "string", "enum": ["null"]}, [], ["null"]),
    ],
    ids=str,
)
def test_unusual_values_are_valid(schema: Schema, among: list[Any], never: list[Any]) -> None:
    """Whatever is sent keeps to the document."""
    found = [each.value for each in unusual_values(Field(path="a", schema=schema), "abc")]

    assert [each for each in among if each not in found] == []
    assert [each for each in never if each in found] == []


def test_every_text_is_tried_as_null_number_and_date() -> None:
    """Wherever a field starts in the list, and up to every length where the document has no limit."""
    for path in ("a", "b", "c", "d"):
        found = [each.value for each in unusual_values(Field(path=path, schema={"type": "string"}), "abc")]

        assert {*LOOK_ALIKES} <= {*found}
        assert {*SIZES} <= {*map(len, found)}


def test_what_most_readers_expect_and_no_document_says_is_a_should() -> None:
    """Digits beyond those of a double, and a text twice in a list."""
    fields: dict[str, Schema] = {"integer": {"type": "integer"}, "list": {"type": "array", "items": {"type": "string"}}}
    levels = {
        name: {str(each.value): each.level for each in unusual_values(Field(path="a", schema=schema), "")}
        for name, schema in fields.items()
    }

    assert (levels["integer"][str(2**53 + 1)], levels["integer"][str(2**31)]) == (Level.SHOULD, None)
    assert (levels["list"]["['fig', 'fig']"], levels["list"]["['pear', 'Apple', 'fig']"]) == (Level.SHOULD, None)


@pytest.mark.parametrize(
    ("schema", "current", "other"),
    [
        ({"type": "boolean"}, True, False),
        ({"type": "boolean"}, None, True),
        ({"type": "string"}, "2020-07-19T14:11:09.487710+02:00", "2001-02-03T04:05:06Z"),
        ({"type": "string"}, "2020-07-19", "2001-02-03"),
        ({"type": "string", "enum": ["a", "b"]}, "a", "b"),
        ({"type": "array"}, [{"a": 1, "b": "x"}], [{"a": 1010, "b": "1"}]),
        ({"type": "object"}, {"a": False}, {"a": True}),
        ({"type": "integer"}, None, 1),
        ({"type": "string", "format": "date-time"}, None, "2001-02-03T04:05:06Z"),
    ],
    ids=str,
)
def test_what_nobody_may_write_is_tried_with_another_value_of_its_type(schema: Schema, current: Any, other: Any) -> None:
    """Whatever the record shows for it, nothing included."""
    assert other_value(schema, current) == other


# --- what is written of them ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("caf\u00e9", "cafe\u0301", True),
        ("a b", "a\u00a0b", True),
        ("ab", "a\u200bb", True),
        ("\uff21", "A", True),
        ("cafe", "caf\u00e9", False),
        ("A", "a", False),
        ("a", "a", False),
        ("1", 1, False),
    ],
)
def test_texts_that_the_eye_cannot_tell_apart(left: Any, right: Any, alike: bool) -> None:
    """Normal forms, spaces, characters without a width, compatible letters."""
    assert looks_like(left, right) is alike


def exchange(status: int) -> Exchange:
    """A patch that was answered so."""
    answer = Answer(status=status, headers={}, body=b"", json=None)
    return Exchange(
        method="PATCH", url="/", headers={}, body=b"{}", answer=answer, failure=None, curl="curl", started="", seconds=0
    )


RULE = Rule(id="r", family="types", requirement="R.", cases=once)


@pytest.mark.parametrize(
    ("status", "level", "found"),
    [(500, None, "must"), (502, None, "must"), (500, Level.SHOULD, "should"), (501, None, "should"), (400, None, "should")],
)
def test_a_server_error_is_a_must_wherever_it_comes(status: int, level: Level | None, found: str) -> None:
    """Unless the rule says otherwise, or the server says that it knows no such method."""
    violation = Violation(expected="e", actual="a", exchange=exchange(status), level=level)

    assert judged(specs.load("babyland"), RULE, "*", violation, (), Redactor(), 0).level == found


def test_differences_of_texts_that_look_alike_are_shown_by_code_points() -> None:
    """Others are shown as they are."""
    pairs = [("caf\u00e9", "cafe\u0301"), ("caf\u00e9", "tea")]
    violation = Violation(expected="e", actual="a", difference=[Difference(path="p", before=a, after=b) for a, b in pairs])
    shown = judged(specs.load("babyland"), replace(RULE), "*", violation, (), Redactor(), 0).difference

    assert [(each["before"], each["after"]) for each in shown] == [("caf\\u00e9", "cafe\\u0301"), ("caf\u00e9", "tea")]


@pytest.mark.parametrize(
    ("name", "found"),
    [
        *[(name, True) for name in ("id", "customer_id", "customerId", "CustomerID", "parentID", "blog-owner")],
        *[(name, False) for name in ("paid", "valid", "grid", "transparent", "coauthored")],
    ],
)
def test_what_is_called_a_key_is_told_by_the_words_of_its_name(name: str, found: bool) -> None:
    """In any of the ways in which words are joined in names."""
    integer = next(each for each in specs.load("customers_me").walk_fields() if each.name == "primary_address")

    assert names_a_record(replace(integer, path=name, schema={"type": "integer"})) is found
