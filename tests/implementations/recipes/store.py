"""The records, in memory, by kind and id."""

from __future__ import annotations

import copy
import datetime as dt
import threading
import uuid
from typing import Any

from switches import on

Row = dict[str, Any]


class Store:
    """Rows that belong to an account; what it gives out are copies."""

    def __init__(self) -> None:
        self._rows: dict[str, dict[uuid.UUID, Row]] = {}
        self.lock = threading.RLock()  # held from the check of the entity tag to the write

    def add(self, kind: str, account: str, values: Row, key: uuid.UUID | None = None) -> Row:
        now = dt.datetime.now(dt.UTC)
        row = {**values, "id": key or uuid.uuid4(), "account": account, "created_at": now, "updated_at": now}
        with self.lock:
            self._rows.setdefault(kind, {})[row["id"]] = row
        return copy.deepcopy(row)

    def all(self, kind: str, account: str) -> list[Row]:
        with self.lock:
            return [copy.deepcopy(row) for row in self._rows[kind].values() if row["account"] == account]

    def find(self, kind: str, key: uuid.UUID) -> Row | None:
        with self.lock:
            return copy.deepcopy(self._rows[kind].get(key))

    def change(self, kind: str, key: uuid.UUID, changes: Row) -> Row:
        with self.lock:
            row = self._rows[kind][key]
            changed = {**row, **copy.deepcopy(changes)}
            if changed != row or on("touches_always"):
                changed["updated_at"] = dt.datetime.now(dt.UTC)
                self._rows[kind][key] = changed
            return copy.deepcopy(self._rows[kind][key])

    def remove(self, kind: str, key: uuid.UUID) -> None:
        with self.lock:
            del self._rows[kind][key]


store = Store()
