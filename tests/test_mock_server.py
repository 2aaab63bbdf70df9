"""The mock as a client meets it: every documented API in one process, and the command over real HTTP."""

from __future__ import annotations

import base64
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from flask import Flask
from openapi_core import OpenAPI
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from werkzeug.test import TestResponse, create_environ
from werkzeug.wrappers import Request

import specs
from mock_server import create_app
from mock_server.__main__ import main
from specs import Api, Field
from specs.model import SeedCustomer
from tests import subjects

FALLBACK = {"forbidden": "unknown_record", "wrong_credential": "unauthenticated", "empty_body": "malformed_json"}
UNKNOWN = "no_such_member"


@cache
def served(api: Api) -> Flask:
    """The mock of one API; made once, since making it is slow."""
    return create_app([api])


class Client:
    """Sends requests to a mock of one API as it starts, with the first customer's credential unless told otherwise."""

    def __init__(self, api: Api) -> None:
        self.api, (self.customer, self.other, *_) = api, api.customers
        self.app = served(api)
        self.admin("POST", "reset")

    def send(self, method: str, body: Any = None, *, headers: Mapping[str, str] | None = None, **changes: Any) -> TestResponse:
        """One request; ``path``: path parameters, ``auth``: credentials by scheme, a body of bytes is sent as it is."""
        template = self.api.read.path if method == "GET" and self.api.read else self.api.path
        path = template.format(**(dict(self.customer.path) | changes.get("path", {})))
        content = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        sent = {"Content-Type": self.api.media_types[0], **presented(self.api, changes.get("auth", self.customer.auth))}
        return self.app.test_client().open(path, method=method, data=content, headers=sent | dict(headers or {}))

    def record(self) -> Any:
        """What a GET shows."""
        return self.shown(self.send("GET"))

    def shown(self, response: TestResponse) -> Any:
        """The record in a success body, at its documented place."""
        value = response.json
        for name in self.api.record_at.split("/")[1:]:
            assert list(value) == [name]
            value = value[name]
        return value

    def status(self, situation: str) -> int:
        """The documented status of a refusal."""
        return self.api.situations[situation if situation in self.api.situations else FALLBACK[situation]].status

    def choice(self, point: str) -> str:
        """How the API behaves at this point."""
        return self.api.choices[point].behaviour

    def admin(self, method: str, what: str, **options: Any) -> TestResponse:
        """A request to the control interface."""
        return self.app.test_client().open(f"/__admin/{what}", method=method, **options)


def presented(api: Api, auth: Mapping[str, str]) -> dict[str, str]:
    """The header that presents each credential."""
    kinds = {"bearer": "Bearer {}", "apiKey": "{}", "basic": "Basic {}"}
    plain = {
        each.name: base64.b64encode(auth[each.name].encode()).decode() for each in api.security if each.kind == "basic" and auth
    }
    schemes = [each for each in api.security if each.name in auth]
    return {each.parameter: kinds[each.kind].format(plain.get(each.name, auth[each.name])) for each in schemes}


@pytest.fixture(name="client", params=specs.names())
def _client(request: pytest.FixtureRequest) -> Client:
    return Client(specs.load(request.param))


def plain(api: Api) -> list[Field]:
    """Properties that are written and shown under a name each, and refer to nothing."""
    return [
        each
        for each in api.fields
        if not (each.read_only or each.write_only or each.unique or each.hazard or "const" in each.schema)
        and each.kind != "array"
        and each.response is not None
        and "." not in each.response
    ]


def texts(fields: list[Field]) -> list[Field]:
    """Those that take any short text."""
    return [each for each in fields if each.types == {"string"} and not {"enum", "format", "pattern", "const"} & set(each.schema)]


def change(api: Api, customer: SeedCustomer) -> dict[str, Any]:
    """A body with the values that another customer's record has."""
    found = {each.name: customer.record[str(each.response)] for each in plain(api)}
    assert len(found) > 2
    return found


def steady(api: Api, record: Mapping[str, Any]) -> dict[str, Any]:
    """The record without what changes by itself."""
    moving = {each.path for each in api.record if each.volatile or each.derived}
    return {name: value for name, value in record.items() if name not in moving}


# --- writes -------------------------------------------------------------------------------------------------------


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


# --- refusals -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "PATCH"])
@pytest.mark.parametrize("credential", [None, "", "nobody's", "Basic !", "{}x", "é"])
def test_only_a_right_credential_is_let_in(client: Client, method: str, credential: str | None) -> None:
    """None and a wrong one are answered with the documented status and a challenge, and change nothing."""
    given = {name: (credential or "").format(value) for name, value in client.customer.auth.items()}
    before = client.record()

    answer = client.send(method, change(client.api, client.other), auth={} if credential is None else given)

    assert answer.status_code == client.status("unauthenticated" if credential is None else "wrong_credential")
    assert answer.is_json
    assert answer.headers["WWW-Authenticate"]
    assert client.record() == before


@pytest.mark.parametrize("name", [name for name in specs.names() if specs.load(name).identity == "path"])
def test_another_record_is_not_found(name: str) -> None:
    """Unknown ids, other spellings of a known one and another customer's are refused, and no record changes."""
    client = Client(specs.load(name))
    before = client.admin("GET", "state").json
    parameter, value = next(iter(client.customer.path.items()))
    unknown = (f"{value}0", f"0{value}", f"%2B{value}", f"{value}%20", "nobody", "%D9%A5%D9%A7")

    for spelling, situation in {
        **dict.fromkeys(unknown, "unknown_record"),
        str(client.other.path[parameter]): "forbidden",
    }.items():
        answer = client.send("PATCH", change(client.api, client.other), path={parameter: spelling})
        assert (answer.status_code, answer.is_json) == (client.status(situation), True), spelling
    assert client.admin("GET", "state").json == before


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "SPEDE"])
def test_a_wrong_method_is_refused(client: Client, method: str) -> None:
    """With the documented status, and with Allow where that is 405; OPTIONS says what is allowed."""
    answer = client.send(method, change(client.api, client.other))
    options = client.send("OPTIONS")

    assert (answer.status_code, answer.is_json) == (client.status("method_not_allowed"), True)
    assert "PATCH" in (answer if answer.status_code == 405 else options).headers["Allow"]
    assert options.headers["Accept-Patch"] == ", ".join(client.api.media_types)


NEGOTIATED = {
    "Accept": ("wrong_accept", ("text/html", "application/json;q=0", "image/*, text/*;q=0.5"), {"refuse": "not_acceptable"}),
    "Content-Type": (
        "wrong_content_type",
        ("text/plain", "application/x-www-form-urlencoded", "", "json", "application/jsonx"),
        {"refuse": "unsupported_media_type", "empty": "empty_body"},
    ),
}


@pytest.mark.parametrize("header", NEGOTIATED)
def test_media_types_are_negotiated_as_the_document_says(client: Client, header: str) -> None:
    """A type that the document does not have is refused, read as no body, or passed over."""
    point, values, situations = NEGOTIATED[header]
    behaviour, before = client.choice(point), client.record()
    if behaviour == "empty" and client.choice("no_body") != "refuse":
        pytest.skip("no body is no refusal here")

    for value in values:
        answer = client.send("PATCH", change(client.api, client.other), headers={header: value})
        wanted = client.api.success if behaviour == "ignore" else client.status(situations[behaviour])
        assert (answer.status_code, answer.is_json) == (wanted, True), value
        assert (client.record() == before) == (behaviour != "ignore"), value


@pytest.mark.parametrize(
    "accept", ["", "*/*", "application/*", "application/json; charset=utf-8", "text/html, */*;q=0.1", ";;,/"]
)
def test_an_accept_header_that_covers_json_is_served(client: Client, accept: str) -> None:
    """Ranges, parameters and qualities are understood, rubbish is survived, and a Content-Type may have a parameter."""
    headers = {"Accept": accept, "Content-Type": f"{client.api.media_types[0].upper()}; charset=utf-8"}

    answer = client.send("PATCH", change(client.api, client.other), headers=headers)

    garbled = accept == ";;,/" and client.choice("wrong_accept") == "refuse"
    assert answer.status_code == (client.status("not_acceptable") if garbled else client.api.success)


MALFORMED = {
    "cut off": b'{"%s": "a',
    "no quotes": b"{%s: 1}",
    "single quotes": b"{'%s': 1}",
    "trailing comma": b'{"%s": "a",}',
    "two values": b'{"%s": "a"} {}',
    "control character": b'{"%s": "a\nb"}',
    "NaN": b'{"%s": NaN}',
    "Infinity": b'{"%s": -Infinity}',
    "1e400": b'{"%s": 1e400}',
    "5000 digits": b'{"%s": ' + b"9" * 5000 + b"}",
    "BOM": b'\xef\xbb\xbf{"%s": "a"}',
    "UTF-16": '{"%s": "a"}'.encode("utf-16"),
    "invalid UTF-8": b'{"%s": "\xff"}',
    "surrogate in UTF-8": b'{"%s": "\xed\xa0\x80"}',
    "lone surrogate": b'{"%s": "\\ud800"}',
    "lone surrogate in a key": b'{"%s": "a", "\\udc00": 1}',
    "depth 1000": b'{"%s": ' + b"[" * 1000 + b"]" * 1000 + b"}",
    "depth 1000, objects": b'{"%s": ' + b'{"a":' * 1000 + b"1" + b"}" * 1001,
    "depth 100000, open": b"[" * 100000,
    "only white space": b" \n ",
}


@pytest.mark.parametrize("content", MALFORMED.values(), ids=MALFORMED)
def test_what_is_no_json_is_refused_as_documented(client: Client, content: bytes) -> None:
    """What other readers of the same bytes could take differently is refused, in JSON, and changes nothing."""
    before = client.record()

    answer = client.send("PATCH", content.replace(b"%s", texts(plain(client.api))[0].name.encode()))

    assert (answer.status_code, answer.is_json) == (client.status("malformed_json"), True)
    assert client.record() == before


@pytest.mark.parametrize("content", [b"[]", b"null", b'"x"', b"1", b"true"])
def test_what_is_no_object_is_refused(client: Client, content: bytes) -> None:
    """JSON that is no object cannot be a patch."""
    answer = client.send("PATCH", content)

    assert (answer.status_code, answer.is_json) == (client.status("not_an_object"), True)


@pytest.mark.parametrize(("point", "content"), [("empty_body", b"{}"), ("no_body", b""), ("only_unknown_fields", b'{"%s": 1}')])
def test_a_body_that_changes_nothing_is_answered_as_chosen(client: Client, point: str, content: bytes) -> None:
    """Accepted without a change of the record, or refused."""
    before = client.record()

    answer = client.send("PATCH", content.replace(b"%s", UNKNOWN.encode()))

    wanted = client.status("empty_body") if client.choice(point) == "refuse" else client.api.success
    assert (answer.status_code, client.record()) == (wanted, before)


def test_unusual_json_is_read_right(client: Client) -> None:
    """A pair of surrogates is one character, depth 100 is no fault, and of two values for a member the last counts."""
    field = texts(plain(client.api))[0]
    deep = "[" * 99 + "]" * 99
    content = f'\n{{"{field.name}": "a", "{UNKNOWN}": {deep}, "{field.name}": "\\ud83d\\ude00"}} '

    answer = client.send("PATCH", content.encode())

    assert client.choice("duplicate_keys") == "last"
    assert client.shown(answer)[field.response] == client.record()[field.response] == "\U0001f600"


# --- faults in a body ---------------------------------------------------------------------------------------------


def wrong(field: Field) -> Any:
    """A value of another JSON type, which nothing reads as the right one."""
    return {"not": "this"} if field.kind == "scalar" else "neither"


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


# --- the document -------------------------------------------------------------------------------------------------


@cache
def document(name: str) -> OpenAPI:
    """openapi-core's reading of a document."""
    return OpenAPI.from_dict({**specs.load(name).document, "servers": [{"url": "/"}]})


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


# --- the control interface ----------------------------------------------------------------------------------------


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


# --- the command --------------------------------------------------------------------------------------------------


@pytest.fixture(name="ready", scope="module")
def _ready() -> Iterator[Mapping[str, Any]]:
    """All APIs in one process, over real HTTP."""
    with subjects.running("mock_server") as ready:
        yield ready


@pytest.mark.parametrize("name", specs.names())
def test_the_ready_file_tells_how_to_patch(ready: Mapping[str, Any], name: str) -> None:
    """Its address, credential, customer and read path are enough for a PATCH and a GET over HTTP."""
    api, facts = specs.load(name), ready["apis"][name]
    sent, headers = change(api, api.customers[1]), presented(api, facts["auth"])

    patch = requests.patch(facts["url"] + api.path.format(**facts["customer"]), json=sent, headers=headers, timeout=10)
    get = requests.get(facts["url"] + facts["read"].format(**facts["customer"]), headers=headers, timeout=10)

    assert (patch.status_code, get.status_code) == (api.success, 200)
    assert patch.json() == get.json()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"SPEDE\r\n\r\n", 400),
        (b"GET /__admin/health HTTP/1.1\r\n\r\n", 403),
        (b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 403),
        (b"PATCH / HTTP/1.1\r\nHost: localhost\r\nContent-Length: spede\r\n\r\n", 400),
        (b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
    ],
)
def test_what_the_web_server_refuses_is_json_too(ready: Mapping[str, Any], content: bytes, status: int) -> None:
    """Bytes that are no HTTP, a missing Host and two of them are answered in JSON."""
    host, port = ready["url"].removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    head, _, body = answer.partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert b"Content-Type: application/problem+json" in head
    assert json.loads(body)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["no_such_api"], 3, "no_such_api"),
        (["no/such/file.yaml"], 3, "no/such/file.yaml"),
        (["{api}", "--defect", "spede"], 2, "no defect is called 'spede'"),
        (["{api}", "--port", "spede"], 2, "--port"),
        (["{api}", "--port", "{taken}"], 4, "cannot listen on"),
    ],
)
def test_the_command_refuses_in_one_line(
    ready: Mapping[str, Any], capfd: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    """What cannot be used ends with its documented exit code, one line that says what is wrong, and no traceback."""
    with pytest.raises(SystemExit) as end:
        main([each.format(api=specs.names()[0], taken=ready["url"].rsplit(":")[-1]) for each in arguments])

    output, errors = capfd.readouterr()
    lines = [line for line in errors.splitlines() if line and not line.startswith(("Usage:", "Try "))]
    assert (end.value.code, output, len(lines)) == (code, "", 1), errors
    assert words in lines[0]


def test_an_unknown_name_ends_the_process_with_3() -> None:
    """The exit code and the line are those of the process, too."""
    words = [sys.executable, "-m", "mock_server", "no_such_api"]
    done = subprocess.run(words, cwd=subjects.ROOT, capture_output=True, text=True, timeout=30, check=False)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)


def test_sigterm_ends_the_mock_with_0(tmp_path: Path) -> None:
    """It listens on a free port, says so in its banner and ready file, and ends by the signal without an error."""
    file = tmp_path / "ready.json"
    words = [sys.executable, "-m", "mock_server", specs.names()[0], "--port", "0", "--ready-file", str(file)]
    with subprocess.Popen(words, cwd=subjects.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 30
        while not file.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        ready = json.loads(file.read_text(encoding="utf-8"))
        health = requests.get(f"{ready['url']}/__admin/health", timeout=10)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=10)

    assert (health.status_code, ready["pid"]) == (200, process.pid)
    assert (process.returncode, errors) == (0, "")
    assert output.startswith(f"Listening on {ready['url']} ")
