"""The commands that a page of docs/ tells to type, for the tests that type them."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from contracts.target.target import Target
from tests import subjects

FOLDERS = ("shard-1", "shard-2", "out")
"""Words of commands that name folders."""


def commands(page: str) -> list[list[str]]:
    """The words of each line in the ``sh`` blocks of a page."""
    text = (subjects.ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```sh\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    found = [shlex.split(line) for block in blocks for line in block.splitlines()]
    assert found, page
    return found


def example(page: str) -> str:
    """The first ``toml`` block of a page."""
    text = (subjects.ROOT / "docs" / page).read_text(encoding="utf-8")
    return text.partition("```toml\n")[2].partition("```")[0]


def target_file(folder: Path, target: Target) -> Path:
    """``target.toml`` in a folder."""
    tables = {"auth": {name: each.reveal() for name, each in target.identity.auth.items()}, "record": target.identity.path}
    lines = [f'api = "{target.api.name}"', f'url = "{target.url}"', "[read]", f'path = "{target.read}"']
    for name, table in tables.items():
        lines += [f"[{name}]", *(f'{key} = "{value}"' for key, value in table.items())]
    (folder / "target.toml").write_text("\n".join(lines), encoding="utf-8")
    return folder / "target.toml"


def run(command: Sequence[str], folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """A command with this Python, from the checkout, with its files and folders inside ``folder``, and more options."""
    program, *words = command
    module = Path(program).name.replace("-", "_")
    start = [sys.executable] if module == "python" else [sys.executable, "-m", module]
    own = [str(folder / word) if word.endswith(".toml") or word in FOLDERS else word for word in words]
    return subprocess.run(
        [*start, *own, *more],
        cwd=subjects.ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        env={**os.environ, "COLUMNS": "80"},
    )
