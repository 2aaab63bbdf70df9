"""What the service does with records: each step is a method of its own, which faults and variants replace on the instance."""

import copy
import hashlib
import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import models
from pydantic import BaseModel, ValidationError
from refusals import Refusal, from_pydantic, invalid
from starlette.responses import Response
from store import Record, Store

TOKENS = {"tok-north-7f3a": "north", "tok-south-91cd": "south"}
KEPT = ("id", "version", "created_at", "updated_at", "full_name", "has_portal_password", "password_digest", "total_weight_grams")
STEPS = {
    "draft": {"booked", "cancelled"},
    "booked": {"in_transit", "draft", "cancelled"},
    "in_transit": {"delivered"},
    "delivered": set(),
    "cancelled": set(),
}


@dataclass
class Kind:
    """What differs between the two resources."""

    name: str
    code: str  # the member that is unique in the tenant
    items: str  # the list whose items have ids
    whole: str  # the map that a patch replaces as a whole, "" where maps are merged
    media_type: str  # of a patch
    create: type[BaseModel]
    patch: type[BaseModel]


class Service:
    """The records of all tenants and the steps of a request."""

    def __init__(self) -> None:
        self.store = Store()
        self.lock = threading.RLock()
        self.kinds = {
            "recipients": Kind(
                "recipients", "customer_number", "contacts", "attributes", "application/json",
                models.RecipientCreate, models.RecipientPatch,
            ),
            "shipments": Kind(
                "shipments", "reference", "packages", "", "application/merge-patch+json",
                models.ShipmentCreate, models.ShipmentPatch,
            ),
        }  # fmt: skip

    # --- what a request asks for

    def tenant(self, authorization: str | None) -> str:
        """Whose records the credential opens."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer" or token.strip() not in TOKENS:
            raise Refusal(401, "A valid bearer token is needed.", headers={"WWW-Authenticate": "Bearer"})
        return TOKENS[token.strip()]

    def check_media_type(self, expected: str, content_type: str | None) -> None:
        """Refuse a body of another type than the documented one."""
        if (content_type or "").partition(";")[0].strip().lower() != expected:
            raise Refusal(415, f"The body must be {expected}.", headers={"Accept-Patch": expected})

    def parse(self, body: bytes) -> Any:
        """The JSON value; NaN and the like are none, and 1.0 is the integer 1."""
        try:
            return json.loads(body.decode("utf-8"), parse_constant=_refuse_constant, parse_float=_number)
        except (ValueError, RecursionError):
            raise Refusal(400, "The body is not readable JSON.") from None

    def prepare(self, kind: Kind, value: Any) -> Any:
        """The parsed body before it is validated."""
        return value

    def sent(self, kind: Kind, patch: BaseModel) -> Record:
        """What of the patch was sent, as JSON values."""
        return patch.model_dump(mode="json", exclude_unset=True)

    # --- operations

    def create(self, kind: Kind, tenant: str, content: BaseModel) -> Record:
        """Make a new record."""
        with self.lock:
            now = _now()
            kept = {"id": str(uuid.uuid4()), "version": 1, "created_at": now, "updated_at": now}
            record = self.settle(kind, kept, content.model_dump(mode="json", exclude_unset=True))
            self.check(kind, tenant, None, record)
            self.store.put(kind.name, tenant, record[kind.code], record)
            return record

    def read(self, kind: Kind, tenant: str, record_id: str) -> Record:
        """The record; refuses with 404 what the tenant does not have."""
        with self.lock:
            record = self.store.find(kind.name, tenant, record_id)
        if record is None:
            raise Refusal(404, "There is no such record.")
        return record

    def view(self, kind: Kind, tenant: str, record_id: str) -> Record:
        """What a GET shows."""
        return self.read(kind, tenant, record_id)

    def update(self, kind: Kind, tenant: str, record_id: str, changes: Record, if_match: str | None) -> Record:
        """Apply a partial update, or nothing of it."""
        with self.lock:
            before = self.read(kind, tenant, record_id)
            self.check_precondition(kind, before, if_match)
            merged = self.merge(kind, _content(before), changes)
            after = self.settle(kind, before, merged)
            self.check(kind, tenant, before, after)
            after = self.finish(kind, before, after, changes)
            if after != before:
                self.touch(before, after)
                self.write(kind, tenant, after, before)
            return after

    def write(self, kind: Kind, tenant: str, after: Record, before: Record) -> None:
        """Store the changed record."""
        self.store.put(kind.name, tenant, after[kind.code], after)

    def delete(self, kind: Kind, tenant: str, record_id: str) -> None:
        """Remove the record, unless a shipment refers to it."""
        with self.lock:
            self.read(kind, tenant, record_id)
            if any(each["recipient_id"] == record_id for each in self.store.all("shipments", tenant)):
                raise Refusal(409, "A shipment refers to this recipient.")
            self.store.remove(record_id)

    # --- steps of a change

    def check_precondition(self, kind: Kind, record: Record, if_match: str | None) -> None:
        """Strong comparison, RFC 9110 section 13.1.1; recipients have no entity tags."""
        if if_match is None or if_match.strip() == "*" or kind.name != "shipments":
            return
        if self.etag(record) not in [each.strip() for each in if_match.split(",")]:
            raise Refusal(412, "The shipment has changed since.")

    def etag(self, record: Record) -> str:
        """The entity tag of this version."""
        return f'"{record["id"][:8]}-{record["version"]}"'

    def merge(self, kind: Kind, content: Record, changes: Record) -> Record:
        """`content` with `changes`: objects member by member, all else replaced."""
        result = dict(content)
        for key, value in changes.items():
            known = result.get(key)
            if key == "metadata" and isinstance(known, dict):
                result[key] = {name: text for name, text in {**known, **value}.items() if text is not None}
            elif isinstance(value, dict) and isinstance(known, dict) and key != kind.whole:
                result[key] = self.merge(kind, known, value)
            else:
                result[key] = value
        return result

    def settle(self, kind: Kind, kept: Record, merged: Record) -> Record:
        """The whole record, validated, with ids of items and derived members."""
        try:
            content = kind.create.model_validate(merged).model_dump(mode="json")
        except ValidationError as error:
            raise from_pydantic(error.errors()) from None
        record = {**{key: kept[key] for key in KEPT if key in kept}, **content}
        self.give_ids(kind, kept, record)
        self.derive(kind, record, "portal_password" in merged)
        return record

    def give_ids(self, kind: Kind, before: Record, record: Record) -> None:
        """Known items keep their id, new ones get one."""
        known = {each["id"] for each in before.get(kind.items, [])}
        for index, item in enumerate(record[kind.items]):
            if item["id"] is None:
                item["id"] = str(uuid.uuid4())
            elif item["id"] not in known:
                raise invalid(f"{kind.items}.{index}.id", "is not the id of an item of this record, or is sent twice")
            known.discard(item["id"])

    def derive(self, kind: Kind, record: Record, password_sent: bool) -> None:
        """Set the members that follow others."""
        if kind.name == "shipments":
            record["total_weight_grams"] = sum(each["weight_grams"] * each["quantity"] for each in record["packages"])
            return
        record["full_name"] = f"{record['first_name']} {record['last_name']}"
        password = record.pop("portal_password")
        if password_sent:
            record["password_digest"] = password and hashlib.sha256(password.encode()).hexdigest()
        record["has_portal_password"] = bool(record.setdefault("password_digest", None))

    def check(self, kind: Kind, tenant: str, before: Record | None, after: Record) -> None:
        """The rules between members and records."""
        self.check_unique(kind, tenant, after)
        if kind.name == "recipients":
            self.check_company(after)
            return
        self.check_status(before, after)
        self.check_reference(tenant, before, after)
        self.check_window(after)

    def check_unique(self, kind: Kind, tenant: str, after: Record) -> None:
        """The code may be used once in a tenant."""
        for other in self.store.all(kind.name, tenant):
            if other["id"] != after["id"] and other[kind.code] == after[kind.code]:
                raise Refusal(409, f"This {kind.code} is taken.", [(kind.code, "is taken")])

    def check_company(self, after: Record) -> None:
        """A business has a name."""
        if after["kind"] == "business" and after["company"] is None:
            raise invalid("company", "is needed for a business")

    def check_status(self, before: Record | None, after: Record) -> None:
        """Only the documented changes of state."""
        if before is None or before["status"] == after["status"]:
            return
        if after["status"] not in STEPS[before["status"]]:
            message = f"A {before['status']} shipment cannot become {after['status']}."
            raise Refusal(409, message, [("status", "is not possible now")])

    def check_reference(self, tenant: str, before: Record | None, after: Record) -> None:
        """The recipient exists in the same tenant."""
        if self.store.find("recipients", tenant, after["recipient_id"]) is None:
            raise invalid("recipient_id", "is not the id of a recipient")

    def check_window(self, after: Record) -> None:
        """The pickup ends after it begins."""
        if datetime.fromisoformat(after["pickup_until"]) <= datetime.fromisoformat(after["pickup_from"]):
            raise invalid("pickup_until", "must be after pickup_from")

    def finish(self, kind: Kind, before: Record, after: Record, changes: Record) -> Record:
        """The last look at a record before it is stored."""
        return after

    def touch(self, before: Record, after: Record) -> None:
        """A new version, now."""
        after["version"] = before["version"] + 1
        after["updated_at"] = _now()

    # --- answers

    def show(self, kind: Kind, record: Record) -> Record:
        """The record without what is never shown."""
        return {key: value for key, value in copy.deepcopy(record).items() if key != "password_digest"}

    def patched(self, kind: Kind, before: Record | None, record: Record) -> Record:
        """The body of the answer to a patch."""
        return self.show(kind, record)

    def headers(self, kind: Kind, record: Record) -> dict[str, str]:
        """Headers of an answer that shows one record."""
        return {"ETag": self.etag(record)} if kind.name == "shipments" else {}

    def refuse(self, refusal: Refusal) -> tuple[int, Mapping[str, str], Any]:
        """Status, headers and body of a refusal."""
        return refusal.status, refusal.headers, refusal.body()

    def respond(self, content: Any, status: int, headers: Mapping[str, str]) -> Response:
        """The answer on its way out."""
        return Response(self.encode(content), status, dict(headers), "application/json")

    def other_method(self, method: str, allowed: str) -> Response:
        """The answer to a method that the path does not have."""
        status, headers, body = self.refuse(Refusal(405, "This method is not possible here.", headers={"Allow": allowed}))
        return self.respond(body, status, headers)

    def encode(self, content: Any) -> bytes:
        """JSON text of an answer."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def _content(record: Record) -> Record:
    return {key: value for key, value in record.items() if key not in KEPT}


def _now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _number(text: str) -> int | float:
    value = float(text)
    return int(value) if value.is_integer() else value
