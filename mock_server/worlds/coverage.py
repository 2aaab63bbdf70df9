"""How much of the documents a client has exercised: operations, statuses, and fields of the request body."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from threading import Lock
from typing import Any

from mock_server.exchange.plan import Members
from mock_server.resource.coverage import ResourceCoverage
from mock_server.worlds.definition import Definition


class Coverage:
    """The counts of one API in one world, since its start or its last reset.

    others: those of the document's other operations.
    """

    def __init__(self, definition: Definition, others: ResourceCoverage | None = None) -> None:
        self._api = definition.api
        self._others = others
        self._members = definition.plan.members
        self._lock = Lock()
        self._statuses: Counter[tuple[str, int]] = Counter()
        self._fields: Counter[str] = Counter()

    def count(self, operation: str, status: int, body: Any) -> None:
        """One request for an operation, with its JSON body (None where there is none) and the status of its answer."""
        if self._others is not None:
            self._others.count(operation, status, body)
        paths: set[str] = set()
        if isinstance(body, dict):
            _collect(body, self._members, paths)
        with self._lock:
            self._statuses[operation, status] += 1
            self._fields.update(paths)

    def reset(self) -> None:
        """Nothing was exercised."""
        if self._others is not None:
            self._others.reset()
        with self._lock:
            self._statuses.clear()
            self._fields.clear()

    def as_json(self) -> dict[str, Any]:
        """As the control interface shows it."""
        api, read = self._api, self._api.read
        operations = [self._operation(api.operation_id, "PATCH", api.path, api.document["paths"][api.path]["patch"])]
        if read is not None:
            operations.append(self._operation(read.operation_id, "GET", read.path, api.document["paths"][read.path]["get"]))
        own = {(each["method"], each["path"]) for each in operations}
        others = [] if self._others is None else self._others.as_json()["operations"]
        operations += [each for each in others if (each["method"], each["path"]) not in own]
        fields = [each.path for each in api.walk_fields() if not each.read_only]
        return {"operations": operations, "fields": {path: self._fields[path] for path in fields}}

    def _operation(self, identity: str, method: str, path: str, described: Mapping[str, Any]) -> dict[str, Any]:
        documented = {str(status): 0 for status in described["responses"]}
        seen = {str(status): count for (operation, status), count in self._statuses.items() if operation == identity}
        statuses = dict(sorted({**documented, **seen}.items()))
        return {"operation": identity, "method": method, "path": path, "requests": sum(seen.values()), "statuses": statuses}


def _collect(sent: Mapping[str, Any], members: Members, paths: set[str]) -> None:
    for name, value in sent.items():
        member = members.get(name)
        if member is None:
            continue
        paths.add(member.field.path)
        if member.members:
            for item in value if isinstance(value, list) else (value,):
                if isinstance(item, dict):
                    _collect(item, member.members, paths)
