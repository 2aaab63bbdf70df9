"""PATCH /v1/customers/{id} as a Go service would have it: null leaves a pointer alone, arrays are merged by id."""

import re
from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any, Literal
from uuid import NAMESPACE_DNS, uuid5

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from tests.implementations._launch import on
from tests.implementations._starlette import Problem, Refusal, Wire, check, now, parse, reply, unauthorized

KEYS = {"first-store": "first", "second-store": "second"}  # X-API-Key -> store
CODES = {400: "BAD_REQUEST", 401: "UNAUTHORIZED", 403: "FORBIDDEN", 404: "NOT_FOUND", 429: "TOO_MANY_REQUESTS"}
REFERENCES = {
    "primary_contact_id": "contacts",
    "default_shipping_address_id": "addresses",
    "default_billing_address_id": "addresses",
}

HIDDEN = {
    *REFERENCES,
    "company_name",
    "assigned_sales_rep_ids",
    "assigned_price_list_id",
}  # no place in an answer under these names


def identifier(name: str) -> str:
    return str(uuid5(NAMESPACE_DNS, f"{name}.example"))


REPS = {identifier(f"rep{number}"): f"Rep{number}" for number in range(3)}
PRICE_LISTS = {identifier(f"prices{number}"): f"Price list {number}" for number in range(2)}


def _matches(pattern: str, text: str) -> str:
    if not on("formats_unchecked") and not re.fullmatch(pattern, text):
        raise ValueError("has another format")
    return text


def _listed(known: Iterable[str], text: str) -> str:
    if text not in known:
        raise ValueError("does not exist")
    return text


def limited(limit: int | None) -> Any:
    return Annotated[str, StringConstraints(max_length=limit)]


Phone = Annotated[str, AfterValidator(partial(_matches, r"\+[1-9][0-9]{1,14}"))]
Email = Annotated[str, AfterValidator(partial(_matches, r"[^@\s]+@[^@\s]+"))]
Country = Annotated[str, AfterValidator(partial(_matches, r"[A-Z]{2}"))]
Rep = Annotated[str, AfterValidator(partial(_listed, REPS))]
PriceList = Annotated[str, AfterValidator(partial(_listed, PRICE_LISTS))]


class Dto(Wire):
    """A DTO of pointers: null is as good as absent."""

    @model_validator(mode="before")
    @classmethod
    def _decode(cls, body: Any) -> Any:
        if not isinstance(body, dict):
            return body
        keys = {key.lower() if on("case_insensitive_keys") else key: value for key, value in body.items()}
        return {key: value for key, value in keys.items() if value is not None or on("null_refused")}


class Attribute(Dto):
    name: limited(255)
    value: str


class Item(Dto):
    """What an address and a contact have in common."""

    id: str
    reference_id: limited(255) = ""
    first_name: limited(50) = ""
    last_name: limited(50) = ""
    phone: Phone = ""
    email: Email = ""
    is_default: bool = False
    attributes: list[Attribute] = []


class Address(Item):
    address_line_1: limited(255) = ""
    address_line_2: limited(255) = ""
    city: limited(50) = ""
    state: limited(50) = ""
    country: Country = ""
    zip_code: limited(50) = ""
    type: str if on("address_type_unchecked") else Literal["billing", "shipping"] = "billing"


class Contact(Item):
    designation: limited(None if on("designation_unlimited") else 50) = ""


class Update(Dto):
    company_name: limited(255) = ""
    display_name: limited(255) = ""
    display_id: limited(255) = ""
    freight_term: limited(255) = ""
    shipping_method: limited(255) = ""
    payment_mode: limited(255) = ""
    payment_term: limited(255) = ""
    primary_contact_id: str = ""
    default_shipping_address_id: str = ""
    default_billing_address_id: str = ""
    reference_id: limited(255) = ""
    assigned_sales_rep_ids: Annotated[list[Rep], Field(min_length=0 if on("empty_list_accepted") else 1)] = []
    assigned_price_list_id: PriceList = ""
    first_name: limited(255) = ""
    last_name: limited(255) = ""
    phone: Phone = ""
    email: Email = ""
    addresses: list[Address] = []
    contacts: list[Contact] = []
    attributes: list[Attribute] = []


def _attribute(name: str, value: str) -> dict[str, Any]:
    stamps = {"created_by": identifier("clerk"), "updated_by": identifier("clerk"), "created_at": now(), "updated_at": now()}
    return {"id": identifier(name), "name": name, "value": value, **stamps}


def _customer(name: str) -> dict[str, Any]:
    """A record in the request's names, with every writable field filled."""
    stamps = {"status": "active", "created_at": now(), "updated_at": now()}
    person = {"first_name": name.title(), "last_name": "Sample", "phone": "+14155550100", "email": f"{name}@example.com"}
    place = {
        "address_line_1": "1 Main St",
        "address_line_2": "Floor 2",
        "city": "Anytown",
        "state": "CA",
        "country": "US",
        "zip_code": "12345",
    }
    record = {
        "id": identifier(name),
        **stamps,
        **person,
        "reference_id": f"REF-{name}",
        "attributes": [_attribute("Color", "red")],
    }
    for key in ("company_name", "display_name", "display_id", "freight_term", "shipping_method", "payment_mode", "payment_term"):
        record[key] = f"{name} {key}"
    for key, more in (("addresses", {**place, "customer_id": record["id"]}), ("contacts", {"designation": "Buyer"})):
        record[key] = [
            {"id": identifier(f"{name}-{key}{n}"), **stamps, **person, **more, "reference_id": f"{key}-{n}", "is_default": n == 0}
            | {"attributes": [_attribute("Floor", str(n))]}
            | ({"type": ("billing", "shipping")[n]} if key == "addresses" else {})
            for n in (0, 1)
        ]
    references = {key: record[items][0]["id"] for key, items in REFERENCES.items()}
    assigned = {"assigned_sales_rep_ids": [*REPS][:1], "assigned_price_list_id": next(iter(PRICE_LISTS))}
    return {**record, **references, **assigned}


CUSTOMERS = {identifier(name): _customer(name) for name in ("first", "second")}
OWNERS = {identifier("first"): "first", identifier("second"): "first" if on("shared_credential") else "second"}


def _rep(key: str) -> dict[str, Any]:
    about = {"email": f"{REPS[key].lower()}@example.com", "phone": "+14155550111", "department": "Sales", "status": "active"}
    return {"id": key, "first_name": REPS[key], "last_name": "Sample", **about}


def shown(customer: dict[str, Any]) -> dict[str, Any]:
    """The response's names, and objects for ids."""
    seen = {key: value for key, value in customer.items() if key not in HIDDEN}
    seen["name"] = customer["company_name"]
    seen["assigned_sales_reps"] = [_rep(key) for key in customer["assigned_sales_rep_ids"]]
    key = customer["assigned_price_list_id"]
    seen["assigned_price_list"] = {"id": key, "name": PRICE_LISTS[key], "status": "active"}
    seen |= {"credit": {"limit": 0}} if on("extra_fields") else {}
    return {key: value for key, value in seen.items() if value != "" or not on("empty_omitted")}


def change(customer: dict[str, Any], sent: dict[str, Any]) -> None:
    """Check what refers to other records, then apply; nothing is applied before all is checked."""
    _check_references(customer, sent)
    for name in ("addresses", "contacts"):
        _merge(name, customer, sent.pop(name, []))
    if "attributes" in sent:
        _upsert(customer, sent.pop("attributes"))
    if on("sales_reps_appended"):
        sent["assigned_sales_rep_ids"] = customer["assigned_sales_rep_ids"] + sent.get("assigned_sales_rep_ids", [])
    if on("company_name_unmapped"):
        sent.pop("company_name", None)
    customer.update(sent, updated_at=now())


def _check_references(customer: dict[str, Any], sent: dict[str, Any]) -> None:
    wanted = [((name,), items, sent[name]) for name, items in REFERENCES.items() if name in sent]
    for name in ("addresses", "contacts"):
        wanted += [((name, index, "id"), name, item["id"]) for index, item in enumerate(sent.get(name, []))]
    problems = [Problem(path, "does not exist", key) for path, items, key in wanted if key not in _by_id(items, customer)]
    if problems:
        raise Refusal(400, "Validation failed", *problems)


def _by_id(items: str, customer: dict[str, Any]) -> dict[str, dict[str, Any]]:
    owners = CUSTOMERS.values() if on("foreign_address_written") and items == "addresses" else [customer]
    return {item["id"]: item for owner in owners for item in owner[items]}


def _merge(name: str, customer: dict[str, Any], sent: list[dict[str, Any]]) -> None:
    if sent and on("unsent_items_removed"):
        customer[name] = [_by_id(name, customer)[item["id"]] for item in sent]
    for index, item in enumerate(sent):
        stored = _by_id(name, customer)[item["id"]]
        if name == "addresses" and on("addresses_by_position"):
            stored = customer[name][index]
            item["id"] = stored["id"]
        if name == "addresses" and on("item_fields_zeroed"):
            item |= {key: "" for key in Address.model_fields if isinstance(stored.get(key), str) and key not in (*item, "type")}
        if "attributes" in item:
            _upsert(stored, item.pop("attributes"))
        kept = {key: value for key, value in item.items() if value is not False or not on("false_ignored")}
        stored.update(kept, updated_at=now())


def _upsert(owner: dict[str, Any], sent: list[dict[str, str]]) -> None:
    if on("attributes_replaced"):
        owner["attributes"] = []
    for each in sent:
        known = [stored for stored in owner["attributes"] if stored["name"] == each["name"]]
        if known and not on("attributes_appended"):
            known[0].update(each, updated_at=now())
        else:
            owner["attributes"].append(_attribute(**each))


def find(request: Request, store: str | None) -> dict[str, Any]:
    key = request.path_params["id"]
    if key not in CUSTOMERS or (store and OWNERS[key] != store):
        raise Refusal(400 if on("missing_400") else 404, "Customer not found")
    return CUSTOMERS[key]


def identify(request: Request) -> str | None:
    store = KEYS.get(request.headers.get("x-api-key", ""))
    if store is None and not (on("applied_before_auth") and request.method == "PATCH"):
        raise unauthorized("Missing or invalid API key", "ApiKey")
    return store


async def read(request: Request) -> Response:
    return reply(200, {"data": shown(find(request, identify(request)))})


async def patch(request: Request) -> Response:
    """No await stands between reading a record and writing it: parallel requests take turns."""
    raw = await request.body()
    store = identify(request)
    customer = find(request, store)
    if on("media_type_415") and not request.headers.get("content-type", "").lower().startswith("application/json"):
        raise Refusal(415, "Unsupported media type")
    body = parse(raw)
    if on("empty_refused") and body == {}:
        raise Refusal(400, "The body is empty")
    if on("array_half_written"):
        _apply_one_by_one(customer, body)
    change(customer, check(Update, body).sent())
    if store is None:
        raise unauthorized("Missing or invalid API key", "ApiKey")
    return reply(200 if on("answers_200") else 201, {"data": shown(customer)})


def _apply_one_by_one(customer: dict[str, Any], body: Any) -> None:
    items = body.get("addresses") if isinstance(body, dict) else None
    for item in items if isinstance(items, list) else ():
        change(customer, check(Update, {"addresses": [item]}).sent())


def explain(refusal: Refusal) -> Response:
    """HttpError: {code, message, details: [{field, reason}]}."""
    if refusal.status == 405 and on("method_404"):
        return PlainTextResponse("404 page not found", 404)
    details = [{"field": _name(problem.path), "reason": problem.reason} for problem in refusal.problems]
    payload = {"code": CODES.get(refusal.status, "ERROR"), "message": refusal.message, "details": details}
    if on("no_details"):
        del payload["details"]
    return reply(refusal.status, payload, refusal.headers)


def _name(path: tuple[str | int, ...]) -> str:
    if on("neighbouring_field_named") and path[:1] == ("shipping_method",):
        path = ("freight_term",)
    if on("top_level_named"):
        path = path[:1]
    name = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")
    return re.sub(r"\[(\d+)\]", r".\1", name) if on("dotted_paths") else name


async def state(_: Request) -> Response:
    return reply(200, {"customers": [*CUSTOMERS.values()]})


def describe() -> dict[str, Any]:
    first, other = CUSTOMERS[identifier("first")], {"path": {"id": identifier("second")}}
    return {
        "auth": {"ApiKeyAuth": "first-store"},
        "customer": {"id": first["id"]},
        "other_customer": other if on("shared_credential") else other | {"auth": {"ApiKeyAuth": "second-store"}},
        "read": "/v1/customers/{id}",
        "values": {
            "assigned_sales_rep_ids": [*REPS],
            "assigned_price_list_id": [*PRICE_LISTS],
            **{name: [item["id"] for item in first[items]] for name, items in REFERENCES.items()},
            **{f"{items}.id": [item["id"] for item in first[items]] for items in ("addresses", "contacts")},
        },
    }


async def customer(request: Request) -> Response:
    """The customer's resource, by method."""
    return await (patch if request.method == "PATCH" else read)(request)


ROUTES = [
    Route("/v1/customers/{id}", customer, methods=["GET", "PATCH"]),  # one route, so that a 405 lists both in Allow
    Route("/__state", state),
]
