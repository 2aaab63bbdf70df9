"""The command ``patch-contracts``, and the pytest plugin of the same name (``pytest -p patch_contracts --pyargs contracts``).

It stands beside the three packages and belongs to none of them, because it starts the suite as well as the mock, and because
they have names that a repository may have for folders of its own: here they are looked up beside this file, whatever stands
before them on ``sys.path``. Nothing in the packages imports it; the suite starts its embedded mock by the path of this file.

PYTEST_DONT_REWRITE (the command has imported this module when pytest loads it as a plugin; it has no assertions)
"""

from __future__ import annotations

import importlib.util
import os
import re
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

HOME = Path(__file__).resolve().parent
PACKAGES = ("specs", "mock_server", "contracts")
SETTINGS = HOME / "contracts" / "running" / "suite.toml"
"""The pytest configuration of a run by the command, in place of the one that the current folder has."""

USAGE = 2
UNUSABLE = 4
HELP = """patch-contracts: contract tests and a mock server for partial updates (HTTP PATCH)

You test a service:
  patch-contracts test --target-url https://staging.example --api my-api.yaml \\
      --auth SCHEME=KEY --record id=1 --read '/records/{id}' --report-dir out
  patch-contracts test --target target.toml                 a file says the same, and more
You build a frontend:
  patch-contracts mock my-api.yaml --port 4010              real state, real errors, failures on demand
You gate a deployment; the exit code decides:
  patch-contracts test --target target.toml --known known.toml --report-dir out --junitxml out/junit.xml

Commands (patch-contracts COMMAND --help tells the options of each):
"""
COMMANDS: Mapping[str, str] = {
    "test": "judge a service, or without a target the embedded mock; takes pytest's options too: -k, -m, -n, -x, --lf",
    "mock": "serve the mock, or speak to one that is running",
    "init": "write a first contract file from an OpenAPI document",
    "validate": "say whether contract files can be used",
    "merge": "join the reports of several machines, or of several APIs",
    "observe": "`observe FILE ...` is `test ...`, and writes to FILE what the service does where its document is silent",
    "restore": "put back what a run that did not end has left changed, from its journal",
    "rules": "print the table of rules",
}


# --- whose packages -----------------------------------------------------------------------------------------------


class Shadowed(Exception):
    """A package of another project is loaded under a name of ours; the message is one line."""


class _BesideThisFile:
    """Finds our packages, before ``sys.path`` is asked; their modules are then found in them."""

    @staticmethod
    def find_spec(name: str, _path: Sequence[str] | None = None, _target: ModuleType | None = None) -> ModuleSpec | None:
        return PathFinder.find_spec(name, [str(HOME)]) if name in PACKAGES else None


def claim() -> None:
    """From now on ``import contracts`` means ours in this process, and so for the others; Shadowed where it is too late."""
    for name in PACKAGES:
        loaded = sys.modules.get(name)
        if loaded is not None and HOME / name not in [Path(each).resolve() for each in getattr(loaded, "__path__", ())]:
            place = getattr(loaded, "__file__", None) or name
            raise Shadowed(f"{place} is loaded under a name of ours: run patch-contracts in an environment of its own")
    if _BesideThisFile not in sys.meta_path:
        sys.meta_path.insert(0, _BesideThisFile)


# --- the command --------------------------------------------------------------------------------------------------


def main(words: Sequence[str] | None = None) -> int:
    """Run the command of these words (None: those of the command line); the exit code."""
    name, *rest = [*(sys.argv[1:] if words is None else words)] or ["--help"]
    try:
        claim()
    except Shadowed as error:
        return _ended(str(error), UNUSABLE)
    if name in ("--help", "-h"):
        return _print(HELP + "".join(f"  {each:<10}{COMMANDS[each]}\n" for each in COMMANDS))
    if name == "--version":
        return _print(f"patch-contracts {_version()}\n")
    if name not in COMMANDS:
        return _ended(f"no command {name!r}; there are {', '.join(COMMANDS)}", USAGE)
    os.environ.setdefault("HYPOTHESIS_STORAGE_DIRECTORY", str(_cache() / "hypothesis"))  # else it makes one right here
    return _RUN.get(name, _of_suite)(name, rest)


def _test(_name: str, words: Sequence[str]) -> int:
    """The suite under pytest, in this process; whatever pytest would read from the current folder or for it is left out."""
    if any(word in ("--help", "-h") for word in words):
        from contracts.running.options import help_text

        return _print(help_text("patch-contracts test"))
    if not _has_workers() and any(re.match(r"-n|--numprocesses", word) for word in words):
        return _ended("test: -n needs pytest-xdist: pip install 'patch-contracts[workers]'", UNUSABLE)
    import pytest

    for variable in ("PYTEST_ADDOPTS", "PYTEST_PLUGINS"):
        os.environ.pop(variable, None)
    return int(pytest.main([*_settings(), *words], plugins=[_Named()]))


class _Named:
    """Lets pytest's messages on options say whose they are."""

    def pytest_addoption(self, parser: pytest.Parser) -> None:
        """As pytest calls it."""
        parser.prog = "patch-contracts test"


def _settings() -> list[str]:
    """What makes pytest run the rules in the same way in any folder; what the user adds comes after it and prevails."""
    workers = ["-p", "xdist"] if _has_workers() else []
    return [
        *("-c", str(SETTINGS), "--rootdir", str(HOME)),
        *("-o", f"cache_dir={Path.cwd() / '.pytest_cache' / 'patch-contracts'}"),
        *("--import-mode=importlib", "--assert=plain", "--noconftest", "--disable-plugin-autoload"),
        *("-p", "patch_contracts", *workers),
    ]


def _has_workers() -> bool:
    return importlib.util.find_spec("xdist") is not None


def _observe(_name: str, words: Sequence[str]) -> int:
    if not words or (words[0].startswith("-") and words[0] not in ("--help", "-h")):
        return _ended("observe: name the file to write first: patch-contracts observe FILE --target target.toml", USAGE)
    return _test("test", ["--observe", *words])


def _mock(_name: str, words: Sequence[str]) -> int:
    from mock_server.commands import main as mock

    mock.main([*words], prog_name="patch-contracts mock")


def _validate(name: str, words: Sequence[str]) -> int:
    from mock_server.commands import main as mock

    mock.main([name, *words], prog_name="patch-contracts")


def _of_suite(name: str, words: Sequence[str]) -> int:
    from contracts.__main__ import main as suite

    suite.main([name, *words], prog_name="patch-contracts")


_RUN: Mapping[str, Callable[[str, Sequence[str]], int]] = {
    "test": _test,
    "observe": _observe,
    "mock": _mock,
    "validate": _validate,
}
"""Where a command is carried out; those that are not listed are the suite's own."""


def _cache() -> Path:
    """The user's folder for what can be made again."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # a user without a home, as in containers
        folder = Path(tempfile.gettempdir())
    return folder / "patch-contracts"


def _version() -> str:
    try:
        return version("patch-contracts")
    except PackageNotFoundError:  # run from a checkout
        return "unknown"


def _print(text: str) -> int:
    sys.stdout.write(text)
    return 0


def _ended(message: str, code: int) -> int:
    sys.stderr.write(f"patch-contracts: {message}\n")
    return code


# --- the plugin ---------------------------------------------------------------------------------------------------


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Load the suite's plugin, ours and no other."""
    import pytest

    try:
        claim()
    except Shadowed as error:
        raise pytest.UsageError(str(error)) from None
    pluginmanager.import_plugin("contracts.plugin")


if __name__ == "__main__":
    sys.exit(main())
