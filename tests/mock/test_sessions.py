"""Sessions: isolated worlds, by header and by prefix, and writes that arrive at the same time."""

from __future__ import annotations

import io
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

import specs
from mock_server import create_app
from mock_server.defects import DEFECTS
from mock_server.web.app import worlds_of
from mock_server.worlds import worlds
from specs import Api, Choice
from tests.control.mock_control import API, Mock, text_field
from tests.mock.mock_client import presented

HEADER = "X-Mock-Session"
OWN = API.path.format(**API.customers[0].path)


@pytest.fixture(name="mock")
def _mock() -> Mock:
    return Mock()


def in_session(identity: str) -> dict[str, str]:
    """The header that names a session."""
    return {HEADER: identity}


def shown(mock: Mock, identity: str = "") -> Any:
    """The value of the text field in one world, as a GET shows it; the default world without an id."""
    prefix = f"/__session/{identity}" if identity else ""
    assert API.read is not None
    answer = mock.send("GET", path=prefix + API.read.path.format(**mock.customer.path)).json
    for name in API.record_at.split("/")[1:]:
        answer = answer[name]
    return answer[text_field().name]


def test_worlds_share_nothing(mock: Mock) -> None:
    """What one session writes, no other sees; header and prefix name the same one; it is there without being made."""
    name = text_field().name
    seeded = shown(mock)

    mock.send("PATCH", {name: "One"}, headers=in_session("one"))
    mock.send("PATCH", {name: "Two"}, path=f"/__session/two{OWN}")

    assert (shown(mock), shown(mock, "one"), shown(mock, "two"), shown(mock, "three")) == (seeded, "One", "Two", seeded)
    assert [each["id"] for each in mock.ok("GET", "sessions")["sessions"]] == ["one", "two", "three"]


def test_control_calls_act_on_the_session_that_they_name(mock: Mock) -> None:
    """State, snapshots, journal, coverage, settings, clock, faults and defects are each world's own."""
    defect = next(identity for identity in DEFECTS if DEFECTS[identity].applied_to(API))
    one = {"headers": in_session("one")}
    mock.send("PATCH", {text_field().name: "One"}, headers=in_session("one"))
    mock.ok("POST", "snapshots", {"name": "a"}, **one)
    mock.ok("PATCH", "settings", {"strict": True}, **one)
    mock.ok("POST", "clock", {"freeze": True}, **one)
    mock.ok("POST", "faults", {"name": "f", "type": "status", "code": 503, "match": {"method": "GET"}}, **one)
    mock.ok("PUT", "defects", {"defects": [defect]}, **one)

    nouns = ("state", "snapshots", "requests", "coverage", "settings", "faults", "defects")
    ours = {noun: mock.ok("GET", noun, **one) for noun in nouns}
    assert {noun: mock.ok("GET", noun) for noun in nouns if mock.ok("GET", noun) == ours[noun]} == {}
    assert (mock.ok("GET", "clock")["frozen"], mock.ok("GET", "clock", **one)["frozen"]) == (False, True)
    assert {each["session"] for each in ours["requests"]["requests"]} == {"one"}

    mock.ok("POST", "reset")
    assert mock.ok("GET", "state", **one) == ours["state"]
    mock.ok("POST", "reset", **one)
    assert mock.ok("GET", "state", **one) == mock.ok("GET", "state")
    prefixed = mock.app.test_client().get("/__session/one/__admin/defects")
    assert prefixed.json["active"] == [defect]


def test_events_are_those_of_the_session(mock: Mock) -> None:
    """A listener hears of its own world alone."""
    with mock.control("GET", "events", headers=in_session("one")) as stream:
        chunks = iter(stream.response)
        next(chunks)
        mock.send("GET")
        mock.send("GET", headers=in_session("one"))
        assert b'"session": "one"' in next(chunks)


def test_a_world_starts_as_the_mock_was_started() -> None:
    """Defects that the command names hold in every session, and what they remember is each one's own."""
    mock = Mock()
    defect = next(identity for identity in DEFECTS if DEFECTS[identity].applied_to(API))
    mock.app = create_app([API], defects=[defect])

    assert mock.ok("GET", "defects", headers=in_session("one"))["active"] == [defect]


def test_sessions_are_made_and_forgotten(mock: Mock) -> None:
    """With an id or one that is made up; a forgotten one starts anew when it is named again."""
    made = mock.ok("POST", "sessions")
    mock.ok("POST", "sessions", {"id": "one", "ttl": 5})
    mock.send("PATCH", {text_field().name: "One"}, headers=in_session("one"))

    assert mock.control("POST", "sessions", {"id": "one"}).status_code == 409
    listed = {each["id"]: (each["ttl"], each["requests"]) for each in mock.ok("GET", "sessions")["sessions"]}
    assert listed == {made["id"]: (worlds.IDLE_SECONDS, 0), "one": (5, 1)}
    mock.ok("DELETE", "sessions/one")
    assert shown(mock, "one") == shown(mock)


def test_the_session_that_was_not_used_for_longest_makes_room(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than the limit, and it is forgotten; the default world never is."""
    monkeypatch.setattr(worlds, "SESSION_LIMIT", 3)
    mock.send("PATCH", {text_field().name: "Default"})
    for identity in ("one", "two", "three", "one", "four"):
        mock.send("PATCH", {text_field().name: identity}, headers=in_session(identity))

    assert [each["id"] for each in mock.ok("GET", "sessions")["sessions"]] == ["three", "one", "four"]
    assert (shown(mock, "one"), shown(mock)) == ("one", "Default")


def test_a_session_that_nobody_uses_is_forgotten(mock: Mock, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its time, which every use begins anew."""
    now = begun = time.monotonic()
    monkeypatch.setattr(worlds.time, "monotonic", lambda: now)
    mock.ok("POST", "sessions", {"id": "short", "ttl": 10})
    mock.ok("POST", "sessions", {"id": "long", "ttl": 100})

    for seconds, alive in [(9, {"short", "long"}), (18, {"short", "long"}), (29, {"long"}), (130, set())]:
        now = begun + seconds
        if "short" in alive:
            mock.send("GET", headers=in_session("short"))
        assert {each["id"] for each in mock.ok("GET", "sessions")["sessions"]} == alive, seconds


@pytest.mark.parametrize("identity", ["", "a" * 65, "a b", "é", "a\\b", "%00"])
def test_what_is_no_id_is_refused(mock: Mock, identity: str) -> None:
    """By the APIs as by the control interface, in one line, and no session is made of it."""
    for path in (OWN, "/__admin/state"):
        answer = mock.send("GET", path=f"/__session/{identity}{path}")
        assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
        assert "1 to 64 letters" in answer.json["detail"]
    assert mock.ok("GET", "sessions")["sessions"] == []


def test_a_redirect_leads_back_into_the_session() -> None:
    """A path with a slash too many is corrected within the prefix that it had."""
    api = replace(API, choices={**API.choices, "slash": Choice(documented=False, behaviour="redirect")})

    answer = Mock(api).send("PATCH", {}, path=f"/__session/one{OWN}/")

    assert (answer.status_code, answer.headers["Location"]) == (308, f"/__session/one{OWN}")


def test_an_answer_of_a_session_is_as_documented() -> None:
    """The own check of answers finds the operation behind the prefix, too."""
    mock = Mock()
    mock.app = create_app([API], check_answers=True)

    assert mock.send("PATCH", {text_field().name: "One"}, path=f"/__session/one{OWN}").status_code == API.success
    assert shown(mock, "one") == "One"


# --- writes at the same time --------------------------------------------------------------------------------------

WRITERS, WRITES = 8, 1_250


def test_no_update_of_ten_thousand_is_lost() -> None:
    """8 threads write 1250 values each, every one to a field of its own and at the same time: each answer shows its value,
    the last ones stay, the journal has numbered all of them, and another session has none."""
    api = max(map(specs.load, specs.names()), key=lambda each: len(_texts(each)))
    mock = Mock(api)
    names = [each.name for each in _texts(api)][:WRITERS]
    assert len(names) == WRITERS
    call = _caller(mock, api)

    def write(name: str) -> list[int]:
        return [number for number in range(WRITES) if f'"{name}":"v{number}"'.encode() not in call(name, f"v{number}")]

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(WRITERS) as pool:
            lost = [found for done in pool.map(write, names, timeout=300) for found in done]
    finally:
        sys.setswitchinterval(interval)

    assert lost == []
    assert {name: mock.record()[name] for name in names} == dict.fromkeys(names, f"v{WRITES - 1}")
    assert mock.ok("GET", "requests?limit=1&method=PATCH")["requests"][0]["id"] == WRITERS * WRITES
    assert worlds_of(mock.app).named("other").services[api.name].store.entries[0].state.record[names[0]] != f"v{WRITES - 1}"


def _texts(api: Api) -> list[Any]:
    """Properties that take any short text and are shown under their own names."""
    plain = [each for each in api.fields if each.types == {"string"} and each.response == each.name and not each.read_only]
    return [each for each in plain if not {"enum", "format", "pattern", "const"} & each.schema.keys() and not each.reference]


def _caller(mock: Mock, api: Api) -> Any:
    """A function that sends a PATCH as a web server hands it on, which is quicker than a client, and returns the answer."""
    headers = {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in presented(api, mock.customer.auth).items()}

    def call(name: str, value: str) -> bytes:
        content = f'{{"{name}": "{value}"}}'.encode()
        environ = {
            "REQUEST_METHOD": "PATCH",
            "PATH_INFO": api.path.format(**mock.customer.path),
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "HTTP_HOST": "localhost",
            "CONTENT_TYPE": api.media_types[0],
            "CONTENT_LENGTH": str(len(content)),
            "wsgi.input": io.BytesIO(content),
            "wsgi.url_scheme": "http",
            **headers,
        }
        return b"".join(mock.app(environ, lambda *_: None))

    return call
