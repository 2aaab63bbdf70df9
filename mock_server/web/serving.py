"""The mock on a socket: waitress, stopped by a signal with exit code 0, and a file that says when it is ready."""

from __future__ import annotations

import gc
import json
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from waitress.server import create_server
from waitress.wasyncore import dispatcher

from mock_server.web import underscores
from mock_server.web.app import EXTENSION, worlds_of
from mock_server.web.sockets.connection import Channel
from mock_server.web.sockets.followers import Followers

CONNECTIONS = 2_000
"""With waitress's own 100, clients that keep their connections open shut the others out."""

BYTES_READ = 16_000_000
"""Larger bodies are refused unread, smaller ones that are over the mock's own limit when they are read: a client that is still
sending would miss the answer."""

HEADER_LIMIT = 65_536

STOP_SECONDS = 0.5
"""How long a request that is being delayed holds up the end of a server in a thread."""


class PortTaken(Exception):
    """Another process listens there, or the address is not this machine's."""


def listen(app: Flask, host: str, port: int, *, at_end: Callable[[], None] = lambda: None) -> Any:
    """A waitress server on this address, which is ``effective_host:effective_port``; port 0 takes a free port.

    at_end: ends the answers of the application that would go on by themselves.
    """
    try:
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise PortTaken(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    names = underscores.names(worlds_of(app)) if EXTENSION in app.extensions else frozenset()
    followers: Any = Followers(at_end)
    server: Any = create_server(
        app,
        sockets=[bound],
        _dispatcher=followers,
        ident=None,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,  # select() has no room for more than 1024
        clear_untrusted_proxy_headers=False,  # it would wrap the application; nothing here reads them
        max_request_body_size=BYTES_READ,
        max_request_header_size=HEADER_LIMIT,
    )
    server.channel_class = type("ChannelOf", (Channel,), {"parser_class": underscores.parser(names)})
    return server


def url_of(server: Any) -> str:
    """The address of a listening server."""
    host = server.effective_host
    return f"http://{f'[{host}]' if ':' in host else host}:{server.effective_port}"


def run(server: Any) -> None:
    """Serves until SIGTERM or SIGINT: requests that are being answered by then are answered."""
    gc.freeze()  # the documents live as long as the process: nothing is gained by looking through them again and again
    followers: Followers = server.task_dispatcher
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, _stop)
        followers.start(server)
        while not followers.ended.wait(1):  # signals come to this thread, which is at no request
            pass
    except SystemExit:
        followers.shutdown()
    server.close()


def run_in_thread(server: Any) -> Callable[[], None]:
    """Serves in threads; the function that is returned ends them, and closes all connections."""
    followers: Followers = server.task_dispatcher
    followers.start(server)

    def stop() -> None:
        server.trigger.pull_trigger(lambda: _close_sockets(server))
        followers.ended.wait(STOP_SECONDS)
        followers.shutdown(timeout=STOP_SECONDS)
        server.trigger.close()  # last, since a request that ends writes to it

    return stop


def _close_sockets(server: Any) -> None:
    """waitress's loop ends when it has nothing to look at any more."""
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    dispatcher.close(server)
    server.trigger.del_channel()


def _stop(_number: int, _frame: FrameType | None) -> None:
    sys.exit(0)


def write_ready_file(path: Path, content: Mapping[str, Any]) -> None:
    """The file is there with all of its content, or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
