"""The pages of the mock: as they are served, and as a person works with them, in headless Chromium."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests
import yaml
from openapi_spec_validator import validate
from selenium import webdriver
from selenium.common.exceptions import NoSuchElementException, StaleElementReferenceException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

import specs
from mock_server import MockServer, create_app, pages
from mock_server.access.admission import Admission
from mock_server.journal.events import SUBSCRIBER_LIMIT
from mock_server.web import serving
from tests import subjects
from tests.chromium import contrast, find, forget, palette, requested, set_scheme
from tests.mock.mock_client import plain, presented, texts
from tests.reports.results import HOSTILE

NAMES = specs.names()
API = next(api for api in map(specs.load, NAMES) if api.identity == "path" and not api.references)
TEXT = next(each for each in texts(plain(API)) if each.response == each.name)
"""A property that takes any short text and is shown under its own name."""

CUSTOMER = ",".join(map(str, API.customers[0].path.values()))
STATE = f"state/{API.name}/customers/{CUSTOMER}"
Found = TypeVar("Found")


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[MockServer]:
    """Two APIs."""
    with MockServer(API, next(name for name in NAMES if name != API.name)) as server:
        yield server


# --- as they are served -------------------------------------------------------------------------------------------

PAGES = {
    "/__admin/ui": "text/html; charset=utf-8",
    "/__admin/ui/ui.js": "text/javascript; charset=utf-8",
    "/__admin/ui/ui.css": "text/css; charset=utf-8",
    "/docs": "text/html; charset=utf-8",
    "/docs/": "text/html; charset=utf-8",
    "/docs/swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    f"/{API.name}/openapi.yaml": "application/yaml",
}


@pytest.mark.parametrize("session", ["", "/__session/one"], ids=["default", "session"])
@pytest.mark.parametrize(("path", "media_type"), PAGES.items())
def test_a_page_loads_nothing_from_elsewhere(server: MockServer, path: str, media_type: str, session: str) -> None:
    """Its policy says so, it is in nobody's frame, and no other site embeds it."""
    answer = requests.get(server.url + session + path, timeout=10)

    assert (answer.status_code, answer.headers["Content-Type"]) == (200, media_type)
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'self'; ")
    assert "frame-ancestors 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_read_by_no_other_name_and_never_written(server: MockServer, path: str) -> None:
    """A name that a DNS server can move is refused, and so is every other method, as a problem."""
    rebound = requests.get(server.url + path, headers={"Host": "evil.example"}, timeout=10)
    written = requests.post(server.url + path, timeout=10)

    assert (rebound.status_code, written.status_code) == (403, 405)
    assert rebound.headers["Content-Type"] == written.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/__admin/ui/no.js", "/__admin/ui/../../app.py", "/docs/no.js", "/docs/..%2f__init__.py"])
def test_what_is_no_page_is_a_problem(server: MockServer, path: str) -> None:
    """It says which pages there are; no file of the machine is one."""
    sent = requests.Request("GET", server.url).prepare()
    sent.url = server.url + path
    answer = requests.Session().send(sent, timeout=10)

    assert answer.status_code == 404
    assert answer.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("template", ["ui.html", "docs.html"])
def test_a_page_has_no_script_or_style_of_its_own(template: str) -> None:
    """Only files: the policy forbids the rest."""
    text = Path(pages.__file__).parent.joinpath("templates", template).read_text(encoding="utf-8")

    assert re.findall(r"<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|https?:", text) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_served_document_leads_to_the_mock(name: str) -> None:
    """It is valid, names no other server, and has no credential in it; what it documents is otherwise the file's."""
    api = specs.load(name)
    with MockServer(api) as server:
        found = [requests.get(f"{server.url}{at}/openapi.yaml", timeout=10).text for at in ("", "/__session/one")]
    documents = [yaml.safe_load(text) for text in found]

    assert [each["servers"] for each in documents] == [[{"url": "/"}], [{"url": "/__session/one"}]]
    validate(documents[0])
    secrets = [secret for customer in api.customers for secret in customer.auth.values()]
    assert [word for word in (*secrets, "x-contract:") if word in found[0]] == []
    assert documents[0]["components"] == api.document["components"]
    assert documents[0]["paths"].keys() == api.document["paths"].keys()


@pytest.mark.parametrize("path", ["/docs", "/openapi.yaml"])
def test_a_path_that_an_api_documents_is_the_apis(tmp_path: Path, path: str) -> None:
    """A page gives way."""
    file = tmp_path / "api.yaml"
    text = API.file.read_text(encoding="utf-8")
    for old in {API.path, API.read.path if API.read else API.path}:
        text = text.replace(f"  {old}:", f"  {path}/{{id}}:")
    file.write_text(text, encoding="utf-8")

    client = create_app([specs.load(file)]).test_client()
    answers = {at: client.get(at) for at in (path, f"{path}/{CUSTOMER}", "/__admin/ui")}

    problem = "application/problem+json"
    assert [each.content_type.startswith(("text/html", problem)) for each in answers.values()] == [False, False, True]


def test_pages_cost_nothing_before_they_are_called() -> None:
    """Neither Swagger UI nor the application of the pages is there at start."""
    code = (
        "import sys, specs, mock_server; from mock_server import pages; "
        "mock_server.create_app([specs.load(specs.names()[0])]); "
        "print('flask_swagger_ui' in sys.modules, pages.application.cache_info().currsize)"
    )

    run = subprocess.run([sys.executable, "-c", code], cwd=subjects.ROOT, capture_output=True, text=True, timeout=60, check=True)

    assert run.stdout.split() == ["False", "0"]


def test_access_is_what_a_client_needs(server: MockServer) -> None:
    """Addresses that lead to the session of the call, credentials, customers; and commands that contain all of it."""
    plain_call, in_session = (
        requests.get(f"{server.url}{at}/__admin/access", timeout=10).json() for at in ("", "/__session/one")
    )

    found = plain_call[API.name]
    assert [plain_call[name]["url"] for name in server.apis] == [each.url for each in server.apis.values()]
    assert in_session[API.name]["url"] == f"{server.url}/__session/one/{API.name}"
    assert [each["credentials"] for each in found["customers"]] == [each.auth for each in API.customers]
    assert [each["operation"] for each in found["operations"]] == [API.operation_id, API.read and API.read.operation_id]
    words = (found["url"], *API.customers[0].auth.values())
    assert [word for each in found["operations"] for word in words if word not in each["curl"]] == []


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_enough_contrast(dark: bool) -> None:
    """4.5 to 1, on every ground on which it stands."""
    colours = palette(Path(pages.__file__).parent.joinpath("static", "ui.css").read_text(encoding="utf-8"), dark)
    pairs = [(text, ground) for text in ("text", "faint", "link", "good", "bad", "fault") for ground in ("page", "card", "sunk")]

    found = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 1) for pair in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 4.5} == {}


# --- the control page in a browser --------------------------------------------------------------------------------


class Desk:
    """The control page of a mock, open, and a client of the mock beside it."""

    def __init__(self, browser: webdriver.Chrome, server: MockServer, session: str = "") -> None:
        self.page = browser
        self.url = f"{server.url}/__session/{session}" if session else server.url
        self.open()

    def open(self) -> None:
        """The page, with everything loaded."""
        self.page.get(f"{self.url}/__admin/ui")
        self.until(lambda: find(self.page, "#live").text != "connecting")

    def until(self, condition: Callable[[], Found]) -> Found:
        """What the condition returns once that is true; while the page is being changed it may look at what is gone."""
        ignored = [StaleElementReferenceException, NoSuchElementException, ValueError]
        return WebDriverWait(self.page, 20, 0.05, ignored).until(lambda _: condition())

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A control call by someone else."""
        answer = requests.request(method, f"{self.url}/__admin/{path}", json=body, timeout=10)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def send(self, method: str, body: Any = None) -> requests.Response:
        """A request to the API by someone else."""
        path = API.path.format(**API.customers[0].path)
        headers = presented(API, API.customers[0].auth)
        return requests.request(method, f"{self.url}/{API.name}{path}", json=body, headers=headers, timeout=10)

    def listen(self) -> requests.Response | None:
        """The stream of events for someone else, or None where as many listen as may."""
        stream = requests.get(f"{self.url}/__admin/events", stream=True, timeout=10)
        if stream.ok:
            return stream
        stream.close()
        return None

    def press(self, text: str, within: str = "body") -> None:
        """A button, by what is written on it."""
        (found,) = self.until(
            lambda: [each for each in self.page.find_elements(By.CSS_SELECTOR, f"{within} button") if each.text == text]
        )
        found.click()

    def says(self, text: str, where: str = "#done") -> None:
        """Waits until the page says so."""
        self.until(lambda: text in find(self.page, where).text)

    def editor(self) -> WebElement:
        """The first customer, unfolded."""
        (area,) = self.page.find_elements(By.CSS_SELECTOR, f"[aria-label='Customer {API.name} {CUSTOMER} as JSON']")
        if not area.is_displayed():
            area.find_element(By.XPATH, "ancestor::details/summary").click()
        return area

    def shown(self) -> Any:
        """The first customer's record on the page."""
        return json.loads(str(self.editor().get_property("value")))["record"]

    def write(self, value: str) -> None:
        """Another text for the first customer, as by typing."""
        script = "arguments[0].value = arguments[1]; arguments[0].dispatchEvent(new Event('input')); arguments[0].focus()"
        self.page.execute_script(script, self.editor(), value)

    def entries(self) -> list[str]:
        """The journal, the latest request first."""
        return [each.text for each in self.page.find_elements(By.CSS_SELECTOR, "#journal .list > li")]


@pytest.fixture(name="desk")
def _desk(browser: webdriver.Chrome, server: MockServer, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """A session of this test's own; whatever a test does there, nothing is loaded from elsewhere, and nothing breaks."""
    browser.get("about:blank")
    forget(browser)
    desk = Desk(browser, server, re.sub(r"\W+", "-", request.node.name)[:60])
    yield desk
    complaints = [each["message"] for each in browser.get_log("browser") if "Failed to load resource" not in each["message"]]
    assert complaints == []
    assert {url for url in requested(browser) if not url.startswith((server.url, "data:", "about:"))} == set()
    browser.get("about:blank")


@pytest.mark.browser
def test_the_page_shows_what_is_served(desk: Desk) -> None:
    """Each API with its address, its credentials, and a command for each operation, which is copied as it stands."""
    shown = find(desk.page, "#served").text

    for name, access in desk.control("GET", "access").items():
        words = (
            name,
            access["url"],
            *(each["curl"] for each in access["operations"]),
            *access["customers"][1]["credentials"].values(),
        )
        assert [word for word in words if word not in shown] == []
    desk.page.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    find(desk.page, f"#served article:first-child [aria-label$='PATCH {API.path}']").click()
    desk.says("Copied.")
    copied = desk.page.execute_async_script("navigator.clipboard.readText().then(arguments[0], arguments[0])")
    assert copied == desk.control("GET", "access")[API.name]["operations"][0]["curl"]


@pytest.mark.browser
def test_a_customer_is_saved_by_ctrl_enter(desk: Desk) -> None:
    """What is written is what the API then answers."""
    item = desk.control("GET", STATE)
    item["record"][TEXT.name] = "Zoe"
    desk.write(json.dumps({"record": item["record"], "hidden": item["hidden"]}))
    assert "not saved yet" in find(desk.page, "#customers").text

    desk.editor().send_keys(Keys.CONTROL, Keys.ENTER)

    desk.says("Saved")
    assert desk.send("GET").json()[TEXT.name] == "Zoe"
    assert "not saved yet" not in find(desk.page, "#customers").text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"record": {', "This is no JSON"),
        ('{"record": {"%s": 5}}', f"/record/{TEXT.name}"),
        ('{"record": {}, "colour": 1}', "/colour"),
        ("[]", "not of type"),
    ],
)
@pytest.mark.browser
def test_what_does_not_fit_is_not_saved(desk: Desk, text: str, said: str) -> None:
    """The page says where and why, keeps what was written, and nothing is changed."""
    before = desk.control("GET", STATE)
    text = text.replace("%s", TEXT.name)
    desk.write(text)

    desk.press("Save", "#customers details[open]")

    desk.says("Not saved.")
    desk.says(said, "#customers details[open] .errors")
    assert desk.editor().get_property("value") == text
    assert desk.control("GET", STATE) == before
    desk.press("As stored", "#customers details[open]")
    assert desk.shown() == before["record"]
    assert find(desk.page, "#customers details[open] .errors").text == ""


@pytest.mark.browser
def test_what_is_being_written_is_never_overwritten(desk: Desk) -> None:
    """Someone else's write shows at once where nobody edits; else it is only told of."""
    desk.send("PATCH", {TEXT.name: "One"}).raise_for_status()
    desk.until(lambda: desk.shown()[TEXT.name] == "One")
    desk.write("mine")
    desk.send("PATCH", {TEXT.name: "Two"}).raise_for_status()

    desk.says("changed meanwhile", "#customers details[open] .note")

    assert desk.editor().get_property("value") == "mine"


@pytest.mark.browser
def test_a_deleted_customer_comes_back_when_it_is_saved(desk: Desk) -> None:
    """The page says that it is gone."""
    desk.control("DELETE", STATE)
    desk.says("deleted", "#customers details[open] .note")

    desk.press("Save", "#customers details[open]")

    desk.says("Saved")
    assert desk.send("GET").status_code == 200


@pytest.mark.browser
def test_the_journal_is_live(desk: Desk) -> None:
    """A write with what it changed, a refusal with its reason; the whole exchange unfolds, and no credential is in it."""
    before = desk.send("GET").json()[TEXT.name]
    desk.send("PATCH", {TEXT.name: "Zoe"})
    desk.send("PATCH", {TEXT.name: [HOSTILE]})
    desk.until(lambda: len(desk.entries()) == 3)

    refused, written, _ = desk.entries()
    assert [word for word in ("PATCH", str(API.success), f"/{TEXT.name}", f'"{before}"', '"Zoe"') if word not in written] == []
    assert [word for word in ("PATCH", "400", "invalid_field", TEXT.name) if word not in refused] == []
    desk.page.find_element(By.CSS_SELECTOR, "#journal li summary").click()
    desk.until(lambda: json.dumps(HOSTILE) in desk.entries()[0])
    assert [secret for secret in API.customers[0].auth.values() if secret in desk.entries()[0]] == []
    desk.press("Clear", "#journal")
    desk.until(lambda: desk.entries() == [])


@pytest.mark.browser
def test_hostile_texts_stay_texts(desk: Desk) -> None:
    """In a record, in its difference and in a path."""
    record = desk.control("GET", STATE)["record"]
    desk.control("PATCH", STATE, {"record": {TEXT.name: "<img src=/x>"}})
    desk.send("PATCH", {TEXT.name: "<img src=/y>"})
    requests.get(f"{desk.url}/{API.name}/<img src=/z>", timeout=10)

    desk.until(lambda: len(desk.entries()) == 2 and desk.shown()[TEXT.name] == "<img src=/y>")

    assert "<img src=/x>" in desk.entries()[1]
    assert desk.page.find_elements(By.TAG_NAME, "img") == []
    assert record[TEXT.name] != desk.shown()[TEXT.name]


@pytest.mark.browser
def test_without_a_place_for_events_the_page_asks_now_and_then(desk: Desk) -> None:
    """When as many listen as may; it knows what is new, and what was changed by others."""
    desk.page.get("about:blank")
    with ExitStack() as stack:
        for _ in range(SUBSCRIBER_LIMIT):
            stack.enter_context(desk.until(desk.listen))  # the place of the page that is gone becomes free a little later
        desk.open()
        desk.says("asking", "#live")
        desk.send("PATCH", {TEXT.name: "Zoe"}).raise_for_status()
        desk.until(lambda: len(desk.entries()) == 1 and desk.shown()[TEXT.name] == "Zoe")
    desk.says("live", "#live")


@pytest.mark.parametrize(
    ("text", "boxes", "statuses", "written"),
    [
        ("429", [], [429, API.success], [False, True]),
        ("500", ["fault-once"], [500, 500], [False, False]),
        ("503", ["fault-patch", "fault-late"], [503, API.success], [True, True]),
        ("No answer", [], [0, API.success], [False, True]),
        ("Connection reset", ["fault-late"], [0, API.success], [True, True]),
    ],
)
@pytest.mark.browser
def test_a_fault_is_a_button(desk: Desk, text: str, boxes: list[str], statuses: list[int], written: list[bool]) -> None:
    """The next request or all, any or a PATCH, before or after the write; and gone again."""
    for box in boxes:
        desk.page.find_element(By.ID, box).click()
    desk.press(text, "#fault-buttons")
    desk.until(lambda: desk.page.find_elements(By.CSS_SELECTOR, "#faults .list li"))

    seen: list[int] = []
    stored: list[bool] = []
    for value in ("One", "Two"):
        try:
            seen.append(desk.send("PATCH", {TEXT.name: value}).status_code)
        except requests.ConnectionError:
            seen.append(0)
        stored.append(desk.control("GET", STATE)["record"][TEXT.name] == value)
    desk.press("Nothing goes wrong")

    assert (seen, stored) == (statuses, written)
    desk.until(lambda: not desk.page.find_elements(By.CSS_SELECTOR, "#faults .list li"))
    assert desk.control("GET", "faults")["faults"] == []


@pytest.mark.browser
def test_a_profile_is_a_button(desk: Desk) -> None:
    """Its rules, each of which can be removed; the keyboard stays in the list."""
    desk.press("overloaded")
    desk.until(lambda: len(desk.page.find_elements(By.CSS_SELECTOR, "#faults .list li")) == 3)

    for left in (2, 1, 0):
        desk.page.find_element(By.CSS_SELECTOR, "#faults .list button").send_keys(Keys.ENTER)
        desk.until(lambda left=left: len(desk.page.find_elements(By.CSS_SELECTOR, "#faults .list li")) == left)
        assert desk.page.switch_to.active_element.text == ("Remove" if left else "What goes wrong")
    assert desk.control("GET", "faults")["faults"] == []


@pytest.mark.browser
def test_every_answer_is_delayed(desk: Desk) -> None:
    """By so much, and at random by so much more."""
    for name, value in {"latency": "12", "jitter": "5"}.items():
        field = find(desk.page, f"#latency [name={name}]")
        field.clear()
        field.send_keys(value)
    find(desk.page, "#latency [name=jitter]").send_keys(Keys.ENTER)

    desk.says("Applied.")
    settings = desk.control("GET", "settings")
    assert (settings["latency"], settings["jitter"]) == (12, 5)


@pytest.mark.browser
def test_a_snapshot_is_saved_and_restored(desk: Desk) -> None:
    """And forgotten; and the data, or everything, is as at start again, which one press takes back."""
    seeded = desk.shown()[TEXT.name]
    desk.send("PATCH", {TEXT.name: "Saved"})
    find(desk.page, "#snapshot-name").send_keys("one", Keys.ENTER)
    desk.says("Saved as one.")
    desk.send("PATCH", {TEXT.name: "Later"})
    desk.until(lambda: desk.shown()[TEXT.name] == "Later")

    desk.press("Restore")
    desk.until(lambda: desk.shown()[TEXT.name] == "Saved")
    desk.press("Delete", "#snapshots")
    desk.until(lambda: not desk.page.find_elements(By.CSS_SELECTOR, "#snapshots .list li"))
    desk.press("Data as at start")
    desk.until(lambda: desk.shown()[TEXT.name] == seeded)
    assert len(desk.entries()) == 2
    desk.press("Undo")
    desk.until(lambda: desk.shown()[TEXT.name] == "Saved")
    desk.press("Everything as at start")
    desk.until(lambda: desk.entries() == [])

    assert [each["name"] for each in desk.control("GET", "snapshots")["snapshots"]] == ["before-the-last-reset"]


@pytest.mark.browser
def test_a_session_is_opened_made_and_deleted(desk: Desk) -> None:
    """Each page is that of its own world."""
    desk.send("PATCH", {TEXT.name: "Here"})
    field = find(desk.page, "#session-name")
    first = str(field.get_property("value"))
    field.clear()
    field.send_keys("another-one", Keys.ENTER)
    desk.until(lambda: "/__session/another-one/" in desk.page.current_url and find(desk.page, "#live").text == "live")
    assert desk.shown()[TEXT.name] != "Here"

    desk.press("New", "#session")
    desk.until(lambda: "another-one" not in desk.page.current_url and find(desk.page, "#live").text == "live")
    made = str(find(desk.page, "#session-name").get_property("value"))
    assert {first, "another-one", made} <= {each["id"] for each in desk.control("GET", "sessions")["sessions"]}
    desk.press("Delete", "#session")
    desk.until(
        lambda: find(desk.page, "#session-name").get_property("value") == "default" and find(desk.page, "#live").text == "live"
    )

    assert made not in {each["id"] for each in desk.control("GET", "sessions")["sessions"]}
    assert not find(desk.page, "#session-delete").is_enabled()


@contextmanager
def guarded(token: str) -> Iterator[str]:
    """The address of a mock whose control calls need a token."""
    server = serving.listen(create_app([API], admission=Admission(token=token)), "127.0.0.1", 0)
    stop = serving.run_in_thread(server)
    try:
        yield serving.url_of(server)
    finally:
        stop()


@pytest.mark.browser
def test_a_guarded_mock_asks_for_its_token(browser: webdriver.Chrome) -> None:
    """Without it the page shows nothing; with it, all; it is kept for this tab alone."""
    with guarded("geheim") as url:
        browser.get(f"{url}/__admin/ui")
        wait = WebDriverWait(browser, 20, 0.05)
        field = wait.until(lambda page: find(page, "#token-value") if find(page, "#token").is_displayed() else None)
        assert [each.text for each in browser.find_elements(By.CSS_SELECTOR, "#customers details, #served article")] == []
        assert "--admin-token" in find(browser, "#problem").text
        field.send_keys("geheim", Keys.ENTER)
        wait.until(lambda page: page.find_elements(By.CSS_SELECTOR, "#customers details"))
        wait.until(lambda page: "asking" in find(page, "#live").text)
        assert not find(browser, "#token").is_displayed()
        assert browser.execute_script("return localStorage.length") == 0
        browser.get("about:blank")


@pytest.mark.browser
def test_the_page_is_walked_by_the_tab_key(desk: Desk) -> None:
    """In the order in which it is read, every stop with a name and a visible focus."""
    stops = []
    script = """
      const at = document.activeElement, style = getComputedStyle(at);
      const name = at.ariaLabel || at.labels?.[0]?.textContent || at.textContent;
      return [name.trim(), style.outlineStyle];"""
    desk.page.execute_script("document.activeElement.blur(); scrollTo(0, 0)")
    for _ in range(40):
        desk.page.switch_to.active_element.send_keys(Keys.TAB)
        stops.append(desk.page.execute_script(script))

    names = [name for name, _ in stops]
    assert {outline for _, outline in stops} == {"solid"}
    title = f"{API.name} {CUSTOMER}"
    assert names[:4] == ["API documents", "Session", "Open", "New"]
    fields, editor = names[6:].index(f"Customer {title} as JSON"), names.index(f"Customer {title} as JSON")
    assert fields > 3
    assert names[editor : editor + 3] == [
        f"Customer {title} as JSON",
        f"Save customer {title}",
        f"Show customer {title} as stored",
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.browser
def test_the_page_follows_the_colour_scheme(desk: Desk, scheme: str) -> None:
    """The one that the reader's system has."""
    set_scheme(desk.page, scheme)

    ground = desk.page.execute_script("return getComputedStyle(document.body).backgroundColor")

    css = Path(pages.__file__).parent.joinpath("static", "ui.css").read_text(encoding="utf-8")
    assert ground == "rgb({}, {}, {})".format(*bytes.fromhex(palette(css, scheme == "dark")["page"][1:]))


# --- Swagger UI ---------------------------------------------------------------------------------------------------


@pytest.mark.browser
def test_swagger_ui_tries_the_mock(desk: Desk) -> None:
    """Every served document is there; what is tried out goes to the mock, in the session of the page, with its credential."""
    desk.page.get(f"{desk.url}/docs")
    desk.until(lambda: desk.page.find_elements(By.CSS_SELECTOR, ".opblock-patch"))
    names = [each.text for each in desk.page.find_elements(By.CSS_SELECTOR, "#select option")]
    assert names == [*desk.control("GET", "access"), "control interface"]

    find(desk.page, ".opblock-get .opblock-summary-control").click()
    desk.until(lambda: find(desk.page, ".opblock-get .try-out__btn")).click()
    desk.until(lambda: find(desk.page, ".opblock-get button.execute")).click()
    desk.until(lambda: find(desk.page, ".opblock-get .responses-table.live-responses-table"))

    (seen,) = desk.control("GET", "requests")["requests"]
    assert (seen["method"], seen["api"], seen["status"]) == ("GET", API.name, 200)


@pytest.mark.browser
def test_swagger_ui_shows_the_control_interface(desk: Desk) -> None:
    """With all of its operations."""
    desk.page.get(f"{desk.url}/docs?urls.primaryName=control+interface")
    document = yaml.safe_load(requests.get(f"{desk.url}/__admin/openapi.yaml", timeout=10).text)
    operations = sum(method in pages.METHODS for item in document["paths"].values() for method in item)

    desk.until(lambda: len(desk.page.find_elements(By.CSS_SELECTOR, ".opblock")) == operations)
