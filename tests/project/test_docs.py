"""What the pages tell to type works: every command is run, every file is used."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.drafting.draft import write
from tests import subjects

OPENAPI = subjects.ROOT / "tests" / "openapi" / "contacts.yaml"
COPIED = (
    *("contracts", "specs", "mock_server", "patch_contracts.py", "docs", "tests"),
    *("conftest.py", "pyproject.toml", "README.md", "CONTRIBUTING.md"),
)
FENCED = re.compile(r"^ *```(\w+)(?: (\S+))?\n(.*?)^ *```$", re.MULTILINE | re.DOTALL)
EXIT = re.compile(r"#\s*exit (\d+)")

PAGES: Mapping[str, str | Path] = {
    # page: the API, or the OpenAPI document of one, that stands for the server in it
    "README.md": "wizcommerce",
    "CONTRIBUTING.md": "wizcommerce",
    "docs/how-to/installing.md": "wizcommerce",
    "docs/tutorial/first-run-on-staging.md": "wizcommerce",
    "docs/how-to/protecting-the-server.md": "wizcommerce",
    "docs/how-to/supplying-credentials.md": "wizcommerce",
    "docs/how-to/gating-in-ci.md": "wizcommerce",
    "docs/how-to/adding-an-api.md": OPENAPI,
    "docs/how-to/adding-a-rule.md": "wizcommerce",
    "docs/how-to/reading-a-report.md": "wizcommerce",
}
DEFECTS: Mapping[str, tuple[str, ...]] = {"docs/how-to/gating-in-ci.md": ("--defect", "methods-not-listed")}
"""What is wrong with the server of a page."""
PLACEHOLDERS = {
    # what a page writes: what the test puts there, from the ready file of the mock that stands for the server
    "https://staging.example": "{url}",
    "https://contacts.example": "{url}",
    "'KEY'": "'{credential}'",
    "=KEY": "={credential}",
    "value: KEY": "value: {credential}",
    "01f5d171-d3e3-4b2b-bd57-0727194b5bed": "{id}",
    "contactId=1": "contactId={id}",
    ".venv/bin/": "",
}
ELSEWHERE = {
    # a command that this test leaves out: where it is run
    "python3 -m venv .venv && .venv/bin/pip install -q -e . && .venv/bin/pytest contracts": ".ci/run",
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/pytest tests -n auto": ".ci/run",
    "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]'": ".ci/run",
    ".venv/bin/pytest tests -n auto": ".ci/run",
    ".venv/bin/pytest tests -m slow -n auto": ".ci/run",
    ".venv/bin/pytest tests -m browser": ".ci/run",
    ".venv/bin/ruff check": "tests/project/test_architecture.py",
    ".venv/bin/lint-imports": "tests/project/test_architecture.py",
    ".venv/bin/mypy": "tests/project/test_architecture.py",
    "export BEARERAUTH='...'": "nowhere: it shows a form",
    "pip wheel --no-deps --wheel-dir dist .": "tests/installing.py",
    "pip install patch-contracts": "tests/installing.py, from the wheel",
    "pipx run patch-contracts test --target target.toml": "nowhere: it takes the wheel from an index",
    "pipx run patch-contracts mock my-api.yaml --port 4010": "nowhere: likewise",
    "docker build -t patch-contracts .": "nowhere: it needs Docker",
    'docker run --rm --user "$(id -u):$(id -g)" -v "$PWD:/work" -e WIZ_KEY patch-contracts test --target target.toml '
    "--report-dir report": "nowhere: likewise",
    'docker run --rm -v "$PWD:/work:ro" -p 127.0.0.1:4010:4010 patch-contracts mock my-api.yaml --host 0.0.0.0 '
    "--admin-token TOKEN": "nowhere: likewise",
}
RULES = " ".join(f"--rule {each}" for each in ("missing-credential-refused", "allow-header-sent"))
"""What a run without a rule of its own judges here, so that it is quick."""
PROGRAM = f"""#!/bin/sh
case $1 in test) more="-p no:cacheprovider {RULES}" ;; esac
exec python -m patch_contracts "$@" $more
"""
"""The command, as pip would install it; what it leaves out of the environment is among its words."""


def blocks(page: str) -> list[tuple[str, str, str]]:
    """The fenced blocks of a page: language, file name or "", and content without the indentation of a list."""
    text = (subjects.ROOT / page).read_text(encoding="utf-8")
    return [
        (language, name or "", re.sub(r"^ {3}(?=\S)", "", content, flags=re.MULTILINE))
        for language, name, content in FENCED.findall(text)
    ]


def commands(page: str) -> list[str]:
    """The commands of a page, continued lines joined; those of CI files too."""
    found = []
    for language, name, content in blocks(page):
        if language == "sh":
            found += [line for line in content.replace("\\\n", " ").splitlines() if line.strip()]
        elif name.endswith(".yml"):
            found += [line for line in ci_commands(yaml.safe_load(content)) if not line.startswith("pip install")]
    return [line for line in found if line not in ELSEWHERE]


def ci_commands(document: Mapping[Any, Any]) -> list[str]:
    """The command lines of a GitHub workflow or a GitLab pipeline."""
    if "jobs" in document:
        return [step["run"] for job in document["jobs"].values() for step in job["steps"] if "run" in step]
    return [line for job in document.values() if isinstance(job, dict) for line in job.get("script", ())]


@contextmanager
def server(api: str | Path, folder: Path, *options: str) -> Iterator[Mapping[str, str]]:
    """A mock in place of the server that a page is about; what to put for the placeholders."""
    file = api
    if isinstance(api, Path):
        file = folder / "server" / "contacts.yaml"
        file.parent.mkdir()
        write(api, None, file)
    with subjects.running("mock_server", str(file), *options) as ready:
        facts = next(iter(ready["apis"].values()))
        found = {
            "url": facts["url"],
            "credential": next(iter(facts["auth"].values())),
            "id": str(next(iter(facts["customer"].values()))),
        }
        yield {placeholder: text.format(**found) for placeholder, text in PLACEHOLDERS.items()}


def workplace(folder: Path) -> Path:
    """A copy of the checkout to work in."""
    for name in COPIED:
        source = subjects.ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__", ".*"))
        else:
            shutil.copy(source, folder / name)
    return folder


def script(lines: list[str]) -> str:
    """The commands as one shell script, in which servers stay in the background and every other exit code is checked."""
    written = ["pids=()", "trap '[ ${#pids[@]} -eq 0 ] || kill ${pids[@]}' EXIT"]
    for number, line in enumerate(lines):
        if re.match(r"(python -m mock_server|patch-contracts mock)(?! (?:check|validate|export|choices)\b)", line):
            ready = f"ready-{number}.json"
            command = re.sub(r"\s+#.*| --port \d+", "", line)
            written += [
                f"{command} --port 0 --ready-file {ready} >/dev/null & pids+=($!)",
                f"until [ -e {ready} ]; do sleep 0.1; done",
            ]
            continue
        expected = EXIT.search(line)
        written += [
            line,
            f'code=$?; [ $code -eq {expected[1] if expected else 0} ] || {{ echo "{number} ended with $code"; exit 97; }}',
        ]
    return "\n".join(written) + "\n"


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES)
def test_the_commands_of_a_page_work(page: str, tmp_path: Path) -> None:
    """In order, in one shell, with the page's own files, on a mock in place of the server."""
    place = workplace(tmp_path)
    shutil.copy(OPENAPI, place / "openapi.yaml")
    with server(PAGES[page], tmp_path, *DEFECTS.get(page, ())) as placeholders:

        def filled(text: str) -> str:
            for placeholder, value in placeholders.items():
                text = text.replace(placeholder, value)
            return text

        for _language, name, content in [*(each for other in PAGES for each in blocks(other) if other != page), *blocks(page)]:
            if name and not name.endswith(".py"):
                (place / name).parent.mkdir(parents=True, exist_ok=True)
                (place / name).write_text(filled(content), encoding="utf-8")
        for _language, name, content in blocks(page):
            if name.endswith(".py"):
                (place / name).write_text(content, encoding="utf-8")
        lines = [filled(line) for line in commands(page)]
        assert lines
        program = place / "programs" / "patch-contracts"
        program.parent.mkdir()
        program.write_text(PROGRAM, encoding="utf-8")
        program.chmod(0o755)
        environment = {
            **os.environ,
            "PATH": os.pathsep.join((str(program.parent), str(Path(sys.executable).parent), os.environ["PATH"])),
            "PYTHONPATH": str(place),
            "PYTEST_ADDOPTS": f"-p no:cacheprovider {RULES}",
            "GITHUB_STEP_SUMMARY": str(place / "step-summary.md"),
            "WIZ_KEY": placeholders["'KEY'"].strip("'"),
        }
        run = subprocess.run(
            ["bash", "-xc", script(lines)], cwd=place, env=environment, capture_output=True, text=True, timeout=500, check=False
        )

    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]


def test_the_table_of_placeholders_has_nothing_to_spare() -> None:
    """Each is on some page, and so is each command that is run elsewhere."""
    text = "\n".join((subjects.ROOT / page).read_text(encoding="utf-8") for page in PAGES)

    assert [each for each in (*PLACEHOLDERS, *ELSEWHERE) if each not in text] == []


def test_every_how_to_page_is_linked_from_the_readme() -> None:
    """Nobody finds a page that nothing leads to."""
    text = (subjects.ROOT / "README.md").read_text(encoding="utf-8")

    assert [page for page in PAGES if page != "README.md" and f"({page})" not in text] == []


def ci_file(name: str) -> Any:
    """A CI file of the page about CI."""
    return yaml.safe_load(next(content for _language, found, content in blocks("docs/how-to/gating-in-ci.md") if found == name))


def test_the_github_workflow_is_one() -> None:
    """Triggers, jobs and steps, each step with one thing to do; what must happen after a failure happens always."""
    workflow = ci_file(".github/workflows/contract.yml")
    (job,) = workflow["jobs"].values()
    tried = next(index for index, step in enumerate(job["steps"]) if "patch-contracts test" in step.get("run", ""))
    after = job["steps"][tried + 1 :]

    assert set(workflow) == {"name", True, "jobs"}  # YAML 1.1 reads `on` as true, and GitHub knows
    assert {"runs-on", "steps"} <= set(job)
    assert all(("run" in step) is not ("uses" in step) for step in job["steps"])
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)
    assert len(after) == 2
    assert all(step["if"] == "always()" for step in after)
    assert after[-1]["with"]["path"] == "report/"
    secret = [step["env"] for step in job["steps"] if "env" in step]
    assert secret == [{"WIZ_KEY": "${{ secrets.WIZ_KEY }}"}]


def test_the_gitlab_pipeline_is_one() -> None:
    """A job of a stage that is listed, with the artifacts that its command writes, kept after a failure."""
    pipeline = ci_file(".gitlab-ci.yml")
    job = pipeline["contract"]

    assert job["stage"] in pipeline["stages"]
    assert job["artifacts"]["when"] == "always"
    command = job["script"][-1]
    assert f"--junitxml {job['artifacts']['reports']['junit']}" in command
    assert "--report-dir report " in command
    assert job["artifacts"]["paths"] == ["report/"]


def test_both_ci_files_run_the_same() -> None:
    """With the known deviations, and a time budget below the job's own."""
    lines = [
        next(line for line in ci_commands(ci_file(name)) if line.startswith("patch-contracts test"))
        for name in (".github/workflows/contract.yml", ".gitlab-ci.yml")
    ]

    assert len(set(lines)) == 1
    assert "--known known.toml" in lines[0]
    assert "--max-seconds 900" in lines[0]


def test_a_forgotten_table_of_rules_is_named(tmp_path: Path) -> None:
    """The page on rules says which test fails; it does, and shows the rule."""
    place = workplace(tmp_path)
    name, content = next((name, content) for _language, name, content in blocks("docs/how-to/adding-a-rule.md") if name)
    (place / name).write_text(content, encoding="utf-8")
    test = "tests/judging/test_rules.py::test_the_table_of_rules_is_up_to_date"

    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-vv", test],
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(place)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )

    assert run.returncode == 1
    assert "reading-is-short" in run.stdout
    assert "run: python -m contracts rules > docs/reference/rules.md" in run.stdout
