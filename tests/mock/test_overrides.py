"""What a request asks for itself: forced answers, delays and broken connections, over test clients and real sockets."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from openapi_core.contrib.werkzeug import WerkzeugOpenAPIRequest, WerkzeugOpenAPIResponse
from werkzeug.test import TestResponse, create_environ
from werkzeug.wrappers import Request

import specs
from mock_server import MockServer
from mock_server.disturbance import forced, prefer
from mock_server.worlds import service
from tests.mock.mock_client import Client, change, document, presented

MILLISECONDS = 1e-3


@pytest.fixture(name="client", params=specs.names())
def _client(request: pytest.FixtureRequest) -> Client:
    return Client(specs.load(request.param))


def patched(client: Client, prefer: str, **options: Any) -> TestResponse:
    """A valid PATCH that asks for something."""
    return client.send("PATCH", change(client.api, client.other), headers={"Prefer": prefer}, **options)


# --- forced answers -----------------------------------------------------------------------------------------------


def test_a_forced_error_is_answered_as_documented_and_writes_nothing(client: Client) -> None:
    """By its status, in the envelope of a situation with that status, with that situation's headers."""
    before = client.record()
    statuses = {situation.status for situation in client.api.situations.values()}
    for status in statuses:
        answer = patched(client, f"code={status}")

        asked = Request(create_environ(answer.request.path, method="PATCH"))
        document(client.api.name).validate_response(WerkzeugOpenAPIRequest(asked), WerkzeugOpenAPIResponse(answer))
        assert (answer.status_code, "X-Mock-Warning" in answer.headers) == (status, False)
        assert answer.headers["Preference-Applied"] == f"code={status}"
        assert "Prefer" in answer.headers.get_all("Vary")
    assert len(statuses) > 4
    assert client.record() == before


def test_headers_belong_to_the_forced_status(client: Client) -> None:
    """401 has its challenge, 429 and 503 a Retry-After; nobody else's header is there."""
    answers = {status: patched(client, f"code={status}").headers for status in (400, 401, 405, 429, 500, 503)}

    assert [status for status, headers in answers.items() if "Retry-After" in headers] == [429, 503]
    assert [status for status, headers in answers.items() if "WWW-Authenticate" in headers] == [401]
    assert [status for status, headers in answers.items() if "Allow" in headers] == [405]
    assert answers[429]["Retry-After"] == client.api.situations["throttled"].headers["Retry-After"]


@pytest.mark.parametrize("status", [409, 418, 451, 502, 599])
def test_a_status_that_the_document_does_not_have_is_flagged(client: Client, status: int) -> None:
    """It is answered all the same, in an envelope of the document."""
    answer = patched(client, f"code={status}")

    assert (answer.status_code, answer.is_json) == (status, True)
    assert str(status) in answer.headers["X-Mock-Warning"]


def test_a_forced_invalid_field_names_one(client: Client) -> None:
    """400 is the refusal of a field where the document has that, since a screen has most to show for it."""
    text = json.dumps(patched(client, f"code={client.status('invalid_field')}").json)

    assert any(f'"{each.name}"' in text for each in client.api.fields)


def test_a_situation_is_forced_by_its_name(client: Client) -> None:
    """Each with its own status and texts; with a code, only if that is its status."""
    for name, situation in client.api.situations.items():
        answer = patched(client, f"example={name}")
        other = patched(client, f"example={name}, code=599")

        assert (answer.status_code, answer.headers["Preference-Applied"]) == (situation.status, f"example={name}")
        assert (other.status_code, other.headers["Preference-Applied"]) == (599, "code=599")


def test_a_documented_example_is_forced_by_its_name() -> None:
    """As the document has it, with the status that it stands under."""
    api = specs.load(specs.names()[0])
    example = {"examples": {"rare": {"value": {"a": [1]}}}}
    responses = api.document["paths"][api.path]["patch"]["responses"]
    content = {"content": {"application/problem+json": example}}
    responses["409"] = content
    try:
        answer = patched(Client(api), "example=rare")
    finally:
        del responses["409"]

    assert (answer.status_code, answer.json, answer.mimetype) == (409, {"a": [1]}, "application/problem+json")
    assert "X-Mock-Warning" not in answer.headers


def test_a_forced_success_shows_what_would_have_been_stored(client: Client) -> None:
    """Under the wanted status, and only to a request that is valid; nothing is stored."""
    before, sent = client.record(), change(client.api, client.other)
    success = patched(client, "code=202")
    refused = client.send("PATCH", b"{", headers={"Prefer": "code=202"})

    assert success.status_code == 202
    assert all(client.shown(success)[each.response] == sent[each.name] for each in client.api.fields if each.name in sent)
    assert (refused.status_code, refused.headers.get("Preference-Applied")) == (client.status("malformed_json"), None)
    assert client.record() == before


@pytest.mark.parametrize("wanted", ["code=500", "code=204", "fault=truncate", "fault=malformed", "example=throttled"])
def test_after_the_commit_the_write_is_made_and_its_answer_lost(client: Client, wanted: str) -> None:
    """A refused request writes nothing, and neither does a GET: they are answered as usual."""
    before = client.record()
    refused = client.send("PATCH", b"[]", headers={"Prefer": f"{wanted}, phase=after_commit"})
    read = client.send("GET", headers={"Prefer": f"{wanted}, phase=after_commit"})
    assert client.record() == before

    answer = patched(client, f"{wanted}, phase=after_commit")

    assert (refused.status_code, read.status_code) == (client.status("not_an_object"), 200)
    assert "Preference-Applied" not in {*refused.headers.keys(), *read.headers.keys()}
    assert answer.headers["Preference-Applied"] == f"{wanted}, phase=after_commit"
    assert client.record() != before


def test_return_minimal_answers_a_write_without_a_body(client: Client) -> None:
    """204, and the write is made; a refusal and a read have their bodies."""
    before = client.record()
    minimal = patched(client, "return=minimal")
    after = client.record()
    whole = patched(client, "return=representation")

    assert (minimal.status_code, minimal.data, minimal.headers["Preference-Applied"]) == (204, b"", "return=minimal")
    assert before != after
    assert (whole.status_code, whole.headers["Preference-Applied"]) == (client.api.success, "return=representation")
    for answer in (client.send("GET", headers={"Prefer": "return=minimal"}), client.send("PATCH", b"[]")):
        assert answer.json
        assert "Preference-Applied" not in answer.headers


def test_malformed_is_whole_for_http_and_no_json(client: Client) -> None:
    """The length is right and the type says JSON; the body is not."""
    answer = patched(client, "fault=malformed")

    assert (answer.mimetype, answer.content_length) == (client.api.responses[client.api.success].media_types[0], len(answer.data))
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.data)


# --- which preferences --------------------------------------------------------------------------------------------

IGNORED = [
    "",
    "code",
    "code=",
    "code=abc",
    "code=99",
    "code=600",
    "code=100",
    "code=0404",
    "code=٤٢٩",
    "code=" + "4" * 5000,
    "delay=-1",
    "delay=1e3",
    "delay=" + "9" * 400,
    "fault=spede",
    "example=no_such_example",
    "example=",
    "phase=after_commit",
    "phase=before",
    "phase=later, return=everything",
    "wait=10, handling=lenient, respond-async",
    '"',
    ",,;;==",
    "code==429",
    "code 429",
    'x="a, code=429"',
    "x;code=429",
    "\xff\x00\x7f",
]


@pytest.mark.parametrize("header", IGNORED)
def test_a_preference_that_makes_no_sense_is_passed_over(header: str) -> None:
    """As RFC 7240, 2 has it: the request is served as if it were not there, and nothing is said to be applied."""
    client = Client(specs.load(specs.names()[0]))

    answer = client.send("PATCH", change(client.api, client.other), headers={"Prefer": header.encode().decode("latin-1")})

    assert (answer.status_code, answer.headers.get("Preference-Applied")) == (client.api.success, None)
    assert client.shown(answer) == client.record()


@pytest.mark.parametrize(
    ("header", "warned"),
    [
        ("fault=spede", "passed over: fault='spede', expected reset, empty, truncate, malformed, dribble"),
        ("code=٤", "passed over: code='\\xd9\\xa4', expected a status from 200 to 599"),
        ("delay=soon, return=nothing", "passed over: delay='soon', expected milliseconds; passed over: return='nothing'"),
        ("phase=later", "passed over: phase='later', expected before, after_commit"),
        ("example=no_such", "passed over: example='no_such', expected the name of an example"),
        ("code=418, fault=spede", "the document has no status 418 for this operation; passed over: fault='spede'"),
        ("phase=before", None),
        ("wait=10, handling=lenient, respond-async", None),
        ("code=429", None),
    ],
)
def test_what_the_mock_cannot_use_of_its_own_preferences_is_said(header: str, warned: str | None) -> None:
    """A slip of the pen would else look like a service that does not fail."""
    answer = patched(Client(specs.load(specs.names()[0])), header.encode().decode("latin-1"))

    said = answer.headers.get("X-Mock-Warning")
    assert said is None if warned is None else str(said).startswith(warned)


@pytest.mark.parametrize(
    ("header", "applied"),
    [
        ("CODE=429", "code=429"),
        ('code="429"', "code=429"),
        ("code = 429", "code=429"),
        ("code=429;strict", "code=429"),
        ("code=429, code=500", "code=429"),
        ("respond-async, code=429, wait=1", "code=429"),
        ("delay=1, code=429", "delay=1, code=429"),
    ],
)
def test_preferences_are_read_as_the_rfc_writes_them(header: str, applied: str) -> None:
    """Names in any case, quoted values, blanks around the sign, parameters; of several with one name the first counts."""
    answer = patched(Client(specs.load(specs.names()[0])), header)

    assert (answer.status_code, answer.headers["Preference-Applied"]) == (429, applied)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"x-mock-response-code": "429"}, 429),
        ({"x-mock-response-name": "throttled"}, 429),
        ({"x-mock-response-code": "500", "Prefer": "code=429"}, 429),
        ({"x-mock-response-code": "spede"}, None),
    ],
)
def test_the_headers_of_postman_are_understood(headers: dict[str, str], status: int | None) -> None:
    """They are no preferences, so that none is applied; a preference goes ahead of them."""
    client = Client(specs.load(specs.names()[0]))

    answer = client.send("PATCH", change(client.api, client.other), headers=headers)

    assert answer.status_code == (status or client.api.success)
    assert ("Preference-Applied" in answer.headers) is ("Prefer" in headers)


def test_a_request_can_be_kept_from_asking() -> None:
    """By a setting."""
    client = Client(specs.load(specs.names()[0]))
    client.admin("PATCH", "settings", json={"overrides": False})
    try:
        assert patched(client, "code=429").status_code == client.api.success
    finally:
        client.admin("PUT", "settings", json={})
    assert patched(client, "code=429").status_code == 429


def test_a_request_without_preferences_is_not_read_for_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor for rules: what it takes to look at them is not spent."""
    client = Client(specs.load(specs.names()[0]))
    for module, name in ((prefer, "wanted"), (forced, "answer"), (service.interference, "run")):
        monkeypatch.delattr(module, name)

    assert client.send("PATCH", change(client.api, client.other)).status_code == client.api.success


# --- on the wire --------------------------------------------------------------------------------------------------


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[MockServer]:
    with MockServer(specs.names()[0]) as server:
        yield server


class Raw:
    """One PATCH over a socket of its own, and every byte that comes back."""

    def __init__(self, server: MockServer, prefer: str) -> None:
        api, customer = specs.load(specs.names()[0]), server.customers[0]
        body = json.dumps(change(api, server.customers[1])).encode()
        lines = [f"PATCH {api.path.format(**customer.path)} HTTP/1.1", "Host: localhost", f"Prefer: {prefer}"]
        lines += [f"{name}: {value}" for name, value in presented(api, server.credentials).items()]
        lines += [f"Content-Type: {api.media_types[0]}", f"Content-Length: {len(body)}", "", ""]
        self.content, self.was_reset, self.pieces = b"", False, 0
        host, port = server.url.removeprefix("http://").split(":")
        started = time.monotonic()
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            connection.sendall("\r\n".join(lines).encode() + body)
            self._receive(connection)
        self.seconds = time.monotonic() - started

    def _receive(self, connection: socket.socket) -> None:
        try:
            while not self._is_whole() and (piece := connection.recv(65536)):
                self.content += piece
                self.pieces += 1
        except ConnectionResetError:
            self.was_reset = True

    @property
    def head(self) -> bytes:
        """The status line and the headers."""
        return self.content.partition(b"\r\n\r\n")[0]

    @property
    def body(self) -> bytes:
        """As much of it as came."""
        return self.content.partition(b"\r\n\r\n")[2]

    @property
    def length(self) -> int:
        """What Content-Length promises."""
        return next(int(line.split(b":")[1]) for line in self.head.split(b"\r\n") if line.startswith(b"Content-Length"))

    def _is_whole(self) -> bool:
        return b"\r\n\r\n" in self.content and len(self.body) >= self.length


def is_written(server: MockServer) -> bool:
    """Whether the first customer's record is not the seeded one; then it is brought back."""
    api, customer = specs.load(specs.names()[0]), server.customers[0]
    url = server.url + str(api.read and api.read.path).format(**customer.path)
    answer = requests.get(url, headers=presented(api, server.credentials), timeout=10).text
    server.reset()
    return answer != requests.get(url, headers=presented(api, server.credentials), timeout=10).text


@pytest.mark.parametrize("phase", ["before", "after_commit"])
def test_a_reset_is_one_for_the_client(server: MockServer, phase: str) -> None:
    """RST and not a byte; the write is made only after the commit."""
    raw = Raw(server, f"fault=reset, phase={phase}")

    assert (raw.content, raw.was_reset) == (b"", True)
    assert is_written(server) is (phase == "after_commit")


@pytest.mark.parametrize("phase", ["before", "after_commit"])
def test_an_empty_answer_is_a_closed_connection(server: MockServer, phase: str) -> None:
    """FIN and not a byte."""
    raw = Raw(server, f"fault=empty, phase={phase}")

    assert (raw.content, raw.was_reset) == (b"", False)
    assert is_written(server) is (phase == "after_commit")


@pytest.mark.parametrize("phase", ["before", "after_commit"])
def test_a_truncated_answer_ends_too_early(server: MockServer, phase: str) -> None:
    """The head promises more than comes, and then the connection is closed."""
    raw = Raw(server, f"fault=truncate, phase={phase}")

    assert raw.head.startswith(b"HTTP/1.1 200 ")
    assert 0 < len(raw.body) < raw.length
    assert not raw.was_reset
    assert is_written(server) is (phase == "after_commit")


def test_a_dribbled_answer_comes_in_drops_and_whole(server: MockServer) -> None:
    """It takes as long as it is told to, and the write is made."""
    raw = Raw(server, "fault=dribble, delay=500")

    assert raw.pieces > 5
    assert raw.seconds >= 500 * MILLISECONDS
    assert json.loads(raw.body)
    assert is_written(server)


def test_a_forced_error_can_be_damaged_too(server: MockServer) -> None:
    """Status and fault together."""
    raw = Raw(server, "code=429, fault=truncate")

    assert raw.head.startswith(b"HTTP/1.1 429 ")
    assert len(raw.body) < raw.length


@pytest.mark.parametrize("phase", ["before", "after_commit"])
def test_a_delayed_write_is_made_behind_or_ahead_of_the_delay(server: MockServer, phase: str) -> None:
    """A client that gives up meanwhile has written nothing yet in the one case, and in the other has."""
    with pytest.raises(TimeoutError):
        give_up(server, f"delay=1500, phase={phase}", 500 * MILLISECONDS)

    assert is_written(server) is (phase == "after_commit")


def give_up(server: MockServer, prefer: str, seconds: float) -> None:
    """Sends a PATCH and closes the connection after so many seconds without an answer."""
    api, customer = specs.load(specs.names()[0]), server.customers[0]
    try:
        requests.patch(
            server.url + api.path.format(**customer.path),
            json=change(api, server.customers[1]),
            headers={**presented(api, server.credentials), "Prefer": prefer},
            timeout=seconds,
        )
    except requests.Timeout:
        raise TimeoutError from None


def test_a_delay_has_a_limit() -> None:
    """What is said to be applied is what is done."""
    assert prefer.WORDS["delay"]("999999999") == 30_000


def test_the_connection_lives_on_where_the_answer_is_whole(server: MockServer) -> None:
    """A forced error and a malformed body do not cost a client its connection; and the mock serves on after every fault."""
    api, customer = specs.load(specs.names()[0]), server.customers[0]
    url = server.url + api.path.format(**customer.path)
    with requests.Session() as session:
        for wanted in ("code=500", "fault=malformed", "fault=dribble, delay=10"):
            headers = {**presented(api, server.credentials), "Prefer": wanted}
            assert "close" not in session.patch(url, json={}, headers=headers, timeout=10).headers.get("Connection", "")
