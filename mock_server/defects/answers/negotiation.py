"""Negotiation: methods, media types and other headers are treated in another way than the document says."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from urllib.parse import parse_qsl

from mock_server.defects.choosing import fields, is_text
from mock_server.defects.defect import Condition, Family, Turns
from mock_server.defects.places import is_foreign, write_instead
from mock_server.exchange.exchange import Answer, Exchange, Refusal
from mock_server.exchange.steps import Step, body_of, is_readable
from specs import Api

defect = Family("negotiation")


def _claims(rule: str) -> Condition:
    return lambda api: rule in api.claims


@defect.step("content_type", "CN01", only=_claims("unsupported-media-type-refused"))
def text_read_as_json(exchange: Exchange, right: Step) -> None:
    """Reads a body of plain text as JSON, where the document refuses it."""
    if not exchange.request.headers.get("Content-Type", "").startswith("text/plain"):
        right(exchange)


@defect.step("content_type", "CN02", only=_claims("unsupported-media-type-refused"))
def any_type_read_as_json(exchange: Exchange, _right: Step) -> None:
    """Never looks at the Content-Type, where the document refuses all but one."""


@defect.step("accept", "CN07")
def accept_compared_whole(exchange: Exchange, right: Step) -> None:
    """Compares the Accept header with the one media type that there is, and not the members of its list."""
    header = exchange.request.headers.get("Accept", "")
    if "json" in header and header != "application/json" and exchange.writes:
        raise Refusal("not_acceptable")
    right(exchange)


@defect.step("content_type", "CN03")
def charset_refused(exchange: Exchange, right: Step) -> None:
    """Compares the whole Content-Type header, parameters included."""
    if is_readable(exchange) and "charset" in exchange.request.headers.get("Content-Type", ""):
        raise Refusal("unsupported_media_type")
    right(exchange)


@defect.step("content_type", "CN03")
def capital_letters_refused(exchange: Exchange, right: Step) -> None:
    """Compares media types with regard to case."""
    header = exchange.request.headers.get("Content-Type", "")
    if is_readable(exchange) and header != header.lower():
        raise Refusal("unsupported_media_type")
    right(exchange)


@defect.steps("CN08")
def missing_content_type_crashes() -> Turns:
    """Takes a header for granted that need not be there."""

    def check(exchange: Exchange, right: Step) -> None:
        if not exchange.request.headers.get("Content-Type") and body_of(exchange):
            raise RuntimeError("KeyError: 'Content-Type'")
        right(exchange)

    return {"content_type": check, "parse": check}


@defect.step("accept", "CN07")
def strange_accept_crashes(exchange: Exchange, right: Step) -> None:
    """Splits a media range at a slash that need not be there."""
    for media_range in exchange.request.headers.get("Accept", "*/*").split(","):
        if "/" not in media_range:
            raise RuntimeError("not enough values to unpack")
    right(exchange)


@defect.step("accept", "CN07")
def strange_weight_crashes(exchange: Exchange, right: Step) -> None:
    """Reads the weight of a media range as a number without catching the error."""
    for media_range in exchange.request.headers.get("Accept", "").split(","):
        _, found, weight = media_range.partition("q=")
        if found and not weight.replace(".", "").strip().isdecimal():
            raise RuntimeError("could not convert string to float")
    right(exchange)


@defect.step("accept", "CN07", only=_claims("unacceptable-accept-refused"))
def accept_ignored(_exchange: Exchange, _right: Step) -> None:
    """Never looks at the Accept header, where the document refuses what it cannot render."""


@defect.step("merge", "CN12", only=_claims("language-leaves-data"))
def language_changes_data(exchange: Exchange, right: Step) -> None:
    """Translates what is sent into the language of the client ahead of storing it."""
    for field in fields(exchange.api, is_text) if is_foreign(exchange) else ():
        write_instead(exchange, field, lambda value: f"{value} (translated)" if isinstance(value, str) else value)
    right(exchange)


@defect.step("merge", "CN12")
def write_in_other_language_lost(exchange: Exchange, right: Step) -> None:
    """Keeps a table of its own for each language, and shows the first one."""
    if is_foreign(exchange):
        exchange.changes = {}
    right(exchange)


@defect.step("commit", "CN07")
def weighted_accept_not_written(exchange: Exchange, right: Step) -> None:
    """Renders the answer for a list of media types ahead of the write, and returns it."""
    if exchange.writes and ";q=0." in exchange.request.headers.get("Accept", ""):
        return
    right(exchange)


@defect.step("merge", "CN03")
def charset_makes_bytes_letters(exchange: Exchange, right: Step) -> None:
    """Reads a body byte by byte where the header has a charset."""
    for field in fields(exchange.api, is_text) if "charset" in exchange.request.headers.get("Content-Type", "") else ():
        write_instead(exchange, field, lambda value: value.encode().decode("latin-1") if isinstance(value, str) else value)
    right(exchange)


@defect.step("method", "CN13", only=_claims("wrong-method-refused"))
def post_does_the_same(exchange: Exchange, right: Step) -> None:
    """Routes POST to the same code as PATCH, where the document refuses other methods."""
    if exchange.request.method == "POST":
        exchange.writes = True
    else:
        right(exchange)


@defect.step("refuse", "EE10", only=lambda api: api.situations["method_not_allowed"].status == 405)
def methods_not_listed(exchange: Exchange, right: Step) -> None:
    """Answers 405 without the methods that are allowed."""
    right(exchange)
    exchange.answer.headers = {name: value for name, value in exchange.answer.headers.items() if name != "Allow"}


@defect.step("refuse", "EE24", only=lambda api: api.situations["method_not_allowed"].status == 405)
def wrong_method_crashes(exchange: Exchange, right: Step) -> None:
    """Has a table of methods, and looks up one that is not in it."""
    if exchange.refusal is not None and exchange.refusal.situation == "method_not_allowed":
        raise RuntimeError(f"KeyError: {exchange.request.method!r}")
    right(exchange)


def _documents_415(api: Api) -> bool:
    return api.documents(415)


@defect.step("refuse", "EE24", only=_documents_415)
def unsupported_type_answered_as_invalid(exchange: Exchange, right: Step) -> None:
    """Answers a body of another type with 400."""
    right(exchange)
    if exchange.refusal is not None and exchange.refusal.situation == "unsupported_media_type":
        exchange.answer = replace(exchange.answer, status=400)


@defect.step("content_type", "CN10")
def compressed_body_crashes(exchange: Exchange, right: Step) -> None:
    """Hands a compressed body to the parser of JSON, whose error nobody catches."""
    if exchange.request.headers.get("Content-Encoding"):
        raise RuntimeError("'utf-8' codec can't decode byte 0x8b")
    right(exchange)


@defect.step("answer", "CN11")
def write_is_redirected(exchange: Exchange, right: Step) -> None:
    """Sends the client on to the page of the record after a write."""
    right(exchange)
    if exchange.writes:
        exchange.answer = Answer(303, b"", headers={"Location": exchange.request.path})


@defect.step("answer", "CN11")
def patch_sent_elsewhere(exchange: Exchange, right: Step) -> None:
    """Redirects every patch to another address, as a proxy does after a move."""
    if exchange.writes:
        exchange.after = exchange.store.write(exchange.entry, exchange.before)
        exchange.answer = Answer(301, b"", headers={"Location": f"{exchange.request.path}/moved"})
    else:
        right(exchange)


@defect.step("accept", "CN07")
def any_accept_goes_on(exchange: Exchange, right: Step) -> None:
    """Leaves what the client reads to the code that renders the answer, which has no way to render a page."""
    if "html" in exchange.request.headers.get("Accept", ""):
        raise RuntimeError("no template")
    right(exchange)


@defect.step("answer", "CN09")
def always_compressed(exchange: Exchange, right: Step) -> None:
    """Compresses every answer, whatever the client reads."""
    right(exchange)
    content = json.dumps(exchange.answer.body).encode()
    exchange.answer.body = gzip.compress(content, mtime=0)
    exchange.answer.headers["Content-Encoding"] = "gzip"


@defect.steps("CN01")
def form_read_too() -> Turns:
    """Takes whatever body the framework can read, forms among them."""

    def check(exchange: Exchange, right: Step) -> None:
        if not _form_of(exchange):
            right(exchange)

    def parse(exchange: Exchange, right: Step) -> None:
        if _form_of(exchange):
            exchange.body = _form_of(exchange)
        else:
            right(exchange)

    return {"content_type": check, "parse": parse}


def _form_of(exchange: Exchange) -> dict[str, str]:
    if exchange.request.headers.get("Content-Type") != "application/x-www-form-urlencoded":
        return {}
    return dict(parse_qsl(body_of(exchange).decode("utf-8", "replace")))
