"""pytest fixtures for other projects: ``pytest_plugins = ["mock_server.pytest_plugin"]`` in their conftest.py.

No entry point loads them: a run that does not ask for them pays nothing, and meets no new names.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from mock_server.web.in_process import MockServer, MockSession


@pytest.fixture(scope="session")
def mock_server_apis() -> Sequence[str | Path]:
    """The APIs to serve, by name or file: a project overrides this fixture; without that, all in specs/."""
    return ()


@pytest.fixture(scope="session")
def _running_mock_server(mock_server_apis: Sequence[str | Path]) -> Iterator[MockServer]:
    with MockServer(*mock_server_apis) as server:
        yield server


@pytest.fixture
def mock_server(_running_mock_server: MockServer) -> MockServer:
    """A mock in this process, as at start; one for all tests of a run (of each worker of pytest-xdist)."""
    _running_mock_server.reset()
    return _running_mock_server


@pytest.fixture
def mock_session(_running_mock_server: MockServer) -> Iterator[MockSession]:
    """A world of this test's own, in the same mock: tests that share it, in threads or browsers, do not see each other."""
    with _running_mock_server.session() as session:
        yield session
