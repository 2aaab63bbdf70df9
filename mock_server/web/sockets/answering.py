"""How an answer is written: in one piece, where it is one."""

from __future__ import annotations

from email.utils import formatdate
from functools import lru_cache
from typing import Any

from mock_server.disturbance import wire


class Task(wire.Task):
    """One request, whose answer is known when the first piece of its body is."""

    def write(self, data: bytes) -> None:
        """A piece of the body. waitress sends the head by itself, which the client has to read by itself."""
        is_whole = self.complete and not self.wrote_header and self.content_length == len(data) > 0 and self.has_body
        if not is_whole or self.damage is not None:
            super().write(data)
            return
        if not any(name.lower() == "date" for name, _ in self.response_headers):  # a forwarded answer has its own
            self.response_headers = [*self.response_headers, ("Date", _date(int(self.start_time)))]
        head: bytes = self.build_response_header()
        self.wrote_header = True
        self.content_bytes_written = len(data)
        self._send(head + data)

    def _send(self, content: bytes) -> None:
        """To the socket, as far as that takes it; the rest waits in a buffer."""
        channel: Any = self.channel
        sent = 0
        with channel.outbuf_lock:
            if channel.connected and not channel.total_outbufs_len:
                sent = channel.send(content, do_close=False)
        if sent < len(content):
            channel.write_soon(content[sent:])


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    """As HTTP has it (RFC 9110, 5.6.7); written once for all requests of a second."""
    return formatdate(second, usegmt=True)
