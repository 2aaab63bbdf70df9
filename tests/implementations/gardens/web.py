"""What every request goes through: the token, the content type, strict decoding; and how a record is answered."""

from __future__ import annotations

import re
import time
from collections import deque
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import faults
import msgspec
from choices import on
from litestar import Request, Response
from litestar.connection import ASGIConnection
from litestar.exceptions import (
    ClientException,
    HTTPException,
    NotAuthorizedException,
    TooManyRequestsException,
    ValidationException,
)
from litestar.handlers import BaseRouteHandler
from models import AMOUNT, Plot, Tags
from schema import MERGE_PATCH

TOKENS = {"north-office-71c0": "north", "south-office-93ab": "south"}
AMOUNTS = {"areaM2", "deposit", "yieldKg", "price", "cost"}
BURST = 15
recent: deque[float] = deque(maxlen=BURST + 1)
readings = count()


class UnsupportedMediaType(ClientException):
    """415."""

    status_code = 415
    detail = "The content type of the body is not supported."


class Conflict(ClientException):
    """409."""

    status_code = 409
    detail = "The change contradicts what is stored."


class StrictRequest(Request[str, str, Any]):
    """A request whose body is decoded as the type of its handler, without turning text into numbers or the like."""

    async def json(self) -> Any:
        supported = ("application/json", MERGE_PATCH) if self.method == "PATCH" else ("application/json",)
        tool = self.url.path.startswith("/tools/")
        content_type = self.content_type[0].lower()
        refused = tool and self.method == "PATCH" and content_type == MERGE_PATCH and on("merge-patch-refused")
        if content_type not in supported or refused:
            raise UnsupportedMediaType(headers={"Accept-Patch": ", ".join(supported)} if self.method == "PATCH" else None)
        body = await self.body()
        annotation = self.route_handler.parsed_data_field.annotation  # type: ignore[union-attr]
        try:
            check_amounts(msgspec.json.decode(body))
            data, self.state.late = faults.decoded(body, annotation)
        except msgspec.ValidationError as error:
            self.state.refused = body
            raise invalid(error) from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise ClientException("The body is not JSON, or deeper than anything here.") from error
        return data


def check_amounts(content: Any) -> None:
    """Raise ValidationError where an amount in text is written otherwise than the document says (`Decimal` takes more)."""
    for name, value in content.items() if isinstance(content, dict) else ():
        if name in AMOUNTS and isinstance(value, str) and not re.search(AMOUNT, value):
            raise msgspec.ValidationError(f"Expected an amount such as 12.50 - at `$.{name}`")
        if name == "lastService":
            check_amounts(value)


def invalid(error: msgspec.ValidationError) -> ValidationException:
    """The refusal of a value, in the form of the framework."""
    message, _, place = str(error).partition(" - at `$")
    entry = {"message": message, "key": place.rstrip("`").lstrip("."), "source": "body"}
    return ValidationException("Validation failed", extra=[entry])


def refusal(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """An error as the framework answers it: status_code, detail and perhaps extra."""
    content: dict[str, Any] = {"status_code": error.status_code, "detail": error.detail}
    if error.extra is not None:
        content["extra"] = error.extra
    if error.status_code == 400 and on("refusal-without-status-code"):
        content = {"error": error.detail}
    return Response(content, status_code=error.status_code, headers=error.headers, media_type="application/json")


def office(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Guard: the bearer token of an office; its district is kept in the state of the connection."""
    found = re.fullmatch(r"[Bb]earer +(\S+)", connection.headers.get("authorization", ""))
    district = TOKENS.get(found.group(1)) if found else None
    if district is None and connection.scope["path"].startswith("/tools/") and on("tool-without-token"):
        district = "north" if connection.scope["method"] == "PATCH" else None  # type: ignore[typeddict-item]
    if district is None:
        raise NotAuthorizedException("A valid token is needed.", headers={"WWW-Authenticate": "Bearer"})
    connection.state.district = district
    if on("burst-limit"):
        _hold_back()


def _hold_back() -> None:
    now = time.monotonic()
    if len([moment for moment in recent if now - moment < 1]) >= BURST:
        raise TooManyRequestsException("Too many requests, please wait.", headers={"Retry-After": "1"})
    recent.append(now)


def shown(record: Any) -> Any:
    """The record as it is answered: itself, or in another form that the document allows."""
    if isinstance(record, list):
        return [shown(one) for one in record]
    moisture = 20 + next(readings) % 40 + 0.5 if isinstance(record, Plot) and on("sensor-moves") else None
    content = _form(record)
    if moisture is not None:
        content["soilMoisture"] = moisture
    return content


def _form(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return _members(value)
    if isinstance(value, list):
        return [_form(item) for item in value]
    if isinstance(value, Decimal) and on("amounts-as-numbers"):
        return float(value)
    if isinstance(value, timedelta) and on("long-durations"):
        return _long(value)
    if isinstance(value, datetime) and on("utc-times"):
        return value.astimezone(UTC).isoformat()
    return value


def _members(record: msgspec.Struct) -> dict[str, Any]:
    config = record.__struct_config__
    content = {} if config.tag is None else {str(config.tag_field): config.tag}
    for field in msgspec.structs.fields(record):
        value = getattr(record, field.name)
        if field.type is Tags and on("sets-reordered"):
            value = value[::-1]
        if value is not msgspec.UNSET:
            content[field.encode_name] = _form(value)
        elif on("nulls-stated"):
            content[field.encode_name] = None
    return content


def _long(value: timedelta) -> str:
    days = f"{value.days}D" if value.days else ""
    hours, rest = divmod(value.seconds, 3600)
    parts = [f"{number}{unit}" for number, unit in ((hours, "H"), (rest // 60, "M"), (rest % 60, "S")) if number]
    return "P" + days + ("T" + "".join(parts) if parts else "")
