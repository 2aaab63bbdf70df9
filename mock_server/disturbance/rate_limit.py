"""Counts the requests of each credential: so many in any span of so many seconds are answered."""

from __future__ import annotations

import re
import time
from collections import deque
from threading import Lock

from mock_server.state.settings import RateLimit

KEYS = 1_000
"""Of so many credentials the requests are kept; of more, only those that still count."""


_RATE = re.compile(r"([1-9][0-9]{0,8})/(?:([1-9][0-9]{0,4}) ?)?(s|sec|second|m|min|minute|h|hour|d|day)s?", re.ASCII)
_SECONDS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def parse(text: str) -> RateLimit:
    """The limit that people write as ``100/minute`` or ``5/10s``; ValueError, one line, for anything else."""
    found = _RATE.fullmatch(text.strip())
    seconds = int(found[2] or 1) * _SECONDS[found[3][0]] if found else 0
    if found is None or seconds > _SECONDS["d"]:
        raise ValueError(f"{text!r}: expected requests in some time, up to a day: 100/minute or 5/10s")
    return RateLimit(requests=int(found[1]), seconds=seconds)


class Limiter:
    """The requests of one world."""

    def __init__(self) -> None:
        self._times: dict[str, deque[float]] = {}
        self._lock = Lock()

    def wait(self, key: str, limit: RateLimit) -> float:
        """Counts a request and gives 0, or gives the seconds after which one will be counted again; refused ones do not count."""
        now = time.monotonic()
        with self._lock:
            times = self._times.setdefault(key, deque())
            while times and times[0] <= now - limit.seconds:
                times.popleft()
            if len(times) >= limit.requests:
                return times[-limit.requests] + limit.seconds - now
            times.append(now)
            if len(self._times) > KEYS:
                self._times = {each: seen for each, seen in self._times.items() if seen and seen[-1] > now - limit.seconds}
            return 0.0

    def reset(self) -> None:
        """Forgets all requests."""
        with self._lock:
            self._times = {}
