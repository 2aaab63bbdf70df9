"""The mock as a command: its ready file, what its web server and its options refuse, and how it ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests

import specs
from mock_server.__main__ import main
from tests import subjects
from tests.mock.mock_client import change, presented


@pytest.fixture(name="ready", scope="module")
def _ready() -> Iterator[Mapping[str, Any]]:
    """All APIs in one process, over real HTTP."""
    with subjects.running("mock_server") as ready:
        yield ready


@pytest.mark.parametrize("name", specs.names())
def test_the_ready_file_tells_how_to_patch(ready: Mapping[str, Any], name: str) -> None:
    """Its address, credential, customer and read path are enough for a PATCH and a GET over HTTP."""
    api, facts = specs.load(name), ready["apis"][name]
    sent, headers = change(api, api.customers[1]), presented(api, facts["auth"])

    patch = requests.patch(facts["url"] + api.path.format(**facts["customer"]), json=sent, headers=headers, timeout=10)
    get = requests.get(facts["url"] + facts["read"].format(**facts["customer"]), headers=headers, timeout=10)

    assert (patch.status_code, get.status_code) == (api.success, 200)
    assert patch.json() == get.json()


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (b"SPEDE\r\n\r\n", 400),
        (b"GET /__admin/health HTTP/1.1\r\n\r\n", 403),
        (b"GET /__admin/health HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n", 403),
        (b"PATCH / HTTP/1.1\r\nHost: localhost\r\nContent-Length: spede\r\n\r\n", 400),
        (b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
    ],
)
def test_what_the_web_server_refuses_is_json_too(ready: Mapping[str, Any], content: bytes, status: int) -> None:
    """Bytes that are no HTTP, a missing Host and two of them are answered in JSON."""
    host, port = ready["url"].removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as connection:
        connection.sendall(content)
        connection.shutdown(socket.SHUT_WR)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))

    head, _, body = answer.partition(b"\r\n\r\n")
    assert int(head.split()[1]) == status
    assert b"Content-Type: application/problem+json" in head
    assert json.loads(body)


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["no_such_api"], 3, "no_such_api"),
        (["no/such/file.yaml"], 3, "no/such/file.yaml"),
        (["{api}", "--defect", "spede"], 2, "no defect is called 'spede'"),
        (["{api}", "--port", "spede"], 2, "--port"),
        (["{api}", "--port", "{taken}"], 4, "cannot listen on"),
    ],
)
def test_the_command_refuses_in_one_line(
    ready: Mapping[str, Any], capfd: pytest.CaptureFixture[str], arguments: list[str], code: int, words: str
) -> None:
    """What cannot be used ends with its documented exit code, one line that says what is wrong, and no traceback."""
    with pytest.raises(SystemExit) as end:
        main([each.format(api=specs.names()[0], taken=ready["url"].rsplit(":")[-1]) for each in arguments])

    output, errors = capfd.readouterr()
    lines = [line for line in errors.splitlines() if line and not line.startswith(("Usage:", "Try "))]
    assert (end.value.code, output, len(lines)) == (code, "", 1), errors
    assert words in lines[0]


def test_an_unknown_name_ends_the_process_with_3() -> None:
    """The exit code and the line are those of the process, too."""
    words = [sys.executable, "-m", "mock_server", "no_such_api"]
    done = subprocess.run(words, cwd=subjects.ROOT, capture_output=True, text=True, timeout=30, check=False)

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (3, "", 1)


def test_sigterm_ends_the_mock_with_0(tmp_path: Path) -> None:
    """It listens on a free port, says so in its banner and ready file, and ends by the signal without an error."""
    file = tmp_path / "ready.json"
    words = [sys.executable, "-m", "mock_server", specs.names()[0], "--port", "0", "--ready-file", str(file)]
    with subprocess.Popen(words, cwd=subjects.ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        deadline = time.monotonic() + 30
        while not file.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)
        ready = json.loads(file.read_text(encoding="utf-8"))
        health = requests.get(f"{ready['url']}/__admin/health", timeout=10)
        process.send_signal(signal.SIGTERM)
        output, errors = process.communicate(timeout=10)

    assert (health.status_code, ready["pid"]) == (200, process.pid)
    assert (process.returncode, errors) == (0, "")
    assert output.startswith(f"Listening on {ready['url']} ")
