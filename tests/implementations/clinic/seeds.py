"""The tokens, and the records that a process starts with."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from models import Appointment, Base, Patient, Practitioner

TOKENS = {"north-4f1c9be27d": "north", "south-b83e05a61c": "south"}
MIRA, JONAS = UUID("7d0f2a52-5f0e-4a7e-9c55-0b6d9a3f1e01"), UUID("7d0f2a52-5f0e-4a7e-9c55-0b6d9a3f1e02")
ANA, TOMAS = UUID("c2b61d34-8a4b-4d0f-a1f7-5e2f7c9d2a01"), UUID("c2b61d34-8a4b-4d0f-a1f7-5e2f7c9d2a02")
FIRST, SECOND = UUID("e91a7c08-3b7d-4c61-8d2e-6f4b1a0c3b01"), UUID("e91a7c08-3b7d-4c61-8d2e-6f4b1a0c3b02")
MADE = datetime(2026, 3, 2, 8, 15, 30, tzinfo=UTC)


def patient(key: UUID, clinic: str, **members: Any) -> Patient:
    """A patient with all that most have."""
    common = {"sex": "female", "preferred_language": "de", "reminders_allowed": True, "notes": "Prefers mornings."}
    return Patient(id=key, clinic=clinic, created_at=MADE, updated_at=MADE, **{**common, **members})


def practitioner(key: UUID, **members: Any) -> Practitioner:
    """A practitioner of the northern clinic."""
    hours = [{"weekday": "mon", "opens": "08:00", "closes": "12:30"}, {"weekday": "thu", "opens": "13:00", "closes": "18:00"}]
    common = {"working_hours": hours, "accepting_new_patients": True, "visit_minutes": 20, "clinic": "north"}
    return Practitioner(id=key, created_at=MADE, updated_at=MADE, **{**common, **members})


def appointment(key: UUID, **members: Any) -> Appointment:
    """An appointment of the northern clinic."""
    common = {
        "patient_id": MIRA,
        "practitioner_id": ANA,
        "status": "booked",
        "reminders": [{"channel": "sms", "minutes_before": 1440}, {"channel": "email", "minutes_before": 120}],
        "clinic": "north",
    }
    return Appointment(id=key, created_at=MADE, updated_at=MADE, **{**common, **members})


def line(code: str, text: str, quantity: int, unit_price: str, note: str | None = None) -> dict[str, Any]:
    """A line of a bill."""
    return {"code": code, "text": text, "quantity": quantity, "unit_price": unit_price, "note": note}


def records() -> list[Base]:
    """Two patients of different clinics; two practitioners and two appointments of the northern one."""
    return [
        patient(
            MIRA,
            "north",
            given_name="Mira",
            family_name="Okafor",
            birth_date=date(1984, 3, 9),
            email="mira.okafor@example.com",
            phone="+4930901820",
            address={"line1": "Torstraße 12", "line2": "2. Hof", "postal_code": "10119", "city": "Berlin", "country": "DE"},
            allergies=[
                {"substance": "penicillin", "severity": "severe", "noted_on": "2011-05-20"},
                {"substance": "pollen", "severity": "mild", "noted_on": None},
            ],
            insurance={"kind": "public", "insurer": "Nordkasse", "member_number": "A123456789"},
            labels={"ward": "outpatient", "source": "referral"},
        ),
        patient(
            JONAS,
            "south",
            given_name="Jonas",
            family_name="Brandt",
            sex="male",
            birth_date=date(1972, 11, 30),
            email="jonas.brandt@example.org",
            phone="+4989112233",
            address={"line1": "Lindwurmstr. 4", "line2": None, "postal_code": "80337", "city": "München", "country": "DE"},
            allergies=[{"substance": "latex", "severity": "moderate", "noted_on": "2019-01-08"}],
            insurance={"kind": "private", "insurer": "Süd Leben", "policy_number": "SL-99310", "covers_percent": 80},
            labels={"ward": "day_clinic"},
        ),
        practitioner(
            ANA,
            licence_number="BE-204417",
            display_name="Dr. Ana Lindqvist",
            specialties=["cardiology", "general_practice"],
            hourly_rate=Decimal("140.00"),
            website="https://lindqvist.example.com/",
            biography="Trained in Uppsala and Berlin.",
            on_leave_from=date(2027, 7, 5),
            on_leave_until=date(2027, 7, 23),
        ),
        practitioner(
            TOMAS,
            licence_number="BE-310052",
            display_name="Tomás Vega",
            specialties=["physiotherapy"],
            hourly_rate=Decimal("85.50"),
            website="https://vega.example.com/praxis",
            biography="Sports injuries.",
        ),
        appointment(
            FIRST,
            starts_at=datetime(2027, 1, 12, 9, 30, tzinfo=UTC),
            duration_minutes=30,
            reason="Follow-up after ECG",
            room="B-04",
            lines=[line("GP001", "Consultation", 1, "45.50"), line("CA210", "Resting ECG", 2, "22.75", "second one on demand")],
        ),
        appointment(
            SECOND,
            starts_at=datetime(2027, 1, 14, 13, 0, tzinfo=UTC),
            duration_minutes=45,
            reason="First visit",
            room="A-11",
            lines=[line("GP001", "Consultation", 1, "45.50")],
        ),
    ]
