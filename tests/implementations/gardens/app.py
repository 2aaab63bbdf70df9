"""The operations of the gardens department."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID, uuid4

import faults
import msgspec
from choices import on
from litestar import Controller, Litestar, Request, delete, get, patch, post
from litestar.di import Provide
from litestar.exceptions import (
    HTTPException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
    TooManyRequestsException,
    ValidationException,
)
from litestar.openapi.spec import Example
from litestar.params import Body
from models import (
    HandTool,
    HandToolCreate,
    Planting,
    PlantingCreate,
    Plot,
    PlotCreate,
    PowerTool,
    Tool,
    ToolCreate,
)
from patches import AnyToolPatch, PlantingPatch, PlotPatch
from schema import PatchOperation, ValueSchemas, openapi_config
from store import Store, contradiction, merged, normal, patched
from web import Conflict, StrictRequest, UnsupportedMediaType, invalid, office, refusal, shown

READ = [NotAuthorizedException, TooManyRequestsException]
ONE = [*READ, NotFoundException]
OWN = [*ONE, PermissionDeniedException]
WRITE = [ValidationException, UnsupportedMediaType]
AnyRequest = Request[str, str, Any]


def made(data: msgspec.Struct, kind: Any, **given: Any) -> Any:
    """A new record of what was sent, without the nulls."""
    now = datetime.now(UTC).isoformat()
    stamps = {"id": str(uuid4()), "createdAt": now, "updatedAt": now, **given}
    known = {field.encode_name for field in msgspec.structs.fields(kind)}
    content = merged({}, msgspec.to_builtins(data)) | {name: value for name, value in stamps.items() if name in known}
    return normal(msgspec.convert(content, kind))


def consistent(plot: Plot) -> Plot:
    """The plot, unless its members contradict each other."""
    problem = contradiction(plot.status, plot.leaseholder, plot.leased_since or None, plot.lease_ends or None)
    if problem:
        raise Conflict(problem)
    return plot


def changed(record: Any, data: msgspec.Struct, request: AnyRequest) -> Any:
    """The record after the patch; an incomplete result is refused."""
    try:
        return faults.completed(patched(record, data), request.state.late)
    except msgspec.ValidationError as error:
        raise invalid(error) from error


def own_plot(store: Store, request: AnyRequest, plot_id: UUID) -> Plot:
    """The plot, if it belongs to the district of the token."""
    plot = store.plots.get(plot_id)
    if plot and store.district[plot_id] == request.state.district:
        return plot
    if plot and on("foreign-forbidden"):
        raise PermissionDeniedException("This plot belongs to another district.")
    raise NotFoundException("There is no such plot.")


def own_planting(store: Store, request: AnyRequest, plot_id: UUID, planting_id: UUID) -> Planting:
    """The planting on a plot of the district of the token."""
    own_plot(store, request, plot_id)
    planting = store.plantings.get(planting_id)
    if planting is None or planting.plot_id != plot_id:
        raise NotFoundException("There is no such planting on this plot.")
    return planting


def known_tool(store: Store, tool_id: UUID) -> Tool:
    """The tool of this identifier."""
    if tool_id not in store.tools:
        raise NotFoundException("There is no such tool.")
    return store.tools[tool_id]


class PlotController(Controller):
    """Plots."""

    path = "/plots"
    tags = ["Plots"]

    @get(raises=READ, summary="The plots of the district")
    async def list_plots(self, store: Store, request: AnyRequest) -> list[Plot]:
        return shown([plot for plot in store.plots.values() if store.district[plot.id] == request.state.district])

    @post(raises=[*READ, *WRITE, Conflict], summary="Add a plot to the district")
    async def add_plot(self, store: Store, request: AnyRequest, data: PlotCreate) -> Plot:
        plot = consistent(made(data, Plot, soilMoisture=0.0))
        store.plots[plot.id] = plot
        store.district[plot.id] = request.state.district
        return shown(plot)

    @get("/{plot_id:uuid}", raises=OWN, summary="One plot")
    async def read_plot(self, store: Store, request: AnyRequest, plot_id: UUID) -> Plot:
        return shown(own_plot(store, request, plot_id))

    @patch(
        "/{plot_id:uuid}",
        raises=[*OWN, *WRITE, Conflict],
        operation_class=PatchOperation,
        summary="Change a plot",
        description="Unknown members and those that the service sets are refused. 409 is answered where the result would be "
        "a leased plot without a leaseholder, or a lease that ends before it begins.",
    )
    async def change_plot(
        self,
        store: Store,
        request: AnyRequest,
        plot_id: UUID,
        data: Annotated[
            PlotPatch, Body(examples=[Example(summary="A new name", value={"name": "Linden end", "labels": {"fence": None}})])
        ],
    ) -> Plot:
        plot = consistent(changed(own_plot(store, request, plot_id), data, request))
        store.plots[plot_id] = plot
        return shown(plot)

    @delete("/{plot_id:uuid}", raises=OWN, summary="Remove a plot and its plantings")
    async def remove_plot(self, store: Store, request: AnyRequest, plot_id: UUID) -> None:
        own_plot(store, request, plot_id)
        del store.plots[plot_id], store.district[plot_id]
        store.plantings = {key: planting for key, planting in store.plantings.items() if planting.plot_id != plot_id}


class PlantingController(Controller):
    """Plantings of a plot."""

    path = "/plots/{plot_id:uuid}/plantings"
    tags = ["Plantings"]

    @get(raises=OWN, summary="The plantings on a plot")
    async def list_plantings(self, store: Store, request: AnyRequest, plot_id: UUID) -> list[Planting]:
        own_plot(store, request, plot_id)
        return shown([planting for planting in store.plantings.values() if planting.plot_id == plot_id])

    @post(raises=[*OWN, *WRITE], summary="Add a planting")
    async def add_planting(self, store: Store, request: AnyRequest, plot_id: UUID, data: PlantingCreate) -> Planting:
        own_plot(store, request, plot_id)
        planting = made(data, Planting, plotId=str(plot_id))
        store.plantings[planting.id] = planting
        return shown(planting)

    @get("/{planting_id:uuid}", raises=OWN, summary="One planting")
    async def read_planting(self, store: Store, request: AnyRequest, plot_id: UUID, planting_id: UUID) -> Planting:
        return shown(own_planting(store, request, plot_id, planting_id))

    @patch(
        "/{planting_id:uuid}",
        raises=[*OWN, *WRITE],
        operation_class=PatchOperation,
        summary="Change a planting",
        description="The members that the service sets itself cannot be changed.",
    )
    async def change_planting(
        self,
        store: Store,
        request: AnyRequest,
        plot_id: UUID,
        planting_id: UUID,
        data: Annotated[
            PlantingPatch, Body(examples=[Example(summary="Harvested", value={"stage": "harvested", "yieldKg": "14.20"})])
        ],
    ) -> Planting:
        planting = changed(own_planting(store, request, plot_id, planting_id), data, request)
        store.plantings[planting_id] = planting
        return shown(planting)

    @delete("/{planting_id:uuid}", raises=OWN, summary="Remove a planting")
    async def remove_planting(self, store: Store, request: AnyRequest, plot_id: UUID, planting_id: UUID) -> None:
        del store.plantings[own_planting(store, request, plot_id, planting_id).id]


class ToolController(Controller):
    """Tools."""

    path = "/tools"
    tags = ["Tools"]

    @get(raises=READ, summary="All tools")
    async def list_tools(self, store: Store) -> list[Tool]:
        return shown(list(store.tools.values()))

    @post(raises=[*READ, *WRITE], summary="Add a tool")
    async def add_tool(self, store: Store, data: ToolCreate) -> Tool:
        tool: Tool = made(data, PowerTool if not isinstance(data, HandToolCreate) else HandTool)
        store.tools[tool.id] = tool
        return shown(tool)

    @get("/{tool_id:uuid}", raises=ONE, summary="One tool")
    async def read_tool(self, store: Store, tool_id: UUID) -> Tool:
        return shown(known_tool(store, tool_id))

    @patch(
        "/{tool_id:uuid}",
        raises=[*ONE, *WRITE, Conflict],
        operation_class=PatchOperation,
        summary="Change a tool",
        description="`kind` is always sent and must be the kind that the tool has; otherwise 409 is answered. "
        "Unknown members and those that the service sets are refused.",
    )
    async def change_tool(
        self,
        store: Store,
        request: AnyRequest,
        tool_id: UUID,
        data: Annotated[AnyToolPatch, Body(examples=[Example(summary="Worn out", value={"kind": "power", "condition": "worn"})])],
    ) -> Tool:
        tool = known_tool(store, tool_id)
        if type(tool).__struct_config__.tag != type(data).__struct_config__.tag:
            raise Conflict("The tool is of another kind.")
        store.tools[tool_id] = changed(tool, data, request)
        if on("neighbour-written") and data.condition is not msgspec.UNSET:
            for neighbour in store.tools.values():
                neighbour.condition = data.condition
        return shown(store.tools[tool_id])

    @delete("/{tool_id:uuid}", raises=ONE, summary="Remove a tool")
    async def remove_tool(self, store: Store, tool_id: UUID) -> None:
        del store.tools[known_tool(store, tool_id).id]


def create_app() -> Litestar:
    """The application with records of its own."""
    store = Store()

    def refused(request: AnyRequest, error: HTTPException) -> Any:
        tool = store.tools.get(request.path_params.get("tool_id"))
        if tool and on("stored-though-refused") and request.state.get("refused"):
            faults.salvaged(request.state.refused, tool)
        return refusal(request, error)

    return Litestar(
        [PlotController, PlantingController, ToolController],
        dependencies={"store": Provide(lambda: store, sync_to_thread=False, use_cache=True)},
        guards=[office],
        request_class=StrictRequest,
        exception_handlers={HTTPException: refused},
        openapi_config=openapi_config(),
        plugins=[ValueSchemas()],
    )


app = create_app()
