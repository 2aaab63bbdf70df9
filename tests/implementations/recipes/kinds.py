"""Fields that are stricter than marshmallow's own, so that the API takes what its document says and nothing else."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable
from decimal import Decimal

import marshmallow as ma
from marshmallow import fields, validate
from switches import on

INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CLOCK_PATTERN = "^([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]$"


class Pattern(validate.Regexp):
    """A pattern that the whole text has to match: ``$`` of Python's own also matches before a last line feed."""

    def __call__(self, value: str) -> str:
        if self.regex.fullmatch(value) is None:
            raise ma.ValidationError("Does not match the pattern.")
        return value


class Whole(fields.Integer):
    """A whole number: no text, no boolean, no fraction. 4.0 is one (JSON Schema)."""

    def _validated(self, value: object) -> int | None:
        if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 != 0:
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Number(fields.Float):
    """A number: no text, no boolean."""

    def _validated(self, value: object) -> float | None:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class Flag(fields.Boolean):
    """true or false, and not 1 or "yes"."""

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Minutes(fields.TimeDelta):
    """A duration in whole minutes."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(precision="minutes", **kwargs)

    def _serialize(self, value: dt.timedelta | None, *args: object, **kwargs: object) -> int | None:
        return None if value is None else int(super()._serialize(value, *args, **kwargs))

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> dt.timedelta:
        if isinstance(value, bool) or not isinstance(value, int | float) or value % 1 != 0:
            raise self.make_error("invalid")
        return super()._deserialize(value, *args, **kwargs)


class Exact(fields.Decimal):
    """A decimal number as text; the pattern is the document's."""

    def __init__(self, pattern: str, *, places: int | None = None, **kwargs: object) -> None:
        metadata = {"pattern": pattern, **kwargs.pop("metadata", {})}
        super().__init__(places=places, as_string=True, metadata=metadata, **kwargs)
        self.pattern = re.compile(pattern)

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> Decimal:
        if not isinstance(value, str) or not self.pattern.fullmatch(value):
            raise self.make_error("invalid")
        return super()._deserialize(value, *args, **kwargs)

    def _serialize(self, value: Decimal | None, *args: object, **kwargs: object) -> str | None:
        if value is not None and self.places is None and on("decimals_short"):
            return f"{value.normalize():f}"
        return super()._serialize(value, *args, **kwargs)


class Instant(fields.AwareDateTime):
    """A point in time of RFC 3339, kept in UTC."""

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> dt.datetime:
        if not isinstance(value, str) or not INSTANT.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type="datetime")
        try:
            return dt.datetime.fromisoformat(value.upper()).astimezone(dt.UTC)
        except (ValueError, OverflowError) as error:
            raise self.make_error("invalid", input=value, obj_type="datetime") from error

    def _serialize(self, value: dt.datetime | None, *args: object, **kwargs: object) -> str | None:
        if value is not None and on("zulu"):
            return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")
        return super()._serialize(value, *args, **kwargs)


class Day(fields.Date):
    """A day, YYYY-MM-DD alone of all that Python reads."""

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> dt.date:
        if not isinstance(value, str) or not DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type="date")
        return super()._deserialize(value, *args, **kwargs)


class Clock(fields.Time):
    """A local time of day, HH:MM:SS."""

    def __init__(self, **kwargs: object) -> None:
        super().__init__(metadata={"pattern": CLOCK_PATTERN, **kwargs.pop("metadata", {})}, **kwargs)

    def _deserialize(self, value: object, *args: object, **kwargs: object) -> dt.time:
        if not isinstance(value, str) or not re.fullmatch(CLOCK_PATTERN, value):
            raise self.make_error("invalid", input=value, obj_type="time")
        return super()._deserialize(value, *args, **kwargs)


class Trimmed(fields.String):
    """A text without white space around it; the lengths are of what is left."""

    def _deserialize(self, *args: object, **kwargs: object) -> str:
        return super()._deserialize(*args, **kwargs).strip()


class LowerEmail(fields.Email):
    """An e-mail address in small letters."""

    def _deserialize(self, *args: object, **kwargs: object) -> str:
        return super()._deserialize(*args, **kwargs).lower()


class WholeNested(fields.Nested):
    """An object that is complete also in a PATCH: marshmallow hands ``partial`` on to nested schemas, the document does not."""

    def _deserialize(self, value: object, attr: str | None, data: object, partial: object = None, **kwargs: object) -> object:
        return super()._deserialize(value, attr, data, partial=False, **kwargs)


def distinct(values: list[Hashable]) -> None:
    """Refuse a list that has something twice."""
    if len(set(values)) < len(values):
        raise ma.ValidationError("Each may stand in the list once.")


def at_most(limit: int):
    """A validator of the number of an object's members."""

    def check(value: dict[str, object]) -> None:
        if len(value) > limit:
            raise ma.ValidationError(f"At most {limit} members.")

    return check


PUBLISHED = {  # what the document says of the fields above
    Whole: ("integer", None),
    Number: ("number", None),
    Minutes: ("integer", None),
    Exact: ("string", "decimal"),
    Instant: ("string", "date-time"),
    Day: ("string", "date"),
    Clock: ("string", "local-time"),
}
