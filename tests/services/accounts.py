"""A small service for tests/openapi/accounts.yaml: what it does to what no patch can put back, as its faults say."""

from __future__ import annotations

import copy
import itertools
import json
import re
import threading
from pathlib import Path
from typing import Any

import yaml

from contracts.drafting.draft import write
from tests.services.people import read_object

DOCUMENT = Path(__file__).parents[1] / "openapi" / "accounts.yaml"
SHOWN = ("id", "name", "note", "active", "photo")
KINDS: dict[str, Any] = {"name": str, "note": str, "active": bool, "password": str, "photo": type(None)}
LIMITS = {"name": 40, "note": 80, "password": 60}
LOCKED = "locks when inactive"


def contract(folder: Path) -> Path:
    """The drafted contract file, with what its author knows: ``photo`` takes null alone, and ``active`` locks the account."""
    output = folder / "accounts.yaml"
    write(DOCUMENT, None, output)
    content = yaml.safe_load(output.read_text(encoding="utf-8"))
    body = content["paths"]["/accounts/{id}"]["patch"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
    body["photo"] |= {"const": None, "x-field": {"inferred": ["const"], "safe": {"type": "null"}}}
    body["active"]["x-field"] = {"hazard": {"reason": "It locks the account.", "values": [False]}}
    output.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    return output


def account(key: str) -> dict[str, Any]:
    """An account as it is made."""
    return {
        "id": key,
        "name": f"Name of {key}",
        "note": "As it was made",
        "active": True,
        "photo": "https://example.com/photo.png",
        "password": "made-with-it",
    }


class Accounts:
    """The accounts, and what the service does wrong with them: names of faults, none for a service that keeps to its document."""

    def __init__(self, *faults: str) -> None:
        self.faults = frozenset(faults)
        self.records = {each: account(each) for each in ("a-100001", "a-100002")}
        self.numbers = itertools.count(1)
        self.made: list[str] = []
        self.patched: list[str] = []
        self.lock = threading.Lock()

    def answer(self, method: str, path: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON value and headers for a request."""
        if method == "POST" and path == "/accounts":
            key = f"a-made{next(self.numbers)}"
            self.made.append(key)
            self.records[key] = {**account(key), **json.loads(body)}
            return 201, self.shown(key), {}
        found = re.fullmatch(r"/accounts/([^/]+)", path)
        if found is None:
            return 404, {"message": "no such path"}, {}
        key = found[1]
        if method == "PATCH" and key not in self.records and "upserts" in self.faults:
            self.records[key] = account(key)
        if key not in self.records or (method != "DELETE" and self._is_locked(key)):
            return 404, {"message": "no such account"}, {}
        if method == "DELETE":
            del self.records[key]
            return 200, {}, {}
        if method not in ("GET", "PATCH"):
            return 405, {"message": "not here"}, {"Allow": "GET, PATCH"}
        if not re.search(r"application/json|application/\*|\*/\*|^$", headers.get("Accept") or ""):
            return 406, {"message": "only JSON"}, {}
        if method == "GET":
            return 200, self.shown(key), {}
        self.patched.append(key)
        return self._patch(key, headers, body)

    def _is_locked(self, key: str) -> bool:
        return LOCKED in self.faults and not self.records[key]["active"]

    def shown(self, key: str) -> dict[str, Any]:
        """An account as an answer shows it."""
        record = self.records[key]
        found = {name: copy.deepcopy(record[name]) for name in SHOWN}
        if "password shown once it was set" in self.faults and record["password"] != "made-with-it":
            found["password"] = "********"
        return found

    def _patch(self, key: str, headers: Any, body: bytes) -> tuple[int, Any, dict[str, str]]:
        if "json" not in (headers.get("Content-Type") or "").lower():
            return 415, {"message": "only JSON"}, {}
        sent = read_object(body)
        if isinstance(sent, str):
            return 400, {"message": sent}, {}
        record, wrong = self.records[key], next((name for name, value in sent.items() if self._is_wrong(name, value)), "")
        if wrong:
            if wrong == "password" and "a refused password lets the rest through" in self.faults:
                record |= {name: value for name, value in sent.items() if name in ("name", "note")}
            told = f"{wrong} is wrong"
            if "the error repeats the password" in self.faults and "password" in sent:
                told += f" beside {sent['password']}"
            return 400, {"message": told, "field": wrong}, {}
        if "no photo, no null" in self.faults and "photo" in sent and record["photo"] is None:
            return 500, {"message": "there is no file"}, {}
        self._store(record, sent)
        return 200, self.shown(key), {}

    def _is_wrong(self, name: str, value: Any) -> bool:
        if name not in KINDS or (name == "active" and isinstance(value, str) and "any text is true" in self.faults):
            return False
        too_long = isinstance(value, str) and len(value) > LIMITS.get(name, 1000)
        return not isinstance(value, KINDS[name]) or too_long or (name == "password" and len(value) < 8)

    def _store(self, record: dict[str, Any], sent: dict[str, Any]) -> None:
        if "any text is true" in self.faults and isinstance(sent.get("active"), str):
            sent = {**sent, "active": True}
        for name, value in sent.items() if "keeps what it holds" not in self.faults else ():
            if name == "photo" and "null keeps the photo" in self.faults:
                continue
            if name == "active" and value is False and "inactive is ignored" in self.faults:
                continue
            if name in KINDS:
                record[name] = value
        if "photo" in sent and "null clears the note" in self.faults:
            record["note"] = ""
        if "password" in sent and "a password clears the note" in self.faults:
            record["note"] = ""
        if sent.get("active") is False and "inactive clears the note" in self.faults:
            record["note"] = ""
