"""What public documents do, one small document for each kind: how records and lists are wrapped, keyed, sent and answered."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from mock_server.resource.reading.document import read
from mock_server.resource.reading.recognition import Recognition
from mock_server.web.in_process import MockServer
from tests.resource_client import played

JSON = "application/json"
THING: dict[str, Any] = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "title": {"type": "string", "minLength": 1},
        "state": {"type": "string", "enum": ["open", "done"]},
    },
}
ERROR = {"type": "object", "required": ["message"], "properties": {"message": {"type": "string"}}}


def body(schema: Any, media_type: str = JSON) -> dict[str, Any]:
    """A request body."""
    return {"required": True, "content": {media_type: {"schema": schema}}}


def answers(status: int, schema: Any = None, media_type: str = JSON) -> dict[str, Any]:
    """The responses of an operation."""
    found: dict[str, Any] = {"description": "It."}
    if schema is not None:
        found["content"] = {media_type: {"schema": schema}}
    error = {"description": "No.", "content": {JSON: {"schema": ERROR}}}
    return {str(status): found, "400": error, "404": error}


def whole(
    record: Any = THING,
    *,
    listed: Any = None,
    shown: Any = None,
    sent: Any = None,
    key: Mapping[str, Any] = {"type": "integer"},  # never changed
    paths: tuple[str, str] = ("/things", "/things/{id}"),
    media_type: str = JSON,
    created: int = 201,
) -> dict[str, Any]:
    """A document with all six operations."""
    many, one = paths
    parameter = {"name": one.rpartition("{")[2].partition("}")[0], "in": "path", "required": True, "schema": dict(key)}
    shown, sent, listed = shown or record, sent or record, listed or {"type": "array", "items": record}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Things", "version": "1"},
        "paths": {
            many: {
                "get": {"responses": answers(200, listed, media_type)},
                "post": {"requestBody": body(sent, media_type), "responses": answers(created, shown, media_type)},
            },
            one: {
                "parameters": [parameter],
                "get": {"responses": answers(200, shown, media_type)},
                "put": {"requestBody": body(sent, media_type), "responses": answers(200, shown, media_type)},
                "patch": {"requestBody": body(sent, media_type), "responses": answers(200, shown, media_type)},
                "delete": {"responses": answers(204)},
            },
        },
    }


def keyed(name: str, schema: Any) -> dict[str, Any]:
    """A record with another key."""
    return {"type": "object", "required": [name, "title"], "properties": {name: schema, "title": {"type": "string"}}}


def in_object(name: str, schema: Any, **beside: Any) -> dict[str, Any]:
    """An object that holds a value."""
    return {"type": "object", "required": [name], "properties": {name: schema, **beside}}


API_RECORD = {
    "type": "object",
    "required": ["id", "type", "attributes"],
    "properties": {
        "id": {"type": "string"},
        "type": {"type": "string", "enum": ["things"]},
        "attributes": {"type": "object", "properties": {"title": {"type": "string"}, "state": {"type": "string"}}},
    },
}
KINDS: dict[str, dict[str, Any]] = {
    "bare": whole(),
    "wrapped in data": whole(shown=in_object("data", THING), listed=in_object("data", {"type": "array", "items": THING})),
    "wrapped in its name, sent likewise": whole(
        shown=in_object("thing", THING),
        sent=in_object("thing", THING),
        listed=in_object("things", {"type": "array", "items": THING}),
    ),
    "wrapped with a flag": whole(
        shown=in_object("result", THING, success={"type": "boolean"}),
        listed=in_object("result", {"type": "array", "items": THING}, success={"type": "boolean"}),
    ),
    "a list two levels down": whole(listed=in_object("_embedded", in_object("things", {"type": "array", "items": THING}))),
    "JSON:API": whole(
        API_RECORD,
        shown=in_object("data", API_RECORD),
        sent=in_object("data", API_RECORD),
        listed=in_object("data", {"type": "array", "items": API_RECORD}),
        key={"type": "string"},
        media_type="application/vnd.api+json",
    ),
    "a uuid": whole(keyed("uuid", {"type": "string", "format": "uuid"}), key={"type": "string", "format": "uuid"}),
    "a uuid by the path alone": whole(keyed("id", {"type": "string"}), key={"type": "string", "format": "uuid"}),
    "a key of the client": whole(
        keyed("slug", {"type": "string", "pattern": "^[a-z0-9-]+$"}), key={"type": "string"}, paths=("/things", "/things/{slug}")
    ),
    "a parameter with another name": whole(key={"type": "integer"}, paths=("/things", "/things/{thingId}")),
    "a number that the path takes for a text": whole(key={"type": "string"}),
    "slashes at the end": whole(paths=("/things/", "/things/{id}/")),
    "endings": whole(paths=("/things.json", "/things/{id}.json")),
    "deep down": whole(paths=("/v1/shop/things", "/v1/shop/things/{id}")),
    "answered with 200": whole(created=200),
    "created without a body": whole(created=201, shown={}),
    "a list that shows less": whole(listed={"type": "array", "items": in_object("id", {"type": "integer"})}),
    "without a schema": whole(listed={}),
    "a type of its own": whole(media_type="application/vnd.things.v2+json"),
    "any type": whole(media_type="*/*"),
    "parts": whole({"allOf": [in_object("id", {"type": "integer"}), in_object("title", {"type": "string"})]}),
    "variants": whole(
        {
            "oneOf": [
                {
                    **keyed("id", {"type": "integer"}),
                    "properties": {**keyed("id", {"type": "integer"})["properties"], "a": {"const": 1}},
                },
                in_object("never", {"type": "integer", "minimum": 5, "maximum": 4}),
            ]
        }
    ),
}


@pytest.fixture(name="write")
def written(tmp_path: Path) -> Any:
    """Writes a document into a file."""

    def write(content: Any) -> Path:
        file = tmp_path / "things.yaml"
        file.write_text(yaml.safe_dump(content))
        return file

    return write


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_gets_through_every_kind(write: Any, kind: str) -> None:
    """Creates, lists, changes, replaces, deletes; and Schemathesis finds every answer valid."""
    report = played(write(KINDS[kind]))

    assert report.faults == []
    assert report.whole == 1
    assert {"list", "create", "read", "replace", "update", "delete"} <= set(report.steps)


@pytest.mark.parametrize("kind", KINDS)
def test_every_operation_is_derived(write: Any, kind: str) -> None:
    """One collection, and a part for each of the six operations."""
    recognition = Recognition(read(write(KINDS[kind])))

    assert len(recognition.collections) == 1
    assert [each.role.value for each in recognition.all()] == ["list", "create", "read", "replace", "update", "delete"]


# --- further ways -------------------------------------------------------------------------------------------------


class Served:
    """A served document."""

    def __init__(self, url: str) -> None:
        self.url = url

    def send(self, method: str, path: str, body: Any = None, **options: Any) -> requests.Response:
        """One request."""
        return requests.request(method, self.url + path, json=body, timeout=10, **options)


@pytest.fixture(name="serve")
def serving(write: Any) -> Iterator[Any]:
    """Serves a document."""
    running: list[MockServer] = []

    def serve(content: Any) -> Served:
        mock = MockServer(write(content)).__enter__()
        running.append(mock)
        return Served(mock.url)

    yield serve
    for mock in running:
        mock.__exit__(None, None, None)


def test_a_put_without_a_key_in_its_path_takes_it_from_the_body(serve: Any) -> None:
    """And a list by state beside it is a view of the same records."""
    pet = {
        "type": "object",
        "properties": {"id": {"type": "integer"}, "title": {"type": "string"}, "state": THING["properties"]["state"]},
    }
    content = whole(pet)
    by_state = {"name": "state", "in": "query", "schema": {"type": "string"}}
    reference = {"$ref": "#/components/schemas/Thing"}
    content["components"] = {"schemas": {"Thing": pet}}
    many, one = content["paths"]["/things"], content["paths"]["/things/{id}"]
    del many["get"], one["put"]
    many["post"] |= {"requestBody": body(reference), "responses": answers(200, reference)}
    many["put"] = {"requestBody": body(reference), "responses": answers(200, reference)}
    one["get"]["responses"] = answers(200, reference)
    listed = {"parameters": [by_state], "responses": answers(200, {"type": "array", "items": reference})}
    content["paths"]["/things/findByState"] = {"get": listed}
    things = serve(content)

    replaced = things.send("PUT", "/things", {"id": 2, "title": "By the body", "state": "done"})

    assert replaced.json()["title"] == things.send("GET", "/things/2").json()["title"] == "By the body"
    assert {each["state"] for each in things.send("GET", "/things/findByState?state=done").json()} == {"done"}
    assert things.send("PUT", "/things", {"id": 99, "title": "x"}).status_code == 404


def test_a_list_inside_another_record_shows_those_that_name_it(serve: Any) -> None:
    """What is created there is in the other list, and names its parent."""
    reference = {"$ref": "#/components/schemas/Thing"}
    content = whole(reference)
    thing = {**THING, "properties": {**THING["properties"], "owner_id": {"type": "integer"}}}
    content["components"] = {"schemas": {"Thing": thing}}
    owners = whole(keyed("id", {"type": "integer"}), paths=("/owners", "/owners/{ownerId}"))
    inside = {"parameters": [{"name": "ownerId", "in": "path", "required": True, "schema": {"type": "integer"}}]}
    inside["get"] = {"responses": answers(200, {"type": "array", "items": reference})}  # type: ignore[assignment]
    inside["post"] = {"requestBody": body(reference), "responses": answers(201, reference)}  # type: ignore[assignment]
    content["paths"] |= {**owners["paths"], "/owners/{ownerId}/things": inside}
    served = serve(content)

    made = served.send("POST", "/owners/3/things", {"title": "Inside"}).json()

    assert made["owner_id"] == 3
    assert made in served.send("GET", "/things").json()
    listed = served.send("GET", "/owners/3/things").json()
    assert made in listed
    assert {each["owner_id"] for each in listed} == {3}
    assert served.send("GET", "/owners/99/things").status_code == 404


@pytest.mark.parametrize(
    ("operations", "status", "title"),
    [
        ([{"op": "replace", "path": "/title", "value": "New"}], 200, "New"),
        ([{"op": "test", "path": "/title", "value": "no"}, {"op": "replace", "path": "/title", "value": "New"}], 400, None),
        ([{"op": "replace", "path": "/title", "value": 7}], 400, None),
        ([{"op": "remove", "path": "/nothing"}], 400, None),
        ([{"op": "copy", "from": "/state", "path": "/title"}], 200, "open"),
    ],
)
def test_a_patch_by_operations(serve: Any, operations: Any, status: int, title: str | None) -> None:
    """RFC 6902: all of them or none, and the outcome has to fit the document."""
    content = whole()
    patch = {"type": "array", "items": {"type": "object", "required": ["op", "path"]}}
    content["paths"]["/things/{id}"]["patch"]["requestBody"] = body(patch, "application/json-patch+json")
    served = serve(content)
    before = served.send("GET", "/things/1").json()

    answer = served.send("PATCH", "/things/1", operations, headers={"Content-Type": "application/json-patch+json"})

    assert answer.status_code == status
    assert served.send("GET", "/things/1").json()["title"] == (before["title"] if title is None else title)


def test_null_removes_in_a_merge_patch(serve: Any) -> None:
    """RFC 7396."""
    content = whole()
    loose = {"type": "object", "properties": {"state": {"type": "string", "nullable": True}}}
    content["paths"]["/things/{id}"]["patch"]["requestBody"] = body(loose, "application/merge-patch+json")
    served = serve(content)

    changed = served.send("PATCH", "/things/1", {"state": None}, headers={"Content-Type": "application/merge-patch+json"})

    assert "state" in served.send("GET", "/things/2").json()
    assert "state" not in changed.json()


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_forms_are_read_by_the_schema(serve: Any, media_type: str) -> None:
    """Numbers are numbers, lists are lists."""
    record = {
        **THING,
        "properties": {
            **THING["properties"],
            "size": {"type": "integer"},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
    }
    content = whole(record)
    content["paths"]["/things"]["post"]["requestBody"] = body(record, media_type)
    served = serve(content)
    fields = [("title", "By form"), ("size", "7"), ("tags", "a"), ("tags", "b")]

    if media_type.startswith("multipart"):
        made = requests.post(f"{served.url}/things", files=[(name, (None, value)) for name, value in fields], timeout=10)
    else:
        made = requests.post(f"{served.url}/things", data=fields, timeout=10)

    assert made.status_code == 201, made.text
    assert {name: made.json()[name] for name in ("title", "size", "tags")} == {"title": "By form", "size": 7, "tags": ["a", "b"]}


def test_a_put_makes_what_nothing_else_can_make(serve: Any) -> None:
    """Where no POST is documented, an address without a record takes one."""
    content = whole(keyed("name", {"type": "string"}), key={"type": "string"}, paths=("/flags", "/flags/{name}"))
    del content["paths"]["/flags"]["post"]
    served = serve(content)

    assert served.send("PUT", "/flags/dark-mode", {"name": "dark-mode", "title": "Dark"}).status_code == 200
    assert served.send("GET", "/flags/dark-mode").json()["title"] == "Dark"
    assert "dark-mode" in [each["name"] for each in served.send("GET", "/flags").json()]


def test_a_body_that_is_no_record_makes_no_record(serve: Any) -> None:
    """A text, or a list: what it does cannot be told."""
    content = whole()
    content["paths"]["/things/{id}"]["put"]["requestBody"] = body({"type": "string"})
    content["paths"]["/things"]["post"]["requestBody"] = body({"type": "array", "items": THING})
    served = serve(content)

    assert "X-Mock-Answer" in served.send("PUT", "/things/1", "text").headers
    assert "X-Mock-Answer" in served.send("POST", "/things", [{"title": "x"}]).headers


def test_a_key_that_is_taken_is_a_conflict(serve: Any) -> None:
    """In the documented envelope, with a documented status."""
    served = serve(KINDS["a key of the client"])
    taken = served.send("GET", "/things").json()[0]["slug"]

    refused = served.send("POST", "/things", {"slug": taken, "title": "Again"})

    assert (refused.status_code, set(refused.json())) == (400, {"message"})


def test_a_taken_id_is_passed_over_where_the_document_has_no_conflict(serve: Any) -> None:
    """The server gives another one; with a documented 409 it refuses."""
    content = whole(keyed("id", {"type": "integer"}))
    made = serve(content).send("POST", "/things", {"id": 1, "title": "Again"})
    assert (made.status_code, made.json()["id"]) == (201, 11)

    content["paths"]["/things"]["post"]["responses"]["409"] = content["paths"]["/things"]["post"]["responses"]["400"]
    assert serve(content).send("POST", "/things", {"id": 1, "title": "Again"}).status_code == 409


def test_the_document_decides_where_it_says_so(serve: Any) -> None:
    """x-mock-resource on an operation: its role, or none."""
    content = whole()
    content["paths"]["/things/{id}"]["patch"]["x-mock-resource"] = "none"
    content["paths"]["/things/new"] = {
        "post": {"x-mock-resource": "create", "requestBody": body(THING), "responses": answers(201, THING)}
    }
    served = serve(content)

    assert "X-Mock-Answer" in served.send("PATCH", "/things/1", {"title": "x"}).headers
    assert "X-Mock-Answer" not in served.send("POST", "/things/new", {"title": "x"}).headers
    assert len(served.send("GET", "/things").json()) == 11


ERRORS: dict[str, tuple[Any, Any]] = {
    "a map of fields": (
        {"type": "object", "additionalProperties": {"type": "array", "items": {"type": "string"}}},
        {"title": ["may not be blank"]},
    ),
    "texts": (
        {"type": "object", "properties": {"errors": {"type": "array", "items": {"type": "string"}}}},
        {"errors": ["title may not be blank"]},
    ),
    "a nested one": (
        in_object("error", in_object("message", {"type": "string"}, code={"type": "integer"})),
        {"error": {"message": "The request is not valid.", "code": 400}},
    ),
    "a problem": (
        {
            "type": "object",
            "properties": {"title": {"type": "string"}, "status": {"type": "integer"}, "detail": {"type": "string"}},
        },
        {"title": "Bad Request", "status": 400, "detail": "The request is not valid."},
    ),
    "places": (
        in_object(
            "detail",
            {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"loc": {"type": "array", "items": {"type": "string"}}, "msg": {"type": "string"}},
                },
            },
        ),
        {"detail": [{"loc": ["title"], "msg": "may not be blank"}]},
    ),
}


@pytest.mark.parametrize("kind", ERRORS)
def test_refusals_have_the_documented_shape(serve: Any, kind: str) -> None:
    """Whatever it is, it names the field where it has a place for that."""
    schema, expected = ERRORS[kind]
    content = whole()
    content["paths"]["/things"]["post"]["responses"]["400"]["content"][JSON]["schema"] = schema

    refused = serve(content).send("POST", "/things", {"title": ""})

    assert (refused.status_code, refused.json()) == (400, expected)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"swagger": "2.0", "paths": {}}, "convert it first"),
        ({"openapi": "3.0.0", "info": {}, "paths": {}}, "has no operation"),
        ({"openapi": "4.0.0"}, "expected 3.0.x or 3.1.x"),
        (["no document"], "expected a mapping"),
    ],
)
def test_what_cannot_be_served_is_told_in_one_line(write: Any, content: Any, words: str) -> None:
    """By the command with exit code 3."""
    from click.testing import CliRunner

    from mock_server.commands import main

    result = CliRunner().invoke(main, [str(write(content)), "--port", "0"])

    assert result.exit_code == 3
    assert words in result.output
    assert len(result.output.strip().splitlines()) == 1


def test_an_error_that_lists_errors_of_its_own_kind_ends(serve: Any) -> None:
    """Public documents have such errors; each fault is an item, and has no faults below it."""
    document = whole()
    problem = {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}, "field": {"type": "string"}}}
    problem["properties"]["problems"] = {"type": "array", "items": {"$ref": "#/components/schemas/Problem"}}
    document["components"] = {"schemas": {"Problem": problem}}
    for response in (each for each in document["paths"]["/things"]["post"]["responses"].items() if each[0] == "400"):
        response[1]["content"][JSON]["schema"] = {"$ref": "#/components/schemas/Problem"}

    url = serve(document).url
    refused = requests.post(f"{url}/things", json={"title": "", "state": "neither"}, timeout=10)

    assert refused.status_code == 400
    assert [each["field"] for each in refused.json()["problems"]] == ["title", "state"]
    assert all("problems" not in each or each["problems"] == [] for each in refused.json()["problems"])


def test_a_credential_with_an_underscore_in_its_name_is_seen(serve: Any) -> None:
    """Servers drop such headers; the documents that everybody knows have them. No other header comes through so."""
    document = whole()
    document["components"] = {"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "api_key"}}}
    document["security"] = [{"key": []}]

    url = serve(document).url
    assert requests.get(f"{url}/things", timeout=10).status_code == 401
    assert requests.get(f"{url}/things", headers={"api_key": "wrong"}, timeout=10).status_code == 401
    assert requests.get(f"{url}/things", headers={"api_key": "mock-token"}, timeout=10).status_code == 200
    sent = requests.post(
        f"{url}/things", json={"title": "a"}, headers={"api_key": "mock-token", "Content_Type": "x/y"}, timeout=10
    )
    assert sent.status_code == 201


def test_a_header_that_the_document_requires_of_an_answer_is_there(serve: Any) -> None:
    """Of successes and of refusals, with a value of its schema."""
    document = whole()
    rest = {"description": "Left.", "required": True, "schema": {"type": "integer", "minimum": 1, "maximum": 5}}
    for responses in (document["paths"]["/things"]["get"]["responses"], document["paths"]["/things/{id}"]["get"]["responses"]):
        for each in responses.values():
            each["headers"] = {"X-Left": rest}

    url = serve(document).url
    for path in ("/things", "/things/1", "/things/99999"):
        assert 1 <= int(requests.get(url + path, timeout=10).headers["X-Left"]) <= 5


def test_numbers_of_a_form_may_have_an_exponent(serve: Any) -> None:
    """As JSON has them; one that is out of reach is none."""
    thing = {"type": "object", "properties": {"id": {"type": "integer"}, "size": {"type": "number"}}}
    document = whole(thing, media_type=JSON)
    document["paths"]["/things"]["post"]["requestBody"] = body(thing, "application/x-www-form-urlencoded")

    url = serve(document).url
    assert requests.post(f"{url}/things", data={"size": "2.5e+3"}, timeout=10).json()["size"] == 2500
    assert requests.post(f"{url}/things", data={"size": "1e999"}, timeout=10).status_code == 400


def test_a_location_is_a_uri_where_the_document_calls_it_one(serve: Any) -> None:
    """Else it is a path."""
    document = whole()
    assert requests.post(f"{serve(document).url}/things", json={"title": "a"}, timeout=10).headers["Location"] == "/things/11"

    document["paths"]["/things"]["post"]["responses"]["201"]["headers"] = {
        "Location": {"schema": {"type": "string", "format": "uri"}}
    }
    url = serve(document).url
    assert requests.post(f"{url}/things", json={"title": "a"}, timeout=10).headers["Location"] == f"{url}/things/11"


def test_what_is_no_json_has_its_type_and_is_told_as_unread(serve: Any) -> None:
    """A file that is asked for, and a body in another language."""
    document = whole()
    file = {"description": "It.", "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}}
    document["paths"]["/things/{id}/print"] = {
        "parameters": document["paths"]["/things/{id}"]["parameters"],
        "get": {"responses": {"200": file}},
    }
    document["paths"]["/things"]["post"]["requestBody"]["content"]["application/xml"] = {"schema": THING}

    url = serve(document).url
    assert requests.get(f"{url}/things/1/print", timeout=10).headers["Content-Type"] == "application/pdf"
    sent = requests.post(f"{url}/things", data="<thing/>", headers={"Content-Type": "application/xml"}, timeout=10)
    assert "application/xml is not read" in sent.headers["X-Mock-Warning"]
    assert "X-Mock-Warning" not in requests.post(f"{url}/things", json={"title": "a"}, timeout=10).headers
