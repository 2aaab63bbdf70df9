"""What the checks for Schemathesis find on the same defects of the mock as stock Schemathesis, on the same seed.

python -m tests.judging.hooks                    # a table; exit 1 where the checks miss one, or stock finds it too
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from contracts.target.presenting import present
from contracts.target.target import Target
from tests import subjects

API = "babyland"
DEFECTS: Mapping[str, Sequence[str]] = {
    "partial_update": (
        "omitted-nullable-nulled",
        "omitted-reset-to-default",
        "neighbour-follows",
        "one-field-dropped",
        "null-ignored",
        "echoed-not-stored",
        "answer-is-stale",
    ),
    "idempotence": (
        "repeats-counted",
        "text-grows",
        "null-toggles",
        "nested-repeat-empties",
        "repeat-conflicts",
        "repeat-without-content",
        "repeat-answered-in-part",
    ),
    "atomicity": (
        "valid-part-applied",
        "nested-object-half-written",
        "refused-write-changes-neighbour",
        "refused-values-read-from-cache",
    ),
}
"""Defects that a schema alone cannot tell, by the check that finds them."""


def schemathesis(target: Target, *options: str, hooks: bool, config: Path | None = None) -> subprocess.CompletedProcess[str]:
    """``st run`` on a target with all checks and one seed: its exit code and what it printed."""
    headers = [part for name, value in present(target.api.security, target.identity.auth).headers.items()
               for part in ("-H", f"{name}: {value}")]  # fmt: skip
    command = [
        str(Path(sys.executable).with_name("st")),
        "--config-file",
        str(config or subjects.ROOT / "schemathesis.toml"),
        "run",
        str(target.api.file),
        "--url",
        target.url,
        "--checks",
        "all",
    ]
    command += ["--seed", "1", "--generation-database", "none", "--continue-on-failure", "--no-color", *headers, *options]
    environment = {name: value for name, value in os.environ.items() if name != "SCHEMATHESIS_HOOKS"}
    if hooks:
        environment["SCHEMATHESIS_HOOKS"] = "contracts.schemathesis_hooks"
    return subprocess.run(
        command,
        cwd=subjects.ROOT,
        env={**environment, "COLUMNS": "400"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


def failures(run: subprocess.CompletedProcess[str]) -> list[str]:
    """The titles of the failures that a run reports, each once."""
    return sorted(set(re.findall(r"^- ST\d{3} (.+)$", run.stdout, re.MULTILINE)))


@click.command()
@click.option("--only", multiple=True, help="These defects only.")
@click.option("--phases", default="examples,coverage,fuzzing", show_default=True, help="Phases of st run.")
def main(only: Sequence[str], phases: str) -> None:
    """Print what each finds."""
    click.echo("| defect | check | found with the checks | found by stock |\n|---|---|---|---|")
    wrong = 0
    for family, listed in DEFECTS.items():
        for defect in (each for each in listed if not only or each in only):
            with subjects.mock([API], [defect]) as (target,):
                stock = failures(schemathesis(target, "--phases", phases, hooks=False))
            with subjects.mock([API], [defect]) as (target,):
                found = failures(schemathesis(target, "--phases", phases, hooks=True))
            wrong += bool(stock) or not found
            click.echo(f"| {defect} | {family} | {'; '.join(found[:2]) or '-'} | {'; '.join(stock) or '-'} |")
    sys.exit(wrong > 0)


if __name__ == "__main__":
    main(prog_name="python -m tests.judging.hooks")
