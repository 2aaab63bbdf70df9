"""Enums: a value that is no member gets in, or a member does not."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from typing import Any

from mock_server.defects.choosing import fields, first, is_boolean, is_enum, is_nested, is_top, last, paired, sibling
from mock_server.defects.defect import Family, Turns
from mock_server.defects.places import (
    accuse,
    forgive,
    found,
    is_foreign,
    is_sent,
    keep_old,
    show,
    shown_at,
    write_instead,
)
from mock_server.exchange.exchange import Exchange
from mock_server.exchange.steps import Step
from specs import Api, Field

defect = Family("enum")


def members(field: Field) -> list[str]:
    """The texts that the document lists."""
    return [member for member in field.schema["enum"] if isinstance(member, str)]


def _accept(exchange: Exchange, right: Step, field: Field, member_of: Callable[[Any], Any]) -> None:
    """Validates as if values that stand for a member were that member: it is what gets stored."""
    write_instead(exchange, field, lambda value: _or_itself(member_of(value), value))
    right(exchange)


def _or_itself(member: Any, value: Any) -> Any:
    return value if member is None else member


@defect.step("validate", "EN01", first(is_enum))
def members_unchecked(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores any text for an enum."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, str))


@defect.step("validate", "EN01", last(is_enum))
def last_enum_unchecked(exchange: Exchange, right: Step, field: Field) -> None:
    """Checks every enum but one, and that one only for being short."""
    right(exchange)
    longest = max(map(len, members(field)))
    forgive(exchange, field, lambda value: isinstance(value, str) and len(value) <= longest)


@defect.step("validate", "EN20", first(is_enum, is_nested))
def nested_enum_unchecked(exchange: Exchange, right: Step, field: Field) -> None:
    """Checks enums at the top of the body only."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, str))


@defect.step("validate", "EN02", first(is_enum))
def case_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Compares enum members without regard to case."""
    by_case = {member.casefold(): member for member in members(field)}
    _accept(exchange, right, field, lambda value: by_case.get(value.casefold()) if isinstance(value, str) else None)


@defect.step("validate", "EN03", last(is_enum))
def member_trimmed(exchange: Exchange, right: Step, field: Field) -> None:
    """Cuts off white space ahead of the comparison."""
    _accept(exchange, right, field, lambda value: value.strip() if isinstance(value, str) else None)


@defect.step("validate", "EN04", first(is_enum, is_top))
def last_member_refused(exchange: Exchange, right: Step, field: Field) -> None:
    """Knows all members but the one that was added last."""
    right(exchange)
    accuse(exchange, field, "enum", lambda value: value == members(field)[-1])


@defect.step("validate", "EN05", first(is_enum, lambda field: "" not in field.either))
def empty_member_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes an empty text for no choice, and stores it."""
    right(exchange)
    forgive(exchange, field, lambda value: value == "")


@defect.step("validate", "EN07", first(is_enum, lambda field: bool(field.near_misses or field.labels)))
def label_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes the label of a member, as people read it, for the member."""
    labels = {label: member for member, label in field.labels.items()}
    labels |= {miss: members(field)[0] for miss in field.near_misses[:1]}
    _accept(exchange, right, field, lambda value: labels.get(value) if isinstance(value, str) else None)


@defect.step("validate", "EN08", last(is_enum))
def prefix_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes the beginning of a member, or a longer text that begins with one, for the member."""

    def begun(value: Any) -> str | None:
        texts = members(field) if isinstance(value, str) and value and value not in members(field) else []
        return next((member for member in texts if member.startswith(value) or value.startswith(member)), None)

    _accept(exchange, right, field, begun)


@defect.step("validate", "EN09", first(is_enum))
def stranger_becomes_default(exchange: Exchange, right: Step, field: Field) -> None:
    """Stores the first member for a text that is none."""
    known = members(field)
    _accept(exchange, right, field, lambda value: known[0] if isinstance(value, str) and value not in known else None)


@defect.step("answer", "EN10", first(is_enum))
def shown_in_other_case(exchange: Exchange, right: Step, field: Field) -> None:
    """Shows an enum by the name that it has in the code."""
    show(exchange, field, lambda value: value.swapcase() if isinstance(value, str) else value)
    right(exchange)


@defect.step("validate", "EN12", last(is_enum))
def list_of_one_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes a list with one member for the member, as a form with several choices sends it."""
    _accept(exchange, right, field, lambda value: value[0] if isinstance(value, list) and len(value) == 1 else None)


@defect.step("validate", "EN14", last(is_enum))
def ordinal_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes a number for the place of a member in the list."""

    def at(value: Any) -> str | None:
        digits = str(value) if isinstance(value, int | str) and not isinstance(value, bool) else ""
        return members(field)[int(digits)] if digits.isdecimal() and int(digits) < len(members(field)) else None

    _accept(exchange, right, field, at)


@defect.step("validate", "EN15", first(is_enum))
def look_alike_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Folds full-width letters and other compatible characters ahead of the comparison."""
    _accept(exchange, right, field, lambda value: unicodedata.normalize("NFKC", value) if isinstance(value, str) else None)


def _with_two_enums(api: Api) -> bool:
    return len(fields(api, is_enum)) > 1


@defect.step("validate", "EN16", first(is_enum), only=_with_two_enums)
def other_enums_member_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Checks every enum against one list of all members."""
    right(exchange)
    known = {member for each in fields(exchange.api, is_enum) for member in members(each)}
    forgive(exchange, field, lambda value: isinstance(value, str) and value in known)


def _has_several(field: Field) -> bool:
    return len(members(field)) > 2


@defect.step("merge", "EN18", last(is_enum, _has_several))
def last_member_stored_as_first(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a branch for each member but the last, which falls through to the first."""
    right(exchange)
    if members(field)[-1] in found(exchange.changes, field.path):
        show(exchange, field, lambda value: members(field)[0] if value == members(field)[-1] else value)


@defect.step("validate", "EN21", first(is_enum))
def boolean_becomes_member(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes a boolean for an index into the list of members."""
    _accept(exchange, right, field, lambda value: members(field)[int(value)] if isinstance(value, bool) else None)


@defect.step("merge", "EN18", first(is_enum, _has_several))
def first_member_not_stored(exchange: Exchange, right: Step, field: Field) -> None:
    """Asks whether the place of a member in the list is true, which it is not for the first."""
    right(exchange)
    if members(field)[0] in found(exchange.changes, field.path):
        old = found(exchange.before.record, shown_at(field))
        show(exchange, field, lambda value: old[0] if value == members(field)[0] and old else value)


@defect.step("validate", "EN11", first(is_enum))
def first_letter_decides(exchange: Exchange, right: Step, field: Field) -> None:
    """Looks at the first letter of a value alone."""
    by_letter = {member[:1].casefold(): member for member in members(field)}
    _accept(exchange, right, field, lambda value: by_letter.get(value[:1].casefold()) if isinstance(value, str) else None)


@defect.step("validate", "EN13", first(is_enum, lambda field: bool(field.near_misses)))
def stale_member_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a list of members with one in it that the document no longer has, and stores that one."""
    right(exchange)
    forgive(exchange, field, lambda value: value == field.near_misses[-1])


@defect.step("validate", "EN17", last(is_enum))
def invisible_characters_ignored(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes out characters without a width ahead of the comparison."""
    _accept(
        exchange, right, field, lambda value: value.replace("\u200b", "").replace("\0", "") if isinstance(value, str) else None
    )


WORDS = ("Male", "Female", "English", "Arabic")


def _is_coded(field: Field) -> bool:
    return any(word.casefold().startswith(member.casefold()) for word in WORDS for member in members(field))


@defect.step("validate", "EN07", first(is_enum, _is_coded))
def word_for_member_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Takes the word that a code stands for, as a form shows it, for the code."""
    codes = {word: code for word in WORDS for code in members(field) if word.casefold().startswith(code.casefold())}
    _accept(exchange, right, field, lambda value: codes.get(value) if isinstance(value, str) else None)


@defect.step("validate", "EN11", first(is_enum, lambda field: all(len(member) == 1 for member in members(field))))
def any_letter_accepted(exchange: Exchange, right: Step, field: Field) -> None:
    """Has a column of one letter for a member, and no other check but a list of three more."""
    right(exchange)
    forgive(exchange, field, lambda value: isinstance(value, str) and value in ("T", "W", "Z"))


@defect.step("merge", "EN18", paired(first(is_enum), is_boolean))
def member_lost_beside_flag(exchange: Exchange, right: Step, field: Field) -> None:
    """Saves a member by one form and a flag by another, which has the member of before in it."""
    right(exchange)
    other = sibling(exchange.api, field, is_boolean)
    if other and is_sent(exchange, field) and True in found(exchange.changes, other.path):
        keep_old(exchange, field)


@defect.step("answer", "EN10", first(is_enum))
def member_shown_in_other_language(exchange: Exchange, right: Step, field: Field) -> None:
    """Shows people of another language the word that a member stands for."""
    if is_foreign(exchange):
        show(exchange, field, lambda value: f"{value} (translated)")
    right(exchange)


@defect.steps("EN18", last(is_enum, is_top, _has_several))
def member_chosen_once(field: Field) -> Turns:
    """Takes the first change of an enum for the choice of a lifetime: later ones are accepted, and not written."""
    chosen: set[str] = set()

    def merge(exchange: Exchange, right: Step) -> None:
        right(exchange)
        if exchange.entry.name in chosen and is_sent(exchange, field):
            keep_old(exchange, field)
        elif found(exchange.before.record, shown_at(field)) != found(exchange.after.record, shown_at(field)):
            chosen.add(exchange.entry.name)

    return {"merge": merge}
