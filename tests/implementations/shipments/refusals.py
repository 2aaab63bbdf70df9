"""Refused requests: what is answered with which code."""

from dataclasses import dataclass, field
from typing import Any

CODES = {
    400: "bad_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    409: "conflict",
    412: "precondition_failed",
    415: "unsupported_media_type",
    422: "validation_failed",
}


@dataclass
class Refusal(Exception):
    """A request that is not done; `details` are pairs of a dotted path and a message."""

    status: int
    message: str
    details: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    def body(self) -> dict[str, Any]:
        """The documented envelope."""
        details = [{"field": printable(path), "message": printable(text)} for path, text in self.details]
        return {"error": {"code": CODES[self.status], "message": self.message, "details": details}}


def invalid(path: str, message: str) -> Refusal:
    """One member whose value cannot be taken."""
    return Refusal(422, "The request is not valid.", [(path, message)])


def from_pydantic(errors: Any) -> Refusal:
    """The errors of pydantic or FastAPI, with paths inside the body."""
    found = [(_path(each["loc"]), str(each["msg"])) for each in errors]
    return Refusal(422, "The request is not valid.", found)


def printable(text: str) -> str:
    """Without lone surrogates, which no UTF-8 answer can hold."""
    return text.encode("utf-8", "replace").decode()


def _path(location: tuple[Any, ...]) -> str:
    parts = location[1:] if location and location[0] in ("body", "path", "query", "header") else location
    return ".".join(str(each) for each in parts if each != "[key]")  # pydantic's word for the name of a pair
