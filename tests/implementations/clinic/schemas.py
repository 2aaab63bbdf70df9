"""What the API takes and answers."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from choices import active
from fields import (
    STRICT,
    Channel,
    Country,
    Flag,
    Moment,
    Money,
    OpenStatus,
    PastDate,
    Patch,
    Phone,
    Record,
    Severity,
    Sex,
    Status,
    Timestamp,
    number,
    text,
)
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    EmailStr,
    Field,
)

KEEPS = " Null leaves it as it is."
FamilyName = text(81 if active("name-one-longer") else 80)
Notes = (
    Annotated[str, AfterValidator(lambda value: value[:500])] if active("notes-cut") else Annotated[str, Field(max_length=2000)]
)
AnySeverity: Any = Severity | str if active("severity-unchecked") else Severity


class Message(BaseModel):
    """What went wrong, in a sentence."""

    detail: str = Field(examples=["Patient not found"])


class Address(BaseModel):
    """Where a patient lives."""

    line1: text(100) = Field(examples=["Torstraße 12"])
    line2: text(100) | None = None
    postal_code: str = Field(pattern=r"^[A-Z0-9 -]{3,10}$", examples=["10119"])
    city: text(60) = Field(examples=["Berlin"])
    country: Country = Field(description="ISO 3166-1 alpha-2.")


class AddressPatch(Patch):
    """The members of an address that change."""

    clearable = frozenset({"line2"})

    line1: text(100) | None = Field(None, description="Street and number." + KEEPS)
    line2: text(100) | None = Field(None, description="Null removes the line.")
    postal_code: str | None = Field(None, pattern=r"^[A-Z0-9 -]{3,10}$", description="Capitals and digits." + KEEPS)
    city: text(60) | None = Field(None, description="Town or city." + KEEPS)
    country: Country | None = Field(None, description="ISO 3166-1 alpha-2." + KEEPS)


class Allergy(BaseModel):
    """A known allergy."""

    substance: text(80) = Field(examples=["penicillin"])
    severity: AnySeverity
    noted_on: date | None = None


class PublicInsurance(BaseModel):
    """Statutory insurance."""

    kind: Literal["public"]
    insurer: text(80)
    member_number: str = Field(pattern=r"^[A-Z][0-9]{9}$", examples=["A123456789"])


class PrivateInsurance(BaseModel):
    """A private policy."""

    kind: Literal["private"]
    insurer: text(80)
    policy_number: text(40)
    covers_percent: number(ge=0, le=100) = 100


class SelfPay(BaseModel):
    """The patient pays."""

    kind: Literal["self_pay"]


def known_kind(value: Any) -> Any:
    """What a table of kinds without a default does."""
    if isinstance(value, dict) and isinstance(value.get("kind"), str):
        {"public": 1, "private": 2, "self_pay": 3}[value["kind"]]
    return value


def first_severity(allergies: list[Allergy]) -> list[Allergy]:
    """The first one's severity is looked at, no other."""
    for allergy in allergies[:1]:
        Severity(allergy.severity)
    return allergies


Insurance = Annotated[PublicInsurance | PrivateInsurance | SelfPay, Field(discriminator="kind")]
InsuranceIn: Any = Annotated[Insurance, BeforeValidator(known_kind)] if active("insurance-error") else Insurance
LabelKey = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,29}$")]
Labels = Annotated[dict[LabelKey, Annotated[str, Field(max_length=100)]], Field(max_length=20)]
Allergies: Any = Annotated[list[Allergy], Field(max_length=20)]
AllergiesIn: Any = Annotated[Allergies, AfterValidator(first_severity)] if active("severity-unchecked") else Allergies


class PatientCreate(BaseModel):
    """A new patient."""

    given_name: text(60) = Field(description="White space around it is removed.", examples=["Mira"])
    family_name: FamilyName = Field(description="White space around it is removed.", examples=["Okafor"])
    birth_date: PastDate = Field(description="Not in the future, and not before 1900.", examples=["1984-03-09"])
    sex: Sex = Sex.UNKNOWN
    email: EmailStr | None = Field(None, description="The domain is stored in lower case. Reserved domains are refused.")
    phone: Phone | None = Field(None, description="E.164.")
    preferred_language: str = Field("en", pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description="A language, or language and region.")
    address: Address
    allergies: AllergiesIn = []
    insurance: InsuranceIn
    labels: Labels = {}
    reminders_allowed: Flag = True
    notes: Notes | None = Field(None, description="Free text, kept as it is sent.")


class PatientOut(PatientCreate, Record):
    """A patient."""

    allergies: Allergies
    insurance: Insurance


class PatientPatch(Patch):
    """The members of a patient that change. `id`, `created_at`, `updated_at` and `version` are the server's."""

    clearable = frozenset({"email", "phone", "notes"})

    given_name: text(60) | None = Field(None, description="White space around it is removed." + KEEPS)
    family_name: FamilyName | None = Field(None, description="White space around it is removed." + KEEPS)
    birth_date: PastDate | None = Field(None, description="Not in the future, and not before 1900." + KEEPS)
    sex: Sex | None = Field(None, description="As the insurer has it on file." + KEEPS)
    email: EmailStr | None = Field(
        None,
        description="The domain is stored in lower case. Reserved domains are refused. Null removes it.",
        examples=["m.okafor@example.com"],
    )
    phone: Phone | None = Field(None, description="E.164. Null removes it.")
    preferred_language: str | None = Field(
        None, pattern=r"^[a-z]{2}(-[A-Z]{2})?$", description="A language, or language and region." + KEEPS, examples=["de-CH"]
    )
    address: AddressPatch | None = Field(None, description="Merged: members of the address that are not sent stay." + KEEPS)
    allergies: AllergiesIn | None = Field(None, description="Replaces the whole list." + KEEPS)
    insurance: InsuranceIn | None = Field(None, description="Replaces the whole object." + KEEPS)
    labels: Labels | None = Field(None, description="Free labels. Replaces the whole map." + KEEPS)
    reminders_allowed: Flag | None = Field(None, description="Whether reminders may be sent." + KEEPS)
    notes: Notes | None = Field(None, description="Free text, kept as it is sent. Null removes it.")

    def changes(self) -> dict[str, Any]:
        changes = super().changes()
        if self.address is not None and "address" in changes:
            changes["address"] = self.address.changes()
        return changes


if active("created-at-written"):

    class PatientPatch(PatientPatch):  # type: ignore[no-redef]
        """With a member too many."""

        created_at: AwareDatetime | None = None


class Reminder(BaseModel):
    """A message before the appointment."""

    model_config = ConfigDict(extra="forbid")

    channel: Channel
    minutes_before: number(ge=15, le=10080)


class Line(BaseModel):
    """A line of the bill."""

    model_config = ConfigDict(extra="forbid")

    code: str = Field(pattern=r"^[A-Z]{2}[0-9]{3}$", examples=["GP001"])
    text: text(120)
    quantity: number(ge=1, le=99) = 1
    unit_price: Money = Field(
        description="A decimal number up to 999999.99, at most two decimal places; their number need not be kept.",
        examples=["45.50"],
    )
    note: str | None = Field(None, max_length=200)


class LineOut(Line):
    """A line of the bill."""

    unit_price: Decimal = Field(description="A decimal number in a string.", examples=["45.50"])


if active("duration-unchecked"):

    def fives(minutes: int) -> int:
        """The minutes; ValueError up to an hour."""
        if minutes <= 60 and minutes % 5:
            raise ValueError("must be a multiple of 5")
        return minutes

    Duration: Any = Annotated[int, Field(strict=STRICT, ge=10, le=240), AfterValidator(fives)]
else:
    Duration = number(ge=10, le=240, multiple_of=5)
Reminders = Annotated[list[Reminder], Field(max_length=3)]
Lines = Annotated[list[Line], Field(max_length=10)]
Room = Annotated[str, Field(pattern=r"^[A-D]-[0-9]{2}$", examples=["B-04"])]


class AppointmentCreate(BaseModel):
    """A new appointment."""

    model_config = ConfigDict(extra="forbid")

    patient_id: UUID = Field(description="A patient of this clinic.")
    practitioner_id: UUID = Field(description="A practitioner of this clinic.")
    starts_at: Moment = Field(
        description="With any offset; answered in UTC. From 2000 to 2099.", examples=["2027-01-12T09:30:00Z"]
    )
    duration_minutes: Duration = 20
    reason: text(200)
    room: Room | None = None
    reminders: Reminders = []
    lines: Lines = []


class AppointmentOut(AppointmentCreate, Record):
    """An appointment."""

    model_config = ConfigDict(extra="ignore")

    starts_at: Timestamp = Field(description="In UTC.", examples=["2027-01-12T09:30:00Z"])
    lines: list[LineOut]
    status: Status
    ends_at: Timestamp = Field(description="The start and the duration.", json_schema_extra={"readOnly": True})
    total: Decimal = Field(description="The sum of the lines.", json_schema_extra={"readOnly": True}, examples=["91.00"])


class AppointmentPatch(Patch):
    """The members of an appointment that change; others are refused."""

    model_config = ConfigDict(extra="forbid")
    clearable = frozenset({"room"})

    practitioner_id: UUID | None = Field(None, description="A practitioner of this clinic." + KEEPS)
    starts_at: Moment | None = Field(
        None, description="With any offset; answered in UTC. From 2000 to 2099." + KEEPS, examples=["2027-01-12T10:30:00+01:00"]
    )
    duration_minutes: Duration | None = Field(None, description="In steps of five." + KEEPS, examples=[30])
    reason: text(200) | None = Field(None, description="White space around it is removed." + KEEPS)
    status: OpenStatus | None = Field(None, description="To cancel or to complete, use the operations for it." + KEEPS)
    room: Room | None = Field(None, description="Wing and number. Null removes it.")
    reminders: Reminders | None = Field(None, description="Replaces the whole list." + KEEPS)
    lines: Lines | None = Field(None, description="Replaces the whole list." + KEEPS)
