"""Lengths: a limit is not kept, counted in other units, or kept by cutting."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable

from mock_server.defects.choosing import any_field, fields, first, is_array, is_limited, is_nested, last, limited_key, takes
from mock_server.defects.defect import Family
from mock_server.defects.places import accuse, forgive, found, is_sent, write_instead
from mock_server.exchange.exchange import Exchange
from mock_server.exchange.steps import Step
from specs import Api, Field

defect = Family("length")


def limit(field: Field) -> int:
    """The documented limit."""
    return int(field.schema["maxLength"])


def _allow(exchange: Exchange, right: Step, field: Field, is_short: Callable[[str], bool]) -> None:
    """Validates as if texts that pass ``is_short`` were within the limit."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, str) and len(value) > limit(field) and is_short(value))


def _forbid(exchange: Exchange, right: Step, field: Field, is_long: Callable[[str], bool]) -> None:
    """Validates as if texts that pass ``is_long`` were over the limit."""
    right(exchange)
    accuse(exchange, field, "maxLength", lambda value: isinstance(value, str) and len(value) <= limit(field) and is_long(value))


@defect.step("validate", "LN01", first(is_limited))
def limit_unchecked(exchange: Exchange, right: Step, field: Field) -> None:
    """Has no limit for the first text that has one."""
    _allow(exchange, right, field, lambda _: True)


@defect.step("validate", "LN01", last(is_limited))
def last_limit_unchecked(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a limit for every text but the last."""
    _allow(exchange, right, field, lambda _: True)


@defect.step("validate", "LN10", first(is_limited, is_nested))
def nested_limit_unchecked(exchange: Exchange, right: Step, field: Field) -> None:
    """Checks limits at the top of the body only."""
    _allow(exchange, right, field, lambda _: True)


@defect.step("validate", "LN02", first(is_limited))
def one_too_many_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Compares with <= where < was meant: one more character than the limit is accepted."""
    _allow(exchange, right, field, lambda value: len(value) == limit(field) + 1)


@defect.step("validate", "LN03", last(is_limited))
def limit_itself_refused(exchange: Exchange, right: Step, field: Field) -> None:
    """Compares with < where <= was meant: the longest text that is allowed is refused."""
    _forbid(exchange, right, field, lambda value: len(value) == limit(field))


@defect.step("validate", "LN01", last(is_limited))
def only_words_limited(exchange: Exchange, right: Step, field: Field) -> None:
    """Checks the limit by a pattern that a text with a blank in it does not come under."""
    _allow(exchange, right, field, lambda value: " " in value.strip())


@defect.step("validate", "LN04", first(is_limited, takes("\u00e9")))
def bytes_counted(exchange: Exchange, right: Step, field: Field) -> None:
    """Counts the bytes of UTF-8."""
    _forbid(exchange, right, field, lambda value: len(value.encode()) > limit(field))


@defect.step("validate", "LN05", last(is_limited, takes("\U0001f600")))
def code_units_counted(exchange: Exchange, right: Step, field: Field) -> None:
    """Counts UTF-16 code units, in which an emoji is two."""
    _forbid(exchange, right, field, lambda value: len(value.encode("utf-16-le")) // 2 > limit(field))


@defect.step("validate", "LN06", first(is_limited))
def over_limit_cut(exchange: Exchange, right: Step, field: Field) -> None:
    """Cuts a text that is too long, and says nothing."""
    write_instead(exchange, field, lambda value: value[: limit(field)] if isinstance(value, str) else value)
    right(exchange)


@defect.step("validate", "LN07", last(is_limited))
def twice_the_limit_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a column of twice the size, and no other check."""
    _allow(exchange, right, field, lambda value: len(value) <= 2 * limit(field))


@defect.step("validate", "LN09", first(is_limited))
def some_slack_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Allows ten characters more than the document."""
    _allow(exchange, right, field, lambda value: len(value) <= limit(field) + 10)


@defect.step("merge", "LN16", last(is_limited))
def last_character_lost(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores a text of the full length without its last character."""
    write_instead(exchange, field, lambda value: value[:-1] if isinstance(value, str) and len(value) == limit(field) else value)
    right(exchange)


@defect.step("merge", "LN16", last(lambda field: field.schema.get("format") == "email"))
def long_address_cut(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a column of a hundred characters for addresses of e-mail."""
    write_instead(exchange, field, lambda value: value[:100] if isinstance(value, str) else value)
    right(exchange)


@defect.step("validate", "LN11", first(is_limited))
def over_limit_crashes(exchange: Exchange, right: Step, field: Field) -> None:
    """Leaves the limit to the database, whose error nobody catches."""
    for value in found(exchange.changes, field.path):
        if isinstance(value, str) and len(value) > limit(field):
            raise RuntimeError(f"value too long for {field.path}")
    right(exchange)


@defect.step("validate", "LN13", first(is_limited, takes("e\u0301")))
def visible_characters_counted(exchange: Exchange, right: Step, field: Field) -> None:
    """Counts what the eye sees as one character once, so that combining marks are free."""
    _allow(exchange, right, field, lambda value: sum(not unicodedata.combining(each) for each in value) <= limit(field))


@defect.step("validate", "LN15", first(is_limited, takes("a & b")))
def escaped_text_counted(exchange: Exchange, right: Step, field: Field) -> None:
    """Escapes a text for HTML ahead of counting it."""
    _forbid(exchange, right, field, lambda value: len(html.escape(value)) > limit(field))


@defect.step("validate", "LN17", first(is_limited), only=lambda api: len({limit(each) for each in fields(api, is_limited)}) > 1)
def limit_of_other_field(exchange: Exchange, right: Step, field: Field) -> None:
    """Has the limits of two properties the wrong way round."""
    other = next(each for each in fields(exchange.api, is_limited) if limit(each) != limit(field))
    _allow(exchange, right, field, lambda value: len(value) <= limit(other))
    accuse(exchange, field, "maxLength", lambda value: isinstance(value, str) and limit(other) < len(value) <= limit(field))


@defect.step("validate", "LN21", last(is_limited, takes("a\u200bb")))
def invisible_characters_not_counted(exchange: Exchange, right: Step, field: Field) -> None:
    """Does not count characters without a width."""
    _allow(exchange, right, field, lambda value: sum(unicodedata.category(each) != "Cf" for each in value) <= limit(field))


@defect.step("validate", "LN18", any_field(is_array, lambda field: field.states("minItems")))
def too_few_items_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Has no lower limit for the number of items."""
    right(exchange)
    forgive(exchange, field, lambda value: value == [])


@defect.step("find", "LN20", only=lambda api: api.identity == "path")
def long_id_crashes(exchange: Exchange, right: Step) -> None:
    """Hands an id of any length to the database."""
    if any(len(value) > 100 for value in exchange.arguments.values()):
        raise RuntimeError("the id is out of range")
    right(exchange)


@defect.step("validate", "LN10", limited_key)
def long_key_stored(exchange: Exchange, right: Step, field: Field) -> None:
    """Has no limit for the key of a new item."""
    _allow(exchange, right, field, lambda _: True)


@defect.step("validate", "LN12", last(is_limited))
def huge_text_crashes(exchange: Exchange, right: Step, field: Field) -> None:
    """Matches a text against a pattern that takes too long for a huge one."""
    if any(isinstance(value, str) and len(value) > 50_000 for value in found(exchange.changes, field.path)):
        raise RuntimeError("maximum recursion depth exceeded")
    right(exchange)


@defect.step("validate", "LN22", first(is_limited, takes("a  ")))
def padding_not_counted(exchange: Exchange, right: Step, field: Field) -> None:
    """Counts a text without the white space around it, and stores it with that."""
    given = exchange.changes
    right(exchange)
    exchange.changes = given
    padded = found(exchange.body, field.path)
    if any(isinstance(value, str) and len(value.strip()) <= limit(field) < len(value) for value in padded):
        forgive(exchange, field, lambda _: True)
        write_instead(exchange, field, lambda _: padded[0])


@defect.step("validate", "LN18", any_field(lambda field: int(field.schema.get("minLength", 0)) > 0 and field.states("minLength")))
def lower_limit_unchecked(exchange: Exchange, right: Step, field: Field) -> None:
    """Has no lower limit for a text."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, str) and len(value) < int(field.schema["minLength"]))


def _with_limits(api: Api) -> bool:
    return len(fields(api, is_limited)) > 1


@defect.step("merge", "LN12", only=_with_limits)
def row_too_long_crashes(exchange: Exchange, right: Step) -> None:
    """Has columns for each text alone, and a page of the database that does not hold all of them at their limit."""
    limited = fields(exchange.api, is_limited)
    sent = sum(len(text) for field in limited for text in found(exchange.changes, field.path)[-1:] if isinstance(text, str))
    if sent > 0.6 * sum(map(limit, limited)) and sum(is_sent(exchange, field) for field in limited) > 1:
        raise RuntimeError("row size too large")
    right(exchange)


def _has_maximum(field: Field) -> bool:
    return field.types == {"integer"} and field.states("maximum")


@defect.step("validate", "LN03", last(_has_maximum))
def maximum_itself_refused(exchange: Exchange, right: Step, field: Field) -> None:
    """Compares with < where <= was meant, for a number."""
    right(exchange)
    accuse(exchange, field, "maximum", lambda value: value == field.schema["maximum"])


def _limits_its_items(field: Field) -> bool:
    return field.kind == "array" and "maxLength" in field.schema.get("items", {})


@defect.step("validate", "LN10", first(_limits_its_items))
def item_limit_unchecked(exchange: Exchange, right: Step, field: Field) -> None:
    """Checks the limit of a text, and not that of the texts in a list."""
    right(exchange)
    longest = field.schema["items"]["maxLength"]
    forgive(exchange, field, lambda value: isinstance(value, str) and len(value) > longest)


@defect.step("validate", "LN05", first(_limits_its_items))
def code_units_counted_in_items(exchange: Exchange, right: Step, field: Field) -> None:
    """Counts UTF-16 code units in the texts of a list."""
    right(exchange)
    longest = field.schema["items"]["maxLength"]
    accuse(
        exchange, field, "maxLength", lambda value: any(len(each.encode("utf-16-le")) // 2 > longest for each in _texts(value))
    )


def _texts(value: object) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []
