"""How much of a document's operations a client has exercised."""

from __future__ import annotations

from collections import Counter
from threading import Lock
from typing import Any

from mock_server.resource.service import Resource


class ResourceCoverage:
    """The counts of one document in one world, since its start or its last reset."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._lock = Lock()
        self._statuses: Counter[tuple[str, int]] = Counter()

    def count(self, operation: str, status: int, _body: Any) -> None:
        """One request for an operation, and the status of its answer."""
        with self._lock:
            self._statuses[operation, status] += 1

    def reset(self) -> None:
        """Nothing was exercised."""
        with self._lock:
            self._statuses.clear()

    def as_json(self) -> dict[str, Any]:
        """As the control interface shows it."""
        return {"operations": [self._operation(each) for each in self._resource.recognition.all()], "fields": {}}

    def _operation(self, operation: Any) -> dict[str, Any]:
        documented = dict.fromkeys(self._resource.recognition.bodies.responses(operation), 0)
        seen = {str(status): count for (identity, status), count in self._statuses.items() if identity == operation.identity}
        return {
            "operation": operation.identity,
            "method": operation.method,
            "path": operation.path,
            "requests": sum(seen.values()),
            "statuses": dict(sorted({**documented, **seen}.items())),
        }
