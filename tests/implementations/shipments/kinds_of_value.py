"""The kinds of value that members have: each takes the JSON type that the document names, and no other."""

import re
from datetime import UTC, date, datetime
from typing import Annotated, Any
from uuid import UUID

from email_validator import EmailNotValidError, validate_email
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StrictBool, StrictFloat, StrictInt

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_URI = re.compile(r"""https?://[^/?#\s<>"{}|\\^`]+([/?#][^\s<>"{}|\\^`]*)?""", re.ASCII)


def _written_as(pattern: re.Pattern[str], what: str) -> BeforeValidator:
    """Pydantic also reads numbers and other spellings, which the formats of OpenAPI are not."""

    def check(value: Any) -> Any:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise ValueError(f"is not {what}")
        return value

    return BeforeValidator(check)


def _in_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("is too far away") from None


def _uri(value: str) -> str:
    if not value.isascii() or not _URI.fullmatch(value):
        raise ValueError("is not an http or https URI")
    return value


def _email(value: str) -> str:
    """Pydantic's own type also takes names with addresses in angle brackets, and blanks around them."""
    try:
        found = validate_email(value, check_deliverability=False, allow_smtputf8=False)
    except EmailNotValidError as error:
        raise ValueError(str(error)) from None
    return f"{found.local_part}@{found.ascii_domain}"


def whole_cents(value: float) -> float:
    """Holds `value` against the two decimals that `multipleOf` promises, which floats cannot be divided for."""
    if round(value, 2) != value:
        raise ValueError("has more than two decimals")
    return value


Integer = StrictInt
Number = StrictFloat
Boolean = StrictBool
Email = Annotated[str, Field(max_length=254, json_schema_extra={"format": "email"}), AfterValidator(_email)]
Date = Annotated[date, _written_as(_DATE, "a date, YYYY-MM-DD")]
DateTime = Annotated[AwareDatetime, _written_as(_DATE_TIME, "a date-time with an offset (RFC 3339)"), AfterValidator(_in_utc)]
Uuid = Annotated[UUID, _written_as(_UUID, "a UUID")]
Uri = Annotated[
    str,
    Field(max_length=200, pattern="^https?://", description="http or https.", json_schema_extra={"format": "uri"}),
    AfterValidator(_uri),
]
