"""One PATCH operation of a running server: drafted, judged by the suite, and its records compared before and after."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.realworld.launch import ask

INIT_SECONDS = 120
RUN_SECONDS = 1200


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """What the suite is told of one PATCH operation, and which records must not change.

    ``document``: the server's own OpenAPI document, from which ``init`` drafts the contract file; ``spec``: a small document in
    our own words, for a server that has none or one that ``init`` refuses. ``records``: URLs whose bodies are compared;
    ``moves``: members in which the server itself writes down that somebody wrote, and which no client can put back.
    """

    name: str
    path: str
    url: str
    record: Mapping[str, str]
    bystander: Mapping[str, str]
    records: Sequence[str]
    auth: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    read: str | None = None
    document: bytes | None = None
    spec: Path | None = None
    moves: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One row of the table; None where the suite has written no report. ``equal`` says what changed, or how equal it is."""

    operation: str
    source: str
    exit: int | None
    seconds: float
    equal: str
    requests: int | None = None
    musts: int | None = None
    shoulds: int | None = None
    restored: bool | None = None

    @property
    def harmless(self) -> bool:
        """Whether nothing was changed, and the suite came to an end."""
        return self.equal.startswith("equal") and self.exit in (0, 1)


def judged(operation: Operation, folder: Path, suite: Path) -> Outcome:
    """The suite's run on one operation; everything that it writes is in ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        old.unlink()
    spec, source = _spec(operation, folder, suite)
    if spec is None:
        return Outcome(operation=operation.name, source=source, exit=None, seconds=0, equal="not judged")
    target = folder / "target.toml"
    target.write_text(_target(operation, spec))
    before = _records(operation)
    start = time.monotonic()
    code = _run(target, folder, suite)
    seconds = time.monotonic() - start
    equal = compared(before, _records(operation), operation.moves)
    report = folder / "report.json"
    counts = _counts(json.loads(report.read_text())) if report.is_file() else {}
    outcome = Outcome(operation=operation.name, source=source, exit=code, seconds=round(seconds, 1), equal=equal, **counts)
    (folder / "outcome.json").write_text(json.dumps(asdict(outcome), indent=2))
    return outcome


def _spec(operation: Operation, folder: Path, suite: Path) -> tuple[Path | None, str]:
    """The contract file that ``init`` drafts, and from which document; None where it refuses all that there are."""
    refused = ""
    hand = [] if operation.spec is None else [("by hand", operation.spec.read_bytes())]
    for source, document in [*([] if operation.document is None else [("own document", operation.document)]), *hand]:
        said = _drafted(document, operation.path, folder, suite)
        if not said:
            return folder / "contract.yaml", f"{source}{refused}"
        refused += f" ({source} refused: {said})"
    return None, refused.strip()


def _drafted(document: bytes, path: str, folder: Path, suite: Path) -> str:
    """What ``init`` says where it refuses the document; empty where it has drafted ``contract.yaml``."""
    source, output = folder / "document.yaml", folder / "contract.yaml"
    source.write_bytes(document)
    output.unlink(missing_ok=True)
    try:
        done = _python(["-m", "contracts", "init", str(source), "--path", path, "--output", str(output)], INIT_SECONDS, suite)
    except subprocess.TimeoutExpired:
        return f"more than {INIT_SECONDS} s"
    last = (done.stderr.strip() or f"exit {done.returncode}").splitlines()[-1]
    return "" if done.returncode == 0 else last.replace(f"{source}: ", "").removeprefix("ERROR: ")[:200]


def _target(operation: Operation, spec: Path) -> str:
    """The target file. JSON's strings are TOML's."""
    tables: dict[str, Mapping[str, Any]] = {
        "auth": operation.auth,
        "record": operation.record,
        "bystander": operation.bystander,
        "read": {"path": operation.read} if operation.read else {},
        "limits": {"requests_per_second": 0, "max_requests": 5000, "max_seconds": 600, "timeout": 20},
    }
    lines = [f"api = {json.dumps(str(spec))}", f"url = {json.dumps(operation.url)}"]
    for name, table in tables.items():
        if table:
            lines += ["", f"[{name}]", *(f"{json.dumps(key)} = {json.dumps(value)}" for key, value in table.items())]
    return "\n".join(lines) + "\n"


def _run(target: Path, folder: Path, suite: Path) -> int | None:
    """What the suite exits with; None where it does not end in time."""
    command = ["-m", "pytest", "contracts", "-q", "-p", "no:cacheprovider", "--target", str(target), "--report-dir", str(folder)]
    try:
        done = _python(command, RUN_SECONDS, suite)
    except subprocess.TimeoutExpired:
        return None
    (folder / "terminal.txt").write_text(done.stdout + done.stderr)
    return done.returncode


def _python(command: Sequence[str], seconds: float, suite: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | {"PYTHONPATH": str(suite)}
    return subprocess.run(
        [sys.executable, *command], cwd=suite, env=environment, capture_output=True, text=True, timeout=seconds, check=False
    )


def _records(operation: Operation) -> dict[str, bytes]:
    """What the server shows under each URL; a record that is gone is a difference like any other."""
    return {url: ask("GET", url, headers=operation.headers, expected=range(600)).body for url in operation.records}


def compared(before: Mapping[str, bytes], after: Mapping[str, bytes], moves: frozenset[str]) -> str:
    """``equal``, ``equal but for`` members that move by themselves, or ``CHANGED`` and where."""
    if before == after:
        return "equal"
    moved: set[str] = set()
    changed: list[str] = []
    for url in before:
        for path in _differences(_plain(before[url]), _plain(after[url])):
            if moves.intersection(path):
                moved.update(moves.intersection(path))
            else:
                changed.append("/".join(path) or url)
    if changed:
        return f"CHANGED: {', '.join(sorted(set(changed))[:8])}"
    return f"equal but for {', '.join(sorted(moved))}" if moved else "equal as JSON"


def _plain(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return body.decode(errors="replace")


def _differences(before: Any, after: Any) -> list[tuple[str, ...]]:
    """The paths at which two JSON values differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        missing = object()
        pairs = [(name, before.get(name, missing), after.get(name, missing)) for name in before.keys() | after.keys()]
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        pairs = [(str(index), old, new) for index, (old, new) in enumerate(zip(before, after, strict=True))]
    else:
        return [] if type(before) is type(after) and before == after else [()]
    return [(name, *path) for name, old, new in pairs for path in _differences(old, new)]


def _counts(report: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of report.json, over all its runs."""
    runs = report["runs"]
    violated = [each["level"] for run in runs for each in run["results"] if each["verdict"] == "violates"]
    return {
        "requests": sum(run["requests"] for run in runs),
        "musts": violated.count("must"),
        "shoulds": violated.count("should"),
        "restored": all(run["restored"]["ok"] for run in runs),
    }


def document(url: str, headers: Mapping[str, str] | None = None) -> bytes:
    """The server's own OpenAPI document as JSON, whichever of JSON and YAML it is served as."""
    body = ask("GET", url, headers=headers).body
    return json.dumps(yaml.safe_load(body), default=str).encode()
