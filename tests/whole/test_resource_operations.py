"""A whole resource from an OpenAPI document alone: what is created is listed, what is changed shows, what is deleted is gone."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from mock_server.web.in_process import MockServer

DOCUMENTS = Path(__file__).parents[1] / "resources"
JSON = "application/json"
BOOK = {"title": "The long way", "isbn": "9781234567897"}


class Api:
    """A client of one served document, with its credential."""

    def __init__(self, url: str, credential: str = "mock-token") -> None:
        self.url = url
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {credential}"

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """One request."""
        return self.session.request(method, self.url + path, json=body, timeout=10, **options)

    def read(self, path: str, **query: str) -> Any:
        """The JSON of a GET."""
        answer = self.send("GET", path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(name="api")
def served() -> Iterator[Api]:
    """The library, with the records that it starts with."""
    with MockServer(DOCUMENTS / "library.yaml") as mock:
        yield Api(mock.apis["library"].url)


def test_the_base_path_of_the_first_server_is_part_of_the_address(api: Api) -> None:
    """A client that knows the real base URL changes nothing but the host."""
    assert api.url.endswith("/api/v2")
    assert api.send("GET", "/books").status_code == 200


def test_what_is_created_is_in_the_list_and_has_an_address(api: Api) -> None:
    """201, a Location that leads to it, a key of the documented kind, and what only the server writes."""
    before = api.read("/books")["meta"]["total"]

    made = api.send("POST", "/books", {**BOOK, "internal_note": "of no interest", "lent": True, "id": 3})

    assert made.status_code == 201
    book = made.json()
    assert made.headers["Location"] == f"/api/v2/books/{book['id']}"
    assert book["id"] not in range(1, 11)
    assert (book["title"], book["genre"], book["lent"], book["revision"]) == (BOOK["title"], "novel", False, 1)
    assert book["created_at"] == book["updated_at"]
    assert "internal_note" not in book
    assert api.read(f"/books/{book['id']}") == book
    assert api.read("/books")["meta"]["total"] == before + 1
    assert api.read("/books", per_page="100")["data"][-1] == book


def test_what_is_changed_is_shown_everywhere_and_the_rest_stays(api: Api) -> None:
    """Objects are merged, null is stored where the document has it, times and revisions move only with a change."""
    before = api.read("/books/4")

    changed = api.send("PATCH", "/books/4", {"genre": "history", "subtitle": None, "shelf": {"room": "Attic"}})

    assert changed.status_code == 200
    book = changed.json()
    moved = {"genre": "history", "subtitle": None, "shelf": {**before["shelf"], "room": "Attic"}}
    assert book == {**before, **moved, "updated_at": book["updated_at"], "revision": before["revision"] + 1}
    assert book["updated_at"] > before["updated_at"]
    assert api.read("/books/4") == book
    assert book in api.read("/books")["data"]
    assert api.send("PATCH", "/books/4", {"genre": "history"}).json() == book


def test_what_is_replaced_keeps_nothing_that_a_client_writes(api: Api) -> None:
    """PUT: what was not sent is gone or at its default; what only the server writes stays."""
    before = api.read("/books/2")

    replaced = api.send("PUT", "/books/2", BOOK).json()

    assert {name: replaced[name] for name in ("id", "created_at", "lent")} == {
        name: before[name] for name in ("id", "created_at", "lent")
    }
    assert (replaced["title"], replaced["genre"]) == (BOOK["title"], "novel")
    assert "shelf" not in replaced


def test_what_is_deleted_is_gone_from_everywhere(api: Api) -> None:
    """204, then 404 for every operation on it and on what stands in it; and its key is not given again."""
    assert api.send("DELETE", "/books/10").status_code == 204

    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/loans"), ("POST", "/reserve")):
        assert api.send(method, f"/books/10{path}").status_code == 404
    assert all(book["id"] != 10 for book in api.read("/books", per_page="100")["data"])
    assert api.send("POST", "/books", BOOK).json()["id"] > 10


def test_lists_that_refer_to_a_deleted_record_lose_it(api: Api) -> None:
    """A list of keys in another record."""
    gone, stays = (author["id"] for author in api.read("/authors")[:2])
    api.send("PATCH", "/books/1", {"author_ids": [gone, stays]})

    api.send("DELETE", f"/authors/{gone}")

    assert api.read("/books/1")["author_ids"] == [stays]


def test_records_inside_a_record(api: Api) -> None:
    """They are listed, made and deleted there, and nowhere else."""
    made = api.send("POST", "/books/1/loans", {"reader": "reader@example.com"})
    loan = made.json()

    assert (made.status_code, made.headers["Location"]) == (201, f"/api/v2/books/1/loans/{loan['id']}")
    assert loan["book_id"] == 1
    assert loan in api.read("/books/1/loans")
    assert loan not in api.read("/books/2/loans")
    assert api.read(f"/books/1/loans/{loan['id']}") == loan
    assert api.send("GET", f"/books/2/loans/{loan['id']}").status_code == 404
    assert api.send("DELETE", f"/books/1/loans/{loan['id']}").status_code == 204
    assert loan not in api.read("/books/1/loans")


def test_a_single_record_is_read_and_replaced(api: Api) -> None:
    """A path without a key, which is always there."""
    assert api.send("PUT", "/settings", {"language": "de", "reminders": False}).status_code == 200
    assert api.read("/settings") == {"language": "de", "reminders": False}


@pytest.mark.parametrize(
    ("method", "path", "body", "fields"),
    [
        ("POST", "/books", {"title": "", "isbn": "1"}, ["title", "isbn"]),
        ("POST", "/books", {"title": "x"}, ["isbn"]),
        ("PATCH", "/books/1", {"genre": "other"}, ["genre"]),
        ("PATCH", "/books/1", {"shelf": {"number": "first"}}, ["shelf.number"]),
        ("PUT", "/books/1", {**BOOK, "pages": 5001}, ["pages"]),
        ("PUT", "/settings", {"language": None}, ["language"]),
        ("GET", "/books?page=0", None, ["page"]),
        ("GET", "/books?genre=other", None, ["genre"]),
    ],
)
def test_a_refusal_names_the_fields_and_stores_nothing(api: Api, method: str, path: str, body: Any, fields: list[str]) -> None:
    """The documented envelope for the bodies and parameters of every operation."""
    before = api.read("/books", per_page="100"), api.read("/settings")

    refused = api.send(method, path, body)

    assert refused.status_code == 400
    assert [each["field"] for each in refused.json()["errors"]] == fields
    assert (api.read("/books", per_page="100"), api.read("/settings")) == before


@pytest.mark.parametrize(
    ("method", "path", "status", "allow"),
    [
        ("GET", "/books/none", 404, None),
        ("GET", "/nothing", 404, None),
        ("DELETE", "/books", 405, "GET, POST, HEAD, OPTIONS"),
        ("OPTIONS", "/books", 200, "GET, POST, HEAD, OPTIONS"),
    ],
)
def test_paths_and_methods_that_are_not_there(api: Api, method: str, path: str, status: int, allow: str | None) -> None:
    """Answered in the document's own envelope."""
    answer = api.send(method, path)

    assert (answer.status_code, answer.headers.get("Allow")) == (status, allow)
    assert status == 200 or set(answer.json()) == {"message"}


@pytest.mark.parametrize(
    ("content", "media_type", "status"),
    [
        (b"{", "application/json", 400),
        (b"", "application/json", 400),
        (b"{}", "text/plain", 415),
        (b"[1]", "application/json", 400),
    ],
)
def test_bodies_that_cannot_be_read(api: Api, content: bytes, media_type: str, status: int) -> None:
    """Refused, whatever they are."""
    answer = api.session.post(f"{api.url}/books", data=content, headers={"Content-Type": media_type}, timeout=10)

    assert answer.status_code == status


def test_a_credential_is_asked_for_where_the_document_asks(api: Api) -> None:
    """401 without it and with a wrong one, with a hint; none where the operation needs none."""
    for credential in ("", "other"):
        refused = Api(api.url, credential).send("GET", "/books")
        assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, 'Bearer realm="api"')
        assert "mock-token" in refused.headers["X-Mock-Warning"]
    assert requests.get(f"{api.url}/opening-hours", timeout=10).status_code == 200


def test_what_cannot_be_derived_says_so(api: Api) -> None:
    """A valid example or a made body, and a header that tells which."""
    hours, reserved = api.send("GET", "/opening-hours"), api.send("POST", "/books/1/reserve")

    assert hours.json() == {"monday": "9-17"}
    assert hours.headers["X-Mock-Answer"] == "example of the document; nothing is stored"
    assert set(reserved.json()) == {"until"}
    assert reserved.headers["X-Mock-Answer"] == "made from the schema; nothing is stored"
    assert "X-Mock-Answer" not in api.send("GET", "/books").headers


@pytest.mark.parametrize(
    ("wish", "status", "is_stored"),
    [
        ("code=400", 400, False),
        ("code=503", 503, False),
        ("code=500, phase=after_commit", 500, True),
        ("return=minimal", 204, True),
    ],
)
def test_failures_on_demand_reach_every_operation(api: Api, wish: str, status: int, is_stored: bool) -> None:
    """As they do for a PATCH with x-contract."""
    answer = api.send("PATCH", "/books/1", {"title": "On demand"}, headers={"Prefer": wish})

    assert answer.status_code == status
    assert answer.headers["Preference-Applied"] == wish
    assert (api.read("/books/1")["title"] == "On demand") is is_stored


def test_a_session_has_records_of_its_own() -> None:
    """Each from the same seeds."""
    with MockServer(DOCUMENTS / "library.yaml") as mock, mock.session() as one:
        inside, outside = Api(one.apis["library"].url), Api(mock.apis["library"].url)
        inside.send("DELETE", "/books/1")

        assert inside.send("GET", "/books/1").status_code == 404
        assert outside.send("GET", "/books/1").status_code == 200
        one.reset()
        assert inside.read("/books/1") == outside.read("/books/1")


def test_two_runs_begin_with_the_same_records() -> None:
    """Seeds are made, not drawn."""
    lists = []
    for _ in range(2):
        with MockServer(DOCUMENTS / "library.yaml") as mock:
            lists.append(Api(mock.apis["library"].url).read("/books", per_page="100"))

    assert lists[0]["data"] == lists[1]["data"]


def test_beside_documented_apis_each_has_its_prefix() -> None:
    """A document without x-contract, and one with it."""
    with MockServer("checkoutpage", DOCUMENTS / "library.yaml") as mock:
        library, other = mock.apis["library"], mock.apis["checkoutpage"]

        assert library.url == f"{mock.url}/library/api/v2"
        assert Api(library.url).send("GET", "/books").status_code == 200
        assert other.customers
