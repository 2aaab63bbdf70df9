"""A running service, the collected differences, and values without their null members."""

import json
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


class Service:
    """One running service; `call` gives (status, headers, JSON value or None)."""

    def __init__(self, program: str, variants: list[str]) -> None:
        self.ready_file = Path(tempfile.mkdtemp()) / "ready.json"
        words = [word for name in variants for word in ("--variant", name)]
        command = ["node", str(HERE / program), "--port", "0", "--ready-file", str(self.ready_file), *words]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while not self.ready_file.exists():
            time.sleep(0.02)
        self.ready = json.loads(self.ready_file.read_text())

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, dict[str, str], Any]:
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items() if value}
        request = urllib.request.Request(self.ready["url"] + path, data, named, method=method)
        try:
            answer = urllib.request.urlopen(request, timeout=5)
        except urllib.error.HTTPError as error:
            answer = error
        text = answer.read()
        return answer.status, {k.lower(): v for k, v in answer.headers.items()}, json.loads(text) if text else None


class Checks:
    """Collects what differs."""

    def __init__(self, name: str) -> None:
        self.name, self.count, self.failed = name, 0, 0

    def equal(self, what: str, got: Any, expected: Any) -> None:
        self.count += 1
        if got != expected:
            self.failed += 1
            print(f"{self.name}: {what}: {got!r}, not {expected!r}")


def without_null(value: Any) -> Any:
    """The value without null members, as answers may leave them out."""
    if isinstance(value, list):
        return [without_null(item) for item in value]
    return {k: without_null(v) for k, v in value.items() if v is not None} if isinstance(value, dict) else value
