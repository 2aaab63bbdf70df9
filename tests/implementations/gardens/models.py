"""What the gardens department keeps: plots, the plantings on them, and tools; and the bodies of POST."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta, Struct, UnsetType

AMOUNT = r"^[0-9]{1,5}(\.[0-9]{1,2})?$(?!\n)"
LARGEST = Decimal("99999.99")
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(days=60)


class PlotStatus(StrEnum):
    """How a plot is used."""

    AVAILABLE = "available"
    LEASED = "leased"
    FALLOW = "fallow"
    CLOSED = "closed"


class WateringMethod(StrEnum):
    """How water gets to the plot."""

    DRIP = "drip"
    SPRINKLER = "sprinkler"
    HOSE = "hose"
    CAN = "can"


# `$` also stands before a last line feed in Python; the look-ahead makes it the end in every dialect.
PlotNumber = Annotated[
    str, Meta(pattern=r"^[A-Z]{1,2}-[0-9]{1,4}$(?!\n)", description="The number on the sign at the plot.", examples=["N-104"])
]
Name = Annotated[str, Meta(min_length=1, max_length=80, description="The name of the plot, as the residents know it.")]
Holder = Annotated[str, Meta(min_length=2, max_length=120, description="Who leases the plot.")]
Email = Annotated[
    str,
    Meta(
        max_length=120,
        pattern=r"^[A-Za-z0-9._+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$(?!\n)",
        description="An e-mail address.",
        examples=["desk@gardens.example"],
    ),
]
Phone = Annotated[str, Meta(pattern=r"^\+[0-9]{6,15}$(?!\n)", description="In the international form.", examples=["+4930123456"])]
Tag = Annotated[str, Meta(min_length=1, max_length=24)]
Latitude = Annotated[float, Meta(ge=-90, le=90)]
Longitude = Annotated[float, Meta(ge=-180, le=180)]
Metres = Annotated[int, Meta(ge=0, le=500, description="How exact the position is in metres, 0 or more.")]
Quantity = Annotated[int, Meta(ge=1, le=500, description="How many plants, 1 to 500.")]
Spacing = Annotated[float, Meta(gt=0, le=300, description="Distance between two plants in centimetres, more than 0.")]
Species = Annotated[str, Meta(min_length=3, max_length=60, description="The botanical name.", examples=["Solanum lycopersicum"])]
Cultivar = Annotated[str, Meta(min_length=1, max_length=40)]
INSTANT = "A point in time with its offset. Answers may state the same instant with another offset."
READ_ONLY = {"extra": {"read_only": True}}
Instant = Annotated[datetime, Meta(tz=True, description=INSTANT)]
Created = Annotated[datetime, Meta(tz=True, description="When the record was made.", extra_json_schema=READ_ONLY)]
Updated = Annotated[datetime, Meta(tz=True, description="When the record was last written.", extra_json_schema=READ_ONLY)]
Id = Annotated[UUID, Meta(description="Given by the service.", extra_json_schema=READ_ONLY)]
Amount = Annotated[
    Decimal,
    Meta(description="0 to 99999.99 with at most two decimals, as text or as a JSON number. Answers may have either form."),
]
Local = Annotated[time, Meta(tz=False, description="Local time of day, hh:mm:ss, without an offset.")]
Period = Annotated[
    timedelta,
    Meta(
        description="An ISO 8601 duration in days, hours, minutes and whole seconds, from one minute to 60 days. "
        "Answers state an equal duration, perhaps written otherwise: `PT1H` may be answered as `PT3600S`."
    ),
]
Count = Annotated[int, Meta(ge=0, le=20000, description="Hours on the counter, 0 or more.")]
Text = Annotated[str, Meta(min_length=1, max_length=400)]
Label = Annotated[str, Meta(min_length=1, max_length=60)]
Short = Annotated[str, Meta(min_length=1, max_length=60)]
Moisture = Annotated[
    float,
    Meta(ge=0, le=100, description="Latest reading of the sensor in per cent; changes by itself.", extra_json_schema=READ_ONLY),
]
Tags = Annotated[
    list[Tag],
    Meta(
        max_length=8,
        description="Key words of 1 to 24 characters. They are a set: each is kept once, and their order may change.",
    ),
]
Labels = Annotated[dict[str, Label], Meta(description="Notes by name, each of 1 to 60 characters.")]
Accessories = Annotated[list[Short], Meta(max_length=6, description="What belongs to it, each of 1 to 60 characters, in order.")]
Stage = Annotated[Literal["planned", "sown", "growing", "harvested"], Meta(description="How far the planting is.")]
Condition = Annotated[Literal["new", "good", "worn", "broken"], Meta(description="The state of the tool.")]
Fuel = Literal["electric", "battery", "petrol"]
Volts = Annotated[int, Meta(ge=12, le=400)]


class Checked(Struct, rename="camel"):
    """A structure whose amounts and durations are inside the limits that `Meta` cannot state for them."""

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Decimal):
                check_amount(name, value)
                setattr(self, name, plain(value))
            elif isinstance(value, timedelta):
                check_period(name, value)
            elif isinstance(value, time) and value.microsecond:
                raise ValueError(f"{name}: expected a time of day in whole seconds")


def plain(value: Decimal) -> Decimal:
    """The amount without an exponent and without a sign, so that it is written as the document says."""
    return abs(value) if value.as_tuple().exponent <= 0 else value.quantize(Decimal(1))  # type: ignore[operator]


def check_amount(name: str, value: Decimal) -> None:
    """Raise ValueError unless the amount is from 0 to the largest, with two decimals at most."""
    if not value.is_finite() or not 0 <= value <= LARGEST or value != round(value, 2):
        raise ValueError(f"{name}: expected an amount from 0 to {LARGEST} with at most two decimals")


def check_period(name: str, value: timedelta) -> None:
    """Raise ValueError unless the duration is whole seconds inside the limits."""
    if not SHORTEST <= value <= LONGEST or value.microseconds:
        raise ValueError(f"{name}: expected a duration in whole seconds from one minute to 60 days")


class Position(Checked, forbid_unknown_fields=True):
    """A point on the map (WGS 84)."""

    lat: Latitude
    lon: Longitude
    accuracy_m: Metres | UnsetType | None = UNSET


class Irrigation(Checked, forbid_unknown_fields=True):
    """How and when a plot is watered by the department."""

    method: WateringMethod
    starts_at: Local
    every: Period
    note: Short | UnsetType | None = UNSET


class Contact(Checked, forbid_unknown_fields=True):
    """Somebody to call about the plot."""

    name: Short
    email: Email
    phone: Phone | UnsetType | None = UNSET


class PlotFields(Checked, forbid_unknown_fields=True, kw_only=True):
    """What a plot has in any case."""

    number: PlotNumber
    name: Name
    status: PlotStatus
    area_m2: Amount
    deposit: Amount | UnsetType | None = UNSET
    leaseholder: Holder | UnsetType | None = UNSET
    leased_since: date | UnsetType | None = UNSET
    lease_ends: date | UnsetType | None = UNSET
    position: Position | UnsetType | None = UNSET
    irrigation: Irrigation | UnsetType | None = UNSET
    contacts: Annotated[list[Contact], Meta(max_length=4)]
    tags: Tags
    labels: Labels
    last_inspected_at: Instant | UnsetType | None = UNSET


class PlotCreate(PlotFields, kw_only=True):
    """A new plot. A member that is null is the same as one that is absent."""


class Plot(PlotFields, kw_only=True):
    """A plot of a municipal garden. A member that has no value is absent or null."""

    id: Id
    created_at: Created
    updated_at: Updated
    soil_moisture: Moisture


class CareNote(Checked):
    """Something that was done for a planting."""

    day: date
    text: Text
    minutes: Annotated[int, Meta(ge=1, le=480)] | UnsetType | None = UNSET


class PlantingFields(Checked, kw_only=True):
    """What a planting has in any case."""

    species: Species
    cultivar: Cultivar | UnsetType | None = UNSET
    stage: Stage
    quantity: Quantity
    spacing_cm: Spacing | UnsetType | None = UNSET
    organic: bool
    sown_on: date
    watering_every: Period | UnsetType | None = UNSET
    companions: Annotated[
        list[UUID], Meta(max_length=6, description="Plantings that grow well beside, in the order of preference.")
    ]
    care_notes: Annotated[list[CareNote], Meta(max_length=10)]
    yield_kg: Amount | UnsetType | None = UNSET
    measures: dict[str, float]


class PlantingCreate(PlantingFields, kw_only=True):
    """A new planting. A member that is null is the same as one that is absent."""


class Planting(PlantingFields, kw_only=True):
    """What grows on a plot. A member that has no value is absent or null."""

    id: Id
    plot_id: Id
    created_at: Created
    updated_at: Updated


class Service(Checked, forbid_unknown_fields=True):
    """The last service of a machine."""

    day: date
    workshop: Short
    cost: Amount | UnsetType | None = UNSET


class ToolFields(Checked, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """What every tool has."""

    name: Short
    condition: Condition
    price: Amount
    lendable: bool
    shelf: Annotated[str, Meta(pattern=r"^[A-F][0-9]{2}$(?!\n)")] | UnsetType | None = UNSET
    accessories: Accessories


class HandToolCreate(ToolFields, kw_only=True, tag="hand"):
    """A new tool without a motor."""

    handle_cm: Annotated[int, Meta(ge=5, le=300)] | UnsetType | None = UNSET


class PowerToolCreate(ToolFields, kw_only=True, tag="power"):
    """A new machine."""

    fuel: Fuel
    volts: Volts | UnsetType | None = UNSET
    running_hours: Count
    last_service: Service | UnsetType | None = UNSET


class HandTool(HandToolCreate, kw_only=True, tag="hand"):
    """A tool without a motor."""

    id: Id
    updated_at: Updated


class PowerTool(PowerToolCreate, kw_only=True, tag="power"):
    """A machine."""

    id: Id
    updated_at: Updated


Tool = HandTool | PowerTool
ToolCreate = HandToolCreate | PowerToolCreate
