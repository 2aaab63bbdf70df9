"""Response: the success answer has the documented status, form and members."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

import jsonschema_rs

from contracts.judging.acceptance import falsy_values
from contracts.judging.envelopes import is_json
from contracts.judging.evidence import control, falsy_write, single, single_or_none, stored
from contracts.record.answers import has_body_of_its_own
from contracts.record.party import Party
from contracts.record.patches import settable
from contracts.record.records import Record, look_up
from contracts.target.secrecy import MIN_LENGTH
from contracts.target.target import top_of
from contracts.terms.exchange import NOT_JSON, Exchange
from contracts.terms.moving import CLOCKS, moment
from contracts.terms.rule import field_cases, rule
from contracts.terms.spelling import spelled, underscored
from contracts.terms.validity import first_error
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Api, RecordField, Schema
from specs.model import json_types
from specs.placing import value_at

JUDGED_KEYWORDS = ("type", "format", "pattern", "minimum", "maximum", "maxLength", "minLength", "minItems", "maxItems", "const")
SECRET_NAMES = re.compile(r"(^|_)(password|passwd|password_hash|secret|api_key|private_key|access_token|refresh_token|salt)$")


def _successes(party: Party) -> list[Exchange]:
    """The answers to plain writes that the target accepts; a reading, where nothing may be written."""
    if party.caution is not None:
        return [party.read_exchange()]
    found = []
    for field in settable(party.api):
        try:
            exchange = single(party, field).exchange
        except NotJudged:
            continue
        if party.accepted(exchange):
            found.append(exchange)
    if not found:
        raise NotJudged("no plain write is accepted")
    return found


def _records(party: Party) -> Sequence[tuple[Exchange, Mapping[str, Any]]]:
    found = [(exchange, record) for exchange in _successes(party) if (record := party.record_in(exchange)) is not None]
    if not found:
        raise NotJudged("no success answer shows a record: judged by success-media-type or record-shown")
    return found


@rule("success-status", family="response", wfc="F101")
def test_success_has_the_documented_status(party: Party, case: None) -> None:
    """A successful patch is answered with the documented status."""
    api = party.api
    for exchange in _successes(party):
        if exchange.status != api.success and not has_body_of_its_own(api, exchange):
            lenient = exchange.status in api.also_success
            raise Violation(
                expected=f"status {api.success}",
                actual=f"it is {exchange.status}",
                exchange=exchange,
                level=Level.SHOULD if lenient else None,
            )


@rule("success-media-type", family="response")
def test_success_is_json(party: Party, case: None) -> None:
    """A success answer with a documented body is JSON, and says so in Content-Type."""
    documented = party.api.responses[party.api.success].media_types
    if not documented:
        raise NotJudged(f"the document describes no body of the {party.api.success}")
    for exchange in _successes(party):
        answer = exchange.answer
        if answer is None or (answer.status == 204 and not answer.body):
            continue
        if answer.json is NOT_JSON:
            raise Violation(expected="a JSON body", actual=exchange.said, exchange=exchange)
        if answer.media_type not in {each.lower() for each in documented} and not is_json(answer.media_type):
            raise Violation(
                expected=f"Content-Type {' or '.join(documented)}",
                actual=f"it is {spelled(answer.headers.get('Content-Type', '(absent)'))}",
                exchange=exchange,
            )


@rule("no-byte-order-mark", family="response", standard="RFC 8259 8.1")
def test_answer_has_no_byte_order_mark(party: Party, case: None) -> None:
    """The JSON of an answer begins with its value, and not with a byte order mark."""
    readings = [party.read_exchange()] if party.reads_by_get else []
    for exchange in [*_successes(party), *readings]:
        if exchange.answer is not None and exchange.answer.body.startswith(BOM_UTF8):
            raise Violation(expected="JSON without a byte order mark", actual="U+FEFF stands ahead of it", exchange=exchange)


@rule("record-shown", family="response")
def test_success_shows_the_record(party: Party, case: None) -> None:
    """A success answer shows the record where the document puts it."""
    if not party.api.shows_record:
        raise NotJudged("a success body is not described as the record")
    plain = [done for field in settable(party.api) if (done := single_or_none(party, field)) is not None]
    answers = [done.exchange for done in plain if done.exchange.ok and stored(party, done)]
    for exchange in answers or _successes(party):
        if exchange.answer is not None and exchange.answer.json is not NOT_JSON and not _has_its_place(party, exchange):
            raise Violation(
                expected=f"the record at {party.api.record_at or 'the top'} of the body",
                actual=exchange.said,
                exchange=exchange,
            )


def _has_its_place(party: Party, exchange: Exchange) -> bool:
    """A record is where the document puts it, or an object without members: what it lacks is judged by another rule."""
    found = exchange.answer.json if exchange.answer is not None else None
    shown = value_at(found, party.api.record_at) == {} or party.record_in(exchange) is not None
    return shown or has_body_of_its_own(party.api, exchange)


def _typed(api: Api) -> Iterable[RecordField]:
    return [each for each in api.walk_record() if _judged_schema(each)]


def _judged_schema(each: RecordField) -> dict[str, Any]:
    """The documented keywords of a property's own value; enums and members have rules of their own."""
    schema = {key: value for key, value in each.schema.items() if key in JUDGED_KEYWORDS and key not in each.inferred}
    if "array" in _types(each.schema) and not each.children and "items" in each.schema:
        schema["items"] = {key: value for key, value in each.schema["items"].items() if key in JUDGED_KEYWORDS}
    return schema


def _types(schema: Schema) -> Any:
    return schema.get("type", "")


@rule("documented-types", family="response", cases=field_cases(_typed), harmless=True)
def test_documented_property_has_its_type(party: Party, case: RecordField) -> None:
    """Each documented property of the record has the documented type and format wherever it is shown."""
    validator = jsonschema_rs.Draft202012Validator(_judged_schema(case), validate_formats=True)
    seen = 0
    for exchange, record in [*_records(party), *_with_empty_text(party, case)]:
        for value in _occurrences(record, case.path):
            seen += 1
            error = first_error(validator, value)
            if error is not None:
                raise Violation(
                    expected=f"{case.path} to be {_described(case)}",
                    actual=f"it is {spelled(value)}: {error.message}",
                    exchange=exchange,
                )
    if not seen:
        raise NotJudged(f"no success answer shows {case.path}")
    _judge_form_of_time(party, case)


def _judge_form_of_time(party: Party, case: RecordField) -> None:
    """A time that nobody writes has the form that the document's examples give it, where it states none."""
    name = case.schema.get("format")
    if name not in ("date", "date-time") or "format" not in case.inferred or not case.read_only:
        return
    validator = jsonschema_rs.Draft202012Validator({"format": name}, validate_formats=True)
    for exchange, record in _records(party):
        for value in _occurrences(record, case.path):
            if not validator.is_valid(value):
                told = f"it is {spelled(value)}"
                raise Violation(expected=f"{case.path} to be a {name}", actual=told, exchange=exchange, level=Level.SHOULD)


def _with_empty_text(party: Party, case: RecordField) -> Iterator[tuple[Exchange, Mapping[str, Any]]]:
    """The answer that shows a text of the record empty, where an empty one is accepted."""
    for field in settable(party.api):
        if field.response == case.path and "" in falsy_values(field):
            try:
                control(party, field)
                exchange = falsy_write(party, field, "").exchange
            except NotJudged:
                continue
            record = party.record_in(exchange)
            if record is not None:
                yield exchange, record


def _occurrences(record: Any, path: str) -> Iterator[Any]:
    """Every value at a path, null included where the key is there."""
    head, _, rest = path.partition(".")
    name = head.removesuffix("[]")
    if not isinstance(record, Mapping) or name not in record:
        return
    value = record[name]
    if not rest:
        yield value
    elif head.endswith("[]"):
        for item in value if isinstance(value, list) else ():
            yield from _occurrences(item, rest)
    else:
        yield from _occurrences(value, rest)


def _described(each: RecordField) -> str:
    return ", ".join(f"{key} {value}" for key, value in _judged_schema(each).items() if key != "items")


def _required(api: Api) -> Iterable[RecordField]:
    return [each for each in api.walk_record() if each.required]


@rule("required-members-present", family="response", cases=field_cases(_required), harmless=True)
def test_required_member_is_present(party: Party, case: RecordField) -> None:
    """Each member that the document requires is there in every success answer."""
    holder, _, name = case.path.rpartition(".")
    seen = 0
    for exchange, record in _records(party):
        for parent in _parents(record, holder):
            seen += 1
            if name not in parent:
                raise Violation(expected=f"{case.path} in the answer", actual="it is absent", exchange=exchange)
    if not seen:
        raise NotJudged(f"no success answer shows what holds {case.path}")


def _listed(api: Api) -> Iterable[RecordField]:
    """Members at the top that the document lists and nobody writes, and whose absence it does not explain by a null."""
    written = {top_of(each.response or "") for each in settable(api)}
    plain = [each for each in api.record if not each.required and each.path not in written]
    return [each for each in plain if "null" not in json_types(each.schema)]


@rule(
    "documented-members-shown", family="response", cases=field_cases(_listed), advice="what is documented is there", harmless=True
)
def test_documented_member_is_shown(party: Party, case: RecordField) -> None:
    """A member that the document lists is in some answer, if only with a null."""
    answers = _records(party)
    others = [party.bystander.read()] if party.bystander is not None and party.bystander.reads_by_get else []
    if not any(case.path in record for record in (*(record for _exchange, record in answers), party.read(), *others)):
        raise Violation(expected=f"{case.path} in some answer", actual="no record that was seen has it", exchange=answers[0][0])


def _parents(record: Mapping[str, Any], holder: str) -> Iterator[Mapping[str, Any]]:
    if not holder:
        yield record
        return
    for value in _occurrences(record, holder.removesuffix("[]")):
        yield from (each for each in (value if isinstance(value, list) else [value]) if isinstance(each, Mapping))


def _created(api: Api) -> Iterable[RecordField]:
    return [each for each in api.record if each.touched or (each.volatile and each.schema.get("format") == "date-time")]


@rule("timestamp-moves-forward", family="response", cases=field_cases(_created))
def test_timestamp_moves_forward(party: Party, case: RecordField) -> None:
    """A timestamp of the last change never goes back from one successful patch to the next."""
    latest: datetime | None = None
    for exchange, record in sorted(_records(party), key=lambda each: each[0].started):
        now = moment(look_up(record, case.path))
        if now is None:
            continue
        if latest is not None and now < latest - CLOCKS:
            raise Violation(expected=f"{case.path} not before {latest}", actual=f"it is {now}", exchange=exchange)
        latest = max(now, latest or now)
    if latest is None:
        raise NotJudged(f"no success answer shows {case.path} as a time with its zone")


@rule("answer-shows-what-get-shows", family="response", advice="one representation for GET and PATCH")
def test_answer_shows_the_members_that_get_shows(party: Party, case: None) -> None:
    """The answer to a patch shows the documented members that the GET of the same representation shows."""
    if not party.reads_by_get:
        raise NotJudged("the target gives no GET")
    record = party.read()
    for first, answered in _records(party):
        exchange, lacking = first, _lacking(party, record, answered)
        if lacking:  # the record may have lacked it then: one shape in place of another
            exchange = _once_more(party, first)
            again = party.record_in(exchange)
            lacking = _lacking(party, party.read(), again) if again is not None else []
        if lacking and (party.api.read is None or party.api.read.inferred) and _shows_changes_alone(party):
            raise Observed("answer", "changes", "the answers show what was changed, and nothing else", exchange=exchange)
        if lacking:
            raise Violation(
                expected="the members that the GET shows", actual=f"the answer lacks {', '.join(lacking)}", exchange=exchange
            )


def _once_more(party: Party, exchange: Exchange) -> Exchange:
    """The answer to the same patch, sent again; the same answer, where it was none to a plain write."""
    done = (single_or_none(party, field) for field in settable(party.api))
    body = next((each.patch.body for each in done if each is not None and each.exchange is exchange), None)
    return exchange if body is None else party.patch(body)


def _lacking(party: Party, record: Record, answered: Mapping[str, Any]) -> list[str]:
    """The documented members that a reading has, and an answer has not."""
    shown = (each.path for each in party.api.record if record.get(each.path) is not None)
    return [path for path in shown if path not in answered]


def _shows_changes_alone(party: Party) -> bool:
    """Each answer shows the property that was sent, and of the others those of the server alone: a form of its own.

    It is for a document to say that this is the record of the GET, and one that has no GET does not.
    """
    owned = {each.path for each in party.api.record if each.read_only}
    tops: set[str] = set()
    for field in settable(party.api):
        done = single_or_none(party, field)
        answered = party.record_in(done.exchange) if done is not None else None
        if answered is None:
            continue
        own = top_of(field.response or "")
        if own not in answered or answered.keys() - owned != {own}:
            return False
        tops.add(own)
    return len(tops) > 1


@rule("no-secret-shown", family="response", wfc="F204")
def test_success_shows_no_secret(party: Party, case: None) -> None:
    """A success answer shows no undocumented member that is named like a secret."""
    documented = {each.path.rsplit(".", 1)[-1] for each in party.api.walk_record()}
    hidden = {each.name for each in party.api.walk_fields() if each.write_only}
    credentials = [secret.reveal() for secret in party.identity.auth.values() if len(secret.reveal()) >= MIN_LENGTH]
    for exchange, record in _records(party):
        if exchange.answer is not None and any(credential in exchange.answer.text for credential in credentials):
            raise Violation(expected="no secret in the answer", actual="the answer shows the credential", exchange=exchange)
        for name in _names(record):
            if name not in documented and name not in hidden and SECRET_NAMES.search(underscored(name)):
                raise Violation(
                    expected="documented members only, and no secret", actual=f"the answer shows {name}", exchange=exchange
                )


def _names(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _names(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _names(inner)
