"""The data of the two tenants: every optional member is filled in the first record of each kind."""

from typing import Any

from service import Service

FULL_RECIPIENT: dict[str, Any] = {
    "customer_number": "C204711", "kind": "business", "first_name": "Ada", "last_name": "Brandt",
    "company": "Brandt Logistics",
    "email": "ada@brandt-logistics.com", "phone": "+493012345678", "website": "https://brandt-logistics.com/about?lang=en",
    "date_of_birth": "1984-02-29", "next_call_at": "2027-03-01T09:30:00+01:00", "newsletter": True, "credit_limit": 1500.25,
    "loyalty_points": 120, "notes": "Prefers calls in the morning.", "portal_password": "north-secret-1",
    "address": {
        "street": "Lindenallee 12", "street2": "2nd floor", "postal_code": "10115", "city": "Berlin", "country": "DE",
        "location": {"latitude": 52.52, "longitude": 13.405},
    },
    "preferences": {
        "language": "de", "leave_with_neighbour": True, "safe_place": "Garage",
        "notifications": {"email": False, "sms": True, "hours_ahead": 48},
    },
    "contacts": [
        {"name": "Jonas Weil", "role": "warehouse", "email": "jonas@brandt-logistics.com", "phone": "+493012345679"},
        {"name": "Mira Öztürk", "role": "billing", "email": "mira@brandt-logistics.com", "phone": "+493012345680"},
    ],
    "labels": ["vip", "north"], "attributes": {"Dock": "4b", "gateCode": "2211"},
}  # fmt: skip

FULL_SHIPMENT: dict[str, Any] = {
    "reference": "SH-100200", "status": "booked", "service_level": "express", "priority": 4,
    "declared_value": "1250.50", "currency": "CHF", "insured": True, "description": "Spare parts for pumps",
    "instructions": "Ring twice", "discount_percent": 5,
    "tracking_url": "https://track.harbour-stores.com/t/100200?lang=en", "deliver_on": "2027-05-03",
    "pickup_from": "2027-05-01T08:00:00+02:00", "pickup_until": "2027-05-01T10:30:00+02:00",
    "destination": {
        "street": "Kai 7", "postal_code": "20457", "city": "Hamburg", "country": "DE", "floor": 2,
        "contact": {"name": "Gate 3", "email": "gate@harbour-stores.com", "phone": "+494012345678"},
    },
    "packages": [
        {"label": "Pallet A", "weight_grams": 12500, "quantity": 2, "fragile": True, "markings": ["this side up", "dry"]},
        {"label": "Crate B", "weight_grams": 800, "quantity": 5, "fragile": False, "markings": ["handle with care"]},
    ],
    "tags": ["fragile", "export"], "metadata": {"costCentre": "77", "Order.No": "A-9"},
}  # fmt: skip

PLAIN_RECIPIENT: dict[str, Any] = {
    "customer_number": "C204712", "first_name": "Luis", "last_name": "Ferro", "email": "luis.ferro@ferro-wines.com",
    "address": {"street": "Via Roma 3", "postal_code": "39100", "city": "Bolzano", "country": "IT"},
}  # fmt: skip

PLAIN_SHIPMENT: dict[str, Any] = {
    "reference": "SH-100201", "declared_value": "80.00", "description": "Wine, six bottles",
    "pickup_from": "2027-06-10T12:00:00Z", "pickup_until": "2027-06-10T14:00:00Z",
    "destination": {
        "street": "Rue du Lac 8", "postal_code": "1003", "city": "Lausanne", "country": "CH", "contact": {"name": "Office"},
    },
    "packages": [{"label": "Box", "weight_grams": 9000}],
}  # fmt: skip


def fill(service: Service) -> dict[str, dict[str, list[str]]]:
    """Make the records; the ids by tenant and kind."""
    ids: dict[str, dict[str, list[str]]] = {}
    for tenant in ("north", "south"):
        recipients = [_make(service, "recipients", tenant, each) for each in (FULL_RECIPIENT, PLAIN_RECIPIENT)]
        shipments = [
            _make(service, "shipments", tenant, {**each, "recipient_id": recipient})
            for each, recipient in zip((FULL_SHIPMENT, PLAIN_SHIPMENT), recipients, strict=True)
        ]
        ids[tenant] = {"recipients": recipients, "shipments": shipments}
    return ids


def _make(service: Service, kind: str, tenant: str, body: dict[str, Any]) -> str:
    described = service.kinds[kind]
    return str(service.create(described, tenant, described.create.model_validate(body))["id"])
