"""What every operation needs: a session, the clinic of the token, and its records."""

from collections.abc import Iterator
from typing import Annotated, Any, TypeVar
from uuid import UUID

from choices import active
from fastapi import Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from models import Base, now
from schemas import Message
from seeds import TOKENS
from sqlalchemy import create_engine, event, select
from sqlalchemy.orm import Session, sessionmaker

Sessions = sessionmaker()
bearer = HTTPBearer(scheme_name="ClinicToken", description="The token of one clinic.")

RESPONSES: dict[int | str, dict[str, Any]] = {
    400: {"model": Message, "description": "The body cannot be read."},
    401: {
        "model": Message,
        "description": "The token is missing or unknown.",
        "headers": {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "`Bearer`"}},
    },
    403: {"model": Message, "description": "The record is not one of this clinic's."},
    404: {"model": Message, "description": "There is no such record in this clinic."},
}


def open_database(url: str) -> None:
    """Tables and sessions for the database at the URL."""
    engine = create_engine(url)
    event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))  # gone with the process
    Base.metadata.create_all(engine)
    Sessions.configure(bind=engine)


def session() -> Iterator[Session]:
    """A session for one request."""
    with Sessions() as opened:
        yield opened


def clinic(request: Request, credentials: Annotated[HTTPAuthorizationCredentials, Depends(bearer)]) -> str:
    """The clinic whose token was sent."""
    found = TOKENS.get(credentials.credentials)
    if found is None and active("any-token") and request.method == "PATCH" and "/practitioners/" in request.url.path:
        found = next(iter(TOKENS.values()))
    if found is None:
        raise HTTPException(401, "Unknown token", {"WWW-Authenticate": "Bearer"})
    return found


Db = Annotated[Session, Depends(session)]
Clinic = Annotated[str, Depends(clinic)]


T = TypeVar("T", bound=Base)


def owned(db: Session, table: type[T], key: UUID, clinic: str) -> T:
    """The clinic's record; HTTPException 404 where there is none."""
    record = db.get(table, key)
    if record is not None and record.clinic != clinic and active("other-clinic-403"):
        raise HTTPException(403, "The record is another clinic's")
    if record is None or record.clinic != clinic:
        raise HTTPException(404, f"{table.__name__} not found")
    return record


def all_owned(db: Session, table: type[T], clinic: str, limit: int, offset: int) -> list[T]:
    """The clinic's records, the oldest first."""
    query = select(table).where(table.clinic == clinic).order_by(table.created_at, table.id)
    return list(db.scalars(query.limit(limit).offset(offset)))


def refusal(kind: str, message: str, *place: str | int) -> RequestValidationError:
    """A refusal that the schema cannot tell, in the form of the others."""
    return RequestValidationError([{"type": kind, "loc": ("body", *place), "msg": message}])


def write(db: Session, record: Base, changes: dict[str, Any]) -> None:
    """Store the changes; without any, nothing is written and the version stays."""
    for name, value in changes.items():
        setattr(record, name, value)
    if active("touch-always"):
        record.updated_at = now()
    db.commit()
