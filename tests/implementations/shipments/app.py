"""The routes: FastAPI reads and documents, the service decides."""

from collections.abc import Callable
from typing import Annotated, Any

import models
from fastapi import APIRouter, Body, Depends, FastAPI, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from kinds_of_value import Uuid
from pydantic import BaseModel
from refusals import Refusal, from_pydantic
from service import Kind, Service
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import Scope

BEARER = HTTPBearer(auto_error=False, scheme_name="bearer", description="One token for each tenant.")
TEXT = {
    400: "The body is not readable JSON.",
    401: "No valid bearer token; with `WWW-Authenticate: Bearer`.",
    404: "The tenant has no such record.",
    409: "The unique member is taken, the change of status is not possible, or the record is still in use.",
    412: "`If-Match` names another version.",
    415: "The body has another media type than the documented one.",
    422: "A member or the path is not valid: type, format, limit, an unknown member, a rule between members.",
}


class ReadRequest(Request):
    """A request whose body the service has parsed."""

    parsed: Any = None

    async def json(self) -> Any:
        """What the service read."""
        return self.parsed


def _as_json(scope: Scope) -> Scope:
    """The media type is the service's to judge: FastAPI would read others as bytes."""
    kept = [pair for pair in scope["headers"] if pair[0] != b"content-type"]
    return {**scope, "headers": [*kept, (b"content-type", b"application/json")]}


def refusals(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documented error answers."""
    return {each: {"model": models.ErrorAnswer, "description": TEXT[each]} for each in statuses}


def create_app(service: Service) -> FastAPI:
    """The application around `service`, whose models it documents."""
    app = FastAPI(
        title="Shipping desk", version="1.4.0",
        description="Recipients and shipments of a freight forwarder. Each bearer token opens the records of one tenant only.",
        docs_url=None, redoc_url=None,
    )  # fmt: skip
    add_kind(app, service, service.kinds["recipients"], models.Recipient)
    add_kind(app, service, service.kinds["shipments"], models.Shipment)
    add_refusals(app, service)
    return app


def route_class(service: Service, kind: Kind) -> type[APIRoute]:
    """Routes that ask for credential, media type and JSON before FastAPI validates."""

    class Route(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Any]:
            inner = super().get_route_handler()

            async def handle(request: Request) -> Response:
                wrapped = ReadRequest(_as_json(request.scope), request.receive)
                wrapped.state.tenant = service.tenant(request.headers.get("authorization"))
                if request.method in ("PATCH", "POST"):
                    expected = kind.media_type if request.method == "PATCH" else "application/json"
                    service.check_media_type(expected, request.headers.get("content-type"))
                    wrapped.parsed = service.parse(await wrapped.body())
                if request.method == "PATCH":
                    wrapped.parsed = service.prepare(kind, wrapped.parsed)
                return await inner(wrapped)

            return handle

    return Route


def add_kind(app: FastAPI, service: Service, kind: Kind, shown: type[BaseModel]) -> None:
    """The five operations on one resource."""
    one = kind.name[:-1]
    router = APIRouter(route_class=route_class(service, kind), tags=[kind.name], dependencies=[Depends(BEARER)])
    listing = type(f"{shown.__name__}List", (BaseModel,), {"__annotations__": {"items": list[shown], "total": int}})
    item = f"/{kind.name}/{{{one}_id}}"

    def answer(status: int, content: Any, headers: dict[str, str] | None = None) -> Response:
        return service.respond(content, status, headers or {})

    def patch_record(request: Request, record_id: str, patch: BaseModel, if_match: str | None) -> Response:
        with service.lock:
            tenant = request.state.tenant
            before = service.store.find(kind.name, tenant, record_id)
            record = service.update(kind, tenant, record_id, service.sent(kind, patch), if_match)
            return answer(200, service.patched(kind, before, record), service.headers(kind, record))

    @router.get(
        f"/{kind.name}",
        response_model=listing,
        responses=refusals(401),
        operation_id=f"list_{kind.name}",
        summary=f"List {kind.name}",
    )
    def list_records(request: Request) -> Response:
        """All records of the tenant, the oldest first."""
        found = [service.show(kind, each) for each in service.store.all(kind.name, request.state.tenant)]
        return answer(200, {"items": found, "total": len(found)})

    @router.post(
        f"/{kind.name}",
        response_model=shown,
        status_code=201,
        responses=refusals(400, 401, 409, 415, 422),
        operation_id=f"create_{one}",
        summary=f"Make a {one}",
    )
    def create(request: Request, content: kind.create) -> Response:  # type: ignore[name-defined]
        """Make a record; `Location` names it."""
        record = service.create(kind, request.state.tenant, content)
        headers = {"Location": f"/{kind.name}/{record['id']}", **service.headers(kind, record)}
        return answer(201, service.show(kind, record), headers)

    if kind.name == "recipients":
        add_recipient(router, service, kind, item, answer, patch_record)
    else:
        add_shipment(router, service, kind, item, answer, patch_record)
    for route in router.routes:
        app.router.routes.append(route)


def add_recipient(router: APIRouter, service: Service, kind: Kind, item: str, answer: Any, patch_record: Any) -> None:
    """The operations on one recipient."""

    @router.get(
        item,
        response_model=models.Recipient,
        responses=refusals(401, 404, 422),
        operation_id="get_recipient",
        summary="Read a recipient",
    )
    def get(request: Request, recipient_id: Uuid) -> Response:
        """One recipient."""
        record = service.view(kind, request.state.tenant, str(recipient_id))
        return answer(200, service.show(kind, record), service.headers(kind, record))

    @router.patch(
        item,
        response_model=models.Recipient,
        responses=refusals(400, 401, 404, 409, 415, 422),
        operation_id="update_recipient",
        summary="Change a recipient",
    )
    def patch(request: Request, recipient_id: Uuid, patch: kind.patch) -> Response:  # type: ignore[name-defined]
        """Change the members that are sent. Unknown and read-only members are ignored. A refused request changes nothing."""
        return patch_record(request, str(recipient_id), patch, None)

    @router.delete(
        item,
        status_code=204,
        responses=refusals(401, 404, 409, 422),
        operation_id="delete_recipient",
        summary="Remove a recipient",
    )
    def delete(request: Request, recipient_id: Uuid) -> Response:
        """Remove a recipient that no shipment refers to."""
        service.delete(kind, request.state.tenant, str(recipient_id))
        return Response(status_code=204)


def add_shipment(router: APIRouter, service: Service, kind: Kind, item: str, answer: Any, patch_record: Any) -> None:
    """The operations on one shipment."""
    tagged = {"headers": {"ETag": {"description": "Strong entity tag of this version.", "schema": {"type": "string"}}}}

    @router.get(
        item,
        response_model=models.Shipment,
        responses={200: tagged, **refusals(401, 404, 422)},
        operation_id="get_shipment",
        summary="Read a shipment",
    )
    def get(request: Request, shipment_id: Uuid) -> Response:
        """One shipment."""
        record = service.view(kind, request.state.tenant, str(shipment_id))
        return answer(200, service.show(kind, record), service.headers(kind, record))

    refused = refusals(400, 401, 404, 409, 412, 415, 422)

    @router.patch(
        item,
        response_model=models.Shipment,
        responses={200: tagged, **refused},
        operation_id="update_shipment",
        summary="Change a shipment",
    )
    def patch(
        request: Request,
        shipment_id: Uuid,
        patch: Annotated[kind.patch, Body(media_type="application/merge-patch+json")],  # type: ignore[name-defined]
        if_match: Annotated[str | None, Header(description="The entity tag that the shipment must still have, or `*`.")] = None,
    ) -> Response:
        """JSON merge patch (RFC 7396). Unknown and read-only members are refused. A refused request changes nothing."""
        sent = request.headers.getlist("if-match")
        return patch_record(request, str(shipment_id), patch, ", ".join(sent) if sent else None)

    @router.delete(
        item, status_code=204, responses=refusals(401, 404, 422), operation_id="delete_shipment", summary="Remove a shipment"
    )
    def delete(request: Request, shipment_id: Uuid) -> Response:
        """Remove a shipment."""
        service.delete(kind, request.state.tenant, str(shipment_id))
        return Response(status_code=204)


def add_refusals(app: FastAPI, service: Service) -> None:
    """One envelope for each refusal."""

    def answer(refusal: Refusal) -> Response:
        status, headers, body = service.refuse(refusal)
        return service.respond(body, status, headers)

    def allowed(request: Request) -> str:
        routes = [each for each in app.router.routes if each.matches(request.scope)[0] != Match.NONE]
        return ", ".join(sorted({method for each in routes for method in each.methods or ()}))

    @app.exception_handler(Refusal)
    async def on_refusal(request: Request, error: Refusal) -> Response:
        return answer(error)

    @app.exception_handler(RequestValidationError)
    async def on_invalid(request: Request, error: RequestValidationError) -> Response:
        return answer(from_pydantic(error.errors()))

    @app.exception_handler(HTTPException)
    async def on_http(request: Request, error: HTTPException) -> Response:
        if error.status_code == 405:
            return service.other_method(request.method, allowed(request))
        return answer(Refusal(error.status_code if error.status_code in TEXT else 400, str(error.detail)))
