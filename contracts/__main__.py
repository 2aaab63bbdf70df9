"""The suite's own commands, from ``init`` to ``restore``: ``patch-contracts init``, or ``python -m contracts init``.

The second form is for folders without a ``contracts`` or ``specs`` of their own: Python looks in the current folder first.
"""

from __future__ import annotations

from pathlib import Path

import click

import specs
from contracts.drafting import draft as drafting
from contracts.reports.report import LEFT_CHANGED
from contracts.rules.table import rule_table
from contracts.running import merge as merging
from contracts.running import restore as restoring
from contracts.running import terminal
from contracts.running.selection import load_rules
from contracts.target.settings import pairs
from contracts.target.target import TargetError
from contracts.terms.spelling import spelled


@click.group()
def main() -> None:
    """Commands beside ``patch-contracts test``."""


@main.command()
def rules() -> None:
    """Print the table of rules, as docs/reference/rules.md holds it."""
    apis = [specs.load(name) for name in specs.names()]
    click.echo(rule_table([rule for rule, _function in load_rules()], apis), nl=False)


@main.command()
@click.argument("folders", metavar="DIR...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--report-dir", metavar="OUT", required=True, type=click.Path(file_okay=False, path_type=Path), help="where to write"
)
@click.option("--strict", is_flag=True, help="what is only a should counts as well")
def merge(folders: tuple[Path, ...], report_dir: Path, strict: bool) -> None:
    """Join the reports of shards, or of runs against several APIs, and exit as the single run would."""
    try:
        merged = merging.merge(folders, report_dir, strict=strict)
    except TargetError as error:
        click.echo(f"ERROR: {error}", err=True)
        raise SystemExit(4) from None
    for line, style in terminal.told(merged.runs, folder=report_dir, strict=merged.strict):
        click.secho(line, bold=style.get("bold"), fg="red" if style.get("red") else "yellow" if style.get("yellow") else None)
    for line in merged.stopped:
        click.echo(line)
    raise SystemExit(merged.exit_code)


@main.command()
@click.argument("source", metavar="OPENAPI_FILE", type=click.Path(path_type=Path))
@click.option("--path", metavar="PATH", help="the path whose PATCH is meant, where the document has several")
@click.option("--all", "every", is_flag=True, help="a file for each PATCH of the document, into the folder --output")
@click.option("--output", "-o", metavar="FILE", type=click.Path(path_type=Path), help="the file to write: NAME-contract.yaml")
def init(source: Path, path: str | None, output: Path | None, *, every: bool) -> None:
    """Write a first spec file with x-contract from an existing OpenAPI document; what it does not say is unspecified.

    The document is OpenAPI 3.0 or 3.1, or Swagger 2.0, as JSON or YAML. Only the operation, the GET that shows the same record,
    and what they refer to is kept.
    """
    if every:
        _init_all(source, output or source.with_name(f"{source.stem}-contracts"))
        return
    written = output or source.with_name(f"{source.stem}-contract.yaml")
    try:
        drafting.write(source, path, written)
    except specs.SpecError as error:
        click.echo(f"ERROR: {error}", err=True)
        raise SystemExit(4) from None
    click.echo(f"{written} is written. Look at it, then try it:")
    click.echo(f"  patch-contracts mock {written}")
    click.echo(f"  patch-contracts test --api {written}")


@main.command()
@click.argument("journal", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--auth", metavar="SCHEME=VALUE", multiple=True, help="credential for a security scheme")
@click.option("--target", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path), help="the target file of the run")
def restore(journal: Path, auth: tuple[str, ...], target: Path | None) -> None:
    """Put back the records of a run that did not end, from its journal; exit 0 when all are as they were, 6 otherwise."""
    whole = True
    try:
        for name, found in restoring.restore(journal, pairs(auth, "--auth"), target):
            whole = whole and found.ok
            click.echo(f"{name}: {'restored' if found.ok else 'NOT RESTORED'}")
            for each in found.differences:
                click.echo(f"  {each.path} should be {spelled(each.before)}, but is {spelled(each.after)}")
            for repair in found.repairs:
                click.echo(f"  repair: {repair}")
    except TargetError as error:
        click.echo(f"ERROR: {error}", err=True)
        raise SystemExit(4) from None
    raise SystemExit(0 if whole else LEFT_CHANGED)


def _init_all(source: Path, folder: Path) -> None:
    try:
        found, refused = drafting.write_all(source, folder)
    except specs.SpecError as error:
        click.echo(f"ERROR: {error}", err=True)
        raise SystemExit(4) from None
    for line in refused:
        click.echo(f"left out: {line}", err=True)
    click.echo(f"{len(found)} files are written into {folder}. Look at them, then try one:")
    click.echo(f"  python -m mock_server {found[0]}")
    click.echo(f"  pytest contracts --api {found[0]}")


if __name__ == "__main__":
    main(prog_name="python -m contracts")
