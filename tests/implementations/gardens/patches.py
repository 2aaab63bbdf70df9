"""The bodies of PATCH: each member may be absent; null removes where a member may have no value (RFC 7396)."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from uuid import UUID

from models import (
    Accessories,
    Amount,
    CareNote,
    Checked,
    Condition,
    Contact,
    Count,
    Cultivar,
    Fuel,
    Holder,
    Instant,
    Label,
    Latitude,
    Local,
    Longitude,
    Metres,
    Name,
    Period,
    PlotNumber,
    PlotStatus,
    Quantity,
    Short,
    Spacing,
    Species,
    Stage,
    Tags,
    Volts,
    WateringMethod,
)
from msgspec import UNSET, Meta, UnsetType


class PositionPatch(Checked, forbid_unknown_fields=True):
    """Changes of a position. Where there is none yet, `lat` and `lon` are both needed."""

    lat: Latitude | UnsetType = UNSET
    lon: Longitude | UnsetType = UNSET
    accuracy_m: Metres | UnsetType | None = UNSET


class IrrigationPatch(Checked, forbid_unknown_fields=True):
    """Changes of the irrigation. Where there is none yet, `method`, `startsAt` and `every` are needed."""

    method: WateringMethod | UnsetType = UNSET
    starts_at: Local | UnsetType = UNSET
    every: Period | UnsetType = UNSET
    note: Short | UnsetType | None = UNSET


class PlotPatch(Checked, forbid_unknown_fields=True, kw_only=True):
    """A merge patch of a plot. Lists are replaced whole; `position`, `irrigation` and `labels` are merged."""

    number: PlotNumber | UnsetType = UNSET
    name: Name | UnsetType = UNSET
    status: PlotStatus | UnsetType = UNSET
    area_m2: Amount | UnsetType = UNSET
    deposit: Amount | UnsetType | None = UNSET
    leaseholder: Holder | UnsetType | None = UNSET
    leased_since: date | UnsetType | None = UNSET
    lease_ends: date | UnsetType | None = UNSET
    position: PositionPatch | UnsetType | None = UNSET
    irrigation: IrrigationPatch | UnsetType | None = UNSET
    contacts: Annotated[list[Contact], Meta(max_length=4)] | UnsetType = UNSET
    tags: Tags | UnsetType = UNSET
    labels: (
        Annotated[dict[str, Label | None], Meta(description="Notes by name, each of 1 to 60 characters; null removes one.")]
        | UnsetType
    ) = UNSET
    last_inspected_at: Instant | UnsetType | None = UNSET


class PlantingPatch(Checked, kw_only=True):
    """A merge patch of a planting. Lists are replaced whole; `measures` is merged, and null removes one of them."""

    species: Species | UnsetType = UNSET
    cultivar: Cultivar | UnsetType | None = UNSET
    stage: Stage | UnsetType = UNSET
    quantity: Quantity | UnsetType = UNSET
    spacing_cm: Spacing | UnsetType | None = UNSET
    organic: bool | UnsetType = UNSET
    sown_on: date | UnsetType = UNSET
    watering_every: Period | UnsetType | None = UNSET
    companions: (
        Annotated[list[UUID], Meta(max_length=6, description="Plantings that grow well beside, in the order of preference.")]
        | UnsetType
    ) = UNSET
    care_notes: Annotated[list[CareNote], Meta(max_length=10)] | UnsetType = UNSET
    yield_kg: Amount | UnsetType | None = UNSET
    measures: dict[str, float | None] | UnsetType = UNSET


class ServicePatch(Checked, forbid_unknown_fields=True):
    """Changes of the last service. Where there is none yet, `day` and `workshop` are needed."""

    day: date | UnsetType = UNSET
    workshop: Short | UnsetType = UNSET
    cost: Amount | UnsetType | None = UNSET


class ToolPatch(Checked, forbid_unknown_fields=True, kw_only=True, tag_field="kind"):
    """Changes that every tool allows."""

    name: Short | UnsetType = UNSET
    condition: Condition | UnsetType = UNSET
    price: Amount | UnsetType = UNSET
    lendable: bool | UnsetType = UNSET
    shelf: Annotated[str, Meta(pattern=r"^[A-F][0-9]{2}$(?!\n)")] | UnsetType | None = UNSET
    accessories: Accessories | UnsetType = UNSET


class HandToolPatch(ToolPatch, kw_only=True, tag="hand"):
    """A merge patch of a tool without a motor. `kind` must be the kind of the tool."""

    handle_cm: Annotated[int, Meta(ge=5, le=300)] | UnsetType | None = UNSET


class PowerToolPatch(ToolPatch, kw_only=True, tag="power"):
    """A merge patch of a machine. `kind` must be the kind of the tool."""

    fuel: Fuel | UnsetType = UNSET
    volts: Volts | UnsetType | None = UNSET
    running_hours: Count | UnsetType = UNSET
    last_service: ServicePatch | UnsetType | None = UNSET


AnyToolPatch = HandToolPatch | PowerToolPatch
