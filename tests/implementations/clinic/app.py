"""The application and how it refuses."""

import json
import re
from typing import Any

import appointments
import patients
import practitioners
from choices import active
from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exception_handlers import http_exception_handler
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

DESCRIPTION = """Patients, practitioners and appointments of a clinic.

A token belongs to one clinic; it neither sees nor changes the records of another. Refusals of a body are answered with 422 and a
list of what was found, without the `input`: it may be a patient's.
"""
app = FastAPI(title="Clinic API", version="1.4.0", description=DESCRIPTION, servers=[{"url": "https://api.clinic.example"}])
for module in (patients, practitioners, appointments):
    app.include_router(module.router)


def answer(status: int, detail: Any) -> Response:
    """A refusal in JSON. Escaped, as names of members can hold what UTF-8 cannot."""
    return Response(json.dumps({"detail": detail}), status, media_type="application/json")


def allowed(path: str) -> str:
    """The methods of all routes of a path, as Allow names them."""
    routes = app.openapi()["paths"].items()
    found = [item for template, item in routes if re.fullmatch(re.sub(r"{[^}]+}", "[^/]+", template), path)]
    return ", ".join(sorted(method.upper() for item in found for method in item)) or "GET"


@app.exception_handler(RequestValidationError)
def refuse(request: Request, error: RequestValidationError) -> Response:
    """422 with what was found."""
    found = [{key: value for key, value in each.items() if key not in ("input", "url")} for each in error.errors()]
    key = request.path_params.get("appointment_id")
    if active("half-applied") and request.method == "PATCH" and key and isinstance(error.body, dict):
        appointments.store_what_is_valid(key, error.body)
    if active("malformed-400") and found[0]["type"] == "json_invalid":
        return answer(400, "The body is not JSON")
    if active("detail-is-text") and any(isinstance(part, int) for part in found[0]["loc"][1:-1]):
        return answer(422, found[0]["msg"])
    return answer(422, jsonable_encoder(found))


@app.exception_handler(HTTPException)
async def refuse_http(request: Request, error: HTTPException) -> Response:
    """As the framework does it, but for Allow: that names the methods of the first route alone."""
    if error.status_code == 405:
        error.headers = None if active("no-allow") else {"Allow": allowed(request.url.path)}
    return await http_exception_handler(request, error)


async def json_only(request: Request, call_next: Any) -> Response:
    """415 for other media types."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method == "PATCH" and sent != "application/json":
        response = answer(415, "Send application/json")
        response.headers["Accept-Patch"] = "application/json"
        return response
    return await call_next(request)


if active("media-type-415"):
    app.middleware("http")(json_only)
