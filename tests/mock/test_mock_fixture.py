"""The mock inside a test run: the context manager, and the fixtures as another project meets them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

import specs
from mock_server import MockServer
from mock_server.web.serving import PortTaken
from tests.mock.mock_client import change, presented


def address(server: MockServer, name: str) -> tuple[str, dict[str, str]]:
    """The first customer's path on a running mock, and the headers that let a client in."""
    access, api = server.apis[name], specs.load(name)
    return access.url + str(api.read and api.read.path).format(**access.customers[0].path), presented(api, access.credentials)


@pytest.mark.parametrize("name", specs.names())
def test_one_api_is_served_at_its_documented_paths(name: str) -> None:
    """Its URL, credentials and customers are enough for a PATCH and a GET; a reset brings the seeds back."""
    with MockServer(name) as server:
        api, customer = specs.load(name), server.customers[0]
        headers = presented(api, server.credentials)
        path, read = api.path.format(**customer.path), str(api.read and api.read.path).format(**customer.path)

        seeded = requests.get(server.url + read, headers=headers, timeout=10).json()
        patch = requests.patch(server.url + path, json=change(api, server.customers[1]), headers=headers, timeout=10)
        changed = requests.get(server.url + read, headers=headers, timeout=10).json()
        server.reset()

        assert patch.status_code == api.success
        assert patch.json() == changed != seeded
        assert requests.get(server.url + read, headers=headers, timeout=10).json() == seeded


def test_several_apis_are_reached_by_name() -> None:
    """Each under its own name, also one that was loaded before and one that is given as a file."""
    first, second = specs.names()[:2]
    with MockServer(specs.load(first), specs.load(second).file) as server:
        answers = [
            requests.get(url, headers=headers, timeout=10) for url, headers in (address(server, name) for name in server.apis)
        ]

        assert list(server.apis) == [first, second]
        assert [answer.status_code for answer in answers] == [200, 200]
        with pytest.raises(LookupError, match=rf"ask apis\[name\], with one of {first}, {second}"):
            _ = server.credentials


def test_two_servers_share_nothing_but_the_documents() -> None:
    """They listen on ports of their own, and a write to one is not seen by the other."""
    name = specs.names()[0]
    with MockServer(name) as one, MockServer(name) as other:
        api, (url, headers) = specs.load(name), address(one, name)
        path = api.path.format(**one.customers[0].path)
        requests.patch(one.url + path, json=change(api, one.customers[1]), headers=headers, timeout=10).raise_for_status()

        assert (
            requests.get(url, headers=headers, timeout=10).json()
            != requests.get(*address(other, name)[:1], headers=headers, timeout=10).json()
        )


def test_sessions_do_not_see_each_other() -> None:
    """Neither by the URL nor by the header; a reset of one leaves the others, and at the end of its block it is gone."""
    name = specs.names()[0]
    api = specs.load(name)
    with MockServer(name) as server:
        path, read = (str(each).format(**server.customers[0].path) for each in (api.path, api.read and api.read.path))
        auth, sent = presented(api, server.credentials), change(api, server.customers[1])

        def shown(url: str, headers: Mapping[str, str] | None = None) -> Any:
            return requests.get(url + read, headers={**auth, **(headers or {})}, timeout=10).json()

        seeded = shown(server.url)
        with server.session() as one, server.session() as other:
            assert one.customers == server.customers
            requests.patch(one.url + path, json=sent, headers=auth, timeout=10).raise_for_status()
            changed = shown(one.url)
            assert shown(server.url, one.headers) == changed != seeded
            assert shown(server.url) == shown(other.url) == shown(server.url, other.headers) == seeded
            server.reset()
            assert shown(one.url) == changed
            one.reset()
            assert shown(one.url) == seeded
        assert requests.get(f"{server.url}/__admin/sessions", timeout=10).json()["sessions"] == []


def test_nothing_is_left_of_a_server_that_has_ended() -> None:
    """Its threads are gone and its port is free again, also with a client that keeps its connection; it can start anew there."""
    threads = set(threading.enumerate())
    with requests.Session() as session, MockServer(specs.names()[0]) as server:
        url, headers = address(server, specs.names()[0])
        session.get(url, headers=headers, timeout=10).raise_for_status()
    port = int(server.url.rsplit(":", 1)[1])

    assert set(threading.enumerate()) == threads
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", port), timeout=10)
    with MockServer(specs.names()[0], port=port) as again:
        assert requests.get(url, headers=headers, timeout=10).status_code == 200
        with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1:{port}"):
            MockServer(specs.names()[0], port=port).__enter__()
    assert again.url == server.url


@pytest.mark.parametrize(
    ("name", "defects", "words"),
    [("no_such_api", (), "no_such_api"), (specs.names()[0], ("spede",), "no defect is called 'spede'")],
)
def test_what_cannot_be_served_is_said_before_the_start(name: str, defects: tuple[str, ...], words: str) -> None:
    """In one line, as an exception of the package."""
    with pytest.raises((specs.SpecError, ValueError), match=words):
        MockServer(name, defects=defects)


# --- another project ----------------------------------------------------------------------------------------------

CONFTEST = """
import pytest

pytest_plugins = ["mock_server.pytest_plugin"]

@pytest.fixture(scope="session")
def mock_server_apis():
    return ["babyland"]
"""

TESTS = """
import sys

import pytest
import requests

import mock_server as package

URL = "{0.url}/api/customer/57/"

@pytest.mark.parametrize("run", [1, 2])
def test_a_write_does_not_outlive_its_test(mock_server, run):
    headers = {"Authorization": f"Bearer {mock_server.credentials['bearerAuth']}"}
    before = requests.get(URL.format(mock_server), headers=headers, timeout=10).json()
    assert before["first_name"] == mock_server.customers[0].record["first_name"]
    answer = requests.patch(URL.format(mock_server), json={"first_name": "Zoe"}, headers=headers, timeout=10)
    assert answer.json()["first_name"] == "Zoe"

@pytest.mark.parametrize("run", [1, 2])
def test_a_session_is_of_one_test(mock_session, mock_server, run):
    headers = {"Authorization": f"Bearer {mock_session.credentials['bearerAuth']}"}
    answer = requests.patch(URL.format(mock_session), json={"first_name": "Zoe"}, headers=headers, timeout=10)
    seen = [requests.get(URL.format(mock_server), headers=headers | more, timeout=10) for more in ({}, mock_session.headers)]
    assert [each.json()["first_name"] == "Zoe" for each in (answer, *seen)] == [True, False, True]

def test_the_installed_package_is_used():
    assert package.__file__.startswith(INSTALLED)
    assert "contracts" not in sys.modules
"""


@pytest.fixture(name="installed", scope="module")
def _installed(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """The packages as pip installs them: a folder that stands in for site-packages."""
    folder = tmp_path_factory.mktemp("installed")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_another_project_uses_the_fixtures(installed: Path, tmp_path: Path) -> None:
    """It names the plugin and its APIs in a conftest.py, and gets a mock that is as at start in every test."""
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    (tmp_path / "test_screen.py").write_text(TESTS.replace("INSTALLED", repr(str(installed))), encoding="utf-8")

    done = run_pytest(tmp_path, {"PYTHONPATH": str(installed)})

    assert done.returncode == 0, done.stdout + done.stderr
    assert "5 passed" in done.stdout


def run_pytest(project: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """pytest, as that project runs it: warnings are errors there."""
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-W",
        "error",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(project),
        str(project),
    ]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")}
    return subprocess.run(command, cwd=project, env=clean | environment, capture_output=True, text=True, timeout=120, check=False)
