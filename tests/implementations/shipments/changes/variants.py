"""Conforming choices: what the document leaves open, done in another way."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

from changes.faults_of_answers import on_refusal, on_show
from changes.switches import around, variant
from refusals import Refusal
from service import Kind, Service
from starlette.responses import Response, StreamingResponse
from store import Record

TIMES = ("created_at", "updated_at", "pickup_from", "pickup_until", "next_call_at")


def more_headers(service: Service, added: Mapping[str, str]) -> None:
    """Send further headers with each answer."""
    around(service, "respond", lambda inner, content, status, headers: inner(content, status, {**headers, **added}))


def shown_in_both(service: Service, change: Any) -> None:
    """Let `change(shown)` alter what is shown of either kind."""
    for name in service.kinds:
        on_show(service, name, change)


@variant
def members_in_reverse_order(service: Service) -> None:
    """Members of a record are written in the reverse order."""
    shown_in_both(service, lambda shown: dict(reversed(shown.items())))


@variant
def maps_sorted(service: Service) -> None:
    """All objects are written with their members sorted."""
    service.encode = lambda content: json.dumps(content, ensure_ascii=False, sort_keys=True).encode()  # type: ignore[method-assign]


@variant
def pretty_printed(service: Service) -> None:
    """JSON is indented and ends with a line break."""
    service.encode = lambda content: json.dumps(content, indent=4).encode() + b"\n"  # type: ignore[method-assign]


@variant
def ascii_only(service: Service) -> None:
    """Characters beyond ASCII are written as escapes."""
    service.encode = lambda content: json.dumps(content).encode()  # type: ignore[method-assign]


@variant
def chunked_answers(service: Service) -> None:
    """Answers are streamed, without Content-Length."""

    def respond(content: Any, status: int, headers: Mapping[str, str]) -> Response:
        def pieces() -> Iterator[bytes]:
            text = service.encode(content)
            yield text[:100]
            yield text[100:]

        return StreamingResponse(pieces(), status, dict(headers), "application/json")

    service.respond = respond  # type: ignore[method-assign]


@variant
def charset_named(service: Service) -> None:
    """Content-Type is application/json; charset=utf-8."""
    more_headers(service, {"Content-Type": "application/json; charset=utf-8"})


@variant
def request_id_sent(service: Service) -> None:
    """Each answer has X-Request-ID and X-Service-Version."""
    more_headers(service, {"X-Request-ID": "5f1c2d", "X-Service-Version": "1.4.0+7"})


@variant
def cache_headers_sent(service: Service) -> None:
    """Cache-Control and Vary are sent."""
    more_headers(service, {"Cache-Control": "private, no-cache", "Vary": "Authorization, Accept"})


@variant
def accept_patch_named(service: Service) -> None:
    """Answers that show a record name the media type of patches in Accept-Patch (RFC 5789)."""
    around(service, "headers", lambda inner, kind, record: {**inner(kind, record), "Accept-Patch": kind.media_type})


@variant
def connection_closed(service: Service) -> None:
    """The connection is closed after each answer."""
    more_headers(service, {"Connection": "close"})


@variant
def every_write_counts(service: Service) -> None:
    """Version and updated_at also move with a patch that changes nothing."""

    def finish(inner: Any, kind: Kind, before: Record, after: Record, changes: Record) -> Record:
        return {**inner(kind, before, after, changes), "version": 0}

    around(service, "finish", finish)


@variant
def version_in_steps_of_ten(service: Service) -> None:
    """The version grows by ten."""

    def touch(inner: Any, before: Record, after: Record) -> None:
        inner(before, after)
        after["version"] = before["version"] + 10

    around(service, "touch", touch)


@variant
def etag_from_content(service: Service) -> None:
    """The entity tag is a digest of the record."""

    def etag(record: Record) -> str:
        return f'"{hashlib.sha256(json.dumps(record, sort_keys=True).encode()).hexdigest()}"'

    service.etag = etag  # type: ignore[method-assign]


@variant
def precondition_checked_last(service: Service) -> None:
    """If-Match is evaluated after all other checks (RFC 9110 section 13.2.1): 409 and 422 come before 412."""
    waiting: list[tuple[Kind, Record, str | None]] = []
    honest = service.check_precondition

    def check_precondition(kind: Kind, record: Record, if_match: str | None) -> None:
        waiting[:] = [(kind, record, if_match)]

    def finish(inner: Any, *arguments: Any) -> Record:
        honest(*waiting.pop())
        return inner(*arguments)  # type: ignore[no-any-return]

    service.check_precondition = check_precondition  # type: ignore[method-assign]
    around(service, "finish", finish)


@variant
def other_wording(service: Service) -> None:
    """Messages are worded differently."""

    def change(refusal: Refusal, status: int, headers: Any, body: Any) -> Any:
        body["error"]["message"] = f"Request rejected ({status})"
        for each in body["error"]["details"]:
            each["message"] = "invalid value"
        return status, headers, body

    on_refusal(service, change)


@variant
def only_the_first_error(service: Service) -> None:
    """Details hold the first error only."""

    def change(refusal: Refusal, status: int, headers: Any, body: Any) -> Any:
        body["error"]["details"] = body["error"]["details"][:1]
        return status, headers, body

    on_refusal(service, change)


@variant
def more_in_refusals(service: Service) -> None:
    """Refusals have further members, which the schema does not exclude."""

    def change(refusal: Refusal, status: int, headers: Any, body: Any) -> Any:
        body["error"]["trace_id"] = "5f1c2d"
        for each in body["error"]["details"]:
            each["type"] = "value_error"
        return status, headers, {**body, "status": status}

    on_refusal(service, change)


@variant
def challenge_with_realm(service: Service) -> None:
    """WWW-Authenticate has a realm and an error (RFC 6750)."""
    challenge = {"WWW-Authenticate": 'Bearer realm="shipping desk", error="invalid_token"'}
    on_refusal(service, lambda refusal, status, headers, body: (401, challenge, body) if status == 401 else None)


@variant
def malformed_shipment_id_is_404(service: Service) -> None:
    """A path that holds no UUID names no shipment: 404 instead of 422, both are documented."""

    def change(refusal: Refusal, status: int, headers: Any, body: Any) -> Any:
        if status == 422 and [path for path, _ in refusal.details] == ["shipment_id"]:
            return 404, headers, Refusal(404, "There is no such record.").body()
        return None

    on_refusal(service, change)


@variant
def links_in_recipients(service: Service) -> None:
    """Recipients are shown with a further member, which their schema does not exclude."""
    on_show(service, "recipients", lambda shown: {**shown, "links": {"self": f"/recipients/{shown['id']}"}})


@variant
def whole_seconds(service: Service) -> None:
    """created_at and updated_at are shown without a fraction."""
    shown_in_both(service, lambda shown: {**shown, **{key: shown[key][:19] + "Z" for key in TIMES[:2]}})


@variant
def offset_written_out(service: Service) -> None:
    """UTC is written as +00:00."""
    shown_in_both(service, lambda shown: {
        key: value.replace("Z", "+00:00") if key in TIMES and value else value for key, value in shown.items()
    })  # fmt: skip


@variant
def fractions_always_shown(service: Service) -> None:
    """Date-times are shown with at least three digits of a fraction."""
    shown_in_both(service, lambda shown: {
        key: value.replace("Z", ".000Z") if key in TIMES and value and "." not in value else value for key, value in shown.items()
    })  # fmt: skip


@variant
def whole_amounts_without_point(service: Service) -> None:
    """A credit_limit of whole euro is written as an integer."""

    def change(shown: Record) -> Record:
        amount = shown["credit_limit"]
        return {**shown, "credit_limit": int(amount) if amount == int(amount) else amount}

    on_show(service, "recipients", change)


@variant
def options_answered(service: Service) -> None:
    """OPTIONS is answered with 204 and Allow."""

    def other_method(inner: Any, method: str, allowed: str) -> Response:
        if method == "OPTIONS":
            return Response(status_code=204, headers={"Allow": f"{allowed}, OPTIONS"})
        return inner(method, f"{allowed}, OPTIONS")  # type: ignore[no-any-return]

    around(service, "other_method", other_method)


@variant
def names_sent_twice_refused(service: Service) -> None:
    """A JSON object that has a name twice is refused with 400, which RFC 8259 leaves open."""

    def unique(pairs: list[tuple[str, Any]]) -> Record:
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    def parse(inner: Any, body: bytes) -> Any:
        value = inner(body)
        try:
            json.loads(body, object_pairs_hook=unique)
        except ValueError:
            raise Refusal(400, "A name is sent twice.") from None
        return value

    around(service, "parse", parse)
