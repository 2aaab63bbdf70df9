"""Practitioners."""

from typing import Annotated, Any
from uuid import UUID

from choices import active
from deps import RESPONSES, Clinic, Db, all_owned, owned, refusal, write
from fastapi import APIRouter, HTTPException, Query
from fields import sent
from models import Appointment, Practitioner
from pydantic_core import to_jsonable_python
from schemas import Message
from sqlalchemy import exists, select, update
from staff import PractitionerCreate, PractitionerOut, PractitionerPatch

router = APIRouter(prefix="/v1/practitioners", tags=["practitioners"], responses=RESPONSES)
SHORT = {"response_model_exclude_none": active("omit-nulls")}
DOCUMENTS = ("specialties", "working_hours", "website")


def columns(values: dict[str, Any]) -> dict[str, Any]:
    """The values as the table has them."""
    return {name: to_jsonable_python(value) if name in DOCUMENTS else value for name, value in values.items()}


def check_leave(start: Any, end: Any) -> None:
    """Refuse a leave that ends before it starts."""
    if end is not None and (start is None or end < start):
        raise refusal("value_error", "must not be before on_leave_from", "on_leave_until")


@router.get("", response_model=list[PractitionerOut], **SHORT)
def list_practitioners(
    db: Db, clinic: Clinic, limit: Annotated[int, Query(ge=1, le=100)] = 50, offset: Annotated[int, Query(ge=0)] = 0
):
    """The clinic's practitioners, the oldest record first."""
    return all_owned(db, Practitioner, clinic, limit, offset)


@router.post("", response_model=PractitionerOut, status_code=201, **SHORT)
def create_practitioner(body: PractitionerCreate, db: Db, clinic: Clinic):
    """Add a practitioner."""
    check_leave(body.on_leave_from, body.on_leave_until)
    practitioner = Practitioner(clinic=clinic, **columns(body.model_dump()))
    db.add(practitioner)
    db.commit()
    return practitioner


@router.get("/{practitioner_id}", response_model=PractitionerOut, **SHORT)
def read_practitioner(practitioner_id: UUID, db: Db, clinic: Clinic):
    """One practitioner."""
    return owned(db, Practitioner, practitioner_id, clinic)


@router.patch("/{practitioner_id}", response_model=PractitionerOut, **SHORT)
def update_practitioner(practitioner_id: UUID, body: PractitionerPatch, db: Db, clinic: Clinic):
    """Change some members of a practitioner.

    Members that are not sent stay as they are; lists are replaced. The days of a leave are checked as they are after the change:
    `on_leave_until` needs an `on_leave_from` that is not later.
    """
    practitioner = owned(db, Practitioner, practitioner_id, clinic)
    changes = columns(sent(body))
    leave = [changes.get(name, getattr(practitioner, name)) for name in ("on_leave_from", "on_leave_until")]
    check_leave(*leave)
    if active("accepting-for-all") and "accepting_new_patients" in changes:
        everyone = update(Practitioner).where(Practitioner.clinic == clinic, Practitioner.id != practitioner_id)
        db.execute(everyone.values(accepting_new_patients=changes["accepting_new_patients"]))
    write(db, practitioner, changes)
    return practitioner


@router.delete(
    "/{practitioner_id}", status_code=204, responses={409: {"model": Message, "description": "There are appointments."}}
)
def delete_practitioner(practitioner_id: UUID, db: Db, clinic: Clinic) -> None:
    """Remove a practitioner without appointments."""
    practitioner = owned(db, Practitioner, practitioner_id, clinic)
    if db.scalar(select(exists().where(Appointment.practitioner_id == practitioner.id))):
        raise HTTPException(409, "The practitioner has appointments")
    db.delete(practitioner)
    db.commit()
