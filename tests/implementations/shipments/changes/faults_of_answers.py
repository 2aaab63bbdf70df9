"""Faults in what surrounds the records: credentials, entity tags, media types, members of bodies, answers and refusals."""

import struct
from collections.abc import Mapping
from typing import Any

from changes.faults_of_records import on_finish
from changes.switches import around, fault
from pydantic import BaseModel, ConfigDict
from refusals import Refusal
from service import KEPT, TOKENS, Kind, Service
from store import Record


def on_refusal(service: Service, change: Any) -> None:
    """Let `change(refusal, status, headers, body)` answer; None leaves the honest answer."""

    def refuse(inner: Any, refusal: Refusal) -> tuple[int, Mapping[str, str], Any]:
        status, headers, body = inner(refusal)
        return change(refusal, status, headers, body) or (status, headers, body)

    around(service, "refuse", refuse)


def on_show(service: Service, kind_name: str, change: Any, step: str = "show") -> None:
    """Let `change(shown)` alter what is shown, everywhere or (step "patched") in answers to patches."""

    def show(inner: Any, kind: Kind, *records: Record) -> Record:
        shown: Record = inner(kind, *records)
        if kind.name == kind_name:
            shown = change(shown)
        return shown

    around(service, step, show)


# --- entity tags


@fault("negotiation", "")
def if_match_ignored(service: Service) -> None:
    """If-Match is never looked at: an old entity tag overwrites."""
    service.check_precondition = lambda *_: None  # type: ignore[method-assign]


@fault("negotiation", "")
def weak_tag_matches(service: Service) -> None:
    """The weak comparison is used: W/ before the current tag matches."""
    around(service, "check_precondition", lambda inner, kind, record, tag: inner(kind, record, tag and tag.replace('W/"', '"')))


@fault("negotiation", "")
def star_does_not_match(service: Service) -> None:
    """If-Match: * is compared as text and refused with 412."""
    around(service, "check_precondition", lambda inner, kind, record, tag: inner(kind, record, '"*"' if tag == "*" else tag))


@fault("negotiation", "")
def list_of_tags_not_read(service: Service) -> None:
    """A list of entity tags with the current one in it is refused with 412."""
    around(service, "check_precondition", lambda inner, kind, record, tag: inner(kind, record, tag and tag.replace(",", ";")))


@fault("response", "")
def answer_has_the_old_etag(service: Service) -> None:
    """The entity tag of the answer to a patch is computed before the write."""
    state: dict[str, str] = {}

    def update(inner: Any, kind: Kind, tenant: str, record_id: str, *rest: Any) -> Record:
        state["tag"] = service.etag(service.read(kind, tenant, record_id))
        return inner(kind, tenant, record_id, *rest)  # type: ignore[no-any-return]

    def headers(inner: Any, kind: Kind, record: Record) -> dict[str, str]:
        tags = inner(kind, record)
        return {"ETag": state.pop("tag")} if tags and "tag" in state else tags

    around(service, "update", update)
    around(service, "headers", headers)


# --- answers


@fault("response", "")
def answer_shows_the_old_shipment(service: Service) -> None:
    """The session is not refreshed: the answer to a patch shows the shipment as it was."""

    def patched(inner: Any, kind: Kind, before: Record | None, record: Record) -> Record:
        return inner(kind, before, before if before and kind.name == "shipments" else record)  # type: ignore[no-any-return]

    around(service, "patched", patched)


@fault("response", "")
def answer_without_nulls(service: Service) -> None:
    """response_model_exclude_none: members that are null are missing from the answer to a patch of a recipient."""
    on_show(service, "recipients", lambda shown: {key: value for key, value in shown.items() if value is not None}, "patched")


@fault("response", "portal_password")
def password_shown(service: Service) -> None:
    """The write-only member is part of the answer to a patch."""

    def patched(inner: Any, kind: Kind, before: Record | None, record: Record) -> Record:
        shown: Record = inner(kind, before, record)
        return {**shown, "portal_password": record["password_digest"]} if kind.name == "recipients" else shown

    around(service, "patched", patched)


@fault("response", "")
def updated_at_without_offset(service: Service) -> None:
    """utcnow(): updated_at of shipments is shown without Z."""
    on_show(service, "shipments", lambda shown: {**shown, "updated_at": shown["updated_at"].removesuffix("Z")})


@fault("types", "credit_limit")
def credit_limit_in_single_precision(service: Service) -> None:
    """The amount goes through a 4-byte float: larger ones are shown with other cents, 98765.43 as 98765.4296875."""

    def change(shown: Record) -> Record:
        return {**shown, "credit_limit": struct.unpack("f", struct.pack("f", shown["credit_limit"]))[0]}

    on_show(service, "recipients", change)


@fault("types", "credit_limit")
def credit_limit_shown_as_text(service: Service) -> None:
    """Pydantic's Decimal: credit_limit is shown as text."""
    on_show(service, "recipients", lambda shown: {**shown, "credit_limit": f"{shown['credit_limit']:.2f}"})


@fault("response", "declared_value")
def declared_value_without_last_zero(service: Service) -> None:
    """str(float(value)): 80.00 is shown as 80.0."""
    on_show(service, "shipments", lambda shown: {**shown, "declared_value": str(float(shown["declared_value"]))})


@fault("enum", "status")
def in_transit_shown_by_another_name(service: Service) -> None:
    """The enum is shown by name with hyphens: in_transit appears as in-transit."""
    on_show(service, "shipments", lambda shown: {**shown, "status": shown["status"].replace("_", "-")})


@fault("response", "address")
def reads_cached_over_address_changes(service: Service) -> None:
    """GET is cached and the cache is emptied only when a column changes: a change of the address alone does not show."""
    cache: dict[str, Record] = {}

    def view(inner: Any, kind: Kind, tenant: str, record_id: str) -> Record:
        found: Record = inner(kind, tenant, record_id)
        return cache.setdefault(tenant + record_id, found)

    def write(inner: Any, kind: Kind, tenant: str, after: Record, before: Record) -> None:
        inner(kind, tenant, after, before)
        moved = {key for key in after if after[key] != before[key]} - {"version", "updated_at"}
        if moved != {"address"}:
            cache.pop(tenant + after["id"], None)

    around(service, "view", view)
    around(service, "write", write)


# --- members that are not known or read-only


def _subclass(model: type[BaseModel], extra: Any) -> type[BaseModel]:
    return type(model.__name__, (model,), {"model_config": ConfigDict(extra=extra), "__module__": __name__})


@fault("partial_update", "")
def unknown_members_stored(service: Service) -> None:
    """extra="allow": unknown members of a recipient are stored and shown."""
    kind = service.kinds["recipients"]
    kind.create, kind.patch = _subclass(kind.create, "allow"), _subclass(kind.patch, "allow")

    def sent(inner: Any, target: Kind, patch: BaseModel) -> Record:
        return {key: value for key, value in inner(target, patch).items() if key not in KEPT}

    around(service, "sent", sent)


@fault("types", "")
def unknown_members_not_refused(service: Service) -> None:
    """extra="ignore" on the patch of shipments: unknown members at the top are not refused."""
    kind = service.kinds["shipments"]
    kind.patch = _subclass(kind.patch, "ignore")


@fault("partial_update", "created_at")
def created_at_taken_from_the_body(service: Service) -> None:
    """setattr over the body: created_at of a recipient can be overwritten."""

    def prepare(inner: Any, kind: Kind, value: Any) -> Any:
        held.clear()
        if kind.name == "recipients" and isinstance(value, dict) and isinstance(value.get("created_at"), str):
            held["created_at"] = value["created_at"]
        return inner(kind, value)

    held: Record = {}
    around(service, "prepare", prepare)
    on_finish(service, "recipients", lambda before, after, changes: after.update(held))


# --- credentials


@fault("auth", "")
def token_compared_by_its_beginning(service: Service) -> None:
    """startswith: a token with something after it is accepted."""

    def tenant(inner: Any, authorization: str | None) -> str:
        for token in TOKENS:
            if (authorization or "").lower().startswith(f"bearer {token}"):
                return TOKENS[token]
        return inner(authorization)  # type: ignore[no-any-return]

    around(service, "tenant", tenant)


@fault("auth", "")
def scheme_not_looked_at(service: Service) -> None:
    """The token is accepted with any scheme, such as Basic."""

    def tenant(inner: Any, authorization: str | None) -> str:
        return inner(f"Bearer {(authorization or '').partition(' ')[2]}")  # type: ignore[no-any-return]

    around(service, "tenant", tenant)


@fault("auth", "")
def missing_credential_is_forbidden(service: Service) -> None:
    """HTTPBearer's old default: without a valid credential the answer is 403 instead of 401, and has no challenge."""
    on_refusal(service, lambda refusal, status, headers, body: (403, {}, body) if status == 401 else None)


@fault("auth", "")
def challenge_missing(service: Service) -> None:
    """401 comes without WWW-Authenticate, which RFC 9110 demands and the document names."""
    on_refusal(service, lambda refusal, status, headers, body: (401, {}, body) if status == 401 else None)


@fault("isolation", "")
def foreign_records_are_forbidden(service: Service) -> None:
    """Another tenant's record is answered with 403 instead of the documented 404: it tells that the record exists."""

    def read(inner: Any, kind: Kind, tenant: str, record_id: str) -> Record:
        try:
            return inner(kind, tenant, record_id)  # type: ignore[no-any-return]
        except Refusal as refusal:
            if any(service.store.find(kind.name, each, record_id) for each in TOKENS.values()):
                refusal.message = "This record belongs to somebody else."
            raise

    def change(refusal: Refusal, status: int, headers: Any, body: Any) -> Any:
        return (403, headers, body) if refusal.message.startswith("This record belongs") else None

    around(service, "read", read)
    on_refusal(service, change)


# --- media types, methods, refusals


@fault("negotiation", "")
def any_media_type_accepted(service: Service) -> None:
    """The media type of a recipient's patch is not looked at: text/plain is accepted."""

    def check(inner: Any, expected: str, content_type: str | None) -> None:
        if expected != "application/json":
            inner(expected, content_type)

    around(service, "check_media_type", check)


@fault("negotiation", "")
def charset_parameter_refused(service: Service) -> None:
    """The Content-Type is compared as a whole: with charset=utf-8 it is refused with 415."""

    def check(inner: Any, expected: str, content_type: str | None) -> None:
        inner(expected, (content_type or "").replace(";", "+"))

    around(service, "check_media_type", check)


@fault("negotiation", "")
def allow_missing(service: Service) -> None:
    """405 comes without Allow, which RFC 9110 demands."""
    on_refusal(service, lambda refusal, status, headers, body: (405, {}, body) if status == 405 else None)


@fault("error_envelope", "")
def unreadable_json_is_422(service: Service) -> None:
    """FastAPI's default: a body that is not JSON is answered with 422 instead of 400."""
    on_refusal(service, lambda refusal, status, headers, body: (422, headers, body) if status == 400 else None)


@fault("error_envelope", "")
def stale_tag_in_default_envelope(service: Service) -> None:
    """HTTPException has no handler here: 412 is answered with {"detail": ...}."""

    def change(refusal: Refusal, status: int, headers: Any, body: Any) -> Any:
        return (412, headers, {"detail": refusal.message}) if status == 412 else None

    on_refusal(service, change)


@fault("error_envelope", "")
def unknown_record_in_default_envelope(service: Service) -> None:
    """404 for an unknown record is answered with {"detail": "Not Found"}."""
    on_refusal(service, lambda refusal, status, headers, body: (404, headers, {"detail": "Not Found"}) if status == 404 else None)


@fault("error_envelope", "reference")
def taken_reference_is_400(service: Service) -> None:
    """A taken reference is answered with 400 instead of 409."""

    def change(refusal: Refusal, status: int, headers: Any, body: Any) -> Any:
        return (400, headers, body) if status == 409 and [path for path, _ in refusal.details] == ["reference"] else None

    on_refusal(service, change)


@fault("error_envelope", "packages.label")
def only_the_last_part_of_the_path(service: Service) -> None:
    """loc[-1]: details.field of a nested member is its name alone, not the dotted path."""

    def change(refusal: Refusal, status: int, headers: Any, body: Any) -> Any:
        for each in body["error"]["details"]:
            each["field"] = each["field"].rpartition(".")[2]
        return status, headers, body

    on_refusal(service, change)


@fault("error_envelope", "recipient_id")
def details_missing_for_unknown_recipient(service: Service) -> None:
    """A recipient_id that does not exist is refused without the required member details."""

    def change(refusal: Refusal, status: int, headers: Any, body: Any) -> Any:
        if status == 422 and [path for path, _ in refusal.details] == ["recipient_id"]:
            del body["error"]["details"]
        return status, headers, body

    on_refusal(service, change)
