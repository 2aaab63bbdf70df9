"""The tables."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, DateTime, Dialect, ForeignKey, String, TypeDecorator
from sqlalchemy import text as sql
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class UtcDateTime(TypeDecorator[datetime]):
    """SQLite keeps no zone: all is UTC."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC)


class Exact(TypeDecorator[Decimal]):
    """SQLite has no decimals: digits in a string."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:
        return None if value is None else str(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


def now() -> datetime:
    """The present moment in UTC."""
    return datetime.now(UTC)


class Base(DeclarativeBase):
    """What every table has; a write raises the version."""

    type_annotation_map = {datetime: UtcDateTime, Decimal: Exact, list[Any]: JSON, dict[str, Any]: JSON}

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    clinic: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    version: Mapped[int] = mapped_column(default=1, onupdate=sql("version + 1"))


class Patient(Base):
    """A patient of a clinic."""

    __tablename__ = "patients"

    given_name: Mapped[str]
    family_name: Mapped[str]
    birth_date: Mapped[date]
    sex: Mapped[str]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    preferred_language: Mapped[str]
    address: Mapped[dict[str, Any]]
    allergies: Mapped[list[Any]]
    insurance: Mapped[dict[str, Any]]
    labels: Mapped[dict[str, Any]]
    reminders_allowed: Mapped[bool]
    notes: Mapped[str | None]


class Practitioner(Base):
    """Somebody who sees patients."""

    __tablename__ = "practitioners"

    licence_number: Mapped[str]
    display_name: Mapped[str]
    specialties: Mapped[list[Any]]
    accepting_new_patients: Mapped[bool]
    hourly_rate: Mapped[Decimal]
    visit_minutes: Mapped[int]
    working_hours: Mapped[list[Any]]
    website: Mapped[str | None]
    biography: Mapped[str | None]
    on_leave_from: Mapped[date | None]
    on_leave_until: Mapped[date | None]


class Appointment(Base):
    """A patient's visit."""

    __tablename__ = "appointments"

    patient_id: Mapped[UUID] = mapped_column(ForeignKey("patients.id"))
    practitioner_id: Mapped[UUID] = mapped_column(ForeignKey("practitioners.id"))
    starts_at: Mapped[datetime]
    duration_minutes: Mapped[int]
    reason: Mapped[str]
    status: Mapped[str] = mapped_column(default="booked")
    room: Mapped[str | None]
    reminders: Mapped[list[Any]]
    lines: Mapped[list[Any]]

    @property
    def ends_at(self) -> datetime:
        """When the visit is over."""
        return self.starts_at + timedelta(minutes=self.duration_minutes)

    @property
    def total(self) -> Decimal:
        """What the visit costs."""
        return sum((line["quantity"] * Decimal(line["unit_price"]) for line in self.lines), Decimal("0.00"))
