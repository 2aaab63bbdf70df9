"""The embedded target: the mock, started by its command in a process of its own and known only by its ready file."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from contracts.target.secrecy import Secret
from contracts.target.target import Identity, Target, TargetError, load_api, plain_path
from specs import Api

COMMAND = Path(__file__).parents[2] / "patch_contracts.py"
"""By its path: in a folder with a ``mock_server`` of its own, ``-m mock_server`` would start that."""
START_SECONDS = 30


class Embedded:
    """A mock of some APIs in a child process; ``ready`` is what its ready file says.

    Raises TargetError where it does not start within half a minute.
    """

    def __init__(self, apis: Sequence[str]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="patch-contracts-")
        self._ready_file = Path(self._folder.name) / "ready.json"
        self._log = Path(self._folder.name) / "mock.log"
        options = ["--port", "0", "--ready-file", str(self._ready_file)]
        command = [sys.executable, "-P", str(COMMAND), "mock", *apis, *options]
        with self._log.open("wb") as log:  # a session of its own: Ctrl-C must not end it before the restoration
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
        self.ready = self._wait()

    def _wait(self) -> Mapping[str, Any]:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self._ready_file.exists():
                ready: Mapping[str, Any] = json.loads(self._ready_file.read_text(encoding="utf-8"))
                return ready
            if self._process.poll() is not None:
                break
            time.sleep(0.02)
        log = " ".join(self._log.read_text(encoding="utf-8", errors="replace").split())[-300:]
        self.stop()
        raise TargetError(f"the embedded mock did not start: {log or 'no output'}")

    def stop(self) -> None:
        """End the process and remove its files."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait(5)
        self._folder.cleanup()


def targets(ready: Mapping[str, Any], files: Mapping[str, str]) -> list[Target]:
    """The targets that a ready file describes; ``files`` gives the path of an API that is no name in specs/."""
    return [_target(load_api(files.get(name, name)), facts) for name, facts in ready["apis"].items()]


def _target(api: Api, facts: Mapping[str, Any]) -> Target:
    other = facts.get("other_customer")
    return Target(
        api=api,
        url=facts["url"],
        identity=_identity(facts["customer"], facts["auth"]),
        bystander=_identity(other.get("path", {}), other.get("auth", facts["auth"])) if other else None,
        values=_values(api),
        read=facts.get("read"),
        disposable=True,
    )


def _identity(path: Mapping[str, Any], auth: Mapping[str, str]) -> Identity:
    return Identity(
        path={name: str(value) for name, value in path.items()}, auth={name: Secret(value) for name, value in auth.items()}
    )


def _values(api: Api) -> dict[str, tuple[Any, ...]]:
    """The keys of the seeded rows, for the fields that refer to them."""
    return {
        plain_path(each.path): tuple(row[each.reference.key] for row in api.references[each.reference.collection])
        for each in api.walk_fields()
        if each.reference is not None and each.reference.collection is not None
    }
