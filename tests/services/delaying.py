"""A proxy that holds every request up for a while, as a distant service does, and counts the connections."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from queue import SimpleQueue
from urllib.parse import urlsplit

CHUNK = 1 << 16


class Delaying:
    """What the proxy does and has seen: ``seconds`` of delay for what a client sends, and the ``connections`` accepted."""

    def __init__(self, url: str, seconds: float) -> None:
        parts = urlsplit(url)
        self.address = (parts.hostname or "127.0.0.1", parts.port or 80)
        self.seconds = seconds
        self.connections = 0

    def serve(self, client: socket.socket) -> None:
        """Carry the bytes of one connection both ways."""
        with client, socket.create_connection(self.address) as server, suppress(OSError):
            for each in (client, server):
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            back = threading.Thread(target=_carry, args=(server, client, 0.0), daemon=True)
            back.start()
            _carry(client, server, self.seconds)


def _carry(source: socket.socket, sink: socket.socket, seconds: float) -> None:
    """Every piece arrives so much later, and its connection's first one once more: connecting takes a way there and back too."""
    pieces: SimpleQueue[tuple[float, bytes]] = SimpleQueue()
    threading.Thread(target=_receive, args=(source, pieces, seconds), daemon=True).start()
    with suppress(OSError):
        while (piece := pieces.get())[1]:
            time.sleep(max(0.0, piece[0] - time.monotonic()))
            sink.sendall(piece[1])
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


def _receive(source: socket.socket, pieces: SimpleQueue[tuple[float, bytes]], seconds: float) -> None:
    """Take what comes at once, so that a request in two pieces is not held up twice; with each, when it arrives."""
    first = time.monotonic() + 2 * seconds
    with suppress(OSError):
        while chunk := source.recv(CHUNK):
            pieces.put((max(time.monotonic() + seconds, first), chunk))
    pieces.put((0, b""))


@contextmanager
def delaying(url: str, seconds: float) -> Iterator[tuple[str, Delaying]]:
    """The proxy before a service on a free port of this machine: its URL, and what it has seen."""
    proxy = Delaying(url, seconds)
    server = socket.create_server(("127.0.0.1", 0), backlog=64)

    def accept() -> None:
        with suppress(OSError):  # the end
            while True:
                client, _ = server.accept()
                proxy.connections += 1
                threading.Thread(target=proxy.serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}", proxy
    finally:
        server.close()
