"""The mock on a socket: waitress, stopped by a signal with exit code 0, and a file that says when it is ready."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

from flask import Flask
from waitress.server import create_server

THREADS = 64
"""A simulated delay holds a thread."""

BYTES_READ = 16_000_000
"""Larger bodies are refused by waitress, smaller ones that are over the mock's own limit with the documented envelope."""

HEADER_LIMIT = 65_536


class PortTaken(Exception):
    """Another process listens there."""


class Stopped(BaseException):
    """A signal asked for the end; no Exception, so that no handler of a request takes it for one."""


def listen(app: Flask, host: str, port: int) -> Any:
    """A waitress server that listens already, on a free port for port 0; its address is ``effective_host:effective_port``."""
    try:
        return create_server(
            app,
            host=host,
            port=port,
            threads=THREADS,
            ident=None,
            max_request_body_size=BYTES_READ,
            max_request_header_size=HEADER_LIMIT,
        )
    except OSError as error:
        raise PortTaken(f"cannot listen on {host}:{port}: {error.strerror or error}") from None


def run(server: Any) -> None:
    """Serves until SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    try:
        server.run()
    except Stopped:
        server.task_dispatcher.shutdown(timeout=0.5)
    server.close()


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise Stopped


def write_ready_file(path: Path, content: Mapping[str, Any]) -> None:
    """The file is there with all of its content, or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
