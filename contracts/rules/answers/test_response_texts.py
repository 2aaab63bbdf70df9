"""Response: whatever texts are stored, what shows them is JSON."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from contracts.judging.groups import Question, combined
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import Record
from contracts.terms.exchange import NOT_JSON
from contracts.terms.rule import rule
from contracts.terms.verdict import NotJudged, Violation
from specs import Field

QUOTING = ('a"b\\c', "two\nlines\tand a tab", "a\u2028b\u0085c\x7fd")
"""Texts with what JSON, or a language that JSON is cut out for, has to escape."""


@rule("any-text-stays-json", family="response", standard="RFC 8259 7")
def test_answer_with_any_text_is_json(party: Party, case: None) -> None:
    """Quotation marks, backslashes and control characters in stored texts leave the answers valid JSON."""
    texts = [each for each in settable(party.api) if "string" in each.types and each.reference is None]
    free = [each for each in texts if not {**each.schema, **each.safe}.keys() & {"format", "enum", "const"}]
    accepted = 0
    for text in ("".join(QUOTING),) if party.thrifty else QUOTING:
        takers = [each for each in free if party.values.valid(each, text)]
        accepted += _judge_texts(party, [each for each in takers if party.values.safe(each, text)], text)
        others = [each for each in takers if not party.values.safe(each, text)]
        accepted += _judge_texts(party, others[: None if party.thorough else 2], text)
    if not accepted:
        raise NotJudged("no such text is accepted")


def _judge_texts(party: Party, fields: Sequence[Field], text: str) -> int:
    """How many fields take a text: all in one patch, or each alone where that is refused."""
    record = party.read()
    patches, body = combined(party, record, [Question(each, text) for each in fields])
    if not patches:
        return 0
    exchange = party.patch(body)
    reading = party.read_exchange()
    for shown in (exchange, reading):
        if exchange.ok and shown.answer is not None and shown.answer.body and shown.answer.json is NOT_JSON:
            _plain_again(party, record, fields)
            raise Violation(expected=f"valid JSON with the text {text!a} in it", actual=shown.said, exchange=shown)
    if exchange.ok or len(fields) == 1:
        return len(fields) if exchange.ok else 0
    return sum(_judge_texts(party, [each], text) for each in party.few(fields[:6], 1))


def _plain_again(party: Party, record: Record, fields: Sequence[Field]) -> None:
    """Plain values in place of texts with which the record cannot be read any more."""
    with suppress(NotJudged):
        party.patch(combined(party, record, [Question(each, party.values.fresh(each)) for each in fields])[1])
