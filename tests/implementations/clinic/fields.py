"""The kinds of value that several schemas share."""

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, ClassVar
from uuid import UUID

from choices import active
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints

STRICT = active("strict-types") or None
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


def text(longest: int, *, shortest: int = 1) -> Any:
    """A string without white space around it."""
    return Annotated[str, StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest)]


def cents(amount: Decimal) -> Decimal:
    """An amount with two decimal places; zero has no sign."""
    if active("money-as-sent"):
        return Decimal(f"{abs(amount):f}")
    return abs(amount).quantize(Decimal("0.01"))


def in_utc(moment: datetime) -> datetime:
    """The moment in UTC; ValueError outside this century."""
    if not EARLIEST <= moment < LATEST:
        raise ValueError("must lie between the years 2000 and 2099")
    return moment.replace(tzinfo=UTC) if active("offset-dropped") else moment.astimezone(UTC)


def past(day: date) -> date:
    """The day; ValueError for one in the future or before 1900."""
    if not date(1900, 1, 1) <= day <= datetime.now(UTC).date():
        raise ValueError("must not lie in the future nor before 1900")
    return day


def with_offset(moment: datetime) -> str:
    """The moment as isoformat writes it."""
    return moment.astimezone(UTC).isoformat()


SERIALIZED: tuple[Any, ...] = (PlainSerializer(with_offset),) if active("plus-zero-offset") else ()

Money = Annotated[Decimal, Field(ge=0, max_digits=8, decimal_places=2), AfterValidator(cents)]
Moment = Annotated[AwareDatetime, AfterValidator(in_utc)]
Timestamp = Annotated[AwareDatetime, Field(), *SERIALIZED]
PastDate = Annotated[date, AfterValidator(past)]
Phone = Annotated[str, Field(pattern=r"^\+[1-9][0-9]{6,14}$", examples=["+4930901820"])]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["DE"])]
ClockTime = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$", examples=["08:30"])]
Flag = Annotated[bool, Field(strict=STRICT)]


def number(**limits: int) -> Any:
    """An integer within limits."""
    return Annotated[int, Field(strict=STRICT, **limits)]


class Sex(StrEnum):
    """The sex that the insurer has on file."""

    FEMALE = "female"
    MALE = "male"
    DIVERSE = "diverse"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """How hard a reaction was."""

    MILD = "mild"
    MODERATE = "moderate"
    SEVERE = "severe"


class Weekday(StrEnum):
    """Days with opening hours."""

    MONDAY = "mon"
    TUESDAY = "tue"
    WEDNESDAY = "wed"
    THURSDAY = "thu"
    FRIDAY = "fri"
    SATURDAY = "sat"


class Specialty(StrEnum):
    """What a practitioner is qualified in."""

    GENERAL = "general_practice"
    CARDIOLOGY = "cardiology"
    DERMATOLOGY = "dermatology"
    PAEDIATRICS = "paediatrics"
    PHYSIOTHERAPY = "physiotherapy"
    PSYCHOTHERAPY = "psychotherapy"


class Channel(StrEnum):
    """How a reminder is sent."""

    SMS = "sms"
    EMAIL = "email"
    CALL = "call"


class OpenStatus(StrEnum):
    """The states that can be set by PATCH."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"


class Status(StrEnum):
    """The states of an appointment."""

    BOOKED = "booked"
    CONFIRMED = "confirmed"
    CHECKED_IN = "checked_in"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


class Record(BaseModel):
    """What the server keeps of every record."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID = Field(json_schema_extra={"readOnly": True})
    created_at: Timestamp = Field(description="When the record was made, in UTC.", json_schema_extra={"readOnly": True})
    updated_at: Timestamp = Field(description="When the record was last written, in UTC.", json_schema_extra={"readOnly": True})
    version: int = Field(ge=1, description="Grows with each write of the record.", json_schema_extra={"readOnly": True})


class Patch(BaseModel):
    """A partial update: members that are not sent stay as they are."""

    model_config = ConfigDict(extra="forbid" if active("refuse-unknown") else "ignore")
    clearable: ClassVar[frozenset[str]] = frozenset()

    def changes(self) -> dict[str, Any]:
        """The members that were sent, without the nulls that clear nothing."""
        return {name: value for name, value in sent(self).items() if value is not None or name in self.clearable}


def sent(body: BaseModel) -> dict[str, Any]:
    """The members that were sent; unlike with `exclude_unset`, the items of lists have their defaults."""
    return body.model_dump(include=body.model_fields_set)
