"""The JavaScript of docs/, on the Node.js of this machine."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from mock_server import MockServer
from tests import subjects

DOCS = subjects.ROOT / "docs"
PAGE = (DOCS / "how-to" / "mock-for-frontends.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```js\n(.*?)```", PAGE, re.DOTALL)


def node(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What Node.js makes of these arguments."""
    program = shutil.which("node")
    if program is None:
        pytest.fail("Node.js is not installed: apt-get install nodejs (as .ci/run does)", pytrace=False)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("NODE_")}
    return subprocess.run(
        [program, *arguments], env=clean | environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize("example", sorted(DOCS.glob("examples/*.test.mjs")), ids=lambda path: path.name)
def test_an_example_passes_on_a_mock(example: Path) -> None:
    """Every test in it; its page leads to it, and no session of it is left."""
    with MockServer("babyland") as server:
        done = node("--test", "--test-reporter=tap", str(example), MOCK_URL=server.url)

        tests = len(re.findall(r"^test\(", example.read_text(encoding="utf-8"), re.MULTILINE))
        assert done.returncode == 0, done.stdout
        assert f"# pass {tests}\n" in done.stdout
        assert requests.get(f"{server.url}/__admin/sessions", timeout=10).json()["sessions"] == []
    assert f"(../examples/{example.name})" in PAGE


@pytest.mark.parametrize("block", BLOCKS, ids=range(len(BLOCKS)))
def test_a_block_of_the_page_is_javascript(tmp_path: Path, block: str) -> None:
    """What needs a package that is not here is read, not run."""
    file = tmp_path / "block.mjs"
    file.write_text(block, encoding="utf-8")

    assert node("--check", str(file)).stderr == ""
