"""What the mock itself refuses, and not the API that it plays: a problem document (RFC 9457)."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from flask import Response

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A call of the control interface, or one of an API that is kept out, is refused.

    detail: what was wrong, where, and what would be right, in one line.
    errors: pairs of a JSON Pointer into the body and what is wrong there.
    """

    def __init__(
        self, status: int, detail: str, *, errors: Iterable[tuple[str, str]] = (), headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = " ".join(detail.split())
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """The problem document."""
        title = HTTPStatus(self.status).phrase
        content: dict[str, Any] = {"type": "about:blank", "title": title, "status": self.status, "detail": self.detail}
        if self.errors:
            content["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in self.errors]
        return Response(json.dumps(content) + "\n", self.status, self.headers, content_type=MEDIA_TYPE)
