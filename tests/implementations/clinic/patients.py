"""Patients."""

from typing import Annotated, Any
from uuid import UUID

from choices import active
from deps import RESPONSES, Clinic, Db, all_owned, owned, write
from fastapi import APIRouter, HTTPException, Query
from models import Appointment, Patient
from pydantic_core import to_jsonable_python
from schemas import Message, PatientCreate, PatientOut, PatientPatch
from sqlalchemy import exists, select

router = APIRouter(prefix="/v1/patients", tags=["patients"], responses=RESPONSES)
SHORT = {"response_model_exclude_none": active("omit-nulls")}
DOCUMENTS = ("address", "allergies", "insurance", "labels")


def columns(values: dict[str, Any]) -> dict[str, Any]:
    """The values as the table has them."""
    return {name: to_jsonable_python(value) if name in DOCUMENTS else value for name, value in values.items()}


@router.get("", response_model=list[PatientOut], **SHORT)
def list_patients(
    db: Db, clinic: Clinic, limit: Annotated[int, Query(ge=1, le=100)] = 50, offset: Annotated[int, Query(ge=0)] = 0
):
    """The clinic's patients, the oldest record first."""
    return all_owned(db, Patient, clinic, limit, offset)


@router.post("", response_model=PatientOut, status_code=201, **SHORT)
def create_patient(body: PatientCreate, db: Db, clinic: Clinic):
    """Register a patient."""
    patient = Patient(clinic=clinic, **columns(body.model_dump()))
    db.add(patient)
    db.commit()
    return patient


@router.get("/{patient_id}", response_model=PatientOut, **SHORT)
def read_patient(patient_id: UUID, db: Db, clinic: Clinic):
    """One patient."""
    return owned(db, Patient, patient_id, clinic)


@router.patch("/{patient_id}", response_model=PatientOut, **SHORT)
def update_patient(patient_id: UUID, body: PatientPatch, db: Db, clinic: Clinic):
    """Change some members of a patient.

    Members that are not sent stay as they are. `address` is merged; lists, `labels` and `insurance` are replaced. For members
    that cannot be empty, null is the same as leaving them out. The answer is the patient as stored.
    """
    patient = owned(db, Patient, patient_id, clinic)
    changes = columns(body.changes())
    if "address" in changes:
        changes["address"] = merged(patient.address, changes["address"])
    write(db, patient, with_faults(patient, changes))
    return patient


def merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The old address with the new members."""
    if active("address-replaced") and new:
        old = {**old, "line2": None}
    return {**old, **new}


def with_faults(patient: Patient, changes: dict[str, Any]) -> dict[str, Any]:
    """The changes as a faulty process makes them."""
    if active("allergies-appended") and "allergies" in changes:
        changes["allergies"] = (patient.allergies + changes["allergies"])[:20]
    if active("phone-lost") and changes.get("email"):
        changes.pop("phone", None)
    if active("email-null-kept") and changes.get("email", "") is None:
        del changes["email"]
    return changes


@router.delete(
    "/{patient_id}", status_code=204, responses={409: {"model": Message, "description": "The patient has appointments."}}
)
def delete_patient(patient_id: UUID, db: Db, clinic: Clinic) -> None:
    """Remove a patient without appointments."""
    patient = owned(db, Patient, patient_id, clinic)
    if db.scalar(select(exists().where(Appointment.patient_id == patient.id))):
        raise HTTPException(409, "The patient has appointments")
    db.delete(patient)
    db.commit()
