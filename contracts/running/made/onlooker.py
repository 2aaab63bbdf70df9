"""The guard of a record that nobody needs: it holds nothing back, and sees what is made beside the record."""

from __future__ import annotations

from collections.abc import Mapping

from contracts.record.guard import Guard
from contracts.terms.exchange import Exchange
from specs import Field


class Onlooker(Guard):
    """Lets every request through; what appears beside the record is nobody's wish all the same, and is noted."""

    def check(self, method: str, body: bytes | None, path: Mapping[str, str] | None, media_type: str | None = None) -> None:
        """Nothing is held back."""

    def check_field(self, field: Field) -> None:
        """Every field may be written."""

    def note(self, method: str, body: bytes | None, exchange: Exchange, path: Mapping[str, str] | None) -> None:
        """Take notice of a record that a patch of another one has made."""
        if path is not None:
            super().note(method, body, exchange, path)
