"""Headless Chromium for tests that look at pages as a person does."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

QUIET = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update")
"""What keeps Chromium from talking to anyone, and from needing a screen."""


@contextmanager
def started(profile: Path) -> Iterator[webdriver.Chrome]:
    """Chromium with this folder for its profile, until the block ends."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or driver is None:
        pytest.fail("Chromium is not installed: apt-get install chromium chromium-driver (as .ci/run does)", pytrace=False)
    options = Options()
    options.binary_location = chromium
    switches = (*QUIET, "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-sync", "--window-size=1400,1000")
    for switch in (*switches, f"--user-data-dir={profile}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    with webdriver.Chrome(options=options, service=Service(driver)) as browser:
        browser.execute_cdp_cmd("Performance.enable", {"timeDomain": "threadTicks"})
        yield browser


def forget(browser: webdriver.Chrome) -> None:
    """Empties the logs that a test reads."""
    for log in ("browser", "performance"):
        browser.get_log(log)


def requested(browser: webdriver.Chrome) -> set[str]:
    """The addresses that the browser has asked for since it was asked last."""
    messages = [json.loads(each["message"])["message"] for each in browser.get_log("performance")]
    sent = [each["params"]["request"]["url"] for each in messages if each["method"] == "Network.requestWillBeSent"]
    return {url for url in sent if not url.startswith("chrome")}


def find(page: webdriver.Chrome, selector: str) -> WebElement:
    """The one element that a selector means."""
    (found,) = page.find_elements(By.CSS_SELECTOR, selector)
    return found


def set_scheme(page: webdriver.Chrome, scheme: str) -> None:
    """The colour scheme that the reader's system has: light or dark."""
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [{"name": "prefers-color-scheme", "value": scheme}]})


def contrast(one: str, two: str) -> float:
    """The contrast of two colours, #rrggbb, as WCAG 2.2 counts it."""

    def luminance(colour: str) -> float:
        parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    bright, dim = sorted((luminance(one), luminance(two)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def palette(css: str, dark: bool) -> dict[str, str]:
    """The colours of a style sheet by name, in the light or the dark scheme."""
    light, _, rest = css.partition("@media (prefers-color-scheme: dark)")
    block = rest.partition("}")[0] if dark else light
    return dict(re.findall(r"--([\w-]+): (#\w{6})", block))
