"""What the document of the orders says."""

from typing import Any

from tests.implementations.three_documents.smoke_service import Checks, Service, without_null

ADDRESS = {"street": "Weg 1", "postalCode": "8000", "city": "Bern", "countryCode": "CH"}
ORDER_REFUSED: list[tuple[dict[str, Any], int]] = [
    ({"recipientName": "x"}, 400),
    ({"recipientName": "  x  "}, 400),
    ({"recipientName": "x" * 61}, 400),
    ({"recipientName": None}, 400),
    ({"recipientName": 5}, 400),
    ({"customerReference": ""}, 400),
    ({"customerReference": "x" * 41}, 400),
    ({"status": "draft"}, 400),
    ({"status": "SHIPPED"}, 422),
    ({"deliveryAddress": {**ADDRESS, "countryCode": "ch"}}, 400),
    ({"deliveryAddress": {"street": "x"}}, 400),
    ({"deliveryAddress": None}, 400),
    ({"deliveryAddress": {**ADDRESS, "geo": {"latitude": 91, "longitude": 0}}}, 400),
    ({"shippingFee": {"amount": "1.5", "currency": "EUR"}}, 400),
    ({"shippingFee": {"amount": 1.5, "currency": "EUR"}}, 400),
    ({"shippingFee": {"amount": "1.50", "currency": "USD"}}, 400),
    ({"insuredValue": 1.005}, 400),
    ({"insuredValue": 50000.01}, 400),
    ({"insuredValue": "1"}, 400),
    ({"insuredValue": -0.01}, 400),
    ({"earliestDelivery": "2026-03-02"}, 400),
    ({"earliestDelivery": "2026-02-30T00:00:00Z"}, 400),
    ({"earliestDelivery": "2027-01-01T00:00:00Z"}, 422),
    ({"lines": []}, 400),
    ({"lines": [{"sku": "ABC", "quantity": 0, "unitPrice": "1.00"}]}, 400),
    ({"lines": [None]}, 400),
    ({"handling": ["x"]}, 400),
    ({"labels": ["a"] * 6}, 400),
    ({"labels": [""]}, 400),
    ({"labels": None}, 400),
    ({"courierId": 99}, 422),
    ({"courierId": "71"}, 400),
    ({"courierId": 1.5}, 400),
    ({"leaveAtDoor": "true"}, 400),
    ({"leaveAtDoor": None}, 400),
    ({"version": None}, 400),
    ({"version": 99}, 409),
    ({"version": "3"}, 400),
]
ORDER_ACCEPTED: list[tuple[dict[str, Any], dict[str, Any]]] = [
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
    (
        {"lines": [{"sku": "ABC", "quantity": 3, "unitPrice": "1.10"}], "shippingFee": {"amount": "0.05", "currency": "EUR"}},
        {"totalAmount": "3.35"},
    ),
    ({"courierId": None, "leaveAtDoor": False, "totalAmount": "1.00", "id": 7, "unknown": 1}, {"courierId": None, "id": 5001}),
    ({"status": "DRAFT"}, {"status": "DRAFT"}),
    ({"status": "CONFIRMED"}, {"status": "CONFIRMED"}),
    ({"status": "CANCELLED"}, {"status": "CANCELLED"}),
]


def normal_order(order: dict[str, Any]) -> Any:
    """The order with sorted sets and without null members."""
    return without_null({k: sorted(v) if k in ("handling", "labels") else v for k, v in order.items()})


def smoke_orders(service: Service, checks: Checks) -> None:
    """Refused and accepted requests, then what concerns the whole service."""
    path, auth = "/api/v1/orders/5001", "Bearer north-writer"

    def read() -> Any:
        return normal_order(service.call("GET", path, Authorization=auth)[2])

    def patch(body: Any, where: str = path, token: str = auth, kind: str = "application/json") -> tuple[int, dict[str, str], Any]:
        return service.call("PATCH", where, body, Content_Type=kind, Authorization=token)

    for change, refused in ORDER_REFUSED:
        before = read()
        status, headers, body = patch({"version": before["version"], "leaveAtDoor": False, **change})
        checks.equal(f"{change} refused", (status, headers.get("content-type")), (refused, "application/problem+json"))
        checks.equal(f"{change} status in the problem", body and body["status"], refused)
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
        ("no version", 400, patch({})),
        ("malformed", 400, patch(b"{")),
        ("list", 400, patch([])),
        ("media", 415, patch({}, kind="text/plain")),
        ("merge patch", 415, patch({}, kind="application/merge-patch+json")),
        ("no token", 401, patch({}, token="")),
        ("wrong token", 401, patch({}, token="Bearer x")),
        ("reader", 403, patch({"version": version}, token="Bearer north-reader")),
        ("unknown", 404, patch({"version": 3}, "/api/v1/orders/9999")),
        ("no number", 400, patch({"version": 3}, "/api/v1/orders/x")),
        ("PUT", 405, service.call("PUT", path, {}, Authorization=auth)),
    ]:
        checks.equal(what, (answer[0], answer[2]["status"]), (status, status))
    foreign = patch({"version": 3}, "/api/v1/orders/5003")[0]
    checks.equal("foreign", foreign in (403, 404), True)
    checks.equal("list", len(service.call("GET", "/api/v1/orders", Authorization=auth)[2]["content"]), 2)
    new = {
        "recipientName": "New One",
        "deliveryAddress": ADDRESS,
        "shippingFee": {"amount": "1.00", "currency": "EUR"},
        "lines": [{"sku": "ABC", "quantity": 1, "unitPrice": "2.00"}],
    }
    status, headers, body = service.call("POST", "/api/v1/orders", new, Content_Type="application/json", Authorization=auth)
    checks.equal("created", (status, body["totalAmount"]), (201, "3.00"))
    checks.equal("deleted", service.call("DELETE", headers["location"], Authorization=auth)[0], 204)
    checks.equal("gone", service.call("GET", headers["location"], Authorization=auth)[0], 404)
