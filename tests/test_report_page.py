"""report.html, read as text and opened as a person would, in headless Chromium."""

from __future__ import annotations

import json
import re
import shutil
import time
from collections import Counter
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from contracts.customer import Restoration
from contracts.report import RunReport
from contracts.reports import html
from contracts.verdict import Difference
from tests.results import HOSTILE, answered, report, result, violation

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
    exchange = answered(body=HOSTILE, curl=HOSTILE) | {"url": HOSTILE, "headers": {HOSTILE: HOSTILE}, "answer_headers": {HOSTILE: HOSTILE}}
    texts = {"expected": HOSTILE, "actual": HOSTILE, "curl": HOSTILE, "claim": dict.fromkeys(("document", "at", "says"), HOSTILE)}
    outside = {**texts, "title": HOSTILE, "field": HOSTILE, "exchanges": (exchange,)}
    difference = ({"path": HOSTILE, "before": HOSTILE, "after": [HOSTILE]},)
    left = Restoration(ok=False, differences=(Difference(path=HOSTILE, before=HOSTILE, after=HOSTILE),), repairs=(HOSTILE,))
    return report(
        violation(**outside, difference=difference),
        *(result(**outside, verdict=verdict, rule=verdict, point=HOSTILE, behaviour=HOSTILE) for verdict in ("observed", "not_judged", "known")),
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
    rows = [result(rule=rule, field=field, verdict=verdict) for rule, (field, verdict) in product(("one", "two"), product(fields, ("conforms", "violates", "observed", "not_judged", "known")))]
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


def palette(css: str, dark: bool) -> dict[str, str]:
    """The colours of report.css by name, in the light or the dark scheme."""
    light, _, rest = css.partition("@media (prefers-color-scheme: dark)")
    block = rest.partition("}")[0] if dark else light
    return dict(re.findall(r"--([\w-]+): (#\w{6})", block))


def contrast(one: str, two: str) -> float:
    """The contrast of two colours as WCAG 2.2 counts it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dim = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_text_has_enough_contrast(dark: bool) -> None:
    """4.5 to 1, on every ground on which it stands."""
    colours = palette((html.TEMPLATES / "report.css").read_text(), dark)
    grounds = ("page", "card", "sunk")
    verdicts = ("conforms", "violates", "missed", "observed", "not_judged", "known")
    pairs = [*product(("text", "faint", "link", *verdicts), grounds), *((each, f"{each}-back") for each in verdicts)]

    assert {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 1) for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 4.5} == {}
