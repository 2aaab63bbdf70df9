"""Lists: pages of every usual kind, order, filters, search, and the counts where the document has them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from mock_server.web.in_process import MockServer
from tests.whole.test_resource_operations import DOCUMENTS, Api

NOTE = {
    "type": "object",
    "required": ["id", "title", "rank"],
    "properties": {
        "id": {"type": "integer"},
        "title": {"type": "string"},
        "rank": {"type": "integer", "minimum": 0, "maximum": 4},
        "labels": {"type": "array", "items": {"type": "string", "enum": ["red", "green", "blue"]}},
    },
}


def document(parameters: list[dict[str, Any]], schema: dict[str, Any], headers: tuple[str, ...] = ()) -> dict[str, Any]:
    """A document with one list."""
    answer = {"description": "The list.", "headers": {name: {"schema": {}} for name in headers}}
    listed = {
        "operationId": "list",
        "parameters": [{"in": "query", "schema": {"type": "integer"}, **each} for each in parameters],
        "responses": {"200": {**answer, "content": {"application/json": {"schema": schema}}}},
    }
    shown = {
        "operationId": "show",
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}],
        "responses": {"200": {"description": "It.", "content": {"application/json": {"schema": NOTE}}}},
    }
    return {
        "openapi": "3.0.3",
        "info": {"title": "Notes", "version": "1"},
        "paths": {"/notes": {"get": listed}, "/notes/{id}": {"get": shown}},
    }


class Notes:
    """A client of a list of 23 notes."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, query: str = "") -> requests.Response:
        """The list."""
        return requests.get(f"{self.url}/notes{query}", timeout=10)


@pytest.fixture(name="serve")
def serving(tmp_path: Path) -> Iterator[Any]:
    """Serves a document with 23 notes."""
    running: list[MockServer] = []

    def serve(content: dict[str, Any]) -> Notes:
        file = tmp_path / "notes.yaml"
        file.write_text(yaml.safe_dump(content))
        mock = MockServer(file, records=23).__enter__()
        running.append(mock)
        return Notes(mock.url)

    yield serve
    for mock in running:
        mock.__exit__(None, None, None)


BARE: dict[str, Any] = {"type": "array", "items": NOTE}
TEXT = {"type": "string", "nullable": True}


def around(**members: Any) -> dict[str, Any]:
    """An envelope with the list in ``items``."""
    return {"type": "object", "required": ["items"], "properties": {"items": BARE, **members}}


KINDS: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "page and per_page": ([{"name": "page"}, {"name": "per_page"}], around(next_page={"type": "integer", "nullable": True})),
    "page from zero": (
        [{"name": "page", "schema": {"type": "integer", "minimum": 0}}, {"name": "size"}],
        around(next={**TEXT, "format": "uri"}),
    ),
    "offset and limit": ([{"name": "offset"}, {"name": "limit"}], around(next={**TEXT, "format": "uri"})),
    "skip and take": ([{"name": "$skip"}, {"name": "$top"}], around(next_link=TEXT)),
    "page token": ([{"name": "pageToken", "schema": {"type": "string"}}, {"name": "pageSize"}], around(nextPageToken=TEXT)),
    "starting after": ([{"name": "starting_after", "schema": {"type": "string"}}, {"name": "limit"}], around(next_cursor=TEXT)),
}
SIZES = {"per_page", "size", "limit", "$top", "pageSize"}


@pytest.mark.parametrize("kind", KINDS)
def test_pages_are_walked_through_to_the_end(serve: Any, kind: str) -> None:
    """Every record once and in order, by what each page says of the next one."""
    parameters, schema = KINDS[kind]
    notes = serve(document(parameters, schema))
    size = next(each["name"] for each in parameters if each["name"] in SIZES)
    leading = next(each["name"] for each in parameters if each["name"] not in SIZES)
    seen: list[int] = []
    query = f"?{size}=5"
    for _ in range(10):
        body = notes.get(query).json()
        seen += [each["id"] for each in body["items"]]
        following = next((value for name, value in body.items() if name.startswith("next")), None)
        if following is None:
            break
        is_link = str(following).startswith("http")
        query = f"?{following.partition('?')[2]}" if is_link else f"?{size}=5&{leading}={following}"

    assert seen == list(range(1, 24))


def test_pages_by_link_headers(serve: Any) -> None:
    """Links to the first, last, next and previous page, and the total, where the document has the headers."""
    notes = serve(document([{"name": "page"}, {"name": "per_page"}], BARE, headers=("Link", "X-Total-Count")))

    answer = notes.get("?per_page=10&page=2")

    assert answer.headers["X-Total-Count"] == "23"
    assert {name: link["url"].partition("?")[2] for name, link in answer.links.items()} == {
        "first": "per_page=10&page=1",
        "prev": "per_page=10&page=1",
        "next": "per_page=10&page=3",
        "last": "per_page=10&page=3",
    }
    assert "Link" not in serve(document([{"name": "page"}], BARE)).get().headers


@pytest.mark.parametrize(
    "meta",
    [
        {"total": 23, "page": 2, "per_page": 10, "pages": 3},
        {"totalCount": 23, "currentPage": 2, "pageSize": 10, "totalPages": 3},
        {"total_results": 23, "hasMore": True, "last_page": 3},
    ],
)
@pytest.mark.parametrize("is_nested", [False, True])
def test_counts_stand_where_the_document_has_them(serve: Any, meta: dict[str, Any], is_nested: bool) -> None:
    """Beside the list, or in an object beside it."""
    members = {name: {"type": "boolean" if value is True else "integer"} for name, value in meta.items()}
    schema = around(pagination={"type": "object", "properties": members}) if is_nested else around(**members)
    body = serve(document([{"name": "page"}, {"name": "per_page"}], schema)).get("?page=2&per_page=10").json()

    assert {name: value for name, value in (body["pagination"] if is_nested else body).items() if name != "items"} == meta


QUERY = [
    {"name": "sort", "schema": {"type": "string"}},
    {"name": "order", "schema": {"type": "string", "enum": ["asc", "desc"]}},
    {"name": "rank"},
    {"name": "labels", "schema": {"type": "array", "items": {"type": "string"}}},
    {"name": "search", "schema": {"type": "string"}},
    {"name": "include", "schema": {"type": "string"}},
]


@pytest.mark.parametrize(
    ("query", "key"),
    [
        ("?sort=rank", lambda note: note["rank"]),
        ("?sort=title", lambda note: note["title"].casefold()),
        ("?sort=-rank", lambda note: -note["rank"]),
        ("?sort=rank:desc", lambda note: -note["rank"]),
        ("?sort=rank&order=desc", lambda note: -note["rank"]),
        ("?sort=rank,-id", lambda note: (note["rank"], -note["id"])),
    ],
)
def test_order(serve: Any, query: str, key: Any) -> None:
    """By any member, in the usual spellings; what is alike stays in its order."""
    notes = serve(document(QUERY, BARE))

    listed = notes.get(query).json()

    assert [key(each) for each in listed] == sorted(key(each) for each in listed)
    assert len(listed) == 23


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("?rank=3", lambda note: note["rank"] == 3),
        ("?labels=red", lambda note: "red" in note["labels"]),
        ("?labels=red,blue", lambda note: {"red", "blue"} & set(note["labels"])),
        ("?labels=red&rank=1", lambda note: "red" in note["labels"] and note["rank"] == 1),
        ("?search=LAMP", lambda note: "lamp" in note["title"].casefold()),
        ("?rank=9", lambda _: False),
    ],
)
def test_filters_and_search(serve: Any, query: str, fits: Any) -> None:
    """By equality, by one of several, and by any text."""
    notes = serve(document(QUERY, BARE))
    everything = notes.get().json()

    listed = notes.get(query).json()

    assert listed == [each for each in everything if fits(each)]
    assert 0 < len(everything) == 23
    assert listed or query in ("?rank=9", "?search=LAMP")


DEEP = {"name": "filter", "style": "deepObject", "explode": True}
DEEP["schema"] = {"type": "object", "additionalProperties": False, "properties": {"rank": {"type": "integer"}}}  # type: ignore[assignment]


@pytest.mark.parametrize(("query", "status"), [("?filter[rank]=3", 200), ("?filter[rank]=high", 400), ("?filter[other]=3", 400)])
def test_filters_in_an_object(serve: Any, query: str, status: int) -> None:
    """Style deepObject: each member filters, and all of them are held against the schema."""
    answer = serve(document([DEEP], BARE)).get(query)

    assert answer.status_code == status
    assert status == 400 or {each["rank"] for each in answer.json()} == {3}


def test_a_parameter_that_does_nothing_is_told(serve: Any) -> None:
    """In a header; undocumented ones are nobody's."""
    notes = serve(document(QUERY, BARE))

    assert notes.get("?include=labels").headers["X-Mock-Warning"] == "passed over: include"
    assert "X-Mock-Warning" not in notes.get("?other=1&rank=1").headers


def test_a_page_behind_the_end_is_empty() -> None:
    """And no error."""
    with MockServer(DOCUMENTS / "library.yaml") as mock:
        body = Api(f"{mock.url}/api/v2").read("/books", page="9")

    assert (body["data"], body["meta"]["total"], body["meta"]["has_more"]) == ([], 10, False)
