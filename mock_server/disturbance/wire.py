"""Answers that HTTP libraries do not make: broken off, never begun, in drops. Only the owner of the socket can."""

from __future__ import annotations

import os
import socket
import struct
from dataclasses import dataclass
from typing import Any

from waitress.channel import ClientDisconnected
from waitress.task import WSGITask

from mock_server.state.pausing import pause

WIRE = "mock_server.disturbance.wire"
"""Where in the environ of a request the application says what is to be done to its answer."""

DROPS = 10
RESET_ON_CLOSE = struct.pack("hh" if os.name == "nt" else "ii", 1, 0)
"""SO_LINGER on, for no time: close() sends RST instead of FIN."""


@dataclass(frozen=True, slots=True)
class Damage:
    """``fault``: reset, empty, truncate or dribble; ``seconds``: how long a dribbled answer takes."""

    fault: str
    seconds: float = 0.0


class Task(WSGITask):
    """One request; writes its answer whole, unless the application asks for less."""

    @property
    def damage(self) -> Damage | None:
        """What the application asks for."""
        return self.environ.get(WIRE) if self.environ else None

    def write(self, data: bytes) -> None:
        """A piece of the body; the head goes out with the first one."""
        damage = self.damage
        if damage is None:
            super().write(data)
        else:
            self._write_damaged(damage, data)

    def _write_damaged(self, damage: Damage, data: bytes) -> None:
        channel: Any = self.channel
        if damage.fault == "dribble":
            self._dribble(damage.seconds, data)
            return
        if damage.fault == "truncate":
            channel.write_soon(self.build_response_header() + data[: len(data) // 2])
        elif damage.fault == "reset":
            channel.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        raise ClientDisconnected  # as waitress itself ends a connection: quietly, when all that was written is sent

    def _dribble(self, seconds: float, data: bytes) -> None:
        super().write(b"")
        size = max(1, -(-len(data) // DROPS))
        for start in range(0, len(data), size):
            pause(seconds / DROPS)
            super().write(data[start : start + size])
