"""The command ``patch-contracts`` in this process: what it says, and whose packages it takes."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

import patch_contracts
from contracts.__main__ import main as suite


@pytest.fixture(autouse=True)
def _as_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing that a command sets for its process outlives a test, and nothing is set before it."""
    monkeypatch.setattr(sys, "meta_path", [each for each in sys.meta_path if each is not patch_contracts._BesideThisFile])
    monkeypatch.setenv("HYPOTHESIS_STORAGE_DIRECTORY", "")


@pytest.mark.parametrize("words", [[], ["--help"], ["-h"]], ids=str)
def test_the_help_shows_the_three_uses_and_every_command(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """On standard output: who asks for help gets it, and so does who asks for nothing."""
    assert patch_contracts.main(words) == 0

    shown = capsys.readouterr().out
    for use in ("You test a service", "You build a frontend", "You gate a deployment"):
        assert use in shown
    listed = [line.split()[0] for line in shown.partition("Commands")[2].splitlines()[1:]]
    assert listed == [*patch_contracts.COMMANDS]


def test_every_command_of_the_suite_is_one_here() -> None:
    """A command that ``python -m contracts`` learns has to be added to the table, with a line of help."""
    assert set(suite.commands) <= patch_contracts.COMMANDS.keys()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["tests"], "patch-contracts: no command 'tests'; there are test, mock, init, "),
        (["--target", "target.toml"], "patch-contracts: no command '--target'; there are test, "),
        (["observe"], "patch-contracts: observe: name the file to write first: "),
        (["observe", "--target", "target.toml"], "patch-contracts: observe: name the file to write first: "),
    ],
    ids=str,
)
def test_wrong_usage_is_one_line_and_exit_code_2(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    """It says what there is instead."""
    assert patch_contracts.main(words) == 2

    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(said)


@pytest.mark.parametrize("command", ["test", "observe"])
def test_the_help_of_a_run_has_the_options_of_the_suite(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    """And names those of pytest that are most asked for, and the exit codes."""
    assert patch_contracts.main([command, "--help"]) == 0

    shown = capsys.readouterr().out
    for option in ("--target FILE", "--record NAME=VALUE", "--report-dir DIR", "--lf", "--junitxml", "Exit codes"):
        assert option in shown


@pytest.mark.parametrize("words", [["-n", "2"], ["-n2"], ["--numprocesses=2"]], ids=str)
def test_workers_without_the_plugin_for_them_are_told_of(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is not installed with the suite."""
    found = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "xdist" else found(name))

    assert patch_contracts.main(["test", *words]) == 4

    (line,) = capsys.readouterr().err.splitlines()
    assert line == "patch-contracts: test: -n needs pytest-xdist: pip install 'patch-contracts[workers]'"


@pytest.mark.parametrize("name", patch_contracts.PACKAGES)
def test_a_package_of_another_project_under_our_name_is_told_of(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where it has been loaded already there is nothing to do but to say so."""
    other = ModuleType(name)
    other.__file__, other.__path__ = f"/elsewhere/{name}/__init__.py", [f"/elsewhere/{name}"]
    monkeypatch.setitem(sys.modules, name, other)

    assert patch_contracts.main(["rules"]) == 4

    (line,) = capsys.readouterr().err.splitlines()
    place = f"/elsewhere/{name}/__init__.py"
    assert line == (f"patch-contracts: {place} is loaded under a name of ours: run patch-contracts in an environment of its own")


def test_a_folder_of_our_name_on_the_path_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even one that stands first."""
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "specs")
    shadowed = importlib.util.find_spec("specs")

    patch_contracts.claim()

    found = importlib.util.find_spec("specs")
    assert shadowed is not None
    assert found is not None
    assert shadowed.origin == str(tmp_path / "specs" / "__init__.py")
    assert found.origin == str(patch_contracts.HOME / "specs" / "__init__.py")
