"""The service in this process, for the smoke script: records are made anew for each case."""

import json
import time
from collections.abc import Callable
from typing import Any

from app import create_app
from seeds import fill
from service import TOKENS, Service
from starlette.testclient import TestClient
from store import Store

NORTH, SOUTH = TOKENS
MEDIA_TYPE = {"recipients": "application/json", "shipments": "application/merge-patch+json"}
R, S = "recipients", "shipments"


class Desk:
    """Requests to one service with the given changes."""

    def __init__(self, *changes: Callable[[Service], None]) -> None:
        self.service = Service()
        for each in changes:
            each(self.service)
        self._client = TestClient(create_app(self.service), raise_server_exceptions=False)
        self.reset()

    def reset(self) -> None:
        """The seeded records again; a changed store keeps its changes."""
        changed = self.service.store.__dict__.get("put")
        if changed is None:
            self.service.store = Store()
            self.ids = fill(self.service)
        elif not hasattr(self, "ids"):
            self.ids = fill(self.service)

    def path(self, kind: str, tenant: str = "north", index: int = 0) -> str:
        """Of a seeded record."""
        return f"/{kind}/{self.ids[tenant][kind][index]}"

    def get(self, kind: str, tenant: str = "north", index: int = 0) -> dict[str, Any]:
        """The record as shown."""
        return self.send("GET", self.path(kind, tenant, index), token=NORTH if tenant == "north" else SOUTH).json()  # type: ignore[no-any-return]

    def send(self, method: str, path: str, body: Any = None, *, token: str | None = NORTH, **headers: str) -> Any:
        """One request; `body` is text or a JSON value, headers have underscores for hyphens."""
        sent = {key.replace("_", "-"): value for key, value in headers.items()}
        if token:
            sent.setdefault("authorization", f"Bearer {token}")
        content = body if isinstance(body, str) or body is None else json.dumps(body)
        return self._client.request(method, path, content=content, headers=sent)

    def patch(self, kind: str, body: Any, **options: Any) -> Any:
        """PATCH the first record of the kind, or `path`."""
        path = options.pop("path", self.path(kind))
        options.setdefault("content_type", MEDIA_TYPE[kind])
        return self.send("PATCH", path, body, **options)

    def status(self, kind: str, body: Any, **options: Any) -> int:
        """The status of a PATCH."""
        return int(self.patch(kind, body, **options).status_code)

    def answer(self, kind: str, body: Any, **options: Any) -> Any:
        """The JSON that a PATCH is answered with."""
        return self.patch(kind, body, **options).json()

    def after(self, kind: str, *bodies: Any) -> dict[str, Any]:
        """The record after patches that must be answered with 200."""
        for each in bodies:
            assert self.status(kind, each) == 200, (kind, each)
        return self.get(kind)

    def etag(self) -> str:
        """The entity tag of the first shipment."""
        return str(self.send("GET", self.path(S)).headers["etag"])

    def fields(self, kind: str, body: Any) -> list[str]:
        """The paths that a refusal names."""
        return [each["field"] for each in self.answer(kind, body)["error"]["details"]]

    def pause(self) -> bool:
        """Let the clock move on by a little."""
        time.sleep(0.002)
        return True
