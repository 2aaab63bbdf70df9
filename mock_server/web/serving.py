"""The mock on a socket: waitress, stopped by a signal with exit code 0, and a file that says when it is ready."""

from __future__ import annotations

import gc
import json
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Lock, Thread
from types import FrameType
from typing import Any

from flask import Flask
from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import ErrorTask, ThreadedTaskDispatcher
from waitress.wasyncore import dispatcher

from mock_server.disturbance.wire import Task
from mock_server.web import underscores
from mock_server.web.app import EXTENSION, protocol_refusal, worlds_of
from mock_server.web.strict_http import Parser

THREADS = 64
"""At most; a simulated delay holds a thread."""

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


class RefusalTask(ErrorTask):
    """Answers what waitress itself refuses (no HTTP, too large) as the documents have it, instead of as plain text."""

    def execute(self) -> None:
        """Writes the answer and ends the connection."""
        app: Any = self.channel.server.application
        request: Any = self.request
        response = protocol_refusal(app, request.asked_path, request.error.code, str(request.error.body))
        content = response.get_data()
        self.status = response.status
        self.response_headers = response.headers.to_wsgi_list()
        self.set_close_on_finish()
        self.content_length = len(content)
        self.write(content)


class Channel(HTTPChannel):
    """A connection to the mock."""

    parser_class = Parser
    task_class = Task
    error_task_class = RefusalTask


class Workers(ThreadedTaskDispatcher):
    """Starts a thread when a request finds none idle: to start all of them takes longer than everything else does.

    at_end: called ahead of the end, which waits for the requests that are being answered.
    """

    def __init__(self, at_end: Callable[[], None]) -> None:
        super().__init__()
        self._growth = Lock()
        self._at_end = at_end

    def add_task(self, task: Any) -> None:
        """Queues a request."""
        with self._growth:
            wanted = min(self.active_count + len(self.queue) + 1, THREADS)
            if wanted > len(self.threads):
                self.set_thread_count(wanted)
        super().add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> bool:
        """Ends the threads, those that stream too."""
        self._at_end()
        return bool(super().shutdown(cancel_pending, timeout))


def listen(app: Flask, host: str, port: int, *, at_end: Callable[[], None] = lambda: None) -> Any:
    """A waitress server on this address, which is ``effective_host:effective_port``; port 0 takes a free port.

    at_end: ends the answers of the application that would go on by themselves.
    """
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # its warnings tell of 65 requests at once, which is no fault
    try:
        bound = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise PortTaken(f"cannot listen on {host}:{port}: {error.strerror or error}") from None
    names = underscores.names(worlds_of(app)) if EXTENSION in app.extensions else frozenset()
    server: Any = create_server(
        app,
        sockets=[bound],
        _dispatcher=Workers(at_end),
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
    """Serves until SIGTERM or SIGINT."""
    gc.freeze()  # the documents live as long as the process: nothing is gained by looking through them again and again
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    server.run()
    server.close()


def run_in_thread(server: Any) -> Callable[[], None]:
    """Serves in a thread; the function that is returned ends it, and closes all connections."""
    thread = Thread(target=server.run, name="mock_server", daemon=True)
    thread.start()

    def stop() -> None:
        server.trigger.pull_trigger(lambda: _close_sockets(server))
        thread.join()
        server.task_dispatcher.shutdown(timeout=STOP_SECONDS)
        server.trigger.close()  # last, since a request that ends writes to it

    return stop


def _close_sockets(server: Any) -> None:
    """waitress's loop ends when it has nothing to look at any more."""
    for channel in list(server.active_channels.values()):
        channel.handle_close()
    dispatcher.close(server)
    server.trigger.del_channel()


def _stop(_number: int, _frame: FrameType | None) -> None:
    """waitress ends its loop on SystemExit, and swallows other exceptions."""
    sys.exit(0)


def write_ready_file(path: Path, content: Mapping[str, Any]) -> None:
    """The file is there with all of its content, or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
    draft.replace(path)
