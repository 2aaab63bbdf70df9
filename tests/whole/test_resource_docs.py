"""The pages on whole documents: what they tell can be done as they tell it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from mock_server.resource import custom
from tests.subjects import ROOT

DOCS = ROOT / "docs"
PAGES = ("how-to/mock-a-whole-api.md", "how-to/mock-in-node.md", "reference/whole-documents.md")

RUN = """
import test from "node:test";
import assert from "node:assert";
import {withMock} from "HERE/with-mock.mjs";

test("a run with the mock", async () => {
  const mock = await withMock(process.env.DOCUMENT, "--records", "3");
  const base = new URL(mock.url);
  const url = `${base.origin}/__session/one${base.pathname}`;
  const headers = {Authorization: `Bearer ${mock.auth.token}`};
  try {
    assert.equal((await (await fetch(`${url}/books`, {headers})).json()).meta.total, 3);
    assert.equal((await fetch(`${url}/books/1`, {method: "DELETE", headers})).status, 204);
    assert.equal((await fetch(`${url}/books/1`, {headers})).status, 404);
    assert.equal((await fetch(`${mock.url}/books/1`, {headers})).status, 200);
  } finally {
    await mock.stop();
  }
  await assert.rejects(fetch(`${mock.url}/books`));
});

test("a document that cannot be served", async () => {
  await assert.rejects(withMock("nothing.yaml"), /has not started/);
});
"""


def test_a_node_project_starts_and_stops_the_mock(tmp_path: Path) -> None:
    """By the example of the page; with a session of its own, and an error for a document that is not there."""
    program = shutil.which("node")
    assert program is not None, "Node.js is not installed: apt-get install nodejs (as .ci/run does)"
    file = tmp_path / "run.test.mjs"
    file.write_text(RUN.replace("HERE", str(DOCS / "how-to")))
    environment = {**os.environ, "PYTHON": sys.executable, "DOCUMENT": str(ROOT / "tests/resources/library.yaml")}
    environment["PYTHONPATH"] = str(ROOT)

    command = [program, "--test", "--test-reporter=tap", str(file)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    assert done.returncode == 0, done.stdout
    assert "# pass 2\n" in done.stdout


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """To files that are there; where a page may have moved into a folder of its kind, to there."""
    text = (DOCS / page).read_text()
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith("http"):
            place = ((DOCS / page).parent / target).resolve()
            moved = list(DOCS.rglob(place.name))
            assert place.exists() or moved, f"{page}: {target}"


def test_the_mappings_of_the_page_are_read(tmp_path: Path) -> None:
    """As they stand there."""
    page = (DOCS / PAGES[0]).read_text()
    (block,) = [each for each in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "request:" in each]
    file = tmp_path / "answers.yaml"
    file.write_text(block)

    assert [each.name for each in custom.read(file)] == ["sold out"]
    assert yaml.safe_load(block)[0]["response"]["status"] == 409
