"""The time that the mock writes into records: the machine's own, ahead of it, or standing still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any


def real_time() -> str:
    """The machine's own time in UTC, RFC 3339."""
    return _written(datetime.now(UTC))


def _written(time: datetime) -> str:
    return time.isoformat(timespec="microseconds").replace("+00:00", "Z")


class Clock:
    """One world's clock."""

    def __init__(self) -> None:
        self._ahead = timedelta()
        self._frozen: datetime | None = None

    def now(self) -> str:
        """The current time in UTC, RFC 3339."""
        return _written(self._time())

    def freeze(self, at: datetime | None = None) -> None:
        """Stands still at this time, or at the one that it shows."""
        self._frozen = self._time() if at is None else at.astimezone(UTC)

    def resume(self) -> None:
        """Goes on from the time that it shows."""
        shown = self._time()
        self._frozen, self._ahead = None, shown - datetime.now(UTC)

    def advance(self, seconds: float) -> None:
        """Goes forward (or, with a negative number, back); raises OverflowError beyond the years that a date can have."""
        step = timedelta(seconds=seconds)
        if self._frozen is not None:
            self._frozen += step
        else:
            _ = datetime.now(UTC) + self._ahead + step
            self._ahead += step

    def reset(self) -> None:
        """The machine's own time."""
        self._ahead, self._frozen = timedelta(), None

    def as_json(self) -> dict[str, Any]:
        """As the control interface shows it."""
        return {"now": self.now(), "frozen": self._frozen is not None, "ahead": self._ahead.total_seconds()}

    def _time(self) -> datetime:
        return datetime.now(UTC) + self._ahead if self._frozen is None else self._frozen
