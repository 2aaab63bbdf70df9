"""Error envelopes, continued: the status is another one, or the body tells too much."""

from __future__ import annotations

from collections.abc import Callable

from mock_server.defects.answers.error_envelope import documents_unknown, each_text, refused
from mock_server.defects.choosing import first, is_text
from mock_server.defects.defect import Family
from mock_server.exchange.exchange import Exchange, Refusal
from mock_server.exchange.steps import Step, body_of
from specs import Api, Field

defect = Family("error_envelope")


# --- the status ---------------------------------------------------------------------------------------------------


def _status(exchange: Exchange, right: Step, situation: str, status: int) -> None:
    right(exchange)
    if refused(exchange, situation):
        exchange.answer.status = status


@defect.step("refuse", "EE07")
def error_with_success_status(exchange: Exchange, right: Step) -> None:
    """Answers invalid data with 200, and says in the body that it was an error."""
    _status(exchange, right, "invalid_field", 200)


@defect.step("refuse", "EE08", only=lambda api: 422 not in api.situations["invalid_field"].also)
def unprocessable_for_invalid_data(exchange: Exchange, right: Step) -> None:
    """Answers invalid data with 422, which the document does not list."""
    _status(exchange, right, "invalid_field", 422)


@defect.step("refuse", "EE15")
def not_found_for_invalid_data(exchange: Exchange, right: Step) -> None:
    """Answers invalid data as if there were no such record."""
    _status(exchange, right, "invalid_field", 404)


def _negotiates_without(status: int) -> Callable[[Api], bool]:
    """Some refusals are listed, this status is not, and a PATCH may be refused for its media types."""

    def applies(api: Api) -> bool:
        refusals = [each for each in api.responses if 400 <= each < 500]
        return status not in refusals and any(map(api.documents, refusals)) and not api.situations.keys().isdisjoint(UNLISTED[1:])

    return applies


@defect.step("refuse", "EE08", only=_negotiates_without(418))
def unlisted_status_for_other_media_types(exchange: Exchange, right: Step) -> None:
    """Answers a wrong Accept header or media type with a status of its own, which the document does not list."""
    right(exchange)
    if exchange.refusal is not None and exchange.refusal.situation in UNLISTED:
        exchange.answer.status = 418


UNLISTED = ("method_not_allowed", "not_acceptable", "unsupported_media_type")


@defect.step("refuse", "EE22")
def words_of_the_language_shown(exchange: Exchange, right: Step) -> None:
    """Puts the text of the parser's error into the body."""
    right(exchange)
    if refused(exchange, "invalid_field"):
        exchange.answer.body = each_text(exchange.answer.body, _with_words_of_the_language)


def _with_words_of_the_language(text: str) -> str:
    """A sentence with them behind it; a code or a name stays as it is."""
    return f"{text} (invalid literal for int() with base 10)" if " " in text else text


@defect.step("validate", "EE12")
def invalid_data_crashes(exchange: Exchange, right: Step) -> None:
    """Takes it for granted that a body has one fault at most."""
    right(exchange)
    if len({fault.path[0] for fault in exchange.faults if fault.path}) > 1:
        raise RuntimeError("too many values to unpack")


@defect.step("parse", "EE11")
def malformed_json_crashes(exchange: Exchange, right: Step) -> None:
    """Parses the body without catching the error of a body that ends too early."""
    try:
        right(exchange)
    except Refusal as refusal:
        content = body_of(exchange)
        if refusal.situation == "malformed_json" and content[:1] == b"{" and content[-1:] not in b"]}":
            raise RuntimeError("unexpected end of data") from None
        raise


@defect.step("refuse", "EE15", only=documents_unknown)
def unknown_customer_gone(exchange: Exchange, right: Step) -> None:
    """Answers an unknown id with 410, as if it had been there once."""
    _status(exchange, right, "unknown_record", 410)


# --- what it tells ------------------------------------------------------------------------------------------------


@defect.step("refuse", "EE14")
def stack_trace_shown(exchange: Exchange, right: Step) -> None:
    """Puts the stack trace into the message."""
    right(exchange)
    trace = 'Traceback (most recent call last):\n  File "/srv/app/views.py", line 42, in patch\nValueError: bad input'
    if refused(exchange, "invalid_field", "malformed_json"):
        exchange.answer.body = each_text(exchange.answer.body, lambda text: f"{text}\n{trace}" if " " in text else text)


@defect.step("refuse", "EE14", first(is_text))
def query_shown(exchange: Exchange, right: Step, field: Field) -> None:
    """Passes on the message of the database for one property."""
    right(exchange)
    query = f"SQLSTATE[22001]: UPDATE customers SET {field.name} = ? WHERE id = ?"
    if exchange.refusal and any(field.name in fault.path for fault in exchange.refusal.faults):
        exchange.answer.body = each_text(exchange.answer.body, lambda text: query if " " in text else text)


@defect.step("refuse", "EE22")
def credential_repeated(exchange: Exchange, right: Step) -> None:
    """Repeats a wrong credential in the message."""
    right(exchange)
    if refused(exchange, "wrong_credential"):
        header = exchange.request.headers.get(exchange.api.security[0].parameter, "")
        exchange.answer.body = each_text(exchange.answer.body, lambda text: f"{text} {header}" if " " in text else text)


@defect.step("refuse", "EE18")
def success_told_in_error(exchange: Exchange, right: Step) -> None:
    """Puts a flag of success into every body, the errors too."""
    right(exchange)
    if refused(exchange, "invalid_field") and isinstance(exchange.answer.body, dict):
        exchange.answer.body = {**exchange.answer.body, "success": True}


@defect.step("refuse", "EE20")
def other_status_told_in_body(exchange: Exchange, right: Step) -> None:
    """Repeats the status in the body, out of another variable."""
    right(exchange)
    if refused(exchange, "invalid_field") and isinstance(exchange.answer.body, dict):
        exchange.answer.body = {**exchange.answer.body, "statusCode": 500}
