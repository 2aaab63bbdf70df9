"""One operation mocked inside a real application: what the mock does not serve goes on to a service, here a small one."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest
import requests
import yaml
from click.testing import CliRunner
from flask import Response

from mock_server import create_app
from mock_server.commands import main
from mock_server.resource import custom
from mock_server.web import serving
from mock_server.web.app import worlds_of
from mock_server.web.forwarding import Forward
from mock_server.web.recorded_seeds import RecordedSeeds
from mock_server.web.recording import Recording
from mock_server.worlds.loading import load
from mock_server.worlds.seed_file import seeded
from tests.whole.test_resource_operations import BOOK, DOCUMENTS

LIBRARY = DOCUMENTS / "library.yaml"


class Backend(BaseHTTPRequestHandler):
    """Answers every request with what it was."""

    protocol_version = "HTTP/1.1"
    bodies: ClassVar[list[str]] = []

    def handle_one_request(self) -> None:
        """Any method."""
        self.raw_requestline = self.rfile.readline(65_537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        self.bodies.append(body)
        seen = {"method": self.command, "path": self.path, "body": body, "headers": dict(self.headers.items())}
        content = json.dumps(seen).encode()
        self.send_response(302 if self.path == "/moved" else 207)
        for name, value in {"Content-Type": "application/json", "X-Backend": "yes", "Location": "/else"}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_arguments: Any) -> None:
        """Silent."""


@pytest.fixture(name="url")
def served() -> Iterator[str]:
    """A mock of the library before a backend, which also has the opening hours."""
    backend = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    Thread(target=backend.serve_forever, daemon=True).start()
    forward = Forward(f"http://127.0.0.1:{backend.server_port}", ("*/opening-hours",))
    server = serving.listen(create_app([load(LIBRARY)], forward=forward), "127.0.0.1", 0)
    stop = serving.run_in_thread(server)
    yield serving.url_of(server)
    stop()
    backend.shutdown()
    backend.server_close()


def test_what_is_not_served_goes_on(url: str) -> None:
    """Method, path, query, headers and body as they were, and the answer as it is, with a header that says so."""
    sent = requests.post(
        f"{url}/other/a%2Fb?q=1&q=2", data="text", headers={"X-Own": "1", "Authorization": "Bearer own"}, timeout=10
    )
    seen = sent.json()

    assert (sent.status_code, sent.headers["X-Backend"], sent.headers["X-Mock-Answer"]) == (207, "yes", "the real service")
    assert (seen["method"], seen["body"]) == ("POST", "text")
    assert seen["path"] == "/other/a%2Fb?q=1&q=2"
    assert (seen["headers"]["X-Own"], seen["headers"]["Authorization"]) == ("1", "Bearer own")


def test_what_is_served_stays_unless_a_pattern_names_it(url: str) -> None:
    """One operation of several."""
    own = requests.get(f"{url}/api/v2/books", headers={"Authorization": "Bearer mock-token"}, timeout=10)
    other = requests.get(f"{url}/api/v2/opening-hours", timeout=10)

    assert (own.status_code, "X-Mock-Answer" in own.headers) == (200, False)
    assert (other.status_code, other.json()["path"]) == (207, "/api/v2/opening-hours")


def test_redirects_are_the_clients(url: str) -> None:
    """They are not followed here."""
    answer = requests.get(f"{url}/moved", allow_redirects=False, timeout=10)

    assert (answer.status_code, answer.headers["Location"]) == (302, "/else")


def test_the_journal_shows_them_without_secrets(url: str) -> None:
    """As all other requests."""
    requests.get(f"{url}/other", headers={"Authorization": "Bearer secret-of-mine"}, timeout=10)

    entry = requests.get(f"{url}/__admin/requests", timeout=10).json()["requests"][0]

    assert (entry["path"], entry["status"], entry["operation"]) == ("/other", 207, None)
    assert entry["request"]["headers"]["Authorization"] == "Bearer ***"


def test_a_service_that_is_down_is_told_of() -> None:
    """502, in one line."""
    client = create_app([load(LIBRARY)], forward=Forward("http://127.0.0.1:9")).test_client()

    answer = client.get("/other")

    assert answer.status_code == 502
    assert "http://127.0.0.1:9 does not answer" in answer.get_json()["detail"]


@pytest.mark.parametrize("address", ["localhost:80", "ftp://localhost", "http://", "http://localhost/?a=1"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    """By the command with exit code 2."""
    result = CliRunner().invoke(main, [str(LIBRARY), "--forward", address, "--port", "0"])

    assert result.exit_code == 2
    assert "expected http://host" in result.output


# --- recording ----------------------------------------------------------------------------------------------------


def test_what_passed_is_answered_offline(tmp_path: Path) -> None:
    """By the recorded file, without the service; secrets are not in it."""
    backend = ThreadingHTTPServer(("127.0.0.1", 0), Backend)
    Thread(target=backend.serve_forever, daemon=True).start()
    file = tmp_path / "recorded.yaml"
    forward = Forward(f"http://127.0.0.1:{backend.server_port}", ("*",), recording=Recording(file, ("internal_note",)))
    online = create_app([load(LIBRARY)], forward=forward).test_client()
    headers = {"Authorization": "Bearer secret-of-mine", "Cookie": "session=secret-of-mine"}
    first = online.get("/api/v2/books?page=2&token=secret-of-mine", headers=headers).get_json()
    online.get("/api/v2/books", headers=headers)
    online.post(
        "/api/v2/books", json={"title": "x", "password": "secret-of-mine", "internal_note": "secret-of-mine"}, headers=headers
    )
    backend.shutdown()
    backend.server_close()

    recorded = file.read_text()
    offline = create_app([load(LIBRARY)], mappings=custom.read(file)).test_client()

    assert [each["request"].get("query") for each in yaml.safe_load(recorded)].count({"page": "2"}) == 1
    again = offline.get("/api/v2/books?page=2").get_json()
    assert (again["method"], again["path"].partition("&")[0]) == (first["method"], "/api/v2/books?page=2")
    assert offline.get("/api/v2/books").get_json()["path"] == "/api/v2/books"
    assert offline.post("/api/v2/books", json={"title": "x", "password": "any"}).get_json()["method"] == "POST"


def test_secrets_of_bodies_are_struck_out(tmp_path: Path) -> None:
    """Of requests and answers."""
    file = tmp_path / "recorded.yaml"
    app = create_app([load(LIBRARY)])
    recording = Recording(file, ("pin",))
    with app.test_request_context(
        "/login", method="POST", json={"user": "u", "password": "hush", "deep": {"pin": "hush"}}
    ) as context:
        recording.keep(
            context.request,
            Response('{"access_token": "hush", "a": [{"pin": "hush"}], "ok": true}', content_type="application/json"),
        )

    assert "hush" not in file.read_text()
    (mapping,) = yaml.safe_load(file.read_text())
    assert mapping["request"]["body"] == {"user": "u", "deep": {}}
    assert mapping["response"]["body"] == {"access_token": "***", "a": [{"pin": "***"}], "ok": True}


def test_what_passed_is_what_a_mock_starts_with(tmp_path: Path) -> None:
    """The records as they were shown last: listed, created, changed, not those that were deleted."""
    file = tmp_path / "seeds.yaml"
    real = create_app([load(LIBRARY)])
    resource = worlds_of(real).resources[0]
    seeds = RecordedSeeds([resource], file)
    headers = {"Authorization": "Bearer mock-token"}

    def passed(method: str, path: str, **options: Any) -> Any:
        answer = real.test_client().open(f"/api/v2{path}", method=method, headers=headers, **options)
        seeds.keep(method, f"/api/v2{path.partition('?')[0]}", answer.status_code, answer.get_json(silent=True))
        return answer.get_json(silent=True)

    passed("GET", "/books?per_page=3")
    made = passed("POST", "/books", json=BOOK)["id"]
    passed("PATCH", f"/books/{made}", json={"title": "By hand"})
    passed("DELETE", "/books/2")
    passed("GET", "/books/999999")
    offline = create_app(seeded([load(LIBRARY)], file)).test_client()
    listed = offline.get("/api/v2/books?per_page=50", headers=headers).get_json()["data"]

    assert [each["id"] for each in listed] == [1, 3, made]
    assert listed[2]["title"] == "By hand"
    assert offline.get("/api/v2/books/1", headers=headers).get_json() == passed("GET", "/books/1")


def test_what_goes_on_fails_on_demand_too(url: str) -> None:
    """Ahead of the service, which then learns nothing of it, or behind it."""
    before = requests.post(f"{url}/other", data="a", headers={"Prefer": "code=500"}, timeout=10)
    behind = requests.post(f"{url}/other", data="b", headers={"Prefer": "code=500, phase=after_commit"}, timeout=10)
    late = requests.post(f"{url}/other", data="c", headers={"Prefer": "delay=50"}, timeout=10)

    assert [each.status_code for each in (before, behind, late)] == [500, 500, 207]
    assert late.headers["Preference-Applied"] == "delay=50"
    assert late.elapsed.total_seconds() >= 0.05
    assert [each.headers["Preference-Applied"] for each in (before, behind)] == ["code=500", "code=500, phase=after_commit"]
    assert Backend.bodies[-2:] == ["b", "c"]
