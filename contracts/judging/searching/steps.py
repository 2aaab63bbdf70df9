"""One step of a sequence: what is sent, and how it is told."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from contracts.terms.exchange import Exchange
from contracts.terms.spelling import brief
from contracts.terms.verdict import Level, Violation
from specs import Field


class Kind(StrEnum):
    """What a step is about."""

    VALID = "valid"
    REPEAT = "the same again"
    NO_OP = "as it is"
    FAULT = "with a fault"
    MALFORMED = "cut off"
    DENIED = "without the credential"
    OTHER = "of the other record"


REFUSED = (Kind.FAULT, Kind.MALFORMED, Kind.DENIED)
"""What has to be refused, and changes nothing."""


@dataclass(frozen=True, slots=True)
class Change:
    """A value that a field is sent.

    at: of the items on the way to the field, counted round, which one is meant. way: how the value was made, for what is
    known of such values. level: of a fault that such a value shows, where the document does not promise as much.
    """

    field: Field
    value: Any
    at: int = 0
    way: str = ""
    level: Level | None = None

    @property
    def told(self) -> str:
        """The field, with the place of its item where that is not the first, and the value."""
        path = self.field.path.replace("[]", f"[{self.at}]", 1) if "[]" in self.field.path else self.field.path
        return f"{path} = {brief(self.value)}"


@dataclass(frozen=True, slots=True)
class Step:
    """A patch of some fields, composed anew from the record each time: so that a sequence can be cut.

    why: of a fault. unread: the record is not read behind it.
    """

    kind: Kind
    changes: tuple[Change, ...]
    why: str = ""
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was taken, its exchange, and what went wrong with it, if anything did."""

    step: Step
    exchange: Exchange
    wrong: Violation | None = None

    @property
    def turned_down(self) -> bool:
        """A valid patch was refused, which the rest of the record may explain."""
        return self.step.kind not in (*REFUSED, Kind.OTHER) and self.exchange.refused

    @property
    def told(self) -> str:
        """The request as a line of a story: the fields that it is about, without the siblings that go along."""
        how = f"({self.step.kind}) " if self.step.kind in (Kind.MALFORMED, Kind.DENIED, Kind.OTHER) else ""
        sent = ", ".join(each.told for each in self.step.changes)
        return f"{self.exchange.method} {how}{sent} -> {self.exchange.status if self.exchange.answer else 'no answer'}"
