"""What the mock does not serve, or what a pattern names, goes on to a real service, and its answer comes back as it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote, urlsplit

import urllib3
from flask import Request, Response

from mock_server.resource.custom import HEADER
from mock_server.state import pausing
from mock_server.syntax.problem import Problem
from mock_server.syntax.wildcards import fits_path
from mock_server.web.recording import Recording

TIMEOUT = urllib3.Timeout(connect=5, read=30)
ANSWER_LIMIT = 8_000_000
"""Bytes of an answer; a longer one is told as such."""

HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade"}
    | {"host", "content-length"}
)
"""Headers of one connection only (RFC 9110, 7.6.1), and those that are written anew."""


@dataclass(frozen=True, slots=True)
class Forward:
    """Where requests go on to.

    url: of the service, with the path that the mock's own begins with. patterns: paths that go on although the mock serves
    them; ``*`` stands for any text.
    recording: keeps what passes; None where nothing is kept.
    Raises ValueError for an address that is none.
    """

    url: str
    patterns: Sequence[str] = ()
    recording: Recording | None = None
    pool: urllib3.PoolManager = field(default_factory=lambda: urllib3.PoolManager(retries=False, timeout=TIMEOUT), repr=False)

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
            raise ValueError(f"--forward {self.url}: expected http://host[:port][/path]")

    def takes(self, request: Request, *, is_served: bool) -> bool:
        """Whether a request goes on."""
        return not is_served or any(fits_path(pattern, request.path) for pattern in self.patterns)

    def answer(self, request: Request) -> Response:
        """What the service answers; Problem 502 where it does not."""
        pausing.ahead()
        try:
            answer = self.pool.request(
                request.method,
                self.url.rstrip("/") + _target(request),
                body=request.get_data() or None,
                headers=_kept(request.headers.items()),
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            content = answer.read(ANSWER_LIMIT + 1, decode_content=False)
        except urllib3.exceptions.HTTPError as error:
            raise Problem(502, f"{self.url} does not answer: {type(error).__name__}") from None
        answer.close()  # a rest of it may still be on its way
        if len(content) > ANSWER_LIMIT:
            raise Problem(502, f"{self.url} answers with more than {ANSWER_LIMIT} bytes")
        response = Response(content, answer.status)
        response.headers.clear()
        response.headers.extend(_kept(answer.headers.items()))
        response.headers["Content-Length"] = str(len(content))
        response.headers[HEADER] = "the real service"
        if self.recording is not None:
            self.recording.keep(request, response)
        return response


def _target(request: Request) -> str:
    """Path and query as the client spelled them, without the session's prefix."""
    query = request.query_string.decode("latin-1")
    written = str(request.environ.get("REQUEST_URI") or quote(request.root_path + request.path))
    path = urlsplit(written).path if "://" in written else written.partition("?")[0]
    return path.removeprefix(request.root_path) + (f"?{query}" if query else "")


def _kept(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    return {name: value for name, value in headers if name.lower() not in HOP_BY_HOP}
