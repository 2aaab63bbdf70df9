"""The records in memory, their seeds, and how a merge patch is applied to one of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import faults
import msgspec
from choices import on
from models import (
    CareNote,
    Contact,
    HandTool,
    Irrigation,
    Planting,
    Plot,
    PlotStatus,
    Position,
    PowerTool,
    Service,
    Tool,
    WateringMethod,
)

MADE = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)
Record = Plot | Planting | HandTool | PowerTool
R = TypeVar("R", Plot, Planting, HandTool, PowerTool)


def key(number: int) -> UUID:
    """The identifier of a seed."""
    return UUID(f"6f1d2c3b-0a4e-4c5d-8b7a-{number:012d}")


def _plot(number: int, sign: str, name: str, holder: str, street: str) -> Plot:
    return Plot(
        id=key(number),
        number=sign,
        name=name,
        status=PlotStatus.LEASED,
        area_m2=Decimal("182.50"),
        deposit=Decimal("150.00"),
        leaseholder=holder,
        leased_since=date(2024, 4, 1),
        lease_ends=date(2028, 3, 31),
        position=Position(lat=52.5163, lon=13.3777, accuracy_m=4),
        irrigation=Irrigation(WateringMethod.DRIP, time(6, 30), timedelta(hours=36), f"Valve at {street}"),
        contacts=[Contact("Dana Rahn", "dana@gardens.example", "+4930901820"), Contact("Desk", "desk@gardens.example")],
        tags=["corner", "greenhouse", "south-facing"],
        labels={"soil": "loam", "path": street, "fence": "hedge"},
        last_inspected_at=datetime(2026, 9, 14, 9, 30, tzinfo=UTC),
        soil_moisture=31.5,
        created_at=MADE,
        updated_at=MADE,
    )


def _planting(number: int, plot: int, species: str, cultivar: str) -> Planting:
    return Planting(
        id=key(number),
        plot_id=key(plot),
        species=species,
        cultivar=cultivar,
        stage="growing",
        quantity=24,
        spacing_cm=45.5,
        organic=True,
        sown_on=date(2026, 4, 18),
        watering_every=timedelta(days=2),
        companions=[key(901), key(902)],
        care_notes=[CareNote(date(2026, 5, 20), "Thinned out", 25), CareNote(date(2026, 6, 2), "Tied to canes")],
        yield_kg=Decimal("12.75"),
        measures={"heightCm": 62.5, "ph": 6.5},
        created_at=MADE,
        updated_at=MADE,
    )


def _machine(number: int, name: str) -> PowerTool:
    return PowerTool(
        id=key(number),
        name=name,
        condition="good",
        price=Decimal("489.90"),
        lendable=True,
        shelf="B04",
        accessories=["spare blade", "goggles"],
        fuel="battery",
        volts=36,
        running_hours=412,
        last_service=Service(date(2026, 2, 11), "Motor Kranz", Decimal("74.20")),
        updated_at=MADE,
    )


def _spade(number: int, name: str) -> HandTool:
    return HandTool(
        id=key(number),
        name=name,
        condition="worn",
        price=Decimal("38.00"),
        lendable=True,
        shelf="A11",
        accessories=["leather cover"],
        handle_cm=110,
        updated_at=MADE,
    )


class Store:
    """Plots (with the district that each belongs to), plantings and tools, by identifier."""

    def __init__(self) -> None:
        plots = [
            _plot(1, "N-104", "Linden corner", "Irma Adler", "Linden path"),
            _plot(2, "N-105", "Long bed", "Jonas Weil", "Long path"),
            _plot(3, "S-12", "Brook meadow", "Petra Lund", "Brook path"),
        ]
        plantings = [
            _planting(11, 1, "Solanum lycopersicum", "Harzfeuer"),
            _planting(12, 1, "Phaseolus vulgaris", "Neckargold"),
            _planting(13, 3, "Cucurbita pepo", "Tondo"),
        ]
        tools: list[Tool] = [_machine(21, "Hedge trimmer"), _machine(22, "Lawn mower"), _spade(23, "Spade"), _spade(24, "Fork")]
        self.plots = {plot.id: plot for plot in plots}
        self.district = {key(1): "north", key(2): "north", key(3): "south"}
        self.plantings = {planting.id: planting for planting in plantings}
        self.tools: dict[UUID, Tool] = {tool.id: tool for tool in tools}


def merged(target: Any, patch: Any) -> Any:
    """What RFC 7396 makes of a target and a patch; neither is changed."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result


def patched(record: R, patch: msgspec.Struct) -> R:
    """The record after a patch, with its tags as a set, and the time of the change if there is one.

    Raises msgspec.ValidationError where the result lacks what a record needs.
    """
    before, changes = msgspec.to_builtins(record), msgspec.to_builtins(patch)
    result = msgspec.convert(faults.altered(before, changes, merged(before, changes)), type(record))
    return stamped(normal(result), unless=record)


def normal(record: R) -> R:
    """The record with each of its tags once, in alphabetical order."""
    if isinstance(record, Plot):
        record.tags = sorted(set(record.tags))
    return record


def stamped(record: R, unless: R) -> R:
    """The record with the present time as its last change, unless it equals the earlier one."""
    if record != unless or on("touched-always"):
        record.updated_at = datetime.now(UTC)
    return record


def contradiction(status: PlotStatus, holder: object, since: object, ends: object) -> str | None:
    """What is wrong between the members of a plot, or None."""
    if status is PlotStatus.LEASED and not isinstance(holder, str):
        return "A leased plot has a leaseholder."
    if since and ends and ends < since:  # type: ignore[operator]
        return "The lease would end before it begins."
    return None
