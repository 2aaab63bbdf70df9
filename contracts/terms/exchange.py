"""One request and what came of it, as rules and reports see them: free of secrets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class NotJson:
    """Stands for the parsed body where there is no JSON."""

    def __repr__(self) -> str:
        return "(not JSON)"


NOT_JSON = NotJson()
PROCESSING = 202
"""The status of what is accepted and not completed yet; nothing may come of it in the end (RFC 9110, 15.3.3)."""
SAID = 4000
"""Characters of a body in which the words for a sentence are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """An HTTP response, read whole."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any

    @property
    def ok(self) -> bool:
        """The status says success (2xx)."""
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """The status says that the client's request was refused (4xx)."""
        return 400 <= self.status < 500

    @property
    def media_type(self) -> str:
        """The type/subtype of Content-Type, lower case, or ""."""
        return self.headers.get("Content-Type", "").split(";")[0].strip().lower()

    @property
    def text(self) -> str:
        """The body as text, undecodable bytes replaced."""
        return self.body.decode("utf-8", "replace")


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One request and what came of it; every text is free of secrets.

    Exactly one of ``answer`` and ``failure`` is set: failure says why there was no usable answer.
    """

    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    answer: Answer | None
    failure: str | None
    curl: str
    started: str
    seconds: float

    @property
    def status(self) -> int | None:
        """The answer's status, or None without an answer."""
        return self.answer.status if self.answer else None

    @property
    def ok(self) -> bool:
        """There is an answer, and it says success."""
        return self.answer is not None and self.answer.ok

    @property
    def refused(self) -> bool:
        """There is an answer, and it says 4xx."""
        return self.answer is not None and self.answer.refused

    @property
    def said(self) -> str:
        """What came back, in a few words: the status and the start of the body, or the failure."""
        if self.answer is None:
            return f"there was no usable answer ({self.failure})"
        start = " ".join(self.answer.text[:SAID].split())[:160]
        return f"the answer was {self.answer.status} {start}".rstrip()
