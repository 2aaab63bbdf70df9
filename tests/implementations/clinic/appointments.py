"""Appointments."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any
from uuid import UUID

from choices import active
from deps import RESPONSES, Clinic, Db, Sessions, all_owned, owned, refusal, write
from fastapi import APIRouter, HTTPException, Query
from models import Appointment, Patient, Practitioner
from pydantic import ValidationError
from pydantic_core import to_jsonable_python
from schemas import AppointmentCreate, AppointmentOut, AppointmentPatch, Message
from sqlalchemy.orm import Session

router = APIRouter(prefix="/v1/appointments", tags=["appointments"], responses=RESPONSES)
SHORT = {"response_model_exclude_none": active("omit-nulls")}
CONFLICT = {409: {"model": Message, "description": "The status cannot follow the present one."}}
DOCUMENTS = ("reminders", "lines")
ORDER = ("booked", "confirmed", "checked_in")


def columns(values: dict[str, Any]) -> dict[str, Any]:
    """The values as the table has them."""
    return {name: to_jsonable_python(value) if name in DOCUMENTS else value for name, value in values.items()}


def check_member(db: Session, table: type[Patient] | type[Practitioner], key: UUID, clinic: str, name: str) -> None:
    """Refuse a reference to what the clinic does not have."""
    found = db.get(table, key)
    if found is None or found.clinic != clinic:
        raise refusal("value_error", f"there is no such {table.__name__.lower()}", name)


def check_status(old: str, new: str) -> None:
    """Refuse what cannot follow."""
    closed = old not in ORDER
    far = active("status-order") and not closed and abs(ORDER.index(old) - ORDER.index(new)) > 1
    if closed or far:
        raise HTTPException(409, f"An appointment that is {old} cannot become {new}")


def apply(db: Session, appointment: Appointment, body: AppointmentPatch, clinic: str) -> None:
    """Check and store the changes."""
    changes = body.changes()
    if "practitioner_id" in changes:
        check_member(db, Practitioner, changes["practitioner_id"], clinic, "practitioner_id")
    if "status" in changes:
        check_status(appointment.status, changes["status"])
    for line in changes.get("lines", [])[1:] if active("second-price-rounded") else []:
        line["unit_price"] = line["unit_price"].quantize(Decimal(1), ROUND_HALF_UP).quantize(Decimal("0.01"))
    write(db, appointment, columns(changes))


@router.get("", response_model=list[AppointmentOut], **SHORT)
def list_appointments(
    db: Db, clinic: Clinic, limit: Annotated[int, Query(ge=1, le=100)] = 50, offset: Annotated[int, Query(ge=0)] = 0
):
    """The clinic's appointments, the oldest record first."""
    return all_owned(db, Appointment, clinic, limit, offset)


@router.post("", response_model=AppointmentOut, status_code=201, **SHORT)
def book_appointment(body: AppointmentCreate, db: Db, clinic: Clinic):
    """Book an appointment."""
    check_member(db, Patient, body.patient_id, clinic, "patient_id")
    check_member(db, Practitioner, body.practitioner_id, clinic, "practitioner_id")
    appointment = Appointment(clinic=clinic, **columns(body.model_dump()))
    db.add(appointment)
    db.commit()
    return appointment


@router.get("/{appointment_id}", response_model=AppointmentOut, **SHORT)
def read_appointment(appointment_id: UUID, db: Db, clinic: Clinic):
    """One appointment."""
    return owned(db, Appointment, appointment_id, clinic)


@router.patch("/{appointment_id}", response_model=AppointmentOut, responses=CONFLICT, **SHORT)
def update_appointment(appointment_id: UUID, body: AppointmentPatch, db: Db, clinic: Clinic):
    """Change some members of an appointment.

    Members that are not sent stay as they are; lists are replaced. Null for a member that cannot be empty is the same as leaving
    it out. Members that the schema does not name are refused, so `ends_at` and `total` cannot be sent: they follow from others.
    A status that the clinic's workflow does not allow after the present one is answered with 409.
    """
    appointment = owned(db, Appointment, appointment_id, clinic)
    apply(db, appointment, body, clinic)
    return appointment


@router.post("/{appointment_id}/cancel", response_model=AppointmentOut, **SHORT)
def cancel_appointment(appointment_id: UUID, db: Db, clinic: Clinic):
    """Cancel an appointment. It cannot be booked again."""
    appointment = owned(db, Appointment, appointment_id, clinic)
    write(db, appointment, {"status": "cancelled"})
    return appointment


@router.delete("/{appointment_id}", status_code=204)
def delete_appointment(appointment_id: UUID, db: Db, clinic: Clinic) -> None:
    """Remove an appointment."""
    db.delete(owned(db, Appointment, appointment_id, clinic))
    db.commit()


def store_what_is_valid(key: str, body: dict[str, Any]) -> None:
    """What a loop does that checks and stores member by member."""
    with Sessions() as db:
        appointment = db.get(Appointment, UUID(key))
        for name, value in body.items():
            try:
                apply(db, appointment, AppointmentPatch.model_validate({name: value}), appointment.clinic)
            except ValidationError:
                continue
