"""Authentication: somebody is let in who should not be, or stopped in the wrong way."""

from __future__ import annotations

from dataclasses import replace

from mock_server.defects.defect import Family, Turns
from mock_server.exchange import credentials
from mock_server.exchange.exchange import Exchange, Refusal
from mock_server.exchange.steps import Step
from mock_server.state.store import Entry
from specs import Api, SecurityScheme

defect = Family("auth")


def _scheme(exchange: Exchange) -> SecurityScheme:
    return exchange.api.security[0]


def _header(exchange: Exchange) -> str:
    return exchange.request.headers.get(_scheme(exchange).parameter, "")


def _meant(exchange: Exchange) -> tuple[Entry, ...]:
    """Whom a wrong server takes the caller for: the customer in the path, or the first one."""
    entry = exchange.store.find(exchange.arguments) if exchange.api.identity == "path" else None
    return (entry or exchange.store.entries[0],)


def _let_in(exchange: Exchange, right: Step, situation: str) -> None:
    """Lets in who is refused for this reason."""
    try:
        right(exchange)
    except Refusal as refusal:
        if refusal.situation != situation:
            raise
        exchange.reachable = _meant(exchange)


@defect.step("authenticate", "AU01")
def no_credential_needed(exchange: Exchange, right: Step) -> None:
    """Looks at a credential only where there is one."""
    _let_in(exchange, right, "unauthenticated")


@defect.step("authenticate", "AU02")
def any_credential_works(exchange: Exchange, right: Step) -> None:
    """Looks whether there is a credential, and not which one."""
    _let_in(exchange, right, "wrong_credential")


@defect.step("authenticate", "AU02")
def beginning_of_credential_works(exchange: Exchange, right: Step) -> None:
    """Compares as many characters as were sent."""
    sent = credentials.presented(exchange.request, _scheme(exchange)) or ""
    held = [each for entry in exchange.store.entries for each in entry.seed.auth.values()]
    if sent and sent not in held and any(each.startswith(sent) for each in held):
        exchange.reachable = _meant(exchange)
    else:
        right(exchange)


@defect.step("authenticate", "AU02")
def longer_credential_works(exchange: Exchange, right: Step) -> None:
    """Compares as many characters as the stored credential has."""
    sent = credentials.presented(exchange.request, _scheme(exchange)) or ""
    found = [entry for entry in exchange.store.entries if any(sent.startswith(each) for each in entry.seed.auth.values())]
    if found:
        exchange.reachable = tuple(found)
    else:
        right(exchange)


@defect.step("authenticate", "AU02")
def empty_credential_works(exchange: Exchange, right: Step) -> None:
    """Takes an empty credential for an internal call."""
    if credentials.presented(exchange.request, _scheme(exchange)) == "":
        exchange.reachable = _meant(exchange)
    else:
        right(exchange)


@defect.step("authenticate", "AU02")
def case_of_credential_ignored(exchange: Exchange, right: Step) -> None:
    """Looks credentials up in a column without regard to case."""
    sent = (credentials.presented(exchange.request, _scheme(exchange)) or "").lower()
    held = [entry for entry in exchange.store.entries if sent in [each.lower() for each in entry.seed.auth.values()]]
    if sent and held:
        exchange.reachable = tuple(held)
    else:
        right(exchange)


@defect.steps("AU12")
def overridden_method_unprotected() -> Turns:
    """Takes the method out of a header, and asks for a credential by the method of the request line."""

    def is_overridden(exchange: Exchange) -> bool:
        return exchange.request.method == "POST" and exchange.request.headers.get("X-HTTP-Method-Override") == "PATCH"

    def authenticate(exchange: Exchange, right: Step) -> None:
        if is_overridden(exchange):
            exchange.reachable = _meant(exchange)
        else:
            right(exchange)

    def method(exchange: Exchange, right: Step) -> None:
        if is_overridden(exchange):
            exchange.writes = True
        else:
            right(exchange)

    return {"authenticate": authenticate, "method": method}


def _uses_authorization(api: Api) -> bool:
    return bool(api.security) and api.security[0].kind != "apiKey"


@defect.step("authenticate", "AU08", only=lambda api: any(each.kind == "bearer" for each in api.security[:1]))
def scheme_compared_with_case(exchange: Exchange, right: Step) -> None:
    """Looks for a header that begins with Bearer, letter by letter."""
    if _header(exchange) and not _header(exchange).startswith("Bearer"):
        raise Refusal("unauthenticated")
    right(exchange)


@defect.step("authenticate", "AU08", only=_uses_authorization)
def any_scheme_works(exchange: Exchange, right: Step) -> None:
    """Takes the last word of the header, whatever scheme comes ahead of it."""
    words = _header(exchange).split()
    found = exchange.store.holders(_scheme(exchange).name, words[-1] if words else "")
    if found:
        exchange.reachable = found
    else:
        right(exchange)


@defect.step("authenticate", "AU08")
def credential_in_query_works(exchange: Exchange, right: Step) -> None:
    """Takes the credential from the query as well."""
    values = exchange.request.args.values()
    found = [entry for value in values for entry in exchange.store.holders(_scheme(exchange).name, value)]
    if found:
        exchange.reachable = tuple(found)
    else:
        right(exchange)


@defect.step("authenticate", "AU10")
def wrong_credential_crashes(exchange: Exchange, right: Step) -> None:
    """Decodes a credential without catching the error."""
    try:
        right(exchange)
    except Refusal as refusal:
        if refusal.situation == "wrong_credential":
            raise RuntimeError("not enough segments") from None
        raise


@defect.step("authenticate", "AU10", only=_uses_authorization)
def malformed_credential_crashes(exchange: Exchange, right: Step) -> None:
    """Splits the header at a space that need not be there."""
    if _header(exchange) and not credentials.presented(exchange.request, _scheme(exchange)):
        raise RuntimeError("list index out of range")
    right(exchange)


@defect.step("refuse", "EE09")
def challenge_not_sent(exchange: Exchange, right: Step) -> None:
    """Answers 401 without saying how to authenticate."""
    right(exchange)
    exchange.answer.headers = {name: value for name, value in exchange.answer.headers.items() if name != "WWW-Authenticate"}


@defect.steps("AU06")
def validated_before_authentication() -> Turns:
    """Validates a body ahead of asking who sent it."""

    def authenticate(exchange: Exchange, right: Step) -> None:
        try:
            right(exchange)
        except Refusal as refusal:
            exchange.reachable, exchange.refusal = _meant(exchange), refusal

    def merge(exchange: Exchange, right: Step) -> None:
        if exchange.refusal is not None:
            raise exchange.refusal
        right(exchange)

    return {"authenticate": authenticate, "merge": merge}


@defect.step("refuse", "AU05")
def missing_credential_answered_as_invalid(exchange: Exchange, right: Step) -> None:
    """Answers a missing credential with 400."""
    right(exchange)
    if exchange.refusal is not None and exchange.refusal.situation == "unauthenticated":
        exchange.answer = replace(exchange.answer, status=400)


@defect.step("refuse", "AU05")
def credential_and_status_disagree(exchange: Exchange, right: Step) -> None:
    """Answers a wrong credential with 200 and an error in the body."""
    right(exchange)
    if exchange.refusal is not None and exchange.refusal.situation == "wrong_credential":
        exchange.answer = replace(exchange.answer, status=200)
