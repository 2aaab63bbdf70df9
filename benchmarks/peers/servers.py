"""The servers that are measured: how each is started, asked and ended, and what its processes take."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks.peers.documents import PATCH, PATH, WRONG

START_SECONDS = 60
PACKAGES = {
    "@stoplight/prism-cli": "prism",
    "@mockoon/cli": "mockoon-cli",
    "json-server": "json-server",
    "specmatic": "specmatic",
    "wiremock": "wiremock",
}
"""Packages of npm, and the commands that they bring."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A server. ``command``: how it is started, by its port and the folder of the documents; None where it is not there."""

    name: str
    command: Callable[[int, Path], Sequence[str]] | None
    why_not: str = ""


def peers(node: Path | None) -> list[Peer]:
    """All of them. ``node``: the folder ``node_modules`` that the packages are installed in; None for none."""
    return [*_own(), *_others(node)]


def _own() -> list[Peer]:
    python = sys.executable
    mock = [python, "-m", "mock_server"]
    seeds = ["--quiet", "--seed-file"]
    return [
        Peer("echo", lambda port, _: [python, "-m", "benchmarks.peers.plain_echo", str(port)]),
        Peer("echo that validates", lambda port, _: [python, "-m", "benchmarks.peers.validating_echo", str(port)]),
        Peer(
            "this mock", lambda port, at: [*mock, str(at / "contacts.json"), "--port", str(port), *seeds, str(at / "seeds.json")]
        ),
        Peer("this mock, by x-contract", lambda port, at: [*mock, str(at / "drafted.yaml"), "--port", str(port), "--quiet"]),
        Peer("its application on granian", *_granian()),
    ]


def _granian() -> tuple[Callable[[int, Path], Sequence[str]] | None, str]:
    """The quickest web server for WSGI that was found: Rust around one process of Python, as the mock is one."""
    if find_spec("granian") is None:
        return None, "the Python package granian is not installed"
    words = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "1", "--http", "1", "--no-ws"]
    words += ["--log-level", "critical", "--host", "127.0.0.1"]
    return lambda port, _: [*words, "--port", str(port), "benchmarks.peers.application:app"], ""


def _others(node: Path | None) -> Iterator[Peer]:
    commands: dict[str, Callable[[int, Path], Sequence[str]]] = {
        "Prism": lambda port, at: [*_bin(node, "prism"), "mock", "-p", str(port), "-v", "error", str(at / "contacts.json")],
        "Mockoon": lambda port, at: [
            *_bin(node, "mockoon-cli"), "start", "-X", "--disable-admin-api", "-p", str(port), "-d", str(at / "contacts.json")
        ],
        "json-server": lambda port, at: [*_bin(node, "json-server"), "--quiet", "--port", str(port), str(at / "db.json")],
        "Specmatic": lambda port, at: [
            "java", "-jar", str(_jar(node, "specmatic")), "stub", "--noConsoleLog", "--hot-reload=disabled", "--port", str(port),
            str(at / "contacts.json"),  # by default it starts anew whenever another peer writes a file there, and refuses
        ],
        "WireMock": lambda port, at: [
            "java", "-jar", str(_jar(node, "wiremock")), "--port", str(port), "--root-dir", str(at / "wiremock"),
            "--no-request-journal", "--disable-banner",
        ],
    }  # fmt: skip
    for package, binary in PACKAGES.items():
        name = {"prism": "Prism", "mockoon-cli": "Mockoon", "specmatic": "Specmatic", "wiremock": "WireMock"}.get(binary, binary)
        reason = _missing(node, package, is_java=name in ("Specmatic", "WireMock"))
        yield Peer(name, None if reason else commands[name], reason)


def _missing(node: Path | None, package: str, *, is_java: bool) -> str:
    if node is None or not (node / package).exists():
        return f"the npm package {package} is not installed"
    if is_java and shutil.which("java") is None:
        return "there is no Java"
    return "" if is_java or shutil.which("node") else "there is no Node.js"


def _bin(node: Path | None, name: str) -> list[str]:
    assert node is not None
    return [str(node / ".bin" / name)]


def _jar(node: Path | None, package: str) -> Path:
    assert node is not None
    return next((node / package).rglob("*.jar"))


def installed(folder: Path, *, try_npm: bool) -> Path | None:
    """``node_modules`` with the packages in this folder, put there by npm where they are missing; None for none."""
    found = folder / "node_modules"
    npm = shutil.which("npm")
    if try_npm and npm is not None and not all((found / each).exists() for each in PACKAGES):
        folder.mkdir(parents=True, exist_ok=True)
        for package in PACKAGES:  # one by one: one that cannot be had keeps none of the others away
            with suppress(subprocess.SubprocessError):
                command = [npm, "install", "--no-audit", "--no-fund", "--prefix", str(folder), package]
                subprocess.run(command, capture_output=True, timeout=300, check=False)
    return found if found.exists() else None


# --- one that runs ----------------------------------------------------------------------------------------------------


class Running:
    """A server that answers. ``seconds``: from its start to its first answer to the PATCH."""

    def __init__(self, peer: Peer, port: int, process: subprocess.Popen[bytes], begun: float) -> None:
        self.name = peer.name
        self.port = port
        self._process = process
        while not self._answers():
            if process.poll() is not None or time.perf_counter() - begun > START_SECONDS:
                raise OSError(f"does not answer the PATCH within {START_SECONDS} s")
            time.sleep(0.01)
        self.seconds = time.perf_counter() - begun

    def _answers(self) -> bool:
        with suppress(OSError, http.client.HTTPException):
            return self.send("PATCH", PATCH)[0] == http.HTTPStatus.OK
        return False

    def send(self, method: str, body: Any = None) -> tuple[int, Any]:
        """Status and JSON of an answer; None for what is no JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            content = None if body is None else json.dumps(body)
            headers = {"Accept": "application/json", **({"Content-Type": "application/json"} if content else {})}
            connection.request(method, PATH, content, headers)
            answer = connection.getresponse()
            text = answer.read()
            return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else None
        finally:
            connection.close()

    def habits(self) -> dict[str, bool]:
        """Whether it keeps what is sent, and refuses what is not valid."""
        self.send("PATCH", {"city": "Cusco"})
        shown = self.send("GET")[1]
        refused = self.send("PATCH", WRONG)[0]
        return {"keeps": isinstance(shown, Mapping) and shown.get("city") == "Cusco", "refuses": 400 <= refused < 500}

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far, which Linux tells."""
        ticks = sum(int(each) for stat in self._stats() for each in stat[11:15])
        return ticks / os.sysconf("SC_CLK_TCK")

    def megabytes(self) -> float:
        """The memory of all its processes, shared pages in parts."""
        found = 0
        for process in self._family():
            with suppress(OSError):
                lines = Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii").splitlines()
                found += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return found / 1024

    def _family(self) -> list[int]:
        """The process and those that it has started, and so on."""
        parents = {int(each.name): _stat(int(each.name)) for each in Path("/proc").iterdir() if each.name.isdigit()}
        found = [self._process.pid]
        for one in found:
            found += [process for process, stat in parents.items() if stat and int(stat[1]) == one and process not in found]
        return found

    def _stats(self) -> list[list[str]]:
        return [stat for process in self._family() if (stat := _stat(process))]


def _stat(process: int) -> list[str]:
    """The fields behind the name of a process; none for one that has ended."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    return []


@contextmanager
def started(peer: Peer, folder: Path) -> Iterator[Running]:
    """A server until the block ends; OSError, one line, where it does not come up."""
    assert peer.command is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "NODE_ENV": "production", "PYTHONPATH": str(Path(__file__).parents[2])}
    with (folder / f"{peer.name}.log").open("wb") as log:
        begun = time.perf_counter()
        process = subprocess.Popen(
            peer.command(port, folder), cwd=folder, env=environment, stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
        try:
            yield Running(peer, port, process, begun)
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, 15)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, 9)
                process.wait(10)
