"""Shows that each honest service, and each with every choice, keeps what its document says. Exits 1 on a difference."""

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class Service:
    """One running service; `call` gives (status, headers, JSON value or None)."""

    def __init__(self, program: str, variants: list[str]) -> None:
        self.ready_file = Path(tempfile.mkdtemp()) / "ready.json"
        words = [word for name in variants for word in ("--variant", name)]
        command = ["node", str(HERE / program), "--port", "0", "--ready-file", str(self.ready_file), *words]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while not self.ready_file.exists():
            time.sleep(0.02)
        self.ready = json.loads(self.ready_file.read_text())

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        request = urllib.request.Request(self.ready["url"] + path, data, named, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=5)  # noqa: S310 (loopback)
        except urllib.error.HTTPError as error:
            answer = error
        text = answer.read()
        return answer.status, {k.lower(): v for k, v in answer.headers.items()}, json.loads(text) if text else None


class Checks:
    """Collects what differs."""

    def __init__(self, name: str) -> None:
        self.name, self.count, self.failed = name, 0, 0

    def equal(self, what: str, got: Any, expected: Any) -> None:
        self.count += 1
        if got != expected:
            self.failed += 1
            print(f"{self.name}: {what}: {got!r}, not {expected!r}")


ADDRESS = {"street": "Weg 1", "postalCode": "8000", "city": "Bern", "countryCode": "CH"}
ORDER_REFUSED = [
    ({"recipientName": "x"}, 400), ({"recipientName": "  x  "}, 400), ({"recipientName": "x" * 61}, 400), ({"recipientName": None}, 400),
    ({"recipientName": 5}, 400), ({"customerReference": ""}, 400), ({"customerReference": "x" * 41}, 400), ({"status": "draft"}, 400),
    ({"status": "SHIPPED"}, 422), ({"deliveryAddress": {**ADDRESS, "countryCode": "ch"}}, 400), ({"deliveryAddress": {"street": "x"}}, 400),
    ({"deliveryAddress": None}, 400), ({"deliveryAddress": {**ADDRESS, "geo": {"latitude": 91, "longitude": 0}}}, 400),
    ({"shippingFee": {"amount": "1.5", "currency": "EUR"}}, 400), ({"shippingFee": {"amount": 1.5, "currency": "EUR"}}, 400),
    ({"shippingFee": {"amount": "1.50", "currency": "USD"}}, 400), ({"insuredValue": 1.005}, 400), ({"insuredValue": 50000.01}, 400),
    ({"insuredValue": "1"}, 400), ({"insuredValue": -0.01}, 400), ({"earliestDelivery": "2026-03-02"}, 400),
    ({"earliestDelivery": "2026-02-30T00:00:00Z"}, 400), ({"earliestDelivery": "2027-01-01T00:00:00Z"}, 422), ({"lines": []}, 400),
    ({"lines": [{"sku": "ABC", "quantity": 0, "unitPrice": "1.00"}]}, 400), ({"lines": [None]}, 400), ({"handling": ["x"]}, 400),
    ({"labels": ["a"] * 6}, 400), ({"labels": [""]}, 400), ({"labels": None}, 400), ({"courierId": 99}, 422), ({"courierId": "71"}, 400),
    ({"courierId": 1.5}, 400), ({"leaveAtDoor": "true"}, 400), ({"leaveAtDoor": None}, 400), ({"version": None}, 400), ({"version": 99}, 409),
    ({"version": "3"}, 400),
]  # fmt: skip
ORDER_ACCEPTED = [
    ({"recipientName": " Ann  B \t"}, {"recipientName": "Ann  B"}),
    ({"recipientName": "😀" * 60}, {"recipientName": "😀" * 60}),
    ({"customerReference": None}, {"customerReference": None}),
    ({"deliveryAddress": ADDRESS}, {"deliveryAddress": {**ADDRESS, "addition": None, "geo": None}}),
    ({"insuredValue": 0}, {"insuredValue": 0}),
    ({"insuredValue": 1.1}, {"insuredValue": 1.1}),
    ({"earliestDelivery": "2026-03-02T09:00:00+02:00"}, {"earliestDelivery": "2026-03-02T07:00:00.000Z"}),
    ({"earliestDelivery": None, "latestDelivery": None}, {"earliestDelivery": None, "latestDelivery": None}),
    ({"handling": ["HEAVY", "COLD", "HEAVY"]}, {"handling": ["COLD", "HEAVY"]}),
    ({"labels": []}, {"labels": []}),
    ({"lines": [{"sku": "ABC", "quantity": 3, "unitPrice": "1.10"}], "shippingFee": {"amount": "0.05", "currency": "EUR"}},
     {"totalAmount": "3.35"}),
    ({"courierId": None, "leaveAtDoor": False, "totalAmount": "1.00", "id": 7, "unknown": 1}, {"courierId": None, "id": 5001}),
    ({"status": "DRAFT"}, {"status": "DRAFT"}),
    ({"status": "CONFIRMED"}, {"status": "CONFIRMED"}),
    ({"status": "CANCELLED"}, {"status": "CANCELLED"}),
]  # fmt: skip


def without_null(value: Any) -> Any:
    """The value without null members, as answers may leave them out."""
    if isinstance(value, list):
        return [without_null(item) for item in value]
    return {k: without_null(v) for k, v in value.items() if v is not None} if isinstance(value, dict) else value


def normal_order(order: dict[str, Any]) -> Any:
    return without_null({k: sorted(v) if k in ("handling", "labels") else v for k, v in order.items()})


def smoke_orders(service: Service, checks: Checks) -> None:
    path, auth = "/api/v1/orders/5001", "Bearer north-writer"

    def read() -> Any:
        return normal_order(service.call("GET", path, Authorization=auth)[2])

    def patch(body: Any, where: str = path, token: str = auth, kind: str = "application/json") -> tuple[int, dict[str, str], Any]:
        return service.call("PATCH", where, body, Content_Type=kind, Authorization=token)

    for change, expected in ORDER_REFUSED:
        before = read()
        status, headers, body = patch({"version": before["version"], "leaveAtDoor": False, **change})
        checks.equal(f"{change} refused", (status, headers.get("content-type")), (expected, "application/problem+json"))
        checks.equal(f"{change} status in the problem", body and body["status"], expected)
        checks.equal(f"{change} changes nothing", read(), before)
    for change, expected in ORDER_ACCEPTED:
        before = read()
        status, _, body = patch({"version": before["version"], **change})
        after = read()
        checks.equal(f"{change} accepted", (status, body), (204, None))
        wanted = normal_order(expected)
        checks.equal(f"{change} shown", {k: after.get(k) for k in wanted}, wanted)
        kept = before.keys() - change.keys() - {"version", "updatedAt", "totalAmount"}
        checks.equal(f"{change} keeps others", {k: after.get(k) for k in kept}, {k: before[k] for k in kept})
    version = read()["version"]
    checks.equal("closed", patch({"version": version, "leaveAtDoor": True})[0], 409)
    for what, status, answer in [
        ("no version", 400, patch({})), ("malformed", 400, patch(b"{")), ("list", 400, patch([])), ("media", 415, patch({}, kind="text/plain")),
        ("merge patch", 415, patch({}, kind="application/merge-patch+json")), ("no token", 401, patch({}, token="")),
        ("wrong token", 401, patch({}, token="Bearer x")), ("reader", 403, patch({"version": version}, token="Bearer north-reader")),
        ("unknown", 404, patch({"version": 3}, "/api/v1/orders/9999")), ("no number", 400, patch({"version": 3}, "/api/v1/orders/x")),
        ("PUT", 405, service.call("PUT", path, {}, Authorization=auth)),
    ]:  # fmt: skip
        checks.equal(what, (answer[0], answer[2]["status"]), (status, status))
    foreign = patch({"version": 3}, "/api/v1/orders/5003")[0]
    checks.equal("foreign", foreign in (403, 404), True)
    checks.equal("list", len(service.call("GET", "/api/v1/orders", Authorization=auth)[2]["content"]), 2)
    new = {"recipientName": "New One", "deliveryAddress": ADDRESS, "shippingFee": {"amount": "1.00", "currency": "EUR"},
           "lines": [{"sku": "ABC", "quantity": 1, "unitPrice": "2.00"}]}  # fmt: skip
    status, headers, body = service.call("POST", "/api/v1/orders", new, Content_Type="application/json", Authorization=auth)
    checks.equal("created", (status, body["totalAmount"]), (201, "3.00"))
    checks.equal("deleted", service.call("DELETE", headers["location"], Authorization=auth)[0], 204)
    checks.equal("gone", service.call("GET", headers["location"], Authorization=auth)[0], 404)


PERSON_ADDRESS = {"street": "Weg 1", "city": "Bern", "postcode": "3000", "country-code": "CH"}
PERSON_REFUSED = [
    ({"name": ""}, 422), ({"name": "  "}, 422), ({"name": "x" * 81}, 422), ({"name": None}, 422), ({"name": 1}, 422), ({"email": "x"}, 422),
    ({"email": None}, 422), ({"phone": "044"}, 422), ({"job-title": ""}, 422), ({"birthday": "2999-01-01"}, 422),
    ({"birthday": "1990-02-30"}, 422), ({"birthday": "1990-02-03T00:00:00Z"}, 422), ({"locale": "EN"}, 422), ({"locale": None}, 422),
    ({"skills": ["a", "a"]}, 422), ({"skills": ["a", "b", "c", "d", "e", "f", "g", "h", "i"]}, 422), ({"skills": None}, 422),
    ({"skills": [""]}, 422), ({"address": {"street": "x"}}, 422), ({"address": {**PERSON_ADDRESS, "x": 1}}, 422),
    ({"newsletter": 1}, 422), ({"archived": None}, 422), ({"slug": "x"}, 422), ({"unknown": 1}, 422), ({"edits-count": 0}, 422),
    ({"out-of-office-note": ""}, 422),
]  # fmt: skip
PERSON_ACCEPTED = [
    ({"name": "Ända  Bö"}, {"name": "Ända  Bö"}), ({"email": "Ida.X@Acme.Example"}, {"email": "ida.x@acme.example"}),
    ({"phone": None, "job-title": None, "birthday": None}, {"phone": None, "job-title": None, "birthday": None}),
    ({"skills": []}, {"skills": []}), ({"skills": ["b", "a"]}, {"skills": ["b", "a"]}),
    ({"address": PERSON_ADDRESS}, {"address": {**PERSON_ADDRESS, "line2": None}}), ({"address": None}, {"address": None}),
    ({"newsletter": False}, {"newsletter": False}), ({"name": "x" * 80}, {"name": "x" * 80}),
]  # fmt: skip
RELATIONSHIPS = [
    ("team", {"type": "teams", "id": "13"}, 200), ("team", None, 200), ("mentor", None, 200), ("mentor", {"type": "people", "id": "102"}, 200),
    ("badges", [], 200), ("badges", [{"type": "badges", "id": "mentor"}, {"type": "badges", "id": "first-aid"}], 200),
    ("team", {"type": "teams", "id": "99"}, 404), ("team", {"type": "people", "id": "11"}, 422), ("team", {"id": "11"}, 422),
    ("mentor", {"type": "people", "id": "101"}, 422), ("mentor", {"type": "people", "id": "103"}, 404), ("badges", None, 422),
    ("badges", [{"type": "badges", "id": "mentor"}] * 2, 422), ("organization", {"type": "organizations", "id": "umbra"}, 403),
    ("unknown", None, 422),
]  # fmt: skip
JSON_API = "application/vnd.api+json"


def smoke_people(service: Service, checks: Checks) -> None:
    path, key = "/people/101", "acme-key"

    def read() -> Any:
        return service.call("GET", path, X_Api_Key=key)[2]["data"]

    def patch(body: Any, where: str = path, token: str = key, kind: str = JSON_API) -> tuple[int, dict[str, str], Any]:
        return service.call("PATCH", where, body, Content_Type=kind, X_Api_Key=token)

    def change(**parts: Any) -> tuple[int, dict[str, str], Any]:
        return patch({"data": {"type": "people", "id": "101", **parts}})

    moving = {"updated-at", "edits-count", "slug"}
    for attributes, expected in PERSON_REFUSED:
        before = read()
        status, headers, body = change(attributes={"newsletter": False, **attributes})
        checks.equal(f"{attributes} refused", (status, headers["content-type"]), (expected, JSON_API))
        checks.equal(f"{attributes} errors", {error["status"] for error in body["errors"]}, {str(expected)})
        checks.equal(f"{attributes} changes nothing", read(), before)
    for attributes, expected in PERSON_ACCEPTED:
        before = read()["attributes"]
        status, _, body = change(attributes=attributes)
        after = read()["attributes"]
        checks.equal(f"{attributes} accepted", (status, body["data"]["attributes"]), (200, after))
        checks.equal(f"{attributes} shown", {k: after[k] for k in expected}, expected)
        kept = before.keys() - attributes.keys() - moving
        checks.equal(f"{attributes} keeps others", {k: after[k] for k in kept}, {k: before[k] for k in kept})
        checks.equal(f"{attributes} counted", after["edits-count"], before["edits-count"] + 1)
        change(attributes=attributes)
        checks.equal(f"{attributes} again changes nothing", read()["attributes"], after)
    for name, data, expected in RELATIONSHIPS:
        before = read()
        status, _, _ = change(relationships={name: {"data": data}})
        checks.equal(f"{name} {data}", status, expected)
        shown = read()
        checks.equal(
            f"{name} {data} shown",
            shown["relationships"][name]["data"] if status == 200 else shown,
            data if status == 200 else before,
        )
    note = "out-of-office-note"
    change(attributes={note: None})
    checks.equal("note absent", note in read()["attributes"], False)
    change(attributes={note: "Away"})
    change(attributes={note: None})
    checks.equal("note null", read()["attributes"].get(note, "absent"), None)
    change(attributes={"archived": True})
    checks.equal("archived", change(attributes={"locale": "it"})[0], 422)
    checks.equal("archived, nothing new", change(attributes={"locale": "de"})[0], 200)
    checks.equal("unarchived", change(attributes={"archived": False, "locale": "it"})[0], 200)
    for what, status, answer in [
        ("no data", 400, patch({})), ("malformed", 400, patch(b"{")), ("no id", 400, patch({"data": {"type": "people"}})),
        ("wrong id", 409, change(id="102")), ("wrong type", 409, change(type="teams")), ("media", 415, patch({}, kind="application/json")),
        ("charset", 415, patch({}, kind=JSON_API + "; charset=utf-8")), ("no key", 401, patch({}, token="")), ("key", 401, patch({}, token="x")),
        ("unknown", 404, patch({}, "/people/999")), ("foreign", 404, patch({}, "/people/103")), ("attributes", 422, change(attributes=[])),
        ("PUT", 405, service.call("PUT", path, {}, X_Api_Key=key)),
    ]:  # fmt: skip
        checks.equal(what, (answer[0], answer[2]["errors"][0]["status"]), (status, str(status)))
    checks.equal("list", len(service.call("GET", "/people", X_Api_Key=key)[2]["data"]), 2)
    new = {"data": {"type": "people", "attributes": {"name": "New", "email": "N@x.example"}}}
    status, headers, body = service.call("POST", "/people", new, Content_Type=JSON_API, X_Api_Key=key)
    checks.equal("created", (status, body["data"]["attributes"]["email"]), (201, "n@x.example"))
    checks.equal("deleted", service.call("DELETE", headers["location"], X_Api_Key=key)[0], 204)


CARD = {"type": "card", "brand": "amex", "last4": "0005", "exp_month": 1, "exp_year": 2030}
BANK = {"type": "bank", "bank_name": "B", "account_last4": "0001", "country": "SE"}
FUTURE = int(time.time()) + 9_000_000
SUBSCRIPTION_REFUSED: list[dict[str, Any]] = [
    {"description": "x" * 201}, {"description": None}, {"description": 1}, {"amount": 49}, {"amount": 100000000}, {"amount": 99.5}, {"amount": ""},
    {"amount": "500"}, {"amount": None}, {"quantity": 0}, {"quantity": 1000}, {"collection_method": "x"}, {"collection_method": ""},
    {"days_until_due": 0}, {"days_until_due": 91}, {"days_until_due": None}, {"days_until_due": 3, "collection_method": "charge_automatically"},
    {"cancel_at": 1000}, {"cancel_at": None}, {"cancel_at": "2030-01-01"}, {"billing_email": "x"}, {"billing_email": None},
    {"external_id": "x"}, {"external_id": ""}, {"auto_renew": 1}, {"coupon": "co_none"}, {"coupon": None}, {"payment_method": None},
    {"payment_method": {"type": "cash"}}, {"payment_method": {**CARD, "last4": "1"}}, {"payment_method": {**CARD, "country": "SE"}},
    {"payment_method": {"type": "bank"}}, {"payment_method": "card"}, {"notes": ["a", "b", "c", "d"]}, {"notes": [""]}, {"notes": None},
    {"notes": ["x" * 141]}, {"metadata": None}, {"metadata": {"a": None}}, {"metadata": {"a": 1}}, {"metadata": {"a b": "x"}},
    {"metadata": {"a": "x" * 501}}, {"metadata": {f"k{i}": "x" for i in range(20)}}, {"unknown": 1},
]  # fmt: skip
SUBSCRIPTION_ACCEPTED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"description": ""}, {"description": None}), ({"description": "x" * 200}, {"description": "x" * 200}), ({"amount": 50}, {"amount": 50}),
    ({"quantity": 999}, {"quantity": 999}), ({"days_until_due": ""}, {"days_until_due": None}), ({"days_until_due": 90}, {"days_until_due": 90}),
    ({"collection_method": "charge_automatically"}, {"days_until_due": None}),
    ({"collection_method": "send_invoice", "days_until_due": 7}, {"days_until_due": 7}),
    ({"cancel_at": FUTURE}, {"cancel_at": FUTURE}), ({"cancel_at": ""}, {"cancel_at": None}), ({"billing_email": ""}, {"billing_email": None}),
    ({"billing_email": "A@b.example"}, {"billing_email": "A@b.example"}), ({"auto_renew": False}, {"auto_renew": False}),
    ({"coupon": ""}, {"coupon": None}), ({"coupon": "co_staff50"}, {"coupon": "co_staff50"}), ({"payment_method": BANK}, {"payment_method": BANK}),
    ({"payment_method": CARD}, {"payment_method": {**CARD, "holder_name": None}}), ({"notes": ""}, {"notes": []}),
    ({"notes": ["b", "a", "b"]}, {"notes": ["b", "a", "b"]}), ({"notes": []}, {"notes": []}),
    ({"metadata": {"shop": "", "new": "1"}}, {"metadata": {"cost_center": "K-12", "new": "1"}}), ({"metadata": {}}, {"metadata": {"cost_center": "K-12", "new": "1"}}),
    ({"metadata": ""}, {"metadata": {}}), ({"id": "x", "livemode": True, "customer": "x", "created": None}, {"id": "sub_0001", "livemode": False}),
    ({"external_id": "ABC-1"}, {"external_id": "ABC-1"}), ({"external_id": "ABC-1"}, {"external_id": "ABC-1"}),
]  # fmt: skip


def smoke_subscriptions(service: Service, checks: Checks) -> None:
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
        ("key reused", 409, send({"amount": 900}, Idempotency_Key="k1")), ("weak If-Match", 412, send({}, If_Match=etag)),
        ("malformed", 400, send(b"{")), ("list", 400, send([])), ("media", 415, send({}, kind="text/plain")), ("no token", 401, send({}, token="")),
        ("token", 401, send({}, token="Bearer x")), ("unknown", 404, send({}, "/v1/subscriptions/sub_9")),
        ("foreign", 404, send({}, "/v1/subscriptions/sub_0003")), ("PUT", 405, service.call("PUT", path, {}, Authorization=auth)),
    ]:  # fmt: skip
        checks.equal(what, (answer[0], "error" in (answer[2] or {})), (status, True))
    checks.equal("If-Match *", send({}, If_Match="*")[0], 200)
    checks.equal("list", len(read("/v1/subscriptions")["data"]), 2)
    new = {"customer": "cus_1001", "currency": "eur", "amount": 100, "payment_method": BANK}
    status, _, body = service.call("POST", "/v1/subscriptions", new, Content_Type="application/json", Authorization=auth)
    checks.equal("created", (status, body["amount"]), (201, 100))
    where = f"/v1/subscriptions/{body['id']}"
    checks.equal("canceled", service.call("DELETE", where, Authorization=auth)[2]["status"], "canceled")
    checks.equal("canceled stays", send({"amount": 101}, where)[0], 400)


PROGRAMS = {"orders_spring.mjs": smoke_orders, "people_jsonapi.mjs": smoke_people, "subscriptions_go.mjs": smoke_subscriptions}


def main() -> int:
    """Runs every service without a choice, with each choice, and with all."""
    failed = 0
    for program, smoke in PROGRAMS.items():
        listed = json.loads(subprocess.check_output(["node", str(HERE / program), "--list-variants"]))
        names = [variant["name"] for variant in listed]
        for variants in [[], *([name] for name in names), names]:
            checks = Checks(f"{program} {' '.join(variants)}")
            service = Service(program, variants)
            try:
                smoke(service, checks)
            finally:
                service.process.terminate()
                service.process.wait()
            failed += checks.failed
        print(f"{program}: {len(names)} choices, {checks.count} checks in each run, {failed} failed so far")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
