"""The mock answers as the documents say: writes, faults in a body, and what the control interface resets and switches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from werkzeug.test import TestResponse, create_environ
from werkzeug.wrappers import Request

import specs
from mock_server import create_app
from specs import Field
from tests.mock.mock_client import UNKNOWN, Client, change, document, plain, steady, wrong


@pytest.fixture(name="client", params=specs.names())
def _client(request: pytest.FixtureRequest) -> Client:
    return Client(specs.load(request.param))


# --- writes ---------------------------------------------------------------------------------------------------------


def test_a_patch_changes_what_a_get_shows(client: Client) -> None:
    """The answer has the documented status, media type and place of the record; what was not sent stays."""
    before, sent = client.record(), change(client.api, client.other)

    answer = client.send("PATCH", sent)

    written = {str(each.response): sent[each.name] for each in plain(client.api)}
    assert (answer.status_code, answer.mimetype) == (client.api.success, client.api.responses[client.api.success].media_types[0])
    assert client.shown(answer) == client.record()
    assert steady(client.api, client.record()) == steady(client.api, {**before, **written}) != steady(client.api, before)


def test_read_only_and_unknown_members_are_not_stored(client: Client) -> None:
    """Whatever the status, the record keeps its own values and shows no new member."""
    before = client.record()
    kept = {each.path: client.other.record[each.path] for each in client.api.record if each.read_only and each.path in before}
    assert any(before[name] != value for name, value in kept.items())

    answer = client.send("PATCH", {**change(client.api, client.customer), **kept, UNKNOWN: 1})

    refused = "refuse" in (client.choice("read_only"), client.choice("unknown_field"))
    assert answer.status_code == (client.status("invalid_field") if refused else client.api.success)
    assert steady(client.api, client.record()) == steady(client.api, before)


@pytest.mark.parametrize("name", [name for name in specs.names() if any(each.touched for each in specs.load(name).record)])
def test_the_time_of_a_write_moves_and_never_by_reading(name: str) -> None:
    """Every write moves the timestamps that the document gives the server, a read does not."""
    client = Client(specs.load(name))
    touched = [each.path for each in client.api.record if each.touched]
    seen = []
    for customer in (client.other, client.customer):
        seen.append([client.record()[each] for each in touched])
        assert client.shown(client.send("PATCH", change(client.api, customer))) == client.record() == client.record()
    seen.append([client.record()[each] for each in touched])

    assert seen[0] < seen[1] < seen[2]


@pytest.mark.parametrize("name", [name for name in specs.names() if any(each.all_set for each in specs.load(name).record)])
def test_a_derived_member_follows(name: str) -> None:
    """It turns false when one of its properties is emptied, and true again when that is put back."""
    client = Client(specs.load(name))
    for derived in (each for each in client.api.record if each.all_set):
        emptied = next(each for each in client.api.fields if each.response in derived.all_set and each.nullable)

        for value, follows in ((None, False), (client.customer.record[str(emptied.response)], True)):
            assert client.shown(client.send("PATCH", {emptied.name: value}))[derived.path] is follows


def value_for(field: Field, number: int) -> Any:
    """The number-th of some valid values."""
    if "enum" in field.schema:
        return field.schema["enum"][number % len(field.schema["enum"])]
    forms = {"email": f"person{number}@example.com", "date": f"2000-01-{number + 1:02}"}
    return forms.get(field.schema.get("format", ""), f"+1415555{number:04}")


def test_parallel_writes_of_different_fields_lose_nothing(client: Client) -> None:
    """8 threads send 25 values each, every one to a field of its own: each sees its values, and the last ones stay."""
    fields = [each for each in plain(client.api) if each.types == {"string"}][:8]

    def write(field: Field) -> list[bool]:
        answers = [client.shown(client.send("PATCH", {field.name: value_for(field, number)})) for number in range(25)]
        return [answer[field.response] == value_for(field, number) for number, answer in enumerate(answers)]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        with ThreadPoolExecutor(8) as pool:
            seen = list(pool.map(write, fields))
    finally:
        sys.setswitchinterval(interval)

    assert seen == [[True] * 25] * len(fields)
    assert {each.name: client.record()[each.response] for each in fields} == {each.name: value_for(each, 24) for each in fields}


# --- faults in a body -----------------------------------------------------------------------------------------------


def body_with(path: str, value: Any) -> tuple[dict[str, Any], tuple[str | int, ...]]:
    """A body with a value at a field's path, in the first item of arrays; and the value's place."""
    place = tuple(part for name in path.split(".") for part in ((name[:-2], 0) if name.endswith("[]") else (name,)))
    for part in reversed(place):
        value = [value] if part == 0 else {part: value}
    return value, place


def written(place: tuple[str | int, ...], notation: str) -> str:
    """A place as an envelope writes it."""
    if notation == "pointer":
        return "".join(f"/{part}" for part in place)
    text = "".join(f"[{part}]" if notation == "brackets" and part == 0 else f".{part}" for part in place)
    return text.removeprefix(".")


def named(client: Client, answer: TestResponse) -> set[str]:
    """The fields that an error body names, read from where the document has them."""
    shape = client.api.situations["invalid_field"].shape
    if shape.fields == "keys":
        return set(_keys(answer.json, ""))
    above, _, name = str(shape.fields).partition("/*/")
    return {each[name] for each in answer.json[above.removeprefix("/")]}


def _keys(tree: Any, path: str) -> Iterator[str]:
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from _keys(value, f"{path}.{key}".removeprefix("."))
    else:
        yield path


def test_an_invalid_value_names_its_field(client: Client) -> None:
    """At any depth, in the documented envelope; a valid value beside it is not stored either."""
    api, before = client.api, client.record()
    fields = [each for each in api.walk_fields() if each.types and not each.read_only and each.write != "open"]
    assert len(fields) > 5
    for field in fields:
        body, place = body_with(field.path, wrong(field))
        beside = {name: value for name, value in change(api, client.other).items() if name != field.top}

        answer = client.send("PATCH", {**beside, **body})

        assert answer.status_code == client.status("invalid_field"), field.path
        assert written(place, api.situations["invalid_field"].shape.notation) in named(client, answer), field.path
    assert client.record() == before


def test_values_outside_their_schema_name_their_field(client: Client) -> None:
    """One character too many, no member, no email: each names its field and no other one."""
    for field in (each for each in client.api.fields if not each.read_only and each.write != "open" and each.types == {"string"}):
        schema = field.schema
        cases = {
            "maxLength": "é" * (schema.get("maxLength", 0) + 1),
            "enum": "no-such",
            "pattern": "+",
            "format": "no",
            "const": "x",
        }
        for value in (cases[keyword] for keyword in cases if keyword in schema):
            answer = client.send("PATCH", {field.name: value})
            assert (answer.status_code, named(client, answer)) == (client.status("invalid_field"), {field.name}), value


def test_all_faults_are_reported_at_once(client: Client) -> None:
    """A body with a fault in every field names all of them."""
    fields = [each for each in client.api.fields if each.types and not each.read_only and each.write != "open"]

    answer = client.send("PATCH", {each.name: wrong(each) for each in fields})

    assert client.choice("all_faults") == "all"
    assert named(client, answer) == {each.name for each in fields}


# --- the document ---------------------------------------------------------------------------------------------------


def test_answers_are_as_the_document_has_them(client: Client) -> None:
    """openapi-core finds nothing wrong with a success or a refusal of any kind."""
    api, sent = client.api, change(client.api, client.other)
    wrong_fields = {each.name: wrong(each) for each in api.fields}
    answers = [
        client.send("PATCH", sent),
        client.send("GET"),
        client.send("PATCH", sent, auth={}),
        client.send("GET", auth={}),
        client.send("PATCH", wrong_fields),
        client.send("PATCH", b"{"),
        client.send("PATCH", b"[]"),
        client.send("PATCH", b""),
        client.send("PATCH", b" " * 1_000_001),
        client.send("PATCH", sent, headers={"Accept": "text/html"}),
        client.send("PATCH", sent, headers={"Content-Type": "text/plain"}),
        client.send("PATCH", sent, path=dict.fromkeys(client.customer.path, "nobody")),
        client.send("PATCH", sent, path=dict(client.other.path)),
    ]

    for answer in answers:
        asked = Request(create_environ(answer.request.path, method=answer.request.method))
        document(api.name).validate_response(WerkzeugOpenAPIRequest(asked), WerkzeugOpenAPIResponse(answer))
    assert {answer.status_code for answer in answers} >= {api.success, client.status("invalid_field"), client.status("too_large")}


# --- the control interface ------------------------------------------------------------------------------------------


def test_a_reset_restores_the_seeds(client: Client) -> None:
    """State shows what is stored, and after a reset what is seeded."""
    seeded = client.admin("GET", "state").json
    client.send("PATCH", change(client.api, client.other))
    changed = client.admin("GET", "state").json

    assert client.admin("GET", "health").json == {"status": "ok", "apis": [client.api.name]}
    assert changed[client.api.name]["customers"][0]["record"] == client.record() != client.customer.record
    assert client.admin("POST", "reset").status_code == 200
    assert client.admin("GET", "state").json == seeded
    assert client.record() == seeded[client.api.name]["customers"][0]["record"] == client.customer.record


def test_an_api_without_credentials_has_no_defect_of_them() -> None:
    """Those have no place there; the others are listed and switched on as ever."""
    api = replace(specs.load(specs.names()[0]), security=(), security_sets=())
    client = create_app([api]).test_client()

    listed = [each for each in client.get("/__admin/defects").get_json()["available"] if each["fields"]]

    assert {"auth"}.isdisjoint(each["family"] for each in listed)
    assert len(listed) > 100
    assert client.put("/__admin/defects", json={"defects": ["credential-repeated"]}).status_code == 200


def test_defects_are_switched_and_listed(client: Client) -> None:
    """PUT makes these and no others active, DELETE none; a defect that is on shows, and is gone when it is off."""
    client.app = create_app([client.api])
    available = client.admin("GET", "defects").json["available"]
    ids = [each["id"] for each in available if client.api.name in each["fields"]]
    assert len(ids) > 50

    assert client.admin("PUT", "defects", json={"defects": ids[:2]}).json["active"] == ids[:2]
    assert client.admin("PUT", "defects", json={"defects": ids[2:3]}).json["active"] == ids[2:3]
    assert client.admin("POST", "reset").status_code == 200
    assert client.admin("GET", "defects").json["active"] == ids[2:3]
    assert client.admin("DELETE", "defects").json["active"] == []


@pytest.mark.parametrize(
    ("content", "headers", "status", "words"),
    [
        ('{"defects": ["KNOWNs"]}', {}, 422, "no defect is called 'KNOWNs'; did you mean 'KNOWN'?"),
        ('{"defects": ["KNOWN", "spede"]}', {}, 422, "no defect is called 'spede'"),
        ('{"defects": "KNOWN"}', {}, 422, "/defects: "),
        ('{"defects": [1]}', {}, 422, "/defects/0: "),
        ('["KNOWN"]', {}, 422, "the body: "),
        ("{", {}, 400, "not JSON"),
        ('{"defects": []}', {"Content-Type": "text/plain"}, 415, "application/json"),
        ('{"defects": []}', {"Origin": "http://evil.example"}, 403, "another site"),
        ('{"defects": []}', {"Sec-Fetch-Site": "cross-site"}, 403, "another site"),
    ],
)
def test_an_unusable_request_for_defects_is_one_line(content: str, headers: dict[str, str], status: int, words: str) -> None:
    """It says what is wrong, and leaves the defects that are active."""
    client = Client(specs.load(specs.names()[0]))
    client.app = create_app([client.api])
    known = next(each["id"] for each in client.admin("GET", "defects").json["available"] if client.api.name in each["fields"])
    client.admin("PUT", "defects", json={"defects": [known]})

    sent = {"Content-Type": "application/json", **headers}
    answer = client.admin("PUT", "defects", data=content.replace("KNOWN", known), headers=sent)

    assert answer.status_code == status
    assert words.replace("KNOWN", known) in answer.json["detail"]
    assert "\n" not in answer.json["detail"]
    assert client.admin("GET", "defects").json["active"] == [known]


@pytest.mark.parametrize(
    ("host", "served"),
    [
        *((host, True) for host in ("localhost", "LOCALHOST:4010", "127.0.0.1:1", "[::1]:4010", "10.0.0.1")),
        *((host, False) for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "evil", "[evil]:80")),
    ],
)
def test_only_names_that_no_dns_server_moves_are_served(client: Client, host: str, served: bool) -> None:
    """A foreign Host is refused with 403 in JSON, by the API as by the control interface, and changes nothing."""
    before = client.record()

    answers = [client.send("PATCH", change(client.api, client.other), headers={"Host": host})]
    answers.append(client.admin("GET", "health", headers={"Host": host}))

    assert [answer.status_code for answer in answers] == ([client.api.success, 200] if served else [403, 403])
    assert all(answer.is_json for answer in answers)
    assert (client.record() == before) is not served
