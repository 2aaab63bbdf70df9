"""Where records are kept: one table in an embedded SQLite database, the content as a JSON column."""

import copy
from typing import Any

from sqlalchemy import JSON, String, UniqueConstraint, create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.pool import StaticPool

Record = dict[str, Any]


class Base(DeclarativeBase):
    """The tables of this service."""


class Row(Base):
    """One record of one tenant; `code` is the member that is unique in the tenant."""

    __tablename__ = "records"
    __table_args__ = (UniqueConstraint("kind", "tenant", "code"),)
    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    tenant: Mapped[str] = mapped_column(String(20))
    code: Mapped[str] = mapped_column(String(20))
    content: Mapped[Record] = mapped_column(JSON)


class Store:
    """Reads and writes whole records. Callers hold the service's lock."""

    def __init__(self) -> None:
        self._engine = create_engine("sqlite://", poolclass=StaticPool, connect_args={"check_same_thread": False})
        Base.metadata.create_all(self._engine)

    def find(self, kind: str, tenant: str, record_id: str) -> Record | None:
        """A copy of the record, None where the tenant has none of that id."""
        with Session(self._engine) as session:
            row = session.get(Row, record_id)
            if row is None or (row.kind, row.tenant) != (kind, tenant):
                return None
            return copy.deepcopy(row.content)

    def all(self, kind: str, tenant: str) -> list[Record]:
        """The tenant's records in the order of their making."""
        with Session(self._engine) as session:
            rows = session.scalars(select(Row).where(Row.kind == kind, Row.tenant == tenant)).all()
            return sorted((copy.deepcopy(row.content) for row in rows), key=lambda each: (each["created_at"], each["id"]))

    def put(self, kind: str, tenant: str, code: str, content: Record) -> None:
        """Insert or replace the record as a whole."""
        with Session(self._engine) as session:
            session.merge(Row(id=content["id"], kind=kind, tenant=tenant, code=code, content=content))
            session.commit()

    def remove(self, record_id: str) -> None:
        """Delete the record, which exists."""
        with Session(self._engine) as session:
            session.delete(session.get_one(Row, record_id))
            session.commit()
