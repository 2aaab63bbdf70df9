"""Patterns and steps: a text that does not match, and a number between two steps, are refused."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from contracts.judging.faults import may_be_sent
from contracts.judging.trials import Bad, expect_refused
from contracts.record.party import Party
from contracts.record.patches import leaves
from contracts.record.values import Values, keeps_to
from contracts.terms.looks import is_decimal
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import brief, spelled
from contracts.terms.verdict import NotJudged
from specs import Api, Field, Schema

ODD = "!~|^\u20ac"
"""Characters that hardly any pattern admits, and that hardly any service leaves out of what it is sent."""


def _of_a_pattern(api: Api) -> list[Field]:
    """The texts, and lists of texts, for which the document has a pattern; a closed list of them has rules of its own."""
    return [each for each in leaves(api) if may_be_sent(each) and _has_pattern(each) and each.reference is None]


def _has_pattern(field: Field) -> bool:
    schema = _one_of(field)
    is_text = "string" in field.types or field.kind == "array"
    states = field.states("pattern") if field.kind == "scalar" else "items" not in field.inferred
    return is_text and states and "pattern" in schema and not schema.keys() & {"enum", "const"}


def _one_of(field: Field) -> Schema:
    """The schema of one text: of an item where the field is a list."""
    items: Schema = field.schema.get("items", {}) if field.kind == "array" and not field.children else {}
    return items if field.kind == "array" else field.schema


@rule("off-pattern-refused", family="types", cases=field_cases(_of_a_pattern), harmless=True)
def test_text_off_the_pattern_is_refused(party: Party, case: Field) -> None:
    """A text that the documented pattern does not match is refused, and nothing of it is stored."""
    schema = _one_of(case)
    pattern = str(schema["pattern"])
    texts = [text for text in _off_by_one(schema, _right_text(party, case, pattern)) if not _matches(pattern, text)]
    bads = (Bad(brief(text), [text] if case.kind == "array" else text) for text in texts)
    expect_refused(party, case, bads, keyword="pattern", expected=f"a text off {pattern} to be refused for {case.path}")


def _right_text(party: Party, field: Field, pattern: str) -> str:
    """The text that the record holds, else another one that is valid.

    Raises NotJudged where the record's own text does not match: then the pattern is not what the service goes by.
    """
    record = party.read(without=field.top)
    held = _first(party.composer.patch(record, field, None).shown_in(record))
    if isinstance(held, str) and held:
        if not _matches(pattern, held):
            raise NotJudged(f"the record itself holds {brief(held)}, which the pattern does not match")
        return held
    drawn = _first(party.values.fresh(field))
    if not isinstance(drawn, str) or not drawn:
        raise NotJudged(f"no text is known that the pattern of {field.path} matches")
    return drawn


def _first(value: Any) -> Any:
    """The first item of a list that has any, and any other value itself."""
    return value[0] if isinstance(value, list) and value else value


def _off_by_one(schema: Schema, right: str) -> Iterator[str]:
    """Texts off by one character: more decimal places; another character at the end; one more there, or ahead of it."""
    longest, odd = int(schema.get("maxLength", 10_000)), next(each for each in ODD if each not in right)
    if is_decimal(schema) and "." in right:
        yield from (right + "1" * more for more in range(1, 4) if len(right) + more <= longest)
    yield right[:-1] + odd
    if len(right) < longest:
        yield from (right + odd, odd + right)


def _matches(pattern: str, text: str) -> bool:
    """By the schema's dialect, or by Python's where that can read the pattern too: what either of them admits may be admitted."""
    try:
        found = re.search(pattern, text) is not None
    except re.error:
        found = False
    return found or keeps_to({"pattern": pattern}, text)


def _of_steps(api: Api) -> list[Field]:
    """The numbers of which the document has them be multiples of one that is not 1."""
    found = [each for each in leaves(api) if "multipleOf" in each.schema and each.states("multipleOf") and may_be_sent(each)]
    return [each for each in found if each.kind == "scalar" and not each.schema.keys() & {"enum", "const"} and _between(each)]


def _between(field: Field) -> float:
    """How far from a multiple a number lies between two of them: half a step, or 1 where it is whole; 0 where there is none."""
    step = field.schema["multipleOf"]
    whole = "number" not in field.types
    return (1 if step > 1 else 0) if whole else step / 2


@rule("off-step-refused", family="types", cases=field_cases(_of_steps), harmless=True)
def test_number_between_steps_is_refused(party: Party, case: Field) -> None:
    """A number that is no multiple of the documented one is refused, and nothing of it is stored."""
    step = case.schema["multipleOf"]
    numbers = [each for each in _beside(party, case) if _breaks_step_alone(case, each)]
    bads = (Bad(spelled(each), each) for each in numbers)
    expected = f"what is no multiple of {spelled(step)} to be refused for {case.path}"
    expect_refused(party, case, bads, keyword="multipleOf", expected=expected)


def _beside(party: Party, field: Field) -> Iterator[Any]:
    """Numbers on both sides of the one that the record holds, else of another one that is valid."""
    record = party.read(without=field.top)
    held = party.composer.patch(record, field, None).shown_in(record)
    number = _number(held)
    number = _number(party.values.fresh(field)) if number is None else number
    if number is not None:
        yield from (number + _between(field), number - _between(field))


def _number(value: Any) -> float | None:
    """A number, or the text of one as a record may show it; None for anything else."""
    if isinstance(value, str):
        with suppress(ValueError):
            return float(value)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _breaks_step_alone(field: Field, value: Any) -> bool:
    """It is valid but for the step: within the limits, and of the type."""
    others = {name: each for name, each in field.schema.items() if name != "multipleOf"}
    return not Values.valid(field, value) and keeps_to(others, value)
