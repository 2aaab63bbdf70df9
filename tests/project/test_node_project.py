"""A Node project with the mock, as the page on it says: installed from npm, types from the served document, tests by Vitest."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.subjects import ROOT

PROJECT = ROOT / "docs" / "examples" / "node-project"
PAGE = ROOT / "docs" / "how-to" / "mock-in-node.md"


def npm(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """npm in a folder, with the Python and the sources of this run."""
    program = shutil.which("npm")
    if program is None:
        pytest.fail("npm is not installed: apt-get install npm (as .ci/run does)", pytrace=False)
    environment = {**os.environ, "PYTHON": sys.executable, "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "CI": "true"}
    return subprocess.run(
        [program, *arguments], cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.mark.slow
def test_a_node_project_has_types_and_tests(tmp_path: Path) -> None:
    """Types that the compiler holds the client to; the mock runs once for all tests, and is gone afterwards."""
    folder = tmp_path / "project"
    shutil.copytree(PROJECT, folder)
    shutil.copy(PAGE.with_name("with-mock.mjs"), folder)
    shutil.copy(ROOT / "tests" / "resources" / "library.yaml", folder / "openapi.yaml")

    for step in (["install", "--no-audit", "--no-fund"], ["run", "types"], ["run", "check"], ["test"]):
        done = npm(folder, *step)
        assert done.returncode == 0, f"npm {' '.join(step)}: {done.stdout}{done.stderr}"
    assert re.search(r"Tests +2 passed \(2\)", done.stdout)

    client = folder / "books.ts"
    client.write_text(
        client.read_text().replace("export type NewBook", "const wrong: NewBook = {title: 1};\nexport type NewBook")
    )
    assert "Type 'number' is not assignable to type 'string'" in npm(folder, "run", "check").stdout


@pytest.mark.parametrize("file", ["global-setup.mjs", "types.mjs"])
def test_the_page_shows_the_project_as_it_is(file: str) -> None:
    """What is shown is what is run."""
    assert (PROJECT / file).read_text(encoding="utf-8").strip() in PAGE.read_text(encoding="utf-8")
