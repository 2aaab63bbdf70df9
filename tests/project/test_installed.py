"""The wheel in an environment of its own, used in a repository that has folders and modules of the same names."""

from __future__ import annotations

import json
import os
import subprocess
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import parse

import pytest

from tests import installing, subjects
from tests.installing import SOURCES

RULE, FAMILY, DEFECT = "missing-credential-refused", "auth", "no-credential-needed"
ITEM = "contracts/rules/answers/test_auth.py::"
OWN_TEST = """
import sys

import contracts, mock_server, specs


def test_own(request):
    assert contracts.__doc__ == mock_server.__doc__ == specs.__doc__ == "Of the repository."
    assert not [name for name in sys.modules if name.startswith(("contracts.", "mock_server.", "specs.", "patch_contracts"))]
    assert not hasattr(request.config.option, "target_url")
"""
FILES: Mapping[str, str] = {
    "contracts/__init__.py": '"""Of the repository."""',
    "specs/__init__.py": '"""Of the repository."""',
    "mock_server.py": '"""Of the repository."""',
    "schemathesis.toml": "this is no TOML",
    "tests/__init__.py": "",
    "tests/test_own.py": OWN_TEST,
}
STRICT = """
[tool.pytest.ini_options]
strict = true
addopts = ["--strict-config", "--strict-markers", "--environment", "test"]
filterwarnings = ["error"]
pythonpath = ["."]
testpaths = ["tests"]
"""
STRICT_CONFTEST = """
import pytest


def pytest_addoption(parser):
    parser.addoption("--environment")


@pytest.fixture(autouse=True)
def everywhere():
    yield
"""
HOSTILE = (
    STRICT
    + """
python_files = ["*_spec.py"]
python_functions = ["should_*"]
usefixtures = ["nowhere"]
"""
)
HOSTILE_CONFTEST = """
def pytest_addoption(parser):
    parser.addoption("--environment")
    parser.addoption("--target", help="an option of the repository")


def pytest_collection_modifyitems(items):
    items.clear()
"""
HOSTILE_VARIABLES = {"PYTEST_ADDOPTS": "--no-such-option", "PYTEST_PLUGINS": "no_such_plugin", "PYTHONPATH": "."}


@pytest.fixture(name="programs", scope="module")
def _programs(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """The programs of a new environment with the wheel."""
    return installing.environment(tmp_path_factory.mktemp("environment"), wheel)


class Repository:
    """Somebody's repository, in which programs of the new environment are run."""

    def __init__(self, folder: Path, programs: Path, variables: Mapping[str, str]) -> None:
        self.folder = folder
        self.programs = programs
        clean = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PYTEST"))}
        paths = os.pathsep.join((str(programs), clean["PATH"]))
        self.variables = {**clean, "PATH": paths, "XDG_CACHE_HOME": str(programs.parent / "cache"), **variables}

    def run(self, program: str, *words: str, code: int = 0) -> str:
        """What a program prints, on both streams, with its exit code as it should be."""
        done = subprocess.run(
            [str(self.programs / program), *words],
            cwd=self.folder,
            env=self.variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=300,
            check=False,
        )
        assert done.returncode == code, done.stdout[-3000:]
        assert "Traceback" not in done.stdout
        return done.stdout

    def judge(self, *words: str, code: int = 0) -> str:
        """``patch-contracts test``."""
        return self.run("patch-contracts", "test", *words, code=code)

    @contextmanager
    def mock(self, *words: str) -> Iterator[Any]:
        """``patch-contracts mock``; what its ready file says of the API."""
        ready = self.programs.parent / "ready.json"
        command = [str(self.programs / "patch-contracts"), "mock", *words, "--port", "0", "--ready-file", str(ready)]
        process = subprocess.Popen(command, cwd=self.folder, env=self.variables, stdout=subprocess.DEVNULL)
        try:
            until = time.monotonic() + 60
            while not ready.exists():
                assert process.poll() is None
                assert time.monotonic() < until
                time.sleep(0.05)
            (facts,) = json.loads(ready.read_text(encoding="utf-8"))["apis"].values()
            yield facts
        finally:
            process.terminate()
            process.wait(10)
            ready.unlink(missing_ok=True)

    @contextmanager
    def target(self, *words: str) -> Iterator[None]:
        """A mock, and ``target.toml`` for it."""
        with self.mock("babyland", *words) as facts:
            lines = [f'api = "babyland"\nurl = "{facts["url"]}"', "[auth]", *_pairs(facts["auth"])]
            lines += ["[record]", *_pairs(facts["customer"]), f'[read]\npath = "{facts["read"]}"']
            (self.folder / "target.toml").write_text("\n".join(lines), encoding="utf-8")
            yield


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [f'{key} = "{value}"' for key, value in table.items()]


def written(folder: Path, files: Mapping[str, str]) -> Path:
    """A folder with these files."""
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    return folder


@pytest.fixture(name="hostile")
def _hostile(tmp_path: Path, programs: Path) -> Repository:
    """Its own pytest configuration and variables would break any run but its own."""
    files = {**FILES, "pyproject.toml": HOSTILE, "conftest.py": HOSTILE_CONFTEST}
    return Repository(written(tmp_path, files), programs, HOSTILE_VARIABLES)


@pytest.fixture(name="strict")
def _strict(tmp_path: Path, programs: Path) -> Repository:
    """It holds its own tests to everything that pytest can be strict about."""
    files = {**FILES, "pyproject.toml": STRICT, "conftest.py": STRICT_CONFTEST}
    return Repository(written(tmp_path, files), programs, {})


def test_nothing_is_left_out_of_the_wheel(wheel: Path) -> None:
    """Documents, pages, scripts, styles and the pytest configuration are there too, and nothing else is."""
    found = [each for name in SOURCES[:3] for each in (subjects.ROOT / name).rglob("*") if each.is_file()]
    kept = {each.relative_to(subjects.ROOT).as_posix() for each in found if "__pycache__" not in each.parts}
    with zipfile.ZipFile(wheel) as archive:
        inside = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert inside == {*kept, "patch_contracts.py"}


# --- the command --------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_gates_from_any_repository(hostile: Repository) -> None:
    """Whatever is around it: a violation is 1 and stands in the JUnit file by a node id that selects it; without one it is 0."""
    with hostile.target("--defect", DEFECT):
        hostile.judge("--target", "target.toml", "--rule", RULE, "--junitxml", "junit.xml", "-x", code=1)
        (case,) = parse(hostile.folder / "junit.xml").getroot().iter("testcase")
        shown = hostile.judge("--target", "target.toml", "-v", "-m", FAMILY, code=1)
        (failed,) = [line.split()[0] for line in shown.splitlines() if line.startswith(ITEM) and " FAILED" in line]
        again = hostile.judge("--target", "target.toml", "-v", "--lf", code=1)
        alone = hostile.judge("--target", "target.toml", failed, "-n", "2", code=1)
    with hostile.target():
        hostile.judge("--target", "target.toml", "--rule", RULE, "--report-dir", "out")

    assert case.get("classname") == ITEM.removesuffix(".py::").replace("/", ".")
    assert failed == f"{ITEM}{case.get('name')}"
    assert [line.split()[0] for line in again.splitlines() if line.startswith(ITEM)] == [failed]
    assert "1 failed" in alone
    assert {path.name for path in (hostile.folder / "out").iterdir()} >= {"report.json", "report.html", "summary.md"}
    ours = {"target.toml", "junit.xml", "out", ".pytest_cache"}
    assert {path.name for path in hostile.folder.iterdir()} == ours | {"pyproject.toml", "conftest.py"} | {
        name.partition("/")[0] for name in FILES
    }


@pytest.mark.slow
def test_a_first_file_is_drafted_checked_served_and_judged(hostile: Repository) -> None:
    """``init``, ``validate``, ``mock``, ``test`` and ``merge``, in that order; the mock that a run starts by itself is ours."""
    written(hostile.folder, {"openapi.yaml": (subjects.ROOT / "tests/openapi/contacts.yaml").read_text(encoding="utf-8")})

    told = hostile.run("patch-contracts", "init", "openapi.yaml", "--output", "my-api.yaml")
    checked = hostile.run("patch-contracts", "validate", "my-api.yaml")
    with hostile.mock("my-api.yaml") as facts:
        assert facts["url"].startswith("http://127.0.0.1:")
    judged = hostile.judge("--api", "my-api.yaml", "-m", "enum", "--report-dir", "out")
    hostile.run("patch-contracts", "merge", "out", "--report-dir", "all")

    assert "patch-contracts test --api my-api.yaml" in told
    assert checked.startswith("ok")
    assert "restored" in judged
    assert (hostile.folder / "all" / "report.html").exists()
    assert not (hostile.folder / ".hypothesis").exists()


@pytest.mark.slow
def test_what_a_service_does_at_open_points_is_observed(hostile: Repository) -> None:
    """``observe FILE`` takes the options of ``test``."""
    with hostile.target():
        hostile.run("patch-contracts", "observe", "seen.toml", "--target", "target.toml", "-m", "types")

    assert "[expect]" in (hostile.folder / "seen.toml").read_text(encoding="utf-8")


@pytest.mark.slow
def test_the_table_of_rules_is_printed(hostile: Repository) -> None:
    """As in docs/rules.md."""
    assert hostile.run("patch-contracts", "rules").startswith("# The rules\n")


@pytest.mark.slow
@pytest.mark.parametrize("command", ["test", "mock", "init", "validate", "merge", "observe", "restore", "rules"])
def test_every_command_has_help(hostile: Repository, command: str) -> None:
    """It begins with how it is called."""
    assert hostile.run("patch-contracts", command, "--help").lower().startswith("usage: patch-contracts ")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["test", "tests"], 4, "no rules at 'tests': name none for all of them, or some, as in contracts/rules/values"),
        (["test", "contracts/none.py"], 4, "no rules at 'contracts/none.py'"),
        (["test", "--target", "none.toml"], 4, "none.toml"),
        (["test", "--api", "none"], 4, "no API named 'none' and no such file"),
        (["validate", "none.yaml"], 3, "no API named 'none.yaml' and no such file"),
        (["init", "none.yaml"], 4, "none.yaml"),
        (["restore", "none.jsonl"], 4, "none.jsonl: cannot be read"),
    ],
    ids=str,
)
def test_what_cannot_be_used_is_one_line(hostile: Repository, words: list[str], code: int, said: str) -> None:
    """It says what is wrong; nothing was judged."""
    (line,) = hostile.run("patch-contracts", *words, code=code).strip().splitlines()

    assert said in line


# --- pytest itself ------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("safe", ["-P", ""], ids=["pytest", "python -m pytest"])
def test_pytest_judges_from_another_project(strict: Repository, safe: str) -> None:
    """With the plugin named, under that project's own configuration; with several workers too."""
    start = [*filter(None, [safe]), "-m", "pytest", "--pyargs", "contracts", "-p", "patch_contracts"]

    whole = strict.run("python", *start, "--api", "babyland", "-q", "-m", "length or response")
    shared = strict.run("python", *start, "--api", "babyland", "-q", "--rule", RULE, "-n", "2")

    assert "restored" in whole
    assert "1 passed" in shared


@pytest.mark.slow
def test_the_plugin_of_the_suite_does_where_no_name_is_taken(tmp_path: Path, programs: Path) -> None:
    """``-p contracts.plugin`` is found like any other module, and a package of rules can be named."""
    repository = Repository(tmp_path, programs, {})

    shown = repository.run(
        *("python", "-P", "-m", "pytest", "-p", "contracts.plugin", "--pyargs", "contracts.rules.answers.test_auth"),
        *("--api", "babyland", "-q", "--rule", RULE),
    )

    assert "1 passed" in shown


@pytest.mark.slow
def test_rules_and_other_tests_are_not_judged_in_one_run(strict: Repository) -> None:
    """One exit code cannot tell of both: a failed test of the project would be hidden by rules that hold."""
    shown = strict.run("python", "-m", "pytest", "-p", "patch_contracts", "--pyargs", "contracts", "tests", "-q", code=4)

    assert "leave out 'tests'" in shown


@pytest.mark.slow
def test_another_run_of_pytest_loads_nothing_of_ours(strict: Repository) -> None:
    """No entry point does anything by itself; folders of our names are the repository's."""
    assert "1 passed" in strict.run("python", "-m", "pytest", "-q")
