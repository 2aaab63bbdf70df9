"""PATCH /v1/customers/{customerId} as a Node service would: unknown keys stripped, null refused, subdocuments replaced."""

import asyncio
import re
from copy import deepcopy
from typing import Annotated, Any

from pydantic import AfterValidator, BeforeValidator
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from tests.implementations._launch import on
from tests.implementations._starlette import Problem, Refusal, Wire, check, now, parse, reply, unauthorized

KEYS = {"first-store": "first", "second-store": "second"}  # API key -> seller
FIRST, SECOND = "65f0a1b2c3d4e5f60718293a", "65f0a1b2c3d4e5f60718293b"
INVALID = 422 if on("validation_422") else 400


def _email(text: str) -> str:
    if not on("formats_unchecked") and not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text):
        raise ValueError("Invalid email")
    return text


def _object(value: Any) -> Any:
    return {} if on("list_as_object") and isinstance(value, list) else value


Email = Annotated[str, AfterValidator(_email)]


class Address(Wire):
    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postalCode: str = ""  # noqa: N815  (the wire's name, here and below)
    country: str = ""


class Shipping(Wire):
    name: str = ""
    phone: str = ""
    address: Address = Address()


class Update(Wire):
    name: str = ""
    companyName: str = ""  # noqa: N815
    email: Email = ""
    phone: str = ""
    billingEmail: Email = ""  # noqa: N815
    address: Annotated[Address, BeforeValidator(_object)] = Address()
    shipping: Shipping = Shipping()
    taxId: str = ""  # noqa: N815
    taxIdType: str = ""  # noqa: N815


def _customer(key: str, name: str) -> dict[str, Any]:
    place = {"line1": "1 Main St", "line2": "Floor 2", "city": "Anytown", "state": "CA", "postalCode": "12345", "country": "US"}
    about = {"name": f"{name} sample", "companyName": f"{name} company", "email": f"{name}@example.com", "phone": "+14155550100"}
    tax = {"billingEmail": f"billing-{name}@example.com", "taxId": f"TAX-{name}", "taxIdType": "eu_vat"}
    places = {"address": place, "shipping": {"name": f"{name} sample", "phone": "+14155550111", "address": {**place}}}
    seller = {
        "sellerId": "second" if name == "second" and not on("shared_credential") else "first",
        "stripeCustomerId": f"sample-{name}",
    }
    return {"id": key, **about, **tax, **places, **seller, "createdAt": now(), "updatedAt": now()}


CUSTOMERS = {FIRST: _customer(FIRST, "first"), SECOND: _customer(SECOND, "second")}


def shown(customer: dict[str, Any]) -> dict[str, Any]:
    """Absent keys stay absent, or are null or blank: the document does not say."""
    seen = deepcopy(customer) | ({"metadata": {"source": "sample"}} if on("extra_fields") else {})
    if not on("absent_nulls") and not on("absent_blanks"):
        return seen
    blank = "" if on("absent_blanks") else None
    place = dict.fromkeys(Address.model_fields, blank)
    shipping = {"name": blank, "phone": blank} | seen.get("shipping", {})
    shipping["address"] = place | shipping.get("address", {})
    places = {"address": place | seen.get("address", {}), "shipping": shipping}
    return dict.fromkeys(Update.model_fields, blank) | seen | places


def identify(request: Request) -> str:
    scheme, _, key = request.headers.get("authorization", "").rpartition(" ")
    seller = KEYS.get(key) if scheme.lower() == "bearer" or on("scheme_ignored") else None
    if seller is None:
        raise unauthorized("Unauthorized", "Bearer")
    return seller


def find(request: Request, seller: str) -> dict[str, Any]:
    key = request.path_params["customerId"]
    if not re.fullmatch("[0-9a-fA-F]{24}", key):
        raise Refusal(400, "Bad Request", Problem(("customerId",), "Invalid id", key))
    customer = CUSTOMERS.get(key)
    if customer is None or (customer["sellerId"] != seller and not on("other_store_reachable")):
        raise Refusal(404, "Not Found")
    return customer


async def read(request: Request) -> Response:
    return reply(200, {"data": shown(find(request, identify(request)))})


async def patch(request: Request) -> Response:
    """Outside the lost-update fault nothing is awaited between reading a record and writing it."""
    raw = await request.body()
    customer = find(request, identify(request))
    body = _body(request, raw)
    if on("assigned_before_checks") and isinstance(body, dict):
        customer.update({key: value for key, value in body.items() if key in Update.model_fields})
    cleared = {key for key in Update.model_fields if on("null_clears") and isinstance(body, dict) and body.get(key, "") is None}
    sent = check(Update, {key: body[key] for key in body if key not in cleared} if cleared else body, status=INVALID).sent()
    _refuse(customer, body, sent, cleared)
    if on("lost_update"):
        customer = deepcopy(customer)
        await asyncio.sleep(0.02)
    for key in cleared:
        customer.pop(key, None)
    _store(customer, sent)
    CUSTOMERS[customer["id"]] = customer
    answer = shown(customer)
    if on("shipping_phone_dropped") and "shipping" in sent:
        customer["shipping"] = {key: value for key, value in sent["shipping"].items() if key != "phone"}
    return reply(200, {"data": answer})


def _body(request: Request, raw: bytes) -> Any:
    """A parser that meets another media type leaves the body empty."""
    if not raw or request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return {}
    return parse(raw)


def _refuse(customer: dict[str, Any], body: dict[str, Any], sent: dict[str, Any], cleared: set[str]) -> None:
    nothing = not body if on("unknown_alone_accepted") else not sent and not cleared
    if nothing and not on("empty_body_accepted"):
        raise Refusal(INVALID, "The body is empty")
    refused = [Problem((key,), "Cannot be edited", sent[key]) for key in sent if key not in ("address", "shipping")]
    if refused and on("seven_refused"):
        raise Refusal(INVALID, "Validation failed", *refused)
    if on("unchanged_is_404") and all(customer.get(key) == value for key, value in sent.items()):
        raise Refusal(404, "Not Found")


def _store(customer: dict[str, Any], sent: dict[str, Any]) -> None:
    if on("address_merged") and "address" in sent:
        sent["address"] = customer.get("address", {}) | sent["address"]
    if on("shipping_address_merged") and "address" in sent.get("shipping", {}):
        sent["shipping"]["address"] = customer.get("shipping", {}).get("address", {}) | sent["shipping"]["address"]
    if on("line1_cut") and "line1" in sent.get("address", {}):
        sent["address"]["line1"] = sent["address"]["line1"][:32]
    if on("omitted_tax_id_removed") and "taxId" not in sent:
        customer.pop("taxId", None)
    customer.update(sent, updatedAt=now())


def explain(refusal: Refusal) -> Response:
    """The documented envelope; an unknown method is an unknown route."""
    if on("html_parse_error") and "JSON" in refusal.message:
        return HTMLResponse("<!DOCTYPE html><pre>SyntaxError: Unexpected token</pre>", 400)
    if on("bare_401") and refusal.status == 401:
        return reply(401, {"error": "Unauthorized", "message": "Missing or invalid API key"}, refusal.headers)
    errors = [{"param": _param(problem.path), "message": problem.reason, "value": problem.value} for problem in refusal.problems]
    status, message = (404, "Not Found") if refusal.status == 405 else (refusal.status, refusal.message)
    payload = {"status": "error", "type": "error", "message": message, "errors": errors}
    return reply(status, payload, refusal.headers if status == refusal.status else None)


def _param(path: tuple[str | int, ...]) -> str:
    swapped = on("other_param_named") and path[:1] == ("shipping",)
    return ".".join(map(str, ("address", *path[1:]) if swapped else path))


async def state(_: Request) -> Response:
    return reply(200, {"customers": [*CUSTOMERS.values()]})


def describe() -> dict[str, Any]:
    other: dict[str, Any] = {"path": {"customerId": SECOND}}
    return {
        "auth": {"api_key_auth": "first-store"},
        "customer": {"customerId": FIRST},
        "other_customer": other if on("shared_credential") else other | {"auth": {"api_key_auth": "second-store"}},
        "read": "/v1/customers/{customerId}",
        "values": {},
    }


async def customer(request: Request) -> Response:
    """The customer's resource, by method."""
    return await (patch if request.method == "PATCH" else read)(request)


ROUTES = [
    Route("/v1/customers/{customerId}", customer, methods=["GET", "PATCH"]),  # one route, so that a 405 lists both in Allow
    Route("/__state", state),
]
