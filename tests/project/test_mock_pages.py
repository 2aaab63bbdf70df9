"""The pages about the mock: what they tell to type is typed, and what they promise comes."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from mock_server import MockServer
from mock_server.commands import main
from mock_server.disturbance.fault_rules import PROFILES
from mock_server.disturbance.interference import FAULTS
from mock_server.disturbance.prefer import WORDS
from tests import subjects

DOCS = subjects.ROOT / "docs"
ON_DEMAND = (DOCS / "how-to" / "failures-on-demand.md").read_text(encoding="utf-8")
STATE = (DOCS / "how-to" / "keeping-state.md").read_text(encoding="utf-8")
CONTROL = (DOCS / "reference" / "control-interface.md").read_text(encoding="utf-8")
FRONTENDS = (DOCS / "how-to" / "mock-for-frontends.md").read_text(encoding="utf-8")
FIRST_STEPS = (DOCS / "tutorial" / "first-mock.md").read_text(encoding="utf-8")
IN_TESTS = (DOCS / "how-to" / "mock-in-tests.md").read_text(encoding="utf-8")


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[MockServer]:
    with MockServer("babyland") as server:
        yield server


def commands(page: str) -> list[tuple[str, str]]:
    """Every command of a page, with what its comment says that it prints; those that serve are run by other tests."""
    lines = re.findall(r"^    ((?:curl|\.venv/bin/patch-contracts mock) .+)$", page, re.MULTILINE)
    split = [line.partition("  # ") for line in lines]
    return [(command.strip(), promised) for command, _, promised in split if " --port " not in command]


@pytest.mark.parametrize(
    "page",
    [FIRST_STEPS, ON_DEMAND, STATE, CONTROL],
    ids=["first-mock", "failures-on-demand", "keeping-state", "control-interface"],
)
def test_every_command_of_the_page_does_what_it_promises(
    server: MockServer, page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In their order, on a mock with another port."""
    monkeypatch.chdir(tmp_path)
    server.reset()
    assert len(commands(page)) > 7
    for command, promised in commands(page):
        output = typed(command.replace("http://127.0.0.1:4010", server.url), server.url)
        assert promised in output, command


def typed(command: str, url: str) -> str:
    """What a command prints; those of the mock run in this process, since every start of Python takes its time."""
    program, *words = shlex.split(command)
    if program == "curl":
        return subprocess.run([program, *words], capture_output=True, text=True, timeout=60, check=True).stdout
    done = CliRunner().invoke(main, words[1:], env={"MOCK_SERVER_URL": url}, catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.stdout


def test_every_preference_and_profile_is_on_the_page() -> None:
    """And nothing that there is not."""
    rows = re.findall(r"^\| `(\w+)=(\w+)` \|", ON_DEMAND, re.MULTILINE)
    assert {name for name, _ in rows} == set(WORDS)
    assert {value for name, value in rows if name == "fault"} == set(FAULTS)
    assert set(re.findall(r"faults apply (\S+)|--faults (\S+)", ON_DEMAND)[0]) - {""} <= PROFILES.keys()


def test_the_project_on_the_page_works(tmp_path: Path) -> None:
    """Its conftest.py, its tests and its script, as they stand there."""
    conftest, tests, script = re.findall(r"```python\n(.*?)```", IN_TESTS, re.DOTALL)
    (tmp_path / "conftest.py").write_text(conftest, encoding="utf-8")
    (tmp_path / "test_screen.py").write_text(tests, encoding="utf-8")
    (tmp_path / "script.py").write_text(script, encoding="utf-8")

    ran = [
        subprocess.run([sys.executable, *words], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
        for words in (["-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)], ["script.py"])
    ]

    assert [done.returncode for done in ran] == [0, 0], [done.stdout + done.stderr for done in ran]
    assert "2 passed" in ran[0].stdout
    assert ran[1].stdout.startswith("http://127.0.0.1:")
