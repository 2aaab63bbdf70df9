"""What passes between a client and a real service, kept as mappings that the mock answers with later, secrets struck out."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from typing import Any
from urllib.parse import parse_qsl

import yaml
from flask import Request, Response

from mock_server.journal.redaction import Redaction
from mock_server.web.recorded_seeds import RecordedSeeds

LIMIT = 2_000
"""So many different requests are kept."""

SECRETS = (
    "password",
    "passwd",
    "secret",
    "token",
    "access_token",
    "refresh_token",
    "api_key",
    "apikey",
    "client_secret",
    "authorization",
)
"""Members and parameters that are never kept, beside those that the documents call write-only."""


class Recording:
    """The mappings in a file; the latest answer to a request counts. Of headers only the type of an answer is kept.

    secrets: names of further members whose values are struck out. seeds: keeps the records that are shown, too; None for none.
    """

    def __init__(self, file: Path, secrets: tuple[str, ...] = ()) -> None:
        self.seeds: RecordedSeeds | None = None
        self._file = file
        self._redaction = Redaction([], members=(*SECRETS, *secrets))
        self._secrets = frozenset((*SECRETS, *secrets))
        self._lock = Lock()
        self._kept: dict[tuple[str, str, str], dict[str, Any]] = {}

    def keep(self, request: Request, response: Response) -> None:
        """One request and its answer; an answer that is no JSON and no text is passed over."""
        body = self._body(response)
        if body is None:
            return
        query = {
            name: value for name, value in parse_qsl(request.query_string.decode("latin-1")) if name.lower() not in self._secrets
        }
        wanted: dict[str, Any] = {"method": request.method, "path": request.path, **({"query": query} if query else {})}
        sent = self._sent(request)
        if sent is not None:
            wanted["body"] = sent
        answer: dict[str, Any] = {
            "status": response.status_code,
            "headers": {"Content-Type": response.content_type or ""},
            "body": body,
        }
        key = (request.method, request.path, json.dumps([query, sent], sort_keys=True))
        with self._lock:
            if key not in self._kept and len(self._kept) >= LIMIT:
                return
            self._kept[key] = {"name": f"{request.method} {request.path}", "request": wanted, "response": answer}
            self._write()
            if self.seeds is not None:
                self.seeds.keep(request.method, request.path, response.status_code, body)

    def _body(self, response: Response) -> Any:
        content = response.get_data()
        if not content:
            return ""
        try:
            return self._redaction.json(json.loads(content))
        except (ValueError, RecursionError):
            is_text = (response.content_type or "").startswith("text/")
            return self._redaction.text(content.decode("utf-8", "replace")) if is_text else None

    def _sent(self, request: Request) -> Any:
        """The JSON object that was sent, without secrets: a request with others is another one."""
        try:
            sent = json.loads(request.get_data() or b"null")
        except (ValueError, RecursionError):
            return None
        return _without(sent, self._secrets) if isinstance(sent, dict) else None

    def _write(self) -> None:
        """The whole file anew, or as it was; requests with more in their pattern come first, so that they are tried first."""
        listed = sorted(self._kept.values(), key=lambda each: -len(json.dumps(each["request"])))
        draft = self._file.with_name(f".{self._file.name}.{os.getpid()}")
        draft.write_text(yaml.safe_dump(listed, sort_keys=False, allow_unicode=True), encoding="utf-8")
        draft.replace(self._file)


def _without(value: Any, names: frozenset[str]) -> Any:
    if isinstance(value, Mapping):
        return {name: _without(each, names) for name, each in value.items() if name.lower() not in names}
    return [_without(each, names) for each in value] if isinstance(value, list) else value
