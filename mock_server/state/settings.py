"""What can be set while the mock runs, and holds for every request of one world."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """So many requests in so many seconds are answered for one credential; the others get 429."""

    requests: int
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Attributes:
    latency: milliseconds by which every answer is late.
    jitter: up to so many milliseconds more, at random.
    rate_limit: None where requests are not counted.
    strict: unknown and read-only members of a body are refused, whatever the document leaves open.
    overrides: a request may ask for an answer, a delay or a fault of its own.
    """

    latency: float = 0
    jitter: float = 0
    rate_limit: RateLimit | None = None
    strict: bool = False
    overrides: bool = True

    def changed(self, changes: Mapping[str, Any]) -> Settings:
        """With these values instead; they are valid under the schema SettingsChange of admin.yaml."""
        limit = changes.get("rate_limit")
        return replace(self, **{**changes, **({"rate_limit": RateLimit(**limit)} if limit is not None else {})})

    def lateness(self) -> float:
        """The seconds by which one answer is late."""
        return (self.latency + random.uniform(0, self.jitter)) / 1000 if self.latency or self.jitter else 0

    def as_json(self) -> dict[str, Any]:
        """As the control interface shows them."""
        return asdict(self)
