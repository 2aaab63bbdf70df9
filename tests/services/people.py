"""A small service for tests/openapi/people.yaml in the process of a test; each habit is something that real servers do."""

from __future__ import annotations

import copy
import itertools
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol

TEXTS = {"first_name": 40, "last_name": 40, "username": 60, "city": 40}
IMPORTED = ("(imported)",)
"""What a record may show, and no request may send."""
MEMBERS = {*TEXTS, "newsletter", "tags", "settings"}


def seeds() -> dict[str, dict[str, Any]]:
    """Two people, with every member filled in."""
    first = {
        "id": "p-100001",
        "first_name": "Noor",
        "last_name": "Haddad",
        "username": "noor",
        "city": "Tunis",
        "newsletter": True,
        "tags": ["early", "vip"],
        "settings": {"theme": "dark"},
        "joined_at": "2021-05-06T07:08:09Z",
    }
    second = {**copy.deepcopy(first), "id": "p-100002", "first_name": "Ilse", "last_name": "Brandt", "username": "ilse"}
    return {"p-100001": first, "p-100002": second}


class People:
    """The records, and how the service behaves.

    habits: names of ``HABITS`` in the documentation of the tests; without any, the service keeps to its document and forgets
    members that it does not know.
    """

    def __init__(self, *habits: str) -> None:
        self.habits = frozenset(habits)
        self.records = seeds()
        self.methods: list[str] = []
        self.writes = itertools.count(1)
        self.version = 1
        self.activity = datetime.now(UTC).isoformat()
        self.lock = threading.Lock()

    def shown(self, key: str) -> dict[str, Any]:
        """A record as an answer shows it."""
        record = dict(self.records[key])
        if "initials follow" in self.habits and "first_name" in record:
            record["initials"] = f"{str(record['first_name'])[:1]}{str(record.get('last_name', ''))[:1]}"
        if any(habit.startswith("activity moves") for habit in self.habits):
            record["last_activity"] = self.activity
        if "version counts writes" in self.habits:
            record["version"] = self.version
        return record

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON value and headers for a request."""
        self.methods.append(method)
        self._move(method)
        if method == "POST" and path == "/people":
            made = f"p-made{next(self.writes)}"
            self.records[made] = {**next(iter(seeds().values())), **json.loads(body), "id": made}
            return 201, {"data": self.shown(made)}, {}
        found = re.fullmatch(r"/people/([^/]+)", path)
        if found is None:
            return 404, {"message": "no such path"}, {}
        key = found[1]
        if method == "POST" and "post makes" in self.habits:
            made = f"p-made{next(self.writes)}"
            self.records[made] = {"id": made, "first_name": "New", "last_name": "One"}
            return 201, self.shown(made), {}
        if method == "DELETE" and "keeps what was made" not in self.habits and self.records.pop(key, None) is not None:
            return 200, {}, {}
        if method not in ("GET", "PATCH"):
            return 405, {"message": "not here"}, {"Allow": "GET, PATCH, POST" if "post makes" in self.habits else "GET, PATCH"}
        if "application/json" not in (headers.get("Accept") or "*/*") and "*/*" not in (headers.get("Accept") or "*/*"):
            return 406, {"message": "only JSON"}, {}
        if "speaks English only" in self.habits and not re.match(r"en|\*|$", headers.get("Accept-Language") or ""):
            return 406, {"message": "only English"}, {}
        if key not in self.records:
            if method == "PATCH" and "upserts" in self.habits:
                self.records[key] = {"id": key, "first_name": "A", "last_name": "B"}
            else:
                return 404, {"message": "nobody"}, {}
        return (200, self.shown(key), {}) if method == "GET" else self._patch(key, headers, body)

    def _move(self, method: str) -> None:
        if "activity moves with requests" in self.habits and method != "GET":
            self.activity = datetime.now(UTC).isoformat()
        if "activity moves later" in self.habits and len(self.methods) > 30 and method == "PATCH":
            self.activity = datetime.now(UTC).isoformat()

    def _patch(self, key: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        record = self.records[key]
        if "raw media replace" in self.habits and "json" not in (headers.get("Content-Type") or "json"):
            self.records[key] = {"raw": body.decode("latin-1")}
            return 200, self.shown(key), {}
        try:
            sent = json.loads(body)
        except ValueError:
            return 400, {"message": "no JSON"}, {}
        if not isinstance(sent, dict):
            if "stores anything" in self.habits:
                record |= {str(number): each for number, each in enumerate(sent if isinstance(sent, list) else [sent])}
                return 200, self.shown(key), {}
            return 400, {"message": "not an object"}, {}
        if "null characters break cities" in self.habits and "\0" in str(sent.get("city")):
            return 500, {"message": "the store has failed"}, {}
        if "newsletters are for managers" in self.habits and sent.get("newsletter") is False:
            return 403, {"message": "only a manager may do that"}, {}
        wrong = self._wrong(sent)
        if wrong:
            return 400, {"message": f"{wrong} is wrong", "field": wrong}, {}
        return self._kept(key, record, sent)

    def _kept(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> tuple[int, Any, dict[str, str]]:
        before = copy.deepcopy(record)
        try:
            self._store(key, record, sent)
        except TypeError:
            return 500, {"message": "the merge has failed"}, {}
        if record != before and "activity moves with changes" in self.habits:
            self.activity = datetime.now(UTC).isoformat()
        self.version += "version counts writes" in self.habits
        answer = self.shown(sent["id"] if self._renames(key) and "id" in sent else key)
        if "answers expand flags" in self.habits:
            answer["newsletter"] = {"is": answer["newsletter"]}
        return 200, answer, {}

    def _renames(self, key: str) -> bool:
        """Whether a record takes the key of a body; ``never back``: no second time."""
        return "renames" in self.habits and not ("never back" in self.habits and key not in seeds())

    def _wrong(self, sent: dict[str, Any]) -> str:
        for name, value in sent.items():
            if name in TEXTS and (not isinstance(value, str) or len(value) > TEXTS[name]):
                return name
            if name == "username" and not value and "blank refused" in self.habits:
                return name
            if name == "first_name" and not value and "blank names refused" in self.habits:
                return name
            if name == "city" and value in IMPORTED and "imported cities refused" in self.habits:
                return name
            kinds = {"newsletter": bool, "tags": list, "settings": dict}
            if name == "settings" and "merges in depth" in self.habits:
                continue
            if name in kinds and not isinstance(value, kinds[name]):
                return name
            if name == "tags" and any(not isinstance(each, str) or len(each) > 20 for each in value):
                return name
            if name == "settings" and any(not isinstance(each, str) for each in value.values() if each is not None):
                return name
        return ""

    def _store(self, key: str, record: dict[str, Any], sent: dict[str, Any]) -> None:
        for name, value in sent.items():
            if name == "settings" and "merges in depth" in self.habits:
                merged(record, name, value)
            elif name == "settings" and "map merges" in self.habits:
                kept = {**record["settings"], **{each: text for each, text in value.items() if text is not None}}
                removed = {each for each, text in value.items() if text is None} if "null removes" in self.habits else set()
                record["settings"] = {each: text for each, text in kept.items() if each not in removed}
            elif name in TEXTS and "trims texts" in self.habits:
                record[name] = value.strip()
            elif name == "city" and "city gets a mark" in self.habits:
                record["city"] = f"{value}!"
            elif name in MEMBERS:
                record[name] = {each: text for each, text in value.items() if text is not None} if name == "settings" else value
            elif name == "id" and self._renames(key):
                self.records.pop(key)
                record["id"] = value
                self.records[value] = record
            elif name not in ("id", "initials", "last_activity", "version", "joined_at") and "stores anything" in self.habits:
                if value is None:
                    record.pop(name, None)
                else:
                    record[name] = value


def merged(holder: dict[str, Any], name: str, value: Any) -> None:
    """A merge that descends into objects, takes out what is null, and does not look what stands there; TypeError for a list."""
    if value is None:
        holder.pop(name, None)
    elif isinstance(value, dict):
        below = holder.setdefault(name, {})
        if not isinstance(below, dict):
            raise TypeError(f"{name} is no object")
        for each, inner in value.items():
            merged(below, each, inner)
    else:
        holder[name] = value


class Service(Protocol):
    """What can be served: one answer at a time."""

    lock: threading.Lock

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON value and headers for a request."""


def read_object(body: bytes) -> dict[str, Any] | str:
    """The object in a body, or why it is refused: it is no JSON, or another value."""
    try:
        sent = json.loads(body)
    except ValueError:
        return "no JSON"
    return sent if isinstance(sent, dict) else "not an object"


@contextmanager
def serving(people: Service) -> Iterator[str]:
    """The service on a free port of the loopback interface; its URL, until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = 65536  # head and body in one packet

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            with people.lock:
                status, value, headers = people.answer(self.command, self.path, self.headers, self.rfile.read(length))
            content = json.dumps(value).encode()
            self.send_response(status)
            for name, text in {"Content-Type": "application/json", "Content-Length": str(len(content)), **headers}.items():
                self.send_header(name, text)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(content)

        def log_message(self, *_arguments: Any) -> None:
            """Nothing is printed."""

    for method in ("GET", "PATCH", "POST", "PUT", "DELETE", "OPTIONS", "PROPFIND", "HEAD"):
        setattr(Handler, f"do_{method}", Handler._answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
