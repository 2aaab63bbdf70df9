"""The control interface: the journal of requests, coverage, and the events that tell of both."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import pytest

import specs
from mock_server.exchange.exchange import Exchange
from mock_server.journal import journal
from mock_server.journal.redaction import Redaction
from mock_server.web.app import worlds_of
from specs import Api, SecurityScheme
from tests.control.mock_control import API, Mock, text_field
from tests.mock.mock_client import UNKNOWN, change, presented

SECRETIVE: Api = next(api for api in map(specs.load, specs.names()) if any(each.write_only for each in api.walk_fields()))


@pytest.fixture(name="mock")
def _mock() -> Mock:
    return Mock()


# --- the journal ----------------------------------------------------------------------------------------------------


def test_the_journal_tells_what_a_write_changed(mock: Mock) -> None:
    """Every changed place, before and after; nothing for what was the same."""
    body, before = change(API, API.customers[1]), mock.record()
    mock.send("PATCH", body)
    after = mock.record()

    entry = mock.ok("POST", "requests/find", {"method": "PATCH"})["requests"][0]

    assert (entry["operation"], entry["status"], entry["session"]) == (API.operation_id, API.success, "default")
    assert (entry["refusal"], entry["fault"], entry["request"]["body"]) == (None, None, body)
    places = {each["pointer"].split("/")[1] for each in entry["difference"]}
    assert places == {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    top = {each["pointer"]: each for each in entry["difference"]}[f"/{text_field().name}"]
    assert (top["before"], top["after"]) == (before[text_field().name], after[text_field().name])


def test_the_journal_tells_why_a_request_was_refused(mock: Mock) -> None:
    """The situation, and every fault with its field, kind and value."""
    field = text_field()
    mock.send("PATCH", {field.name: 5})
    mock.send("PATCH", {}, headers=dict.fromkeys(presented(API, API.customers[0].auth), "nobody's"))
    mock.send("GET", path="/nowhere")

    nowhere, unknown, faulty = mock.ok("GET", "requests")["requests"]

    assert (nowhere["api"], nowhere["operation"], nowhere["status"]) == (None, None, API.situations["unknown_record"].status)
    assert unknown["refusal"]["situation"] in ("wrong_credential", "unauthenticated")
    assert faulty["refusal"]["faults"] == [{"field": field.name, "kind": "type", "value": 5, "limit": "string"}]
    assert faulty["difference"] is None


SECRET = "Not-to-be-shown-1"


def test_the_journal_shows_no_secret() -> None:
    """Neither credentials nor write-only values, wherever they were sent, in whatever form."""
    mock = Mock(SECRETIVE)
    name = next(each.name for each in SECRETIVE.walk_fields() if each.write_only)
    headers = {"Authorization": f"Bearer {SECRET}", "Cookie": f"a={SECRET}", "X-Api-Key": SECRET}
    mock.send("PATCH", {name: SECRET})
    mock.send("PATCH", {name: [SECRET]})
    mock.send("PATCH", f'{{"{name}": "{SECRET}", '.encode())
    mock.send("PATCH", f"{name}={SECRET}&x=1".encode())
    mock.send("PATCH", {"deeper": [{name: SECRET}]}, path="/nowhere")
    mock.send("GET", headers=headers)

    for answer in (mock.control("GET", "requests"), mock.control("GET", "requests/1")):
        assert SECRET not in answer.text
    latest = mock.ok("GET", "requests")["requests"][0]["request"]["headers"]
    assert (latest["Authorization"], latest["Cookie"]) == ("Bearer ***", "***")


def test_a_credential_in_the_query_is_not_shown() -> None:
    """A key that a document has in the query is struck out of the address, the rest of it stays."""
    scheme = SecurityScheme(name="key", kind="apiKey", location="query", parameter="key")
    redaction = Redaction([replace(API, security=(scheme,))])

    assert redaction.query(f"a=1&key={SECRET}&b=%20") == "a=1&key=***&b=+"
    assert redaction.query("a=1&b=%20") == "a=1&b=%20"


def test_the_journal_keeps_the_latest(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    """So many requests, or so many bytes of them; numbers go on, and paging is by them."""
    monkeypatch.setattr(journal, "LIMIT", 5)
    for _ in range(8):
        mock.send("GET")
    assert [each["id"] for each in mock.ok("GET", "requests")["requests"]] == [8, 7, 6, 5, 4]
    assert [each["id"] for each in mock.ok("GET", "requests?since=6&limit=1")["requests"]] == [8]
    assert mock.control("GET", "requests/3").status_code == 404
    mock.send("GET")
    size = worlds_of(mock.app).default.journal.entries()[-1].size
    monkeypatch.setattr(journal, "BYTES_LIMIT", 3 * size)
    mock.send("GET")
    assert [each["id"] for each in mock.ok("GET", "requests")["requests"]] == [10, 9, 8]
    mock.ok("DELETE", "requests")
    mock.send("PATCH", b" " * 1_000_001)
    kept = mock.ok("GET", "requests")["requests"]
    assert [(each["id"], each["request"]["body"], each["request"]["cut"]) for each in kept] == [(11, None, True)]


def test_the_journal_keeps_no_connection(mock: Mock) -> None:
    """Neither a request nor its exchange outlives its answer: they hold the web server's buffers and its connection."""
    mock.send("PATCH", change(API, API.customers[1]))
    mock.send("PATCH", {text_field().name: 5})
    gc.collect()

    assert mock.ok("GET", "requests")["total"] == 2
    assert [each for each in gc.get_objects() if isinstance(each, Exchange) and each.api is API] == []


def test_requests_are_found_counted_and_verified(mock: Mock) -> None:
    """By every member of a pattern; what is not there is said to be nearly there."""
    field, path = text_field(), API.path.format(**API.customers[0].path)
    mock.send("PATCH", {field.name: "One", "x": {"y": [1]}}, headers={"X-Trace": "t1"})
    mock.send("PATCH", {field.name: 5})
    mock.send("GET")

    for pattern, count in [
        ({}, 3),
        ({"api": API.name}, 3),
        ({"api": "spede"}, 0),
        ({"operation": API.operation_id}, 2),
        ({"method": "patch"}, 2),
        ({"path": path}, 3),
        ({"path": path[:-3] + "*"}, 3),
        ({"path": path[:-3]}, 0),
        ({"status": API.success, "method": "PATCH"}, 1),
        ({"refused": True}, 1),
        ({"refused": False}, 2),
        ({"situation": "invalid_field"}, 1),
        ({"field": field.name}, 1),
        ({"field": "spede"}, 0),
        ({"headers": {"x-trace": "t1"}}, 1),
        ({"headers": {"X-Trace": "t"}}, 0),
        ({"body": {field.name: "One"}}, 1),
        ({"body": {"x": {"y": [1]}}}, 1),
        ({"body": {"x": {"y": [1, 2]}}}, 0),
        ({"body": {field.name: True}}, 0),
    ]:
        assert mock.ok("POST", "requests/count", pattern)["count"] == count, pattern
        assert mock.ok("POST", "requests/find", pattern)["total"] == count, pattern
        assert mock.ok("POST", "requests/verify", {"match": pattern})["verified"] == (count > 0), pattern
        assert mock.ok("POST", "requests/verify", {"match": pattern, "count": count})["verified"], pattern
        assert not mock.ok("POST", "requests/verify", {"match": pattern, "at_least": count + 1})["verified"], pattern
        assert not mock.ok("POST", "requests/verify", {"match": pattern, "count": count + 1})["verified"], pattern
        assert mock.ok("POST", "requests/verify", {"match": pattern, "at_most": count})["verified"], pattern
    assert mock.ok("GET", f"requests?method=GET&path={quote(path)}&refused=false")["total"] == 1

    near = mock.ok("POST", "requests/verify", {"match": {"method": "PATCH", "body": {field.name: "Two"}}})
    assert [(each["id"], each["differs"]) for each in near["closest"]] == [(2, ["body"]), (1, ["body"])]


def test_coverage_tells_what_was_exercised(mock: Mock) -> None:
    """Statuses and fields are counted by the operation that was called; what was not exercised has 0."""
    field = text_field()
    mock.send("PATCH", {field.name: "One"})
    mock.send("PATCH", {field.name: 5, UNKNOWN: 1})
    mock.send("GET")
    mock.send("GET", path="/nowhere")

    patch, get = mock.ok("GET", "coverage")[API.name]["operations"]

    assert (patch["requests"], get["requests"]) == (2, 1)
    assert patch["statuses"].keys() >= {str(status) for status in API.responses}
    struck = {str(API.success): 1, str(API.situations["invalid_field"].status): 1}
    assert {status: count for status, count in patch["statuses"].items() if count} == struck
    fields = mock.ok("GET", "coverage")[API.name]["fields"]
    assert {path for path, count in fields.items() if count} == {field.path}
    assert fields.keys() == {each.path for each in API.walk_fields() if not each.read_only}
    mock.ok("POST", "reset")
    assert not any(mock.ok("GET", "coverage")[API.name]["fields"].values())


# --- events ---------------------------------------------------------------------------------------------------------


def events(chunks: Iterator[bytes], count: int) -> list[tuple[str, Any]]:
    """So many events of a stream with their data, comments passed over."""
    found: list[tuple[str, Any]] = []
    while len(found) < count:
        lines = dict(line.split(": ", 1) for line in next(chunks).decode().splitlines() if line and not line.startswith(":"))
        if lines:
            found.append((lines["event"], json.loads(lines["data"])))
    return found


def test_events_tell_what_happens(mock: Mock) -> None:
    """Requests as the journal has them, and changes by control calls; a search is no change."""
    with mock.control("GET", "events") as stream:
        chunks = iter(stream.response)
        assert next(chunks).startswith(b":")
        mock.send("GET")
        mock.ok("POST", "requests/count", {})
        mock.control("PUT", "settings", {"spede": 1})
        mock.ok("PATCH", "settings", {"latency": 0})
        mock.ok("POST", "reset")
        told = events(chunks, 3)

    assert (told[0][0], told[0][1]["id"], told[0][1]["method"]) == ("request", 1, "GET")
    assert told[1:] == [("changed", {"what": "settings"}), ("changed", {"what": "reset"})]


def test_a_listener_that_comes_back_gets_what_it_missed(mock: Mock) -> None:
    """By the id of the last event that it has seen, and nothing twice."""
    for _ in range(3):
        mock.send("GET")
    with mock.control("GET", "events", headers={"Last-Event-ID": "1"}) as stream:
        mock.send("GET")
        told = events(iter(stream.response), 3)

    assert [data["id"] for _, data in told] == [2, 3, 4]


def test_listeners_are_limited_and_make_room(mock: Mock) -> None:
    """One too many is told to come later; one that leaves makes room, also one that never read a line."""
    limit = mock.ok("GET", "version")["limits"]["subscribers"]
    streams = [mock.control("GET", "events") for _ in range(limit)]

    refused = mock.control("GET", "events")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "5")
    streams.pop().close()
    streams.append(mock.control("GET", "events"))
    assert streams[-1].status_code == 200
    for stream in streams:
        stream.close()
