"""report.html, read as text and opened as a person would, in headless Chromium."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from contracts.record.restoring import Restoration
from contracts.reports import html
from contracts.reports.report import RunReport
from contracts.terms.rule import FAMILIES
from contracts.terms.verdict import Difference
from tests.chromium import contrast, find, forget, palette, requested, set_scheme
from tests.reports.results import HOSTILE, answered, report, result, violation

# --- report.html, read as text ------------------------------------------------------------------------------------


class Page(HTMLParser):
    """What a page is made of: tags, ids, links, event handlers, and addresses that would be loaded."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.handlers: list[str] = []
        self.loads: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag apart."""
        self.tags[tag] += 1
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name == "href" and (value or "").startswith("#"):
                self.links.append((value or "")[1:])
            elif name in ("src", "href", "srcset", "action", "data"):
                self.loads.append(value or "")
            elif name.startswith("on") or name == "style":
                self.handlers.append(name)


def hostile_run() -> RunReport:
    """A run in which every text that comes from outside attacks the page."""
    headers = {HOSTILE: HOSTILE}
    exchange = answered(body=HOSTILE, curl=HOSTILE) | {"url": HOSTILE, "headers": headers, "answer_headers": headers}
    outside: dict[str, Any] = dict.fromkeys(("expected", "actual", "curl", "title", "field", "point", "behaviour"), HOSTILE)
    outside |= {"claim": dict.fromkeys(("document", "at", "says"), HOSTILE), "exchanges": (exchange,)}
    difference = ({"path": HOSTILE, "before": HOSTILE, "after": [HOSTILE]},)
    left = Restoration(ok=False, differences=(Difference(path=HOSTILE, before=HOSTILE, after=HOSTILE),), repairs=(HOSTILE,))
    return report(
        violation(**outside, difference=difference),
        *(result(**outside, verdict=verdict, rule=verdict) for verdict in ("observed", "not_judged", "known")),
        api=HOSTILE,
        url=HOSTILE,
        restored=left,
        fields=(HOSTILE,),
    )


def test_hostile_texts_stay_texts_in_the_page() -> None:
    """One script, ours; no image, no handler, no style attribute, nothing to load; and a policy that says the same."""
    text = html.render([hostile_run()])

    page = Page(text)
    assert [page.tags[tag] for tag in ("script", "style", "img", "u")] == [1, 1, 0, 0]
    assert page.handlers == []
    assert page.loads == ["data:,"]
    assert HOSTILE not in text
    assert "default-src 'none'; style-src 'sha256-" in text


def test_every_link_of_the_page_leads_somewhere() -> None:
    """Anchors are unique, also for fields that differ only in signs, and where one API was run twice."""
    fields = ("a.b", "a[].b", "a-b", "a b", "*", "*:x", "ä", "ö")
    verdicts = ("conforms", "violates", "observed", "not_judged", "known")
    rows = [result(rule=rule, field=field, verdict=each) for rule, field, each in product(("one", "two"), fields, verdicts)]
    page = Page(html.render([report(*rows, fields=fields[:4]), report(*rows)]))

    assert [name for name, count in Counter(page.ids).items() if count > 1] == []
    assert set(page.links) <= set(page.ids)
    assert len(page.links) > len(rows)


def test_a_body_is_laid_out_only_where_that_changes_nothing() -> None:
    """Doubled keys, huge numbers and texts that are no JSON stay as they came."""
    bodies = {
        '{"a": [1, "ä"]}': '{\n  "a": [\n    1,\n    "ä"\n  ]\n}',
        '{"a":1}': '{\n  "a": 1\n}',
        '{"a":1,"a":2}': '{"a":1,"a":2}',
        "1e400": "1e400",
        "no json": "no json",
        "[" * 100_000: "[" * 100_000,
    }

    assert {body: html._pretty(body) for body in bodies} == bodies


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_enough_contrast(dark: bool) -> None:
    """4.5 to 1, on every ground on which it stands."""
    colours = palette((html.TEMPLATES / "report.css").read_text(), dark)
    grounds = ("page", "card", "sunk")
    verdicts = ("conforms", "violates", "missed", "observed", "not_judged", "known")
    pairs = [*product(("text", "faint", "link", *verdicts), grounds), *((each, f"{each}-back") for each in verdicts)]

    found = {(text, ground): round(contrast(colours[text], colours[ground]), 1) for text, ground in pairs}
    assert {pair: ratio for pair, ratio in found.items() if ratio < 4.5} == {}


# --- report.html in a browser -------------------------------------------------------------------------------------

FIELDS = ("city", "items[].name", "shown_only")


def shop() -> RunReport:
    """A run with every verdict."""
    rows = [
        result(field="city"),
        violation(field="items[].name", curl="curl 'it'"),
        violation(field="city", rule="header-sent", family="negotiation", level="should", curl="curl two"),
        result(field="city", rule="open", family="types", verdict="observed", actual="null: refuse"),
        result(field="shown_only", rule="open", family="types", verdict="not_judged", actual="no value is known"),
        result(field="items[].name", rule="open", family="types", verdict="known", actual="it reads 'y'"),
        result(field="*", rule="whole", family="auth"),
    ]
    return report(*rows, fields=FIELDS)


@pytest.fixture(name="page")
def _page(browser: webdriver.Chrome, tmp_path: Path) -> Iterator[webdriver.Chrome]:
    """The report of ``shop``, open; whatever a test does there, nothing complains and nothing is loaded."""
    path = tmp_path / "report.html"
    other = report(result(field="city", rule="elsewhere"), api="other", fields=FIELDS)
    path.write_text(html.render([shop(), other]), encoding="utf-8")
    browser.get("about:blank")
    forget(browser)
    browser.get(path.as_uri())
    yield browser
    assert browser.get_log("browser") == []
    assert requested(browser) - {"data:,"} == {path.as_uri()}


def signs(page: webdriver.Chrome, api: str = "shop") -> list[tuple[str, str, str]]:
    """The signs that the matrix shows: row, column, sign."""
    script = """
      const table = document.querySelector(`[data-api="${arguments[0]}"] .matrix`), found = [];
      const heads = Array.from(table.querySelectorAll(".names th"));
      for (const row of table.tBodies[0].rows) for (const link of row.querySelectorAll("td a")) {
        const cell = link.closest("td");
        if (link.checkVisibility({visibilityProperty: true}))
          found.push([row.cells[0].textContent, heads[cell.cellIndex - 1].textContent, link.textContent]);
      }
      return found;"""
    return [tuple(each) for each in page.execute_script(script, api)]


ALL_SIGNS = [
    ("city", "kept", "✓"),
    ("city", "open", "○"),
    ("city", "header-sent", "!"),
    ("items[].name", "kept", "✗"),
    ("items[].name", "open", "≈"),
    ("shown_only", "open", "–"),
]


@pytest.mark.browser
def test_the_matrix_shows_every_judged_field(page: webdriver.Chrome) -> None:
    """Fields in the document's order, rules by family, one sign each; and the head with the verdict."""
    assert signs(page) == ALL_SIGNS
    families = [each.text for each in page.find_elements(By.CSS_SELECTOR, "#shop .families th")]
    assert families == ["Field", "partial update", "types", "negotiation"]
    assert find(page, "h1").text.endswith("1 violation, 1 recommendation missed, 1 known deviation")
    assert find(page, "#count").text == "8 results"


def choose(page: webdriver.Chrome, **wanted: str) -> None:
    """Set filters as a person does."""
    for name, value in wanted.items():
        element = find(page, f"#filters [name={name}]")
        if element.tag_name == "input":
            element.send_keys(value)
        else:
            (option,) = [each for each in element.find_elements(By.TAG_NAME, "option") if value in each.text]
            option.click()


@pytest.mark.parametrize(
    ("filters", "shown"),
    [
        ({"verdict": "✗"}, [("items[].name", "kept", "✗")]),
        ({"family": "types"}, [each for each in ALL_SIGNS if each[1] == "open"]),
        ({"level": "should"}, [("city", "header-sent", "!")]),
        ({"text": "ITEMS"}, [each for each in ALL_SIGNS if each[0] == "items[].name"]),
        ({"text": "city open"}, [("city", "open", "○")]),
        ({"family": "types", "verdict": "–"}, [("shown_only", "open", "–")]),
        ({"text": "nothing like it"}, []),
        ({"api": "other"}, []),
    ],
    ids=str,
)
@pytest.mark.browser
def test_a_filter_hides_what_it_is_not_about(
    page: webdriver.Chrome, filters: dict[str, str], shown: list[tuple[str, str, str]]
) -> None:
    """Signs, rows, columns, cards and chips; the count says how many are left; clearing brings all back."""
    choose(page, **filters)

    assert signs(page) == shown
    rows = [each.text for each in page.find_elements(By.CSS_SELECTOR, "#shop .matrix tbody tr") if each.is_displayed()]
    columns = [each for each in page.find_elements(By.CSS_SELECTOR, "#shop .names th") if each.is_displayed()]
    cards = [each for each in page.find_elements(By.CSS_SELECTOR, "article.finding") if each.is_displayed()]
    assert len(rows) == len({row for row, _, _ in shown})
    assert len(columns) == len({column for _, column, _ in shown})
    assert len(cards) == sum(sign in "✗!" for _, _, sign in shown)
    assert find(page, "#count").text == f"{len(shown) + ('api' in filters)} of 8 results"
    assert find(page, "#nothing").is_displayed() == (not shown and "api" not in filters)
    find(page, "#filters [type=reset]").click()
    assert signs(page) == ALL_SIGNS


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize(
    ("sign", "words"),
    [
        ("✗", ["Expected", "the city to read 'x'", "Actual", "it reads 'y'", "Before", "After", "curl 'it'", "PATCH http://"]),
        ("!", ["Expected", "curl two"]),
        ("✓", ["What is sent is kept.", "page.txt, Parameters: city", "The city is kept.", "conforms"]),
        ("○", ["observed", "null: refuse"]),
        ("–", ["not judged", "no value is known"]),
        ("≈", ["known deviation", "it reads 'y'"]),
    ],
)
@pytest.mark.browser
def test_a_sign_leads_to_its_detail(page: webdriver.Chrome, sign: str, words: list[str], scripts: bool) -> None:
    """Requirement, document, expected, actual, difference, requests, curl: opened by the link alone."""
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": not scripts})
    try:
        page.refresh()
        (link,) = [each for each in page.find_elements(By.CSS_SELECTOR, "#shop .matrix td a") if each.text == sign]
        anchor = str(link.get_attribute("href")).partition("#")[2]
        link.click()
        shown = page.find_element(By.ID, anchor)
        block = shown if sign in "✗!" else shown.find_element(By.XPATH, "ancestor::details[1]")
        assert shown.is_displayed()
        assert [word for word in words if word not in block.text] == []
    finally:
        page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})


@pytest.mark.browser
def test_requests_and_answers_open(page: webdriver.Chrome) -> None:
    """Headers and bodies, laid out."""
    exchange = page.find_element(By.CSS_SELECTOR, "article .exchange")
    exchange.find_element(By.TAG_NAME, "summary").click()

    words = ("Authorization: Bearer $TOKEN", '"city": "x"', "Answer 200", '"a": 1')
    assert [word for word in words if word not in exchange.text] == []


@pytest.mark.browser
def test_the_matrix_is_walked_by_arrow_keys(page: webdriver.Chrome) -> None:
    """One stop of the tab key; arrows skip what is empty; Enter follows."""
    stops = [each for each in page.find_elements(By.CSS_SELECTOR, "#shop .matrix td a") if each.get_attribute("tabindex") == "0"]
    assert [each.text for each in stops] == ["✓"]

    walked = []
    stops[0].send_keys("")
    for key in (Keys.ARROW_RIGHT, Keys.ARROW_DOWN, Keys.ARROW_LEFT, Keys.ARROW_LEFT):
        page.switch_to.active_element.send_keys(key)
        walked.append(page.switch_to.active_element.text)
    page.switch_to.active_element.send_keys(Keys.ENTER)

    assert walked == ["○", "≈", "✗", "✗"]
    assert page.current_url.endswith("#shop/kept/items.name")


@pytest.mark.browser
def test_the_curl_line_is_copied(page: webdriver.Chrome) -> None:
    """As it stands."""
    permission = {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    page.execute_cdp_cmd("Browser.grantPermissions", permission)
    button = page.find_element(By.CSS_SELECTOR, "article .copy")
    button.click()

    copied = page.execute_async_script("navigator.clipboard.readText().then(arguments[0], arguments[0])")

    assert copied == "curl 'it'"
    assert button.text == "Copied"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.browser
def test_the_page_follows_the_colour_scheme(page: webdriver.Chrome, scheme: str) -> None:
    """The one that the reader's system has."""
    set_scheme(page, scheme)

    ground = page.execute_script("return getComputedStyle(document.body).backgroundColor")

    wanted = palette((html.TEMPLATES / "report.css").read_text(), scheme == "dark")["page"]
    assert ground == "rgb({}, {}, {})".format(*bytes.fromhex(wanted[1:]))


@pytest.mark.browser
def test_two_thousand_results_are_no_burden(browser: webdriver.Chrome, tmp_path: Path) -> None:
    """Four APIs with 50 fields and rules enough: made, loaded and filtered in no time, in a file of a few megabytes."""
    fields = tuple(f"part_{number % 5}[].field_{number}" for number in range(50))
    rows = [
        (violation if (number + column) % 25 == 0 else result)(field=field, rule=f"rule-{column}", family=FAMILIES[column])
        for number, field in enumerate(fields)
        for column in range(10)
    ]
    runs = [report(*rows, api=f"shop-{number}", fields=fields) for number in range(4)]
    path = tmp_path / "report.html"
    path.write_text(html.render(runs), encoding="utf-8")

    browser.get(path.as_uri())

    metrics = {each["name"]: each["value"] for each in browser.execute_cdp_cmd("Performance.getMetrics", {})["metrics"]}
    assert find(browser, "#count").text == "2000 results"
    assert path.stat().st_size < 4_000_000
    assert metrics["TaskDuration"] < 2, "seconds of the page's own thread"
    choose(browser, verdict="✗")
    assert find(browser, "#count").text == "80 of 2000 results"
