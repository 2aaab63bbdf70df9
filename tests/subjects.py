"""Things to be judged: the mock with defects, and the independent implementations, each in a process on a free port."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from contracts.target.embedded import targets
from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target, load_api

ROOT = Path(__file__).parent.parent
START_SECONDS = 60
IMPLEMENTATIONS: Mapping[str, tuple[str, ...]] = {
    "babyland": ("tests.implementations.babyland_drf",),
    "customers_me": ("tests.implementations.customers_me_drf",),
    "wizcommerce": ("tests.implementations.data_apis_starlette", "wizcommerce"),
    "checkoutpage": ("tests.implementations.data_apis_starlette", "checkoutpage"),
}


@contextmanager
def running(*command: str) -> Iterator[Mapping[str, Any]]:
    """A server process of a Python module that writes a ready file; what it wrote, until the block ends."""
    with started(sys.executable, "-m", *command) as ready:
        yield ready


@contextmanager
def started(*command: str) -> Iterator[Mapping[str, Any]]:
    """A server process of any program that takes ``--port`` and ``--ready-file``; what it wrote there, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        ready, log = Path(folder, "ready.json"), Path(folder, "log.txt")
        with log.open("wb") as output:
            arguments = [*command, "--port", "0", "--ready-file", str(ready)]
            process = subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        try:
            deadline = time.monotonic() + START_SECONDS
            while not ready.exists():
                ended = process.poll() is not None or time.monotonic() > deadline
                assert not ended, log.read_text(errors="replace")
                time.sleep(0.02)
            yield json.loads(ready.read_text())
        finally:
            process.terminate()
            process.wait(10)


@contextmanager
def interruptible() -> Iterator[None]:
    """Processes that are started inside can be interrupted, also where this one was started with SIGINT ignored.

    A non-interactive shell starts its background jobs so, and children inherit it. A signal that is handled, though, has its
    default again in a child.
    """
    previous = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, previous)


@contextmanager
def mock(apis: Sequence[str], defects: Sequence[str] = ()) -> Iterator[list[Target]]:
    """The mock of some APIs (names or files) with defects; its targets."""
    options = [option for defect in defects for option in ("--defect", defect)]
    with running("mock_server", *apis, *options) as ready:
        yield targets(ready, {Path(api).stem: api for api in apis})


@contextmanager
def implementation(api: str, *, fault: str | None = None, variants: Sequence[str] = (), read: bool = True) -> Iterator[Target]:
    """An independent implementation of an API, honest unless told otherwise; its target, without GET if ``read`` is False."""
    options = (["--fault", fault] if fault else []) + [option for variant in variants for option in ("--variant", variant)]
    with running(*IMPLEMENTATIONS[api], *options) as ready:
        yield target_of(api, ready, read=read)


def target_of(api: str, ready: Mapping[str, Any], *, read: bool = True) -> Target:
    """The target that a service's ready file speaks of: both records, credentials, values that exist, and the GET."""
    auth = _secrets(ready["auth"])
    other = ready.get("other_customer")
    return Target(
        api=load_api(api),
        url=ready["url"],
        identity=Identity(path=_texts(ready.get("customer", {})), auth=auth),
        bystander=Identity(path=_texts(other.get("path") or {}), auth=_secrets(other["auth"]) if other.get("auth") else auth)
        if other
        else None,
        values={name: tuple(values) for name, values in ready.get("values", {}).items()},
        read=ready.get("read") if read else None,
    )


def _secrets(auth: Mapping[str, str]) -> dict[str, Secret]:
    return {name: Secret(value) for name, value in auth.items()}


def _texts(path: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in path.items()}
