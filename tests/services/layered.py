"""The mock in this process, behind a layer that changes what comes in and what goes out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from io import BytesIO
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

import specs
from mock_server.web.app import create_app
from mock_server.worlds.banner import ready_content

Layer = Callable[[Request, Callable[[], Response]], Response]
"""Answers a request, or calls the second argument for what the mock answers to it."""


class _Quiet(WSGIRequestHandler):
    def log(self, *_args: Any) -> None:
        """Say nothing."""


@contextmanager
def served(api: str, layer: Layer) -> Iterator[Mapping[str, Any]]:
    """The mock of an API behind a layer; what its ready file would say, until the block ends."""
    loaded = specs.load(api)
    app = create_app([loaded])
    inner = app.wsgi_app

    def outer(environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ)
        environ["wsgi.input"] = BytesIO(request.get_data())  # for the layer and for the mock
        return layer(request, lambda: Response.from_app(inner, environ))(environ, start_response)

    server = make_server("127.0.0.1", 0, outer, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield ready_content([loaded], f"http://127.0.0.1:{server.server_port}", 0)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
