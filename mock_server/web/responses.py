"""From an answer, as the rooms below make it, to a response of Flask's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask import Response

from mock_server.exchange.exchange import Answer
from mock_server.resource.handling import EMPTY
from mock_server.resource.reading.bodies import JSON
from mock_server.syntax.encoding import encoded


class Reply(Response):
    """A response of bytes and without a Location: Werkzeug copies all headers, and looks through them for what it has to mend."""

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """As WSGI has it."""
        if self.status_code < 200 or self.status_code in EMPTY:
            return super().__call__(environ, start_response)
        start_response(self.status, self.headers.to_wsgi_list())
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.get_data()]


def without_body(status: int, headers: Mapping[str, str]) -> Response:
    """A response with nothing but headers."""
    response = Response(status=status, headers=headers)
    del response.headers["Content-Type"]  # Flask's is HTML
    return response


def shown(answer: Answer) -> Response:
    """An answer as it is sent."""
    if answer.body == b"" and (answer.status in EMPTY or JSON.fullmatch(answer.media_type)):
        return without_body(answer.status, answer.headers)
    content = answer.body if isinstance(answer.body, bytes) else encoded(answer.body)
    kind = Response if "Location" in answer.headers else Reply
    return kind(content, answer.status, answer.headers, content_type=answer.media_type)
