"""What the document of the subscriptions says."""

import re
import time
from typing import Any

from tests.implementations.three_documents.smoke_service import Checks, Service, without_null

CARD = {"type": "card", "brand": "amex", "last4": "0005", "exp_month": 1, "exp_year": 2030}
BANK = {"type": "bank", "bank_name": "B", "account_last4": "0001", "country": "SE"}
FUTURE = int(time.time()) + 9_000_000
SUBSCRIPTION_REFUSED: list[dict[str, Any]] = [
    {"description": "x" * 201},
    {"description": None},
    {"description": 1},
    {"amount": 49},
    {"amount": 100000000},
    {"amount": 99.5},
    {"amount": ""},
    {"amount": "500"},
    {"amount": None},
    {"quantity": 0},
    {"quantity": 1000},
    {"collection_method": "x"},
    {"collection_method": ""},
    {"days_until_due": 0},
    {"days_until_due": 91},
    {"days_until_due": None},
    {"days_until_due": 3, "collection_method": "charge_automatically"},
    {"cancel_at": 1000},
    {"cancel_at": None},
    {"cancel_at": "2030-01-01"},
    {"billing_email": "x"},
    {"billing_email": None},
    {"external_id": "x"},
    {"external_id": ""},
    {"auto_renew": 1},
    {"coupon": "co_none"},
    {"coupon": None},
    {"payment_method": None},
    {"payment_method": {"type": "cash"}},
    {"payment_method": {**CARD, "last4": "1"}},
    {"payment_method": {**CARD, "country": "SE"}},
    {"payment_method": {"type": "bank"}},
    {"payment_method": "card"},
    {"notes": ["a", "b", "c", "d"]},
    {"notes": [""]},
    {"notes": None},
    {"notes": ["x" * 141]},
    {"metadata": None},
    {"metadata": {"a": None}},
    {"metadata": {"a": 1}},
    {"metadata": {"a b": "x"}},
    {"metadata": {"a": "x" * 501}},
    {"metadata": {f"k{i}": "x" for i in range(20)}},
    {"unknown": 1},
]
SUBSCRIPTION_ACCEPTED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"description": ""}, {"description": None}),
    ({"description": "x" * 200}, {"description": "x" * 200}),
    ({"amount": 50}, {"amount": 50}),
    ({"quantity": 999}, {"quantity": 999}),
    ({"days_until_due": ""}, {"days_until_due": None}),
    ({"days_until_due": 90}, {"days_until_due": 90}),
    ({"collection_method": "charge_automatically"}, {"days_until_due": None}),
    ({"collection_method": "send_invoice", "days_until_due": 7}, {"days_until_due": 7}),
    ({"cancel_at": FUTURE}, {"cancel_at": FUTURE}),
    ({"cancel_at": ""}, {"cancel_at": None}),
    ({"billing_email": ""}, {"billing_email": None}),
    ({"billing_email": "A@b.example"}, {"billing_email": "A@b.example"}),
    ({"auto_renew": False}, {"auto_renew": False}),
    ({"coupon": ""}, {"coupon": None}),
    ({"coupon": "co_staff50"}, {"coupon": "co_staff50"}),
    ({"payment_method": BANK}, {"payment_method": BANK}),
    ({"payment_method": CARD}, {"payment_method": {**CARD, "holder_name": None}}),
    ({"notes": ""}, {"notes": []}),
    ({"notes": ["b", "a", "b"]}, {"notes": ["b", "a", "b"]}),
    ({"notes": []}, {"notes": []}),
    ({"metadata": {"shop": "", "new": "1"}}, {"metadata": {"cost_center": "K-12", "new": "1"}}),
    ({"metadata": {}}, {"metadata": {"cost_center": "K-12", "new": "1"}}),
    ({"metadata": ""}, {"metadata": {}}),
    ({"id": "x", "livemode": True, "customer": "x", "created": None}, {"id": "sub_0001", "livemode": False}),
    ({"external_id": "ABC-1"}, {"external_id": "ABC-1"}),
    ({"external_id": "ABC-1"}, {"external_id": "ABC-1"}),
]


def smoke_subscriptions(service: Service, checks: Checks) -> None:
    """Refused and accepted requests, then what concerns the whole service."""
    path, auth, methods = "/v1/subscriptions/sub_0001", "Bearer sk_test_river", ["PATCH", "POST"]

    def read(where: str = path) -> Any:
        return service.call("GET", where, Authorization=auth)[2]

    def send(
        body: Any, where: str = path, token: str = auth, kind: str = "application/json", **headers: str
    ) -> tuple[int, dict[str, str], Any]:
        methods.reverse()
        return service.call(
            methods[0] if not headers else "PATCH", where, body, Content_Type=kind, Authorization=token, **headers
        )

    refused = 422 if "values-422" in checks.name else 400
    for change in SUBSCRIPTION_REFUSED:
        before = read()
        status, headers, body = send({"auto_renew": False, "quantity": 5, **change})
        checks.equal(f"{change} refused", (status, headers["content-type"]), (refused, "application/json"))
        checks.equal(
            f"{change} names the parameter", re.split(r"[.[]", (body or {}).get("error", {}).get("param", ""))[0] in change, True
        )
        checks.equal(f"{change} changes nothing", read(), before)
    for change, expected in SUBSCRIPTION_ACCEPTED:
        before = read()
        status, headers, body = send(change)
        after = read()
        checks.equal(f"{change} accepted", (status, body), (200, after))
        checks.equal(
            f"{change} weak tag and limits", (headers["etag"][:3], int(headers["ratelimit-remaining"]) > 0), ('W/"', True)
        )
        shown = {k: without_null(after[k]) if k in after else None for k in expected}
        checks.equal(f"{change} shown", shown, {k: without_null(v) for k, v in expected.items()})
        kept = before.keys() - change.keys() - expected.keys() - {"updated"}
        checks.equal(f"{change} keeps others", {k: after.get(k) for k in kept}, {k: before[k] for k in kept})
    checks.equal("set once", send({"external_id": "ABC-2"})[2]["error"]["code"], "parameter_locked")
    expanded = read(f"{path}?expand[]=customer&expand[]=coupon")
    checks.equal("expanded", (expanded["customer"]["id"], expanded["coupon"]["percent_off"]), ("cus_1001", 50))
    first = send({"amount": 700}, Idempotency_Key="k1")
    send({"amount": 800})
    again = send({"amount": 700}, Idempotency_Key="k1")
    checks.equal("replayed", (again[2], again[1].get("idempotent-replayed")), (first[2], "true"))
    checks.equal("not carried out again", read()["amount"], 800)
    etag = service.call("GET", path, Authorization=auth)[1]["etag"]
    checks.equal("not modified", service.call("GET", path, Authorization=auth, If_None_Match=etag)[0], 304)
    for what, status, answer in [
        ("key reused", 409, send({"amount": 900}, Idempotency_Key="k1")),
        ("weak If-Match", 412, send({}, If_Match=etag)),
        ("malformed", 400, send(b"{")),
        ("list", 400, send([])),
        ("media", 415, send({}, kind="text/plain")),
        ("no token", 401, send({}, token="")),
        ("token", 401, send({}, token="Bearer x")),
        ("unknown", 404, send({}, "/v1/subscriptions/sub_9")),
        ("foreign", 404, send({}, "/v1/subscriptions/sub_0003")),
        ("PUT", 405, service.call("PUT", path, {}, Authorization=auth)),
    ]:
        checks.equal(what, (answer[0], "error" in (answer[2] or {})), (status, True))
    checks.equal("If-Match *", send({}, If_Match="*")[0], 200)
    checks.equal("list", len(read("/v1/subscriptions")["data"]), 2)
    new = {"customer": "cus_1001", "currency": "eur", "amount": 100, "payment_method": BANK}
    status, _, body = service.call("POST", "/v1/subscriptions", new, Content_Type="application/json", Authorization=auth)
    checks.equal("created", (status, body["amount"]), (201, 100))
    where = f"/v1/subscriptions/{body['id']}"
    checks.equal("canceled", service.call("DELETE", where, Authorization=auth)[2]["status"], "canceled")
    checks.equal("canceled stays", send({"amount": 101}, where)[0], 400)
