"""What both {data} implementations share: reading JSON strictly, pydantic models, refusals, middleware."""

import asyncio
import json
import math
import random
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple, NoReturn, TypeVar

import uvicorn
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.implementations._launch import on

BURST = 40  # requests within one second
Model = TypeVar("Model", bound=BaseModel)


class Problem(NamedTuple):
    """One thing wrong with a body, and where."""

    path: tuple[str | int, ...]
    reason: str
    value: Any = None


class Refusal(Exception):
    """An answer other than success; each API puts it into its own envelope."""

    def __init__(self, status: int, message: str, *problems: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status, self.message, self.problems, self.headers = status, message, problems, headers


class Wire(BaseModel):
    """A JSON object without coercion. A default only marks a key as optional: model_fields_set tells what was sent."""

    model_config = ConfigDict(
        strict=True, extra="forbid" if on("unknown_refused") else "ignore", str_strip_whitespace=on("trims_whitespace")
    )

    def sent(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True)


def check(model: type[Model], body: Any, *, status: int = 400) -> Model:
    """Validate, or refuse with every problem at its path."""
    try:
        return model.model_validate(body)
    except ValidationError as error:
        found = (Problem(each["loc"], each["msg"], each["input"]) for each in error.errors(include_url=False))
        raise Refusal(status, "Validation failed", *found) from None


def parse(raw: bytes) -> Any:
    """Read JSON as other languages do: no NaN, no infinity, no endless nesting."""
    try:
        return json.loads(raw.decode(), parse_constant=_not_json, parse_float=_finite)
    except (ValueError, RecursionError):
        raise Refusal(400, "The body is not valid JSON") from None


def _not_json(text: str) -> NoReturn:
    raise ValueError(text)


def _finite(text: str) -> float:
    return float(text) if math.isfinite(float(text)) else _not_json(text)


def reply(status: int, payload: dict[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Write JSON in ASCII, so that a lone surrogate can be told back."""
    if on("moving_times") and isinstance(payload.get("data"), dict):
        payload = {**payload, "data": {**payload["data"], "last_seen": now()}}
    return Response(json.dumps(_shuffled(payload)), status, headers, "application/json")


def _shuffled(value: Any) -> Any:
    if isinstance(value, dict):
        keys = random.sample(list(value), len(value)) if on("shuffled_keys") else value
        return {key: _shuffled(value[key]) for key in keys}
    return [_shuffled(each) for each in value] if isinstance(value, list) else value


def unauthorized(message: str, challenge: str) -> Refusal:
    """HTTP asks for a challenge with 401; not every service sends one."""
    headers = {} if on("no_challenge") or on("auth_403") else {"WWW-Authenticate": challenge}
    return Refusal(403 if on("auth_403") else 401, message, headers=headers)


def now() -> str:
    return datetime.now(UTC).isoformat().replace("+00:00", "Z")


def application(routes: Iterable[Route], explain: Callable[[Refusal], Response]) -> Starlette:
    """Build the application: whatever goes wrong is told through explain()."""
    recent: deque[float] = deque()

    async def burst(request: Request, following: RequestResponseEndpoint) -> Response:
        while recent and recent[0] < time.monotonic() - 1:
            recent.popleft()
        if len(recent) >= BURST:
            return explain(Refusal(429, "Too many requests", headers={"Retry-After": "1"}))
        recent.append(time.monotonic())
        return await following(request)

    async def close(request: Request, following: RequestResponseEndpoint) -> Response:
        response = await following(request)
        response.headers["Connection"] = "close"
        return response

    async def slow(request: Request, following: RequestResponseEndpoint) -> Response:
        await asyncio.sleep(0.15)
        return await following(request)

    async def chunk(request: Request, following: RequestResponseEndpoint) -> Response:
        response = await following(request)
        del response.headers["Content-Length"]  # what has no length known ahead goes in chunks
        return response

    def routing(_: Request, error: HTTPException) -> Response:
        return explain(Refusal(error.status_code, error.detail, headers=error.headers))

    middleware = {
        "gzip": Middleware(GZipMiddleware, minimum_size=1),
        "connection_close": Middleware(BaseHTTPMiddleware, dispatch=close),
        "slow_answers": Middleware(BaseHTTPMiddleware, dispatch=slow),
        "chunked_answers": Middleware(BaseHTTPMiddleware, dispatch=chunk),
        "burst_429": Middleware(BaseHTTPMiddleware, dispatch=burst),
    }
    handlers: dict[Any, Any] = {
        Refusal: lambda _, refusal: explain(refusal),
        HTTPException: routing,
        Exception: lambda *_: explain(Refusal(500, "Internal server error")),
    }
    chosen = [each for name, each in middleware.items() if on(name)]
    built = Starlette(routes=[*routes], exception_handlers=handlers, middleware=chosen)
    built.router.redirect_slashes = False
    return built


def serve(app: Starlette, listener: socket.socket) -> None:
    """Answer until the process ends."""
    asyncio.run(uvicorn.Server(uvicorn.Config(app, log_level="critical")).serve([listener]))
