"""Negotiation: methods, media types and other headers are answered as documented, and none of them breaks the server."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

from contracts.judging.evidence import Write, differences_of, fresh_patch, one_difference, stored, write
from contracts.judging.refusals import Attempt, probe, text_probe, wrong_accept, wrong_media_type, wrong_method
from contracts.record.calls import encoded
from contracts.record.keeping.presence import MERGE_PATCH
from contracts.record.party import Party
from contracts.record.patches import Patch, settable
from contracts.record.records import Located, Record
from contracts.terms.exchange import Exchange
from contracts.terms.rule import rule
from contracts.terms.spelling import spelled, told
from contracts.terms.verdict import Level, NotJudged, Observed, Violation
from specs import Field

ACCEPTING_JSON = ("application/json;q=0.9", "application/json, text/plain, */*", "text/plain;q=0.1, application/json", "*/*")
"""Values of Accept that JSON answers: with a weight, as clients of browsers send it, behind something else, and anything."""
ALL_AT_ONCE = "text/plain;q=0.1, application/json;q=0.9, */*;q=0.2"
PLAIN_JSON = "application/json"
"""The type that these values name; a service that answers with another one, such as JSON:API's, may have none of it."""


@rule("json-media-type-accepted", family="negotiation", advice="RFC 9110 8.3.1")
def test_json_media_type_is_accepted(party: Party, case: None) -> None:
    """The documented media type is accepted in any case of letters, and application/json with charset=utf-8 too."""
    field = probe(party)
    _judge_others(party, field)
    for spelling in _spellings(party.api.media_types[0], thrifty=party.thrifty):
        before, headers = party.read(without=field.top), {"Content-Type": spelling}
        patch = _beyond_ascii(party, before, field)
        exchange = party.patch(patch.body, headers=headers)
        if exchange.refused:
            patch = fresh_patch(party, before, field)
            exchange = party.patch(patch.body, headers=headers)
        if exchange.answer is None:
            raise NotJudged(f"there was no usable answer: {exchange.failure}")
        if not party.accepted(exchange):
            raise Violation(
                expected=f"a patch with Content-Type: {spelling} to be accepted", actual=exchange.said, exchange=exchange
            )
        done = Write(patch, before, exchange, party.read(without=field.top))
        if not stored(party, done):
            done = Write(patch, before, party.patch(patch.body, headers=headers), party.read(without=field.top))
        plain = write(party, patch) if not stored(party, done) else done
        if not stored(party, done) and stored(party, plain):  # what is no better without it is judged by other rules
            raise Violation(
                expected=f"a patch with Content-Type: {spelling} to be stored",
                actual=f"{field.path} reads {spelled(patch.shown_in(done.after))}",
                exchange=exchange,
                difference=one_difference(field.path, patch.value, patch.shown_in(done.after)),
            )


def _judge_others(party: Party, field: Field) -> None:
    """JSON and the merge patch, listed behind another type, are supported as well, which a 415 denies (RFC 9110 15.5.16)."""
    for other in (each for each in party.api.media_types[1:] if each in (PLAIN_JSON, MERGE_PATCH)):
        patch = fresh_patch(party, party.read(without=field.top), field)
        exchange = party.patch(patch.body, headers={"Content-Type": other})
        if exchange.status == 415:
            expected = f"a patch with Content-Type: {other} to be accepted, since the document lists it"
            raise Violation(expected=expected, actual=exchange.said, exchange=exchange)


def _spellings(media_type: str, *, thrifty: bool) -> tuple[str, ...]:
    """Other ways to write a media type. Types of their own may have no parameters: JSON:API asks for a 415 then (1.1, 5.6)."""
    if media_type != PLAIN_JSON:
        return (media_type.upper(),)
    spellings = (f"{media_type}; charset=utf-8", f"{media_type};charset=UTF-8", media_type.upper())
    return (f"{media_type.upper()}; charset=utf-8",) if thrifty else spellings


def _beyond_ascii(party: Party, record: Record, field: Field) -> Patch:
    """A patch to a fresh value, with a letter that is no ASCII where the field takes one."""
    patch = fresh_patch(party, record, field)
    text = f"{patch.value}\xe9"
    return (
        party.composer.patch(record, field, text) if isinstance(patch.value, str) and party.values.valid(field, text) else patch
    )


def _accepting(media_type: str, *, thrifty: bool) -> tuple[str, ...]:
    """Values of Accept that admit the media type of the answer."""
    values = (ALL_AT_ONCE,) if thrifty else ACCEPTING_JSON
    return tuple(each.replace(PLAIN_JSON, media_type) for each in values)


@rule("json-accept-answered", family="negotiation", standard="RFC 9110 12.5.1")
def test_accept_with_json_is_answered(party: Party, case: None) -> None:
    """A patch whose Accept admits JSON, in a list, with a weight or by a wildcard, is accepted as without these."""
    shown = party.api.responses[party.api.success].media_types
    field = probe(party)
    for accepting in _accepting(next(iter(shown), PLAIN_JSON), thrifty=party.thrifty):
        patch = fresh_patch(party, party.read(without=field.top), field)
        exchange = party.patch(patch.body, headers={"Accept": accepting})
        if exchange.answer is None:
            raise NotJudged(f"there was no usable answer: {exchange.failure}")
        if exchange.refused and not party.accepted(party.patch(patch.body)):
            raise NotJudged(f"the same patch is refused with a plain Accept too: judged by sent-field-stored for {field.path}")
        if exchange.refused or exchange.answer.status >= 500:
            raise Violation(expected=f"a patch with Accept: {accepting} to be accepted", actual=exchange.said, exchange=exchange)
        now = patch.shown_in(party.read(without=field.top))
        if party.accepted(exchange) and not party.reader.same(field, patch.value, now) and stored(party, write(party, patch)):
            raise Violation(
                expected=f"a patch with Accept: {accepting} to be stored",
                actual=f"{field.path} reads {told(now, patch.value)}",
                exchange=exchange,
                difference=one_difference(field.path, patch.value, now),
            )


# --- refused methods, media types and Accept headers ------------------------------------------------------------------


def _answered(each: Attempt) -> Exchange:
    """The exchange of an attempt that has an answer; a 5xx is never the right one to what a client asks."""
    if each.exchange.answer is None:
        raise NotJudged(f"there was no usable answer to {each.what}: {each.exchange.failure}")
    if each.exchange.answer.status >= 500:
        raise Violation(
            expected=f"{each.what} to be accepted or refused",
            actual=each.actual,
            exchange=each.exchange,
            level=Level.MUST,
        )
    return each.exchange


def _judge(party: Party, each: Attempt, status: int, point: str) -> None:
    """Where the document has the status: no change, and that status. Elsewhere every behaviour is right."""
    exchange = _answered(each)
    if not party.api.documents(status):
        raise Observed(point, _behaviour(each), exchange=exchange)
    if exchange.ok and each.changed:
        raise Violation(
            expected=f"{each.what} to be refused with {status}",
            actual=each.actual,
            exchange=exchange,
            difference=each.changed,
        )
    if exchange.status != status:
        raise Violation(expected=f"status {status} for {each.what}", actual=each.actual, exchange=exchange, level=Level.SHOULD)


def _behaviour(each: Attempt) -> str:
    """What the target does, in the words of x-contract."""
    if not each.exchange.ok:
        return "refuse"
    return "ignore" if each.changed else "empty"


@rule("unsupported-media-type-refused", family="negotiation", harmless=True)
def test_unsupported_media_type_is_refused(party: Party, case: None) -> None:
    """A patch whose body is declared as plain text is not applied where the document has a 415, and breaks nothing elsewhere."""
    _judge(party, wrong_media_type(party), 415, "wrong_content_type")


@rule("unacceptable-accept-refused", family="negotiation", harmless=True)
def test_unacceptable_accept_is_refused(party: Party, case: None) -> None:
    """A patch whose sender reads XML only is not applied where the document has a 406, and breaks nothing elsewhere."""
    _judge(party, wrong_accept(party), 406, "wrong_accept")


@rule("wrong-method-refused", family="negotiation", harmless=True)
def test_wrong_method_is_refused(party: Party, case: None) -> None:
    """A POST to the path changes nothing, and is refused where the document has a 405."""
    each = wrong_method(party)
    exchange = _answered(each)
    if exchange.refused and each.changed:
        raise Violation(
            expected="a refused POST to change nothing",
            actual=each.actual,
            exchange=exchange,
            difference=each.changed,
        )
    if not party.api.documents(405):
        raise Observed("post", "accept" if exchange.ok else "refuse", exchange=exchange)
    if not exchange.refused:
        raise Violation(expected="a POST to be refused with 405", actual=each.actual, exchange=exchange, difference=each.changed)
    if exchange.status != 405:
        raise Violation(expected="status 405 for a POST", actual=each.actual, exchange=exchange, level=Level.SHOULD)


@rule("allow-header-sent", family="negotiation", advice="RFC 9110 15.5.6", wfc="F110", harmless=True)
def test_allow_header_is_sent(party: Party, case: None) -> None:
    """A 405 says with Allow which methods there are, PATCH among them."""
    try:
        exchange = wrong_method(party).exchange
    except NotJudged:  # a POST might do something: then the answer to OPTIONS, which does nothing, may be one
        exchange = party.send("OPTIONS", None)
        if exchange.status != 405:
            raise
    if exchange.answer is None or exchange.status != 405:
        raise NotJudged("a POST is not answered 405")
    methods = exchange.answer.headers.get("Allow")
    if methods is None or "PATCH" not in {each.strip().upper() for each in methods.split(",")}:
        raise Violation(
            expected="Allow with a 405, with PATCH in it",
            actual="there is none" if methods is None else f"it is {spelled(methods)}",
            exchange=exchange,
        )


@rule("accept-patch-sent", family="negotiation", advice="RFC 5789 2.2 and 3.1")
def test_accept_patch_is_sent(party: Party, case: None) -> None:
    """A 415 to a PATCH, and the answer to OPTIONS, say with Accept-Patch which media types there are."""
    unsupported = wrong_media_type(party).exchange
    options = party.send("OPTIONS", None)
    answers = [each for each in (unsupported, options) if each.status == 415 or (each.method == "OPTIONS" and each.ok)]
    for exchange in answers:
        if exchange.answer is not None and not exchange.answer.headers.get("Accept-Patch", "").strip():
            if "accept-patch-sent" not in party.api.claims:
                raise Observed("accept_patch", "absent", exchange=exchange)
            raise Violation(
                expected=f"Accept-Patch in the answer {exchange.status} to {exchange.method}",
                actual="there is none",
                exchange=exchange,
            )
    if not answers:
        raise NotJudged("there is no 415, and OPTIONS is not answered")


@rule("no-redirect", family="negotiation", standard="OpenAPI 3.1 4.8.8")
def test_documented_path_does_not_redirect(party: Party, case: None) -> None:
    """A patch at the documented path is answered there, and not redirected."""
    judged = 0
    for field in party.few(settable(party.api)[:5], 1):
        try:
            exchange = party.patch(fresh_patch(party, party.read(without=field.top), field).body)
        except NotJudged:
            # Its present value was sent back: a redirect may be why nothing else is sent.
            first = party.guard.first_write(field) if party.guard is not None else None
            if first is None or first.exchange.answer is None:
                continue
            exchange = first.exchange
        judged += 1
        if exchange.answer is not None and 300 <= exchange.answer.status < 400:
            where = exchange.answer.headers.get("Location", "nowhere")
            raise Violation(expected="an answer at this path", actual=f"it is {exchange.status}, to {where}", exchange=exchange)
    if not judged:
        raise NotJudged("no patch could be sent")


# --- headers that careless code breaks on -----------------------------------------------------------------------------


def _hostile(party: Party, field: Field) -> Iterator[tuple[str, Mapping[str, str | None]]]:
    media_type = party.api.media_types[0]
    yield "an unknown charset", {"Content-Type": f"{media_type}; charset=bogus"}
    yield "a body without Content-Type", {"Content-Type": None}
    yield FORM, {"Content-Type": "application/x-www-form-urlencoded"}
    yield "Accept: text/html", {"Accept": "text/html"}
    yield "Accept: @@@", {"Accept": "@@@"}
    yield "an empty Accept header", {"Accept": ""}
    yield "a weight that is no number", {"Accept": "application/json;q=high"}
    yield "Accept: */*", {"Accept": "*/*"}
    yield "Accept: text/html, application/xhtml+xml;q=0.9", {"Accept": "text/html, application/xhtml+xml;q=0.9"}
    yield "no Accept header", {"Accept": None}
    yield "Content-Encoding: gzip for a body that is not compressed", {"Content-Encoding": "gzip"}
    yield "a body of JSON that is declared as a form", {"Content-Type": "application/x-www-form-urlencoded"}


FORM = "a form for a body"
FEW = 5
"""Such headers that are sent where requests are few."""
PAGE = "Accept: text/html"


@rule("hostile-headers-survived", family="negotiation", advice="RFC 9110 15.6")
def test_hostile_headers_are_survived(party: Party, case: None) -> None:
    """A header that is wrong or missing is passed over or refused, and what is refused changes nothing."""
    field = text_probe(party)
    form: tuple[Exchange, list[Located]] | None = None
    for what, headers in party.few(_hostile(party, field), FEW):
        if what == FORM and (field.path != field.top or "string" not in field.types):
            continue
        before = party.read(without=field.top)
        exchange = _sent_twice(party, _body(party, field, before, form=what == FORM), headers)
        if not exchange.ok and not exchange.refused:
            raise Violation(
                expected=f"a patch with {what} to be accepted or refused",
                actual=exchange.said,
                exchange=exchange,
                level=Level.MUST if exchange.answer is not None and exchange.answer.status >= 500 else None,
            )
        changed = party.reader.differences(before, party.read(without=field.top)) if exchange.refused else []
        if changed and not (what.startswith(PAGE) and _xml_changes_too(party, field)):
            raise Violation(
                expected=f"a refused patch with {what} to change nothing",
                actual=f"{changed[0].difference.path} changed; {exchange.said}",
                exchange=exchange,
                difference=differences_of(changed),
            )
        if what == FORM and party.accepted(exchange) and not any("form" in each for each in party.api.media_types):
            form = exchange, party.reader.differences(before, party.read())
    if form is not None and form[1]:
        raise Violation(
            expected=f"a form for a body not to be applied, since the document takes {' or '.join(party.api.media_types)}",
            actual=f"{form[1][0].told}",
            exchange=form[0],
            difference=differences_of(form[1]),
            level=Level.SHOULD,
        )


def _xml_changes_too(party: Party, field: Field) -> bool:
    """Whatever cannot be rendered is refused and applied: judged by refusal-changes-nothing."""
    before = party.read(without=field.top)
    exchange = party.patch(fresh_patch(party, before, field).body, headers={"Accept": "application/xml"})
    return exchange.refused and bool(party.reader.differences(before, party.read(without=field.top)))


def _body(party: Party, field: Field, record: Record, *, form: bool) -> bytes:
    patch = fresh_patch(party, record, field)
    return urlencode({field.name: patch.value}).encode() if form else encoded(patch.body)


def _sent_twice(party: Party, body: bytes, headers: Mapping[str, str | None]) -> Exchange:
    """The exchange; a connection that breaks is tried a second time, since networks break too."""
    exchange = party.send("PATCH", body, headers=headers)
    return exchange if exchange.answer is not None else party.send("PATCH", body, headers=headers)


@rule("unasked-encoding-not-sent", family="negotiation", advice="RFC 9110 12.5.3")
def test_encoding_that_was_not_asked_for_is_not_sent(party: Party, case: None) -> None:
    """A client that reads no content coding is answered without one."""
    field = probe(party)
    patch = fresh_patch(party, party.read(without=field.top), field)
    exchange = party.patch(patch.body, headers={"Accept-Encoding": "identity"})
    if exchange.answer is None:
        raise NotJudged(f"there was no usable answer: {exchange.failure}")
    coding = exchange.answer.headers.get("Content-Encoding", "identity").strip().lower()
    if exchange.answer.status >= 500 or coding not in ("identity", ""):
        raise Violation(
            expected="an answer without a content coding to Accept-Encoding: identity",
            actual=exchange.said if exchange.answer.status >= 500 else f"it has Content-Encoding: {coding}",
            exchange=exchange,
        )
