"""What the API takes and answers of practitioners."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from choices import active
from fields import (
    ClockTime,
    Flag,
    Money,
    Record,
    Specialty,
    Weekday,
    number,
    text,
)
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    PlainSerializer,
    model_validator,
)


class Hours(BaseModel):
    """When a practitioner sees patients. `closes` must be later than `opens`."""

    weekday: Weekday
    opens: ClockTime
    closes: ClockTime

    @model_validator(mode="after")
    def ordered(self) -> Self:
        """Closing comes after opening."""
        if self.closes <= self.opens:
            raise ValueError("closes must be later than opens")
        return self


def text_is_true(value: Any) -> Any:
    """What bool() does to a string."""
    return True if isinstance(value, str) else value


Accepting: Any = Annotated[Flag, BeforeValidator(text_is_true)] if active("string-is-true") else Flag
Specialties = Annotated[set[Specialty], Field(min_length=1, max_length=5), PlainSerializer(sorted, return_type=list[Specialty])]


class PractitionerOut(Record):
    """A practitioner."""

    licence_number: str = Field(json_schema_extra={"readOnly": True}, examples=["BE-204417"])
    display_name: text(80)
    specialties: Annotated[list[Specialty], Field(min_length=1, max_length=5)]
    accepting_new_patients: bool
    hourly_rate: Decimal = Field(description="A decimal number in a string.", examples=["120.00"])
    visit_minutes: int
    working_hours: list[Hours]
    website: str | None = Field(None, json_schema_extra={"format": "uri"})
    biography: str | None = None
    on_leave_from: date | None = None
    on_leave_until: date | None = None


class PractitionerPatch(BaseModel):
    """The members of a practitioner that change. Only those that say so can be null."""

    model_config = ConfigDict(extra="forbid" if active("refuse-unknown") else "ignore")

    display_name: text(80) = Field(default=None, description="White space around it is removed.", examples=["Dr. Ana Lindqvist"])
    specialties: Specialties = Field(
        default=None, description="A set, answered in alphabetical order.", examples=[["cardiology"]]
    )
    accepting_new_patients: Accepting = Field(default=None)
    hourly_rate: Money = Field(
        default=None,
        description="A decimal number up to 999999.99, at most two decimal places; their number need not be kept.",
        examples=["120.00"],
    )
    visit_minutes: number(ge=5, le=120) = Field(default=None)
    working_hours: list[Hours] = Field(default=None, max_length=12, description="Replaces the whole list.")
    website: HttpUrl | None = Field(
        None, description="Normalised: an empty path becomes `/`, the host lower case. Null removes it."
    )
    biography: str | None = Field(None, max_length=1000, description="Null removes it.")
    on_leave_from: date | None = Field(None, description="The first day of a leave, or null.")
    on_leave_until: date | None = Field(None, description="The last day; not before `on_leave_from`. Null for an open end.")


class PractitionerCreate(PractitionerPatch):
    """A new practitioner."""

    licence_number: str = Field(pattern=r"^[A-Z]{2}-[0-9]{6}$")
    display_name: text(80)
    specialties: Specialties
    accepting_new_patients: Flag = True
    hourly_rate: Money
    visit_minutes: number(ge=5, le=120) = 20
    working_hours: list[Hours] = Field([], max_length=12)
