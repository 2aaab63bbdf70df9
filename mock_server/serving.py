"""The mock on a socket: waitress, stopped by a signal with exit code 0, and a file that says when it is ready."""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask

from mock_server.app import protocol_refusal

THREADS = 64
"""A simulated delay holds a thread."""

CONNECTIONS = 2_000
"""With waitress's own 100, clients that keep their connections open shut the others out."""

BYTES_READ = 16_000_000
"""Larger bodies are refused unread, smaller ones that are over the mock's own limit when they are read: a client that is still
sending would miss the answer."""

HEADER_LIMIT = 65_536


class PortTaken(Exception):
    """Another process listens there, or the address is not this machine's."""


class RefusalTask(ErrorTask):
    """Answers what waitress itself refuses (no HTTP, too large) as the documents have it, instead of as plain text."""

    def execute(self) -> None:
        """Writes the answer and ends the connection."""
        app: Any = self.channel.server.application
        request: Any = self.request
        response = protocol_refusal(app, getattr(request, "path", "/"), request.error.code, str(request.error.body))
        content = response.get_data()
        self.status = response.status
        self.response_headers = response.headers.to_wsgi_list()
        self.set_close_on_finish()
        self.content_length = len(content)
        self.write(content)


class Channel(HTTPChannel):
    """A connection to the mock."""

    error_task_class = RefusalTask


def listen(app: Flask, host: str, port: int) -> Any:
    """A waitress server on this address, which is ``effective_host:effective_port``; port 0 takes a free port."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # its warnings tell of 65 requests at once, which is no fault
    try:
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise PortTaken(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    server: Any = create_server(
        app,
        sockets=[bound],
        threads=THREADS,
        ident=None,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,  # select() has no room for more than 1024
        clear_untrusted_proxy_headers=False,  # it would wrap the application; nothing here reads them
        max_request_body_size=BYTES_READ,
        max_request_header_size=HEADER_LIMIT,
    )
    server.channel_class = Channel
    return server


def run(server: Any) -> None:
    """Serves until SIGTERM or SIGINT."""
    gc.freeze()  # the documents live as long as the process: nothing is gained by looking through them again and again
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    server.run()
    server.close()


def _stop(_number: int, _frame: FrameType | None) -> None:
    """waitress ends its loop on SystemExit, and swallows other exceptions."""
    sys.exit(0)


def write_ready_file(path: Path, content: Mapping[str, Any]) -> None:
    """The file is there with all of its content, or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
