"""The page of a mock of a whole document: its collections as tables, the journal with filters, failures told at the top."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select, WebDriverWait

from mock_server.web.in_process import MockServer
from tests.chromium import find, forget, started
from tests.whole.test_resource_operations import BOOK, DOCUMENTS, Api

pytestmark = pytest.mark.browser


@pytest.fixture(name="browser", scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    """Headless Chromium."""
    with started(tmp_path_factory.mktemp("profile")) as driver:
        yield driver


class Desk:
    """The page of a mock of the library, and a client beside it."""

    def __init__(self, page: webdriver.Chrome, mock: MockServer) -> None:
        self.page = page
        self.url = mock.url
        self.api = Api(mock.apis["library"].url)
        page.get(f"{mock.url}/__admin/ui")
        self.until(lambda: find(page, "#live").text == "live")

    def until(self, condition: Any) -> Any:
        """Waits until it is so."""
        return WebDriverWait(self.page, 10).until(lambda _: condition())

    def table(self, name: str) -> Any:
        """A collection, opened."""
        found = [each for each in self.page.find_elements(By.CSS_SELECTOR, ".collection") if each.text.startswith(name)]
        self.page.execute_script("arguments[0].open = true", found[0])
        return found[0]

    def rows(self, name: str) -> list[str]:
        """What the rows of a collection show."""
        return [each.text for each in self.table(name).find_elements(By.CSS_SELECTOR, "tbody tr")]

    def press(self, label: str) -> None:
        """A button, by what a screen reader says of it."""
        found = find(self.page, f"button[aria-label='{label}']")
        self.page.execute_script("arguments[0].scrollIntoView({block: 'center'})", found)
        found.click()


@pytest.fixture(name="desk")
def opened(browser: webdriver.Chrome) -> Iterator[Desk]:
    """A mock of its own, and its page; nothing on it complains."""
    with MockServer(DOCUMENTS / "library.yaml") as mock:
        forget(browser)
        yield Desk(browser, mock)
        log = [each["message"] for each in browser.get_log("browser") if "Failed to load resource" not in each["message"]]
        assert log == []
        browser.get("about:blank")


def test_collections_are_tables_that_are_searched(desk: Desk) -> None:
    """With what a client has just created."""
    assert len(desk.rows("books")) == 10
    desk.api.send("POST", "/books", {**BOOK, "title": "Unheard of"})
    desk.until(lambda: len(desk.rows("books")) == 11)

    find(desk.page, "input[aria-label='Search books']").send_keys("unheard")

    assert ["Unheard of" in row for row in desk.rows("books")] == [True]
    assert "1 of 11" in desk.table("books").text


def test_a_record_is_edited_by_its_form(desk: Desk) -> None:
    """The form writes into the JSON, and what is saved is what a client reads."""
    desk.table("books")
    desk.press("Edit books 2")
    labels = {each.text.strip(): each for each in desk.page.find_elements(By.CSS_SELECTOR, "form.record label")}
    field = labels["title *"].find_element(By.TAG_NAME, "input")
    field.clear()
    field.send_keys("By the form")
    area = find(desk.page, "form.record textarea")
    assert json.loads(area.get_property("value"))["title"] == "By the form"

    field.send_keys(Keys.ENTER)

    desk.until(lambda: find(desk.page, "#done").text == "Saved books 2.")
    assert desk.api.read("/books/2")["title"] == "By the form"


def test_the_form_is_that_of_the_schema(desk: Desk) -> None:
    """Members that are not there, too; what is listed is chosen; objects within the record member by member."""
    desk.table("books")
    desk.press("Edit books 2")
    labels = {each.text.split("\n")[0].strip(): each for each in desk.page.find_elements(By.CSS_SELECTOR, "form.record label")}
    genre = Select(labels["genre"].find_element(By.TAG_NAME, "select"))
    assert [each.text for each in genre.options] == ["novel", "poetry", "history", "not there"]
    assert labels["internal_note"].find_element(By.TAG_NAME, "input").get_attribute("placeholder") == "not there"

    genre.select_by_visible_text("not there")
    labels["shelf.room"].find_element(By.TAG_NAME, "input").send_keys("!")
    pages = labels["pages"].find_element(By.TAG_NAME, "input")
    pages.clear()
    pages.send_keys("77")
    find(desk.page, "form.record .buttons button:first-child").click()

    desk.until(lambda: find(desk.page, "#done").text == "Saved books 2.")
    saved = desk.api.read("/books/2")
    assert (saved["pages"], saved["shelf"]["room"][-1], "genre" in saved) == (77, "!", False)


def test_what_does_not_fit_is_told_and_not_saved(desk: Desk) -> None:
    """With its place."""
    desk.table("books")
    desk.press("Edit books 2")
    area = find(desk.page, "form.record textarea")
    before = desk.api.read("/books/2")
    area.clear()
    area.send_keys(json.dumps({**before, "genre": "none such"}))
    find(desk.page, "form.record .buttons button:first-child").click()

    desk.until(lambda: "/record/genre" in find(desk.page, "form.record .errors").text)
    assert desk.api.read("/books/2") == before


def test_a_record_is_created_and_deleted(desk: Desk) -> None:
    """And undone: the data as at start, and back."""
    desk.table("books")
    desk.press("New record of books")
    find(desk.page, "form.record .buttons button:first-child").click()
    desk.until(lambda: len(desk.rows("books")) == 11)
    assert desk.api.read("/books")["meta"]["total"] == 11

    desk.press("Delete books 1")
    desk.until(lambda: len(desk.rows("books")) == 10)
    assert desk.api.send("GET", "/books/1").status_code == 404

    find(desk.page, "#reset-state").click()
    desk.until(lambda: desk.api.send("GET", "/books/1").status_code == 200)
    find(desk.page, "#undo").click()
    desk.until(lambda: desk.api.send("GET", "/books/1").status_code == 404)


def test_a_record_of_x_contract_has_a_form_too(browser: webdriver.Chrome) -> None:
    """Beside its JSON, which follows; what is listed is chosen."""
    with MockServer("babyland") as mock:
        browser.get(f"{mock.url}/__admin/ui")
        WebDriverWait(browser, 10).until(lambda _: find(browser, "#live").text == "live")
        labels = {each.text.split("\n")[0].strip(): each for each in browser.find_elements(By.CSS_SELECTOR, ".fields label")}
        first = labels["first_name"].find_element(By.TAG_NAME, "input")
        first.clear()
        first.send_keys("Yao")
        Select(labels["gender"].find_element(By.TAG_NAME, "select")).select_by_index(0)
        labels["address.city"].find_element(By.TAG_NAME, "input").send_keys("!")
        area = browser.find_elements(By.CSS_SELECTOR, ".customer textarea")[0]
        written = json.loads(area.get_property("value"))["record"]
        browser.find_elements(By.CSS_SELECTOR, ".customer .buttons button")[0].click()
        WebDriverWait(browser, 10).until(lambda _: find(browser, "#done").text.startswith("Saved"))
        stored = requests.get(f"{mock.url}/__admin/state/babyland/customers/57", timeout=10).json()["record"]

    assert stored == written
    assert (stored["first_name"], stored["address"]["city"][-1]) == ("Yao", "!")


def test_failures_are_told_at_the_top_and_switched_off(desk: Desk) -> None:
    """In words, whoever has switched them on."""
    assert not find(desk.page, "#failing").is_displayed()
    rule = {"type": "status", "code": 503, "times": 3, "match": {"method": "PATCH"}}
    requests.post(f"{desk.url}/__admin/faults", json=rule, timeout=10)
    requests.patch(f"{desk.url}/__admin/settings", json={"latency": 20}, timeout=10)

    words = "answer 503, PATCH only, 3 times; every answer is 20 ms late"
    desk.until(lambda: words in find(desk.page, "#failing").text)
    find(desk.page, "#failing-end").click()

    desk.until(lambda: not find(desk.page, "#failing").is_displayed())
    assert requests.get(f"{desk.url}/__admin/faults", timeout=10).json()["faults"] == []


def test_the_journal_is_filtered_and_copied(desk: Desk) -> None:
    """By words and classes of statuses; as a command without the credential."""
    desk.api.send("PATCH", "/books/1", {"title": "It's new"})
    desk.api.send("PATCH", "/books/1", {"title": ""})
    desk.api.read("/authors")

    def shown() -> list[str]:
        return [each.text for each in desk.page.find_elements(By.CSS_SELECTOR, "#journal .list > li") if each.is_displayed()]

    desk.until(lambda: len(shown()) == 3)
    box = find(desk.page, "#journal-filter")
    for text, count in (("patch", 2), ("4xx", 1), ("get /authors", 1), ("delete", 0)):
        box.clear()
        box.send_keys(text)
        desk.until(lambda count=count: len(shown()) == count)
    box.clear()
    box.send_keys("patch 200")
    desk.page.execute_cdp_cmd("Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]})
    desk.press("Copy request 1 as a curl line")
    desk.until(lambda: find(desk.page, "#done").text == "Copied.")
    copied = desk.page.execute_async_script("navigator.clipboard.readText().then(arguments[0], arguments[0])")

    assert copied.startswith(f"curl -i -X PATCH '{desk.api.url}/books/1'")
    assert "It'\\''s new" in copied
    assert "mock-token" not in copied


@pytest.mark.parametrize("width", [390, 1400])
def test_nothing_is_wider_than_the_window(desk: Desk, width: int) -> None:
    """On a phone a table scrolls in itself."""
    desk.page.set_window_size(width, 900)
    desk.table("books")
    try:
        wide, seen = desk.page.execute_script("return [document.documentElement.scrollWidth, innerWidth]")
    finally:
        desk.page.set_window_size(1400, 1000)

    assert wide <= seen


def test_the_welcome_leads_on(desk: Desk) -> None:
    """By links that work."""
    desk.page.get(desk.url)
    assert "Library" in find(desk.page, "h1").text

    find(desk.page, "a[href$='/__admin/ui']").click()

    desk.until(lambda: find(desk.page, "#live").text == "live")
