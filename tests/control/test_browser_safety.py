"""Pages of other sites, and names that a DNS server moves: what a browser can be made to send changes nothing."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from werkzeug.test import TestResponse

from mock_server import MockServer
from mock_server.__main__ import main
from mock_server.access.admission import Admission, is_loopback
from tests.control.control_document import OPERATIONS, PREFIX
from tests.control.mock_control import API, Mock, text_field
from tests.mock.mock_client import presented

OWN = API.path.format(**API.customers[0].path)
PAGE = "http://localhost:3000"
EVIL = "https://evil.example"
NOUNS = ("state", "settings", "snapshots", "faults", "defects", "clock")


@pytest.fixture(name="mock", scope="module")
def _mock() -> Mock:
    """Nothing in this file may change it."""
    return Mock()


def everything(mock: Mock) -> Any:
    """What a refused request may not change; the clock goes on by itself."""
    found = {noun: mock.ok("GET", noun) for noun in NOUNS if noun != "clock"}
    sessions = [each["id"] for each in mock.ok("GET", "sessions")["sessions"]]
    return {**found, "frozen": mock.ok("GET", "clock")["frozen"], "sessions": sessions}


def refused(answer: TestResponse, status: int, words: str) -> bool:
    """A problem document with these words, that no page of another origin may read."""
    shared = [name for name in answer.headers.keys() if name.startswith("Access-Control-")]  # noqa: SIM118  # no mapping
    is_problem = (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    return is_problem and not shared and words in answer.json["detail"]


# --- names that a DNS server moves --------------------------------------------------------------------------------

HOSTS: Mapping[str, bool] = {
    "localhost": True,
    "LocalHost:4010": True,
    "127.0.0.1:4010": True,
    "[::1]:4010": True,
    "192.168.1.5": True,
    "mock.internal": True,
    "MOCK.internal:4010": True,
    "": False,
    "rebind.evil.example": False,
    "rebind.evil.example:4010": False,
    "localhost.evil.example": False,
    "127.0.0.1.evil.example": False,
    "evil.example:localhost": False,
    "127.1": False,
    "2130706433": False,
    "localhost@evil.example": False,
    "evil.localhost": False,
    "mock.internal.evil.example": False,
    "[::1].evil.example": False,
    "[localhost": False,
}


@pytest.mark.parametrize(("host", "served"), HOSTS.items(), ids=[host or "none" for host in HOSTS])
def test_a_name_that_can_be_moved_is_refused(host: str, served: bool) -> None:
    """By the APIs as by the control interface, and with any Origin that would fit it; --allowed-host names others."""
    mock = Mock(admission=Admission(hosts=["mock.internal"]))
    before = mock.record()
    headers = {"Host": host, "Origin": f"http://{host}"}

    patch = mock.send("PATCH", {text_field().name: "Moved"}, headers={"Host": host})
    control = mock.app.test_client().get(f"{PREFIX}/health", headers={"Host": host})
    reset = mock.app.test_client().post(f"{PREFIX}/reset", headers=headers)

    if served:
        assert (patch.status_code, control.status_code) == (API.success, 200)
    else:
        assert all(refused(answer, 403, "--allowed-host") for answer in (patch, control, reset))
        assert mock.record() == before
        assert mock.ok("GET", "requests")["total"] == 2


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[MockServer]:
    with MockServer(API) as server:
        yield server


@pytest.mark.parametrize(
    ("line", "hosts", "status"),
    [
        ("GET /__admin/health HTTP/1.1", ["rebind.evil.example"], 403),
        ("GET http://rebind.evil.example/__admin/health HTTP/1.1", ["localhost"], 403),
        ("GET /__session/one/__admin/health HTTP/1.1", ["rebind.evil.example"], 403),
        ("GET /__admin/health HTTP/1.1", ["localhost", "rebind.evil.example"], 403),
        ("GET /__admin/health HTTP/1.1", [], 403),
        ("GET /__admin/health HTTP/1.0", [], 403),
        ("GET /__admin/health HTTP/1.1", ["127.0.0.1"], 200),
        ("GET http://localhost/__admin/health HTTP/1.1", ["rebind.evil.example"], 200),
    ],
)
def test_no_spelling_of_a_request_gets_round_the_host(server: MockServer, line: str, hosts: list[str], status: int) -> None:
    """Over a real connection: the absolute form, two Hosts, none, an older version of HTTP. The authority of an absolute
    form counts, which no browser sends; else the Host alone (RFC 9112, 3.2.2)."""
    head = [line, *(f"Host: {host}" for host in hosts), "X-Forwarded-Host: localhost", "Connection: close"]
    with socket.create_connection(("127.0.0.1", int(server.url.rpartition(":")[2])), timeout=10) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    assert int(answer.split()[1]) == status


# --- control calls by pages ---------------------------------------------------------------------------------------

FOREIGN: Mapping[str, Mapping[str, str]] = {
    "another site": {"Origin": EVIL},
    "another port of this machine": {"Origin": PAGE},
    "another scheme": {"Origin": "https://localhost"},
    "a file or a sandbox": {"Origin": "null"},
    "a name that begins alike": {"Origin": "http://localhost.evil.example"},
    "cross-site by its fetch metadata": {"Sec-Fetch-Site": "cross-site"},
    "same site, another port": {"Sec-Fetch-Site": "same-site"},
    "cross-site without CORS": {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
    "unknown fetch metadata": {"Sec-Fetch-Site": "spede"},
}


@pytest.mark.parametrize("headers", FOREIGN.values(), ids=FOREIGN)
def test_a_page_of_another_origin_cannot_call(mock: Mock, headers: Mapping[str, str]) -> None:
    """No operation, by no method, not even to read; a preflight is refused, and no session is made."""
    before = everything(mock)
    for method, path in [*OPERATIONS.values(), ("OPTIONS", "/reset"), ("HEAD", "/state"), ("GET", "/spede")]:
        filled = PREFIX + re.sub(r"\{\w+\}", "x", path)
        preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Private-Network": "true"}
        sent = {**headers, **(preflight if method == "OPTIONS" else {}), "X-Mock-Session": "theirs"}
        body = {} if method in ("GET", "HEAD", "OPTIONS") else {"json": {}}
        answer = mock.app.test_client().open(filled, method=method, headers=sent, **body)
        assert method == "HEAD" or refused(answer, 403, "page of another site"), (method, path)
        assert answer.status_code == 403

    assert everything(mock) == before


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "http://localhost"}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}]
)
def test_a_page_of_the_mock_and_a_script_can_call(mock: Mock, headers: dict[str, str]) -> None:
    """A page that the mock itself serves, an address that was typed, and whatever is no browser; without leave for others."""
    answer = mock.control("GET", "state", headers=headers)

    assert (answer.status_code, answer.headers.get("Access-Control-Allow-Origin")) == (200, None)
    assert (answer.headers["Cross-Origin-Resource-Policy"], answer.headers["X-Frame-Options"]) == ("same-origin", "DENY")


@pytest.mark.parametrize("content", [b'{"latency": 100}', b"latency=100", b""])
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/jsonx"])
def test_what_a_form_can_send_is_refused(mock: Mock, kind: str, content: bytes) -> None:
    """Whatever changes something is application/json, or has neither a body nor a type."""
    before = everything(mock)
    for method, path in [
        ("POST", "reset"),
        ("PATCH", "settings"),
        ("PUT", "settings"),
        ("DELETE", "faults"),
        ("POST", "snapshots"),
    ]:
        for sent in (kind, None) if content else (kind,):
            answer = mock.app.test_client().open(f"{PREFIX}/{path}", method=method, data=content, content_type=sent)
            assert refused(answer, 415, "application/json"), (method, path)
    assert everything(mock) == before


# --- the token ----------------------------------------------------------------------------------------------------

TOKEN = "s3cret-töken"


@pytest.mark.parametrize(
    ("authorization", "admitted"),
    [
        (None, False),
        ("", False),
        ("Bearer", False),
        ("Bearer ", False),
        ("Bearer wrong", False),
        (f"Bearer {TOKEN}x", False),
        (f"Bearer {TOKEN[:-1]}", False),
        (f"Basic {TOKEN}", False),
        (TOKEN, False),
        (f"Bearer {TOKEN}", True),
        (f"bearer  {TOKEN}", True),
    ],
)
def test_with_a_token_nothing_else_is_let_in(authorization: str | None, admitted: bool) -> None:
    """All calls but the one for health need it; the APIs do not."""
    mock = Mock(admission=Admission(token=TOKEN))
    headers = {} if authorization is None else {"Authorization": authorization.encode().decode("latin-1")}
    for method, path in OPERATIONS.values():
        if path in ("/health", "/events"):
            continue
        filled = PREFIX + re.sub(r"\{\w+\}", "x", path)
        answer = mock.app.test_client().open(filled, method=method, headers=headers)
        assert (answer.status_code == 401) is not admitted, (method, path)
        assert admitted or answer.headers["WWW-Authenticate"].startswith("Bearer ")
    assert mock.app.test_client().get(f"{PREFIX}/health").status_code == 200
    assert mock.send("GET").status_code == 200
    assert TOKEN not in repr(Admission(token=TOKEN))


def test_a_page_of_another_origin_cannot_use_a_token_either() -> None:
    """Not even the right one."""
    mock = Mock(admission=Admission(token=TOKEN))
    headers = {"Origin": EVIL, "Authorization": f"Bearer {TOKEN}".encode().decode("latin-1")}

    assert refused(mock.app.test_client().get(f"{PREFIX}/state", headers=headers), 403, "another site")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1"])
def test_without_a_token_only_this_machine_is_served(capfd: pytest.CaptureFixture[str], host: str) -> None:
    """A mock that others can reach needs one, and says so in one line before it listens."""
    with pytest.raises(SystemExit) as end:
        main([API.name, "--host", host, "--port", "0"])

    assert end.value.code == 2
    assert "--admin-token" in capfd.readouterr().err.splitlines()[-1]


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("", False),
        ("0.0.0.0", False),
        ("::", False),
    ],
)
def test_loopback_is_told_from_other_addresses(host: str, expected: bool) -> None:
    """An empty address stands for all of the machine's."""
    assert is_loopback(host) is expected


# --- pages that use an API ----------------------------------------------------------------------------------------

ADMITTED = (
    PAGE,
    "http://localhost",
    "https://localhost:8443",
    "http://127.0.0.1:5173",
    "http://127.1.2.3",
    "http://[::1]:3000",
    "http://shop.localhost:3000",
)
OTHERS = (
    EVIL,
    "null",
    "http://localhost.evil.example",
    "http://127.0.0.1.evil.example",
    "http://evil.example:3000",
    "http://192.168.1.5:3000",
    "http://localhost:3000.evil.example",
    "http://localhost@evil.example",
    "http://evil-localhost",
    "file://",
    "http://LOCALHOST\t.evil.example",
    "",
)


def preflight(mock: Mock, origin: str, path: str = OWN, method: str = "PATCH", **headers: str) -> TestResponse:
    """What a browser asks ahead of a PATCH by a page."""
    sent = {
        "Origin": origin,
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type,x-mock-session",
        **headers,
    }
    return mock.app.test_client().options(path, headers=sent)


@pytest.mark.parametrize("origin", ADMITTED)
def test_pages_of_this_machine_read_every_answer(mock: Mock, origin: str) -> None:
    """Successes and refusals, with credentials and with every header by its name."""
    name = text_field().name
    for answer in (
        mock.send("GET", headers={"Origin": origin}),
        mock.send("PATCH", {name: 5}, headers={"Origin": origin}),
        mock.send("GET", path="/nowhere", headers={"Origin": origin}),
        mock.send("GET", headers={"Origin": origin, **dict.fromkeys(presented(API, API.customers[0].auth), "nobody's")}),
        mock.send("DELETE", headers={"Origin": origin}),
    ):
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert answer.headers["Access-Control-Allow-Credentials"] == "true"
        assert "Origin" in answer.headers["Vary"]
        exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
        own = {each for each in answer.headers.keys() if not each.startswith("Access-Control-")}  # noqa: SIM118  # no mapping
        assert exposed == own
    assert "Access-Control-Allow-Private-Network" not in preflight(mock, origin).headers


@pytest.mark.parametrize(
    ("path", "method"), [(OWN, "PATCH"), (OWN, "DELETE"), ("/nowhere", "PATCH"), (f"/__session/a{OWN}", "PATCH")]
)
def test_a_preflight_is_answered(mock: Mock, path: str, method: str) -> None:
    """Whatever the page wants to send, so that it sees the API's own refusal and not the browser's."""
    answer = preflight(mock, PAGE, path, method, **{"Access-Control-Request-Private-Network": "true"})

    assert answer.status_code in (200, 204)
    assert answer.data == b""
    assert answer.headers["Access-Control-Allow-Origin"] == PAGE
    assert answer.headers["Access-Control-Allow-Credentials"] == "true"
    assert method in answer.headers["Access-Control-Allow-Methods"].split(", ")
    assert answer.headers["Access-Control-Allow-Headers"] == "authorization,content-type,x-mock-session"
    assert answer.headers["Access-Control-Allow-Private-Network"] == "true"


@pytest.mark.parametrize("origin", OTHERS)
def test_pages_of_other_sites_are_kept_out(mock: Mock, origin: str) -> None:
    """Preflight and request are refused before they have an effect, and the refusal is not for them to read."""
    before = everything(mock)

    for path in (OWN, "/nowhere", f"/__session/theirs{OWN}"):
        assert refused(preflight(mock, origin, path, **{"Access-Control-Request-Private-Network": "true"}), 403, "--cors-origin")
        for method in ("GET", "PATCH", "POST", "HEAD"):
            answer = mock.send(method, {text_field().name: "Theirs"}, path=path, headers={"Origin": origin})
            assert answer.status_code == 403
            assert "Access-Control-Allow-Origin" not in answer.headers

    assert everything(mock) == before


def test_an_answer_cannot_be_embedded_by_another_site(mock: Mock) -> None:
    """An image or a script of a page elsewhere is refused, one of a page on this machine is not."""
    sent = {"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}

    assert refused(
        mock.send("GET", path=f"/__session/theirs{OWN}", headers={**sent, "Sec-Fetch-Site": "cross-site"}), 403, "embedded"
    )
    assert mock.send("GET", headers={**sent, "Sec-Fetch-Site": "same-site"}).status_code == 200


def test_other_origins_are_let_in_by_name() -> None:
    """--cors-origin names them; the control interface stays closed to them."""
    mock = Mock(admission=Admission(origins=[EVIL]))

    answer = mock.send("GET", headers={"Origin": EVIL})

    assert (answer.headers["Access-Control-Allow-Origin"], answer.headers["Access-Control-Allow-Credentials"]) == (EVIL, "true")
    assert preflight(mock, EVIL).headers["Access-Control-Allow-Origin"] == EVIL
    assert refused(mock.send("GET", headers={"Origin": EVIL + ".example"}), 403, "--cors-origin")
    assert refused(mock.app.test_client().get(f"{PREFIX}/state", headers={"Origin": EVIL}), 403, "another site")


def test_all_origins_are_let_in_without_credentials() -> None:
    """--cors-origin '*' shows every page the answers, but not those to a user's own cookies."""
    mock = Mock(admission=Admission(origins=["*"]))
    for answer in (mock.send("GET", headers={"Origin": EVIL}), preflight(mock, EVIL)):
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
    assert refused(mock.app.test_client().get(f"{PREFIX}/state", headers={"Origin": EVIL}), 403, "another site")


def test_what_is_no_browser_needs_no_origin(mock: Mock) -> None:
    """Without an Origin nothing is said about pages, but that the answer depends on it."""
    answer = mock.send("GET")

    assert (answer.status_code, answer.headers["Vary"]) == (200, "Origin")
    assert not [name for name in answer.headers.keys() if name.startswith("Access-Control-")]  # noqa: SIM118  # no mapping
