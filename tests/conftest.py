"""Fixtures of several test files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import installing


@pytest.fixture(name="browser", scope="module")
def _browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Headless Chromium with an empty profile."""
    from tests import chromium  # selenium is not imported for tests without a browser

    with chromium.started(tmp_path_factory.mktemp("profile")) as started:
        yield started


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    return installing.build(tmp_path_factory.mktemp("wheel"))
