"""Answers that a user wrote, and the page that a first visitor sees."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from mock_server import create_app
from mock_server.commands import main
from mock_server.resource import custom
from mock_server.worlds.loading import load
from tests.whole.test_resource_operations import DOCUMENTS

LIBRARY = DOCUMENTS / "library.yaml"
MAPPINGS = """
- name: greeting
  request: {method: GET, path: /hello/*, query: {polite: "yes"}, headers: {X-Kind: test}}
  response: {status: 203, headers: {X-Who: "{{request.pathSegments/1}}"}, body: "Hello, {{request.pathSegments/1}}!"}
- request: {method: POST, path: /api/v2/books, body: {title: Magic}}
  response:
    status: 409
    body: {said: "{{request.body/title}} ({{request.body/pages}})", pages: "{{request.body/pages}}", none: "{{request.body/a/b}}"}
"""


def client(tmp_path: Path, content: str = MAPPINGS) -> Any:
    """A client of a mock with these mappings."""
    file = tmp_path / "mappings.yaml"
    file.write_text(content)
    return create_app([load(LIBRARY)], mappings=custom.read(file)).test_client()


def test_a_request_that_fits_is_answered_as_written(tmp_path: Path) -> None:
    """With what was sent in the places of the templates; values keep their types."""
    mock = client(tmp_path)

    greeted = mock.get("/hello/world?polite=yes", headers={"X-Kind": "test"})
    refused = mock.post("/api/v2/books", json={"title": "Magic", "pages": 7, "more": 1})

    assert (greeted.status_code, greeted.text, greeted.headers["X-Who"]) == (203, "Hello, world!", "world")
    assert greeted.headers["X-Mock-Answer"] == "mapping greeting"
    assert (refused.status_code, refused.get_json()) == (409, {"said": "Magic (7)", "pages": 7, "none": None})


@pytest.mark.parametrize(
    ("method", "path", "options"),
    [
        ("GET", "/hello/world", {}),
        ("GET", "/hello/world?polite=yes", {}),
        ("POST", "/hello/world?polite=yes", {"headers": {"X-Kind": "test"}}),
        ("POST", "/api/v2/books", {"json": {"title": "Other"}}),
        ("POST", "/api/v2/books", {"data": b"[" * 5000, "content_type": "application/json"}),
    ],
)
def test_what_does_not_fit_goes_its_usual_way(tmp_path: Path, method: str, path: str, options: Any) -> None:
    """Each part of the pattern counts."""
    answer = client(tmp_path).open(path, method=method, **options)

    assert answer.status_code in (401, 404)
    assert "X-Mock-Answer" not in answer.headers


def test_the_journal_has_them(tmp_path: Path) -> None:
    """With the header that says which."""
    mock = client(tmp_path)
    mock.get("/hello/you?polite=yes", headers={"X-Kind": "test"})

    (entry,) = mock.get("/__admin/requests").get_json()["requests"]

    assert (entry["path"], entry["status"]) == ("/hello/you", 203)
    assert entry["response"]["headers"]["X-Mock-Answer"] == "mapping greeting"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("mappings: 7", "expected a list of mappings"),
        ("- {request: {verb: GET}}", "'verb' is not known"),
        ("- {response: {status: 999}}", "expected 100 to 599"),
        ("- {response: {delay: soon}}", "expected milliseconds"),
        ("- {request: {query: a}}", "expected names and values"),
        ("- text", "expected an object"),
        ("- [", "not readable as YAML"),
    ],
)
def test_a_file_that_is_not_right_is_refused_in_one_line(tmp_path: Path, content: str, words: str) -> None:
    """By the command with exit code 2."""
    file = tmp_path / "mappings.yaml"
    file.write_text(content)

    result = CliRunner().invoke(main, [str(LIBRARY), "--mappings", str(file), "--port", "0"])

    assert result.exit_code == 2
    assert words in result.output


def test_a_first_visitor_is_welcomed() -> None:
    """At the root, where no document has a path for it: links and commands that work."""
    mock = create_app([load(LIBRARY), load("checkoutpage")]).test_client()

    page = mock.get("/")

    assert (page.status_code, page.mimetype) == (200, "text/html")
    for text in ("Library", "/__admin/ui", "/docs", "http://localhost/library/api/v2", "mock-token"):
        assert text in page.text


def test_documents_tell_what_is_an_example() -> None:
    """In the description that /docs shows."""
    content = create_app([load(LIBRARY)]).test_client().get("/openapi.yaml").text

    assert content.count("answers with an example; nothing is stored") == 2


def test_what_a_user_wrote_fails_on_demand_too(tmp_path: Path) -> None:
    """By the request itself, and by a rule; the journal says why."""
    mock = client(tmp_path)
    greeting = {"path": "/hello/world?polite=yes", "headers": {"X-Kind": "test"}}

    wished = mock.get(greeting["path"], headers={**greeting["headers"], "Prefer": "code=503"})
    other = mock.get(greeting["path"], headers={**greeting["headers"], "Prefer": "code=202"})
    mock.post("/__admin/faults", json={"type": "status", "code": 429, "times": 1, "match": {"path": "/hello/*"}})
    ruled, usual = (mock.get(**greeting) for _ in range(2))
    faults = [each["fault"] for each in mock.get("/__admin/requests").get_json()["requests"]]

    assert (wished.status_code, wished.headers["Preference-Applied"], wished.headers["Retry-After"]) == (503, "code=503", "1")
    assert (other.status_code, other.text) == (202, "Hello, world!")
    assert (ruled.status_code, usual.status_code) == (429, 203)
    assert [fault and fault["code"] for fault in faults] == [None, 429, 202, 503]


def test_what_a_user_wrote_is_cut(tmp_path: Path) -> None:
    """An answer that is no JSON any more."""
    options = {"json": {"title": "Magic"}, "headers": {"Prefer": "fault=malformed"}}

    answer = client(tmp_path).post("/api/v2/books", **options)

    assert answer.status_code == 409
    assert answer.get_json(silent=True) is None
