"""A day of a frontend developer: a screen in Chromium, served from another origin, meets all that it has to survive."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import quote

import pytest
import requests
from selenium import webdriver
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from mock_server import MockServer
from mock_server.web.in_process import MockSession
from tests.chromium import find

FRONTEND = Path(__file__).parents[1] / "frontend"
PATH = "/api/customer/57/"
pytestmark = pytest.mark.browser


class Quiet(SimpleHTTPRequestHandler):
    """Serves the screen, and says nothing."""

    def log_message(self, *_: Any) -> None:
        """Nothing."""


@pytest.fixture(name="origin", scope="module")
def _origin() -> Iterator[str]:
    """Where the screen is served: another port, so another origin than the mock's."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(FRONTEND))) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[MockServer]:
    with MockServer("babyland") as server:
        yield server


@pytest.fixture(name="session")
def _session(server: MockServer) -> Iterator[MockSession]:
    """A world of this test's own."""
    with server.session() as session:
        yield session


class Screen:
    """The screen in a tab of its own, as the developer sees it; its requests name the session by a header."""

    def __init__(self, browser: webdriver.Chrome, origin: str, server: MockServer, session: MockSession) -> None:
        self.browser, self.session = browser, session
        headers = {"Authorization": f"Bearer {server.credentials['bearerAuth']}", **session.headers}
        settings = {"url": server.url + PATH, "headers": headers}
        browser.switch_to.new_window("tab")
        self.tab = browser.current_window_handle
        browser.get(f"{origin}/index.html#{quote(json.dumps(settings))}")
        self.says("Loaded.")

    def look(self) -> None:
        """This tab is the one in front."""
        self.browser.switch_to.window(self.tab)

    def says(self, text: str) -> None:
        """Waits until it says so."""
        self.look()
        WebDriverWait(self.browser, 20, 0.02).until(lambda page: find(page, "#said").text == text)

    def reload(self) -> str:
        """The name that is there after a fresh start."""
        self.look()
        self.browser.refresh()
        self.says("Loaded.")
        return str(find(self.browser, "[name=first_name]").get_property("value"))

    def save(self, name: str, prefer: str = "") -> None:
        """Types a name and sends it, with a preference."""
        self.look()
        for field, text in (("first_name", name), ("prefer", prefer)):
            element = find(self.browser, f"[name={field}]")
            element.clear()
            element.send_keys(text)
        element.send_keys(Keys.ENTER)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A control call from the developer's terminal."""
        answer = requests.request(method, f"{self.session.url}/__admin/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def writes(self) -> list[dict[str, Any]]:
        """The PATCH requests in the journal, the earliest first."""
        return list(reversed(self.control("GET", "requests?method=PATCH")["requests"]))


@pytest.fixture(name="screen")
def _screen(browser: webdriver.Chrome, origin: str, server: MockServer, session: MockSession) -> Iterator[Screen]:
    first = browser.current_window_handle
    yield Screen(browser, origin, server, session)
    for tab in browser.window_handles:
        if tab != first:
            browser.switch_to.window(tab)
            browser.close()
    browser.switch_to.window(first)


def test_a_customer_is_loaded_and_edited(screen: Screen) -> None:
    """What is saved is there after a reload."""
    assert screen.reload() == "Asha"

    screen.save("Zoe")

    screen.says("Saved Zoe.")
    assert screen.reload() == "Zoe"
    (write,) = screen.writes()
    assert write["difference"] == [{"pointer": "/first_name", "before": "Asha", "after": "Zoe"}]


def test_a_field_error_stands_beside_its_field(screen: Screen) -> None:
    """From the documented envelope; nothing is stored."""
    screen.save("x" * 31)

    screen.says("Please look at the fields.")
    assert find(screen.browser, "#field").text == "Ensure this field has no more than 30 characters."
    assert screen.reload() == "Asha"


@pytest.mark.parametrize(
    ("prefer", "said"),
    [
        ("code=401", "Please sign in."),
        ("code=404", "This customer is gone."),
        ("code=429", "Too many requests: try again in 60 seconds."),
        ("code=500", "The shop has a fault."),
        ("fault=malformed", "The answer is broken."),
        ("fault=truncate", "No answer. Save again?"),
        ("fault=reset", "No answer. Save again?"),
        ("fault=empty", "No answer. Save again?"),
    ],
)
def test_an_error_screen_is_seen_on_demand(screen: Screen, prefer: str, said: str) -> None:
    """By a preference of one request; nothing is stored, and the next request is a usual one."""
    screen.save("Zoe", prefer)

    screen.says(said)
    assert screen.control("GET", "state")["babyland"]["customers"][0]["record"]["first_name"] == "Asha"
    screen.save("Zoe")
    screen.says("Saved Zoe.")


def test_too_many_requests_are_refused_until_the_screen_waits(screen: Screen) -> None:
    """A limit of requests: the answer says for how long, and the screen may read that across origins."""
    screen.control("PATCH", "settings", {"rate_limit": {"requests": 1, "seconds": 3600}})
    screen.save("Zoe")
    screen.says("Saved Zoe.")

    screen.save("Yao")

    screen.look()
    WebDriverWait(screen.browser, 20, 0.02).until(lambda page: "try again in" in find(page, "#said").text)
    assert 3500 < int(find(screen.browser, "#said").text.split()[-2]) <= 3600
    screen.control("PATCH", "settings", {"rate_limit": None})
    screen.save("Yao")
    screen.says("Saved Yao.")


def test_a_slow_answer_is_waited_for(screen: Screen) -> None:
    """The screen says so, and keeps the button from being pressed twice."""
    screen.save("Zoe", "delay=1500")

    screen.says("Saving…")
    assert not find(screen.browser, "button").is_enabled()
    screen.says("Saved Zoe.")
    assert find(screen.browser, "button").is_enabled()


@pytest.mark.parametrize("prefer", ["", "fault=empty, phase=after_commit"], ids=["by a rule", "by a preference"])
def test_a_lost_answer_is_no_lost_write(screen: Screen, prefer: str) -> None:
    """The write is made, its answer never comes whole; the screen sends it again, and that changes nothing more."""
    if not prefer:
        # Cut off and not empty: a browser repeats by itself what a kept connection ends without a byte of an answer.
        rule = {"type": "truncate", "phase": "after_commit", "times": 1, "match": {"method": "PATCH"}}
        screen.control("POST", "faults", rule)
    screen.save("Zoe", prefer)
    screen.says("No answer. Save again?")
    assert screen.control("GET", "state")["babyland"]["customers"][0]["record"]["first_name"] == "Zoe"

    screen.save("Zoe")

    screen.says("Saved Zoe.")
    lost, *repeated, again = screen.writes()
    assert [place["after"] for place in lost["difference"]] == ["Zoe"]
    assert [each["difference"] for each in (*repeated, again)] == [[] for _ in (*repeated, again)]
    assert {each["fault"]["phase"] for each in (lost, *repeated)} == {"after_commit"}
    assert again["fault"] is None


def test_two_sessions_run_in_parallel(screen: Screen, browser: webdriver.Chrome, origin: str, server: MockServer) -> None:
    """Two screens save at the same time, each into a world of its own; a third one is as at start."""
    with server.session() as second, server.session() as third:
        other, idle = (Screen(browser, origin, server, each) for each in (second, third))
        screen.save("Here", "delay=700")
        other.save("There", "delay=700")

        screen.says("Saved Here.")
        other.says("Saved There.")
        assert [each.reload() for each in (screen, other, idle)] == ["Here", "There", "Asha"]
        assert [len(each.writes()) for each in (screen, other, idle)] == [1, 1, 0]


def test_a_snapshot_brings_a_screen_back(screen: Screen) -> None:
    """The state that a scene begins with is kept, and comes back as often as it is needed."""
    screen.save("Before")
    screen.says("Saved Before.")
    screen.control("POST", "snapshots", {"name": "scene"})
    for name in ("One", "Two"):
        screen.save(name)
        screen.says(f"Saved {name}.")
        assert screen.reload() == name

        screen.control("POST", "snapshots/scene/restore")

        assert screen.reload() == "Before"


@pytest.mark.parametrize(("method", "path"), [("GET", "state"), ("POST", "reset"), ("DELETE", "requests")])
def test_a_page_reaches_no_control_call(screen: Screen, method: str, path: str) -> None:
    """Whatever a page of another origin asks the control interface, it sees no answer, and nothing happens."""
    screen.save("Zoe")
    screen.says("Saved Zoe.")
    script = """
      const done = arguments[3];
      fetch(`${arguments[0]}/__admin/${arguments[2]}`, {method: arguments[1], credentials: "include"})
        .then((answer) => done(`seen: ${answer.status}`), () => done("refused"));"""

    assert screen.browser.execute_async_script(script, screen.session.url, method, path) == "refused"
    assert len(screen.writes()) == 1
    assert screen.reload() == "Zoe"
